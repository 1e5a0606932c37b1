//! `squall show`: what happens in one seed of a scenario, or all that its file goes without saying.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::files::{self, Found, shown};
use super::shrink::keep;
use super::terminal::Terminal;
use super::{Exit, again};
use crate::base::Seed;
use crate::report::{
    Caption, Drawing, happens_before, json, mermaid, page, shiviz, story, story_against, topology, trace_event,
};
use crate::run::{Picture, depict, resolved};

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
    /// Another run, to be shown beside this one: the first difference between the two is marked.
    #[arg(long, value_name = "FILE", conflicts_with = "resolved")]
    against: Option<PathBuf>,
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
    /// JSON, an object on each line: `reports/run.schema.json` is their schema.
    Json,
    /// A page for a browser, with all that it shows in one file.
    Html,
    /// A log for ShiViz, with the expression that it is read by.
    Shiviz,
    /// A sequence diagram for Mermaid.
    Mermaid,
    /// Trace events for Perfetto: replicas are tracks, messages are flows.
    TraceEvent,
    /// A graph for Graphviz of what followed from what.
    #[value(alias = "dot")]
    HappensBefore,
    /// A graph for Graphviz of who is linked with whom.
    Topology,
}

/// Draws a run, or prints a file in full.
pub(super) fn show(arguments: &Arguments, terminal: &Terminal) -> io::Result<Exit> {
    let Some(found) = files::read(std::slice::from_ref(&arguments.path), terminal) else { return Ok(Exit::Refused) };
    let Arguments { ascii, all, width, .. } = *arguments;
    if found.len() > 1 && arguments.output.is_some() {
        terminal.complain("the file stands for several runs, and one file cannot hold them all: leave `-o` out");
        return Ok(Exit::Refused);
    }
    let other = match &arguments.against {
        None => None,
        Some(path) => match files::read(std::slice::from_ref(path), terminal).as_deref() {
            Some([one]) => {
                let seed = arguments.seed.or(one.file.seed).unwrap_or_default();
                Some((depicted(one, seed), caption(one, seed)))
            }
            Some(_) => {
                terminal.complain("`--against` takes one file that stands for one run");
                return Ok(Exit::Refused);
            }
            None => return Ok(Exit::Refused),
        },
    };
    let is_shown = arguments.output.as_deref().is_none_or(|output| output.as_os_str() == "-");
    for (nth, found) in found.iter().enumerate() {
        let file = &found.file;
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
        let picture = depicted(found, seed);
        let text = match arguments.form {
            Form::Story => {
                // A terminal takes colours that are not wanted away by itself; a file would keep them.
                let drawing = Drawing { width, ascii, all, colours: is_shown };
                match &other {
                    None => story(&picture, drawing),
                    Some((other, _)) => story_against(&picture, other, drawing),
                }
            }
            Form::Json => json(&picture, &caption(found, seed)),
            Form::Html => {
                let other = other.as_ref().map(|(picture, caption)| (picture, caption));
                page((&picture, &caption(found, seed)), other)
            }
            Form::Shiviz => match &other {
                None => shiviz(&[(&file.name, &picture)], all),
                Some((other, _)) => shiviz(&[("this run", &picture), ("the other run", other)], all),
            },
            Form::Mermaid => mermaid(&picture, all),
            Form::TraceEvent => trace_event(&picture, all),
            Form::HappensBefore => happens_before(&picture, all),
            Form::Topology => topology(&picture, &file.world.topology),
        };
        written(&text, arguments.output.as_deref(), terminal)?;
    }
    Ok(if found.is_empty() { Exit::NothingRan } else { Exit::Expected })
}

/// What happens in a seed.
fn depicted(found: &Found, seed: Seed) -> Picture {
    depict(&found.file, seed).unwrap_or_else(|error| unreachable!("it was resolved before: {error}"))
}

/// What is known of a run beside what happens in it.
fn caption(found: &Found, seed: Seed) -> Caption {
    let Found { path, file, only } = found;
    Caption {
        title: file.name.clone(),
        about: file.about.clone(),
        source: std::fs::read_to_string(path).unwrap_or_else(|_| file.to_ron()),
        again: again::command(path, only.as_deref(), seed, &[]),
    }
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
