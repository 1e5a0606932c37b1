//! The command line: one file a verb, arguments in, an exit code out.
//!
//! Results go to standard output and everything else to standard error. Exit codes are stable.

mod run;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// All as expected.
pub const EXIT_HOLDS: u8 = 0;
/// Something is violated.
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
Exit codes: 0 all holds; 1 something is violated; 2 wrong usage or a scenario that cannot be run; \
3 a fault never came into play; 4 nothing ran; 5 one seed gave two results";

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run scenario files, or folders of them.
    Run(run::Arguments),
    /// List data types and the syncs that they run on.
    List,
}

/// Does what the command line of this process says.
pub fn main() -> ExitCode {
    let code = match Arguments::parse().verb {
        Verb::Run(arguments) => run::run(&arguments),
        Verb::List => run::list(),
    };
    ExitCode::from(code)
}
