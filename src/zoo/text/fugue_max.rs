//! FugueMax: Fugue without the last mixing that could be avoided.
//!
//! The tree of [`Fugue`](super::fugue::Fugue), but right children of one parent are sorted by their right
//! origins, the farthest first, and by name only where these are equal; so what was typed just before an
//! element stays next to it, as far as what was typed just after another one allows. After *The Art of
//! the Fugue: Minimizing Interleaving in Collaborative Text Editing* (2025).
//!
//! Promised: one order of all elements ever inserted, and it is the only one in which the first element
//! inserted after A stands next to A; the last one inserted before B stands next to B, unless that would
//! break the former; and of two with the same neighbours the one with the smaller name comes first.

use super::fugue_tree::{FugueTree, Side};
use super::known::Known;
use super::list::List;
use super::rule::{Origins, Rule};
use super::sequence::Handle;
use crate::base::Dot;
use crate::model::list::Promise;
use crate::replica::Refused;

/// A list ordered by the rule of FugueMax.
pub type FugueMax<E> = List<E, FugueMaxRule>;

/// In a tree, right siblings by right origin, the farthest first, then by name.
#[derive(Debug, Default)]
pub struct FugueMaxRule {
    tree: FugueTree,
}

impl Clone for FugueMaxRule {
    fn clone(&self) -> FugueMaxRule {
        FugueMaxRule { tree: self.tree.clone() }
    }

    fn clone_from(&mut self, source: &FugueMaxRule) {
        self.tree.clone_from(&source.tree);
    }
}

impl Rule for FugueMaxRule {
    type Link = Origins;

    const PROMISE: Promise = Promise::Whole;
    const LINKS_RIGHT: bool = true;

    fn link(&self, left: Option<Dot>, right: Option<Dot>) -> Result<Origins, Refused> {
        Ok(Origins { left, right })
    }

    fn origins(link: &Origins) -> Origins {
        *link
    }

    fn place(&mut self, known: &Known<Origins>, dot: Dot, link: &Origins) -> Option<Handle> {
        let (parent, side) = FugueTree::parent(known, link);
        // The end of the list lies behind every element.
        let distance = |right: Option<Dot>| {
            right.and_then(|right| known.handle(right)).map_or(u32::MAX, |right| known.sequence().rank(right))
        };
        self.tree.hang(known, (parent, side), |sibling| {
            let theirs = known.link(sibling).right;
            let by_name = known.dot(sibling) < dot;
            match side {
                Side::Right if theirs != link.right => distance(theirs) > distance(link.right),
                _ => by_name,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;
    use std::collections::BTreeMap;

    use super::super::histories::{History, Naive, agree_with_the_paper, hold_a_long_text, merge_as_a_join};
    use super::super::interleaving::{Typing, is_maximally_non_interleaving, mixed, three_writers};
    use super::*;

    /// The tree of the paper: right siblings from the farthest right origin to the nearest, then by name.
    #[derive(Clone, Default)]
    struct Paper {
        children: BTreeMap<(Option<Dot>, bool), Vec<Node>>,
    }

    #[derive(Clone, Copy)]
    struct Node {
        dot: Dot,
        parent: Option<Dot>,
        is_left: bool,
        right: Option<Dot>,
    }

    impl Paper {
        fn walk(&self, node: Option<Dot>, order: &mut Vec<Dot>) {
            for child in self.children.get(&(node, true)).into_iter().flatten() {
                self.walk(Some(child.dot), order);
            }
            order.extend(node);
            for child in self.children.get(&(node, false)).into_iter().flatten() {
                self.walk(Some(child.dot), order);
            }
        }
    }

    impl Naive for Paper {
        type Message = Node;

        fn insert(&mut self, dot: Dot, left: Option<Dot>) -> Node {
            let order = self.order();
            let behind = order.iter().position(|other| Some(*other) == left).map_or(0, |left| left + 1);
            let right = order.get(behind).copied();
            let is_left = self.children.contains_key(&(left, false));
            let node = Node { dot, parent: if is_left { right } else { left }, is_left, right };
            self.receive(&node);
            node
        }

        fn receive(&mut self, node: &Node) {
            let order = self.order();
            let siblings = self.children.entry((node.parent, node.is_left)).or_default();
            siblings.push(*node);
            siblings.sort_by_key(|node| {
                // Left siblings all have one right origin, their parent.
                let place = order.iter().position(|other| Some(*other) == node.right);
                (Reverse(place.unwrap_or(order.len())), node.dot)
            });
        }

        fn order(&self) -> Vec<Dot> {
            let mut order = Vec::new();
            self.walk(None, &mut order);
            order
        }
    }

    #[test]
    fn every_form_agrees_with_the_paper_in_random_histories() {
        agree_with_the_paper::<FugueMaxRule, Paper>();
    }

    #[test]
    fn merging_is_a_join_and_states_survive_being_written() {
        merge_as_a_join::<FugueMaxRule, Paper>();
    }

    #[test]
    fn a_hundred_thousand_characters_at_random_places_are_merged_and_told() {
        hold_a_long_text::<FugueMaxRule>();
    }

    #[test]
    fn words_never_mix() {
        let typings =
            [Typing::Forwards, Typing::Backwards, Typing::Anywhere, Typing::HandedForwards, Typing::HandedBackwards];
        assert_eq!(typings.map(mixed::<FugueMaxRule>), [0; 5]);
    }

    #[test]
    fn neighbours_that_fugue_parts_stay_together() {
        assert_eq!(three_writers::<FugueMaxRule>(), "axyz");
    }

    #[test]
    fn the_order_is_the_only_one_that_is_maximally_non_interleaving() {
        let mut exceptions = 0;
        for seed in 0..10_000 {
            let history = History::<FugueMaxRule, Paper>::random(seed, 40);
            match is_maximally_non_interleaving(&history.order(), history.deleted(), &history.inserted) {
                Ok(more) => exceptions += more,
                Err(wrong) => panic!("seed {seed}: {wrong}"),
            }
        }
        assert!(exceptions > 300, "only {exceptions} exceptions were needed");
    }
}
