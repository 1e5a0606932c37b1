//! A table from names to small numbers.
//!
//! Keys are well mixed already, so they serve as hashes of themselves. Nothing ever depends on its order.

/// From 64-bit keys to numbers.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// A power of two of places, at most half of them taken.
    places: Vec<Option<(u64, u32)>>,
    taken: usize,
}

impl Names {
    /// Takes everything out, and keeps the memory.
    pub(super) fn clear(&mut self) {
        if self.taken > 0 {
            self.places.fill(None);
            self.taken = 0;
        }
    }

    fn home(&self, key: u64) -> usize {
        key as usize & (self.places.len() - 1)
    }

    /// Where a key is, or the free place where it would be.
    fn find(&self, key: u64) -> usize {
        let mut at = self.home(key);
        while self.places[at].is_some_and(|(other, _)| other != key) {
            at = (at + 1) & (self.places.len() - 1);
        }
        at
    }

    #[inline]
    pub(super) fn get(&self, key: u64) -> Option<u32> {
        if self.taken == 0 {
            return None;
        }
        self.places[self.find(key)].map(|(_, value)| value)
    }

    pub(super) fn insert(&mut self, key: u64, value: u32) {
        if self.places.len() <= 2 * self.taken {
            let places = vec![None; (2 * self.places.len()).max(64)];
            let old = std::mem::replace(&mut self.places, places);
            for (key, value) in old.into_iter().flatten() {
                let at = self.find(key);
                self.places[at] = Some((key, value));
            }
        }
        let at = self.find(key);
        self.taken += usize::from(self.places[at].is_none());
        self.places[at] = Some((key, value));
    }

    pub(super) fn remove(&mut self, key: u64) -> Option<u32> {
        if self.taken == 0 {
            return None;
        }
        let mut hole = self.find(key);
        let (_, value) = self.places[hole].take()?;
        self.taken -= 1;
        // What came to lie behind the hole because of it moves up.
        let mask = self.places.len() - 1;
        let mut at = (hole + 1) & mask;
        while let Some((key, value)) = self.places[at] {
            let home = self.home(key);
            if at.wrapping_sub(home) & mask >= at.wrapping_sub(hole) & mask {
                self.places[hole] = Some((key, value));
                self.places[at] = None;
                hole = at;
            }
            at = (at + 1) & mask;
        }
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::base::{Concern, Dice, Name, Seed};

    #[test]
    fn it_is_a_map_like_any_other() {
        let dice = Dice::new(Seed(3));
        let mut names = Names::default();
        for round in 0..20 {
            let mut plain = BTreeMap::new();
            for nth in 0..2000u32 {
                // Keys that crowd: many share their low bits.
                let key = dice.below(Concern::Replica, Name::label("key"), round * 5000 + nth, 500) << 3;
                match nth % 3 {
                    0 | 1 => {
                        names.insert(key, nth);
                        plain.insert(key, nth);
                    }
                    _ => assert_eq!(names.remove(key), plain.remove(&key)),
                }
                assert_eq!(names.taken, plain.len());
            }
            for key in 0..4000 {
                assert_eq!(names.get(key), plain.get(&key).copied());
            }
            names.clear();
            assert_eq!(names.get(8), None);
        }
    }
}
