//! The specification: what is shown is what the known updates come to.

use std::fmt::Debug;

use super::judge::{About, Check, End, Found};
use super::{Ledger, Mind, Violation, words};
use crate::base::{Observed, ReplicaId};
use crate::model::{Judged, Specification, Visible};
use crate::trace::Moment;

/// See [`ABOUT`](Meets::ABOUT).
#[derive(Debug)]
pub struct Meets<O, V> {
    specification: Specification<O, V>,
    judged: u64,
    skipped: u64,
}

impl<O, V> Meets<O, V> {
    /// Holds views against this specification.
    pub fn new(specification: Specification<O, V>) -> Meets<O, V> {
        Meets { specification, judged: 0, skipped: 0 }
    }
}

impl Meets<(), ()> {
    /// What it is.
    pub const ABOUT: About = About {
        name: "spec",
        claim: "a replica shows what the updates it knows come to",
        explained: "Each data type has a specification: a plain function from the known updates, who knew of what when \
                    issuing them, and the stamps they were given, to the only right view. Once for each knowledge \
                    that somebody had, the view is held against it. Where the past of a known update is not known \
                    itself, two right implementations may differ: such a view is skipped, and counted. It finds \
                    what `sec` cannot: replicas that agree on a wrong value.",
        cost: "one evaluation of the specification for each distinct knowledge; on what the new updates are about \
               only, where the view falls into parts",
    };
}

impl<S, O, V> Check<S, O> for Meets<O, V>
where
    S: Observed<View = V>,
    O: Debug,
    V: Debug + Eq,
{
    fn about(&self) -> &'static About {
        &Meets::ABOUT
    }

    fn reset(&mut self) {
        (self.judged, self.skipped) = (0, 0);
    }

    #[inline]
    fn stepped(&mut self, ledger: &mut Ledger<O>, moment: &Moment, replica: ReplicaId, replicas: &[S]) -> Found {
        let (before, mind) = (ledger.mind_before(replica), ledger.mind(replica));
        if mind == before {
            return None;
        }
        if !ledger.can_judge(replica) {
            self.skipped += 1;
            return None;
        }
        if !ledger.minds_mut().specify(mind) {
            return None;
        }
        self.judge(ledger, moment, replica, replicas, Some(before))
    }

    fn ended(&mut self, ledger: &mut Ledger<O>, end: &End, replicas: &[S]) -> Found {
        for replica in (0..ledger.members()).map(ReplicaId) {
            if !ledger.is_up(replica) {
                continue;
            }
            if ledger.can_judge(replica) {
                let found = self.judge(ledger, &end.moment, replica, replicas, None);
                if found.is_some() {
                    return found;
                }
            } else {
                self.skipped += 1;
            }
        }
        None
    }

    fn judged(&self) -> u64 {
        self.judged
    }

    fn skipped(&self) -> u64 {
        self.skipped
    }
}

impl<O: Debug, V: Debug + Eq> Meets<O, V> {
    /// Judges a replica's view: on what is new since then, or as a whole.
    fn judge<S: Observed<View = V>>(
        &mut self,
        ledger: &mut Ledger<O>,
        moment: &Moment,
        replica: ReplicaId,
        replicas: &[S],
        since: Option<Mind>,
    ) -> Found {
        let mind = ledger.mind(replica);
        if self.specification.judged == Judged::Nowhere {
            return None;
        }
        if self.specification.judged == Judged::WhereClosed && !ledger.is_closed(mind) {
            self.skipped += 1;
            return None;
        }
        let view = replicas[replica.index()].view();
        let (history, known) = (ledger.history(), ledger.minds().known(mind));
        let visible = Visible::new(history, known);
        let mut about = None;
        let wrong = match (self.specification.parts(), since) {
            (Some(parts), Some(since)) => {
                self.judged += 1;
                let mut news = known.beyond(ledger.minds().known(since)).filter_map(|update| history.get(update));
                news.find_map(|news| {
                    let key = (parts.key)(&news.op)?;
                    about = Some(key);
                    let (right, part) = (self.specification.view(&visible.only(key)), (parts.part)(&view, &news.op));
                    (right != part).then_some((right, part))
                })
            }
            _ => {
                let right = self.specification.view(&visible);
                let told = self.specification.told(&view);
                // Of a list no function tells anything: that is for `order`, and counts for nothing here.
                self.judged += u64::from(told.is_none() || right != self.specification.empty());
                let told = told.unwrap_or(view);
                (right != told).then_some((right, told))
            }
        };
        let (right, shown) = wrong?;
        let concerned = about.map_or(visible, |key| visible.only(key));
        let concerned = concerned.iter().map(|issued| issued.update).collect();
        let (right, shown) = (words::shown(&right), words::shown(&shown));
        Some(Box::new(Violation {
            check: Meets::ABOUT.name,
            at: *moment,
            replicas: vec![replica],
            says: format!(
                "{replica} shows {shown}, but a replica of this type ({}) that knows these updates must show {right}",
                self.specification.name
            ),
            expected: right,
            seen: shown,
            knowledge: words::story(ledger, &concerned),
            parted: Some(words::doing(ledger, replica, moment)),
            recall: None,
        }))
    }
}
