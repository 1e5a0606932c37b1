//! How much memory a world takes, and what its size does to the cost of an event.
//!
//! `cargo bench --bench memory` prints: a flood of 100 updates among 10,000 replicas; how much 100,000
//! tiny runs in one world grow; and the cost of an event with eight bytes of state at 5 and 500 replicas.

use squall::base::{Observed, Odds, ReplicaId, RequestId, Seed, Span, Time, TimerId};
use squall::replica::{Carries, Context, Payload, Replica, Scripted};
use squall::scenario::{Latency, Scenario, Topology};
use squall::world::{Dealt, World};

#[path = "support/meter.rs"]
#[allow(dead_code, reason = "the lines for scripts are the other benchmark's")]
mod meter;

use meter::Meter;

/// Passes on each number that it sees for the first time: one bit each.
#[derive(Clone, Debug, Default)]
struct Flood(u128);

#[derive(Clone, Debug)]
struct Number(u32);

impl Payload for Number {
    fn size(&self) -> u64 {
        4
    }
}

impl Observed for Flood {
    type Op = u32;
    type Answer = ();
    type View = u128;

    fn view(&self) -> u128 {
        self.0
    }
}

impl Flood {
    fn see(&mut self, number: u32, cx: &mut Context<Self>) {
        if self.0 & 1 << number == 0 {
            self.0 |= 1 << number;
            cx.broadcast(Number(number), Carries::Nothing);
        }
    }
}

impl Replica for Flood {
    type Message = Number;
    type Saved = ();

    fn request(&mut self, _: RequestId, number: &u32, cx: &mut Context<Self>) {
        self.see(*number, cx);
    }

    fn message(&mut self, _: ReplicaId, number: &Number, cx: &mut Context<Self>) {
        self.see(number.0, cx);
    }
}

/// Gossips the largest number, eight bytes.
#[derive(Clone, Debug, Default)]
struct Largest(u64);

impl Payload for Largest {
    fn size(&self) -> u64 {
        8
    }
}

impl Observed for Largest {
    type Op = u64;
    type Answer = ();
    type View = u64;

    fn view(&self) -> u64 {
        self.0
    }
}

impl Replica for Largest {
    type Message = Largest;
    type Saved = ();

    fn start(&mut self, cx: &mut Context<Self>) {
        cx.set_timer(TimerId(0), Span::millis(10));
    }

    fn request(&mut self, _: RequestId, number: &u64, _: &mut Context<Self>) {
        self.0 = self.0.max(*number);
    }

    fn message(&mut self, _: ReplicaId, other: &Largest, _: &mut Context<Self>) {
        self.0 = self.0.max(other.0);
    }

    fn timer(&mut self, timer: TimerId, cx: &mut Context<Self>) {
        if let Some(peer) = cx.any_neighbour() {
            cx.send(peer, self.clone(), Carries::Nothing);
        }
        cx.set_timer(timer, Span::millis(10));
    }
}

fn world(replicas: u32, duration: Span) -> Scenario {
    let mut scenario = Scenario::new(replicas);
    scenario.link.latency = Latency::Uniform(Span::millis(1), Span::millis(20));
    scenario.link.loss = Odds::permille(50);
    scenario.duration = duration;
    scenario.settle = Span::ZERO;
    scenario
}

fn flood() {
    let mut scenario = world(10_000, Span::secs(1));
    scenario.topology = Topology::RandomRegular { degree: 8, seed: Seed(1) };
    let plan = scenario.plan().expect("ten thousand replicas");
    let script: Vec<_> = (0..100).map(|n| Scripted::new(Time(0), ReplicaId(n * 97), n)).collect();
    let mut world = World::new();
    let meter = Meter::start();
    let run = world.run(&plan, &|_| Flood::default(), &script[..], &mut Dealt::new(Seed(1)), &mut ());
    let measured = meter.stop(run.witness.delivered, run.events);
    let complete = world.replicas().iter().filter(|replica| replica.0.count_ones() == 100).count();
    let peak = meter::status_kb("VmHWM") / 1024;
    println!("flood, 10000 replicas   {measured} a delivery; {complete} saw all 100; peak {peak} MiB");
}

fn growth() {
    let plan = world(3, Span::millis(500)).plan().expect("three replicas");
    let mut world = World::new();
    let mut runs = |seeds: std::ops::Range<u64>| {
        for seed in seeds {
            world.run(&plan, &|_| Largest::default(), &[][..], &mut Dealt::new(Seed(seed)), &mut ());
        }
        meter::status_kb("VmRSS")
    };
    let before = runs(0..1_000);
    let after = runs(1_000..101_000);
    println!("100000 tiny runs        grow the process by {} KiB", after.saturating_sub(before));
}

fn small_state() {
    let mut costs = Vec::new();
    for (replicas, duration) in [(5, Span::secs(2_000)), (500, Span::secs(20))] {
        let plan = world(replicas, duration).plan().expect("a plan");
        let mut world = World::new();
        let meter = Meter::start();
        let run = world.run(&plan, &|_| Largest::default(), &[][..], &mut Dealt::new(Seed(1)), &mut ());
        costs.push(meter.stop(run.events, run.events).nanos());
    }
    println!(
        "eight bytes of state    {:.0} ns an event at 5 replicas, {:.0} at 500: {:.2} times",
        costs[0],
        costs[1],
        costs[1] / costs[0]
    );
}

fn main() {
    println!("{}", meter::machine());
    growth();
    small_state();
    flood();
}
