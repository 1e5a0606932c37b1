//! Remove-wins set: the mirror image of the OR-Set, in which a removal survives until an add has seen it.
//!
//! Adds and removals both write a dot for the element, and drop the dots they saw of it, so that the latest
//! words stand side by side. An element is shown when there are such and all of them are adds: every removal
//! was answered by some add. The removal of an absent element counts: it must beat an add beside it. It does
//! not promise that an add answers removals that it did not see. *Delta State Replicated Data Types* (2018),
//! *Pure Operation-Based Replicated Data Types* (2017).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::base::{Canonical, CausalContext, Digester, Dot, Identity};
use crate::model::set::{SetOp, remove_wins};
use crate::model::{Growth, Specification};
use crate::replica::{DataType, Delivery, DeltaBased, Element, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;
use crate::zoo::dots::{Causal, DotEffect, DotFun, DotMap, DotStore};

/// What was last said of an element: whether each dot adds it.
type Words = DotFun<bool>;

/// The last words on every element, and all dots known.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent, bound = "E: Element")]
pub struct RemoveWinsSet<E>(Causal<DotMap<E, Words>>);

/// Whether an add is among the words, and no removal.
fn adds(words: &Words) -> bool {
    !words.is_empty() && words.values().all(|adds| *adds)
}

impl<E> RemoveWinsSet<E> {
    /// An empty set.
    pub const fn new() -> RemoveWinsSet<E> {
        RemoveWinsSet(Causal { store: DotMap::new(), context: CausalContext::new() })
    }

    /// The dots known here, in force and answered.
    pub fn context(&self) -> &CausalContext {
        &self.0.context
    }
}

impl<E: Element> RemoveWinsSet<E> {
    /// Whether an element is in.
    pub fn contains(&self, element: &E) -> bool {
        self.0.store.get(element).is_some_and(adds)
    }

    fn shown(&self) -> impl Iterator<Item = &E> {
        self.0.store.iter().filter(|(_, words)| adds(words)).map(|(element, _)| element)
    }

    /// Carries out an operation, names the dots that it kills and gives the one that it brings.
    fn carry_out(&mut self, op: &SetOp<E>, identity: Identity, killed: impl FnMut(Dot)) -> Dot {
        let dot = self.0.next(identity);
        self.0.store.update(op.element(), |words| {
            words.dots().for_each(killed);
            words.clear();
            words.insert(dot, matches!(op, SetOp::Add(_)));
        });
        dot
    }
}

impl<E: Element> DataType for RemoveWinsSet<E> {
    type Op = SetOp<E>;
    type View = BTreeSet<E>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> SetOp<E> {
        SetOp::propose(pick, E::nth, |element| self.contains(element))
    }

    fn view(&self) -> BTreeSet<E> {
        self.shown().cloned().collect()
    }

    fn digest(&self, digester: &mut Digester) {
        self.shown().count().feed(digester);
        self.shown().for_each(|element| element.feed(digester));
    }
}

impl<E: Element + 'static> Specified for RemoveWinsSet<E> {
    fn specification(&self) -> Specification<SetOp<E>, BTreeSet<E>> {
        remove_wins().growing_with(Growth::Updates)
    }
}

impl<E: Element> StateBased for RemoveWinsSet<E> {
    fn apply(&mut self, op: &SetOp<E>, site: Site) -> Result<(), Refused> {
        self.carry_out(op, site.identity, |_| ());
        Ok(())
    }

    fn merge(&mut self, other: &RemoveWinsSet<E>) {
        self.0.join(&other.0);
    }
}

impl<E: Element> DeltaBased for RemoveWinsSet<E> {
    type Delta = Causal<DotMap<E, Words>>;

    fn mutate(&mut self, op: &SetOp<E>, site: Site) -> Result<Self::Delta, Refused> {
        let mut context = CausalContext::new();
        let dot = self.carry_out(op, site.identity, |dot| _ = context.insert(dot));
        context.insert(dot);
        let word = DotFun::from((dot, matches!(op, SetOp::Add(_))));
        Ok(Causal { store: DotMap::single(op.element().clone(), word), context })
    }

    fn join(&mut self, delta: &Self::Delta) {
        self.0.join(delta);
    }

    fn combine(into: &mut Self::Delta, other: &Self::Delta) {
        into.join(other);
    }

    fn whole(&self) -> Self::Delta {
        self.0.clone()
    }
}

impl<E: Element> OpBased for RemoveWinsSet<E> {
    type Effect = DotEffect<SetOp<E>>;

    /// A removal that came after an add that had answered it would stand unanswered.
    const DELIVERY: Delivery = Delivery::CausalOnce;

    fn prepare(&self, op: &SetOp<E>, site: Site) -> Result<DotEffect<SetOp<E>>, Refused> {
        let seen = self.0.store.get(op.element()).map_or(Vec::new(), |words| words.dots().collect());
        Ok(DotEffect { op: op.clone(), seen, dot: Some(self.0.upcoming(site.identity)) })
    }

    fn effect(&mut self, effect: &DotEffect<SetOp<E>>) {
        self.0.store.update(effect.op.element(), |words| {
            words.retain(&mut |dot| !effect.seen.contains(&dot));
            if let Some(dot) = effect.dot
                && self.0.context.insert(dot)
            {
                words.insert(dot, matches!(effect.op, SetOp::Add(_)));
            }
        });
    }
}

impl<E> Default for RemoveWinsSet<E> {
    fn default() -> RemoveWinsSet<E> {
        RemoveWinsSet::new()
    }
}

impl<E: Clone> Clone for RemoveWinsSet<E> {
    fn clone(&self) -> RemoveWinsSet<E> {
        RemoveWinsSet(self.0.clone())
    }

    fn clone_from(&mut self, source: &RemoveWinsSet<E>) {
        self.0.clone_from(&source.0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, Updates, check};
    use super::*;

    /// An element is in the view when an add exists, and every removal was seen by some add.
    fn expected(known: Updates<SetOp<u32>>) -> BTreeSet<u32> {
        let of = |op: SetOp<u32>| known.all().filter(move |update| update.op == op);
        let shown = |element: &u32| {
            let answered = |removal| of(SetOp::Add(*element)).any(|add| known.saw(add, removal));
            of(SetOp::Add(*element)).count() > 0 && of(SetOp::Remove(*element)).all(answered)
        };
        known.iter().map(|op| *op.element()).filter(shown).collect()
    }

    #[test]
    fn an_element_is_in_when_every_removal_was_seen_by_some_add() {
        testing::forms_agree(RemoveWinsSet::<u32>::new, expected, testing::nothing_is_refused);
        testing::deltas_come_in_any_order(RemoveWinsSet::<u32>::new, expected, testing::WHERE_CLOSED);
    }

    type Set = RemoveWinsSet<String>;

    #[test]
    fn a_removal_beats_an_add_beside_it_also_where_there_was_nothing_to_remove() {
        check::<Set>("a adds x; sync; a adds x; b removes x; sync", "a {}, b {}");
        check::<Set>("a adds x; b removes x; sync", "a {}, b {}");
    }

    #[test]
    fn an_add_answers_only_the_removals_it_saw() {
        check::<Set>("a removes x; b from a; b adds x; c removes x; sync", "a {}, b {}, c {}");
    }

    #[test]
    fn an_add_that_saw_the_removal_answers_it_for_the_adds_beside_it() {
        check::<Set>("a removes x; b from a; b adds x; c adds x; sync", "a {x}, b {x}, c {x}");
    }

    #[test]
    fn two_removals_may_be_answered_by_two_adds_of_which_none_saw_both() {
        check::<Set>(
            "a removes x; c from a; b removes x; d from b; c adds x; d adds x; sync",
            "a {x}, b {x}, c {x}, d {x}",
        );
    }

    #[test]
    fn intent_is_kept_right_after_every_operation() {
        check::<Set>("a adds x", "a {x}");
        check::<Set>("a adds x; a removes x", "a {}");
        check::<Set>("a adds x; a removes x; a adds x", "a {x}");
    }
}
