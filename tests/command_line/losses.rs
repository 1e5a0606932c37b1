//! What was found is not lost, whatever becomes of the process, the disk, or a handler.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::{folder, outcome, program};

/// A folder with a scenario in which something is found in many seeds.
fn bad(test: &str) -> PathBuf {
    let folder = folder(test);
    let story = r#"(version: 1, name: "a list", system: (specimen: "set_without_tombstones", period: "30ms"),
        world: (replicas: 3, link: (latency: Uniform("1ms", "12ms"), loss: 0.1), duration: "800ms", settle: "2s"))"#;
    fs::write(folder.join("list.ron"), story).expect("a file");
    folder
}

/// The counterexamples that a folder holds.
fn kept(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    entries.filter(|path| path.extension().is_some_and(|end| end == "ron")).collect()
}

#[test]
#[cfg(unix)]
fn a_hunt_that_is_killed_leaves_what_it_has_found_whole() {
    let folder = bad("killed");
    let found = folder.join("squall-found");
    for least in [1, 1, 2, 2] {
        let _ = fs::remove_dir_all(&found);
        let mut command = program();
        command.args(["fuzz", "list.ron", "--max-time", "60s", "--jobs", "2"]).current_dir(&folder);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        // The moment they have their names.
        while kept(&found).len() < least {
            assert_eq!(child.try_wait().expect("its state"), None, "it goes on hunting");
            std::thread::yield_now();
        }
        child.kill().expect("it is still there");
        child.wait().expect("it ends");
        let files = kept(&found);
        assert!(files.len() >= least);
        for file in files {
            let (code, out, err) = outcome(program().arg("run").arg(&file));
            assert!(code == 0 && out.starts_with("as told"), "{out}{err}");
        }
    }
}

#[test]
#[cfg(unix)]
fn where_the_disk_is_full_what_was_found_is_printed() {
    let folder = bad("full");
    // As on a full disk: not one more byte can be written to a file.
    let full = |blocks: u32, more: &str| {
        let squall = env!("CARGO_BIN_EXE_squall");
        let line = format!("trap '' XFSZ; ulimit -f {blocks}; exec {squall} {more}");
        let mut shell = std::process::Command::new("bash");
        outcome(shell.args(["-c", &line]).current_dir(&folder))
    };
    let (code, out, err) = full(0, "fuzz list.ron --seeds 40");
    assert_eq!(code, 1, "{out}{err}");
    assert!(err.contains("cannot be written: ") && err.contains("here it is"), "{err}");
    assert!(kept(&folder.join("squall-found")).is_empty());
    let (_, printed) = out.split_once("// A counterexample").expect("the counterexample is printed");
    let text = printed.split("\n\n").next().expect("its text");
    fs::write(folder.join("printed.ron"), format!("// A counterexample{text}")).expect("a file");
    let (code, again, err) = outcome(program().args(["run", "printed.ron"]).current_dir(&folder));
    assert!(code == 0 && again.starts_with("as told"), "{again}{err}");
    // A shard that cannot leave its result behind says so: before it begins, where it is known by then.
    let (code, out, err) = full(0, "fuzz list.ron --seeds 40 --shard 1/2 --to shard.jsonl");
    assert!(code == 2 && out.is_empty() && err.contains("shard.jsonl cannot be written"), "{out}{err}");
    let (code, out, err) = full(1, "fuzz list.ron --seeds 40 --shard 1/2 --to shard.jsonl");
    assert!(code == 1 && out.contains("FOUND") && err.contains("shard.jsonl cannot be written"), "{out}{err}");
    assert!(!folder.join("shard.jsonl").exists());
    let seed = out.split("first in ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a seed");
    let (code, out, err) = full(0, &format!("shrink list.ron --seed {seed}"));
    assert!(code == 1 && out.contains("// A counterexample") && err.contains("cannot be written"), "{out}{err}");
}

#[test]
fn a_handler_that_never_returns_is_named_with_its_seed_while_it_is_hunted_and_while_it_is_made_small() {
    let folder = folder("stuck");
    let story = r#"(version: 1, name: "stuck", system: (specimen: "never_returns", period: "50ms"),
        world: (replicas: 3, link: (latency: Uniform("1ms", "30ms")), duration: "1s", settle: "5s",
            faults: [Crash((who: Any, at: Between("0s", "900ms"), down: Between("1ms", "10ms")))]))"#;
    fs::write(folder.join("stuck.ron"), story).expect("a file");
    let named = |arguments: &[&str]| {
        let mut command = program();
        command.args(arguments).args(["--handler-timeout", "200ms"]).current_dir(&folder);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
        let lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let warning = lines.map_while(Result::ok).find(|line| line.starts_with("warning: "));
        child.kill().expect("it is still there");
        child.wait().expect("it ends");
        warning.expect("a warning")
    };
    let says = |seed| {
        format!(
            "warning: seed {seed} of stuck.ron has been in one handler for 0.2 s; to run it alone: squall run \
             stuck.ron --seed {seed}"
        )
    };
    let hunt = ["fuzz", "stuck.ron", "--seeds", "3..4", "--strategy", "uniform"];
    assert_eq!(named(&hunt), says(3));
    assert_eq!(named(&["shrink", "stuck.ron", "--seed", "3"]), says(3));
}

#[test]
fn of_a_seed_and_seeds_the_one_that_is_written_counts() {
    let folder = bad("chosen");
    let told = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = program();
        command.args(["fuzz", "list.ron"]).args(arguments).envs(variables.iter().copied()).current_dir(&folder);
        outcome(&mut command)
    };
    assert!(told(&[("SQUALL_SEEDS", "7")], &["--seed", "9"]).1.contains("seeds 9..10: "));
    assert!(told(&[("SQUALL_SEED", "7")], &["--seeds", "2"]).1.contains("seeds 0..2: "));
    assert_eq!(told(&[("SQUALL_SEED", "7"), ("SQUALL_SEEDS", "9")], &[]).0, 2);
    assert_eq!(told(&[], &["--seed", "7", "--seeds", "9"]).0, 2);
}
