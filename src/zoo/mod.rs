//! The systems under test: data types and protocols as the literature gives them, each readable on its
//! own.

pub mod counter;
pub mod dots;
pub mod register;
pub mod set;
pub mod sync;
pub mod text;
