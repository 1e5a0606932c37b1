//! Order: what no function of the known updates tells, judged from all that was ever shown.

use std::fmt::Debug;

use super::judge::{About, Check, Found};
use super::{Ledger, Violation, words};
use crate::base::{Observed, ReplicaId};
use crate::model::{self, Ruled, Specification, Visible};
use crate::trace::Moment;

/// See [`ABOUT`](Order::ABOUT).
pub struct Order<O, V> {
    judge: Option<Box<dyn model::Judge<O, V> + Send>>,
    before: Option<V>,
    judged: u64,
}

impl<O, V> Order<O, V> {
    /// Asks the judge that this specification brings along, if it brings one.
    pub fn new(specification: &Specification<O, V>) -> Order<O, V> {
        Order { judge: specification.judge(), before: None, judged: 0 }
    }
}

impl Order<(), ()> {
    /// What it is.
    pub const ABOUT: About = About {
        name: "order",
        claim: "elements of a list stand where they were put, and in one order everywhere and at all times",
        explained: "Which of two elements of a list comes first is not a function of the known updates: it shows only \
                    in the views. So every view is held against all that was shown before, by anybody. An operation \
                    changes its writer's view exactly as it was asked to; an element is shown once and nobody's \
                    invention; one order of all elements ever inserted agrees with every view (or any two views \
                    agree on the elements they share, where only that is promised); and a list that promises it \
                    keeps together what was typed together. It can judge only what it can tell apart: where two \
                    elements of one value are shown, it says nothing.",
        cost: "the length of the list for each distinct knowledge, and for each operation",
    };
}

impl<S, O, V> Check<S, O> for Order<O, V>
where
    S: Observed<View = V>,
    O: Debug,
    V: Debug,
{
    fn about(&self) -> &'static About {
        &Order::ABOUT
    }

    fn reset(&mut self) {
        if let Some(judge) = &mut self.judge {
            judge.reset();
        }
        (self.before, self.judged) = (None, 0);
    }

    fn peeks(&self) -> bool {
        self.judge.is_some()
    }

    fn stepping(&mut self, ledger: &mut Ledger<O>, replica: ReplicaId, replicas: &[S]) {
        self.before = ledger.asked().map(|_| replicas[replica.index()].view());
    }

    fn stepped(&mut self, ledger: &mut Ledger<O>, moment: &Moment, replica: ReplicaId, replicas: &[S]) -> Found {
        let judge = self.judge.as_mut()?;
        let (former, before, mind) = (self.before.take(), ledger.mind_before(replica), ledger.mind(replica));
        if mind == before || !ledger.can_judge(replica) {
            return None;
        }
        let view = replicas[replica.index()].view();
        let mut ruling = match (ledger.accepted().and_then(|update| ledger.history().get(update)), &former) {
            (Some(issued), Some(former)) => judge.wrote(issued, former, &view),
            _ => Ok(Ruled::Untold),
        };
        if ruling.is_ok() && ledger.is_closed(mind) {
            let visible = Visible::new(ledger.history(), ledger.minds().known(mind));
            ruling = judge.shown(&visible, &view);
        }
        self.judged += u64::from(ruling == Ok(Ruled::Right));
        let wrong = ruling.err()?;
        Some(Box::new(Violation {
            check: Order::ABOUT.name,
            at: *moment,
            replicas: vec![replica],
            says: format!("{replica} shows {}: {wrong}", words::shown(&view)),
            expected: String::new(),
            seen: words::shown(&view),
            knowledge: vec![format!("{replica} knows {}", words::known(ledger, ledger.known(replica)))],
            parted: Some(words::doing(ledger, replica, moment)),
            recall: None,
        }))
    }

    fn judged(&self) -> u64 {
        self.judged
    }
}
