//! What came of scenarios, and what to make of it.

use std::path::Path;

use super::seeds::Seeds;
use super::terminal::Tone;
use super::{Exit, again};
use crate::base::Seed;
use crate::report::{Drawing, story};
use crate::run::{Finding, Outcome, Verdict, depict};
use crate::scenario::{Expectation, File};

/// Runs of more replicas are not drawn unless that is asked for.
const MOST_DRAWN: u32 = 32;

/// What came of one scenario.
pub(super) struct Told<'a> {
    /// Where it was found.
    pub(super) path: &'a Path,
    /// Its name, where the file there stands for several.
    pub(super) only: Option<&'a str>,
    /// What was asked for.
    pub(super) seeds: Seeds,
    /// The checks that were chosen on the command line.
    pub(super) checks: &'a [String],
    /// The scenario.
    pub(super) file: &'a File,
    /// What came of it.
    pub(super) outcome: Outcome,
}

/// What to make of it, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Nothing is wrong.
    Holds,
    /// What had to be wrong is.
    AsTold,
    /// Something is wrong.
    Violated,
    /// What had to be wrong is not.
    Missing,
    /// Not all came into play.
    Vacuous,
    /// Nothing is wrong so far.
    CutShort,
    /// One seed gave two results.
    Unstable,
}

impl Mark {
    /// All of them, the good ones first.
    pub(super) const ALL: [Mark; 7] =
        [Mark::Holds, Mark::AsTold, Mark::Violated, Mark::Missing, Mark::Vacuous, Mark::CutShort, Mark::Unstable];

    /// The word.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Mark::Holds => "holds",
            Mark::AsTold => "as told",
            Mark::Violated => "VIOLATED",
            Mark::Missing => "MISSING",
            Mark::Vacuous => "vacuous",
            Mark::CutShort => "cut short",
            Mark::Unstable => "UNSTABLE",
        }
    }

    /// The end of a sentence that begins with a number of scenarios.
    const fn sentence(self, many: bool) -> &'static str {
        match self {
            Mark::Holds if many => "hold",
            Mark::Holds => "holds",
            Mark::AsTold => "wrong as expected",
            Mark::Violated => "violated",
            Mark::Missing => "not wrong as expected",
            Mark::Vacuous => "vacuous",
            Mark::CutShort => "cut short",
            Mark::Unstable => "unstable",
        }
    }

    pub(super) const fn tone(self) -> Tone {
        match self {
            Mark::Holds | Mark::AsTold => Tone::Good,
            Mark::Violated | Mark::Missing | Mark::Unstable => Tone::Bad,
            Mark::Vacuous | Mark::CutShort => Tone::Doubtful,
        }
    }

    /// What the program ends with where this is all.
    pub(super) const fn exit(self) -> Exit {
        match self {
            Mark::Holds | Mark::AsTold => Exit::Expected,
            Mark::Violated | Mark::Missing => Exit::Violated,
            Mark::Vacuous | Mark::CutShort => Exit::Inconclusive,
            Mark::Unstable => Exit::Unstable,
        }
    }
}

impl Told<'_> {
    /// What to make of it.
    pub(super) fn mark(&self) -> Mark {
        let Told { seeds, outcome, .. } = self;
        let (expected, short) = (outcome.is_as_expected(), outcome.runs < seeds.count());
        match (outcome.verdict(), &outcome.expected) {
            (Verdict::Unstable, _) => Mark::Unstable,
            (Verdict::Violated, _) if expected => Mark::AsTold,
            (Verdict::Violated, _) => Mark::Violated,
            _ if short => Mark::CutShort,
            (Verdict::Vacuous, _) if expected => Mark::AsTold,
            (_, Expectation::Violates(_) | Expectation::Vacuous) => Mark::Missing,
            (Verdict::Vacuous, Expectation::Holds) => Mark::Vacuous,
            (Verdict::Holds, Expectation::Holds) => Mark::Holds,
        }
    }

    /// The command that shows a seed again.
    pub(super) fn again(&self, seed: Seed) -> String {
        again::command(self.path, self.only, seed, self.checks)
    }

    /// What happened in the seed of a finding, drawn; nothing where it would take too much to look at it again.
    pub(super) fn story(&self, (seed, finding): &(Seed, Finding)) -> Option<String> {
        let too_much = matches!(finding, Finding::Exhausted | Finding::Lost(..));
        if too_much || self.file.world.replicas > MOST_DRAWN {
            return None;
        }
        let picture = depict(self.file, *seed).ok()?;
        Some(story(&picture, Drawing::default()))
    }
}

/// How many scenarios came to what, and in how many runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    counts: [(u64, u64); Mark::ALL.len()],
    /// Scenarios that were not run.
    left: u64,
    /// Whether there was a Ctrl-C.
    pub(super) interrupted: bool,
}

impl Tally {
    /// Of so many scenarios that are to be run.
    pub(super) fn of(scenarios: usize) -> Tally {
        Tally { left: scenarios as u64, ..Tally::default() }
    }

    /// This came of one of them.
    pub(super) fn add(&mut self, told: &Told<'_>) {
        let (scenarios, runs) = &mut self.counts[told.mark() as usize];
        *scenarios += 1;
        self.left -= 1;
        *runs += told.outcome.runs;
    }

    /// How many scenarios came to each, and in how many runs.
    pub(super) fn counts(&self) -> impl Iterator<Item = (Mark, u64, u64)> {
        Mark::ALL.into_iter().zip(self.counts).map(|(mark, (scenarios, runs))| (mark, scenarios, runs))
    }

    /// How many scenarios were run.
    pub(super) fn scenarios(&self) -> u64 {
        self.counts().map(|(_, scenarios, _)| scenarios).sum()
    }

    /// How many runs there were.
    pub(super) fn runs(&self) -> u64 {
        self.counts().map(|(.., runs)| runs).sum()
    }

    /// What the program ends with.
    pub(super) fn exit(&self) -> Exit {
        let came = |exit: Exit| self.counts().any(|(mark, scenarios, _)| scenarios > 0 && mark.exit() == exit);
        if self.interrupted {
            Exit::Interrupted
        } else if came(Exit::Unstable) {
            Exit::Unstable
        } else if came(Exit::Violated) {
            Exit::Violated
        } else if came(Exit::Inconclusive) || self.left > 0 {
            Exit::Inconclusive
        } else if came(Exit::Expected) {
            Exit::Expected
        } else {
            Exit::NothingRan
        }
    }

    /// What came of it all, in a line that cannot be mistaken.
    pub(super) fn sentence(&self) -> String {
        let exit = self.exit();
        let scenarios = match self.scenarios() + self.left {
            0 => return format!("{}: there is no scenario file there", exit.headline()),
            1 => "1 scenario".to_owned(),
            all => format!("{all} scenarios"),
        };
        let told = self.counts().filter(|(_, count, _)| *count > 0);
        let mut parts: Vec<String> =
            told.map(|(mark, count, _)| format!("{count} {}", mark.sentence(count > 1))).collect();
        if self.left > 0 {
            parts.push(format!("{} not run", self.left));
        }
        format!("{}: {scenarios}: {}", exit.headline(), parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::base::Digest;
    use crate::world::Witness;

    static FILE: LazyLock<File> = LazyLock::new(|| {
        let system = r#"(data: "g_counter", sync: "full_state")"#;
        File::parse(&format!(r#"(version: 1, name: "a story", system: {system}, world: (replicas: 2))"#))
            .expect("a file")
    });

    /// What came of ten seeds of which nothing is known but that a check judged.
    fn outcome(change: impl FnOnce(&mut Outcome)) -> Told<'static> {
        let mut outcome = Outcome {
            name: "a story".to_owned(),
            runs: 10,
            wrong: 0,
            findings: Vec::new(),
            unstable: None,
            skipped: std::collections::BTreeMap::new(),
            notes: Vec::new(),
            judged: vec![("sec", 3)],
            witness: Witness::default(),
            idle: Vec::new(),
            witnessed: false,
            missing: Vec::new(),
            expected: Expectation::Holds,
            hash: Digest::default(),
        };
        change(&mut outcome);
        let (path, seeds) = (Path::new("a.ron"), Seeds::parse("10").expect("seeds"));
        Told { path, only: None, seeds, checks: &[], file: &FILE, outcome }
    }

    fn wrong(outcome: &mut Outcome) {
        outcome.findings = vec![(Seed(3), Finding::Exhausted)];
        outcome.wrong = 1;
    }

    fn expecting(expected: &str, change: impl FnOnce(&mut Outcome)) -> Told<'static> {
        outcome(|outcome| {
            outcome.expected = Expectation::Violates(expected.to_owned());
            change(outcome);
        })
    }

    #[test]
    fn what_came_of_a_scenario_is_an_exit_code() {
        for (told, mark, code) in [
            (outcome(|_| {}), Mark::Holds, 0),
            (outcome(wrong), Mark::Violated, 1),
            (outcome(|outcome| outcome.idle.push("nothing".to_owned())), Mark::Vacuous, 3),
            (outcome(|outcome| outcome.judged.clear()), Mark::Vacuous, 3),
            (outcome(|outcome| outcome.missing.push("nothing".to_owned())), Mark::Vacuous, 3),
            (outcome(|outcome| outcome.runs = 9), Mark::CutShort, 3),
            (outcome(|outcome| outcome.unstable = Some(Seed(0))), Mark::Unstable, 5),
            (expecting("livelock", wrong), Mark::AsTold, 0),
            (expecting("sec", wrong), Mark::Violated, 1),
            (expecting("sec", |_| {}), Mark::Missing, 1),
            (expecting("sec", |outcome| outcome.runs = 9), Mark::CutShort, 3),
        ] {
            let mut tally = Tally::of(1);
            tally.add(&told);
            assert_eq!((told.mark(), tally.exit().code()), (mark, code));
        }
    }

    #[test]
    fn of_several_the_gravest_counts() {
        let mut tally = Tally::of(5);
        let mut codes = vec![tally.exit().code()];
        for told in [
            outcome(|_| {}),
            outcome(|outcome| outcome.runs = 9),
            outcome(wrong),
            outcome(|outcome| outcome.unstable = Some(Seed(0))),
        ] {
            tally.add(&told);
            codes.push(tally.exit().code());
        }
        tally.interrupted = true;
        codes.push(tally.exit().code());
        assert_eq!(codes, [3, 3, 3, 1, 5, 130]);
        let sentence = "INTERRUPTED: 5 scenarios: 1 holds, 1 violated, 1 cut short, 1 unstable, 1 not run";
        assert_eq!(tally.sentence(), sentence);
        assert_eq!(Tally::of(0).exit(), Exit::NothingRan);
    }
}
