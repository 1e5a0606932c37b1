//! A hunt from a test: many seeds, and a panic with the smallest story where something is found.

use std::fmt;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use super::{Form, OpOf, Subject, regression};
use crate::base::{Odds, Seed, Span, Time};
use crate::hunt::{Counterexample, Limits, Nearest, Size, Strategy, pursue};
use crate::model::{Specification, Visible};
use crate::report::{Drawing, story as draw};
use crate::run::{Finding, Picture, Runner, STANDARD, Story, watches};
use crate::scenario::{
    Activity, Duplicates, Expectation, Fault, File, InFlight, Latency, Order, Origin, Partition, Scenario, Shape,
    SystemName, Watch, When,
};
use crate::zoo::{Asked, System, Viewed};

/// What a hunt through a data type, or through a whole replica, is told. Whatever is left out is usual: three replicas
/// that gossip every 30 ms of virtual time over a network that loses, doubles, delays and parts, a user beside each, and
/// a thousand seeds.
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
    /// All that a scenario can say; its system is the type under test, whatever it says there.
    file: File,
    seeds: Range<u64>,
    held_to: Vec<&'static str>,
    specification: Specification<OpOf<T>, T::View>,
    strategies: Vec<Strategy>,
    jobs: usize,
    keep: PathBuf,
    regressions: PathBuf,
}

/// What a hunt found.
#[derive(Debug)]
pub struct Found {
    /// The seed that shows it.
    pub seed: Seed,
    /// The counterexample that shows it again, where it is one that was kept.
    pub known: Option<PathBuf>,
    /// What is wrong in the smallest story.
    pub finding: Finding,
    /// The nearest run that holds, where one was found.
    pub nearest: Option<Nearest>,
    /// How large the story is.
    pub size: Size,
    /// The story, drawn.
    pub story: String,
    /// The events.
    pub picture: Picture,
    /// The story as a scenario, where it can be one, for [`Test::from_scenario`] and for the folder of those that are replayed first.
    pub file: Option<File>,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.story)?;
        self.nearest.iter().try_for_each(|nearest| write!(f, "\n\nit would hold if {}", nearest.change))
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

/// How many seeds a thread takes at once.
const BATCH: u64 = 16;

impl<T: Subject> Test<T> {
    pub(crate) fn new() -> Test<T> {
        let name = std::any::type_name::<T>().to_owned();
        let clients = Activity { every: Span::millis(25), odds: Odds::permille(300), ..Activity::default() };
        let file = File {
            version: crate::scenario::FORMAT_VERSION,
            system: SystemName { data: name.clone(), period: Span::millis(30), ..SystemName::default() },
            name,
            about: String::new(),
            requests: Vec::new(),
            clients: Some(clients),
            fates: Vec::new(),
            rest: Default::default(),
            seed: None,
            origin: None,
            seeds: USUAL,
            checks: Vec::new(),
            expect: Expectation::Holds,
            witness: None,
            matrix: None,
            world: usual(),
        };
        Test {
            file,
            seeds: 0..USUAL,
            held_to: Vec::new(),
            specification: Specification::unstated("type under test"),
            strategies: Strategy::ALL.to_vec(),
            jobs: thread::available_parallelism().map_or(1, usize::from),
            keep: PathBuf::from("target/squall"),
            regressions: PathBuf::from("tests/regressions"),
        }
    }

    /// All that a scenario file says but its system: world, users, requests, fates, checks and seeds. The path is taken
    /// from where the test runs, which is its crate's folder.
    ///
    /// # Panics
    /// Where there is no such file, or something is wrong with it.
    #[track_caller]
    pub fn from_scenario(self, path: impl AsRef<Path>) -> Test<T> {
        let path = path.as_ref();
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let file = File::parse(&text).unwrap_or_else(|mistakes| panic!("{}:\n{mistakes}", path.display()));
        assert!(
            file.matrix.is_none(),
            "{}: a matrix stands for several systems, and this is about one",
            path.display()
        );
        let seeds = file.seed.map_or(0..file.seeds, |Seed(seed)| seed..seed.saturating_add(1));
        Test { file, seeds, ..self }
    }

    /// So many replicas.
    pub fn replicas(mut self, replicas: u32) -> Test<T> {
        self.file.world.replicas = replicas;
        self
    }

    /// These seeds. `SQUALL_SEED` in the environment runs one alone, and `SQUALL_SEEDS` so many, or those of a range
    /// like `1000..2000`.
    pub fn seeds(self, seeds: Range<u64>) -> Test<T> {
        Test { seeds, ..self }
    }

    /// The world, changed: links, faults, clocks, disks, times.
    pub fn world(mut self, change: impl FnOnce(&mut Scenario)) -> Test<T> {
        change(&mut self.file.world);
        self
    }

    /// What users beside the replicas do.
    pub fn users(mut self, users: Activity) -> Test<T> {
        self.file.clients = Some(users);
        self
    }

    /// How often replicas turn to one another, where that is not for a protocol of their own to say.
    pub fn period(mut self, period: Span) -> Test<T> {
        self.file.system.period = period;
        self
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
    pub fn checks(mut self, checks: &[&'static str]) -> Test<T> {
        self.file.checks = watches(checks);
        self
    }

    /// What it promises beyond what all do, by the names of the checks that look for it: `duplication`, `agreement`,
    /// `fifo`, `causal`, `total`, `quiet`.
    pub fn held_to(self, checks: &[&'static str]) -> Test<T> {
        Test { held_to: checks.to_vec(), ..self }
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

    /// The folder of counterexamples that are replayed first, of which those count that were found in this type;
    /// `tests/regressions` without it.
    pub fn regressions(self, folder: impl Into<PathBuf>) -> Test<T> {
        Test { regressions: folder.into(), ..self }
    }

    /// The checks that watch.
    fn watches(&self, file: &File) -> Vec<Watch> {
        let standard = || watches(&[&STANDARD, &self.held_to[..]].concat());
        if file.checks.is_empty() { standard() } else { file.checks.clone() }
    }

    fn system(&self) -> System<OpOf<T>, T::View> {
        self.held_to.iter().fold(T::Form::system(self.specification.clone()), |system, check| system.held_to(check))
    }

    /// What a scenario tells.
    fn story(file: &File) -> Result<Story<OpOf<T>>, String> {
        let plan = file.world.clone().plan().map_err(|refusals| format!("the world cannot be:\n{refusals}"))?;
        Story::of(file, plan).map_err(|unknown| {
            let says = unknown.iter().map(|unknown| format!("\n{}: {}", unknown.path, unknown.error));
            format!("there are no such operations:{}", says.collect::<String>())
        })
    }

    /// Replays what is kept, hunts, and tells what was found first.
    ///
    /// # Panics
    /// Where the world contradicts itself.
    pub fn run(&self) -> Option<Found> {
        let story = Self::story(&self.file).unwrap_or_else(|wrong| panic!("{wrong}"));
        let (seeds, is_chosen) = seeds(self.seeds.clone());
        let known = if is_chosen { Vec::new() } else { regression::read(&self.regressions, &self.file.name) };
        known.into_iter().find_map(|(path, file)| self.replay(path, file, &story)).or_else(|| self.hunt(&story, seeds))
    }

    /// Runs a counterexample that was kept.
    fn replay(&self, path: PathBuf, file: Result<File, String>, story: &Story<OpOf<T>>) -> Option<Found> {
        let file = file.unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()));
        let seed = file.seed.unwrap_or_default();
        let Ok(kept) = Self::story(&file) else {
            // Its operations cannot be read back: what it came from is run again.
            let Seed(seed) = file.origin.as_ref().map_or(seed, |origin| origin.seed);
            return self.hunt(story, seed..seed.saturating_add(1)).map(|found| Found { known: Some(path), ..found });
        };
        let (ran, transcript) = Runner::new(self.system(), &self.watches(&file)).record(&kept, seed);
        let finding = ran.finding?;
        let picture = Picture::of(&kept, &transcript, Some(&finding));
        let (size, story) = (Size::of(&kept), draw(&picture, Drawing::default()));
        Some(Found { seed, known: Some(path), finding, nearest: None, size, story, picture, file: Some(file) })
    }

    fn hunt(&self, story: &Story<OpOf<T>>, seeds: Range<u64>) -> Option<Found> {
        let checks = self.watches(&self.file);
        let make = || self.system();
        let seed = self.first(story, seeds, &make, &checks)?;
        let varied = Strategy::of(seed, &self.strategies).vary(story, seed);
        let (found, story) = made_small(&make, (&checks, self.jobs), &varied, seed);
        Some(self.written(found, &story))
    }

    /// The first of some seeds in which something is found: whatever the number of threads, all before it were run.
    fn first(
        &self,
        story: &Story<OpOf<T>>,
        seeds: Range<u64>,
        make: &(dyn Fn() -> System<OpOf<T>, T::View> + Sync),
        checks: &[Watch],
    ) -> Option<Seed> {
        let (next, found) = (AtomicU64::new(seeds.start), AtomicU64::new(u64::MAX));
        let strategies = &self.strategies[..];
        thread::scope(|scope| {
            for _ in 0..self.jobs {
                scope.spawn(|| {
                    let mut runner = Runner::new(make(), checks);
                    loop {
                        let from = next.fetch_add(BATCH, Ordering::Relaxed);
                        if from >= seeds.end.min(found.load(Ordering::Relaxed)) {
                            return;
                        }
                        let wrong = (from..seeds.end.min(from.saturating_add(BATCH))).map(Seed).find(|seed| {
                            let varied = Strategy::of(*seed, strategies).vary(story, *seed);
                            runner.run(&varied, *seed).finding.is_some()
                        });
                        if let Some(Seed(seed)) = wrong {
                            found.fetch_min(seed, Ordering::Relaxed);
                            return;
                        }
                    }
                });
            }
        });
        let found = found.into_inner();
        (found < u64::MAX).then_some(Seed(found))
    }

    /// The same with its story as a scenario.
    fn written(&self, found: Found, story: &Story<OpOf<T>>) -> Found {
        let mut file = self.file.clone();
        story.write(&mut file);
        let says = found.finding.to_string().lines().next().unwrap_or_default().to_owned();
        file.origin = Some(Origin { scenario: self.file.name.clone(), seed: found.seed, says });
        (file.seed, file.expect) = (Some(found.seed), Expectation::Violates(found.finding.check().to_owned()));
        Found { file: Some(file), ..found }
    }

    /// Hunts, and panics with the smallest story where something is found.
    ///
    /// # Panics
    /// Where something is found.
    #[track_caller]
    pub fn check(&self) {
        crate::run::hush();
        let Some(found) = self.run() else { return };
        if let Some(path) = &found.known {
            let again = format!("cargo test {}", test_name());
            panic!("squall found again what {} shows\n\n{found}\nagain with: {}\n", path.display(), again.trim_end());
        }
        panic!("{}", self.kept(&found));
    }

    /// Keeps a story as a scenario, and says all that there is to say of it.
    fn kept(&self, found: &Found) -> String {
        let Some(file) = &found.file else { return kept(found, &self.keep) };
        let (name, again) = (test_name(), again(found));
        let stem = if name.is_empty() { &self.file.name } else { &name };
        let path = self.keep.join(format!("{}-{}.ron", regression::slug(stem), found.seed));
        let mut text = regression::text(file, &found.to_string(), &again);
        if Self::story(file).is_err() {
            text =
                format!("// Its operations cannot be read back (see `Subject::read`): its seed is run again.\n{text}");
        }
        let kept = match regression::write(&path, &text) {
            Ok(()) => {
                let (path, folder) = (path.display(), self.regressions.display());
                format!("kept in:    {path}; moved to {folder}, it is replayed before all seeds")
            }
            Err(error) => format!("it could not be kept in {}: {error}; here it is:\n{text}", path.display()),
        };
        format!("squall found something in seed {}\n\n{found}\n{again}\n{kept}\n", found.seed)
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
    Some(made_small(make, (checks, jobs), story, seed).0)
}

/// The smallest story that shows what was found in a seed.
fn made_small<O: Asked, V: Viewed>(
    make: &(dyn Fn() -> System<O, V> + Sync),
    (checks, jobs): (&[Watch], usize),
    story: &Story<O>,
    seed: Seed,
) -> (Found, Story<O>) {
    let found = pursue(make, checks, story, seed, &Limits::jobs(jobs));
    let Some(Counterexample { story, transcript, finding, nearest, .. }) = found else {
        panic!("seed {seed} gave two results: the type under test is not deterministic");
    };
    let picture = Picture::of(&story, &transcript, Some(&finding));
    let (drawn, size) = (draw(&picture, Drawing::default()), Size::of(&story));
    (Found { seed, known: None, finding, nearest, size, story: drawn, picture, file: None }, story)
}

/// The name of the test that runs, if it has one.
fn test_name() -> String {
    let thread = thread::current();
    thread.name().filter(|name| *name != "main").unwrap_or("").to_owned()
}

/// How a seed is run alone.
fn again(found: &Found) -> String {
    let command = format!("SQUALL_SEED={} cargo test {}", found.seed, test_name());
    format!("again with: {}", command.trim_end())
}

/// Keeps a story in a folder, and says all that there is to say of it.
pub(super) fn kept(found: &Found, folder: &Path) -> String {
    let file = folder.join(format!("{}-{}.txt", test_name().replace("::", "-"), found.seed));
    let text = format!("{found}\n{}\n", again(found));
    let kept = match regression::write(&file, &text) {
        Ok(()) => format!("kept in:    {}", file.display()),
        Err(error) => format!("it could not be kept in {}: {error}", file.display()),
    };
    format!("squall found something in seed {}\n\n{text}{kept}\n", found.seed)
}

/// The seeds that are run: those that were asked for, or what the environment asks for; and whether that asks for one
/// alone.
pub(super) fn seeds(asked: Range<u64>) -> (Range<u64>, bool) {
    let number = |text: &str| text.parse::<Seed>().ok().map(|Seed(number)| number);
    let said = |name: &str| std::env::var(name).ok();
    if let Some(seed) = said("SQUALL_SEED").and_then(|text| number(&text)) {
        return (seed..seed.saturating_add(1), true);
    }
    let seeds = said("SQUALL_SEEDS").and_then(|text| match text.split_once("..") {
        Some((from, until)) => Some(number(from)?..number(until)?),
        None => Some(asked.start..asked.start.saturating_add(number(&text)?)),
    });
    (seeds.unwrap_or(asked), false)
}
