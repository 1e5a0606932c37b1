//! Scenario files: what is written down and read again is the same run, and a page of documentation that is true.

use std::fs;
use std::path::{Path, PathBuf};

use squall::base::{Names, ReplicaId};
use squall::run::{Verdict, campaign, read, resolved, variations};
use squall::scenario::File;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// All scenario files of a folder, in the order of their names.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut entries: Vec<PathBuf> = entries.collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            files(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "ron") {
            found.push(entry);
        }
    }
}

#[track_caller]
fn good(text: &str) -> File {
    read(text).unwrap_or_else(|mistakes| panic!("{}", mistakes.render("a file", text, false)))
}

#[test]
fn a_scenario_with_all_that_goes_without_saying_runs_the_same() {
    let mut paths = Vec::new();
    files(&folder("scenarios"), &mut paths);
    assert!(paths.len() > 10);
    for path in paths {
        let name = path.display();
        let file = good(&fs::read_to_string(&path).expect("a text"));
        for one in variations(&file) {
            let full = resolved(&one).unwrap_or_else(|mistakes| panic!("{name}: {mistakes}"));
            let (said, all) = (good(&one.to_ron()), good(&full.to_full_ron()));
            assert_eq!(said, one, "{name}");
            assert_eq!(all, full, "{name}");
            let hash = |file: &File| campaign(file, 0..3).unwrap_or_else(|mistakes| panic!("{name}: {mistakes}")).hash;
            assert_eq!(hash(&all), hash(&one), "{name}");
        }
    }
}

#[test]
fn the_files_in_the_page_about_files_are_right() {
    let page = fs::read_to_string(folder("scenarios/README.md")).expect("a page");
    let blocks: Vec<&str> =
        page.split("```ron\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect();
    assert!(blocks.len() > 3);
    for block in blocks {
        let file = good(block);
        assert_eq!(good(&file.to_ron()), file);
        assert!(!variations(&file).is_empty());
    }
}

const NAMED: &str = r#"(
    version: 1,
    name: "three shops",
    system: (data: "or_set", sync: "full_state", period: "50ms"),
    seeds: 4,
    world: (
        replicas: ["north", "central", "south"],
        link: (latency: Uniform("1ms", "30ms")),
        links: [(from: "north", to: "n2", link: (loss: 0.5))],
        duration: "1s",
        settle: "2s",
        faults: [Crash(who: Replica("south"), at: At("300ms"), down: For("200ms"), disk: Nothing)],
    ),
)"#;

#[test]
fn names_change_nothing_but_what_people_read() {
    let named = good(NAMED);
    let numbered = good(
        &NAMED.replace(r#"["north", "central", "south"]"#, "3").replace("\"north\"", "0").replace("\"south\"", "2"),
    );
    let plan = |file: &File| file.world.clone().plan().expect("a plan");
    assert_eq!(plan(&named).fingerprint(), plan(&numbered).fingerprint());
    assert_eq!(named.world.names.of(ReplicaId(2)), Some("south"));
    assert_eq!(numbered.world.names, Names::default());
    let [one, other] = [&named, &numbered].map(|file| campaign(file, 0..4).expect("a campaign"));
    assert_eq!(one.hash, other.hash);
    let says = one.finding().expect("the shop forgets what it told").1;
    assert!(says.contains("south") && !says.contains("n2"), "{says}");
    assert!(other.finding().expect("the shop forgets").1.contains("n2"));
}

#[test]
fn the_unknown_names_of_a_named_world_are_told() {
    let wrong = NAMED.replace("Replica(\"south\")", "Replica(\"suoth\")");
    let mistakes = read(&wrong).expect_err("nobody is called so").to_string();
    assert_eq!(mistakes, "12:37: no replica is called `suoth`: did you mean `south`?");
}

/// A counter under some loss, with more said.
fn counter(more: &str, faults: &str) -> File {
    good(&format!(
        r#"(version: 1, name: "a counter", system: (data: "g_counter", sync: "full_state", period: "50ms"), {more}
            world: (replicas: 3, link: (latency: Uniform("1ms", "30ms"), loss: 0.2), duration: "1s", settle: "2s",
                faults: [{faults}]))"#
    ))
}

#[track_caller]
fn comes_to(file: &File, verdict: Verdict, missing: &[&str]) {
    let outcome = campaign(file, 0..5).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(
        (outcome.verdict(), &outcome.missing[..].iter().map(String::as_str).collect::<Vec<_>>()[..]),
        (verdict, missing)
    );
}

const IDLE: &str = r#"Partition(shape: Halves, from: At("0s"), until: At("1ns"))"#;
const CUT: &str = r#"Partition(shape: Isolate([0]), from: At("200ms"), until: At("700ms"))"#;

#[test]
fn what_must_come_into_play_is_what_the_file_says() {
    comes_to(&counter("", ""), Verdict::Holds, &[]);
    comes_to(&counter("", IDLE), Verdict::Vacuous, &[]);
    comes_to(&counter("witness: [Dropped(10)],", IDLE), Verdict::Holds, &[]);
    comes_to(&counter("witness: [],", IDLE), Verdict::Holds, &[]);
    comes_to(&counter("witness: [Partitioned(\"2500ms\"), Cut(5)],", CUT), Verdict::Holds, &[]);
    let long = "partitions that cut something stood for 2s 500ms, and had to for 3s";
    comes_to(&counter("witness: [Partitioned(\"3s\")],", CUT), Verdict::Vacuous, &[long]);
    comes_to(
        &counter("witness: [Partitioned(\"1ms\")],", IDLE),
        Verdict::Vacuous,
        &["partitions that cut something stood for 0s, and had to for 1ms"],
    );
    comes_to(&counter("witness: [Crashed(1)],", ""), Verdict::Vacuous, &["0 replicas crashed, and there had to be 1"]);
    comes_to(&counter("witness: [Judged(\"sec\", 5)],", ""), Verdict::Holds, &[]);
}

#[test]
fn a_check_that_is_named_and_judges_nothing_shows_nothing() {
    let silent = "clients: (every: \"10s\"), checks: [(check: \"sec\"), (check: \"effect\")],";
    comes_to(&counter(silent, ""), Verdict::Vacuous, &["`effect` never had anything to judge"]);
}

#[test]
fn users_ask_for_what_is_in_the_mix_alone() {
    let mixed = counter("clients: (mix: [(op: Increment(5))]), checks: [(check: \"spec\")],", "");
    let plain = counter("checks: [(check: \"spec\")],", "");
    let hash = |file: &File| campaign(file, 0..3).expect("a campaign").hash;
    assert_ne!(hash(&mixed), hash(&plain));
    comes_to(&mixed, Verdict::Holds, &[]);
}

#[test]
fn a_matrix_is_run_as_its_variations() {
    let text = r#"(version: 1, name: "both", world: (replicas: 3, duration: "1s", settle: "1s"),
        matrix: (data: ["g_counter", "or_set"], sync: ["full_state", "merkle"], replicas: [2, 3], skip_misfits: true))"#;
    let names: Vec<String> = variations(&good(text)).iter().map(|file| file.name.clone()).collect();
    assert_eq!(
        names,
        [
            "both [g_counter on full_state, 2 replicas]",
            "both [g_counter on full_state, 3 replicas]",
            "both [g_counter on merkle, 2 replicas]",
            "both [g_counter on merkle, 3 replicas]",
            "both [or_set on full_state, 2 replicas]",
            "both [or_set on full_state, 3 replicas]",
        ]
    );
    for file in variations(&good(text)) {
        assert_eq!(campaign(&file, 0..2).map(|outcome| outcome.verdict()), Ok(Verdict::Holds), "{}", file.name);
    }
    assert!(campaign(&good(text), 0..1).is_err());
    let misfit = text.replace(", skip_misfits: true", "");
    assert!(read(&misfit).expect_err("a misfit").to_string().contains("`or_set` does not run on `merkle`"));
}
