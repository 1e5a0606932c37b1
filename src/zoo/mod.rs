//! The systems under test: data types and protocols as the literature gives them, each readable on its
//! own.

pub mod broadcast;
