//! Somebody else's code, as a hunt takes it: from a data type of ten lines to a panic with the smallest story.
//!
//! A whole library, with documents, messages and saves of its own, is tested as it is: see [`Library`] and
//! [`library`](crate::library()).
//!
//! A test calls [`hunt`](crate::hunt()); what its type must say is in [`Subject`] and in [`Merges`], [`Joins`],
//! [`Effects`] or, of a whole replica with a protocol of its own, in [`Replica`](crate::replica::Replica).

mod form;
mod library;
mod regression;
mod test;
mod ward;
mod whole;

pub use crate::replica::{Contract, Early, Library};
pub use form::{ByDelta, ByOperation, ByProtocol, ByState, Effects, Form, Joins, Merges, OpOf, Subject};
pub use library::{Discovery, LIBRARY_CHECKS, LibraryTest, Verdict, World};
pub use test::{Found, Test};
pub use ward::Isolation;
