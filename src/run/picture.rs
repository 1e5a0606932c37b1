//! A run as it is told: all that reports are made from, whatever the system was.

use std::sync::Arc;

use super::{Finding, State, Story, Transcript, Weight};
use crate::base::{Links, Names, ReplicaId, Seed};
use crate::check::Violation;
use crate::scenario::Fault;
use crate::trace::Trace;
use crate::world::{Door, Run, settled};
use crate::zoo::Asked;

/// A run as it is told.
#[derive(Clone, Debug)]
pub struct Picture {
    /// What the replicas are called.
    pub names: Vec<String>,
    /// Who can send to whom.
    pub links: Arc<Links>,
    /// The seed that was run.
    pub seed: Seed,
    /// The faults of the plan, by number, with all that the seed drew for them.
    pub faults: Vec<Fault>,
    /// What happened.
    pub trace: Trace,
    /// What replicas showed and knew, wherever that changed.
    pub states: Vec<State>,
    /// How many bytes their states took, wherever that changed, where it can be said.
    pub weights: Vec<Weight>,
    /// How the run ended and what was counted in it, unless the code under test panicked.
    pub run: Option<Run>,
    /// How often each check had something to judge.
    pub judged: Vec<(&'static str, u64)>,
    /// What was found, if something was.
    pub finding: Option<Finding>,
}

impl Picture {
    /// That of a recorded run of a story.
    pub fn of<O: Asked>(story: &Story<O>, transcript: &Transcript<O>, finding: Option<&Finding>) -> Picture {
        let plan = &story.plan;
        let names = || (0..plan.replicas()).map(|replica| ReplicaId(replica).to_string()).collect();
        Picture {
            names: plan.names().scope(names),
            links: plan.links().clone(),
            seed: transcript.seed,
            faults: settled(plan, &story.behind(transcript.seed).dice()),
            trace: transcript.trace().clone(),
            states: transcript.states().to_vec(),
            weights: transcript.weights().to_vec(),
            run: transcript.run.clone(),
            judged: transcript.judged.clone(),
            finding: finding.cloned(),
        }
    }

    /// What a replica is called.
    pub fn name(&self, replica: ReplicaId) -> &str {
        self.names.get(replica.index()).map_or("?", String::as_str)
    }

    /// Does something while these names are those of the replicas.
    pub fn named<T>(&self, within: impl FnOnce() -> T) -> T {
        self.names.iter().map(String::as_str).collect::<Names>().scope(within)
    }

    /// The violation, if that is what was found.
    pub fn violation(&self) -> Option<&Violation> {
        match &self.finding {
            Some(Finding::Violation(violation)) => Some(violation),
            _ => None,
        }
    }
}
