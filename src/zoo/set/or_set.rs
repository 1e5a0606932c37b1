//! OR-Set without tombstones: a removal removes exactly the adds it saw, and leaves nothing behind.
//!
//! Every add makes a dot, and the element lives by it. A causal context says which dots were ever known, so
//! a dot that is known and no longer alive was removed: no name of it need be kept. An add also drops the
//! dots it saw, so that an element has hardly more than one. It promises that an add beside a removal
//! survives. Its effects need causal order; its deltas do not, but gaps in what has come cost room in the
//! context. *An optimized conflict-free replicated set* (2012); *Delta State Replicated Data Types* (2018).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::base::{Canonical, CausalContext, Digester, Dot, Identity};
use crate::model::set::{SetOp, add_wins};
use crate::model::{Growth, Specification};
use crate::replica::{DataType, Delivery, DeltaBased, Element, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;
use crate::zoo::dots::{Causal, DotEffect, DotKeys};

/// The elements by the dots they live by, and all dots known.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent, bound = "E: Element")]
pub struct OrSet<E>(Causal<DotKeys<E>>);

impl<E> OrSet<E> {
    /// An empty set.
    pub const fn new() -> OrSet<E> {
        OrSet(Causal { store: DotKeys::new(), context: CausalContext::new() })
    }

    /// The dots known here, of elements in the set and of those removed.
    pub fn context(&self) -> &CausalContext {
        &self.0.context
    }
}

impl<E: Element> OrSet<E> {
    /// Whether an element is in.
    pub fn contains(&self, element: &E) -> bool {
        self.0.store.contains(element)
    }

    /// Carries out an operation, names the dots that it kills and gives the one that it brings.
    fn carry_out(&mut self, op: &SetOp<E>, identity: Identity, killed: impl FnMut(Dot)) -> Option<Dot> {
        match op {
            SetOp::Add(element) => {
                let dot = self.0.next(identity);
                self.0.store.renew(element, dot, killed);
                Some(dot)
            }
            SetOp::Remove(element) => {
                self.0.store.kill(element, killed);
                None
            }
        }
    }
}

impl<E: Element> DataType for OrSet<E> {
    type Op = SetOp<E>;
    type View = BTreeSet<E>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> SetOp<E> {
        SetOp::propose(pick, E::nth, |element| self.contains(element))
    }

    fn view(&self) -> BTreeSet<E> {
        self.0.store.keys().cloned().collect()
    }

    fn digest(&self, digester: &mut Digester) {
        self.0.store.keys().count().feed(digester);
        self.0.store.keys().for_each(|element| element.feed(digester));
    }
}

impl<E: Element + 'static> Specified for OrSet<E> {
    fn specification(&self) -> Specification<SetOp<E>, BTreeSet<E>> {
        add_wins().growing_with(Growth::Identities)
    }
}

impl<E: Element> StateBased for OrSet<E> {
    fn apply(&mut self, op: &SetOp<E>, site: Site) -> Result<(), Refused> {
        self.carry_out(op, site.identity, |_| ());
        Ok(())
    }

    fn merge(&mut self, other: &OrSet<E>) {
        self.0.join(&other.0);
    }
}

impl<E: Element> DeltaBased for OrSet<E> {
    type Delta = Causal<DotKeys<E>>;

    fn mutate(&mut self, op: &SetOp<E>, site: Site) -> Result<Causal<DotKeys<E>>, Refused> {
        let mut delta = Causal::default();
        let brought = self.carry_out(op, site.identity, |dot| _ = delta.context.insert(dot));
        if let Some(dot) = brought {
            delta.context.insert(dot);
            delta.store = DotKeys::single(op.element().clone(), dot);
        }
        Ok(delta)
    }

    fn join(&mut self, delta: &Causal<DotKeys<E>>) {
        self.0.join(delta);
    }

    fn combine(into: &mut Causal<DotKeys<E>>, other: &Causal<DotKeys<E>>) {
        into.join(other);
    }

    fn whole(&self) -> Causal<DotKeys<E>> {
        self.0.clone()
    }
}

impl<E: Element> OpBased for OrSet<E> {
    type Effect = DotEffect<SetOp<E>>;

    /// An add that came after a removal that saw it would bring the element back.
    const DELIVERY: Delivery = Delivery::CausalOnce;

    fn prepare(&self, op: &SetOp<E>, site: Site) -> Result<DotEffect<SetOp<E>>, Refused> {
        let dot = matches!(op, SetOp::Add(_)).then(|| self.0.upcoming(site.identity));
        Ok(DotEffect { op: op.clone(), seen: self.0.store.dots_of(op.element()).collect(), dot })
    }

    fn effect(&mut self, effect: &DotEffect<SetOp<E>>) {
        let element = effect.op.element();
        self.0.store.kill_dots(element, &effect.seen);
        if let Some(dot) = effect.dot
            && self.0.context.insert(dot)
        {
            self.0.store.insert(element, dot);
        }
    }
}

impl<E> Default for OrSet<E> {
    fn default() -> OrSet<E> {
        OrSet::new()
    }
}

impl<E: Clone> Clone for OrSet<E> {
    fn clone(&self) -> OrSet<E> {
        OrSet(self.0.clone())
    }

    fn clone_from(&mut self, source: &OrSet<E>) {
        self.0.clone_from(&source.0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn an_element_is_in_when_some_add_was_seen_by_no_removal() {
        testing::forms_agree(OrSet::<u32>::new, testing::add_wins, testing::nothing_is_refused);
        testing::deltas_come_in_any_order(OrSet::<u32>::new, testing::add_wins, testing::WHERE_CLOSED);
    }

    #[test]
    fn the_published_stories_of_an_add_wins_set_come_out_right() {
        testing::add_wins_stories::<OrSet<String>>();
    }

    #[test]
    fn what_was_added_and_removed_a_thousand_times_leaves_one_number_behind() {
        let mut set = OrSet::new();
        for _ in 0..1000 {
            set.apply(&SetOp::Add('m'), Site::of(0)).unwrap();
            set.apply(&SetOp::Remove('m'), Site::of(0)).unwrap();
        }
        assert_eq!(set.context().to_string(), "[1000]");
        assert_eq!(postcard::to_allocvec(&set).unwrap(), [0, 1, 0xe8, 7, 0], "no elements, [1000], no exceptions");
    }

    #[test]
    fn an_add_drops_the_dots_it_saw() {
        let mut set = OrSet::new();
        for identity in [0, 1, 0] {
            set.apply(&SetOp::Add('m'), Site::of(identity)).unwrap();
        }
        assert_eq!(set.0.store.dots_of(&'m').collect::<Vec<_>>(), [Dot::new(Identity(0), 2)]);
    }

    #[test]
    fn cloning_into_an_old_set_reuses_its_memory() {
        let mut old = OrSet::new();
        old.apply(&SetOp::Add("milk".to_owned()), Site::of(0)).unwrap();
        let mut new = OrSet::new();
        new.apply(&SetOp::Add("tea".to_owned()), Site::of(1)).unwrap();
        let place = |set: &OrSet<String>| set.0.store.keys().next().map(|element| element.as_ptr());
        let before = place(&old);
        old.clone_from(&new);
        assert_eq!((&old, place(&old)), (&new, before));
    }
}
