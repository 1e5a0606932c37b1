//! The columns of the matrix: what goes wrong, and how one can tell that it did.

use squall::base::{Odds, Offset, ReplicaId, Seed, Span, Time};
use squall::scenario::{
    Clock, Crash, Disk, Down, Duplicates, Durability, Fault, Latency, Order, Partition, Plan, Rebirth, Reorder,
    Scenario, Shape, Topology, When, Who,
};
use squall::world::Witness;
use squall::zoo::sync::Pace;

/// One thing that goes wrong.
pub(crate) struct Column {
    pub(crate) name: &'static str,
    /// Adds the fault to a perfect world.
    pub(crate) strikes: fn(&mut Scenario),
    /// How often it came to bear.
    pub(crate) bites: fn(&Witness) -> u64,
}

pub(crate) const COLUMNS: &[Column] = &[
    Column { name: "no fault", strikes: |_| (), bites: |seen| seen.delivered },
    Column { name: "loss", strikes: loss, bites: |seen| seen.lost },
    Column { name: "duplication", strikes: duplication, bites: |seen| seen.delivered_again },
    Column { name: "reordering", strikes: reordering, bites: |seen| seen.inverted },
    Column { name: "a partition that heals", strikes: partition, bites: |seen| seen.cut },
    Column { name: "a crash with restart from disk", strikes: crash, bites: |seen| seen.restarts },
    Column { name: "a crash between two sends", strikes: torn_crash, bites: |seen| seen.half_sent },
    Column { name: "a crash of one that saves by itself", strikes: explicit_crash, bites: |seen| seen.restarts },
    Column { name: "pauses and slowness", strikes: slowness, bites: |seen| seen.deferred },
    Column { name: "wrong clocks", strikes: wrong_clocks, bites: |seen| seen.clock_errors_read },
    Column { name: "all together", strikes: all, bites: |seen| seen.lost.min(seen.cut).min(seen.restarts) },
];

/// How many replicas there are.
pub(crate) const REPLICAS: u32 = 4;
/// How long clients ask and faults strike.
const DURATION: Span = Span::millis(800);

impl Column {
    /// The world of this column: on a ring for every second seed, else on a mesh.
    pub(crate) fn plan(&self, seed: Seed) -> Plan {
        let mut scenario = Scenario::new(REPLICAS);
        scenario.duration = DURATION;
        scenario.settle = Span::millis(1200);
        scenario.topology = if seed.0.is_multiple_of(2) { Topology::Full } else { Topology::Ring };
        scenario.link.latency = Latency::Uniform(Span::millis(1), Span::millis(9));
        scenario.count_inversions = true;
        (self.strikes)(&mut scenario);
        scenario.plan().unwrap_or_else(|refusals| panic!("{}: {refusals}", self.name))
    }

    /// How replicas gossip in it.
    pub(crate) fn pace(&self, plan: &Plan) -> Pace {
        let pace = Pace::each(Span::millis(40)).to(2);
        match plan.scenario().durability {
            Durability::Explicit => pace.saving_by_itself(),
            _ => pace,
        }
    }
}

fn at(millis: u64) -> Time {
    Time::START + Span::millis(millis)
}

fn between(first: u64, last: u64) -> When {
    When::Between(at(first), at(last))
}

fn loss(scenario: &mut Scenario) {
    scenario.link.loss = Odds::permille(250);
}

fn duplication(scenario: &mut Scenario) {
    let delay = Latency::Uniform(Span::ZERO, Span::millis(150));
    scenario.link.duplicates = Some(Duplicates { odds: Odds::permille(300), delay });
}

fn reordering(scenario: &mut Scenario) {
    let delay = Latency::Uniform(Span::millis(20), Span::millis(200));
    scenario.link.reorder = Some(Reorder { odds: Odds::permille(300), delay });
}

fn partition(scenario: &mut Scenario) {
    scenario.faults.push(Fault::Partition(Partition {
        name: None,
        shape: Shape::Halves,
        from: between(50, 250),
        until: Some(between(450, 750)),
        in_flight: Default::default(),
        flapping: None,
    }));
}

fn crash_after(scenario: &mut Scenario, after_sends: Option<u32>) {
    for first in [100, 400] {
        scenario.faults.push(Fault::Crash(Crash {
            who: Who::Any,
            at: between(first, first + 200),
            after_sends,
            down: Down::Between(Span::millis(10), Span::millis(150)),
            disk: Disk::Durable,
            identity: Rebirth::Same,
        }));
    }
}

fn crash(scenario: &mut Scenario) {
    crash_after(scenario, None);
}

fn torn_crash(scenario: &mut Scenario) {
    crash_after(scenario, Some(1));
}

fn explicit_crash(scenario: &mut Scenario) {
    scenario.durability = Durability::Explicit;
    crash_after(scenario, None);
    crash_after(scenario, Some(0));
}

fn slowness(scenario: &mut Scenario) {
    scenario.faults.push(Fault::Pause { who: Who::Any, from: between(50, 300), until: Some(between(350, 700)) });
    let each = Span::millis(3);
    scenario.faults.push(Fault::Slow { who: Who::Any, from: between(50, 300), until: between(500, 700), each });
}

fn wrong_clocks(scenario: &mut Scenario) {
    for (replica, millis) in [(1, 300), (2, -250), (3, 0)] {
        let granularity = if replica == 3 { Span::millis(100) } else { Span(1) };
        let clock = Clock { skew: Offset(millis * 1_000_000), drift_ppm: 0, granularity };
        scenario.clocks.insert(ReplicaId(replica), clock);
    }
    let by = Offset(-120_000_000);
    scenario.faults.push(Fault::ClockJump { who: Who::Replica(ReplicaId(1)), at: between(200, 600), by });
}

fn all(scenario: &mut Scenario) {
    for strikes in [loss, duplication, reordering, partition, crash, torn_crash, slowness, wrong_clocks] {
        strikes(scenario);
    }
    scenario.link.loss = Odds::permille(100);
    scenario.order = Order::Drawn;
}
