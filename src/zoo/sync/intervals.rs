//! Delta gossip in causal intervals: a replica sends what changed since the other acknowledged, joined into
//! one group.
//!
//! After *Delta State Replicated Data Types* (2018). Whatever changes a state, by an own operation or by a
//! message, is numbered and kept in a log. A group joins the entries from the last number that its receiver
//! acknowledged up to the present, and is taken in only on top of those, so that a state never has an
//! effect without its causes. Who lacks more than the log still holds gets the full state. After *Efficient
//! Synchronization of State-based CRDTs* (2019) an entry is not sent back to where it came from, and only
//! what was new here is kept of it; [`plain`](Intervals::plain) gossip does neither, and is there for
//! comparison.
//!
//! Numbers and log are part of what is saved, and an acknowledgement leaves after that; so no number is
//! used twice, and who acknowledged still has it after a crash. Who lost its disk all the same says that it
//! lacks what a group builds upon.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use super::synced::encoded_size;
use super::{Gossiped, Knowledge, Protocol, Turn};
use crate::base::{Identity, ReplicaId, Update};
use crate::replica::{Carries, DataType, DeltaBased, Payload, Refused, Site};

/// How many entries a log holds unless told otherwise.
const LONGEST: usize = 256;

/// Gossips deltas in causal intervals.
#[derive(Clone, Debug)]
pub struct Intervals<T: DeltaBased> {
    value: T,
    known: Knowledge,
    /// How many changes there were in all.
    count: u64,
    /// The latest of them.
    log: VecDeque<Entry<T::Delta>>,
    /// The updates that changed nothing here, as others had the same effect, with the number of changes that
    /// there were then. Whoever has these has what the update would have changed.
    idle: Vec<(u64, Update)>,
    longest: usize,
    plain: bool,
    /// How many changes of each neighbour are in here.
    taken: BTreeMap<Identity, u64>,
    /// How many changes from here each neighbour says it has.
    acknowledged: BTreeMap<ReplicaId, u64>,
}

/// One change.
#[derive(Clone, Debug)]
struct Entry<D> {
    delta: D,
    /// The updates that came with it.
    updates: Vec<Update>,
    /// The neighbour it came from; none where it happened here.
    source: Option<ReplicaId>,
}

/// What replicas tell each other.
#[derive(Clone, Debug, Serialize)]
#[serde(bound(serialize = "T: DeltaBased"))]
pub enum IntervalMessage<T: DeltaBased> {
    /// Changes of the sender, joined.
    Group {
        /// Who sends.
        sender: Identity,
        /// For one who has so many of the sender's changes.
        from: u64,
        /// Who has so many with these.
        upto: u64,
        /// What changed; nothing where all of it came from the receiver.
        delta: Option<T::Delta>,
        /// The updates in it.
        #[serde(skip)]
        updates: Vec<Update>,
    },
    /// All of the sender's state.
    Whole {
        /// Who sends.
        sender: Identity,
        /// How many changes it has seen.
        upto: u64,
        /// The state.
        value: T,
        /// The updates in it.
        #[serde(skip)]
        known: Knowledge,
    },
    /// So many of the receiver's changes are safe with the sender.
    Acknowledge {
        /// How many.
        upto: u64,
    },
    /// The sender has only so many of the receiver's changes, and cannot take in what builds upon more.
    Lack {
        /// How many.
        from: u64,
    },
}

impl<T: DeltaBased> Payload for IntervalMessage<T> {
    fn size(&self) -> u64 {
        encoded_size(self)
    }
}

impl<T: Gossiped> Intervals<T> {
    /// From a value that all replicas begin with.
    pub fn new(value: T) -> Intervals<T> {
        Intervals {
            value,
            known: Knowledge::new(),
            count: 0,
            log: VecDeque::new(),
            idle: Vec::new(),
            longest: LONGEST,
            plain: false,
            taken: BTreeMap::new(),
            acknowledged: BTreeMap::new(),
        }
    }

    /// The same for comparison: deltas go back to where they came from, and are passed on whole.
    pub fn plain(value: T) -> Intervals<T> {
        Intervals { plain: true, ..Intervals::new(value) }
    }

    /// The same with a log of at most so many entries.
    pub fn with_log(self, longest: usize) -> Intervals<T> {
        Intervals { longest, ..self }
    }

    fn note(&mut self, delta: T::Delta, updates: Vec<Update>, source: Option<ReplicaId>) {
        self.log.push_back(Entry { delta, updates, source });
        self.count += 1;
        if self.log.len() > self.longest {
            self.log.pop_front();
        }
    }

    /// The number of changes before the first in the log.
    fn begins(&self) -> u64 {
        self.count - self.log.len() as u64
    }

    /// Drops what all neighbours have.
    fn trim(&mut self, neighbours: &[ReplicaId]) {
        let all = neighbours.iter().map(|peer| self.acknowledged.get(peer).copied().unwrap_or(0));
        let Some(least) = all.min() else { return };
        let done = least.saturating_sub(self.begins()).min(self.log.len() as u64);
        self.log.drain(..done as usize);
        self.idle.retain(|(count, _)| *count >= least);
    }

    /// What a neighbour is to be told.
    fn tell(&self, peer: ReplicaId, sender: Identity) -> Option<(IntervalMessage<T>, Carries)> {
        let (from, upto) = (self.acknowledged.get(&peer).copied().unwrap_or(0), self.count);
        if from >= upto {
            return None;
        }
        if from < self.begins() {
            let (value, known) = (self.value.clone(), self.known.clone());
            return Some((IntervalMessage::Whole { sender, upto, value, known }, Carries::Everything));
        }
        let entries = self.log.range((from - self.begins()) as usize..);
        let (mut delta, mut updates) = (None, Vec::new());
        for entry in entries.filter(|entry| self.plain || entry.source != Some(peer)) {
            match &mut delta {
                None => delta = Some(entry.delta.clone()),
                Some(delta) => T::combine(delta, &entry.delta),
            }
            updates.extend_from_slice(&entry.updates);
        }
        updates.extend(self.idle.iter().filter(|(count, _)| *count >= from).map(|(_, update)| *update));
        // The receiver's own echo needs no telling, until the log has to be rid of it.
        if delta.is_none() && upto - from < self.longest as u64 / 2 {
            return None;
        }
        let carries = Carries::Updates(updates.clone());
        Some((IntervalMessage::Group { sender, from, upto, delta, updates }, carries))
    }

    /// Takes in a delta, and keeps what is new of it.
    fn take(&mut self, from: ReplicaId, delta: Option<&T::Delta>, updates: Vec<Update>) {
        let news = delta.and_then(|delta| Some((delta, self.value.news(delta)?)));
        if let Some((delta, news)) = news {
            self.value.join(delta);
            self.note(if self.plain { delta.clone() } else { news }, updates, Some(from));
        } else {
            self.idle.extend(updates.into_iter().map(|update| (self.count, update)));
        }
    }
}

impl<T: Gossiped> Protocol for Intervals<T> {
    type Value = T;
    type Message = IntervalMessage<T>;
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

    fn accepted(&mut self, delta: T::Delta, update: Update, _: &mut Turn<'_, Self::Message>) {
        self.known.insert(update);
        self.note(delta, vec![update], None);
    }

    fn message(&mut self, from: ReplicaId, message: &IntervalMessage<T>, turn: &mut Turn<'_, Self::Message>) {
        match message {
            IntervalMessage::Group { sender, from: base, upto, delta, updates } => {
                let taken = self.taken.entry(*sender).or_default();
                if *base > *taken {
                    return turn.post(from, IntervalMessage::Lack { from: *taken }, Carries::Nothing);
                }
                *taken = (*taken).max(*upto);
                let news = updates.iter().copied().filter(|update| !self.known.contains(*update));
                self.take(from, delta.as_ref(), news.collect());
                self.known.extend(updates);
                turn.incorporate();
                turn.changed();
                turn.post(from, IntervalMessage::Acknowledge { upto: *upto }, Carries::Nothing);
            }
            IntervalMessage::Whole { sender, upto, value, known } => {
                let taken = self.taken.entry(*sender).or_default();
                *taken = (*taken).max(*upto);
                let news = known.beyond(&self.known);
                self.take(from, Some(&value.whole()), news);
                self.value.merge(value);
                self.known.merge(known);
                turn.incorporate();
                turn.changed();
                turn.post(from, IntervalMessage::Acknowledge { upto: *upto }, Carries::Nothing);
            }
            IntervalMessage::Acknowledge { upto } => {
                // A number from beyond the count is of a life whose disk was lost.
                if *upto <= self.count {
                    let acknowledged = self.acknowledged.entry(from).or_default();
                    *acknowledged = (*acknowledged).max(*upto);
                    self.trim(turn.neighbours());
                }
            }
            IntervalMessage::Lack { from: base } => {
                let base = if *base <= self.count { *base } else { 0 };
                self.acknowledged.insert(from, base);
            }
        }
    }

    fn round(&mut self, peers: &[ReplicaId], turn: &mut Turn<'_, Self::Message>) {
        for &peer in peers {
            if let Some((message, carries)) = self.tell(peer, turn.identity()) {
                turn.post(peer, message, carries);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::Bench;
    use super::*;
    use crate::model::counter::GrowOp;
    use crate::model::set::SetOp;
    use crate::zoo::collect::Stable;
    use crate::zoo::counter::GCounter;
    use crate::zoo::set::TaggedOrSet;

    type Message = IntervalMessage<GCounter>;

    fn counters(members: u32) -> Bench<Intervals<GCounter>> {
        Bench::new(members, Intervals::new(GCounter::new()))
    }

    fn span(message: &Message) -> (u64, u64) {
        match message {
            IntervalMessage::Group { from, upto, .. } => (*from, *upto),
            other => panic!("{other:?} is no group"),
        }
    }

    #[test]
    fn a_group_holds_all_that_was_not_acknowledged() {
        let mut bench = counters(2);
        bench.ask(0, GrowOp::Increment(1));
        let (_, lost, _) = bench.round(0).remove(0);
        bench.ask(0, GrowOp::Increment(2));
        let (_, both, carries) = bench.round(0).remove(0);
        assert_eq!((span(&lost), span(&both)), ((0, 1), (0, 2)));
        let update = |number| Update { replica: ReplicaId(0), number };
        assert_eq!(carries, Carries::Updates(vec![update(1), update(2)]));
        let answers = bench.hand(0, 1, &both);
        bench.settle(1, answers);
        assert_eq!((bench.view(1), bench.round(0).len()), (3, 0), "acknowledged, and never told again");
        bench.ask(0, GrowOp::Increment(4));
        assert_eq!(span(&bench.round(0)[0].1), (2, 3));
    }

    #[test]
    fn what_builds_upon_more_than_is_there_is_not_taken_in() {
        let mut bench = counters(2);
        bench.ask(0, GrowOp::Increment(1));
        let first = bench.round(0);
        bench.settle(0, first);
        bench.ask(0, GrowOp::Increment(2));
        // The other loses its disk, with the first increment.
        bench.lose(1, Intervals::new(GCounter::new()));
        let (_, second, _) = bench.round(0).remove(0);
        assert_eq!(span(&second), (1, 2));
        let answers = bench.hand(0, 1, &second);
        assert!(matches!(answers[..], [(_, IntervalMessage::Lack { from: 0 }, _)]), "{answers:?}");
        assert_eq!(bench.view(1), 0);
        bench.settle(1, answers);
        let whole = bench.round(0);
        assert!(matches!(whole[..], [(_, IntervalMessage::Whole { upto: 2, .. }, Carries::Everything)]), "{whole:?}");
        bench.settle(0, whole);
        assert_eq!((bench.view(1), bench.round(0).len()), (3, 0));
    }

    #[test]
    fn who_lacks_more_than_the_log_holds_gets_the_full_state() {
        let mut bench = Bench::new(2, Intervals::new(GCounter::new()).with_log(2));
        for _ in 0..3 {
            bench.ask(0, GrowOp::Increment(1));
        }
        let told = bench.round(0);
        assert!(matches!(told[..], [(_, IntervalMessage::Whole { .. }, _)]), "{told:?}");
        bench.settle(0, told);
        assert_eq!((bench.view(1), bench.round(0).len()), (3, 0));
    }

    /// What the second of three replicas tells each of the others, after the first told it something.
    fn passed_on(protocol: Intervals<GCounter>) -> Vec<ReplicaId> {
        let mut bench = Bench::new(3, protocol);
        bench.ask(0, GrowOp::Increment(1));
        let told = bench.round(0).into_iter().filter(|(to, ..)| *to == ReplicaId(1)).collect();
        bench.settle(0, told);
        bench.round(1).into_iter().map(|(to, ..)| to).collect()
    }

    #[test]
    fn a_delta_does_not_go_back_to_where_it_came_from_unless_gossip_is_plain() {
        assert_eq!(passed_on(Intervals::new(GCounter::new())), [ReplicaId(2)]);
        assert_eq!(passed_on(Intervals::plain(GCounter::new())), [ReplicaId(0), ReplicaId(2)]);
    }

    #[test]
    fn an_update_that_changes_nothing_is_passed_on_by_name() {
        let mut bench = Bench::new(3, Intervals::new(TaggedOrSet::new()));
        let to = |bench: &mut Bench<_>, from: u32, to: u32| {
            let told: Vec<_> = bench.round(from).into_iter().filter(|(peer, ..)| *peer == ReplicaId(to)).collect();
            bench.settle(from, told);
        };
        bench.ask(0, SetOp::Add('a'));
        (1..3).for_each(|peer| to(&mut bench, 0, peer));
        bench.ask(1, SetOp::Remove('a'));
        bench.ask(2, SetOp::Remove('a'));
        to(&mut bench, 1, 2);
        bench.ask(1, SetOp::Add('b'));
        to(&mut bench, 1, 2);
        to(&mut bench, 2, 0);
        assert_eq!(bench.protocol(0).known(), bench.protocol(2).known());
        assert_eq!(bench.protocol(0).known().len(), 4, "also the removal that the other removal had made idle");
    }

    #[test]
    fn a_long_echo_is_skipped_by_an_empty_group() {
        let mut bench = Bench::new(2, Intervals::new(GCounter::new()).with_log(4));
        for told in 0..4 {
            bench.ask(0, GrowOp::Increment(1));
            let news = bench.round(0);
            bench.settle(0, news);
            let back = bench.round(1);
            let empty = matches!(back[..], [(_, IntervalMessage::Group { delta: None, .. }, _)]);
            assert_eq!(empty, told % 2 == 1, "{back:?}");
            bench.settle(1, back);
        }
        assert_eq!(bench.protocol(1).log.len(), 0);
    }

    #[test]
    fn an_acknowledgement_of_a_lost_life_is_not_believed() {
        let mut bench = counters(2);
        bench.ask(0, GrowOp::Increment(1));
        bench.hand(1, 0, &IntervalMessage::Acknowledge { upto: 7 });
        assert_eq!(span(&bench.round(0)[0].1), (0, 1));
    }

    #[test]
    fn tombstones_go_where_groups_tell_what_is_durable() {
        let ids = [Identity(0), Identity(1)];
        let mut bench = Bench::new(2, Intervals::new(Stable::new(TaggedOrSet::new(), ids).saved_before_seen()));
        let mut kept = Vec::new();
        for (writer, op) in [(0, SetOp::Add('a')), (0, SetOp::Remove('a')), (1, SetOp::Add('b'))] {
            bench.ask(writer, op);
            let told = bench.round(writer);
            bench.settle(writer, told);
            kept.push([0, 1].map(|at| bench.protocol(at).value().tombstones()));
        }
        assert_eq!(kept, [[0, 0], [1, 1], [0, 0]], "the last one also says that it knows of the removal");
    }
}
