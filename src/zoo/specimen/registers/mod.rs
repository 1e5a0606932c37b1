//! Registers that are wrong.
//!
//! Most are last-writer-wins registers that say how they stamp a write and which of two writes they keep
//! ([`Small`]); those with siblings and those of numbers stand by themselves.

use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Need, Sound, Specimen};
use crate::base::{Lamport, Refused, Stamp};
use crate::model::Source;
use crate::model::register::{RegisterOp, last_writer};
use crate::replica::{DataType, Element, Site, StateBased};
use crate::zoo::register::LwwRegister;
use crate::zoo::sync::FullState;
use crate::zoo::{AnySystem, System};

mod bounded;
mod clocks;
mod numbers;
mod ruled;
mod siblings;
mod ties;

/// All of them.
pub(super) const ALL: &[Specimen] = &[
    ties::NO_TIE_BREAK,
    ties::LOCAL_PREFERENCE,
    ties::NO_COUNT,
    clocks::CLAIMS_CAUSALITY,
    clocks::BELOW_WHAT_IS_THERE,
    clocks::ASSIGNED_AND_JOINED_LATER,
    clocks::EQUAL_TICKS,
    clocks::AHEAD_OF_ALL,
    bounded::TRUSTS_THE_FUTURE,
    siblings::ONE_VECTOR_FOR_ALL,
    siblings::ONE_VECTOR_FOR_EACH,
    siblings::COUNTERS_COMPARED,
    numbers::ASSIGNED,
];

/// What keeps the promise of a causal clock, however wrong the replicas' own clocks are; and that of a bound, where
/// clocks keep to it.
pub(super) fn sound() -> Vec<Sound> {
    let lamport = System::of(FullState::new(LwwRegister::<String, Lamport>::new()));
    vec![
        ("a register by Lamport stamps", &[Need::ClockSetBack], lamport.into()),
        ("hybrid stamps near the own clock", &[Need::ClocksApart], bounded::wary()),
    ]
}

/// A write, as a small register keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Write<S> {
    stamp: S,
    value: String,
}

/// A last-writer-wins register of which only the mistake is worth reading.
trait Small: Clone + Debug + Default + Serialize + DeserializeOwned + 'static {
    type Stamp: Copy + Debug + Serialize + DeserializeOwned;

    /// What there is, if anything was ever written.
    fn current(&self) -> Option<&Write<Self::Stamp>>;
    fn write(&mut self, value: &str, site: Site);
    fn merge(&mut self, other: &Self);
    /// What the last own write was stamped with, as it is reported.
    fn reported(&self) -> Option<Stamp>;
}

/// All replicas of a small register, which gossip their states and promise stamps from this clock.
fn gossiping<R: Small>(clock: Source) -> AnySystem {
    System::judged_by(last_writer(clock), FullState::new(Register(R::default()))).into()
}

/// A small register as a data type.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent, bound = "")]
struct Register<R: Small>(R);

impl<R: Small> DataType for Register<R> {
    type Op = RegisterOp<String>;
    type View = Option<String>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> RegisterOp<String> {
        RegisterOp::propose(String::nth, pick)
    }

    fn view(&self) -> Option<String> {
        self.0.current().map(|write| write.value.clone())
    }

    fn latest_stamp(&self) -> Option<Stamp> {
        self.0.reported()
    }
}

impl<R: Small> StateBased for Register<R> {
    fn apply(&mut self, op: &RegisterOp<String>, site: Site) -> Result<(), Refused> {
        self.0.write(op.value(), site);
        Ok(())
    }

    fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0);
    }
}
