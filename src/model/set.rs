//! Sets: what clients ask of one, and what the kinds of sets show. Views are the elements, sorted. Whether an
//! absent element can be removed is not decided here.

use std::collections::BTreeSet;
use std::fmt::Debug;

use serde::{Deserialize, Serialize};

use super::{Issued, Specification, Visible, key_of};
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
}

/// A set in which an add wins over a concurrent removal: an element is in it when some add was seen by no
/// removal.
pub fn add_wins<E>() -> Specification<SetOp<E>, BTreeSet<E>>
where
    E: Clone + Ord + Debug + Canonical + 'static,
{
    let view = |visible: &Visible<'_, SetOp<E>>| {
        elements(visible, |adds, removals| adds.iter().any(|add| !removals.iter().any(|removal| removal.saw(add))))
    };
    Specification::new("add-wins set", view).in_parts(about, part).intending(shown_or_gone)
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
    view.get(op.element()).cloned().into_iter().collect()
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
    use super::*;

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
