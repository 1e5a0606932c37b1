//! Counters that are wrong.
//!
//! Those that only grow say what they show, what counting does, and how two of them merge ([`Small`]); the
//! others wrap a right counter or stand by themselves.

use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Specimen;
use crate::base::Refused;
use crate::model::counter::{GrowOp, grow_only};
use crate::replica::{DataType, Site, StateBased};
use crate::zoo::sync::FullState;
use crate::zoo::{AnySystem, System};

mod escrow;
mod numbers;
mod operations;
mod slots;

/// All of them.
pub(super) const ALL: &[Specimen] = &[
    numbers::MERGED_BY_MAXIMUM,
    numbers::MERGED_BY_SUM,
    numbers::MERGED_BY_BASE,
    slots::BY_ARRIVAL,
    slots::DECREMENTED,
    slots::SAME_IDENTITY,
    operations::SUPPRESSED_BY_CONTENT,
    operations::REPEATED,
    escrow::VALUE_CHECKED,
    escrow::GRANTED_TWICE,
];

/// A counter that only grows, of which only the mistake is worth reading.
trait Small: Clone + Debug + Default + Serialize + DeserializeOwned + 'static {
    fn value(&self) -> u64;
    fn count(&mut self, amount: u32, site: Site);
    fn merge(&mut self, other: &Self);
}

/// All replicas of a small counter, which gossip their states.
fn gossiping<C: Small>() -> AnySystem {
    System::judged_by(grow_only(), FullState::new(Counter(C::default()))).into()
}

/// A small counter as a data type.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent, bound = "")]
struct Counter<C: Small>(C);

impl<C: Small> DataType for Counter<C> {
    type Op = GrowOp;
    type View = u64;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> GrowOp {
        GrowOp::propose(pick)
    }

    fn view(&self) -> u64 {
        self.0.value()
    }
}

impl<C: Small> StateBased for Counter<C> {
    fn apply(&mut self, op: &GrowOp, site: Site) -> Result<(), Refused> {
        let GrowOp::Increment(amount) = *op;
        self.0.count(amount, site);
        Ok(())
    }

    fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0);
    }
}
