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

use serde::{Deserialize, Serialize};

use super::Tombstones;
use super::ledger::Ledger;
use crate::base::{Digester, Identity, Span, Time};
use crate::replica::{DataType, Delivery, OpBased, Refused, Site, StateBased};

/// A data type whose tombstones are collected when they are old.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "T: Tombstones", deny_unknown_fields)]
pub struct Aged<T: Tombstones> {
    inner: T,
    limit: Span,
    /// The latest reading of the clock here.
    now: Time,
    /// All replicas that were heard of, sorted, and from which to which reading of their clocks.
    heard: Vec<Heard>,
    /// When each tombstone was made, by its maker's clock.
    graves: Ledger<T::Grave, Time>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Heard {
    identity: Identity,
    first: Time,
    last: Time,
}

/// What an operation does everywhere, and when it was asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgedEffect<F> {
    /// By whom.
    pub by: Identity,
    /// What the clock showed there.
    pub at: Time,
    /// What it does to the data type.
    pub effect: F,
}

impl<T: Tombstones> Aged<T> {
    /// Puts the layer on an empty value; all its replicas share the limit.
    pub fn new(inner: T, limit: Span) -> Aged<T> {
        Aged { inner, limit, now: Time::START, heard: Vec::new(), graves: Ledger::new() }
    }

    /// The value under the layer.
    pub fn inner(&self) -> &T {
        &self.inner
    }

    /// How many tombstones there are.
    pub fn tombstones(&self) -> usize {
        self.graves.len()
    }

    /// Takes note of what the clock shows here, and drops what is too old by now. Asked for now and then,
    /// and before a state is sent.
    pub fn tick(&mut self, here: Site) {
        self.now = self.now.max(here.now);
        // While nobody else was heard of, nobody can have missed anything.
        if self.heard.iter().all(|heard| heard.identity == here.identity) {
            self.heard.clear();
        }
        self.hear(Heard { identity: here.identity, first: self.now, last: self.now });
        self.sweep();
    }

    /// Whether another state may be merged here: whether it knows of each replica's time at most the limit
    /// less than this one does. Who has heard of nobody that was heard of here has nothing to bring back.
    pub fn admits(&self, other: &Aged<T>) -> Result<(), Refused> {
        if self.heard.iter().all(|ours| other.last(ours.identity).is_none()) {
            return Ok(());
        }
        for ours in &self.heard {
            let missed = ours.last.since(other.last(ours.identity).unwrap_or(ours.first));
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

    fn last(&self, identity: Identity) -> Option<Time> {
        let found = self.heard.binary_search_by_key(&identity, |heard| heard.identity);
        found.ok().map(|row| self.heard[row].last)
    }

    fn hear(&mut self, news: Heard) {
        match self.heard.binary_search_by_key(&news.identity, |heard| heard.identity) {
            Ok(row) => {
                let heard = &mut self.heard[row];
                (heard.first, heard.last) = (heard.first.min(news.first), heard.last.max(news.last));
            }
            Err(row) => self.heard.insert(row, news),
        }
    }

    fn sweep(&mut self) {
        let (now, kept) = (self.now, self.limit + self.limit);
        self.graves.sweep(&mut self.inner, |made| now.since(made) > kept);
    }
}

impl<T: Tombstones> Clone for Aged<T> {
    fn clone(&self) -> Aged<T> {
        Aged { inner: self.inner.clone(), heard: self.heard.clone(), graves: self.graves.clone(), ..*self }
    }

    fn clone_from(&mut self, source: &Aged<T>) {
        self.inner.clone_from(&source.inner);
        self.heard.clone_from(&source.heard);
        self.graves.clone_from(&source.graves);
        (self.limit, self.now) = (source.limit, source.now);
    }
}

impl<T: Tombstones> DataType for Aged<T> {
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

/// A merge trusts that [`admits`](Aged::admits) was asked.
impl<T: Tombstones + StateBased> StateBased for Aged<T> {
    fn apply(&mut self, op: &T::Op, site: Site) -> Result<(), Refused> {
        self.inner.apply(op, site)?;
        self.graves.update(&self.inner, |_| Some(site.now));
        self.tick(site);
        Ok(())
    }

    fn merge(&mut self, other: &Aged<T>) {
        self.inner.merge(&other.inner);
        self.graves.update(&self.inner, |grave| other.graves.get(grave));
        other.heard.iter().for_each(|heard| self.hear(*heard));
        self.sweep();
    }
}

impl<T: Tombstones + OpBased> OpBased for Aged<T> {
    type Effect = AgedEffect<T::Effect>;

    /// Whatever the data type asks for: hearing of a moment means knowing all that was known then.
    const DELIVERY: Delivery = Delivery::CausalOnce;

    fn prepare(&self, op: &T::Op, site: Site) -> Result<AgedEffect<T::Effect>, Refused> {
        Ok(AgedEffect { by: site.identity, at: site.now, effect: self.inner.prepare(op, site)? })
    }

    fn effect(&mut self, effect: &AgedEffect<T::Effect>) {
        self.inner.effect(&effect.effect);
        self.graves.update(&self.inner, |_| Some(effect.at));
        self.hear(Heard { identity: effect.by, first: effect.at, last: effect.at });
    }
}

#[cfg(test)]
mod tests {
    use super::super::trials::{TagOp, TagSet};
    use super::*;
    use crate::zoo::text::rich::RichText;
    use crate::zoo::text::woot::Woot;
    use crate::zoo::tree::move_tree::MoveTree;
    use crate::zoo::trials::{draws, through_bytes};

    const LIMIT: Span = Span::days(30);

    fn on_day(site: u32, day: u64) -> Site {
        Site::of(site).at(Span::days(day).0)
    }

    fn fresh() -> Aged<TagSet> {
        Aged::new(TagSet::default(), LIMIT)
    }

    /// Both say what day it is and tell each other all.
    #[track_caller]
    fn meet(a: &mut Aged<TagSet>, b: &mut Aged<TagSet>, sites: [u32; 2], day: u64) {
        a.tick(on_day(sites[0], day));
        b.tick(on_day(sites[1], day));
        let before = a.clone();
        assert_eq!((a.admits(b), b.admits(&before)), (Ok(()), Ok(())));
        a.merge(b);
        b.merge(&before);
    }

    /// Three who met on day 0; on day 1 the first removes what all have, and the third stays away.
    fn one_stays_away() -> [Aged<TagSet>; 3] {
        let [mut a, mut b, mut away] = [(); 3].map(|()| fresh());
        a.apply(&TagOp::Add(1), on_day(0, 0)).expect("accepted");
        meet(&mut a, &mut away, [0, 2], 0);
        a.apply(&TagOp::Remove(1), on_day(0, 1)).expect("accepted");
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
        b.merge(&away);
        assert_eq!(b.view().len(), 1, "merged all the same, it brings back what was removed");
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
        a.apply(&TagOp::Add(1), on_day(0, 3)).expect("accepted");
        b.apply(&TagOp::Add(2), on_day(1, 90)).expect("accepted");
        meet(&mut a, &mut b, [0, 1], 100);
        assert_eq!(a.view(), b.view());
    }

    #[test]
    fn operations_carry_the_time_of_their_tombstones() {
        let [mut a, mut b] = [(); 2].map(|()| fresh());
        for (op, day) in [(TagOp::Add(1), 0), (TagOp::Remove(1), 5)] {
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

    /// Lives through one history in which all tell each other all within the limit, once with the layer and
    /// once without, and compares the views. Old states arrive as well, as long as they are admitted.
    fn in_touch<T: Tombstones + StateBased>(seed: u64, fresh: &T) -> (usize, usize) {
        let mut pick = draws(seed);
        let mut replicas = vec![(Aged::new(fresh.clone(), LIMIT), fresh.clone()); 3];
        let mut sent = Vec::new();
        let (mut plain_kept, mut kept) = (0, 0);
        for hour in (0u64..24 * 360).step_by(36) {
            let at = pick(3) as usize;
            // Their clocks differ by up to two days.
            let site = |at: usize| Site::of(at as u32).at(Span::hours(hour + 24 * at as u64).0);
            let (aged, plain) = &mut replicas[at];
            aged.tick(site(at));
            match pick(4) {
                0 | 1 => {
                    let op = plain.propose(&mut pick);
                    assert_eq!(aged.apply(&op, site(at)), plain.apply(&op, site(at)), "seed {seed}: {op:?}");
                }
                2 => sent.push((through_bytes(aged), plain.clone())),
                _ if sent.is_empty() => {}
                _ => {
                    let (other, others) = &sent[pick(sent.len() as u64) as usize];
                    if aged.admits(other).is_ok() {
                        aged.merge(other);
                        plain.merge(others);
                    }
                }
            }
            if hour % (24 * 12) == 0 {
                (0..3).for_each(|at| replicas[at].0.tick(site(at)));
                for (from, to) in [(0, 1), (1, 2), (2, 0), (0, 1)] {
                    let (other, others) = replicas[from].clone();
                    assert_eq!(replicas[to].0.admits(&other), Ok(()), "seed {seed}");
                    replicas[to].0.merge(&other);
                    replicas[to].1.merge(&others);
                }
            }
            for (aged, plain) in &replicas {
                assert_eq!(aged.view(), plain.view(), "seed {seed}: collection is seen");
                plain_kept += plain.graves().len();
                kept += aged.tombstones();
            }
        }
        (plain_kept, kept)
    }

    #[test]
    fn who_stays_in_touch_never_sees_collection() {
        #[track_caller]
        fn never_seen<T: Tombstones + StateBased>(fresh: &T) {
            let sums = (0..150).map(|seed| in_touch(seed, fresh));
            let (plain, kept) = sums.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
            assert!(kept * 4 < plain * 3, "of {plain} tombstones {kept} were kept");
        }
        never_seen(&TagSet::default());
        never_seen(&Woot::<u32>::new());
        never_seen(&RichText::<u32>::new());
        never_seen(&MoveTree::<u32>::new());
    }
}
