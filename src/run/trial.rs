//! A system in a hostile world, seed after seed, until a check finds something.

use std::ops::Range;

use super::{Finding, Hostile, Runner, Story, watches};
use crate::base::Seed;
use crate::scenario::Plan;
use crate::zoo::{AnySystem, Asked, System, Viewed, Visitor};

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

/// Runs a system in a hostile world with these checks, and tells in how many of the seeds one of them finds
/// something, and how many updates had been issued by then in the seed with the fewest.
///
/// # Panics
/// Where the world contradicts itself, or there is no such check.
pub fn tally(system: AnySystem, hostile: &Hostile, checks: &[&str], seeds: Range<u64>) -> (u64, Option<u64>) {
    let plan = hostile.world.clone().plan().unwrap_or_else(|refusals| panic!("{refusals}"));
    system.visit(Tallying(Trying { hostile, plan, checks, seeds }))
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

struct Tallying<'a>(Trying<'a>);

impl Visitor for Tallying<'_> {
    type Output = (u64, Option<u64>);

    fn visit<O: Asked, V: Viewed>(self, system: System<O, V>) -> (u64, Option<u64>) {
        let Trying { hostile: Hostile { activity, pace, .. }, plan, checks, seeds } = self.0;
        let mut runner = Runner::new(system, &watches(checks));
        let story = Story::drawn(plan, activity.clone(), *pace);
        let ran = seeds.map(|seed| runner.run(&story, Seed(seed)));
        let found: Vec<u64> = ran.filter(|ran| ran.finding.is_some()).map(|ran| ran.updates).collect();
        (found.len() as u64, found.into_iter().min())
    }
}

impl Visitor for Trying<'_> {
    type Output = Trial;

    fn visit<O: Asked, V: Viewed>(self, system: System<O, V>) -> Trial {
        let Hostile { activity, pace, .. } = self.hostile;
        let mut runner = Runner::new(system, &watches(self.checks));
        let story = Story::drawn(self.plan, activity.clone(), *pace);
        let judged = runner.judged().map(|(name, _)| (name, 0)).collect();
        let mut trial = Trial { judged, ..Trial::default() };
        for seed in self.seeds.map(Seed) {
            let ran = runner.run(&story, seed);
            trial.runs += 1;
            for ((_, sum), (_, judged)) in trial.judged.iter_mut().zip(runner.judged()) {
                *sum += judged;
            }
            if let Some(finding) = ran.finding {
                trial.found = Some((seed, finding));
                break;
            }
        }
        trial
    }
}
