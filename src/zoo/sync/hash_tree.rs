//! A tree of hashes over keys, sixteen ways at each node.
//!
//! A key stands at the hash of itself, four bits of which are taken at each level. A node with more than
//! sixteen keys below it has children, and its hash is over theirs; any other is a leaf, and its hash is over
//! its keys and what stands there. So the hash of a node follows from what is below it alone: where two trees
//! hold the same below a place, they have the same hash there, whatever else they hold. After *A Certified
//! Digital Signature* (1989) and, for repairing replicas, *Dynamo: Amazon's Highly Available Key-value Store*
//! (2007).
//!
//! Hashes have 64 bits: an accidental match hides a difference once in 2^64 comparisons, and a wilful one is
//! not guarded against.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;

use super::news::bytes;
use crate::base::{Canonical, Digester};

/// How many children a node has, and how many keys a leaf may hold.
pub(super) const ARITY: usize = 16;
/// The bits of a key's place that one level takes.
const BITS: u32 = 4;
const DEEPEST: u8 = (u64::BITS / BITS) as u8;

/// A node, by the way to it from the root.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Node {
    depth: u8,
    /// The children chosen on the way, four bits each.
    way: u64,
}

impl Node {
    /// The node above all keys.
    pub const ROOT: Node = Node { depth: 0, way: 0 };

    /// One of the children.
    pub fn child(self, nth: usize) -> Node {
        Node { depth: self.depth + 1, way: self.way << BITS | nth as u64 }
    }

    /// Whether this place is below the node.
    fn above(self, place: u64) -> bool {
        self.depth == 0 || place >> (u64::BITS - BITS * u32::from(self.depth)) == self.way
    }

    /// The first place below the node.
    fn first(self) -> u64 {
        if self.depth == 0 { 0 } else { self.way << (u64::BITS - BITS * u32::from(self.depth)) }
    }
}

/// A key, and what stands there.
#[derive(Clone, Debug)]
pub(super) struct Leaf<K, R> {
    /// The hash of the key.
    pub(super) place: u64,
    /// The hash of what stands there.
    pub(super) hash: u64,
    /// The key.
    pub(super) key: K,
    /// What stands there.
    pub(super) row: R,
}

/// The tree over some rows, as they were when it was made.
#[derive(Clone, Debug)]
pub(super) struct HashTree<K, R> {
    /// Sorted by place.
    leaves: Vec<Leaf<K, R>>,
    hashes: BTreeMap<Node, u64>,
}

impl<K: Canonical, R: Serialize> HashTree<K, R> {
    /// The tree over these rows.
    pub(super) fn new(rows: impl IntoIterator<Item = (K, R)>) -> HashTree<K, R> {
        let mut digester = Digester::new();
        let mut hash = |feed: &dyn Fn(&mut Digester)| {
            feed(&mut digester);
            digester.finish().0 as u64
        };
        let leaves = rows.into_iter().map(|(key, row)| {
            let place = hash(&|digester| key.feed(digester));
            Leaf { place, hash: hash(&|digester| digester.bytes(&bytes(&row))), key, row }
        });
        let mut leaves: Vec<_> = leaves.collect();
        leaves.sort_unstable_by_key(|leaf| (leaf.place, leaf.hash));
        let mut tree = HashTree { leaves, hashes: BTreeMap::new() };
        let mut hashes = BTreeMap::new();
        tree.hash_of(Node::ROOT, 0..tree.leaves.len(), &mut |node, hash| _ = hashes.insert(node, hash));
        tree.hashes = hashes;
        tree
    }
}

impl<K, R> HashTree<K, R> {
    /// The keys below a node, sorted by place.
    pub(super) fn below(&self, node: Node) -> &[Leaf<K, R>] {
        &self.leaves[self.range(node, 0..self.leaves.len())]
    }

    /// What stands at a place.
    pub(super) fn at(&self, place: u64) -> &[Leaf<K, R>] {
        let first = self.leaves.partition_point(|leaf| leaf.place < place);
        let count = self.leaves[first..].partition_point(|leaf| leaf.place == place);
        &self.leaves[first..first + count]
    }

    /// Whether so few keys are below a node that it has no children.
    pub(super) fn is_leaf(&self, node: Node) -> bool {
        node.depth >= DEEPEST || self.below(node).len() <= ARITY
    }

    /// The hash of a node, also of one that is below a leaf here.
    pub(super) fn hash(&self, node: Node) -> u64 {
        match self.hashes.get(&node) {
            Some(hash) => *hash,
            None => self.hash_of(node, self.range(node, 0..self.leaves.len()), &mut |_, _| ()),
        }
    }

    /// The hashes of a node's children.
    pub(super) fn hashes_below(&self, node: Node) -> Vec<u64> {
        (0..ARITY).map(|nth| self.hash(node.child(nth))).collect()
    }

    fn range(&self, node: Node, within: Range<usize>) -> Range<usize> {
        let leaves = &self.leaves[within.clone()];
        let first = leaves.partition_point(|leaf| leaf.place < node.first());
        let count = leaves[first..].partition_point(|leaf| node.above(leaf.place));
        within.start + first..within.start + first + count
    }

    fn hash_of(&self, node: Node, range: Range<usize>, keep: &mut impl FnMut(Node, u64)) -> u64 {
        // What is not there has no hash.
        let words: Vec<u64> = if range.is_empty() {
            return 0;
        } else if range.len() <= ARITY || node.depth >= DEEPEST {
            self.leaves[range].iter().flat_map(|leaf| [leaf.place, leaf.hash]).collect()
        } else {
            let children = (0..ARITY).map(|nth| {
                let child = node.child(nth);
                self.hash_of(child, self.range(child, range.clone()), keep)
            });
            children.collect()
        };
        let hash = Digester::of(&words).0 as u64;
        keep(node, hash);
        hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(keys: impl IntoIterator<Item = u64>, odd: Option<u64>) -> HashTree<u64, u64> {
        HashTree::new(keys.into_iter().map(|key| (key, u64::from(Some(key) == odd))))
    }

    /// All nodes of which two trees have different hashes, leaves of either tree being the lowest.
    fn differing(one: &HashTree<u64, u64>, other: &HashTree<u64, u64>, node: Node) -> Vec<Node> {
        if one.hash(node) == other.hash(node) {
            return Vec::new();
        }
        let mut nodes = vec![node];
        if !one.is_leaf(node) && !other.is_leaf(node) {
            nodes.extend((0..ARITY).flat_map(|nth| differing(one, other, node.child(nth))));
        }
        nodes
    }

    #[test]
    fn hashes_follow_from_what_is_below_and_from_nothing_else() {
        for size in [0, 1, 16, 17, 5000] {
            let (forwards, backwards) = (tree(0..size, None), tree((0..size).rev(), None));
            assert_eq!(differing(&forwards, &backwards, Node::ROOT), []);
            assert_eq!(forwards.is_leaf(Node::ROOT), size <= 16);
        }
    }

    #[test]
    fn one_difference_shows_on_one_way_from_the_root_to_its_leaf() {
        let plain = tree(0..5000, None);
        for other in [tree(0..5000, Some(4711)), tree((0..5000).filter(|key| *key != 4711), None)] {
            let nodes = differing(&plain, &other, Node::ROOT);
            let place = plain.leaves.iter().find(|leaf| leaf.key == 4711).map(|leaf| leaf.place).unwrap();
            assert!(nodes.len() >= 3, "{nodes:?}");
            assert!(nodes.iter().enumerate().all(|(depth, node)| node.depth as usize == depth && node.above(place)));
            assert!(plain.is_leaf(nodes[nodes.len() - 1]) && plain.below(nodes[nodes.len() - 1]).len() <= ARITY);
        }
    }

    #[test]
    fn a_node_below_a_leaf_has_the_hash_that_it_has_in_a_deeper_tree() {
        let (small, large) = (tree(0..10, None), tree(0..400, None));
        for leaf in small.leaves.iter().filter(|leaf| leaf.key < 10) {
            let node =
                (0..4).fold(Node::ROOT, |node, depth| node.child((leaf.place >> (60 - 4 * depth) & 15) as usize));
            if large.below(node).len() == small.below(node).len() {
                assert_eq!(small.hash(node), large.hash(node));
            }
        }
    }
}
