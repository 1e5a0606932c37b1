//! `squall list`: what there is, a line each.

use std::io;

use clap::{Args, ValueEnum};

use super::Exit;
use super::terminal::Terminal;
use crate::check;
use crate::zoo::{registry, specimen};

/// What `squall list` is told.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// What to list.
    #[arg(value_enum, default_value_t = What::Types)]
    what: What,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// Data types, with the syncs that they run on.
    Types,
    /// Checks, with what they hold replicas to.
    Checks,
    /// Implementations that are wrong on purpose, with the check that catches each.
    Specimens,
}

/// A line each.
pub(super) fn list(arguments: &Arguments, terminal: &Terminal) -> io::Result<Exit> {
    let lines: Vec<String> = match arguments.what {
        What::Types => registry::all().map(|(data, syncs)| format!("{data:34}{}", syncs.join(" "))).collect(),
        What::Checks => check::ALL.iter().map(|about| format!("{:22}{}", about.name, about.claim)).collect(),
        What::Specimens => {
            specimen::all().map(|one| format!("{:40}{:12}{}", one.name, one.caught_by, one.mistake)).collect()
        }
    };
    terminal.result(lines.join("\n"))?;
    Ok(Exit::Expected)
}
