//! How long a hunt may take, and on how many threads.
#![allow(clippy::disallowed_types, reason = "people wait for a hunt by the clock on the wall; no run reads it")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::Vitals;
use crate::base::Span;

/// Tells how long something took, for people.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts it.
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    /// The seconds since then.
    pub fn seconds(self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// How long there is, and on how many threads.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How many threads work.
    pub jobs: usize,
    /// When to be content with what there is.
    pub until: Option<Instant>,
    /// Set by whoever cannot wait any longer.
    pub stop: Option<&'static AtomicBool>,
    /// Where those who work give signs of life.
    pub vitals: Vitals,
}

impl Limits {
    /// So many threads, and all the time that it takes.
    pub fn jobs(jobs: usize) -> Limits {
        Limits { jobs: jobs.max(1), until: None, stop: None, vitals: Vitals::default() }
    }

    /// The same, with so much time from now.
    pub fn within(self, time: Duration) -> Limits {
        Limits { until: Instant::now().checked_add(time), ..self }
    }

    /// The same, with so much virtual time's worth of waiting from now, if that is less.
    pub fn within_at_most(self, time: Span) -> Limits {
        let until = Instant::now().checked_add(Duration::from_nanos(time.0));
        Limits { until: until.into_iter().chain(self.until).min(), ..self }
    }

    /// The same, until this flag is set.
    pub fn stopped_by(self, stop: &'static AtomicBool) -> Limits {
        Limits { stop: Some(stop), ..self }
    }

    /// The same, with an eye on those who work.
    pub fn watched_by(self, vitals: Vitals) -> Limits {
        Limits { vitals, ..self }
    }

    /// Whether time is up.
    pub fn are_reached(&self) -> bool {
        self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
            || self.until.is_some_and(|until| Instant::now() >= until)
    }
}
