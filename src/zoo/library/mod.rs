//! Replicas that keep documents of somebody else's library in step.
//!
//! A [`Host`] holds a document and does with it what programs around the world do: it tells each change to everybody,
//! in batches that are split and merged; hands over what comes as the library's contract asks, or on request worse;
//! saves, loads and forks documents; keeps snapshots to be merged much later; and in the end lets documents compare
//! what they have. The law: what a document is said to know is what it was handed, whatever it made of that.

mod guarded;
mod host;
mod told;

pub use guarded::Guarded;
pub use host::{Habits, Host, Image};
pub use told::{Item, Wire};
