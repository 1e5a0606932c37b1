//! Counterexamples of a test as files: written where they were found, and read from the folder in which they are kept.
//!
//! The law: what is written here is read here, or says that it is not.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::scenario::File;

/// The scenario as a file that begins with what happens in it.
pub(super) fn text(file: &File, story: &str, again: &str) -> String {
    let mut text = String::from(
        "// A counterexample, found by a test. In tests/regressions it is replayed before others are looked for.\n//\n",
    );
    for line in story.lines().chain(["", again]) {
        text.push_str("//");
        text.extend((!line.is_empty()).then_some(' '));
        text.extend(line.chars().map(|c| if c.is_control() { '·' } else { c }));
        text.push('\n');
    }
    text + file.to_ron().as_str() + "\n"
}

/// Writes a file as a whole or not at all.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let part = path.with_extension("part");
    let mut file = fs::File::create(&part)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&part, path)
}

/// The counterexamples of this name in a folder, in the order of their files. One that cannot be read is told.
pub(super) fn read(folder: &Path, name: &str) -> Vec<(PathBuf, Result<File, String>)> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "ron")).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => return Some((path, Err(error.to_string()))),
        };
        match File::parse(&text) {
            Ok(file) if file.name == name => Some((path, Ok(file))),
            Ok(_) => None,
            Err(mistakes) => Some((path, Err(mistakes.to_string()))),
        }
    };
    paths.into_iter().filter_map(read).collect()
}

/// Words as the name of a file.
pub(super) fn slug(words: &str) -> String {
    let plain: String = words.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '-' }).collect();
    plain.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}
