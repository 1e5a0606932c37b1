//! Fugue: what one writer typed in one go stays in one piece.
//!
//! The elements form a tree. A new one becomes a right child of the element before it, or, where that has
//! right children already, a left child of the element after it; so a run that is typed forwards or
//! backwards is a branch of its own, and branches do not mix. Children of one side are sorted by their
//! names. After *The Art of the Fugue: Minimizing Interleaving in Collaborative Text Editing* (2025).
//! There a message names the parent and the side; here it names both neighbours, from which they follow.
//!
//! Promised: one order of all elements ever inserted; words of different writers at one place never mix,
//! whichever way they are typed. Not promised: the last word in this, which is
//! [`FugueMax`](super::fugue_max::FugueMax).

use super::fugue_tree::FugueTree;
use super::known::Known;
use super::list::List;
use super::rule::{Origins, Rule};
use super::sequence::Handle;
use crate::base::Dot;
use crate::replica::Refused;

/// A list ordered by the rule of Fugue.
pub type Fugue<E> = List<E, FugueRule>;

/// In a tree, siblings by name.
#[derive(Debug, Default)]
pub struct FugueRule {
    tree: FugueTree,
}

impl Clone for FugueRule {
    fn clone(&self) -> FugueRule {
        FugueRule { tree: self.tree.clone() }
    }

    fn clone_from(&mut self, source: &FugueRule) {
        self.tree.clone_from(&source.tree);
    }
}

impl Rule for FugueRule {
    type Link = Origins;

    const LINKS_RIGHT: bool = true;

    fn link(&self, left: Option<Dot>, right: Option<Dot>) -> Result<Origins, Refused> {
        Ok(Origins { left, right })
    }

    fn origins(link: &Origins) -> Origins {
        *link
    }

    fn place(&mut self, known: &Known<Origins>, dot: Dot, link: &Origins) -> Option<Handle> {
        self.tree.hang(known, FugueTree::parent(known, link), |sibling| known.dot(sibling) < dot)
    }
}

#[cfg(test)]
mod tests {
    use super::super::histories::{History, Naive, agree_with_the_paper, hold_a_long_text, merge_as_a_join};
    use super::super::interleaving::{Typing, is_maximally_non_interleaving, mixed, three_writers};
    use super::*;

    /// The tree of the paper: siblings of one side by name.
    #[derive(Clone, Default)]
    struct Paper {
        nodes: Vec<Node>,
    }

    #[derive(Clone, Copy)]
    struct Node {
        dot: Dot,
        parent: Option<Dot>,
        is_left: bool,
    }

    impl Paper {
        fn children(&self, parent: Option<Dot>, is_left: bool) -> Vec<Node> {
            let mut children: Vec<Node> = self.nodes.clone();
            children.retain(|node| node.parent == parent && node.is_left == is_left);
            children.sort_by_key(|node| node.dot);
            children
        }

        fn walk(&self, node: Option<Dot>, order: &mut Vec<Dot>) {
            for child in self.children(node, true) {
                self.walk(Some(child.dot), order);
            }
            order.extend(node);
            for child in self.children(node, false) {
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
            let is_left = !self.children(left, false).is_empty();
            let parent = if is_left { right } else { left };
            let node = Node { dot, parent, is_left };
            self.nodes.push(node);
            node
        }

        fn receive(&mut self, node: &Node) {
            self.nodes.push(*node);
        }

        fn order(&self) -> Vec<Dot> {
            let mut order = Vec::new();
            self.walk(None, &mut order);
            order
        }
    }

    #[test]
    fn every_form_agrees_with_the_paper_in_random_histories() {
        agree_with_the_paper::<FugueRule, Paper>();
    }

    #[test]
    fn merging_is_a_join_and_states_survive_being_written() {
        merge_as_a_join::<FugueRule, Paper>();
    }

    #[test]
    fn a_hundred_thousand_characters_at_random_places_are_merged_and_told() {
        hold_a_long_text::<FugueRule>();
    }

    #[test]
    fn words_of_different_writers_never_mix() {
        let typings =
            [Typing::Forwards, Typing::Backwards, Typing::Anywhere, Typing::HandedForwards, Typing::HandedBackwards];
        assert_eq!(typings.map(mixed::<FugueRule>), [0; 5]);
    }

    #[test]
    fn a_rare_story_of_three_writers_and_seven_steps_parts_two_neighbours() {
        // What was typed right before z does not stand there, although it could: see FugueMax.
        assert_eq!(three_writers::<FugueRule>(), "ayxz");
    }

    #[test]
    fn rare_histories_mix_more_than_they_need_to() {
        let mut rare = 0;
        for seed in 0..2000 {
            let history = History::<FugueRule, Paper>::random(seed, 40);
            if let Err(wrong) = is_maximally_non_interleaving(&history.order(), history.deleted(), &history.inserted) {
                assert!(wrong.contains("last with right origin"), "seed {seed}: {wrong}");
                rare += 1;
            }
        }
        assert!((1..100).contains(&rare), "{rare} of 2000 histories");
    }
}
