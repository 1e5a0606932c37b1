//! Judges of what no function of the visible updates tells: they remember what was shown before.
//!
//! A sequence's elements come in one order, and which one shows only in the views. The law: a judge is told of
//! every update, in the order in which they were issued, and judges views only of whom it was told enough.

use super::{Issued, Visible};

/// What a judge finds that finds nothing wrong; otherwise it says, in words, what is.
pub type Ruling = Result<Ruled, String>;

/// What a judge finds that finds nothing wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruled {
    /// All is as it must be.
    Right,
    /// The view does not tell.
    Untold,
}

/// One who remembers what was shown, and says the first thing that is wrong.
pub trait Judge<O, V> {
    /// Forgets all, and begins with another run.
    fn reset(&mut self);

    /// An update was issued: its writer's view right before and right after.
    fn wrote(&mut self, issued: &Issued<O>, before: &V, after: &V) -> Ruling;

    /// Whoever knows these updates, and all that they have seen, is shown this.
    fn shown(&mut self, visible: &Visible<'_, O>, view: &V) -> Ruling;
}
