//! Systems under test: data types and protocols as the literature gives them.

pub mod collect;
pub mod text;
pub mod tree;
#[cfg(test)]
mod trials;
