//! A shopping cart: lines with quantities. It shows a `BTreeMap` from lines to what they count up to, lines
//! of none left out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{asked, one_of, part};
use crate::model::counter::{CounterOp, up_and_down};
use crate::model::map::{MapOp, reset_remove};
use crate::model::{Specification, key_of};

/// What can be asked of a cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CartOp {
    /// So many more of this.
    Add(String, u32),
    /// So many fewer of this; refused where fewer are shown.
    Take(String, u32),
    /// The whole line away.
    Remove(String),
}

/// Lines that count what was added and taken and no removal of the line has seen. Nobody takes more than is shown.
pub fn cart() -> Specification<CartOp, BTreeMap<String, i64>> {
    let lines = reset_remove(up_and_down());
    let shown = lines.clone();
    Specification::new("shopping cart", move |visible| part(&lines, visible, CartOp::on_lines))
        .in_parts(
            |op| Some(key_of(op.line())),
            |view, op| view.get_key_value(op.line()).map(|(line, count)| (line.clone(), *count)).into_iter().collect(),
        )
        .refusing(move |visible, _, op| match op {
            CartOp::Take(line, fewer) => {
                let shown = part(&shown, visible, CartOp::on_lines).get(line).copied();
                shown.unwrap_or(0) < i64::from(*fewer)
            }
            CartOp::Add(..) | CartOp::Remove(_) => false,
        })
        .intending(|before, op, after| {
            let count = |view: &BTreeMap<String, i64>| view.get(op.line()).copied().unwrap_or(0);
            let wanted = match op {
                CartOp::Add(_, more) => count(before) + i64::from(*more),
                CartOp::Take(_, fewer) => count(before) - i64::from(*fewer),
                CartOp::Remove(_) => 0,
            };
            asked(count(after) == wanted, || {
                format!("after {op:?} the cart shows {} of `{}` instead of {wanted}", count(after), op.line())
            })
        })
}

impl CartOp {
    /// The line that it is about.
    pub fn line(&self) -> &String {
        match self {
            CartOp::Add(line, _) | CartOp::Take(line, _) | CartOp::Remove(line) => line,
        }
    }

    fn on_lines(&self) -> Option<MapOp<String, CounterOp>> {
        Some(match self {
            CartOp::Add(line, more) => MapOp::Update(line.clone(), CounterOp::Increment(*more)),
            CartOp::Take(line, fewer) => MapOp::Update(line.clone(), CounterOp::Decrement(*fewer)),
            CartOp::Remove(line) => MapOp::Remove(line.clone()),
        })
    }

    /// An operation worth trying on a cart that shows this. `pick` gives a number below its argument.
    pub fn propose(shown: &BTreeMap<String, i64>, pick: &mut dyn FnMut(u64) -> u64) -> CartOp {
        let line = one_of(&["milk", "tea", "rice"], pick);
        let quantity = shown.get(&line).copied().unwrap_or(0);
        match pick(4) {
            0 if quantity > 0 => CartOp::Take(line, 1 + pick(quantity.min(2) as u64) as u32),
            1 if quantity != 0 => CartOp::Remove(line),
            _ => CartOp::Add(line, 1 + pick(2) as u32),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::shown;
    use super::*;

    #[test]
    fn a_removal_beside_one_more_leaves_one() {
        let milk = || "milk".to_owned();
        let told = [
            ("a", CartOp::Add(milk(), 2), ""),
            ("r", CartOp::Remove(milk()), "a"),
            ("b", CartOp::Add(milk(), 1), "a"),
            ("t", CartOp::Take(milk(), 2), "a"),
        ];
        assert_eq!(shown(&cart(), told[..3].iter().cloned()), [(milk(), 1)].into());
        assert_eq!(shown(&cart(), told), [(milk(), -1)].into());
        let (before, after) = ([(milk(), 1)].into(), [(milk(), 2)].into());
        assert_eq!(cart().intent(&before, &CartOp::Add(milk(), 1), &after), Ok(()));
        assert_eq!(
            cart().intent(&before, &CartOp::Add(milk(), 2), &after),
            Err("after Add(\"milk\", 2) the cart shows 2 of `milk` instead of 3".to_owned())
        );
    }
}
