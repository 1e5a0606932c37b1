//! Squall: a deterministic simulator that finds the bugs replicas show only when the network misbehaves.

pub mod base;
pub mod replica;
pub mod scenario;
pub mod trace;
pub mod world;
pub mod zoo;
