//! Abstract data types: what can be asked of them and what they show, whoever implements them.

pub mod composite;
pub mod counter;
pub mod document;
pub mod flag;
pub mod list;
pub mod map;
pub mod register;
pub mod set;
