//! What applications ask of values that are put together from others, and what they are shown.

mod board;
mod cart;
mod incident;
mod notes;
mod profile;

pub use board::{BoardOp, TaskField, TaskKey, board};
pub use cart::{CartOp, cart};
pub use incident::{IncidentOp, IncidentView, incident};
pub use notes::{NotesOp, NotesView, notes};
pub use profile::{ProfileOp, ProfileView, profile};

use super::{Share, Specification, Visible};

/// What a part shows of its own share of the updates.
fn part<O, P, V>(specification: &Specification<P, V>, visible: &Visible<'_, O>, share: impl Fn(&O) -> Option<P>) -> V {
    specification.view(&Share::of(visible.iter(), share).visible())
}

/// What a writer asked for, if that is not there.
fn asked(is_there: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if is_there { Ok(()) } else { Err(what()) }
}

/// One of few names, the first more often than the last.
fn one_of(names: &[&str], pick: &mut dyn FnMut(u64) -> u64) -> String {
    let last = pick(names.len() as u64);
    names[pick(last + 1) as usize].to_string()
}
