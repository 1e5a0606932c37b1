//! The replicated data types of the literature, one file each, usable as plain values.

pub mod composite;
pub mod counter;
pub mod document;
pub mod dots;
pub mod map;
pub mod register;
pub mod set;
pub mod text;
