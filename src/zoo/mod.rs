//! The systems under test: data types, each readable on its own.

pub mod document;
pub mod dots;
pub mod set;
