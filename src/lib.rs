//! Squall: a deterministic simulator that finds the bugs replicas show only when the network misbehaves.

pub mod base;
pub mod model;
pub mod replica;
pub mod zoo;
