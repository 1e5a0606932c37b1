//! Who is who: small numbers that cannot be mistaken for one another.

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Names;

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $prefix:literal $(, $number:path = $named:literal)?) => {
        number! { $(#[$doc])* #[derive(Serialize, Deserialize)] #[serde(transparent)] $name }

        impl $name {
            /// Those that are written otherwise than the rest.
            const NAMED: &[(u32, &str)] = &[$(($number.0, $named))?];
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match Self::NAMED.iter().find(|(number, _)| *number == self.0) {
                    Some((_, name)) => f.write_str(name),
                    None => write!(f, concat!($prefix, "{}"), self.0),
                }
            }
        }
    };
}

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The number as an index into a table.
            #[inline]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

number! {
    /// A replica's slot: the place in the world that messages are addressed to. It outlives crashes. Files and
    /// reports call it by its [name](super::Names), where it has one.
    ReplicaId
}
identifier! {
    /// The name a replica signs its updates with. Normally its slot's number; a fresh one after some
    /// restarts, and a shared one where a disk was cloned.
    Identity, "i"
}
identifier! {
    /// One client: whoever asks replicas for something.
    ClientId, "c", ClientId::SCRIPT = "script"
}
identifier! {
    /// Which of a replica's lives this is: 0 before its first crash.
    Incarnation, "life "
}
identifier! {
    /// A timer, as its replica calls it. Setting one that is pending replaces it.
    TimerId, "timer "
}

impl ClientId {
    /// The client in whose name a scenario's own list of requests is asked.
    pub const SCRIPT: ClientId = ClientId(u32::MAX);

    /// Writes whose requests these are: the name of the replica that the client sits beside, where that holds.
    pub(super) fn beside(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Names::with(ReplicaId(self.0), |name| match name {
            Some(name) => f.write_str(name),
            None => write!(f, "{self}"),
        })
    }
}

/// By its name where that holds, else by its number behind an `n`.
impl fmt::Display for ReplicaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Names::with(*self, |name| match name {
            Some(name) => f.write_str(name),
            None => write!(f, "n{}", self.0),
        })
    }
}

/// Where people read it, a name is written by its name; elsewhere it is a number.
impl Serialize for ReplicaId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return serializer.serialize_u32(self.0);
        }
        Names::with(*self, |name| match name {
            Some(name) => serializer.serialize_str(name),
            None => serializer.serialize_u32(self.0),
        })
    }
}

impl<'de> Deserialize<'de> for ReplicaId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ReplicaId, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(ReplicaVisitor)
        } else {
            u32::deserialize(deserializer).map(ReplicaId)
        }
    }
}

struct ReplicaVisitor;

impl Visitor<'_> for ReplicaVisitor {
    type Value = ReplicaId;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a replica: its number, or its name in quotes")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<ReplicaId, E> {
        let fits = u32::try_from(number).ok();
        fits.map(ReplicaId)
            .ok_or_else(|| E::custom(format_args!("no replica has the number {number}: it is too large")))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<ReplicaId, E> {
        text.parse().map_err(E::custom)
    }
}

/// The identity of one accepted mutating request, given by the simulator and never used again, also
/// after a crash, a lost disk or a rollback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Update {
    /// The slot that accepted it.
    pub replica: ReplicaId,
    /// Its number there, from 1.
    pub number: u32,
}

impl fmt::Display for Update {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.replica, self.number)
    }
}

/// One request of one client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RequestId {
    /// Who asks.
    pub client: ClientId,
    /// The how-many-eth of that client's requests, from 0.
    pub nth: u32,
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.client.beside(f)?;
        write!(f, " request {}", u64::from(self.nth) + 1)
    }
}
