//! `squall fuzz`: many seeds of scenarios, varied by strategies; what is found is made small and kept.
//!
//! Counterexamples that were kept before are replayed first. No finding is lost: what cannot be written is printed.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::again::quoted;
use super::files::{self, Found, shown};
use super::github::{GitHub, Level};
use super::seeds::Seeds;
use super::shrink::{keep, told};
use super::terminal::{Terminal, Tone};
use super::{Exit, crew, interrupt};
use crate::base::{Seed, Span};
use crate::hunt::{Group, Hunted, Limits, Quarry, Stopwatch, Strategy, hunt};
use crate::report::Drawing;
use crate::run::campaign;
use crate::scenario::Expectation;

/// What `squall fuzz` is told.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Scenario files, or folders of them.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Run these seeds of each, such as 0..1000, or how many; without it a thousand, or as many as there is time for.
    #[arg(long, value_name = "A..B|N", value_parser = Seeds::parse, env = "SQUALL_SEEDS")]
    seeds: Option<Seeds>,
    /// Run this seed alone.
    #[arg(long, value_name = "SEED", env = "SQUALL_SEED", conflicts_with = "seeds")]
    seed: Option<Seed>,
    /// Be content after so long, shared fairly by the scenarios.
    #[arg(long, value_name = "TIME")]
    max_time: Option<Span>,
    /// How many threads hunt; what they find is the same for any number.
    #[arg(long, short, value_name = "N", env = "SQUALL_JOBS")]
    jobs: Option<usize>,
    /// Take turns only with these strategies; without it, with all.
    #[arg(long = "strategy", value_name = "NAME", value_delimiter = ',', value_parser = strategy)]
    strategies: Vec<Strategy>,
    /// Where counterexamples are kept.
    #[arg(long, short, value_name = "FOLDER", default_value = "squall-found")]
    output: PathBuf,
    /// Counterexamples that are replayed first, where there are any.
    #[arg(long, value_name = "FOLDER", default_value = "scenarios/regressions")]
    regressions: PathBuf,
}

fn strategy(name: &str) -> Result<Strategy, String> {
    let found = Strategy::ALL.into_iter().find(|strategy| strategy.name() == name);
    let names: Vec<&str> = Strategy::ALL.iter().map(|strategy| strategy.name()).collect();
    found.ok_or_else(|| format!("there is no strategy `{name}`: there are {}", names.join(", ")))
}

/// How many seeds there are where nothing else is said.
const USUAL: u64 = 1000;

/// How long making one finding small may take.
const PATIENCE: Span = Span::secs(20);

/// Hunts, and tells what came of it.
pub(super) fn fuzz(arguments: &Arguments, terminal: &Terminal) -> io::Result<Exit> {
    let mut paths = arguments.paths.clone();
    let all_known = paths.iter().any(|path| arguments.regressions.starts_with(path));
    if arguments.regressions.is_dir() && !all_known {
        paths.insert(0, arguments.regressions.clone());
    }
    let Some(found) = files::read(&paths, terminal) else { return Ok(Exit::Refused) };
    interrupt::listen();
    let (known, open): (Vec<Found>, Vec<Found>) = found.into_iter().partition(|found| found.file.origin.is_some());
    let mut sum = Sum::default();
    let mut github = GitHub::here(terminal);
    for Found { path, file, .. } in &known {
        replay(path, file, (&mut sum, &mut github), terminal)?;
    }
    let hunted: Vec<&Found> = open.iter().filter(|found| found.file.expect == Expectation::Holds).collect();
    for Found { path, .. } in open.iter().filter(|found| found.file.expect != Expectation::Holds) {
        terminal.detail(format_args!("{}: not hunted, since something is wrong there on purpose", shown(path)));
    }
    let seeds = arguments.seed.map(Seeds::one).or(arguments.seeds);
    let whole = Limits::jobs(arguments.jobs.unwrap_or_else(crew::cores)).stopped_by(interrupt::flag());
    let begun = Stopwatch::start();
    for (nth, Found { path, file, .. }) in hunted.iter().enumerate() {
        let mut limits = whole.clone();
        if let Some(time) = arguments.max_time {
            let left = (time.0 as f64 / 1e9 - begun.seconds()).max(0.0);
            limits = limits.within(Duration::from_secs_f64(left / (hunted.len() - nth) as f64));
        }
        if interrupt::heard() {
            break;
        }
        let all = if arguments.strategies.is_empty() { &Strategy::ALL[..] } else { &arguments.strategies[..] };
        let (first, count) = match seeds {
            Some(seeds) => (*seeds.each().start(), seeds.count()),
            None if arguments.max_time.is_some() => (0, u64::MAX / 2),
            None => (0, USUAL),
        };
        terminal.note(format_args!("hunting in {}, from seed {first}", shown(path)));
        let quarry = Quarry { file, first, seeds: count, strategies: all, patience: PATIENCE };
        let watch = Stopwatch::start();
        let came =
            hunt(&quarry, &limits, &|_| {}).unwrap_or_else(|error| unreachable!("it was resolved before: {error}"));
        let short = seeds.is_some() && came.runs < count;
        tell((path, first, short), &came, watch.seconds(), arguments, terminal)?;
        if let Some(github) = &mut github {
            annotate(path, &came, github);
        }
        sum.add(&came, short);
    }
    let exit = sum.exit();
    let head = format!("## squall fuzz\n\n{}\n", sum.sentence(exit));
    if let Some(Err(error)) = github.map(|github| github.end(&head)) {
        terminal.warn(format_args!("the summary of the job cannot be written: {error}"));
    }
    terminal.result(format_args!("\n{}", sum.sentence(exit)))?;
    Ok(exit)
}

/// Runs a counterexample that was kept before.
fn replay(
    path: &Path,
    file: &crate::scenario::File,
    (sum, github): (&mut Sum, &mut Option<GitHub<'_>>),
    terminal: &Terminal,
) -> io::Result<()> {
    let seed = file.seed.unwrap_or_default();
    let outcome = campaign(file, [seed.0]).unwrap_or_else(|error| unreachable!("it was resolved before: {error}"));
    sum.known += 1;
    match outcome.finding() {
        None => terminal.result(format_args!("{} {}", Tone::Good.paint("mended   "), shown(path))),
        Some((_, says)) => {
            sum.again += 1;
            if let Some(github) = github {
                github.note(Level::Error, path, "a known counterexample shows it again", &says);
            }
            let word = Tone::Bad.paint("AGAIN    ");
            terminal.result(format_args!("{word} {}: {says}\n          squall run {}", shown(path), quoted(path)))
        }
    }
}

/// Tells GitHub what was found in a hunt.
fn annotate(path: &Path, came: &Hunted, github: &mut GitHub<'_>) {
    if let Some(seed) = came.unstable {
        github.note(Level::Error, path, "not deterministic", &format!("seed {seed} gave two results"));
    }
    for Group { signature, seeds, first, finding, catch, .. } in &came.groups {
        let title = format!("{signature} in {seeds} of {} seeds, first in {first}", came.runs);
        github.note(Level::Error, path, &title, &finding.to_string());
        let story = catch.as_ref().map_or_else(|| finding.to_string(), |catch| told(catch, Drawing::default()));
        github.tell(&format!("{}: {title}", shown(path)), &story);
    }
}

/// What came of all hunts.
#[derive(Default)]
struct Sum {
    scenarios: u64,
    runs: u64,
    kinds: u64,
    known: u64,
    again: u64,
    unstable: bool,
    vacuous: u64,
    short: bool,
}

impl Sum {
    fn add(&mut self, came: &Hunted, short: bool) {
        self.scenarios += 1;
        self.runs += came.runs;
        self.kinds += came.groups.len() as u64;
        self.unstable |= came.unstable.is_some();
        self.vacuous += u64::from(came.judged.iter().all(|(_, runs)| *runs == 0));
        self.short |= short;
    }

    fn exit(&self) -> Exit {
        if self.unstable {
            Exit::Unstable
        } else if self.kinds > 0 || self.again > 0 {
            Exit::Violated
        } else if interrupt::heard() {
            Exit::Interrupted
        } else if self.scenarios + self.known == 0 {
            Exit::NothingRan
        } else if self.vacuous > 0 || self.short || self.scenarios > 0 && self.runs == 0 {
            Exit::Inconclusive
        } else {
            Exit::Expected
        }
    }

    fn sentence(&self, exit: Exit) -> String {
        let mut text = format!("{}: {} runs of {} scenarios", exit.headline(), self.runs, self.scenarios);
        if self.kinds > 0 {
            let _ = write!(text, ", {} kinds of findings", self.kinds);
        }
        if self.known > 0 {
            let _ = write!(text, ", {} of {} known counterexamples show it again", self.again, self.known);
        }
        text
    }
}

/// What came of one hunt.
fn tell(
    (path, first, short): (&Path, u64, bool),
    came: &Hunted,
    seconds: f64,
    arguments: &Arguments,
    terminal: &Terminal,
) -> io::Result<()> {
    let word = if came.unstable.is_some() {
        Tone::Bad.paint("UNSTABLE ")
    } else if came.groups.is_empty() {
        Tone::Good.paint("nothing  ")
    } else {
        Tone::Bad.paint("FOUND    ")
    };
    let mut text = format!("{word} {}\n", shown(path));
    let mut line = |words: String| text.extend(["          ", &words, "\n"]);
    let next = first + came.runs;
    let cut = if short { ", fewer than asked for" } else { "" };
    line(format!("seeds {first}..{next}{cut}: {} deliveries, hash {}", came.witness.delivered, came.hash));
    let rate = came.runs as f64 / seconds.max(1e-9);
    line(format!("{} of virtual time in {seconds:.1} s: {rate:.0} runs a second", came.virtual_time));
    if let Some(seed) = came.unstable {
        line(format!("seed {seed} gave two results: the code under test is not deterministic"));
    }
    let each = came.strategies.iter().map(|(strategy, runs, wrong)| format!("{} {wrong} of {runs}", strategy.name()));
    line(format!("found by: {}", each.collect::<Vec<_>>().join(", ")));
    let bit: Vec<String> = came
        .witness
        .counts()
        .filter(|(says, count)| {
            *count > 0 && !says.starts_with("messages sent") && !says.starts_with("copies delivered")
        })
        .map(|(says, count)| format!("{count} {says}"))
        .collect();
    line(format!("what went wrong: {}", if bit.is_empty() { "nothing".to_owned() } else { bit.join(", ") }));
    for idle in &came.idle {
        line(format!("did nothing: {idle}"));
    }
    let share = |runs: u64| 100.0 * runs as f64 / came.runs.max(1) as f64;
    let judged = came.judged.iter().map(|(check, runs)| format!("{check} {:.0} %", share(*runs)));
    line(format!("runs in which something was judged: {}", judged.collect::<Vec<_>>().join(", ")));
    let curve = came.coverage.iter().rev().take(4).rev().map(|(runs, states)| format!("{states} after {runs}"));
    line(format!("abstract states: {}", curve.collect::<Vec<_>>().join(", ")));
    line(format!("the next seed shows a new one with a chance of about {:.2} % (Good and Turing)", share(came.alone)));
    if let Some((_, runs, _)) = came.strategies.iter().find(|(strategy, ..)| *strategy == Strategy::Priorities) {
        line(bound(*runs, came.priorities));
    }
    terminal.results(&text)?;
    for group in &came.groups {
        found(path, group, arguments, terminal)?;
    }
    Ok(())
}

/// What runs by priorities amount to.
fn bound(runs: u64, (links, deliveries): (u64, u64)) -> String {
    let chance = |depth: i32| {
        let one = 1.0 / (links.max(1) as f64 * (deliveries.max(1) as f64).powi(depth - 1));
        // Repeated squaring of one basic operation: the same on every machine.
        let mut none = 1.0;
        let (mut base, mut left) = (1.0 - one, runs);
        while left > 0 {
            if left % 2 == 1 {
                none *= base;
            }
            base *= base;
            left /= 2;
        }
        100.0 * (1.0 - none)
    };
    format!(
        "{runs} runs by priorities over {links} links and some {deliveries} deliveries show an order that one \
         constraint forces with a chance of at least {:.1} %, of two {:.1} %, of three {:.2} %",
        chance(1),
        chance(2),
        chance(3)
    )
}

/// One kind of finding, and its counterexample.
fn found(path: &Path, group: &Group, arguments: &Arguments, terminal: &Terminal) -> io::Result<()> {
    let Group { signature, seeds, first, strategy, finding, catch } = group;
    let times = if *seeds == 1 { "1 seed".to_owned() } else { format!("{seeds} seeds") };
    terminal.result(format_args!(
        "\n{} in {times}, first in {first} ({})",
        Tone::Bad.paint(signature),
        strategy.name()
    ))?;
    let Some(catch) = catch else {
        terminal.result(finding)?;
        return terminal.result(format_args!("again with: squall fuzz {} --seed {first}", quoted(path)));
    };
    terminal.result(told(catch, Drawing::default()))?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let output = arguments.output.join(format!("{stem}-{}-{first}.ron", signature.check));
    match keep(&output, &catch.text()) {
        Ok(()) => terminal.result(format_args!("again with: squall run {}", quoted(&output))),
        Err(error) => {
            terminal.complain(format_args!("{} cannot be written: {error}; here it is", output.display()));
            terminal.result(catch.text().trim_end())
        }
    }
}
