//! YATA: an insertion keeps between its two neighbours, and writers take their turns by identity.
//!
//! An element is linked to both neighbours. Where others were inserted between the same two, it passes
//! those of smaller identities and those that belong to what it passed, so that no two links cross.
//! After *Near Real-Time Peer-to-Peer Shared Editing on Extensible Data Types* (2016), with the rule for
//! conflicts that the authors' library, Yjs, has since published, right origins included.
//!
//! Promised: one order of all elements ever inserted; a word that one writer types, forwards or backwards,
//! stays whole. Not promised: a word handed over between writers who type backwards.

use super::known::Known;
use super::list::List;
use super::rule::{Origins, Rule};
use super::sequence::Handle;
use crate::base::Dot;
use crate::replica::Refused;

/// A list ordered by the rule of YATA.
pub type Yata<E> = List<E, YataRule>;

/// Between the origins, by identity, without crossing links.
#[derive(Clone, Copy, Debug, Default)]
pub struct YataRule;

impl Rule for YataRule {
    type Link = Origins;

    const LINKS_RIGHT: bool = true;

    fn link(&self, left: Option<Dot>, right: Option<Dot>) -> Result<Origins, Refused> {
        Ok(Origins { left, right })
    }

    fn origins(link: &Origins) -> Origins {
        *link
    }

    /// Looks at all elements between the origins and moves behind those that must come first. An element
    /// whose own left origin lies in the part looked at goes where that origin goes: it is passed if its
    /// origin was, and otherwise left open until an element beyond decides.
    fn place(&mut self, known: &Known<Origins>, dot: Dot, link: &Origins) -> Option<Handle> {
        let sequence = known.sequence();
        let left = link.left.and_then(|left| known.handle(left));
        let right = link.right.and_then(|right| known.handle(right));
        let behind = |handle: Handle, place: Option<Handle>| match place {
            None => true,
            Some(place) => sequence.rank(handle) > sequence.rank(place),
        };
        let mut place = left;
        let mut at = sequence.after(left);
        while let Some(other) = at.filter(|other| Some(*other) != right) {
            let theirs = known.link(other);
            if theirs.left == link.left {
                if known.dot(other).identity < dot.identity {
                    place = Some(other);
                } else if theirs.right == link.right {
                    break;
                }
            } else {
                let Some(origin) = theirs.left.and_then(|left| known.handle(left)) else { break };
                if !behind(origin, left) {
                    break;
                }
                if !behind(origin, place) {
                    place = Some(other);
                }
            }
            at = sequence.after(at);
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::histories::{Naive, agree_with_the_paper, hold_a_long_text, merge_as_a_join};
    use super::super::interleaving::{Typing, mixed};
    use super::*;

    /// The published rule to the letter, on a plain list, with its two sets.
    #[derive(Clone, Default)]
    struct Published {
        items: Vec<(Dot, Origins)>,
    }

    impl Published {
        fn find(&self, dot: Dot) -> usize {
            self.items.iter().position(|(other, _)| *other == dot).expect("origins are there")
        }
    }

    impl Naive for Published {
        type Message = (Dot, Origins);

        fn insert(&mut self, dot: Dot, left: Option<Dot>) -> (Dot, Origins) {
            let behind = left.map_or(0, |left| self.find(left) + 1);
            let item = (dot, Origins { left, right: self.items.get(behind).map(|(right, _)| *right) });
            self.items.insert(behind, item);
            item
        }

        fn receive(&mut self, (dot, origins): &(Dot, Origins)) {
            let start = origins.left.map_or(0, |left| self.find(left) + 1);
            let end = origins.right.map_or(self.items.len(), |right| self.find(right));
            let (mut before_origin, mut conflicting) = (BTreeSet::new(), BTreeSet::new());
            let mut behind = start;
            for at in start..end {
                let (other, others) = self.items[at];
                before_origin.insert(other);
                conflicting.insert(other);
                if others.left == origins.left {
                    if other.identity < dot.identity {
                        behind = at + 1;
                        conflicting.clear();
                    } else if others.right == origins.right {
                        break;
                    }
                } else if others.left.is_some_and(|left| before_origin.contains(&left)) {
                    if others.left.is_some_and(|left| !conflicting.contains(&left)) {
                        behind = at + 1;
                        conflicting.clear();
                    }
                } else {
                    break;
                }
            }
            self.items.insert(behind, (*dot, *origins));
        }

        fn order(&self) -> Vec<Dot> {
            self.items.iter().map(|(dot, _)| *dot).collect()
        }
    }

    #[test]
    fn every_form_agrees_with_the_paper_in_random_histories() {
        agree_with_the_paper::<YataRule, Published>();
    }

    #[test]
    fn merging_is_a_join_and_states_survive_being_written() {
        merge_as_a_join::<YataRule, Published>();
    }

    #[test]
    fn a_hundred_thousand_characters_at_random_places_are_merged_and_told() {
        hold_a_long_text::<YataRule>();
    }

    #[test]
    fn a_writers_word_stays_whole_and_one_handed_over_backwards_may_break() {
        let counts = [Typing::Forwards, Typing::Backwards, Typing::Anywhere, Typing::HandedForwards];
        assert_eq!(counts.map(mixed::<YataRule>), [0, 0, 0, 0]);
        let broken = mixed::<YataRule>(Typing::HandedBackwards);
        assert!(broken > 100, "{broken} of 2000 mix");
    }
}
