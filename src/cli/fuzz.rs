//! `squall fuzz`: many seeds of scenarios, varied by strategies; what is found is made small and kept.
//!
//! Counterexamples that were kept before are replayed first. No finding is lost: each is written as soon as it is
//! small, and what cannot be written is printed.

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::again::quoted;
use super::campaign_page::CampaignPage;
use super::files::{self, Found, shown};
use super::findings::{Replayed, Sum, place, title};
use super::github::{GitHub, Level};
use super::results::{Head, Writing};
use super::seeds::Seeds;
use super::shards::Part;
use super::share::{Kind, Prey, Share};
use super::shrink::keep;
use super::terminal::Terminal;
use super::watch::Watch;
use super::{Exit, crew, interrupt};
use crate::base::{Digest, Seed, Span};
use crate::hunt::{Catch, Group, Limits, Listener, Quarry, Shard, Stopwatch, Strategy, hunt};
use crate::report::{Caption, page};
use crate::run;
use crate::scenario::Expectation;

/// What `squall fuzz` is told.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) hunts: Hunts,
    /// Run this seed alone.
    #[arg(long, value_name = "SEED", env = "SQUALL_SEED")]
    pub(super) seed: Option<Seed>,
    /// How many threads hunt; what they find is the same for any number.
    #[arg(long, short, value_name = "N", env = "SQUALL_JOBS")]
    jobs: Option<usize>,
    /// Run only a part of the seeds, such as the second of four: 2/4; with auto, or auto/4, the part that the scheduler
    /// says which started this process.
    #[arg(long, value_name = "K/N", value_parser = Part::parse)]
    shard: Option<Part>,
    /// Where the result of a shard is written, for `squall merge`: a file, or a folder for squall-shard-K-of-N.jsonl;
    /// without it, here.
    #[arg(long, value_name = "PATH", requires = "shard")]
    to: Option<PathBuf>,
    /// Speak up when one handler takes longer than this.
    #[arg(long, value_name = "TIME", default_value = "10s", env = "SQUALL_HANDLER_TIMEOUT")]
    handler_timeout: Span,
    /// Write a page beside each counterexample, for a browser.
    #[arg(long)]
    pages: bool,
    /// Write a page of all that came of it, and one of each counterexample beside its file.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// What is hunted through, and where it is kept: the same for all shards of a campaign.
#[derive(Debug, Args)]
pub(super) struct Hunts {
    /// Scenario files, or folders of them.
    #[arg(required = true, value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Run these seeds of each, such as 0..1000, or how many; without it a thousand, or as many as there is time for.
    #[arg(long, value_name = "A..B|N", value_parser = Seeds::parse, env = "SQUALL_SEEDS")]
    pub(super) seeds: Option<Seeds>,
    /// Be content after so long, shared fairly by the scenarios.
    #[arg(long, value_name = "TIME")]
    pub(super) max_time: Option<Span>,
    /// Take turns only with these strategies; without it, with all.
    #[arg(long = "strategy", value_name = "NAME", value_delimiter = ',', value_parser = strategy)]
    pub(super) strategies: Vec<Strategy>,
    /// Where counterexamples are kept.
    #[arg(long, short, value_name = "FOLDER", default_value = "squall-found")]
    pub(super) output: PathBuf,
    /// Counterexamples that are replayed first, where there are any.
    #[arg(long, value_name = "FOLDER", default_value = "scenarios/regressions")]
    pub(super) regressions: PathBuf,
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

impl Hunts {
    /// All scenarios, with the counterexamples that were kept before; nothing where something is wrong with them,
    /// which is told.
    pub(super) fn read(&self, terminal: &Terminal) -> Option<Vec<Found>> {
        let mut paths = self.paths.clone();
        let all_known = paths.iter().any(|path| self.regressions.starts_with(path));
        if self.regressions.is_dir() && !all_known {
            paths.insert(0, self.regressions.clone());
        }
        files::read(&paths, terminal)
    }

    fn strategies(&self) -> &[Strategy] {
        if self.strategies.is_empty() { &Strategy::ALL } else { &self.strategies }
    }

    /// The first seed, and how many there are unless time alone says so.
    fn bounds(&self, chosen: Option<Seeds>) -> (u64, Option<u64>) {
        match chosen {
            Some(seeds) => (*seeds.each().start(), Some(seeds.count())),
            None if self.max_time.is_some() => (0, None),
            None => (0, Some(USUAL)),
        }
    }

    /// What tells this campaign from every other.
    fn digest(&self, found: &[Found], bounds: (u64, Option<u64>)) -> String {
        let mut text = format!("{bounds:?} {:?} {:?}\n", self.max_time, self.strategies());
        for Found { path, file, only } in found {
            text.push_str(&format!("{} {only:?}\n{}\n", path.display(), file.to_ron()));
        }
        Digest::of_bytes(text.as_bytes()).to_string()
    }
}

/// What one process has to do.
struct Campaign<'a> {
    arguments: &'a Arguments,
    shard: Shard,
    known: Vec<&'a Found>,
    hunted: Vec<(&'a Found, Prey)>,
    limits: Limits,
}

/// Hunts, and tells what came of it.
pub(super) fn fuzz(arguments: &Arguments, chosen: Option<Seeds>, terminal: &Terminal) -> io::Result<Exit> {
    let set = |name: &str| std::env::var(name).ok();
    let shard = match arguments.shard.map_or(Ok(Shard::WHOLE), |part| part.shard(set)) {
        Ok(shard) => shard,
        Err(wrong) => {
            terminal.complain(wrong);
            return Ok(Exit::Refused);
        }
    };
    let hunts = &arguments.hunts;
    let Some(found) = hunts.read(terminal) else { return Ok(Exit::Refused) };
    let bounds = hunts.bounds(chosen);
    let mut writing = None;
    if arguments.shard.is_some() {
        let usual = format!("squall-shard-{}-of-{}.jsonl", shard.number(), shard.of());
        let path = match &arguments.to {
            Some(folder) if folder.is_dir() || folder.as_os_str().as_encoded_bytes().ends_with(b"/") => {
                folder.join(usual)
            }
            Some(file) => file.clone(),
            None => PathBuf::from(usual),
        };
        match Writing::begin(&path, Head::new(shard, hunts.digest(&found, bounds))) {
            Ok(begun) => writing = Some((path, begun)),
            Err(error) => {
                terminal.complain(format_args!("{} cannot be written: {error}", shown(&path)));
                return Ok(Exit::Refused);
            }
        }
    }
    interrupt::listen();
    let (known, open): (Vec<&Found>, Vec<&Found>) = found.iter().partition(|found| found.file.origin.is_some());
    let (hunted, not): (Vec<&Found>, Vec<&Found>) =
        open.into_iter().partition(|found| found.file.expect == Expectation::Holds);
    for Found { path, .. } in not {
        terminal.detail(format_args!("{}: not hunted, since something is wrong there on purpose", shown(path)));
    }
    let limits = Limits::jobs(arguments.jobs.unwrap_or_else(crew::cores)).stopped_by(interrupt::flag());
    let campaign = Campaign { arguments, shard, known, hunted: preys(&hunted, bounds), limits };
    let all = campaign.hunted.iter().map(|(_, prey)| prey.seeds.map(|seeds| shard.count(seeds)));
    let all = all.sum::<Option<u64>>().unwrap_or_default();
    let watch = Watch::over(all, Duration::from_nanos(arguments.handler_timeout.0), terminal);
    let (mut writing, mut told) = (std::sync::Mutex::new(writing), Ok(Exit::Failed));
    let work = |_: usize| {
        let mut writing = writing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        campaign.pass(writing.as_mut().map(|(_, writing)| writing), &watch, terminal)
    };
    let take = |_: usize, exit: io::Result<Exit>| {
        told = exit;
        ControlFlow::Continue(())
    };
    crew::work(1, 1, work, take, |over| watch.attend(over));
    let exit = told?;
    let Some((path, writing)) = writing.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner).take() else {
        return Ok(exit);
    };
    if interrupt::heard() {
        terminal.warn(format_args!("{} is not written: the shard was interrupted", shown(&path)));
        return Ok(exit);
    }
    if let Err(error) = writing.end() {
        terminal.complain(format_args!("{} cannot be written: {error}", shown(&path)));
        return Ok(if exit == Exit::Violated || exit == Exit::Unstable { exit } else { Exit::Refused });
    }
    terminal.note(format_args!("{} is written, for squall merge", shown(&path)));
    Ok(exit)
}

/// What is hunted through, with names for its counterexamples that no other has.
fn preys<'a>(hunted: &[&'a Found], (first, seeds): (u64, Option<u64>)) -> Vec<(&'a Found, Prey)> {
    let mut stems: BTreeMap<String, u32> = BTreeMap::new();
    let each = hunted.iter().map(|found| {
        let stem = found.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let nth = stems.entry(stem.clone()).or_default();
        *nth += 1;
        let stem = if *nth == 1 { stem } else { format!("{stem}-{nth}") };
        let (path, only) = (found.path.to_string_lossy().into_owned(), found.only.clone());
        (*found, Prey { path, only, stem, first, seeds })
    });
    each.collect()
}

impl Campaign<'_> {
    /// Replays, hunts, and tells.
    fn pass(&self, mut writing: Option<&mut Writing>, watch: &Watch<'_>, terminal: &Terminal) -> io::Result<Exit> {
        let mut sum = Sum::default();
        let mut github = GitHub::here(terminal);
        let output = &self.arguments.hunts.output;
        let mut page = self.arguments.report.as_deref().map(|path| CampaignPage::new(path, output));
        // What is known is replayed by one of the shards.
        for Found { path, file, only } in self.known.iter().filter(|_| self.shard.number() == 1) {
            let seed = file.seed.unwrap_or_default();
            let (each, pulse) = watch.seeds((path, only.as_deref()), std::iter::once(seed.0));
            let outcome = run::Campaign::of(file).beating(pulse.clone()).run(each);
            let outcome = outcome.unwrap_or_else(|error| unreachable!("it was resolved: {error}"));
            watch.done(&pulse);
            let says = outcome.finding().map(|(_, says)| says);
            let replayed = Replayed { path: path.to_string_lossy().into_owned(), says };
            if let Some(writing) = &mut writing {
                writing.replayed(&replayed);
            }
            if let (Some(github), Some(says)) = (&mut github, &replayed.says) {
                github.note(Level::Error, path, "a known counterexample shows it again", says);
            }
            if let Some(page) = &mut page {
                page.replayed(&replayed);
            }
            sum.replayed(&replayed, terminal)?;
        }
        let begun = Stopwatch::start();
        for (nth, (found, prey)) in self.hunted.iter().enumerate() {
            if interrupt::heard() {
                break;
            }
            let mut limits = self.limits.clone();
            if let Some(time) = self.arguments.hunts.max_time {
                let left = (time.0 as f64 / 1e9 - begun.seconds()).max(0.0);
                limits = limits.within(Duration::from_secs_f64(left / (self.hunted.len() - nth) as f64));
            }
            let (share, rate) = self.hunt((found, prey), &limits, watch, terminal);
            // What was found is told before anything else that may go wrong.
            sum.hunted(&share, output, terminal)?;
            if let Some(writing) = &mut writing {
                writing.hunted(&share);
            }
            if let Some(page) = &mut page {
                page.hunted(&share, Some(rate));
            }
            if let Some(github) = &mut github {
                annotate(&found.path, &share, github);
            }
        }
        let head = format!("## squall fuzz\n\n{}\n", sum.sentence());
        if let Some(Err(error)) = github.map(|github| github.end(&head)) {
            terminal.warn(format_args!("the summary of the job cannot be written: {error}"));
        }
        terminal.result(format_args!("\n{}", sum.sentence()))?;
        Ok(sum.paged(page, self.arguments.report.as_deref(), terminal))
    }

    fn hunt(
        &self,
        (found, prey): (&Found, &Prey),
        limits: &Limits,
        watch: &Watch<'_>,
        terminal: &Terminal,
    ) -> (Share, f64) {
        let path = title(&prey.path, prey.only.as_deref());
        terminal.note(format_args!("hunting in {path}, from seed {}", prey.first));
        let limits = limits.clone().watched_by(watch.hunting((&found.path, found.only.as_deref())));
        let quarry = Quarry {
            file: &found.file,
            first: prey.first,
            seeds: prey.seeds.unwrap_or(u64::MAX / 2),
            shard: self.shard,
            strategies: self.arguments.hunts.strategies(),
            patience: PATIENCE,
        };
        let time = Stopwatch::start();
        let Arguments { hunts, pages, .. } = self.arguments;
        let ear = Ear { watch, ran: watch.begun(), stem: &prey.stem, output: &hunts.output, pages: *pages, terminal };
        let hunted = hunt(&quarry, &limits, &ear).unwrap_or_else(|error| unreachable!("it was resolved: {error}"));
        let (seconds, runs) = (time.seconds(), hunted.runs);
        let rate = runs as f64 / seconds.max(1e-9);
        terminal.note(format_args!("{runs} seeds in {seconds:.1} s: {rate:.0} a second"));
        (Share::of(prey.clone(), self.shard, hunted), rate)
    }
}

/// Tells GitHub what was found in a hunt.
fn annotate(path: &Path, share: &Share, github: &mut GitHub<'_>) {
    if let Some(seed) = share.unstable() {
        github.note(Level::Error, path, "not deterministic", &format!("seed {seed} gave two results"));
    }
    for Kind { says, seeds, first, finding, small, .. } in &share.kinds {
        let title = format!("{says} in {seeds} of {} seeds, first in {first}", share.runs);
        github.note(Level::Error, path, &title, finding);
        let story = small.as_ref().map_or(finding, |small| &small.drawn);
        github.tell(&format!("{}: {title}", shown(path)), story);
    }
}

/// Hears of a hunt while it goes on.
struct Ear<'a> {
    watch: &'a Watch<'a>,
    /// How many seeds had been run before it.
    ran: u64,
    stem: &'a str,
    output: &'a Path,
    pages: bool,
    terminal: &'a Terminal,
}

impl Ear<'_> {
    /// Writes the page of a counterexample beside it.
    fn draw(&self, catch: &Catch, output: &Path) {
        let html = output.with_extension("html");
        let Catch { file, picture, .. } = catch;
        let again = format!("squall run {}", quoted(output));
        let caption = Caption { title: file.name.clone(), about: file.about.clone(), source: catch.text(), again };
        match keep(&html, &page((picture, &caption), None)) {
            Ok(()) => self.terminal.note(format_args!("to be looked at in a browser: {}", shown(&html))),
            Err(error) => self.terminal.complain(format_args!("{} cannot be written: {error}", shown(&html))),
        }
    }
}

impl Listener for Ear<'_> {
    fn ran(&self, seeds: u64) {
        self.watch.ran(self.ran + seeds);
    }

    fn found(&self, group: &Group) {
        let kind = Kind::of(group);
        let output = place(self.stem, &kind, self.output);
        if let Some(Err(error)) = kind.small.as_ref().map(|small| keep(&output, &small.file)) {
            let output = shown(&output);
            self.terminal.complain(format_args!("{output} cannot be written: {error}; it will be printed in the end"));
        }
        if let Some(catch) = group.catch.as_ref().filter(|_| self.pages) {
            self.draw(catch, &output);
        }
    }
}
