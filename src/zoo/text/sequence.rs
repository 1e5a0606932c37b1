//! The order of a growing list, with tombstones: where an index lies, and how far along an element is.
//!
//! Elements are handles, numbered as they come; what they stand for is kept by the caller. None ever
//! leaves: a hidden one keeps its place and loses its index. Every question is answered in logarithmic
//! time by a treap (*Randomized Search Trees*, 1996) in one flat list, whose priorities are a hash of the
//! handle. The law: the order depends on the calls alone, never on the shape of the tree.

/// An element of a sequence: the how-many-eth that came, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Handle(u32);

impl Handle {
    /// The number as an index into a table.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// No node.
const NONE: u32 = u32::MAX;

/// An order over handles, some of them hidden.
#[derive(Debug)]
pub struct Sequence {
    nodes: Vec<Node>,
    root: u32,
    first: u32,
    last: u32,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    up: u32,
    /// Left and right child.
    down: [u32; 2],
    /// Neighbours in the order.
    before: u32,
    after: u32,
    /// How many nodes the subtree has, hidden ones too.
    all: u32,
    /// How many of them are shown.
    shown: u32,
    hidden: bool,
}

impl Default for Sequence {
    fn default() -> Sequence {
        Sequence { nodes: Vec::new(), root: NONE, first: NONE, last: NONE }
    }
}

impl Clone for Sequence {
    fn clone(&self) -> Sequence {
        Sequence { nodes: self.nodes.clone(), ..*self }
    }

    fn clone_from(&mut self, source: &Sequence) {
        self.nodes.clone_from(&source.nodes);
        (self.root, self.first, self.last) = (source.root, source.first, source.last);
    }
}

fn some(node: u32) -> Option<Handle> {
    (node != NONE).then_some(Handle(node))
}

/// The larger it is, the higher a node stands; neighbours' priorities are unrelated.
fn priority(node: u32) -> u64 {
    let mut word = (u64::from(node) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    word = (word ^ word >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    word ^ word >> 32
}

impl Sequence {
    /// How many elements there are, hidden ones too.
    pub fn total(&self) -> u32 {
        self.nodes.len() as u32
    }

    /// How many elements are shown.
    pub fn shown(&self) -> u32 {
        self.node(self.root).map_or(0, |root| root.shown)
    }

    /// Whether this element has lost its index.
    pub fn is_hidden(&self, handle: Handle) -> bool {
        self.nodes[handle.index()].hidden
    }

    /// The shown element with this index.
    pub fn at(&self, mut index: u32) -> Option<Handle> {
        let mut at = self.root;
        while let Some(node) = self.node(at) {
            let before = self.shown_below(node.down[0]);
            if index < before {
                at = node.down[0];
            } else if index == before && !node.hidden {
                return Some(Handle(at));
            } else {
                index -= before + u32::from(!node.hidden);
                at = node.down[1];
            }
        }
        None
    }

    /// How many elements come before this one, hidden ones too.
    pub fn rank(&self, handle: Handle) -> u32 {
        let mut at = handle.0;
        let mut rank = self.all_below(self.nodes[handle.index()].down[0]);
        while let Some(node) = self.node(at) {
            if let Some(up) = self.node(node.up).filter(|up| up.down[1] == at) {
                rank += 1 + self.all_below(up.down[0]);
            }
            at = node.up;
        }
        rank
    }

    /// The element after this one, or the first; hidden ones too.
    pub fn after(&self, handle: Option<Handle>) -> Option<Handle> {
        some(handle.map_or(self.first, |handle| self.nodes[handle.index()].after))
    }

    /// The element before this one, or the last; hidden ones too.
    pub fn before(&self, handle: Option<Handle>) -> Option<Handle> {
        some(handle.map_or(self.last, |handle| self.nodes[handle.index()].before))
    }

    /// All elements in order, hidden ones too.
    pub fn iter(&self) -> impl Iterator<Item = Handle> + '_ {
        std::iter::successors(self.after(None), |handle| self.after(Some(*handle)))
    }

    /// All handles, in the order in which they came.
    pub fn handles(&self) -> impl Iterator<Item = Handle> + use<> {
        (0..self.total()).map(Handle)
    }

    /// The handle that the next element will get.
    pub fn next_handle(&self) -> Handle {
        Handle(self.total())
    }

    /// Puts a new element, shown, right after this one or at the front. Its handle is the number of
    /// elements that came before it in time.
    pub fn insert_after(&mut self, place: Option<Handle>) -> Handle {
        let new = self.total();
        assert!(new < NONE, "a sequence holds at most {NONE} elements");
        let (before, after) = (place.map_or(NONE, |handle| handle.0), self.after(place).map_or(NONE, |next| next.0));
        // Of two neighbours, one is below the other: so one of the two has a free side towards its neighbour.
        let (up, side) = match self.node(before) {
            Some(node) if node.down[1] == NONE => (before, 1),
            _ => (after, 0),
        };
        self.nodes.push(Node { up, down: [NONE; 2], before, after, all: 1, shown: 1, hidden: false });
        match self.nodes.get_mut(up as usize) {
            Some(node) => node.down[side] = new,
            None => self.root = new,
        }
        match self.nodes.get_mut(before as usize) {
            Some(node) => node.after = new,
            None => self.first = new,
        }
        match self.nodes.get_mut(after as usize) {
            Some(node) => node.before = new,
            None => self.last = new,
        }
        let mut at = up;
        while let Some(node) = self.nodes.get_mut(at as usize) {
            node.all += 1;
            node.shown += 1;
            at = node.up;
        }
        while self.nodes[new as usize].up != NONE && priority(self.nodes[new as usize].up) < priority(new) {
            self.rotate_up(new);
        }
        Handle(new)
    }

    /// Takes an element's index away; false if it had none.
    pub fn hide(&mut self, handle: Handle) -> bool {
        if std::mem::replace(&mut self.nodes[handle.index()].hidden, true) {
            return false;
        }
        let mut at = handle.0;
        while let Some(node) = self.nodes.get_mut(at as usize) {
            node.shown -= 1;
            at = node.up;
        }
        true
    }

    fn node(&self, node: u32) -> Option<&Node> {
        self.nodes.get(node as usize)
    }

    fn all_below(&self, node: u32) -> u32 {
        self.node(node).map_or(0, |node| node.all)
    }

    fn shown_below(&self, node: u32) -> u32 {
        self.node(node).map_or(0, |node| node.shown)
    }

    /// Exchanges a node with the one above it, which keeps the order.
    fn rotate_up(&mut self, node: u32) {
        let up = self.nodes[node as usize].up;
        let above = self.nodes[up as usize];
        let side = usize::from(above.down[1] == node);
        let inner = self.nodes[node as usize].down[1 - side];

        self.nodes[up as usize].down[side] = inner;
        if let Some(inner) = self.nodes.get_mut(inner as usize) {
            inner.up = up;
        }
        let (all, shown) = (self.all_below(inner), self.shown_below(inner));
        let moved = &mut self.nodes[node as usize];
        moved.down[1 - side] = up;
        moved.up = above.up;
        let (old_all, old_shown) = (moved.all, moved.shown);
        (moved.all, moved.shown) = (above.all, above.shown);
        let lower = &mut self.nodes[up as usize];
        lower.up = node;
        lower.all = above.all - old_all + all;
        lower.shown = above.shown - old_shown + shown;
        match self.nodes.get_mut(above.up as usize) {
            Some(top) => top.down[usize::from(top.down[1] == up)] = node,
            None => self.root = node,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::histories::draws;
    use super::*;

    /// What a sequence says of itself must follow from its order alone.
    #[track_caller]
    fn agrees(sequence: &Sequence, order: &[(Handle, bool)]) {
        assert_eq!(sequence.iter().collect::<Vec<_>>(), order.iter().map(|(handle, _)| *handle).collect::<Vec<_>>());
        let shown: Vec<Handle> = order.iter().filter(|(_, shown)| *shown).map(|(handle, _)| *handle).collect();
        assert_eq!((sequence.total() as usize, sequence.shown() as usize), (order.len(), shown.len()));
        for (rank, (handle, shown)) in order.iter().enumerate() {
            assert_eq!((sequence.rank(*handle) as usize, sequence.is_hidden(*handle)), (rank, !shown));
            let before = rank.checked_sub(1).map(|before| order[before].0);
            assert_eq!(sequence.before(Some(*handle)), before);
        }
        assert_eq!(sequence.before(None), order.last().map(|(handle, _)| *handle));
        for (index, handle) in shown.iter().enumerate() {
            assert_eq!(sequence.at(index as u32), Some(*handle));
        }
        assert_eq!(sequence.at(shown.len() as u32), None);
    }

    #[test]
    fn places_follow_from_the_order_however_it_came_about() {
        for seed in 0..300 {
            let mut below = draws(seed);
            let (mut sequence, mut order) = (Sequence::default(), Vec::new());
            for _ in 0..below(80) {
                if below(3) == 0 && !order.is_empty() {
                    let (handle, shown): &mut (Handle, bool) = {
                        let at = below(order.len() as u64) as usize;
                        &mut order[at]
                    };
                    assert_eq!(sequence.hide(*handle), *shown);
                    *shown = false;
                } else {
                    let place = below(order.len() as u64 + 1) as usize;
                    let new = sequence.insert_after(place.checked_sub(1).map(|before| order[before].0));
                    order.insert(place, (new, true));
                }
            }
            agrees(&sequence, &order);
            let mut copy = Sequence::default();
            copy.insert_after(None);
            copy.clone_from(&sequence);
            agrees(&copy, &order);
        }
    }

    #[test]
    fn a_run_typed_at_one_place_leaves_a_shallow_tree() {
        for forwards in [true, false] {
            let (mut sequence, mut last) = (Sequence::default(), None);
            for _ in 0..20_000 {
                last = Some(sequence.insert_after(last.filter(|_| forwards)));
            }
            let depth = |node: &Node| std::iter::successors(Some(node), |node| sequence.node(node.up)).count();
            let deepest = sequence.nodes.iter().map(depth).max();
            assert!(deepest < Some(60), "{deepest:?} levels for 20,000 elements");
        }
    }
}
