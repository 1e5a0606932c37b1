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
const WIDTH: usize = 100;

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
    format!("{} ({kind}): {line}.\n\n{}", Tone::Strong.paint(name), wrapped(&text))
}

/// A text whose long lines end between two words; what is laid out in short ones stays as it is.
fn wrapped(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(broken).collect();
    lines.join("\n")
}

fn broken(line: &str) -> String {
    if line.chars().count() <= WIDTH {
        return line.to_owned();
    }
    let (mut broken, mut column) = (String::new(), 0);
    for word in line.split_whitespace() {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > WIDTH {
            broken.push('\n');
            column = 0;
        } else if column > 0 {
            broken.push(' ');
            column += 1;
        }
        broken.push_str(word);
        column += width;
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_between_words() {
        let text = wrapped(&format!("{}\n\nend", "word ".repeat(40)));
        let lengths: Vec<usize> = text.lines().map(str::len).collect();
        assert_eq!(lengths, [99, 99, 0, 3]);
        assert_eq!(wrapped("  a tree\n  ├─ leaf"), "  a tree\n  ├─ leaf");
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
