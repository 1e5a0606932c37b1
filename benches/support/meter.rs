//! CPU time and memory of this process, as the operating system counts them.
#![allow(clippy::disallowed_types, reason = "to measure real time is what this file is for")]

use std::fmt;
use std::time::Instant;

/// Measures from a start to a stop.
pub(crate) struct Meter {
    wall: Instant,
    cpu: Option<u64>,
}

/// What was measured.
pub(crate) struct Measured {
    count: u64,
    events: u64,
    seconds: f64,
}

/// Nanoseconds that this thread has been running, where the system says so.
fn cpu() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// A figure of this process in kilobytes, such as the most memory that it ever had, `VmHWM`; 0 where the
/// system does not say.
pub(crate) fn status_kb(figure: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(figure)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// What the figures were measured on.
pub(crate) fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("\t: unknown processor");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{}, {cores} cores", model.trim_start_matches(['\t', ' ', ':']))
}

impl Meter {
    pub(crate) fn start() -> Meter {
        Meter { wall: Instant::now(), cpu: cpu() }
    }

    pub(crate) fn stop(self, count: u64, events: u64) -> Measured {
        let wall = self.wall.elapsed().as_secs_f64();
        let seconds = match (self.cpu, cpu()) {
            (Some(before), Some(after)) => (after - before) as f64 * 1e-9,
            _ => wall,
        };
        Measured { count, events, seconds }
    }
}

impl Measured {
    /// For each of what was counted.
    pub(crate) fn nanos(&self) -> f64 {
        self.seconds * 1e9 / self.count as f64
    }

    /// One line for a script.
    pub(crate) fn line(&self, what: &str, replicas: u32, virtual_ms: u64, check: u64) {
        let Measured { count, events, seconds } = self;
        let rate = *count as f64 / seconds;
        println!(
            "{what},{replicas},{virtual_ms},{count},{events},{seconds:.6},{rate:.0},{},{check}",
            status_kb("VmHWM")
        );
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.count as f64 / self.seconds;
        write!(f, "{rate:>12.0} a CPU second, {:.0} ns", self.nanos())
    }
}
