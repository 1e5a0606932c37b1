//! Collection by age: a tombstone goes when it is older than a limit.
//!
//! The layer remembers of each tombstone when it was made, by its maker's clock, and keeps it for twice the
//! limit: once for all to hear of it, and once for hearing what they made before they did. Nobody has to
//! announce anything, and nobody blocks collection. The price is a promise: that within the limit, however
//! clocks differ, what was known anywhere is known everywhere. Who stays away longer may bring back the
//! dead. So a state tells up to which reading of each replica's clock it knows what that replica knew, and
//! [`admits`](Aged::admits) refuses one that has missed more than the limit: whoever sends it is to be
//! wiped, and given a state and a new identity. Of two who have missed each other each refuses the other;
//! which of them stayed away they cannot know.
//!
//! It asks for identities that are not reused, and knowledge without gaps: full states, deltas that go on
//! from what is known, or operations in causal order.

use serde::{Deserialize, Serialize};

use super::Tombstones;
use super::interval::{Interval, Intervals};
use super::noted::Noted;
use crate::base::{Digester, Dot, Identity, Span, Stamp, Time, VersionVector};
use crate::model::Specification;
use crate::replica::{DataType, Delivery, DeltaBased, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;

/// A data type whose tombstones are collected when they are old.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "T: Tombstones", deny_unknown_fields)]
pub struct Aged<T: Tombstones> {
    /// The value, and when each of its tombstones was made, by its maker's clock.
    value: Noted<T, Time>,
    limit: Span,
    /// The latest reading of the clock here.
    now: Time,
    /// All replicas that were heard of, sorted, and from which to which reading of their clocks.
    heard: Vec<Heard>,
}

/// From which to which reading of a replica's clock it was heard of.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heard {
    identity: Identity,
    first: Time,
    last: Time,
}

/// What an operation does everywhere, and when it was asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgedEffect<F> {
    /// The number of the update.
    pub dot: Dot,
    /// What the clock showed there.
    pub at: Time,
    /// What it does to the data type.
    pub effect: F,
}

impl<T: Tombstones> Aged<T> {
    /// Puts the layer on an empty value; all its replicas share the limit.
    pub fn new(inner: T, limit: Span) -> Aged<T> {
        Aged { value: Noted::new(inner), limit, now: Time::START, heard: Vec::new() }
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

    /// Takes note of what the clock shows here, and drops what is too old by now. Asked for now and then,
    /// and before a state is sent.
    pub fn tick(&mut self, here: Site) {
        self.now = self.now.max(here.now);
        // While nobody else was heard of, nobody can have missed anything.
        if self.heard.iter().all(|heard| heard.identity == here.identity) {
            self.heard.clear();
        }
        hear(&mut self.heard, Heard { identity: here.identity, first: self.now, last: self.now });
        self.sweep();
    }

    /// Whether another state may be merged here: whether it knows of each replica's time at most the limit
    /// less than this one does. Who has heard of nobody that was heard of here has nothing to bring back.
    pub fn admits(&self, other: &Aged<T>) -> Result<(), Refused> {
        self.is_in_touch(&other.heard)
    }

    /// The same of a delta, which tells what its makers had heard.
    pub fn admits_delta(&self, delta: &<Aged<T> as DeltaBased>::Delta) -> Result<(), Refused>
    where
        T: DeltaBased,
    {
        delta.iter().try_for_each(|interval| self.is_in_touch(&interval.rows))
    }

    fn is_in_touch(&self, heard: &[Heard]) -> Result<(), Refused> {
        if self.heard.iter().all(|ours| last(heard, ours.identity).is_none()) {
            return Ok(());
        }
        for ours in &self.heard {
            let missed = ours.last.since(last(heard, ours.identity).unwrap_or(ours.first));
            if missed > self.limit {
                return Err(Refused::because(format!(
                    "the state has missed {missed} of {}, and {} at most is allowed: wipe its replica, and give it \
                     a state and a new identity",
                    ours.identity, self.limit
                )));
            }
        }
        Ok(())
    }

    fn sweep(&mut self) {
        let (now, kept) = (self.now, self.limit + self.limit);
        self.value.sweep(|made| now.since(made) > kept);
    }
}

fn last(heard: &[Heard], identity: Identity) -> Option<Time> {
    let found = heard.binary_search_by_key(&identity, |heard| heard.identity);
    found.ok().map(|row| heard[row].last)
}

fn hear(heard: &mut Vec<Heard>, news: Heard) {
    match heard.binary_search_by_key(&news.identity, |heard| heard.identity) {
        Ok(row) => {
            let heard = &mut heard[row];
            (heard.first, heard.last) = (heard.first.min(news.first), heard.last.max(news.last));
        }
        Err(row) => heard.insert(row, news),
    }
}

impl<T: Tombstones> Clone for Aged<T> {
    fn clone(&self) -> Aged<T> {
        Aged { value: self.value.clone(), heard: self.heard.clone(), ..*self }
    }

    fn clone_from(&mut self, source: &Aged<T>) {
        self.value.clone_from(&source.value);
        self.heard.clone_from(&source.heard);
        (self.limit, self.now) = (source.limit, source.now);
    }
}

/// What the data type must show: collection is never seen.
impl<T: Tombstones + Specified> Specified for Aged<T> {
    fn specification(&self) -> Specification<T::Op, T::View> {
        self.value.inner.specification()
    }
}

impl<T: Tombstones> DataType for Aged<T> {
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
}

/// A merge trusts that [`admits`](Aged::admits) was asked. A state that brings no news is not merged: it may
/// hold alive what has been collected since.
impl<T: Tombstones + StateBased> StateBased for Aged<T> {
    fn apply(&mut self, op: &T::Op, site: Site) -> Result<(), Refused> {
        self.value.apply(op, site, |_| site.now)?;
        self.tick(site);
        Ok(())
    }

    fn merge(&mut self, other: &Aged<T>) {
        self.value.merge(&other.value);
        other.heard.iter().for_each(|heard| hear(&mut self.heard, *heard));
        self.sweep();
    }
}

/// A delta is joined as far as it goes on from what is known; the rest of it is passed over. Joining trusts
/// that [`admits_delta`](Aged::admits_delta) was asked.
impl<T: Tombstones + DeltaBased> DeltaBased for Aged<T> {
    type Delta = Intervals<T::Delta, T::Grave, Time, Vec<Heard>>;

    fn mutate(&mut self, op: &T::Op, site: Site) -> Result<Self::Delta, Refused> {
        let interval = self.value.mutate(op, site, |_| site.now)?;
        self.tick(site);
        Ok(Intervals::of(Interval { rows: self.heard.clone(), ..interval }))
    }

    fn join(&mut self, delta: &Self::Delta) {
        for interval in delta.in_turn(&self.value.known) {
            self.value.join(interval);
            interval.rows.iter().for_each(|heard| hear(&mut self.heard, *heard));
        }
        self.sweep();
    }

    fn combine(into: &mut Self::Delta, other: &Self::Delta) {
        into.combine(other, T::combine, |ours, theirs| theirs.iter().for_each(|heard| hear(ours, *heard)));
    }

    fn whole(&self) -> Self::Delta {
        self.value.whole(self.heard.clone())
    }
}

impl<T: Tombstones + OpBased> OpBased for Aged<T> {
    type Effect = AgedEffect<T::Effect>;

    /// Whatever the data type asks for: hearing of a moment means knowing all that was known then.
    const DELIVERY: Delivery = Delivery::CausalOnce;

    fn prepare(&self, op: &T::Op, site: Site) -> Result<AgedEffect<T::Effect>, Refused> {
        let effect = self.value.inner.prepare(op, site)?;
        Ok(AgedEffect { dot: self.value.next(site.identity)?, at: site.now, effect })
    }

    fn effect(&mut self, effect: &AgedEffect<T::Effect>) {
        if self.value.effect(effect.dot, &effect.effect, effect.at) {
            hear(&mut self.heard, Heard { identity: effect.dot.identity, first: effect.at, last: effect.at });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::in_touch::{LIMIT, in_touch};
    use super::*;
    use crate::model::set::SetOp;
    use crate::zoo::set::{Bias, LwwSet, TaggedOrSet};
    use crate::zoo::text::fugue::Fugue;
    use crate::zoo::text::fugue_max::FugueMax;
    use crate::zoo::text::rga::Rga;
    use crate::zoo::text::rich::RichText;
    use crate::zoo::text::woot::Woot;
    use crate::zoo::text::yata::Yata;
    use crate::zoo::tree::move_tree::MoveTree;
    use crate::zoo::trials::through_bytes;

    fn on_day(site: u32, day: u64) -> Site {
        Site::of(site).at(Span::days(day).0)
    }

    fn fresh() -> Aged<TaggedOrSet<u32>> {
        Aged::new(TaggedOrSet::<u32>::new(), LIMIT)
    }

    /// Both say what day it is and tell each other all.
    #[track_caller]
    fn meet(a: &mut Aged<TaggedOrSet<u32>>, b: &mut Aged<TaggedOrSet<u32>>, sites: [u32; 2], day: u64) {
        a.tick(on_day(sites[0], day));
        b.tick(on_day(sites[1], day));
        let before = a.clone();
        assert_eq!((a.admits(b), b.admits(&before)), (Ok(()), Ok(())));
        a.merge(b);
        b.merge(&before);
    }

    /// Three who met on day 0; on day 1 the first removes what all have, and the third stays away.
    fn one_stays_away() -> [Aged<TaggedOrSet<u32>>; 3] {
        let [mut a, mut b, mut away] = [(); 3].map(|()| fresh());
        a.apply(&SetOp::Add(1), on_day(0, 0)).expect("accepted");
        meet(&mut a, &mut away, [0, 2], 0);
        a.apply(&SetOp::Remove(1), on_day(0, 1)).expect("accepted");
        for day in (1..=61).step_by(10) {
            meet(&mut a, &mut b, [0, 1], day);
            assert_eq!((a.tombstones(), b.tombstones()), (1, 1), "day {day}");
        }
        meet(&mut a, &mut b, [0, 1], 62);
        assert_eq!((a.tombstones(), b.tombstones()), (0, 0));
        [a, b, away]
    }

    #[test]
    fn who_stays_away_longer_is_refused_and_would_bring_back_the_dead() {
        let [a, mut b, mut away] = one_stays_away();
        away.tick(on_day(2, 62));
        assert_eq!(
            b.admits(&away).expect_err("it was away too long").to_string(),
            "the state has missed 62d of i0, and 30d at most is allowed: wipe its replica, and give it a state \
             and a new identity"
        );
        assert!(away.admits(&a).is_err(), "which of two stayed away they cannot know");
        away.apply(&SetOp::Add(2), on_day(2, 62)).expect("accepted");
        b.merge(&away);
        assert_eq!(b.view(), BTreeSet::from([1, 2]), "merged all the same, it brings back what was removed");
    }

    #[test]
    fn who_is_wiped_and_gets_a_state_and_a_new_identity_is_one_of_them_again() {
        let [mut a, mut b, _] = one_stays_away();
        let mut anew = fresh();
        meet(&mut anew, &mut a, [3, 0], 63);
        meet(&mut anew, &mut b, [3, 1], 64);
        assert_eq!(anew.view().len(), 0);
    }

    #[test]
    fn who_was_alone_has_nothing_to_bring_back() {
        let [mut a, mut b] = [(); 2].map(|()| fresh());
        a.apply(&SetOp::Add(1), on_day(0, 3)).expect("accepted");
        b.apply(&SetOp::Add(2), on_day(1, 90)).expect("accepted");
        meet(&mut a, &mut b, [0, 1], 100);
        assert_eq!(a.view(), b.view());
    }

    #[test]
    fn operations_carry_the_time_of_their_tombstones() {
        let [mut a, mut b] = [(); 2].map(|()| fresh());
        for (op, day) in [(SetOp::Add(1), 0), (SetOp::Remove(1), 5)] {
            let effect = through_bytes(&a.prepare(&op, on_day(0, day)).expect("accepted"));
            a.effect(&effect);
            b.effect(&effect);
        }
        for (day, expected) in [(65, 1), (66, 0)] {
            a.tick(on_day(0, day));
            b.tick(on_day(1, day));
            assert_eq!((a.tombstones(), b.tombstones()), (expected, expected), "day {day}");
        }
    }

    /// Of all tombstones at most so many in a hundred are kept.
    #[track_caller]
    fn never_seen<T: Tombstones + DeltaBased>(fresh: &T, left: usize) {
        let sums = (0..120).map(|seed| in_touch(seed, fresh));
        let (plain, kept) = sums.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));

        assert!(kept * 100 < plain * left, "of {plain} tombstones {kept} were kept");
    }

    #[test]
    fn who_stays_in_touch_never_sees_collection_from_a_set() {
        never_seen(&TaggedOrSet::<u32>::new(), 75);
        never_seen(&LwwSet::<u32>::new(Bias::Add), 98);
        never_seen(&LwwSet::<u32>::new(Bias::Remove), 98);
    }

    #[test]
    fn who_stays_in_touch_never_sees_collection_from_a_list() {
        never_seen(&Woot::<u32>::new(), 90);
        never_seen(&RichText::<u32>::new(), 90);
        never_seen(&Rga::<u32>::new(), 80);
        never_seen(&Yata::<u32>::new(), 97);
        never_seen(&Fugue::<u32>::new(), 97);
        never_seen(&FugueMax::<u32>::new(), 97);
    }

    #[test]
    fn who_stays_in_touch_never_sees_the_moves_of_a_tree_being_folded() {
        never_seen(&MoveTree::<u32>::new(), 75);
    }

    #[test]
    fn a_delta_from_one_who_stays_away_longer_is_refused_too() {
        let [_, b, mut away] = one_stays_away();
        let late = away.mutate(&SetOp::Add(3), on_day(2, 62)).expect("accepted");
        assert!(b.admits_delta(&late).is_err());
        assert!(b.admits_delta(&away.whole()).is_err());
    }
}
