//! G-Set: a set that only grows.
//!
//! Merge is union. It promises that an element once added is shown for ever, in whatever order and however
//! often updates come; it cannot remove. *A Comprehensive Study of Convergent and Commutative Replicated
//! Data Types* (2011), specification 11.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::sorted;
use crate::base::{Canonical, Digester};
use crate::model::set::{GrowOp, grow_only};
use crate::model::{Growth, Specification};
use crate::replica::{DataType, Delivery, DeltaBased, Element, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;

/// The elements ever added, sorted.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GSet<E>(Vec<E>);

impl<E> GSet<E> {
    /// An empty set.
    pub const fn new() -> GSet<E> {
        GSet(Vec::new())
    }

    /// A set of this element alone.
    pub fn single(element: E) -> GSet<E> {
        GSet(vec![element])
    }

    /// The elements, sorted.
    pub fn iter(&self) -> std::slice::Iter<'_, E> {
        self.0.iter()
    }
}

impl<E: Element> GSet<E> {
    /// Whether an element was added.
    pub fn contains(&self, element: &E) -> bool {
        self.0.binary_search(element).is_ok()
    }

    fn insert(&mut self, element: &E) {
        if let Err(place) = self.0.binary_search(element) {
            self.0.insert(place, element.clone());
        }
    }
}

impl<E: Element> DataType for GSet<E> {
    type Op = GrowOp<E>;
    type View = BTreeSet<E>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> GrowOp<E> {
        GrowOp::propose(pick, E::nth)
    }

    fn view(&self) -> BTreeSet<E> {
        self.0.iter().cloned().collect()
    }

    fn digest(&self, digester: &mut Digester) {
        self.0.feed(digester);
    }
}

impl<E: Element + 'static> Specified for GSet<E> {
    fn specification(&self) -> Specification<GrowOp<E>, BTreeSet<E>> {
        grow_only().growing_with(Growth::Live)
    }
}

impl<E: Element> StateBased for GSet<E> {
    fn apply(&mut self, GrowOp::Add(element): &GrowOp<E>, _: Site) -> Result<(), Refused> {
        self.insert(element);
        Ok(())
    }

    fn merge(&mut self, other: &GSet<E>) {
        sorted::join(&mut self.0, &other.0, E::cmp, |_, _| ());
    }
}

impl<E: Element> DeltaBased for GSet<E> {
    type Delta = GSet<E>;

    fn mutate(&mut self, op: &GrowOp<E>, site: Site) -> Result<GSet<E>, Refused> {
        self.apply(op, site)?;
        let GrowOp::Add(element) = op;
        Ok(GSet(vec![element.clone()]))
    }

    fn join(&mut self, delta: &GSet<E>) {
        self.merge(delta);
    }

    fn combine(into: &mut GSet<E>, other: &GSet<E>) {
        into.merge(other);
    }

    fn whole(&self) -> GSet<E> {
        self.clone()
    }
}

impl<E: Element> OpBased for GSet<E> {
    type Effect = GrowOp<E>;

    const DELIVERY: Delivery = Delivery::AnyRepeated;

    fn prepare(&self, op: &GrowOp<E>, _: Site) -> Result<GrowOp<E>, Refused> {
        Ok(op.clone())
    }

    fn effect(&mut self, GrowOp::Add(element): &GrowOp<E>) {
        self.insert(element);
    }
}

impl<E> Default for GSet<E> {
    fn default() -> GSet<E> {
        GSet::new()
    }
}

impl<E: Clone> Clone for GSet<E> {
    fn clone(&self) -> GSet<E> {
        GSet(self.0.clone())
    }

    fn clone_from(&mut self, source: &GSet<E>) {
        self.0.clone_from(&source.0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, Updates};
    use super::*;

    /// An element is in the view when an add of it exists.
    fn expected(known: Updates<GrowOp<u32>>) -> BTreeSet<u32> {
        known.iter().map(|GrowOp::Add(element)| *element).collect()
    }

    #[test]
    fn an_element_is_in_when_an_add_exists() {
        testing::forms_agree(GSet::<u32>::new, expected, testing::nothing_is_refused);
        testing::deltas_come_in_any_order(GSet::<u32>::new, expected, testing::AT_ALL_TIMES);
        testing::effects_come_in_any_order(GSet::<u32>::new, expected, testing::AT_ALL_TIMES);
    }
}
