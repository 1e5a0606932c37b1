//! Add-wins set with a bounded context: an OR-Set whose context is a version vector and at most k exceptions.
//!
//! What comes out of order leaves gaps, and each dot above a gap is an exception. What would need more than
//! k of them is not taken in: the caller is told, and holds it back or asks for a full state; a caller that
//! cannot be told leaves it here until what lies between has come. Nothing is ever dropped, so that a dot
//! that is known is never taken for unknown. It promises what an OR-Set does, of what it has taken in; it does
//! not promise to take in what comes at once, nor a full state that has gaps itself. *An optimized
//! conflict-free replicated set* (2012); *Delta State Replicated Data Types* (2018).

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::OrSet;
use crate::base::{CausalContext, Digester};
use crate::model::set::{SetOp, add_wins};
use crate::model::{Growth, Specification};
use crate::replica::{DataType, DeltaBased, Element, Refused, Site, StateBased};
use crate::zoo::Specified;
use crate::zoo::dots::{Causal, DotKeys};

/// An OR-Set, and what waits for its gaps to be filled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "E: Element", deny_unknown_fields)]
pub struct BoundedContextSet<E> {
    set: OrSet<E>,
    limit: u32,
    held: Vec<Causal<DotKeys<E>>>,
}

/// Why a delta or state is not taken in: it would leave more gaps than there is room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Excess {
    /// How many exceptions the context would have.
    pub exceptions: u32,
    /// How many it may have.
    pub limit: u32,
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the context would have {} exceptions and may have at most {}: hold this back until what lies between \
             has come, or ask for a full state",
            self.exceptions, self.limit
        )
    }
}

impl std::error::Error for Excess {}

impl<E: Element> BoundedContextSet<E> {
    /// An empty set whose context may have so many exceptions.
    pub const fn new(limit: u32) -> BoundedContextSet<E> {
        BoundedContextSet { set: OrSet::new(), limit, held: Vec::new() }
    }

    /// Whether an element is in.
    pub fn contains(&self, element: &E) -> bool {
        self.set.contains(element)
    }

    /// The dots taken in, of elements in the set and of those removed.
    pub fn context(&self) -> &CausalContext {
        self.set.context()
    }

    /// Takes in a delta or a full state, and all held back that now fits; or leaves the set as it was and
    /// tells why. What is refused is not held back here.
    pub fn offer(&mut self, delta: &Causal<DotKeys<E>>) -> Result<(), Excess> {
        self.take(delta)?;
        self.settle();
        Ok(())
    }

    /// What was joined or merged and not yet taken in; it is in no view and in no [`whole`](DeltaBased::whole).
    pub fn held(&self) -> &[Causal<DotKeys<E>>] {
        &self.held
    }

    fn take(&mut self, delta: &Causal<DotKeys<E>>) -> Result<(), Excess> {
        let mut context = self.context().clone();
        context.merge(&delta.context);
        let exceptions = context.exceptions().len() as u32;
        if exceptions > self.limit {
            return Err(Excess { exceptions, limit: self.limit });
        }
        self.set.join(delta);
        Ok(())
    }

    /// Takes in what fits of that held back: one by one as long as that goes on, then what is left at once,
    /// as two may fill each other's gaps.
    fn settle(&mut self) {
        let mut held = std::mem::take(&mut self.held);
        let mut waiting = usize::MAX;
        while held.len() < waiting {
            waiting = held.len();
            held.retain(|delta| self.take(delta).is_err());
        }
        let all = held.iter().cloned().reduce(|mut all, delta| {
            all.join(&delta);
            all
        });
        if all.is_some_and(|all| self.take(&all).is_err()) {
            self.held = held;
        }
    }
}

impl<E: Element> DataType for BoundedContextSet<E> {
    type Op = SetOp<E>;
    type View = BTreeSet<E>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> SetOp<E> {
        self.set.propose(pick)
    }

    fn view(&self) -> BTreeSet<E> {
        self.set.view()
    }

    fn digest(&self, digester: &mut Digester) {
        self.set.digest(digester);
    }
}

impl<E: Element + 'static> Specified for BoundedContextSet<E> {
    fn specification(&self) -> Specification<SetOp<E>, BTreeSet<E>> {
        add_wins().growing_with(Growth::Identities)
    }
}

impl<E: Element> StateBased for BoundedContextSet<E> {
    fn apply(&mut self, op: &SetOp<E>, site: Site) -> Result<(), Refused> {
        self.mutate(op, site).map(|_| ())
    }

    /// What the other holds back is not taken over: it is not part of what the other knows.
    fn merge(&mut self, other: &BoundedContextSet<E>) {
        self.join(&other.whole());
    }
}

impl<E: Element> DeltaBased for BoundedContextSet<E> {
    type Delta = Causal<DotKeys<E>>;

    fn mutate(&mut self, op: &SetOp<E>, site: Site) -> Result<Causal<DotKeys<E>>, Refused> {
        let exceptions = self.context().exceptions();
        // Only who has lost its own dots and got some back has gaps below its next one.
        let gaps = exceptions.iter().any(|dot| dot.identity == site.identity);
        if matches!(op, SetOp::Add(_)) && gaps && exceptions.len() >= self.limit as usize {
            let excess = Excess { exceptions: exceptions.len() as u32 + 1, limit: self.limit };
            return Err(Refused::because(format!("earlier adds of {} are missing here: {excess}", site.identity)));
        }
        self.set.mutate(op, site)
    }

    /// Takes it in, or holds it back until it fits.
    fn join(&mut self, delta: &Causal<DotKeys<E>>) {
        if self.offer(delta).is_err() && !self.held.contains(delta) {
            self.held.push(delta.clone());
            self.settle();
        }
    }

    fn combine(into: &mut Causal<DotKeys<E>>, other: &Causal<DotKeys<E>>) {
        into.join(other);
    }

    fn whole(&self) -> Causal<DotKeys<E>> {
        self.set.whole()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    type Set = BoundedContextSet<char>;

    fn adds(set: &mut Set, element: char) -> Causal<DotKeys<char>> {
        set.mutate(&SetOp::Add(element), Site::of(0)).unwrap()
    }

    #[test]
    fn deltas_in_any_order_end_as_in_an_or_set_for_every_bound() {
        // That some wait, and for what, the tests below show.
        for limit in 0..4 {
            let new = || BoundedContextSet::<u32>::new(limit);
            testing::deltas_come_in_any_order(new, testing::add_wins, testing::WHERE_CLOSED);
        }
    }

    #[test]
    fn what_would_need_one_exception_more_is_refused_and_changes_nothing() {
        let (mut source, mut other) = (Set::new(0), Set::new(1));
        let [_, second, _, fourth] = ['a', 'b', 'c', 'd'].map(|element| adds(&mut source, element));
        assert_eq!(other.offer(&second), Ok(()));
        assert_eq!(other.context().to_string(), "[] and i0:2");
        let before = other.clone();
        let excess = other.offer(&fourth).unwrap_err();
        assert_eq!(
            excess.to_string(),
            "the context would have 2 exceptions and may have at most 1: hold this back until what lies between \
             has come, or ask for a full state"
        );
        assert_eq!(other, before);
        assert_eq!(other.offer(&source.whole()), Ok(()), "a full state without gaps always fits");
        assert_eq!(other.view(), source.view());
    }

    #[test]
    fn what_is_held_back_is_taken_in_when_its_gap_is_filled() {
        let (mut source, mut other) = (Set::new(0), Set::new(0));
        let [first, second, third] = ['a', 'b', 'c'].map(|element| adds(&mut source, element));
        for late in [&third, &second, &third] {
            other.join(late);
            assert!(other.view().is_empty() && other.whole() == Causal::default());
        }
        assert_eq!(other.held(), [third, second], "each once");
        other.join(&first);
        assert_eq!((&other, other.held().len()), (&source, 0));
    }

    #[test]
    fn two_that_only_fit_together_are_taken_in_together() {
        // Two deltas of different origins that each saw the other's first half.
        let mut sources = [0, 1].map(|_| OrSet::new());
        let mut halves = Vec::new();
        for element in ['a', 'b'] {
            for (identity, source) in (0..).zip(&mut sources) {
                halves.push(source.mutate(&SetOp::Add(element), Site::of(identity)).unwrap());
            }
        }
        let [mut one, mut other] = [halves[0].clone(), halves[1].clone()];
        one.join(&halves[3]);
        other.join(&halves[2]);
        let mut set = Set::new(0);
        set.join(&one);
        assert_eq!((set.held().len(), set.view()), (1, BTreeSet::new()));
        set.join(&other);
        assert_eq!((set.held().len(), set.context().to_string()), (0, "[2,2]".to_owned()));
    }

    #[test]
    fn a_removed_element_is_not_brought_back_by_an_add_that_comes_late() {
        let (mut source, mut other) = (Set::new(0), Set::new(2));
        let late = [adds(&mut source, 'a'), adds(&mut source, 'b'), adds(&mut source, 'c')];
        let removals = ['a', 'b', 'c'].map(|element| source.mutate(&SetOp::Remove(element), Site::of(0)).unwrap());
        // The exceptions are full with what was removed out of order.
        for delta in [&removals[1], &removals[2], &late[2], &late[1], &late[0], &removals[0]] {
            other.join(delta);
            assert!(other.context().exceptions().len() <= 2);
            assert!(!other.contains(&'b') && !other.contains(&'c'));
        }
        assert!(other.view().is_empty() && other == BoundedContextSet { limit: 2, ..source });
    }

    #[test]
    fn an_add_whose_origin_lost_its_own_past_is_refused_when_there_is_no_room() {
        let mut source = Set::new(0);
        let [_, second] = ['a', 'b'].map(|element| adds(&mut source, element));
        let mut restarted = Set::new(1);
        restarted.join(&second);
        let refused = restarted.mutate(&SetOp::Add('c'), Site::of(0)).unwrap_err();
        assert!(refused.0.starts_with("earlier adds of i0 are missing here: the context would have 2"), "{refused}");
        assert!(restarted.mutate(&SetOp::Remove('b'), Site::of(0)).is_ok());
        assert!(restarted.mutate(&SetOp::Add('c'), Site::of(1)).is_ok());
    }

    #[test]
    fn the_published_stories_of_an_add_wins_set_come_out_right() {
        testing::add_wins_stories_from(|| BoundedContextSet::<String>::new(1));
    }
}
