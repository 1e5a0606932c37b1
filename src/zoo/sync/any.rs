//! One protocol for all data types of a family on all syncs, so that what is around it is compiled once.
//!
//! What a message says is known only to the protocol inside; everybody else hands it on in its box. What is
//! asked and shown keeps its type.

use std::any::Any;
use std::fmt::{self, Debug};

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Knowledge, Protocol, Turn};
use crate::base::{Digest, Digester, Refused, ReplicaId, Stamp, Update, VersionVector};
use crate::replica::{DataType, Site};
use crate::zoo::{Asked, Parcel, Viewed};

/// Any protocol over any data type that is asked for operations `O` and shows a view `V`. As a data type, it
/// is the value in it.
pub struct AnyProtocol<O: Asked, V: Viewed>(Box<dyn Inside<O, V>>);

/// The protocol inside, without its type.
trait Inside<O, V> {
    fn copy(&self) -> Box<dyn Inside<O, V>>;
    fn encoded(&self) -> Vec<u8>;
    fn known(&self) -> &Knowledge;
    fn view(&self) -> V;
    fn digest(&self, digester: &mut Digester);
    fn latest_stamp(&self) -> Option<Stamp>;
    fn laws(&self, others: [&dyn Any; 2]) -> Option<Result<(), String>>;
    fn content(&self) -> Digest;
    fn any(&self) -> &dyn Any;
    fn stable(&self) -> Option<VersionVector>;
    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> O;
    fn carry_out(&mut self, op: &O, site: Site) -> Result<Box<dyn Any>, Refused>;
    fn react(&mut self, to: Happening<'_>, turn: &mut Turn<'_, Parcel>);
}

/// What a protocol reacts to.
enum Happening<'a> {
    Accepted(Box<dyn Any>, Update),
    Message(ReplicaId, &'a Parcel),
    Round(&'a [ReplicaId]),
    Bereft,
    Start,
}

impl<O, V, P> Inside<O, V> for P
where
    O: Asked,
    V: Viewed,
    P: Protocol<Value: DataType<Op = O, View = V>, Message: 'static, News: 'static> + 'static,
{
    fn copy(&self) -> Box<dyn Inside<O, V>> {
        Box::new(self.clone())
    }

    fn encoded(&self) -> Vec<u8> {
        postcard::to_allocvec(self.value()).unwrap_or_else(|error| panic!("a value cannot be encoded: {error}"))
    }

    fn known(&self) -> &Knowledge {
        Protocol::known(self)
    }

    fn view(&self) -> V {
        self.value().view()
    }

    fn digest(&self, digester: &mut Digester) {
        self.value().digest(digester);
    }

    fn latest_stamp(&self) -> Option<Stamp> {
        self.value().latest_stamp()
    }

    fn laws(&self, [one, other]: [&dyn Any; 2]) -> Option<Result<(), String>> {
        Protocol::laws(self, [one.downcast_ref()?, other.downcast_ref()?])
    }

    fn content(&self) -> Digest {
        Protocol::content(self)
    }

    fn any(&self) -> &dyn Any {
        self
    }

    fn stable(&self) -> Option<VersionVector> {
        self.value().stable()
    }

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> O {
        self.value().propose(pick)
    }

    fn carry_out(&mut self, op: &O, site: Site) -> Result<Box<dyn Any>, Refused> {
        Protocol::carry_out(self, op, site).map(|news| Box::new(news) as Box<dyn Any>)
    }

    fn react(&mut self, to: Happening<'_>, turn: &mut Turn<'_, Parcel>) {
        turn.within(Parcel::new, |turn| match to {
            Happening::Accepted(news, update) => {
                // It is what this protocol just made of an operation.
                if let Ok(news) = news.downcast() {
                    self.accepted(*news, update, turn);
                }
            }
            Happening::Message(from, parcel) => {
                // All replicas of a run are of one type, so that a message always is of the type that it seems.
                if let Some(message) = parcel.content() {
                    self.message(from, message, turn);
                }
            }
            Happening::Round(peers) => self.round(peers, turn),
            Happening::Bereft => self.bereft(turn),
            Happening::Start => self.start(turn),
        });
    }
}

impl<O: Asked, V: Viewed> AnyProtocol<O, V> {
    /// This protocol, without its type.
    pub fn new<P>(protocol: P) -> AnyProtocol<O, V>
    where
        P: Protocol<Value: DataType<Op = O, View = V>, Message: 'static, News: 'static> + 'static,
    {
        AnyProtocol(Box::new(protocol))
    }
}

impl<O: Asked, V: Viewed> Clone for AnyProtocol<O, V> {
    fn clone(&self) -> Self {
        AnyProtocol(self.0.copy())
    }
}

impl<O: Asked, V: Viewed> Debug for AnyProtocol<O, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a protocol")
    }
}

/// The bytes of the value inside.
impl<O: Asked, V: Viewed> Serialize for AnyProtocol<O, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0.encoded())
    }
}

impl<'de, O: Asked, V: Viewed> Deserialize<'de> for AnyProtocol<O, V> {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom("a value whose type is not known cannot be read back"))
    }
}

impl<O: Asked, V: Viewed> DataType for AnyProtocol<O, V> {
    type Op = O;
    type View = V;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> O {
        self.0.propose(pick)
    }

    fn view(&self) -> V {
        self.0.view()
    }

    fn digest(&self, digester: &mut Digester) {
        self.0.digest(digester);
    }

    fn latest_stamp(&self) -> Option<Stamp> {
        self.0.latest_stamp()
    }

    fn stable(&self) -> Option<VersionVector> {
        self.0.stable()
    }
}

impl<O: Asked, V: Viewed> Protocol for AnyProtocol<O, V> {
    type Value = AnyProtocol<O, V>;
    type Message = Parcel;
    type News = Box<dyn Any>;

    fn value(&self) -> &Self {
        self
    }

    fn known(&self) -> &Knowledge {
        self.0.known()
    }

    fn carry_out(&mut self, op: &O, site: Site) -> Result<Box<dyn Any>, Refused> {
        self.0.carry_out(op, site)
    }

    fn accepted(&mut self, news: Box<dyn Any>, update: Update, turn: &mut Turn<'_, Parcel>) {
        self.0.react(Happening::Accepted(news, update), turn);
    }

    fn message(&mut self, from: ReplicaId, parcel: &Parcel, turn: &mut Turn<'_, Parcel>) {
        self.0.react(Happening::Message(from, parcel), turn);
    }

    fn round(&mut self, peers: &[ReplicaId], turn: &mut Turn<'_, Parcel>) {
        self.0.react(Happening::Round(peers), turn);
    }

    fn laws(&self, others: [&Self; 2]) -> Option<Result<(), String>> {
        self.0.laws(others.map(|other| other.0.any()))
    }

    fn content(&self) -> Digest {
        self.0.content()
    }

    fn bereft(&mut self, turn: &mut Turn<'_, Parcel>) {
        self.0.react(Happening::Bereft, turn);
    }

    fn start(&mut self, turn: &mut Turn<'_, Parcel>) {
        self.0.react(Happening::Start, turn);
    }
}
