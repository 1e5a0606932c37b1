//! Sequences: lists that several write at once, by identifiers instead of indices.

#[cfg(test)]
mod list_trials;
pub mod logoot;
pub mod lseq;
pub mod position;
pub mod positioned;
pub mod rich;
pub mod strand;
pub mod woot;
