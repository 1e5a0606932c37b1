//! What a person, or a program, is told of a run.
//!
//! Everything here is made from a recording; nothing is run, and nothing is judged again.

mod story;

pub use story::{Drawing, story};
