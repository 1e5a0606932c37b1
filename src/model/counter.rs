//! Counters: numbers that go up, or up and down, or down only as far as a bound.
//!
//! Their view is the number alone; who counted what, and who holds which rights, is no part of it. The
//! law: amounts are below 2^32 and what they add up to has 64 bits, so that no history of honest updates
//! comes near an overflow.

use serde::{Deserialize, Serialize};

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

#[cfg(test)]
mod tests {
    use super::*;

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
