//! All that can happen in a small world, one way after the other, with no chance in it.
//!
//! Every order of deliveries, every loss and every duplicate as far as a budget goes, and every point at which a replica
//! can crash. Of orders that differ only in events that do not touch one another, one is run. The law: what comes out
//! is the same for any number of jobs, and where it says that nothing was left out, nothing was.

mod crashes;
#[cfg(feature = "systems")]
mod exploration;
mod orders;
mod search;
mod tally;

pub use crashes::crashing;
#[cfg(feature = "systems")]
pub use exploration::{Exploration, Explored, Kind, explore};
pub use orders::orders;
pub use search::{AT_ONE_MOMENT, Bounds, Scope, Searched, explicit, search};
pub use tally::{Came, Find, Tally};
