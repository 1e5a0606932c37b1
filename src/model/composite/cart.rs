//! A shopping cart: lines with quantities. It shows a `BTreeMap` from lines to what they count up to, lines
//! of none left out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::one_of;

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

impl CartOp {
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
