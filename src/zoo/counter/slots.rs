//! Numbers that only grow, one for each identity, and parts of such tables.
//!
//! They know nothing of what is counted. The law: each number has one writer, so that the larger of two
//! is the newer and says all that the smaller did.

use serde::{Deserialize, Serialize};

use crate::base::Identity;

/// One growing number for each identity, in a list indexed by it. The list does not end in a zero, so
/// that equal counts are equal values.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slots(Vec<u64>);

impl Slots {
    /// All zero.
    pub const fn new() -> Slots {
        Slots(Vec::new())
    }

    /// An identity's number.
    #[inline]
    pub fn get(&self, identity: Identity) -> u64 {
        self.0.get(identity.index()).copied().unwrap_or(0)
    }

    /// Counts on for an identity, and says how far it now is.
    #[inline]
    pub fn add(&mut self, identity: Identity, amount: u32) -> u64 {
        // Only a forged slot comes to the end of its numbers; it stays there, as it must not shrink.
        let value = self.get(identity).saturating_add(u64::from(amount));
        self.raise(identity, value);
        value
    }

    /// Takes in an identity's number, unless a larger one is known.
    #[inline]
    pub fn raise(&mut self, identity: Identity, value: u64) {
        match self.0.get_mut(identity.index()) {
            Some(slot) => *slot = (*slot).max(value),
            None if value == 0 => {}
            None => {
                self.0.resize(identity.index(), 0);
                self.0.push(value);
            }
        }
    }

    /// The larger of each pair.
    #[inline]
    pub fn merge(&mut self, other: &Slots) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (ours, theirs) in self.0.iter_mut().zip(&other.0) {
            *ours = (*ours).max(*theirs);
        }
    }

    /// All of them together, modulo 2^64.
    #[inline]
    pub fn sum(&self) -> u64 {
        self.0.iter().fold(0, |sum, slot| sum.wrapping_add(*slot))
    }

    /// The numbers by identity, those that are not zero.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = (Identity, u64)> + '_ {
        let all = self.0.iter().enumerate().map(|(index, value)| (Identity(index as u32), *value));
        all.filter(|(_, value)| *value > 0)
    }

    /// Takes in some slots.
    #[inline]
    pub fn join(&mut self, cells: &Cells<Identity>) {
        for (identity, value) in cells.iter() {
            self.raise(identity, value);
        }
    }

    /// All slots, as a part of themselves.
    pub fn whole(&self) -> Cells<Identity> {
        self.iter().collect()
    }
}

impl Clone for Slots {
    #[inline]
    fn clone(&self) -> Slots {
        Slots(self.0.clone())
    }

    #[inline]
    fn clone_from(&mut self, source: &Slots) {
        self.0.clone_from(&source.0);
    }
}

impl<const N: usize> From<[u64; N]> for Slots {
    fn from(values: [u64; N]) -> Slots {
        let mut slots = Slots::new();
        for (index, value) in values.into_iter().enumerate() {
            slots.raise(Identity(index as u32), value);
        }
        slots
    }
}

/// A few growing numbers by key: what a delta of slots holds. Sorted by key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cells<K>(Vec<(K, u64)>);

impl<K> Default for Cells<K> {
    fn default() -> Cells<K> {
        Cells(Vec::new())
    }
}

impl<K: Copy + Ord> Cells<K> {
    /// One number.
    pub fn one(key: K, value: u64) -> Cells<K> {
        Cells(vec![(key, value)])
    }

    /// The numbers by key.
    #[inline]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (K, u64)> + '_ {
        self.0.iter().copied()
    }

    /// Takes in another part.
    pub fn combine(&mut self, other: &Cells<K>) {
        for (key, value) in other.iter() {
            match self.0.binary_search_by_key(&key, |(key, _)| *key) {
                Ok(place) => self.0[place].1 = self.0[place].1.max(value),
                Err(place) => self.0.insert(place, (key, value)),
            }
        }
    }
}

/// Keys must come in ascending order.
impl<K: Copy + Ord> FromIterator<(K, u64)> for Cells<K> {
    fn from_iter<I: IntoIterator<Item = (K, u64)>>(cells: I) -> Cells<K> {
        let cells: Vec<_> = cells.into_iter().collect();
        debug_assert!(cells.is_sorted_by(|a, b| a.0 < b.0), "cells are given out of order");
        Cells(cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_that_counts_nothing_is_as_good_as_none() {
        let mut slots = Slots::from([1, 0, 0]);
        slots.add(Identity(5), 0);
        slots.raise(Identity(7), 0);
        assert_eq!(slots, Slots::from([1]));
    }

    #[test]
    fn a_forged_slot_neither_shrinks_nor_stops_the_sum() {
        let mut slots = Slots::from([u64::MAX, 3]);
        assert_eq!(slots.add(Identity(0), 5), u64::MAX);
        assert_eq!(slots.sum(), 2);
    }

    #[test]
    fn parts_combine_to_the_larger_of_each() {
        let part = |cells: &[(u32, u64)]| cells.iter().map(|(who, value)| (Identity(*who), *value)).collect();
        let mut ours: Cells<Identity> = part(&[(1, 4), (3, 1)]);
        ours.combine(&part(&[(0, 2), (1, 3), (3, 9), (4, 1)]));
        assert_eq!(ours, part(&[(0, 2), (1, 4), (3, 9), (4, 1)]));
        let mut slots = Slots::from([5]);
        slots.join(&ours);
        assert_eq!(slots, Slots::from([5, 4, 0, 9, 1]));
        assert_eq!(slots.whole(), part(&[(0, 5), (1, 4), (3, 9), (4, 1)]));
    }

    #[test]
    fn cloning_into_old_slots_reuses_their_memory() {
        let mut old = Slots::from([1, 2, 3]);
        let before = old.0.as_ptr();
        old.clone_from(&Slots::from([4, 5]));
        assert_eq!((old.0.as_ptr(), old), (before, Slots::from([4, 5])));
    }
}
