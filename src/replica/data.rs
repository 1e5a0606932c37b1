//! Data types as plain values: what a client can ask of one, what it shows, and the three ways in which
//! its replicas tell each other what happened.
//!
//! A data type needs no world: it is called like any other value. It knows nothing of messages, timers or
//! faults; a sync protocol turns it into a replica. Refusing an operation leaves the value as it was.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::base::{Canonical, Digester, Identity, Refused, Stamp, Time, VersionVector};

/// Who carries out an operation, and what its own clock shows at that moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// What the replica signs its updates with.
    pub identity: Identity,
    /// What its own clock shows, which need not be the time.
    pub now: Time,
}

impl Site {
    /// A site whose clock stands at zero.
    pub fn of(identity: u32) -> Site {
        Site { identity: Identity(identity), now: Time::START }
    }

    /// The same site later, by its own clock.
    pub fn at(self, nanos: u64) -> Site {
        Site { now: Time(nanos), ..self }
    }
}

/// What registers hold, sets contain and maps are keyed by.
pub trait Element: Clone + Ord + Debug + Canonical + Serialize + DeserializeOwned {
    /// The n-th of the values that histories are drawn from: `a`, `b`, `c` and so on.
    fn nth(n: u64) -> Self;
}

impl Element for String {
    fn nth(n: u64) -> String {
        let letter = char::from(b'a' + (n % 26) as u8);
        if n < 26 { letter.to_string() } else { format!("{letter}{}", n / 26) }
    }
}

impl Element for char {
    fn nth(n: u64) -> char {
        // The private use area of the Basic Multilingual Plane follows on the letters.
        if n < 26 { char::from(b'a' + n as u8) } else { char::from_u32(0xe000 + (n - 26) as u32 % 6400).unwrap_or('?') }
    }
}

impl Element for u32 {
    fn nth(n: u64) -> u32 {
        n as u32
    }
}

impl Element for u64 {
    fn nth(n: u64) -> u64 {
        n
    }
}

impl Element for i64 {
    fn nth(n: u64) -> i64 {
        n as i64
    }
}

/// A value that clients change and look at.
pub trait DataType: Clone + Debug + Serialize + DeserializeOwned {
    /// A change that a client can ask for.
    type Op: Clone + Debug + PartialEq + Serialize + DeserializeOwned;
    /// What every client would see, in a canonical form: a function of the updates taken in, and of
    /// nothing else.
    type View: Clone + Eq + Debug + Canonical;

    /// An operation worth trying on this value: mostly valid here, on few keys, so that operations meet.
    /// `pick` gives a number below its argument, by chance.
    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Self::Op;

    /// What a client looking now would see.
    fn view(&self) -> Self::View;

    /// Feeds the view's canonical bytes. Worth overriding where the view need not be built for that.
    fn digest(&self, digester: &mut Digester) {
        self.view().feed(digester);
    }

    /// Asked right after an update was carried out where it was asked for, of a value that arbitrates by
    /// stamps: the stamp that the update was given, whether or not it shows.
    fn latest_stamp(&self) -> Option<Stamp> {
        None
    }

    /// How many updates of each identity are held to be known to every member, durably; of a value that
    /// keeps track of that.
    fn stable(&self) -> Option<VersionVector> {
        None
    }
}

/// A data type whose states merge: commutative, associative, idempotent, and never losing.
pub trait StateBased: DataType {
    /// Carries out an operation where it was asked for.
    fn apply(&mut self, op: &Self::Op, site: Site) -> Result<(), Refused>;

    /// Takes in all that another state knows.
    fn merge(&mut self, other: &Self);
}

/// A data type whose changes can be told as small states of their own.
pub trait DeltaBased: StateBased {
    /// A part of a state: joining it does what the change did. Deltas join with one another.
    type Delta: Clone + Debug + Serialize + DeserializeOwned;

    /// Carries out an operation where it was asked for, and tells what changed.
    fn mutate(&mut self, op: &Self::Op, site: Site) -> Result<Self::Delta, Refused>;

    /// Takes in a delta; also one that came before, or that others have overtaken.
    fn join(&mut self, delta: &Self::Delta);

    /// Makes one delta of two.
    fn combine(into: &mut Self::Delta, other: &Self::Delta);

    /// The whole state as a delta.
    fn whole(&self) -> Self::Delta;
}

/// In which order, and how often, effects must come to be right everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delivery {
    /// Any order, also more than once.
    AnyRepeated,
    /// Any order, each once.
    AnyOnce,
    /// Causal order, also more than once.
    CausalRepeated,
    /// Causal order, each once.
    CausalOnce,
}

impl Delivery {
    /// Whether an effect must come after all that its source knew.
    pub fn causal(self) -> bool {
        matches!(self, Delivery::CausalRepeated | Delivery::CausalOnce)
    }

    /// Whether a second time does harm.
    pub fn once(self) -> bool {
        matches!(self, Delivery::AnyOnce | Delivery::CausalOnce)
    }
}

/// A data type whose operations become effects, and the effects travel.
pub trait OpBased: DataType {
    /// What travels.
    type Effect: Clone + Debug + Serialize + DeserializeOwned;

    /// What effects count on.
    const DELIVERY: Delivery;

    /// Works out at the source what an operation does everywhere. It takes effect there, too, by
    /// [`effect`](OpBased::effect), before the source prepares the next one.
    fn prepare(&self, op: &Self::Op, site: Site) -> Result<Self::Effect, Refused>;

    /// Carries out what was prepared, here or elsewhere.
    fn effect(&mut self, effect: &Self::Effect);
}
