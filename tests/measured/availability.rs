//! Who is answered, and how soon, while replicas cannot hear each other: local writes ask nobody.

use std::fmt::Write;

use squall::base::{Span, Time};
use squall::trace::Exchange;

use super::lived::{file, lived};

/// When the wall stands, in seconds.
const WALL: (u64, u64) = (20, 40);

/// What clients were told in one seed.
fn history() -> Vec<Exchange> {
    let text = format!(
        r#"(
            version: 1, name: "regions", system: (data: "or_set", sync: "delta_intervals", period: "200ms"),
            clients: (every: "100ms", odds: 0.8), checks: [(check: "creation")],
            world: (
                replicas: ["virginia-1", "virginia-2", "frankfurt-1", "tokyo-1", "tokyo-2"],
                topology: Regions(
                    of: [0, 0, 1, 2, 2],
                    round_trips: [["2ms", "90ms", "160ms"], ["90ms", "2ms", "230ms"], ["160ms", "230ms", "2ms"]],
                ),
                access: Uniform("500us", "2500us"), duration: "60s", settle: "5s",
                faults: [
                    Partition(
                        name: "the Pacific cable", shape: Groups([["tokyo-1", "tokyo-2"]]),
                        from: At("{}s"), until: At("{}s"),
                    ),
                ],
            ),
        )"#,
        WALL.0, WALL.1
    );
    lived(&file(&text), 1).trace.history()
}

/// A quantile of latencies in rising order, in tenths of a millisecond.
fn quantile(latencies: &[u64], percent: usize) -> String {
    let place = (latencies.len() * percent).div_ceil(100).saturating_sub(1);
    let tenths = latencies.get(place).map_or(0, |nanos| nanos / 100_000);
    format!("{}.{} ms", tenths / 10, tenths % 10)
}

/// All the figures, as Markdown.
pub(crate) fn report() -> String {
    let history = history();
    let mut text = format!(
        "# Local writes under partition\n\n\
         Five replicas of an OR-Set in three regions, round trips of 90, 160 and 230 ms between them; users beside each \
         write and wait for their answers, which take 0.5 to 2.5 ms each way. From second {} to {} nobody in Tokyo hears \
         anybody elsewhere. A local write asks nobody: neither latency nor the share of answers knows of the wall.\n\n\
         | side | wall | requests | answered | median | 99 % | longest |\n|---|---|---:|---:|---:|---:|---:|\n",
        WALL.0, WALL.1
    );
    for (side, replicas) in [("Virginia and Frankfurt, three of five", 0..3_u32), ("Tokyo, two of five", 3..5)] {
        for (says, from, until) in [("before", 0, WALL.0), ("stands", WALL.0, WALL.1), ("after", WALL.1, 60)] {
            let [from, until] = [from, until].map(|seconds| Time::START + Span::secs(seconds));
            let asked: Vec<&Exchange> = history
                .iter()
                .filter(|exchange| replicas.contains(&exchange.replica.0))
                .filter(|exchange| from <= exchange.invoked && exchange.invoked < until)
                .collect();
            let answered = asked.iter().filter_map(|exchange| Some((exchange.answered.as_ref()?.0, exchange.invoked)));
            let mut latencies: Vec<u64> = answered.map(|(told, invoked)| told.since(invoked).0).collect();
            latencies.sort_unstable();
            let share = 1000 * latencies.len() / asked.len().max(1);
            let _ = writeln!(
                text,
                "| {side} | {says} | {} | {}.{} % | {} | {} | {} |",
                asked.len(),
                share / 10,
                share % 10,
                quantile(&latencies, 50),
                quantile(&latencies, 99),
                quantile(&latencies, 100)
            );
        }
    }
    text.push_str(
        "\nWhat it costs is that the two sides show different things meanwhile, and agree only afterwards.\n",
    );
    text
}
