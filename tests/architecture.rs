//! Which folder of `src` may import which: data flows one way through the house.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Each folder, and those that it may import beside itself.
const TABLE: [(&str, &[&str]); 15] = [
    ("base", &[]),
    ("replica", &["base"]),
    ("model", &["base"]),
    ("scenario", &["base"]),
    ("trace", &["base"]),
    ("zoo", &["base", "replica", "model"]),
    ("world", &["base", "replica", "scenario", "trace"]),
    ("check", &["base", "model", "trace"]),
    ("run", &["base", "replica", "model", "scenario", "trace", "zoo", "world", "check"]),
    ("shrink", &["base", "model", "scenario", "run"]),
    ("hunt", &["base", "replica", "model", "scenario", "trace", "zoo", "world", "check", "run", "shrink"]),
    ("explore", &["base", "scenario", "trace", "world", "run", "zoo", "hunt"]),
    ("report", &["base", "scenario", "trace", "world", "check", "run", "hunt"]),
    ("subject", &["base", "replica", "model", "scenario", "run", "zoo", "hunt", "report"]),
    (
        "cli",
        &[
            "base", "replica", "model", "scenario", "trace", "zoo", "world", "check", "run", "shrink", "hunt",
            "explore", "report",
        ],
    ),
];

/// The folders named after `crate::` in a source text, comments left out.
fn imports(source: &str) -> BTreeSet<String> {
    let code: String =
        source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut found = BTreeSet::new();
    for part in code.split("crate::").skip(1) {
        let (group, list) = (part.trim_start(), part.starts_with('{'));
        let names = if list { group[1..].split('}').next().unwrap_or_default() } else { group };
        for name in names.split(if list { ',' } else { ':' }).take(if list { usize::MAX } else { 1 }) {
            let word: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            found.insert(word);
        }
    }
    found
}

fn walk(folder: &Path, visit: &mut impl FnMut(&Path, &str)) {
    let mut entries: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            walk(&path, visit);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            visit(&path, &fs::read_to_string(&path).expect("a source file"));
        }
    }
}

#[test]
fn every_folder_imports_only_what_the_table_allows() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = 0;
    for (folder, allowed) in TABLE {
        walk(&src.join(folder), &mut |path, source| {
            files += 1;
            for import in imports(source) {
                let known = TABLE.iter().any(|(name, _)| *name == import);
                assert!(
                    import == folder || allowed.contains(&import.as_str()) || !known && import != "squall",
                    "{}: `{folder}` may not import `{import}`",
                    path.display()
                );
            }
        });
    }
    assert!(files > 40, "the walk saw {files} files");
}

#[test]
fn every_folder_is_in_the_table() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let folders: BTreeSet<String> = fs::read_dir(src)
        .expect("the sources")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    assert_eq!(folders, TABLE.iter().map(|(name, _)| (*name).to_owned()).collect());
}

#[test]
fn imports_are_found_however_they_are_written() {
    let source =
        "use crate::base::Time;\nuse crate::{trace::Kind, world};\n// crate::zoo\nlet x = crate::model::set::A;";
    let found: Vec<String> = imports(source).into_iter().collect();
    assert_eq!(found, ["base", "model", "trace", "world"]);
}
