//! Libraries that others wrote, as they are: each driven through its own interface, its own messages and its own
//! saves, behind a feature of its name.
//!
//! An adapter translates and does nothing else: what a library promises is the [contract](Library::CONTRACT) that its
//! documents state, and what it shows is shown. The law: an adapter keeps no order, repairs nothing and hides nothing.

#[cfg(feature = "automerge")]
pub mod automerge;
#[cfg(feature = "cola")]
pub mod cola;
#[cfg(feature = "crdts")]
pub mod crdts;
#[cfg(feature = "diamond-types")]
pub mod diamond;
#[cfg(feature = "loro")]
pub mod loro;
#[cfg(feature = "yrs")]
pub mod yrs;

mod entries;
mod proposals;

pub use crate::replica::Library;
pub use entries::entries;
pub use proposals::{Maps, MoveOp, Nested, moved, nested, nested_maps, put, text, words};
