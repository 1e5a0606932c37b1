//! What broadcasts cost: rounds, messages and bytes until an update is everywhere.
//!
//! The tests hold the figures of the literature; `reports/message_complexity.md` has them all.

mod measured;

use measured::message_complexity::{MANY, Mesh, PERIOD, SEEDS, bytes_each, epidemic_share, median, most_rounds, relay};
use squall::zoo::broadcast::{Ground, Mode, Plumtree};

#[track_caller]
fn arrives_in_time(mode: Mode) {
    for (loss_percent, seeds) in [(0, SEEDS / 5), (10, SEEDS)] {
        for fan_out in 1..=3 {
            let costs = Mesh { replicas: MANY, loss_percent }.gossip(seeds, mode, fan_out);
            let what = format!("{} to {fan_out} with {loss_percent} % loss", mode.name());
            assert!(costs.iter().all(|cost| cost.reached == MANY as usize), "{what} reaches all");
            let rounds = median(costs.iter().map(|cost| cost.rounds));
            assert!(rounds <= most_rounds(MANY), "{what} takes {rounds} rounds");
            assert!(rounds >= 3, "{what} takes {rounds} rounds, and nobody can tell a thousand in so few");
        }
    }
}

#[test]
fn a_push_that_goes_on_is_everywhere_within_three_log_n_rounds() {
    assert_eq!(most_rounds(MANY), 29);
    arrives_in_time(Mode::Push);
}

#[test]
fn a_pull_that_goes_on_is_everywhere_within_three_log_n_rounds() {
    arrives_in_time(Mode::Pull);
}

#[test]
fn a_push_pull_that_goes_on_is_everywhere_within_three_log_n_rounds() {
    arrives_in_time(Mode::PushPull);
}

#[test]
fn rounds_grow_with_the_logarithm() {
    let rounds = |replicas| {
        let costs = Mesh { replicas, loss_percent: 10 }.gossip(SEEDS / 5, Mode::Push, 1);
        median(costs.into_iter().map(|cost| cost.rounds))
    };
    let (few, many) = (rounds(30), rounds(900));
    assert!(few < many && many <= 2 * few + 4, "{few} rounds for 30, {many} for their square");
}

#[test]
fn forwarding_once_reaches_the_share_that_an_epidemic_does() {
    for loss_percent in [0, 10] {
        let mesh = Mesh { replicas: MANY, loss_percent };
        for fan_out in [2, 3] {
            let reached = mesh.forward_once(SEEDS, fan_out);
            let share = median(reached.iter().copied()) as f64 / f64::from(MANY);
            let expected = epidemic_share(fan_out, loss_percent);
            assert!((share - expected).abs() < 0.02, "{share} of all by {fan_out}, not {expected:.3}");
            assert!(reached.iter().all(|reached| *reached < MANY as usize));
        }
        assert!(median(mesh.forward_once(SEEDS, 1)) < MANY as usize / 10, "a rumour told to one dies out");
    }
}

#[test]
fn eager_relaying_takes_n_times_n_minus_one_messages() {
    for replicas in [10, 100, 500] {
        assert_eq!(Mesh { replicas, loss_percent: 0 }.eager(), u64::from(replicas) * u64::from(replicas - 1));
    }
}

#[test]
fn a_push_tree_moves_a_body_along_its_branches_only() {
    let tree = bytes_each(|| Plumtree::on(Ground::PERFECT.sparse(), PERIOD));
    let flood = bytes_each(relay);
    assert!(flood > 1000 * 5 * 200, "every link, both ways: {flood}");
    // One body for each of 199 branches; names, digests and the first flood come on top.
    assert!((199_000..300_000).contains(&tree), "{tree}");
}
