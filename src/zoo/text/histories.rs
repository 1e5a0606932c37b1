//! For tests only: random histories of a list in all its forms, beside a plain reading of its paper.

use std::collections::BTreeSet;

use super::list::{Delta, Effect, List};
use super::rule::{Origins, Rule};
use crate::base::{Concern, Dice, Digester, Dot, Name, Seed};
use crate::model::list::ListOp;
use crate::replica::{DataType, DeltaBased, OpBased, Site, StateBased};

/// Numbers below the asked bound, one after the other, the same for the same seed.
pub(super) fn draws(seed: u64) -> impl FnMut(u64) -> u64 {
    let (dice, mut draw) = (Dice::new(Seed(seed)), 0);
    move |bound| {
        draw += 1;
        dice.below(Concern::Replica, Name(0), draw, bound)
    }
}

fn shuffle<T>(items: &mut [T], below: &mut impl FnMut(u64) -> u64) {
    for last in (1..items.len()).rev() {
        items.swap(last, below(last as u64 + 1) as usize);
    }
}

/// An algorithm as its paper prints it, slow and for reading. It knows of insertions only: a deletion
/// moves nothing in any of them.
pub(super) trait Naive: Default {
    type Message: Clone;

    /// Inserts behind this element, or at the front, and tells the others.
    fn insert(&mut self, dot: Dot, left: Option<Dot>) -> Self::Message;

    /// Takes in an insertion, after all that its writer knew.
    fn receive(&mut self, message: &Self::Message);

    /// All elements in order, also those that were deleted.
    fn order(&self) -> Vec<Dot>;
}

/// One replica in every form. All forms always know the same updates.
#[derive(Clone)]
struct Copies<R: Rule, N> {
    state: List<u64, R>,
    delta: List<u64, R>,
    op: List<u64, R>,
    naive: N,
    deleted: BTreeSet<Dot>,
    /// The updates known, by number, in the order in which they came.
    log: Vec<usize>,
}

struct Update<R: Rule, M> {
    effect: Effect<u64, R::Link>,
    delta: Delta<u64, R::Link>,
    naive: Option<M>,
}

/// A history, and what became of it.
pub(super) struct History<R: Rule, N: Naive> {
    seed: u64,
    copies: Vec<Copies<R, N>>,
    updates: Vec<Update<R, N::Message>>,
    /// Every insertion, and what it was inserted between as the replica showed it then.
    pub(super) inserted: Vec<(Dot, Origins)>,
    /// Orders that were shown on the way.
    shown: Vec<Vec<Dot>>,
}

fn order<R: Rule>(list: &List<u64, R>) -> Vec<Dot> {
    list.elements().map(|element| element.dot).collect()
}

impl<R: Rule, N: Naive + Clone> History<R, N> {
    /// Updates and exchanges at random among two to four replicas; in the end all know all.
    pub(super) fn random(seed: u64, steps: u64) -> History<R, N> {
        let mut below = draws(seed);
        let replicas = 2 + below(3) as usize;
        let mut history = History::of(seed, replicas);
        for _ in 0..below(steps) {
            let at = below(replicas as u64) as usize;
            if below(3) == 0 {
                history.send(at, below(replicas as u64) as usize, &mut below);
            } else {
                let op = history.copies[at].op.propose(&mut below);
                history.update(at, &op);
            }
        }
        for round in 0..2 {
            for at in 1..replicas {
                let (from, to) = if round == 0 { (at, 0) } else { (0, at) };
                history.send(from, to, &mut below);
            }
        }
        history.judge();
        history
    }

    pub(super) fn of(seed: u64, replicas: usize) -> History<R, N> {
        let empty = || Copies {
            state: List::new(),
            delta: List::new(),
            op: List::new(),
            naive: N::default(),
            deleted: BTreeSet::new(),
            log: Vec::new(),
        };
        let copies = std::iter::repeat_with(empty).take(replicas).collect();
        History { seed, copies, updates: Vec::new(), inserted: Vec::new(), shown: Vec::new() }
    }

    /// The elements in their final order.
    pub(super) fn order(&self) -> Vec<Dot> {
        order(&self.copies[0].state)
    }

    /// The names of the deleted ones.
    pub(super) fn deleted(&self) -> &BTreeSet<Dot> {
        &self.copies[0].deleted
    }

    pub(super) fn update(&mut self, at: usize, op: &ListOp<u64>) {
        let site = Site::of(at as u32);
        let copies = &mut self.copies[at];
        let mut expected = copies.op.view();
        let elements: Vec<(Dot, bool)> = copies.op.elements().map(|element| (element.dot, element.deleted)).collect();

        copies.state.apply(op, site).expect("proposed operations fit");
        let delta = copies.delta.mutate(op, site).expect("proposed operations fit");
        let effect = copies.op.prepare(op, site).expect("proposed operations fit");
        copies.op.effect(&effect);
        let naive = match (op, &effect) {
            (ListOp::Insert(index, value), Effect::Insert(insertion)) => {
                expected.insert(*index as usize, *value);
                let mut shown = elements.iter().filter(|(_, deleted)| !deleted);
                let left = index.checked_sub(1).and_then(|before| shown.nth(before as usize)).map(|(dot, _)| *dot);
                let behind = elements.iter().position(|(dot, _)| Some(*dot) == left).map_or(0, |left| left + 1);
                let right = elements.get(behind).map(|(dot, _)| *dot);
                self.inserted.push((insertion.dot, Origins { left, right }));
                Some(copies.naive.insert(insertion.dot, left))
            }
            (ListOp::Delete(index), Effect::Delete(dot)) => {
                expected.remove(*index as usize);
                copies.deleted.insert(*dot);
                None
            }
            _ => panic!("{op:?} became {effect:?}"),
        };
        assert_eq!(copies.op.view(), expected, "seed {}: {op:?} did something else at its writer", self.seed);
        copies.log.push(self.updates.len());
        self.updates.push(Update { effect, delta, naive });
        self.compare(at);
    }

    /// Brings all that one knows to another, in each form as that form may come: effects in causal order
    /// and again, deltas in any order, again and in groups, and the state.
    pub(super) fn send(&mut self, from: usize, to: usize, below: &mut impl FnMut(u64) -> u64) {
        let source = self.copies[from].clone();
        let copies = &mut self.copies[to];
        let news: Vec<usize> = source.log.iter().copied().filter(|update| !copies.log.contains(update)).collect();
        copies.state.merge(&source.state);

        let mut deltas: Vec<usize> = if below(2) == 0 { source.log.clone() } else { news.clone() };
        shuffle(&mut deltas, below);
        let mut group: Option<Delta<u64, R::Link>> = None;
        for update in deltas {
            let delta = &self.updates[update].delta;
            match &mut group {
                Some(group) => List::<u64, R>::combine(group, delta),
                None => group = Some(delta.clone()),
            }
            if below(2) == 0 {
                copies.delta.join(&group.take().expect("it was just filled"));
            }
        }
        group.iter().for_each(|group| copies.delta.join(group));

        for update in news {
            let Update { effect, naive, .. } = &self.updates[update];
            copies.op.effect(effect);
            naive.iter().for_each(|message| copies.naive.receive(message));
            if let Effect::Delete(dot) = effect {
                copies.deleted.insert(*dot);
            }
            copies.log.push(update);
            let again = copies.log[below(copies.log.len() as u64) as usize];
            copies.op.effect(&self.updates[again].effect);
        }
        self.compare(to);
    }

    /// All forms agree with each other and with the paper.
    fn compare(&mut self, at: usize) {
        let (seed, copies) = (self.seed, &self.copies[at]);
        let expected = copies.naive.order();
        for (form, list) in [("state", &copies.state), ("delta", &copies.delta), ("op", &copies.op)] {
            assert_eq!(order(list), expected, "seed {seed}: the {form} form has another order");
            assert_eq!(list.held(), 0, "seed {seed}: the {form} form holds back what it could place");
            assert_eq!(list.whole(), copies.state.whole(), "seed {seed}: the {form} form knows something else");
            let deleted = list.elements().filter(|element| element.deleted).map(|element| element.dot);
            assert_eq!(deleted.collect::<BTreeSet<_>>(), copies.deleted, "seed {seed}: the {form} form");
            let view = list.elements().filter(|element| !element.deleted).map(|element| *element.value);
            assert_eq!(list.view(), view.collect::<Vec<_>>());
            let mut digester = Digester::new();
            list.digest(&mut digester);
            assert_eq!(digester.finish(), Digester::of(&list.view()));
        }
        self.shown.push(expected);
    }

    /// All know all and show the same, and one order agrees with all that was ever shown.
    fn judge(&self) {
        let (seed, last) = (self.seed, self.order());
        let place = |dot: &Dot| last.iter().position(|other| other == dot);
        for copies in &self.copies {
            assert_eq!(copies.log.len(), self.updates.len());
            assert_eq!(order(&copies.state), last, "seed {seed}: replicas that know the same differ");
        }
        assert_eq!(last.iter().collect::<BTreeSet<_>>(), self.inserted.iter().map(|(dot, _)| dot).collect());
        for shown in &self.shown {
            let places: Vec<_> = shown.iter().map(place).collect();
            assert!(places.is_sorted() && !places.contains(&None), "seed {seed}: {shown:?} against {last:?}");
        }
    }

    /// Merging is a join on the states that were reached, and what is written is read again.
    fn keep_the_laws(&self) {
        let said = |list: &List<u64, R>| (order(list), list.whole());
        let join = |a: &List<u64, R>, b: &List<u64, R>| {
            let mut a = a.clone();
            a.merge(b);
            a
        };
        let [a, b, c] = [0, 1, self.copies.len() - 1].map(|at| &self.copies[at].state);
        assert_eq!(said(&join(a, b)), said(&join(b, a)), "seed {}: the order of two matters", self.seed);
        assert_eq!(said(&join(&join(a, b), c)), said(&join(a, &join(b, c))), "seed {}: the grouping", self.seed);
        assert_eq!(said(&join(a, a)), said(a), "seed {}: a state changes itself", self.seed);

        let mut joined = List::new();
        joined.join(&a.whole());
        assert_eq!(said(&joined), said(a), "seed {}: the whole state as a delta is another", self.seed);
        let mut copied = b.clone();
        copied.clone_from(a);
        assert_eq!(said(&copied), said(a), "seed {}: a copy is another", self.seed);
        let bytes = postcard::to_allocvec(a).expect("states can be written");
        let read: List<u64, R> = postcard::from_bytes(&bytes).expect("what was written can be read");
        assert_eq!(said(&read), said(a), "seed {}: what was written is read as another", self.seed);
        assert_eq!(postcard::to_allocvec(&read).expect("states can be written"), bytes);
        if let Some(Update { effect, delta, .. }) = self.updates.last() {
            let bytes = postcard::to_allocvec(&(effect, delta)).expect("messages can be written");
            let read = postcard::from_bytes(&bytes).expect("what was written can be read");
            assert_eq!((effect.clone(), delta.clone()), read);
        }
    }

    /// A state is the set of deltas that were joined: their order and number leave no trace, also where
    /// some wait for others that never come.
    fn some_deltas_in_two_orders(&self, below: &mut impl FnMut(u64) -> u64) -> usize {
        let mut some: Vec<usize> = (0..self.updates.len()).filter(|_| below(4) > 0).collect();
        let mut joined = |deltas: &mut [usize]| {
            shuffle(deltas, below);
            let mut list: List<u64, R> = List::new();
            let again = deltas.len() / 2;
            deltas.iter().chain(&deltas[again..]).for_each(|update| list.join(&self.updates[*update].delta));
            list
        };
        let (one, half) = (joined(&mut some), some.len() / 2);
        let mut other = joined(&mut some[half..]);
        other.merge(&joined(&mut some[..half]));
        assert_eq!((order(&one), one.whole()), (order(&other), other.whole()), "seed {}", self.seed);
        one.held()
    }
}

/// Thousands of histories, checked at every step.
pub(super) fn agree_with_the_paper<R: Rule, N: Naive + Clone>() {
    let (mut updates, mut deleted, mut held) = (0, 0, 0);
    for seed in 0..3000 {
        let history = History::<R, N>::random(seed, 40);
        updates += history.updates.len();
        deleted += history.deleted().len();
        held += history.some_deltas_in_two_orders(&mut draws(seed));
    }
    assert!(updates > 35_000 && deleted > 6000 && held > 5000, "{updates} updates, {deleted} deleted, {held} held");
}

/// Lattice laws and encodings, on states in the middle of a history.
pub(super) fn merge_as_a_join<R: Rule, N: Naive + Clone>() {
    for seed in 0..300 {
        let mut below = draws(seed);
        let mut history = History::<R, N>::of(seed, 3);
        for _ in 0..below(40) {
            let at = below(3) as usize;
            if below(4) == 0 {
                history.send(at, below(3) as usize, &mut below);
            } else {
                let op = history.copies[at].op.propose(&mut below);
                history.update(at, &op);
            }
        }
        history.keep_the_laws();
    }
}

/// A hundred thousand characters at random places, then into a second replica in both ways.
pub(super) fn hold_a_long_text<R: Rule>() {
    let (mut below, count) = (draws(1), 100_000);
    let (mut first, mut effects) = (List::<u64, R>::new(), Vec::new());
    let mut expected: Vec<Vec<u64>> = vec![Vec::new()];
    for n in 0..count {
        let index = below(n + 1);
        let effect = first.prepare(&ListOp::Insert(index as u32, n), Site::of(0)).expect("the index fits");
        first.effect(&effect);
        effects.push(effect);

        let (mut block, mut index) = (0, index as usize);
        while index > expected[block].len() {
            index -= expected[block].len();
            block += 1;
        }
        expected[block].insert(index, n);
        if expected[block].len() > 1000 {
            let rest = expected[block].split_off(500);
            expected.insert(block + 1, rest);
        }
    }
    let (mut merged, mut told) = (List::new(), List::new());
    merged.merge(&first);
    effects.iter().for_each(|effect| told.effect(effect));
    let expected = expected.concat();
    for (way, list) in [("typed", &first), ("merged", &merged), ("told", &told)] {
        assert!(list.view() == expected, "what was {way} is in another order");
    }
}
