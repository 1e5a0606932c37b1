//! Stamps that follow happens-before, and order also what it leaves open.
//!
//! They know nothing of time. The law: what a clock has witnessed is smaller than what it stamps next; so
//! a larger stamp need not mean knowledge, but a smaller one never knew the larger. After *Time, Clocks,
//! and the Ordering of Events in a Distributed System* (1978).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Canonical, Digester, Identity};

/// A stamp: ordered by counter, then by identity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lamport {
    /// Above everything its maker had witnessed.
    pub counter: u64,
    /// Who made it.
    pub identity: Identity,
}

impl fmt::Display for Lamport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.counter, self.identity)
    }
}

impl Canonical for Lamport {
    #[inline]
    fn feed(&self, digester: &mut Digester) {
        self.counter.feed(digester);
        self.identity.feed(digester);
    }
}

/// Makes the stamps of one identity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LamportClock {
    latest: Lamport,
}

impl LamportClock {
    /// One that has witnessed nothing; its first stamp counts 1.
    pub fn new(identity: Identity) -> LamportClock {
        LamportClock { latest: Lamport { counter: 0, identity } }
    }

    /// The largest counter made or witnessed so far.
    #[inline]
    pub fn counter(&self) -> u64 {
        self.latest.counter
    }

    /// Signs with another identity from now on, and goes on counting.
    #[inline]
    pub fn sign_as(&mut self, identity: Identity) {
        self.latest.identity = identity;
    }

    /// A stamp above all that was made or witnessed here.
    ///
    /// # Panics
    /// Where no larger counter exists: a forged stamp can bring that about.
    #[inline]
    pub fn tick(&mut self) -> Lamport {
        let counter = self.latest.counter.checked_add(1);
        self.latest.counter = counter.unwrap_or_else(|| panic!("no counter is left after {}", self.latest));
        self.latest
    }

    /// Takes note of a counter seen elsewhere. A second time changes nothing.
    #[inline]
    pub fn witness(&mut self, counter: u64) {
        self.latest.counter = self.latest.counter.max(counter);
    }
}

impl Canonical for LamportClock {
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

    #[test]
    fn a_stamp_exceeds_all_that_was_witnessed_and_identities_break_ties() {
        let (mut a, mut b) = (LamportClock::new(Identity(0)), LamportClock::new(Identity(1)));
        let (first, beside) = (a.tick(), b.tick());
        assert!(first < beside, "{first} and {beside} count the same, so the identity decides");
        b.witness(7);
        b.witness(3);
        assert_eq!((b.counter(), b.tick().to_string().as_str()), (7, "8@i1"));
        b.sign_as(Identity(5));
        assert_eq!(b.tick().to_string(), "9@i5");
    }

    #[test]
    #[should_panic(expected = "no counter is left after 18446744073709551615@i0")]
    fn a_stamp_is_never_made_twice_even_after_a_forged_one() {
        let mut clock = LamportClock::new(Identity(0));
        clock.witness(u64::MAX);
        clock.tick();
    }

    #[test]
    fn stamps_are_unique_and_follow_happens_before() {
        let mut causal = 0;
        for seed in 0..60 {
            let mut below = draws(seed);
            let mut clocks: Vec<_> = (0..3).map(|i| (LamportClock::new(Identity(i)), VersionVector::new())).collect();
            let mut events: Vec<(Lamport, VersionVector)> = Vec::new();
            for _ in 0..40 {
                let (clock, known) = &mut clocks[below(3) as usize];
                if !events.is_empty() && below(2) == 0 {
                    let (stamp, past) = &events[below(events.len() as u64) as usize];
                    clock.witness(stamp.counter);
                    known.merge(past);
                }
                let stamp = clock.tick();
                known.next(stamp.identity);
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
        assert!(causal > 10_000, "only {causal} pairs were causal");
    }
}
