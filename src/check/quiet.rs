//! Quiet: where all know all, nothing is told.

use std::collections::BTreeSet;
use std::fmt::Debug;

use super::judge::{About, Check, Found};
use super::{Ledger, Violation, words};
use crate::base::{Carries, Name, Observed, ReplicaId};
use crate::trace::{Event, Moment};

/// See [`ABOUT`](Quiet::ABOUT).
#[derive(Debug, Default)]
pub struct Quiet {
    /// Whether all replicas were there and knew the same when the event at hand began.
    equal: bool,
    /// Whether the event at hand follows from nothing that happened before they did.
    fresh: bool,
    /// The messages that were sent in such events.
    messages: BTreeSet<Name>,
    judged: u64,
}

impl Quiet {
    /// What it is.
    pub const ABOUT: About = About {
        name: "quiet",
        claim: "when all know all, replicas exchange digests and nothing else",
        explained: "Of a sync that promises it: from the moment when all replicas are there and know the same \
                    updates, no message carries an update, until somebody issues another one. Answers to what was \
                    sent before that moment may still carry some; whatever begins with a timer, or with a message \
                    sent since, may not. A sync that is never quiet converges, and costs its whole state for ever.",
        cost: "one comparison for each step, and a note of each message while all know all",
    };
}

impl<S: Observed, O: Debug> Check<S, O> for Quiet {
    fn about(&self) -> &'static About {
        &Quiet::ABOUT
    }

    fn watches(&self) -> bool {
        true
    }

    fn reset(&mut self) {
        *self = Quiet::default();
    }

    fn event(&mut self, ledger: &mut Ledger<O>, moment: &Moment, event: &Event<'_, S>) -> Found {
        match event {
            Event::Timer { .. } => self.fresh = self.equal,
            Event::Deliver { message, .. } => self.fresh = self.equal && self.messages.contains(message),
            // A crash is nobody's step.
            Event::Crash { .. } => self.equal = false,
            Event::Request { .. } | Event::Start { .. } | Event::Restart { .. } => self.fresh = false,
            Event::Send { message, from, to, carries, .. } if self.fresh => {
                self.judged += 1;
                self.messages.insert(*message);
                let carried = match carries {
                    Carries::Nothing | Carries::Digest => return None,
                    Carries::Updates(updates) if updates.is_empty() => return None,
                    Carries::Updates(updates) => words::known(ledger, &updates.iter().copied().collect()),
                    Carries::Everything => "all it knows".to_owned(),
                };
                return Some(Box::new(Violation {
                    check: Quiet::ABOUT.name,
                    at: *moment,
                    replicas: vec![*from, *to],
                    says: format!("all replicas know all, and {from} tells {to} {carried}"),
                    expected: String::new(),
                    seen: String::new(),
                    knowledge: vec![format!("all know {}", words::known(ledger, ledger.known(*from)))],
                    parted: Some(words::doing(ledger, *from, moment)),
                    recall: None,
                }));
            }
            _ => {}
        }
        None
    }

    fn stepped(&mut self, ledger: &mut Ledger<O>, _: &Moment, _: ReplicaId, _: &[S]) -> Found {
        let first = ledger.mind(ReplicaId(0));
        let same = |replica: ReplicaId| ledger.is_up(replica) && ledger.mind(replica) == first;
        self.equal = !ledger.known(ReplicaId(0)).is_empty() && (0..ledger.members()).map(ReplicaId).all(same);
        if !self.equal {
            self.messages.clear();
        }
        None
    }

    fn judged(&self) -> u64 {
        self.judged
    }
}
