//! What every topology promises, and what each shape looks like.

use petgraph::algo::connected_components;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, MapAccessDeserializer, MapDeserializer, StrDeserializer};

use super::*;

fn regular(degree: u32, seed: u64) -> Topology {
    Topology::RandomRegular { degree, seed: Seed(seed) }
}

fn small_world(degree: u32, permille: u32, seed: u64) -> Topology {
    Topology::SmallWorld { degree, rewire: Odds::permille(permille), seed: Seed(seed) }
}

/// Round trips in milliseconds.
fn regions(of: &[u32], round_trips: &[&[u64]]) -> Topology {
    let row = |row: &&[u64]| row.iter().copied().map(Span::millis).collect();
    Topology::Regions { of: of.to_vec(), round_trips: round_trips.iter().map(row).collect() }
}

/// Each replica's higher neighbours, as in `0-1,2 1-2`.
fn drawing(topology: &Topology, replicas: u32) -> String {
    let links = topology.links(replicas).unwrap_or_else(|error| panic!("{topology:?}: {error}"));
    let mut parts = Vec::new();
    for from in (0..replicas).map(ReplicaId) {
        let higher = links.neighbours(from).iter().filter(|to| *to > from);
        let higher: Vec<String> = higher.map(|to| to.0.to_string()).collect();
        if !higher.is_empty() {
            parts.push(format!("{}-{}", from.0, higher.join(",")));
        }
    }
    parts.join(" ")
}

/// Asserts what holds of every network, and gives the degrees.
#[track_caller]
fn sound(topology: &Topology, replicas: u32) -> Vec<usize> {
    let links = topology.links(replicas).unwrap_or_else(|error| panic!("{topology:?} on {replicas}: {error}"));
    let mut slots = Vec::new();
    let mut degrees = Vec::new();
    for from in (0..replicas).map(ReplicaId) {
        let list: Vec<ReplicaId> = links.neighbours(from).iter().collect();
        assert!(list.windows(2).all(|two| two[0] < two[1]), "{topology:?}: {from} has {list:?}");
        for to in &list {
            assert_ne!(*to, from, "{topology:?} links {from} with itself");
            assert!(links.connected(from, *to) && links.connected(*to, from), "{topology:?}: {from} and {to}");
            slots.push(links.slot(from, *to).unwrap());
        }
        assert_eq!(links.slot(from, from), None);
        degrees.push(list.len());
    }
    assert!(slots.windows(2).all(|two| two[0] < two[1]), "{topology:?} gives {slots:?}");
    assert!(slots.last().is_none_or(|last| *last < links.slots()));
    assert!(links.is_full() || slots.len() as u64 == links.slots());
    let graph = topology.graph(replicas).unwrap();
    assert_eq!(connected_components(&graph), 1, "{topology:?} on {replicas} falls apart");
    assert_eq!(graph.edge_count() * 2, slots.len());
    degrees
}

#[test]
fn shapes_look_as_their_names_say() {
    for (topology, replicas, expected) in [
        (Topology::default(), 4, "0-1,2,3 1-2,3 2-3"),
        (Topology::Line, 4, "0-1 1-2 2-3"),
        (Topology::Ring, 4, "0-1,3 1-2 2-3"),
        (Topology::Ring, 3, "0-1,2 1-2"),
        (Topology::Ring, 2, "0-1"),
        (Topology::Star, 4, "0-1,2,3"),
        (Topology::Tree { arity: 2 }, 6, "0-1,2 1-3,4 2-5"),
        (Topology::Tree { arity: 1 }, 3, "0-1 1-2"),
        (Topology::Grid { width: 3 }, 8, "0-1,3 1-2,4 2-5 3-4,6 4-5,7 6-7"),
        (Topology::Grid { width: 9 }, 3, "0-1 1-2"),
        (small_world(4, 0, 7), 6, "0-1,2,4,5 1-2,3,5 2-3,4 3-4,5 4-5"),
        (regular(1, 0), 2, "0-1"),
        (regular(3, 0), 4, "0-1,2,3 1-2,3 2-3"),
        (regions(&[0, 1, 0], &[&[1, 90], &[90, 1]]), 3, "0-1,2 1-2"),
        (Topology::Edges(vec![(2, 0), (0, 1)]), 3, "0-1,2"),
    ] {
        assert_eq!(drawing(&topology, replicas), expected, "{topology:?}");
        sound(&topology, replicas);
    }
}

#[test]
fn drawn_networks_are_pinned() {
    for (topology, expected) in [
        (regular(2, 0), "0-1,9 1-6 2-8,9 3-4,5 4-7 5-6 7-8"),
        (regular(3, 0), "0-3,6,9 1-3,4,5 2-3,7,8 4-5,7 5-9 6-8,9 7-8"),
        (regular(3, 1), "0-1,4,6 1-5,6 2-3,7,8 3-5,7 4-8,9 5-8 6-9 7-9"),
        (small_world(2, 1000, 0), "0-1,5 1-5,8 2-4,7 3-6,7,8 7-9"),
        (small_world(4, 300, 0), "0-1,2 1-3,4,8,9 2-3,4,5,6 3-4,7,8 4-6 5-6,9 6-8 7-8,9 8-9"),
        (small_world(4, 300, 1), "0-1,4,9 1-2,3,9 2-3,4,5 3-4,5 4-6,8,9 5-7 6-7,8 7-8,9 8-9"),
    ] {
        assert_eq!(drawing(&topology, 10), expected, "{topology:?}");
    }
}

#[test]
fn a_lone_replica_has_no_links_in_any_shape() {
    for topology in [
        Topology::Full,
        Topology::Line,
        Topology::Ring,
        Topology::Star,
        Topology::Tree { arity: 2 },
        Topology::Grid { width: 2 },
        regular(0, 0),
        small_world(0, 500, 0),
        regions(&[0], &[&[1]]),
        Topology::Edges(Vec::new()),
    ] {
        assert_eq!(sound(&topology, 1), [0], "{topology:?}");
    }
}

#[test]
fn random_regular_networks_are_regular_for_every_seed() {
    for seed in 0..40 {
        for (replicas, degree) in [(3, 2), (6, 2), (40, 2), (8, 3), (9, 4), (10, 9), (10, 8), (30, 3), (33, 16)] {
            let degrees = sound(&regular(degree, seed), replicas);
            assert!(degrees.iter().all(|found| *found == degree as usize), "seed {seed}: {degrees:?}");
        }
    }
}

#[test]
fn the_seed_decides_which_random_network() {
    let drawn = |seed| drawing(&regular(4, seed), 50);
    assert_eq!(drawn(3), drawn(3));
    assert_ne!(drawn(3), drawn(4));
    assert_ne!(drawing(&small_world(4, 500, 3), 50), drawing(&small_world(4, 500, 4), 50));
}

#[test]
fn every_pair_is_as_likely_as_any_other_in_a_random_regular_network() {
    let (replicas, rounds) = (10, 1_000);
    let mut counts = BTreeMap::new();
    for seed in 0..rounds {
        let links = regular(3, seed).links(replicas).unwrap();
        for from in (0..replicas).map(ReplicaId) {
            for to in links.neighbours(from).iter() {
                *counts.entry((from, to)).or_insert(0u64) += 1;
            }
        }
    }
    // A third of the rounds, give or take five standard deviations.
    assert_eq!(counts.len(), 90);
    for (pair, count) in counts {
        assert!(count.abs_diff(rounds / 3) < 75, "{pair:?} was linked {count} times in {rounds}");
    }
}

#[test]
fn a_small_world_keeps_its_links_in_number() {
    for seed in 0..40 {
        for (replicas, degree) in [(3, 2), (5, 4), (6, 4), (40, 2), (100, 6)] {
            for permille in [0, 100, 1000] {
                let degrees = sound(&small_world(degree, permille, seed), replicas);
                assert_eq!(degrees.iter().sum::<usize>(), (degree * replicas) as usize, "seed {seed}");
            }
        }
    }
}

#[test]
fn rewiring_moves_about_as_many_links_as_the_odds_say() {
    let links = small_world(6, 200, 5).links(1_000).unwrap();
    let near = |from: u32, to: u32| (1..=3).contains(&from.abs_diff(to).min(1_000 - from.abs_diff(to)));
    let moved = (0..1_000).flat_map(|from| links.neighbours(ReplicaId(from)).iter().map(move |to| (from, to.0)));
    let moved = moved.filter(|(from, to)| from < to && !near(*from, *to)).count();
    assert!((530..670).contains(&moved), "{moved} of 3000 links moved");
}

#[test]
fn ten_thousand_replicas_are_no_burden() {
    let links = Topology::Full.links(10_000).unwrap();
    assert_eq!(links.neighbours(ReplicaId(5_000)).len(), 9_999);
    let links = regular(8, 1).links(10_000).unwrap();
    assert_eq!(links.slots(), 80_000);
    assert!((0..10_000).all(|replica| links.neighbours(ReplicaId(replica)).len() == 8));
    assert_eq!(small_world(8, 1000, 1).links(10_000).unwrap().slots(), 80_000);
}

#[test]
fn regions_are_half_a_round_trip_apart() {
    let topology = regions(&[0, 1, 2, 2], &[&[2, 90, 160], &[90, 2, 230], &[160, 230, 2]]);
    let one_way = |from, to| topology.one_way(ReplicaId(from), ReplicaId(to));
    assert_eq!(one_way(0, 1), Some(Span::millis(45)));
    assert_eq!(one_way(3, 1), Some(Span::millis(115)));
    assert_eq!(one_way(2, 3), Some(Span::millis(1)));
    assert_eq!(one_way(0, 4), None);
    assert_eq!(Topology::Full.one_way(ReplicaId(0), ReplicaId(1)), None);
}

#[track_caller]
fn refused(topology: Topology, replicas: u32, expected: &[&str]) {
    let errors = topology.check(replicas);
    let found: Vec<String> = errors.iter().map(|error| error.to_string()).collect();
    assert_eq!(found, expected, "{topology:?}");
    assert_eq!(topology.links(replicas).as_ref(), Err(&errors[0]));
}

#[test]
fn numbers_that_make_no_shape_are_refused_in_words() {
    refused(Topology::Full, 0, &["there are no replicas to link: declare at least 1"]);
    refused(Topology::Tree { arity: 0 }, 3, &["a tree of arity 0 never leaves its root: write 1 or more"]);
    refused(Topology::Grid { width: 0 }, 3, &["a grid of width 0 has no place for anyone: write 1 or more"]);
    refused(regular(1, 0), 4, &["degree 1 is too low to join 4 replicas: write 2 or more"]);
    refused(regular(3, 0), 5, &["degree 3 on 5 replicas leaves half a link over: make either number even"]);
    refused(
        small_world(5, 0, 0),
        5,
        &[
            "degree 5 is too high for 5 replicas: each has 4 others at most",
            "degree 5 cannot be the same on either side: write an even one, such as 4",
        ],
    );
    refused(Topology::Line, u32::MAX, &["4294967294 links are too many to make one by one: at most 2000000 are"]);
}

#[test]
fn all_mistakes_in_a_list_of_links_are_found() {
    refused(
        Topology::Edges(vec![(0, 1), (2, 2), (1, 0), (1, 9), (3, 4)]),
        5,
        &[
            "link 2 joins n2 to itself: a link needs two replicas",
            "link 3 between n1 and n0 was listed as link 1: write each once, it goes both ways",
            "link 4 names n9, but the replicas are n0 to n4",
            "n2, n3, n4 cannot be reached from n0: add links until all are joined",
        ],
    );
    refused(
        Topology::Edges(Vec::new()),
        12,
        &["n1, n2, n3, n4, n5, n6, n7, n8 and 3 more cannot be reached from n0: add links until all are joined"],
    );
}

#[test]
fn all_mistakes_in_a_table_of_regions_are_found() {
    refused(
        regions(&[0, 3], &[&[1, 90, 160], &[80, 1], &[160, 230, 1]]),
        3,
        &[
            "`of` gives regions for 2 replicas, but there are 3: write one for each",
            "n1 is in region 3, but `round_trips` has 3 rows: regions count from 0, one row for each",
            "row 2 of `round_trips` has 2 entries: write 3, as many as rows",
            "the round trip between regions 0 and 1 is 90ms in the one's row and 80ms in the other's: \
             write the same in both",
        ],
    );
}

#[test]
fn a_mesh_too_large_for_a_graph_still_has_links() {
    assert!(Topology::Full.links(u32::MAX).is_ok());
    let error = Topology::Full.graph(100_000).expect_err("five billion links").to_string();
    assert!(error.starts_with("4999950000 links are too many"), "{error}");
}

#[test]
fn no_numbers_are_too_odd() {
    let odd = [0, 1, 2, 3, 4, 5, 8, 9, 16, u32::MAX - 1, u32::MAX];
    let mut topologies = vec![Topology::Full, Topology::Line, Topology::Ring, Topology::Star];
    for a in odd {
        topologies.push(Topology::Tree { arity: a });
        topologies.push(Topology::Grid { width: a });
        topologies.push(regular(a, 1));
        topologies.push(small_world(a, 500, 1));
        topologies.push(regions(&[0, a, 0], &[&[1, 2], &[2, 1]]));
        topologies.push(regions(&vec![0; a.min(20) as usize], &[&[1]]));
        topologies.push(regions(&[0], &[]));
        for b in odd {
            topologies.push(Topology::Edges(vec![(a, b), (b, 0), (0, 1)]));
        }
    }
    let mut accepted = 0;
    for topology in topologies {
        for replicas in odd {
            let errors = topology.check(replicas);
            assert!(errors.iter().all(|error| !error.to_string().is_empty()));
            if errors.is_empty() && replicas < 100 {
                sound(&topology, replicas);
                accepted += 1;
            } else {
                assert!(topology.graph(replicas).is_err(), "{topology:?} on {replicas}");
            }
        }
    }
    assert!(accepted > 100, "only {accepted} were accepted");
}

#[test]
fn a_file_may_leave_the_seed_out_but_invent_no_field() {
    let read = |fields: &[(&'static str, u32)]| {
        let fields = MapDeserializer::<_, Error>::new(fields.iter().copied());
        let variant = MapDeserializer::<_, Error>::new([("RandomRegular", fields)].into_iter());
        Topology::deserialize(MapAccessDeserializer::new(variant))
    };
    assert_eq!(read(&[("degree", 3)]), Ok(regular(3, 0)));
    assert_eq!(read(&[("degree", 3), ("seed", 7)]), Ok(regular(3, 7)));
    let error = read(&[("degree", 3), ("sed", 7)]).expect_err("no such field").to_string();
    assert!(error.contains("unknown field `sed`"), "{error}");
    let unit: StrDeserializer<'_, Error> = "Ring".into_deserializer();
    assert_eq!(Topology::deserialize(unit), Ok(Topology::Ring));
}
