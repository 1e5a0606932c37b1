//! A counter that goes both ways.
//!
//! Two counters that only grow, one of increments and one of decrements; the value is their difference.
//! (One slot that goes both ways would let an old, larger value undo a decrement.) A delta is the slot
//! that changed, on its side. After *A Comprehensive Study of Convergent and Commutative Replicated Data
//! Types* (2011).
//!
//! Promises increments less decrements of what is known, in any order and however often merged. Does not
//! promise any bound: it goes below zero, and two replicas may each take away the last one. Removed from
//! a map and counted on, it comes back with all it had.

use serde::{Deserialize, Serialize};

use super::{Cells, Slots};
use crate::base::{Canonical, Digester, Identity};
use crate::model::counter::{CounterOp, up_and_down};
use crate::model::{Growth, Specification};
use crate::replica::{DataType, Delivery, DeltaBased, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;

/// A counter that goes both ways.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PnCounter {
    up: Slots,
    down: Slots,
}

impl PnCounter {
    /// One at zero.
    pub const fn new() -> PnCounter {
        PnCounter { up: Slots::new(), down: Slots::new() }
    }

    /// One with these increments and decrements.
    pub fn of(up: Slots, down: Slots) -> PnCounter {
        PnCounter { up, down }
    }

    /// What each identity has added, and what it has taken away.
    pub fn slots(&self) -> (&Slots, &Slots) {
        (&self.up, &self.down)
    }

    fn value(&self) -> i64 {
        // Exact wherever the difference has 64 bits, whatever the sums do.
        self.up.sum().wrapping_sub(self.down.sum()) as i64
    }
}

impl Clone for PnCounter {
    #[inline]
    fn clone(&self) -> PnCounter {
        PnCounter { up: self.up.clone(), down: self.down.clone() }
    }

    #[inline]
    fn clone_from(&mut self, source: &PnCounter) {
        self.up.clone_from(&source.up);
        self.down.clone_from(&source.down);
    }
}

impl DataType for PnCounter {
    type Op = CounterOp;
    type View = i64;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> CounterOp {
        CounterOp::propose(pick)
    }

    fn view(&self) -> i64 {
        self.value()
    }

    fn digest(&self, digester: &mut Digester) {
        self.value().feed(digester);
    }
}

impl Specified for PnCounter {
    fn specification(&self) -> Specification<CounterOp, i64> {
        up_and_down().growing_with(Growth::Identities)
    }
}

impl StateBased for PnCounter {
    fn apply(&mut self, op: &CounterOp, site: Site) -> Result<(), Refused> {
        match *op {
            CounterOp::Increment(amount) => self.up.add(site.identity, amount),
            CounterOp::Decrement(amount) => self.down.add(site.identity, amount),
        };
        Ok(())
    }

    fn merge(&mut self, other: &PnCounter) {
        self.up.merge(&other.up);
        self.down.merge(&other.down);
    }
}

/// Some slots of a counter that goes both ways.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PnDelta {
    /// What was added, by whom.
    pub up: Cells<Identity>,
    /// What was taken away, by whom.
    pub down: Cells<Identity>,
}

impl DeltaBased for PnCounter {
    type Delta = PnDelta;

    fn mutate(&mut self, op: &CounterOp, site: Site) -> Result<PnDelta, Refused> {
        let changed = |slots: &mut Slots, amount| Cells::one(site.identity, slots.add(site.identity, amount));
        Ok(match *op {
            CounterOp::Increment(amount) => PnDelta { up: changed(&mut self.up, amount), down: Cells::default() },
            CounterOp::Decrement(amount) => PnDelta { up: Cells::default(), down: changed(&mut self.down, amount) },
        })
    }

    fn join(&mut self, delta: &PnDelta) {
        self.up.join(&delta.up);
        self.down.join(&delta.down);
    }

    fn combine(into: &mut PnDelta, other: &PnDelta) {
        into.up.combine(&other.up);
        into.down.combine(&other.down);
    }

    fn whole(&self) -> PnDelta {
        PnDelta { up: self.up.whole(), down: self.down.whole() }
    }
}

/// That someone counted up or down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PnEffect {
    /// Who.
    pub identity: Identity,
    /// Which way, and how much.
    pub op: CounterOp,
}

impl OpBased for PnCounter {
    type Effect = PnEffect;

    const DELIVERY: Delivery = Delivery::AnyOnce;

    fn prepare(&self, op: &CounterOp, site: Site) -> Result<PnEffect, Refused> {
        Ok(PnEffect { identity: site.identity, op: op.clone() })
    }

    fn effect(&mut self, effect: &PnEffect) {
        match effect.op {
            CounterOp::Increment(amount) => self.up.add(effect.identity, amount),
            CounterOp::Decrement(amount) => self.down.add(effect.identity, amount),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::super::histories::{Deltas, Issued, effects_agree, forms_agree, never};
    use super::*;

    #[test]
    fn three_up_and_one_down_read_two() {
        assert_eq!(PnCounter::of([3].into(), [0, 1].into()).view(), 2);
    }

    #[test]
    fn five_up_three_down_and_two_up_at_three_replicas_read_four() {
        let mut replicas = vec![PnCounter::new(); 3];
        let ops = [CounterOp::Increment(5), CounterOp::Decrement(3), CounterOp::Increment(2)];
        for (identity, op) in ops.iter().enumerate() {
            replicas[identity].apply(op, Site::of(identity as u32)).unwrap();
        }
        assert_eq!([0, 1, 2].map(|at: usize| replicas[at].view()), [5, -3, 2], "alone");
        let mut together = PnCounter::new();
        [2, 0, 1, 0].iter().for_each(|at: &usize| together.merge(&replicas[*at]));
        assert_eq!((together.view(), &together), (4, &PnCounter::of([5, 0, 2].into(), [0, 3].into())));
    }

    #[test]
    fn it_goes_below_zero_and_comes_back() {
        let mut a = PnCounter::new();
        a.apply(&CounterOp::Decrement(2), Site::of(0)).unwrap();
        assert_eq!(a.view(), -2);
        a.apply(&CounterOp::Increment(3), Site::of(0)).unwrap();
        assert_eq!(a.view(), 1);
    }

    #[test]
    fn an_old_state_does_not_undo_a_decrement() {
        let mut a = PnCounter::of([3].into(), Slots::new());
        let old = a.clone();
        a.apply(&CounterOp::Decrement(1), Site::of(0)).unwrap();
        a.merge(&old);
        assert_eq!(a.view(), 2);
    }

    /// What a reader of the updates would add up.
    fn reference(known: &[&Issued<PnCounter>]) -> i64 {
        let signed = known.iter().map(|update| match update.op {
            CounterOp::Increment(amount) => i64::from(amount),
            CounterOp::Decrement(amount) => -i64::from(amount),
        });
        signed.sum()
    }

    #[test]
    fn every_form_reads_the_sum_of_what_it_knows() {
        let tally = forms_agree(PnCounter::new(), Deltas::AnyOrder, never, reference);
        assert!(tally.updates > 3000 && tally.refused == 0, "{tally:?}");
    }

    #[test]
    fn effects_come_in_any_order() {
        effects_agree(PnCounter::new(), never, reference);
    }
}
