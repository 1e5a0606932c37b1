//! The tree behind Fugue: every element is a left or a right child, and the order walks through it.
//!
//! Left children come before their parent and right children after it, each with all below it; the
//! children of one side have an order that the caller decides on. The front of the list is the root, which
//! is no element. The law: a node never moves, so that what lies below one stays in one piece.

use super::known::Known;
use super::rule::Origins;
use super::sequence::Handle;

/// On which side of its parent a node hangs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Before its parent.
    Left,
    /// After its parent.
    Right,
}

/// Who hangs where, by handle.
#[derive(Debug, Default)]
pub struct FugueTree {
    /// The first right child of the root.
    first: Option<Handle>,
    nodes: Vec<Node>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Node {
    /// The first child on each side.
    first: [Option<Handle>; 2],
    /// The next child of the same parent and side.
    next: Option<Handle>,
}

impl Clone for FugueTree {
    fn clone(&self) -> FugueTree {
        FugueTree { first: self.first, nodes: self.nodes.clone() }
    }

    fn clone_from(&mut self, source: &FugueTree) {
        self.first = source.first;
        self.nodes.clone_from(&source.nodes);
    }
}

impl FugueTree {
    /// Where an element with these origins hangs: on the right of its left origin, unless something hung
    /// there already when it was inserted. Its right origin then was the first below that and had the same
    /// left origin, and it hangs on the left of its right origin.
    pub fn parent(known: &Known<Origins>, link: &Origins) -> (Option<Handle>, Side) {
        let right = link.right.and_then(|right| known.handle(right));
        match right.filter(|right| known.link(*right).left == link.left) {
            Some(right) => (Some(right), Side::Left),
            None => (link.left.and_then(|left| known.handle(left)), Side::Right),
        }
    }

    /// Hangs the next handle in, behind those siblings that come first, and tells after which element
    /// that is; none for the front.
    pub fn hang(
        &mut self,
        known: &Known<Origins>,
        (parent, side): (Option<Handle>, Side),
        comes_first: impl Fn(Handle) -> bool,
    ) -> Option<Handle> {
        let (mut before, mut next) = (None, *self.first(parent, side));
        while let Some(sibling) = next.filter(|sibling| comes_first(*sibling)) {
            before = next;
            next = self.nodes[sibling.index()].next;
        }
        let new = Some(known.sequence().next_handle());
        match before {
            Some(sibling) => self.nodes[sibling.index()].next = new,
            None => *self.first(parent, side) = new,
        }
        self.nodes.push(Node { next, ..Node::default() });
        match (before, side) {
            (Some(sibling), _) => Some(self.last_below(sibling)),
            (None, Side::Right) => parent,
            (None, Side::Left) => known.sequence().before(next.map(|next| self.first_below(next)).or(parent)),
        }
    }

    fn first(&mut self, parent: Option<Handle>, side: Side) -> &mut Option<Handle> {
        match parent {
            Some(parent) => &mut self.nodes[parent.index()].first[side as usize],
            None => &mut self.first,
        }
    }

    fn first_below(&self, mut node: Handle) -> Handle {
        while let Some(child) = self.nodes[node.index()].first[Side::Left as usize] {
            node = child;
        }
        node
    }

    fn last_below(&self, mut node: Handle) -> Handle {
        while let Some(mut child) = self.nodes[node.index()].first[Side::Right as usize] {
            while let Some(next) = self.nodes[child.index()].next {
                child = next;
            }
            node = child;
        }
        node
    }
}
