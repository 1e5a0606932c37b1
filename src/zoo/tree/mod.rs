//! Trees.

pub mod move_tree;
