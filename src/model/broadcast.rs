//! Broadcasts: what one client says, all are shown. In which order, and whether one order for all, is a
//! promise of the broadcast that is held to it by checks of its own; a specification of what is known cannot
//! tell, since nobody can predict it.

use std::collections::BTreeSet;
use std::fmt::Debug;

use serde::{Deserialize, Serialize};

use super::{Issued, Judge, Ruled, Ruling, Specification, Visible};

/// A request: tell everybody this.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Say<B>(pub B);

/// How many things histories are drawn from: so many that hardly any is said twice.
const THINGS: u64 = 10_000;

impl<B> Say<B> {
    /// Something worth saying. `pick` gives a number below its argument, `nth` the thing of a number.
    pub fn propose(pick: &mut dyn FnMut(u64) -> u64, nth: impl Fn(u64) -> B) -> Say<B> {
        Say(nth(pick(THINGS)))
    }
}

/// A broadcast whose receivers are shown what was said, sorted and each thing once.
pub fn heard<B: Clone + Ord + 'static>() -> Specification<Say<B>, Vec<B>> {
    let view = |visible: &Visible<'_, Say<B>>| {
        let things: BTreeSet<&B> = visible.iter().map(|said| &said.op.0).collect();
        things.into_iter().cloned().collect()
    };
    Specification::new("broadcast", view).anywhere()
}

/// A broadcast whose receivers are shown what was said in the order in which they took it in, which is one
/// for all.
pub fn heard_in_order<B: Clone + Ord + Debug + Send + 'static>() -> Specification<Say<B>, Vec<B>> {
    let sorted = |things: &Vec<B>| {
        let mut things = things.clone();
        things.sort_unstable();
        things
    };
    let view = move |visible: &Visible<'_, Say<B>>| sorted(&visible.iter().map(|said| said.op.0.clone()).collect());
    Specification::new("broadcast in one order", view).anywhere().beside(sorted, || Box::new(OneOrder(Vec::new())))
}

/// Remembers the longest view that was shown: every other one begins it, or goes on after it.
struct OneOrder<B>(Vec<B>);

impl<B: Clone + PartialEq + Debug> Judge<Say<B>, Vec<B>> for OneOrder<B> {
    fn reset(&mut self) {
        self.0.clear();
    }

    fn wrote(&mut self, _: &Issued<Say<B>>, _: &Vec<B>, _: &Vec<B>) -> Ruling {
        Ok(Ruled::Untold)
    }

    fn shown(&mut self, _: &Visible<'_, Say<B>>, view: &Vec<B>) -> Ruling {
        let differ = self.0.iter().zip(view).position(|(one, other)| one != other);
        match differ {
            Some(at) => {
                Err(format!("{:?} came here where elsewhere {:?} came, after the same {at}", view[at], self.0[at]))
            }
            None => {
                if view.len() > self.0.len() {
                    self.0.clone_from(view);
                }
                Ok(Ruled::Right)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Known;
    use crate::model::History;

    /// Whether these views, shown one after the other, are of one order.
    fn one_order(views: &[&str]) -> Result<(), String> {
        let (history, known) = (History::new(), Known::new());
        let mut judge = heard_in_order::<char>().judge().expect("an order is more than what is known");
        views.iter().try_for_each(|view| {
            let view: Vec<char> = view.chars().collect();
            judge.shown(&Visible::new(&history, &known), &view).map(drop)
        })
    }

    #[test]
    fn views_are_of_one_order_when_each_begins_the_longest() {
        assert_eq!(one_order(&["", "ab", "a", "abc", "ab"]), Ok(()));
        let wrong = "'b' came here where elsewhere 'c' came, after the same 1";
        assert_eq!(one_order(&["ac", "a", "ab"]), Err(wrong.to_owned()));
    }

    #[test]
    fn what_is_said_is_hardly_ever_said_twice() {
        let mut bounds = Vec::new();
        let said = Say::propose(
            &mut |bound| {
                bounds.push(bound);
                7
            },
            |nth| nth,
        );
        assert_eq!((said, bounds), (Say(7), vec![THINGS]));
    }
}
