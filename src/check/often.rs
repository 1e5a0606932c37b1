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

    fn skipped(&self) -> u64 {
        self.check.skipped()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::super::testing::{Board, Checking, judged};
    use super::super::{Delivery, Sec};
    use super::*;

    /// Finds nothing, and notes where it looked: at whom in which event, and at nobody when all is over.
    struct Looks(Rc<RefCell<Vec<Look>>>);

    type Look = Option<(u64, ReplicaId)>;

    impl Check<Board, String> for Looks {
        fn about(&self) -> &'static About {
            &Sec::ABOUT
        }

        fn reset(&mut self) {}

        fn stepped(&mut self, _: &mut Ledger<String>, moment: &Moment, replica: ReplicaId, _: &[Board]) -> Found {
            self.0.borrow_mut().push(Some((moment.step, replica)));
            None
        }

        fn ended(&mut self, _: &mut Ledger<String>, _: &End, _: &[Board]) -> Found {
            self.0.borrow_mut().push(None);
            None
        }

        fn judged(&self) -> u64 {
            self.0.borrow().len() as u64
        }
    }

    /// Where a check looks in a run of two replicas and so many requests.
    fn looks(sampled: impl Fn(Checking) -> Sampled<Checking>, requests: u32) -> Vec<Option<(u64, ReplicaId)>> {
        let looks = Rc::default();
        let tale: Vec<String> = (0..requests).map(|nth| format!("c0 writes {nth} at n{}", nth % 2)).collect();
        judged(2, vec![Box::new(sampled(Box::new(Looks(Rc::clone(&looks)))))], &tale.join("\n"));
        looks.take()
    }

    #[test]
    fn one_in_so_many_events_is_looked_at_and_the_same_ones_again() {
        for (events, least, most) in [(1, 2002, 2002), (2, 900, 1100), (10, 150, 250), (1000, 0, 10)] {
            let first = looks(|check| Sampled::one_in(events, check), 2000);
            assert_eq!(first, looks(|check| Sampled::one_in(events, check), 2000));
            let during = first.len() - 3;
            assert!((least..=most).contains(&during), "{during} of 2002 events, at one in {events}");
            let last = 2002;
            let end = [Some((last, ReplicaId(0))), Some((last, ReplicaId(1))), None];
            assert_eq!(first[during..], end, "and once more at everybody when all is over");
        }
    }

    #[test]
    fn what_is_looked_at_does_not_hang_on_what_comes_later() {
        let (short, long) =
            (looks(|check| Sampled::one_in(4, check), 100), looks(|check| Sampled::one_in(4, check), 200));
        assert_eq!(short[..short.len() - 3], long[..short.len() - 3]);
    }

    #[test]
    fn at_the_end_everybody_is_looked_at_once() {
        let end = [Some((52, ReplicaId(0))), Some((52, ReplicaId(1))), None];
        assert_eq!(looks(Sampled::at_end, 50), end);
    }

    /// Both know a, and show different things.
    const PARTED: &str = "n0 shows a
                          c0 writes a at n0
                          n0 sends m to n1
                          m comes";

    #[track_caller]
    fn same_at_the_end(tale: &str, found: bool) {
        let says =
            |check: Checking| judged(2, vec![check], tale).0.map(|violation| (violation.check, violation.replicas));
        let every = says(Box::<Sec>::default());
        assert_eq!(every.is_some(), found);
        assert_eq!(says(Box::new(Sampled::at_end(Box::new(Sec::default()) as Checking))), every);
    }

    #[test]
    fn what_is_wrong_at_the_end_is_found_at_the_end() {
        same_at_the_end(PARTED, true);
        same_at_the_end(&PARTED.replace("m comes", "n1 shows a\n m comes"), false);
    }

    #[test]
    fn what_is_wrong_in_between_is_found_only_by_who_looks_there() {
        let healed = format!("{PARTED}\n n1 shows a\n c1 writes b at n1");
        let every: Checking = Box::<Sec>::default();
        let at_end: Checking = Box::new(Sampled::at_end(Box::new(Sec::default()) as Checking));
        let found = |check| judged(2, vec![check], &healed).0.is_some();
        assert_eq!((found(every), found(at_end)), (true, false));
    }

    #[test]
    fn who_is_told_of_events_is_told_of_all_of_them() {
        let twice = "c0 writes a at n0
                     n0 sends m to n1 with a
                     n0 sends n to n1 with a
                     m comes with a
                     n comes with a";
        let sampled = Sampled::one_in(1_000_000, Box::new(Delivery::once()) as Checking);
        let found = judged(2, vec![Box::new(sampled)], twice).0.map(|violation| violation.says);
        assert_eq!(found.as_deref(), Some(r#"n1 takes in n0#1 "a" a second time"#));
    }
}
