//! A value with an operation language of its own, carried by parts that have theirs.
//!
//! A layout says which parts there are, what each operation asks of them, and what a client is shown of them; how
//! changes travel follows from the parts.

use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::base::{Canonical, Stamp};
use crate::model::Specification;
use crate::replica::{DataType, Delivery, DeltaBased, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;

/// How a value is put together.
pub trait Layout: Clone + Debug + 'static {
    /// The parts.
    type Parts: DataType + Default;
    /// What a client can ask of the whole.
    type Op: Clone + Debug + PartialEq + Serialize + DeserializeOwned;
    /// What a client sees of the whole: a function of what the parts show.
    type View: Clone + Eq + Debug + Canonical;

    /// An operation worth trying.
    fn propose(parts: &Self::Parts, pick: &mut dyn FnMut(u64) -> u64) -> Self::Op;

    /// What an operation asks of the parts.
    fn share(parts: &Self::Parts, op: &Self::Op) -> Result<<Self::Parts as DataType>::Op, Refused>;

    /// What a client looking now would see.
    fn view(parts: &Self::Parts) -> Self::View;

    /// What must be shown.
    fn specification() -> Specification<Self::Op, Self::View>;
}

/// A value put together as its layout says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub struct Composite<L: Layout> {
    parts: L::Parts,
}

impl<L: Layout> Composite<L> {
    /// What it is made of.
    pub fn parts(&self) -> &L::Parts {
        &self.parts
    }
}

impl<L: Layout> Default for Composite<L> {
    fn default() -> Self {
        Composite { parts: L::Parts::default() }
    }
}

impl<L: Layout<Parts: PartialEq>> PartialEq for Composite<L> {
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts
    }
}

impl<L: Layout> Clone for Composite<L> {
    fn clone(&self) -> Self {
        Composite { parts: self.parts.clone() }
    }

    fn clone_from(&mut self, source: &Self) {
        self.parts.clone_from(&source.parts);
    }
}

impl<L: Layout> DataType for Composite<L> {
    type Op = L::Op;
    type View = L::View;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> L::Op {
        L::propose(&self.parts, pick)
    }

    fn view(&self) -> L::View {
        L::view(&self.parts)
    }

    fn latest_stamp(&self) -> Option<Stamp> {
        self.parts.latest_stamp()
    }
}

impl<L: Layout> Specified for Composite<L> {
    fn specification(&self) -> Specification<L::Op, L::View> {
        L::specification()
    }
}

impl<L: Layout<Parts: StateBased>> StateBased for Composite<L> {
    fn apply(&mut self, op: &L::Op, site: Site) -> Result<(), Refused> {
        let share = L::share(&self.parts, op)?;
        self.parts.apply(&share, site)
    }

    fn merge(&mut self, other: &Self) {
        self.parts.merge(&other.parts);
    }
}

impl<L: Layout<Parts: DeltaBased>> DeltaBased for Composite<L> {
    type Delta = <L::Parts as DeltaBased>::Delta;

    fn mutate(&mut self, op: &L::Op, site: Site) -> Result<Self::Delta, Refused> {
        let share = L::share(&self.parts, op)?;
        self.parts.mutate(&share, site)
    }

    fn join(&mut self, delta: &Self::Delta) {
        self.parts.join(delta);
    }

    fn combine(into: &mut Self::Delta, other: &Self::Delta) {
        L::Parts::combine(into, other);
    }

    fn whole(&self) -> Self::Delta {
        self.parts.whole()
    }
}

impl<L: Layout<Parts: OpBased>> OpBased for Composite<L> {
    type Effect = <L::Parts as OpBased>::Effect;

    const DELIVERY: Delivery = L::Parts::DELIVERY;

    fn prepare(&self, op: &L::Op, site: Site) -> Result<Self::Effect, Refused> {
        let share = L::share(&self.parts, op)?;
        self.parts.prepare(&share, site)
    }

    fn effect(&mut self, effect: &Self::Effect) {
        self.parts.effect(effect);
    }
}
