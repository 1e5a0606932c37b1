//! Digest, then fetch: replicas tell each other how far they are, and send what the other lacks.
//!
//! Each replica keeps a log of all that was told, its own and others', in the order in which it came to be
//! part of its state; and a version vector of how much of each origin is in it, always without gaps. The
//! vector is the digest. Who hears one sends all of its log that is not covered, in order, so that causes come
//! before effects; where it lacks something itself, it sends its own vector back. As in the anti-entropy of
//! *Epidemic Algorithms for Replicated Database Maintenance* (1987) and the prefix property of *Flexible Update
//! Propagation for Weakly Consistent Replication* (1997).
//!
//! What stands in the log is told as effects or as deltas, see [`Wording`]. Loss and duplication do no harm,
//! and no acknowledgement is needed. Not promised: that the log ever becomes shorter; so whoever comes back
//! with nothing, or comes anew, can be told everything.

use std::fmt::Debug;
use std::marker::PhantomData;

use serde::Serialize;

use super::synced::encoded_size;
use super::{Knowledge, Protocol, Turn};
use crate::base::{Dot, ReplicaId, Update, VersionVector};
use crate::replica::{Carries, DataType, DeltaBased, OpBased, Payload, Refused, Site};

/// In which words a data type's updates are told one by one.
pub trait Wording<T: DataType>: Clone + Debug {
    /// One update, told.
    type Word: Clone + Debug + Serialize;

    /// Carries out an operation here, and puts it into words.
    fn say(value: &mut T, op: &T::Op, site: Site) -> Result<Self::Word, Refused>;

    /// Takes in what was said elsewhere.
    fn hear(value: &mut T, word: &Self::Word);
}

/// Told as effects of operations.
#[derive(Clone, Copy, Debug)]
pub struct AsEffects;

impl<T: OpBased> Wording<T> for AsEffects {
    type Word = T::Effect;

    fn say(value: &mut T, op: &T::Op, site: Site) -> Result<T::Effect, Refused> {
        let effect = value.prepare(op, site)?;
        value.effect(&effect);
        Ok(effect)
    }

    fn hear(value: &mut T, effect: &T::Effect) {
        value.effect(effect);
    }
}

/// Told as deltas of the state.
#[derive(Clone, Copy, Debug)]
pub struct AsDeltas;

impl<T: DeltaBased> Wording<T> for AsDeltas {
    type Word = T::Delta;

    fn say(value: &mut T, op: &T::Op, site: Site) -> Result<T::Delta, Refused> {
        value.mutate(op, site)
    }

    fn hear(value: &mut T, delta: &T::Delta) {
        value.join(delta);
    }
}

/// Exchanges version vectors, and sends what the other lacks.
#[derive(Clone, Debug)]
pub struct Fetch<T: DataType, W: Wording<T>> {
    value: T,
    known: Knowledge,
    vector: VersionVector,
    log: Vec<Record<W::Word>>,
    wording: PhantomData<W>,
}

/// One update as it stands in a log.
#[derive(Clone, Debug, Serialize)]
pub struct Record<W> {
    dot: Dot,
    word: W,
    #[serde(skip)]
    update: Update,
}

/// What replicas tell each other.
#[derive(Clone, Debug, Serialize)]
pub enum FetchMessage<W> {
    /// How far the sender is.
    Digest {
        /// The last update of each origin that it has, none before it missing.
        vector: VersionVector,
        /// Whether the receiver is to say the same of itself where it lacks something.
        ask: bool,
    },
    /// What the receiver lacked.
    Missing(Vec<Record<W>>),
}

impl<W: Clone + Debug + Serialize> Payload for FetchMessage<W> {
    fn size(&self) -> u64 {
        encoded_size(self)
    }
}

impl<T: DataType, W: Wording<T>> Fetch<T, W> {
    /// From a value that all replicas begin with.
    pub fn new(value: T) -> Fetch<T, W> {
        let vector = VersionVector::new();
        Fetch { value, known: Knowledge::new(), vector, log: Vec::new(), wording: PhantomData }
    }

    /// How far each origin's updates are in here.
    pub fn vector(&self) -> &VersionVector {
        &self.vector
    }
}

impl<T: DataType, W: Wording<T>> Protocol for Fetch<T, W> {
    type Value = T;
    type Message = FetchMessage<W::Word>;
    type News = W::Word;

    const QUIET: bool = true;

    fn value(&self) -> &T {
        &self.value
    }

    fn known(&self) -> &Knowledge {
        &self.known
    }

    fn carry_out(&mut self, op: &T::Op, site: Site) -> Result<W::Word, Refused> {
        W::say(&mut self.value, op, site)
    }

    fn accepted(&mut self, word: W::Word, update: Update, turn: &mut Turn<'_, Self::Message>) {
        self.known.insert(update);
        let dot = self.vector.next(turn.identity());
        self.log.push(Record { dot, word, update });
    }

    fn message(&mut self, from: ReplicaId, message: &FetchMessage<W::Word>, turn: &mut Turn<'_, Self::Message>) {
        match message {
            FetchMessage::Digest { vector, ask } => {
                let missing: Vec<_> = self.log.iter().filter(|record| !vector.covers(record.dot)).cloned().collect();
                if !missing.is_empty() {
                    let carries = Carries::Updates(missing.iter().map(|record| record.update).collect());
                    turn.post(from, FetchMessage::Missing(missing), carries);
                }
                if self.vector == *vector {
                    turn.find_equal();
                }
                if *ask && !self.vector.covers_all(vector) {
                    let vector = self.vector.clone();
                    turn.post(from, FetchMessage::Digest { vector, ask: false }, Carries::Digest);
                }
            }
            FetchMessage::Missing(records) => {
                let mut taken = Vec::new();
                for record in records.iter() {
                    let gap = record.dot.counter.saturating_sub(self.vector.get(record.dot.identity));
                    if gap > 1 {
                        // What follows may build upon what lies in the gap.
                        break;
                    }
                    if gap == 1 {
                        W::hear(&mut self.value, &record.word);
                        self.vector.raise(record.dot);
                        self.log.push(record.clone());
                        taken.push(record.update);
                    }
                }
                if !taken.is_empty() {
                    self.known.extend(&taken);
                    turn.incorporate_updates(taken);
                    turn.changed();
                }
            }
        }
    }

    fn round(&mut self, peers: &[ReplicaId], turn: &mut Turn<'_, Self::Message>) {
        for &peer in peers {
            let digest = FetchMessage::Digest { vector: self.vector.clone(), ask: true };
            turn.post(peer, digest, Carries::Digest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::Bench;
    use super::*;
    use crate::base::Identity;
    use crate::model::counter::GrowOp;
    use crate::model::set::SetOp;
    use crate::zoo::collect::Stable;
    use crate::zoo::counter::GCounter;
    use crate::zoo::set::TaggedOrSet;

    fn counters() -> Bench<Fetch<GCounter, AsEffects>> {
        Bench::new(2, Fetch::new(GCounter::new()))
    }

    #[test]
    fn each_side_gets_exactly_what_it_lacks() {
        let mut bench = counters();
        bench.ask(0, GrowOp::Increment(1));
        bench.ask(1, GrowOp::Increment(2));
        let digest = bench.round(0);
        let answers = bench.hand(0, 1, &digest[0].1);
        let kinds: Vec<_> = answers.iter().map(|(_, message, _)| matches!(message, FetchMessage::Missing(_))).collect();
        assert_eq!(kinds, [true, false], "what the one lacks, and what the other would like to hear");
        bench.settle(1, answers);
        assert_eq!((bench.view(0), bench.view(1)), (3, 3));
        let digest = bench.round(0);
        assert_eq!(bench.hand(0, 1, &digest[0].1).len(), 0, "nothing is left to say");
    }

    #[test]
    fn what_comes_twice_counts_once_and_what_lies_beyond_a_gap_not_at_all() {
        let mut bench = counters();
        let missing = |bench: &mut Bench<Fetch<GCounter, AsEffects>>, of: [u32; 1]| {
            let digest = FetchMessage::Digest { vector: VersionVector::from(of), ask: false };
            bench.hand(1, 0, &digest).remove(0).1
        };
        bench.ask(0, GrowOp::Increment(1));
        let first = missing(&mut bench, [0]);
        bench.ask(0, GrowOp::Increment(2));
        let second = missing(&mut bench, [1]);
        let mut shown = Vec::new();
        for message in [&second, &first, &first, &second] {
            bench.hand(0, 1, message);
            shown.push(bench.view(1));
        }
        assert_eq!(shown, [0, 1, 1, 3]);
    }

    /// How many tombstones both keep, after each of three updates was fetched.
    fn kept<W: Wording<Stable<TaggedOrSet<char>>>>() -> Vec<[usize; 2]> {
        let value = Stable::new(TaggedOrSet::new(), [Identity(0), Identity(1)]).saved_before_seen();
        let mut bench = Bench::new(2, Fetch::<_, W>::new(value));
        let updates = [(0, SetOp::Add('a')), (0, SetOp::Remove('a')), (1, SetOp::Add('b'))];
        let fetched = updates.map(|(writer, op)| {
            bench.ask(writer, op);
            let asked = bench.round(1 - writer);
            bench.settle(1 - writer, asked);
            [0, 1].map(|at| bench.protocol(at).value().tombstones())
        });
        fetched.to_vec()
    }

    #[test]
    fn tombstones_go_where_what_is_fetched_tells_what_is_durable() {
        assert_eq!(kept::<AsDeltas>(), [[0, 0], [1, 1], [0, 0]]);
        assert_eq!(kept::<AsEffects>(), kept::<AsDeltas>());
    }
}
