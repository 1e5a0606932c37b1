//! `squall demo`: finds a bug, makes it small, and draws it, in less than two seconds.

use std::io;

use super::shrink::{IN_COLOURS, told};
use super::terminal::{Terminal, Tone};
use super::{Exit, crew};
use crate::base::Seed;
use crate::hunt::{Limits, catch};

/// What is hunted: a set that forgets removals, as a text prints it.
const STORY: &str = include_str!("demo.ron");

/// Hunts, shrinks, draws, and says what to try next.
pub(super) fn demo(terminal: &Terminal) -> io::Result<Exit> {
    let file = crate::run::read(STORY).unwrap_or_else(|error| unreachable!("the demo's own file: {error}"));
    terminal.result(format_args!("{}\n\n{}\n{}", Tone::Strong.paint("squall demo"), file.about, STORY.trim_end()))?;
    let limits = Limits::jobs(crew::cores());
    let found = (0..file.seeds).map(Seed).find_map(|seed| Some((seed, catch(&file, seed, &limits).ok()??)));
    let Some((seed, found)) = found else {
        terminal.complain("nothing was found, which is a mistake in squall");
        return Ok(Exit::Failed);
    };
    terminal.result(format_args!(
        "\nSeed {seed} breaks it. What is left of that run when all is gone that it can do without:\n"
    ))?;
    terminal.result(told(&found, IN_COLOURS))?;
    terminal.result(format_args!(
        "\nTry next:\n  squall new my_first.ron          a scenario of your own to start from\n  \
         squall run scenarios             the bundled stories, bugs and cures side by side\n  \
         squall explain sec               what a check finds, and what it cannot see"
    ))?;
    Ok(Exit::Expected)
}
