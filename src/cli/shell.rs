//! `squall completions` and `squall man`: what shells and manuals want to know of the command line.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;

use super::Exit;
use super::files::shown;
use super::terminal::Terminal;

/// What `squall completions` is told.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell.
    shell: Shell,
}

/// Prints the script that completes the command line.
pub(super) fn completions(arguments: &Completions, mut command: Command, terminal: &Terminal) -> io::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "squall", &mut script);
    terminal.results(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Expected)
}

/// What `squall man` is told.
#[derive(Debug, Args)]
pub(super) struct Manual {
    /// A folder to write a page for each verb to; without it, the page of the program is printed.
    folder: Option<PathBuf>,
}

/// Prints a page of the manual, or writes all of them.
pub(super) fn manual(arguments: &Manual, mut command: Command, terminal: &Terminal) -> io::Result<Exit> {
    let Some(folder) = &arguments.folder else {
        let mut page = Vec::new();
        Man::new(command).render(&mut page)?;
        terminal.results(&String::from_utf8_lossy(&page))?;
        return Ok(Exit::Expected);
    };
    command.build();
    match pages(&command, folder) {
        Ok(pages) => terminal.result(format_args!("{pages} pages are written to {}", shown(folder)))?,
        Err(error) => {
            terminal.complain(format_args!("{}: {error}", shown(folder)));
            return Ok(Exit::Refused);
        }
    }
    Ok(Exit::Expected)
}

fn pages(command: &Command, folder: &Path) -> io::Result<usize> {
    std::fs::create_dir_all(folder)?;
    let verbs = command.get_subcommands().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help");
    let mut pages = 0;
    for command in std::iter::once(command).chain(verbs) {
        let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
        let mut page = Vec::new();
        Man::new(command.clone()).render(&mut page)?;
        std::fs::write(folder.join(format!("{name}.1")), page)?;
        pages += 1;
    }
    Ok(pages)
}
