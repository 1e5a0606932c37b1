//! The formats in which results are told: for people, for programs, and for build servers.

mod json;
mod junit;
mod text;

use std::io;

use clap::ValueEnum;

use super::Exit;
use super::terminal::Terminal;
use super::told::{Tally, Told};

/// What [`json`] writes, field by field.
pub(super) const JSON: &str = include_str!("json.md");

/// In which format results are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A line for each scenario, and the failures once more at the end.
    Text,
    /// A JSON object on each line: `squall explain json` says what is in them.
    Json,
    /// JUnit XML.
    Junit,
}

/// Whoever tells what came of scenarios, one by one as they are done, and in the end of all.
pub(super) trait Teller {
    /// So many scenarios are about to be run.
    fn begin(&mut self, _scenarios: usize) -> io::Result<()> {
        Ok(())
    }

    /// This came of one.
    fn scenario(&mut self, told: &Told<'_>) -> io::Result<()>;

    /// That was all.
    fn end(&mut self, tally: &Tally, exit: Exit) -> io::Result<()>;
}

impl Format {
    /// One who tells it so.
    pub(super) fn teller(self, terminal: &Terminal) -> Box<dyn Teller + '_> {
        match self {
            Format::Text => Box::new(text::Text::on(terminal)),
            Format::Json => Box::new(json::Json::on(terminal)),
            Format::Junit => Box::new(junit::Junit::on(terminal)),
        }
    }
}
