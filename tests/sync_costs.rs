//! What syncs cost, in bytes and comparisons, from real runs.

use std::fmt::Write;

use squall::base::{Observed, ReplicaId, Seed, Span, Time};
use squall::model::set::{GrowOp, SetOp};
use squall::replica::{DataType, Scripted, Site, StateBased};
use squall::scenario::{Scenario, Topology};
use squall::trace::{Event, Moment, Observer};
use squall::world::{Dealt, World};
use squall::zoo::set::{Bias, GSet, LwwSet, OrSet};
use squall::zoo::sync::{Ask, Compared, FullState, Gossiped, Intervals, Merkle, Pace, Protocol, Rows, Synced};

/// Adds up what is sent from some moment on.
#[derive(Default)]
struct Bytes {
    since: Time,
    bytes: u64,
    messages: u64,
}

impl<S: Observed> Observer<S> for Bytes {
    fn event(&mut self, moment: &Moment, event: &Event<'_, S>) {
        if let Event::Send { size, .. } = event
            && moment.at >= self.since
        {
            self.bytes += size;
            self.messages += 1;
        }
    }
}

fn at(millis: u64) -> Time {
    Time::START + Span::millis(millis)
}

fn run<P: Protocol>(
    scenario: Scenario,
    protocol: P,
    pace: Pace,
    script: Vec<Scripted<Ask<<P::Value as DataType>::Op>>>,
    since: Time,
) -> (Bytes, Vec<Synced<P>>) {
    let plan = scenario.plan().expect("a plain world");
    let system = Synced::everywhere(protocol, pace);
    let (mut world, mut bytes) = (World::new(), Bytes { since, ..Bytes::default() });
    world.run(&plan, &system, &script[..], &mut Dealt::new(Seed(1)), &mut bytes);
    (bytes, world.replicas().to_vec())
}

/// The bytes that two replicas exchange over one change in a value that these operations made, delta and
/// acknowledgement; and the bytes of one full state.
fn one_change<T: Gossiped>(start: T, thousand: impl Iterator<Item = T::Op>, change: T::Op) -> (u64, u64) {
    let (changed, period) = (at(1_000), Span::millis(100));
    let mut script: Vec<_> = thousand.map(|op| Scripted::new(Time(0), ReplicaId(0), Ask::Do(op))).collect();
    script.push(Scripted::new(changed, ReplicaId(0), Ask::Do(change)));
    let pace = Pace::each(period);
    let (bytes, replicas) = run(Scenario::new(2), Intervals::new(start.clone()), pace, script.clone(), changed);
    assert_eq!(replicas[0].view(), replicas[1].view());
    assert_eq!(bytes.messages, 2, "a delta and an acknowledgement");
    let (full, replicas) = run(Scenario::new(2), FullState::new(start), pace, script, at(1_900));
    assert_eq!(replicas[0].view(), replicas[1].view());
    (bytes.bytes, full.bytes / full.messages)
}

#[test]
fn one_change_among_a_thousand_entries_costs_less_than_a_fiftieth_of_the_state() {
    let name = |n: u64| format!("entry {n}");
    let adds = |n: u64| SetOp::Add(name(n));
    for (what, (delta, full)) in [
        ("OR-Set", one_change(OrSet::new(), (0..1000).map(adds), adds(1000))),
        ("OR-Set, a removal", one_change(OrSet::new(), (0..1000).map(adds), SetOp::Remove(name(500)))),
        ("G-Set", one_change(GSet::new(), (0..1000).map(|n| GrowOp::Add(name(n))), GrowOp::Add(name(1000)))),
    ] {
        assert!(delta * 50 < full, "{what}: {delta} bytes for the change, {full} for the state");
        assert!(full > 8_000 && delta > 4, "{what}: {delta} and {full} bytes are no real encoding");
    }
}

/// Ten minutes in which each of sixteen replicas adds something every ten seconds; the bytes that were sent.
fn ten_minutes<P: Protocol<Value = OrSet<String>>>(topology: &Topology, fan_out: u32, protocol: P) -> u64 {
    const REPLICAS: u32 = 16;
    let mut scenario = Scenario::new(REPLICAS);
    scenario.topology = topology.clone();
    (scenario.duration, scenario.settle) = (Span::minutes(10), Span::secs(30));
    let adds = (0..60 * REPLICAS).map(|n| {
        let moment = at(u64::from(n) * 10_000 / u64::from(REPLICAS));
        Scripted::new(moment, ReplicaId(n * 7 % REPLICAS), Ask::Do(SetOp::Add(format!("entry {}", n % 400))))
    });
    let (bytes, replicas) = run(scenario, protocol, Pace::each(Span::secs(1)).to(fan_out), adds.collect(), at(0));
    assert_eq!(replicas[0].view().len(), 400);
    assert!(replicas.iter().all(|replica| replica.view() == replicas[0].view()));
    bytes.bytes
}

/// The table of ten minutes of gossip, and its figures: ring and mesh by full state, plain deltas, deltas
/// without echo.
fn table() -> (String, [[u64; 3]; 2]) {
    let worlds = [("ring", Topology::Ring, 2), ("mesh", Topology::Full, 4)];
    let mut table = String::from("| network | full state | plain deltas | deltas without echo |\n|---|---|---|---|\n");
    let figures = worlds.map(|(name, topology, fan_out)| {
        let set = OrSet::<String>::new;
        let figures = [
            ten_minutes(&topology, fan_out, FullState::new(set())),
            ten_minutes(&topology, fan_out, Intervals::plain(set())),
            ten_minutes(&topology, fan_out, Intervals::new(set())),
        ];
        let [full, plain, lean] = figures.map(|bytes| format!("{:.2} MB", bytes as f64 / 1e6));
        let _ = writeln!(table, "| {name} | {full} | {plain} | {lean} |");
        figures
    });
    (table, figures)
}

#[test]
fn deltas_cost_less_than_states_and_less_still_without_echo() {
    let (table, figures) = table();
    println!("{table}");
    for [full, plain, lean] in figures {
        assert!(lean * 2 < plain && plain < full, "{table}");
    }
}

/// Replicas of a value whose first one then changes one thing: what was compared, and the bytes.
fn compared<T: Rows>(start: T, change: T::Op) -> (Compared, u64) {
    let changed = at(1);
    let script = vec![Scripted::new(changed, ReplicaId(0), Ask::Do(change))];
    let mut scenario = Scenario::new(2);
    (scenario.duration, scenario.settle) = (Span::millis(50), Span::millis(50));
    let (bytes, replicas) = run(scenario, Merkle::new(start), Pace::each(Span::millis(100)), script, changed);
    assert_eq!(replicas[0].view(), replicas[1].view());
    let sum = replicas.iter().map(|replica| replica.protocol().compared());
    let sum =
        sum.fold(Compared::default(), |sum, one| Compared { nodes: sum.nodes + one.nodes, keys: sum.keys + one.keys });
    (sum, bytes.bytes)
}

#[test]
fn one_differing_key_among_65536_is_found_with_less_than_a_hundred_comparisons() {
    let mut set = LwwSet::new(Bias::Add);
    for n in 0..65_536u32 {
        set.apply(&SetOp::Add(n), Site::of(0)).expect("an add is never refused");
    }
    let (Compared { nodes, keys }, bytes) = compared(set, SetOp::Remove(4711));
    println!("{nodes} hashes and {keys} keys compared, {bytes} bytes");
    assert!(nodes > 48 && nodes + keys < 100, "{nodes} hashes and {keys} keys compared");
    assert!(bytes < 2_000, "{bytes} bytes");
}
