//! What GitHub shows of results where they come about there: annotations of files, and the summary of a job.
//!
//! Annotations are lines on standard error that the runner reads; the summary is Markdown, appended to the file that
//! the environment names. The law: whatever the values are, no text begins an annotation or a tag of its own.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Exit;
use super::files::shown;
use super::terminal::{Terminal, plain};
use super::told::{Mark, Tally, Told};
use crate::base::Seed;
use crate::report::html;

/// So many annotations of a step are shown; of more, nobody is told.
const MOST_NOTES: usize = 10;

/// So many stories are in a summary.
const MOST_STORIES: usize = 20;

/// A summary must be below a mebibyte, and steps before this one may have written, too.
const MOST_BYTES: usize = 512 * 1024;

/// The job that this process is a part of.
pub(super) struct GitHub<'a> {
    terminal: &'a Terminal,
    summary: Option<PathBuf>,
    notes: usize,
    stories: usize,
    text: String,
}

/// How grave an annotation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Error,
    Warning,
}

impl<'a> GitHub<'a> {
    /// The job, if there is one.
    pub(super) fn here(terminal: &'a Terminal) -> Option<GitHub<'a>> {
        let is_there = std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
        let summary = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()).map(PathBuf::from);
        is_there.then_some(GitHub { terminal, summary, notes: 0, stories: 0, text: String::new() })
    }

    /// Says something about a file.
    pub(super) fn note(&mut self, level: Level, path: &Path, title: &str, says: &str) {
        if self.notes < MOST_NOTES {
            self.notes += 1;
            self.terminal.refuse(&annotation(level, path, title, says));
        }
    }

    /// Adds a text that is hidden until somebody wants to see it.
    pub(super) fn tell(&mut self, title: &str, story: &str) {
        if self.stories < MOST_STORIES && self.text.len() + story.len() < MOST_BYTES {
            self.stories += 1;
            let (title, story) = (html(title), html(story.trim_end()));
            self.text.push_str(&format!("<details><summary>{title}</summary>\n\n<pre>{story}</pre>\n</details>\n\n"));
        }
    }

    /// What came of a scenario that was run.
    pub(super) fn scenario(&mut self, told: &Told<'_>) {
        let (mark, outcome) = (told.mark(), &told.outcome);
        let level = match mark.exit() {
            Exit::Expected => return,
            Exit::Inconclusive => Level::Warning,
            _ => Level::Error,
        };
        let title = format!("{}: {}", mark.word(), plain(&outcome.name));
        let found = outcome.findings.first().filter(|_| mark != Mark::Unstable);
        let (says, story) = match found {
            Some(found) => {
                let (seed, finding) = found;
                let again = told.again(*seed);
                (format!("seed {seed}: {finding}\nagain with: {again}"), told.story(found))
            }
            None => (reason(told), None),
        };
        self.note(level, told.path, &title, &says);
        let story = story.map_or(String::new(), |story| format!("\n\n{story}"));
        self.tell(&format!("{title} ({})", shown(told.path)), &format!("{says}{story}"));
    }

    /// That was all of a run: a table of it goes before what was told of each.
    pub(super) fn ran(self, tally: &Tally) -> io::Result<()> {
        let mut head =
            format!("## squall run\n\n{}\n\n| result | scenarios | runs |\n|---|---:|---:|\n", tally.sentence());
        for (mark, scenarios, runs) in tally.counts().filter(|(_, scenarios, _)| *scenarios > 0) {
            head.push_str(&format!("| {} | {scenarios} | {runs} |\n", mark.word()));
        }
        self.end(&head)
    }

    /// Appends the summary to its file.
    pub(super) fn end(self, head: &str) -> io::Result<()> {
        let Some(path) = &self.summary else { return Ok(()) };
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        file.write_all(format!("{head}\n{}", self.text).as_bytes())
    }
}

/// Why a scenario in which nothing was found is not as expected.
fn reason(told: &Told<'_>) -> String {
    let outcome = &told.outcome;
    let mut reasons = [&outcome.missing[..], &outcome.idle[..]].concat();
    if outcome.runs < told.seeds.count() {
        reasons.push(format!("only {} of {} seeds were run", outcome.runs, told.seeds.count()));
    }
    reasons.extend(outcome.unstable.map(|Seed(seed)| format!("seed {seed} gave two results")));
    if reasons.is_empty() { format!("{:?} was expected", outcome.expected) } else { reasons.join("; ") }
}

/// A line that the runner reads.
fn annotation(level: Level, path: &Path, title: &str, says: &str) -> String {
    let word = match level {
        Level::Error => "error",
        Level::Warning => "warning",
    };
    format!("::{word} file={},title={}::{}", property(&path.to_string_lossy()), property(title), data(&plain(says)))
}

/// A message in such a line.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property in such a line.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_values_are_an_annotation_is_one_line() {
        let (path, title) = (Path::new("a, b:\n::error::.ron"), "100 %: \r\n::stop-commands::x");
        let says = "sec: a\n::set-output name=x::y\u{1b}[31m %0A";
        assert_eq!(
            annotation(Level::Error, path, title, says),
            "::error file=a%2C b%3A%0A%3A%3Aerror%3A%3A.ron,title=100 %25%3A %0D%0A%3A%3Astop-commands%3A%3Ax::sec: \
             a%0A::set-output name=x::y\\u{1b}[31m %250A"
        );
        assert!(annotation(Level::Warning, path, "", "").starts_with("::warning file="));
    }
}
