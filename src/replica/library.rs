//! Somebody else's document: what a library has to offer to be put under test, and what its documents promise.
//!
//! Nothing is asked of its types but that they can be copied and printed. The law: whoever drives a library keeps to
//! the [contract](Library::CONTRACT) that it states, unless asked to break it; so what is found under the contract is
//! the library's doing.

use std::fmt::{self, Debug};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::base::{Canonical, Refused, Stamp};

/// In which order, and how often, messages must come; or how they do come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contract {
    /// There are no messages: whole states are merged, in any order and as often as one likes.
    State,
    /// Any order, also more than once.
    AnyOrder,
    /// Those of one writer in the order of writing, also more than once.
    Fifo,
    /// Each after all that its writer had seen, also more than once.
    Causal,
    /// Each after all that its writer had seen, and once.
    CausalOnce,
}

impl Contract {
    /// All of them, the one that asks for least first.
    pub const ALL: [Contract; 5] =
        [Contract::State, Contract::AnyOrder, Contract::Fifo, Contract::Causal, Contract::CausalOnce];

    /// Whether messages that come like this are good enough for a library with that contract.
    pub fn keeps(self, promised: Contract) -> bool {
        match promised {
            Contract::State => self == Contract::State,
            Contract::AnyOrder => self != Contract::State,
            Contract::Fifo => matches!(self, Contract::Fifo | Contract::Causal | Contract::CausalOnce),
            Contract::Causal => matches!(self, Contract::Causal | Contract::CausalOnce),
            Contract::CausalOnce => self == Contract::CausalOnce,
        }
    }

    /// Whether nothing comes twice.
    pub fn once(self) -> bool {
        self == Contract::CausalOnce
    }
}

impl fmt::Display for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Contract::State => "states",
            Contract::AnyOrder => "any order",
            Contract::Fifo => "each writer's order",
            Contract::Causal => "causal order",
            Contract::CausalOnce => "causal order, each once",
        })
    }
}

/// What becomes of an update that comes before what it builds upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Early {
    /// It waits as a whole until all that its writer had seen is there, and nobody is told of it before.
    Waits,
    /// What can be shown of it is shown, and whoever is told of the document is told of the rest too.
    IsShownInPart,
}

/// A document of somebody else's library: one replica of it.
///
/// What a library does not have it leaves at the default. Whatever a method returns as an error while the contract is
/// kept is a finding, and so is a panic.
pub trait Library: Sized + 'static {
    /// What a client can ask for. Operations are written into counterexamples.
    type Op: Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// What a client sees: the same wherever the same updates are known.
    type View: Clone + Eq + Debug + Canonical + 'static;
    /// What others are told of a change; `()` where only states are merged.
    type Update: Clone + Debug + 'static;
    /// What is written to a disk, or handed to another document to be merged.
    type Saved: Clone + 'static;
    /// What tells how much a document has; `()` where there is no such thing.
    type Version: Clone + Debug + 'static;

    /// Under which delivery its documents say that it works.
    const CONTRACT: Contract;

    /// What becomes of an update that comes too early, where it may.
    const EARLY: Early = Early::Waits;

    /// Whether its documents say that what one document saved can be [merged](Library::merge) into another one, in any
    /// order and as often as one likes, whatever is asked of messages.
    const MERGES: bool = false;

    /// Whether a document that is made from the latest save may go on under the identity that the saved one had.
    const RESUMES: bool = true;

    /// Whether its documents allow to go on from an older save under the same identity.
    const SAME_IDENTITY: bool = false;

    /// Whether messages that come like this are good enough for it.
    fn is_kept_by(delivery: Contract) -> bool {
        delivery.keeps(Self::CONTRACT) || Self::MERGES && delivery == Contract::State
    }

    /// A document in which nothing has happened yet, of a replica with this identity: a number below 2⁴⁰ that no
    /// other document is given.
    fn new(identity: u64) -> Self;

    /// An operation worth trying on this document, on two or three keys and values so that operations meet, some of
    /// which change nothing. `pick` gives a number below its argument, by chance.
    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Self::Op;

    /// Carries out an operation here; refusing it leaves the document as it was.
    fn apply(&mut self, op: &Self::Op) -> Result<(), Refused>;

    /// What others have to be told of the operations that were carried out here since the last call: a message for
    /// each, or one for all of them.
    fn export(&mut self) -> Vec<Self::Update> {
        Vec::new()
    }

    /// Takes in what others were told, as one batch.
    fn import(&mut self, batch: &[Self::Update]) -> Result<(), String>;

    /// What a client looking now sees.
    fn view(&self) -> Self::View;

    /// What the library itself says to wait for something that has not come, if it says that something does.
    fn pending(&self) -> Option<String> {
        None
    }

    /// All that has to survive a restart.
    fn save(&self) -> Self::Saved;

    /// A document from what was saved, to go on under this identity: the one it had, or one that is new.
    fn load(identity: u64, saved: &Self::Saved) -> Result<Self, String>;

    /// Another document with the same content, to go on under this identity.
    fn fork(&self, identity: u64) -> Result<Self, String> {
        Self::load(identity, &self.save())
    }

    /// Takes in what another document saved, if the library can do that.
    fn merge(&mut self, _saved: &Self::Saved) -> Option<Result<(), String>> {
        None
    }

    /// How much this document has, for others to tell what it lacks, if the library can say.
    fn version(&self) -> Option<Self::Version> {
        None
    }

    /// All that this document has and one at that version lacks, if the library can say.
    fn since(&self, _version: &Self::Version) -> Option<Self::Update> {
        None
    }

    /// How many bytes an update takes.
    fn size(_update: &Self::Update) -> u64 {
        0
    }

    /// The stamp of the latest own operation, where the library arbitrates by stamps that can be seen.
    fn stamp(&self) -> Option<Stamp> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_in_a_better_way_than_was_asked_for_keeps_the_contract() {
        let kept = |promised: Contract| -> Vec<Contract> {
            Contract::ALL.into_iter().filter(|mode| mode.keeps(promised)).collect()
        };
        assert_eq!(kept(Contract::State), [Contract::State]);
        assert_eq!(kept(Contract::AnyOrder).len(), 4);
        assert_eq!(kept(Contract::Fifo), [Contract::Fifo, Contract::Causal, Contract::CausalOnce]);
        assert_eq!(kept(Contract::Causal), [Contract::Causal, Contract::CausalOnce]);
        assert_eq!(kept(Contract::CausalOnce), [Contract::CausalOnce]);
    }
}
