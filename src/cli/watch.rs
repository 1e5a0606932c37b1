//! An eye on what is being run: how far it is, for whoever waits, and whether a handler does not return.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::files::shown;
use super::terminal::{Loudness, Terminal};
use super::{again, interrupt, isolate};
use crate::base::Seed;

/// How often it looks.
const GLANCE: Duration = Duration::from_millis(100);

/// How often it says how far things are where no bar can be drawn.
const NOTE: Duration = Duration::from_secs(10);

/// Those who run seeds, and how far they are.
pub(super) struct Watch<'a> {
    terminal: &'a Terminal,
    patience: Duration,
    /// In a process that runs seeds for another one: how many mebibytes it may take.
    ward: Option<u64>,
    all: u64,
    begun: AtomicU64,
    wanted: AtomicBool,
    running: Mutex<Vec<Running<'a>>>,
}

/// A scenario of which seeds are being run.
struct Running<'a> {
    path: &'a Path,
    only: Option<&'a str>,
    seed: Arc<AtomicU64>,
    pulse: Arc<AtomicU64>,
    /// What was felt at the last glance, and for how many glances it has been the same.
    felt: ((u64, u64), u32),
}

impl<'a> Watch<'a> {
    /// A watch over so many seeds, that speaks up when a handler takes longer than that.
    pub(super) fn over(all: u64, patience: Duration, terminal: &'a Terminal) -> Watch<'a> {
        let (begun, wanted) = (AtomicU64::new(0), AtomicBool::new(true));
        Watch { terminal, patience, ward: None, all, begun, wanted, running: Mutex::default() }
    }

    /// The same in a ward that may take so much memory: what is wrong ends it.
    pub(super) fn in_ward(self, mebibytes: u64) -> Watch<'a> {
        Watch { ward: Some(mebibytes), ..self }
    }

    /// These seeds, as long as results are wanted; and the pulse to feel while they are run.
    pub(super) fn seeds(
        &self,
        (path, only): (&'a Path, Option<&'a str>),
        seeds: impl Iterator<Item = u64>,
    ) -> (impl Iterator<Item = u64>, Arc<AtomicU64>) {
        let (seed, pulse) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let running = Running { path, only, seed: seed.clone(), pulse: pulse.clone(), felt: ((0, 0), 0) };
        self.running().push(running);
        let seeds = seeds.take_while(move |next| {
            seed.store(*next, Ordering::Relaxed);
            self.begun.fetch_add(1, Ordering::Relaxed);
            self.wanted.load(Ordering::Relaxed) && !interrupt::heard()
        });
        (seeds, pulse)
    }

    /// A scenario is done, after so many seeds.
    pub(super) fn done(&self, pulse: &Arc<AtomicU64>) {
        self.running().retain(|running| !Arc::ptr_eq(&running.pulse, pulse));
    }

    /// Nobody wants any more results.
    pub(super) fn enough(&self) {
        self.wanted.store(false, Ordering::Relaxed);
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Vec<Running<'a>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at it all from time to time, until it is over.
    pub(super) fn attend(&self, over: &AtomicBool) {
        let bar = self.bar();
        self.terminal.show(bar.clone());
        let mut glances = 0;
        while !over.load(Ordering::Relaxed) {
            thread::park_timeout(GLANCE);
            glances += 1;
            let begun = self.begun.load(Ordering::Relaxed);
            match &bar {
                Some(bar) => bar.set_position(begun),
                None if self.ward.is_none() && glances % glances_in(NOTE) == 0 => {
                    self.terminal.note(format_args!("{begun} of {} runs are begun", self.all));
                }
                None => {}
            }
            self.feel();
            self.weigh();
        }
        self.terminal.show(None);
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
    }

    fn bar(&self) -> Option<ProgressBar> {
        if !self.terminal.is_watched() || self.terminal.loudness() == Loudness::Quiet {
            return None;
        }
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} runs, {per_sec}, {eta} to go");
        let bar = ProgressBar::with_draw_target(Some(self.all), ProgressDrawTarget::stderr());
        Some(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
    }

    /// Speaks up, once, for each seed that has been in one handler for too long.
    fn feel(&self) {
        for running in self.running().iter_mut() {
            let felt = (running.seed.load(Ordering::Relaxed), running.pulse.load(Ordering::Relaxed));
            let (last, glances) = &mut running.felt;
            *glances = if *last == felt { glances.saturating_add(1) } else { 0 };
            *last = felt;
            if *glances == glances_in(self.patience) {
                let (path, seed, seconds) = (shown(running.path), Seed(felt.0), self.patience.as_secs_f64());
                if self.ward.is_some() {
                    isolate::give_up("hang", format!("a handler did not return within {seconds} s"), self.terminal);
                }
                let again = again::command(running.path, running.only, seed, &[]);
                self.terminal.warn(format_args!(
                    "seed {seed} of {path} has been in one handler for {seconds} s; to run it alone: {again}"
                ));
            }
        }
    }

    /// Ends a ward that takes too much memory.
    fn weigh(&self) {
        if let Some(most) = self.ward
            && let Some(taken) = isolate::taken().filter(|taken| *taken > most)
        {
            isolate::give_up("memory", format!("{taken} MiB were taken, and {most} are allowed"), self.terminal);
        }
    }
}

fn glances_in(time: Duration) -> u32 {
    u32::try_from(time.as_millis() / GLANCE.as_millis()).unwrap_or(u32::MAX).max(1)
}
