//! What a person reads when a scenario file is wrong: one file for each kind of mistake, word for word.
//!
//! `SQUALL_WRITE_MESSAGES=1 cargo test --test wrong_files` writes the messages anew.

use std::fs;
use std::path::{Path, PathBuf};

use squall::run::read;

/// All wrong files, by their names.
fn wrong_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wrong_files");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "ron"));
    paths.sort();
    paths
}

#[test]
fn each_mistake_is_told_with_its_line_and_what_would_be_right() {
    let paths = wrong_files();
    assert!(paths.len() >= 60, "{} wrong files", paths.len());
    for path in paths {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let message = match read(&text) {
            Ok(_) => panic!("{name} is told to be right"),
            Err(mistakes) => mistakes.render(&name, &text, false),
        };
        let stored = path.with_extension("txt");
        if std::env::var_os("SQUALL_WRITE_MESSAGES").is_some_and(|wanted| wanted == "1") {
            fs::write(&stored, &message).unwrap_or_else(|error| panic!("{}: {error}", stored.display()));
        }
        assert_eq!(fs::read_to_string(&stored).unwrap_or_default(), message, "the message of {name} is another one");
    }
}

#[test]
fn no_message_is_stored_for_a_file_that_is_not_there() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wrong_files");
    let stored = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let messages: Vec<PathBuf> = stored.filter(|path| path.extension().is_some_and(|end| end == "txt")).collect();
    let files: Vec<PathBuf> = wrong_files().iter().map(|path| path.with_extension("txt")).collect();
    assert!(messages.iter().all(|message| files.contains(message)));
}

#[test]
fn a_mistake_is_coloured_where_that_is_asked_for() {
    let text = "(version: 1, name: 5)";
    let mistakes = read(text).expect_err("a name is a text");
    assert!(mistakes.render("x.ron", text, true).contains("\u{1b}["));
    assert!(!mistakes.render("x.ron", text, false).contains('\u{1b}'));
}
