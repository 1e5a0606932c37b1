//! What a scenario settles instead of leaving it to chance: requests, and what becomes of messages.
//!
//! Knows operations as text alone; whoever knows the system reads them.

use std::fmt;

use ron::value::RawValue;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Mistake, reading};
use crate::base::{Arrival, Fate, Path, ReplicaId, Root, Span, Time};

/// One request, when it reaches its replica, and which that is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// An operation.
    At(Time, ReplicaId, Operation),
    /// A look at the value.
    Read(Time, ReplicaId),
    /// An operation that keeps its name when others are taken away.
    Named(Label, Time, ReplicaId, Operation),
    /// A look at the value, with a name of its own.
    NamedRead(Label, Time, ReplicaId),
}

impl Request {
    /// When it reaches its replica.
    pub fn at(&self) -> Time {
        match self {
            Request::At(at, ..) | Request::Read(at, _) | Request::Named(_, at, ..) | Request::NamedRead(_, at, _) => {
                *at
            }
        }
    }

    /// The replica.
    pub fn replica(&self) -> ReplicaId {
        match self {
            Request::At(_, replica, _)
            | Request::Read(_, replica)
            | Request::Named(_, _, replica, _)
            | Request::NamedRead(_, _, replica) => *replica,
        }
    }

    /// The operation, unless it only looks.
    pub fn operation(&self) -> Option<&Operation> {
        match self {
            Request::At(_, _, operation) | Request::Named(_, _, _, operation) => Some(operation),
            Request::Read(..) | Request::NamedRead(..) => None,
        }
    }

    /// Its name, if it has one of its own.
    pub fn label(&self) -> Option<&Label> {
        match self {
            Request::Named(label, ..) | Request::NamedRead(label, ..) => Some(label),
            Request::At(..) | Request::Read(..) => None,
        }
    }
}

/// The name that a request has of its own: any words, or the name of a client's request, such as
/// `c0 request 4`, in whose place it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Label(pub String);

impl Label {
    /// What it is the root of.
    pub fn root(&self) -> Root {
        match self.0.parse::<Path>() {
            Ok(Path { root: root @ Root::Request(..), hops }) if hops.is_empty() => root,
            _ => Root::Label(self.0.clone()),
        }
    }
}

impl From<&Root> for Label {
    fn from(root: &Root) -> Label {
        match root {
            Root::Label(label) => Label(label.clone()),
            other => Label(other.to_string()),
        }
    }
}

/// An operation, as it is written.
#[derive(Clone, PartialEq, Eq)]
pub struct Operation(String);

impl Operation {
    /// This operation, written down.
    pub fn of<O: Serialize>(operation: &O) -> Operation {
        let options = options();
        Operation(
            options.to_string(operation).unwrap_or_else(|error| panic!("an operation cannot be written: {error}")),
        )
    }

    /// One that is written so.
    pub fn from_text(text: String) -> Operation {
        Operation(text)
    }

    /// Reads it as an operation of some kind.
    pub fn read<O: DeserializeOwned>(&self) -> Result<O, ron::error::SpannedError> {
        options().from_str(&self.0)
    }

    /// What is wrong where it does not read as an operation of some kind, as a mistake in the value at a path.
    pub fn misread(&self, error: &ron::error::SpannedError, path: &str) -> Mistake {
        reading::misread(&self.0, error, path)
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// How RON is read and written everywhere: what is optional needs no `Some`.
pub(super) fn options() -> ron::Options {
    ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME)
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_ron(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Operation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Operation, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Operation(raw.get_ron().trim().to_owned()))
    }
}

/// What becomes of one message, by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decision {
    /// It is lost.
    Lost(Path),
    /// One copy arrives, so long after it was sent.
    After(Path, Span),
    /// Several copies arrive, each so long after it was sent.
    Copies(Path, Vec<Span>),
    /// One copy arrives after so long, damaged by these random bits.
    Damaged(Path, Span, u64),
}

impl Decision {
    /// What says that the message of this path has this fate, as far as a file can.
    pub fn of(path: Path, fate: &Fate) -> Decision {
        match fate.copies() {
            [] => Decision::Lost(path),
            [Arrival { delay, damage: Some(bits) }] => Decision::Damaged(path, *delay, *bits),
            [copy] => Decision::After(path, copy.delay),
            copies => Decision::Copies(path, copies.iter().map(|copy| copy.delay).collect()),
        }
    }

    /// The message.
    pub fn path(&self) -> &Path {
        match self {
            Decision::Lost(path)
            | Decision::After(path, _)
            | Decision::Copies(path, _)
            | Decision::Damaged(path, ..) => path,
        }
    }

    /// Its fate.
    pub fn fate(&self) -> Fate {
        let mut fate = Fate::lost();
        match self {
            Decision::Lost(_) => {}
            Decision::After(_, delay) => fate.add(Arrival { delay: *delay, damage: None }),
            Decision::Copies(_, delays) => {
                delays.iter().for_each(|delay| fate.add(Arrival { delay: *delay, damage: None }));
            }
            Decision::Damaged(_, delay, bits) => fate.add(Arrival { delay: *delay, damage: Some(*bits) }),
        }
        fate
    }
}

/// What becomes of the messages whose fate is not settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rest {
    /// What the seed says.
    #[default]
    Drawn,
    /// They arrive once, after the typical latency of their link.
    Perfect,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ClientId;

    #[test]
    fn requests_are_read_and_written() {
        let text = "[At(\"1s\",2,Add(\"milk\")),Read(\"2s\",0),Named(\"c0 request 4\",\"3s\",1,Clear)]";
        let requests: Vec<Request> = options().from_str(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(requests[0].operation().map(Operation::text), Some("Add(\"milk\")"));
        assert_eq!(requests[2].label().map(Label::root), Some(Root::Request(ClientId(0), 3)));
        assert_eq!(options().to_string(&requests).as_deref(), Ok(text));
    }

    #[test]
    fn fates_are_read_and_written() {
        let text = "[Lost(\"c0 request 1 → n1\"),After(\"\\\"add\\\" → n2\",\"5ms\"),Copies(\"n0 start → n1\",[\"1ms\",\"2ms\"])]";
        let fates: Vec<Decision> = options().from_str(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(options().to_string(&fates).as_deref(), Ok(text));
        for decision in fates {
            assert_eq!(Decision::of(decision.path().clone(), &decision.fate()), decision);
        }
    }
}
