//! `squall run`: scenario files in, a line each out, and a last line that cannot be mistaken.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{EXIT_HOLDS, EXIT_NOTHING, EXIT_UNSTABLE, EXIT_USAGE, EXIT_VACUOUS, EXIT_VIOLATED};
use crate::base::Seed;
use crate::run::{Outcome, Verdict, campaign, read, variations};
use crate::scenario::{Expectation, File};

/// What `squall run` is told.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Scenario files, or folders of them.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Run this seed alone, such as 8127 or 0x1fbf.
    #[arg(long, conflicts_with = "seeds", env = "SQUALL_SEED")]
    seed: Option<Seed>,
    /// Run these seeds, such as 0..1000; without it, as many as each file says.
    #[arg(long, value_parser = range)]
    seeds: Option<Range<u64>>,
}

fn range(text: &str) -> Result<Range<u64>, String> {
    let wrong = || format!("`{text}` is no range of seeds: write two numbers, the smaller first, such as 0..1000");
    let (first, last) = text.split_once("..").ok_or_else(wrong)?;
    let seed = |text: &str| text.trim().parse::<Seed>().map(|seed| seed.0).map_err(|error| error.to_string());
    let seeds = seed(first)?..seed(last)?;
    if seeds.is_empty() { Err(wrong()) } else { Ok(seeds) }
}

/// All scenario files at a path, in the order of their names.
fn files(path: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    let entries: io::Result<Vec<PathBuf>> = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut entries = entries?;
    entries.sort();
    for entry in entries {
        if entry.is_dir() || entry.extension().is_some_and(|extension| extension == "ron") {
            files(&entry, found)?;
        }
    }
    Ok(())
}

pub(super) fn run(arguments: &Arguments) -> u8 {
    let mut paths = Vec::new();
    for path in &arguments.paths {
        if let Err(error) = files(path, &mut paths) {
            eprintln!("squall: {}: {error}", path.display());
            return EXIT_USAGE;
        }
    }
    // All files are read before the first is run, so that all mistakes are told at once.
    let mut scenarios = Vec::new();
    let mut mistakes = false;
    for path in paths {
        match scenario(&path) {
            Ok(file) => scenarios.extend(variations(&file).into_iter().map(|file| (path.clone(), file))),
            Err(error) => {
                eprint!("{error}");
                mistakes = true;
            }
        }
    }
    if mistakes {
        return EXIT_USAGE;
    }
    let mut counts = Counts::default();
    for (path, file) in &scenarios {
        let seeds = match (arguments.seed, &arguments.seeds) {
            (Some(seed), _) => seed.0..seed.0.saturating_add(1),
            (None, Some(seeds)) => seeds.clone(),
            (None, None) => match file.seed {
                Some(seed) => seed.0..seed.0.saturating_add(1),
                None => 0..file.seeds,
            },
        };
        match campaign(file, seeds.clone()) {
            Err(error) => {
                eprintln!("squall: {}: {error}", path.display());
                return EXIT_USAGE;
            }
            Ok(outcome) => {
                counts.add(&outcome);
                if tell(path, &seeds, &outcome).is_err() {
                    // Whoever read this has read enough.
                    return counts.code();
                }
            }
        }
    }
    let _ = writeln!(io::stdout(), "{}", counts.sentence());
    counts.code()
}

fn scenario(path: &Path) -> Result<File, String> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| format!("squall: {name}: {error}\n"))?;
    let coloured = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    read(&text).map_err(|mistakes| mistakes.render(&name, &text, coloured))
}

fn tell(path: &Path, seeds: &Range<u64>, outcome: &Outcome) -> io::Result<()> {
    let mut out = io::stdout();
    let Range { start, end } = seeds;
    let told = outcome.is_as_expected() && outcome.expected != Expectation::Holds;
    let verdict = if told { "as told".to_owned() } else { outcome.verdict().to_string() };
    writeln!(out, "{verdict:8}  {}  (seeds {start}..{end}, hash {})", outcome.name, outcome.hash)?;
    if told {
        // A line is enough for what had to be wrong; its seed shows the rest.
        return match outcome.findings.first() {
            Some((seed, finding)) => writeln!(
                out,
                "          `{}` finds it in {} of {} seeds; to see it: squall run {} --seed {seed}",
                finding.check(),
                outcome.findings.len(),
                outcome.runs,
                path.display()
            ),
            None => writeln!(out, "          nothing came into play, as it had to be"),
        };
    }
    for missing in &outcome.missing {
        writeln!(out, "          too little: {missing}")?;
    }
    for idle in &outcome.idle {
        writeln!(out, "          did nothing: {idle}")?;
    }
    if outcome.expected != Expectation::Holds {
        writeln!(out, "          but what had to come of it is: {:?}", outcome.expected)?;
    }
    if let Some((seed, says)) = outcome.finding() {
        let wrong = outcome.findings.len();
        writeln!(out, "          {wrong} of {} seeds; the first is {seed}: {says}", outcome.runs)?;
        writeln!(out, "          again with: squall run {} --seed {seed}", path.display())?;
    }
    Ok(())
}

#[derive(Default)]
struct Counts {
    holds: u32,
    violated: u32,
    vacuous: u32,
    unstable: u32,
    /// Those in which something was wrong, as it had to be.
    expected: u32,
    /// Whether something that had to be wrong was not.
    surprising: bool,
}

impl Counts {
    fn add(&mut self, outcome: &Outcome) {
        if outcome.is_as_expected() && outcome.expected != Expectation::Holds {
            self.expected += 1;
            return;
        }
        self.surprising |= outcome.expected != Expectation::Holds;
        *match outcome.verdict() {
            Verdict::Holds => &mut self.holds,
            Verdict::Violated => &mut self.violated,
            Verdict::Vacuous => &mut self.vacuous,
            Verdict::Unstable => &mut self.unstable,
        } += 1;
    }

    fn all(&self) -> u32 {
        self.holds + self.violated + self.vacuous + self.unstable + self.expected
    }

    fn code(&self) -> u8 {
        match self {
            Counts { unstable: 1.., .. } => EXIT_UNSTABLE,
            Counts { violated: 1.., .. } | Counts { surprising: true, .. } => EXIT_VIOLATED,
            Counts { vacuous: 1.., .. } => EXIT_VACUOUS,
            Counts { holds: 1.., .. } | Counts { expected: 1.., .. } => EXIT_HOLDS,
            _ => EXIT_NOTHING,
        }
    }

    fn sentence(&self) -> String {
        let parts = [
            (self.holds, "hold"),
            (self.expected, "wrong as expected"),
            (self.violated, "violated"),
            (self.vacuous, "vacuous"),
            (self.unstable, "unstable"),
        ];
        let told: Vec<String> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, says)| format!("{count} {says}")).collect();
        match self.all() {
            0 => "nothing ran: there is no scenario file there".to_owned(),
            1 => format!("1 scenario: {}", told.join(", ")),
            all => format!("{all} scenarios: {}", told.join(", ")),
        }
    }
}
