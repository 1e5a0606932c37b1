//! Bounded counters that spend what they do not hold.
//!
//! What lies above the bound is split into rights, and whoever takes away must hold as many. The view is the
//! sum of all that was accepted in any case; so these are caught by what they accept.

use serde::{Deserialize, Serialize};

use crate::base::{CausalContext, Dot, Refused};
use crate::model::counter::{BoundedOp, bounded};
use crate::replica::{DataType, Delivery, OpBased, Site, StateBased};
use crate::zoo::System;
use crate::zoo::counter::{BoundedCounter, BoundedEffect, Slots};
use crate::zoo::specimen::Specimen;
use crate::zoo::sync::{FullState, Operations};

/// The rights that the first three identities begin with, above a bound of zero.
const START: [u32; 3] = [4, 4, 4];

pub(super) const VALUE_CHECKED: Specimen = Specimen {
    name: "escrow_that_checks_the_value",
    mistake: "who lacks the rights for a decrement may carry it out if the value shown is large enough",
    known_from: "folklore: `if stock >= amount` in front of a counter that merges",
    harm: "two replicas sell the same last piece",
    caught_by: "refusals",
    needs: &[],
    story: "n0 takes away all it may, and goes on, since others' rights are in the value, too",
    system: || {
        let counter = ValueChecked { escrow: BoundedCounter::new(0, START), over: Slots::new() };
        System::judged_by(bounded(0, START.to_vec()), FullState::new(counter)).into()
    },
};

/// A right counter, and what was taken away without a right.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct ValueChecked {
    escrow: BoundedCounter,
    over: Slots,
}

impl DataType for ValueChecked {
    type Op = BoundedOp;
    type View = i64;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> BoundedOp {
        self.escrow.propose(pick)
    }

    fn view(&self) -> i64 {
        self.escrow.view() - self.over.sum() as i64
    }
}

impl StateBased for ValueChecked {
    fn apply(&mut self, op: &BoundedOp, site: Site) -> Result<(), Refused> {
        match (self.escrow.apply(op, site), op) {
            (Err(_), BoundedOp::Decrement(amount)) if self.view() >= i64::from(*amount) => {
                self.over.add(site.identity, *amount);
                Ok(())
            }
            (result, _) => result,
        }
    }

    fn merge(&mut self, other: &ValueChecked) {
        self.escrow.merge(&other.escrow);
        self.over.merge(&other.over);
    }
}

pub(super) const GRANTED_TWICE: Specimen = Specimen {
    name: "grant_counted_twice",
    mistake: "repeats of increments and decrements are recognised, and those of transfers are not",
    known_from: "folklore: retried transfers, as of money",
    harm: "who was given rights holds them twice, and the bound is broken once both are spent",
    caught_by: "refusals",
    needs: &[],
    story: "n0 hands rights to n1; the message comes twice, and n1 spends more than it was given",
    system: || {
        let counter = GrantedTwice { escrow: BoundedCounter::new(0, START), seen: CausalContext::new() };
        System::judged_by(bounded(0, START.to_vec()), Operations::new(counter)).into()
    },
};

/// A right counter, and what it has seen.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct GrantedTwice {
    escrow: BoundedCounter,
    seen: CausalContext,
}

impl DataType for GrantedTwice {
    type Op = BoundedOp;
    type View = i64;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> BoundedOp {
        self.escrow.propose(pick)
    }

    fn view(&self) -> i64 {
        self.escrow.view()
    }
}

impl OpBased for GrantedTwice {
    type Effect = (Dot, BoundedEffect);

    const DELIVERY: Delivery = Delivery::CausalRepeated;

    fn prepare(&self, op: &BoundedOp, site: Site) -> Result<Self::Effect, Refused> {
        Ok((self.seen.clone().next(site.identity), self.escrow.prepare(op, site)?))
    }

    fn effect(&mut self, (dot, effect): &Self::Effect) {
        let news = self.seen.insert(*dot);
        if news || matches!(effect.op, BoundedOp::Transfer { .. }) {
            self.escrow.effect(effect);
        }
    }
}
