//! All verbs but `squall run`.

use std::fs;
use std::path::Path;

use crate::{folder, program, says, scenario, write};

const LISTS: [&str; 7] = ["types", "syncs", "broadcasts", "checks", "faults", "specimens", "exits"];

#[test]
fn all_that_is_listed_can_be_explained() {
    for (what, least) in LISTS.into_iter().zip([45, 6, 15, 24, 22, 20, 8]) {
        let (code, list, _) = says(&["list", what]);
        assert!(code == 0 && list.lines().count() >= least, "{what}: {list}");
        for name in list.lines().filter_map(|line| line.split_whitespace().next()) {
            let (code, text, err) = says(&["explain", name]);
            assert!(code == 0 && text.starts_with(name) && text.len() > 120, "{name}: {text}{err}");
            assert!(text.lines().all(|line| line.chars().count() < 200), "{name}: {text}");
        }
    }
}

#[test]
fn a_name_that_several_bear_is_explained_for_each() {
    let (_, text, _) = says(&["explain", "fifo"]);
    for head in ["fifo (broadcast): ", "fifo (check): ", "fifo (fault): "] {
        assert!(text.contains(head), "{text}");
    }
}

#[test]
fn the_guarantees_of_causality_are_drawn_and_explained() {
    let (code, lattice, _) = says(&["explain", "causality"]);
    assert_eq!(code, 0);
    for told in ["causal_memory, which nothing decides", "   ├─ consistent_prefix", "incomparable"] {
        assert!(lattice.contains(told), "{told} is not in {lattice}");
    }
    for name in
        ["causal_memory", "causal_convergence", "pram", "causal_consistency", "fifo", "monotonic_reads", "eventual"]
    {
        let (code, text, _) = says(&["explain", name]);
        assert!(code == 0 && text.starts_with(name) && text.contains("└─ causal_consistency"), "{name}: {text}");
    }
}

#[test]
fn words_of_reports_are_explained_and_slips_forgiven() {
    for (name, words) in
        [("vacuous", "Exit code 3"), ("3", "inconclusive"), ("as told", "expect:"), ("hang", "never_returns")]
    {
        let (code, text, _) = says(&["explain", name]);
        assert!(code == 0 && text.contains(words), "{name}: {text}");
    }
    for (name, meant) in
        [("vacuos", "did you mean `vacuous`?"), ("fuge", "did you mean `fugue`?"), ("xyzzy", "squall list")]
    {
        let (code, _, err) = says(&["explain", name]);
        assert!(code == 2 && err.contains(meant), "{name}: {err}");
    }
}

/// The tables of the documentation stand between these marks and `<!-- end -->`, with the command that makes them.
const MARK: &str = "<!-- squall ";

#[test]
fn the_tables_of_the_documentation_are_those_of_the_program() {
    let write = std::env::var_os("SQUALL_WRITE_TABLES").is_some_and(|wanted| wanted == "1");
    for (page, tables) in [("README.md", 1), ("reports/catalogue.md", 6)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
        let text = fs::read_to_string(&path).expect("a page");
        let (mut page_of_today, mut found) = (String::new(), 0);
        let mut parts = text.split(MARK);
        page_of_today.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let (command, _) = part.split_once(" -->\n").expect("a command");
            let (_, rest) = part.split_once("<!-- end -->").expect("an end");
            let (code, table, err) = says(&command.split(' ').collect::<Vec<_>>());
            assert!(code == 0 && table.starts_with("| "), "{command}: {err}");
            page_of_today.push_str(&format!("{MARK}{command} -->\n{table}<!-- end -->{rest}"));
            found += 1;
        }
        if write {
            fs::write(&path, &page_of_today).expect("a page");
        }
        assert_eq!(found, tables, "tables in {page}");
        assert!(text == page_of_today || write, "{page}: SQUALL_WRITE_TABLES=1 cargo test --test command_line tables");
    }
}

#[test]
fn every_system_that_is_listed_can_be_started_from() {
    let (code, list, _) = says(&["list", "systems"]);
    assert_eq!(code, 0);
    for system in ["or_set_with_tombstones/merkle", "fugue/operations", "causal", "best_effort"] {
        assert!(list.lines().any(|line| line == system), "{system}? in {list}");
        let (code, text, err) = says(&["new", "story", "--stdout", "--system", system]);
        assert!(code == 0 && text.contains("version: 1") && err.is_empty(), "{system}: {text}{err}");
    }
    let (code, _, err) = says(&["new", "story", "--stdout", "--system", "fuge/operations"]);
    assert!(code == 2 && err.contains("did you mean `fugue`?"), "{err}");
    let (code, _, err) = says(&["new", "story", "--stdout", "--system", "or_set/merkle"]);
    assert!(code == 2 && err.contains("it runs on full_state"), "{err}");
}

#[test]
fn a_new_scenario_runs_at_once_and_holds_and_is_never_written_over() {
    let folder = folder("new");
    let squall = |arguments: &[&str]| crate::outcome(program().current_dir(&folder).args(arguments));
    let (code, out, err) = squall(&["new", "my first story"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(out, "my first story.ron is written; to run it: squall run 'my first story.ron'\n");
    assert_eq!(squall(&["check", "my first story.ron"]).1, "1 scenario file, as it should be\n");
    let (code, out, _) = squall(&["run", "my first story.ron"]);
    assert!(code == 0 && out.contains("PASSED: 1 scenario: 1 holds"), "{out}");
    let before = fs::read(folder.join("my first story.ron")).expect("a file");
    let (code, _, err) = squall(&["new", "my first story.ron", "--system", "causal"]);
    assert!(code == 2 && err.contains("there is such a file already"), "{err}");
    assert_eq!(fs::read(folder.join("my first story.ron")).expect("a file"), before);
    assert_eq!(squall(&["new", "no/such/folder"]).0, 2);
}

#[test]
fn all_mistakes_of_all_files_are_told_without_running_any() {
    let folder = folder("mistakes_of_all");
    write(&folder.join("a.ron"), &[("g_counter", "h_counter")]);
    write(&folder.join("b.ron"), &[("version: 1", "version: one")]);
    write(&folder.join("c.ron"), &[]);
    let (code, out, err) = says(&["check", folder.to_str().expect("a path")]);
    assert_eq!((code, out.as_str()), (2, ""));
    for words in ["a.ron:4:20", "did you mean `g_counter`?", "b.ron:2:"] {
        assert!(err.contains(words), "{words}? in {err}");
    }
    assert!(!err.contains("c.ron"), "{err}");
    let (code, out, _) = says(&["check", "scenarios"]);
    assert!(code == 0 && out.ends_with("scenario files, all as they should be\n"), "{out}");
}

#[test]
fn a_file_without_end_is_refused_and_not_read() {
    #[cfg(target_os = "linux")]
    {
        let (code, _, err) = says(&["check", "/dev/zero"]);
        assert!(code == 2 && err.contains("at most 4194304 are read"), "{err}");
    }
    let path = scenario("binary", &[]);
    fs::write(&path, [0xff, 0xfe, 0]).expect("a file");
    assert_eq!(says(&["check", &path]).0, 2);
}

#[test]
fn a_broadcast_runs_from_a_file_where_the_network_bears_it() {
    let total = |topology: &str| {
        let world = format!("replicas: 3, topology: {topology},");
        let broadcast = ("data: \"g_counter\", sync: \"full_state\"", "broadcast: \"total\"");
        let path = scenario(&format!("total_{topology}"), &[broadcast, ("replicas: 3,", &world)]);
        says(&["run", &path, "--seeds", "5"])
    };
    assert_eq!(total("Full").0, 0);
    let (code, _, err) = total("Line");
    assert!(code == 2 && err.contains("`total` does not work on this topology\n") && err.contains("linked"), "{err}");
}

#[test]
fn shells_and_manuals_learn_all_verbs_and_exit_codes() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, script, _) = says(&["completions", shell]);
        assert!(code == 0 && script.contains("explain") && script.contains("handler-timeout"), "{shell}: {script}");
    }
    let (code, page, _) = says(&["man"]);
    assert!(code == 0 && page.starts_with(".ie") && page.contains("squall itself failed"), "{page}");
    let folder = folder("man");
    let (code, out, err) = says(&["man", folder.to_str().expect("a path")]);
    assert_eq!(code, 0, "{err}");
    let pages: Vec<String> = fs::read_dir(&folder)
        .expect("a folder")
        .map(|entry| entry.expect("a page").file_name().to_string_lossy().into_owned())
        .collect();
    assert!(
        out.starts_with(&format!("{} pages ", pages.len())) && pages.contains(&"squall-run.1".to_owned()),
        "{pages:?}"
    );
}

#[test]
fn help_and_version_are_results() {
    let (code, out, err) = says(&["--version"]);
    assert_eq!((code, out, err), (0, format!("squall {}\n", env!("CARGO_PKG_VERSION")), String::new()));
    let (code, out, _) = says(&["--help"]);
    assert!(code == 0 && out.contains("130  interrupted"), "{out}");
    let (code, out, err) = says(&[]);
    assert!(code == 2 && out.is_empty() && err.contains("Usage: squall"), "{err}");
}

/// A bundled scenario for exploration.
fn small_world(name: &str) -> String {
    format!("{}/scenarios/explore/{name}.ron", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn all_that_can_happen_in_a_small_world_is_explored_without_chance() {
    let folder = folder("explored");
    let found = folder.join("found").to_string_lossy().into_owned();
    let (code, text, err) = says(&["explore", &small_world("two_posts_on_one_line"), "--smallest", "--output", &found]);
    assert_eq!(code, 0, "{text}{err}");
    for told in ["as told", "nothing smaller can happen", "runs stand for", "fifo", "2 requests"] {
        assert!(text.contains(told), "{told} is not in {text}");
    }
    let kept = format!("{found}/two_posts_on_one_line-fifo-explored.ron");
    let (code, text, err) = says(&["run", &kept]);
    assert_eq!(code, 0, "what is kept says what it must show, and shows it: {text}{err}");
    let (code, text, _) = says(&["explore", &small_world("a_shopping_list_for_two"), "--max-runs", "3"]);
    assert!(code == 3 && text.contains("not all that can happen"), "{text}");
}

#[test]
fn users_who_ask_by_chance_are_not_explored() {
    let (code, _, err) = says(&["explore", &scenario("explored_users", &[])]);
    assert!(code == 2 && err.contains("write `requests` in the place of `clients`"), "{err}");
}
