//! Total order: all take everything in in one order.

use std::fmt::Debug;

use super::judge::{About, Check, Found};
use super::{Ledger, Violation, words};
use crate::base::{Observed, ReplicaId, Update};
use crate::trace::{Event, Moment};

/// See [`ABOUT`](Total::ABOUT).
#[derive(Debug, Default)]
pub struct Total {
    /// The order, and who was the first to take each update in.
    order: Vec<(Update, ReplicaId)>,
    /// How far in the order each replica is.
    places: Vec<usize>,
    judged: u64,
}

impl Total {
    /// What it is.
    pub const ABOUT: About = About {
        name: "total",
        claim: "all replicas take updates in in one order, none left out",
        explained: "Of a broadcast that promises it: whoever is the first to take in an n-th update settles what the \
                    n-th is for all, also for those who come back from a crash: they go on after what they still \
                    know. It judges the order of taking in, not what is shown.",
        cost: "next to nothing",
    };

    fn place(&mut self, replica: ReplicaId) -> &mut usize {
        if self.places.len() <= replica.index() {
            self.places.resize(replica.index() + 1, 0);
        }
        &mut self.places[replica.index()]
    }

    fn took<O: Debug>(&mut self, ledger: &Ledger<O>, moment: &Moment, replica: ReplicaId, update: Update) -> Found {
        if !ledger.can_judge(replica) {
            return None;
        }
        let place = *self.place(replica);
        *self.place(replica) += 1;
        let earlier = self.order.iter().position(|(placed, _)| *placed == update);
        let (first, who, nth) = match (self.order.get(place), earlier) {
            (None, None) => {
                self.order.push((update, replica));
                return None;
            }
            (Some((first, who)), _) => {
                self.judged += u64::from(*who != replica);
                (*first, *who, place + 1)
            }
            (None, Some(at)) => (update, self.order[at].1, at + 1),
        };
        if first == update && nth == place + 1 {
            return None;
        }
        let (here, there) = (words::update(ledger, update), words::update(ledger, first));
        Some(Box::new(Violation {
            check: Total::ABOUT.name,
            at: *moment,
            replicas: vec![replica, who],
            says: format!("update {} of {replica} is {here}, and update {nth} of {who} is {there}", place + 1),
            expected: there,
            seen: here,
            knowledge: Vec::new(),
            parted: Some(words::doing(ledger, replica, moment)),
            recall: None,
        }))
    }
}

impl<S: Observed, O: Debug> Check<S, O> for Total {
    fn about(&self) -> &'static About {
        &Total::ABOUT
    }

    fn watches(&self) -> bool {
        true
    }

    fn reset(&mut self) {
        self.order.clear();
        self.places.clear();
        self.judged = 0;
    }

    fn event(&mut self, ledger: &mut Ledger<O>, moment: &Moment, event: &Event<'_, S>) -> Found {
        match event {
            Event::Incorporate { replica, message: None, updates } => {
                updates.iter().find_map(|update| self.took(ledger, moment, *replica, *update))
            }
            Event::Accept { update, applied: true, .. } if ledger.accepted() == Some(*update) => {
                self.took(ledger, moment, update.replica, *update)
            }
            Event::Restart { replica, .. } => {
                *self.place(*replica) = ledger.known(*replica).len() as usize;
                None
            }
            _ => None,
        }
    }

    fn judged(&self) -> u64 {
        self.judged
    }
}
