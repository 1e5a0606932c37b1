//! Seeds in processes of their own, and the watchdog.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::{WRONG, folder, program, says, scenario, write};

#[test]
fn seeds_come_to_the_same_in_processes_of_their_own() {
    let folder = folder("isolated");
    write(&folder.join("a.ron"), &[]);
    write(&folder.join("b.ron"), &WRONG);
    let told = [("g_counter", "pn_counter"), ("version: 1,", "version: 1, expect: Violates(\"spec\"),")];
    write(&folder.join("c.ron"), &told);
    let folder = folder.to_str().expect("a path");
    let run = |more: &[&str]| {
        let (code, out, _) = says(&[&["run", "--seeds", "12", "--format", "json", folder], more].concat());
        (code, out)
    };
    let usual = run(&[]);
    assert_eq!(usual.0, 1);
    assert_eq!(run(&["--isolate"]), usual);
    assert_eq!(run(&["--isolate", "--jobs", "1", "--check", "settles,spec"]), run(&["--check", "settles,spec"]));
}

/// A scenario in which replicas do something desperate when they come back from a crash, which some seeds bring about
/// and some do not.
fn desperate(test: &str, specimen: &str) -> String {
    let system = format!("specimen: \"{specimen}\"");
    let crash = "duration: \"1s\", faults: [Crash((who: Any, at: Between(\"0s\", \"900ms\"), down: Between(\"1ms\", \"10s\")))]";
    scenario(test, &[("data: \"g_counter\", sync: \"full_state\"", &system), ("duration: \"1s\"", crash)])
}

/// What is found in four seeds, of which each takes its process down.
#[track_caller]
fn lost(specimen: &str, more: &[&str], way: &str, says_so: &str) {
    let path = desperate(specimen, specimen);
    let (code, out, err) = says(&[&["run", &path, "--seeds", "3..7", "--isolate"], more].concat());
    assert_eq!(code, 1, "{out}{err}");
    assert!(out.contains(&format!("; `{way}` in 4 of 4, first in 3)")) && out.contains(says_so), "{out}");
    assert!(out.contains(&format!("again with: squall run {path} --seed 3\n")), "{out}");
    let told = scenario(&format!("{specimen}_told"), &[]);
    let text = std::fs::read_to_string(&path).expect("a file");
    let expects = format!("version: 1, expect: Violates(\"{way}\"),");
    std::fs::write(&told, text.replacen("version: 1,", &expects, 1)).expect("a file");
    let (code, out, _) = says(&[&["run", &told, "--seeds", "2", "--isolate"], more].concat());
    assert!(code == 0 && out.starts_with("as told"), "{out}");
}

#[test]
fn what_never_returns_is_a_finding_and_the_next_seed_is_run() {
    let says_so = "hang: a handler did not return within 0.3 s";
    lost("never_returns", &["--handler-timeout", "300ms", "--jobs", "2"], "hang", says_so);
}

#[test]
#[cfg(target_os = "linux")]
fn what_takes_too_much_memory_is_a_finding_and_the_next_seed_is_run() {
    lost("eats_memory", &["--memory", "100"], "memory", " MiB were taken, and 100 are allowed");
}

#[test]
#[cfg(unix)]
fn what_takes_its_process_down_is_a_finding_and_the_next_seed_is_run() {
    lost("takes_the_process_down", &[], "abort", "abort: the process ended (signal: 6");
}

#[test]
fn what_never_returns_is_named_with_its_seed_where_it_cannot_be_ended() {
    let path = desperate("named", "never_returns");
    let mut command = program();
    command.args(["run", &path, "--seed", "3", "--handler-timeout", "200ms"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    let lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let warning = lines.map_while(Result::ok).find(|line| line.starts_with("warning: "));
    child.kill().expect("it is still there");
    child.wait().expect("it ends");
    let expected = format!(
        "warning: seed 3 of {path} has been in one handler for 0.2 s; to run it alone: squall run {path} --seed 3"
    );
    assert_eq!(warning, Some(expected));
}
