//! For tests only: three replicas that live through a random history, each in all three forms at once.
//!
//! A replica learns an update together with all that the update's writer had seen: by effects and by
//! deltas in any order that their type allows, and by the writer's state. So the three forms always know
//! the same closed set of updates, and must show the same.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::base::{Concern, Dice, Digester, Name, Seed};
use crate::replica::{DataType, DeltaBased, OpBased, Site};

/// Numbers below the asked bound, one after the other, the same for the same seed.
pub(super) fn draws(seed: u64) -> impl FnMut(u64) -> u64 {
    let (dice, mut draw) = (Dice::new(Seed(seed)), 0);
    move |bound| {
        draw += 1;
        dice.below(Concern::Replica, Name(0), draw, bound)
    }
}

/// The value as it comes out of its bytes.
#[track_caller]
pub(super) fn through_bytes<V: Serialize + DeserializeOwned>(value: &V) -> V {
    postcard::from_bytes(&bytes(value)).expect("bytes just written can be read")
}

#[track_caller]
fn bytes<V: Serialize>(value: &V) -> Vec<u8> {
    postcard::to_allocvec(value).expect("every value can be written")
}

/// An accepted operation, and what there is to tell of it.
pub(super) struct Update<T: OpBased + DeltaBased> {
    pub(super) op: T::Op,
    /// What its writer saw, and what it saw right after.
    pub(super) before: T::View,
    pub(super) after: T::View,
    /// The updates that its writer knew.
    pub(super) seen: BTreeSet<usize>,
    pub(super) effect: T::Effect,
    delta: T::Delta,
    state: T,
}

struct Forms<T> {
    effects: T,
    states: T,
    deltas: T,
    known: BTreeSet<usize>,
}

const REPLICAS: u64 = 3;

/// Lives through one history: `ask` says what a client asks of a value; `judge` is shown, each time a
/// replica knows more, all updates so far, those that it knows, and its view.
pub(super) fn live<T: OpBased + DeltaBased>(
    seed: u64,
    fresh: &T,
    steps: u32,
    mut ask: impl FnMut(&T, &mut dyn FnMut(u64) -> u64) -> T::Op,
    mut judge: impl FnMut(&[Update<T>], &BTreeSet<usize>, &T::View),
) {
    let mut pick = draws(seed);
    let mut updates: Vec<Update<T>> = Vec::new();
    let forms =
        || Forms { effects: fresh.clone(), states: fresh.clone(), deltas: fresh.clone(), known: BTreeSet::new() };
    let mut replicas: Vec<Forms<T>> = (0..REPLICAS).map(|_| forms()).collect();
    for _ in 0..steps {
        let at = pick(REPLICAS) as usize;
        let new = if pick(5) < 3 || updates.is_empty() {
            let op = ask(&replicas[at].states, &mut pick);
            write(&mut updates, &mut replicas[at], op, Site::of(at as u32), seed)
        } else {
            let learned = pick(updates.len() as u64) as usize;
            learn(&updates, &mut replicas[at], learned, &mut pick)
        };
        if new {
            let view = agreed(&replicas[at], seed);
            judge(&updates, &replicas[at].known, &view);
        }
    }
    for replica in &mut replicas {
        for update in 0..updates.len() {
            learn(&updates, replica, update, &mut pick);
        }
        let view = agreed(replica, seed);
        judge(&updates, &replica.known, &view);
    }
    if !updates.is_empty() {
        let [a, b, c] = [(); 3].map(|()| &updates[pick(updates.len() as u64) as usize].state);
        merges_lawfully(a, b, c);
    }
}

/// Asks an operation in all forms, which must answer alike.
fn write<T: OpBased + DeltaBased>(
    updates: &mut Vec<Update<T>>,
    replica: &mut Forms<T>,
    op: T::Op,
    site: Site,
    seed: u64,
) -> bool {
    let before = replica.states.view();
    let effect = match replica.effects.prepare(&op, site) {
        Ok(effect) => through_bytes(&effect),
        Err(refused) => {
            assert_eq!(replica.states.apply(&op, site), Err(refused.clone()), "seed {seed}: {op:?}");
            assert_eq!(replica.deltas.mutate(&op, site).err(), Some(refused), "seed {seed}: {op:?}");
            assert_eq!(agreed(replica, seed), before, "seed {seed}: {op:?} was refused and did something");
            return false;
        }
    };
    for form in [&replica.states, &replica.deltas] {
        let other = form.prepare(&op, site).expect("what one form accepts all do");
        assert_eq!(bytes(&other), bytes(&effect), "seed {seed}: {op:?} has two effects, {other:?} and {effect:?}");
    }
    replica.effects.effect(&effect);
    replica.states.apply(&op, site).expect("what one form accepts all do");
    let delta = replica.deltas.mutate(&op, site).expect("what one form accepts all do");
    let after = agreed(replica, seed);
    let state = through_bytes(&replica.states);
    assert_eq!(state.view(), after, "seed {seed}: a state does not survive its bytes");
    let seen = replica.known.clone();
    replica.known.insert(updates.len());
    updates.push(Update { op, before, after, seen, effect, delta: through_bytes(&delta), state });
    true
}

/// Makes an update known to a replica, with all that it saw; true if that was news.
fn learn<T: OpBased + DeltaBased>(
    updates: &[Update<T>],
    replica: &mut Forms<T>,
    learned: usize,
    pick: &mut impl FnMut(u64) -> u64,
) -> bool {
    let wanted = updates[learned].seen.iter().copied().chain([learned]);
    let mut missing: Vec<usize> = wanted.filter(|update| !replica.known.contains(update)).collect();
    let news = !missing.is_empty();
    let mut told = missing.clone();
    while !missing.is_empty() {
        let chosen = pick(missing.len() as u64) as usize;
        let may = |update: usize| !T::DELIVERY.causal() || updates[update].seen.is_subset(&replica.known);
        if may(missing[chosen]) {
            let update = missing.swap_remove(chosen);
            replica.effects.effect(&updates[update].effect);
            replica.known.insert(update);
        }
        if !T::DELIVERY.once() && pick(4) == 0 {
            let again = pick(updates.len() as u64) as usize;
            if replica.known.contains(&again) {
                replica.effects.effect(&updates[again].effect);
            }
        }
    }
    while !told.is_empty() {
        let mut delta = updates[told.swap_remove(pick(told.len() as u64) as usize)].delta.clone();
        let again = pick(updates.len() as u64) as usize;
        if replica.known.contains(&again) {
            T::combine(&mut delta, &updates[again].delta);
        }
        replica.deltas.join(&delta);
    }
    replica.states.merge(&updates[learned].state);
    if pick(8) == 0 {
        replica.deltas.join(&through_bytes(&updates[learned].state.whole()));
        replica.effects = through_bytes(&replica.effects);
        replica.states.clone_from(&through_bytes(&replica.states));
    }
    news
}

/// The view that all forms of a replica show.
#[track_caller]
fn agreed<T: DataType>(replica: &Forms<T>, seed: u64) -> T::View {
    let view = replica.states.view();
    for (form, name) in [(&replica.effects, "effects"), (&replica.deltas, "deltas")] {
        assert_eq!(form.view(), view, "seed {seed}: {name} and states show different things");
    }
    let mut digester = Digester::new();
    replica.effects.digest(&mut digester);
    assert_eq!(digester.finish(), Digester::of(&view), "seed {seed}: the digest is not the view's");
    view
}

/// Checks on three states that merging is commutative, associative and idempotent.
#[track_caller]
pub(super) fn merges_lawfully<T: DeltaBased>(a: &T, b: &T, c: &T) {
    let join = |left: &T, right: &T| {
        let mut left = left.clone();
        left.merge(right);
        left
    };
    assert_eq!(join(a, b).view(), join(b, a).view(), "the order of two matters");
    assert_eq!(join(&join(a, b), c).view(), join(a, &join(b, c)).view(), "the grouping of three matters");
    assert_eq!(join(a, a).view(), a.view(), "a state changes itself");
    assert_eq!(join(&join(a, b), b).view(), join(a, b).view(), "a second merge of the same changes something");
}
