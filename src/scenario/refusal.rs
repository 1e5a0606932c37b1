//! What speaks against a scenario, in sentences that say what would be right.

use std::fmt;

use super::plan::MOST_REPLICAS;
use super::{LatencyError, TopologyError};
use crate::base::{ReplicaId, Span, Time};

/// The part of a scenario that a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The number of replicas.
    Replicas,
    /// The topology.
    Topology,
    /// The common behaviour of links.
    Link,
    /// The n-th rule about links, from 0.
    LinkRule(usize),
    /// The way between clients and replicas.
    Access,
    /// How long faults strike.
    Duration,
    /// How long the world goes on after that.
    Settle,
    /// The bound on events.
    MostEvents,
    /// The common clock.
    Clock,
    /// The clock of one replica.
    ClockOf(ReplicaId),
    /// The common disk.
    Durability,
    /// The disk of one replica.
    DurabilityOf(ReplicaId),
    /// The n-th fault, from 0.
    Fault(usize),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Replicas => f.write_str("replicas"),
            Subject::Topology => f.write_str("topology"),
            Subject::Link => f.write_str("link"),
            Subject::LinkRule(nth) => write!(f, "link rule {}", nth + 1),
            Subject::Access => f.write_str("access"),
            Subject::Duration => f.write_str("duration"),
            Subject::Settle => f.write_str("settle"),
            Subject::MostEvents => f.write_str("most events"),
            Subject::Clock => f.write_str("clock"),
            Subject::ClockOf(replica) => write!(f, "clock of {replica}"),
            Subject::Durability => f.write_str("durability"),
            Subject::DurabilityOf(replica) => write!(f, "durability of {replica}"),
            Subject::Fault(nth) => write!(f, "fault {}", nth + 1),
        }
    }
}

/// One thing that speaks against a scenario.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// Too few replicas or too many.
    Replicas {
        /// How many.
        found: u32,
    },
    /// The topology does not fit.
    Topology(TopologyError),
    /// A latency that cannot be.
    Latency(LatencyError),
    /// A replica that is not there.
    UnknownReplica {
        /// The one that was named.
        replica: ReplicaId,
        /// How many there are.
        replicas: u32,
    },
    /// A link that leads back.
    SelfLink {
        /// From and to whom.
        replica: ReplicaId,
    },
    /// A replica that is on two sides at once.
    NamedTwice {
        /// Which.
        replica: ReplicaId,
    },
    /// A partition that leaves every link open.
    CutsNothing,
    /// A range whose end comes before its beginning.
    UpsideDown {
        /// Of what.
        what: &'static str,
        /// The written beginning.
        first: Time,
        /// The written end.
        last: Time,
    },
    /// Something that may end before it begins, or at once.
    EndsBeforeItBegins {
        /// What.
        what: &'static str,
        /// The latest beginning.
        from: Time,
        /// The earliest end.
        until: Time,
    },
    /// Something that comes when no fault strikes any more.
    AfterTheEnd {
        /// What.
        what: &'static str,
        /// When.
        at: Time,
        /// How long faults strike.
        ends: Span,
    },
    /// Longer than a hundred years.
    TooLong {
        /// How long.
        span: Span,
    },
    /// A burst that is longer than the stretch it lies in.
    BurstTooLong {
        /// The stretch.
        every: Span,
        /// The burst.
        lasting: Span,
    },
    /// Zero where that means nothing.
    Zero {
        /// What is zero.
        what: &'static str,
    },
    /// A run that may handle no event.
    NoEvents,
    /// A clock that runs backwards, or at more than twice the pace.
    Drift {
        /// Its gain in millionths.
        ppm: i32,
    },
    /// A disk cloned from the replica itself.
    OwnClone {
        /// Which.
        replica: ReplicaId,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Replicas { found: 0 } => f.write_str("a world needs at least one replica"),
            Refusal::Replicas { found } => write!(f, "{found} replicas are too many: at most {MOST_REPLICAS}"),
            Refusal::Topology(error) => error.fmt(f),
            Refusal::Latency(error) => error.fmt(f),
            Refusal::UnknownReplica { replica, replicas: 1 } => {
                write!(f, "{replica} is named, but this scenario has only n0")
            }
            Refusal::UnknownReplica { replica, replicas } => {
                write!(f, "{replica} is named, but this scenario has n0 to n{}", replicas - 1)
            }
            Refusal::SelfLink { replica } => {
                write!(f, "a link leads from {replica} to itself: name two different replicas")
            }
            Refusal::NamedTwice { replica } => {
                write!(f, "{replica} is named twice: a replica stands on one side of a partition")
            }
            Refusal::CutsNothing => f.write_str("this partition cuts no link: name replicas on both sides"),
            Refusal::UpsideDown { what, first, last } => {
                write!(f, "the {what} lies between {first} and {last}: write the earlier one first")
            }
            Refusal::EndsBeforeItBegins { what, from, until } => write!(
                f,
                "this {what} may begin as late as {from} and end as early as {until}: it must end after it begins"
            ),
            Refusal::AfterTheEnd { what, at, ends } => write!(
                f,
                "the {what} may come at {at}, but faults strike for {ends} only: make it earlier, or the duration longer"
            ),
            Refusal::TooLong { span } => write!(f, "{span} is too long: at most 36500 days"),
            Refusal::BurstTooLong { every, lasting } => {
                write!(f, "a burst of {lasting} does not fit in a stretch of {every}: make `every` longer")
            }
            Refusal::Zero { what } => write!(f, "{what} is zero: write more than zero, or leave it out"),
            Refusal::NoEvents => f.write_str("a run that may handle no event shows nothing: allow at least one"),
            Refusal::Drift { ppm } => {
                write!(f, "a drift of {ppm} millionths is out of range: more than -1000000 and at most 1000000")
            }
            Refusal::OwnClone { replica } => {
                write!(f, "{replica} cannot be its own clone: name another replica")
            }
        }
    }
}

/// All that speaks against a scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Refusals(Vec<(Subject, Refusal)>);

impl Refusals {
    pub(super) fn add(&mut self, subject: Subject, refusal: Refusal) {
        self.0.push((subject, refusal));
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is said about what.
    pub fn iter(&self) -> impl Iterator<Item = &(Subject, Refusal)> {
        self.0.iter()
    }
}

/// A line each.
impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, (subject, refusal)) in self.0.iter().enumerate() {
            if nth > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{subject}: {refusal}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusals {}
