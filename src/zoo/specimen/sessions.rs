//! Systems that break what they promise to one client: that what it sees fits together.

mod homes;

use std::collections::BTreeSet;

use homes::{Homed, Rule};

use super::broadcast::{gossip, retransmit};
use super::sync::{Slip, owing};
use super::{Need, Sound, Specimen};
use crate::model::set::{SetOp, add_wins};
use crate::zoo::broadcast::{Causal, Fifo};
use crate::zoo::set::{OrSet, TaggedOrSet};
use crate::zoo::sync::{AnyOrder, FullState, Intervals, Synced};
use crate::zoo::{AnySystem, Asked, System, Viewed};

/// All of them.
pub(super) const ALL: &[Specimen] = &[
    Specimen {
        name: "reads_where_they_come",
        mistake: "writes are handed on to the replica where their client is at home, and reads are answered anywhere",
        known_from: "read replicas behind a primary, which lag (Designing Data-Intensive Applications, chapter 5)",
        harm: "who has just posted something reloads the page, and it is gone",
        caught_by: "read_your_writes",
        needs: &[Need::Roaming, Need::Reading],
        story: "c0 writes at n1, which hands it on to n0 and is told that it is done; then c0 reads at n1",
        system: || homed(Rule::Writes).held_to("read_your_writes").into(),
    },
    Specimen {
        name: "gossip_without_session_tokens",
        mistake: "clients move between replicas that gossip, and bring nothing along that says what they have seen",
        known_from: "Session Guarantees for Weakly Consistent Replicated Data (1994), which has tokens for that",
        harm: "messages that were there a moment ago are gone, and come back",
        caught_by: "monotonic_reads",
        needs: &[Need::Roaming, Need::Reading],
        story: "n0 has an update that n1 lacks; c0 reads at n0, then at n1",
        system: || System::judged_by(add_wins(), FullState::new(OrSet::new())).held_to("monotonic_reads").into(),
    },
    Specimen {
        name: "writes_as_they_come",
        mistake: "each write is sent until it is acknowledged, and taken in as it comes, before or after the earlier one",
        known_from: "retries on top of a network that reorders, without numbers",
        harm: "a friend is invited to the album before the picture is taken out that they must not see",
        caught_by: "monotonic_writes",
        needs: &[],
        story: "c0 writes a, then b, at n0; the message with a is lost, and b comes to n1",
        system: || System::broadcasting(retransmit()).held_to("monotonic_writes").into(),
    },
    Specimen {
        name: "order_by_sender_only",
        mistake: "each replica's updates come in order, and nothing is said of what their clients had read before",
        known_from: "one ordered log for each server, as change feeds have it, taken for causal order",
        harm: "an answer is shown, and the question it answers is not",
        caught_by: "writes_follow_reads",
        needs: &[],
        story: "c0 writes a question at n0; c1 reads it at n1 and answers; n2 has the answer first",
        system: || {
            let fifo = Fifo::over(retransmit()).expect("nothing comes twice");
            System::broadcasting(fifo).held_to("writes_follow_reads").into()
        },
    },
    Specimen {
        name: "own_updates_in_a_mesh",
        mistake: "a replica tells everybody its own updates, and nobody those that it heard of and builds upon",
        known_from: "protocols that count on everybody hearing everybody, and do hear of everything in the end",
        harm: "all agree in the end, and until then effects are shown without their causes",
        caught_by: "consistent_prefix",
        needs: &[],
        story: "n0 adds, and n1 hears of it and removes it; n2 hears of the removal first",
        system: || owing(Slip::OwnOnly).held_to("consistent_prefix").into(),
    },
    Specimen {
        name: "deltas_in_any_order_called_a_prefix",
        mistake: "deltas that may be joined in any order are joined as they come, under the promise of a prefix",
        known_from: "deltas of an idempotent and commutative join, without the causal intervals that go with them",
        harm: "a snapshot at one place has things in it that never were together",
        caught_by: "consistent_prefix",
        needs: &[],
        story: "n0 adds twice; the first delta is lost, and the second comes",
        system: || System::judged_by(add_wins(), AnyOrder::new(TaggedOrSet::new())).held_to("consistent_prefix").into(),
    },
];

/// What can be promised to sessions.
const GUARANTEES: [&str; 5] =
    ["read_your_writes", "monotonic_reads", "monotonic_writes", "writes_follow_reads", "consistent_prefix"];

fn homed(rule: Rule) -> System<SetOp<String>, BTreeSet<String>> {
    System::made(add_wins(), move |_, pace| Homed::handing_on(rule, Synced::new(FullState::new(OrSet::new()), pace)))
}

/// Held to these guarantees.
fn promising<O: Asked, V: Viewed>(system: System<O, V>, guarantees: &[&'static str]) -> AnySystem
where
    AnySystem: From<System<O, V>>,
{
    guarantees.iter().fold(system, |system, guarantee| system.held_to(guarantee)).into()
}

/// What keeps the guarantees: for clients who stay, what never has an effect without its cause; for those who
/// move, only what takes them home.
pub(super) fn sound() -> Vec<Sound> {
    let set = || TaggedOrSet::<String>::new();
    let state = System::judged_by(add_wins(), FullState::new(OrSet::new()));
    let intervals = System::judged_by(add_wins(), Intervals::new(set()));
    let fifo = System::broadcasting(Fifo::over(retransmit()).expect("nothing comes twice"));
    let causal = System::broadcasting(Causal::over(gossip()).expect("gossip is reliable"));
    let stays: &[Need] = &[Need::Reading];
    vec![
        ("sessions on full states", stays, promising(state, &GUARANTEES)),
        ("sessions on causal intervals", stays, promising(intervals, &GUARANTEES)),
        ("sessions on deltas that are owed", stays, promising(owing(Slip::None), &GUARANTEES)),
        ("sessions on causal order", stays, promising(causal, &GUARANTEES)),
        ("sessions on order by sender", stays, promising(fifo, &GUARANTEES[..3])),
        (
            "sessions of clients who are sent home",
            &[Need::Roaming, Need::Reading],
            promising(homed(Rule::Everything), &GUARANTEES),
        ),
    ]
}
