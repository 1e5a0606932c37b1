//! A sync that tells every update at once, in causal order, and exchanges digests for what went astray.

use std::fmt::Debug;

use serde::Serialize;

use crate::base::{Dot, Refused, ReplicaId, Update, VersionVector};
use crate::replica::{Carries, DataType, DeltaBased, Payload, Site};
use crate::zoo::sync::{Knowledge, Protocol, Turn};

/// When the buffer is gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// When what came was taken in: this is how it should be.
    After,
    /// Before that.
    Before,
}

/// Pushes deltas, and puts aside those that come before what they build upon.
#[derive(Clone, Debug)]
pub(super) struct Pushed<T: DeltaBased> {
    look: Look,
    value: T,
    known: Knowledge,
    vector: VersionVector,
    /// What is part of the value, in the order in which it came to be so.
    log: Vec<Told<T::Delta>>,
    waiting: Vec<Told<T::Delta>>,
}

/// An update, told.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Told<D> {
    dot: Dot,
    /// What its issuer had.
    after: VersionVector,
    delta: D,
    #[serde(skip)]
    update: Update,
}

/// What replicas tell each other.
#[derive(Clone, Debug, Serialize)]
pub(super) enum Message<D> {
    /// Some updates.
    Updates(Vec<Told<D>>),
    /// The sender has these.
    Digest(VersionVector),
}

impl<D: Clone + Debug + Serialize> Payload for Message<D> {
    fn size(&self) -> u64 {
        postcard::to_allocvec(self).map_or(0, |bytes| bytes.len() as u64)
    }
}

impl<T: DeltaBased> Pushed<T> {
    pub(super) fn looking(look: Look, value: T) -> Pushed<T> {
        let (known, vector) = (Knowledge::new(), VersionVector::new());
        Pushed { look, value, known, vector, log: Vec::new(), waiting: Vec::new() }
    }

    fn is_ready(&self, told: &Told<T::Delta>) -> bool {
        self.vector.covers_all(&told.after)
    }

    fn take(&mut self, told: Told<T::Delta>, turn: &mut Turn<'_, Message<T::Delta>>) {
        if self.vector.covers(told.dot) {
            return;
        }
        self.value.join(&told.delta);
        self.known.insert(told.update);
        turn.incorporate_updates(vec![told.update]);
        self.vector.raise(told.dot);
        self.log.push(told);
    }

    /// Takes in what has waited long enough.
    fn look(&mut self, turn: &mut Turn<'_, Message<T::Delta>>) {
        loop {
            let before = self.waiting.len();
            for told in std::mem::take(&mut self.waiting) {
                if self.is_ready(&told) { self.take(told, turn) } else { self.waiting.push(told) }
            }
            if self.waiting.len() == before {
                break;
            }
        }
    }
}

fn tell<D>(to: ReplicaId, updates: Vec<Told<D>>, turn: &mut Turn<'_, Message<D>>) {
    let carries = Carries::Updates(updates.iter().map(|told| told.update).collect());
    turn.post(to, Message::Updates(updates), carries);
}

impl<T: DeltaBased> Protocol for Pushed<T> {
    type Value = T;
    type Message = Message<T::Delta>;
    type News = T::Delta;

    fn value(&self) -> &T {
        &self.value
    }

    fn known(&self) -> &Knowledge {
        &self.known
    }

    fn carry_out(&mut self, op: &<T as DataType>::Op, site: Site) -> Result<T::Delta, Refused> {
        self.value.mutate(op, site)
    }

    fn accepted(&mut self, delta: T::Delta, update: Update, turn: &mut Turn<'_, Self::Message>) {
        self.known.insert(update);
        let after = self.vector.clone();
        let new = Told { dot: self.vector.next(turn.identity()), after, delta, update };
        turn.neighbours().iter().for_each(|peer| tell(*peer, vec![new.clone()], turn));
        self.log.push(new);
    }

    fn message(&mut self, from: ReplicaId, message: &Self::Message, turn: &mut Turn<'_, Self::Message>) {
        match message {
            Message::Updates(updates) => {
                if self.look == Look::Before {
                    self.look(turn);
                }
                for told in updates.iter().cloned() {
                    if self.is_ready(&told) { self.take(told, turn) } else { self.waiting.push(told) }
                }
                if self.look == Look::After {
                    self.look(turn);
                }
                turn.changed();
            }
            Message::Digest(vector) => {
                let lacking: Vec<_> = self.log.iter().filter(|told| !vector.covers(told.dot)).cloned().collect();
                if !lacking.is_empty() {
                    tell(from, lacking, turn);
                }
            }
        }
    }

    fn round(&mut self, peers: &[ReplicaId], turn: &mut Turn<'_, Self::Message>) {
        for peer in peers {
            turn.post(*peer, Message::Digest(self.vector.clone()), Carries::Nothing);
        }
    }
}
