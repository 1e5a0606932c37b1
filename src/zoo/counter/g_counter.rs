//! A counter that only grows.
//!
//! Each identity counts in a slot of its own; merging takes the larger of each pair of slots, and the
//! value is their sum. (One number for all would lose by maximum and count twice by sum.) A delta is the
//! slot that changed: a single slot value says all that its identity counted before. After *A
//! Comprehensive Study of Convergent and Commutative Replicated Data Types* (2011); deltas after *Delta
//! State Replicated Data Types* (2018).
//!
//! Promises the number of increments taken in, each by its amount, in any order and however often merged.
//! Does not promise to notice who counts in a slot that is not theirs, nor what a replica counts that
//! lost its state and starts again at zero under its old identity.

use serde::{Deserialize, Serialize};

use super::{Cells, Slots};
use crate::base::{Canonical, Digester, Identity};
use crate::model::counter::{GrowOp, grow_only};
use crate::model::{Growth, Specification};
use crate::replica::{DataType, Delivery, DeltaBased, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;

/// A counter that only grows.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GCounter {
    slots: Slots,
}

impl GCounter {
    /// One at zero.
    pub const fn new() -> GCounter {
        GCounter { slots: Slots::new() }
    }

    /// What each identity has counted.
    pub fn slots(&self) -> &Slots {
        &self.slots
    }
}

impl From<Slots> for GCounter {
    fn from(slots: Slots) -> GCounter {
        GCounter { slots }
    }
}

impl Clone for GCounter {
    #[inline]
    fn clone(&self) -> GCounter {
        GCounter { slots: self.slots.clone() }
    }

    #[inline]
    fn clone_from(&mut self, source: &GCounter) {
        self.slots.clone_from(&source.slots);
    }
}

impl DataType for GCounter {
    type Op = GrowOp;
    type View = u64;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> GrowOp {
        GrowOp::propose(pick)
    }

    fn view(&self) -> u64 {
        self.slots.sum()
    }

    fn digest(&self, digester: &mut Digester) {
        self.slots.sum().feed(digester);
    }
}

impl Specified for GCounter {
    fn specification(&self) -> Specification<GrowOp, u64> {
        grow_only().growing_with(Growth::Identities)
    }
}

impl StateBased for GCounter {
    fn apply(&mut self, op: &GrowOp, site: Site) -> Result<(), Refused> {
        let GrowOp::Increment(amount) = *op;
        self.slots.add(site.identity, amount);
        Ok(())
    }

    fn merge(&mut self, other: &GCounter) {
        self.slots.merge(&other.slots);
    }
}

impl DeltaBased for GCounter {
    type Delta = Cells<Identity>;

    fn mutate(&mut self, op: &GrowOp, site: Site) -> Result<Cells<Identity>, Refused> {
        let GrowOp::Increment(amount) = *op;
        Ok(Cells::one(site.identity, self.slots.add(site.identity, amount)))
    }

    fn join(&mut self, delta: &Cells<Identity>) {
        self.slots.join(delta);
    }

    fn combine(into: &mut Cells<Identity>, other: &Cells<Identity>) {
        into.combine(other);
    }

    fn whole(&self) -> Cells<Identity> {
        self.slots.whole()
    }
}

/// That someone counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Who.
    pub identity: Identity,
    /// How much.
    pub amount: u32,
}

impl OpBased for GCounter {
    type Effect = Counted;

    const DELIVERY: Delivery = Delivery::AnyOnce;

    fn prepare(&self, op: &GrowOp, site: Site) -> Result<Counted, Refused> {
        let GrowOp::Increment(amount) = *op;
        Ok(Counted { identity: site.identity, amount })
    }

    fn effect(&mut self, effect: &Counted) {
        self.slots.add(effect.identity, effect.amount);
    }
}

#[cfg(test)]
mod tests {
    use super::super::histories::{Deltas, Issued, effects_agree, forms_agree, never};
    use super::*;

    fn counter<const N: usize>(slots: [u64; N]) -> GCounter {
        Slots::from(slots).into()
    }

    #[test]
    fn merging_takes_the_larger_of_each_slot() {
        let mut a = counter([10, 3, 7]);
        a.merge(&counter([8, 8, 5]));
        assert_eq!(a, counter([10, 8, 7]));
    }

    #[test]
    fn three_replicas_together_read_twenty() {
        let mut a = counter([10, 3, 7]);
        let mut b = counter([8, 3, 5]);
        a.merge(&b);
        a.merge(&counter([10, 2, 7]));
        assert_eq!(a.view(), 20);
        b.apply(&GrowOp::Increment(5), Site::of(1)).unwrap();
        a.merge(&b);
        assert_eq!(a, counter([10, 8, 7]), "B counted five more and met A");
    }

    #[test]
    fn five_replicas_with_ten_each_read_ten_alone_and_fifty_together() {
        let mut replicas = vec![GCounter::new(); 5];
        for (identity, replica) in replicas.iter_mut().enumerate() {
            for _ in 0..10 {
                replica.apply(&GrowOp::Increment(1), Site::of(identity as u32)).unwrap();
            }
            assert_eq!(replica.view(), 10);
        }
        let copies = replicas.clone();
        for replica in &mut replicas {
            copies.iter().for_each(|copy| replica.merge(copy));
            copies.iter().for_each(|copy| replica.merge(copy));
            assert_eq!(replica.view(), 50, "however often they meet");
        }
    }

    #[test]
    fn a_delta_is_the_slot_that_changed() {
        let mut a = counter([10, 3, 7]);
        let delta = a.mutate(&GrowOp::Increment(5), Site::of(1)).unwrap();
        assert_eq!(delta, Cells::one(Identity(1), 8));
        let mut b = counter([0, 1]);
        b.join(&delta);
        assert_eq!(b, counter([0, 8]), "a slot value is its whole past");
    }

    /// What a reader of the updates would add up.
    fn reference(known: &[&Issued<GCounter>]) -> u64 {
        known
            .iter()
            .map(|update| {
                let GrowOp::Increment(amount) = update.op;
                u64::from(amount)
            })
            .sum()
    }

    #[test]
    fn every_form_reads_the_sum_of_what_it_knows() {
        let tally = forms_agree(GCounter::new(), Deltas::AnyOrder, never, reference);
        assert!(tally.updates > 3000 && tally.refused == 0, "{tally:?}");
    }

    #[test]
    fn effects_come_in_any_order() {
        effects_agree(GCounter::new(), never, reference);
    }
}
