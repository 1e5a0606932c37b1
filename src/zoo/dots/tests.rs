//! What joins of stores promise, on stores that were really reached.

use super::*;
use crate::base::{Concern, Dice, Name, Seed};

/// Every kind of store at once: below each key a nested map of dots beside values.
type Store = DotMap<u8, (DotMap<u8, DotSet>, DotFun<u64>)>;

fn dot(identity: u32, counter: u32) -> Dot {
    Dot::new(Identity(identity), counter)
}

/// A set of dots with the dots known besides: `alive`, then all that is known.
fn set<const N: usize, const M: usize>(alive: [(u32, u32); N], known: [(u32, u32); M]) -> Causal<DotSet> {
    let dots = |pairs: &[(u32, u32)]| pairs.iter().map(|(identity, counter)| dot(*identity, *counter)).collect();
    Causal { store: alive.iter().map(|(identity, counter)| dot(*identity, *counter)).collect(), context: dots(&known) }
}

#[test]
fn a_dot_that_one_side_dropped_is_dropped_and_one_it_never_knew_is_kept() {
    let mut ours = set([(0, 1), (0, 2)], [(0, 1), (0, 2)]);
    ours.join(&set([(0, 2), (1, 1)], [(0, 1), (0, 2), (1, 1)]));
    assert_eq!(ours, set([(0, 2), (1, 1)], [(0, 1), (0, 2), (1, 1)]));
    ours.join(&set([(0, 1)], [(0, 1)]));
    assert_eq!(ours.store.as_slice(), [dot(0, 2), dot(1, 1)], "what is dead here stays dead");
}

#[test]
fn a_key_goes_when_the_last_dot_below_it_goes() {
    let mut ours: Causal<DotMap<char, DotMap<char, DotSet>>> = Causal::default();
    let first = ours.next(Identity(0));
    ours.store.update(&'a', |inner| inner.update(&'b', |dots| dots.insert(first)));
    assert_eq!(ours, Causal::holding(DotMap::single('a', DotMap::single('b', DotSet::from(first)))));
    ours.join(&Causal::without([first]));
    assert!(ours.store.is_empty() && ours.context.covers(first));
    ours.store.update(&'a', |inner| inner.update(&'b', |_| ()));
    assert!(ours.store.is_empty(), "looking at a key does not make one");
}

#[test]
fn forgetting_is_the_join_with_an_empty_store_that_has_seen_as_much() {
    let mut ours = set([(0, 1), (0, 3), (2, 1)], [(0, 1), (0, 2), (0, 3), (2, 1)]);
    let mut joined = ours.clone();
    joined.join(&set([], [(0, 1), (0, 2), (2, 1)]));
    ours.store.forget(&set([], [(0, 1), (0, 2), (2, 1)]).context);
    assert_eq!((ours.store.as_slice(), &ours), ([dot(0, 3)].as_slice(), &joined));
}

/// The flat form in the words of the other.
fn nested(flat: &DotKeys<u8>) -> DotMap<u8, DotSet> {
    let mut map = DotMap::new();
    flat.iter().for_each(|(key, dot)| _ = map.update(key, |dots: &mut DotSet| dots.insert(dot)));
    map
}

#[test]
fn the_flat_form_of_a_map_to_sets_of_dots_says_the_same() {
    let mut several = 0;
    for seed in 0..400 {
        let (dice, mut draw) = (Dice::new(Seed(seed)), 0);
        let mut below = |bound: u64| {
            draw += 1;
            dice.below(Concern::Replica, Name(0), draw, bound)
        };
        type Forms = (Causal<DotKeys<u8>>, Causal<DotMap<u8, DotSet>>);
        let mut replicas: [Forms; 3] = Default::default();
        for _ in 0..40 {
            let at = below(3) as usize;
            let other = replicas[below(3) as usize].clone();
            let key = below(3) as u8;
            let (flat, map) = &mut replicas[at];
            let before: Vec<Dot> = flat.store.dots_of(&key).collect();
            assert_eq!(flat.store.contains(&key), map.store.get(&key).is_some());
            assert_eq!(before, map.store.get(&key).map_or(Vec::new(), |dots| dots.as_slice().to_vec()));
            several += usize::from(before.len() > 1);
            let mut killed = Vec::new();
            match below(5) {
                0 => {
                    let dot = flat.next(Identity(at as u32));
                    assert_eq!(map.upcoming(Identity(at as u32)), dot);
                    map.context.insert(dot);
                    flat.store.insert(&key, dot);
                    map.store.update(&key, |dots| dots.insert(dot));
                }
                1 => {
                    let dot = flat.next(Identity(at as u32));
                    map.context.insert(dot);
                    flat.store.renew(&key, dot, |dot| killed.push(dot));
                    map.store.update(&key, |dots| *dots = DotSet::from(dot));
                    assert_eq!(killed, before);
                }
                2 => {
                    flat.store.kill(&key, |dot| killed.push(dot));
                    map.store.remove(&key);
                    assert_eq!(killed, before);
                }
                3 => {
                    let some = &before[..before.len().min(1)];
                    flat.store.kill_dots(&key, some);
                    map.store.update(&key, |dots| some.iter().for_each(|dot| _ = dots.remove(*dot)));
                }
                _ => {
                    flat.join(&other.0);
                    map.join(&other.1);
                }
            }
            assert_eq!((&nested(&flat.store), &flat.context), (&map.store, &map.context), "seed {seed}");
            assert!(flat.store.keys().eq(map.store.keys()), "seed {seed}");
        }
    }
    assert!(several > 500, "only {several} times a key had several dots");
}

/// Random histories of one nested store: what is alive is what no update that is known has dropped.
#[test]
fn a_store_shows_each_dot_that_is_known_and_was_dropped_by_nothing_known() {
    let mut dropped_by_join = 0;
    for seed in 0..400 {
        let (dice, mut draw) = (Dice::new(Seed(seed)), 0);
        let mut below = |bound: u64| {
            draw += 1;
            dice.below(Concern::Replica, Name(0), draw, bound)
        };
        // Beside each state the dots that it was told of, and those of them that it was told are dead.
        type Told = (Vec<(Dot, u8, u8)>, Vec<Dot>);
        let mut replicas: [(Causal<Store>, Told); 3] = Default::default();
        let mut deltas: Vec<(Causal<Store>, Told)> = Vec::new();
        for _ in 0..40 {
            let at = below(3) as usize;
            let (outer, inner) = (below(2) as u8, below(3) as u8);
            let source = match below(6) {
                0 => replicas[below(3) as usize].clone(),
                1 if !deltas.is_empty() => deltas[below(deltas.len() as u64) as usize].clone(),
                2 => {
                    let state = &replicas[at].0;
                    let alive: Vec<Dot> = state.store.get(&outer).map_or(Vec::new(), |store| store.dots().collect());
                    (Causal::without(alive.clone()), (Vec::new(), alive))
                }
                _ => {
                    let dot = replicas[at].0.context.clone().next(Identity(at as u32));
                    let pair = match inner {
                        2 => (DotMap::new(), DotFun::from((dot, u64::from(dot.counter)))),
                        _ => (DotMap::single(inner, DotSet::from(dot)), DotFun::new()),
                    };
                    (Causal::holding(DotMap::single(outer, pair)), (vec![(dot, outer, inner)], Vec::new()))
                }
            };
            let held = replicas[at].0.store.dots().count();
            replicas[at].0.join(&source.0);
            dropped_by_join += usize::from(replicas[at].0.store.dots().count() < held);
            let (told, dead) = &mut replicas[at].1;
            told.extend(&source.1.0);
            dead.extend(&source.1.1);
            deltas.push(source);
            let expected = |(state, (told, dead)): &(Causal<Store>, Told)| {
                let mut alive: Vec<_> = told.iter().filter(|(dot, ..)| !dead.contains(dot)).copied().collect();
                alive.sort();
                alive.dedup();
                let mut shown = Vec::new();
                for (outer, (sets, values)) in state.store.iter() {
                    for (inner, dots) in sets.iter() {
                        shown.extend(dots.dots().map(|dot| (dot, *outer, *inner)));
                    }
                    assert!(values.as_slice().iter().all(|(dot, value)| *value == u64::from(dot.counter)));
                    shown.extend(values.dots().map(|dot| (dot, *outer, 2)));
                }
                shown.sort();
                assert_eq!(shown, alive, "seed {seed}");
            };
            expected(&replicas[at]);
        }
        let [(a, _), (b, _), (c, _)] = &replicas;
        let join = |left: &Causal<Store>, right: &Causal<Store>| {
            let mut left = left.clone();
            left.join(right);
            left
        };
        assert_eq!(join(a, b), join(b, a), "seed {seed}");
        assert_eq!(join(&join(a, b), c), join(a, &join(b, c)), "seed {seed}");
        assert_eq!(&join(a, a), a, "seed {seed}");
        let mut reused = b.clone();
        reused.clone_from(a);
        assert_eq!(&reused, a);
    }
    assert!(dropped_by_join > 1000, "only {dropped_by_join} joins dropped something");
}
