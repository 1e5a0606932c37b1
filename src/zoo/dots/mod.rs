//! Dot stores: states in which every piece lives by a dot, and dies when a context knows the dot but the
//! store beside it no longer holds it.
//!
//! After *Delta State Replicated Data Types* (2018). Three stores compose: a set of dots, a function from
//! dots, a map to further stores; and pairs of stores. A map to sets of dots also comes in a flat form. Which dots an operation adds and drops is not
//! said here; that is what makes one data type or another. The law: the context that is joined with a
//! store covers every dot in it, and what stands at a dot never changes.

use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::base::{CausalContext, Dot, Identity};

mod fun;
mod keys;
mod map;
mod set;

pub use fun::DotFun;
pub use keys::DotKeys;
pub use map::DotMap;
pub use set::DotSet;

/// What is alive, dot by dot. The empty store is the default.
pub trait DotStore: Clone + Debug + Default + PartialEq + Serialize + DeserializeOwned {
    /// Whether nothing is alive.
    fn is_empty(&self) -> bool;

    /// The dots that are alive, in no promised order; one may come twice where parts of a store share it.
    fn dots(&self) -> impl Iterator<Item = Dot> + '_;

    /// Takes in another store: keeps what both hold, and what one holds and the other's context does not
    /// know. The contexts are those of before the join, and are joined by the caller.
    fn join(&mut self, context: &CausalContext, other: &Self, other_context: &CausalContext);

    /// Drops every dot that is not to be kept.
    fn retain(&mut self, keep: &mut impl FnMut(Dot) -> bool);

    /// Drops everything, and keeps the memory where that is simple.
    fn clear(&mut self);

    /// Drops what the context knows: the join with an empty store that has seen so much.
    fn forget(&mut self, seen: &CausalContext) {
        self.retain(&mut |dot| !seen.covers(dot));
    }
}

/// Two stores side by side under one context.
impl<A: DotStore, B: DotStore> DotStore for (A, B) {
    fn is_empty(&self) -> bool {
        self.0.is_empty() && self.1.is_empty()
    }

    fn dots(&self) -> impl Iterator<Item = Dot> + '_ {
        self.0.dots().chain(self.1.dots())
    }

    fn join(&mut self, context: &CausalContext, other: &Self, other_context: &CausalContext) {
        self.0.join(context, &other.0, other_context);
        self.1.join(context, &other.1, other_context);
    }

    fn retain(&mut self, keep: &mut impl FnMut(Dot) -> bool) {
        self.0.retain(keep);
        self.1.retain(keep);
    }

    fn clear(&mut self) {
        self.0.clear();
        self.1.clear();
    }
}

/// A store and the dots that it knows, alive or dead. States and deltas are both this: a delta's context
/// names the dots it brings and those it kills, and no others.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(bound = "S: DotStore", deny_unknown_fields)]
pub struct Causal<S> {
    /// What is alive.
    pub store: S,
    /// What is known: every dot of the store, and those that were dropped from it.
    pub context: CausalContext,
}

impl<S: DotStore> Causal<S> {
    /// One that knows the dots of this store and no others.
    pub fn holding(store: S) -> Causal<S> {
        let context = store.dots().collect();
        Causal { store, context }
    }

    /// One that knows these dots, all of them dead: what removes them.
    pub fn without(dots: impl IntoIterator<Item = Dot>) -> Causal<S> {
        Causal { store: S::default(), context: dots.into_iter().collect() }
    }

    /// Names a new event of this identity and knows it; the caller puts it into the store.
    pub fn next(&mut self, identity: Identity) -> Dot {
        self.context.next(identity)
    }

    /// The dot that [`next`](Causal::next) would name.
    ///
    /// # Panics
    /// Where the identity has used up its 2^32 - 1 numbers.
    pub fn upcoming(&self, identity: Identity) -> Dot {
        let above = self.context.exceptions().iter().rfind(|dot| dot.identity == identity);
        let last = above.map_or(self.context.vector().get(identity), |dot| dot.counter);
        let counter = last.checked_add(1).unwrap_or_else(|| panic!("{identity} has no number left after {last}"));
        Dot { identity, counter }
    }

    /// Takes in all that the other knows, be it a state or a delta.
    #[inline]
    pub fn join(&mut self, other: &Causal<S>) {
        self.store.join(&self.context, &other.store, &other.context);
        self.context.merge(&other.context);
    }
}

/// An operation as it travels by itself, where it is not told as a delta.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DotEffect<Op> {
    /// What was asked for.
    pub op: Op,
    /// The dots that it saw of what it is about, and kills.
    pub seen: Vec<Dot>,
    /// The dot that it brings to life.
    pub dot: Option<Dot>,
}

impl<S: Clone> Clone for Causal<S> {
    #[inline]
    fn clone(&self) -> Causal<S> {
        Causal { store: self.store.clone(), context: self.context.clone() }
    }

    #[inline]
    fn clone_from(&mut self, source: &Causal<S>) {
        self.store.clone_from(&source.store);
        self.context.clone_from(&source.context);
    }
}

#[cfg(test)]
mod tests;
