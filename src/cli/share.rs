//! What one process brings home of a hunt, in a form that can be written, sent and added up.
//!
//! The law: where no seed depends on what others came through, the shares of all shards add up to the share that one
//! process has that ran all seeds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::shrink::told;
use crate::base::{Seed, Span};
use crate::hunt::{Group, Hunted, PURSUED, Reached, Shard, Strategy};
use crate::report::Drawing;
use crate::world::Witness;

/// What was hunted through, of one scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Prey {
    /// The path of its file.
    pub(super) path: String,
    /// Its name, where the file there stands for several.
    pub(super) only: Option<String>,
    /// What files about it begin with.
    pub(super) stem: String,
    /// The first seed.
    pub(super) first: u64,
    /// How many seeds were asked for, if it was not as many as there is time for.
    pub(super) seeds: Option<u64>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Share {
    pub(super) prey: Prey,
    /// Which of the seeds are its own, as a shard's number and how many there are.
    shard: (u64, u64),
    /// Of its own seeds, those before this one were run.
    next: u64,
    /// How many seeds were run.
    pub(super) runs: u64,
    /// A seed that gave two results when it was run again.
    differs: Option<u64>,
    /// In how many runs each check had something to judge.
    pub(super) judged: Vec<(String, u64)>,
    /// What really happened.
    pub(super) witness: Witness,
    /// The faults that never bit where the scenario was run as it is.
    pub(super) idle: Vec<String>,
    /// How many runs each strategy had, and in how many of them something was found.
    pub(super) strategies: Vec<(String, u64, u64)>,
    /// How many nanoseconds of virtual time passed.
    virtual_time: u64,
    reached: Reached,
    /// The links on which deliveries had priorities.
    pub(super) links: u64,
    /// What tells it from every other, in hexadecimal digits.
    pub(super) hash: String,
    /// The kinds of findings, in the order of their first seeds.
    pub(super) kinds: Vec<Kind>,
}

/// A kind of finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kind {
    /// The check that found it.
    pub(super) check: String,
    /// What its findings share, in words.
    pub(super) says: String,
    /// In how many seeds it came up.
    pub(super) seeds: u64,
    /// The first of them.
    pub(super) first: u64,
    /// How that one was varied.
    pub(super) strategy: String,
    /// What was found there.
    pub(super) finding: String,
    /// The smallest story of it.
    pub(super) small: Option<Small>,
}

/// A counterexample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Small {
    /// As it is drawn.
    pub(super) drawn: String,
    /// As a file.
    pub(super) file: String,
}

impl Kind {
    /// That of a group of findings.
    pub(super) fn of(group: &Group) -> Kind {
        let Group { signature, seeds, first, strategy, finding, catch } = group;
        let small = catch.as_ref().map(|catch| Small { drawn: told(catch, Drawing::default()), file: catch.text() });
        Kind {
            check: signature.check.to_owned(),
            says: signature.to_string(),
            seeds: *seeds,
            first: first.0,
            strategy: strategy.name().to_owned(),
            finding: finding.to_string(),
            small,
        }
    }
}

impl Share {
    /// What a shard's hunt came to.
    pub(super) fn of(prey: Prey, shard: Shard, hunted: Hunted) -> Share {
        let own = prey.seeds.map(|seeds| shard.count(seeds));
        let next = match (own, prey.seeds) {
            (Some(own), Some(seeds)) if own == hunted.runs => prey.first.saturating_add(seeds),
            _ => shard.seed(prey.first, hunted.runs),
        };
        Share {
            prey,
            shard: (shard.number(), shard.of()),
            next,
            runs: hunted.runs,
            differs: hunted.differs.map(|seed| seed.0),
            judged: hunted.judged.iter().map(|(check, runs)| ((*check).to_owned(), *runs)).collect(),
            witness: hunted.witness,
            idle: hunted.idle,
            strategies: hunted
                .strategies
                .iter()
                .map(|(way, runs, wrong)| (way.name().to_owned(), *runs, *wrong))
                .collect(),
            virtual_time: hunted.virtual_time.0,
            reached: hunted.reached,
            links: hunted.links,
            hash: hunted.hash.to_string(),
            kinds: hunted.groups.iter().map(Kind::of).collect(),
        }
    }

    /// The shares of all shards as one; nothing of none.
    pub(super) fn sum(shares: Vec<Share>) -> Option<Share> {
        let next = shares.iter().map(|share| share.next).min()?;
        let mut shares = shares.into_iter();
        let mut sum = shares.next()?;
        for share in shares {
            sum.add(share);
        }
        (sum.shard, sum.next) = ((1, 1), next);
        sum.kinds.sort_by_key(|kind| kind.first);
        // What one process would not have made small is not told in full.
        sum.kinds.iter_mut().skip(PURSUED).for_each(|kind| kind.small = None);
        Some(sum)
    }

    fn add(&mut self, other: Share) {
        self.runs += other.runs;
        self.differs = self.differs.into_iter().chain(other.differs).min();
        for ((_, mine), (_, theirs)) in self.judged.iter_mut().zip(other.judged) {
            *mine += theirs;
        }
        self.witness.add(&other.witness);
        self.idle.retain(|idle| other.idle.contains(idle));
        for ((_, runs, wrong), (_, more, more_wrong)) in self.strategies.iter_mut().zip(other.strategies) {
            (*runs, *wrong) = (*runs + more, *wrong + more_wrong);
        }
        self.virtual_time = self.virtual_time.saturating_add(other.virtual_time);
        self.reached.join(other.reached);
        let number = |hash: &str| u128::from_str_radix(hash, 16).unwrap_or_default();
        self.hash = format!("{:032x}", number(&self.hash).wrapping_add(number(&other.hash)));
        let mut places: BTreeMap<String, usize> =
            self.kinds.iter().enumerate().map(|(nth, kind)| (kind.says.clone(), nth)).collect();
        for mut kind in other.kinds {
            match places.get(&kind.says) {
                None => {
                    places.insert(kind.says.clone(), self.kinds.len());
                    self.kinds.push(kind);
                }
                Some(nth) => {
                    let mine = &mut self.kinds[*nth];
                    let seeds = mine.seeds + kind.seeds;
                    if kind.first < mine.first {
                        std::mem::swap(mine, &mut kind);
                    }
                    mine.seeds = seeds;
                }
            }
        }
    }

    /// Which of the seeds are its own.
    pub(super) fn shard(&self) -> Shard {
        Shard::new(self.shard.0, self.shard.1).unwrap_or(Shard::WHOLE)
    }

    /// A seed that gave two results: run again, or when what was found in it was to be made small.
    pub(super) fn unstable(&self) -> Option<Seed> {
        let lost = self.kinds.iter().take(PURSUED).filter(|kind| kind.small.is_none()).map(|kind| kind.first);
        lost.chain(self.differs).min().map(Seed)
    }

    /// Whether fewer seeds were run than asked for.
    pub(super) fn is_short(&self) -> bool {
        self.prey.seeds.is_some_and(|seeds| self.runs < self.shard().count(seeds))
    }

    /// Whether it had nothing to do.
    pub(super) fn is_empty(&self) -> bool {
        self.prey.seeds.is_some_and(|seeds| self.shard().count(seeds) == 0)
    }

    /// Its own seeds, as far as there is no gap: the first, the end, and how many they are.
    pub(super) fn seeds(&self) -> (u64, u64, u64) {
        let first = self.prey.first;
        (first, self.next, self.shard().count(self.next - first))
    }

    /// How much virtual time passed.
    pub(super) fn virtual_time(&self) -> Span {
        Span(self.virtual_time)
    }

    /// How many abstract states were reached, after how many runs: doubling the runs from entry to entry.
    pub(super) fn coverage(&self) -> Vec<(u64, u64)> {
        let (first, _, whole) = self.seeds();
        let doubling = (0..u64::BITS).map(|power| 1 << power).take_while(|runs| *runs <= whole);
        doubling.map(|runs| (runs, self.reached.before(Seed(self.shard().seed(first, runs))))).collect()
    }

    /// In how many of a hundred runs the next seed shows a new state, about.
    pub(super) fn news(&self) -> f64 {
        self.percent(self.reached.alone())
    }

    /// So many runs, of a hundred.
    pub(super) fn percent(&self, runs: u64) -> f64 {
        100.0 * runs as f64 / self.runs.max(1) as f64
    }

    /// How many runs were by priorities.
    pub(super) fn by_priorities(&self) -> u64 {
        let by = |(name, runs, _): &(String, u64, u64)| (name == Strategy::Priorities.name()).then_some(*runs);
        self.strategies.iter().find_map(by).unwrap_or_default()
    }
}
