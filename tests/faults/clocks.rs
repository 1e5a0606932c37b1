//! Clocks that do not show the time.

use squall::base::{Offset, Span};
use squall::scenario::{Clock, Fault, Scenario};

use crate::support::story::{at, check, crash, ms, n, nothing, off, tell, who, with};

const LOOK: &str = "100ms n0 looks; 500ms n0 looks";
const RIGHT: &str = "n0: clock 100ms 100ms, clock 500ms 500ms | nothing happened";

fn clock(clock: Clock) -> impl FnOnce(&mut Scenario) {
    move |s| s.clock = clock
}

#[test]
fn a_right_clock_shows_the_time() {
    check(nothing, LOOK, RIGHT);
    check(clock(Clock { skew: Offset(0), drift_ppm: 0, granularity: Span(1) }), LOOK, RIGHT);
}

#[test]
fn a_skewed_clock_is_off_by_the_same_all_the_time() {
    let skewed = |by| clock(Clock { skew: off(by), ..Clock::default() });
    check(skewed(50), LOOK, "n0: clock 150ms 100ms, clock 550ms 500ms | 2 wrong clock readings");
    check(skewed(-200), LOOK, "n0: clock 0s 100ms, clock 300ms 500ms | 2 wrong clock readings");
}

#[test]
fn a_drifting_clock_is_off_by_more_and_more() {
    let drifting = |ppm| clock(Clock { drift_ppm: ppm, ..Clock::default() });
    check(drifting(10_000), LOOK, "n0: clock 101ms 100ms, clock 505ms 500ms | 2 wrong clock readings");
    check(drifting(-10_000), LOOK, "n0: clock 99ms 100ms, clock 495ms 500ms | 2 wrong clock readings");
}

#[test]
fn a_coarse_clock_shows_ties() {
    let script = "10.2ms n0 looks; 10.7ms n0 looks; 11ms n0 looks";
    check(
        clock(Clock { granularity: ms(1), ..Clock::default() }),
        script,
        "n0: clock 10ms 10ms 200us, clock 10ms 10ms 700us, clock 11ms 11ms | 2 wrong clock readings",
    );
}

#[test]
fn one_replica_may_have_a_clock_of_its_own() {
    let told = tell(
        1,
        |s| {
            s.clock.skew = off(1);
            s.clocks.insert(n(1), Clock::default());
        },
        "10ms n0 looks; 10ms n1 looks",
    );
    assert_eq!(told.words, ["n0: clock 11ms", "n1: clock 10ms"]);
}

fn jump(when: u64, by: i64) -> Fault {
    Fault::ClockJump { who: who(0), at: at(when), by: off(by) }
}

#[test]
fn a_jump_forward_or_back_is_read_once_and_lasts() {
    check(
        with([jump(200, 50)]),
        "100ms n0 looks; 500ms n0 looks; 600ms n0 looks",
        "n0: clock 100ms 100ms, clock 550ms 500ms, clock 650ms 600ms | 1 clock steps read, 2 wrong clock readings",
    );
    check(
        with([jump(200, -150)]),
        "190ms n0 looks; 210ms n0 looks",
        "n0: clock 190ms 190ms, clock 60ms 210ms | 1 clock steps read, 1 wrong clock readings",
    );
}

#[test]
fn a_jump_that_nobody_reads_is_seen_to_do_nothing() {
    check(with([jump(600, 50)]), LOOK, RIGHT);
    check(with([jump(200, 50)]), "500ms n1 looks", "n1: clock 500ms 500ms | nothing happened");
}

#[test]
fn a_jump_and_its_reverse_leave_a_step_to_read_and_no_error() {
    check(with([jump(200, 50), jump(300, -50)]), LOOK, "n0: clock 100ms 100ms, clock 500ms 500ms | 1 clock steps read");
}

#[test]
fn a_clock_keeps_its_jump_when_its_replica_dies() {
    let told = tell(1, with([jump(200, 50), Fault::Crash(crash(300, 10))]), LOOK);
    assert_eq!(told.words, ["n0: clock 100ms wakes as i0 with [] clock 550ms"]);
}

fn freeze(from: u64, until: u64) -> Fault {
    Fault::ClockFreeze { who: who(0), from: at(from), until: at(until) }
}

#[test]
fn a_frozen_clock_stands_still_and_then_shows_the_time() {
    check(
        with([freeze(200, 400)]),
        "100ms n0 looks; 250ms n0 looks; 350ms n0 looks; 500ms n0 looks; 600ms n0 looks",
        "n0: clock 100ms 100ms, clock 200ms 250ms, clock 200ms 350ms, clock 500ms 500ms, clock 600ms 600ms | \
         3 clock steps read, 2 wrong clock readings",
    );
    check(with([freeze(200, 400)]), "100ms n0 looks", "n0: clock 100ms 100ms | nothing happened");
}

#[test]
fn a_clock_frozen_twice_goes_on_when_both_are_over() {
    let told = tell(
        1,
        with([freeze(100, 300), freeze(200, 400)]),
        "150ms n0 looks; 250ms n0 looks; 350ms n0 looks; 450ms n0 looks",
    );
    assert_eq!(told.words, ["n0: clock 100ms clock 100ms clock 100ms clock 450ms"]);
}

#[test]
fn a_clock_may_be_off_in_all_ways_at_once() {
    let told = tell(
        1,
        |s| {
            s.clock = Clock { skew: off(7), drift_ppm: 100_000, granularity: ms(10) };
            with([jump(200, 1_000)])(s);
        },
        LOOK,
    );
    assert_eq!(told.words, ["n0: clock 110ms clock 1s 550ms"]);
}

#[test]
fn timers_do_not_go_by_the_clock_of_their_replica() {
    let told = tell(
        1,
        |s| {
            s.clock.drift_ppm = 500_000;
            with([jump(20, 5_000)])(s);
        },
        "10ms n0 sets t1 100ms",
    );
    assert_eq!(told.heard, ["n0: t1 110ms"]);
}
