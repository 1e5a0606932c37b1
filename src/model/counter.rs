//! Counters: numbers that go up, or up and down, or down only as far as a bound.
//!
//! Their view is the number alone; who counted what, and who holds which rights, is no part of it. The
//! law: amounts are below 2^32 and what they add up to has 64 bits, so that no history of honest updates
//! comes near an overflow.

use serde::{Deserialize, Serialize};

use super::{Specification, Visible};
use crate::base::Identity;

/// What can be asked of a counter that only grows. It shows a `u64`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GrowOp {
    /// Adds this much.
    Increment(u32),
}

impl GrowOp {
    /// Small amounts, mostly one.
    pub fn propose(pick: &mut dyn FnMut(u64) -> u64) -> GrowOp {
        GrowOp::Increment(amount(pick))
    }
}

/// What can be asked of a counter that goes both ways. It shows an `i64`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CounterOp {
    /// Adds this much.
    Increment(u32),
    /// Takes away this much.
    Decrement(u32),
}

impl CounterOp {
    /// Small amounts, as often up as down, so that the counter keeps crossing zero.
    pub fn propose(pick: &mut dyn FnMut(u64) -> u64) -> CounterOp {
        let amount = amount(pick);
        if pick(2) == 0 { CounterOp::Increment(amount) } else { CounterOp::Decrement(amount) }
    }
}

/// What can be asked of a counter that never goes below its bound. It shows an `i64`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BoundedOp {
    /// Adds this much, and earns the right to take it away again.
    Increment(u32),
    /// Takes away this much, and spends the right to; refused where the own rights do not suffice.
    Decrement(u32),
    /// Hands rights over; refused where the own rights do not suffice. Whoever runs short asks, and
    /// whoever has rights to spare grants with this.
    Transfer {
        /// Who gets them.
        to: Identity,
        /// How many.
        amount: u32,
    },
}

impl BoundedOp {
    /// More down than up and some transfers among the first `members` identities, so that rights run short.
    pub fn propose(members: u64, pick: &mut dyn FnMut(u64) -> u64) -> BoundedOp {
        let amount = amount(pick);
        match pick(8) {
            0..2 => BoundedOp::Increment(amount),
            2..6 => BoundedOp::Decrement(amount),
            _ => BoundedOp::Transfer { to: Identity(pick(members.max(1)) as u32), amount },
        }
    }
}

fn amount(pick: &mut dyn FnMut(u64) -> u64) -> u32 {
    1 + pick(5).saturating_sub(2) as u32
}

/// A counter that only grows: the sum of all increments.
pub fn grow_only() -> Specification<GrowOp, u64> {
    let view = |visible: &Visible<'_, GrowOp>| {
        let amounts = visible.iter().map(|issued| {
            let GrowOp::Increment(amount) = issued.op;
            u64::from(amount)
        });
        amounts.sum()
    };
    Specification::new("counter that only grows", view).anywhere().only_growing(|before, after| before <= after)
}

/// A counter that goes both ways: increments less decrements.
pub fn up_and_down() -> Specification<CounterOp, i64> {
    let view = |visible: &Visible<'_, CounterOp>| {
        let changes = visible.iter().map(|issued| match issued.op {
            CounterOp::Increment(amount) => i64::from(amount),
            CounterOp::Decrement(amount) => -i64::from(amount),
        });
        changes.sum()
    };
    Specification::new("counter that goes both ways", view).anywhere()
}

/// A counter that stands, at first, as far above its bound as the start rights of all identities add up to. Who
/// lacks the rights for a decrement or a transfer is refused it.
pub fn bounded(bound: i32, start: Vec<u32>) -> Specification<BoundedOp, i64> {
    let first = i64::from(bound) + start.iter().map(|rights| i64::from(*rights)).sum::<i64>();
    let view = move |visible: &Visible<'_, BoundedOp>| {
        let changes = visible.iter().map(|issued| match issued.op {
            BoundedOp::Increment(amount) => i64::from(amount),
            BoundedOp::Decrement(amount) => -i64::from(amount),
            BoundedOp::Transfer { .. } => 0,
        });
        first + changes.sum::<i64>()
    };
    let refusal = move |visible: &Visible<'_, BoundedOp>, identity, op: &BoundedOp| match *op {
        BoundedOp::Increment(_) => false,
        BoundedOp::Decrement(needed) | BoundedOp::Transfer { amount: needed, .. } => {
            rights(&start, identity, visible) < i64::from(needed)
        }
    };
    Specification::new("bounded counter", view).refusing(refusal)
}

/// The rights of an identity in a bounded counter: those it began with, earned and received, less those it spent
/// and sent. Never below zero where all is known that the known updates have seen.
pub fn rights(start: &[u32], identity: Identity, visible: &Visible<'_, BoundedOp>) -> i64 {
    let began = start.get(identity.index()).copied().unwrap_or(0);
    let changes = visible.iter().map(|issued| {
        let own = issued.identity == identity;
        match issued.op {
            BoundedOp::Increment(amount) if own => i64::from(amount),
            BoundedOp::Decrement(amount) if own => -i64::from(amount),
            BoundedOp::Transfer { to, amount } => i64::from(amount) * (i64::from(to == identity) - i64::from(own)),
            _ => 0,
        }
    });
    i64::from(began) + changes.sum::<i64>()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{shown, story};
    use super::*;

    #[test]
    fn counters_show_what_was_counted() {
        use CounterOp::{Decrement, Increment};
        let story = [("a", Increment(5), ""), ("b", Decrement(7), ""), ("c", Increment(1), "a b")];
        assert_eq!(shown(&up_and_down(), story), -1);
        let story = [("a", GrowOp::Increment(5), ""), ("b", GrowOp::Increment(5), ""), ("c", GrowOp::Increment(1), "")];
        assert_eq!(shown(&grow_only(), story), 11, "equal increments are two");
    }

    #[test]
    fn rights_follow_who_earned_spent_sent_and_received() {
        use BoundedOp::{Decrement, Increment, Transfer};
        let to = |to, amount| Transfer { to: Identity(to), amount };
        // Each is told by an identity of its own, numbered from 0.
        let told = [("a", Increment(4), ""), ("b", to(0, 3), ""), ("c", Decrement(2), ""), ("d", to(3, 9), "")];
        let (history, known) = story(told);
        let visible = Visible::new(&history, &known);
        let start = [1, 5, 5];
        assert_eq!([0, 1, 2, 3, 4].map(|at| rights(&start, Identity(at), &visible)), [8, 2, 3, 0, 0]);
        let specification = bounded(-10, start.to_vec());
        assert_eq!(specification.view(&visible), -10 + 11 + 4 - 2, "a transfer changes no value");
        let refuses = |at, op| specification.refuses(&visible, Identity(at), &op);
        assert_eq!([refuses(2, Decrement(3)), refuses(2, Decrement(4))], [Some(false), Some(true)]);
        assert_eq!([refuses(1, to(2, 2)), refuses(1, to(2, 3))], [Some(false), Some(true)]);
        assert_eq!(refuses(4, Increment(9)), Some(false));
    }

    #[test]
    fn proposals_reach_every_operation_with_amounts_of_one_to_three() {
        let mut word = 0u64;
        let mut pick = |bound: u64| {
            word = word.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (word >> 33) % bound
        };
        let drawn: Vec<_> = (0..500).map(|_| BoundedOp::propose(2, &mut pick)).collect();
        for amount in 1..=3 {
            assert!(drawn.contains(&BoundedOp::Increment(amount)) && drawn.contains(&BoundedOp::Decrement(amount)));
            assert!((0..2).all(|to| drawn.contains(&BoundedOp::Transfer { to: Identity(to), amount })));
        }
        assert!(drawn.iter().all(|op| match op {
            BoundedOp::Increment(amount) | BoundedOp::Decrement(amount) => (1..=3).contains(amount),
            BoundedOp::Transfer { to, amount } => to.0 < 2 && (1..=3).contains(amount),
        }));
    }
}
