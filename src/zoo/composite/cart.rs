//! A shopping cart: lines, of which each has a counter made of dots.
//!
//! Taking a line out drops what the remover saw of it, so a removal beside "one more" leaves one. A union that keeps
//! the largest quantity can never count down, and a cart that keeps its last write as a whole loses lines; this does
//! neither. Two who each take the last one leave a line of less than none. The problem is that of *Dynamo: Amazon's
//! Highly Available Key-value Store* (2007), where deleted items came back.

use std::collections::BTreeMap;

use super::layout::{Composite, Layout};
use crate::model::composite::{CartOp, cart};
use crate::model::counter::CounterOp;
use crate::model::map::MapOp;
use crate::model::{Growth, Specification};
use crate::replica::{DataType, Refused};
use crate::zoo::map::{Counting, ResetMap};

/// A shopping cart.
pub type ShoppingCart = Composite<Cart>;

/// How a cart is put together.
#[derive(Clone, Debug)]
pub struct Cart;

impl Layout for Cart {
    type Parts = ResetMap<String, Counting>;
    type Op = CartOp;
    type View = BTreeMap<String, i64>;

    fn propose(parts: &Self::Parts, pick: &mut dyn FnMut(u64) -> u64) -> CartOp {
        CartOp::propose(&parts.view(), pick)
    }

    fn share(parts: &Self::Parts, op: &CartOp) -> Result<MapOp<String, CounterOp>, Refused> {
        match op {
            CartOp::Add(line, more) => Ok(MapOp::Update(line.clone(), CounterOp::Increment(*more))),
            CartOp::Take(line, fewer) => {
                let shown = parts.view().get(line).copied().unwrap_or(0);
                if shown < i64::from(*fewer) {
                    return Err(Refused::because(format!("the cart shows {shown} of `{line}`, fewer than {fewer}")));
                }
                Ok(MapOp::Update(line.clone(), CounterOp::Decrement(*fewer)))
            }
            CartOp::Remove(line) => Ok(MapOp::Remove(line.clone())),
        }
    }

    fn view(parts: &Self::Parts) -> BTreeMap<String, i64> {
        parts.view()
    }

    fn specification() -> Specification<Self::Op, Self::View> {
        cart().growing_with(Growth::Identities)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replica::{Site, StateBased};
    use crate::zoo::map::trials::{Past, forms_agree};

    /// Per line, what was added and taken and no removal has seen.
    fn reading(known: &[Past<CartOp>]) -> BTreeMap<String, i64> {
        let mut lines = BTreeMap::new();
        for past in known {
            let (line, change) = match &past.op {
                CartOp::Add(line, more) => (line, i64::from(*more)),
                CartOp::Take(line, fewer) => (line, -i64::from(*fewer)),
                CartOp::Remove(_) => continue,
            };
            let removes = |other: &Past<CartOp>| matches!(&other.op, CartOp::Remove(at) if at == line);
            if !known.iter().any(|other| removes(other) && other.saw(past)) {
                *lines.entry(line.clone()).or_default() += change;
            }
        }
        lines.retain(|_, quantity| *quantity != 0);
        lines
    }

    #[test]
    fn a_cart_counts_what_no_removal_has_seen() {
        assert!(forms_agree::<ShoppingCart>(reading, |_| None) > 100);
    }

    #[test]
    fn a_removal_beside_one_more_leaves_one() {
        let mut a = ShoppingCart::default();
        let add = |more| CartOp::Add("milk".to_string(), more);
        a.apply(&add(2), Site::of(0)).expect("fits");
        let mut b = a.clone();
        a.apply(&CartOp::Remove("milk".to_string()), Site::of(0)).expect("fits");
        b.apply(&add(1), Site::of(1)).expect("fits");
        a.merge(&b);
        assert_eq!(a.view(), BTreeMap::from([("milk".to_string(), 1)]));
    }

    #[test]
    fn nobody_takes_more_than_is_shown() {
        let mut cart = ShoppingCart::default();
        cart.apply(&CartOp::Add("tea".to_string(), 1), Site::of(0)).expect("fits");
        let before = cart.clone();
        let refused = cart.apply(&CartOp::Take("tea".to_string(), 2), Site::of(0)).expect_err("too many");
        assert_eq!((refused.0.as_str(), cart), ("the cart shows 1 of `tea`, fewer than 2", before));
    }
}
