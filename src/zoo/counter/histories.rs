//! For tests only: random histories in which every form of a data type meets a plain reference.
//!
//! A history has three replicas, whose clocks run, stand still and step back. Who knows what is kept
//! here, beside the code under test.

use std::collections::BTreeSet;
use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::base::{Concern, Dice, Digester, Name, Seed};
use crate::replica::{DataType, DeltaBased, OpBased, Site, StateBased};

const REPLICAS: usize = 3;
const SEEDS: u64 = 150;
const STEPS: usize = 40;

/// An accepted update, as a reference sees it.
#[derive(Clone, Debug)]
pub(in crate::zoo) struct Issued<T: DataType> {
    /// Its place among all updates of the history.
    pub(in crate::zoo) number: usize,
    pub(in crate::zoo) op: T::Op,
    pub(in crate::zoo) site: Site,
    /// The updates that its replica knew.
    pub(in crate::zoo) seen: BTreeSet<usize>,
    /// Its replica's state right afterwards.
    pub(in crate::zoo) after: T,
}

/// How often what a test is about arose.
#[derive(Debug, Default)]
pub(in crate::zoo) struct Tally {
    pub(in crate::zoo) updates: usize,
    pub(in crate::zoo) refused: usize,
}

/// In which order deltas may come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::zoo) enum Deltas {
    AnyOrder,
    Causal,
}

/// Of a type that refuses nothing.
pub(in crate::zoo) fn never<T: DataType>(_: &[&Issued<T>], _: &T::Op, _: Site) -> bool {
    false
}

/// Numbers below the asked bound, one after the other, the same for the same seed.
pub(in crate::zoo) fn draws(seed: u64) -> impl FnMut(u64) -> u64 {
    let (dice, mut draw) = (Dice::new(Seed(seed)), 0);
    move |bound| {
        draw += 1;
        dice.below(Concern::Replica, Name(0), draw, bound)
    }
}

/// What a value becomes on its way through a message or a disk.
#[track_caller]
pub(in crate::zoo) fn through_bytes<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> T {
    let bytes = postcard::to_allocvec(value).unwrap();
    let read = postcard::from_bytes(&bytes).unwrap();
    assert_eq!(value, &read, "bytes do not hold all of it");
    read
}

/// A replica of all three forms, which always know the same.
struct Replica<T> {
    state: T,
    delta: T,
    op: T,
    known: BTreeSet<usize>,
}

fn pick<'a, T: DataType>(issued: &'a [Issued<T>], known: &BTreeSet<usize>) -> Vec<&'a Issued<T>> {
    known.iter().map(|number| &issued[*number]).collect()
}

/// Whether a clock runs, stands still or steps back.
fn move_on(clock: &mut u64, below: &mut impl FnMut(u64) -> u64) {
    *clock = match below(4) {
        0 => *clock,
        1 => clock.saturating_sub(below(20)),
        _ => *clock + below(10),
    };
}

fn shuffled(mut numbers: Vec<usize>, below: &mut impl FnMut(u64) -> u64) -> Vec<usize> {
    for end in (1..numbers.len()).rev() {
        numbers.swap(end, below(end as u64 + 1) as usize);
    }
    numbers
}

/// Runs state, delta and op form through the same histories and holds each view, at each step, against
/// the reference, and each refusal against `refuses`. The reference is also asked of all updates so far.
/// On the way: merge laws, inflation, deltas that do what their step did, and bytes that hold everything.
#[track_caller]
pub(in crate::zoo) fn forms_agree<T>(
    start: T,
    deltas: Deltas,
    refuses: impl Fn(&[&Issued<T>], &T::Op, Site) -> bool,
    reference: impl Fn(&[&Issued<T>]) -> T::View,
) -> Tally
where
    T: DeltaBased<Delta: PartialEq> + OpBased<Effect: PartialEq> + PartialEq,
{
    let mut tally = Tally::default();
    for seed in 0..SEEDS {
        let mut below = draws(seed);
        let mut clocks = [100, 105, 200];
        let mut issued: Vec<Issued<T>> = Vec::new();
        let mut told: Vec<(T::Delta, T::Effect)> = Vec::new();
        let mut replicas: Vec<_> = (0..REPLICAS)
            .map(|_| {
                let [state, delta, op] = [(); 3].map(|()| start.clone());
                Replica { state, delta, op, known: BTreeSet::new() }
            })
            .collect();
        for step in 0..STEPS + 2 * REPLICAS {
            // At the end everyone hears from everyone, which takes two rounds on a ring.
            let at = if step < STEPS { below(REPLICAS as u64) as usize } else { step % REPLICAS };
            if step < STEPS && below(3) > 0 {
                move_on(&mut clocks[at], &mut below);
                let site = Site::of(at as u32).at(clocks[at]);
                let replica = &mut replicas[at];
                let op = replica.state.propose(&mut below);
                if ask(replica, &op, site, &mut told, refuses(&pick(&issued, &replica.known), &op, site)) {
                    let number = issued.len();
                    let (seen, after) = (replica.known.clone(), replica.state.clone());
                    issued.push(Issued { number, op, site, seen, after });
                    replica.known.insert(number);
                    tally.updates += 1;
                } else {
                    tally.refused += 1;
                }
            } else {
                let from = if step < STEPS { below(REPLICAS as u64) as usize } else { (at + 1) % REPLICAS };
                let other = replicas[from].state.clone();
                let whole = replicas[from].delta.whole();
                let missing: Vec<_> = replicas[from].known.difference(&replicas[at].known).copied().collect();
                replicas[at].state.merge(&other);
                hear(&mut replicas[at], missing, whole, deltas, &told, &mut below);
            }
            let Replica { state, delta, op, known } = &replicas[at];
            let expected = reference(&pick(&issued, known));
            reference(&issued.iter().collect::<Vec<_>>());
            assert_eq!(state.view(), expected, "seed {seed}, step {step}: the state form");
            assert_eq!(delta.view(), expected, "seed {seed}, step {step}: the delta form");
            assert_eq!(op.view(), expected, "seed {seed}, step {step}: the op form");
            let mut digester = Digester::new();
            state.digest(&mut digester);
            assert_eq!(digester.finish(), Digester::of(&expected), "seed {seed}, step {step}: the digest");
            through_bytes(state);
            if step == STEPS {
                let [a, b, c] = [0, 1, 2].map(|at| &replicas[at].state);
                is_a_join(a, b, c);
                is_a_join(b, c, a);
            }
        }
        assert!(replicas.iter().all(|replica| replica.known.len() == issued.len()), "seed {seed}: not all is known");
    }
    tally
}

/// Asks all three forms; whether they carried it out.
fn ask<T>(
    replica: &mut Replica<T>,
    op: &T::Op,
    site: Site,
    told: &mut Vec<(T::Delta, T::Effect)>,
    refused: bool,
) -> bool
where
    T: DeltaBased<Delta: PartialEq> + OpBased<Effect: PartialEq> + PartialEq,
{
    let (before, delta_before) = (replica.state.clone(), replica.delta.clone());
    let applied = replica.state.apply(op, site);
    let delta = replica.delta.mutate(op, site);
    let effect = replica.op.prepare(op, site);
    assert_eq!(applied.clone().err(), delta.as_ref().err().cloned(), "{op:?} in state and delta form");
    assert_eq!(applied.clone().err(), effect.as_ref().err().cloned(), "{op:?} in state and op form");
    assert_eq!(applied.is_err(), refused, "{op:?} at {}: {applied:?}", site.identity);
    let (Ok(()), Ok(delta), Ok(effect)) = (applied, delta, effect) else {
        assert_eq!((&replica.state, &replica.delta), (&before, &delta_before), "a refused {op:?} changes something");
        return false;
    };
    let [mut merged, mut overtaken] = [before, replica.state.clone()];
    overtaken.merge(&merged);
    merged.merge(&replica.state);
    assert_eq!((&merged, &overtaken), (&replica.state, &replica.state), "{op:?} does not inflate");
    let mut stepped = delta_before;
    stepped.join(&delta);
    assert_eq!(stepped, replica.delta, "the delta of {op:?} does not do what the step did");
    replica.op.effect(&effect);
    told.push((through_bytes(&delta), through_bytes(&effect)));
    true
}

/// Takes in what is missing, in an order and as often as the forms allow.
fn hear<T>(
    replica: &mut Replica<T>,
    missing: Vec<usize>,
    whole: T::Delta,
    deltas: Deltas,
    told: &[(T::Delta, T::Effect)],
    below: &mut impl FnMut(u64) -> u64,
) where
    T: DeltaBased + OpBased,
{
    let order = if deltas == Deltas::AnyOrder { shuffled(missing.clone(), below) } else { missing.clone() };
    match below(3) {
        0 => replica.delta.join(&whole),
        1 => {
            for number in &order {
                replica.delta.join(&told[*number].0);
            }
        }
        _ => {
            for group in order.chunks(3) {
                let mut sum = told[group[0]].0.clone();
                group[1..].iter().for_each(|number| T::combine(&mut sum, &told[*number].0));
                replica.delta.join(&sum);
            }
        }
    }
    if !told.is_empty() && replica.known.len() > 1 {
        let old = replica.known.iter().nth(below(replica.known.len() as u64) as usize).copied().unwrap_or(0);
        replica.delta.join(&told[old].0);
        if !T::DELIVERY.once() {
            replica.op.effect(&told[old].1);
        }
    }
    let order = if T::DELIVERY.causal() { missing.clone() } else { shuffled(missing.clone(), below) };
    for number in order {
        replica.op.effect(&told[number].1);
    }
    replica.known.extend(missing);
}

/// Checks on three states that merging is commutative, associative and idempotent.
#[track_caller]
pub(in crate::zoo) fn is_a_join<T: StateBased + PartialEq>(a: &T, b: &T, c: &T) {
    let join = |left: &T, right: &T| {
        let mut left = left.clone();
        left.merge(right);
        left
    };
    assert_eq!(join(a, b), join(b, a), "the order of two matters");
    assert_eq!(join(&join(a, b), c), join(a, &join(b, c)), "the grouping of three matters");
    assert_eq!(&join(a, a), a, "a state changes itself");
    assert_eq!(join(&join(a, b), b), join(a, b), "a second merge of the same changes something");
}

/// Delivers effects one by one, in any order that the type's delivery allows, and holds each view against
/// the reference also where a replica knows an update but not all that came before.
#[track_caller]
pub(in crate::zoo) fn effects_agree<T: OpBased>(
    start: T,
    refuses: impl Fn(&[&Issued<T>], &T::Op, Site) -> bool,
    reference: impl Fn(&[&Issued<T>]) -> T::View,
) {
    for seed in 0..SEEDS {
        let mut below = draws(seed);
        let mut clocks = [100, 105, 200];
        let mut issued: Vec<Issued<T>> = Vec::new();
        let mut effects: Vec<T::Effect> = Vec::new();
        let mut replicas = vec![(start.clone(), BTreeSet::<usize>::new()); REPLICAS];
        let mut step = 0;
        loop {
            step += 1;
            let at = below(REPLICAS as u64) as usize;
            let (state, known) = &mut replicas[at];
            if step <= STEPS && below(2) == 0 {
                move_on(&mut clocks[at], &mut below);
                let site = Site::of(at as u32).at(clocks[at]);
                let op = state.propose(&mut below);
                let prepared = state.prepare(&op, site);
                assert_eq!(prepared.is_err(), refuses(&pick(&issued, known), &op, site), "seed {seed}: {op:?}");
                if let Ok(effect) = prepared {
                    state.effect(&effect);
                    let number = issued.len();
                    issued.push(Issued { number, op, site, seen: known.clone(), after: state.clone() });
                    effects.push(effect);
                    known.insert(number);
                }
            } else {
                let deliverable: Vec<_> = (0..issued.len())
                    .filter(|number| !known.contains(number) || !T::DELIVERY.once())
                    .filter(|number| !T::DELIVERY.causal() || known.is_superset(&issued[*number].seen))
                    .collect();
                if !deliverable.is_empty() {
                    let number = deliverable[below(deliverable.len() as u64) as usize];
                    state.effect(&effects[number]);
                    known.insert(number);
                }
            }
            assert_eq!(state.view(), reference(&pick(&issued, known)), "seed {seed}, step {step}");
            if step > STEPS && replicas.iter().all(|(_, known)| known.len() == issued.len()) {
                break;
            }
            assert!(step < 5000, "seed {seed}: effects do not arrive");
        }
    }
}
