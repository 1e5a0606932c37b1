//! A run as it is told: all that reports are made from, whatever the system was.

use super::{Finding, State, Transcript};
use crate::base::ReplicaId;
use crate::check::Violation;
use crate::scenario::Plan;
use crate::trace::Trace;
use crate::zoo::Asked;

/// A run as it is told.
#[derive(Clone, Debug)]
pub struct Picture {
    /// What the replicas are called.
    pub names: Vec<String>,
    /// What happened.
    pub trace: Trace,
    /// What replicas showed and knew, wherever that changed.
    pub states: Vec<State>,
    /// What was found, if something was.
    pub finding: Option<Finding>,
}

impl Picture {
    /// That of a recorded run of a plan.
    pub fn of<O: Asked>(plan: &Plan, transcript: &Transcript<O>, finding: Option<&Finding>) -> Picture {
        let names = || (0..plan.replicas()).map(|replica| ReplicaId(replica).to_string()).collect();
        Picture {
            names: plan.names().scope(names),
            trace: transcript.trace().clone(),
            states: transcript.states().to_vec(),
            finding: finding.cloned(),
        }
    }

    /// What a replica is called.
    pub fn name(&self, replica: ReplicaId) -> &str {
        self.names.get(replica.index()).map_or("?", String::as_str)
    }

    /// The violation, if that is what was found.
    pub fn violation(&self) -> Option<&Violation> {
        match &self.finding {
            Some(Finding::Violation(violation)) => Some(violation),
            _ => None,
        }
    }
}
