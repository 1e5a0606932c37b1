//! A violation: the evidence that something is wrong, in a person's words.

use std::fmt;

use super::Bond;
use crate::base::ReplicaId;
use crate::trace::Moment;

/// Who, when, what was expected, what was seen, and where they parted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The check that found it.
    pub check: &'static str,
    /// The event in which it showed.
    pub at: Moment,
    /// The replicas concerned: first the one that shows what is wrong.
    pub replicas: Vec<ReplicaId>,
    /// What is wrong, in a sentence.
    pub says: String,
    /// What would be right.
    pub expected: String,
    /// What there was.
    pub seen: String,
    /// Who knows what: one line each.
    pub knowledge: Vec<String>,
    /// The event in which they parted, where that is known.
    pub parted: Option<String>,
    /// What would have to be looked at again for all of the evidence. The same run shows it again.
    pub recall: Option<Recall>,
}

/// What was not kept of a run, and has to be looked at in a second one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recall {
    /// What this replica showed in the event of this number.
    Shown(u64, ReplicaId),
    /// How these updates got where they were, and what else the run kept of cause and effect.
    Bond(Bond),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.check, self.says)?;
        if !self.expected.is_empty() {
            writeln!(f, "  expected  {}", self.expected)?;
        }
        if !self.seen.is_empty() {
            writeln!(f, "  seen      {}", self.seen)?;
        }
        for knows in &self.knowledge {
            writeln!(f, "  {knows}")?;
        }
        if let Some(parted) = &self.parted {
            writeln!(f, "  parted    {parted}")?;
        }
        write!(f, "  at        {}, event {}", self.at.at, self.at.step)
    }
}
