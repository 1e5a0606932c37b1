//! Runs as pages and as JSON, as the program writes them.

use std::fs;

use super::{folder, outcome, program, says, write};

const CART: &str = "scenarios/shopping/a_cart_merged_by_union.ron";

#[test]
fn a_page_is_one_file_that_is_the_same_each_time() {
    let folder = folder("page");
    let make = |name: &str| {
        let path = folder.join(name);
        let (code, out, err) = says(&["show", CART, "--as", "html", "-o", path.to_str().expect("a path")]);
        assert_eq!((code, out.as_str()), (0, ""), "{err}");
        assert!(err.contains("written: "), "{err}");
        fs::read_to_string(path).expect("a page")
    };
    let page = make("one.html");
    assert!(page.starts_with("<!doctype html>") && page.contains("default-src 'none'"));
    // The picture's name space is an address that nobody asks for.
    assert_eq!(page.matches("http").count(), page.matches("http://www.w3.org/2000/svg").count() + 1, "and http-equiv");
    assert_eq!(page, make("two.html"));
    let (_, printed, _) = says(&["show", CART, "--as", "html"]);
    assert_eq!(page, printed);
}

#[test]
fn json_is_a_line_for_each_thing_that_happened() {
    let (code, out, err) = says(&["show", CART, "--as", "json"]);
    assert_eq!(code, 0, "{err}");
    let lines: Vec<serde_json::Value> =
        out.lines().map(|line| serde_json::from_str(line).expect("JSON on each line")).collect();
    assert_eq!((&lines[0]["type"], &lines[0]["schema"]), (&"run".into(), &1.into()));
    assert_eq!(lines[0]["again"], format!("squall run {CART} --seed 0"));
    let end = lines.last().expect("an end");
    assert_eq!((&end["type"], &end["finding"]["check"]), (&"end".into(), &"sec".into()));
}

#[test]
fn two_runs_are_shown_on_one_page_with_where_they_part() {
    let folder = folder("against");
    let cured = folder.join("cured.ron");
    let told = fs::read_to_string(CART).expect("a scenario");
    let text = told.replace("specimen: \"cart_merged_by_union\"", "data: \"shopping_cart\", sync: \"full_state\"");
    fs::write(&cured, text).expect("a file");
    let cured = cured.to_str().expect("a path");
    let (code, out, err) = says(&["show", CART, "--as", "html", "--against", cured]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("\"difference\":{\"here\":"), "they part somewhere");
    let (code, out, _) = says(&["show", CART, "--as", "html", "--against", CART]);
    assert_eq!(code, 0);
    assert!(out.contains("\"difference\":null"), "a run is the same as itself");
}

#[test]
fn a_page_is_written_beside_each_counterexample_where_that_is_asked_for() {
    let folder = folder("fuzzed_pages");
    let story = r#"(version: 1, name: "a list", system: (specimen: "set_without_tombstones", period: "30ms"),
        world: (replicas: 3, link: (latency: Uniform("1ms", "12ms"), loss: 0.1), duration: "800ms", settle: "2s"))"#;
    fs::write(folder.join("list.ron"), story).expect("a file");
    let arguments = ["fuzz", "list.ron", "--seeds", "10", "--output", "kept", "--pages"];
    let (code, out, err) = outcome(program().args(arguments).current_dir(&folder));
    assert_eq!(code, 1, "{out}{err}");
    let names = fs::read_dir(folder.join("kept")).expect("a folder").map(|entry| entry.expect("a file").path());
    let (pages, stories): (Vec<_>, Vec<_>) =
        names.partition(|path| path.extension().is_some_and(|extension| extension == "html"));
    assert!(!pages.is_empty() && pages.len() == stories.len(), "{pages:?} {stories:?}");
    let page = fs::read_to_string(&pages[0]).expect("a page");
    assert!(page.contains("// A counterexample: `squall run` shows it again."), "the story is on it");
}

#[test]
fn what_stands_for_several_runs_does_not_fit_into_one_file() {
    let folder = folder("several");
    let path = folder.join("several.ron");
    write(&path, &[("name: \"a story\",", "name: \"a story\", matrix: (replicas: [2, 3]),")]);
    let path = path.to_str().expect("a path");
    let (code, _, err) = says(&["show", path, "--as", "html", "-o", "never.html"]);
    assert_eq!(code, 2, "{err}");
}
