//! Abstract data types: what can be asked of them and what they show, whoever implements them.

pub mod list;
pub mod rich_text;
pub mod tree;
