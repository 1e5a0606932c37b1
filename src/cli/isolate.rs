//! Seeds in processes of their own, so that one which hangs, eats all memory or takes its process down is a finding
//! like any other, and the campaign goes on with the next.
//!
//! The ward is this program again. It tells of each seed before and after it runs, and ends itself when a handler does
//! not return or memory runs out; whatever it ends by, the seed it was at is known.

use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use serde::{Deserialize, Serialize};

use super::files::Found;
use super::interrupt;
use super::seeds::Seeds;
use super::terminal::{Terminal, plain};
use crate::base::{Digest, Seed, Span};
use crate::check;
use crate::run::{Came, Campaign, Finding, Gathering, Outcome};
use crate::scenario::File;
use crate::world::Witness;

/// What lines of a ward begin with: whatever else is printed there comes from code under test.
const MARK: &str = "<squall ward> ";

/// What a ward says.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Word {
    /// This seed is about to run.
    Begins(u64),
    /// It was run.
    Done(Box<Done>),
    /// It did not come to its end, in this way, of which this is known.
    Lost(String, String),
}

/// What a ward says of a seed that was run.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Done {
    /// The run's hash, and what really happened in it.
    run: Option<(String, Witness)>,
    /// How often each check had something to judge.
    judged: Vec<(String, u64)>,
    /// How often each passed over something.
    skipped: Vec<(String, u64)>,
    /// What else there is to know.
    note: Option<String>,
    /// Whether something was found.
    wrong: bool,
    /// Whether the same seed gave something else once more.
    unstable: bool,
}

impl Word {
    fn say(&self, terminal: &Terminal) -> io::Result<()> {
        terminal.result(format_args!("{MARK}{}", serde_json::to_string(self)?))
    }

    fn read(line: &str) -> Option<Word> {
        let (_, word) = line.split_once(MARK)?;
        serde_json::from_str(word).ok()
    }
}

/// What wards are held to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// How long a handler may take.
    pub(super) patience: Span,
    /// How many mebibytes a ward may take.
    pub(super) memory: u64,
}

/// In a ward: runs seeds, and tells of each.
pub(super) fn serve(campaign: Campaign<'_>, seeds: impl Iterator<Item = u64>, terminal: &Terminal) -> io::Result<()> {
    let mut trouble = None;
    let seeds = seeds.map_while(|seed| Word::Begins(seed).say(terminal).is_ok().then_some(seed));
    let ran = campaign.each(seeds, |_, came| {
        let Came { run, finding, judged, skipped, note, unstable } = came;
        let run = run.map(|(hash, witness)| (hash.to_string(), witness));
        let named =
            |counts: Vec<(&str, u64)>| counts.into_iter().map(|(check, count)| (check.to_owned(), count)).collect();
        let (judged, skipped) = (named(judged), named(skipped));
        let done = Done { run, judged, skipped, note, wrong: finding.is_some(), unstable };
        trouble = Word::Done(Box::new(done)).say(terminal).err().or(trouble.take());
    });
    ran.unwrap_or_else(|error| unreachable!("it was resolved before: {error}"));
    trouble.map_or(Ok(()), Err)
}

/// In a ward: gives up the seed that is being run, in a way that is told.
pub(super) fn give_up(way: &'static str, says: String, terminal: &Terminal) -> ! {
    // Whoever waits for it learns from the end of the process, if not from this.
    let _ = Word::Lost(way.to_owned(), says).say(terminal);
    std::process::exit(1)
}

/// How many mebibytes this process takes, where the system says so.
pub(super) fn taken() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kilobytes| kilobytes >> 10)
}

/// Runs seeds in wards, as many as it takes.
pub(super) fn campaign(
    Found { path, file, only }: &Found,
    seeds: Seeds,
    wanted: &mut dyn Iterator<Item = u64>,
    (checks, limits): (&[String], Limits),
) -> io::Result<Outcome> {
    let mut gathering = Gathering::of(file);
    let mut left = Some(seeds);
    while let Some(seeds) = left {
        let mut ward = ward((path, only.as_deref()), seeds, checks, limits)?;
        // What it says beside its words is kept to its end, for what it may say of it.
        let last_words = ward.stderr.take().map(|stderr| thread::spawn(|| end_of(stderr)));
        let (mut at, mut told, mut enough) = (None, None, false);
        if let Some(stdout) = ward.stdout.take() {
            for line in BufReader::new(stdout).split(b'\n') {
                match Word::read(&String::from_utf8_lossy(&line?)) {
                    Some(Word::Begins(_)) if wanted.next().is_none() => {
                        enough = true;
                        break;
                    }
                    Some(Word::Begins(seed)) => at = Some(Seed(seed)),
                    Some(Word::Done(done)) => {
                        let Some(seed) = at.take() else { continue };
                        left = seeds_after(seeds, seed);
                        gathering.add(seed, came(file, seed, *done));
                    }
                    Some(Word::Lost(way, says)) => told = Some((way, says)),
                    None => {}
                }
            }
        }
        let ended = end(ward)?;
        let words = last_words.and_then(|reader| reader.join().ok()).unwrap_or_default();
        if enough || interrupt::heard() {
            break;
        }
        match at {
            Some(seed) => {
                let finding = told.map_or_else(|| lost(&ended, &words), |(way, says)| lost_in(&way, says));
                gathering.add(seed, Came { finding: Some(finding), ..Came::default() });
                left = seeds_after(seeds, seed);
            }
            // It ended before it began a seed: another one would, too.
            None if left == Some(seeds) => {
                return Err(io::Error::other(format!("a process of its own cannot be started: {ended}; {words}")));
            }
            None => {}
        }
    }
    Ok(gathering.outcome().unwrap_or_else(|error| unreachable!("it was resolved before: {error}")))
}

/// Those of these seeds that come after one of them.
fn seeds_after(seeds: Seeds, seed: Seed) -> Option<Seeds> {
    let next = seed.0.checked_add(1)?;
    Seeds::between(next, *seeds.each().end())
}

fn ward((path, only): (&Path, Option<&str>), seeds: Seeds, checks: &[String], limits: Limits) -> io::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    let (seeds, memory) = (seeds.each(), limits.memory.to_string());
    command.args(["run", "--ward", "--quiet", "--color", "never", "--jobs", "1", "--memory", &memory]);
    command.args(["--handler-timeout", &limits.patience.to_string()]);
    command.args(["--seeds", &format!("{}..={}", seeds.start(), seeds.end())]);
    checks.iter().for_each(|check| {
        command.args(["--check", check]);
    });
    if let Some(name) = only {
        command.arg(format!("--only={name}"));
    }
    command.arg("--").arg(path);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
}

fn end(mut ward: Child) -> io::Result<String> {
    // It may have ended by itself.
    let _ = ward.kill();
    Ok(ward.wait()?.to_string())
}

/// The last line that a process said.
fn end_of(mut stream: impl Read) -> String {
    let mut kept: Vec<u8> = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut buffer) {
        kept.extend_from_slice(&buffer[..read]);
        kept.drain(..kept.len().saturating_sub(buffer.len()));
    }
    let text = String::from_utf8_lossy(&kept).into_owned();
    plain(text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default())
}

/// What came of a seed, told by a ward. What was found is found again here: it is known to come to an end.
fn came(file: &File, seed: Seed, done: Done) -> Came {
    let Done { run, judged, skipped, note, wrong, unstable } = done;
    let again = || Campaign::of(file).run([seed.0]).ok()?.findings.pop().map(|(_, finding)| finding);
    let finding = wrong.then(|| {
        again().unwrap_or_else(|| lost_in("abort", "found in a process of its own, and not found again".to_owned()))
    });
    let run = run.and_then(|(hash, witness)| Some((Digest(u128::from_str_radix(&hash, 16).ok()?), witness)));
    let known = |name: &str| check::ALL.iter().find(|about| about.name == name).map(|about| about.name);
    let counts = |named: Vec<(String, u64)>| -> Vec<_> {
        named.into_iter().filter_map(|(check, count)| Some((known(&check)?, count))).collect()
    };
    Came { run, finding, judged: counts(judged), skipped: counts(skipped), note, unstable }
}

/// A ward that was lost, in a way that it told itself.
fn lost_in(way: &str, says: String) -> Finding {
    let way = Finding::LOSSES.into_iter().find(|known| *known == way).unwrap_or("abort");
    Finding::Lost(way, says)
}

/// A ward that was lost without a word of its own.
fn lost(ended: &str, words: &str) -> Finding {
    let way = if words.contains("memory allocation") { "memory" } else { "abort" };
    let gap = if words.is_empty() { "" } else { ": " };
    lost_in(way, format!("the process ended ({ended}){gap}{words}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_code_under_test_prints_is_no_word_of_a_ward() {
        for line in ["{\"Begins\":3}", "<squall ward>", "<squall ward> {}", ""] {
            assert_eq!(Word::read(line), None, "{line}");
        }
        let word = format!("printed without an end of line{MARK}{{\"Begins\":3}}");
        assert_eq!(Word::read(&word), Some(Word::Begins(3)));
    }

    #[test]
    fn of_a_process_that_ended_the_last_line_is_told() {
        let stack = end_of("one\nthread has overflowed its stack\n\n".as_bytes());
        assert_eq!(
            lost("signal: 6", &stack).to_string(),
            "abort: the process ended (signal: 6): thread has overflowed its stack"
        );
        assert_eq!(lost("signal: 9", "").check(), "abort");
        assert_eq!(lost("signal: 6", "memory allocation of 9 bytes failed").check(), "memory");
    }
}
