//! The systems under test: data types and protocols as the literature gives them, each readable on its
//! own.

pub mod adapter;
mod boxed;
pub mod broadcast;
pub mod collect;
pub mod composite;
pub mod counter;
pub mod document;
pub mod dots;
pub mod library;
pub mod map;
pub mod query;
pub mod register;
#[cfg(feature = "systems")]
pub mod registry;
pub mod set;
mod specified;
#[cfg(feature = "systems")]
pub mod specimen;
pub mod sync;
mod system;
mod tape;
pub mod text;
pub mod tree;
#[cfg(test)]
mod trials;

pub use boxed::{Asked, Boxed, Parcel, Stored, Viewed};
pub use specified::Specified;
pub use system::{AnySystem, System, Visitor};
