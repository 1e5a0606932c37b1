//! No creation: nothing is taken in that nothing brought.

use std::fmt::Debug;

use super::judge::{About, Check, Found};
use super::{Ledger, Violation, words};
use crate::base::{Observed, ReplicaId};
use crate::trace::Moment;

/// See [`ABOUT`](Creation::ABOUT).
#[derive(Debug, Default)]
pub struct Creation {
    judged: u64,
}

impl Creation {
    /// What it is.
    pub const ABOUT: About = About {
        name: "creation",
        claim: "a replica takes in only what a message has brought to it, or what it issued itself",
        explained: "Messages are stamped with the updates that they carry when they leave. When the code under test \
                    says that it takes an update in, some message that reached this replica, in this life or an \
                    earlier one, must have carried it.",
        cost: "next to nothing",
    };
}

impl<S: Observed, O: Debug> Check<S, O> for Creation {
    fn about(&self) -> &'static About {
        &Creation::ABOUT
    }

    fn reset(&mut self) {
        self.judged = 0;
    }

    #[inline]
    fn stepped(&mut self, ledger: &mut Ledger<O>, moment: &Moment, replica: ReplicaId, _: &[S]) -> Found {
        self.judged += u64::from(ledger.has_taken());
        let (replica, update) = ledger.invented().filter(|(who, _)| *who == replica)?;
        let update = words::update(ledger, update);
        Some(Box::new(Violation {
            check: Creation::ABOUT.name,
            at: *moment,
            replicas: vec![replica],
            says: format!("{replica} takes in {update}, which no message has ever brought to it"),
            expected: String::new(),
            seen: String::new(),
            knowledge: Vec::new(),
            parted: Some(words::doing(ledger, replica, moment)),
            recall: None,
        }))
    }

    fn judged(&self) -> u64 {
        self.judged
    }
}
