//! Sets: what clients ask of one, and what the kinds of sets show. Views are the elements, sorted. Whether an
//! absent element can be removed is not decided here.

use std::collections::BTreeSet;
use std::fmt::Debug;

use serde::{Deserialize, Serialize};

use super::{Issued, Specification, Visible, key_of, seen_by};
use crate::base::Canonical;

/// What a client can ask of a set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SetOp<E> {
    /// Put this element in.
    Add(E),
    /// Take this element out.
    Remove(E),
}

/// What a client can ask of a set that only grows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum GrowOp<E> {
    /// Put this element in.
    Add(E),
}

/// How many elements histories are drawn from: so few that operations on one element meet.
const ELEMENTS: u64 = 4;

/// One of few elements, the first more often than the last.
fn element<E>(pick: &mut dyn FnMut(u64) -> u64, nth: impl Fn(u64) -> E) -> E {
    let last = pick(ELEMENTS);
    nth(pick(last + 1))
}

impl<E> SetOp<E> {
    /// An operation worth trying on a set of which `shows` tells what is in it: what is in is removed or
    /// added once more, what is not in is mostly added. `pick` gives a number below its argument, `nth`
    /// the element of a number.
    pub fn propose(
        pick: &mut dyn FnMut(u64) -> u64,
        nth: impl Fn(u64) -> E,
        shows: impl FnOnce(&E) -> bool,
    ) -> SetOp<E> {
        let element = element(pick, nth);
        let removals = if shows(&element) { 5 } else { 1 };
        if pick(8) < removals { SetOp::Remove(element) } else { SetOp::Add(element) }
    }

    /// The element that it is about.
    pub fn element(&self) -> &E {
        match self {
            SetOp::Add(element) | SetOp::Remove(element) => element,
        }
    }
}

impl<E> GrowOp<E> {
    /// An operation worth trying: few elements, again and again. `pick` and `nth` as for [`SetOp`].
    pub fn propose(pick: &mut dyn FnMut(u64) -> u64, nth: impl Fn(u64) -> E) -> GrowOp<E> {
        GrowOp::Add(element(pick, nth))
    }

    /// The element that it is about.
    pub fn element(&self) -> &E {
        let GrowOp::Add(element) = self;
        element
    }
}

/// A set that only grows: what was ever added is in it.
pub fn grow_only<E>() -> Specification<GrowOp<E>, BTreeSet<E>>
where
    E: Clone + Ord + Debug + Canonical + 'static,
{
    let view = |visible: &Visible<'_, GrowOp<E>>| {
        let added: BTreeSet<&E> = visible.iter().map(|issued| issued.op.element()).collect();
        added.into_iter().cloned().collect()
    };
    Specification::new("grow-only set", view)
        .anywhere()
        .in_parts(|op| Some(key_of(op.element())), |view, op| only(view, op.element()))
        .intending(|_, op, after: &BTreeSet<E>| {
            let element = op.element();
            if after.contains(element) { Ok(()) } else { Err(format!("{element:?} was added and is not shown")) }
        })
        .only_growing(BTreeSet::is_subset)
}

/// A set whose elements can be removed once, and never come back. The removal of what is not in it is refused.
pub fn two_phase<E>() -> Specification<SetOp<E>, BTreeSet<E>>
where
    E: Clone + Ord + Debug + Canonical + 'static,
{
    let view =
        |visible: &Visible<'_, SetOp<E>>| elements(visible, |adds, removals| !adds.is_empty() && removals.is_empty());
    Specification::new("two-phase set", view).anywhere().in_parts(about, part).refusing(
        move |visible, _, op| match op {
            SetOp::Add(_) => false,
            SetOp::Remove(element) => !view(visible).contains(element),
        },
    )
}

/// Who wins between an add and a removal at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Bias {
    /// The add.
    Add,
    /// The removal.
    Remove,
}

/// A set in which for each element the last word counts, by what the clock showed to whoever said it. Whoever
/// speaks behind its time does not see what it asked for.
pub fn last_word<E>(bias: Bias) -> Specification<SetOp<E>, BTreeSet<E>>
where
    E: Clone + Ord + Debug + Canonical + 'static,
{
    let view = move |visible: &Visible<'_, SetOp<E>>| {
        elements(visible, |adds, removals| {
            let last = |updates: &[&Issued<_>]| updates.iter().map(|update| update.reading).max();
            match bias {
                Bias::Add => !adds.is_empty() && last(adds) >= last(removals),
                Bias::Remove => last(adds) > last(removals),
            }
        })
    };
    Specification::new("last-writer-wins set", view).anywhere().in_parts(about, part)
}

/// A set in which an add wins over a concurrent removal: an element is in it when some add was seen by no
/// removal.
pub fn add_wins<E>() -> Specification<SetOp<E>, BTreeSet<E>>
where
    E: Clone + Ord + Debug + Canonical + 'static,
{
    let view = |visible: &Visible<'_, SetOp<E>>| {
        elements(visible, |adds, removals| {
            let removed = seen_by(removals);
            adds.iter().any(|add| !removed.contains(add.update))
        })
    };
    Specification::new("add-wins set", view).in_parts(about, part).intending(shown_or_gone)
}

/// A set in which a removal wins over a concurrent add: an element is in it when it was added and every removal,
/// also one of an absent element, was seen by some add.
pub fn remove_wins<E>() -> Specification<SetOp<E>, BTreeSet<E>>
where
    E: Clone + Ord + Debug + Canonical + 'static,
{
    let view = |visible: &Visible<'_, SetOp<E>>| {
        elements(visible, |adds, removals| {
            let answered = seen_by(adds);
            !adds.is_empty() && removals.iter().all(|removal| answered.contains(removal.update))
        })
    };
    Specification::new("remove-wins set", view).in_parts(about, part).intending(shown_or_gone)
}

/// The elements of which the adds and removals that are known pass a test.
fn elements<E: Clone + Ord>(
    visible: &Visible<'_, SetOp<E>>,
    is_in: impl Fn(&[&Issued<SetOp<E>>], &[&Issued<SetOp<E>>]) -> bool,
) -> BTreeSet<E> {
    let on_each = visible.by(|op| Some(op.element()));
    let shown = on_each.into_iter().filter(|(_, updates)| {
        let (adds, removals): (Vec<_>, Vec<_>) =
            updates.iter().copied().partition(|update| matches!(update.op, SetOp::Add(_)));
        is_in(&adds, &removals)
    });
    shown.map(|(element, _)| element.clone()).collect()
}

fn about<E: Canonical>(op: &SetOp<E>) -> Option<u64> {
    Some(key_of(op.element()))
}

fn part<E: Clone + Ord>(view: &BTreeSet<E>, op: &SetOp<E>) -> BTreeSet<E> {
    only(view, op.element())
}

/// What is shown of one element.
fn only<E: Clone + Ord>(view: &BTreeSet<E>, element: &E) -> BTreeSet<E> {
    view.get(element).cloned().into_iter().collect()
}

/// Whoever adds an element sees it, and whoever removes one does not.
fn shown_or_gone<E: Ord + Debug>(_: &BTreeSet<E>, op: &SetOp<E>, after: &BTreeSet<E>) -> Result<(), String> {
    match op {
        SetOp::Add(element) if !after.contains(element) => Err(format!("{element:?} was added and is not shown")),
        SetOp::Remove(element) if after.contains(element) => Err(format!("{element:?} was removed and is still shown")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{shown, story};
    use super::*;
    use crate::base::Identity;

    /// Whether milk is in each kind of set, in which it was added by each update whose name begins with `a`, and
    /// removed by the others. Told are names, each with those that it saw.
    #[track_caller]
    fn check(told: &str, expected: &str) {
        let told: Vec<(&'static str, _, &'static str)> = told
            .split(',')
            .map(|update| {
                let (name, seen) = update.split_once('<').unwrap_or((update, ""));
                let [name, seen]: [&'static str; 2] = [name, seen].map(|text| text.trim().to_owned().leak() as _);
                (name, if name.starts_with('a') { SetOp::Add("milk") } else { SetOp::Remove("milk") }, seen)
            })
            .collect();
        let kinds = [add_wins(), remove_wins(), two_phase(), last_word(Bias::Add)];
        let words = ["add", "remove", "two-phase", "last"];
        let is_in = |specification: &Specification<_, BTreeSet<_>>| shown(specification, told.clone()).contains("milk");
        let found: Vec<_> = kinds.iter().zip(words).filter(|(kind, _)| is_in(kind)).map(|(_, word)| word).collect();
        assert_eq!(found.join(" "), expected, "{told:?}");
    }

    #[test]
    fn removals_and_adds_come_to_what_the_kind_of_set_says() {
        check("a", "add remove two-phase last");
        check("r", "");
        check("a, r < a", "");
        check("r, a < r", "add remove last");
        check("a, r", "add");
        check("r, a", "add last");
        check("r1, a < r1, r2", "add");
        check("r, a1, a2 < r", "add remove last");
        check("r1, r2, a1 < r1, a2 < r2", "add remove last");
        check("a1, r < a1, a2 < a1", "add last");
        check("a1, a2, r1 < a1, r2 < a2", "");
        check("a1, a2, r < a1 a2, a3 < a1 a2 r", "add remove last");
    }

    #[test]
    fn the_bias_decides_where_times_are_equal_and_only_there() {
        let told = |first: u64, second: u64| {
            let (history, known) = story([("a", SetOp::Add('m'), ""), ("r", SetOp::Remove('m'), "")]);
            let mut again = super::super::History::new();
            for (issued, reading) in history.iter().zip([first, second]) {
                again.add(Issued { reading: crate::base::Time(reading), ..issued.clone() }, None);
            }
            let visible = Visible::new(&again, &known);
            [Bias::Add, Bias::Remove].map(|bias| last_word(bias).view(&visible).len())
        };
        assert_eq!([told(1, 2), told(2, 2), told(3, 2)], [[0, 0], [1, 0], [1, 1]]);
    }

    #[test]
    fn what_is_not_in_a_two_phase_set_cannot_be_removed() {
        let (history, known) =
            story([("a", SetOp::Add('m'), ""), ("b", SetOp::Add('t'), ""), ("r", SetOp::Remove('t'), "b")]);
        let refuses = |op| two_phase().refuses(&Visible::new(&history, &known), Identity(0), &op).unwrap();
        use SetOp::{Add, Remove};
        assert_eq!([Add('t'), Remove('m'), Remove('t'), Remove('x')].map(refuses), [false, false, true, true]);
    }

    #[test]
    fn writers_of_sets_see_what_they_asked_for() {
        let [with, without] = [BTreeSet::from(['m']), BTreeSet::new()];
        for specification in [add_wins(), remove_wins()] {
            let intent = |op, after| specification.intent(&with, &op, after).is_ok();
            assert!(intent(SetOp::Add('m'), &with) && intent(SetOp::Remove('m'), &without));
            assert!(!intent(SetOp::Add('m'), &without) && !intent(SetOp::Remove('m'), &with));
        }
        assert!(grow_only().intent(&without, &GrowOp::Add('m'), &without).is_err());
        assert!(!two_phase::<char>().has_intent() && !last_word::<char>(Bias::Add).has_intent());
    }

    #[test]
    fn what_is_in_is_mostly_removed_and_what_is_not_mostly_added() {
        let mut counts = [[0; 2]; 2];
        for (shown, counts) in [false, true].into_iter().zip(&mut counts) {
            for draw in 0..32 * ELEMENTS {
                // All combinations: which range of elements, and whether to remove.
                let mut answers = [draw % ELEMENTS, 0, draw / ELEMENTS % 8].into_iter();
                let mut pick = |bound: u64| answers.next().unwrap() % bound;
                match SetOp::propose(&mut pick, |n| n, |_| shown) {
                    SetOp::Add(_) => counts[0] += 1,
                    SetOp::Remove(_) => counts[1] += 1,
                }
            }
        }
        assert_eq!(counts, [[112, 16], [48, 80]]);
    }
}
