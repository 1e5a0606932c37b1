//! Seeds of a test in a process of their own: what hangs, eats memory or takes its process down there is found by its
//! seed, and the others go on.
//!
//! The ward is the same test of the same program, started again; it tells of each seed on its standard output. The law:
//! a ward runs the seeds of one call alone, and leaves when they are through.

use std::cell::Cell;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::ops::Range;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use crate::base::{Seed, Span};
use crate::run::Finding;

/// What wards are held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Isolation {
    /// How long a handler may take, by the clock on the wall.
    pub patience: Span,
    /// How many mebibytes a process may take.
    pub memory: u64,
}

impl Default for Isolation {
    fn default() -> Isolation {
        Isolation { patience: Span::secs(10), memory: 2048 }
    }
}

/// What tells a ward which call of the test it is for, and which seeds.
const ASKED: &str = "SQUALL_WARD";

/// What lines of a ward begin with: whatever else is printed there comes from code under test.
const MARK: &str = "<squall ward> ";

/// How often a ward looks at itself.
const GLANCE: Duration = Duration::from_millis(50);

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

/// Whose part a call takes.
pub(super) enum Part {
    /// It asks wards, as the so-many-eth call.
    Asks(u64),
    /// It is the ward, for these seeds.
    Serves(Range<u64>),
    /// Another call is what this ward is for.
    Passes,
}

/// The part of the call that is made now.
pub(super) fn part() -> Part {
    let call = CALLS.replace(CALLS.get() + 1);
    let Ok(asked) = std::env::var(ASKED) else { return Part::Asks(call) };
    let mut numbers = asked.split(' ').filter_map(|number| number.parse::<u64>().ok());
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(nth), Some(from), Some(to)) if nth == call => Part::Serves(from..to),
        _ => Part::Passes,
    }
}

fn say(word: std::fmt::Arguments<'_>) {
    let mut out = std::io::stdout().lock();
    // Whoever does not listen any more has ended this process.
    let _ = writeln!(out, "\n{MARK}{word}").and_then(|()| out.flush());
}

/// In a ward: runs seeds, tells of each whether something is found, and ends.
pub(super) fn serve(
    seeds: Range<u64>,
    limits: Isolation,
    pulse: &Arc<AtomicU64>,
    mut finds: impl FnMut(u64) -> bool,
) -> ! {
    let pulse = Arc::clone(pulse);
    thread::spawn(move || watch(limits, &pulse));
    for seed in seeds {
        say(format_args!("begins {seed}"));
        let word = if finds(seed) { "finds" } else { "passes" };
        say(format_args!("{word} {seed}"));
    }
    std::process::exit(0)
}

/// In a ward: ends it where a handler does not return or memory runs out.
fn watch(limits: Isolation, pulse: &AtomicU64) {
    let (mut felt, mut same) = (0, 0);
    loop {
        thread::sleep(GLANCE);
        let now = pulse.load(Ordering::Relaxed);
        same = if now == felt { same + 1 } else { 0 };
        felt = now;
        if GLANCE.saturating_mul(same) >= Duration::from_nanos(limits.patience.0) {
            say(format_args!("lost hang a handler did not return within {}", limits.patience));
            std::process::exit(1);
        }
        if let Some(taken) = taken().filter(|taken| *taken > limits.memory) {
            say(format_args!("lost memory {taken} MiB were taken, and {} are allowed", limits.memory));
            std::process::exit(1);
        }
    }
}

/// How many mebibytes this process takes, where the system says so.
fn taken() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kilobytes| kilobytes >> 10)
}

/// What is heard of the seeds of a call.
pub(super) enum Heard {
    /// Something is found in this seed, and can be found again.
    Finds(Seed),
    /// The process was lost in this seed, in this way.
    Lost(Seed, Finding),
}

/// Runs seeds in wards, as many as it takes, and tells what is heard of them until nobody wants to hear more.
///
/// # Panics
/// Where no process can be started.
pub(super) fn ask(call: u64, seeds: Range<u64>, mut hear: impl FnMut(Heard) -> bool) {
    let mut left = seeds;
    while !left.is_empty() {
        let mut ward =
            start(call, &left).unwrap_or_else(|error| panic!("a process of its own is not started: {error}"));
        let last_words = ward.stderr.take().map(|stderr| thread::spawn(|| last_line(stderr)));
        let (mut at, mut lost, mut goes_on) = (None, None, true);
        if let Some(stdout) = ward.stdout.take() {
            for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).into_owned();
                let Some((_, word)) = line.split_once(MARK) else { continue };
                let mut words = word.splitn(3, ' ');
                match (words.next(), words.next(), words.next()) {
                    (Some("begins"), Some(seed), None) => at = seed.parse::<u64>().ok(),
                    (Some(word @ ("passes" | "finds")), Some(seed), None) => {
                        let Ok(seed) = seed.parse::<u64>() else { continue };
                        (at, left.start) = (None, seed.saturating_add(1));
                        if word == "finds" && !hear(Heard::Finds(Seed(seed))) {
                            goes_on = false;
                            break;
                        }
                    }
                    (Some("lost"), Some(way), Some(says)) => lost = Some((way.to_owned(), says.to_owned())),
                    _ => {}
                }
            }
        }
        // It may have ended by itself.
        let _ = ward.kill();
        let ended = ward.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
        let words = last_words.and_then(|reader| reader.join().ok()).unwrap_or_default();
        if !goes_on {
            return;
        }
        match at {
            Some(seed) => {
                let (way, says) =
                    lost.unwrap_or_else(|| ("abort".to_owned(), format!("the process ended ({ended}): {words}")));
                let way = Finding::LOSSES.into_iter().find(|known| *known == way).unwrap_or("abort");
                left.start = seed.saturating_add(1);
                if !hear(Heard::Lost(Seed(seed), Finding::Lost(way, says))) {
                    return;
                }
            }
            None if left.is_empty() => {}
            None => panic!("a process of its own ends before it begins: {ended}; {words}"),
        }
    }
}

/// The same test of the same program, for these seeds of a call.
fn start(call: u64, seeds: &Range<u64>) -> std::io::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    match thread::current().name().filter(|name| *name != "main") {
        Some(test) => command.args(["--exact", test, "--nocapture", "--include-ignored"]),
        None => command.args(std::env::args_os().skip(1)),
    };
    command.env(ASKED, format!("{call} {} {}", seeds.start, seeds.end));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
}

/// The last line that a process said.
fn last_line(mut stream: impl Read) -> String {
    let mut kept: Vec<u8> = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut buffer) {
        kept.extend_from_slice(&buffer[..read]);
        kept.drain(..kept.len().saturating_sub(buffer.len()));
    }
    let text = String::from_utf8_lossy(&kept).into_owned();
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned()
}
