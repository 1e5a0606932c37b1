//! Garbage collection of tombstones, as a layer that is put on a data type.
//!
//! A type that keeps what is deleted says what it keeps ([`Tombstones`]); a layer around it decides when
//! that can go: [`Stable`] when every member knows of it for good, [`Aged`] when it is old enough. Neither
//! ever changes a view. Both go through all tombstones after each update.
//!
//! Not all that is ready goes. A list keeps the tombstones that other elements are linked to, and, where links
//! name right neighbours, the first one behind what is shown. A 2P-Set does not take part: what was removed may be
//! added again at any time, and only the removal then hides it.

mod aged;
#[cfg(test)]
mod in_touch;
mod interval;
mod ledger;
mod noted;
mod stable;
mod tombstones;
#[cfg(test)]
mod trials;

pub use aged::{Aged, AgedEffect, Heard};
pub use interval::Intervals;
pub use stable::{Stable, StableEffect};
pub use tombstones::Tombstones;
