//! Messages go along edges only, and far ones take longer; equal times have an order.

use squall::base::Odds;
use squall::scenario::{Latency, Order, Scenario, Topology};

use crate::support::story::{check, ms, nothing, tell};

fn shaped(topology: Topology) -> impl FnOnce(&mut Scenario) {
    move |s| {
        s.replicas = 4;
        s.topology = topology;
    }
}

#[test]
fn messages_go_along_edges_only() {
    let script = "10ms n0 tells n1 a; 10ms n0 tells n2 b; 10ms n2 tells n1 c";
    check(
        shaped(Topology::Line),
        script,
        "n1: a 11ms, c 11ms | 3 messages sent, 2 copies delivered, 1 messages without a route",
    );
    check(shaped(Topology::Full), script, "n1: a 11ms, c 11ms | n2: b 11ms | 3 messages sent, 3 copies delivered");
}

#[test]
fn a_broadcast_reaches_the_neighbours() {
    for (topology, reached) in [
        (Topology::Full, "n1: a 1ms | n2: a 1ms | n3: a 1ms | 3 messages sent, 3 copies delivered"),
        (Topology::Line, "n1: a 1ms | 1 messages sent, 1 copies delivered"),
        (Topology::Ring, "n1: a 1ms | n3: a 1ms | 2 messages sent, 2 copies delivered"),
        (Topology::Tree { arity: 2 }, "n1: a 1ms | n2: a 1ms | 2 messages sent, 2 copies delivered"),
        (Topology::Edges(vec![(0, 2), (2, 1), (1, 3)]), "n2: a 1ms | 1 messages sent, 1 copies delivered"),
    ] {
        check(shaped(topology), "0ms n0 tells all a", reached);
    }
}

#[test]
fn there_is_no_way_to_oneself_nor_to_nobody() {
    for topology in [Topology::Full, Topology::Ring] {
        check(
            shaped(topology),
            "10ms n0 tells n0 a b, tells n7 c d, tells n4294967295 e f",
            "6 messages sent, 6 messages without a route",
        );
    }
}

#[test]
fn a_message_without_a_route_takes_part_in_no_fault() {
    check(
        |s| {
            shaped(Topology::Line)(s);
            s.link.loss = Odds::ALWAYS;
        },
        "10ms n0 tells n3 a b",
        "2 messages sent, 2 messages without a route",
    );
}

#[test]
fn regions_add_half_of_their_round_trip() {
    let round_trips = vec![vec![ms(2), ms(100)], vec![ms(100), ms(4)]];
    let script = "0ms n0 tells all a; 0ms n3 tells n2 b";
    check(
        shaped(Topology::Regions { of: vec![0, 0, 1, 1], round_trips }),
        script,
        "n1: a 2ms | n2: b 3ms, a 51ms | n3: a 51ms | 4 messages sent, 4 copies delivered",
    );
    check(
        shaped(Topology::Full),
        script,
        "n1: a 1ms | n2: a 1ms, b 1ms | n3: a 1ms | 4 messages sent, 4 copies delivered",
    );
}

#[test]
fn ties_are_ordered_by_insertion_or_drawn() {
    let script = "10ms n0 tells n2 a b; 10ms n1 tells n2 c d";
    let order = |order| move |s: &mut Scenario| s.order = order;
    let mut drawn = Vec::new();
    for seed in 0..200 {
        assert_eq!(tell(seed, nothing, script).words, ["n2: a b c d"]);
        drawn.push(tell(seed, order(Order::Drawn), script).words);
    }
    drawn.sort();
    drawn.dedup();
    assert_eq!(drawn.len(), 24, "all orders of four messages come up");
}

#[test]
fn only_ties_are_drawn() {
    let told = tell(
        1,
        |s| {
            s.order = Order::Drawn;
            s.link.latency = Latency::Constant(ms(3));
        },
        "10ms n0 tells n2 a; 11ms n1 tells n2 b; 12ms n0 tells n2 c",
    );
    assert_eq!(told.words, ["n2: a b c"]);
}
