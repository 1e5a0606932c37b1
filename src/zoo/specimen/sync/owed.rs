//! A small sync by deltas: each replica owes each neighbour what it has not acknowledged. It can be wrong in
//! one of several ways.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::numbered::{Numbered, carries, size};
use crate::base::{CausalContext, Dot, Refused, ReplicaId, Update};
use crate::replica::{Carries, DataType, DeltaBased, Payload, Site};
use crate::zoo::sync::{Knowledge, Protocol, Turn};

/// The mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::zoo::specimen) enum Slip {
    /// None: this is how it should be.
    None,
    /// What was sent counts as paid.
    SendsOnce,
    /// What came is acknowledged, and is not saved until something is issued here.
    AcknowledgesUnsaved,
    /// The number of the last own delta is not part of what is saved.
    ForgetsNumber,
    /// What came is not passed on.
    OwnOnly,
}

/// Owes every neighbour what is new here.
#[derive(Debug)]
pub(super) struct Owing<T: DeltaBased> {
    slip: Slip,
    value: T,
    known: Knowledge,
    /// The number of the last own delta.
    number: u32,
    seen: CausalContext,
    entries: BTreeMap<Dot, Numbered<T::Delta>>,
    owed: BTreeMap<ReplicaId, BTreeSet<Dot>>,
}

/// What replicas tell each other.
#[derive(Clone, Debug, Serialize)]
pub(super) enum Message<D> {
    /// What is owed.
    Entries(Vec<Numbered<D>>),
    /// These came.
    Acknowledge(Vec<Dot>),
}

impl<D: Clone + std::fmt::Debug + Serialize> Payload for Message<D> {
    fn size(&self) -> u64 {
        size(self)
    }
}

/// A clone is what is saved.
impl<T: DeltaBased> Clone for Owing<T> {
    fn clone(&self) -> Owing<T> {
        Owing {
            slip: self.slip,
            value: self.value.clone(),
            known: self.known.clone(),
            number: if self.slip == Slip::ForgetsNumber { 0 } else { self.number },
            seen: self.seen.clone(),
            entries: self.entries.clone(),
            owed: self.owed.clone(),
        }
    }
}

impl<T: DeltaBased> Owing<T> {
    pub(super) fn slipping(slip: Slip, value: T) -> Owing<T> {
        Owing {
            slip,
            value,
            known: Knowledge::new(),
            number: 0,
            seen: CausalContext::new(),
            entries: BTreeMap::new(),
            owed: BTreeMap::new(),
        }
    }

    fn owe(&mut self, entry: Numbered<T::Delta>, to: impl Iterator<Item = ReplicaId>) {
        to.for_each(|peer| _ = self.owed.entry(peer).or_default().insert(entry.dot));
        self.seen.insert(entry.dot);
        self.entries.insert(entry.dot, entry);
    }
}

impl<T: DeltaBased> Protocol for Owing<T> {
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
        self.number += 1;
        let dot = Dot::new(turn.identity(), self.number);
        self.owe(Numbered { dot, delta, update }, turn.neighbours().iter().copied());
    }

    fn message(&mut self, from: ReplicaId, message: &Self::Message, turn: &mut Turn<'_, Self::Message>) {
        match message {
            Message::Entries(entries) => {
                for entry in entries.iter().filter(|entry| !self.seen.covers(entry.dot)).cloned().collect::<Vec<_>>() {
                    self.value.join(&entry.delta);
                    self.known.insert(entry.update);
                    turn.incorporate_updates(vec![entry.update]);
                    let others = turn.neighbours().iter().copied().filter(|peer| *peer != from);
                    self.owe(entry, others.take(if self.slip == Slip::OwnOnly { 0 } else { usize::MAX }));
                }
                if self.slip != Slip::AcknowledgesUnsaved {
                    turn.changed();
                }
                let dots = entries.iter().map(|entry| entry.dot).collect();
                turn.post(from, Message::Acknowledge(dots), Carries::Nothing);
            }
            Message::Acknowledge(dots) => {
                let owed = self.owed.entry(from).or_default();
                owed.retain(|dot| !dots.contains(dot));
                if self.slip != Slip::AcknowledgesUnsaved {
                    turn.changed();
                }
            }
        }
    }

    fn round(&mut self, peers: &[ReplicaId], turn: &mut Turn<'_, Self::Message>) {
        for peer in peers {
            let owed = self.owed.entry(*peer).or_default();
            let entries: Vec<_> = owed.iter().filter_map(|dot| self.entries.get(dot)).cloned().collect();
            if self.slip == Slip::SendsOnce {
                owed.clear();
            }
            if !entries.is_empty() {
                let carries = carries(&entries);
                turn.post(*peer, Message::Entries(entries), carries);
            }
        }
    }
}
