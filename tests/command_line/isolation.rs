//! Seeds in processes of their own, and the watchdog.

use crate::{WRONG, folder, says, scenario, write};

#[test]
fn seeds_come_to_the_same_in_processes_of_their_own() {
    let folder = folder("isolated");
    write(&folder.join("a.ron"), &[]);
    write(&folder.join("b.ron"), &WRONG);
    write(
        &folder.join("c.ron"),
        &[("g_counter", "pn_counter"), ("version: 1,", "version: 1, expect: Violates(\"spec\"),")],
    );
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

/// A world so large that it takes its time, and much memory, before anything happens in it.
const LARGE: [(&str, &str); 3] = [
    ("replicas: 3,", "replicas: 400000, topology: Line,"),
    ("duration: \"1s\"", "duration: \"1ms\""),
    ("settle: \"5s\"", "settle: \"1ms\""),
];

#[test]
#[cfg(target_os = "linux")]
fn what_takes_too_much_memory_is_a_finding_and_the_next_seed_is_run() {
    let path = scenario("memory", &LARGE);
    let (code, out, err) =
        says(&["run", &path, "--seeds", "2", "--isolate", "--memory", "40", "--handler-timeout", "1h"]);
    assert_eq!(code, 1, "{out}{err}");
    assert!(
        out.contains("`memory` in 2 of 2, first in 0") && out.contains(" MiB were taken, and 40 are allowed"),
        "{out}"
    );
    let told = scenario(
        "memory_told",
        &[&LARGE[..], &[("version: 1,", "version: 1, expect: Violates(\"memory\"),")]].concat(),
    );
    assert_eq!(says(&["run", &told, "--seeds", "1", "--isolate", "--memory", "40"]).0, 0);
}

#[test]
fn what_does_not_return_is_named_with_its_seed() {
    let path = scenario("hang", &LARGE);
    let (code, out, err) = says(&["run", &path, "--seeds", "3..5", "--isolate", "--handler-timeout", "100ms"]);
    assert_eq!(code, 1, "{out}{err}");
    assert!(out.contains("`hang` in 2 of 2, first in 3") && out.contains("did not return within 0.1 s"), "{out}");
    let (_, _, err) = says(&["run", &path, "--seed", "3", "--handler-timeout", "100ms"]);
    assert!(err.contains("warning: seed 3 of ") && err.contains("has been in one handler for 0.1 s"), "{err}");
    assert!(err.contains(&format!("squall run {path} --seed 3")), "{err}");
}
