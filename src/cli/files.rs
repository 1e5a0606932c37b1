//! Scenario files: found in folders, read, and all their mistakes told at once.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::terminal::{Terminal, plain};
use crate::scenario::{File, MOST_BYTES};

/// A scenario, and where it was found.
pub(super) struct Found {
    /// Where.
    pub(super) path: PathBuf,
    /// What it says.
    pub(super) file: File,
    /// Its name, where the file stands for several.
    pub(super) only: Option<String>,
}

/// All scenario files at a path, in the order of their names. A file is one whatever it is called; in a folder,
/// those are that end in `.ron`. Links to folders are followed where they are named, and not where they are found.
fn find(path: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    let entries: io::Result<Vec<PathBuf>> = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut entries = entries?;
    entries.sort();
    for entry in entries {
        let hidden = entry.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        let scenario = entry.extension() == Some(OsStr::new("ron")) && !entry.is_dir();
        if !hidden && (scenario || entry.symlink_metadata()?.is_dir()) {
            find(&entry, found)?;
        }
    }
    Ok(())
}

/// A path as it is safe to show.
pub(super) fn shown(path: &Path) -> String {
    plain(&path.to_string_lossy())
}

/// Reads all scenarios at these paths. Where something is wrong with any of them, all of that is told and none
/// is given.
pub(super) fn read(paths: &[PathBuf], terminal: &Terminal) -> Option<Vec<Found>> {
    let mut files = Vec::new();
    let mut wrong = false;
    let complain = |path: &Path, error: &io::Error| {
        terminal.complain(format_args!("{}: {error}", shown(path)));
        true
    };
    for path in paths {
        if let Err(error) = find(path, &mut files) {
            wrong |= complain(path, &error);
        }
    }
    let mut scenarios = Vec::new();
    for path in files {
        match text(&path) {
            Err(error) => wrong |= complain(&path, &error),
            Ok(text) => match crate::run::read(&text) {
                Ok(file) => {
                    let each = crate::run::variations(&file);
                    let several = each.len() > 1;
                    scenarios.extend(each.into_iter().map(|file| {
                        let only = several.then(|| file.name.clone());
                        Found { path: path.clone(), file, only }
                    }));
                }
                Err(mistakes) => {
                    terminal.refuse(&mistakes.render(&shown(&path), &text, true));
                    wrong = true;
                }
            },
        }
    }
    if wrong { None } else { Some(scenarios) }
}

fn text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    fs::File::open(path)?.take(MOST_BYTES as u64 + 1).read_to_string(&mut text)?;
    Ok(text)
}
