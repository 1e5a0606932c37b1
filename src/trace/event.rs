//! The events of a run, and whoever watches them.

use std::fmt::{self, Debug};
use std::ops::ControlFlow;

use crate::base::{
    Carries, Fate, Identity, Incarnation, Name, Observed, ReplicaId, RequestId, Span, Time, TimerId, Update,
};

/// The handled event that something happened in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Time,
    /// The how-many-eth handled event of the run, from 1.
    pub step: u64,
    /// What the event is called.
    pub name: Name,
}

/// Why a message, or one copy of it, did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Lost by itself.
    Loss,
    /// Lost in a burst.
    Burst,
    /// Lost because a script says so.
    Script,
    /// Cut off by the n-th fault of the plan, a partition.
    Partition(u32),
    /// Damaged, noticed, and thrown away.
    Damage,
    /// Nobody was there to receive it.
    Down,
    /// There is no edge between the two.
    NoRoute,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Loss => f.write_str("lost"),
            Cause::Burst => f.write_str("lost in a burst"),
            Cause::Script => f.write_str("lost by script"),
            Cause::Partition(nth) => write!(f, "cut off by fault {nth}"),
            Cause::Damage => f.write_str("damaged and thrown away"),
            Cause::Down => f.write_str("nobody there"),
            Cause::NoRoute => f.write_str("no such link"),
        }
    }
}

/// What a replica begins a later life with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// What was durable on its own disk.
    Durable,
    /// What was durable there some time before: the backup of the n-th fault of the plan.
    Backup(u32),
    /// What is durable on another's disk.
    CloneOf(ReplicaId),
    /// Nothing.
    Nothing,
}

/// One thing that happened. What a moment begins with comes first; what a handler wished for follows in
/// the order of its wishes.
pub enum Event<'a, S: Observed> {
    /// A replica begins its first life.
    Start {
        /// Which.
        replica: ReplicaId,
        /// What it signs with.
        identity: Identity,
        /// Whether all that it knows is durable at once.
        durable: bool,
    },
    /// A replica begins a later life.
    Restart {
        /// Which.
        replica: ReplicaId,
        /// What it signs with now.
        identity: Identity,
        /// Which life.
        incarnation: Incarnation,
        /// What it remembers.
        memory: Memory,
        /// How many of its accepted updates its disk no longer knows.
        lost: u32,
    },
    /// A client asks.
    Invoke {
        /// What the request is called.
        request: RequestId,
        /// Whom it goes to.
        replica: ReplicaId,
        /// What for.
        op: &'a S::Op,
    },
    /// A request reaches its replica.
    Request {
        /// The request.
        request: RequestId,
        /// The replica.
        replica: ReplicaId,
        /// What for.
        op: &'a S::Op,
    },
    /// A message arrives.
    Deliver {
        /// The message.
        message: Name,
        /// Which copy of it, from 0.
        copy: u32,
        /// Who sent it.
        from: ReplicaId,
        /// Who gets it.
        to: ReplicaId,
        /// When it was sent.
        sent: Time,
        /// Whether its bytes were changed on the way.
        damaged: bool,
    },
    /// A replica's timer fires.
    Timer {
        /// Whose.
        replica: ReplicaId,
        /// Which.
        timer: TimerId,
    },
    /// A message leaves.
    Send {
        /// What it is called.
        message: Name,
        /// Who sends it.
        from: ReplicaId,
        /// To whom.
        to: ReplicaId,
        /// How many bytes it takes on the wire.
        size: u64,
        /// Which updates ride in it.
        carries: &'a Carries,
        /// Its content.
        body: &'a dyn Debug,
    },
    /// The network has settled what becomes of a message.
    Fate {
        /// The message.
        message: Name,
        /// The copies that will arrive.
        fate: &'a Fate,
        /// Why there are none, where there are none.
        cause: Option<Cause>,
    },
    /// A copy that was on its way does not arrive.
    Miss {
        /// The message.
        message: Name,
        /// Which copy of it, from 0.
        copy: u32,
        /// Why.
        cause: Cause,
    },
    /// A replica counts a request as an update.
    Accept {
        /// The request.
        request: RequestId,
        /// What the update is called.
        update: Update,
        /// What the replica's own clock shows.
        reading: Time,
        /// Whether it is part of the replica's state at once, and not only when it is taken in.
        applied: bool,
    },
    /// A replica puts the message at hand aside, to take it in later.
    Keep {
        /// Which replica.
        replica: ReplicaId,
    },
    /// A replica looked at its clock.
    Read {
        /// Which replica.
        replica: ReplicaId,
        /// What the clock showed.
        reading: Time,
    },
    /// A replica takes updates in: those that ride in the messages of these names, or these themselves.
    Incorporate {
        /// Which replica.
        replica: ReplicaId,
        /// The message whose load it takes in, copy and all, if it is one.
        message: Option<Name>,
        /// The updates, where they are named one by one.
        updates: &'a [Update],
    },
    /// A replica says that its state is equal to that of the sender of the message at hand, as it was when it sent it.
    Equal {
        /// Which replica.
        replica: ReplicaId,
    },
    /// A replica answers a request.
    Answer {
        /// The request.
        request: RequestId,
        /// Who answers.
        replica: ReplicaId,
        /// What.
        answer: &'a S::Answer,
    },
    /// An answer reaches its client.
    Answered {
        /// The request.
        request: RequestId,
        /// The answer.
        answer: &'a S::Answer,
    },
    /// A timer is set.
    SetTimer {
        /// Whose.
        replica: ReplicaId,
        /// Which.
        timer: TimerId,
        /// In how long.
        after: Span,
    },
    /// A replica saves what it knows; a crash may still lose that.
    Saved {
        /// Which replica.
        replica: ReplicaId,
    },
    /// A copy is made of what is durable, for the n-th fault of the plan.
    BackedUp {
        /// Whose.
        replica: ReplicaId,
        /// Which fault.
        fault: u32,
    },
    /// What a replica saved is now safe from crashes.
    Synced {
        /// Which replica.
        replica: ReplicaId,
    },
    /// A replica dies.
    Crash {
        /// Which.
        replica: ReplicaId,
        /// After how many sends of the handler it was in, if it was in one.
        after_sends: Option<u32>,
    },
    /// A replica stops handling events; they wait.
    Pause {
        /// Which.
        replica: ReplicaId,
    },
    /// A replica goes on.
    Resume {
        /// Which.
        replica: ReplicaId,
    },
    /// A partition begins.
    Partition {
        /// The how-many-eth fault of the plan.
        fault: u32,
    },
    /// A partition ends.
    Heal {
        /// The how-many-eth fault of the plan.
        fault: u32,
    },
    /// A replica's clock is set to another time.
    ClockJump {
        /// Whose.
        replica: ReplicaId,
        /// By how many nanoseconds.
        by: i64,
    },
    /// The last fault is over, and no more will be drawn.
    Calm,
}

/// Watches a run. What it sees it may judge, keep or count; it cannot change the run but end it.
///
/// `()` watches nothing and costs nothing.
pub trait Observer<S: Observed> {
    /// Whether it wants to be told of events, and not only that a replica has taken a step.
    const WATCHES: bool = true;

    /// Something happened.
    fn event(&mut self, _moment: &Moment, _event: &Event<'_, S>) {}

    /// A replica is about to handle the event that it was just told of.
    fn stepping(&mut self, _moment: &Moment, _replica: ReplicaId, _replicas: &[S]) {}

    /// A replica has handled an event, and all that it wished for is under way.
    fn stepped(&mut self, _moment: &Moment, _replica: ReplicaId, _replicas: &[S]) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

impl<S: Observed> Observer<S> for () {
    const WATCHES: bool = false;
}

/// Two observers watch as one; the run ends when either ends it.
impl<S: Observed, A: Observer<S>, B: Observer<S>> Observer<S> for (A, B) {
    const WATCHES: bool = A::WATCHES || B::WATCHES;

    fn event(&mut self, moment: &Moment, event: &Event<'_, S>) {
        self.0.event(moment, event);
        self.1.event(moment, event);
    }

    fn stepping(&mut self, moment: &Moment, replica: ReplicaId, replicas: &[S]) {
        self.0.stepping(moment, replica, replicas);
        self.1.stepping(moment, replica, replicas);
    }

    fn stepped(&mut self, moment: &Moment, replica: ReplicaId, replicas: &[S]) -> ControlFlow<()> {
        let first = self.0.stepped(moment, replica, replicas);
        let second = self.1.stepped(moment, replica, replicas);
        if first.is_break() { first } else { second }
    }
}

impl<S: Observed, O: Observer<S>> Observer<S> for &mut O {
    const WATCHES: bool = O::WATCHES;

    fn event(&mut self, moment: &Moment, event: &Event<'_, S>) {
        (**self).event(moment, event);
    }

    fn stepping(&mut self, moment: &Moment, replica: ReplicaId, replicas: &[S]) {
        (**self).stepping(moment, replica, replicas);
    }

    fn stepped(&mut self, moment: &Moment, replica: ReplicaId, replicas: &[S]) -> ControlFlow<()> {
        (**self).stepped(moment, replica, replicas)
    }
}
