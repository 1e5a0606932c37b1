//! A system, a world and checks, seed after seed, until a check finds something.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::campaign::words;
use super::{Hostile, Proposer};
use crate::base::{ClientId, Seed};
use crate::check::{self, Check, Judge, Ledger, Violation};
use crate::scenario::Plan;
use crate::world::{Dealt, Ended, World};
use crate::zoo::{AnySystem, Asked, Boxed, System, Viewed, Visitor};

/// What came of a trial.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// How many seeds were run.
    pub runs: u64,
    /// The first seed in which something was found, and what.
    pub found: Option<(Seed, Finding)>,
    /// How often each check had something to judge, over all runs.
    pub judged: Vec<(&'static str, u64)>,
}

/// What can be wrong with a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A check found something.
    Violation(Box<Violation>),
    /// The code under test panicked, with these words.
    Panic(String),
    /// The run reached the bound on events.
    Exhausted,
}

impl Finding {
    /// What found it.
    pub fn check(&self) -> &'static str {
        match self {
            Finding::Violation(violation) => violation.check,
            Finding::Panic(_) => "panic",
            Finding::Exhausted => "livelock",
        }
    }
}

/// Runs a system in a hostile world with these checks, until one of them finds something.
///
/// # Panics
/// Where the world contradicts itself, or there is no such check.
pub fn trial(system: AnySystem, hostile: &Hostile, checks: &[&str], seeds: Range<u64>) -> Trial {
    let plan = hostile.world.clone().plan().unwrap_or_else(|refusals| panic!("{refusals}"));
    system.visit(Trying { hostile, plan, checks, seeds })
}

struct Trying<'a> {
    hostile: &'a Hostile,
    plan: Plan,
    checks: &'a [&'a str],
    seeds: Range<u64>,
}

impl Visitor for Trying<'_> {
    type Output = Trial;

    fn visit<O: Asked, V: Viewed>(self, system: System<O, V>) -> Trial {
        let mut trial = Trial::default();
        let mut world = World::<Boxed<O, V>, Proposer>::new();
        let mut judge = judge(&system, self.checks);
        let users = (self.plan.replicas(), |_: ClientId| Proposer(self.hostile.activity.clone()));
        let pace = self.hostile.pace;
        trial.judged = judge.judged().map(|(about, _)| (about.name, 0)).collect();
        for seed in self.seeds.map(Seed) {
            judge.reset();
            trial.runs += 1;
            let run = catch_unwind(AssertUnwindSafe(|| {
                let spawn = |seat| system.spawn(seat, pace);
                let run = world.run(&self.plan, &spawn, &users, &mut Dealt::new(seed), &mut judge);
                judge.ended(run.ended != Ended::Exhausted, world.replicas());
                run
            }));
            let finding = match run {
                Err(panic) => Some(Finding::Panic(words(&*panic))),
                Ok(_) if judge.found().is_some() => {
                    judge.found().map(|found| Finding::Violation(Box::new(found.clone())))
                }
                Ok(run) => (run.ended == Ended::Exhausted).then_some(Finding::Exhausted),
            };
            for ((_, sum), (_, judged)) in trial.judged.iter_mut().zip(judge.judged()) {
                *sum += judged;
            }
            if let Some(finding) = finding {
                trial.found = Some((seed, finding));
                break;
            }
        }
        trial
    }
}

/// A judge with those of these checks that apply to a system.
pub fn judge<O: Asked, V: Viewed>(system: &System<O, V>, names: &[&str]) -> Judge<Boxed<O, V>, O> {
    let specification = || system.specification.clone();
    let keys = specification().parts().map_or((|_| None) as fn(&O) -> Option<u64>, |parts| parts.key);
    let checks = names.iter().map(|name| -> Box<dyn Check<Boxed<O, V>, O>> {
        match *name {
            "creation" => Box::new(check::Creation::default()),
            "sec" => Box::new(check::Sec::default()),
            "spec" => Box::new(check::Meets::new(specification())),
            "effect" => Box::new(check::Effect::new(specification())),
            "settles" => Box::new(check::Settles::new(Some(specification()))),
            "stamps" => Box::new(check::Stamps::new(system.specification.clock)),
            "durable" => Box::new(check::Durable::default()),
            other => panic!("no check is called `{other}`"),
        }
    });
    Judge::new(Ledger::new(keys), checks.collect())
}
