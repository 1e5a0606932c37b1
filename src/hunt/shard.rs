//! A part of a hunt's seeds, so that several machines can share them without a word.
//!
//! The law: every seed belongs to one shard, and which that is depends on nothing but the seed, the first of all
//! and how many shards there are.

use std::fmt;

/// Of so many shards, one: it has every `of`-th seed. So all shards are equally far, whenever time is up, and a hunt
/// without an end has shards, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    nth: u64,
    of: u64,
}

impl Shard {
    /// The only one.
    pub const WHOLE: Shard = Shard { nth: 0, of: 1 };

    /// The one of this number, from 1 on; nothing where there is none.
    pub fn new(number: u64, of: u64) -> Option<Shard> {
        (1..=of).contains(&number).then(|| Shard { nth: number - 1, of })
    }

    /// Its number, from 1 on.
    pub const fn number(self) -> u64 {
        self.nth + 1
    }

    /// How many there are.
    pub const fn of(self) -> u64 {
        self.of
    }

    /// How many of so many seeds are its own.
    pub const fn count(self, seeds: u64) -> u64 {
        seeds / self.of + if self.nth < seeds % self.of { 1 } else { 0 }
    }

    /// Its own seed of this number, from 0 on, where this is the first of all.
    pub const fn seed(self, first: u64, nth: u64) -> u64 {
        first.saturating_add(self.nth).saturating_add(nth.saturating_mul(self.of))
    }
}

/// As it is written: `2/4`.
impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number(), self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seed_belongs_to_one_shard() {
        for (of, seeds) in [(1, 10), (3, 10), (4, 40), (7, 3)] {
            let mut all: Vec<u64> = (1..=of)
                .map(|number| Shard::new(number, of).expect("there is one"))
                .flat_map(|shard| (0..shard.count(seeds)).map(move |nth| shard.seed(5, nth)))
                .collect();
            all.sort_unstable();
            assert_eq!(all, (5..5 + seeds).collect::<Vec<_>>(), "{of} shards");
        }
        assert_eq!((Shard::new(0, 4), Shard::new(5, 4), Shard::new(1, 0)), (None, None, None));
    }
}
