//! What a scenario may say, and the plan that comes of it once every name is resolved and every
//! contradiction refused.
//!
//! Nothing here runs. A value that passes its own check means the same on every machine and in every run.

mod catalogue;
mod fault;
mod file;
mod latency;
mod link;
mod plan;
mod refusal;
mod script;
mod setup;
mod topology;

pub use catalogue::FAULTS;
pub use fault::{
    Clock, Crash, Disk, Down, Durability, Fault, Flapping, InFlight, Partition, Rebirth, Shape, When, Who,
};
pub use file::{Activity, Expectation, FORMAT_VERSION, File, FileError, Often, Origin, SystemName, Watch};
pub use latency::{Latency, LatencyError};
pub use link::{Bursts, Duplicates, Link, LinkRule, Reorder};
pub use plan::{MOST_REPLICAS, Plan};
pub use refusal::{Refusal, Refusals, Subject};
pub use script::{Decision, Label, Operation, Request, Rest};
pub use setup::{Order, Scenario};
pub use topology::{Topology, TopologyError};
