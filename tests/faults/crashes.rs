//! Deaths and returns: when, after how many sends, as whom, or never.

use squall::base::{Odds, Span};
use squall::scenario::{Crash, Disk, Down, Durability, Fault, Rebirth, Scenario, Who};
use squall::trace::Kind;

use crate::support::story::{at, check, crash, each, ms, n, nothing, tell, who, with};

/// n0 dies at 20 milliseconds and is away for 30, but for some changes.
fn dies(change: impl FnOnce(&mut Crash)) -> impl FnOnce(&mut Scenario) {
    let mut crash = crash(20, 30);
    change(&mut crash);
    with([Fault::Crash(crash)])
}

#[test]
fn the_dead_hear_nothing_and_come_back() {
    let script = "10ms n0 keeps x; 19.5ms n1 tells n0 a; 30ms n0 listens; 49.5ms n1 tells n0 b";
    check(
        dies(|_| {}),
        script,
        "n0: wakes as i0 with [x] 50ms, b 50ms 500us | 2 messages sent, 1 copies delivered, \
         1 copies that found nobody there, 1 crashes, 1 restarts, 1 requests that found nobody there",
    );
    check(nothing, script, "n0: a 20ms 500us, b 50ms 500us | 2 messages sent, 2 copies delivered");
}

#[test]
fn one_that_never_comes_back_stays_away() {
    check(
        dies(|crash| crash.down = Down::Forever),
        "1900ms n1 tells n0 a",
        "1 messages sent, 1 copies that found nobody there, 1 crashes",
    );
}

#[test]
fn the_dead_come_back_when_the_world_is_calm() {
    check(
        dies(|crash| crash.down = Down::For(Span::days(3))),
        "1001ms n1 tells n0 a",
        "n0: wakes as i0 with [] 1s, a 1s 2ms | 1 messages sent, 1 copies delivered, 1 crashes, 1 restarts",
    );
}

#[test]
fn a_drawn_absence_lies_in_its_range() {
    let mut seen = Vec::new();
    for seed in 0..50 {
        let told =
            tell(seed, dies(|crash| crash.down = Down::Between(ms(10), ms(30))), &each(0, 1, 100, "n1 tells n0 #"));
        let missed = told.run.witness.dead_letters;
        assert!((10..=31).contains(&missed), "seed {seed} misses {missed}");
        seen.push(missed);
    }
    seen.sort();
    seen.dedup();
    assert!(seen.len() > 10, "{seen:?}");
}

#[test]
fn any_replica_may_be_struck() {
    let mut struck = [0; 3];
    for seed in 0..60 {
        let told = tell(seed, dies(|crash| crash.who = Who::Any), "");
        assert_eq!(told.words.len(), 1, "{:?}", told.words);
        struck[told.words[0][1..2].parse::<usize>().expect("a number")] += 1;
    }
    assert!(struck.iter().all(|count| (8..32).contains(count)), "{struck:?}");
}

#[test]
fn a_crash_during_a_crash_does_nothing() {
    check(
        with([Fault::Crash(crash(20, 30)), Fault::Crash(crash(30, 100))]),
        "",
        "n0: wakes as i0 with [] 50ms | 1 crashes, 1 restarts",
    );
}

#[test]
fn a_sender_can_die_half_way() {
    let script = "10ms n0 tells n1 a; 25ms n0 tells n1 b c; 26ms n0 tells n2 d";
    check(
        dies(|crash| crash.after_sends = Some(1)),
        script,
        "n0: wakes as i0 with [] 55ms | n1: a 11ms, b 26ms | 2 messages sent, 2 copies delivered, 1 crashes, \
         1 crashes between two sends, 1 restarts, 1 requests that found nobody there",
    );
    check(nothing, script, "n1: a 11ms, b 26ms, c 26ms | n2: d 27ms | 4 messages sent, 4 copies delivered");
}

#[test]
fn a_sender_can_die_before_its_first_send() {
    check(
        dies(|crash| crash.after_sends = Some(0)),
        "25ms n0 tells all a",
        "n0: wakes as i0 with [] 55ms | 1 crashes, 1 crashes between two sends, 1 restarts",
    );
}

#[test]
fn a_broadcast_can_be_cut_in_two() {
    check(
        dies(|crash| crash.after_sends = Some(1)),
        "25ms n0 tells all a",
        "n0: wakes as i0 with [] 55ms | n1: a 26ms | 1 messages sent, 1 copies delivered, 1 crashes, \
         1 crashes between two sends, 1 restarts",
    );
}

#[test]
fn a_handler_that_sends_too_little_survives() {
    check(
        dies(|crash| crash.after_sends = Some(2)),
        "25ms n0 tells all a; 26ms n0 tells n1 b c; 2000ms n0 tells n1 d e f",
        "n1: a 26ms, b 27ms, c 27ms | n2: a 26ms | 7 messages sent, 4 copies delivered",
    );
}

#[test]
fn what_is_kept_before_dying_half_way_is_durable() {
    let told = tell(1, dies(|crash| crash.after_sends = Some(1)), "25ms n0 keeps x, tells n1 x y");
    assert_eq!(told.words, ["n0: wakes as i0 with [x]", "n1: x"]);
    assert_eq!(told.run.witness.updates_lost, 0);
}

#[test]
fn an_update_accepted_by_a_handler_that_dies_is_known_to_the_world() {
    for durability in [Durability::EveryUpdate, Durability::Explicit] {
        let told = tell(
            1,
            |s| {
                s.durability = durability;
                dies(|crash| crash.after_sends = Some(1))(s);
            },
            "25ms n0 tells n1 x y, keeps x, answers yes",
        );
        let kinds: Vec<&Kind> = told.trace.records().iter().map(|record| &record.kind).collect();
        let accepted = kinds.iter().position(|kind| matches!(kind, Kind::Accept { .. }));
        let died = kinds.iter().position(|kind| matches!(kind, Kind::Crash { .. }));
        assert!(accepted.is_some() && accepted < died, "{durability:?}: accepted at {accepted:?}, died at {died:?}");
        assert_eq!(told.trace.history()[0].answered, None);
        let survives = durability == Durability::EveryUpdate;
        assert_eq!(told.run.witness.updates_lost, u64::from(!survives));
        assert_eq!(told.words[0], if survives { "n0: wakes as i0 with [x]" } else { "n0: wakes as i0 with []" });
    }
}

#[test]
fn what_would_be_synced_after_the_death_is_lost() {
    let told = tell(
        1,
        |s| {
            s.durability = Durability::Explicit;
            dies(|crash| crash.after_sends = Some(1))(s);
        },
        "25ms n0 keeps x, tells n1 x y, saves x, syncs",
    );
    assert_eq!(told.words, ["n0: wakes as i0 with []", "n1: x"]);
    assert_eq!(told.run.witness.updates_lost, 1);
}

#[test]
fn a_replica_comes_back_under_the_identity_it_is_given() {
    for (identity, says) in [
        (Rebirth::Same, "n0: wakes as i0 with [x]"),
        (Rebirth::Fresh, "n0: wakes as i3 with [x]"),
        (Rebirth::As(n(2)), "n0: wakes as i2 with [x]"),
    ] {
        let told = tell(1, dies(|crash| crash.identity = identity), "10ms n0 keeps x");
        assert_eq!(told.words, [says]);
    }
}

#[test]
fn every_fresh_identity_is_another() {
    let fresh = |when, slot| Crash { who: who(slot), identity: Rebirth::Fresh, ..crash(when, 10) };
    let told = tell(1, with([(20, 0), (40, 0), (60, 1)].map(|(when, slot)| Fault::Crash(fresh(when, slot)))), "");
    assert_eq!(told.words, ["n0: wakes as i3 with [] wakes as i4 with []", "n1: wakes as i5 with []"]);
}

#[test]
fn messages_of_an_earlier_life_still_arrive_in_the_next() {
    let told = tell(1, dies(|crash| crash.down = Down::For(Span::ZERO)), "19.5ms n1 tells n0 a; 19.5ms n0 tells n1 b");
    assert_eq!(told.words, ["n0: wakes as i0 with [] a", "n1: b"]);
}

#[test]
fn a_slow_life_does_not_slow_the_next() {
    let slow = Fault::Slow { who: who(0), from: at(1), until: at(15), each: Span::millis(200) };
    let told = tell(
        1,
        |s| {
            dies(|_| {})(s);
            with([slow])(s);
        },
        "10ms n0 looks; 60ms n0 looks",
    );
    assert_eq!(told.heard, ["n0: clock 10ms 10ms, wakes as i0 with [] 50ms, clock 60ms 60ms"]);
}

#[test]
fn damage_to_a_message_that_finds_nobody_is_no_damage() {
    check(
        |s| {
            s.link.damage = Odds::ALWAYS;
            dies(|crash| crash.disk = Disk::Nothing)(s);
        },
        "25ms n1 tells n0 a",
        "n0: wakes as i0 with [] 50ms | 1 messages sent, 1 copies that found nobody there, 1 crashes, 1 restarts",
    );
}
