//! Implementations that are wrong on purpose, each a small difference from a right one.
//!
//! A specimen proves that a check catches what it says it catches. Each is a mistake that was made: in the
//! pseudo-code of a text, in a published issue, or again and again by everybody. Nothing here is to be used
//! for anything else.

mod composites;
mod counters;
mod gossip;
mod kinds;
mod maps;
mod registers;
mod sets;

pub use kinds::{Need, Specimen};

/// All specimens, by family.
pub fn all() -> impl Iterator<Item = &'static Specimen> {
    [counters::ALL, registers::ALL, sets::ALL, maps::ALL, composites::ALL].into_iter().flatten()
}
