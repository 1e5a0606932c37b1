//! What the network does with one message.

use super::Span;

/// One copy of a message on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrival {
    /// How long after the sending it arrives.
    pub delay: Span,
    /// The random bits that its bytes were damaged with, if they were.
    pub damage: Option<u64>,
}

/// The copies of one message that arrive, by ordinal; none means that it is lost.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fate {
    /// One entry a copy.
    pub copies: Vec<Arrival>,
}

impl Fate {
    /// The fate of a message that is lost.
    pub fn lost() -> Fate {
        Fate::default()
    }

    /// The fate of a message of which one whole copy arrives.
    pub fn after(delay: Span) -> Fate {
        Fate { copies: vec![Arrival { delay, damage: None }] }
    }
}
