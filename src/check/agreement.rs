//! Agreement: what one correct replica has delivered, all have in the end.

use std::fmt::Debug;

use super::judge::{About, Check, End, Found};
use super::{Ledger, Violation, words};
use crate::base::{Known, Observed, ReplicaId};

/// See [`ABOUT`](Agreement::ABOUT).
#[derive(Debug, Default)]
pub struct Agreement {
    judged: u64,
}

impl Agreement {
    /// What it is.
    pub const ABOUT: About = About {
        name: "agreement",
        claim: "in the end, all correct replicas have delivered the same updates",
        explained: "Of a broadcast that promises it, in a world whose replicas can all reach one another again: when \
                    the last fault is over and the settle time has passed, every replica that is there must have \
                    taken in whatever one of them has taken in or accepted. A replica that died for good is not \
                    correct: what only it took in is nobody's duty.",
        cost: "next to nothing",
    };
}

impl<S: Observed, O: Debug> Check<S, O> for Agreement {
    fn about(&self) -> &'static About {
        &Agreement::ABOUT
    }

    fn reset(&mut self) {
        self.judged = 0;
    }

    fn ended(&mut self, ledger: &mut Ledger<O>, end: &End, _: &[S]) -> Found {
        if !end.in_time {
            return None;
        }
        let all = (0..ledger.members()).map(ReplicaId);
        let there: Vec<ReplicaId> = all.filter(|one| ledger.is_up(*one) && ledger.can_judge(*one)).collect();
        let mut delivered = Known::new();
        for replica in &there {
            delivered.extend(ledger.known(*replica));
            delivered.extend(&ledger.pending(*replica));
        }
        self.judged += u64::from(there.len() > 1 && !delivered.is_empty());
        let (replica, lacks) = there.iter().find_map(|replica| {
            let lacks: Known = delivered.beyond(ledger.known(*replica)).collect();
            (!lacks.is_empty()).then_some((*replica, lacks))
        })?;
        let has = lacks.iter().next().and_then(|one| there.iter().find(|there| ledger.known(**there).contains(one)));
        let has = has.copied().unwrap_or(replica);
        Some(Box::new(Violation {
            check: Agreement::ABOUT.name,
            at: end.moment,
            replicas: vec![replica, has],
            says: format!(
                "all faults are over and time was given, and {replica} never took in {}",
                words::known(ledger, &lacks)
            ),
            expected: String::new(),
            seen: String::new(),
            knowledge: vec![format!("{has} took in {}", words::known(ledger, ledger.known(has)))],
            parted: None,
            recall: None,
        }))
    }

    fn judged(&self) -> u64 {
        self.judged
    }
}
