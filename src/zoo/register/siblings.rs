//! The values that nothing known has replaced, by dots and a causal context.
//!
//! What two multi-value registers have in common; in which context a write is made is theirs to say. The
//! law: a value stays unless one side has known its dot and no longer holds it, so that parts may be
//! joined in any order. After the dot stores of *Delta State Replicated Data Types* (2018).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Written;
use crate::base::{Canonical, CausalContext, Digester, Dot, Identity};

/// Values by the dots of their writes, and all dots that are known. Also a part of such a state.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Siblings<E> {
    /// Covers the dots of all values and of all that they replaced.
    context: CausalContext,
    /// Sorted by dot.
    values: Vec<Written<E, Dot>>,
}

impl<E> Siblings<E> {
    /// One without values.
    pub const fn new() -> Siblings<E> {
        Siblings { context: CausalContext::new(), values: Vec::new() }
    }

    /// One value, and the dots that its writer knew of.
    fn one(write: Dot, value: E, mut context: CausalContext) -> Siblings<E> {
        context.insert(write);
        Siblings { context, values: vec![Written { write, value }] }
    }

    /// All dots known.
    pub fn context(&self) -> &CausalContext {
        &self.context
    }

    /// The values, by dot.
    pub fn values(&self) -> &[Written<E, Dot>] {
        &self.values
    }

    #[inline]
    fn holds(&self, dot: Dot) -> bool {
        self.values.binary_search_by_key(&dot, |written| written.write).is_ok()
    }
}

impl<E: Clone> Siblings<E> {
    /// Takes in all that the other knows.
    #[inline]
    pub fn merge(&mut self, other: &Siblings<E>) {
        self.values.retain(|ours| !other.context.covers(ours.write) || other.holds(ours.write));
        let before = self.values.len();
        let news = other.values.iter().filter(|theirs| !self.context.covers(theirs.write));
        self.values.extend(news.cloned());
        if self.values.len() > before {
            self.values.sort_by_key(|written| written.write);
        }
        self.context.merge(&other.context);
    }

    /// A write that replaces all values that are here, as the part that says so. Older dots need not be
    /// in it: who lacks this write's past will learn elsewhere what it replaced.
    pub(super) fn write_on_all(&self, value: E, identity: Identity) -> Siblings<E> {
        let dot = self.context.clone().next(identity);
        Siblings::one(dot, value, self.values.iter().map(|written| written.write).collect())
    }

    /// A write that replaces what is in a context, be it old or from elsewhere, as the part that says so.
    pub(super) fn write_on(&self, context: &CausalContext, value: E, identity: Identity) -> Siblings<E> {
        // The context may know of own dots that a younger state here does not.
        let mut known = self.context.clone();
        known.merge(context);
        Siblings::one(known.next(identity), value, context.clone())
    }
}

impl<E: Clone + Ord> Siblings<E> {
    /// The values as a set: of equal ones only one is seen.
    pub(super) fn set(&self) -> BTreeSet<E> {
        self.values.iter().map(|written| written.value.clone()).collect()
    }
}

impl<E: Canonical + Ord> Siblings<E> {
    /// Feeds the bytes of [`set`](Siblings::set).
    pub(super) fn feed_set(&self, digester: &mut Digester) {
        match &self.values[..] {
            // Most of the time there is one, and a list of one has the bytes of a set of one.
            [only] => std::slice::from_ref(&only.value).feed(digester),
            many => many.iter().map(|written| &written.value).collect::<BTreeSet<_>>().feed(digester),
        }
    }
}

impl<E> Default for Siblings<E> {
    fn default() -> Siblings<E> {
        Siblings::new()
    }
}

impl<E: Clone> Clone for Siblings<E> {
    #[inline]
    fn clone(&self) -> Siblings<E> {
        Siblings { context: self.context.clone(), values: self.values.clone() }
    }

    #[inline]
    fn clone_from(&mut self, source: &Siblings<E>) {
        self.context.clone_from(&source.context);
        self.values.clone_from(&source.values);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cloning_into_an_old_state_reuses_its_memory_down_to_the_values() {
        let part = |value: &str| Siblings::new().write_on_all(value.to_owned(), Identity(0));
        let places = |siblings: &Siblings<String>| (siblings.values.as_ptr(), siblings.values[0].value.as_ptr());
        let mut old = part("oat milk");
        let before = places(&old);
        old.clone_from(&part("tea"));
        assert_eq!((places(&old), old), (before, part("tea")));
    }

    #[test]
    fn a_part_that_comes_late_brings_nothing_back() {
        let mut a = Siblings::new();
        let first = a.write_on_all("milk", Identity(0));
        a.merge(&first);
        let second = a.write_on_all("tea", Identity(0));
        a.merge(&second);
        let mut b = Siblings::new();
        b.merge(&second);
        b.merge(&first);
        assert_eq!(b, a);
    }
}
