//! Abstract data types: what clients can ask, and what they are shown. No implementation is in here.

mod ask;
pub mod composite;
pub mod counter;
pub mod document;
pub mod flag;
pub mod list;
pub mod map;
pub mod register;
pub mod rich_text;
pub mod set;
pub mod tree;

pub use ask::{Ask, Told};
