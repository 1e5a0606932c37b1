//! What is told of a run in which cause and effect got into the wrong order: what was kept nevertheless, and the way.

use squall::base::Span;
use squall::run::{hostile, trial};
use squall::zoo::System;
use squall::zoo::broadcast::{Body, Causal, Fifo, Gossip, Ground, Layer, Mode, Retransmit};

fn retransmit<B: Body>() -> Retransmit<B> {
    Retransmit::on(Ground::HOSTILE, Span::millis(20), 1000)
}

/// What is said of the first of some seeds in which texts on this stack come before their causes.
#[track_caller]
fn told<L: Layer<Body = String, Wire: 'static> + 'static>(stack: L) -> String {
    let trial = trial(System::broadcasting(stack).held_to("causal").into(), &hostile(&[]), &["causal"], 0..100);
    let (_, finding) = trial.found.expect("causal order is not kept");
    assert_eq!(finding.check(), "causal");
    finding.to_string()
}

/// The names on the line of this beginning.
fn names<'a>(told: &'a str, beginning: &str) -> Vec<&'a str> {
    let line = told.lines().find_map(|line| line.trim_start().strip_prefix(beginning));
    line.map(|names| names.trim_start_matches(": ").split(", ").collect()).unwrap_or_default()
}

#[test]
fn order_by_sender_is_kept_where_causal_order_is_broken() {
    let told = told(Fifo::over(retransmit()).expect("nothing comes twice"));
    let (kept, broken) = (names(&told, "kept in this run"), names(&told, "broken, too, in this run"));
    for name in ["fifo", "monotonic_writes", "read_your_writes", "monotonic_reads"] {
        assert!(kept.contains(&name), "{name} is kept: {told}");
    }
    assert!(broken.contains(&"consistent_prefix"), "{told}");
    assert!(told.contains(", by way of n") && told.contains(" → n"), "{told}");
}

#[test]
fn order_by_sender_is_broken_with_it_where_nothing_keeps_it() {
    let told = told(retransmit());
    let (kept, broken) = (names(&told, "kept in this run"), names(&told, "broken, too, in this run"));
    for name in ["consistent_prefix", "fifo", "monotonic_writes", "writes_follow_reads"] {
        assert!(broken.contains(&name), "{name} is broken: {told}");
    }
    for name in ["read_your_writes", "monotonic_reads", "settles"] {
        assert!(kept.contains(&name), "{name} is kept: {told}");
    }
}

#[test]
fn where_causal_order_is_kept_nothing_is_told() {
    let stack = Causal::over(Gossip::on(Ground::HOSTILE, Mode::PushPull, 1, Span::millis(20)));
    let system = System::broadcasting(stack.expect("gossip is reliable"));
    assert_eq!(trial(system.into(), &hostile(&[]), &["causal"], 0..20).found, None);
}
