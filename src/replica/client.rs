//! Clients: whoever asks replicas for something, as state machines of their own.

use crate::base::{ClientId, Concern, Dice, Name, Observed, Odds, ReplicaId, RequestId, Span, Time, TimerId};

/// One client, as the world sees it: it reacts to answers and to timers, and acts through its context.
///
/// Time-outs, retries, tokens and sticky routing are things that a client does with these; the world
/// keeps the history of what it asked and was told.
pub trait Client<S: Observed> {
    /// Whether it wants to be told of answers.
    const LISTENS: bool = true;

    /// The first event.
    fn start(&mut self, cx: &mut ClientContext<'_, S>);

    /// A request is answered.
    fn answered(&mut self, _request: RequestId, _answer: &S::Answer, _cx: &mut ClientContext<'_, S>) {}

    /// A timer fires.
    fn timer(&mut self, _timer: TimerId, _cx: &mut ClientContext<'_, S>) {}
}

/// A world without clients of its own.
impl<S: Observed> Client<S> for () {
    const LISTENS: bool = false;

    fn start(&mut self, _cx: &mut ClientContext<'_, S>) {}
}

/// One wish of a client.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish<O> {
    /// Ask a replica for something.
    Ask {
        /// What the request is called from now on.
        request: RequestId,
        /// Whom.
        replica: ReplicaId,
        /// What for.
        op: O,
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
}

/// The one thing a client acts through.
pub struct ClientContext<'a, S: Observed> {
    pub(crate) client: ClientId,
    pub(crate) now: Time,
    pub(crate) dice: &'a Dice,
    pub(crate) handling: Name,
    pub(crate) draws: u32,
    pub(crate) asked: u32,
    pub(crate) wishes: Vec<Wish<S::Op>>,
    pub(crate) replicas: &'a [S],
}

impl<'a, S: Observed> ClientContext<'a, S> {
    /// A context outside any world, for unit tests.
    pub fn alone(client: ClientId, replicas: &'a [S], dice: &'a Dice) -> ClientContext<'a, S> {
        ClientContext {
            client,
            now: Time::START,
            dice,
            handling: Name::default(),
            draws: 0,
            asked: 0,
            wishes: Vec::new(),
            replicas,
        }
    }

    /// Which client this is.
    pub fn client(&self) -> ClientId {
        self.client
    }

    /// How many replicas there are.
    pub fn members(&self) -> u32 {
        self.replicas.len() as u32
    }

    /// What a user beside a replica has before their eyes: its state, as it is.
    pub fn glance(&self, replica: ReplicaId) -> &'a S {
        &self.replicas[replica.index()]
    }

    /// The time. Clients have good clocks: it is replicas that are tested.
    pub fn now(&self) -> Time {
        self.now
    }

    /// A number below `bound`, by chance.
    #[inline]
    pub fn draw(&mut self, bound: u64) -> u64 {
        self.draws += 1;
        self.dice.below(Concern::Client, self.handling, self.draws - 1, bound)
    }

    /// Whether something of these odds happens, by chance.
    #[inline]
    pub fn chance(&mut self, odds: Odds) -> bool {
        self.draws += 1;
        self.dice.chance(Concern::Client, self.handling, self.draws - 1, odds)
    }

    /// Asks a replica for something.
    #[inline]
    pub fn ask(&mut self, replica: ReplicaId, op: S::Op) -> RequestId {
        let request = RequestId { client: self.client, nth: self.asked };
        self.asked += 1;
        self.wishes.push(Wish::Ask { request, replica, op });
        request
    }

    /// Asks to be called back after a while. A call of the same timer that is still pending is replaced.
    #[inline]
    pub fn set_timer(&mut self, timer: TimerId, after: Span) {
        self.wishes.push(Wish::SetTimer { timer, after });
    }

    /// Takes a pending call back.
    pub fn cancel_timer(&mut self, timer: TimerId) {
        self.wishes.push(Wish::CancelTimer { timer });
    }

    /// All that was wished for since the last call, in order.
    pub fn take_wishes(&mut self) -> Vec<Wish<S::Op>> {
        std::mem::take(&mut self.wishes)
    }
}
