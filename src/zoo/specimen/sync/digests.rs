//! Syncs by digests that say too little.

use std::collections::BTreeMap;

use serde::Serialize;

use super::rows::{AsTheyCame, Tags};
use crate::base::{Digester, Dot, Refused, ReplicaId, Update, VersionVector};
use crate::model::set::SetOp;
use crate::replica::{Carries, DataType, DeltaBased, Payload, Site, StateBased};
use crate::zoo::sync::{Knowledge, Protocol, Turn};

fn size(message: &impl Serialize) -> u64 {
    postcard::to_allocvec(message).map_or(0, |bytes| bytes.len() as u64)
}

/// Tells each delta once when it is new, and asks for the rest by the highest number of each origin.
#[derive(Clone, Debug)]
pub(super) struct Watermark<T: DeltaBased> {
    value: T,
    known: Knowledge,
    /// The highest number that came of each origin, whatever lies below it.
    highest: VersionVector,
    log: BTreeMap<Dot, Numbered<T::Delta>>,
}

/// A delta under its number.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Numbered<D> {
    dot: Dot,
    delta: D,
    #[serde(skip)]
    update: Update,
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
    pub(super) fn new(value: T) -> Watermark<T> {
        Watermark { value, known: Knowledge::new(), highest: VersionVector::new(), log: BTreeMap::new() }
    }
}

fn tell<D>(to: ReplicaId, deltas: Vec<Numbered<D>>, turn: &mut Turn<'_, Marked<D>>) {
    let carries = Carries::Updates(deltas.iter().map(|delta| delta.update).collect());
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
        let dot = self.highest.next(turn.identity());
        let new = Numbered { dot, delta, update };
        turn.neighbours().iter().for_each(|peer| tell(*peer, vec![new.clone()], turn));
        self.log.insert(dot, new);
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
                    // Here a right one would wait until what lies between has come.
                    self.highest.raise(delta.dot);
                    self.log.insert(delta.dot, delta);
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

/// Compares one hash, and sends everything where it differs. The hash is the exclusive or of those of the
/// elements.
#[derive(Clone, Debug)]
pub(super) struct Crossed {
    value: Tags<AsTheyCame>,
    known: Knowledge,
}

/// What replicas tell each other.
#[derive(Clone, Debug, Serialize)]
pub(super) enum Hashed {
    /// The hash.
    Hash(u64),
    /// Everything, and whether the sender asks for the same.
    Everything(Tags<AsTheyCame>, #[serde(skip)] Knowledge, bool),
}

impl Payload for Hashed {
    fn size(&self) -> u64 {
        size(self)
    }
}

impl Crossed {
    pub(super) fn new() -> Crossed {
        Crossed { value: Tags::new(), known: Knowledge::new() }
    }

    /// Of an element it is hashed what stands there, and not which element it is: two of which as much
    /// stands cancel out.
    fn hash(&self) -> u64 {
        self.value.standing().fold(0, |hash, stands| hash ^ Digester::of(&stands[..]).0 as u64)
    }

    fn everything(&self, asks: bool) -> Hashed {
        Hashed::Everything(self.value.clone(), self.known.clone(), asks)
    }
}

impl Protocol for Crossed {
    type Value = Tags<AsTheyCame>;
    type Message = Hashed;
    type News = ();

    fn value(&self) -> &Tags<AsTheyCame> {
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
            Hashed::Hash(hash) if *hash == self.hash() => {}
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

    fn round(&mut self, peers: &[ReplicaId], turn: &mut Turn<'_, Hashed>) {
        peers.iter().for_each(|peer| turn.post(*peer, Hashed::Hash(self.hash()), Carries::Nothing));
    }
}
