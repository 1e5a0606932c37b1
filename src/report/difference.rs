//! Where two runs part: the first event that is not the same in both.
//!
//! Compared is what happens and what replicas show of it; what messages say inside, and how large they are, is left
//! out, so that a system can be held against its repaired twin.

use crate::run::{Picture, State};
use crate::trace::{Kind, Record};

/// Where two runs part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The handled event of the one run; none where it was over.
    pub here: Option<u64>,
    /// The handled event of the other.
    pub there: Option<u64>,
    /// What is different, in words.
    pub says: String,
}

impl Difference {
    /// The first between two runs; nothing where all is the same.
    pub fn first(here: &Picture, there: &Picture) -> Option<Difference> {
        let (mut ours, mut theirs) = (happenings(here), happenings(there));
        let (one, other) = loop {
            match (ours.next(), theirs.next()) {
                (None, None) => return None,
                (Some(one), Some(other)) if one.same(&other) => {}
                parted => break parted,
            }
        };
        let tell = |picture: &Picture, happening: &Option<Happening<'_>>| match happening {
            Some(happening) => picture.named(|| happening.told()),
            None => "the run is over".to_owned(),
        };
        let (told, its) = (tell(here, &one), tell(there, &other));
        // Where the one changed in an event, and the other did not, both have the event.
        let steps = (one.as_ref().map(Happening::step), other.as_ref().map(Happening::step));
        let (here, there, told, its) = match (one, other) {
            (Some(Happening::State(state)), other) if !other.is_some_and(|other| other.is_state(state.step)) => {
                (steps.0, steps.0, told, there.named(|| still(there, state)))
            }
            (one, Some(Happening::State(state))) if !one.is_some_and(|one| one.is_state(state.step)) => {
                (steps.1, steps.1, here.named(|| still(here, state)), its)
            }
            _ => (steps.0, steps.1, told, its),
        };
        Some(Difference { here, there, says: format!("here {told}; there {its}") })
    }
}

/// What a replica shows of which another run says that it changed.
fn still(picture: &Picture, changed: &State) -> String {
    let last = picture.states.iter().rev().find(|state| state.replica == changed.replica && state.step <= changed.step);
    match last {
        Some(state) => format!("{} still shows {}", state.replica, state.view),
        None => format!("{} is not there", changed.replica),
    }
}

/// Something that a person could see.
#[derive(Clone, Copy)]
enum Happening<'a> {
    Record(&'a Record),
    State(&'a State),
}

/// What happens in a run, each event followed by what its replica showed then.
fn happenings(picture: &Picture) -> impl Iterator<Item = Happening<'_>> {
    let mut records = picture.trace.records().iter().peekable();
    let mut states = picture.states.iter().peekable();
    std::iter::from_fn(move || {
        let next = records.peek().map(|record| record.moment.step);
        if states.peek().is_some_and(|state| next.is_none_or(|step| state.step < step)) {
            return states.next().map(Happening::State);
        }
        records.next().map(Happening::Record)
    })
}

impl Happening<'_> {
    fn step(&self) -> u64 {
        match self {
            Happening::Record(record) => record.moment.step,
            Happening::State(state) => state.step,
        }
    }

    /// Whether it is what a replica showed after this event.
    fn is_state(&self, step: u64) -> bool {
        matches!(self, Happening::State(state) if state.step == step)
    }

    fn same(&self, other: &Happening<'_>) -> bool {
        match (self, other) {
            (Happening::State(one), Happening::State(other)) => {
                (one.replica, &one.view, &one.known) == (other.replica, &other.view, &other.known)
            }
            (Happening::Record(one), Happening::Record(other)) => {
                let same = match (&one.kind, &other.kind) {
                    (Kind::Send { message: one, .. }, Kind::Send { message: other, .. }) => one == other,
                    (one, other) => one == other,
                };
                same && (one.moment.at, one.moment.name) == (other.moment.at, other.moment.name)
            }
            _ => false,
        }
    }

    /// What it is, in words.
    fn told(&self) -> String {
        let record = match self {
            Happening::State(state) => return format!("{} shows {}", state.replica, state.view),
            Happening::Record(record) => record,
        };
        let at = record.moment.at;
        match &record.kind {
            Kind::Start { replica, .. } => format!("{replica} starts"),
            Kind::Restart { replica, .. } => format!("{replica} comes back at {at}"),
            Kind::Invoke { replica, op, .. } | Kind::Request { replica, op, .. } => {
                format!("{replica} is asked for {op} at {at}")
            }
            Kind::Deliver { from, to, .. } => format!("{to} gets a message of {from} at {at}"),
            Kind::Timer { replica, .. } => format!("a timer of {replica} fires at {at}"),
            Kind::Send { from, to, .. } => format!("{from} sends to {to} at {at}"),
            Kind::Fate { cause: Some(cause), .. } => format!("a message is {cause} at {at}"),
            Kind::Fate { fate, .. } => {
                let delays: Vec<String> = fate.copies().iter().map(|copy| copy.delay.to_string()).collect();
                format!("a message that leaves at {at} is under way for {}", delays.join(" and "))
            }
            Kind::Miss { cause, .. } => format!("a message is {cause} at {at}"),
            Kind::Accept { update, .. } => format!("{update} is accepted at {at}"),
            Kind::Incorporate { replica, .. } => format!("{replica} takes updates in at {at}"),
            Kind::Answer { replica, answer, .. } => format!("{replica} answers {answer} at {at}"),
            Kind::Answered { answer, .. } => format!("a client is told {answer} at {at}"),
            Kind::Crash { replica, .. } => format!("{replica} crashes at {at}"),
            Kind::Pause { replica } => format!("{replica} is paused at {at}"),
            Kind::Resume { replica } => format!("{replica} goes on at {at}"),
            Kind::Partition { fault } => format!("the wall of fault {} goes up at {at}", fault + 1),
            Kind::Heal { fault } => format!("the wall of fault {} comes down at {at}", fault + 1),
            Kind::ClockJump { replica, .. } => format!("the clock of {replica} jumps at {at}"),
            other => match other.replica() {
                Some(replica) => format!("{replica} does something else at {at}"),
                None => format!("something else happens at {at}"),
            },
        }
    }
}
