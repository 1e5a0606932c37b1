//! An incident board: a record of fields, the worst severity, an OR-Set of responders and a log that only grows.
//!
//! Severity only rises, whoever escalates; someone who joins beside being sent away stays; nothing that was logged is
//! ever lost; each field keeps its last write, by Lamport stamps. Escalating raises the severity and logs why, in one
//! step.

use super::both::{Both, Touch};
use super::layout::{Composite, Layout};
use crate::base::Lamport;
use crate::model::composite::{IncidentOp, IncidentView, incident};
use crate::model::map::RecordOp;
use crate::model::register::RegisterOp;
use crate::model::set::{GrowOp, SetOp};
use crate::model::{Growth, Specification};
use crate::replica::{DataType, Refused};
use crate::zoo::map::Record;
use crate::zoo::register::MaxRegister;
use crate::zoo::set::{GSet, OrSet};

/// An incident board.
pub type IncidentBoard = Composite<Incident>;

/// How an incident board is put together.
#[derive(Clone, Debug)]
pub struct Incident;

type Story = Both<MaxRegister<u32>, GSet<String>>;

impl Layout for Incident {
    type Parts = Both<Record<String, String, Lamport>, Both<OrSet<String>, Story>>;
    type Op = IncidentOp;
    type View = IncidentView;

    fn propose(parts: &Self::Parts, pick: &mut dyn FnMut(u64) -> u64) -> IncidentOp {
        IncidentOp::propose(&Self::view(parts), pick)
    }

    fn share(_: &Self::Parts, op: &IncidentOp) -> Result<<Self::Parts as DataType>::Op, Refused> {
        Ok(match op {
            IncidentOp::Set(field, value) => Touch::first(RecordOp::Set(field.clone(), value.clone())),
            IncidentOp::Join(name) => Touch::second(Touch::first(SetOp::Add(name.clone()))),
            IncidentOp::Leave(name) => Touch::second(Touch::first(SetOp::Remove(name.clone()))),
            IncidentOp::Log(entry) => Touch::second(Touch::second(Touch::second(GrowOp::Add(entry.clone())))),
            IncidentOp::Escalate(severity, why) => {
                let story = Touch::both(RegisterOp::Write(*severity), GrowOp::Add(why.clone()));
                Touch::second(Touch::second(story))
            }
        })
    }

    fn view(parts: &Self::Parts) -> IncidentView {
        let Both { first: responders, second: story } = &parts.second;
        IncidentView {
            fields: parts.first.view(),
            severity: story.first.view(),
            responders: responders.view(),
            log: story.second.view(),
        }
    }

    fn specification() -> Specification<Self::Op, Self::View> {
        incident().growing_with(Growth::Identities)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replica::{DeltaBased, Site};
    use crate::zoo::map::trials::{Past, add_wins, forms_agree, parts};

    /// Each part on its own share of the updates.
    fn reading(known: &[Past<IncidentOp>]) -> IncidentView {
        let responders = parts(known, |op| match op {
            IncidentOp::Join(name) => Some(SetOp::Add(name.clone())),
            IncidentOp::Leave(name) => Some(SetOp::Remove(name.clone())),
            _ => None,
        });
        let mut view = IncidentView { responders: add_wins(&responders), ..IncidentView::default() };
        let mut known: Vec<_> = known.iter().collect();
        known.sort_by_key(|past| past.stamp);
        for past in known {
            match &past.op {
                IncidentOp::Set(field, value) => drop(view.fields.insert(field.clone(), value.clone())),
                IncidentOp::Log(entry) => drop(view.log.insert(entry.clone())),
                IncidentOp::Escalate(severity, why) => {
                    view.severity = view.severity.max(Some(*severity));
                    view.log.insert(why.clone());
                }
                IncidentOp::Join(_) | IncidentOp::Leave(_) => {}
            }
        }
        view
    }

    #[test]
    fn each_part_shows_its_own_share_of_the_updates() {
        assert!(forms_agree::<IncidentBoard>(reading, DataType::latest_stamp) > 100);
    }

    #[test]
    fn an_escalation_travels_whole() {
        let mut a = IncidentBoard::default();
        let (mut b, mut c) = (a.clone(), a.clone());
        let worse = IncidentOp::Escalate(3, "disk full".to_string());
        let delta = a.mutate(&worse, Site::of(0)).expect("fits");
        b.join(&delta);
        let milder = c.mutate(&IncidentOp::Escalate(1, "pager".to_string()), Site::of(2)).expect("fits");
        b.join(&milder);
        let view = b.view();
        assert_eq!(
            (view.severity, view.log.into_iter().collect::<Vec<_>>().join(", ")),
            (Some(3), "disk full, pager".into())
        );
    }
}
