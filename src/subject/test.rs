//! A hunt from a test: many seeds, and a panic with the smallest story where something is found.

use std::fmt;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Form, OpOf, Subject};
use crate::base::{Odds, Seed, Span, Time};
use crate::hunt::{Counterexample, Limits, Size, Strategy, pursue};
use crate::model::{Specification, Visible};
use crate::report::{Drawing, story as draw};
use crate::run::{Finding, Picture, Runner, STANDARD, Story, watches};
use crate::scenario::{Activity, Duplicates, Fault, InFlight, Latency, Order, Partition, Scenario, Shape, Watch, When};
use crate::zoo::sync::Pace;
use crate::zoo::{Asked, System, Viewed};

/// What a hunt through a data type is told. Whatever is left out is usual: three replicas that gossip every 30 ms of
/// virtual time over a network that loses, doubles, delays and parts, a user beside each, and a thousand seeds.
///
/// ```no_run
/// # use squall::subject::*; use squall::base::*; use squall::replica::Site;
/// # #[derive(Clone, Debug, Default)] struct Highest(u64);
/// # impl Subject for Highest { type Op = u64; type View = u64; type Form = ByState;
/// #   fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> u64 { pick(10) } fn view(&self) -> u64 { self.0 } }
/// # impl Merges for Highest { fn apply(&mut self, op: &u64, _: Site) -> Result<(), Refused> { self.0 = self.0.max(*op); Ok(()) }
/// #   fn merge(&mut self, other: &Highest) { self.0 = self.0.max(other.0); } }
/// squall::hunt::<Highest>()
///     .replicas(3)
///     .seeds(0..10_000)
///     .specified(|known| known.iter().map(|update| *update.op).max().unwrap_or(0))
///     .check();
/// ```
pub struct Test<T: Subject> {
    world: Scenario,
    users: Activity,
    period: Span,
    seeds: Range<u64>,
    checks: Vec<&'static str>,
    specification: Specification<OpOf<T>, T::View>,
    strategies: Vec<Strategy>,
    jobs: usize,
    keep: PathBuf,
}

/// What a hunt found.
#[derive(Debug)]
pub struct Found {
    /// The seed that shows it.
    pub seed: Seed,
    /// What is wrong in the smallest story.
    pub finding: Finding,
    /// How large that is.
    pub size: Size,
    /// The story, drawn.
    pub story: String,
    /// The events.
    pub picture: Picture,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.story)
    }
}

/// The world in which a test hunts where it says nothing else.
fn usual() -> Scenario {
    let mut world = Scenario::new(3);
    let at = |millis| Time(Span::millis(millis).0);
    world.order = Order::Drawn;
    world.duration = Span::millis(800);
    world.settle = Span::secs(2);
    world.link.latency = Latency::Uniform(Span::millis(1), Span::millis(20));
    world.link.loss = Odds::permille(150);
    let delay = Latency::Uniform(Span::ZERO, Span::millis(80));
    world.link.duplicates = Some(Duplicates { odds: Odds::permille(150), delay });
    world.faults.push(Fault::Partition(Partition {
        name: None,
        shape: Shape::Halves,
        from: When::Between(at(50), at(250)),
        until: Some(When::Between(at(300), at(600))),
        in_flight: InFlight::Cut,
        flapping: None,
    }));
    world
}

/// How many seeds a test runs where it says nothing else.
const USUAL: u64 = 1000;

impl<T: Subject> Test<T> {
    pub(crate) fn new() -> Test<T> {
        Test {
            world: usual(),
            users: Activity { every: Span::millis(25), odds: Odds::permille(300), ..Activity::default() },
            period: Span::millis(30),
            seeds: 0..USUAL,
            checks: STANDARD.to_vec(),
            specification: Specification::unstated("type under test"),
            strategies: Strategy::ALL.to_vec(),
            jobs: std::thread::available_parallelism().map_or(1, usize::from),
            keep: PathBuf::from("target/squall"),
        }
    }

    /// So many replicas.
    pub fn replicas(mut self, replicas: u32) -> Test<T> {
        self.world.replicas = replicas;
        self
    }

    /// These seeds. `SQUALL_SEED` in the environment runs one alone, and `SQUALL_SEEDS` so many, or those of a range
    /// like `1000..2000`.
    pub fn seeds(self, seeds: Range<u64>) -> Test<T> {
        Test { seeds, ..self }
    }

    /// The world, changed: links, faults, clocks, disks, times.
    pub fn world(mut self, change: impl FnOnce(&mut Scenario)) -> Test<T> {
        change(&mut self.world);
        self
    }

    /// What users beside the replicas do.
    pub fn users(self, users: Activity) -> Test<T> {
        Test { users, ..self }
    }

    /// How often replicas turn to one another.
    pub fn period(self, period: Span) -> Test<T> {
        Test { period, ..self }
    }

    /// What must be shown to whoever knows these updates. Without it, replicas that know the same must still show the
    /// same, states must merge as a lattice does, and in the end all must agree.
    pub fn specified(self, view: impl Fn(&Visible<'_, OpOf<T>>) -> T::View + Send + Sync + 'static) -> Test<T> {
        Test { specification: Specification::new("type under test", view), ..self }
    }

    /// The specification as a whole, with all that it can say.
    pub fn specification(self, specification: Specification<OpOf<T>, T::View>) -> Test<T> {
        Test { specification, ..self }
    }

    /// The checks of these names, in place of the standard ones.
    pub fn checks(self, checks: &[&'static str]) -> Test<T> {
        Test { checks: checks.to_vec(), ..self }
    }

    /// These strategies, in place of all.
    pub fn strategies(self, strategies: &[Strategy]) -> Test<T> {
        Test { strategies: strategies.to_vec(), ..self }
    }

    /// On so many threads.
    pub fn jobs(self, jobs: usize) -> Test<T> {
        Test { jobs: jobs.max(1), ..self }
    }

    /// The folder in which stories are kept; `target/squall` without it.
    pub fn keep(self, folder: impl Into<PathBuf>) -> Test<T> {
        Test { keep: folder.into(), ..self }
    }

    /// Hunts, and tells what was found first.
    ///
    /// # Panics
    /// Where the world contradicts itself.
    pub fn run(&self) -> Option<Found> {
        let plan = self.world.clone().plan().unwrap_or_else(|refusals| panic!("the world cannot be:\n{refusals}"));
        let story: Story<OpOf<T>> = Story::drawn(plan, self.users.clone(), Pace::each(self.period));
        let specification = Arc::new(self.specification.clone());
        let make = || -> System<OpOf<T>, T::View> { T::Form::system((*specification).clone()) };
        let checks = watches(&self.checks);
        let mut runner = Runner::new(make(), &checks);
        seeds(self.seeds.clone()).map(Seed).find_map(|seed| {
            let varied = Strategy::of(seed, &self.strategies).vary(&story, seed);
            found(&make, &mut runner, (&checks, self.jobs), &varied, seed)
        })
    }

    /// Hunts, and panics with the smallest story where something is found.
    ///
    /// # Panics
    /// Where something is found.
    #[track_caller]
    pub fn check(&self) {
        crate::run::hush();
        if let Some(found) = self.run() {
            panic!("{}", kept(&found, &self.keep));
        }
    }
}

/// What is found in a seed, and the smallest story that shows it.
pub(super) fn found<O: Asked, V: Viewed>(
    make: &(dyn Fn() -> System<O, V> + Sync),
    runner: &mut Runner<O, V>,
    (checks, jobs): (&[Watch], usize),
    story: &Story<O>,
    seed: Seed,
) -> Option<Found> {
    runner.run(story, seed).finding?;
    let found = pursue(make, checks, story, seed, &Limits::jobs(jobs));
    let Some(Counterexample { story, transcript, finding, .. }) = found else {
        panic!("seed {seed} gave two results: the type under test is not deterministic");
    };
    let picture = Picture::of(&story, &transcript, Some(&finding));
    let drawn = draw(&picture, Drawing::default());
    Some(Found { seed, finding, size: Size::of(&story), story: drawn, picture })
}

/// Keeps a story in a folder, and says all that there is to say of it.
pub(super) fn kept(found: &Found, folder: &Path) -> String {
    let thread = std::thread::current();
    let name = thread.name().filter(|name| *name != "main").unwrap_or("");
    let again = format!("SQUALL_SEED={} cargo test {name}", found.seed);
    let file = folder.join(format!("{}-{}.txt", name.replace("::", "-"), found.seed));
    let text = format!("{}\nagain with: {}\n", found.story, again.trim_end());
    let kept = fs::create_dir_all(folder).and_then(|()| fs::write(&file, &text));
    let kept = match kept {
        Ok(()) => format!("kept in:    {}", file.display()),
        Err(error) => format!("it could not be kept in {}: {error}", file.display()),
    };
    format!("squall found something in seed {}\n\n{text}{kept}\n", found.seed)
}

/// The seeds that are run: those that were asked for, or what the environment asks for.
pub(super) fn seeds(asked: Range<u64>) -> Range<u64> {
    let number = |text: &str| text.parse::<Seed>().ok().map(|Seed(number)| number);
    let said = |name: &str| std::env::var(name).ok();
    if let Some(seed) = said("SQUALL_SEED").and_then(|text| number(&text)) {
        return seed..seed.saturating_add(1);
    }
    let seeds = said("SQUALL_SEEDS").and_then(|text| match text.split_once("..") {
        Some((from, until)) => Some(number(from)?..number(until)?),
        None => Some(asked.start..asked.start.saturating_add(number(&text)?)),
    });
    seeds.unwrap_or(asked)
}
