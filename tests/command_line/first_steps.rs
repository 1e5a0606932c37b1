//! The first steps of somebody new, as README has them: its commands are typed, and come to what it says.

use std::fs;
use std::path::Path;

use super::{outcome, program};

#[test]
fn from_nothing_to_a_violation_and_its_cure_in_the_commands_of_the_readme() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("a page");
    let (_, block) = readme.split_once("<!-- first steps -->\n```console\n").expect("the first steps");
    let (block, _) = block.split_once("```").expect("an end");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("first_steps");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    let steps: Vec<&str> = block.lines().filter_map(|line| line.strip_prefix("$ squall ")).collect();
    assert_eq!(steps.len(), 5, "{block}");
    let mut codes = Vec::new();
    for step in steps {
        let (code, out, err) = outcome(program().args(step.split(' ')).current_dir(&folder));
        codes.push((code, step, format!("{out}{err}")));
        // Between the steps README has the reader take another set, and later take the right one again.
        let path = folder.join("my_story.ron");
        let text = fs::read_to_string(&path).expect("the new story");
        let (right, wrong) = ("data: \"or_set\", sync: \"delta_intervals\"", "specimen: \"set_without_tombstones\"");
        let text = match codes.len() {
            2 => text.replace(right, wrong),
            4 => text.replace(wrong, right),
            _ => continue,
        };
        fs::write(&path, text).expect("a change");
    }
    let told: Vec<i32> = codes.iter().map(|(code, ..)| *code).collect();
    assert_eq!(told, [0, 0, 1, 1, 0], "{codes:#?}");
    assert!(codes[3].2.contains("nothing of it can be taken away"), "{codes:#?}");
}

#[test]
fn the_demo_finds_a_bug_draws_it_and_says_what_to_try_next() {
    let (code, out, err) = outcome(program().arg("demo"));
    assert_eq!(code, 0, "{out}{err}");
    for words in ["= {\"a\"}", "Remove(\"a\")", "nothing of it can be taken away", "Try next:", "squall new"] {
        assert!(out.contains(words), "{words}? in {out}");
    }
}

#[test]
fn what_is_found_is_kept_and_replayed_first() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzzed");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    let story = r#"(version: 1, name: "a list", system: (specimen: "set_without_tombstones", period: "30ms"),
        world: (replicas: 3, link: (latency: Uniform("1ms", "12ms"), loss: 0.1), duration: "800ms", settle: "2s"))"#;
    fs::write(folder.join("list.ron"), story).expect("a file");
    let run = |arguments: &[&str]| outcome(program().args(arguments).current_dir(&folder));
    let hunt = |jobs: &str| run(&["fuzz", "list.ron", "--seeds", "40", "--jobs", jobs, "--output", "kept"]);
    let (code, out, err) = hunt("1");
    assert_eq!(code, 1, "{out}{err}");
    let kept: Vec<_> =
        fs::read_dir(folder.join("kept")).expect("a folder").map(|entry| entry.expect("a file").path()).collect();
    assert!(!kept.is_empty(), "{out}");
    for file in &kept {
        let (code, again, err) = run(&["run", file.to_str().expect("a path")]);
        assert_eq!(code, 0, "{again}{err}");
        assert!(again.contains("as told"), "{again}");
    }
    let timeless =
        |text: &str| text.lines().filter(|line| !line.contains(" s: ")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(timeless(&out), timeless(&hunt("3").1), "the same for any number of jobs");
    // What was kept is replayed before anything else, and told apart.
    let (code, again, err) = run(&["fuzz", "list.ron", "--seeds", "1", "--regressions", "kept", "--output", "more"]);
    assert_eq!(code, 1, "{again}{err}");
    assert!(again.starts_with("AGAIN"), "{again}");
    // Nothing that was found is lost where it cannot be written.
    let (code, told, err) = run(&["fuzz", "list.ron", "--seeds", "40", "--output", "list.ron/nowhere"]);
    assert_eq!(code, 1, "{told}{err}");
    assert!(err.contains("cannot be written") && told.contains("// A counterexample"), "{told}{err}");
}

#[test]
fn a_run_is_drawn_and_a_file_is_printed_in_full() {
    let demo = "src/cli/demo.ron";
    let (code, out, err) = outcome(program().args(["show", demo, "--ascii", "--width", "80"]));
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.is_ascii() && out.contains("Remove(\"a\")") && out.contains("\n* "), "{out}");
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    let (code, full, err) = outcome(program().args(["show", demo, "--resolved"]));
    assert_eq!(code, 0, "{full}{err}");
    assert!(full.contains("most_events: ") && full.contains("check: \"sec\""), "{full}");
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("resolved.ron");
    fs::write(&path, &full).expect("a file");
    let run = |path: &str| outcome(program().args(["run", path, "--seed", "3", "--format", "json"])).1;
    let hash = |text: &str| text.split("\"hash\":\"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned);
    let (written, read) = (run(demo), run(path.to_str().expect("a path")));
    assert!(hash(&written).is_some() && hash(&written) == hash(&read), "{written}{read}");
}
