//! Collection by causal stability: a tombstone goes when every member knows of it for good.
//!
//! The layer numbers all updates, and remembers of each tombstone the update that made it. Members announce
//! which updates they know durably; what all of them have announced is stable. A member that is away
//! announces nothing, and blocks collection for as long. An announcement counts only where all that it
//! speaks of is known, so that what was made before by someone who did not know of the tombstone, and might
//! need it, is known too. For the same reason a state that brings no news is not merged: it may be old,
//! and still hold alive what has been collected since.
//!
//! It asks for a fixed membership, identities that are not reused, and knowledge without gaps: full states,
//! or operations in causal order. Nothing that was announced may be lost in a crash.

use serde::{Deserialize, Serialize};

use super::Tombstones;
use super::ledger::Ledger;
use crate::base::{Digester, Dot, Identity, VersionVector};
use crate::replica::{DataType, Delivery, OpBased, Refused, Site, StateBased};

/// A data type whose tombstones are collected when they are stable.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "T: Tombstones", deny_unknown_fields)]
pub struct Stable<T: Tombstones> {
    inner: T,
    /// The updates known here.
    known: VersionVector,
    /// Who has to know, sorted, and what each has announced. No row exceeds what is known here.
    members: Vec<(Identity, VersionVector)>,
    /// The update that made each tombstone.
    graves: Ledger<T::Grave, Dot>,
}

/// What an operation does everywhere, and what its writer announces.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StableEffect<F> {
    /// The number of the update.
    pub dot: Dot,
    /// What its writer knew durably.
    pub durable: VersionVector,
    /// What it does to the data type.
    pub effect: F,
}

impl<T: Tombstones> Stable<T> {
    /// Puts the layer on an empty value that these members share, and nobody else writes.
    pub fn new(inner: T, members: impl IntoIterator<Item = Identity>) -> Stable<T> {
        let mut members: Vec<_> = members.into_iter().map(|member| (member, VersionVector::new())).collect();
        members.sort_by_key(|(member, _)| *member);
        members.dedup_by_key(|(member, _)| *member);
        Stable { inner, known: VersionVector::new(), members, graves: Ledger::new() }
    }

    /// The value under the layer.
    pub fn inner(&self) -> &T {
        &self.inner
    }

    /// The updates known here.
    pub fn known(&self) -> &VersionVector {
        &self.known
    }

    /// How many tombstones there are.
    pub fn tombstones(&self) -> usize {
        self.graves.len()
    }

    /// The updates that every member is known to know durably.
    pub fn stable(&self) -> VersionVector {
        let mut rows = self.members.iter().map(|(_, row)| row);
        let mut stable = rows.next().cloned().unwrap_or_default();
        rows.for_each(|row| stable.meet(row));
        stable
    }

    /// Takes note that all that is known here is durable. What a crash could still undo must not be
    /// announced.
    pub fn saved(&mut self, here: Identity) {
        let known = self.known.clone();
        self.hear(here, &known);
    }

    /// What this member has announced, for those who hear of no update from it.
    pub fn announced(&self, member: Identity) -> VersionVector {
        self.row(member).map(|row| self.members[row].1.clone()).unwrap_or_default()
    }

    /// Takes note of an announcement. One that outruns the updates it speaks of is passed over; as members
    /// go on announcing, nothing is lost.
    pub fn hear(&mut self, member: Identity, durable: &VersionVector) {
        if let Some(row) = self.row(member)
            && self.known.covers_all(durable)
        {
            self.members[row].1.merge(durable);
            self.sweep();
        }
    }

    fn row(&self, member: Identity) -> Option<usize> {
        self.members.binary_search_by_key(&member, |(member, _)| *member).ok()
    }

    fn next_dot(&self, identity: Identity) -> Result<Dot, Refused> {
        let last = self.known.get(identity);
        match last.checked_add(1) {
            Some(counter) => Ok(Dot { identity, counter }),
            None => Err(Refused::because(format!("{identity} has no number left after {last}"))),
        }
    }

    fn sweep(&mut self) {
        let stable = self.stable();
        self.graves.sweep(&mut self.inner, |made| stable.covers(made));
    }
}

impl<T: Tombstones> Clone for Stable<T> {
    fn clone(&self) -> Stable<T> {
        Stable {
            inner: self.inner.clone(),
            known: self.known.clone(),
            members: self.members.clone(),
            graves: self.graves.clone(),
        }
    }

    fn clone_from(&mut self, source: &Stable<T>) {
        self.inner.clone_from(&source.inner);
        self.known.clone_from(&source.known);
        self.members.clone_from(&source.members);
        self.graves.clone_from(&source.graves);
    }
}

impl<T: Tombstones> DataType for Stable<T> {
    type Op = T::Op;
    type View = T::View;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> T::Op {
        self.inner.propose(pick)
    }

    fn view(&self) -> T::View {
        self.inner.view()
    }

    fn digest(&self, digester: &mut Digester) {
        self.inner.digest(digester);
    }
}

impl<T: Tombstones + StateBased> StateBased for Stable<T> {
    fn apply(&mut self, op: &T::Op, site: Site) -> Result<(), Refused> {
        let dot = self.next_dot(site.identity)?;
        self.inner.apply(op, site)?;
        self.known.raise(dot);
        self.graves.update(&self.inner, |_| Some(dot));
        Ok(())
    }

    fn merge(&mut self, other: &Stable<T>) {
        if !self.known.covers_all(&other.known) {
            self.inner.merge(&other.inner);
            self.known.merge(&other.known);
            self.graves.update(&self.inner, |grave| other.graves.get(grave));
        }
        for (member, row) in &other.members {
            if let Some(ours) = self.row(*member) {
                self.members[ours].1.merge(row);
            }
        }
        self.sweep();
    }
}

impl<T: Tombstones + OpBased> OpBased for Stable<T> {
    type Effect = StableEffect<T::Effect>;

    /// Whatever the data type asks for: announcements must not outrun updates.
    const DELIVERY: Delivery = Delivery::CausalOnce;

    fn prepare(&self, op: &T::Op, site: Site) -> Result<StableEffect<T::Effect>, Refused> {
        let effect = self.inner.prepare(op, site)?;
        Ok(StableEffect { dot: self.next_dot(site.identity)?, durable: self.announced(site.identity), effect })
    }

    fn effect(&mut self, effect: &StableEffect<T::Effect>) {
        if !self.known.covers(effect.dot) {
            self.inner.effect(&effect.effect);
            self.known.raise(effect.dot);
            self.graves.update(&self.inner, |_| Some(effect.dot));
            self.hear(effect.dot.identity, &effect.durable);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::trials::{TagOp, TagSet};
    use super::*;
    use crate::zoo::text::rich::RichText;
    use crate::zoo::text::woot::{CountFirst, Woot};
    use crate::zoo::tree::move_tree::MoveTree;
    use crate::zoo::trials::{draws, through_bytes};

    const MEMBERS: u32 = 3;

    fn layered<T: Tombstones>(inner: &T) -> Stable<T> {
        Stable::new(inner.clone(), (0..MEMBERS).map(Identity))
    }

    /// What came of one history: tombstones without collection and with it.
    #[derive(Default)]
    struct Kept {
        plain: usize,
        collected: usize,
        /// As it ends, after all have told each other all.
        at_last: usize,
    }

    /// Lives through one history of states, once with the layer and once without, and compares the views.
    /// States are sent when they are saved, and arrive late, again, or never; replicas crash and go on from
    /// what they saved.
    fn states<T: Tombstones + StateBased>(seed: u64, fresh: &T, kept: &mut Kept) {
        let mut pick = draws(seed);
        let mut replicas = vec![(layered(fresh), fresh.clone()); MEMBERS as usize];
        let mut saved = replicas.clone();
        let mut sent = replicas.clone();
        let same = |(layered, plain): &(Stable<T>, T)| {
            assert_eq!(layered.view(), plain.view(), "seed {seed}: collection is seen");
        };
        for _ in 0..250 {
            let at = pick(u64::from(MEMBERS)) as usize;
            match pick(24) {
                0..2 => {
                    let site = Site::of(at as u32);
                    let op = replicas[at].1.propose(&mut pick);
                    let answers = (replicas[at].0.apply(&op, site), replicas[at].1.apply(&op, site));
                    assert_eq!(answers.0, answers.1, "seed {seed}: {op:?}");
                }
                2..10 => {
                    replicas[at].0.saved(Identity(at as u32));
                    saved[at] = (through_bytes(&replicas[at].0), replicas[at].1.clone());
                    sent.push(saved[at].clone());
                }
                10 => replicas[at] = saved[at].clone(),
                _ => {
                    // Mostly one of the newer ones.
                    let newest = if pick(8) == 0 { sent.len() } else { sent.len().min(4) };
                    let back = pick(newest as u64);
                    let (layered, plain) = &sent[sent.len() - 1 - back as usize];
                    replicas[at].0.merge(layered);
                    replicas[at].1.merge(plain);
                }
            }
            same(&replicas[at]);
            kept.plain += replicas[at].1.graves().len();
            kept.collected += replicas[at].0.tombstones();
            assert!(replicas[at].0.members.iter().all(|(_, row)| replicas[at].0.known.covers_all(row)));
        }
        for _ in 0..3 {
            for (at, replica) in replicas.iter_mut().enumerate() {
                replica.0.saved(Identity(at as u32));
            }
            for (from, to) in [(0, 1), (1, 2), (2, 0), (0, 1)] {
                let (layered, plain) = replicas[from].clone();
                replicas[to].0.merge(&layered);
                replicas[to].1.merge(&plain);
            }
        }
        replicas.iter().for_each(same);
        kept.at_last += replicas[0].0.tombstones();
    }

    /// The same with operations, in causal order; a quiet member announces by itself.
    fn operations<T: Tombstones + OpBased>(seed: u64, fresh: &T, kept: &mut Kept) {
        let mut pick = draws(seed);
        let mut replicas = vec![(layered(fresh), fresh.clone(), VersionVector::new()); MEMBERS as usize];
        let mut sent = Vec::new();
        for _ in 0..200 {
            let at = pick(u64::from(MEMBERS)) as usize;
            let here = Identity(at as u32);
            let (layered, plain, past) = &mut replicas[at];
            match pick(8) {
                0 => {
                    let op = plain.propose(&mut pick);
                    let (Ok(first), Ok(second)) =
                        (layered.prepare(&op, Site::of(here.0)), plain.prepare(&op, Site::of(here.0)))
                    else {
                        continue;
                    };
                    layered.effect(&first);
                    plain.effect(&second);
                    past.next(here);
                    sent.push((here, past.clone(), through_bytes(&first), second));
                }
                1..3 => layered.saved(here),
                3..5 => {
                    let from = pick(u64::from(MEMBERS)) as usize;
                    let row = replicas[from].0.announced(Identity(from as u32));
                    replicas[at].0.hear(Identity(from as u32), &row);
                }
                _ => {
                    for (from, clock, first, second) in &sent {
                        if past.deliverable(*from, clock) && pick(3) > 0 {
                            layered.effect(first);
                            plain.effect(second);
                            past.raise(Dot { identity: *from, counter: clock.get(*from) });
                        }
                    }
                }
            }
            let (layered, plain, past) = &replicas[at];
            assert_eq!(layered.view(), plain.view(), "seed {seed}: collection is seen");
            assert_eq!(layered.known(), past, "seed {seed}");
            kept.plain += plain.graves().len();
            kept.collected += layered.tombstones();
        }
    }

    #[track_caller]
    fn never_seen<T: Tombstones + StateBased + OpBased>(fresh: &T, at_last: impl Fn(usize) -> bool) {
        let mut kept = Kept::default();
        (0..300).for_each(|seed| states(seed, fresh, &mut kept));
        let Kept { plain, collected, at_last: last } = kept;
        assert!(collected * 4 < plain * 3, "of {plain} tombstones {collected} were kept");
        assert!(at_last(last), "{last} are kept for ever");
        let mut kept = Kept::default();
        (0..300).for_each(|seed| operations(seed, fresh, &mut kept));
        assert!(kept.collected * 4 < kept.plain * 3, "of {} tombstones {} were kept", kept.plain, kept.collected);
    }

    #[test]
    fn collection_from_a_set_of_tags_is_never_seen() {
        never_seen(&TagSet::default(), |last| last == 0);
    }

    #[test]
    fn collection_from_woot_is_never_seen() {
        never_seen(&Woot::<u32>::new(), |last| last < 5000);
        never_seen(&Woot::<u32, CountFirst>::new(), |last| last < 5000);
    }

    #[test]
    fn collection_from_rich_text_is_never_seen() {
        never_seen(&RichText::<u32>::new(), |last| last < 5000);
    }

    #[test]
    fn folding_the_moves_of_a_tree_is_never_seen() {
        never_seen(&MoveTree::<u32>::new(), |last| last == 0);
    }

    /// In how many of many histories it is seen when everything is dropped at once.
    fn seen_when_dropped_at_once<T: Tombstones + StateBased>(fresh: &T) -> usize {
        let history = |seed: &u64| {
            let mut pick = draws(*seed);
            let mut replicas = vec![(fresh.clone(), fresh.clone()); MEMBERS as usize];
            (0..60).any(|_| {
                let [at, from] = [(); 2].map(|()| pick(u64::from(MEMBERS)) as usize);
                if pick(2) == 0 {
                    let op = replicas[at].1.propose(&mut pick);
                    let _refused_after_the_two_have_parted = replicas[at].0.apply(&op, Site::of(at as u32));
                    replicas[at].1.apply(&op, Site::of(at as u32)).is_ok()
                } else {
                    let (hasty, plain) = replicas[from].clone();
                    replicas[at].0.merge(&hasty);
                    replicas[at].1.merge(&plain);
                    true
                };
                replicas[at].0.collect(&|_| true);
                replicas[at].0.view() != replicas[at].1.view()
            })
        };
        (0..200).filter(history).count()
    }

    #[test]
    fn what_is_dropped_too_early_is_missed() {
        assert!(seen_when_dropped_at_once(&TagSet::default()) > 100);
        assert!(seen_when_dropped_at_once(&MoveTree::<u32>::new()) > 100);
        assert!(seen_when_dropped_at_once(&Woot::<u32>::new()) > 10);
        assert!(seen_when_dropped_at_once(&RichText::<u32>::new()) > 10);
    }

    #[test]
    fn a_member_that_is_away_blocks_collection_until_it_is_back() {
        let [mut a, mut b, mut away] = [(); 3].map(|()| layered(&TagSet::default()));
        a.apply(&TagOp::Add(1), Site::of(0)).expect("accepted");
        away.merge(&a);
        a.apply(&TagOp::Remove(1), Site::of(0)).expect("accepted");
        let meet = |a: &mut Stable<TagSet>, b: &mut Stable<TagSet>, members: [u32; 2]| {
            for _ in 0..3 {
                a.saved(Identity(members[0]));
                b.merge(a);
                b.saved(Identity(members[1]));
                a.merge(b);
            }
        };
        meet(&mut a, &mut b, [0, 1]);
        assert_eq!((a.tombstones(), b.tombstones()), (1, 1), "member 2 has not announced anything");
        let old = away.clone();
        meet(&mut away, &mut a, [2, 0]);
        assert_eq!((away.tombstones(), a.tombstones(), b.tombstones()), (0, 0, 1), "b has yet to hear of it");
        b.merge(&a);
        assert_eq!(b.tombstones(), 0);
        b.merge(&old);
        assert_eq!(b.view().len(), 0, "a state from before, on its way for long, brings nothing back");
    }

    #[test]
    fn what_is_not_durable_is_not_stable() {
        let [mut a, mut b] = [(); 2].map(|()| Stable::new(TagSet::default(), [Identity(0), Identity(1)]));
        a.apply(&TagOp::Add(1), Site::of(0)).expect("accepted");
        a.apply(&TagOp::Remove(1), Site::of(0)).expect("accepted");
        a.saved(Identity(0));
        b.merge(&a);
        a.merge(&b);
        assert_eq!((a.tombstones(), a.stable()), (1, VersionVector::new()), "b could still forget it in a crash");
        b.saved(Identity(1));
        a.merge(&b);
        assert_eq!((a.tombstones(), a.stable()), (0, VersionVector::from([2])));
    }

    #[test]
    fn an_announcement_that_outruns_the_updates_is_passed_over() {
        let mut a = layered(&TagSet::default());
        a.hear(Identity(1), &VersionVector::from([0, 3]));
        a.hear(Identity(7), &VersionVector::new());
        assert_eq!(a.announced(Identity(1)), VersionVector::new());
    }
}
