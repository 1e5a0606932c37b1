//! A run in figures: what it took until all showed the same.
//!
//! Read from a recording alone. The law: a run in which two replicas show something different at the end never agreed.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{ReplicaId, Time};
use crate::run::Picture;
use crate::trace::{Came, Kind, Message};

/// A run in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// How many updates were accepted.
    pub updates: u64,
    /// When the last of them was.
    pub last_update: Option<Time>,
    /// From when on all replicas that are there at the end showed the same, up to then; nothing where they did not.
    pub agreed: Option<Time>,
    /// How many messages were sent.
    pub messages: u64,
    /// How many bytes they took on the wire, each counted once.
    pub bytes: u64,
    /// How many copies of them were handled.
    pub delivered: u64,
    /// How many of them got nowhere, in any copy.
    pub lost: u64,
    /// How many bytes the largest state took, where it can be said.
    pub heaviest: Option<u64>,
}

impl Figures {
    /// Those of a run.
    pub fn of(picture: &Picture) -> Figures {
        let mut figures = Figures { agreed: agreed(picture), ..Figures::default() };
        for record in picture.trace.records() {
            if let Kind::Accept { .. } = record.kind {
                figures.updates += 1;
                figures.last_update = Some(record.moment.at);
            }
        }
        for message in Message::all(&picture.trace) {
            let came = |wanted: fn(&Came) -> bool| message.copies.iter().filter(|copy| wanted(&copy.came)).count();
            figures.messages += 1;
            figures.bytes += message.size;
            figures.delivered += came(|came| matches!(came, Came::Delivered(..))) as u64;
            figures.lost += u64::from(came(|came| !matches!(came, Came::Missed(..))) == 0);
        }
        figures.heaviest = picture.weights.iter().map(|weight| weight.bytes).max();
        figures
    }
}

/// From when on all replicas that are there at the end showed the same, up to then.
fn agreed(picture: &Picture) -> Option<Time> {
    let mut times: BTreeMap<u64, Time> = BTreeMap::new();
    for record in picture.trace.records() {
        times.entry(record.moment.step).or_insert(record.moment.at);
    }
    // Who never comes back shows nothing at the end.
    let mut gone: BTreeSet<ReplicaId> = BTreeSet::new();
    for record in picture.trace.records() {
        match record.kind {
            Kind::Crash { replica, .. } => gone.insert(replica),
            Kind::Restart { replica, .. } => gone.remove(&replica),
            _ => false,
        };
    }
    let mut shown: BTreeMap<ReplicaId, &str> = BTreeMap::new();
    // How many replicas show each value: what is the same for all is one value.
    let mut values: BTreeMap<&str, usize> = BTreeMap::new();
    let mut since = None;
    for state in picture.states.iter().filter(|state| !gone.contains(&state.replica)) {
        if let Some(before) = shown.insert(state.replica, &state.view) {
            let count = values.entry(before).or_default();
            *count -= 1;
            if *count == 0 {
                values.remove(before);
            }
        }
        *values.entry(&state.view).or_default() += 1;
        let same = values.len() == 1 && shown.len() + gone.len() == picture.names.len();
        since = if same { since.or_else(|| times.get(&state.step).copied()) } else { None };
    }
    since
}
