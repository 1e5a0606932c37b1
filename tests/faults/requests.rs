//! Requests: answered now, later or never, and a history that knows the difference.

use squall::base::{ClientId, Name, Path, Span};
use squall::scenario::{Fault, Latency, Scenario};
use squall::trace::{Kind, Trace};

use crate::support::story::{crash, ms, nothing, tell, with};

/// The history as lines: who was asked what when, and what came of it.
fn history(trace: &Trace) -> Vec<String> {
    let lines = trace.history().into_iter().map(|exchange| {
        let asked = format!("{} {} {}", Span(exchange.invoked.0), exchange.replica, exchange.op);
        match exchange.answered {
            Some((at, answer)) => format!("{asked} → {answer} {}", Span(at.0)),
            None => format!("{asked} → unknown"),
        }
    });
    lines.collect()
}

#[track_caller]
fn check(change: impl FnOnce(&mut Scenario), script: &str, expected: &[&str]) {
    assert_eq!(history(&tell(1, change, script).trace), expected);
}

#[test]
fn a_request_is_answered_now_later_or_never() {
    check(
        nothing,
        "10ms n0 answers yes; 20ms n1 answers no after 30ms; 30ms n2 listens",
        &[
            r#"10ms n0 "answers yes" → "yes" 10ms"#,
            r#"20ms n1 "answers no after 30ms" → "no" 50ms"#,
            r#"30ms n2 "listens" → unknown"#,
        ],
    );
}

#[test]
fn an_answer_takes_its_time_to_the_client() {
    check(
        |s| s.access = Latency::Constant(ms(7)),
        "10ms n0 answers yes; 20ms n1 answers no after 30ms",
        &[r#"10ms n0 "answers yes" → "yes" 17ms"#, r#"20ms n1 "answers no after 30ms" → "no" 57ms"#],
    );
}

#[test]
fn of_two_answers_to_one_request_the_first_counts() {
    check(
        nothing,
        "10ms n0 answers yes, answers no, answers maybe after 5ms",
        &[r#"10ms n0 "answers yes, answers no, answers maybe after 5ms" → "yes" 10ms"#],
    );
}

#[test]
fn a_request_to_the_dead_or_to_nobody_is_never_answered() {
    let told = tell(1, with([Fault::Crash(crash(5, 10))]), "10ms n0 answers yes; 10ms n7 answers yes");
    assert_eq!(history(&told.trace), [r#"10ms n0 "answers yes" → unknown"#, r#"10ms n7 "answers yes" → unknown"#]);
    assert_eq!(told.run.witness.unheard, 2);
}

#[test]
fn an_answer_that_was_due_dies_with_its_replica() {
    check(
        with([Fault::Crash(crash(15, 10))]),
        "10ms n0 answers yes after 10ms",
        &[r#"10ms n0 "answers yes after 10ms" → unknown"#],
    );
}

#[test]
fn an_answer_under_way_survives_its_replica() {
    check(
        |s| {
            s.access = Latency::Constant(ms(7));
            with([Fault::Crash(crash(15, 10))])(s);
        },
        "10ms n0 answers yes",
        &[r#"10ms n0 "answers yes" → "yes" 17ms"#],
    );
}

/// The name of the event in which a replica handled the n-th request.
fn handled_as(trace: &Trace, nth: u32) -> Name {
    let found = trace
        .records()
        .iter()
        .find(|record| matches!(record.kind, Kind::Request { request, .. } if request.nth == nth));
    found.expect("the request is handled").moment.name
}

#[test]
fn a_request_is_known_by_its_place_in_the_script() {
    let trace = tell(1, nothing, "10ms n0 listens; 20ms n0 listens").trace;
    assert_eq!(handled_as(&trace, 1), Name::request(ClientId::SCRIPT, 1));
}

#[test]
fn a_labelled_request_keeps_its_name_when_others_go() {
    let long = tell(1, nothing, r#"10ms n0 draws; 20ms n0 "mine" draws, tells n1 a"#);
    let short = tell(1, nothing, r#"20ms n0 "mine" draws, tells n1 a"#);
    let mine: Path = r#""mine""#.parse().expect("a path");
    assert_eq!(handled_as(&long.trace, 1), mine.name());
    assert_eq!(handled_as(&short.trace, 0), mine.name());
    let draw = |words: &[String]| words[0].rsplit("draw ").next().map(str::to_owned);
    assert_eq!(draw(&long.words), draw(&short.words), "it draws the same");

    let unlabelled = tell(1, nothing, "20ms n0 draws, tells n1 a");
    assert_ne!(draw(&long.words), draw(&unlabelled.words));
}
