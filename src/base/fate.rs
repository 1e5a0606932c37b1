//! What the network does with one message.

use std::fmt;

use super::Span;

/// One copy of a message on its way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrival {
    /// How long after the sending it arrives.
    pub delay: Span,
    /// The random bits that its bytes were damaged with, if they were.
    pub damage: Option<u64>,
}

/// The copies of one message that arrive, by ordinal; none means that it is lost.
///
/// There are at most [`MOST`](Fate::MOST), so that a fate is a plain value.
#[derive(Clone, Copy, Default)]
pub struct Fate {
    copies: [Arrival; Fate::MOST],
    count: u8,
}

impl Fate {
    /// The most copies that one message can have.
    pub const MOST: usize = 4;

    /// The fate of a message that is lost.
    #[inline]
    pub fn lost() -> Fate {
        Fate::default()
    }

    /// The fate of a message of which one whole copy arrives.
    #[inline]
    pub fn after(delay: Span) -> Fate {
        let mut fate = Fate::lost();
        fate.add(Arrival { delay, damage: None });
        fate
    }

    /// Takes all copies away.
    #[inline]
    pub fn clear(&mut self) {
        self.count = 0;
    }

    /// One more copy, unless there are as many as there can be.
    #[inline]
    pub fn add(&mut self, copy: Arrival) {
        if let Some(free) = self.copies.get_mut(self.count as usize) {
            *free = copy;
            self.count += 1;
        }
    }

    /// The copies, by ordinal.
    #[inline]
    pub fn copies(&self) -> &[Arrival] {
        &self.copies[..(self.count as usize).min(Fate::MOST)]
    }

    /// The copies, by ordinal, to be changed.
    #[inline]
    pub fn copies_mut(&mut self) -> &mut [Arrival] {
        &mut self.copies[..(self.count as usize).min(Fate::MOST)]
    }

    /// Whether no copy arrives.
    #[inline]
    pub fn is_lost(&self) -> bool {
        self.count == 0
    }
}

impl PartialEq for Fate {
    fn eq(&self, other: &Fate) -> bool {
        self.copies() == other.copies()
    }
}

impl Eq for Fate {}

impl fmt::Debug for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.copies()).finish()
    }
}
