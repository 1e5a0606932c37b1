//! Many seeds of one scenario, and what came of them.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::{Finding, Runner, STANDARD, Story, resolve, watches};
use crate::base::{Digest, Digester, Seed};
use crate::check;
use crate::scenario::{Expectation, File, Mistakes, Plan, Watch};
use crate::world::Witness;
use crate::zoo::{Asked, System, Viewed, Visitor};

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

/// Runs some seeds of a scenario, one after the other.
pub fn campaign(file: &File, seeds: impl IntoIterator<Item = u64>) -> Result<Outcome, Mistakes> {
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

impl<'a> Campaign<'a> {
    /// One of this scenario.
    pub fn of(file: &'a File) -> Campaign<'a> {
        Campaign { file, pulse: Arc::default() }
    }

    /// The same with a pulse that others can [feel](Runner::beating).
    pub fn beating(self, pulse: Arc<AtomicU64>) -> Campaign<'a> {
        Campaign { pulse, ..self }
    }

    /// Runs seeds, one after the other, and twice the first, to see whether it gives the same once more, and whether each
    /// of its replicas [does](check::Replay) by itself.
    pub fn run(self, seeds: impl IntoIterator<Item = u64>) -> Result<Outcome, Mistakes> {
        let (plan, system) = resolve(self.file)?;
        Ok(system.visit(Running { campaign: self, plan, seeds: seeds.into_iter() }))
    }
}

struct Running<'a, I> {
    campaign: Campaign<'a>,
    plan: Plan,
    seeds: I,
}

impl<I: Iterator<Item = u64>> Visitor for Running<'_, I> {
    type Output = Outcome;

    fn visit<O: Asked, V: Viewed>(self, system: System<O, V>) -> Self::Output {
        let Campaign { file, pulse } = self.campaign;
        let story = Story::of(file, self.plan).unwrap_or_else(|unknown| unreachable!("they were read: {unknown:?}"));
        let checks = watches_of(file, &system);
        let mut each = Runner::new(system.clone(), &checks).beating(pulse.clone());
        let mut outcome = Outcome {
            name: file.name.clone(),
            runs: 0,
            wrong: 0,
            findings: Vec::new(),
            unstable: None,
            judged: each.judged().map(|(name, _)| (name, 0)).collect(),
            witness: Witness::default(),
            idle: Vec::new(),
            expected: file.expect.clone(),
            hash: Digest::default(),
        };
        let mut hashes = Digester::new();
        for seed in self.seeds.map(Seed) {
            let ran = each.run(&story, seed);
            outcome.runs += 1;
            for ((_, sum), (_, judged)) in outcome.judged.iter_mut().zip(each.judged()) {
                *sum += judged;
            }
            if let Some(run) = &ran.run {
                hashes.bytes(&run.hash.0.to_le_bytes());
                outcome.witness.add(&run.witness);
            }
            let mut finding = ran.finding.clone();
            if outcome.runs == 1 {
                // The same once more, and then each replica by itself.
                let replayed = [&checks[..], &watches(&[check::Replay::ABOUT.name])].concat();
                let again = Runner::new(system.clone(), &replayed).beating(pulse.clone()).run(&story, seed);
                let by_replay = |finding: &&Finding| finding.check() == check::Replay::ABOUT.name;
                match again.finding.as_ref().filter(by_replay) {
                    Some(differs) if finding.is_none() => finding = Some(differs.clone()),
                    _ if again != ran => outcome.unstable = Some(seed),
                    _ => {}
                }
            }
            if let Some(finding) = finding {
                outcome.wrong += 1;
                if outcome.findings.len() < MOST_FINDINGS {
                    outcome.findings.push((seed, finding));
                }
            }
        }
        outcome.idle = outcome.witness.idle(&story.plan);
        outcome.hash = hashes.finish();
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of a few seeds of a story about this system.
    #[track_caller]
    fn outcome(system: &str) -> Outcome {
        let text = format!(
            r#"(
                version: 1,
                name: "a story",
                system: ({system}, period: "50ms"),
                world: (replicas: 3, link: (latency: Uniform("1ms", "30ms"), loss: 0.1), duration: "1s", settle: "2s"),
            )"#
        );
        let file = File::parse(&text).unwrap_or_else(|error| panic!("{error}"));
        campaign(&file, 3..6).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn replicas_of_the_first_seed_are_replayed() {
        let outcome = outcome(r#"specimen: "one_counter_for_the_whole_process""#);
        let found: Vec<_> = outcome.findings.iter().map(|(seed, finding)| (seed.0, finding.check())).collect();
        assert_eq!((found, outcome.unstable), (vec![(3, "replay")], None));
    }
}
