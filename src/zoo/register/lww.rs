//! A register in which the last writer wins.
//!
//! Every write is stamped, and the largest stamp's value is kept; what "last" means is the choice of the
//! stamp: [`Wall`](crate::base::Wall) (the replica's own clock), [`Lamport`](crate::base::Lamport)
//! or [`Hybrid`](crate::base::Hybrid). Identities break ties, and a count keeps apart what one replica
//! writes in one tick. After *A Comprehensive Study of Convergent and Commutative Replicated Data Types*
//! (2011) and, for hybrid stamps, *Logical Physical Clocks and Consistent Snapshots in Globally
//! Distributed Databases* (2014).
//!
//! Promises one value everywhere, in any order and however often merged. Of two writes that do not know
//! of one another it loses one, by design. Under Lamport and hybrid stamps a write beats all that its
//! replica knew. Under the own clock it need not: a write below the current stamp is taken in and stays
//! invisible, also to its writer (showing it until the next merge would not be a join), and a clock that
//! is five minutes ahead wins for five minutes.

use serde::{Deserialize, Serialize};

use super::{Stamping, Written};
use crate::base::{Canonical, Digester, Stamp};
use crate::model::register::{RegisterOp, last_writer};
use crate::model::{Growth, Specification};
use crate::replica::{DataType, Delivery, DeltaBased, Element, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;

/// A register in which the largest stamp wins.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound = "E: Element, S: Stamping")]
pub struct LwwRegister<E, S> {
    current: Option<Written<E, S>>,
    /// What the next stamp must take note of; it may stem from a write that does not show.
    witnessed: S,
}

impl<E, S: Stamping> LwwRegister<E, S> {
    /// One that was never written.
    pub fn new() -> LwwRegister<E, S> {
        LwwRegister { current: None, witnessed: S::default() }
    }

    /// The value that shows, and its stamp.
    pub fn current(&self) -> Option<&Written<E, S>> {
        self.current.as_ref()
    }
}

impl<E: Element, S: Stamping> LwwRegister<E, S> {
    fn write(&self, op: &RegisterOp<E>, site: Site) -> Written<E, S> {
        let RegisterOp::Write(value) = op;
        Written { write: self.witnessed.next(site), value: value.clone() }
    }

    #[inline]
    fn take_in(&mut self, news: &Written<E, S>) {
        self.witnessed.witness(news.write);
        match &mut self.current {
            Some(current) if news.write <= current.write => {}
            Some(current) => current.clone_from(news),
            None => self.current = Some(news.clone()),
        }
    }
}

impl<E, S: Stamping> Default for LwwRegister<E, S> {
    fn default() -> LwwRegister<E, S> {
        LwwRegister::new()
    }
}

impl<E: Clone, S: Copy> Clone for LwwRegister<E, S> {
    #[inline]
    fn clone(&self) -> LwwRegister<E, S> {
        LwwRegister { current: self.current.clone(), witnessed: self.witnessed }
    }

    #[inline]
    fn clone_from(&mut self, source: &LwwRegister<E, S>) {
        self.current.clone_from(&source.current);
        self.witnessed = source.witnessed;
    }
}

impl<E: Element, S: Stamping> DataType for LwwRegister<E, S> {
    type Op = RegisterOp<E>;
    type View = Option<E>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> RegisterOp<E> {
        RegisterOp::propose(E::nth, pick)
    }

    fn view(&self) -> Option<E> {
        self.current.as_ref().map(|current| current.value.clone())
    }

    fn digest(&self, digester: &mut Digester) {
        self.current.as_ref().map(|current| &current.value).feed(digester);
    }

    fn latest_stamp(&self) -> Option<Stamp> {
        self.current.as_ref().map(|_| self.witnessed.into())
    }
}

impl<E: Element + 'static, S: Stamping> Specified for LwwRegister<E, S> {
    fn specification(&self) -> Specification<RegisterOp<E>, Option<E>> {
        last_writer(S::SOURCE).growing_with(Growth::Live)
    }
}

impl<E: Element, S: Stamping> StateBased for LwwRegister<E, S> {
    fn apply(&mut self, op: &RegisterOp<E>, site: Site) -> Result<(), Refused> {
        let news = self.write(op, site);
        self.take_in(&news);
        Ok(())
    }

    fn merge(&mut self, other: &LwwRegister<E, S>) {
        if let Some(news) = &other.current {
            self.take_in(news);
        }
        self.witnessed.witness(other.witnessed);
    }
}

/// A delta is a write; of several, the one with the largest stamp.
impl<E: Element, S: Stamping> DeltaBased for LwwRegister<E, S> {
    type Delta = Option<Written<E, S>>;

    fn mutate(&mut self, op: &RegisterOp<E>, site: Site) -> Result<Option<Written<E, S>>, Refused> {
        let news = self.write(op, site);
        self.take_in(&news);
        Ok(Some(news))
    }

    fn join(&mut self, delta: &Option<Written<E, S>>) {
        if let Some(news) = delta {
            self.take_in(news);
        }
    }

    fn combine(into: &mut Option<Written<E, S>>, other: &Option<Written<E, S>>) {
        let stamp = |delta: &Option<Written<E, S>>| delta.as_ref().map(|written| written.write);
        if stamp(other) > stamp(into) {
            into.clone_from(other);
        }
    }

    fn whole(&self) -> Option<Written<E, S>> {
        self.current.clone()
    }
}

impl<E: Element, S: Stamping> OpBased for LwwRegister<E, S> {
    type Effect = Written<E, S>;

    const DELIVERY: Delivery = Delivery::AnyRepeated;

    fn prepare(&self, op: &RegisterOp<E>, site: Site) -> Result<Written<E, S>, Refused> {
        Ok(self.write(op, site))
    }

    fn effect(&mut self, effect: &Written<E, S>) {
        self.take_in(effect);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Hybrid, Lamport, Span, Wall};
    use crate::zoo::counter::histories::{Deltas, Issued, effects_agree, forms_agree, never};

    fn write(value: &str) -> RegisterOp<String> {
        RegisterOp::Write(value.to_owned())
    }

    fn shown<S: Stamping>(register: &LwwRegister<String, S>) -> &str {
        register.current().map_or("", |current| &current.value)
    }

    /// B's clock is five minutes ahead. B writes; A, who has read that, writes again at each of these
    /// minutes. What A shows then.
    fn answers_to_a_writer_who_is_five_minutes_ahead<S: Stamping>(minutes: [u64; 4]) -> [String; 4] {
        let mut b = LwwRegister::<String, S>::new();
        b.apply(&write("b"), Site::of(1).at(Span::minutes(5).0)).unwrap();
        minutes.map(|minute| {
            let mut a = LwwRegister::new();
            a.merge(&b);
            a.apply(&write("a"), Site::of(0).at(Span::minutes(minute).0)).unwrap();
            let mut there = b.clone();
            there.merge(&a);
            assert_eq!(shown(&there), shown(&a), "A and B agree");
            shown(&a).to_owned()
        })
    }

    #[test]
    fn a_clock_five_minutes_ahead_wins_for_five_minutes() {
        assert_eq!(answers_to_a_writer_who_is_five_minutes_ahead::<Wall>([0, 4, 5, 6]), ["b", "b", "b", "a"]);
    }

    #[test]
    fn causal_clocks_let_an_answer_beat_what_it_answers() {
        assert_eq!(answers_to_a_writer_who_is_five_minutes_ahead::<Hybrid>([0, 4, 5, 6]), ["a"; 4]);
        assert_eq!(answers_to_a_writer_who_is_five_minutes_ahead::<Lamport>([0, 4, 5, 6]), ["a"; 4]);
    }

    /// Two writes that do not know of one another: A's at its noon, B's five minutes ahead by its clock.
    fn of_two_strangers<S: Stamping>() -> String {
        let [mut a, mut b] = [(); 2].map(|()| LwwRegister::<String, S>::new());
        b.apply(&write("b"), Site::of(1).at(Span::minutes(5).0)).unwrap();
        a.apply(&write("a"), Site::of(0).at(Span::minutes(4).0)).unwrap();
        a.merge(&b);
        shown(&a).to_owned()
    }

    #[test]
    fn no_clock_cures_loss() {
        assert_eq!([of_two_strangers::<Wall>(), of_two_strangers::<Hybrid>(), of_two_strangers::<Lamport>()], ["b"; 3]);
    }

    #[test]
    fn an_equal_reading_is_decided_by_identity_and_then_by_count() {
        let [mut a, mut b] = [(); 2].map(|()| LwwRegister::<String, Wall>::new());
        b.apply(&write("b"), Site::of(1).at(7)).unwrap();
        for value in ["first", "second"] {
            a.apply(&write(value), Site::of(0).at(7)).unwrap();
        }
        assert_eq!(shown(&a), "second", "a clock that stands still");
        a.merge(&b);
        assert_eq!(shown(&a), "b");
    }

    #[test]
    fn a_write_below_the_current_stamp_is_taken_in_and_stays_invisible() {
        let mut a = LwwRegister::<String, Wall>::new();
        assert_eq!(a.latest_stamp(), None);
        a.apply(&write("late"), Site::of(0).at(9)).unwrap();
        let told = a.mutate(&write("early"), Site::of(0).at(3)).unwrap();
        let stamp = Wall { reading: 3, identity: crate::base::Identity(0), count: 2 };
        assert_eq!((shown(&a), a.latest_stamp()), ("late", Some(stamp.into())), "its stamp is reported all the same");
        assert_eq!(told, Some(Written { write: stamp, value: "early".to_owned() }));
        a.apply(&write("again"), Site::of(0).at(3)).unwrap();
        assert_eq!(a.latest_stamp(), Some(Wall { count: 3, ..stamp }.into()), "and is not given twice");
    }

    /// What the definition shows: the value of the largest of the stamps that were reported.
    fn reference<S: Stamping>(known: &[&Issued<LwwRegister<String, S>>]) -> Option<String> {
        let last = known.iter().max_by_key(|update| update.after.latest_stamp());
        last.map(|update| value(&update.op))
    }

    fn value(RegisterOp::Write(value): &RegisterOp<String>) -> String {
        value.clone()
    }

    #[test]
    fn every_form_shows_the_largest_stamp() {
        let start = LwwRegister::<String, Wall>::new;
        assert!(forms_agree(start(), Deltas::AnyOrder, never, reference).updates > 3000);
        effects_agree(start(), never, reference);
        let start = LwwRegister::<String, Lamport>::new;
        assert!(forms_agree(start(), Deltas::AnyOrder, never, reference).updates > 3000);
        effects_agree(start(), never, reference);
        let start = LwwRegister::<String, Hybrid>::new;
        assert!(forms_agree(start(), Deltas::AnyOrder, never, reference).updates > 3000);
        effects_agree(start(), never, reference);
    }

    #[test]
    fn wall_stamps_say_what_the_clock_showed_and_the_order_of_issue_decides_the_rest() {
        forms_agree(LwwRegister::<String, Wall>::new(), Deltas::AnyOrder, never, |known| {
            for update in known {
                let Some(Stamp::Wall(stamp)) = update.after.latest_stamp() else { panic!("{update:?} has no stamp") };
                assert_eq!((stamp.reading, stamp.identity), (update.site.now.0, update.site.identity));
            }
            let last = known.iter().max_by_key(|update| (update.site.now.0, update.site.identity, update.number));
            last.map(|update| value(&update.op))
        });
    }

    /// That stamps are unique and follow happens-before, and that a write shows to its writer.
    fn check_causal_stamps<S: Stamping>(known: &[&Issued<LwwRegister<String, S>>]) {
        for update in known {
            let stamp = update.after.latest_stamp();
            assert_eq!(update.after.view(), Some(value(&update.op)), "a write shows to its writer");
            for other in known.iter().filter(|other| other.number != update.number) {
                let others = other.after.latest_stamp();
                assert_ne!(stamp, others, "{update:?} and {other:?}");
                assert!(!update.seen.contains(&other.number) || others < stamp, "{other:?} before {update:?}");
            }
        }
    }

    #[test]
    fn causal_stamps_are_unique_and_follow_happens_before() {
        let start = LwwRegister::<String, Lamport>::new();
        forms_agree(start, Deltas::AnyOrder, never, |known| {
            check_causal_stamps(known);
            reference(known)
        });
        let start = LwwRegister::<String, Hybrid>::new();
        forms_agree(start, Deltas::AnyOrder, never, |known| {
            check_causal_stamps(known);
            for update in known {
                let Some(Stamp::Hybrid(stamp)) = update.after.latest_stamp() else { panic!("{update:?} has no stamp") };
                // What the replica had seen bounds the readings that its stamp may come from.
                let past = known.iter().filter(|other| update.seen.contains(&other.number));
                let largest = past.map(|other| other.site.now.0).max().unwrap_or(0).max(update.site.now.0);
                assert_eq!(stamp.physical, largest, "{update:?}");
            }
            reference(known)
        });
    }
}
