//! Registers: one value, replaced by writing another, and what becomes of writes that do not know of
//! one another.
//!
//! The operations, what a read returns, and the stamps by which last-writer-wins types arbitrate and
//! which they report. How a stamp comes about is left to those who give it.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::{Canonical, CausalContext, Digester, Hybrid, Identity, Lamport, Time, VersionVector};

/// What can be asked of a register. One that keeps a single value shows an `Option` of it (none was
/// written yet), or the value itself where an order has a least one; one that keeps siblings shows their
/// set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RegisterOp<E> {
    /// Replaces what is there.
    Write(E),
}

impl<E> RegisterOp<E> {
    /// A write of one of the first five values, so that equal ones meet.
    pub fn propose(nth: impl Fn(u64) -> E, pick: &mut dyn FnMut(u64) -> u64) -> RegisterOp<E> {
        RegisterOp::Write(nth(pick(5)))
    }
}

/// What can be asked of a register whose clients read before they write, however long before. It shows a
/// [`Read`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientOp<E> {
    /// Replaces what the client had read, and nothing else.
    Write {
        /// The value.
        value: E,
        /// The context that came with the client's read; an empty one if it never read.
        context: CausalContext,
    },
}

impl<E> ClientOp<E> {
    /// A write of one of the first five values on what can be read now, on an older read, or on none.
    pub fn propose(current: &CausalContext, nth: impl Fn(u64) -> E, pick: &mut dyn FnMut(u64) -> u64) -> ClientOp<E> {
        let context = match pick(4) {
            0 => CausalContext::new(),
            1 => older(current.vector(), pick).into(),
            _ => current.clone(),
        };
        ClientOp::Write { value: nth(pick(5)), context }
    }
}

/// A vector that lacks some of one identity's latest events.
fn older(vector: &VersionVector, pick: &mut dyn FnMut(u64) -> u64) -> VersionVector {
    let mut older = vector.clone();
    if !vector.is_empty() {
        let identity = Identity(pick(vector.len() as u64) as u32);
        older.set(identity, pick(u64::from(vector.get(identity)) + 1) as u32);
    }
    older
}

/// What a client that reads is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read<E> {
    /// The values that no known write has replaced.
    pub values: BTreeSet<E>,
    /// To be handed in with the write that is to replace them.
    pub context: CausalContext,
}

impl<E: Canonical> Canonical for Read<E> {
    fn feed(&self, digester: &mut Digester) {
        self.values.feed(digester);
        self.context.feed(digester);
    }
}

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

/// A value that arbitrates by stamps which it gives to its updates, and says which.
pub trait Stamped {
    /// Asked right after an update was carried out where it was asked for: the stamp that the update
    /// was given, whether or not it shows. None before the first update.
    fn latest_stamp(&self) -> Option<Stamp>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Dot;

    #[test]
    fn a_count_decides_only_between_stamps_of_one_identity_at_one_reading() {
        let stamp = |reading, identity, count| Wall { reading, identity: Identity(identity), count };
        let mut stamps = [stamp(2, 0, 1), stamp(1, 1, 1), stamp(1, 0, 9), stamp(1, 0, 2)];
        stamps.sort();
        assert_eq!(stamps, [stamp(1, 0, 2), stamp(1, 0, 9), stamp(1, 1, 1), stamp(2, 0, 1)]);
        assert_eq!(Stamp::from(stamp(0, 3, 4)).to_string(), "00:00.000#4@i3");
    }

    #[test]
    fn proposed_contexts_are_fresh_or_stale_or_empty() {
        let current: CausalContext =
            [(0, 1), (0, 2), (1, 1)].map(|(who, count)| Dot::new(Identity(who), count)).into_iter().collect();
        let contexts: Vec<_> = (0..64u64)
            .map(|seed| {
                let mut word = seed;
                let mut pick = |bound: u64| {
                    let picked = word % bound;
                    word /= bound;
                    picked
                };
                let ClientOp::Write { context, .. } = ClientOp::propose(&current, |n| n, &mut pick);
                context
            })
            .collect();
        assert!(contexts.iter().all(|context| current.covers_all(context)));
        assert!(contexts.contains(&current) && contexts.contains(&CausalContext::new()));
        assert!(contexts.contains(&VersionVector::from([1, 1]).into()), "one that is between");
    }
}
