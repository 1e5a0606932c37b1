//! Stamps that stay near the wall clock and follow happens-before nevertheless.
//!
//! They are handed readings and read no clock themselves. The law: the physical part is at least the own
//! reading and never above the largest reading that anyone witnessed; where that does not suffice to
//! follow happens-before, the logical part does. After *Logical Physical Clocks and Consistent Snapshots
//! in Globally Distributed Databases* (2014).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Canonical, Digester, Identity, Time};

/// A stamp: ordered by physical part, then logical part, then identity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hybrid {
    /// The largest clock reading witnessed, in nanoseconds.
    pub physical: u64,
    /// Tells apart what happened while that reading was the largest.
    pub logical: u32,
    /// Who made it.
    pub identity: Identity,
}

impl fmt::Display for Hybrid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}@{}", Time(self.physical), self.logical, self.identity)
    }
}

impl Canonical for Hybrid {
    #[inline]
    fn feed(&self, digester: &mut Digester) {
        self.physical.feed(digester);
        self.logical.feed(digester);
        self.identity.feed(digester);
    }
}

/// Makes the stamps of one identity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HybridClock {
    latest: Hybrid,
}

impl HybridClock {
    /// One that has witnessed nothing.
    pub fn new(identity: Identity) -> HybridClock {
        HybridClock { latest: Hybrid { physical: 0, logical: 0, identity } }
    }

    /// The stamp made last.
    #[inline]
    pub fn latest(&self) -> Hybrid {
        self.latest
    }

    /// Signs with another identity from now on, and goes on counting.
    #[inline]
    pub fn sign_as(&mut self, identity: Identity) {
        self.latest.identity = identity;
    }

    /// The stamp of an event here, above all that was made or witnessed.
    ///
    /// # Panics
    /// Where the logical part has no larger number: a forged stamp can bring that about.
    #[inline]
    pub fn tick(&mut self, reading: Time) -> Hybrid {
        if reading.0 > self.latest.physical {
            self.latest.physical = reading.0;
            self.latest.logical = 0;
        } else {
            let logical = self.latest.logical.checked_add(1);
            self.latest.logical = logical.unwrap_or_else(|| panic!("no logical part is left after {}", self.latest));
        }
        self.latest
    }

    /// The stamp of receiving a stamp from elsewhere, above it and above all before.
    ///
    /// # Panics
    /// As [`tick`](HybridClock::tick).
    #[inline]
    pub fn witness(&mut self, stamp: Hybrid, reading: Time) -> Hybrid {
        let received = (stamp.physical, stamp.logical);
        (self.latest.physical, self.latest.logical) = received.max((self.latest.physical, self.latest.logical));
        self.tick(reading)
    }
}

impl Canonical for HybridClock {
    #[inline]
    fn feed(&self, digester: &mut Digester) {
        self.latest.feed(digester);
    }
}

#[cfg(test)]
mod tests {
    use super::super::VersionVector;
    use super::super::laws::draws;
    use super::*;

    fn clock(identity: u32) -> HybridClock {
        HybridClock::new(Identity(identity))
    }

    fn parts(stamp: Hybrid) -> (u64, u32) {
        (stamp.physical, stamp.logical)
    }

    #[test]
    fn a_clock_that_steps_back_does_not_take_its_stamps_along() {
        let mut clock = clock(0);
        assert_eq!(
            [10, 20, 5, 20, 21].map(|reading| parts(clock.tick(Time(reading)))),
            [(10, 0), (20, 0), (20, 1), (20, 2), (21, 0)]
        );
    }

    #[test]
    fn a_frozen_clock_counts_on() {
        let mut clock = clock(0);
        assert_eq!([(); 3].map(|()| parts(clock.tick(Time(7)))), [(7, 0), (7, 1), (7, 2)]);
    }

    #[test]
    fn an_answer_exceeds_the_question_though_its_clock_is_behind() {
        let (mut ahead, mut behind) = (clock(0), clock(1));
        let question = ahead.tick(Time(300));
        assert_eq!(parts(behind.witness(question, Time(2))), (300, 1));
        let answer = behind.tick(Time(3));
        assert_eq!(parts(answer), (300, 2));
        assert_eq!(parts(ahead.witness(answer, Time(300))), (300, 3), "three equal readings");
        assert_eq!(parts(ahead.witness(answer, Time(301))), (301, 0), "the own reading is ahead");
        assert_eq!(parts(ahead.witness(question, Time(299))), (301, 1), "nothing new");
        assert_eq!(answer.to_string(), "00:00.000_0003+2@i1");
    }

    #[test]
    #[should_panic(expected = "no logical part is left after 00:00.000+4294967295@i0")]
    fn a_stamp_is_never_made_twice_even_after_a_forged_one() {
        clock(0).witness(Hybrid { physical: 0, logical: u32::MAX, identity: Identity(1) }, Time(0));
    }

    #[test]
    fn stamps_follow_happens_before_and_stay_within_the_readings() {
        let (mut causal, mut behind) = (0, 0);
        for seed in 0..60 {
            let mut below = draws(seed);
            let mut clocks: Vec<_> = (0..3).map(|i| (clock(i), VersionVector::new(), 100u64)).collect();
            let mut events: Vec<(Hybrid, VersionVector)> = Vec::new();
            let mut largest = 0;
            for _ in 0..40 {
                let (clock, known, reading) = &mut clocks[below(3) as usize];
                // Runs, stands still, or steps back.
                *reading = match below(4) {
                    0 => *reading,
                    1 => reading.saturating_sub(below(50)),
                    _ => *reading + below(20),
                };
                largest = largest.max(*reading);
                let stamp = if !events.is_empty() && below(2) == 0 {
                    let (stamp, past) = &events[below(events.len() as u64) as usize];
                    known.merge(past);
                    clock.witness(*stamp, Time(*reading))
                } else {
                    clock.tick(Time(*reading))
                };
                known.next(stamp.identity);
                behind += usize::from(stamp.physical > *reading);
                assert!(stamp.physical >= *reading, "seed {seed}: {stamp} at reading {reading}");
                assert!(stamp.physical <= largest, "seed {seed}: {stamp} is above every reading, {largest}");
                events.push((stamp, known.clone()));
            }
            for (stamp, past) in &events {
                for (other, others) in events.iter().filter(|(_, others)| past < others) {
                    causal += 1;
                    assert!(stamp < other, "seed {seed}: {stamp} at {past} is before {other} at {others}");
                }
                assert_eq!(events.iter().filter(|(other, _)| other == stamp).count(), 1, "seed {seed}: {stamp}");
            }
        }
        assert!(causal > 10_000 && behind > 500, "{causal} pairs were causal, {behind} stamps ran ahead");
    }
}
