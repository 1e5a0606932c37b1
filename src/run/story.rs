//! What is run: a plan, who asks for what in it, and what is settled beforehand.

use std::sync::Arc;

use super::Proposer;
use crate::base::{ClientId, Fate, Path, Seed};
use crate::model::Ask;
use crate::replica::{Scripted, Workload};
use crate::scenario::{Activity, Decision, File, Operation, Plan, Request, Rest};
use crate::world::{Behind, Dealt, Otherwise, Priorities, Script};
use crate::zoo::sync::Pace;
use crate::zoo::{Asked, Boxed, Viewed};

/// A plan, all requests that are written, the users who ask for more, and the fates that are settled.
#[derive(Clone, Debug)]
pub struct Story<O> {
    /// The world that it happens in.
    pub plan: Plan,
    /// The requests that come as written.
    pub requests: Vec<Scripted<Ask<O>>>,
    /// What a user beside each replica does, if there are users.
    pub users: Option<Arc<Activity>>,
    /// What becomes of some messages.
    pub fates: Vec<(Path, Fate)>,
    /// What becomes of the others.
    pub rest: Rest,
    /// How often replicas turn to one another.
    pub pace: Pace,
    /// Whether messages come in the order of priorities that change so often, among about so many deliveries.
    pub priorities: Option<(u32, u64)>,
}

/// An operation of a scenario that its system does not have.
#[derive(Clone, Debug, PartialEq)]
pub struct NoOperation {
    /// The request that asks for it, from 0.
    pub nth: usize,
    /// What is wrong with it, and where in its own text.
    pub error: ron::error::SpannedError,
}

impl<O: Asked> Story<O> {
    /// All that is left open.
    pub fn drawn(plan: Plan, users: Activity, pace: Pace) -> Story<O> {
        let (requests, fates) = (Vec::new(), Vec::new());
        Story { plan, requests, users: Some(Arc::new(users)), fates, rest: Rest::Drawn, pace, priorities: None }
    }

    /// What a scenario tells, in the world of this plan; or all of its operations that there are not.
    pub fn of(file: &File, plan: Plan) -> Result<Story<O>, Vec<NoOperation>> {
        let requests = plan.names().scope(|| Story::requests(file))?;
        let fates = file.fates.iter().map(|decision| (decision.path().clone(), decision.fate())).collect();
        let (users, rest, pace) = (file.activity().map(Arc::new), file.rest, Pace::each(file.system.period));
        Ok(Story { plan, requests, users, fates, rest, pace, priorities: None })
    }

    /// The requests that a scenario writes down, or all of their operations that there are not.
    pub(super) fn requests(file: &File) -> Result<Vec<Scripted<Ask<O>>>, Vec<NoOperation>> {
        let mut unknown = Vec::new();
        let mut requests = Vec::new();
        for (nth, request) in file.requests.iter().enumerate() {
            let op = match request.operation().map(Operation::read) {
                None => Ask::Read,
                Some(Ok(op)) => Ask::Do(op),
                Some(Err(error)) => {
                    unknown.push(NoOperation { nth, error });
                    continue;
                }
            };
            let root = request.label().map(|label| label.root());
            requests.push(Scripted { at: request.at(), replica: request.replica(), op, root });
        }
        if unknown.is_empty() { Ok(requests) } else { Err(unknown) }
    }

    /// Writes it into a file, in the place of what that file told.
    pub fn write(&self, file: &mut File) {
        self.plan.names().scope(|| self.write_here(file));
    }

    fn write_here(&self, file: &mut File) {
        let request = |scripted: &Scripted<Ask<O>>| {
            let (at, replica) = (scripted.at, scripted.replica);
            let label = scripted.root.as_ref().map(Into::into);
            match (&scripted.op, label) {
                (Ask::Do(op), None) => Request::At(at, replica, Operation::of(op)),
                (Ask::Do(op), Some(label)) => Request::Named(label, at, replica, Operation::of(op)),
                (Ask::Read, None) => Request::Read(at, replica),
                (Ask::Read, Some(label)) => Request::NamedRead(label, at, replica),
            }
        };
        file.requests = self.requests.iter().map(request).collect();
        file.clients = self.users.as_deref().cloned();
        file.fates = self.fates.iter().map(|(path, fate)| Decision::of(path.clone(), fate)).collect();
        file.rest = self.rest;
        file.world = self.plan.scenario().clone();
    }

    /// What stands behind the door of chance in the run of a seed.
    pub fn behind(&self, seed: Seed) -> Behind {
        if let Some((changes, among)) = self.priorities {
            return Behind::Priorities(Box::new(Priorities::new(seed, changes, among)));
        }
        if self.fates.is_empty() && self.rest == Rest::Drawn {
            return Behind::Dice(Dealt::new(seed));
        }
        let otherwise = match self.rest {
            Rest::Drawn => Otherwise::Dealt,
            Rest::Perfect => Otherwise::Perfect,
        };
        let mut script = Script::new(seed, otherwise);
        for (path, fate) in &self.fates {
            script.fix_path(path.clone(), *fate);
        }
        Behind::Script(Box::new(script))
    }

    /// All that is asked for in a run of it.
    pub fn asking(&self) -> Asking<'_, O> {
        Asking { script: &self.requests, users: self.users.clone(), replicas: self.plan.replicas() }
    }
}

/// A script, and a user beside each replica.
pub struct Asking<'a, O> {
    script: &'a [Scripted<Ask<O>>],
    users: Option<Arc<Activity>>,
    replicas: u32,
}

impl<O: Asked, V: Viewed> Workload<Boxed<O, V>> for Asking<'_, O> {
    type Client = Proposer;

    fn script(&self) -> &[Scripted<Ask<O>>] {
        self.script
    }

    fn clients(&self) -> u32 {
        if self.users.is_some() { self.replicas } else { 0 }
    }

    fn client(&self, _: ClientId) -> Proposer {
        Proposer(self.users.clone().unwrap_or_default())
    }
}
