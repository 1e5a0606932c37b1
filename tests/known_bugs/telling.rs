//! Hunts for a bug that is known, and writes down what came of it.

use std::fs;
use std::path::PathBuf;

use squall::subject::{Library, LibraryTest};

/// Whether this is a release in which the bug is mended.
pub const MENDED: bool = cfg!(feature = "mended");

/// In how many runs the bug must be found.
const RUNS: u64 = 10_000;

/// In how many runs of the mended release nothing must be found.
const MENDED_RUNS: u64 = 300;

/// How many replicas, and how many steps, a person is willing to read.
const READABLE: (u32, usize) = (3, 6);

/// A bug that others found before.
pub struct Known {
    /// The library, its release, and the type.
    pub library: &'static str,
    /// Where it was told first.
    pub known_as: &'static str,
    /// What is said of it where it is found, in part.
    pub says: &'static str,
    /// A release in which it is mended and that is hunted through, too.
    pub mended: Option<&'static str>,
}

impl Known {
    /// Finds it in a story that a person is willing to read; or, once it is mended, does not find it. What else is
    /// wrong with that release is passed over.
    #[track_caller]
    pub fn must_be_found<L: Library>(&self, hunt: impl Fn() -> LibraryTest<L>) {
        squall::run::hush();
        let Known { library, known_as, says, mended } = self;
        let release = if MENDED { mended } else { &Some(*library) };
        let Some(release) = release else { return };
        let mut seeds = 0..if MENDED { MENDED_RUNS } else { RUNS };
        while let Some(discovery) = hunt().seeds(seeds.clone()).jobs(2).run() {
            let found = &discovery.found;
            let line = found.finding.to_string().lines().next().unwrap_or_default().to_owned();
            let (replicas, steps) = (found.size.replicas, found.size.requests + found.size.faults + found.size.fates);
            let runs = found.seed.0 + 1;
            if line.contains(says) && (MENDED || replicas <= READABLE.0 && steps <= READABLE.1) {
                assert!(!MENDED, "{release}: it is mended, but in run {runs} this is found:\n{discovery}");
                let row = format!("| {library} | {known_as} | {runs} | {replicas} | {steps} | {line} |\n");
                self.write("found", &row);
                let heading = format!(
                    "## {library}\n\nMessages come in {}, in a world that {}.",
                    discovery.delivery, discovery.world
                );
                self.write("story", &format!("\n{heading}\n\n```text\n{}\n```\n", found.story.trim_end()));
                return;
            }
            self.write("other", &format!("{release}: run {runs}, {replicas} replicas, {steps} steps: {line}\n"));
            if std::env::var_os("KNOWN_BUGS_STORIES").is_some() {
                println!("{discovery}");
            }
            seeds.start = runs;
        }
        assert!(MENDED, "{library}: it is not found in {RUNS} runs");
        self.write("mended", &format!("| {release} | not in {MENDED_RUNS} runs |\n"));
    }

    /// Puts a line into the folder that whoever collects them named, if somebody does; shows it otherwise.
    fn write(&self, kind: &str, text: &str) {
        let Some(folder) = std::env::var_os("KNOWN_BUGS").map(PathBuf::from) else {
            return println!("{text}");
        };
        let name: String = self.library.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').collect();
        let file = folder.join(format!("{name}.{kind}"));
        let before = if kind == "other" { fs::read_to_string(&file).unwrap_or_default() } else { String::new() };
        fs::write(&file, before + text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}
