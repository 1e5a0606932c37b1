//! A hunt through somebody else's library, from a test: by the contract that its documents state, or beyond it.
//!
//! The law: what is found while the contract is kept is a [bug](Verdict::Bug). What is found while it is broken is
//! told as [what happens then](Verdict::Broken), or as a [loss](Verdict::Unrepaired) where replicas stay apart
//! though in the end they were given all the time to compare what they have.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::Found;
use super::test::{found, kept, seeds};
use super::ward::{self, Heard, Isolation, Part};
use crate::base::{Odds, Seed, Span, Time};
use crate::hunt::{Size, Strategy};
use crate::model::{Specification, Visible};
use crate::replica::{Contract, Library};
use crate::run::{Finding, Picture, Runner, Story, Transcript, watches};
use crate::scenario::{
    Activity, Crash, Disk, Down, Duplicates, Fault, InFlight, Latency, Order, Partition, Plan, Rebirth, Scenario,
    Shape, Watch, When, Who,
};
use crate::zoo::System;
use crate::zoo::library::{Habits, Host};
use crate::zoo::sync::Pace;

/// What a library is held to, in the order in which it is asked: what it says itself, what a writer sees, what has
/// parted before anything was repaired, what is specified, what is left in the end.
pub const LIBRARY_CHECKS: [&str; 10] =
    ["errors", "effect", "delivered", "sec", "spec", "order", "monotone", "stamps", "reload", "settles"];

/// What a finding means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The library's contract was kept: this is a bug of the library.
    Bug,
    /// The contract was broken on purpose: this is what happens then.
    Broken,
    /// The contract was broken on purpose, and something is lost that no later anti-entropy repairs.
    Unrepaired,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Bug => "a bug: the contract was kept",
            Verdict::Broken => "what happens where the contract is broken",
            Verdict::Unrepaired => "a loss that nothing repairs, where the contract is broken",
        })
    }
}

/// What a hunt through a library found.
#[derive(Debug)]
pub struct Discovery {
    /// What it means.
    pub verdict: Verdict,
    /// How messages came.
    pub delivery: Contract,
    /// The world that it was found in.
    pub world: World,
    /// The story.
    pub found: Found,
}

impl fmt::Display for Discovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Discovery { verdict, delivery, world, found } = self;
        write!(f, "{verdict}; messages come in {delivery}, in a world that {world}\n\n{found}")
    }
}

/// A world in which a library is hunted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    /// Nothing is lost, and nothing repaired before all has come.
    Quiet,
    /// Messages are lost for ever, and networks part; documents compare what they have all the time.
    Lossy,
    /// Nothing is lost but what a crash takes; documents are saved, loaded and forked, and old snapshots merged.
    Restless,
    /// Replicas come back from a save that is not their latest one, under a new identity.
    Backups,
    /// The same under the identity that they had.
    SameIdentity,
}

impl World {
    /// Those in which the contract of any library can be kept.
    pub const FAIR: [World; 4] = [World::Quiet, World::Lossy, World::Restless, World::Backups];
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            World::Quiet => "loses nothing",
            World::Lossy => "loses messages for ever",
            World::Restless => "crashes, reloads and forks",
            World::Backups => "goes on from older saves under new identities",
            World::SameIdentity => "goes on from older saves under the same identity",
        })
    }
}

/// How long users are busy.
const BUSY: u64 = 400;

fn at(millis: u64) -> Time {
    Time(Span::millis(millis).0)
}

fn between(from: u64, until: u64) -> When {
    When::Between(at(from), at(until))
}

impl World {
    fn scenario(self) -> Scenario {
        let mut world = Scenario::new(3);
        world.order = Order::Drawn;
        world.duration = Span::millis(BUSY);
        world.settle = Span::millis(900);
        world.link.latency = Latency::Uniform(Span::millis(1), Span::millis(60));
        let delay = Latency::Uniform(Span::ZERO, Span::millis(80));
        world.link.duplicates = Some(Duplicates { odds: Odds::permille(150), delay });
        let crash = |disk, identity| {
            let down = Down::Between(Span::millis(10), Span::millis(100));
            Fault::Crash(Crash { who: Who::Any, at: between(100, 300), after_sends: None, down, disk, identity })
        };
        match self {
            World::Quiet => {}
            World::Lossy => {
                world.link.loss = Odds::permille(200);
                world.faults.push(Fault::Partition(Partition {
                    name: None,
                    shape: Shape::Halves,
                    from: between(30, 150),
                    until: Some(between(200, 350)),
                    in_flight: InFlight::Cut,
                    flapping: None,
                }));
            }
            World::Restless => world.faults.push(crash(Disk::Durable, Rebirth::Same)),
            World::Backups => world.faults.push(crash(Disk::Backup(Span::millis(80)), Rebirth::Fresh)),
            World::SameIdentity => world.faults.push(crash(Disk::Backup(Span::millis(80)), Rebirth::Same)),
        }
        world
    }

    fn habits(self, delivery: Contract) -> Habits {
        let repair_from = if self == World::Quiet { at(BUSY + 200) } else { Time::START };
        let restless = self == World::Restless;
        Habits { delivery, repair_from, reloads: restless, snapshots: restless }
    }
}

/// A hunt through a library. Whatever is left out is usual: three replicas, a user beside each who asks now and then
/// for what the document [proposes](Library::propose), messages in the worst way that the library's contract allows,
/// all [fair](World::FAIR) worlds in turn, and a thousand seeds.
///
/// ```
/// use std::collections::BTreeSet;
///
/// use squall::replica::Refused;
/// use squall::subject::{Contract, Early, Library};
///
/// /// A set of numbers that only grows, as somebody may have written it.
/// struct Numbers(BTreeSet<u64>, Vec<u64>);
///
/// impl Library for Numbers {
///     type Op = u64;
///     type View = BTreeSet<u64>;
///     type Update = u64;
///     type Saved = BTreeSet<u64>;
///     type Version = ();
///
///     const CONTRACT: Contract = Contract::AnyOrder;
///     const EARLY: Early = Early::IsShownInPart;
///
///     fn new(_: u64) -> Self {
///         Numbers(BTreeSet::new(), Vec::new())
///     }
///
///     fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> u64 {
///         pick(3)
///     }
///
///     fn apply(&mut self, number: &u64) -> Result<(), Refused> {
///         self.0.insert(*number);
///         self.1.push(*number);
///         Ok(())
///     }
///
///     fn export(&mut self) -> Vec<u64> {
///         std::mem::take(&mut self.1)
///     }
///
///     fn import(&mut self, batch: &[u64]) -> Result<(), String> {
///         self.0.extend(batch);
///         Ok(())
///     }
///
///     fn view(&self) -> BTreeSet<u64> {
///         self.0.clone()
///     }
///
///     fn save(&self) -> BTreeSet<u64> {
///         self.0.clone()
///     }
///
///     fn load(_: u64, saved: &BTreeSet<u64>) -> Result<Self, String> {
///         Ok(Numbers(saved.clone(), Vec::new()))
///     }
/// }
///
/// squall::library::<Numbers>()
///     .specified(|known| known.iter().map(|update| update.op).collect())
///     .seeds(0..40)
///     .check();
/// ```
pub struct LibraryTest<L: Library> {
    replicas: u32,
    delivery: Option<Contract>,
    worlds: Vec<World>,
    change: Change,
    users: Activity,
    period: Span,
    seeds: Range<u64>,
    checks: Vec<&'static str>,
    specification: Specification<L::Op, L::View>,
    isolation: Option<Isolation>,
    jobs: usize,
    keep: PathBuf,
    library: PhantomData<fn() -> L>,
}

type Change = Box<dyn Fn(&mut Scenario)>;

impl<L: Library> LibraryTest<L> {
    pub(crate) fn new() -> LibraryTest<L> {
        LibraryTest {
            replicas: 3,
            delivery: None,
            worlds: World::FAIR.to_vec(),
            change: Box::new(|_| ()),
            users: Activity { every: Span::millis(25), odds: Odds::permille(250), ..Activity::default() },
            period: Span::millis(40),
            seeds: 0..1000,
            checks: LIBRARY_CHECKS.to_vec(),
            specification: Specification::unstated("library under test"),
            isolation: None,
            jobs: std::thread::available_parallelism().map_or(1, usize::from),
            keep: PathBuf::from("target/squall"),
            library: PhantomData,
        }
    }

    /// So many replicas.
    pub fn replicas(self, replicas: u32) -> LibraryTest<L> {
        LibraryTest { replicas, ..self }
    }

    /// These seeds. `SQUALL_SEED` in the environment runs one alone, and `SQUALL_SEEDS` so many, or those of a range
    /// like `1000..2000`.
    pub fn seeds(self, seeds: Range<u64>) -> LibraryTest<L> {
        LibraryTest { seeds, ..self }
    }

    /// Messages come like this, whatever the library's contract asks for.
    pub fn delivered(self, delivery: Contract) -> LibraryTest<L> {
        LibraryTest { delivery: Some(delivery), ..self }
    }

    /// These worlds, in place of all fair ones.
    pub fn worlds(self, worlds: &[World]) -> LibraryTest<L> {
        LibraryTest { worlds: worlds.to_vec(), ..self }
    }

    /// Every world, changed: links, faults, clocks, disks, times.
    pub fn world(self, change: impl Fn(&mut Scenario) + 'static) -> LibraryTest<L> {
        LibraryTest { change: Box::new(change), ..self }
    }

    /// What users beside the replicas do.
    pub fn users(self, users: Activity) -> LibraryTest<L> {
        LibraryTest { users, ..self }
    }

    /// What must be shown to whoever knows these updates. Without it, replicas that know the same must still show the
    /// same, and in the end all must agree.
    pub fn specified(self, view: impl Fn(&Visible<'_, L::Op>) -> L::View + Send + Sync + 'static) -> LibraryTest<L> {
        LibraryTest { specification: Specification::new("library under test", view), ..self }
    }

    /// The specification as a whole, with all that it can say.
    pub fn specification(self, specification: Specification<L::Op, L::View>) -> LibraryTest<L> {
        LibraryTest { specification, ..self }
    }

    /// These checks, in place of all that apply.
    pub fn checks(self, checks: &[&'static str]) -> LibraryTest<L> {
        LibraryTest { checks: checks.to_vec(), ..self }
    }

    /// Seeds are run in a process of their own, so that one that hangs, eats memory or takes its process down is found
    /// like any other. That process is the same test of the same program, up to this hunt: hunts before it find nothing
    /// there, so that a test with several of them judges after the last one.
    pub fn isolated(self, isolation: Isolation) -> LibraryTest<L> {
        LibraryTest { isolation: Some(isolation), ..self }
    }

    /// On so many threads.
    pub fn jobs(self, jobs: usize) -> LibraryTest<L> {
        LibraryTest { jobs: jobs.max(1), ..self }
    }

    /// The folder in which stories are kept; `target/squall` without it.
    pub fn keep(self, folder: impl Into<PathBuf>) -> LibraryTest<L> {
        LibraryTest { keep: folder.into(), ..self }
    }

    /// How messages come.
    pub fn delivery(&self) -> Contract {
        self.delivery.unwrap_or(L::CONTRACT)
    }

    /// Whether the library's contract is kept in a world.
    fn keeps(&self, world: World) -> bool {
        L::is_kept_by(self.delivery()) && (world != World::SameIdentity || L::SAME_IDENTITY)
    }

    fn plan(&self, world: World) -> Plan {
        let mut scenario = world.scenario();
        scenario.replicas = self.replicas;
        (self.change)(&mut scenario);
        scenario.plan().unwrap_or_else(|refusals| panic!("the world cannot be:\n{refusals}"))
    }

    /// Hunts, and tells what was found first.
    ///
    /// # Panics
    /// Where the world contradicts itself, or there is no world.
    pub fn run(&self) -> Option<Discovery> {
        self.hunt(1).pop()
    }

    /// Hunts through all seeds, and tells all that was found.
    ///
    /// # Panics
    /// Where the world contradicts itself, or there is no world.
    pub fn run_all(&self) -> Vec<Discovery> {
        self.hunt(usize::MAX)
    }

    /// Hunts until so much was found.
    fn hunt(&self, most: usize) -> Vec<Discovery> {
        let pulse = Arc::new(AtomicU64::new(0));
        let mut hunter = Hunter::of(self, &pulse);
        let seeds = seeds(self.seeds.clone()).0;
        let Some(limits) = self.isolation else {
            return seeds.map(Seed).filter_map(|seed| hunter.discover(seed)).take(most).collect();
        };
        match ward::part() {
            Part::Passes => Vec::new(),
            Part::Serves(seeds) => ward::serve(seeds, limits, &pulse, |seed| hunter.finds(Seed(seed))),
            Part::Asks(call) => {
                let mut found = Vec::new();
                ward::ask(call, seeds, |heard| {
                    found.extend(match heard {
                        Heard::Finds(seed) => hunter.discover(seed),
                        Heard::Lost(seed, finding) => Some(hunter.lost(seed, finding)),
                    });
                    found.len() < most
                });
                found
            }
        }
    }

    /// Hunts, and panics with the smallest story where something is found.
    ///
    /// # Panics
    /// Where something is found.
    #[track_caller]
    pub fn check(&self) {
        crate::run::hush();
        if let Some(Discovery { verdict, delivery, world, found }) = self.run() {
            let told = kept(&found, &self.keep);
            panic!("{verdict}; messages come in {delivery}, in a world that {world}\n{told}");
        }
    }
}

/// One who runs seeds of a test, and keeps the worlds for it.
struct Hunter<'t, L: Library> {
    test: &'t LibraryTest<L>,
    checks: Vec<Watch>,
    specification: Arc<Specification<L::Op, L::View>>,
    grounds: Vec<Ground<L>>,
}

/// A world, and what is run in it.
struct Ground<L: Library> {
    world: World,
    story: Story<L::Op>,
    runner: Runner<L::Op, L::View>,
}

impl<'t, L: Library> Hunter<'t, L> {
    fn of(test: &'t LibraryTest<L>, pulse: &Arc<AtomicU64>) -> Hunter<'t, L> {
        assert!(!test.worlds.is_empty(), "a library is hunted in at least one world");
        let (checks, specification) = (watches(&test.checks), Arc::new(test.specification.clone()));
        let mut hunter = Hunter { test, checks, specification, grounds: Vec::new() };
        hunter.grounds = (test.worlds.iter())
            .map(|world| Ground {
                world: *world,
                story: Story::drawn(test.plan(*world), test.users.clone(), Pace::each(test.period)),
                runner: Runner::new(hunter.system(*world)(), &hunter.checks).beating(Arc::clone(pulse)),
            })
            .collect();
        hunter
    }

    /// Makes the replicas of a world.
    fn system(&self, world: World) -> impl Fn() -> System<L::Op, L::View> + Sync + use<L> {
        let (specification, habits) = (Arc::clone(&self.specification), world.habits(self.test.delivery()));
        move || {
            System::made((*specification).clone(), move |seat, pace: Pace| Host::<L>::new(seat, habits, pace.period))
        }
    }

    /// Which world a seed is run in, and what happens there.
    fn ground(&self, seed: Seed) -> (usize, Story<L::Op>) {
        let nth = (seed.0 % self.grounds.len() as u64) as usize;
        (nth, Strategy::of(seed, &Strategy::ALL).vary(&self.grounds[nth].story, seed))
    }

    /// Whether something is found in a seed.
    fn finds(&mut self, seed: Seed) -> bool {
        let (nth, story) = self.ground(seed);
        self.grounds[nth].runner.run(&story, seed).finding.is_some()
    }

    /// What is found in a seed, and the smallest story that shows it.
    fn discover(&mut self, seed: Seed) -> Option<Discovery> {
        let (nth, story) = self.ground(seed);
        let world = self.grounds[nth].world;
        let make = self.system(world);
        let found = found(&make, &mut self.grounds[nth].runner, (&self.checks, self.test.jobs), &story, seed)?;
        let verdict = match self.test.keeps(world) {
            true => Verdict::Bug,
            false => {
                // Whether replicas are still apart when all is over shows where nothing stops the run before.
                let mut patient = Runner::new(make(), &watches(&["settles"]));
                let apart = patient.run(&story, seed).finding.is_some_and(|left| left.check() == "settles");
                if apart { Verdict::Unrepaired } else { Verdict::Broken }
            }
        };
        Some(Discovery { verdict, delivery: self.test.delivery(), world, found })
    }

    /// What is known of a seed whose process was lost.
    fn lost(&self, seed: Seed, finding: Finding) -> Discovery {
        let (nth, story) = self.ground(seed);
        let world = self.grounds[nth].world;
        let picture = Picture::of(&story, &Transcript::<L::Op>::default(), Some(&finding));
        let found = Found {
            seed,
            known: None,
            size: Size::of(&story),
            story: format!("\u{2605} {finding}"),
            finding,
            nearest: None,
            picture,
            file: None,
        };
        let verdict = if self.test.keeps(world) { Verdict::Bug } else { Verdict::Broken };
        Discovery { verdict, delivery: self.test.delivery(), world, found }
    }
}
