//! Every layer under loss, duplication, reordering, partitions and crashes keeps what it promises.

mod watch;

use std::collections::BTreeSet;

use squall::base::{Odds, ReplicaId, Seed, Span, Time};
use squall::scenario::{
    Crash, Disk, Down, Duplicates, Fault, InFlight, Latency, Partition, Rebirth, Reorder, Scenario, Shape, Topology,
    When, Who,
};
use squall::world::{Dealt, Witness, World};
use squall::zoo::broadcast::{
    BestEffort, Body, Broadcaster, Causal, Dependent, Eager, Fifo, Flood, ForwardOnce, Gossip, Ground, Layer, Mode,
    Once, Plumtree, Promise, Retransmit, Sequenced, Stable,
};
use watch::{AGREEMENT, CAUSAL, DUPLICATION, FIFO, TOTAL, VALIDITY, Watch, promised, script};

const SEEDS: u64 = 100;
const PERIOD: Span = Span::millis(10);
const REPLICAS: u32 = 5;
const SEQUENCER: ReplicaId = ReplicaId(0);

const fn ms(n: u64) -> Time {
    Time(n * 1_000_000)
}

/// Five replicas on links on which nothing goes wrong but that the latency varies.
fn fair() -> Scenario {
    let mut scenario = Scenario::new(REPLICAS);
    scenario.duration = Span::millis(300);
    scenario.link.latency = Latency::Uniform(Span::millis(1), Span::millis(5));
    scenario
}

/// The same on links that repeat and reorder.
fn restless() -> Scenario {
    let mut scenario = fair();
    let latency = Latency::Uniform(Span::millis(1), Span::millis(5));
    scenario.link.duplicates = Some(Duplicates { odds: Odds::permille(200), delay: latency });
    let delay = Latency::Uniform(Span::millis(1), Span::millis(40));
    scenario.link.reorder = Some(Reorder { odds: Odds::permille(300), delay });
    scenario
}

/// The same on links that also lose, with a partition that heals and a crash with a way back.
fn hostile() -> Scenario {
    let mut scenario = restless();
    scenario.link.loss = Odds::permille(200);
    scenario.faults = vec![
        Fault::Partition(Partition {
            name: None,
            shape: Shape::Halves,
            from: When::Between(ms(20), ms(80)),
            until: Some(When::Between(ms(120), ms(200))),
            in_flight: InFlight::Cut,
            flapping: None,
        }),
        Fault::Crash(crash(None, Down::Between(Span::millis(5), Span::millis(60)))),
    ];
    scenario
}

/// The same world, in which a replica dies for good, in the middle of sending.
fn with_a_death(mut scenario: Scenario) -> Scenario {
    scenario.faults.retain(|fault| matches!(fault, Fault::Partition(_)));
    scenario.faults.push(Fault::Crash(crash(Some(1), Down::Forever)));
    scenario
}

fn crash(after_sends: Option<u32>, down: Down) -> Crash {
    let at = When::Between(ms(10), ms(250));
    Crash { who: Who::Any, at, after_sends, down, disk: Disk::Durable, identity: Rebirth::Same }
}

/// What came of many runs.
struct Outcome {
    broken: BTreeSet<&'static str>,
    witness: Witness,
    most_kept: usize,
}

/// Runs a stack, and fails where it breaks what it promises.
#[track_caller]
fn storm<L: Layer<Body = u64>>(scenario: Scenario, make: impl Fn() -> L) -> Outcome {
    let replicas = scenario.replicas;
    let plan = scenario.plan().unwrap_or_else(|refusals| panic!("{refusals}"));
    let script = script(replicas, 40, Span::millis(7));
    let mut world = World::new();
    let mut outcome = Outcome { broken: BTreeSet::new(), witness: Witness::default(), most_kept: 0 };
    let mut said = 0;
    for seed in 0..SEEDS {
        let mut watch = Watch::default();
        let system = |_| Broadcaster::new(make());
        let run = world.run(&plan, &system, &script[..], &mut Dealt::new(Seed(seed)), &mut watch);
        let broken = watch.broken();
        let sins: Vec<_> = broken.intersection(&promised(make().promises())).copied().collect();
        assert!(sins.is_empty(), "{} breaks {sins:?} with seed {seed}: {}", make().title(), run.witness);
        assert_eq!(watch.unstable, None, "{} with seed {seed}", make().title());
        outcome.broken.extend(broken);
        outcome.witness.add(&run.witness);
        outcome.most_kept = outcome.most_kept.max(watch.most_kept);
        said += watch.said();
    }
    assert!(said > 30 * SEEDS as usize, "{said} things were said in {SEEDS} runs");
    outcome
}

/// Under everything that goes wrong, and where a sender dies half way.
#[track_caller]
fn weathers<L: Layer<Body = u64>>(make: impl Fn() -> L) {
    let witness = storm(hostile(), &make).witness;
    for (what, count) in [
        ("losses", witness.lost),
        ("duplicates", witness.delivered_again),
        ("overtaken", witness.inverted),
        ("cut off", witness.cut),
        ("restarts", witness.restarts),
    ] {
        assert!(count >= SEEDS, "{count} {what} in {SEEDS} runs");
    }
    assert!(storm(with_a_death(hostile()), &make).witness.half_sent > 0);
}

fn retransmit<B: Body>() -> Retransmit<B> {
    Retransmit::on(Ground::HOSTILE, PERIOD, 100)
}

fn relay<B: Body>() -> Eager<B, Retransmit<squall::zoo::broadcast::Post<B>>> {
    Eager::over(retransmit()).expect("retransmission reaches all")
}

fn gossip<B: Body>(mode: Mode) -> Gossip<B> {
    Gossip::on(Ground::HOSTILE, mode, 2, PERIOD)
}

fn plumtree<B: Body>() -> Plumtree<B> {
    Plumtree::on(Ground::HOSTILE, PERIOD)
}

#[test]
fn best_effort_does_what_its_links_do() {
    let perfect = Ground { reorders: true, ..Ground::PERFECT };
    assert!(!storm(fair(), || BestEffort::on(perfect)).broken.contains(AGREEMENT));
    let mut ordered = fair();
    ordered.link.fifo = true;
    storm(ordered, || BestEffort::on(Ground::PERFECT));
    let broken = storm(hostile(), || BestEffort::on(Ground::HOSTILE)).broken;
    assert_eq!(broken, BTreeSet::from([VALIDITY, AGREEMENT, DUPLICATION, FIFO, CAUSAL, TOTAL]));
}

#[test]
fn a_sender_that_dies_half_way_leaves_replicas_apart_unless_others_relay() {
    let ground = Ground { reorders: true, repeats: true, ..Ground::PERFECT };
    let alone = storm(with_a_death(restless()), || Once::over(BestEffort::on(ground), 64));
    assert!(alone.broken.contains(AGREEMENT) && alone.witness.half_sent > 0);
    let relayed = storm(with_a_death(restless()), || Eager::over(BestEffort::on(ground)).unwrap());
    assert!(!relayed.broken.contains(AGREEMENT));
}

#[test]
fn suppression_of_duplicates_hears_nothing_twice_over_links_that_lose() {
    weathers(|| Once::over(BestEffort::on(Ground::HOSTILE), 8));
}

#[test]
fn retransmission_reaches_all_and_forgets_what_all_have() {
    let make = || Retransmit::<u64>::on(Ground::HOSTILE, PERIOD, 100);
    weathers(make);
    let mut world = World::new();
    let script = script(REPLICAS, 40, Span::millis(7));
    let plan = hostile().plan().expect("the hostile world can be run");
    world.run(&plan, &|_| Broadcaster::new(make()), &script[..], &mut Dealt::new(Seed(1)), &mut ());
    assert!(world.replicas().iter().all(|replica| replica.stack().kept() == 0));
}

#[test]
fn eager_relaying_over_retransmission_keeps_its_word() {
    weathers(relay);
}

#[test]
fn eager_relaying_crosses_a_sparse_network() {
    let mut scenario = hostile();
    scenario.topology = Topology::Ring;
    let sparse = || Retransmit::on(Ground::HOSTILE.sparse(), PERIOD, 100);
    storm(scenario, || Eager::over(sparse()).unwrap());
}

fn flood<B: Body>() -> Flood<B> {
    Flood::on(Ground::HOSTILE, PERIOD)
}

#[test]
fn flooding_keeps_its_word_and_delivers_again_only_where_that_is_asked_for() {
    weathers(flood);
    assert!(!storm(hostile(), flood).broken.contains(DUPLICATION));
    assert!(storm(hostile(), || flood().with_repeats()).broken.contains(DUPLICATION));
}

#[test]
fn flooding_crosses_a_sparse_network_and_forgets_what_all_have() {
    let mut scenario = hostile();
    scenario.topology = Topology::Ring;
    let make = || Flood::<u64>::on(Ground::HOSTILE.sparse(), PERIOD);
    storm(scenario.clone(), make);
    let mut world = World::new();
    let script = script(REPLICAS, 40, Span::millis(7));
    let plan = scenario.plan().expect("the hostile ring can be run");
    world.run(&plan, &|_| Broadcaster::new(make()), &script[..], &mut Dealt::new(Seed(1)), &mut ());
    assert!(world.replicas().iter().all(|replica| replica.stack().kept() == 0));
}

#[test]
fn gossip_keeps_its_word() {
    for mode in [Mode::Push, Mode::Pull, Mode::PushPull] {
        weathers(|| gossip(mode));
    }
}

#[test]
fn forwarding_once_keeps_its_little_word_and_leaves_some_out() {
    weathers(|| ForwardOnce::on(Ground::HOSTILE, 2));
    assert!(storm(hostile(), || ForwardOnce::on(Ground::HOSTILE, 2)).broken.contains(VALIDITY));
}

#[test]
fn a_push_tree_keeps_its_word() {
    weathers(plumtree);
}

#[test]
fn gossip_and_the_tree_cross_a_sparse_network_and_forget_what_all_have() {
    let mut scenario = hostile();
    scenario.replicas = 12;
    scenario.topology = Topology::RandomRegular { degree: 3, seed: Seed(1) };
    let most = storm(scenario.clone(), || Gossip::on(Ground::HOSTILE.sparse(), Mode::PushPull, 1, PERIOD)).most_kept;
    assert!(most <= 40, "{most} posts kept");
    storm(scenario, || Plumtree::on(Ground::HOSTILE.sparse(), PERIOD));
}

#[test]
fn gossip_holds_a_few_posts_of_a_thousand() {
    let mut scenario = restless();
    scenario.link.loss = Odds::permille(100);
    scenario.duration = Span::secs(10);
    let plan = scenario.plan().expect("the lossy world can be run");
    let script = script(REPLICAS, 1000, Span::millis(10));
    let mut world = World::new();
    let mut watch = Watch::default();
    let system = |_| Broadcaster::new(gossip(Mode::PushPull));
    world.run(&plan, &system, &script[..], &mut Dealt::new(Seed(1)), &mut watch);
    assert_eq!((watch.said(), watch.least_heard()), (1000, 1000));
    assert!(watch.most_kept < 100, "{} posts kept at once", watch.most_kept);
}

#[test]
fn fifo_keeps_its_word_where_what_is_below_does_not() {
    assert!(storm(hostile(), retransmit).broken.contains(FIFO));
    weathers(|| Fifo::over(retransmit()).unwrap());
    weathers(|| Fifo::over(gossip(Mode::PushPull)).unwrap());
}

#[test]
fn causal_order_by_vector_clocks_keeps_its_word_where_fifo_does_not() {
    assert!(storm(hostile(), || Fifo::over(relay()).unwrap()).broken.contains(CAUSAL));
    weathers(|| Causal::over(relay()).unwrap());
    weathers(|| Causal::over(gossip(Mode::Push)).unwrap());
    weathers(|| Causal::over(plumtree()).unwrap());
    weathers(|| Causal::over(flood()).unwrap());
    weathers(|| Causal::over(flood().with_repeats()).unwrap().with_repeats());
}

#[test]
fn causal_order_by_dependency_lists_keeps_its_word() {
    weathers(|| Dependent::over(relay()).unwrap());
    weathers(|| Dependent::over(gossip(Mode::PushPull)).unwrap());
    weathers(|| Dependent::over(plumtree()).unwrap());
}

#[test]
fn a_sequencer_orders_all_over_links_that_lose() {
    assert!(storm(hostile(), || Causal::over(relay()).unwrap()).broken.contains(TOTAL));
    let over_nothing = || Sequenced::over(BestEffort::on(Ground::HOSTILE), SEQUENCER, PERIOD, 100).unwrap();
    storm(hostile(), over_nothing);
    storm(hostile(), || Sequenced::over(gossip(Mode::PushPull), SEQUENCER, PERIOD, 100).unwrap());
    let mut scenario = with_a_death(hostile());
    for fault in &mut scenario.faults {
        if let Fault::Crash(crash) = fault {
            crash.who = Who::Replica(ReplicaId(3));
        }
    }
    storm(scenario, over_nothing);
}

#[test]
fn a_sequencer_with_little_room_still_orders_all() {
    let make = || Sequenced::over(BestEffort::on(Ground::HOSTILE), SEQUENCER, PERIOD, 12).unwrap();
    let outcome = storm(hostile(), make);
    assert!(outcome.most_kept <= 100, "{} posts kept", outcome.most_kept);
}

#[test]
fn nothing_is_called_stable_that_somebody_lacks() {
    weathers(|| Stable::over(Causal::over(gossip(Mode::PushPull)).unwrap(), PERIOD).unwrap());
    weathers(|| Stable::over(Dependent::over(relay()).unwrap(), PERIOD).unwrap());
}

#[test]
fn in_the_end_all_is_stable_unless_a_member_is_away() {
    let script = script(REPLICAS, 40, Span::millis(7));
    let mut away = fair();
    away.faults = vec![Fault::Crash(Crash { at: When::At(Time(2)), ..crash(None, Down::Forever) })];
    for (scenario, expected) in [(hostile(), true), (away, false)] {
        let plan = scenario.plan().expect("both worlds can be run");
        let system = |_| {
            let causal = Causal::over(gossip::<_>(Mode::PushPull)).unwrap();
            Broadcaster::new(Stable::over(causal, PERIOD).unwrap())
        };
        let mut world = World::new();
        world.run(&plan, &system, &script[..], &mut Dealt::new(Seed(1)), &mut ());
        for replica in world.replicas() {
            let stable = replica.stack().stable().expect("it keeps track").sum();
            if expected {
                assert_eq!(stable, replica.log().len() as u64);
            } else {
                assert!(stable <= 1, "{stable} posts are stable, and one member heard one at most");
            }
        }
    }
}

#[test]
fn promises_are_what_the_tests_look_for() {
    let total =
        Sequenced::over(BestEffort::<squall::zoo::broadcast::Placed<u64>>::on(Ground::HOSTILE), SEQUENCER, PERIOD, 1);
    let total = total.unwrap().promises();
    assert_eq!(promised(total).len(), 7);
    assert!(total.has(Promise::Total));
}
