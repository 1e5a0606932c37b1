//! The replica: a deterministic state machine, and the messages it lives on.

use std::fmt::Debug;

use super::{Context, Effect};
use crate::base::{Canonical, Digester, Observed, ReplicaId, RequestId, TimerId};

/// The effects that a replica of type `R` can have.
pub type Effects<R> = Effect<<R as Replica>::Message, <R as Observed>::Answer, <R as Replica>::Saved>;

/// One participant, as the world sees it.
///
/// A replica has no socket, no disk, and no clock or dice but those of its context. It gets one event at
/// a time and writes down what it would like to happen; the world decides whether, and when. The same
/// events in the same order have the same effects.
pub trait Replica: Observed + Sized {
    /// What replicas send one another.
    type Message: Payload;
    /// What a replica puts on its disk: an image of its state, or one record of a log.
    type Saved: Clone;

    /// The first event of a replica's first life.
    fn start(&mut self, _cx: &mut Context<Self>) {}

    /// A client asks for something. The answer may come now, later or never.
    fn request(&mut self, request: RequestId, op: &Self::Op, cx: &mut Context<Self>);

    /// A message arrives.
    fn message(&mut self, from: ReplicaId, message: &Self::Message, cx: &mut Context<Self>);

    /// A timer fires.
    fn timer(&mut self, _timer: TimerId, _cx: &mut Context<Self>) {}

    /// The first event of a later life, on a replica made anew, with what survived on its disk: the
    /// latest image and the records since, or nothing. By default it is a start like the first.
    fn restart(&mut self, _saved: &[Self::Saved], cx: &mut Context<Self>) {
        self.start(cx);
    }

    /// All that a restart would need, for a disk that the world writes by itself after every update or
    /// from time to time. By default there is nothing worth keeping.
    fn image(&self) -> Option<Self::Saved> {
        None
    }

    /// Feeds the whole state, for the trace hash. By default that is the view.
    fn digest_state(&self, digester: &mut Digester) {
        self.digest(digester);
    }
}

/// The body of a message.
pub trait Payload: Clone + Debug {
    /// How many bytes it takes on the wire.
    fn size(&self) -> u64;

    /// Feeds the content, where the trace hash is asked to cover it.
    fn digest(&self, digester: &mut Digester) {
        format!("{self:?}").feed(digester);
    }

    /// Changes the content as flipped bits would, steered by random ones, and says whether it could.
    /// Where it cannot, the damage is noticed on arrival and the message is thrown away.
    fn damage(&mut self, _bits: u64) -> bool {
        false
    }
}
