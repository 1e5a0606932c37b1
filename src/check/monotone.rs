//! Monotone views: what was shown is never taken back, where that is declared.

use std::fmt::Debug;

use super::judge::{About, Check, Found};
use super::{Ledger, Violation, words};
use crate::base::{Known, Observed, ReplicaId};
use crate::model::{Keeps, Specification};
use crate::trace::Moment;

/// See [`ABOUT`](Monotone::ABOUT).
pub struct Monotone<V> {
    keeps: Option<Keeps<V>>,
    /// What each replica knew and showed last.
    shown: Vec<Option<(Known, V)>>,
    judged: u64,
}

impl<V> Monotone<V> {
    /// Holds views to what this specification declares of them, if it declares that they only grow.
    pub fn new<O>(specification: &Specification<O, V>) -> Monotone<V> {
        Monotone { keeps: specification.keeps(), shown: Vec::new(), judged: 0 }
    }
}

impl Monotone<()> {
    /// What it is.
    pub const ABOUT: About = About {
        name: "monotone",
        claim: "a view that only grows never loses what it showed",
        explained: "Some views only ever say more as more becomes known, and whoever acts on what they show need not \
                    wait for what others may still know: unions, filters and joins of facts, sums of what is only \
                    counted up. Where a type or a query declares that, each view of a replica is held against the one \
                    before, for as long as the replica forgets nothing. Counting, differences and `there is none` are \
                    caught when a fact more makes them take something back. Whether what is shown is right is for \
                    `spec`.",
        cost: "one view for each event that takes something in, where views are declared to only grow",
    };
}

impl<S, O, V> Check<S, O> for Monotone<V>
where
    S: Observed<View = V>,
    O: Debug,
    V: Debug,
{
    fn about(&self) -> &'static About {
        &Monotone::ABOUT
    }

    fn reset(&mut self) {
        self.shown.clear();
        self.judged = 0;
    }

    fn stepped(&mut self, ledger: &mut Ledger<O>, moment: &Moment, replica: ReplicaId, replicas: &[S]) -> Found {
        let keeps = self.keeps?;
        self.shown.resize_with(replicas.len(), || None);
        let last = &mut self.shown[replica.index()];
        if !ledger.can_judge(replica) {
            *last = None;
            return None;
        }
        if last.is_some() && ledger.mind(replica) == ledger.mind_before(replica) {
            return None;
        }
        let (known, view) = (ledger.known(replica), replicas[replica.index()].view());
        let last = last.replace((known.clone(), view));
        let (knew, before) = last.filter(|(knew, _)| known.covers(knew))?;
        self.judged += 1;
        let (_, after) = self.shown[replica.index()].as_ref()?;
        if keeps(&before, after) {
            return None;
        }
        let news: Known = known.beyond(&knew).collect();
        let (before, after, news) = (words::shown(&before), words::shown(after), words::known(ledger, &news));
        Some(Box::new(Violation {
            check: Monotone::ABOUT.name,
            at: *moment,
            replicas: vec![replica],
            says: format!(
                "{replica} showed {before}, learned {news}, and now shows {after}, which takes something back"
            ),
            expected: format!("all of {before}, and perhaps more"),
            seen: after,
            knowledge: vec![format!("{replica} knew {} before", words::known(ledger, &knew))],
            parted: Some(words::doing(ledger, replica, moment)),
            recall: None,
        }))
    }

    fn judged(&self) -> u64 {
        self.judged
    }
}
