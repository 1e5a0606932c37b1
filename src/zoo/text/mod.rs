//! Sequences: lists that several write at once, by identifiers instead of indices.

pub mod fugue;
pub mod fugue_max;
pub mod fugue_tree;
#[cfg(test)]
mod histories;
#[cfg(test)]
mod interleaving;
pub mod known;
pub mod list;
pub mod rga;
pub mod rule;
pub mod sequence;
pub mod yata;
