//! 2P-Set: a set whose elements can be removed once, and never come back.
//!
//! Two sets that only grow, the added and the removed; what is in the first alone is shown. It promises
//! the same in whatever order and however often updates come. An add after a removal is accepted and shows
//! nothing; the removal of what is not shown is refused. Removals cannot be [collected](crate::zoo::collect),
//! however old and well known: an element may be added again at any time, and only its removal keeps it from
//! being shown. *A Comprehensive Study of Convergent and Commutative Replicated Data Types* (2011),
//! specification 12.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::sorted;
use crate::base::{Canonical, Digester};
use crate::model::set::{SetOp, two_phase};
use crate::model::{Growth, Specification};
use crate::replica::{DataType, Delivery, DeltaBased, Element, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;

/// The elements ever added and those ever removed, both sorted.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TwoPhaseSet<E> {
    added: Vec<E>,
    removed: Vec<E>,
}

impl<E> TwoPhaseSet<E> {
    /// An empty set.
    pub const fn new() -> TwoPhaseSet<E> {
        TwoPhaseSet { added: Vec::new(), removed: Vec::new() }
    }
}

impl<E: Element> TwoPhaseSet<E> {
    /// Whether an element was added and not removed.
    pub fn contains(&self, element: &E) -> bool {
        self.added.binary_search(element).is_ok() && self.removed.binary_search(element).is_err()
    }

    /// The part of this set that each element ever named has, sorted by element.
    pub fn split(&self) -> Vec<(E, TwoPhaseSet<E>)> {
        let mut named = [&self.added[..], &self.removed[..]].concat();
        named.sort_unstable();
        named.dedup();
        let part =
            |list: &[E], element: &E| list.binary_search(element).map(|at| list[at].clone()).into_iter().collect();
        let split = |element: E| {
            let (added, removed) = (part(&self.added, &element), part(&self.removed, &element));
            (element, TwoPhaseSet { added, removed })
        };
        named.into_iter().map(split).collect()
    }

    fn shown(&self) -> impl Iterator<Item = &E> + Clone {
        self.added.iter().filter(|element| self.removed.binary_search(element).is_err())
    }

    fn admit(&self, op: &SetOp<E>) -> Result<(), Refused> {
        match op {
            SetOp::Remove(element) if !self.contains(element) => Err(Refused::because(format!(
                "{element:?} is not in the set, and only an element that is in it can be removed"
            ))),
            _ => Ok(()),
        }
    }
}

impl<E: Element> DataType for TwoPhaseSet<E> {
    type Op = SetOp<E>;
    type View = BTreeSet<E>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> SetOp<E> {
        // What was removed stays away, so that a few elements would soon be used up.
        let next = (self.added.len() as u64).saturating_sub(2);
        SetOp::propose(pick, |n| E::nth(next + n), |element| self.contains(element))
    }

    fn view(&self) -> BTreeSet<E> {
        self.shown().cloned().collect()
    }

    fn digest(&self, digester: &mut Digester) {
        self.shown().count().feed(digester);
        self.shown().for_each(|element| element.feed(digester));
    }
}

impl<E: Element + 'static> Specified for TwoPhaseSet<E> {
    fn specification(&self) -> Specification<SetOp<E>, BTreeSet<E>> {
        two_phase().growing_with(Growth::Updates)
    }
}

impl<E: Element> StateBased for TwoPhaseSet<E> {
    fn apply(&mut self, op: &SetOp<E>, _: Site) -> Result<(), Refused> {
        self.admit(op)?;
        self.effect(op);
        Ok(())
    }

    fn merge(&mut self, other: &TwoPhaseSet<E>) {
        sorted::join(&mut self.added, &other.added, E::cmp, |_, _| ());
        sorted::join(&mut self.removed, &other.removed, E::cmp, |_, _| ());
    }
}

impl<E: Element> DeltaBased for TwoPhaseSet<E> {
    type Delta = TwoPhaseSet<E>;

    fn mutate(&mut self, op: &SetOp<E>, site: Site) -> Result<TwoPhaseSet<E>, Refused> {
        self.apply(op, site)?;
        let mut delta = TwoPhaseSet::new();
        delta.effect(op);
        Ok(delta)
    }

    fn join(&mut self, delta: &TwoPhaseSet<E>) {
        self.merge(delta);
    }

    fn combine(into: &mut TwoPhaseSet<E>, other: &TwoPhaseSet<E>) {
        into.merge(other);
    }

    fn whole(&self) -> TwoPhaseSet<E> {
        self.clone()
    }
}

impl<E: Element> OpBased for TwoPhaseSet<E> {
    type Effect = SetOp<E>;

    /// A removal that comes before its add waits for it in the removed.
    const DELIVERY: Delivery = Delivery::AnyRepeated;

    fn prepare(&self, op: &SetOp<E>, _: Site) -> Result<SetOp<E>, Refused> {
        self.admit(op)?;
        Ok(op.clone())
    }

    fn effect(&mut self, op: &SetOp<E>) {
        let (list, element) = match op {
            SetOp::Add(element) => (&mut self.added, element),
            SetOp::Remove(element) => (&mut self.removed, element),
        };
        if let Err(place) = list.binary_search(element) {
            list.insert(place, element.clone());
        }
    }
}

impl<E> Default for TwoPhaseSet<E> {
    fn default() -> TwoPhaseSet<E> {
        TwoPhaseSet::new()
    }
}

impl<E: Clone> Clone for TwoPhaseSet<E> {
    fn clone(&self) -> TwoPhaseSet<E> {
        TwoPhaseSet { added: self.added.clone(), removed: self.removed.clone() }
    }

    fn clone_from(&mut self, source: &TwoPhaseSet<E>) {
        self.added.clone_from(&source.added);
        self.removed.clone_from(&source.removed);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, Updates};
    use super::*;

    /// An element is in the view when an add of it exists and no removal.
    fn expected(known: Updates<SetOp<u32>>) -> BTreeSet<u32> {
        let removed = |element| known.iter().any(|op| *op == SetOp::Remove(element));
        known
            .iter()
            .filter_map(|op| if let SetOp::Add(e) = op { Some(*e) } else { None })
            .filter(|e| !removed(*e))
            .collect()
    }

    fn refused(shown: &BTreeSet<u32>, op: &SetOp<u32>) -> bool {
        matches!(op, SetOp::Remove(element) if !shown.contains(element))
    }

    #[test]
    fn an_element_is_in_when_it_was_added_and_never_removed() {
        testing::forms_agree(TwoPhaseSet::<u32>::new, expected, refused);
        testing::deltas_come_in_any_order(TwoPhaseSet::<u32>::new, expected, testing::AT_ALL_TIMES);
        testing::effects_come_in_any_order(TwoPhaseSet::<u32>::new, expected, testing::AT_ALL_TIMES);
    }

    #[test]
    fn what_was_removed_can_be_added_again_and_stays_away() {
        testing::check::<TwoPhaseSet<String>>("a adds milk; a removes milk; a adds milk; b from a", "a {}, b {}");
    }

    #[test]
    fn a_set_that_forgot_a_removal_would_show_what_was_removed_when_it_is_added_again() {
        let story = [SetOp::Add('m'), SetOp::Remove('m')];
        let [mut kept, mut forgetful] = [(); 2].map(|()| TwoPhaseSet::new());
        for op in &story {
            kept.apply(op, Site::of(0)).unwrap();
            forgetful.apply(op, Site::of(0)).unwrap();
        }
        forgetful.removed.clear();
        forgetful.added.clear();
        assert_eq!(kept.view(), forgetful.view());
        for set in [&mut kept, &mut forgetful] {
            set.apply(&story[0], Site::of(0)).unwrap();
        }
        assert_eq!((kept.view().len(), forgetful.view().len()), (0, 1));
    }

    #[test]
    fn the_removal_of_what_is_not_there_is_refused_with_the_reason() {
        let mut set = TwoPhaseSet::new();
        let refused = set.apply(&SetOp::Remove("milk".to_owned()), Site::of(0)).unwrap_err();
        assert_eq!(refused.to_string(), "\"milk\" is not in the set, and only an element that is in it can be removed");
        assert_eq!(set, TwoPhaseSet::new());
    }
}
