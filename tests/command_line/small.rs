//! `squall shrink`: stories that were kept and do not replay any more, how likely they were, and what is near by.

use std::fs;

use crate::{folder, outcome, program};

/// A counterexample of a set that forgets what was removed: `n1` removes what `n0` added at this time.
fn kept(system: &str, removed: &str, fates: &str) -> String {
    format!(
        r#"(version: 1, name: "kept", system: ({system}, period: "30ms"), rest: Perfect, seed: 3, fates: [{fates}],
            requests: [At("100ms", 0, Add("a")), At("{removed}", 1, Remove("a"))],
            world: (replicas: 2, link: (latency: Constant("5ms")), duration: "900ms", settle: "1s"),
            checks: [(check: "sec"), (check: "spec")], expect: Violates("sec"),
            origin: (scenario: "a list", seed: 3, says: "once it was shown"))"#
    )
}

const WRONG: &str = "specimen: \"set_without_tombstones\"";

#[track_caller]
fn repaired(test: &str, text: &str, code: i32, says: &[&str]) {
    let folder = folder(test);
    fs::write(folder.join("kept.ron"), text).expect("a file");
    let shrink = ["shrink", "kept.ron", "--repair", "--output", "again.ron"];
    let (found, out, err) = outcome(program().args(shrink).current_dir(&folder));
    assert_eq!(found, code, "{out}{err}");
    for words in says {
        assert!(out.contains(words), "{words}? in {out}{err}");
    }
    if code == 1 {
        let (code, out, err) = outcome(program().args(["run", "again.ron"]).current_dir(&folder));
        assert!(code == 0 && out.starts_with("as told"), "{out}{err}");
    }
}

#[test]
fn messages_that_are_gone_are_named_and_what_they_showed_is_found_all_the_same() {
    let gone = kept(WRONG, "400ms", "Lost(\"\\\"nobody asked this\\\" → n1\")");
    let says = ["→ n1: there is no such message any more, and none like it", "`sec` finds the same in it"];
    repaired("gone", &gone, 1, &says);
}

#[test]
fn what_a_story_does_not_show_any_more_is_looked_for_near_by() {
    // So early nobody has heard of it, and there is nothing to remove.
    let says = ["every message that it names is there", "finds nothing in it any more, but in story "];
    repaired("near", &kept(WRONG, "101ms", ""), 1, &says);
}

#[test]
fn what_is_mended_is_not_found_near_by() {
    let mended = "data: \"or_set\", sync: \"full_state\"";
    repaired("mended", &kept(mended, "400ms", ""), 3, &["it may be mended"]);
}

#[test]
fn from_each_event_of_a_story_it_is_told_how_likely_the_rest_was() {
    let folder = folder("likely");
    let story = r#"(version: 1, name: "a list", system: (specimen: "set_without_tombstones", period: "30ms"),
        world: (replicas: 3, link: (latency: Uniform("1ms", "12ms"), loss: 0.4), duration: "500ms", settle: "300ms"))"#;
    fs::write(folder.join("list.ron"), story).expect("a file");
    let (code, out, err) = outcome(program().args(["shrink", "list.ron", "--inevitable"]).current_dir(&folder));
    assert_eq!(code, 1, "{out}{err}");
    let (_, course) = out.split_once("how likely it was, in 100 runs").expect("a course");
    let lines: Vec<&str> = course.lines().skip(1).collect();
    assert!(lines[0].contains(" %  ") && lines[0].ends_with("before anything happens"), "{out}");
    assert!(lines.last().expect("the end").starts_with("  100 %"), "{out}");
    let chances: Vec<u64> = lines.iter().filter_map(|line| line.split('%').next()?.trim().parse().ok()).collect();
    assert!(chances[0] < 100 && chances.len() == lines.len() && chances.len() > 1, "{out}");
    assert!(out.contains("\nit would hold if "), "{out}");
}
