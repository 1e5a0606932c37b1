//! What broadcasts cost: rounds, messages and bytes until an update is everywhere.
//!
//! Knows nothing of what the figures ought to be: `tests/message_complexity.rs` does.

use std::fmt::Write;
use std::ops::ControlFlow;

use squall::base::{Odds, ReplicaId, Seed, Span, Time};
use squall::model::Ask;
use squall::replica::{Element, Scripted};
use squall::scenario::{Scenario, Topology};
use squall::trace::{Event, Moment, Observer};
use squall::world::{Dealt, World};
use squall::zoo::broadcast::{
    BestEffort, Body, Broadcaster, Eager, ForwardOnce, Gossip, Ground, Layer, Mode, Plumtree, Post, Say,
};

pub(crate) const PERIOD: Span = Span::millis(10);
pub(crate) const MODES: [Mode; 3] = [Mode::Push, Mode::Pull, Mode::PushPull];
pub(crate) const SEEDS: u64 = 100;
pub(crate) const MANY: u32 = 1000;

/// Ends a run when all have heard so many things.
struct Spread {
    things: usize,
    reached: Vec<bool>,
    count: usize,
    last: Time,
}

impl<L: Layer<Body: Element>> Observer<Broadcaster<L>> for Spread {
    const WATCHES: bool = false;

    fn stepped(&mut self, moment: &Moment, replica: ReplicaId, replicas: &[Broadcaster<L>]) -> ControlFlow<()> {
        let reached = &mut self.reached[replica.index()];
        if !*reached && replicas[replica.index()].log().len() >= self.things {
            *reached = true;
            self.count += 1;
            self.last = moment.at;
        }
        if self.count == replicas.len() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// Adds up the bytes of all messages.
#[derive(Default)]
struct Bytes(u64);

impl<L: Layer<Body: Element>> Observer<Broadcaster<L>> for Bytes {
    fn event(&mut self, _: &Moment, event: &Event<'_, Broadcaster<L>>) {
        if let Event::Send { size, .. } = event {
            self.0 += size;
        }
    }
}

/// What one run came to.
pub(crate) struct Cost {
    /// Periods until the last replica of those reached had it, begun ones counted.
    pub(crate) rounds: u64,
    /// Messages sent until then.
    pub(crate) messages: u64,
    /// How many replicas had it in the end.
    pub(crate) reached: usize,
}

/// A mesh of so many replicas, on which replica 0 says one thing.
#[derive(Clone, Copy)]
pub(crate) struct Mesh {
    pub(crate) replicas: u32,
    pub(crate) loss_percent: u32,
}

impl Mesh {
    fn costs<L: Layer<Body = u64>>(self, seeds: u64, make: impl Fn() -> L) -> Vec<Cost> {
        let mut scenario = Scenario::new(self.replicas);
        scenario.link.loss = Odds::permille(10 * self.loss_percent);
        scenario.settle = Span::ZERO;
        let plan = scenario.plan().unwrap_or_else(|refusals| panic!("{refusals}"));
        let script = [Scripted::new(Time(1), ReplicaId(0), Ask::Do(Say(1)))];
        let mut world = World::new();
        let mut cost = |seed| {
            let mut spread =
                Spread { things: 1, reached: vec![false; self.replicas as usize], count: 0, last: Time(0) };
            let system = |_| Broadcaster::new(make());
            let run = world.run(&plan, &system, &script[..], &mut Dealt::new(Seed(seed)), &mut spread);
            let rounds = spread.last.0.div_ceil(PERIOD.0);
            Cost { rounds, messages: run.witness.sent, reached: spread.count }
        };
        (0..seeds).map(&mut cost).collect()
    }

    pub(crate) fn gossip(self, seeds: u64, mode: Mode, fan_out: u32) -> Vec<Cost> {
        self.costs(seeds, || Gossip::on(Ground::HOSTILE, mode, fan_out, PERIOD))
    }

    /// How many replicas are reached by forwarding once, run by run from the fewest to the most.
    pub(crate) fn forward_once(self, seeds: u64, fan_out: u32) -> Vec<usize> {
        let costs = self.costs(seeds, || ForwardOnce::on(Ground::HOSTILE, fan_out));
        let mut reached: Vec<usize> = costs.iter().map(|cost| cost.reached).collect();
        reached.sort_unstable();
        reached
    }

    /// How many messages eager relaying takes. It stops by itself, so all of them are counted.
    pub(crate) fn eager(self) -> u64 {
        let plan = Scenario::new(self.replicas).plan().unwrap_or_else(|refusals| panic!("{refusals}"));
        let script = [Scripted::new(Time(1), ReplicaId(0), Ask::Do(Say(1)))];
        let mut world = World::new();
        let system = |_| Broadcaster::new(relay::<u64>());
        let run = world.run(&plan, &system, &script[..], &mut Dealt::new(Seed(0)), &mut ());
        assert!(world.replicas().iter().all(|replica| replica.log().len() == 1));
        run.witness.sent
    }
}

pub(crate) fn relay<B: Body>() -> Eager<B, BestEffort<Post<B>>> {
    Eager::over(BestEffort::on(Ground::PERFECT)).expect("links without faults reach all neighbours")
}

/// Things of a thousand letters, said one a period among 200 replicas with five links each: how many bytes
/// one of them takes.
pub(crate) fn bytes_each<L: Layer<Body = String>>(make: impl Fn() -> L) -> u64 {
    const REPLICAS: u32 = 200;
    const THINGS: u64 = 20;
    let mut scenario = Scenario::new(REPLICAS);
    scenario.topology = Topology::RandomRegular { degree: 5, seed: Seed(1) };
    let plan = scenario.plan().unwrap_or_else(|refusals| panic!("{refusals}"));
    let say = |n: u64| Scripted::new(Time(1 + n * PERIOD.0), ReplicaId(0), Ask::Do(Say("x".repeat(1000))));
    let script: Vec<Scripted<Ask<Say<String>>>> = (0..THINGS).map(say).collect();
    let mut world = World::new();
    let spread = Spread { things: THINGS as usize, reached: vec![false; REPLICAS as usize], count: 0, last: Time(0) };
    let mut watch = (spread, Bytes::default());
    world.run(&plan, &|_| Broadcaster::new(make()), &script[..], &mut Dealt::new(Seed(1)), &mut watch);
    assert_eq!(watch.0.count, REPLICAS as usize);
    watch.1.0 / THINGS
}

/// The middle one, or the lower of the two in the middle.
pub(crate) fn median<T: Ord>(values: impl IntoIterator<Item = T>) -> T {
    let mut values: Vec<T> = values.into_iter().collect();
    values.sort_unstable();
    values.swap_remove((values.len() - 1) / 2)
}

/// The most rounds that a replica may wait: three times the logarithm to base 2.
pub(crate) fn most_rounds(replicas: u32) -> u64 {
    (3.0 * libm::log2(f64::from(replicas))) as u64
}

/// The share that forwarding once reaches where it reaches many: s = 1 - exp(-f s), for f told in effect.
pub(crate) fn epidemic_share(fan_out: u32, loss_percent: u32) -> f64 {
    let told = f64::from(fan_out) * (1.0 - f64::from(loss_percent) / 100.0);
    (0..10_000).fold(1.0, |share, _| 1.0 - libm::exp(-told * share))
}

/// All the figures, as Markdown.
pub(crate) fn report() -> String {
    let mut text =
        String::from("# What broadcasts cost\n\n## Gossip that goes on: one update, 1,000 replicas, full mesh\n\n");
    text += "Medians of 100 seeds until the last replica has it; in brackets the worst. A round is a period of\n";
    text += "gossip, 10 ms, and a begun one counts. Messages of every kind count, lost ones too.\n\n";
    text += "| mode | fan-out | loss | rounds | messages |\n|---|---|---|---|---|\n";
    for mode in MODES {
        for fan_out in 1..=3 {
            for loss_percent in [0, 5, 10] {
                let costs = Mesh { replicas: MANY, loss_percent }.gossip(SEEDS, mode, fan_out);
                let rounds = median(costs.iter().map(|cost| cost.rounds));
                let worst = costs.iter().map(|cost| cost.rounds).max().unwrap_or(0);
                let messages = median(costs.iter().map(|cost| cost.messages));
                let mode = mode.name();
                let _ = writeln!(text, "| {mode} | {fan_out} | {loss_percent} % | {rounds} ({worst}) | {messages} |");
            }
        }
    }
    let _ = writeln!(text, "\nThe bound is 3·log2(1,000), {} rounds.\n", most_rounds(MANY));
    text += "## Forwarding once: share of 1,000 replicas reached, 100 seeds\n\n";
    text += "| fan-out | loss | least | median | most | an epidemic's |\n|---|---|---|---|---|---|\n";
    for fan_out in 1..=3 {
        for loss_percent in [0, 5, 10] {
            let reached = Mesh { replicas: MANY, loss_percent }.forward_once(SEEDS, fan_out);
            let share = |reached: usize| 100.0 * reached as f64 / f64::from(MANY);
            let (least, most) = (share(reached[0]), share(reached[reached.len() - 1]));
            let (middle, expected) = (share(median(reached)), 100.0 * epidemic_share(fan_out, loss_percent));
            let shares = format!("{least:.1} % | {middle:.1} % | {most:.1} % | {expected:.1} %");
            let _ = writeln!(text, "| {fan_out} | {loss_percent} % | {shares} |");
        }
    }
    text += "\n## Eager relaying: messages for one update, full mesh\n\n| replicas | messages |\n|---|---|\n";
    for replicas in [10, 100, 1000] {
        let _ = writeln!(text, "| {replicas} | {} |", Mesh { replicas, loss_percent: 0 }.eager());
    }
    text += "\n## Bytes for one body of 1,000 letters: 200 replicas, five links each, mean of 20 in a row\n\n";
    text += "| broadcast | bytes |\n|---|---|\n";
    let _ = writeln!(text, "| eager relaying | {} |", bytes_each(relay));
    let _ = writeln!(text, "| push tree | {} |", bytes_each(|| Plumtree::on(Ground::PERFECT.sparse(), PERIOD)));
    let gossip = || Gossip::on(Ground::PERFECT.sparse(), Mode::PushPull, 1, PERIOD);
    let _ = writeln!(text, "| gossip by push-pull to one | {} |", bytes_each(gossip));
    text
}
