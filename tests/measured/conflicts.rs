//! What each conflict rule loses: two replicas that do not hear each other do something each, a thousand times.
//!
//! Knows of no type more than its name: what was lost is read from what all show in the end.

use std::fmt::Write;

use super::lived::{file, lived};

/// How many conflicts there are of each kind.
const CONFLICTS: u64 = 1000;

/// A rule, and two updates that do not know of each other.
struct Rule {
    says: &'static str,
    system: &'static str,
    /// What both know before.
    before: &'static str,
    /// What the first does and the second does, and what is shown where it was not lost.
    updates: [(&'static str, &'static str); 2],
    /// What else is said of the world.
    world: &'static str,
}

const fn rule(says: &'static str, system: &'static str, updates: [(&'static str, &'static str); 2]) -> Rule {
    Rule { says, system, before: "", updates, world: "" }
}

const WRITES: [(&str, &str); 2] = [(r#"Write("one")"#, r#""one""#), (r#"Write("two")"#, r#""two""#)];
const OUT_AND_IN: [(&str, &str); 2] = [(r#"Remove("x")"#, "{}"), (r#"Add("x")"#, r#"{"x"}"#)];
const X: &str = r#"Add("x")"#;

const RULES: [Rule; 19] = [
    rule("last writer wins, by clock", r#"data: "lww_register_by_clock""#, WRITES),
    Rule {
        world: r#"clocks: { 1: (skew: "+5min") },"#,
        ..rule("the same, the second's clock five minutes ahead", r#"data: "lww_register_by_clock""#, WRITES)
    },
    rule("last writer wins, by Lamport's clock", r#"data: "lww_register_by_lamport""#, WRITES),
    rule("last writer wins, by a hybrid clock", r#"data: "lww_register_by_hybrid""#, WRITES),
    rule("siblings are kept", r#"data: "mv_register""#, WRITES),
    rule("the largest wins", r#"data: "max_register""#, [("Write(5)", "5"), ("Write(7)", "7")]),
    rule(
        "last writer wins, field by field: the same field",
        r#"data: "record""#,
        [(r#"Set("title", "one")"#, r#""one""#), (r#"Set("title", "two")"#, r#""two""#)],
    ),
    rule(
        "last writer wins, field by field: different fields",
        r#"data: "record""#,
        [(r#"Set("title", "one")"#, r#""one""#), (r#"Set("text", "two")"#, r#""two""#)],
    ),
    rule(
        "last writer wins, the record as a whole: different fields",
        r#"data: "lww_register_by_clock""#,
        [(r#"Write("title: one")"#, "title: one"), (r#"Write("text: two")"#, "text: two")],
    ),
    Rule { before: X, ..rule("adds win", r#"data: "or_set""#, OUT_AND_IN) },
    Rule { before: X, ..rule("removals win", r#"data: "remove_wins_set""#, OUT_AND_IN) },
    Rule { before: X, ..rule("the last word on an element, by clock", r#"data: "lww_set_adds_win""#, OUT_AND_IN) },
    Rule { before: X, ..rule("removed once, removed for ever", r#"data: "two_phase_set""#, OUT_AND_IN) },
    rule("what only grows is joined", r#"data: "g_set""#, [(r#"Add("x")"#, r#""x""#), (r#"Add("y")"#, r#""y""#)]),
    rule("enabling wins", r#"data: "enable_wins_flag""#, [("Enable", "true"), ("Disable", "false")]),
    rule("disabling wins", r#"data: "disable_wins_flag""#, [("Enable", "true"), ("Disable", "false")]),
    rule("additions are added up", r#"data: "pn_counter""#, [("Increment(5)", "2"), ("Decrement(3)", "2")]),
    rule(
        "a cart of lines that count",
        r#"data: "shopping_cart""#,
        [(r#"Add("milk", 2)"#, r#""milk": 5"#), (r#"Add("milk", 3)"#, r#""milk": 5"#)],
    ),
    rule(
        "one number, merged by taking the larger",
        r#"specimen: "number_merged_by_maximum""#,
        [("Increment(5)", "8"), ("Increment(3)", "8")],
    ),
];

impl Rule {
    /// How many of the first's updates were lost, and how many of the second's.
    fn lost(&self) -> [u64; 2] {
        let mut lost = [0; 2];
        for conflict in 0..CONFLICTS {
            // Within two hundred milliseconds of one another, either way.
            let [first, second] = [conflict * 37 % 200, conflict * 61 % 200].map(|at| 600 + at);
            let [(one, _), (two, _)] = self.updates;
            let before = match self.before {
                "" => String::new(),
                before => format!(r#"At("100ms", 0, {before}),"#),
            };
            let text = format!(
                r#"(
                    version: 1, name: "a conflict", system: ({}, {}period: "50ms"), checks: [(check: "creation")],
                    requests: [{before} At("{first}ms", 0, {one}), At("{second}ms", 1, {two})],
                    world: (
                        replicas: 2, link: (latency: Uniform("1ms", "9ms")), duration: "1s", settle: "1s", {}
                        faults: [Partition(shape: Isolate([1]), from: At("500ms"), until: At("900ms"))],
                    ),
                )"#,
                self.system,
                if self.system.starts_with("data") { r#"sync: "full_state", "# } else { "" },
                self.world,
            );
            let picture = lived(&file(&text), conflict);
            let shown = |replica: usize| {
                let mut states = picture.states.iter().rev();
                states.find(|state| state.replica.index() == replica).map(|state| state.view.as_str())
            };
            assert_eq!(shown(0), shown(1), "{}: both have heard of both", self.says);
            let view = shown(0).unwrap_or_default();
            for (lost, (_, sign)) in lost.iter_mut().zip(self.updates) {
                *lost += u64::from(!view.contains(sign));
            }
        }
        lost
    }
}

/// All the figures, as Markdown.
pub(crate) fn report() -> String {
    let mut text = format!(
        "# What each conflict rule loses\n\n\
         Two replicas that do not hear each other do something each, within two hundred milliseconds; then they meet \
         and agree. {CONFLICTS} such conflicts a row. *Lost* is an update of which nothing is to be seen in what both \
         show in the end.\n\n\
         | rule | the first | the second | lost of the first | lost of the second |\n|---|---|---|---:|---:|\n"
    );
    for rule in &RULES {
        let [first, second] = rule.lost();
        let [(one, _), (two, _)] = rule.updates;
        let _ = writeln!(text, "| {} | `{one}` | `{two}` | {first} | {second} |", rule.says);
    }
    text.push_str(
        "\nA rule that loses an update does what it promises: no check is violated but in the last row, where a sum is \
         wrong. The rules that lose nothing keep both, or add both up. Where stamps are counts, both have the same count, and the \
         larger identity wins: Lamport's clock and the fields of a record.\n",
    );
    text
}
