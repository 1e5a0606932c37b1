//! Operation broadcast: each operation's effect travels to everybody, and takes effect as its data type asks.
//!
//! After *A Comprehensive Study of Convergent and Commutative Replicated Data Types* (2011), section 2.2.2.
//! The source works out the effect and broadcasts it; a [`Relay`] brings it to every replica, in causal order
//! where [`T::DELIVERY`](OpBased::DELIVERY) asks for that, and suppresses repeats where it asks for that; where
//! it does not, repeats take effect again. An update is known where its effect took place, not where it waits.
//!
//! Not promised: that a replica which comes back with an empty disk learns what it knew. That needs a state,
//! or a log that is never cut, as in [`Fetch`](super::Fetch).

use serde::Serialize;

use super::synced::encoded_size;
use super::{Knowledge, Protocol, Relay, RelayMessage, Turn};
use crate::base::{ReplicaId, Update};
use crate::replica::{Carries, DataType, OpBased, Payload, Refused, Site};

/// Broadcasts operations.
#[derive(Clone, Debug)]
pub struct Operations<T: OpBased> {
    value: T,
    known: Knowledge,
    relay: Relay<T::Effect>,
}

impl<T: OpBased> Operations<T> {
    /// From a value that all replicas begin with.
    pub fn new(value: T) -> Operations<T> {
        Operations { value, known: Knowledge::new(), relay: Relay::new(T::DELIVERY.causal()) }
    }

    /// What is under way from here.
    pub fn relay(&self) -> &Relay<T::Effect> {
        &self.relay
    }
}

impl<C: Clone + std::fmt::Debug + Serialize> Payload for RelayMessage<C> {
    fn size(&self) -> u64 {
        encoded_size(self)
    }
}

fn post_all<C>(out: Vec<(ReplicaId, RelayMessage<C>)>, turn: &mut Turn<'_, RelayMessage<C>>) {
    for (peer, message) in out {
        let carries = match &message {
            RelayMessage::Parcels(parcels) => Carries::Updates(parcels.iter().map(|parcel| parcel.update).collect()),
            RelayMessage::Acknowledge(_) => Carries::Nothing,
        };
        turn.post(peer, message, carries);
    }
}

impl<T: OpBased> Protocol for Operations<T> {
    type Value = T;
    type Message = RelayMessage<T::Effect>;
    type News = T::Effect;

    fn value(&self) -> &T {
        &self.value
    }

    fn known(&self) -> &Knowledge {
        &self.known
    }

    fn carry_out(&mut self, op: &<T as DataType>::Op, site: Site) -> Result<T::Effect, Refused> {
        let effect = self.value.prepare(op, site)?;
        self.value.effect(&effect);
        Ok(effect)
    }

    fn accepted(&mut self, effect: T::Effect, update: Update, turn: &mut Turn<'_, Self::Message>) {
        self.known.insert(update);
        let mut out = Vec::new();
        self.relay.publish((effect, update), turn.identity(), turn.neighbours(), &mut out);
        post_all(out, turn);
    }

    fn message(&mut self, from: ReplicaId, message: &RelayMessage<T::Effect>, turn: &mut Turn<'_, Self::Message>) {
        let mut out = Vec::new();
        match message {
            RelayMessage::Parcels(parcels) => {
                let repeats = !T::DELIVERY.once();
                let deliveries = self.relay.receive(from, parcels, repeats, turn.neighbours(), &mut out);
                for parcel in &deliveries {
                    self.value.effect(&parcel.content);
                    self.known.insert(parcel.update);
                }
                turn.incorporate_updates(deliveries.iter().map(|parcel| parcel.update).collect());
                turn.changed();
            }
            RelayMessage::Acknowledge(dots) => self.relay.acknowledged(from, dots),
        }
        post_all(out, turn);
    }

    fn round(&mut self, _: &[ReplicaId], turn: &mut Turn<'_, Self::Message>) {
        let mut out = Vec::new();
        self.relay.round(&mut out);
        post_all(out, turn);
    }
}
