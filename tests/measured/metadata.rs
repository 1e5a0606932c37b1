//! What states grow with: sets that are edited every day for half a year, with tombstones, without, and collected.
//!
//! The bytes are those of a real encoding.

use std::fmt::Write;

use squall::base::{Span, Time};

use super::lived::{file, grouped, lived, times};

const DAY: u64 = 86_400_000_000_000;
const DAYS: u64 = 180;

/// What is measured, and what it does with what was removed.
const TYPES: [(&str, &str); 4] = [
    ("or_set", "no tombstones"),
    ("or_set_with_tombstones", "tombstones are kept"),
    ("or_set_collected_by_stability", "tombstones go when all have them"),
    ("or_set_collected_by_age", "tombstones go after thirty days"),
];

/// How large the first replica's state is at the end of each of six months; the third replica goes away for good
/// after so many days, or never.
fn months(data: &str, gone: Option<u64>) -> Vec<u64> {
    let mut requests = String::new();
    for day in 0..DAYS {
        // All take turns who are there.
        let turns = if gone.is_some_and(|gone| day + 1 >= gone) { 2 } else { 3 };
        let _ = write!(requests, r#"At("{}h", {}, Add("entry {day}")),"#, 24 * day + 1, day % turns);
        if day > 0 {
            let _ =
                write!(requests, r#"At("{}h", {}, Remove("entry {}")),"#, 24 * day + 12, (day + 1) % turns, day - 1);
        }
    }
    let faults = gone
        .map_or(String::new(), |day| format!(r#"faults: [Partition(shape: Isolate([2]), from: At("{day} days"))],"#));
    let text = format!(
        r#"(
            version: 1, name: "half a year", system: (data: "{data}", sync: "full_state", period: "2h"),
            checks: [(check: "creation")], requests: [{requests}],
            world: (
                replicas: 3, link: (latency: Uniform("10ms", "90ms")), duration: "{DAYS} days", settle: "0s", {faults}
            ),
        )"#
    );
    let picture = lived(&file(&text), 0);
    let times = times(&picture);
    let when = |step: u64| {
        let place = times.partition_point(|(other, _)| *other < step);
        times.get(place).map_or(Time::START, |(_, at)| *at)
    };
    let weighed = |month: u64| {
        let until = Time::START + Span(month * 30 * DAY);
        let mut weights = picture.weights.iter().filter(|weight| weight.replica.0 == 0 && when(weight.step) <= until);
        weights.next_back().map_or(0, |weight| weight.bytes)
    };
    (1..=DAYS / 30).map(weighed).collect()
}

/// All the figures, as Markdown.
pub(crate) fn report() -> String {
    let mut text = String::from(
        "# What metadata grows with\n\n\
         Three replicas hold a set to which an entry is added every day; the day after, it is removed. So one or two \
         entries are shown at any time. Bytes of the first replica's state after each of six months, by `postcard`; \
         gossip by full states every two hours.\n",
    );
    for (says, gone) in
        [("All three are there", None), ("The third replica goes away after 45 days, for good", Some(45))]
    {
        let _ = writeln!(text, "\n## {says}\n\n| set | what was removed | 1 | 2 | 3 | 4 | 5 | 6 months |");
        text.push_str("|---|---|---:|---:|---:|---:|---:|---:|\n");
        for (data, kept) in TYPES {
            let cells: Vec<String> = months(data, gone).into_iter().map(grouped).collect();
            let _ = writeln!(text, "| `{data}` | {kept} | {} |", cells.join(" | "));
        }
    }
    text.push_str(
        "\nCollection by stability waits for the one that is away, and for ever. Collection by age does not, and whoever \
         comes back later than its promise brings back what was removed \
         (`scenarios/offline/a_phone_offline_for_too_long.ron`).\n",
    );
    text
}
