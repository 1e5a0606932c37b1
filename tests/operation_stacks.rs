//! Operation broadcast over every stack of layers that promises what the data type counts on: under all faults
//! at once, on either kind of disk, all replicas show the same in the end.

use squall::base::{Odds, ReplicaId, Seed, Span, Time};
use squall::replica::{DataType, OpBased, Scripted};
use squall::scenario::{
    Crash, Disk, Down, Duplicates, Durability, Fault, InFlight, Latency, Partition, Rebirth, Scenario, Shape, When, Who,
};
use squall::world::{Dealt, Witness, World};
use squall::zoo::broadcast::{
    BestEffort, Body, Causal, Dependent, Eager, Flood, Gossip, Ground, Layer, Mode, Plumtree, Post, Retransmit,
    Sequenced, Stable,
};
use squall::zoo::counter::PnCounter;
use squall::zoo::set::OrSet;
use squall::zoo::sync::{Ask, Operations, Pace, Protocol, Synced};

const SEEDS: u64 = if cfg!(debug_assertions) { 10 } else { 50 };
const REPLICAS: u32 = 5;
const PERIOD: Span = Span::millis(20);

fn at(millis: u64) -> Time {
    Time::START + Span::millis(millis)
}

fn hostile(durability: Durability) -> Scenario {
    let mut scenario = Scenario::new(REPLICAS);
    (scenario.duration, scenario.settle) = (Span::millis(400), Span::secs(2));
    scenario.durability = durability;
    scenario.link.latency = Latency::Uniform(Span::millis(1), Span::millis(15));
    scenario.link.loss = Odds::permille(200);
    let delay = Latency::Uniform(Span::ZERO, Span::millis(60));
    scenario.link.duplicates = Some(Duplicates { odds: Odds::permille(200), delay });
    scenario.faults.push(Fault::Partition(Partition {
        name: None,
        shape: Shape::Halves,
        from: When::Between(at(20), at(100)),
        until: Some(When::Between(at(150), at(300))),
        in_flight: InFlight::Cut,
        flapping: None,
    }));
    for after_sends in [None, Some(1)] {
        scenario.faults.push(Fault::Crash(Crash {
            who: Who::Any,
            at: When::Between(at(50), at(350)),
            after_sends,
            down: Down::Between(Span::millis(5), Span::millis(80)),
            disk: Disk::Durable,
            identity: Rebirth::Same,
        }));
    }
    scenario
}

/// Operations worth trying, thirty of them, at replicas in turn.
fn script<T: DataType>(value: &T) -> Vec<Scripted<Ask<T::Op>>> {
    let mut draw = 1;
    let mut pick = |bound| {
        draw = (draw * 16_807) % 2_147_483_647;
        draw % bound
    };
    let ops = (0..30).map(|n| {
        let op = value.propose(&mut pick);
        Scripted::new(at(n * 12), ReplicaId(n as u32 % REPLICAS), Ask::Do(op))
    });
    ops.collect()
}

#[track_caller]
fn agrees<T: OpBased, L: Layer<Body = T::Effect>>(value: T, stack: L) {
    let title = stack.title();
    let script = script(&value);
    let operations = Operations::over(value, stack).unwrap_or_else(|misfit| panic!("{misfit}"));
    let mut world = World::new();
    for durability in [Durability::EveryUpdate, Durability::Explicit] {
        let plan = hostile(durability).plan().unwrap_or_else(|refusals| panic!("{refusals}"));
        let pace = match durability {
            Durability::Explicit => Pace::each(PERIOD).saving_by_itself(),
            _ => Pace::each(PERIOD),
        };
        let mut witness = Witness::default();
        for seed in 0..SEEDS {
            let system = Synced::everywhere(operations.clone(), pace);
            let run = world.run(&plan, &system, &script[..], &mut Dealt::new(Seed(seed)), &mut ());
            witness.add(&run.witness);
            let replicas = world.replicas();
            let known: Vec<u64> = replicas.iter().map(|replica| replica.protocol().known().len()).collect();
            assert!(known[0] > 10 && known.iter().all(|count| *count == known[0]), "{title}, seed {seed}: {known:?}");
            let views: Vec<_> = replicas.iter().map(|replica| replica.value().view()).collect();
            assert!(views.iter().all(|view| *view == views[0]), "{title}, seed {seed}: {views:?}");
        }
        for (what, count) in [("losses", witness.lost), ("restarts", witness.restarts), ("cuts", witness.cut)] {
            assert!(count > 0, "{title}: no {what}");
        }
    }
}

fn relayed<B: Body>() -> Eager<B, Retransmit<Post<B>>> {
    Eager::over(Retransmit::on(Ground::HOSTILE, PERIOD, 1000)).expect("retransmission reaches all neighbours")
}

fn gossip<B: Body>(mode: Mode) -> Gossip<B> {
    Gossip::on(Ground::HOSTILE, mode, 2, PERIOD)
}

#[test]
fn a_counter_agrees_over_all_that_reaches_everybody_once() {
    agrees(PnCounter::new(), Flood::on(Ground::HOSTILE, PERIOD));
    agrees(PnCounter::new(), relayed());
    agrees(PnCounter::new(), gossip(Mode::Push));
    agrees(PnCounter::new(), gossip(Mode::Pull));
    agrees(PnCounter::new(), gossip(Mode::PushPull));
    agrees(PnCounter::new(), Plumtree::on(Ground::HOSTILE, PERIOD));
}

#[test]
fn a_set_of_dots_agrees_over_all_that_is_causal() {
    let set = OrSet::<String>::new;
    agrees(set(), Causal::over(Flood::on(Ground::HOSTILE, PERIOD)).unwrap());
    agrees(set(), Causal::over(gossip(Mode::PushPull)).unwrap());
    agrees(set(), Dependent::over(relayed()).unwrap());
    agrees(set(), Dependent::over(Plumtree::on(Ground::HOSTILE, PERIOD)).unwrap());
    agrees(set(), Stable::over(Causal::over(gossip(Mode::PushPull)).unwrap(), PERIOD).unwrap());
    agrees(set(), Sequenced::over(BestEffort::on(Ground::HOSTILE), ReplicaId(0), PERIOD, 1000).unwrap());
}
