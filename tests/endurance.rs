//! What takes long: hunts of many runs, and large worlds that are made small. In release, and on a quiet machine:
//! `cargo test --release --test endurance -- --ignored --nocapture`.
#![cfg(feature = "systems")]

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use squall::base::{Odds, Seed, Span, Time};
use squall::hunt::{Counterexample, Limits, Listener, Quarry, Shard, Size, Stopwatch, Strategy, hunt, pursue};
use squall::run::{Runner, Story, hostile, read, same, watches};
use squall::scenario::{Bursts, Crash, Disk, Down, Fault, InFlight, Partition, Rebirth, Shape, When, Who};
use squall::zoo::specimen::{self, Specimen};
use squall::zoo::{Asked, System, Viewed, Visitor};

/// How many kibibytes this process takes.
fn taken() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("a system that says so");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line about memory");
    line.trim().trim_end_matches("kB").trim().parse().expect("a number")
}

/// Looks at the memory taken after a first part of a hunt, and at its most from then on.
struct Scale {
    from: u64,
    first: AtomicU64,
    most: AtomicU64,
}

impl Listener for Scale {
    fn ran(&self, seeds: u64) {
        if seeds >= self.from && seeds.is_multiple_of(512) {
            let taken = taken();
            let _ = self.first.compare_exchange(0, taken, Ordering::Relaxed, Ordering::Relaxed);
            self.most.fetch_max(taken, Ordering::Relaxed);
        }
    }
}

/// Hunts through so many seeds, and holds that from a tenth of them on at most so many kibibytes are added.
fn stays_flat(seeds: u64, kibibytes: u64) {
    let story = r#"(version: 1, name: "a set", system: (data: "or_set", sync: "full_state", period: "30ms"),
        world: (replicas: 3, link: (latency: Uniform("1ms", "20ms"), loss: 0.1,
            duplicates: (odds: 0.1, delay: Uniform("0s", "50ms"))), duration: "400ms", settle: "1s",
            faults: [Partition((shape: Halves, from: At("50ms"), until: At("200ms")))]))"#;
    let file = read(story).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let patience = Span::secs(1);
    let quarry = Quarry { file: &file, first: 0, seeds, shard: Shard::WHOLE, strategies: &Strategy::ALL, patience };
    let scale = Scale { from: seeds / 10, first: AtomicU64::new(0), most: AtomicU64::new(0) };
    let watch = Stopwatch::start();
    let hunted = hunt(&quarry, &Limits::jobs(2), &scale).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let (first, most) = (scale.first.into_inner(), scale.most.into_inner());
    let seconds = watch.seconds();
    println!("{seeds} runs in {seconds:.1} s: {first} KiB after a tenth of them, {most} KiB at most from then on");
    assert_eq!((hunted.runs, hunted.wrong), (seeds, 0));
    assert!(first > 0 && most <= first + kibibytes, "{first} KiB became {most}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_hunt_of_some_thousand_runs_holds_its_memory_flat() {
    stays_flat(if cfg!(debug_assertions) { 5120 } else { 40_960 }, 12 << 10);
}

#[test]
#[cfg(target_os = "linux")]
#[ignore = "takes minutes, in release"]
fn a_hunt_of_a_million_runs_holds_its_memory_flat() {
    stays_flat(1_000_000, 12 << 10);
}

/// How many replicas there are in a large world, and for how long about five hundred requests come.
const LARGE: (u32, Span) = (8, Span::secs(5));

/// A large world in which all that there is goes wrong, and in it a specimen whose mistake shows in some seed.
struct Large<'a>(&'a Specimen);

/// What became of it: how large the run was, how large what is left is, and how long that took.
struct Shrunk {
    before: Size,
    after: Size,
    is_minimal: bool,
    seconds: f64,
}

impl Visitor for Large<'_> {
    type Output = Option<Shrunk>;

    fn visit<O: Asked, V: Viewed>(self, _: System<O, V>) -> Option<Shrunk> {
        let specimen = self.0;
        let mut hostile = hostile(specimen.needs);
        let world = &mut hostile.world;
        (world.replicas, world.duration, world.settle) = (LARGE.0, LARGE.1, Span::secs(3));
        let (every, lasting) = (Span::millis(700), Span::millis(60));
        world.link.bursts = Some(Bursts { every, lasting, loss: Odds::permille(800) });
        world.link.damage = Odds::permille(20);
        let at = |millis| Time(Span::millis(millis).0);
        let between = |from, until| When::Between(at(from), at(until));
        for from in [1000, 2200, 3400] {
            let (begins, ends) = (between(from, from + 300), between(from + 400, from + 900));
            world.faults.push(Fault::Partition(Partition {
                name: None,
                shape: Shape::Halves,
                from: begins,
                until: Some(ends),
                in_flight: InFlight::Cut,
                flapping: None,
            }));
            world.faults.push(Fault::Pause { who: Who::Any, from: begins, until: Some(ends) });
            world.faults.push(Fault::Crash(Crash {
                who: Who::Any,
                at: begins,
                after_sends: None,
                down: Down::Between(Span::millis(50), Span::millis(300)),
                disk: Disk::Durable,
                identity: Rebirth::Same,
            }));
        }
        let plan = hostile.world.plan().ok()?;
        let story: Story<O> = Story::drawn(plan, hostile.activity, hostile.pace);
        let checks = watches(&[specimen.caught_by]);
        let make = || same::<O, V>((specimen.system)());
        let mut runner = Runner::new(make(), &checks);
        // Of what shows early, little is to be taken away: the latest of some is the largest.
        let seeds = (0..40).map(Seed).filter_map(|seed| {
            let ran = runner.run(&story, seed);
            ran.finding.map(|_| (ran.updates, seed))
        });
        let (_, seed) = seeds.max()?;
        let (_, transcript) = runner.record(&story, seed);
        let before = Size::of(&transcript.explicit(&story, seed));
        let watch = Stopwatch::start();
        let limits = Limits::jobs(2).within(Duration::from_secs(120));
        let Counterexample { story, signature, finding, is_minimal, .. } =
            pursue(&make, &checks, &story, seed, &limits)?;
        assert_eq!(squall::run::Signature::of(&finding), signature, "{}", specimen.name);
        Some(Shrunk { before, after: Size::of(&story), is_minimal, seconds: watch.seconds() })
    }
}

#[test]
#[ignore = "takes minutes, in release"]
fn twenty_large_worlds_are_made_small_in_less_than_half_a_minute_each() {
    let shrunk: Vec<(&str, Shrunk)> = specimen::all()
        .filter_map(|specimen| Some((specimen.name, (specimen.system)().visit(Large(specimen))?)))
        .inspect(|(name, Shrunk { before, after, seconds, .. })| {
            println!("{seconds:>6.1} s  {name}: {before:?} became {after:?}");
        })
        .take(20)
        .collect();
    assert_eq!(shrunk.len(), 20);
    for (name, Shrunk { is_minimal, seconds, .. }) in shrunk {
        assert!(is_minimal && seconds < 30.0, "{name} took {seconds:.1} s");
    }
}
