//! What speaks against a scenario, in sentences that say what would be right.

use std::fmt;

use super::plan::MOST_REPLICAS;
use super::{LatencyError, Mistake, Part, Place, TopologyError};
use crate::base::{Names, ReplicaId, Span, Time};

/// The part of a scenario that a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The number of replicas.
    Replicas,
    /// The topology.
    Topology,
    /// The common behaviour of links.
    Link,
    /// All rules about links together.
    Links,
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
    /// All faults together.
    Faults,
    /// The n-th fault, from 0.
    Fault(usize),
}

impl Subject {
    /// Where it stands in a scenario file.
    pub fn path(self) -> String {
        let field = match self {
            Subject::Replicas => "replicas",
            Subject::Topology => "topology",
            Subject::Link => "link",
            Subject::Links => "links",
            Subject::LinkRule(nth) => return format!("world.links[{nth}]"),
            Subject::Access => "access",
            Subject::Duration => "duration",
            Subject::Settle => "settle",
            Subject::MostEvents => "most_events",
            Subject::Clock => "clock",
            Subject::ClockOf(replica) => return format!("world.clocks{{{}}}", replica.0),
            Subject::Durability => "durability",
            Subject::DurabilityOf(replica) => return format!("world.durabilities{{{}}}", replica.0),
            Subject::Faults => "faults",
            Subject::Fault(nth) => return format!("world.faults[{nth}]"),
        };
        format!("world.{field}")
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Replicas => f.write_str("replicas"),
            Subject::Topology => f.write_str("topology"),
            Subject::Link => f.write_str("link"),
            Subject::Links => f.write_str("links"),
            Subject::LinkRule(nth) => write!(f, "link rule {}", nth + 1),
            Subject::Access => f.write_str("access"),
            Subject::Duration => f.write_str("duration"),
            Subject::Settle => f.write_str("settle"),
            Subject::MostEvents => f.write_str("most events"),
            Subject::Clock => f.write_str("clock"),
            Subject::ClockOf(replica) => write!(f, "clock of {replica}"),
            Subject::Durability => f.write_str("durability"),
            Subject::DurabilityOf(replica) => write!(f, "durability of {replica}"),
            Subject::Faults => f.write_str("faults"),
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
    /// More than there may be.
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        found: u64,
        /// How many there may be.
        most: u64,
    },
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
            Refusal::UnknownReplica { replica, replicas } => {
                let last = ReplicaId(replicas.saturating_sub(1));
                write!(f, "there is no {replica}: this scenario has ")?;
                match replicas {
                    1 => write!(f, "only {last}"),
                    _ if Names::current().is_empty() => write!(f, "{} to {last}", ReplicaId(0)),
                    2..8 => {
                        (0..last.0).try_for_each(|replica| {
                            write!(f, "{}{}", if replica > 0 { ", " } else { "" }, ReplicaId(replica))
                        })?;
                        write!(f, " and {last}")
                    }
                    _ => write!(f, "{} to {last}, by the order in which they are named", ReplicaId(0)),
                }
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
            Refusal::TooMany { what, found, most } => write!(f, "{found} {what} are too many: at most {most}"),
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
pub struct Refusals(Vec<Objection>);

/// A refusal, what it is about, and where within that.
#[derive(Clone, Debug, PartialEq)]
struct Objection {
    subject: Subject,
    refusal: Refusal,
    /// The rest of the path, such as `.until`.
    within: String,
}

impl Objection {
    fn path(&self) -> String {
        self.subject.path() + self.within.as_str()
    }

    fn mistake(&self) -> Mistake {
        let part = match &self.refusal {
            Refusal::UnknownReplica { replica, .. } => match self.subject {
                Subject::ClockOf(of) | Subject::DurabilityOf(of) if of == *replica => Part::Head,
                _ => Part::Replica(*replica),
            },
            Refusal::NamedTwice { replica } | Refusal::SelfLink { replica } | Refusal::OwnClone { replica } => {
                Part::Replica(*replica)
            }
            _ => Part::Whole,
        };
        let mistake = Mistake::new(Place::part(self.path(), part), &self.refusal);
        let begins =
            if matches!(self.refusal, Refusal::EndsBeforeItBegins { what: "hold", .. }) { ".since" } else { ".from" };
        match &self.refusal {
            Refusal::EndsBeforeItBegins { .. } => {
                mistake.beside(Place::at(self.subject.path() + begins), "it begins here")
            }
            _ => mistake,
        }
    }
}

impl Refusals {
    /// One more: what it is about, the path within that, such as `.until`, and what is to be said.
    pub(super) fn add(&mut self, subject: Subject, within: impl Into<String>, refusal: Refusal) {
        self.0.push(Objection { subject, refusal, within: within.into() });
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is said about what.
    pub fn iter(&self) -> impl Iterator<Item = (&Subject, &Refusal)> {
        self.0.iter().map(|objection| (&objection.subject, &objection.refusal))
    }

    /// The same, as what is wrong with the file that the scenario stands in.
    pub fn mistakes(&self) -> impl Iterator<Item = Mistake> {
        self.0.iter().map(Objection::mistake)
    }
}

/// A line each.
impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, (subject, refusal)) in self.iter().enumerate() {
            if nth > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{subject}: {refusal}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusals {}
