//! A run as JSON, an object on each line, of a schema with a version: `reports/run.schema.json` says what each field is.
//!
//! The law: the same picture and the same caption give the same bytes, and no value is cut short.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use super::Figures;
use crate::base::{Carries, Fate, Known, Name, ReplicaId, Time};
use crate::run::{Finding, Picture};
use crate::scenario::{Fault, Shape};
use crate::trace::{Came, HappensBefore, Kind, Memory, Message, Record};
use crate::world::Ended;

/// Grows when a field goes away or means something else; new fields may come at any time.
pub const SCHEMA: u32 = 1;

/// What is known of a run beside what happens in it.
#[derive(Clone, Debug, Default)]
pub struct Caption {
    /// What the story is called.
    pub title: String,
    /// What it tells.
    pub about: String,
    /// The file that it is told in.
    pub source: String,
    /// The command that shows it again.
    pub again: String,
}

/// One line.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Line<'a> {
    Run(Box<Head<'a>>),
    Event(Event<'a>),
    Message(Sent<'a>),
    State { step: u64, replica: u32, shows: Cow<'a, str>, knows: Vec<(u32, u32, u32)> },
    Weight { step: u64, replica: u32, bytes: u64 },
    End(Box<End>),
}

#[derive(Debug, Serialize)]
pub(super) struct Head<'a> {
    schema: u32,
    version: &'static str,
    title: &'a str,
    about: &'a str,
    source: &'a str,
    again: &'a str,
    /// A text, since not every reader of JSON keeps sixty-four bits.
    seed: String,
    replicas: &'a [String],
    /// Who is linked with whom; nothing where all are with all.
    links: Option<Vec<(u32, u32)>>,
    faults: Vec<Befalls>,
}

#[derive(Debug, Serialize)]
struct Befalls {
    says: String,
    /// Of a partition between groups: the group of each replica, none for who hears all.
    sides: Option<Vec<Option<u32>>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Event<'a> {
    step: u64,
    at: u64,
    /// The number of the replica that handled it, if one did.
    replica: Option<u32>,
    /// The steps that it followed from directly.
    after: Vec<u64>,
    parts: Vec<Part<'a>>,
}

/// One thing that happened in a handled event.
#[derive(Debug, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum Part<'a> {
    Start { replica: u32, identity: u32 },
    Restart { replica: u32, identity: u32, life: u32, with: String, lost: u32 },
    Invoke { replica: u32, request: String, op: Cow<'a, str> },
    Request { replica: u32, request: String, op: Cow<'a, str> },
    Deliver { message: u32, copy: u32, from: u32, to: u32, damaged: bool },
    Timer { replica: u32, timer: u32 },
    Send { message: u32, from: u32, to: u32 },
    Lost { message: u32, why: String },
    Miss { message: u32, copy: u32, why: String },
    Accept { replica: u32, update: (u32, u32), request: String, applied: bool },
    Keep { replica: u32 },
    Read { replica: u32, reading: u64 },
    Take { replica: u32, message: Option<(u32, u32)>, updates: Vec<(u32, u32)> },
    Equal { replica: u32 },
    Answer { replica: u32, request: String, answer: Cow<'a, str> },
    Answered { request: String, answer: Cow<'a, str> },
    SetTimer { replica: u32, timer: u32, after: u64 },
    Saved { replica: u32 },
    BackedUp { replica: u32, fault: u32 },
    Synced { replica: u32 },
    Crash { replica: u32 },
    Pause { replica: u32 },
    Resume { replica: u32 },
    Partition { fault: u32 },
    Heal { fault: u32 },
    ClockJump { replica: u32, by: i64 },
    Calm,
}

#[derive(Debug, Serialize)]
pub(super) struct Sent<'a> {
    message: u32,
    step: u64,
    at: u64,
    from: u32,
    to: u32,
    size: u64,
    carries: Load,
    body: Cow<'a, str>,
    /// Why there are no copies, where there are none.
    why: Option<String>,
    copies: Vec<Copy>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Load {
    Kind(&'static str),
    Updates(Vec<(u32, u32)>),
}

#[derive(Debug, Serialize)]
struct Copy {
    due: u64,
    damaged: bool,
    /// The event in which it was handled, or missed its receiver; nothing where the run was over before.
    step: Option<u64>,
    at: Option<u64>,
    /// Why it was not handled, where it was not.
    why: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct End {
    /// Why the run ended; nothing where the code under test panicked.
    ended: Option<&'static str>,
    at: u64,
    events: u64,
    hash: Option<String>,
    finding: Option<Found>,
    judged: BTreeMap<&'static str, u64>,
    witness: BTreeMap<&'static str, u64>,
    figures: Tally,
}

#[derive(Debug, Serialize)]
struct Found {
    check: &'static str,
    says: String,
    step: Option<u64>,
    replicas: Vec<u32>,
    expected: String,
    seen: String,
    knowledge: Vec<String>,
    parted: Option<String>,
}

#[derive(Debug, Serialize)]
struct Tally {
    updates: u64,
    last_update: Option<u64>,
    agreed: Option<u64>,
    messages: u64,
    bytes: u64,
    delivered: u64,
    lost: u64,
    heaviest: Option<u64>,
}

/// A run as JSON lines.
pub fn json(picture: &Picture, caption: &Caption) -> String {
    let mut text = String::new();
    for line in picture.named(|| lines(picture, caption, usize::MAX)) {
        // Only maps with keys that are no texts, and writers that fail, make trouble here.
        text += &serde_json::to_string(&line).unwrap_or_else(|error| unreachable!("a line of plain values: {error}"));
        text.push('\n');
    }
    text
}

/// All lines of a run, with no more than so many bytes of each value.
pub(super) fn lines<'a>(picture: &'a Picture, caption: &'a Caption, most: usize) -> Vec<Line<'a>> {
    let messages = Message::all(&picture.trace);
    let numbers: BTreeMap<Name, u32> = (0..).zip(&messages).map(|(nth, message)| (message.name, nth)).collect();
    let copies: BTreeMap<Name, (u32, u32)> = numbers
        .iter()
        .flat_map(|(name, nth)| (0..Fate::MOST as u32).map(|copy| (name.copy(copy), (*nth, copy))))
        .collect();
    let order = HappensBefore::of(&picture.trace);
    let mut lines = vec![Line::Run(Box::new(head(picture, caption)))];
    for records in picture.trace.records().chunk_by(|one, other| one.moment.step == other.moment.step) {
        let moment = records[0].moment;
        lines.push(Line::Event(Event {
            step: moment.step,
            at: moment.at.0,
            replica: handler(records).map(|replica| replica.0),
            after: order.causes(moment.step),
            parts: records.iter().filter_map(|record| part(record, &numbers, &copies, most)).collect(),
        }));
    }
    lines.extend((0..).zip(messages).map(|(nth, message)| Line::Message(sent(nth, message, most))));
    lines.extend(picture.states.iter().map(|state| Line::State {
        step: state.step,
        replica: state.replica.0,
        shows: cut(&state.view, most),
        knows: runs(&state.known),
    }));
    lines.extend(picture.weights.iter().map(|weight| Line::Weight {
        step: weight.step,
        replica: weight.replica.0,
        bytes: weight.bytes,
    }));
    lines.push(Line::End(Box::new(end(picture))));
    lines
}

fn head<'a>(picture: &'a Picture, caption: &'a Caption) -> Head<'a> {
    let replicas = picture.names.len() as u32;
    let links = (!picture.links.is_full()).then(|| {
        let all = (0..replicas).flat_map(|one| (one + 1..replicas).map(move |other| (one, other)));
        all.filter(|(one, other)| picture.links.connected(ReplicaId(*one), ReplicaId(*other))).collect()
    });
    Head {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        title: &caption.title,
        about: &caption.about,
        source: &caption.source,
        again: &caption.again,
        seed: picture.seed.to_string(),
        replicas: &picture.names,
        links,
        faults: picture.faults.iter().map(|fault| befalls(fault, replicas)).collect(),
    }
}

fn befalls(fault: &Fault, replicas: u32) -> Befalls {
    let Fault::Partition(partition) = fault else {
        return Befalls { says: format!("{fault:?}"), sides: None };
    };
    let mut sides = vec![Some(0); replicas as usize];
    let all = |members: &[ReplicaId]| members.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let mut set = |members: &[ReplicaId], side: Option<u32>| {
        for member in members {
            sides[member.index()] = side;
        }
    };
    let says = match &partition.shape {
        Shape::Groups(groups) => {
            for (nth, group) in (1..).zip(groups) {
                set(group, Some(nth));
            }
            let groups: Vec<String> = groups.iter().map(|group| all(group)).collect();
            format!("{} cut off from the rest", groups.join(" | "))
        }
        Shape::Isolate(alone) => {
            for (nth, one) in (1..).zip(alone) {
                set(&[*one], Some(nth));
            }
            format!("{} isolated", all(alone))
        }
        Shape::Bridge { over, half } => {
            set(half, Some(1));
            set(&[*over], None);
            format!("{} and the rest meet only over {over}", all(half))
        }
        Shape::OneWay(speakers, deaf) => {
            return Befalls { says: format!("{} not heard by {}", all(speakers), all(deaf)), sides: None };
        }
        // What the seed drew stands in its place.
        Shape::Halves => return Befalls { says: "two halves".to_owned(), sides: None },
    };
    let flapping = if partition.flapping.is_some() { ", now and then" } else { "" };
    Befalls { says: says + flapping, sides: Some(sides) }
}

/// Who handled an event.
fn handler(records: &[Record]) -> Option<ReplicaId> {
    records.iter().find_map(|record| match record.kind {
        Kind::BackedUp { .. } => None,
        _ => record.kind.replica(),
    })
}

fn part<'a>(
    record: &'a Record,
    numbers: &BTreeMap<Name, u32>,
    copies: &BTreeMap<Name, (u32, u32)>,
    most: usize,
) -> Option<Part<'a>> {
    let number = |message: &Name| numbers.get(message).copied();
    Some(match &record.kind {
        Kind::Start { replica, identity, .. } => Part::Start { replica: replica.0, identity: identity.0 },
        Kind::Restart { replica, identity, incarnation, memory, lost } => Part::Restart {
            replica: replica.0,
            identity: identity.0,
            life: incarnation.0,
            with: match memory {
                Memory::Durable => "what was durable".to_owned(),
                Memory::Backup(_) => "an older backup".to_owned(),
                Memory::CloneOf(other) => format!("the disk of {other}"),
                Memory::Nothing => "nothing".to_owned(),
            },
            lost: *lost,
        },
        Kind::Invoke { request, replica, op } => {
            Part::Invoke { replica: replica.0, request: request.to_string(), op: cut(asked(op), most) }
        }
        Kind::Request { request, replica, op } => {
            Part::Request { replica: replica.0, request: request.to_string(), op: cut(asked(op), most) }
        }
        Kind::Deliver { message, copy, from, to, damaged, .. } => {
            Part::Deliver { message: number(message)?, copy: *copy, from: from.0, to: to.0, damaged: *damaged }
        }
        Kind::Timer { replica, timer } => Part::Timer { replica: replica.0, timer: timer.0 },
        Kind::Send { message, from, to, .. } => Part::Send { message: number(message)?, from: from.0, to: to.0 },
        Kind::Fate { message, fate, cause } if fate.is_lost() => Part::Lost {
            message: number(message)?,
            why: cause.map_or_else(|| "lost".to_owned(), |cause| cause.to_string()),
        },
        // What arrives is told where it does.
        Kind::Fate { .. } => return None,
        Kind::Miss { message, copy, cause } => {
            Part::Miss { message: number(message)?, copy: *copy, why: cause.to_string() }
        }
        Kind::Accept { request, update, applied, .. } => Part::Accept {
            replica: update.replica.0,
            update: (update.replica.0, update.number),
            request: request.to_string(),
            applied: *applied,
        },
        Kind::Keep { replica } => Part::Keep { replica: replica.0 },
        Kind::Read { replica, reading } => Part::Read { replica: replica.0, reading: reading.0 },
        Kind::Incorporate { replica, message, updates } => Part::Take {
            replica: replica.0,
            message: message.and_then(|message| copies.get(&message).copied()),
            updates: updates.iter().map(|update| (update.replica.0, update.number)).collect(),
        },
        Kind::Equal { replica } => Part::Equal { replica: replica.0 },
        Kind::Answer { request, replica, answer } => {
            Part::Answer { replica: replica.0, request: request.to_string(), answer: cut(answer, most) }
        }
        Kind::Answered { request, answer } => {
            Part::Answered { request: request.to_string(), answer: cut(answer, most) }
        }
        Kind::SetTimer { replica, timer, after } => {
            Part::SetTimer { replica: replica.0, timer: timer.0, after: after.0 }
        }
        Kind::Saved { replica } => Part::Saved { replica: replica.0 },
        Kind::BackedUp { replica, fault } => Part::BackedUp { replica: replica.0, fault: *fault },
        Kind::Synced { replica } => Part::Synced { replica: replica.0 },
        Kind::Crash { replica, .. } => Part::Crash { replica: replica.0 },
        Kind::Pause { replica } => Part::Pause { replica: replica.0 },
        Kind::Resume { replica } => Part::Resume { replica: replica.0 },
        Kind::Partition { fault } => Part::Partition { fault: *fault },
        Kind::Heal { fault } => Part::Heal { fault: *fault },
        Kind::ClockJump { replica, by } => Part::ClockJump { replica: replica.0, by: *by },
        Kind::Calm => Part::Calm,
    })
}

/// The beginning of a text that is longer than so many bytes.
fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    Cow::Owned(format!("{}… ({} bytes more)", &text[..end], text.len() - end))
}

/// An operation without what is around it in every request.
fn asked(op: &str) -> &str {
    op.strip_prefix("Do(").and_then(|op| op.strip_suffix(')')).unwrap_or(op)
}

fn sent(nth: u32, message: Message<'_>, most: usize) -> Sent<'_> {
    let copy = |copy: &crate::trace::Passage| {
        let (step, at, why) = match copy.came {
            Came::Delivered(step, at) => (Some(step), Some(at.0), None),
            Came::Missed(step, at, cause) => (Some(step), Some(at.0), Some(cause.to_string())),
            Came::UnderWay => (None, None, None),
        };
        Copy { due: copy.due.0, damaged: copy.damaged, step, at, why }
    };
    Sent {
        message: nth,
        step: message.step,
        at: message.at.0,
        from: message.from.0,
        to: message.to.0,
        size: message.size,
        carries: match message.carries {
            Carries::Everything => Load::Kind("everything"),
            Carries::Digest => Load::Kind("digest"),
            Carries::Nothing => Load::Kind("nothing"),
            Carries::Updates(updates) => {
                Load::Updates(updates.iter().map(|update| (update.replica.0, update.number)).collect())
            }
        },
        body: cut(message.body, most),
        why: message.cause.map(|cause| cause.to_string()),
        copies: message.copies.iter().map(copy).collect(),
    }
}

/// Runs of consecutive updates: whose, the first and the last number.
fn runs(known: &Known) -> Vec<(u32, u32, u32)> {
    let mut runs: Vec<(u32, u32, u32)> = Vec::new();
    for update in known.iter() {
        match runs.last_mut() {
            Some((replica, _, last)) if *replica == update.replica.0 && *last + 1 == update.number => *last += 1,
            _ => runs.push((update.replica.0, update.number, update.number)),
        }
    }
    runs
}

fn end(picture: &Picture) -> End {
    let last = picture.trace.records().last().map(|record| record.moment).unwrap_or_default();
    let figures = Figures::of(picture);
    let nanos = |time: Option<Time>| time.map(|time| time.0);
    let run = picture.run.as_ref();
    End {
        ended: run.map(|run| match run.ended {
            Ended::InTime => "in time",
            Ended::Quiet => "quiet",
            Ended::Observed => "found",
            Ended::Exhausted => "exhausted",
            Ended::Dismissed => "dismissed",
        }),
        at: run.map_or(last.at, |run| run.at).0,
        events: run.map_or(last.step, |run| run.events),
        hash: run.map(|run| run.hash.to_string()),
        finding: picture.finding.as_ref().map(found),
        judged: picture.judged.iter().copied().collect(),
        witness: run.map(|run| run.witness.counts().filter(|(_, count)| *count > 0).collect()).unwrap_or_default(),
        figures: Tally {
            updates: figures.updates,
            last_update: nanos(figures.last_update),
            agreed: nanos(figures.agreed),
            messages: figures.messages,
            bytes: figures.bytes,
            delivered: figures.delivered,
            lost: figures.lost,
            heaviest: figures.heaviest,
        },
    }
}

fn found(finding: &Finding) -> Found {
    let empty = Found {
        check: finding.check(),
        says: finding.to_string(),
        step: None,
        replicas: Vec::new(),
        expected: String::new(),
        seen: String::new(),
        knowledge: Vec::new(),
        parted: None,
    };
    match finding {
        Finding::Violation(violation) => Found {
            says: violation.says.clone(),
            step: Some(violation.at.step),
            replicas: violation.replicas.iter().map(|replica| replica.0).collect(),
            expected: violation.expected.clone(),
            seen: violation.seen.clone(),
            knowledge: violation.knowledge.clone(),
            parted: violation.parted.clone(),
            ..empty
        },
        _ => empty,
    }
}
