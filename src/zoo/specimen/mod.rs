//! Implementations that are wrong on purpose, each a small difference from a right one.
//!
//! A specimen proves that a check catches what it says it catches. Each is a mistake that was made: in the
//! pseudo-code of a text, in a published issue, or again and again by everybody. Nothing here is to be used
//! for anything else.

mod broadcast;
mod composites;
mod counters;
mod desperate;
mod durability;
mod gossip;
mod harness;
mod kinds;
mod lists;
mod maps;
mod queries;
mod registers;
mod rich;
mod sessions;
mod sets;
mod sync;
#[cfg(test)]
mod testing;
mod trees;

pub use desperate::desperate;
pub use kinds::{Need, Specimen};

use crate::zoo::AnySystem;

/// What a mistake was made to, without the mistake: what it is, what it bears, and the system.
pub type Sound = (&'static str, &'static [Need], AnySystem);

/// The right form of those types, layers, protocols and rows that were written to make a mistake to.
pub fn sound() -> impl Iterator<Item = Sound> {
    let types =
        [registers::sound(), lists::sound(), queries::sound(), rich::sound(), trees::sound()].into_iter().flatten();
    types
        .chain(broadcast::sound())
        .chain(sync::sound())
        .chain(sessions::sound())
        .chain(durability::sound())
        .chain(harness::sound())
}

/// All specimens, by family.
pub fn all() -> impl Iterator<Item = &'static Specimen> {
    let plain = [counters::ALL, registers::ALL, sets::ALL, maps::ALL, composites::ALL];
    let placed = [lists::ALL, queries::ALL, rich::ALL, trees::ALL];
    let told = [broadcast::ALL, sync::ALL, sessions::ALL, durability::ALL, harness::ALL];
    plain.into_iter().chain(placed).chain(told).flatten()
}
