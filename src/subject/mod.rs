//! Somebody else's code, as a hunt takes it: from a data type of ten lines to a panic with the smallest story.
//!
//! A test calls [`hunt`](crate::hunt()); what its type must say is in [`Subject`] and in [`Merges`], [`Joins`] or
//! [`Effects`].

mod form;
mod test;

pub use form::{ByDelta, ByOperation, ByState, Effects, Form, Joins, Merges, OpOf, Subject};
pub use test::{Found, Test};
