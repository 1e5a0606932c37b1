//! Runs of a world of [`Log`]s from a script in words, told in words.

use std::ops::ControlFlow;

use squall::base::{Offset, ReplicaId, Root, Seed, Span, Time};
use squall::replica::Scripted;
use squall::scenario::{Crash, Disk, Down, Fault, InFlight, Partition, Rebirth, Scenario, Shape, When, Who};
use squall::trace::{Moment, Observer, Recorder, Trace};
use squall::world::{Dealt, Run, World};

use super::log::Log;

/// What came of a run.
pub(crate) struct Told {
    /// Who heard what, when: `n1: a 1ms, b 2ms`, a part for each replica that heard something.
    pub(crate) heard: Vec<String>,
    /// The same without the times: `n1: a b`.
    pub(crate) words: Vec<String>,
    pub(crate) run: Run,
    pub(crate) trace: Trace,
}

impl Told {
    /// What was heard and what the witness saw, in one line.
    pub(crate) fn text(&self) -> String {
        let mut parts = self.heard.clone();
        parts.push(self.run.witness.to_string());
        parts.join(" | ")
    }
}

/// Takes down what replicas hear at the moment they hear it.
#[derive(Default)]
struct Ear {
    heard: Vec<Vec<(Time, String)>>,
    /// For each replica, a life and how much of it was taken down.
    seen: Vec<(u32, usize)>,
}

impl Observer<Log> for Ear {
    fn stepped(&mut self, moment: &Moment, replica: ReplicaId, replicas: &[Log]) -> ControlFlow<()> {
        self.heard.resize(replicas.len(), Vec::new());
        self.seen.resize(replicas.len(), (0, 0));
        let (log, seen) = (&replicas[replica.index()], &mut self.seen[replica.index()]);
        if log.life > seen.0 {
            *seen = (log.life, 0);
        }
        let news = log.heard[seen.1..].iter().map(|word| (moment.at, word.clone()));
        self.heard[replica.index()].extend(news);
        seen.1 = log.heard.len();
        ControlFlow::Continue(())
    }
}

/// A script in words: `10ms n0 tells n1 a; 20ms n1 syncs`. A label may stand before a command:
/// `10ms n0 "first" tells n1 a`.
pub(crate) fn script(text: &str) -> Vec<Scripted<String>> {
    let requests = text.split(';').map(str::trim).filter(|line| !line.is_empty());
    requests
        .map(|line| {
            let mut parts = line.splitn(3, ' ');
            let [at, who, op] = [parts.next(), parts.next(), parts.next()].map(|part| part.expect(line).trim());
            let at: Span = at.parse().unwrap_or_else(|error| panic!("{line}: {error}"));
            let replica = ReplicaId(who[1..].parse().expect(line));
            let (root, op) = match op.strip_prefix('"').and_then(|op| op.split_once('"')) {
                Some((label, op)) => (Some(Root::Label(label.to_owned())), op),
                None => (None, op),
            };
            Scripted { at: Time(at.0), replica, op: op.trim().to_owned(), root }
        })
        .collect()
}

/// Runs a script in a world of three, changed as told, under a seed.
///
/// The run takes place twice, watched and unwatched: nobody may notice the difference.
#[track_caller]
pub(crate) fn tell(seed: u64, change: impl FnOnce(&mut Scenario), text: &str) -> Told {
    let mut scenario = Scenario::new(3);
    change(&mut scenario);
    let plan = scenario.plan().unwrap_or_else(|refusals| panic!("{refusals}"));
    let (mut world, script) = (World::new(), script(text));
    let (mut ear, mut recorder) = (Ear::default(), Recorder::new());
    let run = world.run(&plan, &Log::new, &script[..], &mut Dealt::new(Seed(seed)), &mut (&mut ear, &mut recorder));
    assert_eq!(run, world.run(&plan, &Log::new, &script[..], &mut Dealt::new(Seed(seed)), &mut ()));
    let told = |entry: fn(&(Time, String)) -> String, between: &str| -> Vec<String> {
        let replicas = ear.heard.iter().enumerate().filter(|(_, heard)| !heard.is_empty());
        replicas
            .map(|(n, heard)| format!("n{n}: {}", heard.iter().map(entry).collect::<Vec<_>>().join(between)))
            .collect()
    };
    let heard = told(|(at, word)| format!("{word} {}", Span(at.0)), ", ");
    let words = told(|(_, word)| word.clone(), " ");
    Told { heard, words, run, trace: recorder.into_trace() }
}

/// Compares who heard what when, and what the witness saw, with an expected line.
#[track_caller]
pub(crate) fn check(change: impl FnOnce(&mut Scenario), script: &str, expected: &str) {
    assert_eq!(tell(1, change, script).text(), expected);
}

/// Repeats a command from `first` on, every `step` milliseconds until before `end`; `#` in it is the
/// millisecond.
pub(crate) fn each(first: u64, step: u64, end: u64, command: &str) -> String {
    let times = (first..end).step_by(step as usize);
    times.map(|ms| format!("{ms}ms {}", command.replace('#', &ms.to_string()))).collect::<Vec<_>>().join("; ")
}

pub(crate) const fn ms(n: u64) -> Span {
    Span::millis(n)
}

/// The moment so many milliseconds after the start.
pub(crate) const fn at(n: u64) -> When {
    When::At(Time(n * 1_000_000))
}

pub(crate) const fn n(slot: u32) -> ReplicaId {
    ReplicaId(slot)
}

pub(crate) fn list(slots: &[u32]) -> Vec<ReplicaId> {
    slots.iter().copied().map(ReplicaId).collect()
}

pub(crate) const fn who(slot: u32) -> Who {
    Who::Replica(ReplicaId(slot))
}

/// An offset in milliseconds.
pub(crate) const fn off(ms: i64) -> Offset {
    Offset(ms * 1_000_000)
}

/// A partition from one millisecond to another.
pub(crate) fn partition(shape: Shape, from: u64, until: u64) -> Partition {
    Partition { name: None, shape, from: at(from), until: Some(at(until)), in_flight: InFlight::Cut, flapping: None }
}

/// A crash of `n0` at some millisecond, for some milliseconds.
pub(crate) fn crash(when: u64, down: u64) -> Crash {
    Crash {
        who: who(0),
        at: at(when),
        after_sends: None,
        down: Down::For(ms(down)),
        disk: Disk::Durable,
        identity: Rebirth::Same,
    }
}

/// A change of a scenario that adds faults.
pub(crate) fn with(faults: impl IntoIterator<Item = Fault>) -> impl FnOnce(&mut Scenario) {
    let faults: Vec<Fault> = faults.into_iter().collect();
    move |scenario| scenario.faults.extend(faults)
}

/// A change of a scenario that changes nothing.
pub(crate) fn nothing(_: &mut Scenario) {}
