//! A set of updates: what somebody knows.
//!
//! Kept as runs of consecutive numbers, since updates of one replica mostly come to be known in order. The
//! law: two sets with the same updates are equal, also in their hash, however they came about.

use std::fmt;

use super::{ReplicaId, Update};

/// A set of updates, cheap to grow at the end of a run, to compare and to join.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// In order, and never two that touch.
    runs: Vec<Run>,
    hash: u64,
}

/// Consecutive updates of one replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    replica: u32,
    first: u32,
    last: u32,
}

impl Run {
    /// Its share of the set's hash: the shares of all runs add up.
    fn hash(self) -> u64 {
        let low = (u64::from(self.replica) << 32 | u64::from(self.first)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed =
            (low ^ u64::from(self.last).wrapping_mul(0xd6e8_feb8_6659_fd93)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        let mixed = (mixed ^ mixed >> 32).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        mixed ^ mixed >> 29
    }

    fn touches(self, next: Run) -> bool {
        self.replica == next.replica && self.last.saturating_add(1) >= next.first
    }
}

impl Clone for Known {
    fn clone(&self) -> Known {
        Known { runs: self.runs.clone(), hash: self.hash }
    }

    fn clone_from(&mut self, source: &Known) {
        self.runs.clone_from(&source.runs);
        self.hash = source.hash;
    }
}

impl Known {
    /// The empty set.
    pub const fn new() -> Known {
        Known { runs: Vec::new(), hash: 0 }
    }

    /// Equal sets have equal hashes; others hardly ever.
    #[inline]
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// How many updates are in it.
    pub fn len(&self) -> u64 {
        self.runs.iter().map(|run| u64::from(run.last - run.first) + 1).sum()
    }

    /// Takes everything out, and keeps the memory.
    pub fn clear(&mut self) {
        self.runs.clear();
        self.hash = 0;
    }

    /// Whether an update is in it.
    #[inline]
    pub fn contains(&self, update: Update) -> bool {
        self.runs
            .iter()
            .any(|run| run.replica == update.replica.0 && run.first <= update.number && update.number <= run.last)
    }

    /// Puts an update in; says whether it was not there.
    pub fn insert(&mut self, update: Update) -> bool {
        let one = Run { replica: update.replica.0, first: update.number, last: update.number };
        let at = self.runs.partition_point(|run| (run.replica, run.last) < (one.replica, one.first));
        if self.runs.get(at).is_some_and(|run| run.replica == one.replica && run.first <= one.first) {
            return false;
        }
        let joins_before = at > 0 && self.runs[at - 1].touches(one);
        let joins_after = self.runs.get(at).is_some_and(|next| one.touches(*next));
        match (joins_before, joins_after) {
            (true, true) => {
                let next = self.take(at);
                self.change(at - 1, |run| run.last = next.last);
            }
            (true, false) => self.change(at - 1, |run| run.last = one.last),
            (false, true) => self.change(at, |run| run.first = one.first),
            (false, false) => {
                self.hash = self.hash.wrapping_add(one.hash());
                self.runs.insert(at, one);
            }
        }
        true
    }

    fn take(&mut self, at: usize) -> Run {
        let run = self.runs.remove(at);
        self.hash = self.hash.wrapping_sub(run.hash());
        run
    }

    fn change(&mut self, at: usize, change: impl FnOnce(&mut Run)) {
        let run = &mut self.runs[at];
        let before = run.hash();
        change(run);
        self.hash = self.hash.wrapping_sub(before).wrapping_add(run.hash());
    }

    /// Whether all of another set is in it.
    #[inline]
    pub fn covers(&self, other: &Known) -> bool {
        if self.hash == other.hash && self.runs == other.runs {
            return true;
        }
        let mut mine = self.runs.iter();
        let mut run = mine.next();
        other.runs.iter().all(|wanted| {
            while run.is_some_and(|run| (run.replica, run.last) < (wanted.replica, wanted.first)) {
                run = mine.next();
            }
            run.is_some_and(|run| run.replica == wanted.replica && run.first <= wanted.first && wanted.last <= run.last)
        })
    }

    /// Makes this set the union of two others.
    pub fn set_union(&mut self, one: &Known, other: &Known) {
        self.clear();
        let (mut a, mut b) = (one.runs.iter().copied().peekable(), other.runs.iter().copied().peekable());
        loop {
            let next = match (a.peek(), b.peek()) {
                (Some(x), Some(y)) if y < x => b.next(),
                (Some(_), _) => a.next(),
                (None, _) => b.next(),
            };
            let Some(next) = next else { break };
            match self.runs.last_mut() {
                Some(last) if last.touches(next) => last.last = last.last.max(next.last),
                _ => self.runs.push(next),
            }
        }
        self.hash = self.runs.iter().fold(0, |sum, run| sum.wrapping_add(run.hash()));
    }

    /// Puts all of another set in.
    pub fn extend(&mut self, other: &Known) {
        if !self.covers(other) {
            let mut union = Known::new();
            union.set_union(self, other);
            *self = union;
        }
    }

    /// Keeps what is in another set, too.
    pub fn retain_common(&mut self, other: &Known) {
        let mut common = Vec::new();
        for mine in &self.runs {
            for theirs in other.runs.iter().filter(|run| run.replica == mine.replica) {
                let run = Run { first: mine.first.max(theirs.first), last: mine.last.min(theirs.last), ..*mine };
                if run.first <= run.last {
                    common.push(run);
                }
            }
        }
        self.hash = common.iter().fold(0, |sum: u64, run: &Run| sum.wrapping_add(run.hash()));
        self.runs = common;
    }

    /// All updates in it, by replica and number.
    pub fn iter(&self) -> impl Iterator<Item = Update> + '_ {
        let numbers = |run: &Run| {
            let replica = ReplicaId(run.replica);
            (run.first..=run.last).map(move |number| Update { replica, number })
        };
        self.runs.iter().flat_map(numbers)
    }

    /// Those of its updates that are not in another set.
    pub fn beyond<'a>(&'a self, other: &'a Known) -> impl Iterator<Item = Update> + 'a {
        self.iter().filter(|update| !other.contains(*update))
    }

    /// How many of one replica's updates are in it, and the greatest of their numbers.
    pub fn of(&self, replica: ReplicaId) -> (u32, u32) {
        let runs = self.runs.iter().filter(|run| run.replica == replica.0);
        runs.fold((0, 0), |(count, _), run| (count + run.last - run.first + 1, run.last))
    }
}

impl FromIterator<Update> for Known {
    fn from_iter<I: IntoIterator<Item = Update>>(updates: I) -> Known {
        let mut known = Known::new();
        for update in updates {
            known.insert(update);
        }
        known
    }
}

/// `{n0#1–4, n0#6, n2#1}`.
impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (nth, run) in self.runs.iter().enumerate() {
            let comma = if nth > 0 { ", " } else { "" };
            write!(f, "{comma}{}", Update { replica: ReplicaId(run.replica), number: run.first })?;
            if run.last > run.first {
                write!(f, "–{}", run.last)?;
            }
        }
        f.write_str("}")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::base::{Concern, Dice, Name, Seed};

    fn update(replica: u32, number: u32) -> Update {
        Update { replica: ReplicaId(replica), number }
    }

    fn known(plain: &BTreeSet<Update>) -> Known {
        plain.iter().copied().collect()
    }

    #[test]
    fn it_is_a_set_of_updates_like_any_other() {
        let dice = Dice::new(Seed(7));
        let mut draws = 0;
        let mut draw = |bound| {
            draws += 1;
            dice.below(Concern::Replica, Name::label("known"), draws, bound)
        };
        for _ in 0..500 {
            let (mut a, mut b) = (BTreeSet::new(), BTreeSet::new());
            let (mut x, mut y) = (Known::new(), Known::new());
            for _ in 0..draw(20) {
                let one = update(draw(3) as u32, draw(8) as u32 + 1);
                assert_eq!(x.insert(one), a.insert(one));
                let other = update(draw(3) as u32, draw(8) as u32 + 1);
                assert_eq!(y.insert(other), b.insert(other));
            }
            let union: BTreeSet<_> = a.union(&b).copied().collect();
            let mut joined = Known::new();
            joined.set_union(&x, &y);
            assert_eq!((&joined, joined.hash()), (&known(&union), known(&union).hash()));
            let mut extended = x.clone();
            extended.extend(&y);
            assert_eq!(extended, joined);
            let mut common = x.clone();
            common.retain_common(&y);
            assert_eq!(common, known(&a.intersection(&b).copied().collect()));
            assert_eq!(x.covers(&y), b.is_subset(&a));
            assert!(joined.covers(&x) && joined.covers(&y) && x.covers(&common));
            assert_eq!(x.iter().collect::<Vec<_>>(), a.iter().copied().collect::<Vec<_>>());
            assert_eq!(x.beyond(&y).collect::<Vec<_>>(), a.difference(&b).copied().collect::<Vec<_>>());
            assert_eq!(x.len(), a.len() as u64);
            for replica in 0..3 {
                let numbers: Vec<_> = a.iter().filter(|u| u.replica.0 == replica).map(|u| u.number).collect();
                let expected = (numbers.len() as u32, numbers.last().copied().unwrap_or(0));
                assert_eq!(x.of(ReplicaId(replica)), expected);
            }
            assert_eq!(x.hash() == y.hash(), a == b, "{x} and {y}");
        }
    }

    #[test]
    fn it_reads_as_runs() {
        let known: Known = [update(2, 1), update(0, 6), update(0, 2), update(0, 1)].into_iter().collect();
        assert_eq!(known.to_string(), "{n0#1–2, n0#6, n2#1}");
    }
}
