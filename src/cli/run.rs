//! `squall run`: scenario files in, what came of each out.
//!
//! Every file is read before the first is run, so that all mistakes are told at once.

use std::collections::BTreeMap;
use std::io;
use std::ops::{ControlFlow, RangeInclusive};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::FalseyValueParser;

use super::files::{self, Found, shown};
use super::format::Format;
use super::github::GitHub;
use super::isolate::Limits;
use super::seeds::Seeds;
use super::terminal::{Terminal, plain};
use super::told::{Tally, Told};
use super::watch::Watch;
use super::{Exit, crew, interrupt, isolate};
use crate::base::{Seed, Span, nearest};
use crate::run::{Came, Campaign, Gathering, Outcome};
use crate::scenario::{Expectation, File, Often, Watch as Watched};

/// What `squall run` is told.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Scenario files, or folders of them.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Of files that stand for several scenarios, run those whose names hold these words.
    #[arg(long, value_name = "WORDS")]
    only: Option<String>,
    /// Run this seed alone, such as 8127 or 0x1fbf.
    #[arg(long, value_name = "SEED", env = "SQUALL_SEED")]
    pub(super) seed: Option<Seed>,
    /// Run these seeds, such as 0..1000, or how many; without it, as many as each file says.
    #[arg(long, value_name = "A..B|N", value_parser = Seeds::parse, env = "SQUALL_SEEDS")]
    pub(super) seeds: Option<Seeds>,
    /// Watch with these checks in place of those that the file names.
    #[arg(long = "check", value_name = "NAME", value_delimiter = ',')]
    checks: Vec<String>,
    /// How results are told.
    #[arg(long, value_enum, default_value_t = Format::Text, env = "SQUALL_FORMAT")]
    format: Format,
    /// How many scenarios are run at once; results are the same for any number.
    #[arg(long, short, value_name = "N", value_parser = jobs, env = "SQUALL_JOBS")]
    jobs: Option<usize>,
    /// Speak up when one handler takes longer than this.
    #[arg(long, value_name = "TIME", default_value = "10s", env = "SQUALL_HANDLER_TIMEOUT")]
    handler_timeout: Span,
    /// Run seeds in processes of their own: one that hangs, eats memory or takes its process down is a finding, and the
    /// next seed is run.
    #[arg(long, env = "SQUALL_ISOLATE", value_parser = FalseyValueParser::new())]
    isolate: bool,
    /// How much memory a process of its own may take, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 2048, env = "SQUALL_MEMORY")]
    memory: u64,
    /// Be such a process.
    #[arg(long, hide = true)]
    ward: bool,
}

fn jobs(text: &str) -> Result<usize, String> {
    let jobs = text.parse().ok().filter(|jobs| (1..=1024).contains(jobs));
    jobs.ok_or_else(|| format!("`{text}` is no number of jobs: write one from 1 to 1024"))
}

/// Runs what there is, and tells what came of it.
pub(super) fn run(arguments: &Arguments, seeds: Option<Seeds>, terminal: &Terminal) -> io::Result<Exit> {
    let Some(mut scenarios) = files::read(&arguments.paths, terminal) else { return Ok(Exit::Refused) };
    if let Some(words) = &arguments.only
        && let Err(none) = pick(&mut scenarios, words)
    {
        terminal.complain(none);
        return Ok(Exit::Refused);
    }
    let checks = &arguments.checks[..];
    for Found { file, .. } in &mut scenarios {
        choose(file, checks);
    }
    let asked: Option<Vec<(&Found, Seeds)>> =
        scenarios.iter().map(|found| Some((found, seeds.or_else(|| Seeds::of(&found.file))?))).collect();
    let Some(asked) = asked else {
        terminal.complain("a scenario asks for no seeds: leave `seeds` out, or write more than 0");
        return Ok(Exit::Refused);
    };
    if let Some(unknown) = scenarios.first().and_then(|found| crate::run::resolve(&found.file).err()) {
        terminal.complain(unknown);
        return Ok(Exit::Refused);
    }
    interrupt::listen();
    if let (true, [one]) = (arguments.ward, &asked[..]) {
        return serve(one, arguments, terminal);
    }
    announce(&asked, terminal);
    let mut teller = arguments.format.teller(terminal);
    teller.begin(asked.len())?;
    let mut github = GitHub::here(terminal);
    let all = asked.iter().map(|(_, seeds)| seeds.count()).fold(0, u64::saturating_add);
    let limits = Limits { patience: arguments.handler_timeout, memory: arguments.memory };
    // Wards have an eye on themselves.
    let patience = if arguments.isolate { Duration::MAX } else { Duration::from_nanos(limits.patience.0) };
    let watch = Watch::over(all, patience, terminal);
    let threads = arguments.jobs.unwrap_or_else(crew::cores);
    let parts = parts(&asked, threads, arguments.isolate);
    let job = |nth: usize| -> io::Result<Done> {
        let Part { scenario, seeds, .. } = &parts[nth];
        let (found, all) = asked[*scenario];
        let Found { path, file, only } = found;
        if seeds.start() == all.each().start() {
            terminal.detail(format_args!("{}: {all}", shown(path)));
        }
        let (mut each, pulse) = watch.seeds((path, only.as_deref()), seeds.clone());
        let done = if arguments.isolate {
            isolate::campaign(found, all, &mut each, (checks, limits)).map(|outcome| Done::Whole(Box::new(outcome)))
        } else {
            let (mut campaign, mut came) = (Campaign::of(file).beating(pulse.clone()), Vec::new());
            if seeds.start() != all.each().start() {
                campaign = campaign.continued();
            }
            let ran = campaign.each(each, |seed, one| came.push((seed, one)));
            ran.unwrap_or_else(|error| unreachable!("it was resolved before: {error}"));
            Ok(Done::Part(came))
        };
        watch.done(&pulse);
        done
    };
    let mut tally = Tally::of(asked.len());
    let mut trouble: Option<io::Error> = None;
    let mut gathering: Option<Gathering<'_>> = None;
    let mut whole = true;
    let take = |nth: usize, done: io::Result<Done>| {
        let Part { scenario, seeds: part, last } = &parts[nth];
        let (found, seeds) = asked[*scenario];
        let Found { path, file, only } = found;
        let told = done.and_then(|done| {
            let outcome = match done {
                Done::Whole(outcome) => *outcome,
                Done::Part(came) => {
                    let gathered = gathering.get_or_insert_with(|| Gathering::of(file));
                    // After a part that was cut short nothing counts: what counts has no gap.
                    let ran = came.len() as u64;
                    came.into_iter().filter(|_| whole).for_each(|(seed, came)| gathered.add(seed, came));
                    whole &= ran == part.end() - part.start() + 1;
                    if !last {
                        return Ok(());
                    }
                    whole = true;
                    let gathered = gathering.take().unwrap_or_else(|| Gathering::of(file)).outcome();
                    gathered.unwrap_or_else(|error| unreachable!("it was resolved before: {error}"))
                }
            };
            // What was not begun when there was a Ctrl-C has nothing to tell.
            if outcome.runs == 0 {
                return Ok(());
            }
            let told = Told { path, only: only.as_deref(), seeds, checks, file, outcome };
            tally.add(&told);
            if let Some(github) = &mut github {
                github.scenario(&told);
            }
            teller.scenario(&told)
        });
        trouble = told.err();
        if trouble.is_none() {
            return ControlFlow::Continue(());
        }
        watch.enough();
        ControlFlow::Break(())
    };
    crew::work(threads, parts.len(), job, take, |over| watch.attend(over));
    tally.interrupted = interrupt::heard();
    let exit = tally.exit();
    if let Some(Err(error)) = github.map(|github| github.ran(&tally)) {
        terminal.warn(format_args!("the summary of the job cannot be written: {error}"));
    }
    match trouble.map_or_else(|| teller.end(&tally, exit), Err) {
        // Whoever read this has read enough; the exit code still says what is known.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(exit),
        told => told.map(|()| exit),
    }
}

/// Some of the seeds of a scenario, which one thread runs.
struct Part {
    scenario: usize,
    seeds: RangeInclusive<u64>,
    /// Whether no other part of the scenario comes after it.
    last: bool,
}

/// What came of a part.
enum Done {
    Part(Vec<(Seed, Came)>),
    /// All of the scenario at once.
    Whole(Box<Outcome>),
}

/// The parts of scenarios, in their order: so many that every thread has something to do, and not so many that it
/// costs much to begin with them.
fn parts(asked: &[(&Found, Seeds)], threads: usize, isolate: bool) -> Vec<Part> {
    let mut parts = Vec::new();
    for (scenario, (_, seeds)) in asked.iter().enumerate() {
        let (mut next, end) = (*seeds.each().start(), *seeds.each().end());
        let (count, most) = (seeds.count(), 1000.max(seeds.count() / 100_000));
        let each = if isolate { u64::MAX } else { (count / (4 * threads as u64)).clamp(25, most) };
        loop {
            let until = end.min(next.saturating_add(each - 1));
            parts.push(Part { scenario, seeds: next..=until, last: until == end });
            if until == end {
                break;
            }
            next = until + 1;
        }
    }
    parts
}

/// Runs seeds for another process, and tells it of each.
fn serve((found, seeds): &(&Found, Seeds), arguments: &Arguments, terminal: &Terminal) -> io::Result<Exit> {
    let patience = Duration::from_nanos(arguments.handler_timeout.0);
    let watch = Watch::over(seeds.count(), patience, terminal).in_ward(arguments.memory);
    let job = |_: usize| {
        let (each, pulse) = watch.seeds((&found.path, found.only.as_deref()), seeds.each());
        isolate::serve(Campaign::of(&found.file).beating(pulse), each, terminal)
    };
    let mut served = Ok(());
    let take = |_: usize, done: io::Result<()>| {
        served = done;
        ControlFlow::Continue(())
    };
    crew::work(1, 1, job, take, |over| watch.attend(over));
    served.map(|()| Exit::Expected)
}

/// Keeps the scenarios whose names hold these words; where one is called just so, that alone.
fn pick(scenarios: &mut Vec<Found>, words: &str) -> Result<(), String> {
    let exact = scenarios.iter().any(|found| found.file.name == words);
    let fits = |name: &str| if exact { name == words } else { name.contains(words) };
    if !scenarios.iter().any(|found| fits(&found.file.name)) {
        let names = scenarios.iter().map(|found| found.file.name.as_str());
        let near = nearest(words, names).map(|name| format!(": did you mean `{}`?", plain(name))).unwrap_or_default();
        return Err(format!("no scenario there is called `{}`{near}", plain(words)));
    }
    scenarios.retain(|found| fits(&found.file.name));
    Ok(())
}

/// Puts the checks of the command line in the place of those of a file. What a check had to find that does not
/// watch any more is not expected.
fn choose(file: &mut File, checks: &[String]) {
    if checks.is_empty() {
        return;
    }
    file.checks = checks.iter().map(|check| Watched { check: check.clone(), often: Often::Every }).collect();
    if matches!(&file.expect, Expectation::Violates(check) if !checks.contains(check)) {
        file.expect = Expectation::Holds;
    }
}

/// Says which seeds are run, before they are.
fn announce(asked: &[(&Found, Seeds)], terminal: &Terminal) {
    if let [(found, seeds)] = asked {
        return terminal.note(format_args!("running {}: {seeds}", shown(&found.path)));
    }
    let mut groups: BTreeMap<Seeds, u32> = BTreeMap::new();
    for (_, seeds) in asked {
        *groups.entry(*seeds).or_default() += 1;
    }
    let groups: Vec<String> = groups
        .iter()
        .map(|(seeds, scenarios)| match scenarios {
            1 => format!("{seeds} (1 scenario)"),
            _ => format!("{seeds} ({scenarios} scenarios)"),
        })
        .collect();
    if !groups.is_empty() {
        terminal.note(format_args!("running {}", groups.join(", ")));
    }
}
