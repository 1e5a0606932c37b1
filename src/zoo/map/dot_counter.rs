//! A counter made of dots, so that a reset takes away exactly what it saw.
//!
//! Every increment and decrement is a value with a dot of its own; the counter shows the sum of those alive. Where
//! a map drops the counter, it drops the dots that it saw, and what was counted concurrently is left. With one slot
//! for each replica, as in a PN-Counter, what was removed comes back with the next increment: *The problem with
//! embedded CRDT counters and a solution* (2016). With one dotted value for each replica, a reset beside an increment
//! of that replica takes all or nothing of what it counted; *An Oblivious Observed-Reset Embeddable Replicated
//! Counter* (2022) names what gets lost. A dot for each operation takes exactly what was seen. The price is a state
//! that grows with the operations since the last reset.

use super::of_dots::{Alone, OfDots};
use crate::base::Dot;
use crate::model::Specification;
use crate::model::counter::{CounterOp, up_and_down};
use crate::zoo::dots::{Causal, DotFun};

/// A counter made of dots, by itself.
pub type DotCounter = Alone<Counting>;

/// The counter made of dots, as a kind of value in maps.
#[derive(Clone, Debug)]
pub struct Counting;

impl OfDots for Counting {
    type Store = DotFun<i64>;
    type Op = CounterOp;
    type View = i64;

    fn propose(_: &DotFun<i64>, pick: &mut dyn FnMut(u64) -> u64) -> CounterOp {
        CounterOp::propose(pick)
    }

    fn view(store: &DotFun<i64>) -> i64 {
        store.values().sum()
    }

    fn specification() -> Specification<CounterOp, i64> {
        up_and_down()
    }

    fn change(_: &DotFun<i64>, op: &CounterOp, dot: Dot) -> Causal<DotFun<i64>> {
        let amount = match *op {
            CounterOp::Increment(amount) => i64::from(amount),
            CounterOp::Decrement(amount) => -i64::from(amount),
        };
        Causal::holding(DotFun::from((dot, amount)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::trials::{count, forms_agree};
    use super::*;
    use crate::replica::{DataType, Site, StateBased};

    #[test]
    fn by_itself_it_counts_as_any_counter_does() {
        assert!(forms_agree::<DotCounter>(count, |_| None) > 20);
        let mut counter = DotCounter::default();
        counter.apply(&CounterOp::Increment(3), Site::of(0)).expect("fits");
        counter.apply(&CounterOp::Decrement(5), Site::of(1)).expect("fits");
        assert_eq!(counter.view(), -2);
    }
}
