//! How far each identity's events are known, and what that says about before and after.
//!
//! One type serves as version vector (of what a replica holds) and as vector clock (of one event). It is
//! dense: identities are small numbers, so the counters lie in a plain list indexed by them. It knows no
//! gaps; a [`CausalContext`](super::CausalContext) does. The law: the list never ends in a zero, so that
//! equal knowledge is an equal value with equal bytes.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Canonical, Digester, Dot, Identity};

/// For each identity, the number of its last known event, all earlier ones being known too.
///
/// ```
/// use squall::base::{Causality, Identity, VersionVector};
/// let (early, late) = (VersionVector::from([1]), VersionVector::from([1, 1]));
/// assert_eq!(early.compare(&late), Causality::Before);
/// assert_eq!(late.compare(&VersionVector::from([0, 0, 1])), Causality::Concurrent);
/// assert!(VersionVector::from([1, 3, 1]).deliverable(Identity(0), &VersionVector::from([2, 0, 1])));
/// ```
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub struct VersionVector(Vec<u32>);

/// How two pieces of knowledge stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Causality {
    /// The same.
    Equal,
    /// The first is part of the second.
    Before,
    /// The second is part of the first.
    After,
    /// Each has something that the other lacks.
    Concurrent,
}

impl Causality {
    /// The relation of one that lacks something the other has, and of one that has something it lacks.
    #[inline]
    pub(crate) fn of(lacks: bool, exceeds: bool) -> Causality {
        match (lacks, exceeds) {
            (false, false) => Causality::Equal,
            (true, false) => Causality::Before,
            (false, true) => Causality::After,
            (true, true) => Causality::Concurrent,
        }
    }

    /// The same as a partial order says it: nothing for the concurrent.
    #[inline]
    pub fn ordering(self) -> Option<Ordering> {
        match self {
            Causality::Equal => Some(Ordering::Equal),
            Causality::Before => Some(Ordering::Less),
            Causality::After => Some(Ordering::Greater),
            Causality::Concurrent => None,
        }
    }
}

impl VersionVector {
    /// One that knows nothing.
    pub const fn new() -> VersionVector {
        VersionVector(Vec::new())
    }

    /// The number of the identity's last known event; 0 where there is none.
    #[inline]
    pub fn get(&self, identity: Identity) -> u32 {
        self.0.get(identity.index()).copied().unwrap_or(0)
    }

    /// Writes an identity's entry, up or down.
    #[inline]
    pub fn set(&mut self, identity: Identity, counter: u32) {
        match self.0.get_mut(identity.index()) {
            Some(entry) => {
                *entry = counter;
                if counter == 0 {
                    self.trim();
                }
            }
            None if counter == 0 => {}
            None => {
                self.0.resize(identity.index(), 0);
                self.0.push(counter);
            }
        }
    }

    /// Takes in a dot and, as this type knows no gaps, all before it.
    #[inline]
    pub fn raise(&mut self, dot: Dot) {
        if !self.covers(dot) {
            self.set(dot.identity, dot.counter);
        }
    }

    /// Counts one more event of this identity and names it.
    ///
    /// # Panics
    /// Where the identity has used up its 2^32 - 1 numbers.
    #[inline]
    pub fn next(&mut self, identity: Identity) -> Dot {
        let last = self.get(identity);
        let counter = last.checked_add(1).unwrap_or_else(|| panic!("{identity} has no number left after {last}"));
        self.set(identity, counter);
        Dot { identity, counter }
    }

    /// Whether this event is known.
    #[inline]
    pub fn covers(&self, dot: Dot) -> bool {
        dot.counter <= self.get(dot.identity)
    }

    /// Whether all is known that the other knows.
    #[inline]
    pub fn covers_all(&self, other: &VersionVector) -> bool {
        self.0.len() >= other.0.len() && self.0.iter().zip(&other.0).all(|(ours, theirs)| ours >= theirs)
    }

    /// How this one stands to the other.
    #[inline]
    pub fn compare(&self, other: &VersionVector) -> Causality {
        // The last entry is never zero, so the longer one has something that the shorter one lacks.
        let (mut lacks, mut exceeds) = (self.0.len() < other.0.len(), self.0.len() > other.0.len());
        for (ours, theirs) in self.0.iter().zip(&other.0) {
            lacks |= ours < theirs;
            exceeds |= ours > theirs;
        }
        Causality::of(lacks, exceeds)
    }

    /// Learns all that the other knows: the larger of each pair of entries.
    #[inline]
    pub fn merge(&mut self, other: &VersionVector) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (ours, theirs) in self.0.iter_mut().zip(&other.0) {
            *ours = (*ours).max(*theirs);
        }
    }

    /// Keeps what both know: the smaller of each pair of entries. The meet of what all replicas are
    /// known to know is what is causally stable.
    #[inline]
    pub fn meet(&mut self, other: &VersionVector) {
        self.0.truncate(other.0.len());
        for (ours, theirs) in self.0.iter_mut().zip(&other.0) {
            *ours = (*ours).min(*theirs);
        }
        self.trim();
    }

    /// Whether a receiver who has delivered this much may now deliver a message of `sender` that bears
    /// the vector clock `message`: it is the sender's next, and all that the sender had delivered before
    /// is delivered here too. Only sending increments a clock's own entry.
    #[inline]
    pub fn deliverable(&self, sender: Identity, message: &VersionVector) -> bool {
        message.get(sender).checked_sub(1) == Some(self.get(sender))
            && message.iter().all(|(identity, counter)| identity == sender || counter <= self.get(identity))
    }

    /// The entries by identity, with the zeros between them.
    #[inline]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Identity, u32)> + '_ {
        self.0.iter().enumerate().map(|(index, counter)| (Identity(index as u32), *counter))
    }

    /// The entries as a list indexed by identity.
    #[inline]
    pub fn as_slice(&self) -> &[u32] {
        &self.0
    }

    /// How many entries are held: one more than the largest identity with an event.
    #[inline]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is known.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many events are known.
    #[inline]
    pub fn sum(&self) -> u64 {
        self.0.iter().map(|counter| u64::from(*counter)).sum()
    }

    /// Forgets all, and keeps the memory.
    #[inline]
    pub fn clear(&mut self) {
        self.0.clear();
    }

    #[inline]
    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
}

impl Clone for VersionVector {
    #[inline]
    fn clone(&self) -> VersionVector {
        VersionVector(self.0.clone())
    }

    #[inline]
    fn clone_from(&mut self, source: &VersionVector) {
        self.0.clone_from(&source.0);
    }
}

/// Less is before; the concurrent are not ordered.
impl PartialOrd for VersionVector {
    #[inline]
    fn partial_cmp(&self, other: &VersionVector) -> Option<Ordering> {
        self.compare(other).ordering()
    }
}

impl From<Vec<u32>> for VersionVector {
    fn from(counters: Vec<u32>) -> VersionVector {
        let mut vector = VersionVector(counters);
        vector.trim();
        vector
    }
}

impl<const N: usize> From<[u32; N]> for VersionVector {
    fn from(counters: [u32; N]) -> VersionVector {
        Vec::from(counters).into()
    }
}

/// An identity that is named more than once gets its largest counter.
impl FromIterator<(Identity, u32)> for VersionVector {
    fn from_iter<I: IntoIterator<Item = (Identity, u32)>>(entries: I) -> VersionVector {
        let mut vector = VersionVector::new();
        for (identity, counter) in entries {
            vector.raise(Dot { identity, counter });
        }
        vector
    }
}

impl fmt::Display for VersionVector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (index, counter) in self.0.iter().enumerate() {
            write!(f, "{}{counter}", if index == 0 { "" } else { "," })?;
        }
        f.write_str("]")
    }
}

impl Serialize for VersionVector {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// Zeros at the end are read and dropped.
impl<'de> Deserialize<'de> for VersionVector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<VersionVector, D::Error> {
        Vec::deserialize(deserializer).map(VersionVector::from)
    }
}

impl Canonical for VersionVector {
    #[inline]
    fn feed(&self, digester: &mut Digester) {
        self.0.feed(digester);
    }
}

impl Canonical for Causality {
    #[inline]
    fn feed(&self, digester: &mut Digester) {
        (*self as u8).feed(digester);
    }
}

#[cfg(test)]
mod tests {
    use serde::de::IntoDeserializer;
    use serde::de::value::Error;

    use super::super::laws::{draws, is_a_join};
    use super::*;

    const ZERO: Identity = Identity(0);

    fn drawn(below: &mut impl FnMut(u64) -> u64) -> VersionVector {
        let len = below(5);
        (0..len).map(|_| below(3) as u32).collect::<Vec<_>>().into()
    }

    #[track_caller]
    fn stands<const N: usize>(left: [u32; N], expected: Causality, right: [u32; N]) {
        let (left, right) = (VersionVector::from(left), VersionVector::from(right));
        assert_eq!(left.compare(&right), expected, "{left} to {right}");
    }

    #[test]
    fn what_was_seen_is_before_and_what_was_not_is_beside() {
        stands([1, 0, 0], Causality::Before, [1, 1, 0]);
        stands([1, 1, 0], Causality::After, [1, 0, 0]);
        stands([1, 0, 0], Causality::Concurrent, [0, 0, 1]);
        stands([2, 0, 1], Causality::Equal, [2, 0, 1]);
        stands([0, 0, 0], Causality::Before, [0, 0, 1]);
    }

    #[test]
    fn a_message_waits_for_its_predecessor_and_for_what_it_saw() {
        let receiver = VersionVector::from([1, 3, 1]);
        let may = |sender, message| receiver.deliverable(Identity(sender), &VersionVector::from(message));
        assert!(may(0, [2, 0, 1, 0]), "the next of its sender, and nothing in it is unknown here");
        assert!(!may(0, [3, 0, 1, 0]), "one of the same sender is missing");
        assert!(!may(0, [1, 0, 1, 0]), "it was delivered before");
        assert!(!may(0, [2, 4, 1, 0]), "its sender had seen more of another");
        assert!(!may(0, [2, 0, 1, 1]), "its sender had seen someone unknown here");
        assert!(may(3, [1, 3, 1, 1]), "the first word of someone new");
        assert!(!may(3, [1, 3, 1, 0]), "a message that its sender did not count");
    }

    #[test]
    fn zeros_at_the_end_are_no_knowledge() {
        let mut vector = VersionVector::from([2, 0, 1, 0, 0]);
        assert_eq!((vector.to_string(), vector.len(), vector.sum()), ("[2,0,1]".to_owned(), 3, 3));
        vector.set(Identity(9), 0);
        assert_eq!(vector, VersionVector::from([2, 0, 1]));
        vector.set(Identity(2), 0);
        assert_eq!(vector, VersionVector::from([2]), "the zero before it goes as well");
        vector.meet(&VersionVector::from([0, 7]));
        assert!(vector.is_empty());
        let read = VersionVector::deserialize(IntoDeserializer::<Error>::into_deserializer(vec![1u32, 0]));
        assert_eq!(read, Ok(VersionVector::from([1])));
        assert_eq!(Digester::of(&VersionVector::from([1, 0])), Digester::of(&VersionVector::from([1])));
    }

    #[test]
    fn an_identity_counts_its_events_from_one() {
        let mut vector = VersionVector::new();
        let far = Identity(2);
        assert_eq!([far, far, ZERO].map(|who| vector.next(who).to_string()), ["i2:1", "i2:2", "i0:1"]);
        assert_eq!(vector, VersionVector::from([1, 0, 2]));
        assert!(vector.covers(Dot::new(far, 2)) && !vector.covers(Dot::new(far, 3)));
        vector.raise(Dot::new(far, 1));
        assert_eq!(vector.get(far), 2, "an old dot lowers nothing");
        assert_eq!(vector.iter().collect::<VersionVector>(), vector);
    }

    #[test]
    #[should_panic(expected = "i0 has no number left after 4294967295")]
    fn a_number_is_never_given_twice_even_at_the_end_of_numbers() {
        VersionVector::from([u32::MAX]).next(ZERO);
    }

    #[test]
    fn cloning_into_an_old_vector_reuses_its_memory() {
        let mut old = VersionVector::from([1, 2, 3, 4]);
        let place = old.as_slice().as_ptr();
        old.clone_from(&VersionVector::from([7, 8]));
        assert_eq!((old.as_slice(), old.as_slice().as_ptr()), ([7, 8].as_slice(), place));
    }

    #[test]
    fn merge_is_a_join_meet_is_its_dual_and_all_orders_agree() {
        let mut seen = [0; 4];
        for seed in 0..2000 {
            let mut below = draws(seed);
            let [a, b, c] = [(); 3].map(|()| drawn(&mut below));
            is_a_join(&a, &b, &c, VersionVector::merge);
            is_a_join(&a, &b, &c, VersionVector::meet);
            let (mut join, mut meet) = (a.clone(), a.clone());
            join.merge(&b);
            meet.meet(&b);
            for identity in (0..5).map(Identity) {
                assert_eq!(join.get(identity), a.get(identity).max(b.get(identity)), "{a} with {b}");
                assert_eq!(meet.get(identity), a.get(identity).min(b.get(identity)), "{a} with {b}");
            }
            let within = |x: &VersionVector, y: &VersionVector| x.iter().all(|(who, n)| n <= y.get(who));
            let relation = a.compare(&b);
            assert_eq!(relation, Causality::of(!within(&b, &a), !within(&a, &b)), "{a} to {b}");
            assert_eq!(a.partial_cmp(&b), relation.ordering());
            assert_eq!(a.covers_all(&b), a >= b, "{a} over {b}");
            assert_eq!(a == b, relation == Causality::Equal);
            seen[relation as usize] += 1;
        }
        assert!(seen.iter().all(|count| *count > 20), "some relation hardly arose: {seen:?}");
    }
}
