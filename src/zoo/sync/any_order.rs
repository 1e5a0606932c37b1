//! Delta gossip in any order: what changed is sent once, joined with what else is due, and again where no
//! acknowledgement came.
//!
//! After the first algorithm of *Delta State Replicated Data Types* (2018), which joins whatever arrives at
//! once; so a late delta may come after one that was made on top of it, and the data type must bear that.
//! Each neighbour is owed the entries of a log one by one; who is owed too many gets the full state instead.
//! An entry is not sent back to where it came from (*Efficient Synchronization of State-based CRDTs*, 2019),
//! and is passed on where it brought something new here. It is passed on whole: cut down to its news it
//! could tell half of an update, and the other half is on no particular way.
//!
//! A delta that the data type would hold back is held here instead, until what it needs has come. Entries and
//! debts are part of what is saved, and an acknowledgement leaves after that. Who comes back with an empty
//! disk says so, and is owed the full state.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::news::{covers, grown};
use super::synced::encoded_size;
use super::{Gossiped, Knowledge, Protocol, Turn};
use crate::base::{ReplicaId, Update};
use crate::replica::{Carries, DataType, DeltaBased, Payload, Refused, Site};

/// How many entries a neighbour may be owed unless told otherwise.
const MOST: usize = 256;

/// How many rounds pass before something is sent again.
const PATIENCE: u32 = 3;

/// Gossips deltas in any order.
#[derive(Clone, Debug)]
pub struct AnyOrder<T: DeltaBased> {
    value: T,
    known: Knowledge,
    /// How many entries there were in all.
    count: u64,
    /// Those that somebody is owed, with their numbers, in order.
    log: Vec<(u64, Entry<T::Delta>)>,
    most: usize,
    debts: BTreeMap<ReplicaId, Debt>,
    /// What came before something it needs, and from whom.
    waiting: Vec<(Entry<T::Delta>, ReplicaId)>,
    /// What the own slots said last, with all updates that they sum up.
    sums: Vec<Entry<T::Delta>>,
    /// The neighbours still to be asked for all they know.
    asking: BTreeSet<ReplicaId>,
}

#[derive(Clone, Debug)]
struct Entry<D> {
    delta: D,
    updates: Vec<Update>,
}

/// What one neighbour is owed.
#[derive(Clone, Debug, Default)]
struct Debt {
    /// Entries by number, and how many rounds to wait before the next try.
    entries: BTreeMap<u64, u32>,
    /// The full state instead of entries that were crossed out.
    whole: Option<WholeDebt>,
}

/// A full state that is owed.
#[derive(Clone, Copy, Debug)]
struct WholeDebt {
    /// It must stand for so many entries: one that was sent before the last was crossed out does not.
    upto: u64,
    /// How many rounds to wait before the next try.
    wait: u32,
}

/// What replicas tell each other.
#[derive(Clone, Debug, Serialize)]
#[serde(bound(serialize = "T: DeltaBased"))]
pub enum GroupMessage<T: DeltaBased> {
    /// Some entries, joined.
    Group {
        /// Their numbers.
        entries: Vec<u64>,
        /// What they say together.
        delta: T::Delta,
        /// The updates in them.
        #[serde(skip)]
        updates: Vec<Update>,
    },
    /// All of the sender's state.
    Whole {
        /// How many entries it stands for.
        upto: u64,
        /// The state.
        value: T,
        /// The updates in it.
        #[serde(skip)]
        known: Knowledge,
    },
    /// These entries of the receiver are safe with the sender.
    Acknowledge {
        /// Their numbers.
        entries: Vec<u64>,
    },
    /// The receiver's full state, and so many entries with it, is safe with the sender.
    AcknowledgeWhole {
        /// How many.
        upto: u64,
    },
    /// The sender's disk was empty.
    Ask,
}

impl<T: DeltaBased> Payload for GroupMessage<T> {
    fn size(&self) -> u64 {
        encoded_size(self)
    }
}

impl<T: Gossiped> AnyOrder<T> {
    /// From a value that all replicas begin with.
    pub fn new(value: T) -> AnyOrder<T> {
        AnyOrder {
            value,
            known: Knowledge::new(),
            count: 0,
            log: Vec::new(),
            most: MOST,
            debts: BTreeMap::new(),
            waiting: Vec::new(),
            sums: Vec::new(),
            asking: BTreeSet::new(),
        }
    }

    /// The same with at most so many entries owed to one neighbour.
    pub fn with_debt(self, most: usize) -> AnyOrder<T> {
        AnyOrder { most, ..self }
    }

    /// Owes an entry to all neighbours but the one it came from.
    fn owe(&mut self, entry: Entry<T::Delta>, source: Option<ReplicaId>, turn: &Turn<'_, GroupMessage<T>>) {
        let number = self.count;
        self.count += 1;
        for &peer in turn.neighbours().iter().filter(|peer| Some(**peer) != source) {
            let debt = self.debts.entry(peer).or_default();
            debt.entries.insert(number, 0);
            if debt.entries.len() > self.most {
                debt.entries.clear();
                debt.whole = Some(WholeDebt { upto: self.count, wait: 0 });
            }
        }
        self.log.push((number, entry));
        self.forget_paid();
    }

    /// Drops the entries that nobody is owed.
    fn forget_paid(&mut self) {
        let debts = &self.debts;
        self.log.retain(|(number, _)| debts.values().any(|debt| debt.entries.contains_key(number)));
    }

    /// Takes an entry in, and those that waited for it; or lets it wait.
    fn take(&mut self, entry: Entry<T::Delta>, source: ReplicaId, turn: &mut Turn<'_, GroupMessage<T>>) {
        let mut arrived = vec![(entry, source)];
        while let Some((entry, source)) = arrived.pop() {
            let joined = grown(&self.value, &entry.delta);
            if joined.as_ref().is_some_and(|joined| joined.held_back() > self.value.held_back()) {
                self.waiting.push((entry, source));
                continue;
            }
            self.known.extend(&entry.updates);
            turn.incorporate_updates(entry.updates.clone());
            if let Some(joined) = joined {
                self.value = joined;
                arrived.append(&mut self.waiting);
                self.owe(entry, Some(source), turn);
            }
        }
        self.take_together(turn);
    }

    /// Takes in all that waits, where each part needs another one and nothing else is missing.
    fn take_together(&mut self, turn: &mut Turn<'_, GroupMessage<T>>) {
        if self.waiting.len() < 2 {
            return;
        }
        let mut all = self.value.clone();
        self.waiting.iter().for_each(|(entry, _)| all.join(&entry.delta));
        if all.held_back() <= self.value.held_back() {
            self.value = all;
            for (entry, source) in std::mem::take(&mut self.waiting) {
                self.known.extend(&entry.updates);
                turn.incorporate_updates(entry.updates.clone());
                self.owe(entry, Some(source), turn);
            }
        }
    }

    /// What a neighbour is to be told in this round.
    fn tell(&mut self, peer: ReplicaId) -> Option<(GroupMessage<T>, Carries)> {
        let debt = self.debts.get_mut(&peer)?;
        if let Some(WholeDebt { wait, .. }) = &mut debt.whole {
            if *wait > 0 {
                *wait -= 1;
                return None;
            }
            *wait = PATIENCE;
            let (value, known) = (self.value.clone(), self.known.clone());
            return Some((GroupMessage::Whole { upto: self.count, value, known }, Carries::Everything));
        }
        let (mut entries, mut told, mut updates) = (Vec::new(), None, Vec::new());
        for (number, wait) in &mut debt.entries {
            if *wait > 0 {
                *wait -= 1;
                continue;
            }
            *wait = PATIENCE;
            let Ok(at) = self.log.binary_search_by_key(number, |(number, _)| *number) else { continue };
            let entry = &self.log[at].1;
            entries.push(*number);
            updates.extend_from_slice(&entry.updates);
            match &mut told {
                None => told = Some(entry.delta.clone()),
                Some(told) => T::combine(told, &entry.delta),
            }
        }
        // Groups that came on several ways overlap.
        updates.sort_unstable();
        updates.dedup();
        let carries = Carries::Updates(updates.clone());
        told.map(|delta| (GroupMessage::Group { entries, delta, updates }, carries))
    }
}

impl<T: Gossiped> Protocol for AnyOrder<T> {
    type Value = T;
    type Message = GroupMessage<T>;
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
        let mut updates = vec![update];
        if T::SUMS {
            self.sums.retain(|sum| {
                let summed = covers::<T>(&delta, &sum.delta);
                updates.extend(sum.updates.iter().filter(|_| summed));
                !summed
            });
            self.sums.push(Entry { delta: delta.clone(), updates: updates.clone() });
        }
        self.owe(Entry { delta, updates }, None, turn);
    }

    fn message(&mut self, from: ReplicaId, message: &GroupMessage<T>, turn: &mut Turn<'_, Self::Message>) {
        match message {
            GroupMessage::Group { entries, delta, updates } => {
                self.take(Entry { delta: delta.clone(), updates: updates.clone() }, from, turn);
                turn.changed();
                let entries = entries.clone();
                turn.post(from, GroupMessage::Acknowledge { entries }, Carries::Nothing);
            }
            GroupMessage::Whole { upto, value, known } => {
                self.asking.remove(&from);
                let updates = known.updates().collect();
                self.take(Entry { delta: value.whole(), updates }, from, turn);
                // A state may know more than its delta tells, such as the clock of its stamps.
                let mut merged = self.value.clone();
                merged.merge(value);
                if merged.held_back() <= self.value.held_back() {
                    self.value = merged;
                }
                turn.changed();
                turn.post(from, GroupMessage::AcknowledgeWhole { upto: *upto }, Carries::Nothing);
            }
            GroupMessage::Acknowledge { entries } => {
                let debt = self.debts.entry(from).or_default();
                debt.entries.retain(|number, _| !entries.contains(number));
                self.forget_paid();
            }
            GroupMessage::AcknowledgeWhole { upto } => {
                let debt = self.debts.entry(from).or_default();
                debt.whole = debt.whole.filter(|whole| whole.upto > *upto);
                debt.entries.retain(|number, _| number >= upto);
                self.forget_paid();
            }
            GroupMessage::Ask => {
                self.debts.entry(from).or_default().whole = Some(WholeDebt { upto: self.count, wait: 0 });
            }
        }
    }

    fn round(&mut self, peers: &[ReplicaId], turn: &mut Turn<'_, Self::Message>) {
        for &peer in peers {
            if self.asking.contains(&peer) {
                turn.post(peer, GroupMessage::Ask, Carries::Nothing);
            }
            if let Some((message, carries)) = self.tell(peer) {
                turn.post(peer, message, carries);
            }
        }
    }

    fn bereft(&mut self, turn: &mut Turn<'_, Self::Message>) {
        self.asking = turn.neighbours().iter().copied().collect();
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::Bench;
    use super::*;
    use crate::model::counter::GrowOp;
    use crate::model::list::ListOp;
    use crate::zoo::counter::GCounter;
    use crate::zoo::text::rga::Rga;

    fn entries<T: DeltaBased>(sent: &[(ReplicaId, GroupMessage<T>, Carries)]) -> Vec<u64> {
        match sent {
            [] => Vec::new(),
            [(_, GroupMessage::Group { entries, .. }, _)] => entries.clone(),
            other => panic!("{other:?} is more than a group"),
        }
    }

    #[test]
    fn an_entry_is_told_again_only_after_some_rounds_without_acknowledgement() {
        let mut bench = Bench::new(2, AnyOrder::new(GCounter::new()));
        let mut told = Vec::new();
        for round in 0..6 {
            if round < 2 {
                bench.ask(0, GrowOp::Increment(1));
            }
            told.push(entries(&bench.round(0)));
        }
        assert_eq!(told, [vec![0], vec![1], vec![], vec![], vec![0], vec![1]]);
        bench.hand(1, 0, &GroupMessage::Acknowledge { entries: vec![1] });
        let rounds = (0..6).map(|_| entries(&bench.round(0))).collect::<Vec<_>>();
        assert_eq!(rounds.concat(), [0]);
    }

    #[test]
    fn a_count_that_comes_first_carries_those_that_it_sums_up() {
        let mut bench = Bench::new(2, AnyOrder::new(GCounter::new()));
        bench.ask(0, GrowOp::Increment(1));
        bench.round(0);
        bench.ask(0, GrowOp::Increment(2));
        let second = bench.round(0);
        assert_eq!(entries(&second), [1]);
        bench.settle(0, second);
        assert_eq!((bench.view(1), bench.protocol(1).known().len()), (3, 2));
    }

    #[test]
    fn an_element_that_comes_before_its_neighbour_is_not_known_until_it_has_a_place() {
        let mut bench = Bench::new(2, AnyOrder::new(Rga::<char>::new()));
        bench.ask(0, ListOp::Insert(0, 'a'));
        let first = bench.round(0);
        bench.ask(0, ListOp::Insert(1, 'b'));
        let second = bench.round(0);
        let answers = bench.hand(0, 1, &second[0].1);
        assert!(matches!(answers[..], [(_, GroupMessage::Acknowledge { .. }, _)]), "it is safe, if not in place");
        assert_eq!((bench.view(1), bench.protocol(1).known().len()), (vec![], 0));
        bench.settle(0, first);
        assert_eq!((bench.view(1), bench.protocol(1).known().len()), (vec!['a', 'b'], 2));
    }

    #[test]
    fn who_is_owed_too_much_gets_the_full_state_and_one_that_is_too_old_does_not_count() {
        let mut bench = Bench::new(2, AnyOrder::new(GCounter::new()).with_debt(1));
        let whole = |bench: &mut Bench<AnyOrder<GCounter>>| {
            bench.ask(0, GrowOp::Increment(1));
            bench.ask(0, GrowOp::Increment(1));
            std::iter::repeat_with(|| bench.round(0)).find(|sent| !sent.is_empty()).unwrap_or_default()
        };
        let old = whole(&mut bench);
        assert!(matches!(old[..], [(_, GroupMessage::Whole { upto: 2, .. }, _)]), "{old:?}");
        let new = whole(&mut bench);
        bench.settle(0, old);
        assert_eq!(bench.view(1), 2);
        let again = std::iter::repeat_with(|| bench.round(0)).take(6).find(|sent| !sent.is_empty());
        assert!(again.is_some(), "the entries since are still owed");
        bench.settle(0, new);
        assert_eq!(bench.view(1), 4);
        assert!((0..6).all(|_| bench.round(0).is_empty()));
    }

    #[test]
    fn who_comes_back_with_nothing_asks_for_everything() {
        let mut bench = Bench::new(2, AnyOrder::new(GCounter::new()));
        bench.ask(0, GrowOp::Increment(5));
        let told = bench.round(0);
        bench.settle(0, told);
        bench.lose(1, AnyOrder::new(GCounter::new()));
        assert_eq!((bench.view(1), bench.round(0).len()), (0, 0));
        let asking = bench.round(1);
        bench.settle(1, asking);
        let told = bench.round(0);
        bench.settle(0, told);
        assert_eq!((bench.view(1), bench.round(1).len()), (5, 0));
    }
}
