//! A tree with move that never makes a cycle.
//!
//! Every move bears a Lamport stamp and stays in a log that is sorted by it. A move that comes late is
//! put in its place in the log: the later moves are undone, it is carried out, and they are done again. A
//! move under the node itself, or under what is then below it, is skipped; so every replica with the same
//! moves carries out the same of them, in the same order. Creating a node is a move of a new one, deleting
//! it a move under the bin, which is not shown. After *A highly-available move operation for replicated
//! trees* (2022).
//!
//! It promises that of concurrent moves of one node the later stamped one wins, that nothing is lost (where
//! what a move knew is there, every node is below the root or the bin), and that moves may come in any
//! order. It does not promise that a move which its writer saw happen stays: an earlier stamped one may
//! turn it into a cycle. A node that is moved out of the bin brings along what is still below it. The log
//! grows for ever, unless moves that every member knows are [folded](crate::zoo::collect).

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::base::{Canonical, Digester, Lamport, Stamp};
use crate::model::Specification;
use crate::model::tree::{Branch, Parent, TreeOp, tree};
use crate::replica::{DataType, Delivery, DeltaBased, Element, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;
use crate::zoo::collect::Tombstones;

/// What a node can lie under.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Under<E> {
    /// The root: shown.
    Root,
    /// The bin: not shown.
    Bin,
    /// Another node.
    Node(E),
}

/// One move, as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move<E> {
    /// Its place among all moves.
    pub stamp: Lamport,
    /// What is moved.
    pub node: E,
    /// Where it goes.
    pub under: Under<E>,
    /// Its position among its siblings there.
    pub position: i64,
}

/// The number of a node here. Root and bin have numbers that no node gets.
type Node = u32;
const ROOT: Node = u32::MAX;
const BIN: Node = u32::MAX - 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    parent: Node,
    position: i64,
}

#[derive(Clone, Copy, Debug)]
struct Logged {
    stamp: Lamport,
    node: Node,
    to: Place,
    /// Where the node was before; where the move was skipped, it still is there.
    before: Option<Place>,
}

/// The tree, and the log of the moves that made it.
#[derive(Debug)]
pub struct MoveTree<E> {
    /// The nodes by their numbers, which go by their arrival here.
    names: Vec<E>,
    /// The numbers of the nodes, sorted by node.
    sorted: Vec<Node>,
    /// Where each node is, by its number; nowhere, if it was only named as a parent so far.
    places: Vec<Option<Place>>,
    /// Sorted by stamp.
    log: Vec<Logged>,
    /// All moves up to this stamp are known to every member, and are no longer in the log.
    folded: Lamport,
    /// The largest counter known.
    clock: u64,
}

impl<E: Element> MoveTree<E> {
    /// An empty tree.
    pub fn new() -> MoveTree<E> {
        let (names, sorted, places, log) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        MoveTree { names, sorted, places, log, folded: Lamport::default(), clock: 0 }
    }

    /// How many moves the log holds.
    pub fn logged(&self) -> usize {
        self.log.len()
    }

    /// Drops the moves up to a stamp from the log and keeps what they did. The caller knows that no move
    /// with a smaller stamp will come any more.
    pub fn fold(&mut self, stamp: Lamport) {
        self.log.drain(..self.log.partition_point(|logged| logged.stamp <= stamp));
        self.folded = self.folded.max(stamp);
    }

    /// The moves in the log, sorted by stamp.
    pub fn moves(&self) -> impl ExactSizeIterator<Item = Move<E>> {
        let name = |number: Node| self.names[number as usize].clone();
        self.log.iter().map(move |Logged { stamp, node, to, .. }| Move {
            stamp: *stamp,
            node: name(*node),
            under: self.under(to.parent),
            position: to.position,
        })
    }

    fn number(&self, node: &E) -> Option<Node> {
        let found = self.sorted.binary_search_by(|number| self.names[*number as usize].cmp(node));
        found.ok().map(|place| self.sorted[place])
    }

    fn number_or_new(&mut self, node: &E) -> Node {
        match self.sorted.binary_search_by(|number| self.names[*number as usize].cmp(node)) {
            Ok(place) => self.sorted[place],
            Err(place) => {
                let number = self.names.len() as Node;
                self.names.push(node.clone());
                self.sorted.insert(place, number);
                self.places.push(None);
                number
            }
        }
    }

    fn place_of(&mut self, under: &Under<E>, position: i64) -> Place {
        let parent = match under {
            Under::Root => ROOT,
            Under::Bin => BIN,
            Under::Node(node) => self.number_or_new(node),
        };
        Place { parent, position }
    }

    fn under(&self, parent: Node) -> Under<E> {
        match parent {
            ROOT => Under::Root,
            BIN => Under::Bin,
            node => Under::Node(self.names[node as usize].clone()),
        }
    }

    /// What a node lies under at last: the root, the bin, or a node that has no place yet.
    fn top(&self, mut node: Node) -> Node {
        while let Some(place) = self.places.get(node as usize).copied().flatten() {
            node = place.parent;
        }
        node
    }

    /// Whether this is the node, or lies below it.
    fn within(&self, mut below: Node, node: Node) -> bool {
        while below != node {
            match self.places.get(below as usize).copied().flatten() {
                None => return false,
                Some(place) => below = place.parent,
            }
        }
        true
    }

    /// Carries out a move, unless it would make a cycle; and says where the node was.
    fn carry_out(&mut self, node: Node, to: Place) -> Option<Place> {
        let before = self.places[node as usize];
        if !self.within(to.parent, node) {
            self.places[node as usize] = Some(to);
        }
        before
    }

    /// Undoes the moves from this index of the log on, the last one first.
    fn undo(&mut self, from: usize) {
        for logged in self.log[from..].iter().rev() {
            self.places[logged.node as usize] = logged.before;
        }
    }

    /// Does the moves from this index of the log on, for the first time or again.
    fn redo(&mut self, from: usize) {
        for index in from..self.log.len() {
            let Logged { node, to, .. } = self.log[index];
            self.log[index].before = self.carry_out(node, to);
        }
    }

    fn take_in(&mut self, new: &Move<E>) {
        self.clock = self.clock.max(new.stamp.counter);
        let index = self.log.partition_point(|logged| logged.stamp < new.stamp);
        if new.stamp <= self.folded || self.log.get(index).is_some_and(|logged| logged.stamp == new.stamp) {
            return;
        }
        let node = self.number_or_new(&new.node);
        let to = self.place_of(&new.under, new.position);
        self.undo(index);
        self.log.insert(index, Logged { stamp: new.stamp, node, to, before: None });
        self.redo(index);
    }

    /// Takes in the moves of another log; both logs may hold moves that the other lacks.
    fn take_log(&mut self, other: &MoveTree<E>) {
        let theirs = &other.log[other.log.partition_point(|logged| logged.stamp <= self.folded)..];
        let (mut same, mut news) = (0, 0);
        while news < theirs.len() && same < self.log.len() && self.log[same].stamp <= theirs[news].stamp {
            news += usize::from(self.log[same].stamp == theirs[news].stamp);
            same += 1;
        }
        if news == theirs.len() {
            return;
        }
        self.undo(same);
        let renumber = |tree: &mut MoveTree<E>, number: Node| match other.names.get(number as usize) {
            None => number,
            Some(name) if tree.names.get(number as usize) == Some(name) => number,
            Some(name) => tree.number_or_new(name),
        };
        for logged in &theirs[news..] {
            let node = renumber(self, logged.node);
            let to = Place { parent: renumber(self, logged.to.parent), ..logged.to };
            self.log.push(Logged { node, to, ..*logged });
        }
        // A stable sort of two runs that are sorted already is a merge.
        self.log[same..].sort_by_key(|logged| logged.stamp);
        self.log.dedup_by_key(|logged| logged.stamp);
        self.redo(same);
    }

    /// The nodes that are shown, each with its depth, from top to bottom.
    fn outline(&self) -> Vec<(u32, Node, i64)> {
        let mut children: Vec<(Place, Node)> = Vec::with_capacity(self.names.len());
        for number in &self.sorted {
            children.extend(self.places[*number as usize].map(|place| (place, *number)));
        }
        // They come sorted by node, and that decides between equal places.
        children.sort_by_key(|(place, _)| *place);
        let of = |parent: Node| {
            let first = children.partition_point(|(place, _)| place.parent < parent);
            let many = children[first..].iter().take_while(move |(place, _)| place.parent == parent).count();
            children[first..first + many].iter().rev()
        };
        let mut shown = Vec::with_capacity(children.len());
        let mut waiting: Vec<(u32, Node, i64)> = of(ROOT).map(|(place, number)| (0, *number, place.position)).collect();
        while let Some((depth, node, position)) = waiting.pop() {
            shown.push((depth, node, position));
            waiting.extend(of(node).map(|(place, number)| (depth + 1, *number, place.position)));
        }
        shown
    }

    /// Works out the move that an operation asks for.
    fn asked(&self, op: &TreeOp<E>) -> Result<(E, Under<E>, i64), Refused> {
        let shown = |node: &E| self.number(node).filter(|number| self.top(*number) == ROOT);
        match op {
            TreeOp::Delete(node) => match shown(node) {
                None => Err(Refused::because(format!("{node:?} is not in the tree: delete a node that is"))),
                Some(_) => Ok((node.clone(), Under::Bin, 0)),
            },
            TreeOp::Move(node, Parent::Root, position) => Ok((node.clone(), Under::Root, *position)),
            TreeOp::Move(node, Parent::Node(parent), position) => {
                let number = shown(parent).ok_or_else(|| {
                    Refused::because(format!("{parent:?} is not in the tree: move under the root or a node that is"))
                })?;
                if self.number(node).is_some_and(|node| self.within(number, node)) {
                    let found =
                        if node == parent { "itself".to_owned() } else { format!("{parent:?}, which is below it") };
                    return Err(Refused::because(format!(
                        "{node:?} would come under {found}: move it under a node that is not below it"
                    )));
                }
                Ok((node.clone(), Under::Node(parent.clone()), *position))
            }
        }
    }
}

impl<E: Element> Default for MoveTree<E> {
    fn default() -> MoveTree<E> {
        MoveTree::new()
    }
}

impl<E: Clone> Clone for MoveTree<E> {
    fn clone(&self) -> MoveTree<E> {
        MoveTree {
            names: self.names.clone(),
            sorted: self.sorted.clone(),
            places: self.places.clone(),
            log: self.log.clone(),
            ..*self
        }
    }

    fn clone_from(&mut self, source: &MoveTree<E>) {
        self.names.clone_from(&source.names);
        self.sorted.clone_from(&source.sorted);
        self.places.clone_from(&source.places);
        self.log.clone_from(&source.log);
        (self.folded, self.clock) = (source.folded, source.clock);
    }
}

impl<E: Element> DataType for MoveTree<E> {
    type Op = TreeOp<E>;
    type View = Vec<Branch<E>>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> TreeOp<E> {
        TreeOp::propose(&self.view(), pick, E::nth)
    }

    fn view(&self) -> Vec<Branch<E>> {
        let branch = |(depth, node, position)| Branch { depth, position, node: self.names[node as usize].clone() };
        self.outline().into_iter().map(branch).collect()
    }

    fn digest(&self, digester: &mut Digester) {
        let shown = self.outline();
        shown.len().feed(digester);
        for (depth, node, position) in shown {
            depth.feed(digester);
            position.feed(digester);
            self.names[node as usize].feed(digester);
        }
    }

    /// Right after an own move it is the last one in the log.
    fn latest_stamp(&self) -> Option<Stamp> {
        self.log.last().map(|logged| logged.stamp.into())
    }
}

impl<E: Element + 'static> Specified for MoveTree<E> {
    fn specification(&self) -> Specification<TreeOp<E>, Vec<Branch<E>>> {
        tree()
    }
}

impl<E: Element> OpBased for MoveTree<E> {
    type Effect = Move<E>;

    /// A second time would do no harm, as long as the move is in the log.
    const DELIVERY: Delivery = Delivery::AnyOnce;

    fn prepare(&self, op: &TreeOp<E>, site: Site) -> Result<Move<E>, Refused> {
        let (node, under, position) = self.asked(op)?;
        let counter = self.clock.checked_add(1).ok_or_else(|| {
            Refused::because(format!("no stamp is left after the counter {}, which was forged", self.clock))
        })?;
        Ok(Move { stamp: Lamport { counter, identity: site.identity }, node, under, position })
    }

    fn effect(&mut self, effect: &Move<E>) {
        self.take_in(effect);
    }
}

impl<E: Element> StateBased for MoveTree<E> {
    fn apply(&mut self, op: &TreeOp<E>, site: Site) -> Result<(), Refused> {
        let new = self.prepare(op, site)?;
        self.take_in(&new);
        Ok(())
    }

    fn merge(&mut self, other: &MoveTree<E>) {
        if other.folded > self.folded {
            // What the other folded every member knows: what is left to tell is our log above that.
            let ours = std::mem::replace(self, other.clone());
            self.take_log(&ours);
            self.clock = self.clock.max(ours.clock);
        } else {
            self.take_log(other);
            self.clock = self.clock.max(other.clock);
        }
    }
}

/// A delta is a tree that knows a few moves only.
impl<E: Element> DeltaBased for MoveTree<E> {
    type Delta = MoveTree<E>;

    fn mutate(&mut self, op: &TreeOp<E>, site: Site) -> Result<MoveTree<E>, Refused> {
        let new = self.prepare(op, site)?;
        self.take_in(&new);
        let mut delta = MoveTree::new();
        delta.take_in(&new);
        Ok(delta)
    }

    fn join(&mut self, delta: &MoveTree<E>) {
        self.merge(delta);
    }

    fn combine(into: &mut MoveTree<E>, other: &MoveTree<E>) {
        into.merge(other);
    }

    fn whole(&self) -> MoveTree<E> {
        self.clone()
    }
}

/// What is kept are the moves in the log. Who knows of a move stamps later ones with larger counters; so
/// where all know of it, no smaller stamp is still to come, and the log can be folded up to there.
impl<E: Element> Tombstones for MoveTree<E> {
    type Grave = Lamport;

    fn graves(&self) -> Vec<Lamport> {
        self.log.iter().map(|logged| logged.stamp).collect()
    }

    fn collect(&mut self, ready: &dyn Fn(&Lamport) -> bool) {
        let last = self.log.iter().rev().find(|logged| ready(&logged.stamp));
        if let Some(stamp) = last.map(|logged| logged.stamp) {
            self.fold(stamp);
        }
    }
}

/// What is written down: names instead of numbers, and no place that follows from the moves.
#[derive(Serialize, Deserialize)]
#[serde(rename = "MoveTree", deny_unknown_fields, bound = "E: Element")]
struct Written<E> {
    /// The tree without the moves of the log, sorted by node.
    tree: Vec<(E, Under<E>, i64)>,
    moves: Vec<Move<E>>,
    folded: Lamport,
    clock: u64,
}

impl<E: Element> Serialize for MoveTree<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bottom = self.clone();
        bottom.undo(0);
        let name = |number: Node| self.names[number as usize].clone();
        let placed = |number: &Node| Some((*number, bottom.places[*number as usize]?));
        let tree = self.sorted.iter().filter_map(placed);
        let tree = tree.map(|(number, place)| (name(number), self.under(place.parent), place.position)).collect();
        Written { tree, moves: self.moves().collect(), folded: self.folded, clock: self.clock }.serialize(serializer)
    }
}

impl<'de, E: Element> Deserialize<'de> for MoveTree<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<MoveTree<E>, D::Error> {
        let written = Written::deserialize(deserializer)?;
        let mut tree = MoveTree { folded: written.folded, clock: written.clock, ..MoveTree::new() };
        for (node, under, position) in &written.tree {
            let node = tree.number_or_new(node);
            let to = tree.place_of(under, *position);
            // A damaged file may hold a cycle; it is left out like any other.
            tree.carry_out(node, to);
        }
        for new in &written.moves {
            tree.take_in(new);
        }
        Ok(tree)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::base::Identity;
    use crate::zoo::specified::trials;
    use crate::zoo::trials::{Update, live, through_bytes};

    type Tree = MoveTree<char>;

    fn to(node: char, parent: char) -> TreeOp<char> {
        TreeOp::Move(node, if parent == '/' { Parent::Root } else { Parent::Node(parent) }, 0)
    }

    fn tree<const N: usize>(ops: [TreeOp<char>; N]) -> Tree {
        let mut tree = Tree::new();
        for op in ops {
            tree.apply(&op, Site::of(0)).expect("accepted");
        }
        tree
    }

    #[test]
    fn a_tree_shows_what_its_specification_says() {
        let tally = trials::live(&MoveTree::<u32>::new(), 400, |_, _| ());
        assert!(tally.updates > 5000 && tally.refused > 50 && tally.views > 2000, "{tally:?}");
        let tally = trials::live_anywhere(&MoveTree::<u32>::new(), 400, |_, _| false);
        assert!(tally.updates > 3000 && tally.views > 2000, "{tally:?}");
    }

    #[test]
    fn moves_in_the_order_of_their_stamps_are_told_from_moves_by_replica() {
        trials::tells_apart(&MoveTree::<u32>::new(), |visible| {
            let mut tree = MoveTree::new();
            for (counter, issued) in (1..).zip(visible.iter()) {
                let (node, under, position) = match &issued.op {
                    TreeOp::Delete(node) => (node, Under::Bin, 0),
                    TreeOp::Move(node, Parent::Root, position) => (node, Under::Root, *position),
                    TreeOp::Move(node, Parent::Node(parent), position) => (node, Under::Node(*parent), *position),
                };
                let stamp = Lamport { counter, identity: Identity(0) };
                tree.effect(&Move { stamp, node: *node, under, position });
            }
            tree.view()
        });
    }

    /// The tree on one line: `a(b(c)d)e`.
    fn text(tree: &Tree) -> String {
        let (mut text, mut open) = (String::new(), 0);
        for Branch { depth, node, .. } in tree.view() {
            if depth > open {
                text.push('(');
            }
            text.push_str(&")".repeat(open.saturating_sub(depth) as usize));
            text.push(node);
            open = depth;
        }
        format!("{text}{}", ")".repeat(open as usize))
    }

    #[track_caller]
    fn refused(tree: &Tree, op: TreeOp<char>) -> String {
        tree.prepare(&op, Site::of(0)).expect_err("refused").to_string()
    }

    #[test]
    fn two_moves_that_together_make_a_cycle_are_not_both_carried_out() {
        let start = tree([to('a', '/'), to('b', '/'), to('c', '/')]);
        let (mut left, mut right) = (start.clone(), start);
        left.apply(&to('a', 'b'), Site::of(0)).expect("accepted");
        right.apply(&to('b', 'a'), Site::of(1)).expect("accepted");
        assert_eq!((text(&left), text(&right)), ("b(a)c".to_owned(), "a(b)c".to_owned()));
        let before = left.clone();
        left.merge(&right);
        right.merge(&before);
        // Both bear the counter 4; that of the lower identity comes first and makes the other a cycle.
        assert_eq!((text(&left), text(&right)), ("b(a)c".to_owned(), "b(a)c".to_owned()));
    }

    #[test]
    fn of_two_moves_of_one_node_the_later_stamped_wins_and_nothing_is_doubled() {
        let start = tree([to('a', '/'), to('b', '/'), to('c', '/')]);
        let (mut left, mut right) = (start.clone(), start);
        left.apply(&to('a', 'b'), Site::of(0)).expect("accepted");
        right.apply(&to('a', 'c'), Site::of(1)).expect("accepted");
        left.merge(&right);
        assert_eq!(text(&left), "bc(a)");
    }

    #[test]
    fn a_move_that_comes_late_is_carried_out_in_its_place() {
        let mut early = tree([to('a', '/'), to('b', '/'), to('c', '/')]);
        let mut late = early.clone();
        let first = early.prepare(&to('c', 'a'), Site::of(1)).expect("accepted");
        early.effect(&first);
        let second = early.prepare(&to('a', 'b'), Site::of(1)).expect("accepted");
        early.effect(&second);
        late.effect(&second);
        assert_eq!(text(&late), "b(a)c");
        late.effect(&first);
        assert_eq!((text(&late), text(&early)), ("b(a(c))".to_owned(), "b(a(c))".to_owned()));
    }

    #[test]
    fn what_the_writer_can_see_to_be_wrong_is_refused() {
        let tree = tree([to('a', '/'), to('b', 'a'), to('c', 'b'), to('d', '/'), TreeOp::Delete('d')]);
        assert_eq!(
            refused(&tree, to('a', 'c')),
            "'a' would come under 'c', which is below it: move it under a node that is not below it"
        );
        assert_eq!(
            refused(&tree, to('b', 'b')),
            "'b' would come under itself: move it under a node that is not below it"
        );
        assert_eq!(refused(&tree, to('b', 'd')), "'d' is not in the tree: move under the root or a node that is");
        assert_eq!(refused(&tree, TreeOp::Delete('d')), "'d' is not in the tree: delete a node that is");
        assert_eq!(refused(&tree, TreeOp::Delete('x')), "'x' is not in the tree: delete a node that is");
    }

    #[test]
    fn a_deleted_node_takes_along_what_is_below_it_and_brings_it_back() {
        let mut tree = tree([to('a', '/'), to('b', 'a'), to('c', '/'), TreeOp::Delete('a')]);
        assert_eq!(text(&tree), "c");
        tree.apply(&to('a', 'c'), Site::of(1)).expect("accepted");
        assert_eq!(text(&tree), "c(a(b))");
    }

    #[test]
    fn siblings_stand_by_position_and_then_by_name() {
        let at = |node, position| TreeOp::Move(node, Parent::Root, position);
        assert_eq!(text(&tree([at('d', 2), at('c', -1), at('b', 2), at('a', 7)])), "cbda");
    }

    #[test]
    fn a_folded_log_shows_the_same_and_still_takes_in_what_is_later() {
        let mut folded = tree([to('a', '/'), to('b', '/'), to('c', 'a'), to('b', 'a')]);
        let whole = folded.clone();
        folded.fold(Lamport { counter: 3, identity: Identity(0) });
        assert_eq!((text(&folded), folded.logged(), whole.logged()), ("a(bc)".to_owned(), 1, 4));
        assert_eq!(text(&through_bytes(&folded)), "a(bc)");

        let mut news = whole.clone();
        news.apply(&to('c', 'b'), Site::of(1)).expect("accepted");
        // Its stamp is smaller than that of the move it meets, and larger than those folded.
        let mut behind = tree([to('a', '/'), to('b', '/'), to('c', 'a')]);
        behind.apply(&to('c', '/'), Site::of(1)).expect("accepted");
        news.merge(&behind);
        for mut one in [folded.clone(), Tree::new(), whole] {
            one.merge(&folded);
            one.merge(&news);
            assert_eq!(text(&one), text(&news));
            let mut other = news.clone();
            other.merge(&one);
            other.merge(&folded);
            assert_eq!((text(&other), other.logged()), (text(&news), 3), "the fold comes along");
        }
    }

    /// All moves, in the order of their stamps, from the empty tree.
    fn reference(moves: Vec<Move<char>>) -> (Vec<Branch<char>>, usize) {
        fn lies_below(parents: &BTreeMap<char, (Under<char>, i64)>, node: char, top: char) -> bool {
            match parents.get(&node) {
                Some((Under::Node(parent), _)) => *parent == top || lies_below(parents, *parent, top),
                _ => false,
            }
        }
        fn list(parents: &BTreeMap<char, (Under<char>, i64)>, under: &Under<char>, depth: u32) -> Vec<Branch<char>> {
            let mut children: Vec<_> = parents.iter().filter(|(_, (parent, _))| parent == under).collect();
            children.sort_by_key(|(node, (_, position))| (*position, **node));
            let branch = |(node, (_, position)): (&char, &(Under<char>, i64))| {
                let mut lines = vec![Branch { depth, position: *position, node: *node }];
                lines.extend(list(parents, &Under::Node(*node), depth + 1));
                lines
            };
            children.into_iter().flat_map(branch).collect()
        }
        let (mut parents, mut skipped) = (BTreeMap::new(), 0);
        let moves: BTreeMap<Lamport, Move<char>> = moves.into_iter().map(|one| (one.stamp, one)).collect();
        for Move { node, under, position, .. } in moves.into_values() {
            match under {
                Under::Node(parent) if parent == node || lies_below(&parents, parent, node) => skipped += 1,
                _ => {
                    parents.insert(node, (under, position));
                }
            }
        }
        let in_bin = list(&parents, &Under::Bin, 0).len();
        let shown = list(&parents, &Under::Root, 0);
        assert_eq!(in_bin + shown.len(), parents.len(), "a node is lost: neither below the root nor below the bin");
        (shown, skipped)
    }

    #[test]
    fn every_history_shows_what_its_moves_do_in_the_order_of_their_stamps() {
        let (mut skips, mut deep) = (0, 0);
        for seed in 0..3000 {
            let ask = |tree: &Tree, pick: &mut dyn FnMut(u64) -> u64| tree.propose(pick);
            live(seed, &Tree::new(), 24, ask, |updates: &[Update<Tree>], known: &BTreeSet<usize>, view| {
                let moves = known.iter().map(|update| updates[*update].effect.clone()).collect();
                let (expected, skipped) = reference(moves);
                assert_eq!(view, &expected, "seed {seed}");
                skips += skipped;
                deep += usize::from(view.iter().any(|branch| branch.depth > 1));
            });
        }
        assert!(skips > 1500 && deep > 10_000, "{skips} moves were skipped, {deep} trees were deep");
    }

    #[test]
    fn an_accepted_move_is_seen_by_its_writer_at_once() {
        for seed in 0..300 {
            let ask = |tree: &Tree, pick: &mut dyn FnMut(u64) -> u64| tree.propose(pick);
            live(seed, &Tree::new(), 24, ask, |updates: &[Update<Tree>], _, _| {
                let last = updates.last().expect("judged only after one");
                let find = |node: &char| last.after.iter().find(|branch| branch.node == *node);
                match &last.op {
                    TreeOp::Delete(node) => assert_eq!(find(node), None, "seed {seed}"),
                    TreeOp::Move(node, _, position) => {
                        assert_eq!(find(node).map(|branch| branch.position), Some(*position), "seed {seed}");
                    }
                }
            });
        }
    }
}
