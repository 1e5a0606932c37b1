//! How fast the world turns: deliveries of a gossiped G-Counter, whole runs of tiny worlds, and the cost
//! of the queue.
//!
//! `cargo bench --bench kernel` prints a table; with `-- --lines` one line a workload:
//! what, replicas, virtual ms, count, events, CPU seconds, count per CPU second, peak KB, check. Count is
//! deliveries for `w1` and runs for `w3`. A workload can be named, to run alone: its peak is then its own.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;
use std::ops::ControlFlow;

use squall::base::{ClientId, Odds, ReplicaId, Seed, Span, Time, TimerId};
use squall::replica::{Client, ClientContext, Workload};
use squall::scenario::{Duplicates, Fault, InFlight, Latency, Partition, Plan, Scenario, Shape, When};
use squall::trace::{Moment, Observer};
use squall::world::{Dealt, Queue, World};

#[path = "support/gossip.rs"]
mod gossip;
#[path = "support/meter.rs"]
mod meter;

use gossip::{Slots, TICK};
use meter::Meter;

/// Counts one more with the same odds in every tick; sleeps through those in which it does not.
struct User(Odds);

impl User {
    fn sleep(&self, cx: &mut ClientContext<'_, Slots>) {
        let mut ticks = 1;
        while !cx.chance(self.0) {
            ticks += 1;
        }
        cx.set_timer(TimerId(0), Span(ticks * TICK.0));
    }
}

impl Client<Slots> for User {
    const LISTENS: bool = false;

    fn start(&mut self, cx: &mut ClientContext<'_, Slots>) {
        self.sleep(cx);
    }

    fn timer(&mut self, _: TimerId, cx: &mut ClientContext<'_, Slots>) {
        cx.ask(ReplicaId(cx.client().0), 1);
        self.sleep(cx);
    }
}

struct Users(u32, Odds);

impl Workload<Slots> for Users {
    type Client = User;

    fn clients(&self) -> u32 {
        self.0
    }

    fn client(&self, _: ClientId) -> User {
        User(self.1)
    }
}

/// Ends the run at the first tick of replica 0, from a moment on, at which all states are equal.
struct UntilEqual(Time);

impl Observer<Slots> for UntilEqual {
    const WATCHES: bool = false;

    #[inline]
    fn stepped(&mut self, moment: &Moment, replica: ReplicaId, replicas: &[Slots]) -> ControlFlow<()> {
        let tick = replica == ReplicaId(0) && moment.at >= self.0 && moment.at.0.is_multiple_of(TICK.0);
        match tick && replicas.iter().all(|other| other == &replicas[0]) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

fn plan(replicas: u32, until: Span, lost: u32, doubled: u32, partition: Option<(Time, Time)>) -> Plan {
    let mut scenario = Scenario::new(replicas);
    scenario.link.latency = Latency::Uniform(Span::millis(1), Span::millis(20));
    scenario.link.loss = Odds::permille(lost);
    let (odds, delay) = (Odds::permille(doubled), Latency::Constant(Span::ZERO));
    scenario.link.duplicates = Some(Duplicates { odds, delay });
    scenario.duration = until;
    scenario.settle = Span::secs(60);
    scenario.faults.extend(partition.map(|(from, until)| {
        Fault::Partition(Partition {
            name: None,
            shape: Shape::Isolate(vec![ReplicaId(0)]),
            from: When::At(from),
            until: Some(When::At(until)),
            in_flight: InFlight::Arrive,
            flapping: None,
        })
    }));
    scenario.plan().expect("a plan that can be run")
}

fn gossip(replicas: u32, virtual_ms: u64, lines: bool) {
    let plan = plan(replicas, Span::millis(virtual_ms), 50, 50, None);
    let mut world = World::new();
    let system = |_| Slots(vec![0; replicas as usize]);
    let users = Users(replicas, Odds::permille(500));
    let meter = Meter::start();
    let run = world.run(&plan, &system, &users, &mut Dealt::new(Seed(1)), &mut UntilEqual(plan.calm_at()));
    let measured = meter.stop(run.witness.delivered, run.events);
    match lines {
        true => measured.line("w1", replicas, virtual_ms, run.hash.0 as u64),
        false => println!("gossip, {replicas:>3} replicas  {measured} a delivery"),
    }
}

fn tiny(runs: u64, lines: bool) {
    let plan = plan(3, Span::millis(500), 100, 100, Some((Time(100_000_000), Time(300_000_000))));
    let mut world = World::new();
    let system = |_| Slots(vec![0; 3]);
    let users = Users(3, Odds::try_from(1.0 / 3.0).expect("a third"));
    let (mut events, mut check) = (0, 0);
    let meter = Meter::start();
    for seed in 0..runs {
        let mut until_equal = UntilEqual(plan.calm_at());
        let run = world.run(&plan, &system, &users, &mut Dealt::new(Seed(seed)), &mut until_equal);
        events += run.events;
        check ^= run.hash.0 as u64;
    }
    let measured = meter.stop(runs, events);
    match lines {
        true => measured.line("w3", 3, 500, check),
        false => println!("tiny worlds            {measured} a run"),
    }
}

/// What can be measured as a queue: ours, and the one of the standard library.
trait Pending {
    fn push(&mut self, time: u64, tie: u64, handle: u32);
    fn pop(&mut self) -> Option<(u64, u32)>;
}

impl Pending for Queue {
    fn push(&mut self, time: u64, tie: u64, handle: u32) {
        Queue::push(self, time, tie, handle);
    }

    fn pop(&mut self) -> Option<(u64, u32)> {
        Queue::pop(self)
    }
}

/// Its entries are packed like ours, so that what is compared is the queues and not their keys.
impl Pending for BinaryHeap<Reverse<u128>> {
    fn push(&mut self, time: u64, tie: u64, handle: u32) {
        BinaryHeap::push(self, Reverse(u128::from(time) << 64 | u128::from(tie << 28 | u64::from(handle))));
    }

    fn pop(&mut self) -> Option<(u64, u32)> {
        BinaryHeap::pop(self).map(|Reverse(key)| ((key >> 64) as u64, key as u32 & 0xfff_ffff))
    }
}

fn wheel() -> Queue {
    let mut queue = Queue::new();
    queue.reset(10_000_000);
    queue
}

/// Nanoseconds for one push and one pop of so many entries that are all for one instant.
fn at_once(pending: u32, mut queue: impl Pending) -> f64 {
    let rounds = 400;
    let meter = Meter::start();
    for round in 1..=rounds {
        for handle in 0..pending {
            queue.push(round * 10_000_000, u64::from(handle), handle);
        }
        for _ in 0..pending {
            black_box(queue.pop());
        }
    }
    meter.stop(rounds * u64::from(pending), 0).nanos()
}

/// Nanoseconds for one pop and one push, with so many entries pending at all times.
fn queue<Q: Pending>(pending: u32, mut queue: Q, delay: impl Fn(u64) -> u64) -> f64 {
    let mut tie = 0;
    let mut word = 7u64;
    let mut push = |queue: &mut Q, now: u64, handle| {
        tie += 1;
        word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        queue.push(now + delay(word >> 16), tie, handle);
    };
    for handle in 0..pending {
        push(&mut queue, 0, handle);
    }
    let steps = 4_000_000u64.max(2 * u64::from(pending));
    let mut meter = Meter::start();
    for step in 0..2 * steps {
        if step == steps {
            meter = Meter::start();
        }
        let (now, handle) = queue.pop().expect("as many pending as before");
        push(&mut queue, now, handle);
    }
    black_box(queue.pop());
    meter.stop(steps, steps).nanos()
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let lines = arguments.iter().any(|argument| argument == "--lines");
    let named: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let wanted = |name: &str| named.is_empty() || named.iter().any(|argument| *argument == name);
    if !lines {
        println!("{}", meter::machine());
    }
    for (name, replicas, virtual_ms) in [("w1-5", 5, 6_000_000), ("w1-50", 50, 600_000), ("w1-500", 500, 20_000)] {
        if wanted(name) {
            gossip(replicas, virtual_ms, lines);
        }
    }
    if wanted("w3") {
        tiny(50_000, lines);
    }
    if wanted("queue") && !lines {
        for pending in [1_000, 100_000, 1_000_000] {
            let delay = |word| 1_000_000 + word % 19_000_000;
            let (ours, theirs) = (queue(pending, wheel(), delay), queue(pending, BinaryHeap::new(), delay));
            println!("queue, {pending:>7} pending   {ours:.1} ns a pop and push, {theirs:.1} in a BinaryHeap");
        }
        let delay = |word| word % 2;
        let (ours, theirs) = (queue(10_000, wheel(), delay), queue(10_000, BinaryHeap::new(), delay));
        println!("queue, 10000 always due   {ours:.1} ns a pop and push, {theirs:.1} in a BinaryHeap");
        let (ours, theirs) = (at_once(10_000, wheel()), at_once(10_000, BinaryHeap::new()));
        println!("queue, 10000 at once      {ours:.1} ns a push and pop, {theirs:.1} in a BinaryHeap");
    }
}
