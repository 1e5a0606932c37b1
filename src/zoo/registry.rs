//! The list of systems that scenario files can ask for by name: data types, and the syncs that they run on.
//!
//! A [`Visitor`] is called with the concrete types, so that nothing is erased on the way. Each pair makes the
//! program larger and slower to build, so the list holds one or two syncs for a type; in Rust every pair
//! that fits can be run (`tests/matrix.rs`).

use std::fmt;

use super::composite::ShoppingCart;
use super::counter::{GCounter, PnCounter};
use super::register::{LwwRegister, MvRegister};
use super::set::{OrSet, RemoveWinsSet, TaggedOrSet, TwoPhaseSet};
use super::sync::{AnyOrder, AsDeltas, Fetch, FullState, Intervals, Merkle, Operations, Protocol, Sync};
use super::text::fugue::Fugue;
use crate::base::{Hybrid, Wall};

/// Whoever wants to be called with a system.
pub trait Visitor {
    /// What comes of it.
    type Output;

    /// Called with the protocol that was asked for, as every replica begins.
    fn visit<P: Protocol>(self, protocol: P) -> Self::Output;
}

/// A system that there is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// No data type is called so.
    Data(String),
    /// No sync is called so.
    Sync(String),
    /// The data type does not run on this sync; it runs on those named last.
    Pair(String, String, Vec<&'static str>),
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unknown::Data(data) => {
                write!(f, "no data type is called `{data}`: `squall list` names those there are")
            }
            Unknown::Sync(sync) => {
                write!(f, "no sync is called `{sync}`: there are {}", SYNCS.map(|(name, _)| name).join(", "))
            }
            Unknown::Pair(data, sync, others) => {
                write!(f, "`{data}` does not run on `{sync}`: it runs on {}", others.join(", "))
            }
        }
    }
}

impl std::error::Error for Unknown {}

const SYNCS: [(&str, Sync); 6] = [
    ("full_state", Sync::FullState),
    ("deltas_any_order", Sync::DeltasInAnyOrder),
    ("delta_intervals", Sync::DeltaIntervals),
    ("operations", Sync::Operations),
    ("merkle", Sync::Merkle),
    ("fetch", Sync::Fetch),
];

fn named(sync: &str) -> Result<Sync, Unknown> {
    SYNCS.iter().find(|(name, _)| *name == sync).map(|(_, sync)| *sync).ok_or_else(|| Unknown::Sync(sync.to_owned()))
}

/// What a form that a data type comes in lets it run on.
macro_rules! syncs_of {
    (state) => {
        &[Sync::FullState]
    };
    (deltas) => {
        &[Sync::DeltaIntervals]
    };
    (fetch) => {
        &[Sync::Fetch]
    };
    (loose) => {
        &[Sync::DeltasInAnyOrder]
    };
    (effects) => {
        &[Sync::Operations]
    };
    (rows) => {
        &[Sync::Merkle]
    };
}

/// Visits with a value on a sync, if the form is for that sync.
macro_rules! on {
    (state, $sync:expr, $value:expr, $visitor:ident) => {
        if $sync == Sync::FullState {
            return Ok($visitor.visit(FullState::new($value)));
        }
    };
    (deltas, $sync:expr, $value:expr, $visitor:ident) => {
        if $sync == Sync::DeltaIntervals {
            return Ok($visitor.visit(Intervals::new($value)));
        }
    };
    (fetch, $sync:expr, $value:expr, $visitor:ident) => {
        if $sync == Sync::Fetch {
            return Ok($visitor.visit(Fetch::<_, AsDeltas>::new($value)));
        }
    };
    (loose, $sync:expr, $value:expr, $visitor:ident) => {
        if $sync == Sync::DeltasInAnyOrder {
            return Ok($visitor.visit(AnyOrder::new($value)));
        }
    };
    (effects, $sync:expr, $value:expr, $visitor:ident) => {
        if $sync == Sync::Operations {
            return Ok($visitor.visit(Operations::new($value)));
        }
    };
    (rows, $sync:expr, $value:expr, $visitor:ident) => {
        if $sync == Sync::Merkle {
            return Ok($visitor.visit(Merkle::new($value)));
        }
    };
}

macro_rules! registry {
    ($($data:literal: $value:expr, $($form:ident)+;)*) => {
        /// Every data type with the syncs that it runs on.
        pub fn all() -> Vec<(&'static str, Vec<&'static str>)> {
            vec![$(($data, {
                let fits: &[&[Sync]] = &[$(syncs_of!($form)),+];
                SYNCS.iter().filter(|(_, sync)| fits.iter().any(|fits| fits.contains(sync))).map(|(name, _)| *name).collect()
            })),*]
        }

        /// Calls a visitor with the system of these names.
        pub fn visit<V: Visitor>(data: &str, sync: &str, visitor: V) -> Result<V::Output, Unknown> {
            check(data, sync)?;
            let asked = named(sync)?;
            match data {
                $($data => { $(on!($form, asked, $value, visitor);)+ })*
                _ => {}
            }
            Err(Unknown::Data(data.to_owned()))
        }
    };
}

registry! {
    "g_counter": GCounter::new(), state;
    "pn_counter": PnCounter::new(), deltas;
    "lww_register_by_clock": LwwRegister::<String, Wall>::new(), state;
    "lww_register_by_hybrid": LwwRegister::<String, Hybrid>::new(), fetch;
    "mv_register": MvRegister::<String>::new(), effects;
    "or_set": OrSet::<String>::new(), deltas;
    "or_set_with_tombstones": TaggedOrSet::<String>::new(), effects rows;
    "remove_wins_set": RemoveWinsSet::<String>::new(), state;
    "two_phase_set": TwoPhaseSet::<String>::new(), loose;
    "fugue": Fugue::<char>::new(), deltas;
    "shopping_cart": ShoppingCart::default(), effects;
}

/// Whether there is a system of these names.
pub fn check(data: &str, sync: &str) -> Result<(), Unknown> {
    named(sync)?;
    let (_, syncs) = all().into_iter().find(|(name, _)| *name == data).ok_or_else(|| Unknown::Data(data.to_owned()))?;
    if syncs.contains(&sync) { Ok(()) } else { Err(Unknown::Pair(data.to_owned(), sync.to_owned(), syncs)) }
}
