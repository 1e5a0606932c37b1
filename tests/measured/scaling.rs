//! What grows with what: gossip with replicas, full states and deltas with replicas, Merkle trees with keys.

use std::fmt::Write;

use squall::base::{ReplicaId, Seed, Span};
use squall::model::counter::GrowOp;
use squall::replica::Scripted;
use squall::scenario::{Scenario, Topology};
use squall::zoo::broadcast::Mode;
use squall::zoo::counter::GCounter;
use squall::zoo::sync::{Ask, FullState, Intervals, Pace};

use super::lived::{self, grouped};
use super::message_complexity::Mesh;
use super::sync_costs::{Comparison, Traffic, at, lww_set, run};

/// How many seeds a median is of.
const SEEDS: u64 = 9;

fn median(mut figures: Vec<u64>) -> u64 {
    figures.sort_unstable();
    figures[figures.len() / 2]
}

fn gossip(text: &mut String) {
    text.push_str(
        "## Gossip: rounds and messages against replicas\n\n\
         One update in a full mesh, until the last replica has it; medians of nine seeds. Push-pull to one other a round, \
         and push to two. No message is lost.\n\n\
         | replicas | log2 n | rounds, push-pull | messages | of n·log2 n | rounds, push to two | messages | of n·log2 n \
         |\n|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for power in 3..=12_u32 {
        let replicas = 1 << power;
        let mesh = Mesh { replicas, loss_percent: 0 };
        let mut row = format!("| {} | {power} |", grouped(u64::from(replicas)));
        for (mode, fan_out) in [(Mode::PushPull, 1), (Mode::Push, 2)] {
            let costs = mesh.gossip(SEEDS, mode, fan_out);
            assert!(costs.iter().all(|cost| cost.reached == replicas as usize));
            let rounds = median(costs.iter().map(|cost| cost.rounds).collect());
            let messages = median(costs.iter().map(|cost| cost.messages).collect());
            let share = 100 * messages / (u64::from(replicas) * u64::from(power));
            let _ = write!(row, " {rounds} | {} | {}.{:02} |", grouped(messages), share / 100, share % 100);
        }
        let _ = writeln!(text, "{row}");
    }
}

/// Bytes of three seconds of gossip among so many replicas that all have counted once, while one of them counts ten times
/// more: by full states, and by deltas.
fn counting(replicas: u32) -> [Traffic; 2] {
    let mut scenario = Scenario::new(replicas);
    scenario.topology = Topology::RandomRegular { degree: 4, seed: Seed(1) };
    (scenario.duration, scenario.settle) = (Span::secs(3), Span::secs(2));
    let once = (0..replicas).map(|slot| Scripted::new(at(u64::from(slot) % 100), ReplicaId(slot), increment()));
    let more = (0..10).map(|nth| Scripted::new(at(2000 + 100 * nth), ReplicaId(0), increment()));
    let script: Vec<_> = once.chain(more).collect();
    let pace = Pace::each(Span::millis(100));
    let (full, _) = run(scenario.clone(), FullState::new(GCounter::new()), pace, &script, at(2000));
    let (deltas, _) = run(scenario, Intervals::new(GCounter::new()), pace, &script, at(2000));
    [full, deltas]
}

fn increment() -> Ask<GrowOp> {
    Ask::Do(GrowOp::Increment(1))
}

fn states_and_deltas(text: &mut String) {
    text.push_str(
        "\n## Full states against deltas: bytes against replicas\n\n\
         A G-Counter with a slot for each replica, all of which have counted once; then one of them counts ten times in \
         a second. Four neighbours each, one of which hears from it every tenth of a second. Bytes from then on, for three \
         seconds, all replicas together, and for one message in the mean.\n\n\
         | replicas | full states | a message | deltas | a message | full states cost |\n|---:|---:|---:|---:|---:|---:|\n",
    );
    for replicas in [10, 30, 100, 300, 1000] {
        let [full, deltas] = counting(replicas);
        let each = |traffic: Traffic| traffic.bytes / traffic.messages.max(1);
        let times = full.bytes / deltas.bytes.max(1);
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {times} times as much |",
            grouped(u64::from(replicas)),
            grouped(full.bytes),
            grouped(each(full)),
            grouped(deltas.bytes),
            grouped(each(deltas))
        );
    }
}

fn merkle(text: &mut String) {
    text.push_str(
        "\n## Merkle trees: comparisons against keys\n\n\
         Two LWW-element-sets that differ in one key of so many, arity 16: what both sides compare until they agree.\n\n\
         | keys | hashes compared | keys compared | together | messages | bytes | bytes of the state |\n\
         |---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for power in (8..=20).step_by(2) {
        let keys = 1_u32 << power;
        let set = lww_set(keys);
        let state = lived::size(&set);
        let Comparison { compared, traffic, .. } = Comparison::removal(&set, keys / 3);
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} |",
            grouped(u64::from(keys)),
            compared.nodes,
            compared.keys,
            compared.nodes + compared.keys,
            traffic.messages,
            grouped(traffic.bytes),
            grouped(state)
        );
    }
}

/// All the figures, as Markdown.
pub(crate) fn report() -> String {
    let mut text = String::from("# What grows with what\n\n");
    gossip(&mut text);
    states_and_deltas(&mut text);
    merkle(&mut text);
    text
}
