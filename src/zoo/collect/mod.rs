//! Garbage collection of tombstones, as a layer that is put on a data type.
//!
//! A type that keeps what is deleted says what it keeps ([`Tombstones`]); a layer around it decides when
//! that can go: [`Stable`] when every member knows of it for good, [`Aged`] when it is old enough. Neither
//! ever changes a view.

mod aged;
mod ledger;
mod stable;
mod tombstones;
#[cfg(test)]
mod trials;

pub use aged::{Aged, AgedEffect};
pub use stable::{Stable, StableEffect};
pub use tombstones::Tombstones;
