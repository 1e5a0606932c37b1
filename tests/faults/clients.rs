//! Clients as state machines: time-outs, retries, and answers that come too late.

use squall::base::{ClientId, RequestId, Seed, Span, TimerId};
use squall::replica::{Client, ClientContext};
use squall::scenario::{Crash, Down, Fault, Latency, Scenario};
use squall::trace::Recorder;
use squall::world::{Dealt, World};

use crate::support::log::Log;
use crate::support::story::{crash, ms, n, nothing, with};

/// Asks one replica after the other the same thing, a patience apart, until one answers.
struct Patient {
    question: &'static str,
    patience: Span,
    asked: u32,
    told: Vec<String>,
}

const GIVES_UP: TimerId = TimerId(0);

impl Patient {
    fn ask(&mut self, cx: &mut ClientContext<'_, Log>) {
        cx.ask(n(self.asked % cx.members()), self.question.to_owned());
        self.asked += 1;
        cx.set_timer(GIVES_UP, self.patience);
    }
}

impl Client<Log> for Patient {
    fn start(&mut self, cx: &mut ClientContext<'_, Log>) {
        self.ask(cx);
    }

    fn answered(&mut self, request: RequestId, answer: &String, cx: &mut ClientContext<'_, Log>) {
        self.told.push(format!("{answer} to {} at {}", request.nth + 1, Span(cx.now().0)));
        cx.cancel_timer(GIVES_UP);
        // What it was told leaves the client as a request of its own: nobody else can see it.
        cx.ask(n(cx.members() - 1), format!("keeps {}", self.told.join(";").replace(' ', "_")));
    }

    fn timer(&mut self, _: TimerId, cx: &mut ClientContext<'_, Log>) {
        self.ask(cx);
    }
}

/// What a patient client asks and is told, and what the last replica knows of it at the end.
#[track_caller]
fn check(change: impl FnOnce(&mut Scenario), question: &'static str, patience: u64, expected: &[&str]) {
    let mut scenario = Scenario::new(3);
    change(&mut scenario);
    let plan = scenario.plan().unwrap_or_else(|refusals| panic!("{refusals}"));
    let clients = (1, |_: ClientId| Patient { question, patience: ms(patience), asked: 0, told: Vec::new() });
    let (mut world, mut recorder) = (World::new(), Recorder::new());
    let run = world.run(&plan, &Log::new, &clients, &mut Dealt::new(Seed(1)), &mut recorder);
    assert_eq!(run, world.run(&plan, &Log::new, &clients, &mut Dealt::new(Seed(1)), &mut ()));
    let history = recorder.trace().history();
    let questions = history.iter().filter(|exchange| exchange.op.contains(question));
    let mut lines: Vec<String> = questions
        .map(|exchange| {
            let answered = exchange.answered.as_ref().map_or("unknown".to_owned(), |(at, _)| Span(at.0).to_string());
            format!("{} {} → {answered}", Span(exchange.invoked.0), exchange.replica)
        })
        .collect();
    let last = world.replicas().last().and_then(|log| log.kept.last());
    lines.extend(last.map(|told| told.replace('_', " ")));
    assert_eq!(lines, expected);
}

#[test]
fn an_answer_in_time_stops_the_clock() {
    check(nothing, "answers yes after 5ms", 20, &["0s n0 → 5ms", "yes to 1 at 5ms"]);
}

#[test]
fn a_client_that_waits_too_long_asks_another() {
    check(
        with([Fault::Crash(Crash { down: Down::Forever, ..crash(1, 0) })]),
        "answers yes after 5ms",
        20,
        &["0s n0 → unknown", "20ms n1 → 25ms", "yes to 2 at 25ms"],
    );
}

#[test]
fn an_answer_may_come_after_the_client_has_asked_again() {
    check(
        nothing,
        "answers yes after 30ms",
        20,
        &["0s n0 → 30ms", "20ms n1 → 50ms", "yes to 1 at 30ms;yes to 2 at 50ms"],
    );
}

#[test]
fn the_way_to_a_replica_and_back_takes_time() {
    check(|s| s.access = Latency::Constant(ms(4)), "answers yes after 5ms", 20, &["0s n0 → 13ms", "yes to 1 at 13ms"]);
}

#[test]
fn a_client_is_silent_when_the_world_is_calm() {
    check(
        |s| {
            s.replicas = 1;
            s.duration = ms(50);
        },
        "listens",
        20,
        &["0s n0 → unknown", "20ms n0 → unknown", "40ms n0 → unknown"],
    );
}
