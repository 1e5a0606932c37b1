//! The systems under test: data types, each readable on its own.

pub mod dots;
pub mod set;
