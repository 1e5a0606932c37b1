//! A run as a row of scenes: what a replica did in one handled event, in words, and what it followed from.
//!
//! All exports for viewers are made from these. The law: the clocks order the scenes as cause and effect do, and each
//! replica's own entry counts its scenes without a gap, also where scenes in between are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::escape;
use crate::base::{Known, Name, ReplicaId, Time};
use crate::check::{Guarantee, Violation};
use crate::run::Picture;
use crate::scenario::{Fault, Shape};
use crate::trace::{Cause, HappensBefore, Kind, Memory, Record};

/// Longer operations, views and answers are cut short.
const LONGEST: usize = 160;

/// What one replica did in one handled event.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    /// The how-many-eth handled event of the run.
    pub(super) step: u64,
    /// When.
    pub(super) at: Time,
    /// Whose.
    pub(super) replica: ReplicaId,
    /// What happened, in a few words.
    pub(super) says: String,
    /// The message that was received.
    pub(super) gets: Option<Got>,
    /// The messages that were sent.
    pub(super) sends: Vec<Sent>,
    /// What the replica shows from now on, if that is new.
    pub(super) shows: Option<String>,
    /// Whether the violation showed here.
    pub(super) is_wrong: bool,
    /// How many scenes of each replica this one follows from, itself included.
    pub(super) clock: Rc<Vec<u64>>,
}

/// A message that was received.
#[derive(Clone, Copy, Debug)]
pub(super) struct Got {
    pub(super) message: Name,
    pub(super) from: ReplicaId,
    pub(super) copy: u32,
    pub(super) sent: Time,
    pub(super) damaged: bool,
}

/// A message that was sent.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) message: Name,
    pub(super) to: ReplicaId,
    /// Why it never arrived, if the network lost it.
    pub(super) lost: Option<String>,
}

/// A scene, or something that happened to the network.
#[derive(Clone, Debug)]
pub(super) enum Turn {
    Scene(Scene),
    /// A partition begins, or ends.
    Wall {
        at: Time,
        fault: u32,
        up: bool,
        says: String,
    },
    /// A copy of a message found nobody, or was cut off under way.
    Miss {
        from: ReplicaId,
        to: ReplicaId,
        why: String,
    },
}

/// What is worth telling: what a violation followed from, or all.
pub(super) fn turns(picture: &Picture, all: bool) -> Vec<Turn> {
    picture.named(|| Telling::of(picture, all).tell())
}

/// The scenes alone.
pub(super) fn scenes(picture: &Picture, all: bool) -> Vec<Scene> {
    let scene = |turn| match turn {
        Turn::Scene(scene) => Some(scene),
        Turn::Wall { .. } | Turn::Miss { .. } => None,
    };
    turns(picture, all).into_iter().filter_map(scene).collect()
}

/// The records of each handled event.
pub(super) fn steps(picture: &Picture) -> Vec<(u64, &[Record])> {
    let records = picture.trace.records().chunk_by(|one, next| one.moment.step == next.moment.step);
    records.filter_map(|records| Some((records.first()?.moment.step, records))).collect()
}

/// The requests and deliveries that are told: those that a violation followed from and that changed something.
pub(super) fn chosen(picture: &Picture, all: bool) -> BTreeSet<u64> {
    let handled = picture.trace.records().iter().filter_map(|record| match record.kind {
        Kind::Request { .. } | Kind::Deliver { .. } => Some(record.moment.step),
        _ => None,
    });
    if all {
        return handled.collect();
    }
    let changed: BTreeSet<u64> = picture.states.iter().map(|state| state.step).collect();
    let Some(violation) = picture.violation() else {
        return handled.filter(|step| changed.contains(step)).collect();
    };
    let order = HappensBefore::of(&picture.trace);
    let mut past: BTreeSet<u64> = order.past(violation.at.step).into_iter().collect();
    // What the others show that are concerned, they show because of what they did last.
    for replica in &violation.replicas {
        let last =
            picture.states.iter().rev().find(|state| state.replica == *replica && state.step <= violation.at.step);
        past.extend(last.map(|state| order.past(state.step)).unwrap_or_default());
    }
    let at_the_end = violation.check == "settles";
    let seen = seen(picture, violation);
    handled
        .filter(|step| (at_the_end || past.contains(step)) && (changed.contains(step) || *step == violation.at.step))
        .chain(seen)
        .collect()
}

/// Where a client was shown something that did not fit together: all that this client asked for until then.
fn seen(picture: &Picture, violation: &Violation) -> Vec<u64> {
    if !Guarantee::ALL.iter().any(|guarantee| guarantee.about().name == violation.check) {
        return Vec::new();
    }
    let requests = || {
        picture.trace.records().iter().filter_map(|record| match record.kind {
            Kind::Request { request, .. } if record.moment.step <= violation.at.step => {
                Some((record.moment.step, request.client))
            }
            _ => None,
        })
    };
    let client = requests().find(|(step, _)| *step == violation.at.step).map(|(_, client)| client);
    requests().filter(|(_, other)| Some(*other) == client).map(|(step, _)| step).collect()
}

/// What a replica comes back with, in words.
pub(super) fn remembered(picture: &Picture, memory: &Memory) -> String {
    match memory {
        Memory::Durable => "what was durable".to_owned(),
        Memory::Backup(_) => "an older backup".to_owned(),
        Memory::CloneOf(other) => format!("the disk of {}", picture.name(*other)),
        Memory::Nothing => "nothing".to_owned(),
    }
}

/// Who is cut off from whom by a partition, and what it is called.
pub(super) fn wall(picture: &Picture, fault: u32) -> String {
    let Some(Fault::Partition(partition)) = picture.faults.get(fault as usize) else {
        return format!("fault {}", fault + 1);
    };
    let list = |group: &[ReplicaId]| group.iter().map(ReplicaId::to_string).collect::<Vec<_>>().join(", ");
    let all = || (0..picture.names.len() as u32).map(ReplicaId);
    let rest = |but: &dyn Fn(&ReplicaId) -> bool| list(&all().filter(|replica| !but(replica)).collect::<Vec<_>>());
    let sides: Vec<String> = match &partition.shape {
        Shape::Groups(groups) => {
            let others = rest(&|replica| groups.iter().flatten().any(|other| other == replica));
            groups.iter().map(|group| list(group)).chain([others]).collect()
        }
        Shape::OneWay(from, to) => vec![format!("{} does not hear {}", list(to), list(from))],
        Shape::Bridge { over, half } => {
            let others = rest(&|replica| replica == over || half.contains(replica));
            vec![list(half), format!("{over} in between"), others]
        }
        Shape::Isolate(alone) => {
            let others = rest(&|replica| alone.contains(replica));
            alone.iter().map(ReplicaId::to_string).chain([others]).collect()
        }
        Shape::Halves => vec!["two halves".to_owned()],
    };
    let sides: Vec<String> = sides.into_iter().filter(|side| !side.is_empty()).collect();
    let name = partition.name.as_ref().map_or(String::new(), |name| format!(" ({})", escape::line(name, LONGEST)));
    escape::line(&format!("{}{name}", sides.join(" | ")), LONGEST)
}

/// An operation without the word that all of them have.
pub(super) fn asked(op: &str) -> &str {
    op.strip_prefix("Do(").and_then(|op| op.strip_suffix(')')).unwrap_or(op)
}

struct Telling<'a> {
    picture: &'a Picture,
    /// The steps that are told.
    told: BTreeSet<u64>,
    /// What each replica has seen of the scenes told.
    clocks: Vec<Vec<u64>>,
    /// What the sender of each message had seen, and who it was.
    senders: BTreeMap<Name, (ReplicaId, ReplicaId, Rc<Vec<u64>>)>,
}

impl<'a> Telling<'a> {
    fn of(picture: &'a Picture, all: bool) -> Telling<'a> {
        let mut told = chosen(picture, all);
        let mut sent: BTreeMap<Name, u64> = BTreeMap::new();
        let mut senders: Vec<u64> = Vec::new();
        for record in picture.trace.records() {
            let step = record.moment.step;
            match &record.kind {
                Kind::Send { message, .. } => drop(sent.insert(*message, step)),
                // What is received was sent by somebody.
                Kind::Deliver { message, .. } if told.contains(&step) => senders.extend(sent.get(message)),
                Kind::Crash { .. } | Kind::Restart { .. } | Kind::Pause { .. } | Kind::Resume { .. } => {
                    told.insert(step);
                }
                Kind::ClockJump { .. } | Kind::Fate { cause: Some(Cause::Script), .. } => drop(told.insert(step)),
                Kind::Start { .. } | Kind::Timer { .. } if all => drop(told.insert(step)),
                _ => {}
            }
        }
        told.extend(senders);
        told.extend(picture.violation().map(|violation| violation.at.step));
        let replicas = picture.names.len();
        Telling { picture, told, clocks: vec![vec![0; replicas]; replicas], senders: BTreeMap::new() }
    }

    fn tell(mut self) -> Vec<Turn> {
        let mut states = self.picture.states.iter().peekable();
        let mut known: BTreeMap<ReplicaId, Known> = BTreeMap::new();
        let mut turns = Vec::new();
        for (step, records) in steps(self.picture) {
            let mut shows = None;
            while let Some(state) = states.next_if(|state| state.step <= step) {
                let before = known.insert(state.replica, state.known.clone()).unwrap_or_default();
                let news: Known = state.known.beyond(&before).collect();
                let learns = if news.is_empty() { String::new() } else { format!(", now knows {news}") };
                shows = Some(escape::line(&format!("{}{learns}", escape::line(&state.view, LONGEST)), 2 * LONGEST));
            }
            for record in records {
                let at = record.moment.at;
                match &record.kind {
                    Kind::Partition { fault } | Kind::Heal { fault } => {
                        let up = matches!(record.kind, Kind::Partition { .. });
                        turns.push(Turn::Wall { at, fault: *fault, up, says: wall(self.picture, *fault) });
                    }
                    Kind::Miss { message, cause, .. } => {
                        if let Some((from, to, _)) = self.senders.get(message) {
                            turns.push(Turn::Miss { from: *from, to: *to, why: cause.to_string() });
                        }
                    }
                    _ => {}
                }
            }
            let Some(replica) = records.iter().find_map(|record| record.kind.replica()) else { continue };
            if replica.index() >= self.clocks.len() {
                continue;
            }
            let scene = self.scene(step, replica, records, shows);
            if self.told.contains(&step) && !scene.says.is_empty() {
                turns.push(Turn::Scene(scene));
            }
        }
        turns
    }

    fn scene(&mut self, step: u64, replica: ReplicaId, records: &[Record], shows: Option<String>) -> Scene {
        let gets = records.iter().find_map(|record| match record.kind {
            Kind::Deliver { message, copy, from, sent, damaged, .. } => {
                Some(Got { message, from, copy, sent, damaged })
            }
            _ => None,
        });
        let says: Vec<String> = records.iter().filter_map(|record| self.says(&record.kind)).collect();
        let says = says.join("; ");
        if let Some((.., theirs)) = gets.and_then(|got| self.senders.get(&got.message)) {
            for (mine, theirs) in self.clocks[replica.index()].iter_mut().zip(theirs.iter()) {
                *mine = (*mine).max(*theirs);
            }
        }
        if self.told.contains(&step) && !says.is_empty() {
            self.clocks[replica.index()][replica.index()] += 1;
        }
        let clock = Rc::new(self.clocks[replica.index()].clone());
        let mut sends: Vec<Sent> = Vec::new();
        for record in records {
            match &record.kind {
                Kind::Send { message, from, to, .. } => {
                    self.senders.insert(*message, (*from, *to, clock.clone()));
                    sends.push(Sent { message: *message, to: *to, lost: None });
                }
                Kind::Fate { message, fate, cause } if fate.is_lost() => {
                    if let Some(sent) = sends.iter_mut().find(|sent| sent.message == *message) {
                        sent.lost = Some(cause.map_or_else(|| "lost".to_owned(), |cause| cause.to_string()));
                    }
                }
                _ => {}
            }
        }
        let at = records.first().map_or(Time::START, |record| record.moment.at);
        let is_wrong = self.picture.violation().is_some_and(|violation| violation.at.step == step);
        Scene { step, at, replica, says, gets, sends, shows, is_wrong, clock }
    }

    /// What is told of one record, if anything is.
    fn says(&self, kind: &Kind) -> Option<String> {
        Some(match kind {
            Kind::Start { .. } => "begins".to_owned(),
            Kind::Restart { memory, lost, .. } => {
                let lost = if *lost > 0 { format!(", {lost} of its updates lost") } else { String::new() };
                format!("comes back with {}{lost}", remembered(self.picture, memory))
            }
            Kind::Request { op, .. } => escape::line(asked(op), LONGEST),
            Kind::Deliver { from, copy, damaged, .. } => {
                let copy = if *copy > 0 { format!("copy {} of ", copy + 1) } else { String::new() };
                let damaged = if *damaged { "damaged " } else { "" };
                format!("receives {copy}a {damaged}message from {}", escape::line(self.picture.name(*from), LONGEST))
            }
            Kind::Timer { timer, .. } => format!("timer {} fires", timer.0),
            Kind::Accept { update, .. } => format!("calls it {}", escape::line(&update.to_string(), LONGEST)),
            Kind::Answer { answer, .. } => format!("answers {}", escape::line(answer, LONGEST)),
            Kind::Crash { after_sends: Some(sends), .. } => format!("crashes after {sends} sends"),
            Kind::Crash { .. } => "crashes".to_owned(),
            Kind::Pause { .. } => "is paused".to_owned(),
            Kind::Resume { .. } => "goes on".to_owned(),
            Kind::ClockJump { by, .. } => format!("its clock jumps by {}s", *by as f64 / 1e9),
            _ => return None,
        })
    }
}
