//! Durability: what a client was told is done does not get lost.

use std::collections::BTreeMap;
use std::fmt::Debug;

use super::judge::{About, Check, End, Found};
use super::{Ledger, Violation, words};
use crate::base::{Known, Observed, RequestId, Update};
use crate::trace::{Event, Moment};

/// See [`ABOUT`](Durable::ABOUT).
#[derive(Debug, Default)]
pub struct Durable {
    open: BTreeMap<RequestId, Update>,
    acknowledged: Known,
    judged: u64,
}

impl Durable {
    /// What it is.
    pub const ABOUT: About = About {
        name: "durable",
        claim: "no update that was acknowledged to its client is lost",
        explained: "When a replica answers a request that it counted as an update, its client believes that the \
                    update is there to stay. At the end of the run, somebody must still know it, on a disk, in a \
                    message or in a state; an update that nobody knows any more is lost for ever. Whether that is \
                    right is for the scenario to say: a disk that is destroyed before anybody was told loses what \
                    only it held, whatever the code does.",
        cost: "next to nothing",
    };
}

impl<S: Observed, O: Debug> Check<S, O> for Durable {
    fn about(&self) -> &'static About {
        &Durable::ABOUT
    }

    fn watches(&self) -> bool {
        true
    }

    fn reset(&mut self) {
        self.open.clear();
        self.acknowledged.clear();
        self.judged = 0;
    }

    fn event(&mut self, _: &mut Ledger<O>, _: &Moment, event: &Event<'_, S>) -> Found {
        match event {
            Event::Accept { request, update, .. } => drop(self.open.insert(*request, *update)),
            Event::Answered { request, .. } => {
                if let Some(update) = self.open.remove(request) {
                    self.acknowledged.insert(update);
                    self.judged += 1;
                }
            }
            _ => {}
        }
        None
    }

    fn ended(&mut self, ledger: &mut Ledger<O>, end: &End, _: &[S]) -> Found {
        let mut lost = ledger.lost();
        lost.retain_common(&self.acknowledged);
        let first = lost.iter().next()?;
        Some(Box::new(Violation {
            check: Durable::ABOUT.name,
            at: end.moment,
            replicas: vec![first.replica],
            says: format!("nobody knows {} any more, and all of it was acknowledged", words::known(ledger, &lost)),
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

#[cfg(test)]
mod tests {
    use super::super::testing::{judged, verdict};
    use super::*;

    const LOST: &str = "c0 writes a at n0
                        n0 sends m to n1
                        n0 dies
                        n0 returns with nothing";

    #[test]
    fn what_was_acknowledged_is_not_lost_while_it_is_somewhere() {
        let says = |tale: &str| verdict(2, Box::new(Durable::default()), tale);
        assert_eq!(says(LOST), "holds", "it is on the way");
        assert_eq!(says(&LOST.replace("n0 dies", "m comes\n n0 dies")), "holds", "it has come");
        assert_eq!(says(&LOST.replace(" with nothing", "")), "holds", "the disk has it");
        let nowhere = r#"nobody knows {n0#1 "a"} any more, and all of it was acknowledged"#;
        assert_eq!(says(&LOST.replace("n0 sends m to n1", "")), nowhere);
        assert_eq!(says(&format!("{LOST}\n m waits\n n1 dies\n n1 returns with nothing")), nowhere);
    }

    #[test]
    fn what_nobody_was_told_may_be_lost() {
        let untold = LOST.replace("n0 sends m to n1", "").replace("c0 writes a", "c0 asks for a");
        assert_eq!(judged(2, vec![Box::new(Durable::default())], &untold), (None, vec![0]));
    }
}
