//! Abstract data types: what can be asked of them and what they show, whoever implements them.

pub mod document;
pub mod flag;
pub mod set;
