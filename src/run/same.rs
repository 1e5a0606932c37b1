//! A system of a family that the caller knows already.

use std::any::Any;

use crate::zoo::{AnySystem, Asked, System, Viewed, Visitor};

/// The system, as one of the family of these types.
///
/// # Panics
/// Where it is of another family.
pub fn same<O: Asked, V: Viewed>(system: AnySystem) -> System<O, V> {
    let system = system.visit(Boxing);
    *system.downcast().unwrap_or_else(|_| panic!("a system of another family"))
}

struct Boxing;

impl Visitor for Boxing {
    type Output = Box<dyn Any>;

    fn visit<O: Asked, V: Viewed>(self, system: System<O, V>) -> Box<dyn Any> {
        Box::new(system)
    }
}
