//! Who cannot hear whom, and for how long.

use squall::base::Time;
use squall::scenario::{Fault, Flapping, InFlight, Latency, Partition, Scenario, Shape, When};
use squall::trace::Kind;

use crate::support::story::{at, check, each, list, ms, n, nothing, partition, tell, who, with};

/// Lets each of five replicas tell all others its name while a partition of this shape stands, and again
/// when it is over; says who hears whom while it stands, and what was cut.
#[track_caller]
fn hears(seed: u64, shape: Shape) -> String {
    let names = |ms: u64| (0..5).map(move |name| format!("{ms}ms n{name} tells all n{name}"));
    let script = names(10).chain(names(30)).collect::<Vec<_>>().join("; ");
    let told = tell(
        seed,
        |s| {
            s.replicas = 5;
            with([Fault::Partition(partition(shape, 5, 20))])(s);
        },
        &script,
    );
    let standing = |heard: &String| {
        let early: Vec<&str> = heard[4..].split(", ").filter_map(|word| word.strip_suffix(" 11ms")).collect();
        format!("{} {}", &heard[..3], early.join(" ")).trim_end().to_owned()
    };
    for heard in &told.heard {
        assert_eq!(heard.matches(" 31ms").count(), 4, "all are heard again: {heard}");
    }
    let standing: Vec<String> = told.heard.iter().map(standing).collect();
    let witness = told.run.witness;
    assert_eq!(witness.cut_by, [40 - witness.delivered]);
    format!("{}; {} cut", standing.join(", "), witness.cut)
}

#[test]
fn a_shape_says_who_hears_whom() {
    for (shape, who_hears_whom) in [
        (Shape::Groups(vec![list(&[0, 1]), list(&[2])]), "n0: n1, n1: n0, n2:, n3: n4, n4: n3; 16 cut"),
        (Shape::Groups(vec![list(&[0, 1]), vec![]]), "n0: n1, n1: n0, n2: n3 n4, n3: n2 n4, n4: n2 n3; 12 cut"),
        (
            Shape::OneWay(list(&[0, 1]), list(&[2, 3])),
            "n0: n1 n2 n3 n4, n1: n0 n2 n3 n4, n2: n3 n4, n3: n2 n4, n4: n0 n1 n2 n3; 4 cut",
        ),
        (
            Shape::Bridge { over: n(2), half: list(&[0, 1]) },
            "n0: n1 n2, n1: n0 n2, n2: n0 n1 n3 n4, n3: n2 n4, n4: n2 n3; 8 cut",
        ),
        (Shape::Isolate(list(&[0, 3])), "n0:, n1: n2 n4, n2: n1 n4, n3:, n4: n1 n2; 14 cut"),
        (Shape::Isolate(list(&[0, 1, 2, 3, 4])), "n0:, n1:, n2:, n3:, n4:; 20 cut"),
    ] {
        assert_eq!(hears(1, shape.clone()), who_hears_whom, "{shape:?}");
    }
}

#[test]
fn halves_are_drawn_and_neither_is_empty() {
    let mut drawn: Vec<String> = (0..64).map(|seed| hears(seed, Shape::Halves)).collect();
    for halves in &drawn {
        assert!(halves.ends_with("; 8 cut") || halves.ends_with("; 12 cut"), "one to four or two to three: {halves}");
    }
    drawn.sort();
    drawn.dedup();
    assert!(drawn.len() > 8, "of fifteen ways, these were drawn: {drawn:?}");
}

/// n1 is cut off from 10 to 20 milliseconds.
fn isolated(change: impl FnOnce(&mut Partition)) -> impl FnOnce(&mut Scenario) {
    let mut isolated = partition(Shape::Isolate(list(&[1])), 10, 20);
    change(&mut isolated);
    with([Fault::Partition(isolated)])
}

const THREE: &str = "5ms n0 tells n1 a; 15ms n0 tells n1 b; 20ms n0 tells n1 c";

#[test]
fn a_partition_cuts_from_its_beginning_until_it_heals() {
    check(
        isolated(|_| {}),
        THREE,
        "n1: a 6ms, c 21ms | 3 messages sent, 2 copies delivered, 1 copies cut off, 10ms of partitions that cut something",
    );
    check(nothing, THREE, "n1: a 6ms, b 16ms, c 21ms | 3 messages sent, 3 copies delivered");
}

#[test]
fn a_partition_that_meets_no_traffic_is_seen_to_do_nothing() {
    check(
        isolated(|_| {}),
        "15ms n0 tells n2 a; 25ms n0 tells n1 b",
        "n1: b 26ms | n2: a 16ms | 2 messages sent, 2 copies delivered",
    );
}

#[test]
fn a_partition_without_an_end_stands_when_the_world_is_calm() {
    check(
        isolated(|p| p.until = None),
        "5ms n0 tells n1 a; 1500ms n0 tells n1 b",
        "n1: a 6ms | 2 messages sent, 1 copies delivered, 1 copies cut off, 1s 490ms of partitions that cut something",
    );
}

#[test]
fn what_is_under_way_is_cut_or_arrives_as_the_scenario_says() {
    let script = "9.5ms n0 tells n1 a; 15ms n0 tells n1 b";
    let cut = "2 messages sent, 2 copies cut off, 10ms of partitions that cut something";
    check(isolated(|p| p.in_flight = InFlight::Cut), script, cut);
    let arrive = "n1: a 10ms 500us | 2 messages sent, 1 copies delivered, 1 copies cut off, 10ms of partitions that cut something";
    check(isolated(|p| p.in_flight = InFlight::Arrive), script, arrive);
}

#[test]
fn a_partition_that_is_over_before_the_arrival_does_not_cut_what_is_under_way() {
    check(
        |s| {
            s.link.latency = Latency::Constant(ms(15));
            isolated(|_| {})(s);
        },
        "6ms n0 tells n1 a",
        "n1: a 21ms | 1 messages sent, 1 copies delivered",
    );
}

#[test]
fn what_has_arrived_at_a_paused_replica_is_not_cut_any_more() {
    let pause = Fault::Pause { who: who(1), from: at(1), until: Some(at(15)) };
    check(
        |s| {
            with([pause])(s);
            isolated(|_| {})(s);
        },
        THREE,
        "n1: a 15ms, c 21ms | 3 messages sent, 2 copies delivered, 1 copies cut off, 1 events that waited for a replica, 10ms of partitions that cut something",
    );
}

#[test]
fn overlapping_partitions_heal_by_themselves() {
    let isolated = partition(Shape::Isolate(list(&[1])), 10, 30);
    let halves = partition(Shape::Groups(vec![list(&[0]), list(&[1, 2])]), 20, 40);
    let told = tell(
        1,
        with([Fault::Partition(isolated), Fault::Partition(halves)]),
        &["n0 tells n1 a#", "n2 tells n1 b#", "n0 tells n2 c#"].map(|command| each(5, 10, 50, command)).join(";"),
    );
    assert_eq!(told.words, ["n1: a5 b5 b35 a45 b45", "n2: c5 c15 c45"]);
    assert_eq!(told.run.witness.cut_by, [4, 4], "each is charged with all that it cut");
}

fn flapping(link_by_link: bool) -> impl FnOnce(&mut Partition) {
    move |partition| {
        partition.from = at(100);
        partition.until = Some(at(200));
        partition.flapping = Some(Flapping { period: ms(10), link_by_link });
    }
}

#[test]
fn a_flapping_partition_comes_and_goes() {
    let told = tell(1, isolated(flapping(false)), &each(95, 5, 220, "n0 tells n1 #"));
    assert_eq!(told.words, ["n1: 95 110 115 130 135 150 155 170 175 190 195 200 205 210 215"]);
    assert_eq!(told.run.witness.cut_by, [10]);
}

#[test]
fn link_by_link_each_link_flaps_by_itself_and_both_ways_alike() {
    let script =
        ["n0 tells n1 #", "n1 tells n0 #", "n2 tells n1 x#"].map(|command| each(105, 10, 200, command)).join(";");
    let told = tell(1, isolated(flapping(true)), &script);
    let [n0, n1] = &told.words[..] else { panic!("{:?}", told.words) };
    let from_n0: Vec<&str> = n1[4..].split(' ').filter(|word| !word.starts_with('x')).collect();
    let from_n2: Vec<&str> = n1[4..].split(' ').filter_map(|word| word.strip_prefix('x')).collect();
    assert_eq!(n0[4..].split(' ').collect::<Vec<_>>(), from_n0);
    assert_ne!(from_n0, from_n2);
    assert!((1..10).contains(&from_n0.len()) && (1..10).contains(&from_n2.len()), "{n1}");
    assert_eq!(told.run.witness.cut_by, [30 - told.run.witness.delivered]);
}

#[test]
fn drawn_moments_lie_in_their_range_and_differ_from_seed_to_seed() {
    let ms_of = |time: Time| time.0 as f64 / 1e6;
    let mut cuts = Vec::new();
    for seed in 0..100 {
        let told = tell(
            seed,
            isolated(|p| {
                p.from = When::Between(Time(20_000_000), Time(40_000_000));
                p.until = Some(When::Between(Time(60_000_000), Time(80_000_000)));
            }),
            &each(0, 1, 100, "n0 tells n1 #"),
        );
        let cut = 100 - told.run.witness.delivered;
        assert!((20..=62).contains(&cut), "seed {seed} cuts {cut}");
        let steps = told.trace.records().iter();
        let steps = steps.filter(|record| matches!(record.kind, Kind::Partition { .. } | Kind::Heal { .. }));
        let moments: Vec<f64> = steps.map(|record| ms_of(record.moment.at)).collect();
        let [from, until] = moments[..] else { panic!("{moments:?}") };
        assert!((20.0..=40.0).contains(&from) && (60.0..=80.0).contains(&until), "{moments:?}");
        cuts.push(cut);
    }
    cuts.sort();
    cuts.dedup();
    assert!(cuts.len() > 20, "{cuts:?}");
}
