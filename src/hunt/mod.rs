//! Many seeds on all cores, and what is done with what they find.
//!
//! The only place below the command line that knows of threads and of the clock on the wall. The law: what comes
//! out is the same for any number of jobs.

#[cfg(feature = "systems")]
mod catch;
mod crew;
#[cfg(feature = "systems")]
#[expect(clippy::module_inception, reason = "a hunt is what this folder is about")]
mod hunt;
#[cfg(feature = "systems")]
mod inevitable;
mod limits;
mod nearest;
mod pursuit;
mod reached;
#[cfg(feature = "systems")]
mod repair;
mod shard;
mod strategy;
mod vitals;
mod workers;

#[cfg(feature = "systems")]
pub(crate) use catch::told;
#[cfg(feature = "systems")]
pub use catch::{Catch, catch};
pub use crew::Crew;
#[cfg(feature = "systems")]
pub use hunt::{Group, Hunted, Listener, PURSUED, Quarry, hunt};
#[cfg(feature = "systems")]
pub use inevitable::{Likely, RUNS, inevitable};
pub use limits::{Limits, Stopwatch};
pub use nearest::Nearest;
pub use pursuit::{Counterexample, Size, pursue, refine};
pub use reached::Reached;
#[cfg(feature = "systems")]
pub use repair::{Repaired, repair};
pub use shard::Shard;
pub use strategy::Strategy;
pub use vitals::{Vital, Vitals};
