//! Registers and flags that can be asked for by name.

use crate::base::{Hybrid, Lamport, Wall};
use crate::zoo::register::{
    ClientMvRegister, Lattice, LatticeRegister, LwwRegister, MaxRegister, MinRegister, MvRegister,
};
use crate::zoo::set::{DisableWinsFlag, EnableWinsFlag};

rows! {
    "lww_register_by_clock": LwwRegister<String, Wall> = LwwRegister::new(), [state deltas effects rows]
        "a register in which the last writer wins, by the writer's clock"
        "Every write bears the time that its replica's clock showed, and the largest time is kept; identities break \
         ties. Of two writes that do not know of one another one is lost, by design. A clock that is five minutes ahead \
         wins for five minutes, also over writes that saw its own: such a write is taken in and stays unseen. From *A \
         Comprehensive Study of Convergent and Commutative Replicated Data Types* (2011).";
    "lww_register_by_lamport": LwwRegister<String, Lamport> = LwwRegister::new(), [state deltas effects rows]
        "a register in which the last writer wins, by Lamport's clock"
        "Every write bears a count that is larger than all that its replica has seen, so that a write beats everything \
         that its writer knew. Of two writes that do not know of one another the one with the larger count stays, then \
         the one with the larger identity, whatever the time of day was. From *Time, Clocks, and the Ordering of Events \
         in a Distributed System* (1978) and *A Comprehensive Study of Convergent and Commutative Replicated Data \
         Types* (2011).";
    "lww_register_by_hybrid": LwwRegister<String, Hybrid> = LwwRegister::new(), [state deltas effects rows]
        "a register in which the last writer wins, by a hybrid clock"
        "Stamps are close to the time of day and still follow what their writers knew: a write beats everything that \
         its writer saw, also where clocks disagree, and of two others the later one by the clock stays. It cures what \
         a wrong clock does to causality, and not that one of two concurrent writes is lost. From *Logical Physical \
         Clocks and Consistent Snapshots in Globally Distributed Databases* (2014).";
    "max_register": MaxRegister<u64> = MaxRegister::new(), [state deltas effects rows]
        "a register that keeps the largest number ever written"
        "Merging keeps the larger of two numbers; that is all there is to it, and the counters of the literature are \
         made of such registers. A smaller write is accepted and shows nothing. From *A Comprehensive Study of \
         Convergent and Commutative Replicated Data Types* (2011).";
    "min_register": MinRegister<u64> = MinRegister::new(), [state deltas effects rows]
        "a register that keeps the smallest number ever written"
        "Merging keeps the smaller of two numbers: the mirror image of `max_register`. A larger write is accepted and \
         shows nothing. See *Logic and Lattices for Distributed Programming* (2012).";
    "status_register": LatticeRegister = LatticeRegister::new(status()), [state deltas effects rows]
        "a register over an order of words: offline, away, online"
        "A write raises the value to the join of what is there and what is written, and so does a merge. The order may \
         be any finite lattice; here it is that of a person's status. It never comes down again: who was online once \
         stays so. From *Logic and Lattices for Distributed Programming* (2012).";
    "mv_register": MvRegister<String> = MvRegister::new(), [state deltas effects rows]
        "a register that keeps what was written concurrently"
        "Each write replaces the values that its replica shows. Values that were written without knowledge of one \
         another stay beside each other as siblings, until a write that has seen them. Nothing is lost, and whoever \
         reads has to choose. From *A Comprehensive Study of Convergent and Commutative Replicated Data Types* (2011), \
         with the dots of *Delta State Replicated Data Types* (2018).";
    "mv_register_with_contexts": ClientMvRegister<String> = ClientMvRegister::new(), [state deltas effects rows]
        "a register with siblings, for clients that read, think and write"
        "A read returns the values and a context; a write hands a context in and replaces what is in it and nothing \
         else, however much its replica has learnt since. Version vectors with an entry for each replica call values \
         replaced that the client never read, or keep some that it did; dots do not. From *Dotted Version Vectors: \
         Logical Clocks for Optimistic Replication* (2010).";
    "enable_wins_flag": EnableWinsFlag = EnableWinsFlag::new(), [state deltas effects rows]
        "a flag that stays enabled when it is enabled and disabled at once"
        "Disabling takes back exactly the enables that it saw. An enable beside it survives. The flag is disabled at \
         first. From *Delta State Replicated Data Types* (2018).";
    "disable_wins_flag": DisableWinsFlag = DisableWinsFlag::new(), [state deltas effects rows]
        "a flag that stays disabled when it is enabled and disabled at once"
        "It is enabled only when every disable was answered by an enable that saw it, so a disable beside an enable \
         survives, also where the flag was disabled already. It is disabled at first. From *Delta State Replicated \
         Data Types* (2018).";
}

/// The order of a person's status.
fn status() -> Lattice {
    Lattice::of_levels([["offline", "away", "online"]]).unwrap_or_else(|refused| unreachable!("a chain: {refused:?}"))
}
