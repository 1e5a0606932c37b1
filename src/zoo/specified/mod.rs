//! Which specification a data type claims to meet.

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod trials;

use crate::model::Specification;
use crate::replica::DataType;

/// A data type that says what it must show.
///
/// The specification is written in the model, from the literature, and shares no code with the type.
pub trait Specified: DataType {
    /// What this value's replicas must show, all of which began as it is now: its parameters are in it,
    /// its content is not.
    fn specification(&self) -> Specification<Self::Op, Self::View>;
}
