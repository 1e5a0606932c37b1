//! Every fault, once where it changes what happens and its witness says so, and once where it is off.

#[path = "../support/mod.rs"]
mod support;

mod clients;
mod clocks;
mod crashes;
mod disks;
mod links;
mod partitions;
mod pauses;
mod requests;
mod runs;
mod timers;
mod topologies;
