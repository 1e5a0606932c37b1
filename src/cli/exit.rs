//! How the program ends: every exit code, what it is for, and what `squall explain` says of it.
//!
//! The codes are stable: scripts and build servers rely on them.

use std::process::ExitCode;

/// What the program says with its exit code. When several apply, the one that is later in [`Exit::ALL`] counts,
/// save where a verb says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All as expected, be it that something had to be wrong.
    Expected,
    /// Something is violated, or something that had to be is not.
    Violated,
    /// Wrong usage, a scenario that cannot be run, or nowhere to write.
    Refused,
    /// Nothing is violated, but not all came into play that should have, or not all seeds were run.
    Inconclusive,
    /// There was nothing to run.
    NothingRan,
    /// One seed gave two results.
    Unstable,
    /// The program itself failed.
    Failed,
    /// Interrupted; what was found until then is reported.
    Interrupted,
}

impl Exit {
    /// All of them, by their codes.
    pub const ALL: [Exit; 8] = [
        Exit::Expected,
        Exit::Violated,
        Exit::Refused,
        Exit::Inconclusive,
        Exit::NothingRan,
        Exit::Unstable,
        Exit::Failed,
        Exit::Interrupted,
    ];

    /// The code.
    pub const fn code(self) -> u8 {
        match self {
            Exit::Expected => 0,
            Exit::Violated => 1,
            Exit::Refused => 2,
            Exit::Inconclusive => 3,
            Exit::NothingRan => 4,
            Exit::Unstable => 5,
            Exit::Failed => 70,
            Exit::Interrupted => 130,
        }
    }

    /// What it means, in a line.
    pub const fn meaning(self) -> &'static str {
        match self {
            Exit::Expected => "all as expected",
            Exit::Violated => "something is violated, or something that had to be is not",
            Exit::Refused => "wrong usage, a scenario that cannot be run, or nowhere to write",
            Exit::Inconclusive => "inconclusive: vacuous, or fewer seeds were run than asked for",
            Exit::NothingRan => "nothing ran",
            Exit::Unstable => "not deterministic: one seed gave two results",
            Exit::Failed => "squall itself failed",
            Exit::Interrupted => "interrupted; what was found until then is reported",
        }
    }

    /// How the last line of a run begins.
    pub(super) const fn headline(self) -> &'static str {
        match self {
            Exit::Expected => "PASSED",
            Exit::Violated => "FAILED",
            Exit::Refused => "REFUSED",
            Exit::Inconclusive => "INCONCLUSIVE",
            Exit::NothingRan => "NOTHING RAN",
            Exit::Unstable => "NOT DETERMINISTIC",
            Exit::Failed => "SQUALL FAILED",
            Exit::Interrupted => "INTERRUPTED",
        }
    }

    /// What to make of it, in a paragraph.
    pub(super) const fn explained(self) -> &'static str {
        match self {
            Exit::Expected => {
                "Every scenario came to what it says it must come to. That may be a violation: a scenario with \
                 `expect: Violates(\"sec\")` is as expected when `sec` finds something first."
            }
            Exit::Violated => {
                "In some seed a check found something that the scenario does not expect, code under test panicked or \
                 did not come to rest, or a violation that the scenario expects did not come. Each is listed again at \
                 the end, with the command that shows it once more."
            }
            Exit::Refused => {
                "Nothing was judged. The command line or a scenario file says something that cannot be; all mistakes of \
                 all files are named on standard error. Or the results could not be written, as on a full disk."
            }
            Exit::Inconclusive => {
                "No check found anything, and yet that is no pass: a fault of the scenario never bit in any seed, no \
                 check had anything to judge, or fewer seeds were run than were asked for."
            }
            Exit::NothingRan => {
                "There is no scenario file at the paths that were given. In a folder, scenario files are those that end \
                 in `.ron`."
            }
            Exit::Unstable => {
                "The first seed of each scenario is run twice, in worlds of their own, and the two runs differed. What \
                 else was found cannot be trusted then. Look for what a replica reads beside its context: a clock, the \
                 order of a hash map, an address, a static."
            }
            Exit::Failed => {
                "The program panicked outside the code under test. That is a mistake in squall, whatever the scenario \
                 says: please report it, with the command and what was printed."
            }
            Exit::Interrupted => {
                "The first Ctrl-C lets the seeds that are being run come to their end and reports what was found until \
                 then; a second one ends the program at once."
            }
        }
    }

    /// A line for each.
    pub(super) fn table() -> String {
        let line = |exit: Exit| format!("  {:>3}  {}", exit.code(), exit.meaning());
        let lines: Vec<String> = Exit::ALL.into_iter().map(line).collect();
        format!("Exit codes:\n{}", lines.join("\n"))
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}
