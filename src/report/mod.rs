//! What a person, or a program, is told of a run.
//!
//! Everything here is made from a recording; nothing is run, and nothing is judged again.

mod difference;
mod figures;
#[cfg(feature = "cli")]
mod json;
#[cfg(feature = "cli")]
mod page;
mod story;

pub use difference::Difference;
pub use figures::Figures;
#[cfg(feature = "cli")]
pub use json::{Caption, SCHEMA, json};
#[cfg(feature = "cli")]
pub use page::page;
pub use story::{Drawing, story};
