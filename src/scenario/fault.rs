//! What befalls replicas and the walls between them, scripted or drawn.

use serde::{Deserialize, Serialize};

use crate::base::{Offset, ReplicaId, Span, Time};

/// A moment, as written or drawn from a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum When {
    /// Then.
    At(Time),
    /// Somewhere between, both ends included.
    Between(Time, Time),
}

/// A replica, by its number or by chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Who {
    /// This one.
    Replica(ReplicaId),
    /// Any.
    Any,
}

/// One fault of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Fault {
    /// Some replicas cannot hear some others.
    Partition(Partition),
    /// A replica dies, and may come back.
    Crash(Crash),
    /// A replica stops handling events for a while; they wait for it.
    Pause {
        /// Whom it befalls.
        who: Who,
        /// When it stops.
        from: When,
        /// When it goes on; without it, never.
        #[serde(default)]
        until: Option<When>,
    },
    /// A replica takes time over each event; what comes meanwhile waits.
    Slow {
        /// Whom it befalls.
        who: Who,
        /// When it becomes slow.
        from: When,
        /// When it is quick again.
        until: When,
        /// How long it takes over each event.
        each: Span,
    },
    /// A replica's clock is set forward or back.
    ClockJump {
        /// Whose.
        who: Who,
        /// When.
        at: When,
        /// By how much.
        by: Offset,
    },
    /// A replica's clock stands still, and then shows the right time again.
    ClockFreeze {
        /// Whose.
        who: Who,
        /// From when on.
        from: When,
        /// Until when.
        until: When,
    },
    /// Messages sent on a link in a stretch of time are held back until its end.
    Hold {
        /// The sender.
        from: ReplicaId,
        /// The receiver.
        to: ReplicaId,
        /// The first moment at which messages are held.
        since: When,
        /// When they are let go.
        until: When,
    },
}

/// A stretch of time in which some replicas cannot hear some others. Partitions may overlap, and each
/// heals by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partition {
    /// What reports call it.
    #[serde(default)]
    pub name: Option<String>,
    /// Who is cut off from whom.
    pub shape: Shape,
    /// When it begins.
    pub from: When,
    /// When it heals; without it, never.
    #[serde(default)]
    pub until: Option<When>,
    /// What becomes of messages that are under way when it begins.
    #[serde(default)]
    pub in_flight: InFlight,
    /// Whether it comes and goes.
    #[serde(default)]
    pub flapping: Option<Flapping>,
}

/// Who is cut off from whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Shape {
    /// Each group hears only itself; the replicas in none are one more group.
    Groups(Vec<Vec<ReplicaId>>),
    /// The replicas of the second list cannot hear those of the first.
    OneWay(Vec<ReplicaId>, Vec<ReplicaId>),
    /// One replica hears, and is heard by, everybody; the rest are two halves: those in the list, and
    /// those in neither place.
    Bridge {
        /// The replica that both halves share.
        over: ReplicaId,
        /// One of the halves.
        half: Vec<ReplicaId>,
    },
    /// Each of these hears nobody and is heard by nobody.
    Isolate(Vec<ReplicaId>),
    /// Two groups, drawn; neither is empty.
    Halves,
}

/// What becomes of messages that are under way when a partition begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum InFlight {
    /// They are lost, if the partition stands when they would arrive.
    #[default]
    Cut,
    /// They arrive.
    Arrive,
}

/// A partition that comes and goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flapping {
    /// How long it stands, and then how long it is open.
    pub period: Span,
    /// Whether each link it cuts comes and goes by itself, drawn anew for each period.
    #[serde(default)]
    pub link_by_link: bool,
}

/// The death of a replica, and its return.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crash {
    /// Whom it befalls.
    pub who: Who,
    /// When.
    pub at: When,
    /// Not at that moment, but after so many sends of the first handler from then on that makes more:
    /// what it would have sent after them is never sent.
    #[serde(default)]
    pub after_sends: Option<u32>,
    /// How long it is away.
    pub down: Down,
    /// What it comes back with.
    #[serde(default)]
    pub disk: Disk,
    /// As whom it comes back.
    #[serde(default)]
    pub identity: Rebirth,
}

/// How long a crashed replica is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Down {
    /// So long.
    For(Span),
    /// A drawn length, both ends included.
    Between(Span, Span),
    /// It never comes back.
    Forever,
}

/// What a crashed replica comes back with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Disk {
    /// All that was durable when it crashed.
    #[default]
    Durable,
    /// What was durable so long before it crashed: a restored backup.
    Backup(Span),
    /// Nothing: its state is lost.
    Nothing,
    /// What another replica has made durable: a cloned disk.
    CloneOf(ReplicaId),
}

/// As whom a crashed replica comes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rebirth {
    /// Under the identity it had.
    #[default]
    Same,
    /// Under one that was never used.
    Fresh,
    /// Under that of another replica.
    As(ReplicaId),
}

/// When what a replica saves becomes safe from crashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Durability {
    /// The world saves everything after each event that changed something, before any message leaves.
    #[default]
    EveryUpdate,
    /// The world saves everything each so often.
    Every(Span),
    /// Only when the replica itself saves and syncs.
    Explicit,
    /// Never.
    Never,
}

/// What a replica's clock shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Clock {
    /// How far it is off at the start.
    pub skew: Offset,
    /// How much it gains, in millionths; negative where it loses.
    pub drift_ppm: i32,
    /// The smallest step it shows. Two events within one step read the same time.
    pub granularity: Span,
}

impl Default for Clock {
    fn default() -> Clock {
        Clock { skew: Offset(0), drift_ppm: 0, granularity: Span(1) }
    }
}
