//! Results for programs, read back by somebody else's readers.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{WRONG, folder, says, write};

/// A folder with a scenario that holds, one that is as told, one that is violated, one that is vacuous, and one that
/// is not wrong as it had to be; and what is printed of it.
fn told(test: &str, format: &str) -> (i32, String) {
    let folder = folder(test);
    let told = [WRONG[0], ("version: 1,", "version: 1, expect: Violates(\"settles\"),")];
    let idle = "duration: \"1s\", faults: [Partition((shape: Halves, from: At(\"0s\"), until: At(\"1ns\")))]";
    write(&folder.join("a <holds> & \"more\".ron"), &[("a story", "a <story> & more\u{1b}[31m")]);
    write(&folder.join("b_as_told.ron"), &told);
    write(&folder.join("c_violated.ron"), &WRONG);
    write(&folder.join("d_vacuous.ron"), &[("duration: \"1s\"", idle)]);
    write(&folder.join("e_missing.ron"), &told[1..]);
    let (code, out, err) =
        says(&["run", "--quiet", "--seeds", "4", "--format", format, folder.to_str().expect("a path")]);
    assert_eq!(err, "");
    (code, out)
}

#[test]
fn json_lines_say_what_is_documented_of_them_and_nothing_else() {
    let (code, out) = told("json", "json");
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let results: Vec<_> = lines.iter().filter_map(|line| line["result"].as_str()).collect();
    assert_eq!(results, ["holds", "as told", "VIOLATED", "vacuous", "MISSING"]);
    assert_eq!(
        (&lines[0]["type"], &lines[0]["schema"], &lines[0]["scenarios"]),
        (&"begin".into(), &1.into(), &5.into())
    );
    assert_eq!(lines[1]["name"], "a <story> & more\u{1b}[31m");
    let end = lines.last().expect("an end");
    assert_eq!((&end["type"], end["exit"].as_i64(), &end["runs"]), (&"end".into(), Some(code.into()), &20.into()));
    assert_eq!(end["scenarios"]["VIOLATED"], 1);
    let finding = &lines[3]["findings"][2];
    assert_eq!((&finding["seed"], &finding["check"]), (&"2".into(), &"settles".into()));
    assert!(finding["again"].as_str().expect("a command").ends_with("c_violated.ron --seed 2"));
    assert!(finding["says"].as_str().expect("evidence").starts_with("settles: "));

    let mut fields = BTreeSet::new();
    for line in &lines {
        let objects = [Some(line)].into_iter().chain(line["findings"].as_array().into_iter().flatten().map(Some));
        fields.extend(objects.flatten().filter_map(Value::as_object).flat_map(|object| object.keys().cloned()));
    }
    let (_, page, _) = says(&["explain", "json"]);
    let field =
        |line: &str| line.starts_with("  ").then(|| line.split_whitespace().next().map(str::to_owned)).flatten();
    let documented: BTreeSet<String> = page
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("     "))
        .filter_map(field)
        .chain(["type".to_owned()])
        .collect();
    assert_eq!(fields, documented);
}

#[test]
fn junit_counts_what_it_lists_and_names_what_failed() {
    let (code, out) = told("junit", "junit");
    assert_eq!(code, 1);
    let report = roxmltree::Document::parse(&out).expect("XML");
    let suites: Vec<_> = report.root_element().children().filter(|node| node.has_tag_name("testsuite")).collect();
    assert_eq!(suites.len(), 5);
    for suite in &suites {
        let cases: Vec<_> = suite.children().filter(|node| node.has_tag_name("testcase")).collect();
        let count = |tag| cases.iter().filter(|case| case.children().any(|node| node.has_tag_name(tag))).count();
        for (attribute, found) in
            [("tests", cases.len()), ("failures", count("failure")), ("skipped", count("skipped"))]
        {
            assert_eq!(suite.attribute(attribute), Some(found.to_string().as_str()), "{attribute}");
        }
        assert!(cases.iter().all(|case| case.attribute("classname") == suite.attribute("name")));
    }
    let failures = |nth: usize| -> Vec<&str> {
        let failed = |case: &roxmltree::Node<'_, '_>| case.children().any(|node| node.has_tag_name("failure"));
        suites[nth].children().filter(failed).filter_map(|case| case.attribute("name")).collect()
    };
    assert!(suites[0].attribute("name").is_some_and(|name| name.ends_with("a <holds> & \"more\".ron")));
    assert_eq!((failures(0), failures(1)), (Vec::new(), Vec::new()));
    let seeds = ["settles", "settles, seed 0", "settles, seed 1", "settles, seed 2", "settles, seed 3"];
    assert_eq!((failures(2), failures(3), failures(4)), (seeds.to_vec(), vec!["outcome"], vec!["outcome"]));
    let says = suites[2].descendants().find(|node| node.has_tag_name("failure") && node.text().is_some());
    let says = says.and_then(|node| node.text()).unwrap_or_default();
    assert!(says.contains("again with: squall run ") && says.contains("★ settles: "), "with its story: {says}");
    let stories = suites[2].descendants().filter(|node| node.has_tag_name("failure"));
    assert_eq!(
        stories.filter(|node| node.text().is_some_and(|text| text.contains("★"))).count(),
        3,
        "of the first three"
    );
}

#[test]
fn results_are_the_same_bytes_every_time() {
    for format in ["text", "json", "junit"] {
        let again = || told(&format!("same_{format}"), format);
        assert_eq!(again(), again());
    }
}
