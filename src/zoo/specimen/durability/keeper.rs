//! Full-state gossip that answers a client early or late.
//!
//! What changes here is numbered; whoever takes a state in says how far it got. The law: nothing leaves for
//! other replicas before it is safe here, whatever is said to clients.

use std::collections::VecDeque;
use std::fmt::Debug;

use serde::Serialize;

use crate::base::{Carries, Digester, Incarnation, Observed, ReplicaId, RequestId, Span, TimerId};
use crate::model::{Ask, Told};
use crate::replica::{Context, Payload, Proposes, Replica, Site, StateBased};
use crate::zoo::sync::Pace;

/// When a client is told that its update is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// At once; it is saved with the next round.
    AtOnce,
    /// When it is written; it is made durable with the next round.
    Written,
    /// When it is durable here.
    Saved,
    /// When it is durable here and at another replica.
    Elsewhere,
}

/// A replica with a state, and clients who wait for an answer.
#[derive(Debug)]
pub(super) struct Keeper<T> {
    rule: Rule,
    value: T,
    /// How many updates were carried out in this life.
    count: u64,
    /// The clients who wait, with the numbers of their updates.
    waiting: VecDeque<(u64, RequestId)>,
    period: Span,
}

/// What replicas tell each other.
#[derive(Clone, Debug, Serialize)]
pub(super) enum Message<T> {
    /// A state, with so many updates of this life of the sender.
    State(T, Incarnation, u64),
    /// So many updates of this life of the receiver are safe with the sender.
    Have(Incarnation, u64),
}

impl<T: Clone + Debug + Serialize> Payload for Message<T> {
    fn size(&self) -> u64 {
        postcard::to_allocvec(self).map_or(0, |bytes| bytes.len() as u64)
    }
}

impl<T: StateBased> Keeper<T> {
    pub(super) fn answering(rule: Rule, value: T, pace: Pace) -> Keeper<T> {
        Keeper { rule, value, count: 0, waiting: VecDeque::new(), period: pace.period }
    }

    fn write(&self, cx: &mut Context<Self>) {
        cx.save_all(self.value.clone());
    }

    fn keep(&self, cx: &mut Context<Self>) {
        self.write(cx);
        cx.sync();
    }
}

impl<T: StateBased> Observed for Keeper<T> {
    type Op = Ask<T::Op>;
    type Answer = Told<T::View>;
    type View = T::View;

    fn view(&self) -> T::View {
        self.value.view()
    }

    fn digest(&self, digester: &mut Digester) {
        self.value.digest(digester);
    }
}

impl<T: StateBased> Proposes for Keeper<T> {
    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Ask<T::Op> {
        Ask::Do(self.value.propose(pick))
    }

    fn reading() -> Ask<T::Op> {
        Ask::Read
    }
}

impl<T: StateBased> Replica for Keeper<T> {
    type Message = Message<T>;
    type Saved = T;

    fn start(&mut self, cx: &mut Context<Self>) {
        let after = cx.draw(self.period.0) + 1;
        cx.set_timer(TimerId(0), Span(after));
    }

    fn request(&mut self, request: RequestId, ask: &Ask<T::Op>, cx: &mut Context<Self>) {
        let Ask::Do(op) = ask else { return cx.answer(request, Told::Shown(self.view())) };
        let site = Site { identity: cx.identity(), now: cx.now() };
        if let Err(refused) = self.value.apply(op, site) {
            return cx.answer(request, Told::Refused(refused));
        }
        cx.accept(request);
        self.count += 1;
        match self.rule {
            Rule::AtOnce => {}
            Rule::Written => self.write(cx),
            Rule::Saved => self.keep(cx),
            Rule::Elsewhere => {
                self.keep(cx);
                return self.waiting.push_back((self.count, request));
            }
        }
        cx.answer(request, Told::Done);
    }

    fn message(&mut self, from: ReplicaId, message: &Message<T>, cx: &mut Context<Self>) {
        match message {
            Message::State(other, life, count) => {
                self.value.merge(other);
                cx.incorporate();
                self.keep(cx);
                cx.send(from, Message::Have(*life, *count), Carries::Nothing);
            }
            // One of an earlier life may speak of updates that a lost disk had.
            Message::Have(life, count) if *life == cx.incarnation() => {
                let safe = self.waiting.iter().take_while(|(number, _)| number <= count).count();
                self.waiting.drain(..safe).for_each(|(_, request)| cx.answer(request, Told::Done));
            }
            Message::Have(..) => {}
        }
    }

    fn timer(&mut self, timer: TimerId, cx: &mut Context<Self>) {
        self.keep(cx);
        if let Some(peer) = cx.any_neighbour() {
            cx.send(peer, Message::State(self.value.clone(), cx.incarnation(), self.count), Carries::Everything);
        }
        cx.set_timer(timer, self.period);
    }

    fn restart(&mut self, saved: &[T], cx: &mut Context<Self>) {
        if let Some(value) = saved.last() {
            self.value.clone_from(value);
        }
        self.start(cx);
    }

    fn image(&self) -> Option<T> {
        Some(self.value.clone())
    }
}
