//! Which layers stand on which, and what those hear that do not fit.

use super::*;
use crate::base::{ReplicaId, Span};

const PERIOD: Span = Span::millis(10);
const LOSES: Ground = Ground { loses: true, ..Ground::PERFECT };

fn best_effort<B: Body>(ground: Ground) -> BestEffort<B> {
    BestEffort::on(ground)
}

fn retransmit<B: Body>(ground: Ground) -> Retransmit<B> {
    Retransmit::on(ground, PERIOD, 100)
}

fn gossip<B: Body>(ground: Ground) -> Gossip<B> {
    Gossip::on(ground, Mode::PushPull, 1, PERIOD)
}

#[track_caller]
fn stands<L: Layer>(stack: Result<L, Misfit>, title: &str) -> L {
    let stack = stack.unwrap_or_else(|misfit| panic!("{misfit}"));
    assert_eq!(stack.title(), title);
    stack
}

#[track_caller]
fn falls<L: Layer>(stack: Result<L, Misfit>, why: &str) {
    match stack {
        Ok(stack) => panic!("{} stands", stack.title()),
        Err(misfit) => assert_eq!(misfit.to_string(), why),
    }
}

#[test]
fn causal_stands_on_gossip_on_links_that_do_everything_wrong() {
    let stack: Causal<String, _> = stands(
        Causal::over(gossip(Ground::HOSTILE.sparse())),
        "causal order by vector clocks over gossip by push-pull on sparse links that lose, repeat and reorder",
    );
    assert!(stack.promises().has(Promise::Causal) && !stack.promises().has(Promise::Total));
}

#[test]
fn causal_stands_on_relaying_over_retransmission() {
    let below = Eager::over(retransmit(LOSES)).unwrap();
    let title = "causal order by dependency lists over eager relaying over retransmission on links that lose";
    let _: Dependent<String, _> = stands(Dependent::over(below), title);
}

#[test]
fn stability_and_total_order_say_what_they_stand_on() {
    let causal = Causal::over(Plumtree::on(LOSES, PERIOD)).unwrap();
    let title = "causal stability over causal order by vector clocks over a push tree on links that lose";
    let _: Stable<String, _> = stands(Stable::over(causal, PERIOD), title);
    let below = Once::over(best_effort(LOSES), 8);
    let title = "total order by a sequencer over suppression of duplicates over best effort on links that lose";
    let stack: Sequenced<String, _> = stands(Sequenced::over(below, ReplicaId(0), PERIOD, 8), title);
    assert!(stack.promises().has(Promise::Total) && stack.promises().has(Promise::Causal));
}

#[test]
fn relaying_needs_links_that_reach() {
    falls::<Eager<String, _>>(
        Eager::over(best_effort(LOSES)),
        "eager relaying cannot stand on best effort on links that lose: it needs that what a live replica sends \
         comes to each live neighbour; put retransmission below it",
    );
}

#[test]
fn fifo_needs_a_reliable_layer() {
    let why = "it needs that what a live replica broadcasts is delivered by every live replica; put \
               retransmission on a full mesh, gossip or a push tree below it";
    falls(
        Fifo::over(retransmit::<String>(LOSES.sparse())),
        &format!("FIFO order cannot stand on retransmission on sparse links that lose: {why}"),
    );
    let why = format!(
        "FIFO order cannot stand on forwarding once to 3 on links without faults: it needs that what a live replica \
         sends comes to each live neighbour, and that {}",
        why.strip_prefix("it needs that ").unwrap()
    );
    falls(Fifo::over(ForwardOnce::<String>::on(Ground::PERFECT, 3)), &why);
}

#[test]
fn causal_needs_what_survives_its_sender() {
    falls::<Causal<String, _>>(
        Causal::over(Fifo::over(retransmit(LOSES)).unwrap()),
        "causal order by vector clocks cannot stand on FIFO order over retransmission on links that lose: it needs \
         that what one replica delivers all deliver, also where the sender died half way; put eager relaying, \
         gossip or a push tree below it",
    );
}

#[test]
fn stability_needs_causal_order() {
    falls::<Stable<String, _>>(
        Stable::over(Fifo::over(gossip(LOSES)).unwrap(), PERIOD),
        "causal stability cannot stand on FIFO order over gossip by push-pull on links that lose: it needs that \
         what a sender had delivered is delivered before what it says; put causal order below it",
    );
}

#[test]
fn a_sequencer_must_be_heard_by_all() {
    falls::<Sequenced<String, _>>(
        Sequenced::over(gossip(LOSES.sparse()), ReplicaId(0), PERIOD, 8),
        "total order by a sequencer cannot stand on gossip by push-pull on sparse links that lose: it needs that \
         every two replicas are linked; put a full mesh below it",
    );
}

#[test]
fn whoever_uses_a_stack_can_say_what_it_needs() {
    let stack = Fifo::over(gossip::<String>(LOSES)).unwrap();
    assert_eq!(stack.carry("a counter", Promises::of(&[Promise::NoDuplicates, Promise::Reliable])), Ok(()));
    let misfit = stack.carry("a text", Promises::of(&[Promise::NoDuplicates, Promise::Causal])).unwrap_err();
    assert!(misfit.to_string().starts_with("a text cannot stand on FIFO order over gossip"), "{misfit}");
    assert_eq!(misfit.lacks, Promises::of(&[Promise::Causal]).without(Promises::of(&[Promise::Fifo])));
}
