//! The replicated data types of the literature, one file each, usable as plain values.

pub mod document;
pub mod dots;
