//! Results for build servers: JUnit XML, a suite for each scenario, a case for each check and for each finding.
//!
//! There are no times in it: the same results are the same bytes.

use std::io;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::Teller;
use crate::cli::Exit;
use crate::cli::files::shown;
use crate::cli::terminal::Terminal;
use crate::cli::told::{Mark, Tally, Told};

/// So many findings of a scenario become cases; of the rest there is a number.
const MOST_CASES: usize = 100;

/// So many of them are drawn.
const MOST_STORIES: usize = 3;

pub(super) struct Junit<'a> {
    terminal: &'a Terminal,
    report: Report,
}

impl<'a> Junit<'a> {
    pub(super) fn on(terminal: &'a Terminal) -> Junit<'a> {
        Junit { terminal, report: Report::new("squall") }
    }
}

impl Teller for Junit<'_> {
    fn scenario(&mut self, told: &Told<'_>) -> io::Result<()> {
        self.report.add_test_suite(suite(told));
        Ok(())
    }

    fn end(&mut self, _: &Tally, _: Exit) -> io::Result<()> {
        let text = self.report.to_string().map_err(io::Error::other)?;
        self.terminal.results(&text)
    }
}

fn suite(told: &Told<'_>) -> TestSuite {
    let (outcome, mark) = (&told.outcome, told.mark());
    let fine = mark.exit() == Exit::Expected;
    let title = told.only.map_or_else(|| shown(told.path), |name| format!("{}: {name}", shown(told.path)));
    let mut suite = TestSuite::new(title.clone());
    for (name, value) in [
        ("name", outcome.name.clone()),
        ("result", mark.word().to_owned()),
        ("seeds", told.seeds.to_string()),
        ("runs", outcome.runs.to_string()),
        ("hash", outcome.hash.to_string()),
    ] {
        suite.add_property((name, value.as_str()));
    }
    let case = |name: &str, status: TestCaseStatus| {
        let mut case = TestCase::new(name, status);
        case.set_classname(title.clone());
        case
    };
    for (check, judged) in &outcome.judged {
        let found = outcome.findings.iter().filter(|(_, finding)| finding.check() == *check).count();
        let mut status = match (found, judged) {
            (0, 0) => TestCaseStatus::skipped(),
            (0, _) => TestCaseStatus::success(),
            _ if fine => TestCaseStatus::success(),
            _ => TestCaseStatus::non_success(NonSuccessKind::Failure),
        };
        status.set_message(match (found, judged) {
            (0, 0) => "it had nothing to judge".to_owned(),
            (0, _) => String::new(),
            _ => format!("it found something in {found} seeds"),
        });
        suite.add_test_case(case(check, status));
    }
    for (nth, found) in outcome.findings.iter().take(MOST_CASES).enumerate() {
        let (seed, finding) = found;
        let mut status = match fine {
            true => TestCaseStatus::success(),
            false => TestCaseStatus::non_success(NonSuccessKind::Failure),
        };
        let story = if nth < MOST_STORIES && !fine { told.story(found) } else { None };
        let story = story.map_or(String::new(), |story| format!("\n\n{story}"));
        let says = format!("{finding}\nagain with: {}{story}", told.again(*seed));
        let first = says.lines().next().unwrap_or_default().to_owned();
        status.set_type(finding.check()).set_message(first).set_description(says.clone());
        let mut found = case(&format!("{}, seed {seed}", finding.check()), status);
        if fine {
            found.set_system_out(says);
        }
        suite.add_test_case(found);
    }
    // What is wrong with a scenario as a whole, where no finding says it.
    let whole = match mark {
        Mark::Holds | Mark::AsTold | Mark::Violated => None,
        Mark::Missing => Some(format!("what had to come of it is {:?}, and it did not", outcome.expected)),
        Mark::Vacuous => {
            let reasons = [&outcome.missing[..], &outcome.idle[..]].concat();
            Some(if reasons.is_empty() { "no check had anything to judge".to_owned() } else { reasons.join("; ") })
        }
        Mark::CutShort => Some(format!("only {} of {} seeds were run", outcome.runs, told.seeds.count())),
        Mark::Unstable => outcome.finding().map(|(seed, says)| format!("seed {seed}: {says}")),
    };
    if let Some(says) = whole {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type(mark.word()).set_message(says);
        suite.add_test_case(case("outcome", status));
    }
    suite
}
