//! Merkle anti-entropy: replicas compare hashes from the root of a tree downwards, and send what differs.
//!
//! A round begins with the hash of the root. Who has another one answers with the hashes of the children;
//! so it goes on, from one side to the other, only below what differs, down to the few keys of a leaf, whose
//! rows are exchanged. After *Epidemic Algorithms for Replicated Database Maintenance* (1987) and *Dynamo:
//! Amazon's Highly Available Key-value Store* (2007).
//!
//! No step remembers the one before: each message says which node it is about, and is answered from what
//! stands there now. So loss, duplication, reordering and a change in between cost a round, and nothing else.
//! Not promised: few bytes for a small state, in which the hashes weigh more than the rows.

use std::collections::BTreeMap;

use serde::Serialize;

use super::hash_tree::{HashTree, Leaf, Node};
use super::news::bytes;
use super::synced::encoded_size;
use super::{Knowledge, Protocol, Rows, Turn};
use crate::base::{Digest, ReplicaId, Update};
use crate::replica::{Carries, DataType, Payload, Refused, Site};

/// Compares trees of hashes, and sends the rows that differ.
#[derive(Clone, Debug)]
pub struct Merkle<T: Rows> {
    value: T,
    known: Knowledge,
    /// The updates that each key has seen.
    by_key: BTreeMap<T::Key, Knowledge>,
    /// Made when it is asked for, and dropped when something changes.
    tree: Option<HashTree<T::Key, T::Delta>>,
    compared: Compared,
}

/// How much was compared at one replica, in all its messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Hashes of nodes.
    pub nodes: u64,
    /// Keys of leaves.
    pub keys: u64,
}

/// Where a key stands, and the hash of what stands there.
type Standing = (u64, u64);

/// What replicas tell each other.
#[derive(Clone, Debug, Serialize)]
#[serde(bound(serialize = "D: Serialize"))]
pub enum MerkleMessage<D> {
    /// The hash over everything.
    Root(u64),
    /// The hashes of the children of a node.
    Children(Node, Vec<u64>),
    /// All keys below a node.
    Keys(Node, Vec<Standing>),
    /// What the receiver lacked, and where it has such as the sender lacks.
    Rows {
        /// The rows.
        rows: Vec<Row<D>>,
        /// Where the receiver is asked to say what stands.
        wanted: Vec<u64>,
    },
}

/// What stands at one key.
#[derive(Clone, Debug, Serialize)]
#[serde(bound(serialize = "D: Serialize"))]
pub struct Row<D> {
    delta: D,
    /// The updates of this key that the sender knows.
    #[serde(skip)]
    updates: Vec<Update>,
}

impl<D: Clone + std::fmt::Debug + Serialize> Payload for MerkleMessage<D> {
    fn size(&self) -> u64 {
        encoded_size(self)
    }
}

impl<T: Rows> Merkle<T> {
    /// From a value that all replicas begin with.
    pub fn new(value: T) -> Merkle<T> {
        Merkle { value, known: Knowledge::new(), by_key: BTreeMap::new(), tree: None, compared: Compared::default() }
    }

    /// How much was compared here so far.
    pub fn compared(&self) -> Compared {
        self.compared
    }

    fn tree(&mut self) -> &HashTree<T::Key, T::Delta> {
        self.tree.get_or_insert_with(|| HashTree::new(T::rows(&self.value.whole())))
    }

    /// What to answer to somebody who has another hash at this node.
    fn open(&mut self, node: Node) -> MerkleMessage<T::Delta> {
        let tree = self.tree();
        if tree.is_leaf(node) {
            MerkleMessage::Keys(node, tree.below(node).iter().map(|leaf| (leaf.place, leaf.hash)).collect())
        } else {
            MerkleMessage::Children(node, tree.hashes_below(node))
        }
    }

    /// What to answer to somebody at whose node these keys stand.
    fn compare(&mut self, node: Node, theirs: &[Standing]) -> Option<MerkleMessage<T::Delta>> {
        let ours: Vec<Standing> = self.tree().below(node).iter().map(|leaf| (leaf.place, leaf.hash)).collect();
        let lacking = |some: &[Standing], others: &[Standing]| -> Vec<u64> {
            some.iter().filter(|one| others.binary_search(one).is_err()).map(|(place, _)| *place).collect()
        };
        let both = ours.iter().filter(|(place, _)| theirs.binary_search_by_key(place, |(place, _)| *place).is_ok());
        self.compared.keys += (ours.len() + theirs.len() - both.count()) as u64;
        let (rows, wanted) = (self.rows_at(&lacking(&ours, theirs)), lacking(theirs, &ours));
        (!rows.is_empty() || !wanted.is_empty()).then_some(MerkleMessage::Rows { rows, wanted })
    }

    fn rows_at(&mut self, places: &[u64]) -> Vec<Row<T::Delta>> {
        self.tree();
        let (Some(tree), by_key) = (&self.tree, &self.by_key) else { return Vec::new() };
        let leaves = places.iter().flat_map(|place| tree.at(*place));
        let row = |leaf: &Leaf<T::Key, T::Delta>| Row {
            delta: leaf.row.clone(),
            updates: by_key.get(&leaf.key).into_iter().flat_map(Knowledge::updates).collect(),
        };
        leaves.map(row).collect()
    }

    /// Notes which keys saw these updates.
    fn note(&mut self, delta: &T::Delta, updates: &[Update]) {
        for (key, _) in T::rows(delta) {
            self.by_key.entry(key).or_default().extend(updates);
        }
        self.known.extend(updates);
        self.tree = None;
    }
}

fn post<D>(to: ReplicaId, message: MerkleMessage<D>, turn: &mut Turn<'_, MerkleMessage<D>>) {
    let carries = match &message {
        MerkleMessage::Rows { rows, .. } if !rows.is_empty() => {
            Carries::Updates(rows.iter().flat_map(|row| row.updates.iter().copied()).collect())
        }
        MerkleMessage::Root(_) => Carries::Digest,
        _ => Carries::Nothing,
    };
    turn.post(to, message, carries);
}

impl<T: Rows> Protocol for Merkle<T> {
    type Value = T;
    type Message = MerkleMessage<T::Delta>;
    type News = T::Delta;

    const QUIET: bool = true;

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
        self.note(&delta, &[update]);
    }

    fn message(&mut self, from: ReplicaId, message: &MerkleMessage<T::Delta>, turn: &mut Turn<'_, Self::Message>) {
        match message {
            MerkleMessage::Root(theirs) => {
                self.compared.nodes += 1;
                if self.tree().hash(Node::ROOT) == *theirs {
                    turn.find_equal();
                } else {
                    post(from, self.open(Node::ROOT), turn);
                }
            }
            MerkleMessage::Children(node, theirs) => {
                let ours = self.tree().hashes_below(*node);
                self.compared.nodes += theirs.len() as u64;
                for (nth, _) in ours.iter().zip(theirs).enumerate().filter(|(_, (ours, theirs))| ours != theirs) {
                    post(from, self.open(node.child(nth)), turn);
                }
            }
            MerkleMessage::Keys(node, theirs) => {
                if let Some(answer) = self.compare(*node, theirs) {
                    post(from, answer, turn);
                }
            }
            MerkleMessage::Rows { rows, wanted } => {
                for row in rows {
                    self.value.join(&row.delta);
                    self.note(&row.delta, &row.updates);
                }
                if !rows.is_empty() {
                    turn.incorporate();
                    turn.changed();
                }
                let rows = self.rows_at(wanted);
                if !rows.is_empty() {
                    post(from, MerkleMessage::Rows { rows, wanted: Vec::new() }, turn);
                }
            }
        }
    }

    /// Of all that can be told, not cut into rows. What a value keeps beside that, such as a clock, is its own.
    fn content(&self) -> Digest {
        Digest::of_bytes(&bytes(&self.value.whole()))
    }

    fn round(&mut self, peers: &[ReplicaId], turn: &mut Turn<'_, Self::Message>) {
        let root = self.tree().hash(Node::ROOT);
        for &peer in peers {
            post(peer, MerkleMessage::Root(root), turn);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::bench::Bench;
    use super::*;
    use crate::model::set::SetOp;
    use crate::replica::{Effect, Taken};
    use crate::zoo::set::TaggedOrSet;

    /// Two replicas that agree on so many elements.
    fn sets(size: u32) -> Bench<Merkle<TaggedOrSet<u32>>> {
        let mut bench = Bench::new(2, Merkle::new(TaggedOrSet::new()));
        for n in 0..size {
            bench.ask(n % 2, SetOp::Add(n));
        }
        meet(&mut bench);
        assert_eq!((bench.view(0).len(), bench.view(1).len()), (size as usize, size as usize));
        bench
    }

    fn meet(bench: &mut Bench<Merkle<TaggedOrSet<u32>>>) -> Vec<Carries> {
        let round = bench.round(0);
        bench.settle(0, round)
    }

    fn updates(carries: Carries) -> Vec<Update> {
        if let Carries::Updates(updates) = carries { updates } else { Vec::new() }
    }

    #[test]
    fn rows_that_differ_go_both_ways_with_the_updates_of_their_keys_alone() {
        for size in [3, 300] {
            let mut bench = sets(size);
            bench.ask(0, SetOp::Remove(1));
            bench.ask(1, SetOp::Add(1000));
            let carried: BTreeSet<Update> = meet(&mut bench).into_iter().flat_map(updates).collect();
            assert_eq!(carried.len(), 3, "that 1 was added and removed, and that 1000 was added: {carried:?}");
            assert_eq!(bench.view(0), bench.view(1));
            assert!(!bench.view(0).contains(&1) && bench.view(1).contains(&1000));
            assert_eq!(bench.protocol(0).known(), bench.protocol(1).known());
        }
    }

    #[test]
    fn those_who_agree_compare_one_hash() {
        let mut bench = sets(300);
        let before = bench.protocol(1).compared();
        meet(&mut bench);
        let after = bench.protocol(1).compared();
        assert_eq!((after.nodes - before.nodes, after.keys - before.keys), (1, 0));
    }

    #[test]
    fn an_answer_to_a_question_of_long_ago_does_no_harm() {
        let mut bench = sets(300);
        bench.ask(0, SetOp::Add(500));
        let old = bench.round(0);
        bench.ask(1, SetOp::Remove(7));
        meet(&mut bench);
        bench.settle(0, old);
        meet(&mut bench);
        assert_eq!(bench.view(0), bench.view(1));
        assert!(bench.view(0).contains(&500) && !bench.view(0).contains(&7));
    }

    #[test]
    fn states_that_are_the_same_are_found_equal_though_one_side_knows_more() {
        let mut bench = Bench::new(2, Merkle::new(TaggedOrSet::<u32>::new()));
        bench.ask(0, SetOp::Remove(1));
        let root = bench.round(0).remove(0);
        assert_eq!(root.2, Carries::Digest);
        let effects = bench.arrives(0, 1, &root.1);
        assert!(matches!(effects[..], [Effect::Incorporate(Taken::Equal)]), "what removes nothing changes nothing");
    }
}
