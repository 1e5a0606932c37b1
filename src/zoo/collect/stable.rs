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
//! deltas that go on from what is known, or operations in causal order. Nothing that was announced may be lost
//! in a crash.

use serde::{Deserialize, Serialize};

use super::Tombstones;
use super::interval::{Interval, Intervals};
use super::noted::Noted;
use crate::base::{Digester, Dot, Identity, Stamp, VersionVector};
use crate::model::Specification;
use crate::replica::{DataType, Delivery, DeltaBased, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;

/// A data type whose tombstones are collected when they are stable.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "T: Tombstones", deny_unknown_fields)]
pub struct Stable<T: Tombstones> {
    /// The value, and the update that made each of its tombstones.
    value: Noted<T, Dot>,
    /// Who has to know, sorted, and what each has announced. No row exceeds what is known here.
    members: Announced,
    /// Whether what is known here is durable before anything can be seen of it.
    saved_before_seen: bool,
}

/// What members have announced that they know durably, sorted by member.
type Announced = Vec<(Identity, VersionVector)>;

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
        Stable { value: Noted::new(inner), members, saved_before_seen: false }
    }

    /// The same where whoever keeps the value sees to it that what it knows is durable before anything can be
    /// seen of it, and before anything leaves. Then a member announces with each of its updates all that it
    /// knows, and [`saved`](Stable::saved) is for those who have nothing to write.
    pub fn saved_before_seen(self) -> Stable<T> {
        Stable { saved_before_seen: true, ..self }
    }

    /// The value under the layer.
    pub fn inner(&self) -> &T {
        &self.value.inner
    }

    /// The updates known here.
    pub fn known(&self) -> &VersionVector {
        &self.value.known
    }

    /// How many tombstones there are.
    pub fn tombstones(&self) -> usize {
        self.value.tombstones()
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
        let known = self.value.known.clone();
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
            && self.value.known.covers_all(durable)
        {
            self.members[row].1.merge(durable);
            self.sweep();
        }
    }

    fn row(&self, member: Identity) -> Option<usize> {
        self.members.binary_search_by_key(&member, |(member, _)| *member).ok()
    }

    /// After an update that was made here.
    fn updated(&mut self, here: Identity) {
        if self.saved_before_seen {
            self.saved(here);
        }
    }

    fn sweep(&mut self) {
        let stable = self.stable();
        self.value.sweep(|made| stable.covers(made));
    }
}

impl<T: Tombstones> Clone for Stable<T> {
    fn clone(&self) -> Stable<T> {
        Stable { value: self.value.clone(), members: self.members.clone(), ..*self }
    }

    fn clone_from(&mut self, source: &Stable<T>) {
        self.value.clone_from(&source.value);
        self.members.clone_from(&source.members);
        self.saved_before_seen = source.saved_before_seen;
    }
}

/// What the data type must show: collection is never seen.
impl<T: Tombstones + Specified> Specified for Stable<T> {
    fn specification(&self) -> Specification<T::Op, T::View> {
        self.value.inner.specification()
    }
}

impl<T: Tombstones> DataType for Stable<T> {
    type Op = T::Op;
    type View = T::View;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> T::Op {
        self.value.inner.propose(pick)
    }

    fn view(&self) -> T::View {
        self.value.inner.view()
    }

    fn digest(&self, digester: &mut Digester) {
        self.value.inner.digest(digester);
    }

    fn latest_stamp(&self) -> Option<Stamp> {
        self.value.inner.latest_stamp()
    }

    fn stable(&self) -> Option<VersionVector> {
        Some(self.stable())
    }
}

impl<T: Tombstones + StateBased> StateBased for Stable<T> {
    fn apply(&mut self, op: &T::Op, site: Site) -> Result<(), Refused> {
        self.value.apply(op, site, |dot| dot)?;
        self.updated(site.identity);
        Ok(())
    }

    fn merge(&mut self, other: &Stable<T>) {
        self.value.merge(&other.value);
        for (member, row) in &other.members {
            if let Some(ours) = self.row(*member) {
                self.members[ours].1.merge(row);
            }
        }
        self.sweep();
    }
}

/// A delta is joined as far as it goes on from what is known; the rest of it is passed over.
impl<T: Tombstones + DeltaBased> DeltaBased for Stable<T> {
    type Delta = Intervals<T::Delta, T::Grave, Dot, Announced>;

    fn mutate(&mut self, op: &T::Op, site: Site) -> Result<Self::Delta, Refused> {
        let interval = self.value.mutate(op, site, |dot| dot)?;
        self.updated(site.identity);
        let rows = vec![(site.identity, self.announced(site.identity))];
        Ok(Intervals::of(Interval { rows, ..interval }))
    }

    fn join(&mut self, delta: &Self::Delta) {
        for interval in delta.in_turn(&self.value.known) {
            self.value.join(interval);
            for (member, durable) in &interval.rows {
                self.hear(*member, durable);
            }
        }
    }

    fn combine(into: &mut Self::Delta, other: &Self::Delta) {
        into.combine(other, T::combine, |ours, theirs| {
            for (member, durable) in theirs {
                match ours.binary_search_by_key(member, |(member, _)| *member) {
                    Ok(row) => ours[row].1.merge(durable),
                    Err(row) => ours.insert(row, (*member, durable.clone())),
                }
            }
        });
    }

    fn whole(&self) -> Self::Delta {
        self.value.whole(self.members.clone())
    }
}

impl<T: Tombstones + OpBased> OpBased for Stable<T> {
    type Effect = StableEffect<T::Effect>;

    /// Whatever the data type asks for: announcements must not outrun updates.
    const DELIVERY: Delivery = Delivery::CausalOnce;

    fn prepare(&self, op: &T::Op, site: Site) -> Result<StableEffect<T::Effect>, Refused> {
        let effect = self.value.inner.prepare(op, site)?;
        let dot = self.value.next(site.identity)?;
        let mut durable = self.announced(site.identity);
        if self.saved_before_seen {
            durable.clone_from(&self.value.known);
            durable.raise(dot);
        }
        Ok(StableEffect { dot, durable, effect })
    }

    fn effect(&mut self, effect: &StableEffect<T::Effect>) {
        if self.value.effect(effect.dot, &effect.effect, effect.dot) {
            self.hear(effect.dot.identity, &effect.durable);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::trials::{Kept, MEMBERS, Way, away, dropped_at_once, layered, lived};
    use super::*;
    use crate::model::set::SetOp;
    use crate::zoo::set::{Bias, LwwSet, TaggedOrSet};
    use crate::zoo::text::fugue::Fugue;
    use crate::zoo::text::fugue_max::FugueMax;
    use crate::zoo::text::rga::Rga;
    use crate::zoo::text::rich::RichText;
    use crate::zoo::text::woot::{CountFirst, Woot};
    use crate::zoo::text::yata::Yata;
    use crate::zoo::tree::move_tree::MoveTree;

    /// Lives through hundreds of histories in every form, in which collection must never be seen, and of all
    /// tombstones at most so many in a hundred may be left when all have told each other all.
    #[track_caller]
    fn never_seen<T: Tombstones + DeltaBased + OpBased>(fresh: &T, left: usize) {
        for way in [Way::States, Way::Deltas, Way::Operations] {
            let mut kept = Kept::default();
            (0..300).for_each(|seed| lived(way, seed, fresh, &mut kept));
            let Kept { plain, collected, plain_at_last, at_last, plain_bytes, bytes, .. } = kept;
            assert!(collected < plain, "{way:?}: of {plain} tombstones {collected} were kept on the way");
            assert!(at_last * 100 <= plain_at_last * left, "{way:?}: of {plain_at_last} {at_last} are kept for ever");
            assert!(bytes < plain_bytes, "{way:?}: {bytes} bytes are left of {plain_bytes}");
        }
        away(fresh);
    }

    #[test]
    fn collection_from_an_or_set_with_tombstones_is_never_seen() {
        never_seen(&TaggedOrSet::<u32>::new(), 0);
    }

    #[test]
    fn collection_from_an_lww_set_is_never_seen_where_clocks_follow_causality() {
        never_seen(&LwwSet::<u32>::new(Bias::Add), 0);
        never_seen(&LwwSet::<u32>::new(Bias::Remove), 0);
    }

    #[test]
    fn collection_from_woot_is_never_seen() {
        never_seen(&Woot::<u32>::new(), 60);
        never_seen(&Woot::<u32, CountFirst>::new(), 60);
    }

    #[test]
    fn collection_from_rga_is_never_seen() {
        never_seen(&Rga::<u32>::new(), 40);
    }

    #[test]
    fn collection_from_yata_is_never_seen() {
        never_seen(&Yata::<u32>::new(), 90);
    }

    #[test]
    fn collection_from_fugue_is_never_seen() {
        never_seen(&Fugue::<u32>::new(), 90);
    }

    #[test]
    fn collection_from_fugue_max_is_never_seen() {
        never_seen(&FugueMax::<u32>::new(), 90);
    }

    #[test]
    fn collection_from_rich_text_is_never_seen() {
        never_seen(&RichText::<u32>::new(), 70);
    }

    #[test]
    fn folding_the_moves_of_a_tree_is_never_seen() {
        never_seen(&MoveTree::<u32>::new(), 0);
    }

    #[test]
    fn what_is_dropped_too_early_is_missed() {
        for (seen, at_least) in [
            (dropped_at_once(&TaggedOrSet::<u32>::new()), 100),
            (dropped_at_once(&LwwSet::<u32>::new(Bias::Add)), 100),
            (dropped_at_once(&MoveTree::<u32>::new()), 100),
            (dropped_at_once(&Woot::<u32>::new()), 10),
            (dropped_at_once(&RichText::<u32>::new()), 10),
            (dropped_at_once(&Rga::<u32>::new()), 10),
            (dropped_at_once(&Yata::<u32>::new()), 10),
            (dropped_at_once(&Fugue::<u32>::new()), 10),
            (dropped_at_once(&FugueMax::<u32>::new()), 10),
        ] {
            assert!(seen > at_least, "it is seen in {seen} of 200 histories");
        }
    }

    #[test]
    fn a_clock_that_lags_makes_collection_from_an_lww_set_seen() {
        let (mut plain, mut set) = (LwwSet::new(Bias::Add), Stable::new(LwwSet::new(Bias::Add), [Identity(0)]));
        for (op, at) in [(SetOp::Add('a'), 5), (SetOp::Remove('a'), 7), (SetOp::Add('a'), 6)] {
            plain.apply(&op, Site::of(0).at(at)).expect("accepted");
            set.apply(&op, Site::of(0).at(at)).expect("accepted");
            set.saved(Identity(0));
        }
        assert_eq!((plain.view().len(), set.view().len()), (0, 1), "contrary to its contract the clock went back");
    }

    #[test]
    fn a_state_from_before_that_was_on_its_way_for_long_brings_nothing_back() {
        let [mut a, mut b] = [(); 2].map(|()| layered(&TaggedOrSet::<char>::new()));
        let mut third = a.clone();
        a.apply(&SetOp::Add('a'), Site::of(0)).expect("accepted");
        let old = a.clone();
        a.apply(&SetOp::Remove('a'), Site::of(0)).expect("accepted");
        for _ in 0..2 {
            a.saved(Identity(0));
            b.merge(&a);
            b.saved(Identity(1));
            third.merge(&b);
            third.saved(Identity(2));
            a.merge(&third);
        }
        assert_eq!((a.tombstones(), a.inner().tombstones()), (0, 0));
        a.merge(&old);
        a.join(&old.whole());
        assert_eq!(a.view().len(), 0);
    }

    #[test]
    fn a_delta_is_joined_where_all_is_known_that_it_comes_after() {
        let [mut a, mut b] = [(); 2].map(|()| layered(&TaggedOrSet::<char>::new()));
        let ops = [SetOp::Add('a'), SetOp::Add('b'), SetOp::Remove('a')];
        let [first, second, third] = ops.map(|op| a.mutate(&op, Site::of(0)).expect("accepted"));
        b.join(&second);
        assert_eq!((b.known().sum(), second.fits(b.known())), (0, false));
        let mut group = third.clone();
        Stable::<TaggedOrSet<char>>::combine(&mut group, &first);
        b.join(&group);
        assert_eq!((b.known().sum(), group.fits(&VersionVector::new())), (1, false), "what lies behind the gap waits");
        Stable::<TaggedOrSet<char>>::combine(&mut group, &second);
        assert!(group.fits(&VersionVector::new()));
        b.join(&group);
        assert_eq!((b.view(), b.known(), b.tombstones()), (a.view(), a.known(), 1));
    }

    #[test]
    fn what_is_not_durable_is_not_stable() {
        let [mut a, mut b] = [(); 2].map(|()| Stable::new(TaggedOrSet::<char>::new(), [Identity(0), Identity(1)]));
        a.apply(&SetOp::Add('a'), Site::of(0)).expect("accepted");
        a.apply(&SetOp::Remove('a'), Site::of(0)).expect("accepted");
        a.saved(Identity(0));
        b.merge(&a);
        a.merge(&b);
        assert_eq!((a.tombstones(), a.stable()), (1, VersionVector::new()), "b could still forget it in a crash");
        b.saved(Identity(1));
        a.merge(&b);
        assert_eq!((a.tombstones(), a.stable()), (0, VersionVector::from([2])));
    }

    #[test]
    fn where_all_is_saved_before_it_is_seen_a_member_announces_with_each_update() {
        let fresh = Stable::new(TaggedOrSet::<char>::new(), [Identity(0), Identity(1)]).saved_before_seen();
        let ops = [SetOp::Add('a'), SetOp::Remove('a')];
        let answer = SetOp::Add('b');
        let kept = |a: &Stable<TaggedOrSet<char>>, b: &Stable<TaggedOrSet<char>>| (a.tombstones(), b.tombstones());

        let [mut a, mut b] = [fresh.clone(), fresh.clone()];
        ops.iter().for_each(|op| b.join(&a.mutate(op, Site::of(0)).expect("accepted")));
        assert_eq!(kept(&a, &b), (1, 1));
        a.join(&b.mutate(&answer, Site::of(1)).expect("accepted"));
        assert_eq!(kept(&a, &b), (0, 0), "by deltas");

        let [mut a, mut b] = [fresh.clone(), fresh.clone()];
        for (op, writer) in ops.iter().chain([&answer]).zip([0, 0, 1]) {
            let effect = if writer == 0 { &a } else { &b }.prepare(op, Site::of(writer)).expect("accepted");
            a.effect(&effect);
            b.effect(&effect);
        }
        assert_eq!(kept(&a, &b), (0, 0), "by effects");

        let [mut a, mut b] = [fresh.clone(), fresh];
        ops.iter().for_each(|op| a.apply(op, Site::of(0)).expect("accepted"));
        b.merge(&a);
        b.apply(&answer, Site::of(1)).expect("accepted");
        a.merge(&b);
        assert_eq!(kept(&a, &b), (0, 0), "by states");
    }

    #[test]
    fn an_announcement_that_outruns_the_updates_is_passed_over() {
        let mut a = layered(&TaggedOrSet::<char>::new());
        a.hear(Identity(1), &VersionVector::from([0, 3]));
        a.hear(Identity(MEMBERS + 4), &VersionVector::new());
        assert_eq!(a.announced(Identity(1)), VersionVector::new());
    }
}
