//! A register that keeps the largest value ever written, or the smallest.
//!
//! The order of the values is the whole of it: merging keeps the larger (or smaller) one. After *A
//! Comprehensive Study of Convergent and Commutative Replicated Data Types* (2011), whose counters are
//! made of such registers, and *Logic and Lattices for Distributed Programming* (2012).
//!
//! Promises the extreme of all values known, in any order and however often merged. A smaller (or larger)
//! write is accepted and shows nothing.

use std::cmp::Ordering;
use std::fmt::Debug;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::base::{Canonical, Digester};
use crate::model::register::{RegisterOp, largest, smallest};
use crate::model::{Growth, Specification};
use crate::replica::{DataType, Delivery, DeltaBased, Element, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;

/// Keeps the largest value.
pub type MaxRegister<E> = ExtremeRegister<E, Largest>;

/// Keeps the smallest value.
pub type MinRegister<E> = ExtremeRegister<E, Smallest>;

/// Which of two values is kept.
pub trait Direction: Clone + Debug + PartialEq {
    /// How a value that replaces another compares to it.
    const REPLACES: Ordering;

    /// What a register that keeps this one must show.
    fn specification<E: Element>() -> Specification<RegisterOp<E>, Option<E>>;
}

/// The larger one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Largest;

/// The smaller one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Smallest;

impl Direction for Largest {
    const REPLACES: Ordering = Ordering::Greater;

    fn specification<E: Element>() -> Specification<RegisterOp<E>, Option<E>> {
        largest()
    }
}

impl Direction for Smallest {
    const REPLACES: Ordering = Ordering::Less;

    fn specification<E: Element>() -> Specification<RegisterOp<E>, Option<E>> {
        smallest()
    }
}

/// Keeps one end of all that was written.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent, bound = "E: Element")]
pub struct ExtremeRegister<E, D> {
    value: Option<E>,
    direction: PhantomData<D>,
}

impl<E, D> ExtremeRegister<E, D> {
    /// One that was never written.
    pub const fn new() -> ExtremeRegister<E, D> {
        ExtremeRegister { value: None, direction: PhantomData }
    }
}

impl<E: Element, D: Direction> ExtremeRegister<E, D> {
    #[inline]
    fn take_in(value: &mut Option<E>, news: &E) {
        match value {
            Some(old) if news.cmp(old) != D::REPLACES => {}
            Some(old) => old.clone_from(news),
            None => *value = Some(news.clone()),
        }
    }
}

impl<E, D> Default for ExtremeRegister<E, D> {
    fn default() -> ExtremeRegister<E, D> {
        ExtremeRegister::new()
    }
}

impl<E: Clone, D> Clone for ExtremeRegister<E, D> {
    #[inline]
    fn clone(&self) -> ExtremeRegister<E, D> {
        ExtremeRegister { value: self.value.clone(), direction: PhantomData }
    }

    #[inline]
    fn clone_from(&mut self, source: &ExtremeRegister<E, D>) {
        self.value.clone_from(&source.value);
    }
}

impl<E: Element, D: Direction> DataType for ExtremeRegister<E, D> {
    type Op = RegisterOp<E>;
    type View = Option<E>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> RegisterOp<E> {
        RegisterOp::propose(E::nth, pick)
    }

    fn view(&self) -> Option<E> {
        self.value.clone()
    }

    fn digest(&self, digester: &mut Digester) {
        self.value.feed(digester);
    }
}

impl<E: Element, D: Direction> Specified for ExtremeRegister<E, D> {
    fn specification(&self) -> Specification<RegisterOp<E>, Option<E>> {
        D::specification().growing_with(Growth::Live)
    }
}

impl<E: Element, D: Direction> StateBased for ExtremeRegister<E, D> {
    fn apply(&mut self, op: &RegisterOp<E>, _: Site) -> Result<(), Refused> {
        let RegisterOp::Write(value) = op;
        Self::take_in(&mut self.value, value);
        Ok(())
    }

    fn merge(&mut self, other: &ExtremeRegister<E, D>) {
        self.join(&other.value);
    }
}

/// A delta is a value; of several, the one that is kept.
impl<E: Element, D: Direction> DeltaBased for ExtremeRegister<E, D> {
    type Delta = Option<E>;

    fn mutate(&mut self, op: &RegisterOp<E>, site: Site) -> Result<Option<E>, Refused> {
        self.apply(op, site)?;
        let RegisterOp::Write(value) = op;
        Ok(Some(value.clone()))
    }

    fn join(&mut self, delta: &Option<E>) {
        Self::combine(&mut self.value, delta);
    }

    fn combine(into: &mut Option<E>, other: &Option<E>) {
        if let Some(news) = other {
            Self::take_in(into, news);
        }
    }

    fn whole(&self) -> Option<E> {
        self.value.clone()
    }
}

impl<E: Element, D: Direction> OpBased for ExtremeRegister<E, D> {
    type Effect = E;

    const DELIVERY: Delivery = Delivery::AnyRepeated;

    fn prepare(&self, op: &RegisterOp<E>, _: Site) -> Result<E, Refused> {
        let RegisterOp::Write(value) = op;
        Ok(value.clone())
    }

    fn effect(&mut self, effect: &E) {
        Self::take_in(&mut self.value, effect);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zoo::counter::histories::{Deltas, Issued, effects_agree, forms_agree, never};

    /// What a register shows after each of these writes.
    fn after_each<D: Direction>(writes: [u64; 4]) -> [Option<u64>; 4] {
        let mut register = ExtremeRegister::<u64, D>::new();
        writes.map(|value| {
            register.apply(&RegisterOp::Write(value), Site::of(0)).unwrap();
            register.view()
        })
    }

    #[test]
    fn a_write_that_is_not_beyond_the_value_shows_nothing() {
        assert_eq!(after_each::<Largest>([3, 2, 5, 5]), [3, 3, 5, 5].map(Some));
        assert_eq!(after_each::<Smallest>([3, 4, 2, 2]), [3, 3, 2, 2].map(Some));
        assert_eq!(MaxRegister::<u64>::new().view(), None);
    }

    fn written<D: Direction>(known: &[&Issued<ExtremeRegister<String, D>>]) -> Vec<String> {
        let value = |update: &&Issued<ExtremeRegister<String, D>>| {
            let RegisterOp::Write(value) = &update.op;
            value.clone()
        };
        known.iter().map(value).collect()
    }

    #[test]
    fn every_form_shows_the_extreme_of_what_it_knows() {
        let largest = |known: &[&Issued<MaxRegister<String>>]| written(known).into_iter().max();
        assert!(forms_agree(MaxRegister::new(), Deltas::AnyOrder, never, largest).updates > 3000);
        effects_agree(MaxRegister::new(), never, largest);
        let smallest = |known: &[&Issued<MinRegister<String>>]| written(known).into_iter().min();
        assert!(forms_agree(MinRegister::new(), Deltas::AnyOrder, never, smallest).updates > 3000);
        effects_agree(MinRegister::new(), never, smallest);
    }
}
