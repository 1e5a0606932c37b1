//! A value under a layer, with what both layers keep beside it: which updates are in it, and what made each of its
//! tombstones.
//!
//! Knows nothing of when a tombstone may go: that is for the layer. The law: what brings no news is not taken
//! in, as it may hold alive what has been collected since.

use serde::{Deserialize, Serialize};

use super::Tombstones;
use super::interval::{Interval, Intervals, next_dot};
use super::ledger::Ledger;
use crate::base::{Dot, Identity, VersionVector};
use crate::replica::{DeltaBased, OpBased, Refused, Site, StateBased};

/// A value, and the moments, whatever the layer takes for one, at which its tombstones were made.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "T: Tombstones, M: Serialize + for<'a> Deserialize<'a>", deny_unknown_fields)]
pub(super) struct Noted<T: Tombstones, M> {
    pub(super) inner: T,
    /// The updates known here.
    pub(super) known: VersionVector,
    graves: Ledger<T::Grave, M>,
}

impl<T: Tombstones, M: Copy> Clone for Noted<T, M> {
    fn clone(&self) -> Noted<T, M> {
        Noted { inner: self.inner.clone(), known: self.known.clone(), graves: self.graves.clone() }
    }

    fn clone_from(&mut self, source: &Noted<T, M>) {
        self.inner.clone_from(&source.inner);
        self.known.clone_from(&source.known);
        self.graves.clone_from(&source.graves);
    }
}

impl<T: Tombstones, M: Copy> Noted<T, M> {
    pub(super) fn new(inner: T) -> Noted<T, M> {
        Noted { inner, known: VersionVector::new(), graves: Ledger::new() }
    }

    pub(super) fn tombstones(&self) -> usize {
        self.graves.len()
    }

    /// The number of this identity's next update.
    pub(super) fn next(&self, identity: Identity) -> Result<Dot, Refused> {
        next_dot(&self.known, identity)
    }

    /// Drops the tombstones that were made at such moments.
    pub(super) fn sweep(&mut self, ready: impl Fn(M) -> bool) {
        self.graves.sweep(&mut self.inner, ready);
    }

    /// An update is in the value, which was made at a moment.
    fn updated(&mut self, dot: Dot, moment: M) {
        self.known.raise(dot);
        self.graves.update(&self.inner, |_| Some(moment));
    }
}

impl<T: Tombstones + StateBased, M: Copy> Noted<T, M> {
    pub(super) fn apply(&mut self, op: &T::Op, site: Site, moment: impl Fn(Dot) -> M) -> Result<(), Refused> {
        let dot = self.next(site.identity)?;
        self.inner.apply(op, site)?;
        self.updated(dot, moment(dot));
        Ok(())
    }

    pub(super) fn merge(&mut self, other: &Noted<T, M>) {
        if !self.known.covers_all(&other.known) {
            self.inner.merge(&other.inner);
            self.known.merge(&other.known);
            self.graves.update(&self.inner, |grave| other.graves.get(grave));
        }
    }
}

impl<T: Tombstones + DeltaBased, M: Copy + PartialEq> Noted<T, M> {
    /// The interval of an operation; what the layer tells beside is for the layer to add.
    pub(super) fn mutate<R: Default>(
        &mut self,
        op: &T::Op,
        site: Site,
        moment: impl Fn(Dot) -> M,
    ) -> Result<Interval<T::Delta, T::Grave, M, R>, Refused> {
        let dot = self.next(site.identity)?;
        let delta = self.inner.mutate(op, site)?;
        let (from, moment) = (self.known.clone(), moment(dot));
        self.updated(dot, moment);
        Ok(Interval { from, to: self.known.clone(), delta, graves: self.graves.made(moment), rows: R::default() })
    }

    pub(super) fn join<R>(&mut self, interval: &Interval<T::Delta, T::Grave, M, R>) {
        if !self.known.covers_all(&interval.to) {
            self.inner.join(&interval.delta);
            self.known.merge(&interval.to);
            self.graves.update(&self.inner, |grave| interval.graves.get(grave));
        }
    }

    pub(super) fn whole<R>(&self, rows: R) -> Intervals<T::Delta, T::Grave, M, R> {
        let (from, to) = (VersionVector::new(), self.known.clone());
        Intervals::of(Interval { from, to, delta: self.inner.whole(), graves: self.graves.clone(), rows })
    }
}

impl<T: Tombstones + OpBased, M: Copy> Noted<T, M> {
    /// Whether it was news.
    pub(super) fn effect(&mut self, dot: Dot, effect: &T::Effect, moment: M) -> bool {
        let news = !self.known.covers(dot);
        if news {
            self.inner.effect(effect);
            self.updated(dot, moment);
        }
        news
    }
}
