//! Syncs that are wrong, of right data types; and data types whose rows a right sync cannot use.

mod digests;
mod numbered;
mod owed;
mod pushed;
mod rows;
mod shared;

use std::collections::BTreeSet;

use digests::{Crossed, Hashing, Mark, Watermark};
pub(super) use owed::Slip;

use owed::Owing;
use pushed::{Look, Pushed};
use rows::{AsTheyCame, OwnContext, Scoped, Sorted, Tags, WholeContext, WithoutTombstones};
use shared::{Sent, SharedState};

use super::{Need, Sound, Specimen};
use crate::model::set::{SetOp, add_wins};
use crate::zoo::System;
use crate::zoo::set::{OrSet, TaggedOrSet};
use crate::zoo::sync::Merkle;

/// All of them.
pub(super) const ALL: &[Specimen] = &[
    Specimen {
        name: "merkle_in_order_of_insertion",
        mistake: "what stands at a key is hashed in the order in which it came",
        known_from: "hashing a list or a hash table as it lies in memory",
        harm: "replicas that hold the same send it to one another for ever",
        caught_by: "quiet",
        needs: &[],
        story: "n0 and n1 both add the same element, and then know of each other",
        system: || System::judged_by(add_wins(), Merkle::new(Tags::<AsTheyCame>::new())).into(),
    },
    Specimen {
        name: "merkle_without_tombstones",
        mistake: "the tree leaves out what was removed",
        known_from: "building the tree over the live keys of a store",
        harm: "a removal is told to nobody, and what was removed comes back",
        caught_by: "settles",
        needs: &[],
        story: "n0 adds, n1 gets it, n0 removes",
        system: || System::judged_by(add_wins(), Merkle::new(Tags::<WithoutTombstones>::new())).into(),
    },
    Specimen {
        name: "merkle_by_exclusive_or",
        mistake: "the hash over all is the exclusive or of what stands at each key, and equals cancel out",
        known_from: "hashes that can be brought up to date without going through all keys",
        harm: "replicas take themselves for equal, and what they lack never comes",
        caught_by: "settles",
        needs: &[],
        story: "n0 adds a and b; the hashes of the two rows are equal, and that of both is that of none",
        system: || System::judged_by(add_wins(), Crossed::hashing(Hashing::Counts)).into(),
    },
    Specimen {
        name: "equal_by_exclusive_or",
        mistake: "states are said to be equal since their hashes are, in which equal leaves cancel out",
        known_from: "sums and exclusive ors over leaves, as if two of them could not be the same",
        harm: "a backup or a collector counts on what both sides have, and one of them does not",
        caught_by: "equal",
        needs: &[],
        story: "n0 adds a and b; n1 has nothing, hears n0's hash, and says that it has the same",
        system: || System::judged_by(add_wins(), Crossed::hashing(Hashing::Counts).sure()).into(),
    },
    Specimen {
        name: "merkle_row_with_the_context_of_all",
        mistake: "one key is sent with the causal context of the whole set",
        known_from: "keeping one context for a map of dots, and sending the map by key",
        harm: "whoever gets one key loses all others that it had",
        caught_by: "spec",
        needs: &[],
        story: "n0 adds a and b, n1 has b; n0 sends a, and says that it knows of b",
        system: || System::judged_by(add_wins(), Merkle::new(Scoped::<WholeContext>::new())).into(),
    },
    Specimen {
        name: "delta_sent_once",
        mistake: "a delta counts as told when it was sent",
        known_from: "buffers that are cleared after sending, over links that lose",
        harm: "what one message brought is lost for whoever did not get that message",
        caught_by: "settles",
        needs: &[],
        story: "n0 adds; its message to n1 is lost",
        system: || owing(Slip::SendsOnce).into(),
    },
    Specimen {
        name: "acknowledged_before_durable",
        mistake: "what came is acknowledged before it is on the disk",
        known_from: "answering first and flushing in the background",
        harm: "whoever crashes after the answer lacks for ever what others think that it has",
        caught_by: "settles",
        needs: &[Need::OwnSaving, Need::FewRequests],
        story: "n0 tells n1, n1 acknowledges, crashes and comes back without it",
        system: || owing(Slip::AcknowledgesUnsaved).into(),
    },
    Specimen {
        name: "sequence_number_not_durable",
        mistake: "the number of the last own delta is kept in memory only, and begins anew after a crash",
        known_from: "counters that are not part of what is saved",
        harm: "what is issued after a crash is taken for a duplicate of what was issued before",
        caught_by: "settles",
        needs: &[],
        story: "n0 adds, as its first; crashes, comes back, and adds something else as its first",
        system: || owing(Slip::ForgetsNumber).into(),
    },
    Specimen {
        name: "only_own_deltas_forwarded",
        mistake: "a replica tells its neighbours of its own updates and not of others'",
        known_from: "protocols that were only tried where everybody hears everybody",
        harm: "in a ring or a line, who is two steps away hears nothing",
        caught_by: "settles",
        needs: &[Need::Replicas(4), Need::Ring],
        story: "n0 adds; n1 and n3 hear of it, and n2 does not",
        system: || owing(Slip::OwnOnly).into(),
    },
    Specimen {
        name: "watermark_over_a_gap",
        mistake: "a digest gives the highest number that came of each origin, though lower ones are missing",
        known_from: "version vectors that are raised by whatever comes",
        harm: "what lies in the gap is never asked for",
        caught_by: "settles",
        needs: &[],
        story: "n0 adds twice; the first message to n1 is lost, the second comes",
        system: || System::judged_by(add_wins(), Watermark::marking(Mark::Highest, TaggedOrSet::new())).into(),
    },
    Specimen {
        name: "buffer_seen_too_soon",
        mistake: "what came early is looked at before the next message is taken in and not after, and digests repair it",
        known_from: "folklore: fast paths that were broken for years, above an anti-entropy that covered it up",
        harm: "what has long arrived is shown only after another message or the next exchange of digests",
        caught_by: "delivered",
        needs: &[Need::NoLoss],
        story: "n0 adds twice; the second comes to n1, then the first: the second waits for whatever comes next",
        system: || System::judged_by(add_wins(), Pushed::looking(Look::Before, TaggedOrSet::new())).into(),
    },
    Specimen {
        name: "state_shared_with_messages",
        mistake: "a message under way is the live state itself and no copy of it",
        known_from: "simulations and actor systems that pass references, and reused send buffers",
        harm: "tests in one process see updates arrive faster than any message, and miss what a network does",
        caught_by: "spec",
        needs: &[],
        story: "n0 sends its state, adds, and n1 takes in the message: the add is in it",
        system: || System::judged_by(add_wins(), SharedState::sending(Sent::Buffer, OrSet::new())).into(),
    },
];

/// Deltas that are owed, with a mistake.
pub(super) fn owing(slip: Slip) -> System<SetOp<String>, BTreeSet<String>> {
    System::judged_by(add_wins(), Owing::slipping(slip, TaggedOrSet::new()))
}

/// The protocols and rows that are wrong by a slip, without it.
pub(super) fn sound() -> Vec<Sound> {
    let rows = System::judged_by(add_wins(), Merkle::new(Tags::<Sorted>::new()));
    let contexts = System::judged_by(add_wins(), Merkle::new(Scoped::<OwnContext>::new()));
    let hashes = System::judged_by(add_wins(), Crossed::hashing(Hashing::All).sure());
    let marks = System::judged_by(add_wins(), Watermark::marking(Mark::Prefix, TaggedOrSet::new()));
    let copies = System::judged_by(add_wins(), SharedState::sending(Sent::Copy, OrSet::new()));
    let pushed = System::judged_by(add_wins(), Pushed::looking(Look::After, TaggedOrSet::new()));
    vec![
        ("rows", &[], rows.into()),
        ("rows with their own context", &[], contexts.into()),
        ("hashes of all that stands there", &[], hashes.into()),
        ("numbers for all up to them", &[], marks.into()),
        ("messages of their own", &[], copies.into()),
        ("updates pushed in causal order", &[], pushed.clone().into()),
        ("updates pushed in causal order, where nothing is lost", &[Need::NoLoss], pushed.into()),
        ("deltas", &[], owing(Slip::None).into()),
        ("deltas, saved by itself", &[Need::OwnSaving], owing(Slip::None).into()),
        ("deltas, in a ring", &[Need::Replicas(4), Need::Ring], owing(Slip::None).into()),
    ]
}
