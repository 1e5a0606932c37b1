//! `squall explain`: a paragraph on anything that has a name or a number.

use std::io;

use clap::Args;

use super::Exit;
use super::format;
use super::terminal::{Terminal, plain};
use crate::base::nearest;
use crate::check::{self, causality};
use crate::zoo::specimen;

/// What `squall explain` is told.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The name of a check, a specimen or a guarantee of causality, an exit code, or a format.
    name: String,
}

/// A paragraph.
pub(super) fn explain(arguments: &Arguments, terminal: &Terminal) -> io::Result<Exit> {
    let name = arguments.name.as_str();
    if let Some(text) = paragraph(name) {
        terminal.result(text)?;
        return Ok(Exit::Expected);
    }
    let written = plain(name);
    match nearest(name, names()) {
        Some(other) => terminal.complain(format_args!("nothing is called `{written}`: did you mean `{other}`?")),
        None => terminal.complain(format_args!("nothing is called `{written}`: `squall list` names what there is")),
    }
    Ok(Exit::Refused)
}

/// All that can be explained.
fn names() -> impl Iterator<Item = &'static str> {
    let checks = check::ALL.into_iter().map(|about| about.name);
    let guarantees = causality::LATTICE.iter().map(|member| member.name);
    checks.chain(specimen::all().map(|one| one.name)).chain(guarantees).chain(["causality", "json"])
}

fn paragraph(name: &str) -> Option<String> {
    if let Some(about) = check::ALL.iter().find(|about| about.name == name) {
        let place = causality::place(name).map_or_else(String::new, |place| format!("\n\n{}", place.trim_end()));
        return Some(format!(
            "{}: {}.\n\n{}\n\nIt costs {}.{place}",
            about.name, about.claim, about.explained, about.cost
        ));
    }
    if let Some(text) = causality::explained_member(name) {
        return Some(text.trim_end().to_owned());
    }
    if name == "causality" {
        return Some(causality::explained());
    }
    if let Some(one) = specimen::all().find(|one| one.name == name) {
        let needs: Vec<String> = one.needs.iter().map(|need| format!("{need:?}")).collect();
        let beyond = if needs.is_empty() { "nothing".to_owned() } else { needs.join(", ") };
        return Some(format!(
            "{}: {}.\n\nKnown from: {}.\nTo a user: {}.\nSmallest story: {}.\nCaught by `{}`; needs {beyond} beyond an \
             ordinary bad network.",
            one.name, one.mistake, one.known_from, one.harm, one.story, one.caught_by
        ));
    }
    if let Some(exit) = Exit::ALL.into_iter().find(|exit| exit.code().to_string() == name) {
        return Some(format!("exit code {}: {}.\n\n{}", exit.code(), exit.meaning(), exit.explained()));
    }
    (name == "json").then(|| format::JSON.trim_end().to_owned())
}
