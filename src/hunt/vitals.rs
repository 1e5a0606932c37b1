//! Signs of life: which seed each of those is at who run some, and that its handlers return.
//!
//! Nothing here changes what is run; whoever has an eye on it feels for a pulse that stands still.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::Seed;

/// Those who run seeds, as far as they have not been looked at yet.
#[derive(Clone, Debug, Default)]
pub struct Vitals(Arc<Mutex<Vec<Arc<Vital>>>>);

/// One who runs seeds.
#[derive(Debug, Default)]
pub struct Vital {
    seed: AtomicU64,
    pulse: Arc<AtomicU64>,
    is_idle: AtomicBool,
}

impl Vitals {
    /// Somebody else begins to run seeds.
    pub fn enter(&self) -> Arc<Vital> {
        let vital = Arc::new(Vital::default());
        vital.rest();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&vital));
        vital
    }

    /// Those who have begun since this was asked last.
    pub fn newcomers(&self) -> Vec<Arc<Vital>> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Vital {
    /// It runs this seed from now on.
    pub fn runs(&self, seed: Seed) {
        self.seed.store(seed.0, Ordering::Relaxed);
        self.is_idle.store(false, Ordering::Relaxed);
    }

    /// It waits for something to do.
    pub fn rest(&self) {
        self.is_idle.store(true, Ordering::Relaxed);
    }

    /// What must beat with each handled event.
    pub fn pulse(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.pulse)
    }

    /// The seed that it is at and how far it is there, unless it waits for something to do.
    pub fn felt(&self) -> Option<(Seed, u64)> {
        let felt = (Seed(self.seed.load(Ordering::Relaxed)), self.pulse.load(Ordering::Relaxed));
        (!self.is_idle.load(Ordering::Relaxed)).then_some(felt)
    }
}
