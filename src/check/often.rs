//! A check that does not look every time.

use super::Ledger;
use super::judge::{About, Check, End, Found};
use crate::base::{Observed, ReplicaId};
use crate::trace::{Event, Moment};

/// Looks at one in so many events, drawn by their names, so that the same run is looked at in the same places;
/// and when the run is over.
pub struct Sampled<C> {
    check: C,
    /// One in so many; none where it is 0.
    one_in: u32,
}

impl<C> Sampled<C> {
    /// This check, at one in so many events.
    pub fn one_in(events: u32, check: C) -> Sampled<C> {
        Sampled { check, one_in: events }
    }

    /// This check, when the run is over.
    pub fn at_end(check: C) -> Sampled<C> {
        Sampled { check, one_in: 0 }
    }

    fn looks(&self, moment: &Moment) -> bool {
        // The high bits of a name are as good as drawn.
        self.one_in > 0 && ((moment.name.0 >> 32) * u64::from(self.one_in)) >> 32 == 0
    }
}

impl<S: Observed, O> Check<S, O> for Sampled<Box<dyn Check<S, O>>> {
    fn about(&self) -> &'static About {
        self.check.about()
    }

    fn watches(&self) -> bool {
        self.check.watches()
    }

    fn reset(&mut self) {
        self.check.reset();
    }

    fn recall(&mut self, step: u64, replica: ReplicaId) {
        self.check.recall(step, replica);
    }

    fn event(&mut self, ledger: &mut Ledger<O>, moment: &Moment, event: &Event<'_, S>) -> Found {
        self.check.event(ledger, moment, event)
    }

    fn peeks(&self) -> bool {
        self.check.peeks()
    }

    fn stepping(&mut self, ledger: &mut Ledger<O>, replica: ReplicaId, replicas: &[S]) {
        self.check.stepping(ledger, replica, replicas);
    }

    fn stepped(&mut self, ledger: &mut Ledger<O>, moment: &Moment, replica: ReplicaId, replicas: &[S]) -> Found {
        if self.looks(moment) { self.check.stepped(ledger, moment, replica, replicas) } else { None }
    }

    fn ended(&mut self, ledger: &mut Ledger<O>, end: &End, replicas: &[S]) -> Found {
        let there = (0..ledger.members()).map(ReplicaId);
        for replica in there {
            if ledger.is_up(replica) {
                let found = self.check.stepped(ledger, &end.moment, replica, replicas);
                if found.is_some() {
                    return found;
                }
            }
        }
        self.check.ended(ledger, end, replicas)
    }

    fn judged(&self) -> u64 {
        self.check.judged()
    }
}
