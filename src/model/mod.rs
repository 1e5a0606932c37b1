//! Abstract data types: what clients can ask, what they are shown, and what that must be. No implementation
//! is in here.

mod ask;
pub mod broadcast;
pub mod composite;
pub mod counter;
pub mod document;
pub mod flag;
mod history;
mod judge;
pub mod latest;
pub mod list;
pub mod map;
pub mod query;
pub mod register;
pub mod rich_text;
pub mod set;
mod specification;
#[cfg(test)]
pub(crate) mod testing;
pub mod tree;

pub use ask::{Ask, Asks, Told};
pub use history::{History, Issued, Share, Visible, seen_by};
pub use judge::{Judge, Ruled, Ruling};
pub use specification::{Growth, Judged, Keeps, Parts, Source, Specification, key_of};
