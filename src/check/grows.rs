//! Growth: a state grows with what its type says that it grows with.

use std::fmt::Debug;

use super::judge::{About, Check, End, Found};
use super::{Ledger, Violation, words};
use crate::base::{Observed, ReplicaId};
use crate::model::{Growth, Specification};

/// See [`ABOUT`](Grows::ABOUT).
#[derive(Debug)]
pub struct Grows<O, V> {
    specification: Specification<O, V>,
    judged: u64,
}

/// How many bytes of state are granted for each byte of what is shown.
const FOR_SHOWN: u64 = 8;
/// And for each identity that ever wrote.
const FOR_IDENTITY: u64 = 64;
/// And for each update, of a type that keeps something of each.
const FOR_UPDATE: u64 = 256;
/// And in any case.
const ANYWAY: u64 = 128;

impl<O, V> Grows<O, V> {
    /// Holds states to the growth that this specification grants.
    pub fn new(specification: Specification<O, V>) -> Grows<O, V> {
        Grows { specification, judged: 0 }
    }
}

impl Grows<(), ()> {
    /// What it is.
    pub const ABOUT: About = About {
        name: "growth",
        claim: "a state grows only with what its type says that it grows with",
        explained: "A type says whether its state grows with what is shown, with that and the identities that ever \
                    wrote, or with every update. In the end, the bytes of each state are held against that, \
                    generously: 128, 8 for each byte of what is shown as text, 64 for each identity, 256 for each \
                    update. What keeps tombstones, and says that it does not, is found where many updates leave \
                    little to show.",
        cost: "one encoding of each state at the end of a run",
    };
}

impl<S, O, V> Check<S, O> for Grows<O, V>
where
    S: Observed<View = V>,
    O: Debug,
    V: Debug,
{
    fn about(&self) -> &'static About {
        &Grows::ABOUT
    }

    fn reset(&mut self) {
        self.judged = 0;
    }

    fn ended(&mut self, ledger: &mut Ledger<O>, end: &End, replicas: &[S]) -> Found {
        let growth = self.specification.growth;
        let identities = ledger.history().identities();
        let updates = ledger.history().len() as u64;
        for replica in (0..ledger.members()).map(ReplicaId) {
            let subject = &replicas[replica.index()];
            let Some(weight) = subject.weight().filter(|_| ledger.is_up(replica)) else { continue };
            self.judged += 1;
            let view = subject.view();
            let shown = format!("{view:?}").len() as u64;
            let (more, with) = match growth {
                Growth::Live => (0, "what is shown"),
                Growth::Identities => (FOR_IDENTITY * identities, "what is shown and the identities that wrote"),
                Growth::Updates => (FOR_IDENTITY * identities + FOR_UPDATE * updates, "every update"),
            };
            let granted = ANYWAY + FOR_SHOWN * shown + more;
            if weight > granted {
                return Some(Box::new(Violation {
                    check: Grows::ABOUT.name,
                    at: end.moment,
                    replicas: vec![replica],
                    says: format!(
                        "after {updates} updates by {identities} identities the state of {replica} takes {weight} bytes, \
                         and one that grows with {with} may take {granted}"
                    ),
                    expected: format!("at most {granted} bytes"),
                    seen: format!("{weight} bytes, to show {}", words::shown(&view)),
                    knowledge: Vec::new(),
                    parted: None,
                    recall: None,
                }));
            }
        }
        None
    }

    fn judged(&self) -> u64 {
        self.judged
    }
}
