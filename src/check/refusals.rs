//! Refusals: an operation is refused when its type says so, and at no other time.

use std::fmt::Debug;

use super::judge::{About, Check, Found};
use super::{Ledger, Violation, words};
use crate::base::{Observed, ReplicaId};
use crate::model::{Specification, Visible};
use crate::trace::Moment;

/// See [`ABOUT`](Refusals::ABOUT).
pub struct Refusals<O, V> {
    specification: Specification<O, V>,
    /// Whether what is asked for in the event at hand must be refused, and what that is.
    must: Option<(bool, String)>,
    judged: u64,
}

impl<O, V> Refusals<O, V> {
    /// Holds refusals against what this specification says of them, if it says something.
    pub fn new(specification: Specification<O, V>) -> Refusals<O, V> {
        Refusals { specification, must: None, judged: 0 }
    }
}

impl Refusals<(), ()> {
    /// What it is.
    pub const ABOUT: About = About {
        name: "refusals",
        claim: "an operation is refused exactly when its type says so",
        explained: "Some types refuse: a bounded counter refuses to be counted down by one whose rights have run out, \
                    and must not refuse before. Whether an operation is to be refused follows from what its replica \
                    knows; it is worked out before the replica answers, where all is known that the known updates \
                    have seen.",
        cost: "one evaluation for each operation of a type that refuses",
    };
}

impl<S: Observed, O: Debug, V> Check<S, O> for Refusals<O, V> {
    fn about(&self) -> &'static About {
        &Refusals::ABOUT
    }

    fn reset(&mut self) {
        (self.must, self.judged) = (None, 0);
    }

    fn peeks(&self) -> bool {
        self.specification.has_refusals()
    }

    fn stepping(&mut self, ledger: &mut Ledger<O>, replica: ReplicaId, _: &[S]) {
        self.must = None;
        let mind = ledger.mind(replica);
        if ledger.asked().is_none() || !ledger.can_judge(replica) || !ledger.is_closed(mind) {
            return;
        }
        let visible = Visible::new(ledger.history(), ledger.minds().known(mind));
        let identity = ledger.identity(replica);
        self.must = ledger.asked().and_then(|op| {
            let must = self.specification.refuses(&visible, identity, op)?;
            Some((must, format!("{op:?}")))
        });
    }

    fn stepped(&mut self, ledger: &mut Ledger<O>, moment: &Moment, replica: ReplicaId, _: &[S]) -> Found {
        let (must, op) = self.must.take()?;
        self.judged += 1;
        let refused = ledger.accepted().is_none();
        if refused == must {
            return None;
        }
        let did = if refused { "refused" } else { "accepted" };
        let right = if must { "must be refused" } else { "must not be refused" };
        Some(Box::new(Violation {
            check: Refusals::ABOUT.name,
            at: *moment,
            replicas: vec![replica],
            says: format!("{replica} {did} {op}, which {right} to who knows that"),
            expected: String::new(),
            seen: String::new(),
            knowledge: vec![format!(
                "{replica} knew {}",
                words::known(ledger, ledger.minds().known(ledger.mind_before(replica)))
            )],
            parted: None,
            recall: None,
        }))
    }

    fn judged(&self) -> u64 {
        self.judged
    }
}
