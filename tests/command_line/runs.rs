//! `squall run`: which seeds, which checks, what comes of it, and the exit code.

use std::fs;

use crate::{WRONG, folder, program, says, scenario, write};

#[track_caller]
fn runs(test: &str, replaced: &[(&str, &str)], code: i32, expected: &[&str]) {
    let path = scenario(test, replaced);
    let (found, out, err) = says(&["run", &path, "--seeds", "0..20"]);
    assert_eq!(found, code, "{out}{err}");
    for words in expected {
        assert!(out.contains(words) || err.contains(words), "{words}? in {out}{err}");
    }
}

#[test]
fn bundled_scenarios_come_to_what_they_say() {
    let (code, out, err) = says(&["run", "scenarios/counting"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(err.starts_with("running seeds"), "{err}");
    let lines = |word: &str| out.lines().filter(|line| line.starts_with(word) && line.contains("scenarios/")).count();
    let (hold, told) = (lines("holds"), lines("as told"));
    let last = out.lines().last().unwrap_or_default();
    assert!(hold > 2 && told > 2, "{out}");
    assert_eq!(last, format!("PASSED: {} scenarios: {hold} hold, {told} wrong as expected", hold + told));
}

#[test]
fn what_has_to_be_wrong_and_is_not_is_a_violation() {
    let told = [("version: 1,", "version: 1, expect: Violates(\"sec\"),")];
    runs("untold", &told, 1, &["MISSING", "`sec` had to find something, and found nothing", "FAILED: 1 scenario"]);
}

#[test]
fn checks_are_named_and_look_as_often_as_they_are_told() {
    let checks = "version: 1, checks: [(check: \"sec\", often: OneIn(4)), (check: \"spec\", often: AtEnd)],";
    runs("checks", &[("version: 1,", checks)], 0, &["holds"]);
    let unknown = "version: 1, checks: [(check: \"sekt\")],";
    runs("unknown_check", &[("version: 1,", unknown)], 2, &["no check is called `sekt`", "squall list checks"]);
}

#[test]
fn a_seed_gives_the_same_hash_every_time() {
    let path = scenario("same", &[]);
    let run = || says(&["run", &path, "--seed", "0x1fbf"]);
    assert_eq!(run(), run());
    assert!(run().1.contains("seed 8127, hash "));
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
    runs(
        "unknown",
        &[("g_counter", "h_counter")],
        2,
        &["no data type is called `h_counter`", "did you mean `g_counter`?"],
    );
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
    let empty = folder("empty");
    let empty = empty.to_str().expect("a path");
    for (verb, says_so) in [("run", "NOTHING RAN: there is no scenario file there"), ("check", "there is no scenario")]
    {
        let (code, out, err) = says(&[verb, empty]);
        assert!(code == 4 && out.contains(says_so) && err.is_empty(), "{verb}: {code} {out}{err}");
    }
}

#[test]
fn seeds_are_a_range_or_how_many_and_told_before_they_are_run() {
    let path = scenario("seeds", &[]);
    for (arguments, told) in [
        (&["--seeds", "0x10..=0x12"][..], "seeds 16..19"),
        (&["--seeds", "3"], "seeds 0..3"),
        (&["--seed", "18446744073709551615"], "seed 18446744073709551615"),
        (&[], "seeds 0..100"),
    ] {
        let (code, out, err) = says(&[&["run", &path], arguments].concat());
        assert!(code == 0 && out.contains(told), "{arguments:?}: {out}{err}");
        assert_eq!(err, format!("running {path}: {told}\n"));
    }
    for arguments in [&["--seeds", "9..3"][..], &["--seeds", "0"], &["--seed", "-1"], &["--seed", "1", "--seeds", "2"]]
    {
        let (code, out, err) = says(&[&["run", &path], arguments].concat());
        assert!(code == 2 && out.is_empty() && !err.is_empty(), "{arguments:?}: {code} {out}{err}");
    }
}

#[test]
fn the_environment_says_what_the_command_line_does_not() {
    let path = scenario("environment", &[]);
    let told = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = program();
        command.args(["run", &path]).args(arguments).envs(variables.iter().copied());
        crate::outcome(&mut command)
    };
    assert!(told(&[("SQUALL_SEED", "7")], &[]).1.contains("(seed 7, "));
    assert!(told(&[("SQUALL_SEEDS", "7")], &["--seed", "9"]).1.contains("(seed 9, "));
    assert!(told(&[("SQUALL_SEED", "7")], &["--seeds", "9"]).1.contains("(seeds 0..9, "));
    assert_eq!(told(&[("SQUALL_SEED", "7"), ("SQUALL_SEEDS", "9")], &[]).0, 2);
    assert_eq!(told(&[("SQUALL_SEED", "seven")], &[]).0, 2);
    let one = [("SQUALL_SEED", "7"), ("SQUALL_ISOLATE", "1"), ("SQUALL_FORMAT", "json")];
    assert!(told(&one, &[]).1.starts_with("{\"type\":\"begin\""));
    let (code, _, err) = told(&[("SQUALL_SEDE", "7"), ("SQUALL_JOBS", "1")], &["--seed", "1"]);
    assert!(code == 0 && err.contains("nothing reads SQUALL_SEDE: did you mean SQUALL_SEED?"), "{err}");
}

#[test]
fn results_come_in_order_and_are_the_same_for_any_number_of_jobs() {
    let run = |jobs: &str| {
        let (code, out, _) = says(&["run", "scenarios/counting", "scenarios/identity", "--seeds", "8", "--jobs", jobs]);
        (code, out)
    };
    let (one, _) = (run("1"), assert_eq!(says(&["run", "scenarios", "--jobs", "0"]).0, 2));
    let paths: Vec<&str> = one
        .1
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split("scenarios/").nth(1)?.split(':').next())
        .collect();
    let first: Vec<&str> = paths.iter().take_while(|path| path.ends_with(".ron")).copied().collect();
    assert!(first.len() > 9 && first.is_sorted(), "{first:?}");
    for jobs in ["2", "3", "16"] {
        assert_eq!(run(jobs), one, "{jobs} jobs");
    }
}

#[test]
fn the_seeds_of_one_scenario_are_run_in_parts_and_told_as_one() {
    let path = scenario("in_parts", &WRONG);
    let run = |jobs: &str| says(&["run", &path, "--seeds", "3..163", "--jobs", jobs]);
    let (code, one, _) = run("1");
    assert!(code == 1 && one.contains("seeds 3..163") && one.contains("`settles` in "), "{one}");
    for jobs in ["2", "5"] {
        assert_eq!((run(jobs).0, run(jobs).1), (code, one.clone()), "{jobs} jobs");
    }
}

#[test]
fn checks_of_the_command_line_take_the_place_of_those_of_the_file() {
    let path = scenario("chosen", &WRONG);
    let run = |checks: &[&str]| says(&[&["run", &path, "--seeds", "5"], checks].concat());
    assert_eq!(run(&[]).0, 1);
    assert_eq!(run(&["--check", "sec,spec"]).0, 0);
    let (code, out, _) = run(&["--check", "sec", "--check", "settles"]);
    assert!(code == 1 && out.contains("--seed 0 --check sec --check settles\n"), "{out}");
    // A counter makes no promise of order, so there is nothing to judge.
    assert_eq!(run(&["--check", "order"]).0, 3);
    let (code, _, err) = run(&["--check", "setles"]);
    assert!(code == 2 && err.contains("did you mean `settles`?"), "{err}");
}

#[test]
fn failures_are_told_again_at_the_end_and_the_last_line_cannot_be_mistaken() {
    let folder = folder("several");
    write(&folder.join("a.ron"), &WRONG);
    write(&folder.join("b.ron"), &[]);
    let folder = folder.to_str().expect("a path");
    let (code, out, _) = says(&["run", folder, "--seeds", "3"]);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(code, 1);
    assert!(lines[0].starts_with("VIOLATED   ") && lines[0].ends_with("; `settles` in 3 of 3, first in 0)"), "{out}");
    assert!(lines[1].starts_with("holds      "), "{out}");
    assert!(lines[3].starts_with("VIOLATED   ") && lines[3].contains("a.ron: a story"), "{out}");
    assert!(lines[4].starts_with("    seed 0: settles: "), "{out}");
    let again = format!("\n    again with: squall run {folder}/a.ron --seed 0\n");
    assert!(out.contains(&again), "{again}? in {out}");
    assert!(out.contains("\nVIOLATED           1             3\n"), "{out}");
    assert_eq!(out.lines().last(), Some("FAILED: 2 scenarios: 1 holds, 1 violated"));
}

#[test]
fn the_command_that_shows_a_failure_again_does_so_whatever_the_path() {
    let folder = folder("odd 'names' & <here>");
    for name in ["it's.ron", "two  blanks.ron", "$HOME \"now\" `x`.ron", "-v.ron", "größe;ls.ron", "tab\there.ron"] {
        write(&folder.join(name), &WRONG);
        let (code, out, err) = crate::outcome(program().current_dir(&folder).args(["run", "--seeds", "1", "--", name]));
        assert_eq!(code, 1, "{name}: {out}{err}");
        let again = out.lines().find_map(|line| line.trim().strip_prefix("again with: ")).expect("a command");
        let again = again.replacen("squall", env!("CARGO_BIN_EXE_squall"), 1);
        let mut shell = std::process::Command::new("bash");
        let output = shell.current_dir(&folder).args(["-c", &again]).output().expect("a shell");
        assert_eq!(output.status.code(), Some(1), "{again}");
        assert_eq!(String::from_utf8_lossy(&output.stdout).replace("./-v", "-v"), out.replace("./-v", "-v"), "{again}");
    }
}

#[test]
fn a_run_without_an_end_is_a_finding() {
    let bound = [("replicas: 3,", "replicas: 3, most_events: 50,")];
    runs("bound", &bound, 1, &["livelock: the bound on events was reached", "--seed 0"]);
    let told = [bound[0], ("version: 1,", "version: 1, expect: Violates(\"livelock\"),")];
    runs("told_bound", &told, 0, &["as told"]);
}

#[test]
fn files_are_found_in_folders_whatever_lies_beside_them() {
    let folder = folder("found");
    fs::create_dir_all(folder.join("inner/deep")).expect("folders");
    fs::create_dir_all(folder.join("folder.ron")).expect("a folder");
    for name in ["b.ron", "inner/deep/a.ron", "inner/notes.txt", ".hidden.ron", "folder.ron/c.ron"] {
        write(&folder.join(name), &[]);
    }
    #[cfg(unix)]
    for link in ["loop", "inner/loop"] {
        std::os::unix::fs::symlink(&folder, folder.join(link)).expect("a link");
    }
    let (code, out, _) = says(&["list", "scenarios", folder.to_str().expect("a path")]);
    let names: Vec<&str> = out.lines().filter_map(|line| line.split("/found/").nth(1)?.split("  ").next()).collect();
    assert_eq!((code, names), (0, vec!["b.ron", "folder.ron/c.ron", "inner/deep/a.ron"]));
}

#[test]
fn of_a_file_that_stands_for_several_one_can_be_run_again() {
    let system = "system: (data: \"g_counter\", sync: \"full_state\", period: \"50ms\")";
    let matrix = format!("{system}, matrix: (data: [\"g_counter\", \"pn_counter\"])");
    let path = scenario("matrix", &[WRONG[0], (system, &matrix)]);
    let (code, out, _) = says(&["run", &path, "--seeds", "3"]);
    assert!(code == 1 && out.ends_with("FAILED: 2 scenarios: 2 violated\n"), "{out}");
    let again: Vec<&str> = out.lines().filter_map(|line| line.trim().strip_prefix("again with: squall ")).collect();
    assert!(
        again.len() == 2 && again[1].contains(" --only='") && again[1].ends_with("[pn_counter]' --seed 0"),
        "{out}"
    );
    let name = again[1].split('\'').nth(1).expect("a name");
    for only in [name, "pn_counter"] {
        let (code, out, _) = says(&["run", &path, "--seeds", "3", "--only", only]);
        assert!(code == 1 && out.contains("[pn_counter]") && !out.contains("[g_counter]"), "{out}");
    }
    let usual = says(&["run", &path, "--seeds", "3", "--format", "json"]).1;
    assert_eq!(says(&["run", &path, "--seeds", "3", "--format", "json", "--isolate"]).1, usual);
    let (code, _, err) = says(&["run", &path, "--only", "or_set"]);
    assert!(code == 2 && err.contains("no scenario there is called `or_set`"), "{err}");
}

#[test]
fn what_must_come_into_play_is_named_where_it_did_not() {
    let witness = [("version: 1,", "version: 1, witness: [Dropped(100000)],")];
    runs("witness", &witness, 3, &["vacuous", "did not come into play: "]);
}
