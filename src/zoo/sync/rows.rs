//! Data types whose state falls apart by key, such that rows need not know of each other.
//!
//! The law: joining all rows of a state, in any order, gives the state; and a row joined with an older or a
//! concurrent one of its key is the newer row of that key, whatever stands in other rows.

use std::fmt::Debug;

use crate::base::{Canonical, Identity};
use crate::replica::{DeltaBased, Element};
use crate::zoo::counter::{Cells, GCounter, PnCounter, PnDelta};
use crate::zoo::dots::Causal;
use crate::zoo::register::{
    ClientMvRegister, Direction, ExtremeRegister, LatticeRegister, LwwRegister, MvRegister, Stamping,
};
use crate::zoo::set::{DisableWinsFlag, EnableWinsFlag, GSet, LwwSet, TaggedOrSet, TwoPhaseSet};

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
    [] DisableWinsFlag: |Causal { context, .. }| context.is_empty(),
}

#[cfg(test)]
mod tests {
    use super::super::news::bytes;
    use super::*;
    use crate::base::{Concern, Dice, Lamport, Name, Seed};
    use crate::replica::Site;
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
    }
}
