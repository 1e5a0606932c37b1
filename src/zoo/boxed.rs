//! One type for all replicas that are asked the same and show the same.
//!
//! The world is compiled once for each such family and not once for each system: messages and what is saved
//! travel in boxes, which only the replica that packed them opens. What it is asked and what it shows keep
//! their types, so that a specification is held against them without any erasure. A boxed system makes the
//! same run as the same system bare, and takes longer over it.

use std::any::Any;
use std::fmt::{self, Debug};
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::tape::{Handled, Tape};
use crate::base::{Canonical, Digest, Digester, Observed, ReplicaId, RequestId, Stamp, TimerId, VersionVector};
use crate::model::{Ask, Told};
use crate::replica::{Context, Payload, Proposes, Replica};

/// What a replica in a box can be asked for.
pub trait Asked: Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {}

impl<O: Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static> Asked for O {}

/// What a replica in a box can show.
pub trait Viewed: Clone + Eq + Debug + Canonical + 'static {}

impl<V: Clone + Eq + Debug + Canonical + 'static> Viewed for V {}

/// Any replica that is asked for operations `O` on one thing and shows a view `V` of it.
pub struct Boxed<O: Asked, V: Viewed> {
    inside: Box<dyn Inside<O, V>>,
    tape: Option<Box<Tape<O, V>>>,
}

impl<O: Asked, V: Viewed> Boxed<O, V> {
    /// This replica, in a box.
    pub fn new<R>(replica: R) -> Boxed<O, V>
    where
        R: Replica<Op = Ask<O>, Answer = Told<V>, View = V> + Proposes + 'static,
        R::Message: 'static,
        R::Saved: 'static,
    {
        Boxed { inside: Box::new(Contents { replica, context: None }), tape: None }
    }

    /// The same before its first event, of which all events are kept, and how to make another one like it.
    pub fn taped(self, anew: impl Fn() -> Boxed<O, V> + 'static) -> Boxed<O, V> {
        Boxed { tape: Some(Box::new(Tape::new(Rc::new(anew)))), ..self }
    }

    /// One that went through all that this one handled, if that was kept.
    pub fn replayed(&self) -> Option<Boxed<O, V>> {
        self.tape.as_ref()?.play()
    }
}

impl<O: Asked, V: Viewed> Debug for Boxed<O, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a replica")
    }
}

/// A message of some replica, in a box that its copies share.
#[derive(Clone)]
pub struct Parcel(Rc<dyn Packed>);

impl Parcel {
    /// This message, in a box; one that is in a box already stays in it.
    pub fn new<M: Payload + 'static>(message: M) -> Parcel {
        match (&message as &dyn Any).downcast_ref::<Parcel>() {
            Some(parcel) => parcel.clone(),
            None => Parcel(Rc::new(message)),
        }
    }

    /// The message, by one who knows its type.
    pub fn content<M: Payload + 'static>(&self) -> Option<&M> {
        (self as &dyn Any).downcast_ref().or_else(|| self.0.content().downcast_ref())
    }
}

/// What some replica saved, in a box.
#[derive(Clone)]
pub struct Stored(Rc<dyn Any>);

trait Packed: Debug {
    fn size(&self) -> u64;
    fn digest(&self, digester: &mut Digester);
    fn damaged(&self, bits: u64) -> Option<Parcel>;
    fn content(&self) -> &dyn Any;
}

impl<M: Payload + 'static> Packed for M {
    fn size(&self) -> u64 {
        Payload::size(self)
    }

    fn digest(&self, digester: &mut Digester) {
        Payload::digest(self, digester);
    }

    fn damaged(&self, bits: u64) -> Option<Parcel> {
        let mut copy = self.clone();
        copy.damage(bits).then(|| Parcel(Rc::new(copy)))
    }

    fn content(&self) -> &dyn Any {
        self
    }
}

impl Debug for Parcel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Payload for Parcel {
    fn size(&self) -> u64 {
        self.0.size()
    }

    fn digest(&self, digester: &mut Digester) {
        self.0.digest(digester);
    }

    fn damage(&mut self, bits: u64) -> bool {
        let damaged = self.0.damaged(bits);
        let could = damaged.is_some();
        *self = damaged.unwrap_or_else(|| self.clone());
        could
    }
}

/// The replica in a box, asked without its type.
trait Inside<O: Asked, V: Viewed> {
    fn view(&self) -> V;
    fn digest(&self, digester: &mut Digester);
    fn digest_state(&self, digester: &mut Digester);
    fn latest_stamp(&self) -> Option<Stamp>;
    fn laws(&self, others: [&dyn Any; 2]) -> Option<Result<(), String>>;
    fn state(&self) -> Option<Digest>;
    fn content(&self) -> Option<Digest>;
    fn weight(&self) -> Option<u64>;
    fn complaint(&self) -> Option<&str>;
    fn any(&self) -> &dyn Any;
    fn stable(&self) -> Option<VersionVector>;
    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Ask<O>;
    fn start(&mut self, cx: &mut Context<Boxed<O, V>>);
    fn request(&mut self, request: RequestId, ask: &Ask<O>, cx: &mut Context<Boxed<O, V>>);
    fn message(&mut self, from: ReplicaId, parcel: &Parcel, cx: &mut Context<Boxed<O, V>>);
    fn timer(&mut self, timer: TimerId, cx: &mut Context<Boxed<O, V>>);
    fn restart(&mut self, saved: &[Stored], cx: &mut Context<Boxed<O, V>>);
    fn image(&self) -> Option<Stored>;
}

struct Contents<R: Replica> {
    replica: R,
    context: Option<Context<R>>,
}

impl<R> Contents<R>
where
    R: Replica,
    R::Message: 'static,
    R::Saved: 'static,
{
    fn react<O, V>(&mut self, cx: &mut Context<Boxed<O, V>>, react: impl FnOnce(&mut R, &mut Context<R>))
    where
        R: Replica<Op = Ask<O>, Answer = Told<V>, View = V>,
        O: Asked,
        V: Viewed,
    {
        let inner = self.context.get_or_insert_with(|| cx.beside());
        let replica = &mut self.replica;
        cx.within(inner, |inner| react(replica, inner), Parcel::new, |saved| Stored(Rc::new(saved)));
    }
}

impl<O, V, R> Inside<O, V> for Contents<R>
where
    O: Asked,
    V: Viewed,
    R: Replica<Op = Ask<O>, Answer = Told<V>, View = V> + Proposes + 'static,
    R::Message: 'static,
    R::Saved: 'static,
{
    fn view(&self) -> V {
        self.replica.view()
    }

    fn digest(&self, digester: &mut Digester) {
        self.replica.digest(digester);
    }

    fn digest_state(&self, digester: &mut Digester) {
        self.replica.digest_state(digester);
    }

    fn latest_stamp(&self) -> Option<Stamp> {
        self.replica.latest_stamp()
    }

    fn laws(&self, [one, other]: [&dyn Any; 2]) -> Option<Result<(), String>> {
        self.replica.laws([one.downcast_ref()?, other.downcast_ref()?])
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

    fn complaint(&self) -> Option<&str> {
        self.replica.complaint()
    }

    fn any(&self) -> &dyn Any {
        &self.replica
    }

    fn stable(&self) -> Option<VersionVector> {
        self.replica.stable()
    }

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Ask<O> {
        self.replica.propose(pick)
    }

    fn start(&mut self, cx: &mut Context<Boxed<O, V>>) {
        self.react(cx, |replica, cx| replica.start(cx));
    }

    fn request(&mut self, request: RequestId, ask: &Ask<O>, cx: &mut Context<Boxed<O, V>>) {
        self.react(cx, |replica, cx| replica.request(request, ask, cx));
    }

    fn message(&mut self, from: ReplicaId, parcel: &Parcel, cx: &mut Context<Boxed<O, V>>) {
        // All replicas of a run are of one type, so that a message always is of the type that it seems.
        if let Some(message) = parcel.content() {
            self.react(cx, |replica, cx| replica.message(from, message, cx));
        }
    }

    fn timer(&mut self, timer: TimerId, cx: &mut Context<Boxed<O, V>>) {
        self.react(cx, |replica, cx| replica.timer(timer, cx));
    }

    fn restart(&mut self, saved: &[Stored], cx: &mut Context<Boxed<O, V>>) {
        let saved: Vec<R::Saved> = saved.iter().filter_map(|stored| stored.0.downcast_ref()).cloned().collect();
        self.react(cx, |replica, cx| replica.restart(&saved, cx));
    }

    fn image(&self) -> Option<Stored> {
        self.replica.image().map(|image| Stored(Rc::new(image)))
    }
}

impl<O: Asked, V: Viewed> Observed for Boxed<O, V> {
    type Op = Ask<O>;
    type Answer = Told<V>;
    type View = V;

    fn view(&self) -> V {
        self.inside.view()
    }

    fn digest(&self, digester: &mut Digester) {
        self.inside.digest(digester);
    }

    fn latest_stamp(&self) -> Option<Stamp> {
        self.inside.latest_stamp()
    }

    fn laws(&self, others: [&Self; 2]) -> Option<Result<(), String>> {
        self.inside.laws(others.map(|other| other.inside.any()))
    }

    fn state(&self) -> Option<Digest> {
        self.inside.state()
    }

    fn content(&self) -> Option<Digest> {
        self.inside.content()
    }

    fn weight(&self) -> Option<u64> {
        self.inside.weight()
    }

    fn complaint(&self) -> Option<&str> {
        self.inside.complaint()
    }

    fn stable(&self) -> Option<VersionVector> {
        self.inside.stable()
    }
}

impl<O: Asked, V: Viewed> Proposes for Boxed<O, V> {
    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Ask<O> {
        self.inside.propose(pick)
    }

    fn reading() -> Ask<O> {
        Ask::Read
    }
}

impl<O: Asked, V: Viewed> Replica for Boxed<O, V> {
    type Message = Parcel;
    type Saved = Stored;

    fn start(&mut self, cx: &mut Context<Self>) {
        if let Some(tape) = &mut self.tape {
            tape.add(cx, Handled::Start);
        }
        self.inside.start(cx);
    }

    fn request(&mut self, request: RequestId, ask: &Ask<O>, cx: &mut Context<Self>) {
        if let Some(tape) = &mut self.tape {
            tape.add(cx, Handled::Request(request, ask.clone()));
        }
        self.inside.request(request, ask, cx);
    }

    fn message(&mut self, from: ReplicaId, parcel: &Parcel, cx: &mut Context<Self>) {
        if let Some(tape) = &mut self.tape {
            tape.add(cx, Handled::Message(from, parcel.clone()));
        }
        self.inside.message(from, parcel, cx);
    }

    fn timer(&mut self, timer: TimerId, cx: &mut Context<Self>) {
        if let Some(tape) = &mut self.tape {
            tape.add(cx, Handled::Timer(timer));
        }
        self.inside.timer(timer, cx);
    }

    fn restart(&mut self, saved: &[Stored], cx: &mut Context<Self>) {
        if let Some(tape) = &mut self.tape {
            tape.add(cx, Handled::Restart(saved.to_vec()));
        }
        self.inside.restart(saved, cx);
    }

    fn image(&self) -> Option<Stored> {
        self.inside.image()
    }

    fn digest_state(&self, digester: &mut Digester) {
        self.inside.digest_state(digester);
    }
}
