//! Counters whose increments travel by themselves, and count twice, or once too few.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::base::{Identity, Refused};
use crate::model::counter::{GrowOp, grow_only};
use crate::replica::{DataType, Delivery, OpBased, Site};
use crate::zoo::System;
use crate::zoo::specimen::Specimen;
use crate::zoo::sync::Operations;

pub(super) const SUPPRESSED_BY_CONTENT: Specimen = Specimen {
    name: "repeats_told_by_content",
    mistake: "an increment that looks like an earlier one of the same replica is taken for its repetition",
    known_from: "sets of hashes of messages, in place of their names",
    harm: "of two equal increments one is not counted",
    caught_by: "spec",
    needs: &[],
    story: "n0 counts one, and one again; n1 shows 1",
    system: || System::judged_by(grow_only(), Operations::new(ByContent::default())).into(),
};

/// How much was counted, and what was seen.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct ByContent {
    value: u64,
    seen: BTreeSet<(Identity, u32)>,
}

impl DataType for ByContent {
    type Op = GrowOp;
    type View = u64;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> GrowOp {
        GrowOp::propose(pick)
    }

    fn view(&self) -> u64 {
        self.value
    }
}

impl OpBased for ByContent {
    type Effect = (Identity, u32);

    const DELIVERY: Delivery = Delivery::AnyRepeated;

    fn prepare(&self, op: &GrowOp, site: Site) -> Result<(Identity, u32), Refused> {
        let GrowOp::Increment(amount) = *op;
        Ok((site.identity, amount))
    }

    fn effect(&mut self, effect: &(Identity, u32)) {
        if self.seen.insert(*effect) {
            self.value += u64::from(effect.1);
        }
    }
}

pub(super) const REPEATED: Specimen = Specimen {
    name: "repeats_counted",
    mistake: "the counter asks for delivery in any order and at least once, and increments are not idempotent",
    known_from: "retries without a name for what is tried again",
    harm: "an increment counts once for each copy of its message",
    caught_by: "spec",
    needs: &[],
    story: "n0 counts one; the message to n1 comes twice, and n1 shows 2",
    system: || System::judged_by(grow_only(), Operations::new(Repeated::default())).into(),
};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Repeated(u64);

impl DataType for Repeated {
    type Op = GrowOp;
    type View = u64;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> GrowOp {
        GrowOp::propose(pick)
    }

    fn view(&self) -> u64 {
        self.0
    }
}

impl OpBased for Repeated {
    type Effect = u32;

    const DELIVERY: Delivery = Delivery::AnyRepeated;

    fn prepare(&self, op: &GrowOp, _: Site) -> Result<u32, Refused> {
        let GrowOp::Increment(amount) = *op;
        Ok(amount)
    }

    fn effect(&mut self, amount: &u32) {
        self.0 += u64::from(*amount);
    }
}
