//! The plainest way to keep replicas in step, for mistakes about what is saved.
//!
//! A replica sends its whole state to a neighbour now and then, and merges what comes: full-state gossip
//! without any of its thrift. What it writes to its disk, and whom it trusts, is up to the specimen. The law:
//! where all of the state is saved and everybody is trusted, nothing is wrong with it.

use std::fmt::Debug;

use serde::Serialize;

use crate::base::{Carries, Digest, Digester, Observed, ReplicaId, RequestId, Span, Stamp, Time, TimerId};
use crate::model::{Ask, Told};
use crate::replica::{Context, Payload, Proposes, Replica, Site, StateBased};
use crate::zoo::sync::Pace;

/// A replica that gossips its state, and saves what it is told to save of it.
#[derive(Debug)]
pub(super) struct Gossip<T> {
    value: T,
    saved: fn(&T) -> T,
    trusts: Option<Trusts<T>>,
    period: Span,
}

/// Whether a state is merged, by one whose clock shows this.
type Trusts<T> = fn(&T, Time) -> bool;

impl<T: StateBased> Gossip<T> {
    /// One that saves only this of its state.
    pub(super) fn saving(value: T, saved: fn(&T) -> T, pace: Pace) -> Gossip<T> {
        Gossip { value, saved, trusts: None, period: pace.period }
    }

    /// The same that leaves states alone which it does not trust.
    pub(super) fn trusting(self, trusts: Trusts<T>) -> Gossip<T> {
        Gossip { trusts: Some(trusts), ..self }
    }
}

/// A whole state.
#[derive(Clone, Debug)]
pub(super) struct Whole<T>(T);

impl<T: Clone + Debug + Serialize> Payload for Whole<T> {
    fn size(&self) -> u64 {
        postcard::to_allocvec(&self.0).map_or(0, |bytes| bytes.len() as u64)
    }
}

impl<T: StateBased> Observed for Gossip<T> {
    type Op = Ask<T::Op>;
    type Answer = Told<T::View>;
    type View = T::View;

    fn view(&self) -> T::View {
        self.value.view()
    }

    fn digest(&self, digester: &mut Digester) {
        self.value.digest(digester);
    }

    fn latest_stamp(&self) -> Option<Stamp> {
        self.value.latest_stamp()
    }

    fn state(&self) -> Option<Digest> {
        postcard::to_allocvec(&self.value).ok().map(|bytes| Digest::of_bytes(&bytes))
    }
}

impl<T: StateBased> Proposes for Gossip<T> {
    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Ask<T::Op> {
        Ask::Do(self.value.propose(pick))
    }

    fn reading() -> Ask<T::Op> {
        Ask::Read
    }
}

impl<T: StateBased> Replica for Gossip<T> {
    type Message = Whole<T>;
    type Saved = T;

    fn start(&mut self, cx: &mut Context<Self>) {
        let after = cx.draw(self.period.0) + 1;
        cx.set_timer(TimerId(0), Span(after));
    }

    fn request(&mut self, request: RequestId, ask: &Ask<T::Op>, cx: &mut Context<Self>) {
        let answer = match ask {
            Ask::Read => Told::Shown(self.view()),
            Ask::Do(op) => {
                let site = Site { identity: cx.identity(), now: cx.now() };
                match self.value.apply(op, site) {
                    Ok(()) => {
                        cx.accept(request);
                        Told::Done
                    }
                    Err(refused) => Told::Refused(refused),
                }
            }
        };
        cx.answer(request, answer);
    }

    fn message(&mut self, _: ReplicaId, Whole(other): &Whole<T>, cx: &mut Context<Self>) {
        if self.trusts.is_none_or(|trusts| trusts(other, cx.now())) {
            self.value.merge(other);
            cx.incorporate();
        }
    }

    fn timer(&mut self, timer: TimerId, cx: &mut Context<Self>) {
        if let Some(peer) = cx.any_neighbour() {
            cx.send(peer, Whole(self.value.clone()), Carries::Everything);
        }
        cx.set_timer(timer, self.period);
    }

    fn restart(&mut self, saved: &[T], cx: &mut Context<Self>) {
        if let Some(last) = saved.last() {
            self.value = last.clone();
        }
        self.start(cx);
    }

    fn image(&self) -> Option<T> {
        Some((self.saved)(&self.value))
    }
}
