//! What code is asked for under its own contract, it does.

use std::fmt::Debug;

use super::judge::{About, Check, End, Found};
use super::{Ledger, Violation, words};
use crate::base::{Observed, ReplicaId};
use crate::trace::Moment;

/// See [`ABOUT`](Errors::ABOUT).
#[derive(Debug, Default)]
pub struct Errors {
    judged: u64,
}

impl Errors {
    /// What it is.
    pub const ABOUT: About = About {
        name: "errors",
        claim: "what a library is asked for under its own contract, it does",
        explained: "Somebody else's document is handed what its contract allows, is saved and loaded, forked, and asked \
                    whether anything waits. An error that it returns is found here, and so is a document that shows \
                    something else after it was saved and loaded, and one that says that something is pending \
                    although nothing that was handed over lacks what it builds upon. Systems that are no libraries \
                    never complain.",
        cost: "one look at a replica for each event that it handles",
    };

    fn judge<S: Observed, O: Debug>(
        &mut self,
        ledger: &Ledger<O>,
        moment: &Moment,
        replica: ReplicaId,
        subject: &S,
    ) -> Found {
        self.judged += 1;
        let complaint = subject.complaint()?;
        Some(Box::new(Violation {
            check: Errors::ABOUT.name,
            at: *moment,
            replicas: vec![replica],
            says: format!("at {replica}: {complaint}"),
            expected: String::new(),
            seen: words::shown(&subject.view()),
            knowledge: words::story(ledger, ledger.known(replica)),
            parted: None,
            recall: None,
        }))
    }
}

impl<S: Observed, O: Debug> Check<S, O> for Errors {
    fn about(&self) -> &'static About {
        &Errors::ABOUT
    }

    fn reset(&mut self) {
        self.judged = 0;
    }

    #[inline]
    fn stepped(&mut self, ledger: &mut Ledger<O>, moment: &Moment, replica: ReplicaId, replicas: &[S]) -> Found {
        self.judge(ledger, moment, replica, &replicas[replica.index()])
    }

    fn ended(&mut self, ledger: &mut Ledger<O>, end: &End, replicas: &[S]) -> Found {
        let mut there = (0..ledger.members()).map(ReplicaId).filter(|replica| ledger.is_up(*replica));
        there.find_map(|replica| self.judge(ledger, &end.moment, replica, &replicas[replica.index()]))
    }

    fn judged(&self) -> u64 {
        self.judged
    }
}
