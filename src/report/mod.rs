//! What a person, or a program, is told of a run.
//!
//! Everything here is made from a recording; nothing is run, and nothing is judged again.

mod difference;
mod dot;
mod escape;
mod figures;
#[cfg(feature = "cli")]
mod json;
mod mermaid;
#[cfg(feature = "cli")]
mod page;
mod scenes;
mod shiviz;
mod story;
mod trace_event;

pub use difference::Difference;
pub use dot::{happens_before, topology};
pub use escape::html;
pub use figures::Figures;
#[cfg(feature = "cli")]
pub use json::{Caption, SCHEMA, json};
pub use mermaid::{MERMAID_MOST, mermaid};
#[cfg(feature = "cli")]
pub use page::page;
pub use shiviz::{DELIMITER, EXPRESSION, shiviz};
pub use story::{Drawing, story, story_against};
pub use trace_event::trace_event;
