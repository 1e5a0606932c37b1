//! What GitHub is told where results come about there.

use std::fs;
use std::path::Path;

use crate::{WRONG, folder, outcome, program, write};

/// Runs a verb on a folder of scenarios as a step of a job: the exit code, what was printed, the annotations, and the
/// summary.
fn step(test: &str, verb: &[&str]) -> (i32, String, Vec<String>, String) {
    let folder = folder(test);
    let idle = "duration: \"1s\", faults: [Partition((shape: Halves, from: At(\"0s\"), until: At(\"1ns\")))]";
    write(&folder.join("a.ron"), &[]);
    write(&folder.join("b, c: d.ron"), &[WRONG[0], ("a story", "::error::50 %</pre><script>")]);
    write(&folder.join("e.ron"), &[("duration: \"1s\"", idle)]);
    let summary = folder.join("summary.md");
    fs::write(&summary, "what an earlier step said\n\n").expect("a file");
    let mut command = program();
    command.args(verb).arg(&folder).env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", &summary);
    if verb[0] == "fuzz" {
        command.arg("--output").arg(folder.join("found")).arg("--regressions").arg(Path::new("nowhere"));
    }
    let (code, out, err) = outcome(&mut command);
    let notes = err.lines().filter(|line| line.starts_with("::")).map(str::to_owned).collect();
    (code, out, notes, fs::read_to_string(&summary).expect("a summary"))
}

#[test]
fn what_is_wrong_is_annotated_and_summed_up() {
    let (code, out, notes, summary) = step("github_run", &["run", "--seeds", "3"]);
    assert_eq!((code, notes.len()), (1, 2), "{notes:?}");
    let [error, warning] = &notes[..] else { unreachable!() };
    assert!(error.starts_with("::error file=") && error.contains("b%2C c%3A d.ron,title=VIOLATED%3A"), "{error}");
    assert!(error.contains("%3A%3Aerror%3A%3A50 %25</pre>") && error.contains("%0Aagain with: squall run"), "{error}");
    assert!(warning.starts_with("::warning file=") && warning.contains("e.ron,title=vacuous"), "{warning}");
    assert!(summary.starts_with("what an earlier step said\n\n## squall run\n\nFAILED: 3 scenarios: "), "{summary}");
    assert!(summary.contains("| VIOLATED | 1 | 3 |") && summary.contains("| vacuous | 1 | 3 |"), "{summary}");
    assert!(summary.contains("★ settles: ") && summary.contains("●"), "the story is in it: {summary}");
    assert!(!summary.contains("<script>") && summary.matches("<details>").count() == 2, "{summary}");
    assert!(!out.contains("\n::"), "results stay as they are: {out}");
}

#[test]
fn what_a_hunt_finds_is_annotated_with_its_smallest_story() {
    let (code, _, notes, summary) = step("github_fuzz", &["fuzz", "--seeds", "20"]);
    assert_eq!((code, notes.len()), (1, 1), "{notes:?}");
    assert!(notes[0].contains("title=settles%2C too little shown in 17 of 20 seeds"), "{notes:?}");
    assert!(summary.contains("## squall fuzz\n\nFAILED: ") && summary.contains("nothing of it can be taken away"));
}

#[test]
fn elsewhere_nobody_is_told() {
    let folder = folder("github_elsewhere");
    write(&folder.join("a.ron"), &WRONG);
    let summary = folder.join("summary.md");
    let mut command = program();
    command.args(["run", "--seeds", "1"]).arg(&folder).env("GITHUB_STEP_SUMMARY", &summary);
    let (code, _, err) = outcome(&mut command);
    assert_eq!((code, err.contains("::error"), summary.exists()), (1, false, false));
}
