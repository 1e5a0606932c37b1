//! Broadcasts: what one replica says, all hear. Layers that stand on one another, from links that lose up
//! to one order for all.
//!
//! A layer knows the one below it by its promises alone, and nothing of what it carries. A composition in
//! which one lacks what it needs is refused, by name, where it is put together.
//!
//! | layer | needs of the one below | gives |
//! |---|---|---|
//! | [`BestEffort`] | links | what the links give |
//! | [`Retransmit`] | links, lossy ones too | every neighbour reached, on a mesh reliable, no duplicates |
//! | [`ForwardOnce`] | links, lossy ones too | no duplicates; most replicas, with luck |
//! | [`Gossip`], [`Plumtree`] | links, lossy ones too | reliable, survives its sender, no duplicates |
//! | [`Once`] | | no duplicates |
//! | [`Eager`] | every neighbour reached | reliable, survives its sender, no duplicates |
//! | [`Flood`] | links, lossy ones too | the same with fewer messages; on request repeats as they come |
//! | [`Fifo`] | reliable | FIFO, no duplicates |
//! | [`Causal`], [`Dependent`] | reliable, survives its sender | causal, no duplicates |
//! | [`Sequenced`] | a link between every two replicas | total and causal, all the above |
//! | [`Stable`] | causal, reliable | the same, and what every member has delivered |
//! | [`Either`] | | what the chosen one of two stacks does |
//!
//! What a stack promises is what [it is judged by](crate::zoo::System::broadcasting): each promise has its check.
//!
//! The contract of all of them: identities are unique, the numbers that a layer gives are part of its value
//! and come back with it after a crash, and the value is durable before anything that it sends leaves. A
//! replica that loses its disk and keeps its identity gives numbers twice, and is not understood.

mod best_effort;
mod broadcaster;
mod causal;
mod dependent;
mod eager;
mod either;
mod fifo;
mod flood;
mod forward_once;
mod gossip;
mod held;
mod layer;
mod once;
mod owed;
mod plumtree;
mod port;
mod promise;
mod retransmit;
mod seen;
mod sequenced;
mod stable;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use crate::model::broadcast::Say;
pub use best_effort::BestEffort;
pub use broadcaster::{Broadcaster, Packet};
pub use causal::{Causal, Stamped};
pub use dependent::{Dependent, Named};
pub use eager::Eager;
pub use either::{Either, EitherWire};
pub use fifo::Fifo;
pub use flood::{Flood, Flooded};
pub use forward_once::ForwardOnce;
pub use gossip::{Gossip, Gossiped, Mode};
pub use layer::{Body, Layer, Post};
pub use once::Once;
pub use plumtree::{Plumtree, Plumtreed};
pub use port::{Lower, Outlet, Port};
pub use promise::{Ground, Misfit, Promise, Promises};
pub use retransmit::{Retransmit, Retransmitted};
pub use sequenced::{Placed, Sequenced, SequencedWire};
pub use stable::{Noted, Stable};
