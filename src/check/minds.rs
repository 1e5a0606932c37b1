//! Every distinct knowledge of a run, once, with what whoever had it showed.
//!
//! A state of mind is a small number, so that a replica's knowledge is copied, compared and stamped on a
//! message for next to nothing. The law: two minds are the same number exactly if they know the same updates,
//! for as long as somebody holds that number.

use super::names::Names;
use crate::base::{Digest, Known, ReplicaId, Update};
use crate::trace::Moment;

/// One knowledge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mind(u32);

impl Mind {
    /// That which knows nothing.
    pub const EMPTY: Mind = Mind(0);
}

/// What was shown by the first who had a knowledge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The view, digested.
    pub view: Digest,
    /// Who showed it.
    pub by: ReplicaId,
    /// In which event.
    pub moment: Moment,
}

#[derive(Debug, Default)]
struct Entry {
    known: Known,
    shown: Option<Shown>,
    closed: Option<bool>,
    specified: bool,
    /// Whether the number is given out.
    used: bool,
}

/// All minds of a run.
#[derive(Debug, Default)]
pub struct Minds {
    entries: Vec<Entry>,
    /// How many entries count; the others keep their memory for later runs.
    len: usize,
    free: Vec<u32>,
    by_hash: Names,
    scratch: Known,
    /// The number of entries at which it is worth looking for those that nobody can come to any more.
    sweep_at: usize,
}

/// Below this it is never worth looking for what can go.
const FEW: usize = 4096;

impl Minds {
    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.free.clear();
        self.by_hash.clear();
        self.sweep_at = FEW;
        self.scratch.clear();
        self.intern(None);
    }

    /// What a mind knows.
    #[inline]
    pub fn known(&self, mind: Mind) -> &Known {
        &self.entries[mind.0 as usize].known
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len - self.free.len()
    }

    /// Whether there is none but the one that knows nothing.
    pub fn is_empty(&self) -> bool {
        self.len() <= 1
    }

    /// What was shown by the first who had it.
    #[inline]
    pub fn shown(&self, mind: Mind) -> Option<Shown> {
        self.entries[mind.0 as usize].shown
    }

    #[inline]
    pub(super) fn show(&mut self, mind: Mind, shown: Shown) {
        self.entries[mind.0 as usize].shown = Some(shown);
    }

    /// Marks a mind as judged by its specification; says whether it had not been.
    pub(super) fn specify(&mut self, mind: Mind) -> bool {
        !std::mem::replace(&mut self.entries[mind.0 as usize].specified, true)
    }

    #[inline]
    pub(super) fn closed(&self, mind: Mind) -> Option<bool> {
        self.entries[mind.0 as usize].closed
    }

    pub(super) fn set_closed(&mut self, mind: Mind, closed: bool) {
        self.entries[mind.0 as usize].closed = Some(closed);
    }

    /// The mind that knows one update more. It had seen all that its issuer knew, where that says so.
    #[inline]
    pub(super) fn with(&mut self, mind: Mind, update: Update, own: bool) -> Mind {
        let entry = &self.entries[mind.0 as usize];
        if entry.known.contains(update) {
            return mind;
        }
        self.scratch.clone_from(&entry.known);
        self.scratch.insert(update);
        let closed = if own && entry.closed == Some(true) { Some(true) } else { None };
        self.intern(closed)
    }

    /// The mind that knows what either does.
    #[inline]
    pub(super) fn union(&mut self, one: Mind, other: Mind) -> Mind {
        if one == other {
            return one;
        }
        let (a, b) = (&self.entries[one.0 as usize], &self.entries[other.0 as usize]);
        if a.known.covers(&b.known) {
            return one;
        }
        if b.known.covers(&a.known) {
            return other;
        }
        let closed = if a.closed == Some(true) && b.closed == Some(true) { Some(true) } else { None };
        self.scratch.set_union(&a.known, &b.known);
        self.intern(closed)
    }

    /// The mind that knows these.
    pub(super) fn of(&mut self, known: &Known) -> Mind {
        self.scratch.clone_from(known);
        self.intern(None)
    }

    /// The number of the knowledge in the scratch.
    fn intern(&mut self, closed: Option<bool>) -> Mind {
        let mut key = self.scratch.hash();
        while let Some(at) = self.by_hash.get(key) {
            let entry = &mut self.entries[at as usize];
            if entry.known == self.scratch {
                entry.closed = entry.closed.or(closed);
                return Mind(at);
            }
            key = key.wrapping_add(1);
        }
        let at = self.free.pop().unwrap_or_else(|| {
            if self.entries.len() == self.len {
                self.entries.push(Entry::default());
            }
            self.len += 1;
            self.len as u32 - 1
        });
        let entry = &mut self.entries[at as usize];
        entry.known.clone_from(&self.scratch);
        (entry.shown, entry.closed, entry.specified, entry.used) = (None, closed, false, true);
        if at == 0 {
            entry.closed = Some(true);
        }
        self.by_hash.insert(key, at);
        Mind(at)
    }

    /// Whether it is worth looking for minds that can go.
    #[inline]
    pub(super) fn is_crowded(&self) -> bool {
        self.len() >= self.sweep_at
    }

    /// Whether there are so many that it is worth saying why.
    pub(super) fn is_large(&self) -> bool {
        self.len() >= FEW
    }

    /// How many know less than this, in some respect.
    pub(super) fn below(&self, floor: &Known) -> usize {
        self.entries[..self.len].iter().filter(|entry| entry.used && !entry.known.covers(floor)).count()
    }

    /// Forgets the minds that nobody holds and nobody can come to, as everybody knows the floor and forgets
    /// nothing of it.
    pub(super) fn sweep(&mut self, floor: &Known, held: impl IntoIterator<Item = Mind>) {
        let mut keep = vec![false; self.len];
        keep[0] = true;
        for mind in held {
            keep[mind.0 as usize] = true;
        }
        for (at, (entry, keep)) in (0..).zip(self.entries.iter_mut().zip(keep)) {
            if entry.used && !keep && !entry.known.covers(floor) {
                entry.used = false;
                self.free.push(at);
            }
        }
        self.by_hash.clear();
        for (at, entry) in (0..).zip(&self.entries[..self.len]) {
            if entry.used {
                let mut key = entry.known.hash();
                while self.by_hash.get(key).is_some() {
                    key = key.wrapping_add(1);
                }
                self.by_hash.insert(key, at);
            }
        }
        self.sweep_at = (2 * self.len()).max(FEW);
    }
}
