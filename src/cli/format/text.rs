//! Results for people: a line for each scenario, all that is wrong once more at the end, a table, a sentence.

use std::io;

use super::Teller;
use crate::cli::Exit;
use crate::cli::files::shown;
use crate::cli::terminal::{Loudness, Terminal, Tone, plain};
use crate::cli::told::{Mark, Tally, Told};
use crate::scenario::Expectation;

pub(super) struct Text<'a> {
    terminal: &'a Terminal,
    /// What is told again at the end.
    wrong: Vec<String>,
}

impl<'a> Text<'a> {
    pub(super) fn on(terminal: &'a Terminal) -> Text<'a> {
        Text { terminal, wrong: Vec::new() }
    }
}

impl Teller for Text<'_> {
    fn scenario(&mut self, told: &Told<'_>) -> io::Result<()> {
        let mark = told.mark();
        let fine = mark.exit() == Exit::Expected;
        if !fine {
            self.wrong.push(story(told));
        }
        if !fine || self.terminal.loudness() > Loudness::Quiet {
            self.terminal.result(line(told))?;
        }
        if mark == Mark::Holds {
            // The file says what must come into play, and this was not in it.
            for idle in &told.outcome.idle {
                self.terminal.warn(format_args!("{}: did nothing: {}", shown(told.path), plain(idle)));
            }
        }
        Ok(())
    }

    fn end(&mut self, tally: &Tally, exit: Exit) -> io::Result<()> {
        for wrong in &self.wrong {
            self.terminal.result(format_args!("\n{wrong}"))?;
        }
        if tally.scenarios() > 1 && self.terminal.loudness() > Loudness::Quiet {
            self.terminal.result(table(tally))?;
        }
        let tone = match exit {
            Exit::Expected => Tone::Good,
            Exit::Inconclusive | Exit::NothingRan | Exit::Interrupted => Tone::Doubtful,
            Exit::Violated | Exit::Refused | Exit::Unstable | Exit::Failed => Tone::Bad,
        };
        self.terminal.result(tone.paint(tally.sentence()))
    }
}

/// What has to be known of a scenario, in a line.
fn line(told: &Told<'_>) -> String {
    let Told { path, seeds, outcome, .. } = told;
    let found = match (told.mark(), outcome.findings.first()) {
        (Mark::Unstable, _) | (_, None) => String::new(),
        (_, Some((seed, finding))) => {
            format!("; `{}` in {} of {}, first in {seed}", finding.check(), outcome.wrong, outcome.runs)
        }
    };
    format!("{}  {}: {}  ({seeds}, hash {}{found})", head(told.mark()), shown(path), plain(&outcome.name), outcome.hash)
}

fn head(mark: Mark) -> String {
    mark.tone().paint(format_args!("{:9}", mark.word()))
}

/// All that is wrong with a scenario, and how to see it again.
fn story(told: &Told<'_>) -> String {
    let Told { path, seeds, outcome, .. } = told;
    let mut lines = vec![format!("{}  {}: {}", head(told.mark()), shown(path), plain(&outcome.name))];
    if outcome.runs < seeds.count() {
        lines.push(format!("only {} of {} seeds were run", outcome.runs, seeds.count()));
    }
    match (&outcome.expected, outcome.findings.first()) {
        (Expectation::Holds, _) => {}
        (Expectation::Vacuous, _) => lines.push("something had to stay out of play, and all came into play".to_owned()),
        (Expectation::Violates(check), None) => {
            lines.push(format!("`{check}` had to find something, and found nothing"));
        }
        (Expectation::Violates(check), Some((_, first))) => {
            lines.push(format!("`{check}` had to find something first, and `{}` did", first.check()));
        }
    }
    // Of a run that was cut off by what was found, it says nothing that less came into play.
    let whole = outcome.findings.is_empty();
    if whole && outcome.judged.iter().all(|(_, judged)| *judged == 0) {
        lines.push("no check had anything to judge".to_owned());
    }
    lines.extend(outcome.missing.iter().map(|missing| format!("did not come into play: {missing}")));
    for (check, skipped) in &outcome.skipped {
        let judged = outcome.judged.iter().find(|(name, _)| name == check).map_or(0, |(_, judged)| *judged);
        lines.push(format!("`{check}` judged {judged} times, and {skipped} times it could not"));
    }
    lines.extend(outcome.notes.iter().map(|(seed, note)| format!("seed {seed}: {note}")));
    lines.extend(outcome.idle.iter().filter(|_| whole).map(|idle| format!("did nothing: {idle}")));
    if let Some((seed, says)) = outcome.finding() {
        lines.push(format!("seed {seed}: {}", plain(&says)));
        lines.push(format!("again with: {}", Tone::Strong.paint(told.again(seed))));
    }
    lines.join("\n").replace('\n', "\n    ")
}

/// How many scenarios and runs came to what.
fn table(tally: &Tally) -> String {
    let mut table = format!("\n{:9}  {:>9}  {:>12}", "", "scenarios", "runs");
    for (mark, scenarios, runs) in tally.counts().filter(|(_, scenarios, _)| *scenarios > 0) {
        table.push_str(&format!("\n{}  {scenarios:>9}  {runs:>12}", head(mark)));
    }
    table + "\n"
}
