//! `squall shrink`: the smallest story that shows what a seed shows.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::again::quoted;
use super::files::{self, Found};
use super::seeds::Seeds;
use super::terminal::Terminal;
use super::watch::Watch;
use super::{Exit, crew, interrupt};
use crate::base::{Seed, Span};
use crate::hunt::{Catch, Likely, Limits, RUNS, catch, inevitable, repair};
use crate::report::{Drawing, story};
use crate::run::Campaign;
use crate::scenario::Expectation;

/// What `squall shrink` is told.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A scenario, or a counterexample.
    #[arg(value_name = "FILE")]
    path: PathBuf,
    /// The seed that shows what is wrong; without it, the first of the file's seeds that does.
    #[arg(long, value_name = "SEED", env = "SQUALL_SEED")]
    seed: Option<Seed>,
    /// Be content with the smallest that was found after so long.
    #[arg(long, value_name = "TIME")]
    max_time: Option<Span>,
    /// How many threads try; the story is the same for any number.
    #[arg(long, short, value_name = "N", env = "SQUALL_JOBS")]
    jobs: Option<usize>,
    /// Where the counterexample is written; without it, beside the scenario, and `-` for standard output.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Take a counterexample that does not replay any more as it was written, since the code under test has changed: say
    /// which of its messages are gone, and look around it for what it showed.
    #[arg(long, conflicts_with = "seed")]
    repair: bool,
    /// Run the rest of the story again from each of its events, with fresh chance, and say how likely it was to go wrong
    /// from there on.
    #[arg(long)]
    inevitable: bool,
    /// Speak up when one handler takes longer than this.
    #[arg(long, value_name = "TIME", default_value = "10s", env = "SQUALL_HANDLER_TIMEOUT")]
    handler_timeout: Span,
}

/// Makes a story small, draws it, and writes it down.
pub(super) fn shrink(arguments: &Arguments, terminal: &Terminal) -> io::Result<Exit> {
    let Some(found) = files::read(std::slice::from_ref(&arguments.path), terminal) else { return Ok(Exit::Refused) };
    let [found] = &found[..] else {
        terminal.complain("`squall shrink` takes one file");
        return Ok(Exit::Refused);
    };
    interrupt::listen();
    let watch = Watch::over(0, Duration::from_nanos(arguments.handler_timeout.0), terminal);
    let mut told = Ok(Exit::Failed);
    let take = |_: usize, exit: io::Result<Exit>| {
        told = exit;
        ControlFlow::Continue(())
    };
    crew::work(1, 1, |_| shrunk(found, arguments, &watch, terminal), take, |over| watch.attend(over));
    told
}

fn shrunk(found: &Found, arguments: &Arguments, watch: &Watch<'_>, terminal: &Terminal) -> io::Result<Exit> {
    let Found { path, file, only } = found;
    let vitals = watch.hunting((path, only.as_deref()));
    let mut limits = Limits::jobs(arguments.jobs.unwrap_or_else(crew::cores))
        .stopped_by(interrupt::flag())
        .watched_by(vitals.clone());
    if let Some(time) = arguments.max_time {
        limits = limits.within(Duration::from_nanos(time.0));
    }
    if arguments.repair {
        return repaired(found, arguments, &limits, terminal);
    }
    let seed = arguments.seed.or(file.seed).or_else(|| {
        let vital = vitals.enter();
        let shows = |seed: &Seed| {
            vital.runs(*seed);
            let ran = Campaign::of(file).beating(vital.pulse()).run([seed.0]);
            ran.is_ok_and(|outcome| !outcome.findings.is_empty())
        };
        Seeds::of(file)?.each().take_while(|_| !limits.are_reached()).map(Seed).find(shows)
    });
    let found = match seed {
        Some(seed) => {
            catch(file, seed, &limits).unwrap_or_else(|error| unreachable!("it was resolved before: {error}"))
        }
        None => None,
    };
    let Some(found) = found else {
        let where_to = seed.map_or("its seeds".to_owned(), |seed| format!("seed {seed}"));
        terminal.complain(format_args!("nothing is found in {where_to}: there is nothing to make smaller"));
        return Ok(Exit::Inconclusive);
    };
    let exit = written(&found, path, arguments, terminal)?;
    if arguments.inevitable {
        let likely = inevitable(file, &found, &limits).unwrap_or_else(|error| unreachable!("it was run: {error}"));
        terminal.result(course(&likely))?;
    }
    Ok(exit)
}

/// By how many points in a hundred it must become more or less likely that an event is told.
const JUMP: u64 = 10;

/// How likely it was along the story, wherever that changed much.
fn course(likely: &[Likely]) -> String {
    let mut text = format!("\nhow likely it was, in {RUNS} runs from each event on, in the network it was found in:");
    let mut last = None;
    for (nth, Likely { at, event, runs }) in likely.iter().enumerate() {
        let percent = 100 * runs / RUNS;
        if last.is_none_or(|last| percent.abs_diff(last) >= JUMP) || nth + 1 == likely.len() {
            let _ = write!(text, "\n{percent:>5} %  {at}  {event}");
            last = Some(percent);
        }
    }
    text
}

/// Says what is gone of a counterexample, and finds one again that shows the same.
fn repaired(
    Found { path, file, .. }: &Found,
    arguments: &Arguments,
    limits: &Limits,
    terminal: &Terminal,
) -> io::Result<Exit> {
    let came = repair(file, limits).unwrap_or_else(|error| unreachable!("it was resolved before: {error}"));
    for path in &came.near {
        terminal
            .result(format_args!("{path}: there is no such message any more; its fate goes to the one most like it"))?;
    }
    for path in &came.unused {
        terminal.result(format_args!("{path}: there is no such message any more, and none like it"))?;
    }
    if came.near.is_empty() && came.unused.is_empty() {
        terminal.result("every message that it names is there")?;
    }
    let what = match &file.expect {
        Expectation::Violates(check) => format!("`{check}`"),
        _ => "anything".to_owned(),
    };
    let Some(catch) = came.catch else {
        terminal.result(format_args!(
            "{what} does not find anything in it any more, nor in {} stories like it: it may be mended",
            came.tried
        ))?;
        return Ok(Exit::Inconclusive);
    };
    match came.tried {
        0 => terminal.result(format_args!("{what} finds the same in it\n"))?,
        tried => {
            terminal.result(format_args!("{what} finds nothing in it any more, but in story {tried} like it\n"))?
        }
    }
    written(&catch, path, arguments, terminal)
}

/// Draws what was made small, and writes it down.
fn written(found: &Catch, path: &Path, arguments: &Arguments, terminal: &Terminal) -> io::Result<Exit> {
    if arguments.output.as_deref().is_some_and(|output| output.as_os_str() == "-") {
        terminal.result(found.text().trim_end())?;
        return Ok(Exit::Violated);
    }
    terminal.result(told(found, IN_COLOURS))?;
    let output = arguments.output.clone().unwrap_or_else(|| path.with_extension("small.ron"));
    match keep(&output, &found.text()) {
        Ok(()) => terminal.result(format_args!("\nwritten; to see it again: squall run {}", quoted(&output)))?,
        Err(error) => {
            // What was found is not lost with the disk.
            terminal.complain(format_args!("{} cannot be written: {error}; here it is", output.display()));
            terminal.result(found.text().trim_end())?;
        }
    }
    Ok(if interrupt::heard() { Exit::Interrupted } else { Exit::Violated })
}

/// Writes a file as a whole or not at all; one that holds just that is left alone.
pub(super) fn keep(path: &Path, text: &str) -> io::Result<()> {
    if fs::read(path).is_ok_and(|there| there == text.as_bytes()) {
        return Ok(());
    }
    let part = partial(path)?;
    let written = fs::File::create(&part).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.and_then(|()| moved(path)).inspect_err(|_| {
        // A part of it helps nobody.
        let _ = fs::remove_file(&part);
    })
}

/// The name under which a file is written until it is whole, in a folder that is there.
pub(super) fn partial(path: &Path) -> io::Result<PathBuf> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    Ok(path.with_file_name(name))
}

/// Gives a file that is whole its name.
pub(super) fn moved(path: &Path) -> io::Result<()> {
    fs::rename(partial(path)?, path)
}

/// How stories are drawn that go to a terminal: where colours are not wanted, it takes them away.
pub(super) const IN_COLOURS: Drawing = Drawing { width: 100, ascii: false, all: false, colours: true };

/// A catch, drawn, with how large it is.
pub(super) fn told(found: &Catch, drawing: Drawing) -> String {
    let mut text = story(&found.picture, drawing);
    let size = found.size;
    let count = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let _ = write!(
        text,
        "\n{}, {}, {}, {}{}",
        count(size.replicas as usize, "replica", "replicas"),
        count(size.requests, "request", "requests"),
        count(size.faults, "fault", "faults"),
        count(size.fates, "message of its own fate", "messages of their own fates"),
        if found.is_minimal { "; nothing of it can be taken away" } else { "; there was no time to make it smaller" }
    );
    if let Some(nearest) = &found.nearest {
        let _ = write!(text, "\nit would hold if {}", nearest.change);
    }
    text
}
