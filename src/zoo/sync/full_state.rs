//! Full-state gossip: now and then a replica sends its whole state to some neighbours, who merge it.
//!
//! After *A Comprehensive Study of Convergent and Commutative Replicated Data Types* (2011). Nothing needs to
//! be remembered about anyone, and loss, duplication and reordering of messages do no harm: what was lost is
//! in the next one. Not promised: that a message says anything new, or stays small.

use std::sync::Arc;

use super::synced::encoded_size;
use super::{Knowledge, Protocol, Turn};
use crate::base::{ReplicaId, Update};
use crate::replica::{Carries, DataType, Payload, Refused, Site, StateBased, join_laws};

/// Gossips the whole state.
#[derive(Clone, Debug)]
pub struct FullState<T>(Arc<Body<T>>);

/// The whole state, shared between a replica and its messages until it changes.
#[derive(Clone, Debug)]
pub struct StateMessage<T>(Arc<Body<T>>);

#[derive(Clone, Debug)]
struct Body<T> {
    value: T,
    known: Knowledge,
}

impl<T: StateBased> FullState<T> {
    /// From a value that all replicas begin with.
    pub fn new(value: T) -> FullState<T> {
        FullState(Arc::new(Body { value, known: Knowledge::new() }))
    }
}

impl<T: StateBased> Payload for StateMessage<T> {
    fn size(&self) -> u64 {
        encoded_size(&self.0.value)
    }
}

impl<T: StateBased> Protocol for FullState<T> {
    type Value = T;
    type Message = StateMessage<T>;
    type News = ();

    fn value(&self) -> &T {
        &self.0.value
    }

    fn known(&self) -> &Knowledge {
        &self.0.known
    }

    fn carry_out(&mut self, op: &<T as DataType>::Op, site: Site) -> Result<(), Refused> {
        Arc::make_mut(&mut self.0).value.apply(op, site)
    }

    fn accepted(&mut self, (): (), update: Update, _: &mut Turn<'_, Self::Message>) {
        Arc::make_mut(&mut self.0).known.insert(update);
    }

    fn message(&mut self, _: ReplicaId, StateMessage(other): &StateMessage<T>, turn: &mut Turn<'_, Self::Message>) {
        let body = Arc::make_mut(&mut self.0);
        body.value.merge(&other.value);
        body.known.merge(&other.known);
        turn.changed();
        turn.incorporate();
    }

    fn laws(&self, [one, other]: [&Self; 2]) -> Option<Result<(), String>> {
        Some(join_laws(self.value(), one.value(), other.value()))
    }

    fn round(&mut self, peers: &[ReplicaId], turn: &mut Turn<'_, Self::Message>) {
        for &peer in peers {
            turn.post(peer, StateMessage(Arc::clone(&self.0)), Carries::Everything);
        }
    }
}
