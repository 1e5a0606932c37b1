//! An incident board: how bad it has been, who is on it, what happened, and fields of one value each.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::one_of;
use crate::base::{Canonical, Digester};

/// What can be asked of an incident board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IncidentOp {
    /// Give a field a value.
    Set(String, String),
    /// Someone is on it.
    Join(String),
    /// Someone is no longer on it.
    Leave(String),
    /// Something happened; entries stay for ever.
    Log(String),
    /// It is at least this bad, and this is why: an entry of the log.
    Escalate(u32, String),
}

/// What an incident board shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentView {
    /// The fields.
    pub fields: BTreeMap<String, String>,
    /// The worst level that anyone escalated it to.
    pub severity: Option<u32>,
    /// Who is on it.
    pub responders: BTreeSet<String>,
    /// What happened.
    pub log: BTreeSet<String>,
}

impl IncidentOp {
    /// An operation worth trying on a board that shows this. `pick` gives a number below its argument.
    pub fn propose(shown: &IncidentView, pick: &mut dyn FnMut(u64) -> u64) -> IncidentOp {
        let responder = one_of(&["ada", "bo", "cy"], pick);
        let entry = |pick: &mut dyn FnMut(u64) -> u64| one_of(&["disk full", "pager", "restart", "calm"], pick);
        match pick(7) {
            0 => IncidentOp::Set("status".to_string(), one_of(&["open", "mitigated", "closed"], pick)),
            1 => IncidentOp::Set("commander".to_string(), responder),
            2 => IncidentOp::Log(entry(pick)),
            3 => IncidentOp::Escalate(1 + pick(4) as u32, entry(pick)),
            4 | 5 if shown.responders.contains(&responder) => IncidentOp::Leave(responder),
            _ => IncidentOp::Join(responder),
        }
    }
}

impl Canonical for IncidentView {
    fn feed(&self, digester: &mut Digester) {
        self.fields.feed(digester);
        self.severity.feed(digester);
        self.responders.feed(digester);
        self.log.feed(digester);
    }
}
