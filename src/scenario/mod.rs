//! What a scenario may say, and the plan that comes of it once every name is resolved and every
//! contradiction refused.
//!
//! Nothing here runs. A value that passes its own check means the same on every machine and in every run.

mod catalogue;
mod contradiction;
mod examples;
mod explain;
mod fault;
mod file;
mod impact;
mod latency;
mod link;
mod matrix;
mod mistake;
mod plan;
mod reading;
mod refusal;
#[cfg(feature = "cli")]
mod render;
mod script;
mod setup;
mod source;
mod topology;
mod writing;

pub use catalogue::FAULTS;
pub use contradiction::{MOST_FATES, MOST_OF_A_KIND, MOST_REQUESTS, MOST_SEEDS};
pub use fault::{
    Clock, Crash, Disk, Down, Durability, Fault, Flapping, InFlight, Partition, Rebirth, Shape, When, Who,
};
pub use file::{Activity, Expectation, FORMAT_VERSION, File, Often, Origin, SystemName, Watch, Weighed};
pub use impact::Impact;
pub use latency::{Latency, LatencyError};
pub use link::{Bursts, Duplicates, Link, LinkRule, Reorder};
pub use matrix::{MOST_VARIATIONS, Matrix};
pub use mistake::{Mistake, Mistakes, Part, Place, Spot};
pub use plan::{MOST_REPLICAS, Plan};
pub use reading::{Draft, MOST_BYTES};
pub use refusal::{Refusal, Refusals, Subject};
pub use script::{Decision, Label, Operation, Request, Rest};
pub use setup::{Order, Scenario};
pub use topology::{Topology, TopologyError};
