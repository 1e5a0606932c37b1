//! Right systems hold under every check that applies to them, in the hostile world.

use squall::base::{Identity, ReplicaId, Span};
use squall::model::set::add_wins;
use squall::run::{STANDARD, hostile, trial};
use squall::zoo::broadcast::{
    BestEffort, Body, Causal, Dependent, Eager, Fifo, Flood, ForwardOnce, Gossip, Ground, Layer, Mode, Once, Plumtree,
    Post, Promise, Retransmit, Sequenced, Stable,
};
use squall::zoo::set::TaggedOrSet;
use squall::zoo::specimen::{self, Need};
use squall::zoo::sync::{AsDeltas, Fetch, FullState, Intervals, Merkle};
use squall::zoo::{AnySystem, System, collect};

const SEEDS: u64 = if cfg!(debug_assertions) { 10 } else { 200 };
const PERIOD: Span = Span::millis(20);

/// Runs a system under all checks that apply, and these; it settles only where that is named. None may find
/// anything, and each promise must have been put to the test.
#[track_caller]
fn holds(system: impl Into<AnySystem>, needs: &[Need], also: &[&str]) {
    let system: AnySystem = system.into();
    let promised: Vec<&str> = system.checks().to_vec();
    let mut checks: Vec<&str> = [&promised[..], &STANDARD, also].concat();
    checks.retain(|name| *name != "settles" || also.contains(name));
    let trial = trial(system, &hostile(needs), &checks, 0..SEEDS);
    assert_eq!(trial.found, None);
    for (name, judged) in &trial.judged {
        let must = promised.contains(name) || also.contains(name);
        assert!(!must || *judged > 0, "`{name}` had nothing to judge");
    }
}

/// A stack of layers in the hostile world, where senders die half way, and where nothing is lost.
#[track_caller]
fn stack<L: Layer<Body = String, Wire: 'static> + 'static>(stack: Result<L, squall::zoo::broadcast::Misfit>) {
    let stack = stack.expect("the layers fit");
    let also: &[&str] = if stack.promises().has(Promise::Reliable) { &["settles"] } else { &[] };
    holds(System::broadcasting(stack.clone()), &[], also);
    holds(System::broadcasting(stack.clone()), &[Need::HalfSent, Need::LateDuplicates], also);
    holds(System::broadcasting(stack), &[Need::NoLoss], &["delivered"]);
}

fn retransmit<B: Body>() -> Retransmit<B> {
    Retransmit::on(Ground::HOSTILE, PERIOD, 1000)
}

fn relay<B: Body>() -> Eager<B, Retransmit<Post<B>>> {
    Eager::over(retransmit()).expect("retransmission reaches all")
}

fn gossip<B: Body>(mode: Mode) -> Gossip<B> {
    Gossip::on(Ground::HOSTILE, mode, 1, PERIOD)
}

fn plumtree<B: Body>() -> Plumtree<B> {
    Plumtree::on(Ground::HOSTILE, PERIOD)
}

#[test]
fn suppression_hears_nothing_twice() {
    stack(Ok(Once::over(BestEffort::on(Ground::HOSTILE), 64)));
    stack(Ok(ForwardOnce::on(Ground::HOSTILE, 2)));
    stack(Ok(retransmit()));
}

#[test]
fn reliable_broadcasts_agree() {
    stack(Ok(relay()));
    stack(Ok(plumtree()));
    stack(Ok(Flood::on(Ground::HOSTILE, PERIOD)));
    for mode in [Mode::Push, Mode::Pull, Mode::PushPull] {
        stack(Ok(gossip(mode)));
    }
}

#[test]
fn reliable_broadcasts_agree_also_where_a_sender_dies_for_good() {
    holds(System::broadcasting(relay()), &[Need::DiesHalfSent], &["settles"]);
    holds(System::broadcasting(gossip(Mode::PushPull)), &[Need::DiesHalfSent], &["settles"]);
}

#[test]
fn fifo_order_is_kept() {
    stack(Fifo::over(retransmit()));
    stack(Fifo::over(gossip(Mode::PushPull)));
}

#[test]
fn causal_order_is_kept() {
    stack(Causal::over(relay()));
    stack(Causal::over(gossip(Mode::Push)));
    stack(Causal::over(plumtree()));
    stack(Dependent::over(relay()));
    stack(Dependent::over(gossip(Mode::PushPull)));
    stack(Dependent::over(plumtree()));
}

#[test]
fn total_order_is_kept() {
    stack(Sequenced::over(BestEffort::on(Ground::HOSTILE), ReplicaId(0), PERIOD, 1000));
    stack(Sequenced::over(gossip(Mode::PushPull), ReplicaId(1), PERIOD, 1000));
}

#[test]
fn what_is_called_stable_is_safe_with_all() {
    let system = || {
        let causal = Causal::over(gossip(Mode::PushPull)).expect("gossip is reliable");
        System::broadcasting(Stable::over(causal, PERIOD).expect("causal order is there"))
    };
    holds(system(), &[], &["stability", "settles"]);
    holds(system(), &[Need::GoneForGood], &["stability"]);
}

#[test]
fn what_collection_counts_on_is_safe_with_all() {
    let set = || collect::Stable::new(TaggedOrSet::<String>::new(), (0..3).map(Identity)).saved_before_seen();
    holds(System::of(FullState::new(set())), &[], &["stability", "settles"]);
    holds(System::of(Intervals::new(set())), &[Need::LongAbsence], &["stability", "settles"]);
}

#[test]
fn syncs_by_digest_are_quiet_when_all_know_all() {
    let set = TaggedOrSet::<String>::new;
    for needs in [&[][..], &[Need::LateDuplicates], &[Need::FewRequests]] {
        holds(System::judged_by(add_wins(), Merkle::new(set())), needs, &["settles"]);
        holds(System::judged_by(add_wins(), Fetch::<_, AsDeltas>::new(set())), needs, &["settles"]);
    }
}

#[test]
fn what_specimens_are_made_of_holds_without_the_mistake() {
    for (what, needs, system) in specimen::sound() {
        println!("{what} {needs:?}");
        holds(system, needs, &["settles"]);
    }
}
