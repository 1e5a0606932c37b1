//! What is exported for viewers is what they read, whatever the values are.
//!
//! Parsers that others wrote read the same exports in `tests/viewers/`; these tests need nothing but cargo.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use squall::base::{Odds, ReplicaId, Seed, Span, Time};
use squall::model::set::SetOp;
use squall::model::{Ask, Specification, Visible};
use squall::replica::Scripted;
use squall::report::{
    DELIMITER, EXPRESSION, MERMAID_MOST, happens_before, mermaid, shiviz, story, topology, trace_event,
};
use squall::run::{Mix, Picture, Runner, Story, watches};
use squall::scenario::{Crash, Disk, Down, Fault, Partition, Rebirth, Rest, Scenario, Shape, Topology, When, Who};
use squall::zoo::System;
use squall::zoo::set::OrSet;
use squall::zoo::sync::{FullState, Pace};

/// Texts that want to be something else.
fn hostile() -> Vec<String> {
    let mut texts: Vec<String> = [
        "</script><img src=x onerror=alert(1)>",
        "two\nlines\r\nand more",
        "\u{202e}backwards\u{202c} \u{200b}\u{feff}",
        "\"quotes\" 'and' `more` \\ \\\" \\n",
        "n0 {\"n0\":99} 00:00.000 an event",
        "=== another run ===",
        "end;#quot;#9829;%%{init: {}}%%",
        "\u{0}\u{1b}[31mred\u{7}",
        "-->]]>*/ */ }] ) --",
        "",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push("x".repeat(1_000_000));
    texts
}

/// A run of three replicas with all of that in its sets, a wall, a crash, losses and duplicates; what is wrong is that
/// so much was added.
fn picture() -> Picture {
    let mut scenario = Scenario::new(3);
    scenario.link.loss = Odds::permille(200);
    scenario.duration = Span::secs(2);
    scenario.settle = Span::secs(1);
    let at = |millis: u64| When::At(Time(millis * 1_000_000));
    let shape = Shape::Isolate(vec![ReplicaId(2)]);
    let name = Some("a \"wall\"\n</script>".to_owned());
    scenario.faults = vec![
        Fault::Partition(Partition {
            name,
            shape,
            from: at(100),
            until: Some(at(900)),
            in_flight: Default::default(),
            flapping: None,
        }),
        Fault::Crash(Crash {
            who: Who::Replica(ReplicaId(1)),
            at: at(400),
            after_sends: None,
            down: Down::For(Span::millis(100)),
            disk: Disk::Nothing,
            identity: Rebirth::Fresh,
        }),
    ];
    let texts = hostile();
    let most = texts.len() - 1;
    let too_many = Specification::new("few things", move |visible: &Visible<'_, SetOp<String>>| {
        let all: BTreeSet<String> = visible
            .iter()
            .filter_map(|update| match &update.op {
                SetOp::Add(element) => Some(element.clone()),
                _ => None,
            })
            .collect();
        if all.len() >= most { BTreeSet::new() } else { all }
    });
    let request = |(nth, text): (usize, String)| {
        Scripted::new(Time(1_000_000 * (20 + 60 * nth as u64)), ReplicaId(nth as u32 % 3), Ask::Do(SetOp::Add(text)))
    };
    let requests = texts.into_iter().enumerate().map(request).collect();
    let plan = scenario.plan().expect("a plan");
    let (pace, fates) = (Pace::each(Span::millis(40)), Vec::new());
    let story =
        Story { plan, requests, users: None, mix: Mix::default(), fates, rest: Rest::Drawn, pace, priorities: None };
    let system = System::judged_by(too_many, FullState::new(OrSet::<String>::new()));
    let mut runner = Runner::new(system, &watches(&["spec"]));
    let (ran, transcript) = runner.record(&story, Seed(3));
    let mut picture = Picture::of(&story, &transcript, ran.finding.as_ref());
    assert!(picture.violation().is_some(), "{:?}", picture.finding);
    // No file can have such names, and a test of a type of one's own may.
    picture.names = vec!["end".to_owned(), "two words\n\"}".to_owned(), "</script>".to_owned()];
    picture
}

/// Every line that is not wider than this is taken to be legible.
const WIDE: usize = 10_000;

#[track_caller]
fn harmless(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() < WIDE, "{} signs in a line", line.chars().count());
        assert!(!line.chars().any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)), "{line:?}");
    }
}

#[test]
fn a_shiviz_log_has_one_event_a_line_with_clocks_that_count_without_gaps() {
    let picture = picture();
    for all in [false, true] {
        let log = shiviz(&[("a run", &picture)], all);
        harmless(&log);
        let mut lines = log.lines();
        assert_eq!((lines.next(), lines.next()), (Some(EXPRESSION), Some(DELIMITER)));
        let mut seen: BTreeMap<String, u64> = BTreeMap::new();
        let mut learnt = 0;
        for line in lines {
            let (host, rest) = line.split_once(" {").expect(line);
            let (clock, rest) = rest.split_once("} ").expect(line);
            assert!(rest.contains(' '), "a time and an event: {line}");
            let clock: BTreeMap<String, u64> = serde_json::from_str(&format!("{{{clock}}}")).expect(line);
            let own = seen.entry(host.to_owned()).or_default();
            *own += 1;
            assert_eq!(clock.get(host), Some(&*own), "{line}");
            for (other, count) in &clock {
                assert!(seen.get(other).is_some_and(|all| count <= all), "it follows from what is not there: {line}");
            }
            learnt += usize::from(clock.len() > 1);
        }
        assert!(seen.len() == 3 && learnt > 3, "{seen:?}, {learnt}");
        assert!(log.contains(" ★ "), "the event in which it showed is marked");
    }
}

#[test]
fn two_runs_in_one_shiviz_log_are_told_apart() {
    let picture = picture();
    let log = shiviz(&[("the first ===", &picture), ("the second\n===", &picture)], false);
    let titles: Vec<&str> = log.lines().filter(|line| line.starts_with("=== ")).collect();
    assert_eq!(titles, ["=== the first === ===", "=== the second·=== ==="]);
}

#[test]
fn a_mermaid_diagram_has_lines_of_known_kinds_and_stays_below_what_mermaid_draws() {
    let picture = picture();
    for all in [false, true] {
        let diagram = mermaid(&picture, all);
        harmless(&diagram);
        assert!(diagram.chars().count() <= MERMAID_MOST, "{}", diagram.len());
        for line in diagram.lines().skip(1) {
            let line = line.trim_start();
            let kinds = ["participant r", "Note over r", "Note right of r", "rect rgb(", "end", "r"];
            assert!(kinds.iter().any(|kind| line.starts_with(kind)), "{line}");
            let text = line.split_once(": ").map_or("", |(_, text)| text);
            assert!(!text.contains(['<', '"', '{']), "{line}");
            for part in text.split(';').rev().skip(1) {
                assert!(part.rsplit_once('#').is_some_and(|(_, code)| code.parse::<u32>().is_ok()), "{line}");
            }
        }
        for sign in ["->>", "crashes", "a wall goes up", "rect rgb"] {
            assert!(diagram.contains(sign), "{sign}");
        }
        assert_eq!(diagram.contains("-xr"), all, "what was lost, where all is told");
    }
    let mut long = picture.clone();
    let records = picture.trace.records();
    let shift = records.last().expect("records").moment.step;
    let again = |round: u64| {
        records.iter().map(move |record| {
            let mut moment = record.moment;
            moment.step += round * shift;
            (moment, record.kind.clone())
        })
    };
    long.trace = (0..40).flat_map(again).collect();
    let diagram = mermaid(&long, true);
    assert!(diagram.chars().count() <= MERMAID_MOST, "{}", diagram.len());
    assert!(diagram.contains(" earlier events are left out\n"));
}

#[test]
fn trace_events_are_json_and_every_flow_that_ends_has_begun() {
    let picture = picture();
    for all in [false, true] {
        let text = trace_event(&picture, all);
        harmless(&text);
        let json: Value = serde_json::from_str(&text).expect("JSON");
        let events = json["traceEvents"].as_array().expect("events");
        let phase = |wanted: &'static str| events.iter().filter(move |event| event["ph"] == wanted);
        let tracks: Vec<_> = phase("M").filter(|event| event["name"] == "process_name").collect();
        assert_eq!(tracks.len(), 4, "three replicas and the network");
        assert_eq!(tracks[1]["args"]["name"], "two words\n\"}");
        let begun: BTreeMap<u64, f64> = phase("s")
            .map(|event| (event["id"].as_u64().expect("an id"), event["ts"].as_f64().expect("a time")))
            .collect();
        let ended: Vec<_> = phase("f").collect();
        assert!(ended.len() > 3 && ended.len() == begun.len(), "{}", ended.len());
        for event in ended {
            let (id, at) = (event["id"].as_u64().expect("an id"), event["ts"].as_f64().expect("a time"));
            assert!(begun[&id] <= at);
        }
        assert!(phase("X").all(|event| event["dur"].as_f64().is_some_and(|length| length >= 0.0)));
        assert!(
            phase("X")
                .any(|event| event["pid"] == 4
                    && event["name"] == "</script> | end, two words·\"} (a \"wall\"·</script>)")
        );
        assert_eq!(phase("i").count(), 1, "the verdict");
    }
}

/// The parts of a text of Graphviz that are not in quotes.
#[track_caller]
fn bare(text: &str) -> String {
    let (mut bare, mut quoted, mut escaped) = (String::new(), false, false);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            c if !quoted => bare.push(c),
            _ => {}
        }
    }
    assert!(!quoted && !escaped, "a quote that does not end");
    bare
}

#[test]
fn graphs_hold_nothing_but_nodes_and_edges_outside_their_quotes() {
    let picture = picture();
    for text in [happens_before(&picture, false), happens_before(&picture, true), topology(&picture, &Topology::Full)] {
        harmless(&text);
        let bare = bare(&text);
        let known = |c: char| c.is_ascii_alphanumeric() || " \n_{}[]=,;->".contains(c);
        assert!(bare.chars().all(known), "{bare}");
        let nodes: BTreeSet<&str> = bare
            .lines()
            .filter_map(|line| {
                line.trim_start()
                    .split_once(" [label=")?
                    .0
                    .split_once(' ')
                    .is_none()
                    .then(|| line.trim_start().split(' ').next())?
            })
            .collect();
        let edges = bare.lines().filter_map(|line| line.trim().split_once(" -> ").or(line.trim().split_once(" -- ")));
        let mut count = 0;
        for (from, to) in edges {
            let to = to.split([' ', ';']).next().unwrap_or_default();
            assert!(nodes.contains(from) || bare.contains(&format!("{from} [shape")), "{from} -> {to}");
            assert!(nodes.contains(to) || bare.contains(&format!("{to} [shape")), "{from} -> {to}");
            count += 1;
        }
        assert!(count >= 3, "{count} edges");
    }
}

#[test]
fn a_story_of_hostile_values_is_no_wider_than_it_may_be() {
    let text = story(&picture(), Default::default());
    harmless(&text);
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}
