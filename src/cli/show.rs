//! `squall show`: what happens in one seed of a scenario, or all that its file goes without saying.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::Exit;
use super::files::{self, Found, shown};
use super::shrink::keep;
use super::terminal::Terminal;
use crate::base::Seed;
use crate::report::{Drawing, story};
use crate::run::{depict, resolved};

/// What `squall show` is told.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A scenario, or a counterexample.
    #[arg(value_name = "FILE")]
    path: PathBuf,
    /// The seed to look at; without it the file's own, or 0.
    #[arg(long, value_name = "SEED", env = "SQUALL_SEED")]
    seed: Option<Seed>,
    /// Print the file with all that goes without saying.
    #[arg(long, conflicts_with_all = ["seed", "ascii", "all", "width"])]
    resolved: bool,
    /// As what the run is shown.
    #[arg(long = "as", value_enum, value_name = "FORM", default_value_t = Form::Story, conflicts_with = "resolved")]
    form: Form,
    /// Where it is written; without it, or with `-`, to standard output.
    #[arg(long, short, value_name = "FILE", conflicts_with = "resolved")]
    output: Option<PathBuf>,
    /// Draw with ASCII alone.
    #[arg(long)]
    ascii: bool,
    /// Draw everything, and not only what the violation followed from.
    #[arg(long)]
    all: bool,
    /// How wide a line may be.
    #[arg(long, value_name = "COLUMNS", default_value_t = 100)]
    width: usize,
}

/// As what a run is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Text for a terminal.
    Story,
}

/// Draws a run, or prints a file in full.
pub(super) fn show(arguments: &Arguments, terminal: &Terminal) -> io::Result<Exit> {
    let Some(found) = files::read(std::slice::from_ref(&arguments.path), terminal) else { return Ok(Exit::Refused) };
    let Arguments { ascii, all, width, .. } = *arguments;
    for (nth, Found { file, .. }) in found.iter().enumerate() {
        if nth > 0 {
            terminal.result("")?;
        }
        if arguments.resolved {
            let full = resolved(file).unwrap_or_else(|error| unreachable!("it was resolved before: {error}"));
            terminal.results(&full.to_full_ron())?;
            continue;
        }
        let seed = arguments.seed.or(file.seed).unwrap_or_default();
        terminal.note(format_args!("{}, seed {seed}", file.name));
        let picture = depict(file, seed).unwrap_or_else(|error| unreachable!("it was resolved before: {error}"));
        let text = match arguments.form {
            Form::Story => story(&picture, Drawing { width, ascii, all }),
        };
        written(&text, arguments.output.as_deref(), terminal)?;
    }
    Ok(if found.is_empty() { Exit::NothingRan } else { Exit::Expected })
}

/// Writes a result to where it was asked for.
fn written(text: &str, output: Option<&Path>, terminal: &Terminal) -> io::Result<()> {
    match output.filter(|output| output.as_os_str() != "-") {
        None => terminal.results(text),
        Some(output) => {
            keep(output, text)?;
            terminal.note(format_args!("written: {}", shown(output)));
            Ok(())
        }
    }
}
