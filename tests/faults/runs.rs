//! How a run ends, and what its end depends on.

use squall::base::{Odds, Time};
use squall::scenario::{Fault, Latency, Shape};
use squall::world::Ended;

use crate::support::story::{crash, each, list, ms, nothing, partition, tell, with};

#[test]
fn a_run_that_goes_on_for_ever_at_one_moment_is_stopped() {
    let told = tell(1, |s| s.most_events = 500, "10ms n0 sets t9 0s");
    assert_eq!((told.run.ended, told.run.events, told.run.at), (Ended::Exhausted, 500, Time(10_000_000)));
}

#[test]
fn a_run_of_many_messages_is_stopped_at_its_bound() {
    let script = "10ms n0 tells n1 loop";
    let told = tell(1, |s| s.most_events = 100, script);
    assert_eq!((told.run.ended, told.run.events), (Ended::Exhausted, 100));
    let told = tell(1, nothing, script);
    assert_eq!((told.run.ended, told.run.at), (Ended::InTime, Time(2_000_000_000)));
    assert_eq!(told.run.witness.delivered, 1_990);
}

#[test]
fn a_run_ends_when_nothing_is_left_to_happen() {
    let told = tell(1, nothing, "10ms n0 tells n1 a; 1200ms n0 tells n1 b");
    assert_eq!((told.run.ended, told.run.at), (Ended::Quiet, Time(1_201_000_000)));
}

#[test]
fn a_world_of_one_replica_runs() {
    let told = tell(1, |s| s.replicas = 1, "10ms n0 tells all a; 20ms n0 keeps x");
    assert_eq!(told.run.witness.to_string(), "nothing happened");
}

#[test]
fn a_seed_and_a_plan_are_all_that_a_run_depends_on() {
    let hash = |seed, loss| {
        let faults = [Fault::Crash(crash(30, 20)), Fault::Partition(partition(Shape::Isolate(list(&[1])), 50, 70))];
        let told = tell(
            seed,
            |s| {
                s.link.loss = Odds::permille(loss);
                s.link.latency = Latency::Uniform(ms(1), ms(9));
                with(faults)(s);
            },
            &each(0, 1, 100, "n0 tells all a#, keeps #"),
        );
        told.run.hash
    };
    assert_eq!(hash(1, 100), hash(1, 100));
    assert_ne!(hash(1, 100), hash(2, 100));
    assert_ne!(hash(1, 100), hash(1, 200));
}
