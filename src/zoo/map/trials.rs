//! For tests only: random histories of a type in all its forms, beside a plain reading of the specification.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::base::{Concern, Dice, Digester, Identity, Name, Seed, Stamp};
use crate::model::counter::CounterOp;
use crate::model::set::SetOp;
use crate::replica::{DataType, DeltaBased, OpBased, Site, StateBased};

/// One update as a reading sees it: its number among all (later ones have larger numbers), who issued it, what it
/// does, the numbers of those that its replica knew, and the stamp that the type says it gave.
#[derive(Clone, Debug)]
pub(crate) struct Past<Op> {
    pub(crate) number: usize,
    pub(crate) identity: Identity,
    pub(crate) op: Op,
    pub(crate) seen: BTreeSet<usize>,
    pub(crate) stamp: Option<Stamp>,
}

impl<Op> Past<Op> {
    pub(crate) fn saw<Other>(&self, earlier: &Past<Other>) -> bool {
        self.seen.contains(&earlier.number)
    }

    /// The same update as one of a part of the value, if it touches that part.
    pub(crate) fn part<Part>(&self, of: impl FnOnce(&Op) -> Option<Part>) -> Option<Past<Part>> {
        let op = of(&self.op)?;
        Some(Past { number: self.number, identity: self.identity, op, seen: self.seen.clone(), stamp: self.stamp })
    }
}

/// The updates of a part of a value.
pub(crate) fn parts<Op, Part>(known: &[Past<Op>], of: impl Fn(&Op) -> Option<Part>) -> Vec<Past<Part>> {
    known.iter().filter_map(|past| past.part(&of)).collect()
}

/// One replica in three forms, and the numbers of the updates that all three know, as they came.
#[derive(Clone)]
struct Trio<T> {
    state: T,
    deltas: T,
    effects: T,
    known: Vec<usize>,
}

pub(crate) fn draws(seed: u64) -> impl FnMut(u64) -> u64 {
    let (dice, mut draw) = (Dice::new(Seed(seed)), 0);
    move |bound| {
        draw += 1;
        dice.below(Concern::Replica, Name(0), draw, bound)
    }
}

fn round_trip<T: Serialize + DeserializeOwned>(value: &T) -> T {
    postcard::from_bytes(&postcard::to_allocvec(value).expect("encodes")).expect("decodes")
}

/// Counts in wall-clock stamps only tell one replica's writes apart: how far they go on is free.
fn same(one: Option<Stamp>, other: Option<Stamp>) -> bool {
    match (one, other) {
        (Some(Stamp::Wall(one)), Some(Stamp::Wall(other))) => {
            (one.reading, one.identity) == (other.reading, other.identity)
        }
        _ => one == other,
    }
}

const SEEDS: u64 = 200;

/// Three replicas carry out what they propose, under clocks that differ, and learn from each other, all or some of
/// what the other knows. Right after every step every form shows what `reading` makes of what its replica knows; at
/// the end so does one that got all deltas in any order. Gives how many different views there were.
pub(crate) fn forms_agree<T: DeltaBased + OpBased + Default>(
    reading: impl Fn(&[Past<T::Op>]) -> T::View,
    stamp: impl Fn(&T) -> Option<Stamp>,
) -> usize {
    forms_agree_up_to(reading, stamp, |state| format!("{state:?}"))
}

/// The same for types whose states may differ in how they came about: what `whole` makes of them must not.
pub(crate) fn forms_agree_up_to<T: DeltaBased + OpBased + Default>(
    reading: impl Fn(&[Past<T::Op>]) -> T::View,
    stamp: impl Fn(&T) -> Option<Stamp>,
    whole: impl Fn(&T) -> String,
) -> usize {
    let mut views = BTreeSet::new();
    for seed in 0..SEEDS {
        let mut below = draws(seed);
        let mut replicas = [0, 1, 2].map(|_| Trio {
            state: T::default(),
            deltas: T::default(),
            effects: T::default(),
            known: Vec::new(),
        });
        let (mut past, mut effects) = (Vec::<Past<T::Op>>::new(), Vec::new());
        let (mut deltas, mut steps) = (Vec::new(), Vec::<T::Delta>::new());
        for step in 0..10 + below(40) {
            let at = below(3) as usize;
            let source = replicas[below(3) as usize].clone();
            let replica = &mut replicas[at];
            if below(3) > 0 {
                let site = Site::of(at as u32).at(step / 6 + below(3));
                let op = replica.state.propose(&mut below);
                let effect = replica.effects.prepare(&op, site).expect("what is proposed is valid");
                replica.effects.effect(&effect);
                let mut applied = replica.state.clone();
                applied.apply(&op, site).expect("what is proposed is valid");
                steps.push(replica.state.mutate(&op, site).expect("what is proposed is valid"));
                assert_eq!(whole(&applied), whole(&replica.state), "seed {seed}: a delta is less than the step");
                deltas.push(round_trip(&replica.deltas.mutate(&op, site).expect("what is proposed is valid")));
                effects.push(round_trip(&effect));
                let stamps = [&replica.state, &replica.deltas, &replica.effects].map(&stamp);
                assert!(stamps.iter().all(|other| same(*other, stamps[0])), "seed {seed}: {stamps:?}");
                let seen = replica.known.iter().copied().collect();
                replica.known.push(past.len());
                let (number, identity) = (past.len(), site.identity);
                past.push(Past { number, identity, op: round_trip(&op), seen, stamp: stamps[0] });
                assert_eq!(past.last().map(|past| &past.op), Some(&op));
            } else {
                let known = |n: &usize| !replica.known.contains(n);
                let mut news: Vec<usize> = source.known.iter().copied().filter(known).collect();
                if below(2) == 0 {
                    replica.state.merge(&source.state);
                    replica.deltas.join(&round_trip(&source.deltas.whole()));
                } else {
                    news.truncate(below(news.len() as u64 + 1) as usize);
                    if let Some((first, rest)) = news.split_first() {
                        let mut group = steps[*first].clone();
                        rest.iter().for_each(|n| T::combine(&mut group, &steps[*n]));
                        replica.state.join(&group);
                    }
                    news.iter().for_each(|n| replica.deltas.join(&deltas[*n]));
                }
                for n in &news {
                    replica.effects.effect(&effects[*n]);
                    if !T::DELIVERY.once() {
                        replica.effects.effect(&effects[*n]);
                    }
                }
                replica.known.extend(news);
            }
            let known: BTreeSet<usize> = replicas[at].known.iter().copied().collect();
            let known: Vec<_> = known.iter().map(|n| past[*n].clone()).collect();
            let expected = reading(&known);
            for form in [&replicas[at].state, &replicas[at].deltas, &replicas[at].effects] {
                shows(seed, form, &expected);
            }
            views.insert(Digester::of(&expected));
        }
        laws(seed, &replicas.each_ref().map(|replica| &replica.state), &whole);
        let expected = reading(&past);
        shows(seed, &late(deltas.len(), &mut below, |value: &mut T, n| value.join(&deltas[n])), &expected);
        if !T::DELIVERY.causal() && !T::DELIVERY.once() {
            shows(seed, &late(effects.len(), &mut below, |value: &mut T, n| value.effect(&effects[n])), &expected);
        }
    }
    views.len()
}

/// A value that takes in all of so many things, in any order and some of them more than once.
fn late<T: Default>(count: usize, below: &mut impl FnMut(u64) -> u64, take: impl Fn(&mut T, usize)) -> T {
    let mut value = T::default();
    let mut left: Vec<usize> = (0..count).collect();
    while !left.is_empty() {
        let pick = below(left.len() as u64) as usize;
        take(&mut value, left[pick]);
        if below(3) > 0 {
            left.swap_remove(pick);
        }
    }
    value
}

#[track_caller]
fn shows<T: DataType>(seed: u64, value: &T, expected: &T::View) {
    assert_eq!(value.view(), *expected, "seed {seed}: {value:?}");
    let mut digester = Digester::new();
    value.digest(&mut digester);
    assert_eq!(digester.finish(), Digester::of(expected), "seed {seed}");
}

/// What merging promises, on states that were really reached. What says of two states whether they are the same is
/// what `whole` makes of them.
fn laws<T: StateBased>(seed: u64, [a, b, c]: &[&T; 3], whole: impl Fn(&T) -> String) {
    let merged = |left: &T, right: &T| {
        let mut left = left.clone();
        left.merge(right);
        left
    };
    let same = |left: &T, right: &T, why: &str| assert_eq!(whole(left), whole(right), "seed {seed}: {why}");
    same(&merged(a, b), &merged(b, a), "the order of two matters");
    same(&merged(&merged(a, b), c), &merged(a, &merged(b, c)), "the grouping of three matters");
    same(&merged(&merged(a, b), b), &merged(a, b), "a second merge changes something");
    same(&round_trip(*a), a, "encoding changes something");
    let mut reused = T::clone(b);
    reused.clone_from(a);
    same(&reused, a, "cloning into an old value leaves something of it");
}

/// What a counter shows: increments less decrements.
pub(crate) fn count(known: &[Past<CounterOp>]) -> i64 {
    let amounts = known.iter().map(|past| match past.op {
        CounterOp::Increment(amount) => i64::from(amount),
        CounterOp::Decrement(amount) => -i64::from(amount),
    });
    amounts.sum()
}

/// What an add-wins set shows.
pub(crate) fn add_wins<E: Ord + Clone>(known: &[Past<SetOp<E>>]) -> BTreeSet<E> {
    let kept = |add: &&Past<SetOp<E>>| match &add.op {
        SetOp::Add(element) => !known.iter().any(|other| other.op == SetOp::Remove(element.clone()) && other.saw(*add)),
        SetOp::Remove(_) => false,
    };
    known.iter().filter(kept).map(|add| add.op.element().clone()).collect()
}
