//! The files in `reports/` are what is measured today, byte for byte.
//!
//! `SQUALL_WRITE_REPORTS=1 cargo test --release --test reports` writes them anew. What takes too long
//! without optimisation is compared in release only.

mod measured;

use std::fs;
use std::path::{Path, PathBuf};

use measured::{
    availability, conflicts, gallery, interleaving, message_complexity, metadata, scaling, specimens, strategies,
    sync_costs,
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reports")
}

/// Compares a report with its file, or writes the file where that is asked for.
#[track_caller]
fn stands_in(file: &str, report: &str) {
    let path = folder().join(file);
    if std::env::var_os("SQUALL_WRITE_REPORTS").is_some_and(|wanted| wanted == "1") {
        fs::create_dir_all(path.parent().unwrap_or(&path))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        fs::write(&path, report).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == report,
        "reports/{file} is not what is measured (- in the file, + measured):\n{}\n\
         if that is meant: SQUALL_WRITE_REPORTS=1 cargo test --release --test reports",
        difference(&stored, report)
    );
}

/// The lines of which only one text has them, in their order, with line numbers.
fn difference(stored: &str, measured: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (stored.split('\n').collect(), measured.split('\n').collect());
    // How many lines the two have in common from here on.
    let mut common = vec![vec![0; new.len() + 1]; old.len() + 1];
    for at in (0..old.len()).rev() {
        for to in (0..new.len()).rev() {
            common[at][to] = match old[at] == new[to] {
                true => 1 + common[at + 1][to + 1],
                false => common[at + 1][to].max(common[at][to + 1]),
            };
        }
    }
    let (mut at, mut to) = (0, 0);
    let mut lines = Vec::new();
    while at < old.len() || to < new.len() {
        if at < old.len() && to < new.len() && old[at] == new[to] {
            (at, to) = (at + 1, to + 1);
        } else if to == new.len() || at < old.len() && common[at + 1][to] >= common[at][to + 1] {
            lines.push(format!("{:>4} - {}", at + 1, old[at]));
            at += 1;
        } else {
            lines.push(format!("{:>4} + {}", to + 1, new[to]));
            to += 1;
        }
    }
    lines.join("\n")
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes without optimisation: compared in release")]
fn message_complexity_is_as_reported() {
    stands_in("message_complexity.md", &message_complexity::report());
}

#[test]
fn interleaving_is_as_reported() {
    stands_in("interleaving.md", &interleaving::report());
}

#[test]
fn sync_costs_are_as_reported() {
    stands_in("sync_costs.md", &sync_costs::report());
}

#[test]
#[cfg_attr(debug_assertions, ignore = "thousands of replicas take too long without optimisation: compared in release")]
fn what_grows_with_what_is_as_reported() {
    stands_in("scaling.md", &scaling::report());
}

#[test]
fn metadata_grows_as_reported() {
    stands_in("metadata.md", &metadata::report());
}

#[test]
#[cfg_attr(debug_assertions, ignore = "thousands of runs take too long without optimisation: compared in release")]
fn conflict_rules_lose_what_is_reported() {
    stands_in("conflicts.md", &conflicts::report());
}

#[test]
fn local_writes_are_answered_as_reported() {
    stands_in("availability.md", &availability::report());
}

#[test]
#[cfg_attr(debug_assertions, ignore = "tens of thousands of runs take too long without optimisation")]
fn strategies_find_what_is_reported() {
    stands_in("strategies.md", &strategies::report());
}

#[test]
fn the_gallery_is_what_runs_show() {
    let files = gallery::files();
    for (file, text) in &files {
        stands_in(file, text);
    }
    let mut told: Vec<String> =
        files.iter().filter_map(|(file, _)| file.strip_prefix("gallery/")).map(str::to_owned).collect();
    told.sort();
    let mut there: Vec<String> = fs::read_dir(folder().join("gallery"))
        .expect("reports/gallery/")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    there.sort();
    assert_eq!(told, there, "nothing else is in reports/gallery/");
}

#[test]
fn the_readme_has_one_line_for_each_report() {
    let readme = fs::read_to_string(folder().join("README.md")).expect("reports/README.md");
    let listed: Vec<&str> =
        readme.lines().filter_map(|line| line.strip_prefix("- [")?.split_once(']')).map(|(file, _)| file).collect();
    let mut files: Vec<String> = fs::read_dir(folder())
        .expect("reports/")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|file| file != "README.md" && file.ends_with(".md"))
        .collect();
    files.sort();
    assert_eq!(listed, files);
}

#[test]
fn a_difference_shows_the_lines_that_differ_and_where() {
    assert_eq!(difference("a\nb\nc\n", "a\nx\nc\nd\n"), "   2 - b\n   2 + x\n   4 + d");
    assert_eq!(difference("", "a\n"), "   1 + a");
    assert_eq!(difference("a\n", "a"), "   2 - ");
    assert_eq!(difference("a\nb", "a\nb"), "");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "thousands of runs take too long without optimisation")]
fn specimens_are_caught_as_reported() {
    stands_in("specimens.md", &specimens::report());
}
