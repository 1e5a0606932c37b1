//! Replicas that hand a request on to the one beside which its client is at home.
//!
//! Whoever a client turns to, one replica carries out all that it asks for: then it does not matter that
//! clients move. The law: where everything is handed on, a session sees what a client who stays would see.

use std::collections::BTreeSet;

use crate::base::{Carries, Digester, Observed, ReplicaId, RequestId, Stamp, TimerId, VersionVector};
use crate::model::Ask;
use crate::replica::{Context, Payload, Proposes, Replica};
use crate::zoo::Asked;

/// What is handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Everything: this is how it should be.
    Everything,
    /// What changes something. What only looks is answered where it comes.
    Writes,
}

/// A replica, and requests for others at its door.
pub(super) struct Homed<R: Replica> {
    rule: Rule,
    inside: R,
    context: Option<Context<R>>,
    /// The requests that came from elsewhere and were carried out.
    done: BTreeSet<RequestId>,
}

/// What replicas tell each other.
#[derive(Clone, Debug)]
pub(super) enum Letter<M, O> {
    /// What the replicas inside tell each other.
    Inside(M),
    /// A request of a client of the receiver.
    Asked(RequestId, Ask<O>),
}

impl<M: Payload, O: Asked> Payload for Letter<M, O> {
    fn size(&self) -> u64 {
        match self {
            Letter::Inside(message) => message.size(),
            Letter::Asked(request, ask) => {
                let op = if let Ask::Do(op) = ask { Some(op) } else { None };
                postcard::to_allocvec(&(request, op)).map_or(0, |bytes| bytes.len() as u64)
            }
        }
    }
}

impl<R: Replica> Homed<R> {
    pub(super) fn handing_on(rule: Rule, inside: R) -> Homed<R> {
        Homed { rule, inside, context: None, done: BTreeSet::new() }
    }
}

impl<O: Asked, R: Replica<Op = Ask<O>>> Homed<R> {
    fn within(&mut self, cx: &mut Context<Self>, react: impl FnOnce(&mut R, &mut Context<R>)) {
        let inner = self.context.get_or_insert_with(|| cx.beside());
        let (inside, done) = (&mut self.inside, &self.done);
        cx.within(inner, |inner| react(inside, inner), Letter::Inside, |saved| (saved, done.clone()));
    }
}

impl<R: Replica> Observed for Homed<R> {
    type Op = R::Op;
    type Answer = R::Answer;
    type View = R::View;

    fn view(&self) -> R::View {
        self.inside.view()
    }

    fn digest(&self, digester: &mut Digester) {
        self.inside.digest(digester);
    }

    fn latest_stamp(&self) -> Option<Stamp> {
        self.inside.latest_stamp()
    }

    fn stable(&self) -> Option<VersionVector> {
        self.inside.stable()
    }
}

impl<R: Replica + Proposes> Proposes for Homed<R> {
    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> R::Op {
        self.inside.propose(pick)
    }

    fn reading() -> R::Op {
        R::reading()
    }
}

impl<O: Asked, R: Replica<Op = Ask<O>>> Replica for Homed<R> {
    type Message = Letter<R::Message, O>;
    type Saved = (R::Saved, BTreeSet<RequestId>);

    fn start(&mut self, cx: &mut Context<Self>) {
        self.within(cx, |inside, cx| inside.start(cx));
    }

    fn request(&mut self, request: RequestId, ask: &Ask<O>, cx: &mut Context<Self>) {
        let home = ReplicaId(request.client.0 % cx.members());
        let stays = self.rule == Rule::Writes && *ask == Ask::Read;
        if home == cx.slot() || stays {
            self.within(cx, |inside, cx| inside.request(request, ask, cx));
        } else {
            cx.send(home, Letter::Asked(request, ask.clone()), Carries::Nothing);
        }
    }

    fn message(&mut self, from: ReplicaId, letter: &Letter<R::Message, O>, cx: &mut Context<Self>) {
        match letter {
            Letter::Inside(message) => self.within(cx, |inside, cx| inside.message(from, message, cx)),
            // The network may have doubled it.
            Letter::Asked(request, ask) => {
                if self.done.insert(*request) {
                    self.within(cx, |inside, cx| inside.request(*request, ask, cx));
                }
            }
        }
    }

    fn timer(&mut self, timer: TimerId, cx: &mut Context<Self>) {
        self.within(cx, |inside, cx| inside.timer(timer, cx));
    }

    fn restart(&mut self, saved: &[Self::Saved], cx: &mut Context<Self>) {
        if let Some((_, done)) = saved.last() {
            self.done.clone_from(done);
        }
        let saved: Vec<R::Saved> = saved.iter().map(|(saved, _)| saved.clone()).collect();
        self.within(cx, |inside, cx| inside.restart(&saved, cx));
    }

    fn image(&self) -> Option<Self::Saved> {
        Some((self.inside.image()?, self.done.clone()))
    }
}
