//! Joins a scenario file, a system and a world into an outcome.
//!
//! The registry calls in with the concrete types; everything below is the same for all of them. Knows
//! nothing of terminals and of where files lie.

mod campaign;
mod hostile;
mod proposer;
mod resolve;
mod runner;
mod story;
mod transcript;
mod trial;

pub use campaign::{Outcome, Verdict, campaign};
pub use hostile::{Hostile, hostile};
pub use proposer::{Mix, Proposer};
pub use resolve::{read, resolve, resolved, variations};
pub use runner::{Finding, Ran, Runner, STANDARD};
pub use story::{Asking, NoOperation, Story};
pub use transcript::Transcript;
pub use trial::{Trial, tally, trial};
