//! The command line: one file a verb, arguments in, an exit code out.
//!
//! Results go to standard output and everything else to standard error. Exit codes are stable.

mod list;
mod run;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// All as expected, be it that something had to be wrong.
pub const EXIT_HOLDS: u8 = 0;
/// Something is violated, or something that had to be is not.
pub const EXIT_VIOLATED: u8 = 1;
/// Wrong usage, or a scenario that cannot be run.
pub const EXIT_USAGE: u8 = 2;
/// Nothing is violated, but a fault never came into play.
pub const EXIT_VACUOUS: u8 = 3;
/// Nothing ran.
pub const EXIT_NOTHING: u8 = 4;
/// One seed gave two results.
pub const EXIT_UNSTABLE: u8 = 5;

/// A deterministic simulator that finds the bugs replicas show only when the network misbehaves.
#[derive(Debug, Parser)]
#[command(name = "squall", version, about, long_about = None, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

const EXIT_CODES: &str = "\
Exit codes: 0 all as expected; 1 something is violated, or something that had to be is not; 2 wrong usage or a scenario that cannot be run; \
3 a fault never came into play; 4 nothing ran; 5 one seed gave two results";

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run scenario files, or folders of them.
    Run(run::Arguments),
    /// List data types, checks, or specimens.
    List(list::Arguments),
    /// Explain a check or a specimen.
    Explain(list::Explained),
}

/// Does what the command line of this process says.
pub fn main() -> ExitCode {
    let code = match Arguments::parse().verb {
        Verb::Run(arguments) => run::run(&arguments),
        Verb::List(arguments) => list::list(&arguments),
        Verb::Explain(arguments) => list::explain(&arguments),
    };
    ExitCode::from(code)
}
