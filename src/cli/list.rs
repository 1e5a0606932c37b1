//! `squall list`: what there is, a line each, or as the tables that the documentation shows.

use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::catalogue::{self, Thing};
use super::files::{self, shown};
use super::terminal::{Terminal, Tone, plain};
use super::{Exit, again};
use crate::zoo::registry;

/// What `squall list` is told.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// What to list.
    #[arg(value_enum, default_value_t = What::Types)]
    what: What,
    /// Of scenarios: where they are; without it, in `scenarios`.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// As a table in Markdown.
    #[arg(long)]
    markdown: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// Data types.
    Types,
    /// Syncs: ways to keep replicas of a data type in step.
    Syncs,
    /// Broadcasts: stacks of layers.
    Broadcasts,
    /// All systems that `squall new --system` knows: data types on syncs, and broadcasts.
    Systems,
    /// Libraries that others wrote, as far as this program was built with them.
    Libraries,
    /// Checks.
    Checks,
    /// Faults: what can go wrong in a world.
    Faults,
    /// Implementations that are wrong on purpose.
    Specimens,
    /// Scenario files.
    Scenarios,
    /// Exit codes.
    Exits,
}

/// A line each.
pub(super) fn list(arguments: &Arguments, terminal: &Terminal) -> io::Result<Exit> {
    if !arguments.paths.is_empty() && !matches!(arguments.what, What::Scenarios) {
        terminal.complain("only scenarios lie at a path: `squall list scenarios PATH`");
        return Ok(Exit::Refused);
    }
    let (things, beside): (Vec<Thing>, &str) = match arguments.what {
        What::Types => (catalogue::types().collect(), "runs on"),
        What::Syncs => (catalogue::syncs().collect(), "data types"),
        What::Broadcasts => (catalogue::broadcasts().collect(), "held to"),
        What::Libraries if catalogue::libraries().next().is_none() => {
            terminal.result("none: each comes with the feature of its name, such as `--features yrs`")?;
            return Ok(Exit::Expected);
        }
        What::Libraries => (catalogue::libraries().collect(), ""),
        What::Checks => (catalogue::checks().collect(), "costs"),
        What::Faults => (catalogue::faults().collect(), "in a file"),
        What::Specimens => (catalogue::specimens().collect(), "caught by"),
        What::Exits => (catalogue::exits().collect(), ""),
        What::Systems => return systems(terminal),
        What::Scenarios => return scenarios(arguments, terminal),
    };
    terminal.results(&if arguments.markdown { table(&things, beside) } else { lines(&things) })?;
    Ok(Exit::Expected)
}

fn lines(things: &[Thing]) -> String {
    let width = things.iter().map(|thing| thing.name.chars().count()).max().unwrap_or_default();
    let line =
        |thing: &Thing| format!("{}  {}\n", Tone::Strong.paint(format_args!("{:width$}", thing.name)), thing.line);
    things.iter().map(line).collect()
}

fn table(things: &[Thing], beside: &str) -> String {
    let kind = things.first().map_or("", |thing| thing.kind);
    let row = |cells: [&str; 3]| {
        let cells = cells.map(|cell| cell.replace('|', "\\|"));
        let shown = if beside.is_empty() { &cells[..2] } else { &cells[..] };
        format!("| {} |\n", shown.join(" | "))
    };
    let rule = row(["---"; 3]).replace(' ', "");
    let rows = things.iter().map(|thing| row([&format!("`{}`", thing.name), &thing.line, &thing.beside]));
    [row([kind, "what it is", beside]), rule].into_iter().chain(rows).collect()
}

fn systems(terminal: &Terminal) -> io::Result<Exit> {
    let mut lines = String::new();
    for (data, syncs) in registry::all() {
        syncs.iter().for_each(|sync| lines.push_str(&format!("{data}/{sync}\n")));
    }
    registry::broadcasts().for_each(|entry| lines.push_str(&format!("{}\n", entry.name)));
    terminal.results(&lines)?;
    Ok(Exit::Expected)
}

fn scenarios(arguments: &Arguments, terminal: &Terminal) -> io::Result<Exit> {
    let usual = [PathBuf::from("scenarios")];
    let paths = if arguments.paths.is_empty() { &usual[..] } else { &arguments.paths };
    let Some(found) = files::read(paths, terminal) else { return Ok(Exit::Refused) };
    if arguments.markdown {
        terminal.result("| scenario | story |\n|---|---|")?;
    }
    for found in &found {
        let name = plain(&found.file.name);
        match arguments.markdown {
            true => terminal.result(format_args!("| `{}` | {} |", shown(&found.path), name.replace('|', "\\|")))?,
            false => terminal.result(format_args!("{}  {name}", Tone::Strong.paint(again::quoted(&found.path))))?,
        }
    }
    Ok(if found.is_empty() { Exit::NothingRan } else { Exit::Expected })
}
