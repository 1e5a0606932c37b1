//! What a replica would like to happen.

use crate::base::{Carries, Name, ReplicaId, RequestId, Span, TimerId, Update};

/// One wish of a replica, carried out by the world in the order of asking.
///
/// `M` is the replica's message, `A` its answer, `D` what it saves.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect<M, A, D> {
    /// Send a message to one replica.
    Send {
        /// Whom to.
        to: ReplicaId,
        /// What.
        message: M,
        /// Which updates ride in it.
        carries: Carries,
    },
    /// Send the same message to every neighbour.
    Broadcast {
        /// What.
        message: M,
        /// Which updates ride in it.
        carries: Carries,
    },
    /// Call back after a while, in place of an earlier call of this timer that is still pending.
    SetTimer {
        /// Which timer.
        timer: TimerId,
        /// How long from now.
        after: Span,
    },
    /// Do not call back after all.
    CancelTimer {
        /// Which timer.
        timer: TimerId,
    },
    /// Count a request as an update, with the identity that the context gave out.
    Accept {
        /// The request.
        request: RequestId,
        /// What it is called from now on.
        update: Update,
        /// Whether it is part of the state at once. Otherwise it is when it is taken in.
        applied: bool,
    },
    /// Answer a request, of this moment or an earlier one.
    Answer {
        /// The request.
        request: RequestId,
        /// The answer.
        answer: A,
    },
    /// Put the message at hand aside, to take it in later.
    Keep,
    /// Say which updates have now become part of the state.
    Incorporate(Taken),
    /// Append to what is saved.
    Save(D),
    /// Replace all that is saved.
    SaveAll(D),
    /// Make all that was saved so far survive a crash.
    Sync,
}

/// A message that was put aside, to be taken in later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Receipt(pub Name);

/// What has become part of a replica's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// All that rides in the message being handled.
    InHand,
    /// All that rode in a message that was put aside.
    Held(Receipt),
    /// These updates.
    Updates(Vec<Update>),
    /// All that the sender of the message being handled knew when it sent it, as the states are equal.
    Equal,
}
