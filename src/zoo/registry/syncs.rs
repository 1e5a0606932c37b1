//! Syncs that can be asked for by name.

use crate::base::Entry;
use crate::zoo::sync::Sync;

/// All of them.
pub(super) const SYNCS: [(Entry, Sync); 6] = [
    (
        Entry {
            name: "full_state",
            line: "now and then the whole state, to some neighbours, who merge it",
            explained: "Nothing needs to be remembered about anyone, and loss, duplicates and reordering do no harm: what \
                        was lost is in the next message. Messages are as large as the state, whether or not they say \
                        anything new. From *A Comprehensive Study of Convergent and Commutative Replicated Data Types* \
                        (2011).",
        },
        Sync::FullState,
    ),
    (
        Entry {
            name: "deltas_any_order",
            line: "what changed, once, and again where no acknowledgement came",
            explained: "Each neighbour is owed the entries of a log one by one, and what arrives is joined at once, so a \
                        late delta may come after one that was made on top of it: the data type must bear that. Who is \
                        owed too much gets the full state. The first algorithm of *Delta State Replicated Data Types* \
                        (2018), with what *Efficient Synchronization of State-based CRDTs* (2019) saves.",
        },
        Sync::DeltasInAnyOrder,
    ),
    (
        Entry {
            name: "delta_intervals",
            line: "what changed since the other acknowledged, joined into one group",
            explained: "Whatever changes a state is numbered and kept in a log. A group joins the entries from the last \
                        number that its receiver acknowledged, and is taken in only on top of those, so that no effect \
                        comes without its causes. Who lacks more than the log holds gets the full state. The second \
                        algorithm of *Delta State Replicated Data Types* (2018).",
        },
        Sync::DeltaIntervals,
    ),
    (
        Entry {
            name: "operations",
            line: "each operation's effect to everybody, over a stack of broadcast layers",
            explained: "The stack promises what the type counts on: any order, or causal order, each effect once or \
                        repeats as they come. Messages are as small as an operation. A replica that comes back with an \
                        empty disk does not learn again what it knew: that needs a state, or a log that is never cut. \
                        From *A Comprehensive Study of Convergent and Commutative Replicated Data Types* (2011).",
        },
        Sync::Operations,
    ),
    (
        Entry {
            name: "merkle",
            line: "hashes from the root of a tree downwards, and the rows that differ",
            explained: "Who has another hash of a node answers with those of its children, down to the few keys of a \
                        leaf, whose rows are exchanged. No step remembers the one before: loss, duplicates and changes \
                        in between cost a round, and nothing else. For types whose keys are independent. From *Epidemic \
                        Algorithms for Replicated Database Maintenance* (1987) and *Dynamo: Amazon's Highly Available \
                        Key-value Store* (2007).",
        },
        Sync::Merkle,
    ),
    (
        Entry {
            name: "fetch",
            line: "a version vector, and of the log what it does not cover",
            explained: "Replicas tell each other how far they are; who hears that sends all of its log that the other \
                        lacks, in order, so that causes come before effects. No acknowledgements, and a log that never \
                        becomes shorter, so that whoever comes anew can be told everything. From *Flexible Update \
                        Propagation for Weakly Consistent Replication* (1997).",
        },
        Sync::Fetch,
    ),
];
