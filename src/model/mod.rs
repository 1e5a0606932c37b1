//! Abstract data types: what clients can ask, and what they are shown. No implementation is in here.

pub mod document;
