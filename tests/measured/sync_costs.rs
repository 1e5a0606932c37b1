//! What syncs cost: the bytes of a change and of ten minutes of gossip, and the comparisons of a Merkle tree.
//!
//! Knows nothing of what the figures ought to be: `tests/sync_costs.rs` does.

use std::fmt::Write;

use squall::base::{Observed, ReplicaId, Seed, Span, Time};
use squall::model::list::ListOp;
use squall::model::set::{GrowOp, SetOp};
use squall::replica::{DataType, Scripted, Site, StateBased};
use squall::scenario::{Scenario, Topology};
use squall::trace::{Event, Moment, Observer};
use squall::world::{Dealt, World};
use squall::zoo::set::{Bias, GSet, LwwSet, OrSet, TaggedOrSet};
use squall::zoo::sync::{
    AnyOrder, Ask, Compared, FullState, Gossiped, Intervals, Merkle, Operations, Pace, Protocol, Rows, Synced,
};
use squall::zoo::text::rga::Rga;

use super::lived::grouped;

/// How many entries a value has before one of them changes.
pub(crate) const ENTRIES: u64 = 1000;
/// How many keys the two trees have of which one differs.
pub(crate) const KEYS: u32 = 65_536;
/// What a message costs before its first byte: 20 for IPv4, 8 for UDP.
pub(crate) const HEADER: u64 = 28;
/// How many replicas gossip for ten minutes.
const REPLICAS: u32 = 16;

/// Adds up what is sent from some moment on.
#[derive(Clone, Copy, Default)]
pub(crate) struct Traffic {
    since: Time,
    pub(crate) bytes: u64,
    pub(crate) messages: u64,
}

impl<S: Observed> Observer<S> for Traffic {
    fn event(&mut self, moment: &Moment, event: &Event<'_, S>) {
        if let Event::Send { size, .. } = event
            && moment.at >= self.since
        {
            self.bytes += size;
            self.messages += 1;
        }
    }
}

pub(crate) fn at(millis: u64) -> Time {
    Time::START + Span::millis(millis)
}

pub(crate) fn run<P: Protocol>(
    scenario: Scenario,
    protocol: P,
    pace: Pace,
    script: &[Scripted<Ask<<P::Value as DataType>::Op>>],
    since: Time,
) -> (Traffic, Vec<Synced<P>>) {
    let plan = scenario.plan().expect("a plain world");
    let system = Synced::everywhere(protocol, pace);
    let (mut world, mut traffic) = (World::new(), Traffic { since, ..Traffic::default() });
    world.run(&plan, &system, script, &mut Dealt::new(Seed(1)), &mut traffic);
    let replicas = world.replicas().to_vec();
    assert!(replicas.iter().all(|replica| replica.view() == replicas[0].view()), "all replicas agree in the end");
    (traffic, replicas)
}

/// What one change costs two replicas that agree on all else.
pub(crate) struct Change {
    /// The data type, and what is done to it.
    pub(crate) what: &'static str,
    /// The change and its acknowledgement.
    pub(crate) delta: Traffic,
    /// One full state.
    pub(crate) full: u64,
}

impl Change {
    /// A change of a value that these operations made.
    fn of<T: Gossiped>(what: &'static str, start: T, entries: impl Iterator<Item = T::Op>, change: T::Op) -> Change {
        let (changed, pace) = (at(1_000), Pace::each(Span::millis(100)));
        let mut script: Vec<_> = entries.map(|op| Scripted::new(Time(0), ReplicaId(0), Ask::Do(op))).collect();
        script.push(Scripted::new(changed, ReplicaId(0), Ask::Do(change)));
        let (delta, _) = run(Scenario::new(2), Intervals::new(start.clone()), pace, &script, changed);
        let (full, _) = run(Scenario::new(2), FullState::new(start), pace, &script, at(1_900));
        Change { what, delta, full: full.bytes / full.messages }
    }

    /// The bytes of the exchange, with the headers of a network.
    pub(crate) fn with_headers(&self) -> u64 {
        self.delta.bytes + self.delta.messages * HEADER
    }
}

/// One change of each of some types with a thousand entries.
pub(crate) fn changes() -> Vec<Change> {
    let name = |n: u64| format!("entry {n}");
    let add = |n: u64| SetOp::Add(name(n));
    let adds = || (0..ENTRIES).map(add);
    let lww = || LwwSet::new(Bias::Add);
    let letters = || (0..ENTRIES).map(|n| ListOp::Insert(n as u32, 'x'));
    vec![
        Change::of("G-Set, an addition", GSet::new(), (0..ENTRIES).map(|n| GrowOp::Add(name(n))), {
            GrowOp::Add(name(ENTRIES))
        }),
        Change::of("OR-Set, an addition", OrSet::new(), adds(), add(ENTRIES)),
        Change::of("OR-Set, a removal", OrSet::new(), adds(), SetOp::Remove(name(500))),
        Change::of("OR-Set with tombstones, a removal", TaggedOrSet::new(), adds(), SetOp::Remove(name(500))),
        Change::of("LWW-element-set, a removal", lww(), adds(), SetOp::Remove(name(500))),
        Change::of("RGA, a letter", Rga::new(), letters(), ListOp::Insert(500, 'y')),
    ]
}

/// A network, and to how many neighbours its replicas gossip each second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    Ring,
    Mesh,
}

impl Network {
    pub(crate) const ALL: [Network; 2] = [Network::Ring, Network::Mesh];

    fn name(self) -> &'static str {
        match self {
            Network::Ring => "ring, to both neighbours",
            Network::Mesh => "mesh, to four",
        }
    }

    fn scenario(self) -> Scenario {
        let mut scenario = Scenario::new(REPLICAS);
        scenario.topology = match self {
            Network::Ring => Topology::Ring,
            Network::Mesh => Topology::Full,
        };
        (scenario.duration, scenario.settle) = (Span::minutes(10), Span::secs(30));
        scenario
    }

    fn pace(self) -> Pace {
        Pace::each(Span::secs(1)).to(match self {
            Network::Ring => 2,
            Network::Mesh => 4,
        })
    }

    /// Ten minutes in which each replica adds something every ten seconds.
    fn ten_minutes<P: Protocol<Value = OrSet<String>>>(self, protocol: P) -> Traffic {
        let adds = (0..60 * REPLICAS).map(|n| {
            let moment = at(u64::from(n) * 10_000 / u64::from(REPLICAS));
            Scripted::new(moment, ReplicaId(n * 7 % REPLICAS), Ask::Do(SetOp::Add(format!("entry {}", n % 400))))
        });
        let script: Vec<_> = adds.collect();
        let (traffic, replicas) = run(self.scenario(), protocol, self.pace(), &script, at(0));
        assert_eq!(replicas[0].view().len(), 400);
        traffic
    }

    /// What gossip costs by full state, by plain deltas, and by deltas without echo.
    pub(crate) fn gossip(self) -> [Traffic; 3] {
        let set = OrSet::<String>::new;
        [
            self.ten_minutes(FullState::new(set())),
            self.ten_minutes(Intervals::plain(set())),
            self.ten_minutes(Intervals::new(set())),
        ]
    }

    /// What telling each change by itself costs: by deltas in any order, and by operations.
    fn one_by_one(self) -> [Traffic; 2] {
        let set = OrSet::<String>::new;
        [self.ten_minutes(AnyOrder::new(set())), self.ten_minutes(Operations::new(set()))]
    }
}

/// What two Merkle trees came to of which one key differs.
pub(crate) struct Comparison {
    what: &'static str,
    pub(crate) compared: Compared,
    pub(crate) traffic: Traffic,
}

impl Comparison {
    /// Replicas of a value whose first one then changes one thing.
    fn of<T: Rows>(what: &'static str, start: &T, change: T::Op) -> Comparison {
        let changed = at(1);
        let script = [Scripted::new(changed, ReplicaId(0), Ask::Do(change))];
        let mut scenario = Scenario::new(2);
        (scenario.duration, scenario.settle) = (Span::millis(50), Span::millis(50));
        let (traffic, replicas) =
            run(scenario, Merkle::new(start.clone()), Pace::each(Span::millis(100)), &script, changed);
        let mut sum = Compared::default();
        for compared in replicas.iter().map(|replica| replica.protocol().compared()) {
            sum = Compared { nodes: sum.nodes + compared.nodes, keys: sum.keys + compared.keys };
        }
        Comparison { what, compared: sum, traffic }
    }
}

impl Comparison {
    /// Two such sets, of which one then removes a key.
    pub(crate) fn removal(set: &LwwSet<u32>, key: u32) -> Comparison {
        Comparison::of("a removal", set, SetOp::Remove(key))
    }
}

/// A set of so many keys.
pub(crate) fn lww_set(keys: u32) -> LwwSet<u32> {
    let mut set = LwwSet::new(Bias::Add);
    for n in 0..keys {
        set.apply(&SetOp::Add(n), Site::of(0)).expect("an add is never refused");
    }
    set
}

/// One of 65,536 keys differs.
pub(crate) fn comparisons() -> Vec<Comparison> {
    let set = lww_set(KEYS);
    vec![
        Comparison::of("removal of 0", &set, SetOp::Remove(0)),
        Comparison::of("removal of 4,711", &set, SetOp::Remove(4711)),
        Comparison::of("removal of 65,535", &set, SetOp::Remove(KEYS - 1)),
        Comparison::of("addition of one more", &set, SetOp::Add(KEYS)),
    ]
}

/// All the figures, as Markdown.
pub(crate) fn report() -> String {
    let mut text = String::from("# What syncs cost\n\nBytes are those of a real encoding, `postcard`.\n\n");
    text += "## One change among 1,000 entries: two replicas, delta and acknowledgement\n\n";
    text += "With headers: 28 bytes more for each of the two messages, as for UDP over IPv4.\n\n";
    text +=
        "| type and change | delta and acknowledgement | with headers | full state | share |\n|---|---|---|---|---|\n";
    for change in changes() {
        let (delta, with, full) = (change.delta.bytes, change.with_headers(), change.full);
        let hundredths = with * 10_000 / full;
        let share = format!("{}.{:02} %", hundredths / 100, hundredths % 100);
        let _ = writeln!(text, "| {} | {delta} | {with} | {} | {share} |", change.what, grouped(full));
    }
    text += "\nThe bound is 2 %, with headers.\n\n";
    text += "## Ten minutes of gossip: 16 replicas of an OR-Set, 960 additions of 400 entries\n\n";
    text += "Each replica adds something every ten seconds and gossips every second. Bytes, and in brackets\n";
    text += "messages.\n\n";
    let cell = |traffic: &Traffic| format!("{} ({})", grouped(traffic.bytes), grouped(traffic.messages));
    text += "| network | full state | plain deltas | deltas without echo |\n|---|---|---|---|\n";
    for network in Network::ALL {
        let [full, plain, lean] = network.gossip().each_ref().map(cell);
        let _ = writeln!(text, "| {} | {full} | {plain} | {lean} |", network.name());
    }
    text +=
        "\nThe same where each change travels by itself, with an acknowledgement of its own; operations go to all\n";
    text += "neighbours at once. Deltas in any order are joined for each neighbour and passed on as they came: where many\n";
    text += "ways lead to one replica the groups overlap, and grow.\n\n| network | deltas in any order | operations |\n|---|---|---|\n";
    for network in Network::ALL {
        let [deltas, operations] = network.one_by_one().each_ref().map(cell);
        let _ = writeln!(text, "| {} | {deltas} | {operations} |", network.name());
    }
    text += "\n## One differing key among 65,536: Merkle anti-entropy of two LWW-element-sets, arity 16\n\n";
    text += "Both sides' comparisons, until they agree.\n\n";
    text += "| change | hashes compared | keys compared | together | messages | bytes |\n|---|---|---|---|---|---|\n";
    for Comparison { what, compared: Compared { nodes, keys }, traffic } in comparisons() {
        let (bytes, messages) = (grouped(traffic.bytes), traffic.messages);
        let _ = writeln!(text, "| {what} | {nodes} | {keys} | {} | {messages} | {bytes} |", nodes + keys);
    }
    text += "\nThe bound is 100 together.\n";
    text
}
