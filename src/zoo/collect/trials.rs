//! For tests only: histories that three members live through with and without collection, which must never
//! be seen, and what was kept in them.

use super::{Stable, Tombstones};
use crate::base::{Dot, Identity, VersionVector};
use crate::replica::{DataType, DeltaBased, OpBased, Refused, Site, StateBased};
use crate::zoo::trials::{draws, through_bytes};

pub(super) const MEMBERS: u32 = 3;
const COUNT: usize = MEMBERS as usize;

/// A value that all members begin with, under the layer.
pub(super) fn layered<T: Tombstones>(fresh: &T) -> Stable<T> {
    Stable::new(fresh.clone(), (0..MEMBERS).map(Identity))
}

/// What came of histories: tombstones without collection and with it.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Of the latest history.
    seed: u64,
    pub(super) plain: usize,
    pub(super) collected: usize,
    /// As it ends, after all have told each other all.
    pub(super) plain_at_last: usize,
    pub(super) at_last: usize,
    /// The size of the value then.
    pub(super) plain_bytes: usize,
    pub(super) bytes: usize,
}

/// How members tell each other what happened.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    /// By states, which are sent when they are saved, and arrive late, again, or never. Members crash and go on
    /// from what they saved.
    States,
    /// By deltas: in groups that go on from what was acknowledged, without echo, also late and again; one by
    /// one, as somebody lacks them; and whole.
    Deltas,
    /// By effects in causal order.
    Operations,
}

/// A member: its value with collection and without, and a clock that is ahead of all it heard of.
#[derive(Clone)]
struct Member<T: Tombstones> {
    layered: Stable<T>,
    plain: T,
    clock: u64,
}

type LayeredDelta<T> = <Stable<T> as DeltaBased>::Delta;

/// A delta for both values.
struct Told<T: Tombstones + DeltaBased> {
    layered: LayeredDelta<T>,
    plain: T::Delta,
    clock: u64,
}

impl<T: Tombstones + DeltaBased> Clone for Told<T> {
    fn clone(&self) -> Told<T> {
        Told { layered: self.layered.clone(), plain: self.plain.clone(), clock: self.clock }
    }
}

impl<T: Tombstones + DeltaBased> Told<T> {
    fn combine(&mut self, other: &Told<T>) {
        Stable::<T>::combine(&mut self.layered, &other.layered);
        T::combine(&mut self.plain, &other.plain);
        self.clock = self.clock.max(other.clock);
    }
}

impl<T: Tombstones> Member<T> {
    fn three(fresh: &T) -> Vec<Member<T>> {
        vec![Member { layered: layered(fresh), plain: fresh.clone(), clock: 0 }; COUNT]
    }

    fn site(&mut self, at: usize) -> Site {
        self.clock += 1;
        Site::of(at as u32).at(self.clock)
    }

    fn hear(&mut self, clock: u64) {
        self.clock = self.clock.max(clock);
    }

    #[track_caller]
    fn judge(&self, kept: &mut Kept) {
        assert_eq!(self.layered.view(), self.plain.view(), "seed {}: collection is seen", kept.seed);
        let graves = self.layered.inner().graves().len();
        assert_eq!(self.layered.tombstones(), graves, "seed {}: the layer knows when all came to be", kept.seed);
        kept.plain += self.plain.graves().len();
        kept.collected += graves;
    }
}

impl<T: Tombstones + StateBased> Member<T> {
    fn ask(&mut self, at: usize, pick: &mut dyn FnMut(u64) -> u64) {
        let (op, site) = (self.plain.propose(pick), self.site(at));
        let answers = (self.layered.apply(&op, site), self.plain.apply(&op, site));
        assert_eq!(answers.0, answers.1, "{op:?}");
    }

    fn merge(&mut self, other: &Member<T>) {
        self.layered.merge(&other.layered);
        self.plain.merge(&other.plain);
        self.hear(other.clock);
    }
}

impl<T: Tombstones + DeltaBased> Member<T> {
    fn mutate(&mut self, at: usize, pick: &mut dyn FnMut(u64) -> u64) -> Result<Told<T>, Refused> {
        let (op, site) = (self.plain.propose(pick), self.site(at));
        let layered = self.layered.mutate(&op, site)?;
        let plain = self.plain.mutate(&op, site).expect("what one accepts both do");
        Ok(Told { layered: through_bytes(&layered), plain, clock: self.clock })
    }

    fn join(&mut self, told: &Told<T>) {
        assert!(told.layered.fits(self.layered.known()), "what comes in causal order always fits");
        self.layered.join(&told.layered);
        self.plain.join(&told.plain);
        self.hear(told.clock);
    }
}

/// Lives through one history.
pub(super) fn lived<T: Tombstones + DeltaBased + OpBased>(way: Way, seed: u64, fresh: &T, kept: &mut Kept) {
    kept.seed = seed;
    let mut pick = draws(seed);
    let mut members = match way {
        Way::States => by_states(&mut pick, fresh, kept),
        Way::Deltas => by_deltas(&mut pick, fresh, kept),
        Way::Operations => by_operations(&mut pick, fresh, kept),
    };
    meet(&mut members, &[(0, 1), (1, 2), (2, 0), (0, 1)]);
    for member in &members {
        member.judge(&mut Kept { seed, ..Kept::default() });
        kept.plain_at_last += member.plain.graves().len();
        kept.at_last += member.layered.tombstones();
        kept.plain_bytes += postcard::to_allocvec(&member.plain).expect("writes").len();
        kept.bytes += postcard::to_allocvec(member.layered.inner()).expect("writes").len();
    }
}

/// Three rounds in which members save and tell each other all.
fn meet<T: Tombstones + StateBased>(members: &mut [Member<T>], pairs: &[(usize, usize)]) {
    for _ in 0..3 {
        for (from, to) in pairs {
            members[*from].layered.saved(Identity(*from as u32));
            members[*to].merge(&members[*from].clone());
            members[*to].layered.saved(Identity(*to as u32));
        }
    }
}

fn by_states<T: Tombstones + StateBased>(
    pick: &mut impl FnMut(u64) -> u64,
    fresh: &T,
    kept: &mut Kept,
) -> Vec<Member<T>> {
    let mut members = Member::three(fresh);
    let mut saved = members.clone();
    let mut sent = members.clone();
    for _ in 0..250 {
        let at = pick(u64::from(MEMBERS)) as usize;
        match pick(24) {
            0..2 => members[at].ask(at, pick),
            2..10 => {
                members[at].layered.saved(Identity(at as u32));
                saved[at] = Member { layered: through_bytes(&members[at].layered), ..members[at].clone() };
                sent.push(saved[at].clone());
            }
            10 => members[at].clone_from(&saved[at]),
            _ => {
                // Mostly one of the newer ones.
                let newest = if pick(8) == 0 { sent.len() } else { sent.len().min(4) };
                members[at].merge(&sent[sent.len() - 1 - pick(newest as u64) as usize]);
            }
        }
        members[at].judge(kept);
    }
    members
}

/// A group on its way: what it goes on from and where it reaches, as its sender counts.
struct Group<T: Tombstones + DeltaBased> {
    from: usize,
    to: usize,
    base: usize,
    upto: usize,
    told: Told<T>,
}

fn by_deltas<T: Tombstones + DeltaBased>(
    pick: &mut impl FnMut(u64) -> u64,
    fresh: &T,
    kept: &mut Kept,
) -> Vec<Member<T>> {
    let mut members = Member::three(fresh);
    // All updates in the order in which they were made, so that causes come before effects.
    let mut updates: Vec<(Dot, Told<T>)> = Vec::new();
    // What changed each member, and where it came from.
    let mut logs: Vec<Vec<(usize, Told<T>)>> = vec![Vec::new(); COUNT];
    let mut taken = [[0; COUNT]; COUNT];
    let mut acknowledged = [[0; COUNT]; COUNT];
    let mut groups: Vec<Group<T>> = Vec::new();
    for _ in 0..300 {
        let (at, other) = (pick(u64::from(MEMBERS)) as usize, pick(u64::from(MEMBERS)) as usize);
        match pick(16) {
            0..2 => {
                if let Ok(told) = members[at].mutate(at, pick) {
                    let dot = Dot::new(Identity(at as u32), members[at].layered.known().get(Identity(at as u32)));
                    updates.push((dot, told.clone()));
                    logs[at].push((at, told));
                }
            }
            2..5 => members[at].layered.saved(Identity(at as u32)),
            5 => {
                let row = members[other].layered.announced(Identity(other as u32));
                members[at].layered.hear(Identity(other as u32), &row);
            }
            6..9 => {
                let (base, upto) = (acknowledged[at][other], logs[at].len());
                let news = logs[at][base..].iter().filter(|(source, _)| *source != other);
                let told = news.map(|(_, told)| told.clone()).reduce(|mut all, told| {
                    all.combine(&told);
                    all
                });
                groups.extend(told.map(|told| Group { from: at, to: other, base, upto, told }));
            }
            9..14 if !groups.is_empty() => {
                let newest = if pick(8) == 0 { groups.len() } else { groups.len().min(4) };
                let Group { from, to, base, upto, told } = &groups[groups.len() - 1 - pick(newest as u64) as usize];
                if *base <= taken[*to][*from] {
                    members[*to].join(told);
                    logs[*to].push((*from, told.clone()));
                    taken[*to][*from] = (*upto).max(taken[*to][*from]);
                    if pick(3) > 0 {
                        acknowledged[*from][*to] = taken[*to][*from];
                    }
                    members[*to].judge(kept);
                }
            }
            14 => {
                let missing = |(dot, _): &&(Dot, Told<T>)| {
                    let knows = |member: usize| members[member].layered.known().covers(*dot);
                    knows(other) && !knows(at)
                };
                let missing: Vec<_> = updates.iter().filter(missing).map(|(_, told)| told.clone()).collect();
                for told in missing.iter().take(pick(4) as usize) {
                    members[at].join(told);
                    logs[at].push((other, told.clone()));
                }
            }
            _ if pick(4) == 0 => {
                let from = &members[other];
                let whole = Told { layered: from.layered.whole(), plain: from.plain.whole(), clock: from.clock };
                members[at].join(&whole);
                logs[at].push((other, whole));
            }
            _ => {}
        }
        members[at].judge(kept);
    }
    members
}

fn by_operations<T: Tombstones + OpBased>(
    pick: &mut impl FnMut(u64) -> u64,
    fresh: &T,
    kept: &mut Kept,
) -> Vec<Member<T>> {
    let mut members = Member::three(fresh);
    let mut pasts = vec![VersionVector::new(); COUNT];
    let mut sent = Vec::new();
    for _ in 0..200 {
        let at = pick(u64::from(MEMBERS)) as usize;
        let here = Identity(at as u32);
        match pick(8) {
            0 => {
                let (op, site) = (members[at].plain.propose(pick), members[at].site(at));
                let Member { layered, plain, clock } = &mut members[at];
                let (Ok(first), Ok(second)) = (layered.prepare(&op, site), plain.prepare(&op, site)) else { continue };
                layered.effect(&first);
                plain.effect(&second);
                pasts[at].next(here);
                sent.push((here, pasts[at].clone(), *clock, through_bytes(&first), second));
            }
            1..3 => members[at].layered.saved(here),
            3..5 => {
                let other = pick(u64::from(MEMBERS)) as usize;
                let row = members[other].layered.announced(Identity(other as u32));
                members[at].layered.hear(Identity(other as u32), &row);
            }
            _ => {
                for (from, past, clock, first, second) in &sent {
                    if pasts[at].deliverable(*from, past) && pick(3) > 0 {
                        members[at].layered.effect(first);
                        members[at].plain.effect(second);
                        members[at].hear(*clock);
                        pasts[at].raise(Dot::new(*from, past.get(*from)));
                    }
                }
            }
        }
        members[at].judge(kept);
        assert_eq!(*members[at].layered.known(), pasts[at]);
    }
    members
}

/// Lives through histories in which one member hears and tells nothing, after some time in which it did; and
/// then comes back.
pub(super) fn away<T: Tombstones + DeltaBased>(fresh: &T) {
    let (mut blocked, mut released) = (0, 0);
    for seed in 0..100 {
        let mut pick = draws(seed);
        let mut members = Member::three(fresh);
        for _ in 0..10 {
            members[0].ask(0, &mut pick);
        }
        meet(&mut members, &[(0, 1), (1, 2), (2, 0), (0, 1)]);
        let before = members[0].layered.stable();
        let kept_before = members[0].layered.tombstones();
        for _ in 0..30 {
            let at = pick(2) as usize;
            members[at].ask(at, &mut pick);
            if pick(2) == 0 {
                meet(&mut members, &[(at, 1 - at)]);
            }
        }
        meet(&mut members, &[(0, 1), (1, 0)]);
        assert_eq!(members[0].layered.stable(), before, "seed {seed}: nothing that one lacks is stable");
        let new = members[0].layered.tombstones();
        blocked += new.saturating_sub(kept_before);
        meet(&mut members, &[(2, 0), (0, 1), (1, 2), (2, 0)]);
        released += new.saturating_sub(members[0].layered.tombstones());
        members.iter().for_each(|member| member.judge(&mut Kept { seed, ..Kept::default() }));
    }
    assert!(blocked > 100 && released > 80, "{blocked} had to wait for who was away, {released} went when it came");
}

/// In how many of two hundred histories it is seen when everything is dropped at once.
pub(super) fn dropped_at_once<T: Tombstones + StateBased>(fresh: &T) -> usize {
    let history = |seed: &u64| {
        let mut pick = draws(*seed);
        let mut members = vec![(fresh.clone(), fresh.clone(), 0); COUNT];
        (0..60).any(|step| {
            let [at, from] = [(); 2].map(|()| pick(u64::from(MEMBERS)) as usize);
            let other = members[from].clone();
            let (hasty, plain, clock) = &mut members[at];
            if pick(2) == 0 {
                let op = plain.propose(&mut pick);
                *clock = step;
                let _refused_after_the_two_have_parted = hasty.apply(&op, Site::of(at as u32).at(*clock));
                let _refused_as_well = plain.apply(&op, Site::of(at as u32).at(*clock));
            } else {
                hasty.merge(&other.0);
                plain.merge(&other.1);
            }
            hasty.collect(&|_| true);
            hasty.view() != plain.view()
        })
    };
    (0..200).filter(history).count()
}
