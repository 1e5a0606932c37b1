//! Joins a scenario file, a system and a world into an outcome.
//!
//! The registry calls in with the concrete types; everything below is the same for all of them. Knows
//! nothing of terminals and of where files lie.

mod campaign;
mod caught;
mod coverage;
mod depict;
mod hostile;
mod picture;
mod proposer;
mod resolve;
mod runner;
mod same;
mod signature;
mod story;
mod transcript;
mod trial;

pub use campaign::{Came, Campaign, Gathering, MOST_FINDINGS, MOST_NOTES, Outcome, Verdict, campaign, watches_of};
pub use caught::hush;
pub use coverage::Coverage;
pub use depict::depict;
pub use hostile::{Hostile, hostile};
pub use picture::Picture;
pub use proposer::{Mix, Proposer};
pub use resolve::{read, resolve, resolved, variations};
pub use runner::{Finding, Ran, Runner, STANDARD, watches};
pub use same::same;
pub use signature::{Signature, Way};
pub use story::{Asking, NoOperation, Story};
pub use transcript::{State, Transcript};
pub use trial::{Trial, tally, trial};
