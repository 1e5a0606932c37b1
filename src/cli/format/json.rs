//! Results for programs: a JSON object on each line, of a schema with a version.
//!
//! `json.md` beside this says what each field is, and a test compares the two.

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;

use super::Teller;
use crate::cli::Exit;
use crate::cli::files::shown;
use crate::cli::terminal::Terminal;
use crate::cli::told::{Tally, Told};
use crate::run::Finding;
use crate::scenario::Expectation;

/// Grows when a field goes away or means something else; new fields may come at any time.
const SCHEMA: u32 = 1;

/// One line.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line<'a> {
    Begin { schema: u32, version: &'a str, scenarios: usize },
    Scenario(Box<Scenario<'a>>),
    End { exit: u8, sentence: String, scenarios: BTreeMap<&'a str, u64>, runs: u64 },
}

#[derive(Serialize)]
struct Scenario<'a> {
    path: String,
    name: &'a str,
    /// Seeds are texts, since not every reader of JSON keeps sixty-four bits.
    first_seed: String,
    last_seed: String,
    runs: u64,
    result: &'a str,
    as_expected: bool,
    expected: String,
    hash: String,
    unstable: Option<String>,
    wrong: u64,
    findings: Vec<Found<'a>>,
    idle: &'a [String],
    missing: &'a [String],
    judged: BTreeMap<&'a str, u64>,
    skipped: &'a BTreeMap<&'static str, u64>,
    notes: Vec<Note<'a>>,
    witness: BTreeMap<&'a str, u64>,
}

#[derive(Serialize)]
struct Note<'a> {
    seed: String,
    says: &'a str,
}

#[derive(Serialize)]
struct Found<'a> {
    seed: String,
    check: &'a str,
    says: String,
    replicas: Vec<String>,
    again: String,
}

pub(super) struct Json<'a>(&'a Terminal);

impl<'a> Json<'a> {
    pub(super) fn on(terminal: &'a Terminal) -> Json<'a> {
        Json(terminal)
    }

    fn write(&self, line: &Line<'_>) -> io::Result<()> {
        self.0.result(serde_json::to_string(line)?)
    }
}

impl Teller for Json<'_> {
    fn begin(&mut self, scenarios: usize) -> io::Result<()> {
        self.write(&Line::Begin { schema: SCHEMA, version: env!("CARGO_PKG_VERSION"), scenarios })
    }

    fn scenario(&mut self, told: &Told<'_>) -> io::Result<()> {
        let outcome = &told.outcome;
        let (mark, seeds) = (told.mark(), told.seeds.each());
        let found = outcome.findings.iter().map(|(seed, finding)| Found {
            seed: seed.to_string(),
            check: finding.check(),
            says: finding.to_string(),
            replicas: match finding {
                Finding::Violation(violation) => violation.replicas.iter().map(ToString::to_string).collect(),
                _ => Vec::new(),
            },
            again: told.again(*seed),
        });
        let scenario = Scenario {
            path: shown(told.path),
            name: &outcome.name,
            first_seed: seeds.start().to_string(),
            last_seed: seeds.end().to_string(),
            runs: outcome.runs,
            result: mark.word(),
            as_expected: mark.exit() == Exit::Expected,
            expected: match &outcome.expected {
                Expectation::Holds => "holds".to_owned(),
                Expectation::Vacuous => "vacuous".to_owned(),
                Expectation::Violates(check) => format!("violates {check}"),
            },
            hash: outcome.hash.to_string(),
            unstable: outcome.unstable.map(|seed| seed.to_string()),
            wrong: outcome.wrong,
            findings: found.collect(),
            idle: &outcome.idle,
            missing: &outcome.missing,
            judged: outcome.judged.iter().copied().collect(),
            skipped: &outcome.skipped,
            notes: outcome.notes.iter().map(|(seed, says)| Note { seed: seed.to_string(), says }).collect(),
            witness: outcome.witness.counts().filter(|(_, count)| *count > 0).collect(),
        };
        self.write(&Line::Scenario(Box::new(scenario)))
    }

    fn end(&mut self, tally: &Tally, exit: Exit) -> io::Result<()> {
        let counts = tally.counts().filter(|(_, scenarios, _)| *scenarios > 0);
        let scenarios = counts.map(|(mark, scenarios, _)| (mark.word(), scenarios)).collect();
        let (sentence, runs) = (tally.sentence(), tally.runs());
        self.write(&Line::End { exit: exit.code(), sentence, scenarios, runs })
    }
}
