//! Sets that can be asked for by name.

use crate::base::{Identity, Span};
use crate::zoo::collect::{Aged, Stable};
use crate::zoo::set::{Bias, BoundedContextSet, GSet, LwwSet, OrSet, RemoveWinsSet, TaggedOrSet, TwoPhaseSet};

rows! {
    "g_set": GSet<String> = GSet::new(), [state deltas effects rows]
        "a set that only grows"
        "Merging is union, and nothing can be removed: what was added once is shown for ever, in whatever order and \
         however often updates come. From *A Comprehensive Study of Convergent and Commutative Replicated Data Types* \
         (2011).";
    "two_phase_set": TwoPhaseSet<String> = TwoPhaseSet::new(), [state deltas effects rows]
        "a set whose elements can be removed once, and never come back"
        "Two sets that only grow, the added and the removed; what is in the first alone is shown. To add what was \
         removed is accepted and shows nothing; to remove what is not shown is refused. From *A Comprehensive Study of \
         Convergent and Commutative Replicated Data Types* (2011).";
    "lww_set_adds_win": LwwSet<String> = LwwSet::new(Bias::Add), [state deltas effects rows]
        "a set in which the last word on each element counts, adds in a tie"
        "An element keeps the time of its latest add and of its latest removal, by the clocks of whoever said so, and \
         the later one decides; when both are equal, the add. An update that saw another need not win over it: clocks \
         differ. From *A Comprehensive Study of Convergent and Commutative Replicated Data Types* (2011).";
    "lww_set_removals_win": LwwSet<String> = LwwSet::new(Bias::Remove), [state deltas effects rows]
        "a set in which the last word on each element counts, removals in a tie"
        "As `lww_set_adds_win`, but when the times of the latest add and the latest removal are equal, the element is \
         not shown. Times are bare, without identities: otherwise no two would be equal, and the bias would never \
         matter.";
    "or_set": OrSet<String> = OrSet::new(), [state deltas effects]
        "a set in which an add survives a concurrent removal; no tombstones"
        "Every add makes a dot, and the element lives by it; a removal drops exactly the dots it saw. A causal context \
         remembers which dots were ever known, so that a dot which is known and no longer alive was removed, and no \
         name of it need be kept. Its effects need causal order. From *An optimized conflict-free replicated set* \
         (2012).";
    "or_set_with_tombstones": TaggedOrSet<String> = TaggedOrSet::new(), [state deltas effects rows]
        "a set in which an add survives a concurrent removal; buried tags are kept"
        "Every add makes a new tag, and a removal buries by name the tags that its replica shows for the element. It \
         converges in whatever order and however often updates come, and grows with every removal, until tombstones are \
         collected. From *A Comprehensive Study of Convergent and Commutative Replicated Data Types* (2011).";
    "or_set_collected_by_stability": Stable<TaggedOrSet<String>> = collected_by_stability(), [state deltas effects]
        "an OR-Set whose tombstones go once all three members are known to have them"
        "What every member knows durably is stable, and a stable tombstone can be dropped: nobody is left who could bring \
         its element back. It never changes what is shown. A member that is away holds collection up, for as long as it \
         is away. Made for three replicas, who save before anything can be seen of them. See *Making Operation-Based \
         CRDTs Operation-Based* (2014).";
    "or_set_collected_by_age": Aged<TaggedOrSet<String>> = Aged::new(TaggedOrSet::new(), MONTH), [state deltas effects]
        "an OR-Set whose tombstones go when they are older than thirty days"
        "Each tombstone bears the time of its maker's clock and is kept for twice the limit: once for all to hear of it, \
         and once for hearing what they made before they did. Nobody has to announce anything and nobody blocks \
         collection, under the promise that nobody stays away for longer: whoever did may bring back the dead, so its \
         state is refused, and it is to be wiped and given a state and a new identity.";
    "remove_wins_set": RemoveWinsSet<String> = RemoveWinsSet::new(), [state deltas effects]
        "a set in which a removal survives a concurrent add"
        "The mirror image of the OR-Set: an element is shown when it was added, and every removal was answered by some \
         add that saw it. The removal of an absent element counts too, since it must beat an add beside it. See *Delta \
         State Replicated Data Types* (2018) and *Pure Operation-Based Replicated Data Types* (2017).";
    "bounded_context_set": BoundedContextSet<String> = BoundedContextSet::new(1), [state deltas]
        "an OR-Set whose context has room for a few exceptions only"
        "The context is a version vector and at most k exceptions, here one, for what came out of order. What would \
         need more is not taken in until what lies between has come; nothing is ever dropped, so that a known dot is \
         never taken for unknown. After *An optimized conflict-free replicated set* (2012) and *Delta State Replicated \
         Data Types* (2018).";
}

/// How long nobody may stay away where tombstones are collected by age.
const MONTH: Span = Span::days(30);

/// A set of three members who save before anything can be seen.
fn collected_by_stability() -> Stable<TaggedOrSet<String>> {
    Stable::new(TaggedOrSet::new(), (0..3).map(Identity)).saved_before_seen()
}
