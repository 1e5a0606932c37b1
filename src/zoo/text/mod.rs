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
#[cfg(test)]
mod list_trials;
pub mod logoot;
pub mod lseq;
pub mod position;
pub mod positioned;
pub mod rga;
pub mod rich;
pub mod rule;
pub mod sequence;
#[cfg(test)]
mod specified;
pub mod strand;
pub mod woot;
pub mod yata;
