//! An incident board: how bad it has been, who is on it, what happened, and fields of one value each.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{asked, one_of, part};
use crate::base::{Canonical, Digester};
use crate::model::map::{RecordOp, record};
use crate::model::register::{RegisterOp, largest};
use crate::model::set::{GrowOp, SetOp, add_wins, grow_only};
use crate::model::{Source, Specification};

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

/// The last write to each field, the worst severity, everyone of whom some joining was seen by no leaving, and all
/// that was logged.
pub fn incident() -> Specification<IncidentOp, IncidentView> {
    let (fields, severity, responders, log) = (record(Source::Lamport), largest(), add_wins(), grow_only());
    Specification::new("incident board", move |visible| IncidentView {
        fields: part(&fields, visible, IncidentOp::on_fields),
        severity: part(&severity, visible, IncidentOp::on_severity),
        responders: part(&responders, visible, IncidentOp::on_responders),
        log: part(&log, visible, IncidentOp::on_log),
    })
    .stamped_by(Source::Lamport)
    .stamping(|op| op.on_fields().is_some())
    .intending(|_, op, after| {
        let field = op.on_fields().is_none_or(|RecordOp::Set(field, value)| after.fields.get(&field) == Some(&value));
        let severity = op.on_severity().is_none_or(|RegisterOp::Write(severity)| after.severity >= Some(severity));
        let responder = |op: SetOp<String>| after.responders.contains(op.element()) == matches!(op, SetOp::Add(_));
        let logged = op.on_log().is_none_or(|GrowOp::Add(entry)| after.log.contains(&entry));
        asked(field && severity && op.on_responders().is_none_or(responder) && logged, || {
            format!("after {op:?} the board shows {after:?}")
        })
    })
}

impl IncidentOp {
    fn on_fields(&self) -> Option<RecordOp<String, String>> {
        match self {
            IncidentOp::Set(field, value) => Some(RecordOp::Set(field.clone(), value.clone())),
            _ => None,
        }
    }

    fn on_severity(&self) -> Option<RegisterOp<u32>> {
        match self {
            IncidentOp::Escalate(severity, _) => Some(RegisterOp::Write(*severity)),
            _ => None,
        }
    }

    fn on_responders(&self) -> Option<SetOp<String>> {
        match self {
            IncidentOp::Join(name) => Some(SetOp::Add(name.clone())),
            IncidentOp::Leave(name) => Some(SetOp::Remove(name.clone())),
            _ => None,
        }
    }

    fn on_log(&self) -> Option<GrowOp<String>> {
        match self {
            IncidentOp::Log(entry) | IncidentOp::Escalate(_, entry) => Some(GrowOp::Add(entry.clone())),
            _ => None,
        }
    }

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

#[cfg(test)]
mod tests {
    use super::super::super::testing::shown;
    use super::*;

    #[test]
    fn escalating_raises_the_severity_and_logs_why_in_one_update() {
        let escalate = |severity, why: &str| IncidentOp::Escalate(severity, why.to_owned());
        let told = [
            ("a", escalate(3, "disk full"), ""),
            ("b", escalate(1, "pager"), "a"),
            ("c", IncidentOp::Join("ada".to_owned()), ""),
            ("d", IncidentOp::Leave("ada".to_owned()), ""),
        ];
        let view = shown(&incident(), told);
        assert_eq!((view.severity, view.log.len(), view.responders.len()), (Some(3), 2, 1));
        let unlogged = IncidentView { log: BTreeSet::new(), ..view.clone() };
        assert_eq!(incident().intent(&unlogged, &escalate(1, "pager"), &view), Ok(()));
        assert!(incident().intent(&unlogged, &escalate(1, "pager"), &unlogged).is_err());
    }
}
