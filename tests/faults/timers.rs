//! Timers: set, set again, taken back, and gone with the life that set them.

use squall::scenario::Fault;

use crate::support::story::{crash, nothing, tell, with};

#[track_caller]
fn fires(faults: impl IntoIterator<Item = Fault>, script: &str, heard: &str) {
    assert_eq!(tell(1, with(faults), script).heard.join(" | "), heard);
}

#[test]
fn a_timer_fires_once_when_it_is_due() {
    fires([], "10ms n0 sets t1 5ms", "n0: t1 15ms");
}

#[test]
fn setting_a_pending_timer_replaces_it() {
    fires([], "10ms n0 sets t1 5ms; 12ms n0 sets t1 20ms", "n0: t1 32ms");
    fires([], "10ms n0 sets t1 50ms; 12ms n0 sets t1 5ms", "n0: t1 17ms");
    fires([], "10ms n0 sets t1 5ms, sets t1 7ms", "n0: t1 17ms");
}

#[test]
fn a_timer_that_has_fired_can_be_set_again() {
    fires([], "10ms n0 sets t1 5ms; 20ms n0 sets t1 5ms", "n0: t1 15ms, t1 25ms");
}

#[test]
fn timers_do_not_disturb_each_other() {
    fires(
        [],
        "10ms n0 sets t3 5ms, sets t1 5ms, sets t2 5ms; 11ms n0 cancels t1; 10ms n1 sets t1 6ms",
        "n0: t3 15ms, t2 15ms | n1: t1 16ms",
    );
}

#[test]
fn a_timer_taken_back_does_not_fire() {
    fires([], "10ms n0 sets t1 5ms; 12ms n0 cancels t1", "");
    fires([], "10ms n0 cancels t1; 12ms n0 sets t1 5ms", "n0: t1 17ms");
    fires([], "10ms n0 sets t1 5ms; 12ms n0 cancels t1, sets t1 9ms", "n0: t1 21ms");
}

#[test]
fn no_timer_fires_into_the_next_life() {
    let script = "10ms n0 sets t1 30ms; 10ms n0 sets t2 90ms";
    fires([Fault::Crash(crash(20, 10))], script, "n0: wakes as i0 with [] 30ms");
    fires([Fault::Crash(crash(20, 0))], script, "n0: wakes as i0 with [] 20ms");
    fires([], script, "n0: t1 40ms, t2 100ms");
}

#[test]
fn the_next_life_sets_timers_of_its_own() {
    fires(
        [Fault::Crash(crash(20, 10))],
        "10ms n0 sets t1 40ms; 35ms n0 sets t1 15ms; 36ms n0 sets t2 1ms",
        "n0: wakes as i0 with [] 30ms, t2 37ms, t1 50ms",
    );
}

#[test]
fn a_timer_of_no_time_fires_at_once_and_after_what_is_due() {
    let told = tell(1, nothing, "10ms n0 sets t1 0s; 10ms n0 looks");
    assert_eq!(told.heard, ["n0: clock 10ms 10ms, t1 10ms"]);
}
