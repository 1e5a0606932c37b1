//! Data types whose state falls apart by key, such that rows need not know of each other.
//!
//! The law: joining all rows of a state, in any order, gives the state; and a row joined with an older or a
//! concurrent one of its key is the newer row of that key, whatever stands in other rows.

use std::fmt::Debug;

use crate::base::{Canonical, Dot, Identity, Lamport};
use crate::replica::{DeltaBased, Element, OpBased};
use crate::zoo::counter::{Cells, GCounter, PnCounter, PnDelta};
use crate::zoo::document::{Changes, History, Meaning};
use crate::zoo::dots::Causal;
use crate::zoo::map::{DotCounter, Record};
use crate::zoo::register::{
    ClientMvRegister, Direction, ExtremeRegister, LatticeRegister, LwwRegister, MvRegister, Stamping,
};
use crate::zoo::set::{DisableWinsFlag, EnableWinsFlag, GSet, LwwSet, TaggedOrSet, TwoPhaseSet};
use crate::zoo::tree::move_tree::{Move, MoveTree};

/// A data type whose deltas are rows by key.
pub trait Rows: DeltaBased {
    /// What tells rows apart.
    type Key: Clone + Ord + Debug + Canonical;

    /// The rows of a delta, sorted by key, each key once.
    fn rows(delta: &Self::Delta) -> Vec<(Self::Key, Self::Delta)>;
}

impl Rows for GCounter {
    type Key = Identity;

    fn rows(delta: &Cells<Identity>) -> Vec<(Identity, Cells<Identity>)> {
        delta.iter().map(|(slot, value)| (slot, Cells::one(slot, value))).collect()
    }
}

/// Whether it is of what was taken away, and whose.
impl Rows for PnCounter {
    type Key = (bool, Identity);

    fn rows(delta: &PnDelta) -> Vec<(Self::Key, PnDelta)> {
        let up = delta
            .up
            .iter()
            .map(|(slot, value)| ((false, slot), PnDelta { up: Cells::one(slot, value), down: Cells::default() }));
        let down = delta
            .down
            .iter()
            .map(|(slot, value)| ((true, slot), PnDelta { up: Cells::default(), down: Cells::one(slot, value) }));
        up.chain(down).collect()
    }
}

impl<E: Element> Rows for GSet<E> {
    type Key = E;

    fn rows(delta: &GSet<E>) -> Vec<(E, GSet<E>)> {
        delta.iter().map(|element| (element.clone(), GSet::single(element.clone()))).collect()
    }
}

impl<E: Element> Rows for TwoPhaseSet<E> {
    type Key = E;

    fn rows(delta: &TwoPhaseSet<E>) -> Vec<(E, TwoPhaseSet<E>)> {
        delta.split()
    }
}

impl<E: Element> Rows for LwwSet<E> {
    type Key = E;

    fn rows(delta: &Self::Delta) -> Vec<(E, Self::Delta)> {
        delta.iter().map(|stamped| (stamped.element().clone(), vec![stamped.clone()])).collect()
    }
}

impl<E: Element> Rows for TaggedOrSet<E> {
    type Key = E;

    fn rows(delta: &Self::Delta) -> Vec<(E, Self::Delta)> {
        let elements = delta.chunk_by(|one, next| one.element() == next.element());
        elements.map(|tags| (tags[0].element().clone(), tags.to_vec())).collect()
    }
}

impl<K: Element, E: Element, S: Stamping> Rows for Record<K, E, S> {
    type Key = K;

    fn rows(delta: &Self::Delta) -> Vec<(K, Self::Delta)> {
        delta.split()
    }
}

/// Each move by itself: the state is the set of them.
impl<E: Element> Rows for MoveTree<E> {
    type Key = Lamport;

    fn rows(delta: &MoveTree<E>) -> Vec<(Lamport, MoveTree<E>)> {
        let alone = |one: Move<E>| {
            let mut tree = MoveTree::new();
            tree.effect(&one);
            (one.stamp, tree)
        };
        delta.moves().map(alone).collect()
    }
}

/// Each change by itself: the state is the set of them.
impl<M: Meaning> Rows for History<M> {
    type Key = Dot;

    fn rows(delta: &Changes<M>) -> Vec<(Dot, Changes<M>)> {
        let mut rows: Vec<_> = delta.0.iter().map(|change| (change.dot, Changes(vec![change.clone()]))).collect();
        rows.sort_by_key(|(dot, _)| *dot);
        rows
    }
}

macro_rules! one_row {
    ($([$($parameter:tt)*] $type:ty: $is_empty:expr,)*) => {$(
        /// One row, as there is one thing.
        impl<$($parameter)*> Rows for $type {
            type Key = ();

            fn rows(delta: &Self::Delta) -> Vec<((), Self::Delta)> {
                let is_empty: fn(&Self::Delta) -> bool = $is_empty;
                if is_empty(delta) { Vec::new() } else { vec![((), delta.clone())] }
            }
        }
    )*};
}

one_row! {
    [E: Element, S: Stamping] LwwRegister<E, S>: Option::is_none,
    [E: Element, D: Direction] ExtremeRegister<E, D>: Option::is_none,
    [] LatticeRegister: |_| false,
    [E: Element] MvRegister<E>: |siblings| siblings.context().is_empty(),
    [E: Element] ClientMvRegister<E>: |siblings| siblings.context().is_empty(),
    [] EnableWinsFlag: |Causal { context, .. }| context.is_empty(),
    [] DotCounter: |Causal { context, .. }| context.is_empty(),
    [] DisableWinsFlag: |Causal { context, .. }| context.is_empty(),
}

#[cfg(test)]
mod tests {
    use super::super::news::bytes;
    use super::*;
    use crate::base::{Concern, Dice, Name, Seed};
    use crate::replica::Site;
    use crate::zoo::document::PathDocument;
    use crate::zoo::set::Bias;

    fn fall_apart_and_come_together<T: Rows>(start: &T) {
        for seed in 0..200 {
            let (dice, mut draws) = (Dice::new(Seed(seed)), 0);
            let mut pick = |bound: u64| {
                draws += 1;
                dice.below(Concern::Client, Name(1), draws, bound)
            };
            let mut values = [start.clone(), start.clone()];
            for at in 0..10 {
                let here = pick(2) as usize;
                let op = values[here].propose(&mut pick);
                if let Ok(delta) = values[here].mutate(&op, Site::of(here as u32).at(at)) {
                    assert!(T::rows(&delta).len() <= 1, "an update touches one key: {delta:?}");
                }
                if pick(4) == 0 {
                    let other = values[1 - here].clone();
                    values[here].merge(&other);
                }
            }
            let rows = T::rows(&values[0].whole());
            assert!(rows.windows(2).all(|pair| pair[0].0 < pair[1].0), "sorted, and each key once");
            let (mut merged, mut joined) = (values[1].clone(), values[1].clone());
            merged.merge(&values[0]);
            rows.iter().rev().for_each(|(_, row)| joined.join(row));
            assert_eq!(bytes(&joined.whole()), bytes(&merged.whole()), "seed {seed}");
            assert!(joined.view() == merged.view(), "seed {seed}");
        }
    }

    #[test]
    fn rows_joined_in_any_order_are_the_state() {
        fall_apart_and_come_together(&GCounter::new());
        fall_apart_and_come_together(&PnCounter::new());
        fall_apart_and_come_together(&GSet::<char>::new());
        fall_apart_and_come_together(&TwoPhaseSet::<char>::new());
        fall_apart_and_come_together(&LwwSet::<char>::new(Bias::Remove));
        fall_apart_and_come_together(&TaggedOrSet::<char>::new());
        fall_apart_and_come_together(&LwwRegister::<char, Lamport>::new());
        fall_apart_and_come_together(&MvRegister::<char>::new());
        fall_apart_and_come_together(&EnableWinsFlag::new());
        fall_apart_and_come_together(&DisableWinsFlag::new());
        fall_apart_and_come_together(&DotCounter::default());
        fall_apart_and_come_together(&Record::<char, char, Lamport>::default());
        fall_apart_and_come_together(&MoveTree::<char>::new());
        fall_apart_and_come_together(&PathDocument::default());
    }
}
