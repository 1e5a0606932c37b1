//! Many seeds of one scenario, and what came of them.

use std::fmt;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Proposer;
use crate::base::{ClientId, Digest, Digester, ReplicaId, Seed};
use crate::scenario::{File, Plan, Refusals};
use crate::world::{Dealt, Ended, Run, Witness, World};
use crate::zoo::registry::{self, Unknown, Visitor};
use crate::zoo::sync::{Pace, Protocol, Synced};

/// What came of some seeds of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The scenario's name.
    pub name: String,
    /// How many seeds were run.
    pub runs: u64,
    /// The seeds whose replicas do not show the same in the end, and how they differ.
    pub diverged: Vec<(Seed, String)>,
    /// The seeds in which the code under test panicked, and with what words.
    pub panicked: Vec<(Seed, String)>,
    /// The seeds that reached the bound on events.
    pub exhausted: Vec<Seed>,
    /// Whether a seed gave two results.
    pub unstable: Option<Seed>,
    /// What really happened, over all seeds.
    pub witness: Witness,
    /// The faults that never bit in any seed.
    pub idle: Vec<String>,
    /// What tells this outcome from every other: the hashes of all runs, in the order of seeds.
    pub hash: Digest,
}

/// What an outcome comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// In every seed all replicas ended up showing the same.
    Holds,
    /// In some seed they did not, or the code under test panicked or never came to rest.
    Violated,
    /// They did, but a fault of the scenario never came into play.
    Vacuous,
    /// One seed gave two results: the code under test is not deterministic.
    Unstable,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Holds => "holds",
            Verdict::Violated => "VIOLATED",
            Verdict::Vacuous => "vacuous",
            Verdict::Unstable => "UNSTABLE",
        })
    }
}

impl Outcome {
    /// What it comes to.
    pub fn verdict(&self) -> Verdict {
        if self.unstable.is_some() {
            Verdict::Unstable
        } else if !(self.diverged.is_empty() && self.panicked.is_empty() && self.exhausted.is_empty()) {
            Verdict::Violated
        } else if !self.idle.is_empty() {
            Verdict::Vacuous
        } else {
            Verdict::Holds
        }
    }

    /// The first seed that shows what is wrong, and what that is.
    pub fn finding(&self) -> Option<(Seed, String)> {
        let unstable = self.unstable.map(|seed| (seed, "the same seed gave two results".to_owned()));
        let bound = self.exhausted.iter().map(|seed| (*seed, "the bound on events was reached".to_owned()));
        let panicked =
            self.panicked.iter().map(|(seed, says)| (*seed, format!("the code under test panicked: {says}")));
        let wrong = self.diverged.iter().cloned().chain(panicked).chain(bound);
        unstable.or_else(|| wrong.min_by_key(|(seed, _)| *seed))
    }
}

/// Why a scenario cannot be run.
#[derive(Clone, Debug, PartialEq)]
pub enum RunError {
    /// There is no such system, or no such pair.
    System(Unknown),
    /// Its world contradicts itself.
    World(Refusals),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::System(unknown) => unknown.fmt(f),
            RunError::World(refusals) => refusals.fmt(f),
        }
    }
}

impl std::error::Error for RunError {}

/// Runs some seeds of a scenario, one after the other.
pub fn campaign(file: &File, seeds: Range<u64>) -> Result<Outcome, RunError> {
    let plan = file.world.clone().plan().map_err(RunError::World)?;
    let (data, sync) = (&file.system.data, &file.system.sync);
    registry::visit(data, sync, Campaign { file, plan, seeds }).map_err(RunError::System)
}

struct Campaign<'a> {
    file: &'a File,
    plan: Plan,
    seeds: Range<u64>,
}

impl Visitor for Campaign<'_> {
    type Output = Outcome;

    fn visit<P: Protocol>(self, protocol: P) -> Outcome {
        let mut outcome = Outcome {
            name: self.file.name.clone(),
            runs: 0,
            diverged: Vec::new(),
            panicked: Vec::new(),
            exhausted: Vec::new(),
            unstable: None,
            witness: Witness::default(),
            idle: Vec::new(),
            hash: Digest::default(),
        };
        let mut hashes = Digester::new();
        let mut world = World::new();
        let first = self.seeds.start;
        for seed in self.seeds.clone().map(Seed) {
            outcome.runs += 1;
            let run = match catch_unwind(AssertUnwindSafe(|| self.run(&mut world, &protocol, seed))) {
                Ok(run) => run,
                Err(panic) => {
                    // Whatever state the panic left is thrown away with the world.
                    world = World::new();
                    outcome.panicked.push((seed, words(&*panic)));
                    continue;
                }
            };
            hashes.bytes(&run.hash.0.to_le_bytes());
            outcome.witness.add(&run.witness);
            if run.ended == Ended::Exhausted {
                outcome.exhausted.push(seed);
            } else if let Some(difference) = difference(&world) {
                outcome.diverged.push((seed, difference));
            }
            if seed.0 == first && self.run(&mut World::new(), &protocol, seed) != run {
                outcome.unstable = Some(seed);
            }
        }
        outcome.idle = outcome.witness.idle(&self.plan);
        outcome.hash = hashes.finish();
        outcome
    }
}

impl Campaign<'_> {
    fn run<P: Protocol>(&self, world: &mut World<Synced<P>, Proposer>, protocol: &P, seed: Seed) -> Run {
        let system = Synced::everywhere(protocol.clone(), Pace::each(self.file.system.period));
        let users = (self.plan.replicas(), |_: ClientId| Proposer(self.file.workload.clone()));
        world.run(&self.plan, &system, &users, &mut Dealt::new(seed), &mut ())
    }
}

/// How two replicas that are there differ in what they show, if two do.
fn difference<P: Protocol>(world: &World<Synced<P>, Proposer>) -> Option<String> {
    use crate::base::Observed;
    let there = (0..).map(ReplicaId).zip(world.replicas()).filter(|(slot, _)| world.is_up(*slot));
    let mut views = there.map(|(slot, replica)| (slot, replica.view()));
    let (first, expected) = views.next()?;
    let (other, seen) = views.find(|(_, view)| *view != expected)?;
    Some(format!("{first} shows {expected:?}, and {other} shows {seen:?}"))
}

/// What a panic said.
pub(super) fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without words".to_owned())
}
