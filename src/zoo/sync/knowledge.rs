//! Which updates a replica has taken in, by the names that the simulator gives them.
//!
//! It is bookkeeping for the stamps that messages bear, and for whoever looks on: no protocol here decides
//! anything by it, and it counts in no message's size.

use crate::base::{CausalContext, Dot, Identity, ReplicaId, Update};

/// A set of updates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Knowledge(CausalContext);

impl Knowledge {
    /// That of nothing.
    pub const fn new() -> Knowledge {
        Knowledge(CausalContext::new())
    }

    /// Whether an update is in it.
    pub fn contains(&self, update: Update) -> bool {
        self.0.covers(dot(update))
    }

    /// Takes an update in.
    pub fn insert(&mut self, update: Update) {
        self.0.insert(dot(update));
    }

    /// Takes in all of these.
    pub fn extend(&mut self, updates: &[Update]) {
        updates.iter().for_each(|update| self.insert(*update));
    }

    /// Takes in all that another one holds.
    pub fn merge(&mut self, other: &Knowledge) {
        self.0.merge(&other.0);
    }

    /// What is in this one and not in another.
    pub fn beyond(&self, other: &Knowledge) -> Vec<Update> {
        self.0.missing_from(&other.0).map(update).collect()
    }

    /// All updates in it.
    pub fn updates(&self) -> impl Iterator<Item = Update> + '_ {
        self.0.dots().map(update)
    }

    /// How many updates are in it.
    pub fn len(&self) -> u64 {
        self.0.len()
    }

    /// Whether it is that of nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Updates are numbered per slot as dots are per identity.
fn dot(update: Update) -> Dot {
    Dot::new(Identity(update.replica.0), update.number)
}

fn update(dot: Dot) -> Update {
    Update { replica: ReplicaId(dot.identity.0), number: dot.counter }
}
