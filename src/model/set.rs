//! Sets: what clients ask of one. They are shown its elements, sorted. What concurrent operations come to
//! is not decided here, nor whether an absent element can be removed.

use serde::{Deserialize, Serialize};

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
