//! The laws of joins, on states that were really reached.

use std::fmt::Debug;

use super::judge::{About, Check, Found};
use super::{Ledger, Violation};
use crate::base::{Observed, ReplicaId};
use crate::trace::Moment;

/// See [`ABOUT`](Laws::ABOUT).
#[derive(Debug, Default)]
pub struct Laws {
    judged: u64,
}

/// At one in so many events the laws are tried.
const ONE_IN: u64 = 16;

impl Laws {
    /// What it is.
    pub const ABOUT: About = About {
        name: "laws",
        claim: "states that were reached merge by the laws of joins",
        explained: "Of a type whose states merge: now and then, at events drawn by their names, three states of this run \
                    are merged aside. Merging must be idempotent, commutative and associative, and what was merged \
                    before must change nothing when it comes again; states are told apart by what they show. A law \
                    that is broken may not have parted anybody yet.",
        cost: "nine merges of three states, at one in sixteen events",
    };
}

impl<S: Observed, O: Debug> Check<S, O> for Laws {
    fn about(&self) -> &'static About {
        &Laws::ABOUT
    }

    fn reset(&mut self) {
        self.judged = 0;
    }

    #[inline]
    fn stepped(&mut self, ledger: &mut Ledger<O>, moment: &Moment, replica: ReplicaId, replicas: &[S]) -> Found {
        if !(moment.name.0 >> 32).is_multiple_of(ONE_IN) {
            return None;
        }
        let other = |distance| ReplicaId((replica.0 + distance) % ledger.members());
        let others = [other(1), other(2)];
        if ![replica, others[0], others[1]].iter().all(|each| ledger.can_judge(*each)) {
            return None;
        }
        let laws = replicas[replica.index()].laws(others.map(|other| &replicas[other.index()]))?;
        self.judged += 1;
        let broken = laws.err()?;
        Some(Box::new(Violation {
            check: Laws::ABOUT.name,
            at: *moment,
            replicas: vec![replica, others[0], others[1]],
            says: format!("of the states of {replica}, {} and {}: {broken}", others[0], others[1]),
            expected: String::new(),
            seen: String::new(),
            knowledge: Vec::new(),
            parted: None,
            recall: None,
        }))
    }

    fn judged(&self) -> u64 {
        self.judged
    }
}
