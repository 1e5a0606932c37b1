//! The list of systems that can be asked for by name: data types, the syncs that they run on, and broadcasts.

use std::fmt;

use super::broadcast::Ground;
use super::sync::Sync;
use super::{AnySystem, specimen};
use crate::base::{Entry, Span, nearest};

/// A system that there is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// No data type is called so.
    Data(String),
    /// No sync is called so.
    Sync(String),
    /// No broadcast is called so.
    Broadcast(String),
    /// No specimen is called so.
    Specimen(String),
    /// The data type does not run on this sync, for this reason; it runs on those named last.
    Pair(String, String, String, Vec<&'static str>),
    /// The broadcast does not work on such a network, for this reason.
    Network(String, String),
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name, near) = match self {
            Unknown::Data(data) => ("data type", data, nearest(data, types().map(|(entry, _)| entry.name))),
            Unknown::Sync(sync) => ("sync", sync, nearest(sync, syncs().map(|entry| entry.name))),
            Unknown::Broadcast(name) => ("broadcast", name, nearest(name, broadcasts().map(|entry| entry.name))),
            Unknown::Specimen(name) => ("specimen", name, nearest(name, specimen::all().map(|one| one.name))),
            Unknown::Pair(data, sync, reason, others) => {
                return write!(f, "`{data}` does not run on `{sync}`: {reason}; it runs on {}", others.join(", "));
            }
            Unknown::Network(name, reason) => return write!(f, "`{name}` does not work on this topology: {reason}"),
        };
        match near {
            Some(other) => write!(f, "no {kind} is called `{name}`: did you mean `{other}`?"),
            None => write!(f, "no {kind} is called `{name}`: `squall list {kind}s` names those there are"),
        }
    }
}

impl std::error::Error for Unknown {}

/// The syncs that a form of a data type is for.
macro_rules! syncs_of {
    (state) => {
        &[Sync::FullState]
    };
    (deltas) => {
        &[Sync::DeltasInAnyOrder, Sync::DeltaIntervals, Sync::Fetch]
    };
    (effects) => {
        &[Sync::Operations]
    };
    (rows) => {
        &[Sync::Merkle]
    };
}

/// A value on a sync, if its form is for that sync.
macro_rules! on {
    (state, $sync:expr, $value:expr) => {
        if $sync == Sync::FullState {
            return Some(System::of(sync::FullState::new($value)).into());
        }
    };
    (deltas, $sync:expr, $value:expr) => {
        match $sync {
            Sync::DeltasInAnyOrder => return Some(System::of(sync::AnyOrder::new($value)).into()),
            Sync::DeltaIntervals => return Some(System::of(sync::Intervals::new($value)).into()),
            Sync::Fetch => return Some(System::of(sync::Fetch::<_, sync::AsDeltas>::new($value)).into()),
            _ => {}
        }
    };
    (effects, $sync:expr, $value:expr) => {
        if $sync == Sync::Operations {
            return Some(System::of(sync::Operations::new($value)).into());
        }
    };
    (rows, $sync:expr, $value:expr) => {
        if $sync == Sync::Merkle {
            return Some(System::of(sync::Merkle::new($value)).into());
        }
    };
}

/// A data type that can be asked for.
struct Row {
    entry: Entry,
    /// The syncs that its forms are for, by form.
    forms: &'static [&'static [Sync]],
    fits: fn(Sync) -> Result<(), String>,
    on: fn(Sync) -> Option<AnySystem>,
}

impl Row {
    fn runs_on(&self) -> Vec<&'static str> {
        let runs = |sync: &Sync| self.forms.iter().any(|form| form.contains(sync)) && (self.fits)(*sync).is_ok();
        SYNCS.iter().filter(|(_, sync)| runs(sync)).map(|(entry, _)| entry.name).collect()
    }
}

/// Data types of a family: what each is called, its first value, the forms it comes in, and what can be told of it.
macro_rules! rows {
    ($($name:literal: $type:ty = $value:expr, [$($form:ident)+] $line:literal $explained:literal;)*) => {
        use crate::base::Entry;
        use crate::zoo::System;
        use crate::zoo::registry::Row;
        use crate::zoo::sync::{self, Fitting, Sync};

        /// All of them.
        pub(super) const ROWS: &[Row] = &[$(Row {
            entry: Entry { name: $name, line: $line, explained: $explained },
            forms: &[$(syncs_of!($form)),+],
            fits: |sync| <$type as Fitting>::fits(sync).map_err(|misfit| misfit.reason.to_owned()),
            on: |asked| {
                $(on!($form, asked, <$type>::from($value));)+
                None
            },
        }),*];
    };
}

mod broadcasts;
mod composites;
mod counters;
mod maps;
mod registers;
mod sets;
mod syncs;
mod texts;

use broadcasts::STACKS;
use syncs::SYNCS;

fn rows() -> impl Iterator<Item = &'static Row> {
    [counters::ROWS, registers::ROWS, sets::ROWS, maps::ROWS, texts::ROWS, composites::ROWS].into_iter().flatten()
}

/// Every data type with the syncs that it runs on, by name.
pub fn all() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    rows().map(|row| (row.entry.name, row.runs_on()))
}

/// Every data type with the syncs that it runs on.
pub fn types() -> impl Iterator<Item = (&'static Entry, Vec<&'static str>)> {
    rows().map(|row| (&row.entry, row.runs_on()))
}

/// Every sync.
pub fn syncs() -> impl Iterator<Item = &'static Entry> {
    SYNCS.iter().map(|(entry, _)| entry)
}

/// Every broadcast.
pub fn broadcasts() -> impl Iterator<Item = &'static Entry> {
    STACKS.iter().map(|stack| &stack.entry)
}

/// The system of these names.
pub fn system(data: &str, sync: &str) -> Result<AnySystem, Unknown> {
    let row = rows().find(|row| row.entry.name == data).ok_or_else(|| Unknown::Data(data.to_owned()))?;
    let named = SYNCS.iter().find(|(entry, _)| entry.name == sync);
    let (_, asked) = named.ok_or_else(|| Unknown::Sync(sync.to_owned()))?;
    let misfit = |reason| Unknown::Pair(data.to_owned(), sync.to_owned(), reason, row.runs_on());
    (row.fits)(*asked).map_err(misfit)?;
    (row.on)(*asked).ok_or_else(|| misfit("it does not come in that form".to_owned()))
}

/// The broadcast of this name, with so much time between two rounds, on links of some kind.
pub fn broadcast(name: &str, period: Span, ground: Ground) -> Result<AnySystem, Unknown> {
    let stack = STACKS.iter().find(|stack| stack.entry.name == name);
    let stack = stack.ok_or_else(|| Unknown::Broadcast(name.to_owned()))?;
    let system = (stack.on)(ground, period);
    system.map(AnySystem::from).map_err(|misfit| Unknown::Network(name.to_owned(), misfit.to_string()))
}

/// The implementation of this name that is wrong on purpose.
pub fn specimen(name: &str) -> Result<AnySystem, Unknown> {
    let found = specimen::all().find(|specimen| specimen.name == name);
    let found = found.map(|specimen| (specimen.system)());
    found.or_else(|| specimen::desperate(name)).ok_or_else(|| Unknown::Specimen(name.to_owned()))
}
