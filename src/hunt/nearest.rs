//! The nearest run that holds: the smallest change of a story after which nothing is found in it any more.
//!
//! Changes are tried in a fixed order, from what only the network does to what people ask for: a message of its own fate
//! like all others, two arrivals the other way round, a message lost, a request earlier or later, a fault or a request
//! left out. The first after which the run holds is the nearest.

use super::Limits;
use crate::base::{Fate, Name, Path, ReplicaId, Seed, Time};
use crate::model::Ask;
use crate::run::{Picture, Runner, Story, Transcript};
use crate::trace::{Kind, Record};
use crate::zoo::{Asked, Viewed};

/// A run that holds, and what makes it another one than that which does not.
#[derive(Clone, Debug)]
pub struct Nearest {
    /// What is different, such as `n0 request 1 → n1 were lost`, after "if".
    pub change: String,
    /// What happens then.
    pub picture: Picture,
}

/// So many changes are tried at most.
const MOST: usize = 400;

/// A change of a story.
enum Change {
    /// The fate of this number is that of any message.
    Usual(usize),
    /// A message has this fate.
    Fated(Path, Fate),
    /// The request of this number comes at another time.
    Moved(usize, Time),
    /// There is no fault of this number.
    Faultless(usize),
    /// Nobody makes the request of this number.
    Unasked(usize),
}

/// Looks for it.
pub(super) fn nearest<O: Asked, V: Viewed>(
    runner: &mut Runner<O, V>,
    (story, seed): (&Story<O>, Seed),
    transcript: &Transcript<O>,
    limits: &Limits,
) -> Option<Nearest> {
    let changes = story.plan.names().scope(|| changes(story, transcript));
    let untired = changes.into_iter().take(MOST).take_while(|_| !limits.are_reached());
    let holds = |(_, change): &(String, Change)| {
        let ran = applied(story, change).map(|story| runner.glance(&story, seed));
        ran.is_some_and(|ran| ran.run.is_some() && ran.finding.is_none())
    };
    let (words, change) = { untired }.find(holds)?;
    let changed = applied(story, &change)?;
    let (ran, transcript) = runner.record(&changed, seed);
    // What is looked at in full may show what a glance does not.
    let picture = Picture::of(&changed, &transcript, None);
    ran.finding.is_none().then_some(Nearest { change: words, picture })
}

fn applied<O: Clone>(story: &Story<O>, change: &Change) -> Option<Story<O>> {
    let mut story = story.clone();
    match change {
        Change::Usual(nth) => drop(story.fates.remove(*nth)),
        Change::Fated(path, fate) => story.fates.push((path.clone(), *fate)),
        Change::Moved(nth, at) => story.requests.get_mut(*nth)?.at = *at,
        Change::Unasked(nth) => drop(story.requests.remove(*nth)),
        Change::Faultless(nth) => {
            let mut scenario = story.plan.scenario().clone();
            scenario.faults.remove(*nth);
            story.plan = scenario.plan().ok()?;
        }
    }
    Some(story)
}

/// A message that came, once and whole.
struct Came<'a> {
    path: &'a Path,
    to: ReplicaId,
    sent: Time,
    at: Time,
}

/// All changes that are worth a try, each in words.
fn changes<O: Asked>(story: &Story<O>, transcript: &Transcript<O>) -> Vec<(String, Change)> {
    let paths = transcript.paths();
    let fated = |path: &Path| story.fates.iter().any(|(other, _)| other == path);
    let came = came(transcript.trace().records(), |message| paths.get(message).filter(|path| !fated(path)));
    let mut changes = Vec::new();
    for (nth, (path, fate)) in story.fates.iter().enumerate() {
        let words = match fate.copies().len() {
            0 => format!("{path} were not lost"),
            1 => format!("{path} took as long as other messages"),
            _ => format!("{path} came only once"),
        };
        changes.push((words, Change::Usual(nth)));
    }
    for (nth, first) in came.iter().enumerate() {
        let next = came[nth + 1..].iter().find(|next| next.to == first.to);
        changes.extend(next.map(|next| {
            let fate = Fate::after(just_after(next.at).since(first.sent));
            (format!("{} came after {}", first.path, next.path), Change::Fated(first.path.clone(), fate))
        }));
    }
    for message in &came {
        changes.push((format!("{} were lost", message.path), Change::Fated(message.path.clone(), Fate::lost())));
    }
    let requests: Vec<(String, Time, ReplicaId)> =
        story.requests.iter().map(|asked| (words(&asked.op), asked.at, asked.replica)).collect();
    for (nth, (op, at, replica)) in requests.iter().enumerate() {
        let here = || came.iter().filter(|message| message.to == *replica);
        if let Some(earlier) = here().rfind(|message| message.at <= *at) {
            let at = Time(earlier.at.0.saturating_sub(1));
            changes.push((format!("{op} at {replica} came before {}", earlier.path), Change::Moved(nth, at)));
        }
        if let Some(later) = here().find(|message| message.at > *at) {
            let at = just_after(later.at);
            changes.push((format!("{op} at {replica} came after {}", later.path), Change::Moved(nth, at)));
        }
    }
    for nth in 0..story.plan.scenario().faults.len() {
        changes.push((format!("there were no fault {}", nth + 1), Change::Faultless(nth)));
    }
    for (nth, (op, _, replica)) in requests.iter().enumerate() {
        changes.push((format!("nobody asked {replica} for {op}"), Change::Unasked(nth)));
    }
    changes
}

fn words<O: Asked>(ask: &Ask<O>) -> String {
    match ask {
        Ask::Do(op) => format!("{op:?}"),
        Ask::Read => "a look".to_owned(),
    }
}

fn just_after(at: Time) -> Time {
    Time(at.0.saturating_add(1))
}

/// The messages that came, in the order of their arrival; those of several copies are left out.
fn came<'a>(records: &[Record], path: impl Fn(Name) -> Option<&'a Path>) -> Vec<Came<'a>> {
    let single = |name: Name| {
        records.iter().any(|record| {
            matches!(&record.kind, Kind::Fate { message, fate, .. } if *message == name && fate.copies().len() == 1)
        })
    };
    let came = records.iter().filter_map(|record| match &record.kind {
        Kind::Deliver { message, to, sent, damaged: false, .. } if single(*message) => {
            Some(Came { path: path(*message)?, to: *to, sent: *sent, at: record.moment.at })
        }
        _ => None,
    });
    came.collect()
}
