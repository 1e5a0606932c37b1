//! A whole replica of somebody else's, as a hunt runs it.
//!
//! Operations come to it as it knows them; a client that only looks is answered here.

use std::fmt::{self, Debug};

use super::{OpOf, Subject};
use crate::base::{Digest, Digester, Observed, ReplicaId, RequestId, Stamp, TimerId, VersionVector};
use crate::model::{Ask, Told};
use crate::replica::{Context, Proposes, Replica};

/// The replica, and the context that it acts through.
pub(super) struct Whole<T: Replica> {
    replica: T,
    context: Option<Context<T>>,
}

impl<T: Replica + Default> Default for Whole<T> {
    fn default() -> Whole<T> {
        Whole { replica: T::default(), context: None }
    }
}

impl<T: Replica + Debug> Debug for Whole<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.replica.fmt(f)
    }
}

impl<T> Whole<T>
where
    T: Subject,
    T: Replica<Op = <T as Subject>::Op, View = <T as Subject>::View, Answer = Told<<T as Subject>::View>>,
{
    fn react(&mut self, cx: &mut Context<Self>, react: impl FnOnce(&mut T, &mut Context<T>)) {
        let inner = self.context.get_or_insert_with(|| cx.beside());
        let replica = &mut self.replica;
        cx.within(inner, |inner| react(replica, inner), |message| message, |saved| saved);
    }
}

impl<T> Observed for Whole<T>
where
    T: Subject,
    T: Replica<Op = <T as Subject>::Op, View = <T as Subject>::View, Answer = Told<<T as Subject>::View>>,
{
    type Op = Ask<OpOf<T>>;
    type Answer = Told<<T as Subject>::View>;
    type View = <T as Subject>::View;

    fn view(&self) -> <T as Subject>::View {
        Observed::view(&self.replica)
    }

    fn digest(&self, digester: &mut Digester) {
        self.replica.digest(digester);
    }

    fn latest_stamp(&self) -> Option<Stamp> {
        self.replica.latest_stamp()
    }

    fn stable(&self) -> Option<VersionVector> {
        self.replica.stable()
    }

    fn laws(&self, others: [&Self; 2]) -> Option<Result<(), String>> {
        self.replica.laws(others.map(|other| &other.replica))
    }

    fn state(&self) -> Option<Digest> {
        self.replica.state()
    }

    fn content(&self) -> Option<Digest> {
        self.replica.content()
    }

    fn weight(&self) -> Option<u64> {
        self.replica.weight()
    }
}

impl<T> Replica for Whole<T>
where
    T: Subject,
    T: Replica<Op = <T as Subject>::Op, View = <T as Subject>::View, Answer = Told<<T as Subject>::View>>,
{
    type Message = T::Message;
    type Saved = T::Saved;

    fn start(&mut self, cx: &mut Context<Self>) {
        self.react(cx, |replica, cx| replica.start(cx));
    }

    fn request(&mut self, request: RequestId, ask: &Ask<OpOf<T>>, cx: &mut Context<Self>) {
        match ask {
            Ask::Do(op) => self.react(cx, |replica, cx| replica.request(request, op, cx)),
            Ask::Read => cx.answer(request, Told::Shown(Observed::view(&self.replica))),
        }
    }

    fn message(&mut self, from: ReplicaId, message: &T::Message, cx: &mut Context<Self>) {
        self.react(cx, |replica, cx| replica.message(from, message, cx));
    }

    fn timer(&mut self, timer: TimerId, cx: &mut Context<Self>) {
        self.react(cx, |replica, cx| replica.timer(timer, cx));
    }

    fn restart(&mut self, saved: &[T::Saved], cx: &mut Context<Self>) {
        self.react(cx, |replica, cx| replica.restart(saved, cx));
    }

    fn image(&self) -> Option<T::Saved> {
        self.replica.image()
    }

    fn digest_state(&self, digester: &mut Digester) {
        self.replica.digest_state(digester);
    }
}

impl<T> Proposes for Whole<T>
where
    T: Subject,
    T: Replica<Op = <T as Subject>::Op, View = <T as Subject>::View, Answer = Told<<T as Subject>::View>>,
{
    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Ask<OpOf<T>> {
        Ask::Do(OpOf::new(Subject::propose(&self.replica, pick)))
    }

    fn reading() -> Ask<OpOf<T>> {
        Ask::Read
    }
}
