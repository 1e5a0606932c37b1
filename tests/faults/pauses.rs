//! Replicas that stop for a while, or for good, and replicas that are slow.

use squall::base::Time;
use squall::scenario::{Fault, When};

use crate::support::story::{at, check, crash, each, ms, nothing, tell, who, with};

const SCRIPT: &str = "5ms n0 sets t1 10ms; 12ms n1 tells n0 a; 14ms n0 looks; 40ms n1 tells n0 b";

fn pause(from: u64, until: Option<u64>) -> Fault {
    Fault::Pause { who: who(0), from: at(from), until: until.map(at) }
}

#[test]
fn what_comes_to_a_paused_replica_waits_in_order() {
    check(
        with([pause(10, Some(30))]),
        SCRIPT,
        "n0: a 30ms, clock 30ms 30ms, t1 30ms, b 41ms | 2 messages sent, 2 copies delivered, \
         3 events that waited for a replica",
    );
    check(nothing, SCRIPT, "n0: a 13ms, clock 14ms 14ms, t1 15ms, b 41ms | 2 messages sent, 2 copies delivered");
}

#[test]
fn a_pause_in_which_nothing_comes_is_seen_to_do_nothing() {
    check(with([pause(100, Some(200))]), "50ms n1 tells n0 a", "n0: a 51ms | 1 messages sent, 1 copies delivered");
}

#[test]
fn a_replica_whose_pause_never_ends_hears_nothing_more() {
    check(with([pause(10, None)]), SCRIPT, "2 messages sent, 4 events that waited for a replica");
}

#[test]
fn overlapping_pauses_end_with_the_last() {
    let told = tell(1, with([pause(10, Some(30)), pause(20, Some(50))]), "15ms n0 looks; 45ms n0 looks");
    assert_eq!(told.heard, ["n0: clock 50ms 50ms, clock 50ms 50ms"]);
}

#[test]
fn what_waits_dies_with_its_replica() {
    check(
        with([pause(10, Some(60)), Fault::Crash(crash(20, 10))]),
        "5ms n0 sets t1 10ms; 12ms n1 tells n0 a; 14ms n0 looks; 40ms n1 tells n0 b",
        "n0: wakes as i0 with [] 30ms, b 60ms | 2 messages sent, 1 copies delivered, \
         1 copies that found nobody there, 1 crashes, 1 restarts, 1 requests that found nobody there, \
         4 events that waited for a replica",
    );
}

#[test]
fn a_timer_taken_back_before_it_is_handled_does_not_fire() {
    let told = tell(1, with([pause(10, Some(30))]), "5ms n0 sets t1 10ms; 12ms n0 cancels t1; 5ms n0 sets t2 15ms");
    assert_eq!(told.heard, ["n0: t2 30ms"]);
}

fn slow(from: u64, until: u64, takes: u64) -> Fault {
    Fault::Slow { who: who(0), from: at(from), until: at(until), each: ms(takes) }
}

#[test]
fn a_slow_replica_takes_time_over_each_event() {
    let script = "10ms n0 looks; 11ms n0 looks; 12ms n0 looks; 50ms n0 looks";
    check(
        with([slow(5, 100, 10)]),
        script,
        "n0: clock 10ms 10ms, clock 20ms 20ms, clock 30ms 30ms, clock 50ms 50ms | \
         2 events that waited for a replica",
    );
    check(
        with([slow(60, 100, 10)]),
        script,
        "n0: clock 10ms 10ms, clock 11ms 11ms, clock 12ms 12ms, clock 50ms 50ms | nothing happened",
    );
}

#[test]
fn a_slow_replica_is_quick_again_at_the_end() {
    let told = tell(1, with([slow(5, 15, 10)]), "10ms n0 looks; 11ms n0 looks; 12ms n0 looks");
    assert_eq!(told.heard, ["n0: clock 10ms 10ms, clock 20ms 20ms, clock 20ms 20ms"]);
}

#[test]
fn of_two_slow_stretches_one_may_end_before_the_other() {
    let told = tell(1, with([slow(5, 100, 10), slow(20, 40, 3)]), &each(50, 1, 53, "n0 looks"));
    assert_eq!(told.heard, ["n0: clock 50ms 50ms, clock 60ms 60ms, clock 70ms 70ms"]);
}

#[test]
fn a_replica_that_is_too_slow_falls_behind_until_calm() {
    let told = tell(
        1,
        |s| {
            s.duration = ms(100);
            with([slow(0, 100, 20)])(s);
        },
        &each(0, 10, 100, "n1 tells n0 #"),
    );
    assert_eq!(told.words, ["n0: 0 10 20 30 40 50 60 70 80 90"]);
    assert!(told.run.witness.deferred >= 8, "{}", told.run.witness);
}

#[test]
fn a_drawn_pause_lies_in_its_range() {
    let between = |from: u64, until: u64| When::Between(Time(from * 1_000_000), Time(until * 1_000_000));
    let mut waited = Vec::new();
    for seed in 0..50 {
        let pause = Fault::Pause { who: who(0), from: between(10, 30), until: Some(between(40, 60)) };
        let told = tell(seed, with([pause]), &each(0, 1, 100, "n0 looks"));
        let deferred = told.run.witness.deferred;
        assert!((10..=51).contains(&deferred), "seed {seed}: {deferred}");
        waited.push(deferred);
    }
    waited.sort();
    waited.dedup();
    assert!(waited.len() > 10, "{waited:?}");
}
