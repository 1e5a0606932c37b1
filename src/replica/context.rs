//! All that a replica is handed: who it is, its own clock and dice, and a list to write its wishes on.

use std::sync::Arc;

use super::{Carries, Effect, Effects, Receipt, Replica, Taken};
use crate::base::{
    Concern, Dice, Identity, Incarnation, Links, Name, Neighbours, Odds, ReplicaId, RequestId, Seed, Span, Time,
    TimerId, Update,
};

/// Who a replica is, in this life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seat {
    /// Its slot: where messages to it are addressed.
    pub slot: ReplicaId,
    /// What it signs its updates with.
    pub identity: Identity,
    /// Which of its lives this is.
    pub incarnation: Incarnation,
    /// How many replicas there are.
    pub members: u32,
}

/// The one thing a replica acts through.
///
/// ```
/// # use squall::base::{Observed, ReplicaId, RequestId};
/// # use squall::replica::{Carries, Context, Effect, Payload, Replica};
/// # #[derive(Default)] struct Echo;
/// # #[derive(Clone, Debug, PartialEq)] struct Ping;
/// # impl Payload for Ping { fn size(&self) -> u64 { 1 } }
/// # impl Observed for Echo { type Op = (); type Answer = (); type View = (); fn view(&self) {} }
/// impl Replica for Echo {
///     # type Message = Ping; type Saved = ();
///     // …
///     fn request(&mut self, request: RequestId, _: &(), cx: &mut Context<Self>) {
///         cx.send(ReplicaId(1), Ping, Carries::Nothing);
///         cx.answer(request, ());
///     }
///     # fn message(&mut self, _: ReplicaId, _: &Ping, _: &mut Context<Self>) {}
/// }
///
/// let mut cx = Context::alone(ReplicaId(0), 3);
/// let request = RequestId::default();
/// Echo.request(request, &(), &mut cx);
/// assert_eq!(
///     cx.take_effects(),
///     [
///         Effect::Send { to: ReplicaId(1), message: Ping, carries: Carries::Nothing },
///         Effect::Answer { request, answer: () },
///     ]
/// );
/// ```
pub struct Context<R: Replica> {
    pub(crate) seat: Seat,
    pub(crate) links: Arc<Links>,
    pub(crate) dice: Dice,
    pub(crate) handling: Name,
    pub(crate) draws: u32,
    pub(crate) reading: Time,
    pub(crate) clock_read: bool,
    pub(crate) accepted: u32,
    /// Whether anybody wants to know which updates are accepted and taken in.
    pub(crate) watched: bool,
    /// Whether anybody wants to know of answers.
    pub(crate) heard: bool,
    /// Places for wishes. What was wished for stays in its place until another wish takes it, so that a
    /// message can be sent in the memory of an earlier one.
    pub(crate) effects: Vec<Effects<R>>,
    /// How many of these places hold a wish of the event at hand.
    pub(crate) wished: usize,
    spares: Vec<R::Message>,
}

/// What a replica was handed with one event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Occasion {
    seat: Seat,
    handling: Name,
    reading: Time,
    accepted: u32,
}

/// How many spent messages are kept for their memory.
const MOST_SPARES: usize = 1024;

impl<R: Replica> Context<R> {
    /// A context outside any world, for unit tests: one of `members` replicas that all hear each other,
    /// its clock at zero.
    pub fn alone(slot: ReplicaId, members: u32) -> Context<R> {
        let mut context = Context::new(Arc::new(Links::mesh(members)), Dice::new(Seed(0)));
        context.seat = Seat { slot, identity: Identity(slot.0), incarnation: Incarnation(0), members };
        context
    }

    pub(crate) fn new(links: Arc<Links>, dice: Dice) -> Context<R> {
        Context {
            seat: Seat::default(),
            links,
            dice,
            handling: Name::default(),
            draws: 0,
            reading: Time::START,
            clock_read: false,
            accepted: 0,
            watched: true,
            heard: true,
            effects: Vec::new(),
            wished: 0,
            spares: Vec::new(),
        }
    }

    /// What was handed over with the event at hand, before anything was drawn or accepted.
    pub(crate) fn occasion(&self) -> Occasion {
        Occasion { seat: self.seat, handling: self.handling, reading: self.reading, accepted: self.accepted }
    }

    /// Makes it the context of an event once more.
    pub(crate) fn come_to(&mut self, occasion: &Occasion) {
        let Occasion { seat, handling, reading, accepted } = *occasion;
        (self.seat, self.handling, self.reading, self.accepted) = (seat, handling, reading, accepted);
        (self.draws, self.clock_read) = (0, false);
    }

    /// Makes it the context of another run. Spent messages stay, for their memory.
    pub(crate) fn renew(&mut self, links: Arc<Links>, dice: Dice) {
        self.links = links;
        self.dice = dice;
        self.wished = 0;
    }

    /// This replica's slot.
    #[inline]
    pub fn slot(&self) -> ReplicaId {
        self.seat.slot
    }

    /// What this replica signs its updates with.
    #[inline]
    pub fn identity(&self) -> Identity {
        self.seat.identity
    }

    /// Which of this replica's lives this is.
    #[inline]
    pub fn incarnation(&self) -> Incarnation {
        self.seat.incarnation
    }

    /// How many replicas there are, this one among them.
    #[inline]
    pub fn members(&self) -> u32 {
        self.seat.members
    }

    /// The replicas that a message from here can reach directly.
    #[inline]
    pub fn neighbours(&self) -> Neighbours<'_> {
        self.links.neighbours(self.seat.slot)
    }

    /// A neighbour by chance, unless there is none.
    #[inline]
    pub fn any_neighbour(&mut self) -> Option<ReplicaId> {
        let count = self.neighbours().len() as u64;
        let nth = if count > 1 { self.draw(count) } else { 0 };
        self.neighbours().get(nth as usize)
    }

    /// What this replica's own clock shows, which need not be the time.
    #[inline]
    pub fn now(&mut self) -> Time {
        self.clock_read = true;
        self.reading
    }

    /// A number below `bound`, by chance.
    #[inline]
    pub fn draw(&mut self, bound: u64) -> u64 {
        self.draws += 1;
        self.dice.below(Concern::Replica, self.handling, self.draws - 1, bound)
    }

    /// Whether something of these odds happens, by chance.
    #[inline]
    pub fn chance(&mut self, odds: Odds) -> bool {
        self.draws += 1;
        self.dice.chance(Concern::Replica, self.handling, self.draws - 1, odds)
    }

    /// Writes one more wish down.
    #[inline]
    fn wish(&mut self, effect: Effects<R>) {
        match self.effects.get_mut(self.wished) {
            Some(place) => {
                let earlier = std::mem::replace(place, effect);
                if let Effect::Send { message, .. } = earlier {
                    self.spare(message);
                }
            }
            None => self.effects.push(effect),
        }
        self.wished += 1;
    }

    /// Sends a message to one neighbour.
    #[inline]
    pub fn send(&mut self, to: ReplicaId, message: R::Message, carries: Carries) {
        self.wish(Effect::Send { to, message, carries });
    }

    /// Sends a copy of a value that stays here, in the memory of a message that is done with.
    #[inline]
    pub fn send_copy(&mut self, to: ReplicaId, message: &R::Message, carries: Carries) {
        match self.effects.get_mut(self.wished) {
            Some(Effect::Send { to: whom, message: earlier, carries: what }) => {
                (*whom, *what) = (to, carries);
                earlier.clone_from(message);
                self.wished += 1;
            }
            _ => {
                let message = self.copied(message);
                self.send(to, message, carries);
            }
        }
    }

    /// Sends the same message to every neighbour.
    #[inline]
    pub fn broadcast(&mut self, message: R::Message, carries: Carries) {
        self.wish(Effect::Broadcast { message, carries });
    }

    /// Sends a copy of a value that stays here to every neighbour.
    #[inline]
    pub fn broadcast_copy(&mut self, message: &R::Message, carries: Carries) {
        let message = self.copied(message);
        self.broadcast(message, carries);
    }

    /// Keeps the memory of a message that is done with.
    #[inline]
    pub(crate) fn spare(&mut self, message: R::Message) {
        if self.spares.len() < MOST_SPARES {
            self.spares.push(message);
        }
    }

    /// A copy of a message, in the memory of one that is done with.
    #[inline]
    pub(crate) fn copied(&mut self, message: &R::Message) -> R::Message {
        match self.spares.pop() {
            Some(mut spare) => {
                spare.clone_from(message);
                spare
            }
            None => message.clone(),
        }
    }

    /// Asks to be called back after a while. A call of the same timer that is still pending is replaced.
    #[inline]
    pub fn set_timer(&mut self, timer: TimerId, after: Span) {
        match self.effects.get_mut(self.wished) {
            Some(Effect::SetTimer { timer: which, after: span }) => {
                (*which, *span) = (timer, after);
                self.wished += 1;
            }
            _ => self.wish(Effect::SetTimer { timer, after }),
        }
    }

    /// Takes a pending call back.
    pub fn cancel_timer(&mut self, timer: TimerId) {
        self.wish(Effect::CancelTimer { timer });
    }

    /// Says that a request is an update, also where it changes nothing, and learns what it is called.
    #[inline]
    pub fn accept(&mut self, request: RequestId) -> Update {
        self.count_as_update(request, true)
    }

    /// Says that a request is an update which is not yet part of the state: that is said of it, by its name,
    /// when it is taken in, as of updates from elsewhere.
    pub fn accept_later(&mut self, request: RequestId) -> Update {
        self.count_as_update(request, false)
    }

    #[inline]
    fn count_as_update(&mut self, request: RequestId, applied: bool) -> Update {
        self.accepted += 1;
        let update = Update { replica: self.seat.slot, number: self.accepted };
        if self.watched {
            self.wish(Effect::Accept { request, update, applied });
        }
        update
    }

    /// Answers a request, of this moment or an earlier one.
    #[inline]
    pub fn answer(&mut self, request: RequestId, answer: R::Answer) {
        if self.heard {
            self.wish(Effect::Answer { request, answer });
        }
    }

    /// Says that all that rides in the message being handled is now part of the state.
    #[inline]
    pub fn incorporate(&mut self) {
        self.take_in(Taken::InHand);
    }

    /// A receipt for the message being handled, which is put aside to be taken in later.
    pub fn receipt(&mut self) -> Receipt {
        if self.watched {
            self.wish(Effect::Keep);
        }
        Receipt(self.handling)
    }

    /// Says that all that rode in a message put aside is now part of the state.
    pub fn incorporate_held(&mut self, receipt: Receipt) {
        self.take_in(Taken::Held(receipt));
    }

    /// Says that these updates are now part of the state.
    pub fn incorporate_updates(&mut self, updates: Vec<Update>) {
        self.take_in(Taken::Updates(updates));
    }

    /// Says that the state is equal to that of the sender of the message being handled, as it was when it sent that
    /// message as one that [tells so](Carries::Digest). It is looked at whether it is; then what is known there is
    /// known here.
    pub fn find_equal(&mut self) {
        self.take_in(Taken::Equal);
    }

    #[inline]
    fn take_in(&mut self, taken: Taken) {
        if self.watched {
            self.wish(Effect::Incorporate(taken));
        }
    }

    /// Appends a record to what is saved.
    pub fn save(&mut self, record: R::Saved) {
        self.wish(Effect::Save(record));
    }

    /// Replaces all that is saved by an image.
    pub fn save_all(&mut self, image: R::Saved) {
        self.wish(Effect::SaveAll(image));
    }

    /// Makes all that was saved so far survive a crash.
    pub fn sync(&mut self) {
        self.wish(Effect::Sync);
    }

    /// Lets a replica of another type handle the event at hand in its own context, which is made the same as
    /// this one; what it wishes for becomes wishes here, translated.
    pub fn within<I: Replica<Answer = R::Answer>>(
        &mut self,
        inner: &mut Context<I>,
        react: impl FnOnce(&mut Context<I>),
        message: impl Fn(I::Message) -> R::Message,
        saved: impl Fn(I::Saved) -> R::Saved,
    ) {
        inner.seat = self.seat;
        inner.handling = self.handling;
        (inner.draws, inner.accepted, inner.reading) = (self.draws, self.accepted, self.reading);
        (inner.watched, inner.heard, inner.clock_read) = (self.watched, self.heard, self.clock_read);
        react(inner);
        (self.draws, self.accepted, self.clock_read) = (inner.draws, inner.accepted, inner.clock_read);
        for effect in inner.take_effects() {
            self.wish(match effect {
                Effect::Send { to, message: body, carries } => Effect::Send { to, message: message(body), carries },
                Effect::Broadcast { message: body, carries } => Effect::Broadcast { message: message(body), carries },
                Effect::SetTimer { timer, after } => Effect::SetTimer { timer, after },
                Effect::CancelTimer { timer } => Effect::CancelTimer { timer },
                Effect::Accept { request, update, applied } => Effect::Accept { request, update, applied },
                Effect::Answer { request, answer } => Effect::Answer { request, answer },
                Effect::Keep => Effect::Keep,
                Effect::Incorporate(taken) => Effect::Incorporate(taken),
                Effect::Save(record) => Effect::Save(saved(record)),
                Effect::SaveAll(image) => Effect::SaveAll(saved(image)),
                Effect::Sync => Effect::Sync,
            });
        }
    }

    /// A context for another type of replica in the same world and with the same dice.
    pub fn beside<I: Replica>(&self) -> Context<I> {
        Context::new(self.links.clone(), self.dice.clone())
    }

    /// All that was asked for since the last call, in order.
    pub fn take_effects(&mut self) -> Vec<Effects<R>> {
        self.effects.truncate(self.wished);
        self.wished = 0;
        std::mem::take(&mut self.effects)
    }
}
