//! Joins a scenario file, a system and a world into an outcome.
//!
//! The registry calls in with the concrete types; everything below is the same for all of them. Knows
//! nothing of terminals and of where files lie.

#[cfg(feature = "systems")]
mod campaign;
mod caught;
mod coverage;
#[cfg(feature = "systems")]
mod depict;
#[cfg(feature = "systems")]
mod hostile;
mod picture;
mod proposer;
#[cfg(feature = "systems")]
mod resolve;
mod runner;
mod same;
mod signature;
mod story;
mod transcript;
#[cfg(feature = "systems")]
mod trial;

#[cfg(feature = "systems")]
pub use campaign::{Came, Campaign, Gathering, MOST_FINDINGS, MOST_NOTES, Outcome, Verdict, campaign, watches_of};
pub use caught::hush;
pub use coverage::Coverage;
#[cfg(feature = "systems")]
pub use depict::depict;
#[cfg(feature = "systems")]
pub use hostile::{Hostile, hostile};
pub use picture::Picture;
pub use proposer::{Mix, Proposer};
#[cfg(feature = "systems")]
pub use resolve::{read, resolve, resolved, variations};
pub use runner::{Finding, Ran, Runner, STANDARD, watches};
pub use same::same;
pub use signature::{Signature, Way};
pub use story::{Asking, NoOperation, Story};
pub use transcript::{State, Transcript, Weight};
#[cfg(feature = "systems")]
pub use trial::{Trial, tally, trial};
