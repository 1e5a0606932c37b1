//! Which posts were seen, in bounded memory.
//!
//! A number for each sender, and one by one what came after a gap. The law: nothing is new twice. Where
//! gaps need not close, at most so many posts are remembered behind the first gap of a sender; beyond that
//! the gap is given up, and what was missing there counts as seen.

use crate::base::{CausalContext, Dot, Identity, VersionVector};

/// A set of dots that forgets how to miss rather than grow.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    context: CausalContext,
    /// How many posts are remembered behind the gaps of one sender; no bound where gaps close.
    most: Option<u32>,
}

impl Seen {
    /// One for posts that all come in the end.
    pub(super) fn all_come() -> Seen {
        Seen::default()
    }

    /// One for posts of which some never come.
    pub(super) fn some_lost(most: u32) -> Seen {
        Seen { most: Some(most), ..Seen::default() }
    }

    /// The number of this identity's next post.
    pub(super) fn next(&mut self, identity: Identity) -> Dot {
        self.context.next(identity)
    }

    /// Sees a post; false where it, or a gap that was given up around it, was seen before.
    pub(super) fn insert(&mut self, dot: Dot) -> bool {
        let new = self.context.insert(dot);
        if let Some(most) = self.most {
            while self.behind_gaps(dot.identity).len() > most as usize {
                self.give_up(dot.identity);
            }
        }
        new
    }

    fn behind_gaps(&self, identity: Identity) -> &[Dot] {
        let exceptions = self.context.exceptions();
        let begin = exceptions.partition_point(|dot| dot.identity < identity);
        let end = exceptions.partition_point(|dot| dot.identity <= identity);
        &exceptions[begin..end]
    }

    /// Counts as seen all up to the first post behind the first gap.
    fn give_up(&mut self, identity: Identity) {
        if let Some(first) = self.behind_gaps(identity).first().copied() {
            let closed: VersionVector = [(identity, first.counter)].into_iter().collect();
            self.context.merge(&closed.into());
        }
    }

    /// How many numbers it takes to remember this.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.context.vector().len() + self.context.exceptions().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(counter: u32) -> Dot {
        Dot::new(Identity(0), counter)
    }

    #[test]
    fn a_gap_that_closes_is_forgotten() {
        let mut seen = Seen::all_come();
        assert!([2, 3, 5].into_iter().all(|n| seen.insert(dot(n))));
        assert!(!seen.insert(dot(3)));
        assert_eq!(seen.size(), 3);
        assert!(seen.insert(dot(1)) && seen.insert(dot(4)));
        assert_eq!(seen.size(), 1);
        assert!((1..=5).all(|n| !seen.insert(dot(n))));
    }

    #[test]
    fn ten_thousand_posts_with_losses_take_the_memory_of_a_few() {
        let mut seen = Seen::some_lost(8);
        for n in (1..=10_000).filter(|n| n % 7 != 0) {
            assert!(seen.insert(dot(n)), "{n} is new");
            assert!(!seen.insert(dot(n)), "{n} is not new twice");
            assert!(seen.size() <= 9, "{} numbers", seen.size());
        }
    }

    #[test]
    fn what_comes_after_its_gap_was_given_up_is_not_new() {
        let mut seen = Seen::some_lost(2);
        assert!([3, 4, 5].into_iter().all(|n| seen.insert(dot(n))));
        assert!(!seen.insert(dot(1)), "three posts came behind the gap, and two are remembered");
        assert!(seen.insert(dot(6)));
    }

    #[test]
    fn one_sender_s_gaps_are_not_another_s() {
        let mut seen = Seen::some_lost(1);
        for identity in 0..4 {
            assert!(seen.insert(Dot::new(Identity(identity), 2)));
        }
        assert!((0..4).all(|identity| seen.insert(Dot::new(Identity(identity), 1))));
    }
}
