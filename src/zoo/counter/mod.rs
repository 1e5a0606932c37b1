//! Counters.

mod bounded;
mod g_counter;
#[cfg(test)]
pub(in crate::zoo) mod histories;
mod pn_counter;
mod slots;

pub use bounded::{BoundedCounter, BoundedDelta, BoundedEffect};
pub use g_counter::{Counted, GCounter};
pub use pn_counter::{PnCounter, PnDelta, PnEffect};
pub use slots::{Cells, Slots};
