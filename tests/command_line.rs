//! The program, as its users meet it: scenario files in, lines and an exit code out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn squall(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_squall");
    let root = env!("CARGO_MANIFEST_DIR");
    Command::new(program).args(arguments).current_dir(root).output().expect("the program starts")
}

/// The exit code, what was printed, and what was complained of.
fn says(arguments: &[&str]) -> (i32, String, String) {
    let output = squall(arguments);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}

const WORLD: &str = r#"(
    version: 1,
    name: "a story",
    system: (data: "g_counter", sync: "full_state", period: "50ms"),
    world: (replicas: 3, link: (latency: Uniform("1ms", "30ms"), loss: 0.1), duration: "1s", settle: "5s"),
)"#;

/// Writes a scenario in a folder of its own, with some words replaced.
fn scenario(test: &str, replaced: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    fs::create_dir_all(&folder).expect("a folder");
    let text = replaced.iter().fold(WORLD.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}?");
        text.replace(from, to)
    });
    let path = folder.join("story.ron");
    fs::write(&path, text).expect("a file");
    path
}

#[track_caller]
fn runs(test: &str, replaced: &[(&str, &str)], code: i32, expected: &[&str]) {
    let path = scenario(test, replaced);
    let (found, out, err) = says(&["run", path.to_str().expect("a path"), "--seeds", "0..20"]);
    assert_eq!(found, code, "{out}{err}");
    for words in expected {
        assert!(out.contains(words) || err.contains(words), "{words}? in {out}{err}");
    }
}

#[test]
fn every_bundled_scenario_comes_to_what_it_says() {
    let (code, out, err) = says(&["run", "scenarios"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(err.is_empty(), "{err}");
    let (hold, told) = (out.matches("\nholds").count(), out.matches("as told").count());
    let last = out.lines().last().unwrap_or_default();
    assert!(hold > 9 && told > 5, "{out}");
    assert_eq!(last, format!("{} scenarios: {hold} hold, {told} wrong as expected", hold + told));
}

#[test]
fn what_has_to_be_wrong_and_is_not_is_a_violation() {
    let told = [("version: 1,", "version: 1, expect: Violates(\"sec\"),")];
    runs("untold", &told, 1, &["holds", "but what had to come of it is: Violates(\"sec\")"]);
}

#[test]
fn checks_are_named_and_look_as_often_as_they_are_told() {
    let checks = "version: 1, checks: [(check: \"sec\", often: OneIn(4)), (check: \"spec\", often: AtEnd)],";
    runs("checks", &[("version: 1,", checks)], 0, &["holds"]);
    let unknown = "version: 1, checks: [(check: \"sekt\")],";
    runs("unknown_check", &[("version: 1,", unknown)], 2, &["no check is called `sekt`", "squall list checks"]);
}

#[test]
fn checks_and_specimens_are_explained() {
    for what in ["checks", "specimens"] {
        let (code, list, _) = says(&["list", what]);
        assert_eq!(code, 0);
        assert!(list.lines().count() > 20, "{list}");
        for name in list.lines().filter_map(|line| line.split_whitespace().next()).take(30) {
            let (code, text, err) = says(&["explain", name]);
            assert!(code == 0 && text.starts_with(name) && text.len() > 200, "{name}: {text}{err}");
        }
    }
    let (code, _, err) = says(&["explain", "nothing"]);
    assert!(code == 2 && err.contains("squall list checks"), "{err}");
}

#[test]
fn a_seed_gives_the_same_hash_every_time() {
    let path = scenario("same", &[]);
    let run = || says(&["run", path.to_str().expect("a path"), "--seed", "0x1fbf"]);
    assert_eq!(run(), run());
    assert!(run().1.contains("seeds 8127..8128"));
}

#[test]
fn replicas_that_have_no_time_to_settle_are_a_violation_with_the_line_that_shows_it_again() {
    runs("unsettled", &[("\"5s\"", "\"0s\"")], 1, &["VIOLATED", "shows", "again with: squall run", "--seed 0"]);
}

#[test]
fn a_fault_that_never_bites_is_no_pass() {
    let idle = "duration: \"1s\", faults: [Partition((shape: Halves, from: At(\"0s\"), until: At(\"1ns\")))]";
    runs("idle", &[("duration: \"1s\"", idle)], 3, &["vacuous", "fault 1: this partition cut nothing off"]);
}

#[test]
fn what_cannot_be_run_is_refused_with_all_its_mistakes() {
    runs("unknown", &[("g_counter", "h_counter")], 2, &["no data type is called `h_counter`", "squall list"]);
    let pair = [("g_counter", "or_set"), ("full_state", "merkle")];
    let says_why =
        ["`or_set` does not run on `merkle`", "one causal context stands for all keys", "it runs on full_state"];
    runs("pair", &pair, 2, &says_why);
    let two = [("replicas: 3", "replicas: 3, clocks: { 7: () }"), ("(\"1ms\", \"30ms\")", "(\"30ms\", \"1ms\")")];
    runs("mistakes", &two, 2, &["there is no n7", "this scenario has n0 to n2", "30ms to 1ms is upside down"]);
    runs("syntax", &[("version: 1", "version: one")], 2, &["story.ron:2:14", "`one` is no whole number"]);
    let (code, _, err) = says(&["run", "no/such/file.ron"]);
    assert_eq!(code, 2);
    assert!(err.contains("no/such/file.ron"), "{err}");
    assert_eq!(says(&["run", "scenarios", "--seeds", "9..3"]).0, 2);
    assert_eq!(says(&["walk"]).0, 2);
}

#[test]
fn an_empty_folder_is_nothing_run() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("empty");
    fs::create_dir_all(&folder).expect("a folder");
    let (code, out, _) = says(&["run", folder.to_str().expect("a path")]);
    assert_eq!((code, out.trim()), (4, "nothing ran: there is no scenario file there"));
}

#[test]
fn the_list_names_every_system_that_the_scenarios_use() {
    let (code, out, _) = says(&["list"]);
    assert_eq!(code, 0);
    assert!(out.contains("or_set_with_tombstones"), "{out}");
}
