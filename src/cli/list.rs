//! `squall list` and `squall explain`: what there is, and what it is for.

use std::io::{self, Write};

use clap::{Args, ValueEnum};

use super::{EXIT_HOLDS, EXIT_USAGE};
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
pub(super) fn list(arguments: &Arguments) -> u8 {
    let lines: Vec<String> = match arguments.what {
        What::Types => registry::all().map(|(data, syncs)| format!("{data:34}{}", syncs.join(" "))).collect(),
        What::Checks => check::ALL.iter().map(|about| format!("{:22}{}", about.name, about.claim)).collect(),
        What::Specimens => {
            specimen::all().map(|one| format!("{:40}{:12}{}", one.name, one.caught_by, one.mistake)).collect()
        }
    };
    let mut out = io::stdout();
    for line in lines {
        if writeln!(out, "{line}").is_err() {
            // Whoever reads this has read enough.
            break;
        }
    }
    EXIT_HOLDS
}

/// What `squall explain` is told.
#[derive(Debug, Args)]
pub(super) struct Explained {
    /// The name of a check or of a specimen.
    name: String,
}

/// A paragraph.
pub(super) fn explain(arguments: &Explained) -> u8 {
    let name = arguments.name.as_str();
    let text = if let Some(about) = check::ALL.iter().find(|about| about.name == name) {
        format!("{}: {}.\n\n{}\n\nIt costs {}.", about.name, about.claim, about.explained, about.cost)
    } else if let Some(one) = specimen::all().find(|one| one.name == name) {
        let needs: Vec<String> = one.needs.iter().map(|need| format!("{need:?}")).collect();
        let beyond = if needs.is_empty() { "nothing".to_owned() } else { needs.join(", ") };
        format!(
            "{}: {}.\n\nKnown from: {}.\nTo a user: {}.\nSmallest story: {}.\nCaught by `{}`; needs {beyond} beyond an \
             ordinary bad network.",
            one.name, one.mistake, one.known_from, one.harm, one.story, one.caught_by
        )
    } else {
        eprintln!(
            "squall: nothing is called `{name}`: `squall list checks` and `squall list specimens` name what there is"
        );
        return EXIT_USAGE;
    };
    // Whoever does not read on has read enough.
    let _ = writeln!(io::stdout(), "{text}");
    EXIT_HOLDS
}
