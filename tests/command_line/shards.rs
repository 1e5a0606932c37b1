//! Hunts that are spread over processes: what they found adds up to what one would have found, to the byte.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{folder, outcome, program};

/// A scenario in which something is found in some seeds, and one in which nothing is.
const STORIES: [(&str, &str); 2] = [("bad", "specimen: \"set_without_tombstones\""), ("good", "data: \"or_set\"")];

/// The strategies that learn nothing from seed to seed.
const UNGUIDED: &str = "uniform,swarm,priorities,delay,cuts";

/// A folder with both scenarios.
fn stories(test: &str) -> PathBuf {
    let folder = folder(test);
    fs::create_dir_all(folder.join("stories")).expect("a folder");
    for (name, system) in STORIES {
        let sync = if name == "good" { ", sync: \"full_state\"" } else { "" };
        let text = format!(
            r#"(version: 1, name: "{name}", system: ({system}{sync}, period: "30ms"),
                world: (replicas: 3, link: (latency: Uniform("1ms", "12ms"), loss: 0.1), duration: "800ms", settle: "2s"))"#
        );
        fs::write(folder.join("stories").join(format!("{name}.ron")), text).expect("a file");
    }
    folder
}

fn squall(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    outcome(program().args(arguments).current_dir(folder))
}

const HUNT: [&str; 6] = ["fuzz", "stories", "--seeds", "3..93", "--strategy", UNGUIDED];

/// Runs each shard; the names of what they wrote.
fn spread(folder: &Path, shards: u64) -> Vec<String> {
    let run = |shard: u64| {
        let (part, file) = (format!("{shard}/{shards}"), format!("part-{shard}.jsonl"));
        let (code, out, err) = squall(folder, &[&HUNT[..], &["--shard", &part, "--to", &file]].concat());
        assert_eq!(code, 1, "{out}{err}");
        assert!(out.contains(&format!("shard {part} of seeds 3..93: ")), "{out}");
        file
    };
    (1..=shards).map(run).collect()
}

fn merged(folder: &Path, files: &[impl AsRef<str>]) -> (i32, String, String) {
    let files: Vec<&str> = files.iter().map(AsRef::as_ref).collect();
    squall(folder, &[&["merge"], &files[..]].concat())
}

#[test]
fn what_shards_found_adds_up_to_what_one_process_finds_to_the_byte() {
    let folder = stories("adds_up");
    let (code, one, err) = squall(&folder, &HUNT);
    assert_eq!(code, 1, "{one}{err}");
    let kept = |folder: &Path| {
        let entries = fs::read_dir(folder.join("squall-found")).expect("a folder");
        let mut files: Vec<(String, String)> = entries
            .map(|entry| entry.expect("a file").path())
            .map(|path| (path.display().to_string(), fs::read_to_string(&path).expect("text")))
            .collect();
        files.sort();
        files
    };
    let (alone, three) = (kept(&folder), spread(&folder, 3));
    fs::remove_dir_all(folder.join("squall-found")).expect("there were findings");
    let (code, all, err) = merged(&folder, &three);
    assert_eq!((code, err.as_str()), (1, ""));
    assert_eq!(all, one);
    assert_eq!(kept(&folder), alone);
    // In whatever order they are given, and from a folder, too.
    assert_eq!(merged(&folder, &[&three[2], &three[0], &three[1]]).1, one);
    let results = folder.join("results");
    fs::create_dir_all(&results).expect("a folder");
    three.iter().for_each(|file| fs::rename(folder.join(file), results.join(file)).expect("a move"));
    assert_eq!(merged(&folder, &["results"]).1, one);
}

#[test]
fn a_shard_that_is_missing_or_there_twice_or_cut_short_is_no_result() {
    let folder = stories("refused");
    let files = spread(&folder, 2);
    let refused = |files: &[&str], code: i32, says: &str| {
        let (found, out, err) = merged(&folder, files);
        assert!(found == code && out.is_empty() && err.contains(says), "{found} {out}{err}");
    };
    let (one, two) = (files[0].as_str(), files[1].as_str());
    refused(&[one], 3, "shard 2/2 is missing");
    refused(&[one, two, two], 3, "shard 2/2 is there twice: part-2.jsonl and part-2.jsonl");
    refused(&[one, "part-3.jsonl"], 3, "part-3.jsonl: ");
    let text = fs::read_to_string(folder.join(two)).expect("a file");
    let lines: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
    for cut in [0, 20, lines[0], lines[0] + 50, lines[1], lines[2], text.len() - 3] {
        fs::write(folder.join("cut.jsonl"), &text[..cut]).expect("a file");
        let says = if cut == 20 { "cut.jsonl is not the result of a shard" } else { "cut.jsonl is cut short" };
        refused(&[one, "cut.jsonl"], if cut == 20 { 2 } else { 3 }, says);
    }
    let other = [&HUNT[..2], &["--seeds", "5", "--shard", "2/2", "--to", "other.jsonl"]].concat();
    assert_ne!(squall(&folder, &other).0, 2);
    refused(&[one, "other.jsonl"], 3, "are of two campaigns");
    refused(&["stories/bad.ron"], 2, "is not the result of a shard");
}

#[test]
fn the_result_of_a_shard_has_its_name_only_once_it_is_whole() {
    let folder = stories("whole");
    fs::write(folder.join("file"), "").expect("a file");
    let (code, out, err) = squall(&folder, &[&HUNT[..], &["--shard", "1/2", "--to", "file/shard.jsonl"]].concat());
    assert!(code == 2 && out.is_empty() && err.contains("cannot be written"), "{code} {out}{err}");
    let (code, _, err) = squall(&folder, &[&HUNT[..], &["--to", "shard.jsonl"]].concat());
    assert!(code == 2 && err.contains("--shard"), "{err}");
    assert_eq!(squall(&folder, &[&HUNT[..], &["--shard", "2/2", "--to", "here/"]].concat()).0, 1);
    let names: Vec<_> =
        fs::read_dir(folder.join("here")).expect("a folder").map(|entry| entry.expect("one").file_name()).collect();
    assert_eq!(names, ["squall-shard-2-of-2.jsonl"]);
}

#[test]
fn the_scheduler_says_which_shard_it_is_or_nothing_is_run() {
    let folder = stories("scheduler");
    let run = |shard: &str, variables: &[(&str, &str)]| {
        let mut command = program();
        command.args(["fuzz", "stories/good.ron", "--seeds", "8", "--shard", shard]).current_dir(&folder);
        for name in ["SLURM_ARRAY_TASK_ID", "PARALLEL_SEQ", "CI_NODE_INDEX", "CI_NODE_TOTAL", "JOB_COMPLETION_INDEX"] {
            command.env_remove(name);
        }
        outcome(command.envs(variables.iter().copied()))
    };
    let (code, out, err) = run("auto/4", &[("JOB_COMPLETION_INDEX", "2")]);
    assert!(code == 0 && out.contains("shard 3/4 of seeds 0..8"), "{out}{err}");
    let (code, out, err) = run("auto", &[("SQUALL_SHARD_INDEX", "0"), ("SQUALL_SHARD_TOTAL", "2")]);
    assert!(code == 0 && out.contains("shard 1/2 of seeds 0..8"), "{out}{err}");
    assert!(!err.contains("nothing reads"), "{err}");
    for (shard, variables) in [("auto", &[][..]), ("auto", &[("PARALLEL_SEQ", "1")])] {
        let (code, out, err) = run(shard, variables);
        assert!(code == 2 && out.is_empty() && err.contains("which shard this is"), "{code} {out}{err}");
    }
}

#[test]
fn a_counterexample_that_is_known_is_replayed_by_one_of_the_shards() {
    let folder = stories("known");
    assert_eq!(squall(&folder, &HUNT).0, 1);
    fs::create_dir_all(folder.join("scenarios")).expect("a folder");
    fs::rename(folder.join("squall-found"), folder.join("scenarios/regressions")).expect("a move");
    let (_, one, _) = squall(&folder, &HUNT);
    assert!(one.starts_with("AGAIN"), "{one}");
    assert_eq!(merged(&folder, &spread(&folder, 2)).1, one);
}

#[test]
fn more_shards_than_seeds_are_still_one_campaign() {
    let folder = stories("few");
    let hunt = ["fuzz", "stories/good.ron", "--seeds", "2", "--strategy", "uniform"];
    let (code, one, _) = squall(&folder, &hunt);
    for shard in 1..=3 {
        let part = format!("{shard}/3");
        let expected = if shard == 3 { 4 } else { 0 };
        assert_eq!(squall(&folder, &[&hunt[..], &["--shard", &part, "--to", "few/"]].concat()).0, expected);
    }
    let (same, all, err) = merged(&folder, &["few"]);
    assert_eq!((same, all), (code, one), "{err}");
}

#[test]
fn job_files_name_the_campaign_and_what_is_worth_another_try() {
    let folder = stories("planned");
    for (engine, words) in [
        ("slurm", &["sbatch --parsable --job-name=squall --array=1-3", "--dependency=\"afterany:$hunt\""][..]),
        ("parallel", &["seq 3 | parallel"]),
        ("kubernetes", &["completionMode: Indexed", "completions: 3", "action: FailIndex", "backoffLimitPerIndex: 2"]),
        ("github", &["shard: [1, 2, 3]", "fail-fast: false", "SQUALL_SHARD_INDEX: ${{ strategy.job-index }}"]),
    ] {
        let (code, out, err) = squall(
            &folder,
            &["plan", "stories", "--engine", engine, "--shards", "3", "--seeds", "90", "--strategy", "uniform,cuts"],
        );
        assert_eq!(code, 0, "{err}");
        let hunt = "squall fuzz stories --seeds 0..=89 --strategy uniform,cuts --output ";
        let merge = "squall merge --output ";
        for words in words.iter().copied().chain([hunt, merge, "--shard auto/3", "shard-3-of-3.jsonl"]) {
            assert!(out.contains(words), "{engine}: {words}? in {out}");
        }
        assert!(out.contains("Exit code 1 is a finding: it is final"), "{out}");
        assert!(!out.contains('@') || engine == "github", "{out}");
        if ["slurm", "parallel"].contains(&engine) {
            fs::write(folder.join("job.sh"), &out).expect("a file");
            let checked = Command::new("bash").args(["-n", "job.sh"]).current_dir(&folder).status().expect("a shell");
            assert!(checked.success(), "{out}");
        }
    }
    let (code, _, err) = squall(&folder, &["plan", "nowhere.ron", "--engine", "slurm", "--shards", "3"]);
    assert!(code == 2 && err.contains("nowhere.ron"), "{err}");
}

/// A machine that runs the jobs of a script one after the other, and in which one of them crashes at first.
#[test]
#[cfg(unix)]
fn a_job_that_crashes_is_tried_again_and_a_finding_is_final() {
    use std::os::unix::fs::PermissionsExt;

    let folder = stories("retried");
    let (_, one, _) = squall(&folder, &HUNT);
    let plan = ["plan", "stories", "--engine", "parallel", "--shards", "2", "--seeds", "3..93", "--strategy", UNGUIDED];
    let (_, script, _) = squall(&folder, &plan);
    fs::write(folder.join("jobs.sh"), script).expect("a file");
    let bin = folder.join("bin");
    fs::create_dir_all(&bin).expect("a folder");
    let real = env!("CARGO_BIN_EXE_squall");
    let tools = [
        (
            "squall",
            format!(
                "echo \"$1 ${{PARALLEL_SEQ:-}}\" >> calls\n[ -e crashed ] || {{ touch crashed; kill -9 $$; }}\nexec {real} \"$@\""
            ),
        ),
        ("parallel", "shift 2; while read -r nth; do PARALLEL_SEQ=$nth \"$@\" \"$nth\"; done".to_owned()),
    ];
    for (name, text) in tools {
        let path = bin.join(name);
        fs::write(&path, format!("#!/usr/bin/env bash\n{text}\n")).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a right");
    }
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("bash");
    let (code, _, err) =
        outcome(shell.arg("jobs.sh").current_dir(&folder).env("PATH", path).env_remove("CI_NODE_TOTAL"));
    assert_eq!(code, 1, "{err}");
    assert_eq!(fs::read_to_string(folder.join("squall-shards/report.txt")).expect("a report"), one);
    let calls = fs::read_to_string(folder.join("calls")).expect("calls");
    assert_eq!(calls, "fuzz 1\nfuzz 1\nfuzz 2\nmerge \n", "the crash alone was tried again");
}
