//! Trees that are wrong: moves that make cycles, and logs that forget.
//!
//! The right one is a log of moves sorted by stamp, and what they come to, as in *A highly-available move operation
//! for replicated trees* (2022).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Sound, Specimen};
use crate::base::{Lamport, Refused, Stamp};
use crate::model::tree::{Branch, Parent, TreeOp, tree};
use crate::replica::{DataType, Delivery, Element as _, OpBased, Site};
use crate::zoo::sync::Operations;
use crate::zoo::{AnySystem, System};

/// All of them.
pub(super) const ALL: &[Specimen] = &[
    Specimen {
        name: "tree_without_cycle_check",
        mistake: "a move that comes from elsewhere is carried out, whatever lies where by now",
        known_from: "trees whose nodes are registers that hold their parent",
        harm: "two folders that two people move into one another are gone, with all that is in them",
        caught_by: "spec",
        needs: &[],
        story: "n0 puts a and b at the root; n0 moves a below b, and n1 moves b below a",
        system: || system(Mistake::NoCycleCheck),
    },
    Specimen {
        name: "tree_with_local_cycle_check",
        mistake: "whether a move would make a cycle is decided when it arrives, by the tree as it is here then",
        known_from: "servers that check a move where they take it in, and are then more than one",
        harm: "replicas skip different moves, and show different trees for ever",
        caught_by: "sec",
        needs: &[],
        story: "n0 puts a and b at the root; n0 moves a below b, and n1 moves b below a; each skips the other's move",
        system: || system(Mistake::LocalCycleCheck),
    },
    Specimen {
        name: "tree_whose_undo_forgets",
        mistake: "undoing a move takes the node out of the tree and does not put it back under its former parent",
        known_from: "undo logs that hold what was done and not what was before",
        harm: "a node whose move is skipped when moves are done again is gone, with all that is below it",
        caught_by: "spec",
        needs: &[],
        story: "n0 puts a and b at the root; n1 moves a below b, and n0, with the smaller stamp, moves b below a, of \
                which n1 hears later",
        system: || system(Mistake::UndoForgets),
    },
    Specimen {
        name: "tree_with_stamps_without_identity",
        mistake: "moves are sorted by counters alone, and of two with one counter the later arrival is the later one",
        known_from: "Lamport's clock (1978) without its second half",
        harm: "two who move one folder at once see it in different places for ever",
        caught_by: "sec",
        needs: &[],
        story: "n0 puts a at the root at position 0, n1 at position 1; each shows the other's position",
        system: || system(Mistake::NoIdentity),
    },
    Specimen {
        name: "tree_that_cuts_its_log",
        mistake: "the log keeps the last moves only, and what is older than these is taken for known",
        known_from: "logs that are bounded by a number, where the proof asks for what every member knows",
        harm: "what one moved while offline is not moved for those who were busy meanwhile",
        caught_by: "spec",
        needs: &[],
        story: "n0 is cut off and moves a; n1 makes more moves than the log holds; then they meet",
        system: || system(Mistake::CutsLog),
    },
];

/// What the mistakes were made to.
pub(super) fn sound() -> Vec<Sound> {
    vec![("plain tree", &[], system(Mistake::None))]
}

fn system(mistake: Mistake) -> AnySystem {
    System::judged_by(tree(), Operations::new(Plain::new(mistake))).into()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Mistake {
    None,
    NoCycleCheck,
    LocalCycleCheck,
    UndoForgets,
    NoIdentity,
    CutsLog,
}

/// So many moves a log keeps that is cut.
const KEPT: usize = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Under {
    Bin,
    Root,
    Node(char),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    under: Under,
    position: i64,
}

/// A move, as it travels.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Move {
    stamp: Lamport,
    node: char,
    to: Place,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Logged {
    new: Move,
    before: Option<Place>,
    /// Whether it would have made a cycle when it arrived.
    cycle_then: bool,
}

/// A tree, and the log of the moves that made it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Plain {
    mistake: Mistake,
    clock: u64,
    places: BTreeMap<char, Place>,
    /// In the order of stamps.
    log: Vec<Logged>,
    /// Where the log was cut.
    cut: Option<Lamport>,
}

impl Plain {
    fn new(mistake: Mistake) -> Plain {
        Plain { mistake, clock: 0, places: BTreeMap::new(), log: Vec::new(), cut: None }
    }

    /// What a node lies under, and what that lies under, and so on; no farther than there are nodes.
    fn above(&self, node: char) -> impl Iterator<Item = Under> {
        let under = |node: char| self.places.get(&node).map(|place| place.under);
        let next = move |above: &Under| match above {
            Under::Node(node) => under(*node),
            Under::Root | Under::Bin => None,
        };
        std::iter::successors(under(node), next).take(self.places.len())
    }

    fn is_shown(&self, node: char) -> bool {
        self.above(node).any(|above| above == Under::Root)
    }

    fn would_make_a_cycle(&self, node: char, under: Under) -> bool {
        under == Under::Node(node)
            || matches!(under, Under::Node(parent) if self.above(parent).any(|above| above == Under::Node(node)))
    }

    fn take_in(&mut self, new: Move) {
        self.clock = self.clock.max(new.stamp.counter);
        if self.cut.is_some_and(|cut| new.stamp <= cut) {
            return;
        }
        let cycle_then = self.would_make_a_cycle(new.node, new.to.under);
        let earlier = |logged: &Logged| match self.mistake {
            Mistake::NoIdentity => logged.new.stamp.counter <= new.stamp.counter,
            _ => logged.new.stamp < new.stamp,
        };
        let index = self.log.partition_point(earlier);
        for logged in self.log[index..].iter().rev() {
            match logged.before {
                Some(before) if self.mistake != Mistake::UndoForgets => self.places.insert(logged.new.node, before),
                _ => self.places.remove(&logged.new.node),
            };
        }
        self.log.insert(index, Logged { new, before: None, cycle_then });
        for at in index..self.log.len() {
            let Logged { new: Move { node, to, .. }, cycle_then, .. } = self.log[at];
            let skipped = match self.mistake {
                Mistake::NoCycleCheck => false,
                Mistake::LocalCycleCheck => cycle_then,
                _ => self.would_make_a_cycle(node, to.under),
            };
            self.log[at].before = self.places.get(&node).copied();
            if !skipped {
                self.places.insert(node, to);
            }
        }
        if self.mistake == Mistake::CutsLog && self.log.len() > KEPT {
            self.cut = Some(self.log.remove(0).new.stamp);
        }
    }

    fn show(&self, parent: Under, depth: u32, shown: &mut Vec<Branch<char>>) {
        let mut children: Vec<_> = self.places.iter().filter(|(_, place)| place.under == parent).collect();
        children.sort_by_key(|(node, place)| (place.position, **node));
        for (node, place) in children {
            shown.push(Branch { depth, position: place.position, node: *node });
            self.show(Under::Node(*node), depth + 1, shown);
        }
    }
}

impl DataType for Plain {
    type Op = TreeOp<char>;
    type View = Vec<Branch<char>>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> TreeOp<char> {
        TreeOp::propose(&self.view(), pick, char::nth)
    }

    fn view(&self) -> Vec<Branch<char>> {
        let mut shown = Vec::new();
        self.show(Under::Root, 0, &mut shown);
        shown
    }

    fn latest_stamp(&self) -> Option<Stamp> {
        self.log.last().map(|logged| logged.new.stamp.into())
    }
}

impl OpBased for Plain {
    type Effect = Move;

    const DELIVERY: Delivery = Delivery::AnyOnce;

    fn prepare(&self, op: &TreeOp<char>, site: Site) -> Result<Move, Refused> {
        let there = |node: char| {
            let gone = || Refused::because(format!("{node:?} is not in the tree: name a node that is"));
            self.is_shown(node).then_some(node).ok_or_else(gone)
        };
        let (node, to) = match op {
            TreeOp::Delete(node) => (there(*node)?, Place { under: Under::Bin, position: 0 }),
            TreeOp::Move(node, Parent::Root, position) => (*node, Place { under: Under::Root, position: *position }),
            TreeOp::Move(node, Parent::Node(parent), position) => {
                (*node, Place { under: Under::Node(there(*parent)?), position: *position })
            }
        };
        if self.would_make_a_cycle(node, to.under) {
            return Err(Refused::because(format!("{node:?} would come under itself: move it elsewhere")));
        }
        Ok(Move { stamp: Lamport { counter: self.clock + 1, identity: site.identity }, node, to })
    }

    fn effect(&mut self, new: &Move) {
        self.take_in(*new);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Story;
    use super::*;

    /// Nodes from top to bottom, each behind a dot for each one above it.
    fn shown(story: &Story<Plain>, who: usize) -> String {
        let branch = |branch: &Branch<char>| format!("{}{}", ".".repeat(branch.depth as usize), branch.node);
        story.view(who).iter().map(branch).collect::<Vec<_>>().join(" ")
    }

    /// Two at the root, of which both replicas know.
    fn two(mistake: Mistake) -> Story<Plain> {
        Story::of(Plain::new(mistake)).does(0, top('a', 0)).does(0, top('b', 1)).hears(1, &[0, 1])
    }

    fn top(node: char, position: i64) -> TreeOp<char> {
        TreeOp::Move(node, Parent::Root, position)
    }

    fn below(node: char, parent: char) -> TreeOp<char> {
        TreeOp::Move(node, Parent::Node(parent), 0)
    }

    #[test]
    fn cycles_go_wrong_as_their_stories_tell() {
        let both = |mistake| {
            let story = two(mistake).does(0, below('a', 'b')).does(1, below('b', 'a')).hears(0, &[3]).hears(1, &[2]);
            [shown(&story, 0), shown(&story, 1)]
        };
        assert_eq!(both(Mistake::None), ["b .a", "b .a"]);
        assert_eq!(both(Mistake::NoCycleCheck), ["", ""]);
        assert_eq!(both(Mistake::LocalCycleCheck), ["b .a", "a .b"]);
    }

    #[test]
    fn logs_go_wrong_as_their_stories_tell() {
        let undone = |mistake| {
            let story = two(mistake).does(1, below('a', 'b')).does(0, below('b', 'a')).hears(1, &[3]);
            shown(&story, 1)
        };
        assert_eq!([undone(Mistake::None), undone(Mistake::UndoForgets)], ["a .b", ""]);
        let tied = |mistake| {
            let story = Story::of(Plain::new(mistake)).does(0, top('a', 0)).does(1, top('a', 1));
            let story = story.hears(0, &[1]).hears(1, &[0]);
            [0, 1].map(|who| story.view(who)[0].position)
        };
        assert_eq!([tied(Mistake::None), tied(Mistake::NoIdentity)], [[1, 1], [1, 0]]);
        let cut = |mistake| {
            let story = two(mistake).does(0, below('a', 'b'));
            let story = (0..=KEPT).fold(story, |story, _| story.does(1, top('c', 2)));
            shown(&story.hears(1, &[2]), 1)
        };
        assert_eq!([cut(Mistake::None), cut(Mistake::CutsLog)], ["b .a c", "a b c"]);
    }
}
