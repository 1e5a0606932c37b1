//! The words that every other part of Squall is written in: who, when, which, and by what chance.
//!
//! Nothing here knows of replicas that react, networks that lose, or files that say so. Everything is a
//! plain value, and every function gives the same answer on every platform.

mod chance;
mod digest;
mod id;
mod name;
mod time;

pub use chance::{Answers, Concern, Dice, Keys, Odds, OddsError, Odometer, Seed, SeedError};
pub use digest::{Canonical, Digest, Digester};
pub use id::{ClientId, Identity, Incarnation, ReplicaId, TimerId, Update};
pub use name::{Hop, Name, Path, Root};
pub use time::{Span, SpanError, Time};
