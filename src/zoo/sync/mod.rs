//! Syncs: ways to keep replicas of a data type in step, each a [`Protocol`] over the forms that the data type
//! comes in.
//!
//! | sync | what travels | needs |
//! |---|---|---|
//! | [`FullState`] | the state | [`StateBased`](crate::replica::StateBased) |
//! | [`Intervals`] | what changed since the other acknowledged | [`Gossiped`] |
//! | [`AnyOrder`] | what changed, each change by itself | [`Gossiped`] |
//! | [`Operations`] | effects, over a [broadcast](crate::zoo::broadcast) | [`OpBased`](crate::replica::OpBased) |
//! | [`Merkle`] | hashes, and the rows that differ | [`Rows`] |
//! | [`Fetch`] | version vectors, and what the other lacks | effects or deltas |
//!
//! ```
//! use squall::base::{ReplicaId, Seed, Span, Time};
//! use squall::replica::{Element, Scripted};
//! use squall::model::set::SetOp;
//! use squall::scenario::Scenario;
//! use squall::world::{Dealt, World};
//! use squall::zoo::set::OrSet;
//! use squall::zoo::sync::{Ask, Intervals, Pace, Synced};
//!
//! let plan = Scenario::new(3).plan().unwrap();
//! let set = Synced::everywhere(Intervals::new(OrSet::<String>::new()), Pace::each(Span::millis(20)));
//! let add = |nth| Ask::Do(SetOp::Add(String::nth(nth)));
//! let script = [0, 1, 2].map(|n| Scripted::new(Time(n), ReplicaId(n as u32), add(n)));
//! let mut world = World::new();
//! world.run(&plan, &set, &script[..], &mut Dealt::new(Seed(1)), &mut ());
//! assert!(world.replicas().iter().all(|replica| replica.value().contains(&"c".to_owned())));
//! ```

mod any;
mod any_order;
#[cfg(test)]
mod bench;
mod fetch;
mod fits;
mod full_state;
mod hash_tree;
mod intervals;
mod knowledge;
mod merkle;
mod news;
mod operations;
mod rows;
mod synced;

pub use crate::model::{Ask, Told};
pub use any::AnyProtocol;
pub use any_order::{AnyOrder, GroupMessage};
pub use fetch::{AsDeltas, AsEffects, Fetch, FetchMessage, Record, Wording};
pub use fits::{Family, Fitting, Misfit, Sync, fits};
pub use full_state::{FullState, StateMessage};
pub use hash_tree::Node;
pub use intervals::{IntervalMessage, Intervals};
pub use knowledge::Knowledge;
pub use merkle::{Compared, Merkle, MerkleMessage, Row};
pub use news::Gossiped;
pub use operations::{Operations, Standard};
pub use rows::Rows;
pub use synced::{Pace, Protocol, Saving, Synced, Turn};
