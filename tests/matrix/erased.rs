//! One type for all data types and all syncs, so that the world is compiled once for the whole matrix.
//!
//! What a message, an operation or a view really is only its own data type knows; everybody else hands it on.

use std::any::{Any, type_name};
use std::fmt::{self, Debug};
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use squall::base::{Canonical, Digester, ReplicaId, Update};
use squall::replica::{DataType, Payload, Refused, Site};
use squall::zoo::sync::{Knowledge, Protocol, Turn};

/// A value of some type, shared.
#[derive(Clone)]
pub(crate) struct Erased(Rc<dyn Any>);

impl Erased {
    fn new<T: Any>(value: T) -> Erased {
        Erased(Rc::new(value))
    }

    /// The value, by one who knows its type.
    pub(crate) fn get<T: Any>(&self) -> &T {
        self.0.downcast_ref().unwrap_or_else(|| panic!("this is no {}", type_name::<T>()))
    }
}

impl Debug for Erased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("something")
    }
}

impl PartialEq for Erased {
    fn eq(&self, other: &Erased) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Erased {}

impl Canonical for Erased {
    fn feed(&self, _: &mut Digester) {
        unreachable!("a value digests its view by itself")
    }
}

impl Serialize for Erased {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de> Deserialize<'de> for Erased {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Erased, D::Error> {
        Err(serde::de::Error::custom("what is erased cannot be read back"))
    }
}

impl Payload for Erased {
    fn size(&self) -> u64 {
        0
    }
}

/// A protocol over a data type, both of some type.
trait Subject {
    fn copy(&self) -> Box<dyn Subject>;
    fn known(&self) -> &Knowledge;
    fn value(&self) -> Erased;
    fn view(&self) -> Erased;
    fn digest(&self, digester: &mut Digester);
    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Erased;
    fn carry_out(&mut self, op: &Erased, site: Site) -> Result<Box<dyn Any>, Refused>;
    fn take(&mut self, event: Event<'_>, turn: &mut Turn<'_, Erased>);
}

/// What a protocol reacts to.
enum Event<'a> {
    Accepted(Box<dyn Any>, Update),
    Message(ReplicaId, &'a Erased),
    Round(&'a [ReplicaId]),
    Start,
}

impl<P> Subject for P
where
    P: Protocol<News: 'static, Message: 'static> + 'static,
    P::Value: DataType<Op: 'static, View: 'static> + 'static,
{
    fn copy(&self) -> Box<dyn Subject> {
        Box::new(self.clone())
    }

    fn known(&self) -> &Knowledge {
        Protocol::known(self)
    }

    fn value(&self) -> Erased {
        Erased::new(Protocol::value(self).clone())
    }

    fn view(&self) -> Erased {
        Erased::new(Protocol::value(self).view())
    }

    fn digest(&self, digester: &mut Digester) {
        Protocol::value(self).digest(digester);
    }

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Erased {
        Erased::new(Protocol::value(self).propose(pick))
    }

    fn carry_out(&mut self, op: &Erased, site: Site) -> Result<Box<dyn Any>, Refused> {
        Protocol::carry_out(self, op.get(), site).map(|news| Box::new(news) as Box<dyn Any>)
    }

    fn take(&mut self, event: Event<'_>, turn: &mut Turn<'_, Erased>) {
        turn.within(Erased::new, |turn| match event {
            Event::Accepted(news, update) => {
                let news = news.downcast().unwrap_or_else(|_| panic!("news of another protocol"));
                self.accepted(*news, update, turn);
            }
            Event::Message(from, message) => self.message(from, message.get(), turn),
            Event::Round(peers) => self.round(peers, turn),
            Event::Start => self.start(turn),
        });
    }
}

/// Any protocol over any data type; and, as a data type, the value in it.
#[derive(Serialize, Deserialize)]
pub(crate) struct AnySync {
    #[serde(skip)]
    inner: Option<Box<dyn Subject>>,
    /// What was shown right before the last operation.
    #[serde(skip)]
    before: Option<Erased>,
}

impl AnySync {
    pub(crate) fn new<P>(protocol: P) -> AnySync
    where
        P: Protocol<News: 'static, Message: 'static> + 'static,
        P::Value: DataType<Op: 'static, View: 'static> + 'static,
    {
        AnySync { inner: Some(Box::new(protocol)), before: None }
    }

    /// A copy of the value as it stands.
    pub(crate) fn snapshot(&self) -> Erased {
        self.inner().value()
    }

    /// What was shown right before the last operation.
    pub(crate) fn before(&self) -> Erased {
        self.before.clone().expect("an operation was carried out")
    }

    fn inner(&self) -> &dyn Subject {
        self.inner.as_deref().expect("it was made from a protocol")
    }

    fn inner_mut(&mut self) -> &mut dyn Subject {
        self.inner.as_deref_mut().expect("it was made from a protocol")
    }
}

impl Clone for AnySync {
    fn clone(&self) -> AnySync {
        AnySync { inner: Some(self.inner().copy()), before: self.before.clone() }
    }
}

impl Debug for AnySync {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any sync")
    }
}

impl DataType for AnySync {
    type Op = Erased;
    type View = Erased;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Erased {
        self.inner().propose(pick)
    }

    fn view(&self) -> Erased {
        self.inner().view()
    }

    fn digest(&self, digester: &mut Digester) {
        self.inner().digest(digester);
    }
}

impl Protocol for AnySync {
    type Value = AnySync;
    type Message = Erased;
    type News = Box<dyn Any>;

    fn value(&self) -> &AnySync {
        self
    }

    fn known(&self) -> &Knowledge {
        self.inner().known()
    }

    fn carry_out(&mut self, op: &Erased, site: Site) -> Result<Box<dyn Any>, Refused> {
        self.before = Some(self.inner().view());
        self.inner_mut().carry_out(op, site)
    }

    fn accepted(&mut self, news: Box<dyn Any>, update: Update, turn: &mut Turn<'_, Erased>) {
        self.inner_mut().take(Event::Accepted(news, update), turn);
    }

    fn message(&mut self, from: ReplicaId, message: &Erased, turn: &mut Turn<'_, Erased>) {
        self.inner_mut().take(Event::Message(from, message), turn);
    }

    fn round(&mut self, peers: &[ReplicaId], turn: &mut Turn<'_, Erased>) {
        self.inner_mut().take(Event::Round(peers), turn);
    }

    fn start(&mut self, turn: &mut Turn<'_, Erased>) {
        self.inner_mut().take(Event::Start, turn);
    }
}
