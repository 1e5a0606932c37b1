//! `squall explain`: a paragraph on anything that has a name or a number.

use std::io;

use clap::Args;

use super::Exit;
use super::catalogue::{self, Thing};
use super::terminal::{Terminal, Tone, plain};
use crate::base::nearest;

/// What `squall explain` is told.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// What `squall list` names, an exit code, or a word of a report, such as 3 or vacuous.
    #[arg(required = true)]
    name: Vec<String>,
}

/// Lines are broken here, as most terminals and all readers can bear.
const WIDTH: usize = 92;

/// A paragraph on each thing of this name: a check and a broadcast may share one.
pub(super) fn explain(arguments: &Arguments, terminal: &Terminal) -> io::Result<Exit> {
    let name = arguments.name.join(" ");
    let sought = name.to_lowercase();
    let found: Vec<String> = catalogue::things().filter(|thing| thing.name == sought).map(told).collect();
    if !found.is_empty() {
        terminal.result(found.join("\n\n"))?;
        return Ok(Exit::Expected);
    }
    let written = plain(&name);
    let names: Vec<String> = catalogue::things().map(|thing| thing.name).collect();
    match nearest(&name, names.iter().map(String::as_str)) {
        Some(other) => terminal.complain(format_args!("nothing is called `{written}`: did you mean `{other}`?")),
        None => terminal.complain(format_args!("nothing is called `{written}`: `squall list` names what there is")),
    }
    Ok(Exit::Refused)
}

fn told(thing: Thing) -> String {
    let Thing { kind, name, line, text, .. } = thing;
    let head = format!("{} ({kind}): {line}.", Tone::Strong.paint(name));
    // What is laid out already stays as it is.
    let text = if matches!(kind, "format" | "guarantee") { text } else { wrapped(&text) };
    format!("{head}\n\n{text}")
}

/// A text whose lines end between two words, before they are too long.
fn wrapped(text: &str) -> String {
    let mut wrapped = String::new();
    let mut column = 0;
    for (nth, line) in text.lines().enumerate() {
        if nth > 0 {
            wrapped.push('\n');
            column = 0;
        }
        for word in line.split_whitespace() {
            let width = word.chars().count();
            if column > 0 && column + 1 + width > WIDTH {
                wrapped.push('\n');
                column = 0;
            } else if column > 0 {
                wrapped.push(' ');
                column += 1;
            }
            wrapped.push_str(word);
            column += width;
        }
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_between_words() {
        let text = wrapped(&format!("{}\n\nend", "word ".repeat(40)));
        let lengths: Vec<usize> = text.lines().map(str::len).collect();
        assert_eq!(lengths, [89, 89, 19, 0, 3]);
        assert_eq!(wrapped(&"x".repeat(200)), "x".repeat(200));
    }

    #[test]
    fn all_that_is_named_has_a_line_and_a_paragraph() {
        for thing in catalogue::things() {
            let (Thing { kind, name, line, .. }, text) = (&thing, &thing.text);
            let plain = line.chars().next().is_some_and(|first| !first.is_whitespace()) && !line.ends_with('.');
            assert!(plain && line.len() < 200, "{kind} {name}: {line}");
            assert!(text.len() > 60, "{kind} {name}: {text}");
        }
    }
}
