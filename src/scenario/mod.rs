//! What a scenario may say, as plain values: who is linked with whom, and how long a message takes.
//!
//! Nothing here runs. A value that passes its own check means the same on every machine and in every run.

mod latency;
mod topology;

pub use latency::{Latency, LatencyError};
pub use topology::{Links, Neighbours, Topology, TopologyError};
