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

use super::Found;
use super::test::{found, kept, seeds};
use crate::base::{Odds, Seed, Span, Time};
use crate::hunt::Strategy;
use crate::model::{Specification, Visible};
use crate::replica::{Contract, Library};
use crate::run::{Runner, Story, watches};
use crate::scenario::{
    Activity, Crash, Disk, Down, Duplicates, Fault, InFlight, Latency, Order, Partition, Plan, Rebirth, Scenario,
    Shape, When, Who,
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
            jobs: std::thread::available_parallelism().map_or(1, usize::from),
            keep: PathBuf::from("target/squall"),
            library: PhantomData,
        }
    }

    /// So many replicas.
    pub fn replicas(self, replicas: u32) -> LibraryTest<L> {
        LibraryTest { replicas, ..self }
    }

    /// These seeds. `SQUALL_SEED` in the environment runs one alone, and `SQUALL_SEEDS` so many.
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
        assert!(!self.worlds.is_empty(), "a library is hunted in at least one world");
        let checks = watches(&self.checks);
        let specification = Arc::new(self.specification.clone());
        let delivery = self.delivery();
        let system = |world: World| {
            let (specification, habits) = (Arc::clone(&specification), world.habits(delivery));
            move || -> System<L::Op, L::View> {
                System::made((*specification).clone(), move |seat, pace: Pace| {
                    Host::<L>::new(seat, habits, pace.period)
                })
            }
        };
        let mut runners: Vec<_> = self.worlds.iter().map(|world| Runner::new(system(*world)(), &checks)).collect();
        let stories: Vec<Story<L::Op>> = (self.worlds.iter())
            .map(|world| Story::drawn(self.plan(*world), self.users.clone(), Pace::each(self.period)))
            .collect();
        seeds(self.seeds.clone()).find_map(|seed| {
            let (nth, seed) = ((seed % self.worlds.len() as u64) as usize, Seed(seed));
            let (world, make) = (self.worlds[nth], system(self.worlds[nth]));
            let varied = Strategy::of(seed, &Strategy::ALL).vary(&stories[nth], seed);
            let found = found(&make, &mut runners[nth], (&checks, self.jobs), &varied, seed)?;
            let verdict = match self.keeps(world) {
                true => Verdict::Bug,
                false => {
                    // Whether replicas are still apart when all is over shows where nothing stops the run before.
                    let mut patient = Runner::new(make(), &watches(&["settles"]));
                    let apart = patient.run(&varied, seed).finding.is_some_and(|left| left.check() == "settles");
                    if apart { Verdict::Unrepaired } else { Verdict::Broken }
                }
            };
            Some(Discovery { verdict, delivery, world, found })
        })
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
