//! Many seeds of one scenario, and what came of them.

use std::fmt;
use std::ops::Range;

use super::runner::watches;
use super::{Finding, Runner, STANDARD, Story, resolve};
use crate::base::{Digest, Digester, Seed};
use crate::scenario::{Expectation, File, Impact, Mistakes, Plan};
use crate::world::Witness;
use crate::zoo::{Asked, System, Viewed, Visitor};

/// What came of some seeds of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The scenario's name.
    pub name: String,
    /// How many seeds were run.
    pub runs: u64,
    /// The seeds in which something was found, and what.
    pub findings: Vec<(Seed, Finding)>,
    /// Whether a seed gave two results.
    pub unstable: Option<Seed>,
    /// How often each check had something to judge, over all seeds.
    pub judged: Vec<(&'static str, u64)>,
    /// What really happened, over all seeds.
    pub witness: Witness,
    /// The faults that never bit in any seed.
    pub idle: Vec<String>,
    /// Whether the file says what must have come into play.
    pub witnessed: bool,
    /// What must have come into play and did not: what the file says, and each check that it names.
    pub missing: Vec<String>,
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
    /// They did, but something that had to come into play never did: a fault, a check, or what the file says.
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
        } else if self.is_vacuous() {
            Verdict::Vacuous
        } else {
            Verdict::Holds
        }
    }

    /// Whether it shows nothing. What the file says must have come into play decides; where it says nothing, every
    /// fault must.
    fn is_vacuous(&self) -> bool {
        let unjudged = self.judged.iter().all(|(_, judged)| *judged == 0);
        unjudged || !self.missing.is_empty() || !self.witnessed && !self.idle.is_empty()
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
pub fn campaign(file: &File, seeds: Range<u64>) -> Result<Outcome, Mistakes> {
    let (plan, system) = resolve(file)?;
    Ok(system.visit(Campaign { file, plan, seeds }))
}

/// What had to come into play and did not.
fn missing(file: &File, outcome: &Outcome) -> Vec<String> {
    let judged = |name: &str| outcome.judged.iter().filter(|(check, _)| *check == name).map(|(_, judged)| judged).sum();
    let found = |impact: &Impact| match impact {
        Impact::Judged(name, _) => judged(name),
        other => outcome.witness.of(other),
    };
    let impacts = file.witness.iter().flatten();
    let impacts = impacts.map(|impact| (impact, found(impact))).filter(|(impact, found)| *found < impact.least());
    let idle = file.checks.iter().filter(|watch| judged(&watch.check) == 0);
    let idle = idle.map(|watch| format!("`{}` never had anything to judge", watch.check));
    impacts.map(|(impact, found)| impact.tell(found)).chain(idle).collect()
}

struct Campaign<'a> {
    file: &'a File,
    plan: Plan,
    seeds: Range<u64>,
}

impl Visitor for Campaign<'_> {
    type Output = Outcome;

    fn visit<O: Asked, V: Viewed>(self, system: System<O, V>) -> Outcome {
        let story =
            Story::of(self.file, self.plan).unwrap_or_else(|unknown| unreachable!("they were read: {unknown:?}"));
        let standard = || watches(&[&STANDARD, system.checks()].concat());
        let checks = if self.file.checks.is_empty() { standard() } else { self.file.checks.clone() };
        let runner = || Runner::new(system.clone(), &checks);
        let mut each = runner();
        let mut outcome = Outcome {
            name: self.file.name.clone(),
            runs: 0,
            findings: Vec::new(),
            unstable: None,
            judged: each.judged().map(|(name, _)| (name, 0)).collect(),
            witness: Witness::default(),
            idle: Vec::new(),
            witnessed: self.file.witness.is_some(),
            missing: Vec::new(),
            expected: self.file.expect.clone(),
            hash: Digest::default(),
        };
        let mut hashes = Digester::new();
        let first = self.seeds.start;
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
            if seed.0 == first && runner().run(&story, seed) != ran {
                outcome.unstable = Some(seed);
            }
            outcome.findings.extend(ran.finding.map(|finding| (seed, finding)));
        }
        outcome.idle = outcome.witness.idle(&story.plan);
        outcome.missing = missing(self.file, &outcome);
        outcome.hash = hashes.finish();
        outcome
    }
}
