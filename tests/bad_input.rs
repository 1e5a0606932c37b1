//! Scenarios that cannot be: each is refused in a sentence that says what would be right, and none, however
//! odd, makes the world panic.

mod support;

use squall::base::{Odds, Offset, ReplicaId, Seed, Span, Time};
use squall::replica::Scripted;
use squall::scenario::{
    Bursts, Clock, Crash, Disk, Down, Duplicates, Durability, Fault, Flapping, Latency, Link, LinkRule, MOST_REPLICAS,
    Order, Partition, Rebirth, Refusal, Reorder, Scenario, Shape, Subject, Topology, When, Who,
};
use squall::world::{Dealt, World};

use support::log::Log;
use support::odd::Odd;
use support::story::{at, crash, list, ms, n, partition, script, who, with};

/// All that is said against a world of three with some changes.
fn refused(change: impl FnOnce(&mut Scenario)) -> String {
    let mut scenario = Scenario::new(3);
    change(&mut scenario);
    scenario.plan().map_or_else(|refusals| refusals.to_string(), |_| "planned".to_owned())
}

#[track_caller]
fn check(change: impl FnOnce(&mut Scenario), sentence: &str) {
    assert_eq!(refused(change), sentence);
}

#[test]
fn a_probability_lies_between_0_and_1() {
    for (wrong, sentence) in [
        (1.5, "1.5 is no probability: it lies between 0 and 1"),
        (-0.1, "-0.1 is no probability: it lies between 0 and 1"),
        (f64::NAN, "NaN is no probability: it lies between 0 and 1"),
    ] {
        assert_eq!(Odds::try_from(wrong).map_err(|error| error.to_string()), Err(sentence.to_owned()));
    }
}

#[test]
fn a_good_scenario_is_not_refused() {
    check(|_| {}, "planned");
}

#[test]
fn there_are_some_replicas_and_not_too_many() {
    check(|s| s.replicas = 0, "replicas: a world needs at least one replica");
    check(|s| s.replicas = MOST_REPLICAS + 1, "replicas: 1048577 replicas are too many: at most 1048576");
    check(|s| s.replicas = 1, "planned");
}

#[test]
fn a_topology_must_fit() {
    check(
        |s| s.topology = Topology::Edges(vec![(0, 1), (1, 1), (2, 7)]),
        "topology: link 2 joins n1 to itself: a link needs two replicas\n\
         topology: link 3 names n7, but the replicas are n0 to n2\n\
         topology: n2 cannot be reached from n0: add links until all are joined",
    );
    check(
        |s| s.topology = Topology::Grid { width: 0 },
        "topology: a grid of width 0 has no place for anyone: write 1 or more",
    );
}

const LATENCY: &str = "20ms to 1ms is upside down: write the shorter first, `1ms` to `20ms`";

fn upside_down() -> Latency {
    Latency::Uniform(ms(20), ms(1))
}

fn rule(from: Option<u32>, to: Option<u32>, link: Link) -> LinkRule {
    LinkRule { from: from.map(ReplicaId), to: to.map(ReplicaId), link }
}

#[test]
fn a_latency_is_the_right_way_up_wherever_it_stands() {
    check(|s| s.link.latency = upside_down(), &format!("link: {LATENCY}"));
    check(|s| s.access = upside_down(), &format!("access: {LATENCY}"));
    let (odds, delay) = (Odds::NEVER, upside_down());
    check(|s| s.link.duplicates = Some(Duplicates { odds, delay }), &format!("link: {LATENCY}"));
    check(|s| s.link.reorder = Some(Reorder { odds, delay }), &format!("link: {LATENCY}"));
    let link = Link { latency: upside_down(), ..Link::default() };
    check(|s| s.links = vec![rule(None, Some(1), link)], &format!("link rule 1: {LATENCY}"));
}

#[test]
fn a_rule_is_about_a_link_that_can_be() {
    check(
        |s| s.links = vec![rule(Some(1), None, Link::default()), rule(Some(2), Some(2), Link::default())],
        "link rule 2: a link leads from n2 to itself: name two different replicas",
    );
    check(
        |s| s.links = vec![rule(Some(3), Some(u32::MAX), Link::default())],
        "link rule 1: there is no n3: this scenario has n0 to n2\n\
         link rule 1: there is no n4294967295: this scenario has n0 to n2",
    );
    check(
        |s| {
            s.replicas = 1;
            s.links = vec![rule(Some(1), None, Link::default())];
        },
        "link rule 1: there is no n1: this scenario has only n0",
    );
}

#[test]
fn a_burst_has_a_length_and_fits() {
    let bursts = |every, lasting| Some(Bursts { every: ms(every), lasting: ms(lasting), loss: Odds::ALWAYS });
    check(|s| s.link.bursts = bursts(10, 0), "link: a burst's length is zero: write more than zero, or leave it out");
    check(
        |s| s.link.bursts = bursts(10, 11),
        "link: a burst of 11ms does not fit in a stretch of 10ms: make `every` longer",
    );
    check(|s| s.link.bursts = bursts(0, 0), "link: a burst's length is zero: write more than zero, or leave it out");
    check(|s| s.link.bursts = bursts(10, 10), "planned");
}

#[test]
fn a_bandwidth_lets_something_through() {
    check(|s| s.link.bandwidth = Some(0), "link: the bandwidth is zero: write more than zero, or leave it out");
}

#[test]
fn a_world_ends_within_a_hundred_years() {
    check(|s| s.duration = Span::days(36_501), "duration: 36501d is too long: at most 36500 days");
    check(
        |s| s.settle = Span(u64::MAX),
        "settle: 213503d 23h 34min 33s 709ms 551us 615ns is too long: at most 36500 days",
    );
}

#[test]
fn a_run_may_handle_an_event() {
    check(|s| s.most_events = 0, "most events: a run that may handle no event shows nothing: allow at least one");
}

#[test]
fn a_clock_has_a_grain_and_a_direction() {
    let grain = "a clock's granularity is zero: write more than zero, or leave it out";
    check(|s| s.clock.granularity = Span::ZERO, &format!("clock: {grain}"));
    let clock = Clock { granularity: Span::ZERO, ..Clock::default() };
    check(
        |s| {
            s.clocks.insert(n(1), clock);
        },
        &format!("clock of n1: {grain}"),
    );
    check(
        |s| s.clock.drift_ppm = -1_000_000,
        "clock: a drift of -1000000 millionths is out of range: more than -1000000 and at most 1000000",
    );
    check(
        |s| s.clock.drift_ppm = 1_000_001,
        "clock: a drift of 1000001 millionths is out of range: more than -1000000 and at most 1000000",
    );
    check(
        |s| {
            s.clocks.insert(n(3), Clock::default());
        },
        "clock of n3: there is no n3: this scenario has n0 to n2",
    );
}

#[test]
fn a_disk_saves_at_intervals_of_some_length() {
    let zero = "the interval of saving is zero: write more than zero, or leave it out";
    check(|s| s.durability = Durability::Every(Span::ZERO), &format!("durability: {zero}"));
    check(
        |s| {
            s.durabilities.insert(n(9), Durability::Every(Span::ZERO));
        },
        &format!("durability of n9: there is no n9: this scenario has n0 to n2\ndurability of n9: {zero}"),
    );
}

fn cuts(shape: Shape) -> impl FnOnce(&mut Scenario) {
    with([Fault::Partition(partition(shape, 10, 20))])
}

#[test]
fn a_partition_names_each_replica_once() {
    let twice = |replica| format!("fault 1: n{replica} is named twice: a replica stands on one side of a partition");
    check(cuts(Shape::Groups(vec![list(&[0, 1]), list(&[2, 1])])), &twice(1));
    check(cuts(Shape::OneWay(list(&[0]), list(&[0, 1]))), &twice(0));
    check(cuts(Shape::Bridge { over: n(1), half: list(&[0, 1]) }), &format!("{}\n{CUTS_NOTHING}", twice(1)));
    check(cuts(Shape::Isolate(list(&[2, 2]))), &twice(2));
}

const CUTS_NOTHING: &str = "fault 1: this partition cuts no link: name replicas on both sides";

#[test]
fn a_partition_cuts_something() {
    for shape in [
        Shape::Groups(vec![]),
        Shape::Groups(vec![vec![], vec![]]),
        Shape::Groups(vec![list(&[0, 1, 2])]),
        Shape::OneWay(vec![], list(&[1])),
        Shape::OneWay(list(&[1]), vec![]),
        Shape::Bridge { over: n(0), half: vec![] },
        Shape::Bridge { over: n(0), half: list(&[1, 2]) },
        Shape::Isolate(vec![]),
    ] {
        assert_eq!(refused(cuts(shape.clone())), CUTS_NOTHING, "{shape:?}");
    }
    for shape in [Shape::Halves, Shape::Isolate(list(&[0]))] {
        let alone = |s: &mut Scenario| {
            s.replicas = 1;
            cuts(shape.clone())(s);
        };
        assert_eq!(refused(alone), CUTS_NOTHING, "{shape:?} of one replica");
    }
}

#[test]
fn a_fault_names_replicas_that_are_there() {
    let unknown = "there is no n7: this scenario has n0 to n2";
    let at_fault = format!("fault 1: {unknown}");
    check(cuts(Shape::Isolate(list(&[7]))), &at_fault);
    for fault in [
        Fault::Crash(Crash { who: who(7), ..crash(10, 10) }),
        Fault::Crash(Crash { disk: Disk::CloneOf(n(7)), ..crash(10, 10) }),
        Fault::Crash(Crash { identity: Rebirth::As(n(7)), ..crash(10, 10) }),
        Fault::Pause { who: who(7), from: at(1), until: None },
        Fault::Slow { who: who(7), from: at(1), until: at(2), each: ms(1) },
        Fault::ClockJump { who: who(7), at: at(1), by: Offset(1) },
        Fault::ClockFreeze { who: who(7), from: at(1), until: at(2) },
        Fault::Hold { from: n(7), to: n(0), since: at(1), until: at(2) },
        Fault::Hold { from: n(0), to: n(7), since: at(1), until: at(2) },
    ] {
        assert_eq!(refused(with([fault.clone()])), at_fault, "{fault:?}");
    }
}

#[test]
fn a_hold_is_on_a_link_that_can_be() {
    check(
        with([Fault::Hold { from: n(1), to: n(1), since: at(1), until: at(2) }]),
        "fault 1: a link leads from n1 to itself: name two different replicas",
    );
}

#[test]
fn what_ends_begins_before() {
    let ends = |what, from, until| {
        format!(
            "fault 1: this {what} may begin as late as 00:00.0{from} and end as early as 00:00.0{until}: \
             it must end after it begins"
        )
    };
    check(with([Fault::Partition(partition(Shape::Halves, 20, 10))]), &ends("partition", 20, 10));
    check(with([Fault::Partition(partition(Shape::Halves, 20, 20))]), &ends("partition", 20, 20));
    check(with([Fault::Pause { who: Who::Any, from: at(20), until: Some(at(10)) }]), &ends("pause", 20, 10));
    check(
        with([Fault::Slow { who: Who::Any, from: at(20), until: at(20), each: ms(1) }]),
        &ends("slow stretch", 20, 20),
    );
    check(with([Fault::ClockFreeze { who: Who::Any, from: at(20), until: at(10) }]), &ends("frozen stretch", 20, 10));
    check(with([Fault::Hold { from: n(0), to: n(1), since: at(20), until: at(10) }]), &ends("hold", 20, 10));
}

#[test]
fn what_is_drawn_ends_after_it_begins_however_it_falls() {
    let between = |first, last| When::Between(Time(first), Time(last));
    let overlapping =
        Partition { from: between(10, 30), until: Some(between(25, 40)), ..partition(Shape::Halves, 1, 2) };
    check(
        with([Fault::Partition(overlapping)]),
        "fault 1: this partition may begin as late as 00:00.000_00003 and end as early as 00:00.000_000025: \
         it must end after it begins",
    );
}

#[test]
fn a_range_is_the_right_way_up() {
    let backwards = When::Between(Time(20_000_000), Time(10_000_000));
    let lies = |what| format!("fault 1: the {what} lies between 00:00.020 and 00:00.010: write the earlier one first");
    check(with([Fault::Crash(Crash { at: backwards, ..crash(1, 1) })]), &lies("moment"));
    check(with([Fault::ClockJump { who: Who::Any, at: backwards, by: Offset(1) }]), &lies("moment"));
    check(with([Fault::Pause { who: Who::Any, from: backwards, until: None }]), &lies("beginning"));
    check(with([Fault::Crash(Crash { down: Down::Between(ms(20), ms(10)), ..crash(1, 1) })]), &lies("time away"));
}

#[test]
fn faults_strike_while_they_may() {
    let after = |what| {
        format!(
            "fault 1: the {what} may come at 00:01.001, but faults strike for 1s only: \
             make it earlier, or the duration longer"
        )
    };
    check(with([Fault::Crash(crash(1_001, 1))]), &after("moment"));
    check(with([Fault::Partition(partition(Shape::Halves, 10, 1_001))]), &after("end"));
    check(with([Fault::Pause { who: Who::Any, from: at(1_001), until: None }]), &after("beginning"));
    check(
        |s| {
            s.duration = Span::secs(2);
            with([Fault::Crash(crash(1_001, 1))])(s);
        },
        "planned",
    );
}

#[test]
fn what_means_nothing_at_zero_is_not_zero() {
    let zero = |what| format!("fault 1: {what} is zero: write more than zero, or leave it out");
    let flapping = Flapping { period: Span::ZERO, link_by_link: false };
    check(
        with([Fault::Partition(Partition { flapping: Some(flapping), ..partition(Shape::Halves, 1, 2) })]),
        &zero("the period of flapping"),
    );
    check(
        with([Fault::Slow { who: Who::Any, from: at(1), until: at(2), each: Span::ZERO }]),
        &zero("the time over each event"),
    );
    check(with([Fault::ClockJump { who: Who::Any, at: at(1), by: Offset(0) }]), &zero("a clock's jump"));
}

#[test]
fn nobody_is_their_own_clone() {
    let own = "fault 1: n0 cannot be its own clone: name another replica";
    check(with([Fault::Crash(Crash { disk: Disk::CloneOf(n(0)), ..crash(1, 1) })]), own);
    check(with([Fault::Crash(Crash { identity: Rebirth::As(n(0)), ..crash(1, 1) })]), own);
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let refusals = {
        let mut scenario = Scenario::new(3);
        scenario.link.bandwidth = Some(0);
        scenario.access = upside_down();
        scenario.topology = Topology::Tree { arity: 0 };
        scenario.most_events = 0;
        scenario.clock = Clock { granularity: Span::ZERO, drift_ppm: 2_000_000, ..Clock::default() };
        let isolated = Partition { from: at(30), ..partition(Shape::Isolate(list(&[8, 8])), 1, 20) };
        scenario.faults = vec![Fault::Partition(isolated), Fault::Crash(crash(9_000, 1))];
        scenario.plan().expect_err("much is wrong")
    };
    let kinds: Vec<(Subject, &str)> = refusals
        .iter()
        .map(|(subject, refusal)| {
            let kind = match refusal {
                Refusal::Zero { .. } => "zero",
                Refusal::Latency(_) => "latency",
                Refusal::NoEvents => "no events",
                Refusal::Drift { .. } => "drift",
                Refusal::EndsBeforeItBegins { .. } => "ends before it begins",
                Refusal::UnknownReplica { .. } => "unknown",
                Refusal::NamedTwice { .. } => "twice",
                Refusal::AfterTheEnd { .. } => "after the end",
                Refusal::Topology(_) => "topology",
                _ => "another",
            };
            (*subject, kind)
        })
        .collect();
    assert_eq!(
        kinds,
        [
            (Subject::Link, "zero"),
            (Subject::Access, "latency"),
            (Subject::MostEvents, "no events"),
            (Subject::Clock, "zero"),
            (Subject::Clock, "drift"),
            (Subject::Fault(0), "ends before it begins"),
            (Subject::Fault(0), "unknown"),
            (Subject::Fault(0), "unknown"),
            (Subject::Fault(0), "twice"),
            (Subject::Fault(1), "after the end"),
            (Subject::Topology, "topology"),
        ]
    );
    assert_eq!(refusals.to_string().lines().count(), kinds.len(), "a line each");
}

#[test]
fn plans_that_differ_have_fingerprints_that_differ() {
    let fingerprint = |change: fn(&mut Scenario)| {
        let mut scenario = Scenario::new(3);
        change(&mut scenario);
        scenario.plan().map(|plan| plan.fingerprint())
    };
    let changes: [fn(&mut Scenario); 5] = [
        |_| {},
        |s| s.settle = Span(1_000_000_001),
        |s| s.link.loss = Odds::permille(1),
        |s| s.order = Order::Drawn,
        |s| s.faults.push(Fault::Crash(crash(1, 1))),
    ];
    for (i, first) in changes.iter().enumerate() {
        for (j, second) in changes.iter().enumerate() {
            assert_eq!(fingerprint(*first) == fingerprint(*second), i == j, "{i} and {j}");
        }
    }
}

/// Enough for every fault to meet something.
fn busy() -> Vec<Scripted<String>> {
    let mut text = String::new();
    for step in 0..40 {
        let who = step % 5;
        text += &format!("{step}ms n{who} keeps {step}, tells all w{step}, tells n1 x y!, looks, saves s, syncs;");
        text += &format!("{step}ms n{who} sets t1 3ms, sets t2 0s, cancels t2, answers yes after 2ms;");
    }
    script(&text)
}

#[test]
fn no_scenario_is_odd_enough_for_a_panic() {
    let (mut world, script) = (World::new(), busy());
    let (mut planned, mut refused, mut events) = (0, 0, 0);
    for seed in 0..20_000 {
        let scenario = Odd::new(Seed(seed)).scenario();
        match scenario.clone().plan() {
            Err(refusals) => {
                assert!(!refusals.is_empty() && !refusals.to_string().is_empty(), "{scenario:?}");
                refused += 1;
            }
            Ok(plan) => {
                let run = world.run(&plan, &Log::new, &script[..], &mut Dealt::new(Seed(seed)), &mut ());
                // The starts of replicas take place in any case; a bound is looked at from then on.
                let bound = scenario.most_events.max(u64::from(scenario.replicas)) + 2;
                assert!(run.events <= bound, "seed {seed}: {} events", run.events);
                assert!(run.at <= plan.ends_at(), "seed {seed}: ends at {}", run.at);
                planned += 1;
                events += run.events;
            }
        }
    }
    assert!(planned > 4_000 && refused > 4_000, "{planned} were planned, {refused} were refused");
    assert!(events / planned > 50, "{} events in a run", events / planned);
}
