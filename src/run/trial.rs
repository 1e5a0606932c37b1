//! A system in a hostile world, seed after seed, until a check finds something.

use std::ops::Range;

use super::runner::watches;
use super::{Finding, Hostile, Runner};
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
        let Hostile { activity, pace, .. } = self.hostile;
        let mut runner = Runner::new(system, &self.plan, activity.clone(), *pace, &watches(self.checks));
        let judged = runner.judged().map(|(name, _)| (name, 0)).collect();
        let mut trial = Trial { judged, ..Trial::default() };
        for seed in self.seeds.map(Seed) {
            let ran = runner.run(seed);
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
