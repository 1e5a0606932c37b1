//! Makes things happen: one queue of events, one network, and whatever goes wrong with them.
//!
//! The world moves messages whose meaning it does not know, and judges nothing. A run is a function of a
//! plan and a door of chance; whoever wants to know more than its end watches it.

mod action;
mod clock;
mod disk;
mod door;
mod engine;
mod network;
mod priorities;
mod queue;
mod seat;
mod slab;
mod steered;
mod wall;
mod witness;

#[cfg(test)]
mod naive;
#[cfg(test)]
mod twins;

pub use action::settled;
pub use door::{Behind, Choice, Dealt, Door, Enumeration, Otherwise, Replay, Script, Sending, replay};
pub use engine::{Ended, Run, System, World};
pub use network::Network;
pub use priorities::Priorities;
pub use queue::Queue;
pub use steered::{Budget, Dismissal, Happened, Node, Reduction, Steered};
pub use witness::Witness;
