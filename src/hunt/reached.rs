//! The abstract states that a hunt came through: which seed was the first in each, and whether it was the only one.
//!
//! The law: what two parts of a hunt reached adds up to what the whole would have, in whatever order they are added.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::{Deserialize, Serialize};

use crate::base::Seed;

/// The states, each with the first seed in it, and whether no other seed was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(u64, u64, bool)>", into = "Vec<(u64, u64, bool)>")]
pub struct Reached(BTreeMap<u64, (Seed, bool)>);

/// As it travels.
impl From<Vec<(u64, u64, bool)>> for Reached {
    fn from(states: Vec<(u64, u64, bool)>) -> Reached {
        Reached(states.into_iter().map(|(state, first, alone)| (state, (Seed(first), alone))).collect())
    }
}

impl From<Reached> for Vec<(u64, u64, bool)> {
    fn from(reached: Reached) -> Vec<(u64, u64, bool)> {
        reached.0.into_iter().map(|(state, (first, alone))| (state, first.0, alone)).collect()
    }
}

impl Reached {
    /// Whether some seed came through this state.
    pub fn has(&self, state: u64) -> bool {
        self.0.contains_key(&state)
    }

    /// A seed came through a state, once; says whether another one had.
    pub fn add(&mut self, state: u64, seed: Seed) -> bool {
        self.put(state, (seed, true))
    }

    fn put(&mut self, state: u64, (seed, alone): (Seed, bool)) -> bool {
        match self.0.entry(state) {
            Entry::Vacant(place) => {
                place.insert((seed, alone));
                false
            }
            Entry::Occupied(mut place) => {
                let (first, alone) = place.get_mut();
                (*first, *alone) = ((*first).min(seed), false);
                true
            }
        }
    }

    /// What another part of the hunt, with other seeds, came through.
    pub fn join(&mut self, other: Reached) {
        for (state, felt) in other.0 {
            self.put(state, felt);
        }
    }

    /// How many states there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many the seeds before this one came through.
    pub fn before(&self, seed: Seed) -> u64 {
        self.0.values().filter(|(first, _)| *first < seed).count() as u64
    }

    /// How many seeds came through a state that no other did: over all runs, an estimate (Good and Turing) of the
    /// chance that the next seed shows something new.
    pub fn alone(&self) -> u64 {
        let mut alone: Vec<Seed> = self.0.values().filter(|(_, alone)| *alone).map(|(seed, _)| *seed).collect();
        alone.sort_unstable();
        alone.dedup();
        alone.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_to_the_whole() {
        let of = |seeds: &[u64]| {
            let mut reached = Reached::default();
            for seed in seeds {
                for state in [seed % 7, 100 + seed % 5, 1000 + seed / 9, 5000 + seed] {
                    reached.add(state, Seed(*seed));
                }
            }
            reached
        };
        let whole = of(&(0..40).collect::<Vec<_>>());
        for shards in [2, 3, 4] {
            let mut sum = Reached::default();
            for nth in (0..shards).rev() {
                sum.join(of(&(nth..40).step_by(shards as usize).collect::<Vec<_>>()));
            }
            assert_eq!(sum, whole);
        }
        assert_eq!((whole.alone(), whole.before(Seed(1)), whole.len()), (40, 4, 7 + 5 + 5 + 40));
    }
}
