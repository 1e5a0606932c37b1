//! Many seeds of one scenario, and what came of them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::{Finding, Runner, STANDARD, Story, resolve, watches};
use crate::base::{Digest, Digester, Seed};
use crate::check;
use crate::scenario::{Expectation, File, Impact, Mistakes, Plan, Watch};
use crate::world::Witness;
use crate::zoo::{Asked, System, Viewed, Visitor};

/// Of more findings only the number is kept: a campaign may go on for days.
pub const MOST_FINDINGS: usize = 1000;

/// So many notes are kept.
pub const MOST_NOTES: usize = 10;

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
    /// How often each check passed over something that it could not judge, of those that did.
    pub skipped: BTreeMap<&'static str, u64>,
    /// What else there is to know, by the first [`MOST_NOTES`] seeds in which there was something.
    pub notes: Vec<(Seed, String)>,
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
pub fn campaign(file: &File, seeds: impl IntoIterator<Item = u64>) -> Result<Outcome, Mistakes> {
    Campaign::of(file).run(seeds)
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

/// The checks that watch a file's system: those that it names, or the standard ones.
pub fn watches_of<O: Asked, V: Viewed>(file: &File, system: &System<O, V>) -> Vec<Watch> {
    if file.checks.is_empty() { watches(&[&STANDARD, system.checks()].concat()) } else { file.checks.clone() }
}

/// Some seeds of a scenario that are to be run.
#[derive(Clone, Debug)]
pub struct Campaign<'a> {
    file: &'a File,
    pulse: Arc<AtomicU64>,
    /// Whether its first seed is run twice.
    begins: bool,
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
    /// How often each check passed over something, of those that did.
    pub skipped: Vec<(&'static str, u64)>,
    /// What else there is to know.
    pub note: Option<String>,
    /// Whether the same seed gave something else once more.
    pub unstable: bool,
}

impl<'a> Campaign<'a> {
    /// One of this scenario.
    pub fn of(file: &'a File) -> Campaign<'a> {
        Campaign { file, pulse: Arc::default(), begins: true }
    }

    /// The same, of seeds that come after others: what is done once in a campaign was done with those.
    pub fn continued(self) -> Campaign<'a> {
        Campaign { begins: false, ..self }
    }

    /// The same with a pulse that others can [feel](Runner::beating).
    pub fn beating(self, pulse: Arc<AtomicU64>) -> Campaign<'a> {
        Campaign { pulse, ..self }
    }

    /// Runs seeds, one after the other, and twice the first, to see whether it gives the same once more, and whether each
    /// of its replicas [does](check::Replay) by itself.
    pub fn run(self, seeds: impl IntoIterator<Item = u64>) -> Result<Outcome, Mistakes> {
        let mut gathering = Gathering::of(self.file);
        self.each(seeds, |seed, came| gathering.add(seed, came))?;
        gathering.outcome()
    }

    /// The same, with whoever wants to be told of each seed.
    pub fn each(self, seeds: impl IntoIterator<Item = u64>, mut tell: impl FnMut(Seed, Came)) -> Result<(), Mistakes> {
        let (plan, system) = resolve(self.file)?;
        // Whatever they are, the code for each family is compiled once.
        system.visit(Running { campaign: self, plan, seeds: &mut seeds.into_iter(), tell: &mut tell });
        Ok(())
    }
}

struct Running<'a> {
    campaign: Campaign<'a>,
    plan: Plan,
    seeds: &'a mut dyn Iterator<Item = u64>,
    tell: &'a mut dyn FnMut(Seed, Came),
}

impl Visitor for Running<'_> {
    type Output = ();

    fn visit<O: Asked, V: Viewed>(self, system: System<O, V>) -> Self::Output {
        let Campaign { file, pulse, begins } = self.campaign;
        let story = Story::of(file, self.plan).unwrap_or_else(|unknown| unreachable!("they were read: {unknown:?}"));
        let checks = watches_of(file, &system);
        let mut each = Runner::new(system.clone(), &checks).beating(pulse.clone());
        let mut first = begins;
        for seed in self.seeds.map(Seed) {
            let ran = each.run(&story, seed);
            let (mut finding, mut unstable) = (ran.finding.clone(), false);
            if std::mem::take(&mut first) {
                // The same once more, and then each replica by itself.
                let replayed = [&checks[..], &watches(&[check::Replay::ABOUT.name])].concat();
                let again = Runner::new(system.clone(), &replayed).beating(pulse.clone()).run(&story, seed);
                let by_replay = |finding: &&Finding| finding.check() == check::Replay::ABOUT.name;
                match again.finding.as_ref().filter(by_replay) {
                    Some(differs) if finding.is_none() => finding = Some(differs.clone()),
                    _ => unstable = again != ran,
                }
            }
            let (judged, skipped) = (each.judged().collect(), each.skipped().collect());
            let note = each.behind().map(|behind| behind.to_string());
            let run = ran.run.map(|run| (run.hash, run.witness));
            (self.tell)(seed, Came { run, finding, judged, skipped, note, unstable });
        }
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
            skipped: BTreeMap::new(),
            notes: Vec::new(),
            witness: Witness::default(),
            idle: Vec::new(),
            witnessed: file.witness.is_some(),
            missing: Vec::new(),
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
        for (check, skipped) in came.skipped {
            *outcome.skipped.entry(check).or_default() += skipped;
        }
        if outcome.notes.len() < MOST_NOTES {
            outcome.notes.extend(came.note.map(|note| (seed, note)));
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
    pub fn outcome(mut self) -> Result<Outcome, Mistakes> {
        let (plan, _) = resolve(self.file)?;
        self.outcome.idle = self.outcome.witness.idle(&plan);
        self.outcome.missing = missing(self.file, &self.outcome);
        self.outcome.hash = self.hashes.finish();
        Ok(self.outcome)
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
    fn what_spec_cannot_judge_is_counted() {
        let [any_order, intervals] = ["deltas_any_order", "delta_intervals"].map(|sync| {
            let outcome = outcome(&format!(r#"data: "or_set", sync: "{sync}""#));
            assert_eq!(outcome.findings, []);
            outcome.skipped.get("spec").copied().unwrap_or_default()
        });
        assert!(any_order > 0, "deltas come before what they build upon");
        assert_eq!(intervals, 0, "and intervals never do");
    }

    #[test]
    fn replicas_of_the_first_seed_are_replayed() {
        let outcome = outcome(r#"specimen: "one_counter_for_the_whole_process""#);
        let found: Vec<_> = outcome.findings.iter().map(|(seed, finding)| (seed.0, finding.check())).collect();
        assert_eq!((found, outcome.unstable), (vec![(3, "replay")], None));
    }
}
