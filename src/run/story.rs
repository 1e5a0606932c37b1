//! What is run: a plan, who asks for what in it, and what is settled beforehand.

use std::sync::Arc;

use super::{Mix, Proposer};
use crate::base::{ClientId, Fate, Path, Seed};
use crate::model::Ask;
use crate::replica::{Scripted, Workload};
use crate::scenario::{Activity, Decision, File, Mistake, Operation, Plan, Request, Rest};
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
    /// What users ask for, if it is not what replicas propose.
    pub mix: Mix<O>,
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
    /// Where it stands, such as `requests[3].2`.
    pub path: String,
    /// What stands there.
    pub operation: Operation,
    /// What is wrong with it, and where in its own text.
    pub error: ron::error::SpannedError,
}

impl NoOperation {
    /// The same, as what is wrong with the file.
    pub fn mistake(&self) -> Mistake {
        self.operation.misread(&self.error, &self.path)
    }
}

/// What a scenario asks for: requests as they are written, and a mix.
pub(super) type Wanted<O> = (Vec<Scripted<Ask<O>>>, Mix<O>);

impl<O: Asked> Story<O> {
    /// All that is left open. Users ask for what replicas propose.
    pub fn drawn(plan: Plan, users: Activity, pace: Pace) -> Story<O> {
        let (requests, fates, mix) = (Vec::new(), Vec::new(), Mix::default());
        Story { plan, requests, users: Some(Arc::new(users)), mix, fates, rest: Rest::Drawn, pace, priorities: None }
    }

    /// What a scenario tells, in the world of this plan; or all of its operations that there are not.
    pub fn of(file: &File, plan: Plan) -> Result<Story<O>, Vec<NoOperation>> {
        let (requests, mix) = plan.names().scope(|| Story::wanted(file))?;
        let fates = file.fates.iter().map(|decision| (decision.path().clone(), decision.fate())).collect();
        let (users, rest, pace) = (file.activity().map(Arc::new), file.rest, Pace::each(file.system.period));
        Ok(Story { plan, requests, users, mix, fates, rest, pace, priorities: None })
    }

    /// What a scenario asks for, or all of its operations that there are not.
    pub(super) fn wanted(file: &File) -> Result<Wanted<O>, Vec<NoOperation>> {
        let mut unknown = Vec::new();
        let mut read = |operation: &Operation, path: String| match operation.read() {
            Ok(op) => Some(op),
            Err(error) => {
                unknown.push(NoOperation { path, operation: operation.clone(), error });
                None
            }
        };
        let mut requests = Vec::new();
        for (nth, request) in file.requests.iter().enumerate() {
            let field = 2 + usize::from(request.label().is_some());
            let op = match request.operation() {
                None => Some(Ask::Read),
                Some(operation) => read(operation, format!("requests[{nth}].{field}")).map(Ask::Do),
            };
            let (at, replica, root) = (request.at(), request.replica(), request.label().map(|label| label.root()));
            requests.extend(op.map(|op| Scripted { at, replica, op, root }));
        }
        let mix = file.clients.iter().flat_map(|activity| &activity.mix).enumerate();
        let mix = mix.filter_map(|(nth, weighed)| {
            let op = read(&weighed.op, format!("clients.mix[{nth}].op"))?;
            Some((weighed.weight, op))
        });
        let mix = Mix::new(mix);
        if unknown.is_empty() { Ok((requests, mix)) } else { Err(unknown) }
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
        let (users, mix) = (self.users.clone(), self.mix.clone());
        Asking { script: &self.requests, users, mix, replicas: self.plan.replicas() }
    }
}

/// A script, and a user beside each replica.
pub struct Asking<'a, O> {
    script: &'a [Scripted<Ask<O>>],
    users: Option<Arc<Activity>>,
    mix: Mix<O>,
    replicas: u32,
}

impl<O: Asked, V: Viewed> Workload<Boxed<O, V>> for Asking<'_, O> {
    type Client = Proposer<O>;

    fn script(&self) -> &[Scripted<Ask<O>>] {
        self.script
    }

    fn clients(&self) -> u32 {
        if self.users.is_some() { self.replicas } else { 0 }
    }

    fn client(&self, _: ClientId) -> Proposer<O> {
        Proposer { activity: self.users.clone().unwrap_or_default(), mix: self.mix.clone() }
    }
}
