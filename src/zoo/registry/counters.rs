//! Counters that can be asked for by name.

use crate::zoo::counter::{BoundedCounter, GCounter, PnCounter};
use crate::zoo::map::DotCounter;

rows! {
    "g_counter": GCounter = GCounter::new(), [state deltas effects rows]
        "a counter that only grows"
        "Each replica counts in a slot of its own; a merge takes the larger of each pair of slots, and the value is \
         their sum. One number for all would lose increments when merged by maximum, and count them twice when merged \
         by sum. It shows every increment that was taken in, in whatever order and however often it comes. A replica \
         that loses its slots and counts on under its old name loses what it counted. From *A Comprehensive Study of \
         Convergent and Commutative Replicated Data Types* (2011).";
    "pn_counter": PnCounter = PnCounter::new(), [state deltas effects rows]
        "a counter that goes both ways"
        "Two counters that only grow, one of increments and one of decrements; the value is their difference. It knows \
         no bound: two replicas may each take the last piece, and the value goes below zero. One slot that goes both \
         ways would let an older, larger value undo a decrement. From *A Comprehensive Study of Convergent and \
         Commutative Replicated Data Types* (2011).";
    "bounded_counter": BoundedCounter = BoundedCounter::new(0, [9, 3, 0]), [state deltas effects]
        "a counter that never goes below zero, whoever is cut off"
        "Escrow: what lies between the value and its bound is split into rights to decrement. A replica spends only \
         rights that it holds, and refuses when they do not suffice; rights can be handed over. So a stock of twelve is \
         never sold thirteen times, also while the network is parted. It needs its updates in causal order: a spending \
         that comes before its right would show less than the bound. Here the first three replicas begin with 9, 3 and \
         0 rights. From *Extending Eventually Consistent Cloud Databases for Enforcing Numeric Invariants* (2015).";
    "dot_counter": DotCounter = DotCounter::default(), [state deltas effects rows]
        "a counter of single steps, made to be reset inside a map"
        "Every increment and decrement is a value with a dot of its own, and the counter shows the sum of those alive. \
         Where a map drops the counter, exactly what the remover saw is gone, and what was counted meanwhile stays; with \
         a slot for each replica the old count would come back with the next increment. The state grows with the \
         steps since the last reset. After *The problem with embedded CRDT counters and a solution* (2016).";
}
