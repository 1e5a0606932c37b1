//! Stamps: what code under test gives its updates to put them in one order, and reports.
//!
//! The order of stamps is a claim that checks hold against the clocks. How a stamp comes about is left to
//! those who give it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Hybrid, Identity, Lamport, Time};

/// A stamp from a replica's own clock: ordered by reading, then identity, then count. It need not follow
/// happens-before. Without the count, a clock that stands still would give one replica's writes one stamp.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wall {
    /// What the clock showed, in nanoseconds.
    pub reading: u64,
    /// Who made it.
    pub identity: Identity,
    /// Larger than in every earlier stamp of this identity.
    pub count: u64,
}

/// `00:00.120#3@i1`: the reading, the count, and who.
impl fmt::Display for Wall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}@{}", Time(self.reading), self.count, self.identity)
    }
}

/// A stamp of any source, as the code under test reports it. Stamps of one source are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Stamp {
    /// From the replica's own clock.
    Wall(Wall),
    /// From a Lamport clock.
    Lamport(Lamport),
    /// From a hybrid clock.
    Hybrid(Hybrid),
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stamp::Wall(stamp) => stamp.fmt(f),
            Stamp::Lamport(stamp) => stamp.fmt(f),
            Stamp::Hybrid(stamp) => stamp.fmt(f),
        }
    }
}

impl From<Wall> for Stamp {
    fn from(stamp: Wall) -> Stamp {
        Stamp::Wall(stamp)
    }
}

impl From<Lamport> for Stamp {
    fn from(stamp: Lamport) -> Stamp {
        Stamp::Lamport(stamp)
    }
}

impl From<Hybrid> for Stamp {
    fn from(stamp: Hybrid) -> Stamp {
        Stamp::Hybrid(stamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_decides_only_between_stamps_of_one_identity_at_one_reading() {
        let stamp = |reading, identity, count| Wall { reading, identity: Identity(identity), count };
        let mut stamps = [stamp(2, 0, 1), stamp(1, 1, 1), stamp(1, 0, 9), stamp(1, 0, 2)];
        stamps.sort();
        assert_eq!(stamps, [stamp(1, 0, 2), stamp(1, 0, 9), stamp(1, 1, 1), stamp(2, 0, 1)]);
        assert_eq!(Stamp::from(stamp(0, 3, 4)).to_string(), "00:00.000#4@i3");
    }
}
