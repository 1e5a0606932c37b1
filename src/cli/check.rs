//! `squall check`: whether scenario files can be run, without running them.

use std::io;
use std::path::PathBuf;

use clap::Args;

use super::Exit;
use super::files::{self, shown};
use super::terminal::Terminal;

/// What `squall check` is told.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Scenario files, or folders of them.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// Tells all mistakes of all files, or that there are none.
pub(super) fn check(arguments: &Arguments, terminal: &Terminal) -> io::Result<Exit> {
    let Some(found) = files::read(&arguments.paths, terminal) else { return Ok(Exit::Refused) };
    for found in &found {
        terminal.detail(format_args!("{}: as it should be", shown(&found.path)));
    }
    let (exit, says) = match found.len() {
        0 => (Exit::NothingRan, "there is no scenario file there".to_owned()),
        1 => (Exit::Expected, "1 scenario file, as it should be".to_owned()),
        files => (Exit::Expected, format!("{files} scenario files, all as they should be")),
    };
    terminal.result(says)?;
    Ok(exit)
}
