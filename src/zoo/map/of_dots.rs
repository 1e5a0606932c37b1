//! Values made of dots: those that can stand under a key which is reset, since all of their state lives by
//! dots and can share one context with a whole map.
//!
//! A kind says what its operations do to a dot store, as a delta; all else follows. The law: an operation adds at
//! most the one dot it is handed, and drops only dots that it saw. After *Delta State Replicated Data Types* (2018).

use std::fmt::Debug;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::base::{Canonical, Dot};
use crate::model::Specification;
use crate::replica::{DataType, Delivery, DeltaBased, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;
use crate::zoo::dots::{Causal, DotStore};

/// A kind of value that is made of dots.
pub trait OfDots: Clone + Debug + 'static {
    /// What holds it.
    type Store: DotStore;
    /// What a client can ask of it.
    type Op: Clone + Debug + PartialEq + Serialize + DeserializeOwned + 'static;
    /// What a client sees of it.
    type View: Clone + Eq + Debug + Canonical + 'static;

    /// An operation worth trying on it.
    fn propose(store: &Self::Store, pick: &mut dyn FnMut(u64) -> u64) -> Self::Op;

    /// What a client looking now would see.
    fn view(store: &Self::Store) -> Self::View;

    /// What it must show.
    fn specification() -> Specification<Self::Op, Self::View>;

    /// What an operation changes. `dot` is a new one, and free to be used.
    fn change(store: &Self::Store, op: &Self::Op, dot: Dot) -> Causal<Self::Store>;
}

/// A value made of dots that stands by itself, with a context of its own.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub struct Alone<T: OfDots> {
    causal: Causal<T::Store>,
    #[serde(skip)]
    kind: PhantomData<T>,
}

impl<T: OfDots> Alone<T> {
    /// What is alive and what is known.
    pub fn causal(&self) -> &Causal<T::Store> {
        &self.causal
    }
}

impl<T: OfDots> Default for Alone<T> {
    fn default() -> Self {
        Alone { causal: Causal::default(), kind: PhantomData }
    }
}

impl<T: OfDots> PartialEq for Alone<T> {
    fn eq(&self, other: &Self) -> bool {
        self.causal == other.causal
    }
}

impl<T: OfDots> Clone for Alone<T> {
    #[inline]
    fn clone(&self) -> Self {
        Alone { causal: self.causal.clone(), kind: PhantomData }
    }

    #[inline]
    fn clone_from(&mut self, source: &Self) {
        self.causal.clone_from(&source.causal);
    }
}

impl<T: OfDots> DataType for Alone<T> {
    type Op = T::Op;
    type View = T::View;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> T::Op {
        T::propose(&self.causal.store, pick)
    }

    fn view(&self) -> T::View {
        T::view(&self.causal.store)
    }
}

impl<T: OfDots> Specified for Alone<T> {
    fn specification(&self) -> Specification<T::Op, T::View> {
        T::specification()
    }
}

impl<T: OfDots> StateBased for Alone<T> {
    fn apply(&mut self, op: &T::Op, site: Site) -> Result<(), Refused> {
        self.mutate(op, site).map(drop)
    }

    fn merge(&mut self, other: &Self) {
        self.causal.join(&other.causal);
    }
}

impl<T: OfDots> DeltaBased for Alone<T> {
    type Delta = Causal<T::Store>;

    fn mutate(&mut self, op: &T::Op, site: Site) -> Result<Self::Delta, Refused> {
        let delta = self.prepare(op, site)?;
        self.causal.join(&delta);
        Ok(delta)
    }

    fn join(&mut self, delta: &Self::Delta) {
        self.causal.join(delta);
    }

    fn combine(into: &mut Self::Delta, other: &Self::Delta) {
        into.join(other);
    }

    fn whole(&self) -> Self::Delta {
        self.causal.clone()
    }
}

impl<T: OfDots> OpBased for Alone<T> {
    type Effect = Causal<T::Store>;

    /// An effect names the dots it brings and those it drops, so that none does harm late or twice. Out of
    /// order the context grows long meanwhile.
    const DELIVERY: Delivery = Delivery::AnyRepeated;

    fn prepare(&self, op: &T::Op, site: Site) -> Result<Self::Effect, Refused> {
        let dot = self.causal.upcoming(site.identity);
        Ok(T::change(&self.causal.store, op, dot))
    }

    fn effect(&mut self, effect: &Self::Effect) {
        self.causal.join(effect);
    }
}
