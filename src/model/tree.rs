//! A tree whose nodes are moved about.
//!
//! A new node comes in by being moved to its first place; a deleted one is moved out of sight, and what is
//! below it goes with it. Children stand in the order of the position that their last move gave them, a
//! plain number that need not be free, and where it is the same in the order of the nodes themselves. How
//! concurrent moves are reconciled is no matter of this model. The law: no node is ever below itself.

mod showing;

use serde::{Deserialize, Serialize};

use crate::base::{Canonical, Digester};

pub use showing::tree;

/// A change of a tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TreeOp<E> {
    /// Puts a node, new or not, under a parent at a position among its children.
    Move(E, Parent<E>, i64),
    /// Takes a node out of sight, with all that is below it.
    Delete(E),
}

/// What a node can be put under.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Parent<E> {
    /// The root, which always is.
    Root,
    /// A node that is in the tree.
    Node(E),
}

/// One node of a tree that is read from top to bottom: a parent comes right before its children.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Branch<E> {
    /// How many nodes are above it.
    pub depth: u32,
    /// Its position among its siblings.
    pub position: i64,
    /// The node.
    pub node: E,
}

impl<E: Canonical> Canonical for Branch<E> {
    fn feed(&self, digester: &mut Digester) {
        self.depth.feed(digester);
        self.position.feed(digester);
        self.node.feed(digester);
    }
}

/// How many nodes and positions histories are drawn from.
const NODES: u64 = 6;
const POSITIONS: u64 = 3;

impl<E: Clone + PartialEq> TreeOp<E> {
    /// An operation worth trying on this tree: few nodes, so that moves of one meet, under parents that
    /// may in turn be moved. One move in sixteen would make a cycle if it can, and is to be refused.
    pub fn propose(tree: &[Branch<E>], pick: &mut dyn FnMut(u64) -> u64, nth: impl Fn(u64) -> E) -> TreeOp<E> {
        if !tree.is_empty() && pick(6) == 0 {
            return TreeOp::Delete(tree[pick(tree.len() as u64) as usize].node.clone());
        }
        let node = nth(pick(NODES));
        let below = match tree.iter().position(|branch| branch.node == node) {
            None => 0..0,
            Some(top) => {
                let depth = tree[top].depth;
                let end = tree[top + 1..].iter().position(|branch| branch.depth <= depth);
                top..end.map_or(tree.len(), |end| top + 1 + end)
            }
        };
        let position = pick(POSITIONS) as i64;
        let parent = if !below.is_empty() && pick(16) == 0 {
            below.start + pick(below.len() as u64) as usize
        } else {
            let others = tree.len() - below.len();
            match pick(1 + others as u64).checked_sub(1) {
                None => return TreeOp::Move(node, Parent::Root, position),
                Some(other) if (other as usize) < below.start => other as usize,
                Some(other) => other as usize + below.len(),
            }
        };
        TreeOp::Move(node, Parent::Node(tree[parent].node.clone()), position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Concern, Dice, Name, Seed};

    #[test]
    fn proposals_move_under_all_parents_and_seldom_into_a_cycle() {
        // a with b below it, and c below b; then d.
        let tree: Vec<_> =
            [(0, 0), (1, 1), (2, 2), (0, 3)].map(|(depth, node)| Branch { depth, position: 0, node }).to_vec();
        let dice = Dice::new(Seed(1));
        let mut draw = 0;
        let mut pick = |bound: u64| {
            draw += 1;
            dice.below(Concern::Client, Name(0), draw, bound)
        };
        let (mut cycles, mut deletes, mut parents) = (0, 0, [0; 5]);
        for _ in 0..3000 {
            match TreeOp::propose(&tree, &mut pick, |n| n) {
                TreeOp::Delete(_) => deletes += 1,
                TreeOp::Move(_, Parent::Root, _) => parents[4] += 1,
                TreeOp::Move(node, Parent::Node(parent), _) => {
                    parents[parent as usize] += 1;
                    cycles += usize::from(node == parent || (node < parent && parent < 3));
                }
            }
        }
        assert!(deletes > 300 && parents.iter().all(|times| *times > 100), "{deletes} deleted, {parents:?} moved");
        assert!(cycles > 20 && cycles < 200, "{cycles} cycles");
    }
}
