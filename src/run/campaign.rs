//! Many seeds of one scenario, and what came of them.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::{Finding, NoOperation, Runner, STANDARD, Story, watches};
use crate::base::{Digest, Digester, Seed, nearest};
use crate::check;
use crate::scenario::{Expectation, File, Plan, Refusals, SystemName, Watch};
use crate::world::Witness;
use crate::zoo::broadcast::Ground;
use crate::zoo::registry::{self, Unknown};
use crate::zoo::{AnySystem, Asked, System, Viewed, Visitor};

/// Of more findings only the number is kept: a campaign may go on for days.
pub const MOST_FINDINGS: usize = 1000;

/// What came of some seeds of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The scenario's name.
    pub name: String,
    /// How many seeds were run.
    pub runs: u64,
    /// In how many something was found.
    pub wrong: u64,
    /// The first of these seeds, and what was found: [`MOST_FINDINGS`] at most.
    pub findings: Vec<(Seed, Finding)>,
    /// Whether a seed gave two results.
    pub unstable: Option<Seed>,
    /// How often each check had something to judge, over all seeds.
    pub judged: Vec<(&'static str, u64)>,
    /// What really happened, over all seeds.
    pub witness: Witness,
    /// The faults that never bit in any seed.
    pub idle: Vec<String>,
    /// What had to come of it.
    pub expected: Expectation,
    /// What tells this outcome from every other: the hashes of all runs, in the order of seeds.
    pub hash: Digest,
}

/// What an outcome comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// In every seed all checks held.
    Holds,
    /// In some seed one did not, or the code under test panicked or never came to rest.
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
        } else if !self.findings.is_empty() {
            Verdict::Violated
        } else if !self.idle.is_empty() || self.judged.iter().all(|(_, judged)| *judged == 0) {
            Verdict::Vacuous
        } else {
            Verdict::Holds
        }
    }

    /// Whether that is what had to come of it.
    pub fn is_as_expected(&self) -> bool {
        match &self.expected {
            Expectation::Holds => self.verdict() == Verdict::Holds,
            Expectation::Vacuous => self.verdict() == Verdict::Vacuous,
            Expectation::Violates(check) => {
                let (unstable, mut findings) = (self.unstable.is_some(), self.findings.iter());
                !unstable && findings.next().is_some_and(|(_, first)| first.check() == check)
            }
        }
    }

    /// The first seed that shows what is wrong, and what that is.
    pub fn finding(&self) -> Option<(Seed, String)> {
        let unstable = self.unstable.map(|seed| (seed, "the same seed gave two results".to_owned()));
        unstable.or_else(|| self.findings.first().map(|(seed, finding)| (*seed, finding.to_string())))
    }
}

/// Why a scenario cannot be run.
#[derive(Clone, Debug, PartialEq)]
pub enum RunError {
    /// There is no such system, or no such pair.
    System(Unknown),
    /// No check is called so.
    Check(String),
    /// Its world contradicts itself.
    World(Refusals),
    /// It asks for operations that the system does not have.
    Operations(Vec<NoOperation>),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::System(unknown) => unknown.fmt(f),
            RunError::Check(check) => {
                write!(f, "no check is called `{check}`")?;
                match nearest(check, check::ALL.iter().map(|about| about.name)) {
                    Some(other) => write!(f, ": did you mean `{other}`?"),
                    None => f.write_str(": `squall list checks` names those there are"),
                }
            }
            RunError::World(refusals) => refusals.fmt(f),
            RunError::Operations(unknown) => {
                for (line, NoOperation { nth, error }) in unknown.iter().enumerate() {
                    let gap = if line > 0 { "\n" } else { "" };
                    write!(f, "{gap}request {}: {}", nth + 1, error.code)?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for RunError {}

/// What a file asks for, or why it cannot be run.
pub fn resolve(file: &File) -> Result<(Plan, AnySystem), RunError> {
    let plan = file.world.clone().plan().map_err(RunError::World)?;
    let SystemName { data, sync, broadcast, specimen, period } = &file.system;
    let system = match (broadcast, specimen) {
        (Some(name), _) => {
            let links = Ground { mesh: plan.links().is_full(), ..Ground::HOSTILE };
            registry::broadcast(name, *period, links)
        }
        (None, Some(name)) => registry::specimen(name),
        (None, None) => registry::system(data, sync),
    };
    let expected = match &file.expect {
        Expectation::Violates(check) => Some(check),
        Expectation::Holds | Expectation::Vacuous => None,
    };
    let mut asked = file.checks.iter().map(|watch| &watch.check).chain(expected);
    let known = |name: &String| check::ALL.iter().any(|about| about.name == name) || OTHERS.contains(&name.as_str());
    match asked.find(|name| !known(name)) {
        Some(name) => Err(RunError::Check(name.clone())),
        None => {
            let system = system.map_err(RunError::System)?;
            system.clone().visit(Reading { file, plan: &plan }).map_err(RunError::Operations)?;
            Ok((plan, system))
        }
    }
}

/// Whether a system has the operations that a file asks for.
struct Reading<'a> {
    file: &'a File,
    plan: &'a Plan,
}

impl Visitor for Reading<'_> {
    type Output = Result<(), Vec<NoOperation>>;

    fn visit<O: Asked, V: Viewed>(self, _: System<O, V>) -> Self::Output {
        Story::<O>::of(self.file, self.plan.clone()).map(drop)
    }
}

/// What finds something though it is no check of its own.
const OTHERS: [&str; 5] = ["panic", "livelock", "hang", "memory", "abort"];

/// Runs some seeds of a scenario, one after the other.
pub fn campaign(file: &File, seeds: impl IntoIterator<Item = u64>) -> Result<Outcome, RunError> {
    Campaign::of(file).run(seeds)
}

/// The checks that watch a file's system: those that it names, or the standard ones.
pub fn watches_of<O: Asked, V: Viewed>(file: &File, system: &System<O, V>) -> Vec<Watch> {
    if file.checks.is_empty() { watches(&[&STANDARD, system.checks()].concat()) } else { file.checks.clone() }
}

/// Some seeds of a scenario that are to be run.
#[derive(Clone, Debug)]
pub struct Campaign<'a> {
    file: &'a File,
    pulse: Arc<AtomicU64>,
}

/// What came of one seed of a campaign.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Came {
    /// The run's hash and what really happened in it, unless it did not come to its end.
    pub run: Option<(Digest, Witness)>,
    /// What is wrong with it, if something is.
    pub finding: Option<Finding>,
    /// How often each check had something to judge.
    pub judged: Vec<(&'static str, u64)>,
    /// Whether the same seed gave something else once more.
    pub unstable: bool,
}

impl<'a> Campaign<'a> {
    /// One of this scenario.
    pub fn of(file: &'a File) -> Campaign<'a> {
        Campaign { file, pulse: Arc::default() }
    }

    /// The same with a pulse that others can [feel](Runner::beating).
    pub fn beating(self, pulse: Arc<AtomicU64>) -> Campaign<'a> {
        Campaign { pulse, ..self }
    }

    /// Runs seeds, one after the other, and twice the first, to see whether it gives the same once more.
    pub fn run(self, seeds: impl IntoIterator<Item = u64>) -> Result<Outcome, RunError> {
        let mut gathering = Gathering::of(self.file);
        self.each(seeds, |seed, came| gathering.add(seed, came))?;
        gathering.outcome()
    }

    /// The same, with whoever wants to be told of each seed.
    pub fn each(self, seeds: impl IntoIterator<Item = u64>, tell: impl FnMut(Seed, Came)) -> Result<(), RunError> {
        let (plan, system) = resolve(self.file)?;
        system.visit(Running { campaign: self, plan, seeds: seeds.into_iter(), tell }).map_err(RunError::Operations)
    }
}

struct Running<'a, I, F> {
    campaign: Campaign<'a>,
    plan: Plan,
    seeds: I,
    tell: F,
}

impl<I: Iterator<Item = u64>, F: FnMut(Seed, Came)> Visitor for Running<'_, I, F> {
    type Output = Result<(), Vec<NoOperation>>;

    fn visit<O: Asked, V: Viewed>(mut self, system: System<O, V>) -> Self::Output {
        let Campaign { file, pulse } = self.campaign;
        let story = Story::of(file, self.plan)?;
        let checks = watches_of(file, &system);
        let runner = || Runner::new(system.clone(), &checks).beating(pulse.clone());
        let mut each = runner();
        let mut first = true;
        for seed in self.seeds.map(Seed) {
            let ran = each.run(&story, seed);
            let judged = each.judged().collect();
            let unstable = std::mem::take(&mut first) && runner().run(&story, seed) != ran;
            let run = ran.run.map(|run| (run.hash, run.witness));
            (self.tell)(seed, Came { run, finding: ran.finding, judged, unstable });
        }
        Ok(())
    }
}

/// What came of the seeds of a campaign so far.
pub struct Gathering<'a> {
    file: &'a File,
    outcome: Outcome,
    hashes: Digester,
}

impl<'a> Gathering<'a> {
    /// Nothing yet, of this scenario.
    pub fn of(file: &'a File) -> Gathering<'a> {
        let outcome = Outcome {
            name: file.name.clone(),
            runs: 0,
            wrong: 0,
            findings: Vec::new(),
            unstable: None,
            judged: Vec::new(),
            witness: Witness::default(),
            idle: Vec::new(),
            expected: file.expect.clone(),
            hash: Digest::default(),
        };
        Gathering { file, outcome, hashes: Digester::new() }
    }

    /// This came of the next seed.
    pub fn add(&mut self, seed: Seed, came: Came) {
        let outcome = &mut self.outcome;
        outcome.runs += 1;
        for (nth, (check, judged)) in came.judged.into_iter().enumerate() {
            match outcome.judged.get_mut(nth) {
                Some((_, sum)) => *sum += judged,
                None => outcome.judged.push((check, judged)),
            }
        }
        if let Some((hash, witness)) = came.run {
            self.hashes.bytes(&hash.0.to_le_bytes());
            outcome.witness.add(&witness);
        }
        if came.unstable {
            outcome.unstable.get_or_insert(seed);
        }
        if let Some(finding) = came.finding {
            outcome.wrong += 1;
            if outcome.findings.len() < MOST_FINDINGS {
                outcome.findings.push((seed, finding));
            }
        }
    }

    /// What came of all of them.
    pub fn outcome(mut self) -> Result<Outcome, RunError> {
        let (plan, _) = resolve(self.file)?;
        self.outcome.idle = self.outcome.witness.idle(&plan);
        self.outcome.hash = self.hashes.finish();
        Ok(self.outcome)
    }
}
