//! Squall: a deterministic simulator that finds the bugs replicas show only when the network misbehaves.

pub mod base;
#[cfg(feature = "cli")]
pub mod cli;
pub mod model;
pub mod replica;
pub mod run;
pub mod scenario;
pub mod trace;
pub mod world;
pub mod zoo;
