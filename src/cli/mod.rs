//! The command line: one file a verb, arguments in, an exit code out.
//!
//! Results go to standard output and everything else to standard error. Exit codes are stable.

mod again;
mod campaign_page;
mod catalogue;
mod check;
mod crew;
mod demo;
mod environment;
mod exit;
mod explain;
mod explore;
mod files;
mod findings;
mod format;
mod fuzz;
mod github;
mod interrupt;
mod isolate;
mod list;
mod merge;
mod new;
mod plan;
mod results;
mod run;
mod seeds;
mod shards;
mod share;
mod shell;
mod show;
mod shrink;
mod terminal;
mod told;
mod watch;

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ArgMatches, ColorChoice, Command, CommandFactory, FromArgMatches, Parser, Subcommand};
pub use exit::Exit;
use seeds::Seeds;
use terminal::{Loudness, Terminal};

use crate::base::Seed;

/// A deterministic simulator that finds the bugs replicas show only when the network misbehaves.
#[derive(Debug, Parser)]
#[command(name = "squall", version, about, long_about = None, after_help = Exit::table())]
struct Arguments {
    /// Tell only what is wrong, and the last line.
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Tell more.
    #[arg(long, short, global = true)]
    verbose: bool,
    /// When to use colours; NO_COLOR is honoured.
    #[arg(long, global = true, value_name = "WHEN", default_value_t = ColorChoice::Auto, env = "SQUALL_COLOR")]
    color: ColorChoice,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run scenario files, or folders of them, and compare with what they expect.
    Run(run::Arguments),
    /// Find a bug, make it small, and draw it: what squall does, in two seconds.
    Demo,
    /// Hunt through many seeds, and make small what is found.
    Fuzz(fuzz::Arguments),
    /// Make one report of what the shards of a hunt found.
    Merge(merge::Arguments),
    /// Print the job files that spread a hunt over machines.
    Plan(plan::Arguments),
    /// Go through all that can happen in a small world: every order, loss, duplicate and crash, with no chance in it.
    Explore(explore::Arguments),
    /// Draw what happens in a seed, or print a file with all that it goes without saying.
    Show(show::Arguments),
    /// Make what a seed shows as small as can be.
    Shrink(shrink::Arguments),
    /// Validate scenario files without running them.
    Check(check::Arguments),
    /// Write a commented scenario to start from.
    New(new::Arguments),
    /// List what there is: data types, syncs, broadcasts, systems, checks, faults, specimens, scenarios.
    List(list::Arguments),
    /// Explain anything that is listed, an exit code, or a word of a report.
    Explain(explain::Arguments),
    /// Print the script that completes the command line in a shell.
    Completions(shell::Completions),
    /// Print the manual, or write a page for each verb.
    Man(shell::Manual),
}

/// Does what the command line of this process says.
pub fn main() -> ExitCode {
    crate::run::hush();
    guarded(|| {
        let command = Arguments::command();
        let read = command.try_get_matches().and_then(|matches| {
            let arguments = Arguments::from_arg_matches(&matches)?;
            Ok((arguments, matches))
        });
        match read {
            Ok((arguments, matches)) => obey(&arguments, &matches),
            Err(error) => told(&error),
        }
    })
    .into()
}

/// Does something that must not panic, and says so where it does.
fn guarded(work: impl FnOnce() -> Exit) -> Exit {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Terminal::new(ColorChoice::Auto, Loudness::Usual).complain(
            "squall itself failed: this is a mistake in squall and not in what it ran; please report it, with the \
             command and the lines above",
        );
        Exit::Failed
    })
}

/// Prints help, the version, or what is wrong with a command line.
fn told(error: &clap::Error) -> Exit {
    if error.use_stderr() {
        // Whoever cannot be told learns it from the exit code.
        let _ = error.print();
        return Exit::Refused;
    }
    let terminal = Terminal::new(ColorChoice::Auto, Loudness::Usual);
    ended(terminal.results(&error.render().ansi().to_string()).map(|()| Exit::Expected), &terminal)
}

fn obey(arguments: &Arguments, matches: &ArgMatches) -> Exit {
    let loudness = match arguments {
        Arguments { quiet: true, .. } => Loudness::Quiet,
        Arguments { verbose: true, .. } => Loudness::Verbose,
        _ => Loudness::Usual,
    };
    let terminal = Terminal::new(arguments.color, loudness);
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for unread in environment::unread(&Arguments::command(), names) {
        terminal.warn(unread);
    }
    let done = match &arguments.verb {
        Verb::Run(told) => match chosen(matches, told.seed, told.seeds) {
            Ok(seeds) => run::run(told, seeds, &terminal),
            Err(error) => return misused("run", &error),
        },
        Verb::Demo => demo::demo(&terminal),
        Verb::Fuzz(told) => match chosen(matches, told.seed, told.hunts.seeds) {
            Ok(seeds) => fuzz::fuzz(told, seeds, &terminal),
            Err(error) => return misused("fuzz", &error),
        },
        Verb::Merge(told) => merge::merge(told, &terminal),
        Verb::Plan(told) => plan::plan(told, &terminal),
        Verb::Explore(told) => explore::explore(told, &terminal),
        Verb::Show(told) => show::show(told, &terminal),
        Verb::Shrink(told) => shrink::shrink(told, &terminal),
        Verb::Check(told) => check::check(told, &terminal),
        Verb::New(told) => new::new(told, &terminal),
        Verb::List(told) => list::list(told, &terminal),
        Verb::Explain(told) => explain::explain(told, &terminal),
        Verb::Completions(told) => shell::completions(told, Arguments::command(), &terminal),
        Verb::Man(told) => shell::manual(told, Arguments::command(), &terminal),
    };
    ended(done, &terminal)
}

/// Of `--seed` and `--seeds` of a verb, the one that counts.
fn chosen(matches: &ArgMatches, seed: Option<Seed>, seeds: Option<Seeds>) -> Result<Option<Seeds>, String> {
    let (_, matches) = matches.subcommand().unwrap_or_else(|| unreachable!("a verb was read"));
    seeds::chosen(matches, seed, seeds)
}

/// What a verb ended with, be it that nobody could be told.
fn ended(done: io::Result<Exit>, terminal: &Terminal) -> Exit {
    match done {
        Ok(exit) => exit,
        // Whoever read this has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Expected,
        Err(error) => {
            terminal.complain(format_args!("the results cannot be written: {error}"));
            Exit::Refused
        }
    }
}

/// Refuses a command line that clap lets pass.
fn misused(verb: &str, why: &str) -> Exit {
    let mut command: Command = Arguments::command();
    command.build();
    let verb = command.find_subcommand_mut(verb);
    told(&verb.map_or_else(
        || clap::Error::raw(ErrorKind::ArgumentConflict, why),
        |verb| verb.error(ErrorKind::ArgumentConflict, why),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_made() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_panic_of_ours_is_an_exit_code_and_not_an_abort() {
        assert_eq!(guarded(|| panic!("a mistake of ours")), Exit::Failed);
        assert_eq!(guarded(|| Exit::Violated), Exit::Violated);
    }

    #[test]
    fn every_exit_code_is_in_the_help() {
        let help = Arguments::command().render_long_help().to_string();
        for exit in Exit::ALL {
            assert!(help.contains(&format!("{:>3}  {}", exit.code(), exit.meaning())), "{help}");
        }
    }
}
