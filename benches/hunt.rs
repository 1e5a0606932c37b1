//! How fast runs are judged: whole runs of tiny worlds, with more and more checks on.
//!
//! Three replicas gossip every 20 ms for half a second, under loss, duplicates and a partition, with about
//! fifty operations, and settle. Beside them: one run among 500 replicas with and without the check that equal
//! knowledge shows the same, and thirty virtual days of five replicas with all checks on, for the memory that
//! takes. `cargo bench --bench hunt` prints a table; with `-- --lines` one
//! line a workload: what, replicas, virtual ms, count of runs, events, CPU seconds, runs per CPU second, peak
//! KB, check. A workload can be named, to run alone.

use std::fmt::Debug;

use squall::base::{ClientId, Observed, Odds, Seed, Span, Time};
use squall::check::{Check, Creation, Judge, Ledger, Meets, Sec, Settles};
use squall::model::{Ask, Specification};
use squall::run::{Mix, Proposer};
use squall::scenario::{Activity, Duplicates, Fault, InFlight, Latency, Partition, Plan, Scenario, Shape, When};
use squall::world::{Dealt, Ended, World};
use squall::zoo::Specified;
use squall::zoo::counter::GCounter;
use squall::zoo::set::OrSet;
use squall::zoo::sync::{FullState, Pace, Protocol, Synced};

#[path = "support/meter.rs"]
mod meter;

use meter::Meter;

fn plan() -> Plan {
    let mut scenario = Scenario::new(3);
    scenario.duration = Span::millis(500);
    scenario.settle = Span::millis(300);
    scenario.link.latency = Latency::Uniform(Span::millis(1), Span::millis(20));
    scenario.link.loss = Odds::permille(100);
    let delay = Latency::Uniform(Span::millis(1), Span::millis(20));
    scenario.link.duplicates = Some(Duplicates { odds: Odds::permille(100), delay });
    scenario.faults.push(Fault::Partition(Partition {
        name: None,
        shape: Shape::Groups(vec![vec![squall::base::ReplicaId(0)]]),
        from: When::At(Time(100_000_000)),
        until: Some(When::At(Time(300_000_000))),
        in_flight: InFlight::Arrive,
        flapping: None,
    }));
    scenario.plan().unwrap_or_else(|refusals| panic!("{refusals}"))
}

/// Which checks are on.
#[derive(Clone, Copy, PartialEq)]
enum On {
    Off,
    Sec,
    Spec,
    All,
}

const MODES: [(&str, On); 4] = [("off", On::Off), ("sec", On::Sec), ("spec", On::Spec), ("all", On::All)];

fn checks<S, O, V>(on: On, specification: &Specification<O, V>) -> Vec<Box<dyn Check<S, O>>>
where
    S: Observed<View = V>,
    O: Debug + 'static,
    V: Debug + Eq + 'static,
{
    let mut checks: Vec<Box<dyn Check<S, O>>> = Vec::new();
    if on != On::Off {
        checks.push(Box::new(Sec::default()));
    }
    if on == On::Spec || on == On::All {
        checks.push(Box::new(Meets::new(specification.clone())));
    }
    if on == On::All {
        checks.push(Box::new(Creation::default()));
        checks.push(Box::new(Settles::new(Some(specification.clone()))));
    }
    checks
}

fn hunt<P>(what: &str, protocol: &P, on: On, runs: u64, lines: bool)
where
    P: Protocol<Value: Specified>,
    Synced<P>: Observed<
            Op = Ask<<P::Value as squall::replica::DataType>::Op>,
            View = <P::Value as squall::replica::DataType>::View,
        >,
    <P::Value as squall::replica::DataType>::Op: 'static,
    <P::Value as squall::replica::DataType>::View: 'static,
{
    let plan = plan();
    let specification = protocol.value().specification();
    let keys = specification.parts().map_or((|_: &_| None) as fn(&_) -> _, |parts| parts.key);
    let mut judge = Judge::new(Ledger::new(keys), checks(on, &specification));
    let mut world = World::new();
    let system = Synced::everywhere(protocol.clone(), Pace::each(Span::millis(20)));
    let activity =
        std::sync::Arc::new(Activity { every: Span::millis(10), odds: Odds::permille(333), ..Activity::default() });
    let users = (3, |_: ClientId| Proposer { activity: std::sync::Arc::clone(&activity), mix: Mix::default() });
    let (mut events, mut check) = (0, 0);
    let meter = Meter::start();
    for seed in (0..runs).map(Seed) {
        let run = if on == On::Off {
            world.run(&plan, &system, &users, &mut Dealt::new(seed), &mut ())
        } else {
            judge.reset();
            let run = world.run(&plan, &system, &users, &mut Dealt::new(seed), &mut judge);
            assert_eq!(judge.ended(run.ended != Ended::Exhausted, world.replicas()), None);
            run
        };
        events += run.events;
        check ^= run.hash.0 as u64;
    }
    let measured = meter.stop(runs, events);
    match lines {
        true => measured.line(what, 3, 500, check),
        false => println!("{what:<24}{measured} a run"),
    }
}

/// One run of a second among 500 replicas.
fn crowd(what: &str, on: On, lines: bool) {
    let mut scenario = Scenario::new(500);
    scenario.link.latency = Latency::Uniform(Span::millis(1), Span::millis(20));
    scenario.duration = Span::secs(1);
    scenario.settle = Span::millis(500);
    scenario.link.loss = Odds::permille(50);
    let activity = Activity { every: Span::millis(100), odds: Odds::permille(50), ..Activity::default() };
    long(what, scenario, activity, Span::millis(20), on, lines);
}

/// Thirty days of five replicas that are asked for something every half hour and gossip every five minutes.
fn month(what: &str, on: On, lines: bool) {
    let mut scenario = Scenario::new(5);
    scenario.link.latency = Latency::Uniform(Span::millis(1), Span::millis(20));
    scenario.duration = Span::secs(30 * 24 * 3600);
    scenario.settle = Span::secs(3600);
    scenario.link.loss = Odds::permille(50);
    let activity = Activity { every: Span::secs(900), odds: Odds::permille(500), ..Activity::default() };
    long(what, scenario, activity, Span::secs(300), on, lines);
}

fn long(what: &str, scenario: Scenario, activity: Activity, period: Span, on: On, lines: bool) {
    let plan = scenario.plan().unwrap_or_else(|refusals| panic!("{refusals}"));
    let protocol = FullState::new(GCounter::new());
    let specification = protocol.value().specification();
    let mut judge = Judge::new(Ledger::new(|_| None), checks(on, &specification));
    let mut world = World::new();
    let system = Synced::everywhere(protocol, Pace::each(period));
    let activity = std::sync::Arc::new(activity);
    let users =
        (plan.replicas(), |_: ClientId| Proposer { activity: std::sync::Arc::clone(&activity), mix: Mix::default() });
    let before = meter::status_kb("VmRSS");
    let meter = Meter::start();
    judge.reset();
    let run = match on {
        On::Off => world.run(&plan, &system, &users, &mut Dealt::new(Seed(1)), &mut ()),
        _ => world.run(&plan, &system, &users, &mut Dealt::new(Seed(1)), &mut judge),
    };
    if on != On::Off {
        assert_eq!(judge.ended(run.ended != Ended::Exhausted, world.replicas()), None);
    }
    let measured = meter.stop(run.events, run.events);
    match lines {
        true => measured.line(what, plan.replicas(), plan.ends_at().0 / 1_000_000, run.hash.0 as u64),
        false => {
            let grown = meter::status_kb("VmRSS").saturating_sub(before);
            let updates = judge.ledger().history().len();
            println!("{what:<24}{measured} an event, {updates} updates, {grown} KiB more");
        }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let lines = arguments.iter().any(|argument| argument == "--lines");
    let named: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let wanted = |what: &str| named.is_empty() || named.iter().any(|name| *name == what);
    if !lines {
        println!("{}", meter::machine());
    }
    for (mode, on) in MODES {
        let what = format!("hunt-gcounter-{mode}");
        if wanted(&what) {
            hunt(&what, &FullState::new(GCounter::new()), on, 20_000, lines);
        }
    }
    for (mode, on) in MODES {
        let what = format!("hunt-or-set-{mode}");
        if wanted(&what) {
            hunt(&what, &FullState::new(OrSet::<String>::new()), on, 10_000, lines);
        }
    }
    for (mode, on) in [("off", On::Off), ("sec", On::Sec)] {
        let what = format!("hunt-500-{mode}");
        if wanted(&what) {
            crowd(&what, on, lines);
        }
    }
    for (mode, on) in [("off", On::Off), ("all", On::All)] {
        let what = format!("hunt-month-{mode}");
        if wanted(&what) {
            month(&what, on, lines);
        }
    }
}
