//! Who is who: small numbers that cannot be mistaken for one another.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $prefix:literal $(, $number:path = $named:literal)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// Those that are written otherwise than the rest.
            const NAMED: &[(u32, &str)] = &[$(($number.0, $named))?];

            /// The number as an index into a table.
            #[inline]
            pub fn index(self) -> usize {
                self.0 as usize
            }
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

identifier! {
    /// A replica's slot: the place in the world that messages are addressed to. It outlives crashes.
    ReplicaId, "n"
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
        write!(f, "{} request {}", self.client, u64::from(self.nth) + 1)
    }
}
