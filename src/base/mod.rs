//! The words that every other part of Squall is written in: who, when, which, and by what chance.
//!
//! Nothing here knows of replicas that react, networks that lose, or files that say so. Everything is a
//! plain value, and every function gives the same answer on every platform.

mod carries;
mod causal_context;
mod chance;
mod digest;
mod dot;
mod dotted;
mod entry;
mod fate;
mod hybrid;
mod id;
mod known;
mod lamport;
#[cfg(test)]
mod laws;
mod links;
mod name;
mod names;
mod nearest;
mod observed;
mod refused;
mod stamp;
mod time;
mod version_vector;

pub use carries::Carries;
pub use causal_context::CausalContext;
pub(crate) use chance::scale;
pub use chance::{Answers, Concern, Dice, Keys, Odds, OddsError, Odometer, Seed, SeedError};
pub use digest::{Canonical, Digest, Digester};
pub use dot::Dot;
pub use dotted::{Dotted, DottedSet};
pub use entry::Entry;
pub use fate::{Arrival, Fate};
pub use hybrid::{Hybrid, HybridClock};
pub use id::{ClientId, Identity, Incarnation, ReplicaId, RequestId, TimerId, Update};
pub use known::Known;
pub use lamport::{Lamport, LamportClock};
pub use links::{Links, Neighbours};
pub use name::{Hop, Name, Path, PathError, Root};
pub use names::{Names, ReplicaError};
pub use nearest::nearest;
pub use observed::Observed;
pub use refused::Refused;
pub use stamp::{Stamp, Wall};
pub use time::{Offset, Span, SpanError, Time};
pub use version_vector::{Causality, VersionVector};
