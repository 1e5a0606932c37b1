//! Which dots are known, gaps and all.
//!
//! A version vector up to the first gap of each identity, and the known dots above the gaps one by one.
//! It says nothing of what a dot stands for, nor whether that still lives. The law: it is compact at all
//! times (a dot that closes a gap takes the dots above it into the vector), so that equal sets of dots
//! are equal values. After *Delta State Replicated Data Types* (2018).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Canonical, Digester, Dot, Identity, VersionVector};

/// A set of dots.
///
/// ```
/// use squall::base::{CausalContext, Dot, Identity};
/// let dot = |counter| Dot::new(Identity(0), counter);
/// let mut context: CausalContext = [dot(1), dot(3)].into_iter().collect();
/// assert_eq!(context.to_string(), "[1] and i0:3");
/// context.insert(dot(2));
/// assert_eq!(context.to_string(), "[3]");
/// ```
#[derive(Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Loose")]
pub struct CausalContext {
    vector: VersionVector,
    /// Sorted, and each at least two above its identity's entry in the vector.
    exceptions: Vec<Dot>,
}

/// What a file may say: the same parts, in any order and not yet compact.
#[derive(Deserialize)]
#[serde(rename = "CausalContext", deny_unknown_fields)]
struct Loose {
    vector: VersionVector,
    exceptions: Vec<Dot>,
}

impl From<Loose> for CausalContext {
    fn from(loose: Loose) -> CausalContext {
        let mut context = CausalContext { vector: loose.vector, exceptions: loose.exceptions };
        context.exceptions.sort_unstable();
        context.compact();
        context
    }
}

impl CausalContext {
    /// One that knows nothing.
    pub const fn new() -> CausalContext {
        CausalContext { vector: VersionVector::new(), exceptions: Vec::new() }
    }

    /// Whether this dot is known.
    #[inline]
    pub fn covers(&self, dot: Dot) -> bool {
        self.vector.covers(dot) || (!self.exceptions.is_empty() && self.exceptions.binary_search(&dot).is_ok())
    }

    /// Whether all is known that the other knows.
    #[inline]
    pub fn covers_all(&self, other: &CausalContext) -> bool {
        // An entry that is larger in the other vector begins with a dot that is in no exception of ours.
        self.vector.covers_all(&other.vector) && other.exceptions.iter().all(|dot| self.covers(*dot))
    }

    /// Learns one dot; false if it was known.
    #[inline]
    pub fn insert(&mut self, dot: Dot) -> bool {
        match dot.counter.saturating_sub(self.vector.get(dot.identity)) {
            0 => false,
            1 => {
                self.vector.set(dot.identity, dot.counter);
                let above = Dot { counter: dot.counter.saturating_add(1), ..dot };
                if !self.exceptions.is_empty() && self.exceptions.binary_search(&above).is_ok() {
                    self.compact();
                }
                true
            }
            _ => match self.exceptions.binary_search(&dot) {
                Ok(_) => false,
                Err(place) => {
                    self.exceptions.insert(place, dot);
                    true
                }
            },
        }
    }

    /// Names a new event of this identity, one above all of its that are known, and learns it.
    ///
    /// # Panics
    /// Where the identity has used up its 2^32 - 1 numbers.
    #[inline]
    pub fn next(&mut self, identity: Identity) -> Dot {
        let above = self.exceptions.partition_point(|dot| dot.identity <= identity);
        match self.exceptions[..above].last().filter(|dot| dot.identity == identity) {
            None => self.vector.next(identity),
            Some(last) => {
                let counter = last.counter.checked_add(1);
                let counter = counter.unwrap_or_else(|| panic!("{identity} has no number left after {}", last.counter));
                let dot = Dot { identity, counter };
                self.exceptions.insert(above, dot);
                dot
            }
        }
    }

    /// Learns all that the other knows.
    #[inline]
    pub fn merge(&mut self, other: &CausalContext) {
        self.vector.merge(&other.vector);
        if !other.exceptions.is_empty() {
            self.exceptions.extend_from_slice(&other.exceptions);
            self.exceptions.sort();
        }
        if !self.exceptions.is_empty() {
            self.compact();
        }
    }

    /// Takes into the vector what touches it and drops what it covers. As the exceptions are sorted, one
    /// pass finds also those that become contiguous on the way.
    fn compact(&mut self) {
        let vector = &mut self.vector;
        self.exceptions.dedup();
        self.exceptions.retain(|dot| match dot.counter.saturating_sub(vector.get(dot.identity)) {
            0 => false,
            1 => {
                vector.set(dot.identity, dot.counter);
                false
            }
            _ => true,
        });
    }

    /// What is known up to the first gap of each identity.
    #[inline]
    pub fn vector(&self) -> &VersionVector {
        &self.vector
    }

    /// The known dots above a gap, sorted.
    #[inline]
    pub fn exceptions(&self) -> &[Dot] {
        &self.exceptions
    }

    /// Whether there are no gaps.
    #[inline]
    pub fn is_contiguous(&self) -> bool {
        self.exceptions.is_empty()
    }

    /// Whether nothing is known.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.vector.is_empty() && self.exceptions.is_empty()
    }

    /// How many dots are known.
    #[inline]
    pub fn len(&self) -> u64 {
        self.vector.sum() + self.exceptions.len() as u64
    }

    /// The known dots: first those below the gaps, by identity, then those above.
    pub fn dots(&self) -> impl Iterator<Item = Dot> + '_ {
        let below = self.vector.iter().flat_map(|(identity, last)| span(identity, 0, last));
        below.chain(self.exceptions.iter().copied())
    }

    /// The dots known here that `other` lacks, in the order of [`dots`](CausalContext::dots); what both
    /// know below the gaps costs nothing.
    pub fn missing_from<'a>(&'a self, other: &'a CausalContext) -> impl Iterator<Item = Dot> + 'a {
        let below = self.vector.iter();
        let below = below.flat_map(|(identity, last)| span(identity, other.vector.get(identity), last));
        below.chain(self.exceptions.iter().copied()).filter(|dot| !other.covers(*dot))
    }

    /// Forgets all, and keeps the memory.
    #[inline]
    pub fn clear(&mut self) {
        self.vector.clear();
        self.exceptions.clear();
    }
}

/// An identity's dots after one number and up to another.
fn span(identity: Identity, after: u32, last: u32) -> impl Iterator<Item = Dot> {
    (after..last).map(move |before| Dot { identity, counter: before + 1 })
}

impl Clone for CausalContext {
    #[inline]
    fn clone(&self) -> CausalContext {
        CausalContext { vector: self.vector.clone(), exceptions: self.exceptions.clone() }
    }

    #[inline]
    fn clone_from(&mut self, source: &CausalContext) {
        self.vector.clone_from(&source.vector);
        self.exceptions.clone_from(&source.exceptions);
    }
}

impl From<VersionVector> for CausalContext {
    fn from(vector: VersionVector) -> CausalContext {
        CausalContext { vector, exceptions: Vec::new() }
    }
}

impl FromIterator<Dot> for CausalContext {
    fn from_iter<I: IntoIterator<Item = Dot>>(dots: I) -> CausalContext {
        let mut context = CausalContext::new();
        for dot in dots {
            context.insert(dot);
        }
        context
    }
}

/// The vector, and the exceptions where there are any: `[1,0,2] and i0:3, i2:5`.
impl fmt::Display for CausalContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.vector.fmt(f)?;
        for (index, dot) in self.exceptions.iter().enumerate() {
            write!(f, "{} {dot}", if index == 0 { " and" } else { "," })?;
        }
        Ok(())
    }
}

impl Canonical for CausalContext {
    #[inline]
    fn feed(&self, digester: &mut Digester) {
        self.vector.feed(digester);
        self.exceptions.feed(digester);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::laws::{draws, is_a_join};
    use super::*;

    fn dot(identity: u32, counter: u32) -> Dot {
        Dot::new(Identity(identity), counter)
    }

    fn context<const N: usize>(dots: [(u32, u32); N]) -> CausalContext {
        dots.into_iter().map(|(identity, counter)| dot(identity, counter)).collect()
    }

    #[test]
    fn a_dot_above_a_gap_leaves_the_gap_open() {
        let mut context = context([(0, 1), (2, 2), (0, 4), (0, 3)]);
        assert_eq!(context.to_string(), "[1] and i0:3, i0:4, i2:2");
        assert!(context.covers(dot(0, 3)) && !context.covers(dot(0, 2)) && !context.covers(dot(2, 1)));
        assert!(!context.is_contiguous());
        assert!(!context.insert(dot(0, 3)), "known");
        assert!(context.insert(dot(0, 2)), "news");
        assert_eq!(context.to_string(), "[4] and i2:2");
        assert!(context.insert(dot(2, 1)));
        assert_eq!(context, VersionVector::from([4, 0, 2]).into());
    }

    #[test]
    fn a_merge_closes_the_gaps_that_the_other_can_close() {
        let mut ours = context([(0, 1), (0, 3), (0, 5), (1, 2)]);
        ours.merge(&context([(0, 1), (0, 2), (1, 3)]));
        assert_eq!(ours.to_string(), "[3] and i0:5, i1:2, i1:3");
        ours.merge(&context([(0, 4), (1, 1)]));
        assert_eq!(ours.to_string(), "[5,3]");
    }

    #[test]
    fn a_new_dot_lies_above_everything_known_of_its_identity() {
        let mut context = context([(0, 1), (0, 4), (1, 1), (2, 2)]);
        assert_eq!(
            [0, 0, 1, 2, 3].map(|who| context.next(Identity(who)).to_string()),
            ["i0:5", "i0:6", "i1:2", "i2:3", "i3:1"]
        );
        assert_eq!(context.to_string(), "[1,2,0,1] and i0:4, i0:5, i0:6, i2:2, i2:3");
    }

    #[test]
    #[should_panic(expected = "i0 has no number left after 4294967295")]
    fn a_forged_last_dot_is_not_given_again() {
        context([(0, u32::MAX)]).next(Identity(0));
    }

    #[test]
    fn the_number_nought_is_no_event() {
        let mut context = CausalContext::new();
        assert!(context.covers(dot(3, 0)) && !context.insert(dot(3, 0)) && context.is_empty());
    }

    #[test]
    fn what_was_written_loosely_is_read_compact() {
        let exceptions = vec![dot(1, 3), dot(0, 2), dot(1, 3), dot(0, 1), dot(0, 0)];
        let read = CausalContext::from(Loose { vector: VersionVector::from([1, 0]), exceptions });
        assert_eq!(read, context([(0, 1), (0, 2), (1, 3)]));
    }

    #[test]
    fn cloning_into_an_old_context_reuses_its_memory() {
        let mut old = context([(0, 1), (0, 3), (0, 5)]);
        let places = |context: &CausalContext| (context.vector().as_slice().as_ptr(), context.exceptions().as_ptr());
        let before = places(&old);
        let new = context([(0, 1), (0, 7)]);
        old.clone_from(&new);
        assert_eq!((&old, places(&old)), (&new, before));
    }

    #[test]
    fn a_context_is_the_set_of_its_dots_whatever_befalls_it() {
        let (mut gaps, mut covering) = (0, 0);
        for seed in 0..1500 {
            let mut below = draws(seed);
            let mut histories: [(CausalContext, BTreeSet<Dot>); 3] = Default::default();
            for _ in 0..below(40) {
                let at = below(3) as usize;
                match below(8) {
                    0 => {
                        let (other, dots) = histories[below(3) as usize].clone();
                        histories[at].0.merge(&other);
                        histories[at].1.extend(dots);
                    }
                    1 => {
                        let new = histories[at].0.next(Identity(below(2) as u32));
                        let of_it = histories[at].1.iter().filter(|dot| dot.identity == new.identity);
                        assert_eq!(of_it.max().map_or(1, |dot| dot.counter + 1), new.counter, "seed {seed}");
                        histories[at].1.insert(new);
                    }
                    _ => {
                        let dot = dot(below(2) as u32, 1 + below(6) as u32);
                        assert_eq!(histories[at].0.insert(dot), histories[at].1.insert(dot), "seed {seed}");
                    }
                }
            }
            for (context, dots) in &histories {
                gaps += usize::from(!context.is_contiguous());
                assert_eq!(&context.dots().collect::<BTreeSet<_>>(), dots, "seed {seed}");
                assert_eq!((context.len(), context.dots().count()), (dots.len() as u64, dots.len()), "seed {seed}");
                assert_eq!(context, &dots.iter().rev().copied().collect(), "seed {seed}: not compact");
                for (other, others) in &histories {
                    covering += usize::from(dots.is_superset(others));
                    assert_eq!(context.covers_all(other), dots.is_superset(others), "seed {seed}");
                    let missing: BTreeSet<_> = context.missing_from(other).collect();
                    assert_eq!(missing, dots.difference(others).copied().collect(), "seed {seed}");
                }
            }
            let [(a, _), (b, _), (c, _)] = &histories;
            is_a_join(a, b, c, CausalContext::merge);
        }
        assert!(gaps > 1000 && covering > 4600, "{gaps} contexts had gaps, {covering} covered one another");
    }
}
