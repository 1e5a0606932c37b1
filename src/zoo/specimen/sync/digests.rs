//! Syncs by digests that say too little.

use std::collections::BTreeMap;

use serde::Serialize;

use super::numbered::{Numbered, carries, size};
use super::rows::{Habit, Sorted, Tags};
use crate::base::{Digest, Digester, Dot, Refused, ReplicaId, Update, VersionVector};
use crate::model::set::SetOp;
use crate::replica::{Carries, DataType, DeltaBased, Payload, Site, StateBased};
use crate::zoo::sync::{Knowledge, Protocol, Rows, Turn};

/// What a number stands for in a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// For all up to it: this is how it should be.
    Prefix,
    /// For itself, whatever lies below it.
    Highest,
}

/// Tells each delta once when it is new, and asks for the rest by a number for each origin.
#[derive(Clone, Debug)]
pub(super) struct Watermark<T: DeltaBased> {
    mark: Mark,
    value: T,
    known: Knowledge,
    /// The numbers.
    highest: VersionVector,
    log: BTreeMap<Dot, Numbered<T::Delta>>,
}

/// What replicas tell each other.
#[derive(Clone, Debug, Serialize)]
pub(super) enum Marked<D> {
    /// Some deltas.
    Deltas(Vec<Numbered<D>>),
    /// The sender has all up to here.
    Digest(VersionVector),
}

impl<D: Clone + std::fmt::Debug + Serialize> Payload for Marked<D> {
    fn size(&self) -> u64 {
        size(self)
    }
}

impl<T: DeltaBased> Watermark<T> {
    pub(super) fn marking(mark: Mark, value: T) -> Watermark<T> {
        Watermark { mark, value, known: Knowledge::new(), highest: VersionVector::new(), log: BTreeMap::new() }
    }

    fn note(&mut self, new: Numbered<T::Delta>) {
        let dot = new.dot;
        self.log.insert(dot, new);
        match self.mark {
            Mark::Highest => self.highest.raise(dot),
            Mark::Prefix => {
                let next = |highest: &VersionVector| Dot::new(dot.identity, highest.get(dot.identity) + 1);
                while self.log.contains_key(&next(&self.highest)) {
                    self.highest.raise(next(&self.highest));
                }
            }
        }
    }
}

fn tell<D>(to: ReplicaId, deltas: Vec<Numbered<D>>, turn: &mut Turn<'_, Marked<D>>) {
    let carries = carries(&deltas);
    turn.post(to, Marked::Deltas(deltas), carries);
}

impl<T: DeltaBased> Protocol for Watermark<T> {
    type Value = T;
    type Message = Marked<T::Delta>;
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
        let dot = Dot::new(turn.identity(), self.highest.get(turn.identity()) + 1);
        let new = Numbered { dot, delta, update };
        turn.neighbours().iter().for_each(|peer| tell(*peer, vec![new.clone()], turn));
        self.note(new);
    }

    fn message(&mut self, from: ReplicaId, message: &Self::Message, turn: &mut Turn<'_, Self::Message>) {
        match message {
            Marked::Deltas(deltas) => {
                for delta in
                    deltas.iter().filter(|delta| !self.log.contains_key(&delta.dot)).cloned().collect::<Vec<_>>()
                {
                    self.value.join(&delta.delta);
                    self.known.insert(delta.update);
                    turn.incorporate_updates(vec![delta.update]);
                    turn.changed();
                    self.note(delta);
                }
            }
            Marked::Digest(highest) => {
                let lacking: Vec<_> = self.log.values().filter(|delta| !highest.covers(delta.dot)).cloned().collect();
                if !lacking.is_empty() {
                    tell(from, lacking, turn);
                }
            }
        }
    }

    fn round(&mut self, peers: &[ReplicaId], turn: &mut Turn<'_, Self::Message>) {
        for peer in peers {
            turn.post(*peer, Marked::Digest(self.highest.clone()), Carries::Nothing);
        }
    }
}

/// What is hashed of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hashing {
    /// Which it is, and what stands there: this is how it should be.
    All,
    /// How much stands there, and not which element it is: two of which as much stands cancel out.
    Counts,
}

/// Compares one hash, and sends everything where it differs. The hash is the exclusive or of those of the
/// elements.
#[derive(Clone, Debug)]
pub(super) struct Crossed {
    hashing: Hashing,
    value: Tags<Sorted>,
    known: Knowledge,
    /// Whether it says so where hashes are equal.
    sure: bool,
}

/// What replicas tell each other.
#[derive(Clone, Debug, Serialize)]
pub(super) enum Hashed {
    /// The hash.
    Hash(u64),
    /// Everything, and whether the sender asks for the same.
    Everything(Tags<Sorted>, #[serde(skip)] Knowledge, bool),
}

impl Payload for Hashed {
    fn size(&self) -> u64 {
        size(self)
    }
}

impl Crossed {
    pub(super) fn hashing(hashing: Hashing) -> Crossed {
        Crossed { hashing, value: Tags::new(), known: Knowledge::new(), sure: false }
    }

    /// The same, which says so where hashes are equal.
    pub(super) fn sure(self) -> Crossed {
        Crossed { sure: true, ..self }
    }

    fn hash(&self) -> u64 {
        match self.hashing {
            Hashing::All => {
                let rows = Tags::<Sorted>::rows(&self.value.whole());
                let bytes = |row| postcard::to_allocvec(row).unwrap_or_default();
                rows.iter().fold(0, |hash, row| hash ^ Digester::of(&bytes(row)[..]).0 as u64)
            }
            Hashing::Counts => self.value.standing().fold(0, |hash, stands| hash ^ Digester::of(&stands[..]).0 as u64),
        }
    }

    fn everything(&self, asks: bool) -> Hashed {
        Hashed::Everything(self.value.clone(), self.known.clone(), asks)
    }
}

impl Protocol for Crossed {
    type Value = Tags<Sorted>;
    type Message = Hashed;
    type News = ();

    fn value(&self) -> &Tags<Sorted> {
        &self.value
    }

    fn known(&self) -> &Knowledge {
        &self.known
    }

    fn carry_out(&mut self, op: &SetOp<String>, site: Site) -> Result<(), Refused> {
        self.value.apply(op, site)
    }

    fn accepted(&mut self, (): (), update: Update, _: &mut Turn<'_, Hashed>) {
        self.known.insert(update);
    }

    fn message(&mut self, from: ReplicaId, message: &Hashed, turn: &mut Turn<'_, Hashed>) {
        match message {
            Hashed::Hash(hash) if *hash == self.hash() => {
                if self.sure {
                    turn.find_equal();
                }
            }
            Hashed::Hash(_) => turn.post(from, self.everything(true), Carries::Everything),
            Hashed::Everything(value, known, asks) => {
                self.value.merge(value);
                self.known.merge(known);
                turn.incorporate();
                turn.changed();
                if *asks {
                    turn.post(from, self.everything(false), Carries::Everything);
                }
            }
        }
    }

    fn content(&self) -> Digest {
        let tags = Sorted::row(self.value.whole());
        Digest::of_bytes(&postcard::to_allocvec(&tags).unwrap_or_default())
    }

    fn round(&mut self, peers: &[ReplicaId], turn: &mut Turn<'_, Hashed>) {
        peers.iter().for_each(|peer| turn.post(*peer, Hashed::Hash(self.hash()), Carries::Digest));
    }
}
