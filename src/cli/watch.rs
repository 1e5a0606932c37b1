//! An eye on what is being run: how far it is, for whoever waits, and whether a handler does not return.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::files::shown;
use super::terminal::{Loudness, Terminal};
use super::{again, interrupt, isolate};
use crate::base::Seed;
use crate::hunt::{Vital, Vitals};

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
    running: Mutex<Vec<Running>>,
    /// Where those who hunt say that they have begun, and in what.
    hunt: Mutex<Option<(PathBuf, Option<String>, Vitals)>>,
}

/// Somebody who runs seeds of a scenario.
struct Running {
    path: PathBuf,
    only: Option<String>,
    vital: Arc<Vital>,
    /// What was felt at the last glance, and for how many glances it has been the same.
    felt: (Option<(Seed, u64)>, u32),
}

impl<'a> Watch<'a> {
    /// A watch over so many seeds, that speaks up when a handler takes longer than that.
    pub(super) fn over(all: u64, patience: Duration, terminal: &'a Terminal) -> Watch<'a> {
        let (begun, wanted) = (AtomicU64::new(0), AtomicBool::new(true));
        Watch { terminal, patience, ward: None, all, begun, wanted, running: Mutex::default(), hunt: Mutex::default() }
    }

    /// The same in a ward that may take so much memory: what is wrong ends it.
    pub(super) fn in_ward(self, mebibytes: u64) -> Watch<'a> {
        Watch { ward: Some(mebibytes), ..self }
    }

    /// These seeds, as long as results are wanted; and the pulse to feel while they are run.
    pub(super) fn seeds(
        &self,
        (path, only): (&Path, Option<&str>),
        seeds: impl Iterator<Item = u64>,
    ) -> (impl Iterator<Item = u64>, Arc<AtomicU64>) {
        let vital = Arc::new(Vital::default());
        let pulse = vital.pulse();
        self.begins((path, only), Arc::clone(&vital));
        let seeds = seeds.take_while(move |next| {
            vital.runs(Seed(*next));
            self.begun.fetch_add(1, Ordering::Relaxed);
            self.wanted.load(Ordering::Relaxed) && !interrupt::heard()
        });
        (seeds, pulse)
    }

    /// A scenario is done, after so many seeds.
    pub(super) fn done(&self, pulse: &Arc<AtomicU64>) {
        self.running().retain(|running| !Arc::ptr_eq(&running.vital.pulse(), pulse));
    }

    /// A hunt in a scenario begins, and any earlier one is over: where those who hunt give signs of life.
    pub(super) fn hunting(&self, (path, only): (&Path, Option<&str>)) -> Vitals {
        let vitals = Vitals::default();
        self.running().clear();
        *self.hunt() = Some((path.to_owned(), only.map(str::to_owned), vitals.clone()));
        vitals
    }

    /// How many seeds have been begun.
    pub(super) fn begun(&self) -> u64 {
        self.begun.load(Ordering::Relaxed)
    }

    /// So many seeds have been run.
    pub(super) fn ran(&self, seeds: u64) {
        self.begun.store(seeds, Ordering::Relaxed);
    }

    fn begins(&self, (path, only): (&Path, Option<&str>), vital: Arc<Vital>) {
        let (path, only) = (path.to_owned(), only.map(str::to_owned));
        self.running().push(Running { path, only, vital, felt: (None, 0) });
    }

    /// Nobody wants any more results.
    pub(super) fn enough(&self) {
        self.wanted.store(false, Ordering::Relaxed);
    }

    fn running(&self) -> MutexGuard<'_, Vec<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hunt(&self) -> MutexGuard<'_, Option<(PathBuf, Option<String>, Vitals)>> {
        self.hunt.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at it all from time to time, until it is over.
    pub(super) fn attend(&self, over: &AtomicBool) {
        let bar = self.bar();
        self.terminal.show(bar.clone());
        let mut glances = 0;
        while !over.load(Ordering::Relaxed) {
            thread::park_timeout(GLANCE);
            glances += 1;
            let begun = self.begun();
            match &bar {
                Some(bar) => bar.set_position(begun),
                None if self.ward.is_none() && begun > 0 && glances % glances_in(NOTE) == 0 => {
                    let of = if self.all == 0 { String::new() } else { format!(" of {}", self.all) };
                    self.terminal.note(format_args!("{begun}{of} runs are begun"));
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
        let (all, style) = match self.all {
            0 => (None, "{spinner} {pos} runs, {per_sec}"),
            all => (Some(all), "{bar:40} {pos}/{len} runs, {per_sec}, {eta} to go"),
        };
        let style = ProgressStyle::with_template(style);
        let bar = ProgressBar::with_draw_target(all, ProgressDrawTarget::stderr());
        Some(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
    }

    /// Speaks up, once, for each seed that has been in one handler for too long.
    fn feel(&self) {
        if let Some((path, only, vitals)) = &*self.hunt() {
            vitals.newcomers().into_iter().for_each(|vital| self.begins((path, only.as_deref()), vital));
        }
        let mut running = self.running();
        // Who has ended lets go of it.
        running.retain(|running| Arc::strong_count(&running.vital) > 1);
        for running in running.iter_mut() {
            let felt = running.vital.felt();
            let (last, glances) = &mut running.felt;
            *glances = if *last == felt { glances.saturating_add(1) } else { 0 };
            *last = felt;
            if let Some((seed, _)) = felt.filter(|_| *glances == glances_in(self.patience)) {
                let (path, seconds) = (shown(&running.path), self.patience.as_secs_f64());
                if self.ward.is_some() {
                    isolate::give_up("hang", format!("a handler did not return within {seconds} s"), self.terminal);
                }
                let again = again::command(&running.path, running.only.as_deref(), seed, &[]);
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
