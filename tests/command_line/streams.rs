//! Where words go, and what becomes of the program when nobody listens.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use crate::{WRONG, outcome, program, says, scenario};

#[test]
fn a_closed_pipe_ends_quietly() {
    let runs = &["run", "scenarios/counting", "scenarios/identity"][..];
    for (arguments, code) in [(runs, 3), (&["list", "specimens"], 0)] {
        let mut command = program();
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let mut line = String::new();
        BufReader::with_capacity(16, child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let output = child.wait_with_output().expect("it ends");
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(!line.is_empty() && !err.contains("panic") && !err.contains("error"), "{err}");
        // A list may have been written as a whole before the pipe was closed; of runs not all were told.
        assert_eq!(output.status.code(), Some(code), "{arguments:?} {err}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error_that_says_so() {
    for arguments in [&["run", "scenarios/coffee"][..], &["list"], &["--help"], &["man"], &["explain", "3"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a full disk");
        let output = program().args(arguments).stdout(full).output().expect("it starts");
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(err.contains("the results cannot be written: ") && !err.contains("panic"), "{arguments:?}: {err}");
        assert_eq!(output.status.code(), Some(2));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn nobody_need_listen_to_complaints() {
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a full disk");
    let status = |arguments: &[&str]| program().args(arguments).stderr(full()).stdout(Stdio::null()).status();
    assert_eq!(status(&["run", "scenarios/coffee"]).expect("it starts").code(), Some(0));
    assert_eq!(status(&["run", "no/such/file"]).expect("it starts").code(), Some(2));
    assert_eq!(status(&["walk"]).expect("it starts").code(), Some(2));
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let path = scenario("colours", &WRONG);
    let coloured = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = program();
        let (code, out, _) =
            outcome(command.args(["run", &path, "--seeds", "1"]).args(arguments).envs(variables.to_vec()));
        assert_eq!(code, 1);
        out.contains('\u{1b}')
    };
    assert!(!coloured(&[], &[]));
    assert!(coloured(&["--color", "always"], &[]));
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(!coloured(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(coloured(&[], &[("SQUALL_COLOR", "always")]));
}

#[test]
fn the_quiet_are_told_what_is_wrong_and_the_curious_more() {
    let (holds, wrong) = (scenario("quiet", &[]), scenario("quiet_wrong", &WRONG));
    let (code, out, err) = says(&["run", "-q", "--seeds", "2", &holds, &holds]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "PASSED: 2 scenarios: 2 hold\n", ""));
    let (_, out, err) = says(&["run", "--quiet", "--seeds", "2", &holds, &wrong]);
    assert!(out.starts_with("VIOLATED") && !out.contains("holds  ") && err.is_empty(), "{out}{err}");
    let (_, _, err) = says(&["run", "--verbose", "--seeds", "2", &holds, &wrong]);
    assert!(err.contains(&format!("{holds}: seeds 0..2")) && err.contains(&format!("{wrong}: seeds 0..2")), "{err}");
    assert_eq!(says(&["run", "-q", "-v", &holds]).0, 2);
}

#[test]
fn a_path_or_a_name_cannot_steer_the_terminal() {
    let path = scenario("steering", &[("a story", "a \u{1b}]0;story\u{7}")]);
    let (code, out, _) = says(&["run", &path, "--seeds", "1"]);
    assert!(code == 0 && out.contains("a \\u{1b}]0;story\\u{7}"), "{out}");
    let (_, _, err) = says(&["run", "no\u{1b}[31m.ron"]);
    assert!(err.contains("no\\u{1b}[31m.ron: "), "{err}");
}

#[test]
#[cfg(unix)]
fn what_was_found_before_an_interruption_is_told() {
    let path = scenario("interrupted", &[]);
    let mut command = program();
    command.args(["run", "--seeds", "1000000000", "--format", "json", &path]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut err = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    err.read_line(&mut line).expect("a line");
    assert_eq!(line, format!("running {path}: seeds 0..1000000000\n"));
    std::thread::sleep(std::time::Duration::from_millis(300));
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().expect("a signal").success());
    let mut out = String::new();
    child.stdout.take().expect("a pipe").read_to_string(&mut out).expect("results");
    assert_eq!(child.wait().expect("it ends").code(), Some(130), "{out}");
    let lines: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert_eq!(lines.len(), 3, "{out}");
    assert_eq!((lines[1]["result"].as_str(), lines[2]["exit"].as_u64()), (Some("cut short"), Some(130)));
    assert!(lines[1]["runs"].as_u64().is_some_and(|runs| (1..1_000_000_000).contains(&runs)), "{out}");
    err.read_to_string(&mut line).expect("complaints");
    assert!(line.contains("interrupted"), "{line}");
}
