//! Implementations that are wrong on purpose, each a small difference from a right one.
//!
//! A specimen proves that a check catches what it says it catches. Each is a mistake that was made: in the
//! pseudo-code of a text, in a published issue, or again and again by everybody. Nothing here is to be used
//! for anything else.

mod kinds;
mod lists;
mod rich;
mod sets;
mod trees;

pub use kinds::{Need, Specimen};

use crate::zoo::AnySystem;

/// What a mistake was made to, without the mistake: what it is, what it bears, and the system.
pub type Sound = (&'static str, &'static [Need], AnySystem);

/// The right form of those types that were written to make a mistake to.
pub fn sound() -> impl Iterator<Item = Sound> {
    [lists::sound(), rich::sound(), trees::sound()].into_iter().flatten()
}

/// All specimens, by family.
pub fn all() -> impl Iterator<Item = &'static Specimen> {
    [sets::ALL, lists::ALL, rich::ALL, trees::ALL].into_iter().flatten()
}
