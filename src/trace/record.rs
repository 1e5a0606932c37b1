//! A recording: every event of a run, numbered, as plain values.
//!
//! The numbers are stable: the same run gives the same events the same numbers, whoever else watches it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cause, Event, Memory, Moment, Observer};
use crate::base::{
    Carries, Fate, Identity, Incarnation, Name, Observed, ReplicaId, RequestId, Span, Time, TimerId, Update,
};

/// One recorded event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number in the recording, from 0.
    pub number: u32,
    /// The handled event that it is part of.
    pub moment: Moment,
    /// What happened.
    pub kind: Kind,
}

/// What happened; the meanings are those of [`Event`]. Operations, answers and bodies are kept as text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "every field is documented where it comes from, at `Event`")]
pub enum Kind {
    Start { replica: ReplicaId, identity: Identity, durable: bool },
    Restart { replica: ReplicaId, identity: Identity, incarnation: Incarnation, memory: Memory, lost: u32 },
    Invoke { request: RequestId, replica: ReplicaId, op: String },
    Request { request: RequestId, replica: ReplicaId, op: String },
    Deliver { message: Name, copy: u32, from: ReplicaId, to: ReplicaId, sent: Time, damaged: bool },
    Timer { replica: ReplicaId, timer: TimerId },
    Send { message: Name, from: ReplicaId, to: ReplicaId, size: u64, carries: Carries, body: String },
    Fate { message: Name, fate: Fate, cause: Option<Cause> },
    Miss { message: Name, copy: u32, cause: Cause },
    Accept { request: RequestId, update: Update, reading: Time, applied: bool },
    Keep { replica: ReplicaId },
    Read { replica: ReplicaId, reading: Time },
    Incorporate { replica: ReplicaId, message: Option<Name>, updates: Vec<Update> },
    Equal { replica: ReplicaId },
    Answer { request: RequestId, replica: ReplicaId, answer: String },
    Answered { request: RequestId, answer: String },
    SetTimer { replica: ReplicaId, timer: TimerId, after: Span },
    Saved { replica: ReplicaId },
    BackedUp { replica: ReplicaId, fault: u32 },
    Synced { replica: ReplicaId },
    Crash { replica: ReplicaId, after_sends: Option<u32> },
    Pause { replica: ReplicaId },
    Resume { replica: ReplicaId },
    Partition { fault: u32 },
    Heal { fault: u32 },
    ClockJump { replica: ReplicaId, by: i64 },
    Calm,
}

impl Kind {
    fn of<S: Observed>(event: &Event<'_, S>) -> Kind {
        match *event {
            Event::Start { replica, identity, durable } => Kind::Start { replica, identity, durable },
            Event::Restart { replica, identity, incarnation, memory, lost } => {
                Kind::Restart { replica, identity, incarnation, memory, lost }
            }
            Event::Invoke { request, replica, op } => Kind::Invoke { request, replica, op: format!("{op:?}") },
            Event::Request { request, replica, op } => Kind::Request { request, replica, op: format!("{op:?}") },
            Event::Deliver { message, copy, from, to, sent, damaged } => {
                Kind::Deliver { message, copy, from, to, sent, damaged }
            }
            Event::Timer { replica, timer } => Kind::Timer { replica, timer },
            Event::Send { message, from, to, size, carries, body } => {
                Kind::Send { message, from, to, size, carries: carries.clone(), body: format!("{body:?}") }
            }
            Event::Fate { message, fate, cause } => Kind::Fate { message, fate: *fate, cause },
            Event::Miss { message, copy, cause } => Kind::Miss { message, copy, cause },
            Event::Accept { request, update, reading, applied } => Kind::Accept { request, update, reading, applied },
            Event::Keep { replica } => Kind::Keep { replica },
            Event::Read { replica, reading } => Kind::Read { replica, reading },
            Event::Incorporate { replica, message, updates } => {
                Kind::Incorporate { replica, message, updates: updates.to_vec() }
            }
            Event::Equal { replica } => Kind::Equal { replica },
            Event::Answer { request, replica, answer } => {
                Kind::Answer { request, replica, answer: format!("{answer:?}") }
            }
            Event::Answered { request, answer } => Kind::Answered { request, answer: format!("{answer:?}") },
            Event::SetTimer { replica, timer, after } => Kind::SetTimer { replica, timer, after },
            Event::Saved { replica } => Kind::Saved { replica },
            Event::BackedUp { replica, fault } => Kind::BackedUp { replica, fault },
            Event::Synced { replica } => Kind::Synced { replica },
            Event::Crash { replica, after_sends } => Kind::Crash { replica, after_sends },
            Event::Pause { replica } => Kind::Pause { replica },
            Event::Resume { replica } => Kind::Resume { replica },
            Event::Partition { fault } => Kind::Partition { fault },
            Event::Heal { fault } => Kind::Heal { fault },
            Event::ClockJump { replica, by } => Kind::ClockJump { replica, by },
            Event::Calm => Kind::Calm,
        }
    }

    /// The replica at which it happened, where it happened at one.
    pub fn replica(&self) -> Option<ReplicaId> {
        match *self {
            Kind::Start { replica, .. }
            | Kind::Restart { replica, .. }
            | Kind::Request { replica, .. }
            | Kind::Timer { replica, .. }
            | Kind::Incorporate { replica, .. }
            | Kind::Answer { replica, .. }
            | Kind::SetTimer { replica, .. }
            | Kind::Keep { replica }
            | Kind::Equal { replica }
            | Kind::Read { replica, .. }
            | Kind::Saved { replica }
            | Kind::BackedUp { replica, .. }
            | Kind::Synced { replica }
            | Kind::Crash { replica, .. }
            | Kind::Pause { replica }
            | Kind::Resume { replica }
            | Kind::ClockJump { replica, .. } => Some(replica),
            Kind::Deliver { to, .. } => Some(to),
            Kind::Send { from, .. } => Some(from),
            Kind::Accept { update, .. } => Some(update.replica),
            Kind::Invoke { .. }
            | Kind::Fate { .. }
            | Kind::Miss { .. }
            | Kind::Answered { .. }
            | Kind::Partition { .. }
            | Kind::Heal { .. }
            | Kind::Calm => None,
        }
    }
}

/// All that was recorded of a run, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    records: Vec<Record>,
}

impl Trace {
    /// The records, by number.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// What clients asked and were told: one line for each request.
    pub fn history(&self) -> Vec<Exchange> {
        let mut exchanges: Vec<Exchange> = Vec::new();
        let mut open: BTreeMap<RequestId, usize> = BTreeMap::new();
        for record in &self.records {
            match &record.kind {
                Kind::Invoke { request, replica, op } => {
                    open.insert(*request, exchanges.len());
                    exchanges.push(Exchange {
                        request: *request,
                        replica: *replica,
                        op: op.clone(),
                        invoked: record.moment.at,
                        answered: None,
                    });
                }
                Kind::Answered { request, answer } => {
                    if let Some(asked) = open.remove(request) {
                        exchanges[asked].answered = Some((record.moment.at, answer.clone()));
                    }
                }
                _ => {}
            }
        }
        exchanges
    }
}

/// A trace typed by hand.
impl FromIterator<(Moment, Kind)> for Trace {
    fn from_iter<I: IntoIterator<Item = (Moment, Kind)>>(events: I) -> Trace {
        let records = (0..).zip(events).map(|(number, (moment, kind))| Record { number, moment, kind }).collect();
        Trace { records }
    }
}

/// One request, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The client and the number of its request.
    pub request: RequestId,
    /// Whom it asked.
    pub replica: ReplicaId,
    /// What for.
    pub op: String,
    /// When it asked.
    pub invoked: Time,
    /// When it was told what; unknown where it never was.
    pub answered: Option<(Time, String)>,
}

/// Records a run.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    trace: Trace,
    names: BTreeSet<Name>,
    messages: BTreeSet<Name>,
    step: u64,
}

impl Recorder {
    /// One that has seen nothing.
    pub fn new() -> Recorder {
        Recorder::default()
    }

    /// What it has seen so far.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// All that it has seen.
    pub fn into_trace(self) -> Trace {
        self.trace
    }
}

impl<S: Observed> Observer<S> for Recorder {
    /// # Panics
    /// Where two events, or two messages, of one run have the same name.
    fn event(&mut self, moment: &Moment, event: &Event<'_, S>) {
        if moment.step > self.step {
            self.step = moment.step;
            assert!(self.names.insert(moment.name), "two handled events are called {} at {}", moment.name, moment.at);
        }
        if let Event::Send { message, .. } = event {
            assert!(self.messages.insert(*message), "two messages are called {message} at {}", moment.at);
        }
        let number = self.trace.records.len() as u32;
        self.trace.records.push(Record { number, moment: *moment, kind: Kind::of(event) });
    }
}
