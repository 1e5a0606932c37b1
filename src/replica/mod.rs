//! The seam between the world and the code under test.

mod data;

pub use data::{DataType, Delivery, DeltaBased, Element, OpBased, Refused, Site, StateBased};
