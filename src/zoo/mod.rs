//! Systems under test: data types, protocols and what is built of them.

pub mod text;
