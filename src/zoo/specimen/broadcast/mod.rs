//! Broadcasts that are wrong.

mod meddled;
mod orders;
mod over;
mod reports;

use meddled::{BusyAndSilent, FirstAcknowledges, Meddle, Meddled};
use orders::{Clocks, NamesLast, Placeholders, Slip, Window};
use over::{Over, Trick};
use reports::{Reports, Rule};

use super::{Need, Sound, Specimen};
use crate::base::{ReplicaId, Span};
use crate::zoo::broadcast::{BestEffort, Body, Causal, Gossip, Ground, Layer, Mode, Retransmit, Sequenced, Stable};
use crate::zoo::{AnySystem, System};

/// All of them.
pub(super) const ALL: &[Specimen] = &[
    Specimen {
        name: "no_suppression",
        mistake: "what the network repeats is delivered again",
        known_from: "taking what goes through a socket for what was sent",
        harm: "a message is shown twice, a deposit is booked twice",
        caught_by: "duplication",
        needs: &[],
        story: "n0 says something, and the network gives n1 two copies",
        system: || System::broadcasting(BestEffort::on(Ground::HOSTILE)).held_to("duplication").into(),
    },
    Specimen {
        name: "short_memory",
        mistake: "duplicates are known from a window of the latest posts, and come later than that",
        known_from: "windows and times to live of identifiers in message queues",
        harm: "a message is shown a second time, long after",
        caught_by: "duplication",
        needs: &[Need::LateDuplicates],
        story: "n0 says four things; a copy of the first comes to n1 after the fourth",
        system: || mistaken(BestEffort::on(Ground::HOSTILE), Window::default(), "duplication"),
    },
    Specimen {
        name: "fifo_by_arrival",
        mistake: "posts are numbered where they arrive, and so they are always in order",
        known_from: "taking the order of receipt for the order of sending",
        harm: "a correction is overwritten by what it corrected",
        caught_by: "fifo",
        needs: &[],
        story: "n0 says a, then b; b overtakes a on the way to n1",
        system: || System::broadcasting(retransmit()).held_to("fifo").into(),
    },
    Specimen {
        name: "clock_counts_receipts",
        mistake: "a vector clock for causal delivery is also incremented on receipt",
        known_from: "texts that give causal delivery the rules of vector clocks for events, which count receipts",
        harm: "as soon as two have spoken, the rest waits for posts that there never were",
        caught_by: "agreement",
        needs: &[],
        story: "n0 says a; n1 takes it in and says b, which counts as its second",
        system: || mistaken(gossip(), Clocks::slipping(Slip::CountsReceipts), "agreement"),
    },
    Specimen {
        name: "forgets_own_gap",
        mistake: "a causal layer compares the entries of all others and not the sender's own",
        known_from: "the rule `m[i] <= local[i] for every other i` without its first half",
        harm: "an answer is shown before the question of the same person",
        caught_by: "causal",
        needs: &[],
        story: "n0 says a, then b; b comes to n1 first",
        system: || mistaken(retransmit(), Clocks::slipping(Slip::ForgetsOwnGap), "causal"),
    },
    Specimen {
        name: "buffer_seen_once",
        mistake: "after a delivery the buffer is gone through once, and not until nothing more is ready",
        known_from: "folklore: a loop over the buffer without the loop around it",
        harm: "a message waits until another one arrives, and the last one for ever",
        caught_by: "agreement",
        needs: &[],
        story: "c and b wait at n1 in this order for a; a comes, then b is delivered, and c is not looked at again",
        system: || mistaken(gossip(), Clocks::slipping(Slip::LooksOnce), "agreement"),
    },
    Specimen {
        name: "names_only_the_last",
        mistake: "a post names the last one that its sender delivered, and no other that is concurrent to it",
        known_from: "reply-to fields, taken for dependency lists",
        harm: "an answer to two questions is shown before one of them",
        caught_by: "causal",
        needs: &[],
        story: "n0 says a, n1 says b; n2 has both, b last, and says c; n1 takes in c before a",
        system: || mistaken(retransmit(), NamesLast::default(), "causal"),
    },
    Specimen {
        name: "only_the_sender_relays",
        mistake: "nobody passes on what a sender could not tell all, since it died half way",
        known_from: "the usual example of why best effort is not reliable broadcast",
        harm: "some have a message for ever, and the others never will",
        caught_by: "agreement",
        needs: &[Need::DiesHalfSent],
        story: "n0 tells n1, dies before it tells n2, and does not come back",
        system: || System::broadcasting(retransmit()).held_to("agreement").into(),
    },
    Specimen {
        name: "first_acknowledgement_counts",
        mistake: "a post is not sent again once anybody has acknowledged it",
        known_from: "a flag in place of a set of those who are still to answer",
        harm: "whoever lost the first copy never gets another",
        caught_by: "agreement",
        needs: &[],
        story: "n0 tells n1 and n2; the copy to n2 is lost, and n1 acknowledges",
        system: || meddled::<_, FirstAcknowledges>(retransmit(), "agreement"),
    },
    Specimen {
        name: "causal_taken_for_total",
        mistake: "causal order is taken for one order for all",
        known_from: "folklore: what is concurrent comes in some order, so why not in the same one",
        harm: "two replicas that carry out the same operations one by one end up with different results",
        caught_by: "total",
        needs: &[],
        story: "n0 says a and n1 says b, and neither knows of the other's",
        system: || System::broadcasting(Causal::over(gossip()).expect("gossip is reliable")).held_to("total").into(),
    },
    Specimen {
        name: "placeholder_for_the_missing",
        mistake: "a gap in a sender's posts is filled with a placeholder, which counts as delivered",
        known_from: "messengers that show that a message could not be loaded, and throw it away when it comes",
        harm: "what was said is never shown, and what is shown was never said",
        caught_by: "creation",
        needs: &[],
        story: "n0 says a, then b; b comes to n1 first",
        system: || mistaken(retransmit(), Placeholders::default(), "creation"),
    },
    Specimen {
        name: "busy_and_silent",
        mistake: "what is asked for while an earlier post waits for its place is accepted and dropped",
        known_from: "a guard against sending twice at a time, below code that has already said yes",
        harm: "a user was told that it is under way, and nobody will ever see it",
        caught_by: "settles",
        needs: &[],
        story: "n1 submits a to the sequencer; before a has its place, it accepts b",
        system: || {
            let below = BestEffort::on(Ground::HOSTILE);
            let sequenced = Sequenced::over(below, ReplicaId(0), PERIOD, 1000).expect("all are linked");
            meddled::<_, BusyAndSilent>(sequenced, "total")
        },
    },
    Specimen {
        name: "stable_by_own_view",
        mistake: "a replica calls stable what it has delivered itself",
        known_from: "taking the own entry of the matrix clock for its minimum",
        harm: "garbage is collected that others still need, and comes back as news",
        caught_by: "stability",
        needs: &[],
        story: "n0 says a, and calls it stable before anybody has it",
        system: || mistaken(retransmit(), Reports::by(Rule::OwnView), "stability"),
    },
    Specimen {
        name: "stable_when_received",
        mistake: "members report what has come to them, though some of it waits in a buffer for what has not",
        known_from: "acknowledging at the socket what counts only once it is delivered",
        harm: "what is called stable is not part of some member's state, which collection counts on",
        caught_by: "stability",
        needs: &[],
        story: "b overtakes a on its way to n1; n1 reports two of n0; n0 calls a stable",
        system: || mistaken(retransmit(), Reports::by(Rule::AllReceived), "stability"),
    },
    Specimen {
        name: "stable_without_the_joiner",
        mistake: "the minimum goes over those who have reported so far, and forgets a member that has not",
        known_from: "matrix clocks in maps that grow when somebody is heard of",
        harm: "what is collected is missing for whoever had not spoken yet",
        caught_by: "stability",
        needs: &[],
        story: "n0 and n1 have a and have said so; n2 has neither heard nor said anything",
        system: || mistaken(retransmit(), Reports::by(Rule::ThoseHeardOf), "stability"),
    },
    Specimen {
        name: "stable_before_durable",
        mistake: "the right layer under a broken contract: what it tells of is not on the disk yet",
        known_from: "acknowledgements that leave before the disk has answered",
        harm: "a member comes back without what everybody has collected since",
        caught_by: "stability",
        needs: &[Need::SavedNowAndThen],
        story: "n1 says that it has a; n0 calls a stable; n1 has not saved since",
        system: || {
            let below = Causal::over(gossip()).expect("gossip is reliable");
            System::broadcasting(Stable::over(below, PERIOD).expect("causal order is there")).into()
        },
    },
];

const PERIOD: Span = Span::millis(20);

pub(super) fn retransmit<B: Body>() -> Retransmit<B> {
    Retransmit::on(Ground::HOSTILE, PERIOD, 1000)
}

pub(super) fn gossip<B: Body>() -> Gossip<B> {
    Gossip::on(Ground::HOSTILE, Mode::PushPull, 1, PERIOD)
}

/// A layer that does such a trick over another, and is held to a check.
fn mistaken<T, L>(below: L, trick: T, check: &'static str) -> AnySystem
where
    T: Trick + 'static,
    L: Layer<Body = T::Worn, Wire: 'static> + 'static,
{
    System::broadcasting(Over::new(below, trick)).held_to(check).into()
}

/// A layer that is not told everything, and is held to a check.
fn meddled<L, M>(layer: L, check: &'static str) -> AnySystem
where
    L: Layer<Body = String, Wire: 'static> + 'static,
    M: Meddle<L> + 'static,
{
    System::broadcasting(Meddled::<L, M>::with(layer)).held_to(check).into()
}

/// The layers that are wrong by a slip, without it.
pub(super) fn sound() -> Vec<Sound> {
    let causal = System::broadcasting(Over::new(gossip(), Clocks::slipping(Slip::None)));
    let causal = ["duplication", "agreement", "fifo", "causal"].into_iter().fold(causal, System::held_to);
    let stable = mistaken(retransmit(), Reports::by(Rule::AllDelivered), "agreement");
    vec![("causal order", &[], causal.into()), ("stability", &[], stable)]
}
