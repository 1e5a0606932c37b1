//! RGA: the newest of several insertions at one place comes first.
//!
//! An element is linked to the one before it and stamped with a Lamport counter, so that it is newer than
//! all its writer knew. Elements linked to one element stand behind it, newest first, each followed by
//! those linked to it. A new element therefore passes all that are newer, which lie in one run behind its
//! left neighbour. After *Replicated abstract data types: Building blocks for collaborative applications*
//! (2011), in its form with timestamps.
//!
//! Promised: one order of all elements ever inserted; words typed forwards stay whole. Not promised: words
//! typed backwards at one place by two writers, each letter before the last, take letters in turn.

use serde::{Deserialize, Serialize};

use super::known::Known;
use super::list::List;
use super::rule::{Origins, Rule};
use super::sequence::Handle;
use crate::base::{Dot, Lamport};
use crate::replica::Refused;

/// A list ordered by the rule of RGA.
pub type Rga<E> = List<E, RgaRule>;

/// Behind the left origin, newest first.
#[derive(Clone, Copy, Debug, Default)]
pub struct RgaRule {
    /// The largest counter of all elements placed here.
    counter: u64,
}

/// What an insertion tells of its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RgaLink {
    /// The counter of its Lamport stamp; the identity is in its name.
    pub counter: u64,
    /// The element before it; none at the front.
    pub left: Option<Dot>,
}

impl RgaLink {
    fn stamp(self, dot: Dot) -> Lamport {
        Lamport { counter: self.counter, identity: dot.identity }
    }
}

impl Rule for RgaRule {
    type Link = RgaLink;

    const LINKS_RIGHT: bool = false;

    fn link(&self, left: Option<Dot>, _: Option<Dot>) -> Result<RgaLink, Refused> {
        match self.counter.checked_add(1) {
            Some(counter) => Ok(RgaLink { counter, left }),
            None => Err(Refused::because(format!("no stamp is left after {}", self.counter))),
        }
    }

    fn origins(link: &RgaLink) -> Origins {
        Origins { left: link.left, right: None }
    }

    fn place(&mut self, known: &Known<RgaLink>, dot: Dot, link: &RgaLink) -> Option<Handle> {
        self.advance(link.counter);
        let stamp = link.stamp(dot);
        let mut place = link.left.and_then(|left| known.handle(left));
        while let Some(next) = known.sequence().after(place) {
            if known.link(next).stamp(known.dot(next)) < stamp {
                break;
            }
            place = Some(next);
        }
        place
    }

    fn clock(&self) -> u64 {
        self.counter
    }

    fn advance(&mut self, stamp: u64) {
        self.counter = self.counter.max(stamp);
    }
}

#[cfg(test)]
mod tests {
    use super::super::histories::{Naive, agree_with_the_paper, hold_a_long_text, merge_as_a_join};
    use super::super::interleaving::{Typing, mixed};
    use super::*;

    /// A tree by timestamps: below each element those inserted after it, newest first.
    #[derive(Clone, Default)]
    struct Paper {
        elements: Vec<Node>,
    }

    #[derive(Clone, Copy)]
    struct Node {
        dot: Dot,
        parent: Option<Dot>,
        time: u64,
    }

    impl Paper {
        fn walk(&self, parent: Option<Dot>, order: &mut Vec<Dot>) {
            let mut children: Vec<&Node> = self.elements.iter().filter(|node| node.parent == parent).collect();
            children.sort_by_key(|node| std::cmp::Reverse((node.time, node.dot.identity)));
            for child in children {
                order.push(child.dot);
                self.walk(Some(child.dot), order);
            }
        }
    }

    impl Naive for Paper {
        type Message = Node;

        fn insert(&mut self, dot: Dot, left: Option<Dot>) -> Node {
            let time = 1 + self.elements.iter().map(|node| node.time).max().unwrap_or(0);
            let node = Node { dot, parent: left, time };
            self.elements.push(node);
            node
        }

        fn receive(&mut self, node: &Node) {
            self.elements.push(*node);
        }

        fn order(&self) -> Vec<Dot> {
            let mut order = Vec::new();
            self.walk(None, &mut order);
            order
        }
    }

    #[test]
    fn every_form_agrees_with_the_paper_in_random_histories() {
        agree_with_the_paper::<RgaRule, Paper>();
    }

    #[test]
    fn merging_is_a_join_and_states_survive_being_written() {
        merge_as_a_join::<RgaRule, Paper>();
    }

    #[test]
    fn a_hundred_thousand_characters_at_random_places_are_merged_and_told() {
        hold_a_long_text::<RgaRule>();
    }

    #[test]
    fn words_stay_whole_forwards_and_take_letters_in_turn_backwards() {
        let counts = [Typing::Forwards, Typing::HandedForwards].map(mixed::<RgaRule>);
        assert_eq!(counts, [0, 0]);
        let counts = [Typing::Backwards, Typing::Anywhere, Typing::HandedBackwards].map(mixed::<RgaRule>);
        assert!(counts.iter().all(|count| *count > 500), "{counts:?} of 2000 mix");
    }
}
