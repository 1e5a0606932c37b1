//! `squall explore`: all that can happen in the world of a scenario, with no chance in it.
//!
//! What is found becomes a counterexample of the same form as those of `squall fuzz`, and no finding is lost.

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::again::quoted;
use super::files::{self, Found, shown};
use super::shrink::{IN_COLOURS, keep, told};
use super::terminal::{Terminal, Tone};
use super::watch::Watch;
use super::{Exit, crew, interrupt};
use crate::base::{Seed, Span};
use crate::explore::{AT_ONE_MOMENT, Bounds, Exploration, Explored, Kind, explore as explored};
use crate::hunt::{Limits, Stopwatch};
use crate::scenario::Expectation;
use crate::world::Reduction;

/// What `squall explore` is told.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Scenario files, or folders of them; their requests are made, and their links lose, repeat and delay nothing by
    /// chance.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How many messages may be lost in a run.
    #[arg(long, value_name = "N", default_value_t = 0)]
    drops: u32,
    /// How many may come twice.
    #[arg(long, value_name = "N", default_value_t = 0)]
    duplicates: u32,
    /// How many times a replica may crash, at any moment, and come back with its disk.
    #[arg(long, value_name = "N", default_value_t = 0)]
    crashes: u32,
    /// Be content after so many runs of each scenario.
    #[arg(long, value_name = "N")]
    max_runs: Option<u64>,
    /// Be content after so long, shared fairly by the scenarios.
    #[arg(long, value_name = "TIME")]
    max_time: Option<Span>,
    /// End with the smallest violation: the fewest losses, duplicates and crashes, and then the fewest events.
    #[arg(long)]
    smallest: bool,
    /// Run orders that differ only in events which do not touch one another, too: for comparison.
    #[arg(long)]
    no_reduction: bool,
    /// What replicas draw for themselves is drawn from this seed.
    #[arg(long, value_name = "SEED", env = "SQUALL_SEED")]
    seed: Option<Seed>,
    /// How many threads explore; what they find is the same for any number.
    #[arg(long, short, value_name = "N", env = "SQUALL_JOBS")]
    jobs: Option<usize>,
    /// Where counterexamples are kept.
    #[arg(long, short, value_name = "FOLDER", default_value = "squall-found")]
    output: PathBuf,
    /// Speak up when one handler takes longer than this.
    #[arg(long, value_name = "TIME", default_value = "10s", env = "SQUALL_HANDLER_TIMEOUT")]
    handler_timeout: Span,
}

/// How long making one finding small may take.
const PATIENCE: Span = Span::secs(5);

/// What came of one scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// Nothing is wrong, whatever happens.
    Holds,
    /// What had to be wrong is.
    AsTold,
    /// Something is wrong.
    Violated,
    /// What had to be wrong never is.
    Missing,
    /// Nothing is wrong so far, or nothing was judged.
    Open,
    /// The same choices gave two results.
    Unstable,
}

impl Mark {
    fn of(came: &Explored, expected: &Expectation) -> Mark {
        // Of several, the cheapest is what a file can promise.
        let first = came.kinds.iter().min_by_key(|kind| (kind.find.cost, kind.find.events));
        let judged = came.tally.judged.iter().any(|(_, runs)| *runs > 0);
        match (first, expected) {
            _ if came.tally.is_unstable => Mark::Unstable,
            (Some(_), Expectation::Violates(check))
                if came.kinds.iter().any(|kind| kind.find.signature.check == check) =>
            {
                Mark::AsTold
            }
            (Some(_), _) => Mark::Violated,
            (None, _) if !came.is_exhaustive || !judged => Mark::Open,
            (None, Expectation::Violates(_)) => Mark::Missing,
            (None, _) => Mark::Holds,
        }
    }

    fn word(self) -> String {
        match self {
            Mark::Holds => Tone::Good.paint("holds    ").to_string(),
            Mark::AsTold => Tone::Good.paint("as told  ").to_string(),
            Mark::Violated => Tone::Bad.paint("FOUND    ").to_string(),
            Mark::Missing => Tone::Bad.paint("MISSING  ").to_string(),
            Mark::Open => Tone::Doubtful.paint("open     ").to_string(),
            Mark::Unstable => Tone::Bad.paint("UNSTABLE ").to_string(),
        }
    }

    const fn exit(self) -> Exit {
        match self {
            Mark::Holds | Mark::AsTold => Exit::Expected,
            Mark::Violated | Mark::Missing => Exit::Violated,
            Mark::Open => Exit::Inconclusive,
            Mark::Unstable => Exit::Unstable,
        }
    }
}

/// Explores, and tells what came of it.
pub(super) fn explore(arguments: &Arguments, terminal: &Terminal) -> io::Result<Exit> {
    let Some(found) = files::read(&arguments.paths, terminal) else { return Ok(Exit::Refused) };
    interrupt::listen();
    let watch = Watch::over(0, Duration::from_nanos(arguments.handler_timeout.0), terminal);
    let mut exit = Ok(Exit::Failed);
    let work = |_: usize| each(&found, arguments, &watch, terminal);
    let take = |_: usize, came: io::Result<Exit>| {
        exit = came;
        ControlFlow::Continue(())
    };
    crew::work(1, 1, work, take, |over| watch.attend(over));
    exit
}

/// Explores one scenario after the other.
fn each(found: &[Found], arguments: &Arguments, watch: &Watch<'_>, terminal: &Terminal) -> io::Result<Exit> {
    let (open, written): (Vec<&Found>, Vec<&Found>) = found.iter().partition(|found| found.file.activity().is_some());
    for Found { path, .. } in &open {
        terminal.complain(format_args!(
            "{}: its users ask by chance, and exploration knows none: write `requests` in the place of `clients`",
            shown(path)
        ));
    }
    let whole = Limits::jobs(arguments.jobs.unwrap_or_else(crew::cores)).stopped_by(interrupt::flag());
    let begun = Stopwatch::start();
    let mut marks = Vec::new();
    let mut runs = 0;
    for (nth, Found { path, file, only }) in written.iter().enumerate() {
        if interrupt::heard() {
            break;
        }
        let mut limits = whole.clone().watched_by(watch.hunting((path, only.as_deref())));
        if let Some(time) = arguments.max_time {
            let left = (time.0 as f64 / 1e9 - begun.seconds()).max(0.0);
            limits = limits.within(Duration::from_secs_f64(left / (written.len() - nth) as f64));
        }
        terminal.note(format_args!("exploring {}", shown(path)));
        let bounds = Bounds {
            drops: arguments.drops,
            duplicates: arguments.duplicates,
            crashes: arguments.crashes,
            most_runs: arguments.max_runs.unwrap_or(u64::MAX),
            reduces: !arguments.no_reduction,
            smallest: arguments.smallest,
            seed: arguments.seed.or(file.seed).unwrap_or_default(),
        };
        let exploration = Exploration { file, bounds, patience: PATIENCE };
        let time = Stopwatch::start();
        let came = explored(&exploration, &limits, &mut |ran| watch.ran(runs + ran))
            .unwrap_or_else(|error| unreachable!("it was resolved before: {error}"));
        let mark = Mark::of(&came, &file.expect);
        tell((path, mark), &came, time.seconds(), arguments, terminal)?;
        runs += came.tally.runs + came.tally.given_up;
        marks.push(mark);
    }
    let exit = exit(&marks, open.len(), written.len());
    let scenarios = if marks.len() == 1 { "1 scenario".to_owned() } else { format!("{} scenarios", marks.len()) };
    terminal.result(format_args!("\n{}: {runs} runs of {scenarios}", exit.headline()))?;
    Ok(exit)
}

fn exit(marks: &[Mark], open: usize, written: usize) -> Exit {
    let came = |exit: Exit| marks.iter().any(|mark| mark.exit() == exit);
    if came(Exit::Unstable) {
        Exit::Unstable
    } else if came(Exit::Violated) {
        Exit::Violated
    } else if interrupt::heard() {
        Exit::Interrupted
    } else if written == 0 {
        if open > 0 { Exit::Refused } else { Exit::NothingRan }
    } else if came(Exit::Inconclusive) || open > 0 {
        Exit::Inconclusive
    } else {
        Exit::Expected
    }
}

/// What came of one exploration.
fn tell(
    (path, mark): (&Path, Mark),
    came: &Explored,
    seconds: f64,
    arguments: &Arguments,
    terminal: &Terminal,
) -> io::Result<()> {
    let tally = &came.tally;
    let mut text = format!("{} {}\n", mark.word(), shown(path));
    let mut line = |words: String| text.extend(["          ", &words, "\n"]);
    let Arguments { drops, duplicates, crashes, .. } = arguments;
    let all = match (came.is_exhaustive, arguments.smallest && !came.kinds.is_empty()) {
        (true, false) => "all that can happen",
        (true, true) => "nothing smaller can happen",
        (false, _) => "not all that can happen",
    };
    let of = |count: u64, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    line(format!(
        "{all} with at most {} lost, {duplicates} doubled, and {}",
        of(u64::from(*drops), "message", "messages"),
        of(u64::from(*crashes), "crash", "crashes")
    ));
    let least = if tally.wrong > 0 { "at least " } else { "" };
    line(format!(
        "{} runs stand for {least}{} orders of events; {} more were given up on the way",
        tally.runs, tally.orders, tally.given_up
    ));
    line(format!("{} states, {} events deep, in {seconds:.1} s", tally.states, tally.deepest));
    if came.stories > 1 {
        line(format!("{} stories with crashes in them, and one without", came.stories - 1));
    }
    if came.reduction == Reduction::None && !arguments.no_reduction {
        line("every order was run: replicas look at the time, or set it, while they handle messages".to_owned());
    }
    line(format!("replicas ended in {}", of(tally.outcomes.len() as u64, "way", "ways")));
    let judged = tally.judged.iter().filter(|(_, runs)| *runs > 0).map(|(check, runs)| format!("{check} {runs}"));
    line(format!("runs in which something was judged: {}", judged.collect::<Vec<_>>().join(", ")));
    let momentary: Vec<&str> = tally
        .judged
        .iter()
        .filter(|(check, runs)| *runs > 0 && AT_ONE_MOMENT.contains(check))
        .map(|(check, _)| *check)
        .collect();
    if came.reduction != Reduction::None && !momentary.is_empty() {
        line(format!(
            "{} looked at several replicas at one moment, and did not see every moment: --no-reduction shows them all",
            momentary.join(" and ")
        ));
    }
    if tally.is_crowded {
        line("more messages were under way at once than can be told apart".to_owned());
    }
    if tally.is_unstable {
        line("the same choices gave two results: the code under test is not deterministic".to_owned());
    }
    terminal.results(&text)?;
    for kind in &came.kinds {
        found(path, kind, arguments, terminal)?;
    }
    Ok(())
}

/// One kind of finding, and its counterexample.
fn found(path: &Path, kind: &Kind, arguments: &Arguments, terminal: &Terminal) -> io::Result<()> {
    let Kind { find, catch } = kind;
    let times = if find.runs == 1 { "1 run".to_owned() } else { format!("{} runs", find.runs) };
    let cost = if find.cost == 1 { "1 fault".to_owned() } else { format!("{} faults", find.cost) };
    terminal.result(format_args!(
        "\n{} in {times}, at the earliest after {} events and {cost}",
        Tone::Bad.paint(&find.signature),
        find.events
    ))?;
    let Some(catch) = catch else { return terminal.result(&find.finding) };
    terminal.result(told(catch, IN_COLOURS))?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let output = arguments.output.join(format!("{stem}-{}-explored.ron", find.signature.check));
    match keep(&output, &catch.text()) {
        Ok(()) => terminal.result(format_args!("again with: squall run {}", quoted(&output))),
        Err(error) => {
            terminal.complain(format_args!("{} cannot be written: {error}; here it is", output.display()));
            terminal.result(catch.text().trim_end())
        }
    }
}
