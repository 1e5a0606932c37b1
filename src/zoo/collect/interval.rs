//! Deltas under a layer: all updates between two points of knowledge, in one piece.
//!
//! What is absent and what was collected look alike, so that a delta must say what it comes after and up to
//! where it reaches, and may be joined only where all is known that it comes after. Nor is it joined where it
//! brings no news: it may hold alive what has been collected since.
//!
//! The law: both ends of an interval are what some replicas knew, and it lacks no update between them. So
//! where it tells of something that was deleted before it ends, it tells of the deletion as well.

use serde::{Deserialize, Serialize};

use super::ledger::Ledger;
use crate::base::{Dot, Identity, VersionVector};
use crate::replica::Refused;

/// The updates that are known at one point and not at an earlier one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Interval<D, G, M, R> {
    /// What it comes after.
    pub(super) from: VersionVector,
    /// What is known with it.
    pub(super) to: VersionVector,
    pub(super) delta: D,
    /// When the tombstones came to be that it makes.
    pub(super) graves: Ledger<G, M>,
    /// What the layer tells beside, of each replica.
    pub(super) rows: R,
}

/// Deltas that are joined one on top of another, as far as they fit.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Intervals<D, G, M, R>(Vec<Interval<D, G, M, R>>);

impl<D, G, M, R> Intervals<D, G, M, R> {
    pub(super) fn of(interval: Interval<D, G, M, R>) -> Intervals<D, G, M, R> {
        Intervals(vec![interval])
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Interval<D, G, M, R>> {
        self.0.iter()
    }

    /// Whether nothing is missing, where this much is known, that all this could be joined.
    pub fn fits(&self, known: &VersionVector) -> bool {
        self.in_turn(known).len() == self.0.len()
    }

    /// Those that can be joined where this much is known, in an order in which they can.
    pub(super) fn in_turn(&self, known: &VersionVector) -> Vec<&Interval<D, G, M, R>> {
        let mut known = known.clone();
        let mut waiting: Vec<_> = self.0.iter().collect();
        let mut turns = Vec::new();
        while let Some(next) = waiting.iter().position(|interval| known.covers_all(&interval.from)) {
            let interval = waiting.remove(next);
            known.merge(&interval.to);
            turns.push(interval);
        }
        turns
    }
}

impl<D: Clone, G: Clone + Ord, M: Copy, R: Clone> Intervals<D, G, M, R> {
    /// Takes in others: makes one of two where one goes on from the other.
    pub(super) fn combine(&mut self, other: &Self, delta: impl Fn(&mut D, &D), rows: impl Fn(&mut R, &R)) {
        for new in &other.0 {
            let mut new = new.clone();
            while let Some(at) = self.0.iter().position(|have| have.goes_on_in(&new) || new.goes_on_in(have)) {
                let have = self.0.remove(at);
                let (mut first, then) = if have.goes_on_in(&new) { (have, new) } else { (new, have) };
                rows(&mut first.rows, &then.rows);
                if then.from == first.from && then.to.covers_all(&first.to) {
                    new = Interval { rows: first.rows, ..then };
                    continue;
                }
                if !first.to.covers_all(&then.to) {
                    delta(&mut first.delta, &then.delta);
                    first.graves.merge(&then.graves);
                    first.to.merge(&then.to);
                }
                new = first;
            }
            self.0.push(new);
        }
    }
}

impl<D, G, M, R> Interval<D, G, M, R> {
    /// Whether the later one, or the rest of it, can be joined right after this one.
    fn goes_on_in(&self, later: &Interval<D, G, M, R>) -> bool {
        later.from.covers_all(&self.from) && self.to.covers_all(&later.from)
    }
}

/// The number of this identity's next update.
pub(super) fn next_dot(known: &VersionVector, identity: Identity) -> Result<Dot, Refused> {
    let last = known.get(identity);
    match last.checked_add(1) {
        Some(counter) => Ok(Dot { identity, counter }),
        None => Err(Refused::because(format!("{identity} has no number left after {last}"))),
    }
}
