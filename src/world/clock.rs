//! Replicas' clocks: what each shows at a moment, which need not be that moment.

use crate::base::Time;
use crate::scenario::Clock;

/// One replica's clock in a run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dial {
    clock: Clock,
    /// How far it was set forward or back so far, in nanoseconds.
    set: i64,
    /// When it stopped, if it stands still.
    stopped: Option<Time>,
    /// How many faults keep it from going on.
    stops: u32,
    /// Whether it was set or stopped and nobody has looked since.
    stepped: bool,
}

impl Dial {
    pub(super) fn new(clock: Clock) -> Dial {
        Dial { clock, set: 0, stopped: None, stops: 0, stepped: false }
    }

    /// Whether it always shows the time.
    pub(super) fn is_right(&self) -> bool {
        self.clock == Clock::default() && self.set == 0 && self.stopped.is_none() && !self.stepped
    }

    pub(super) fn jump(&mut self, by: i64) {
        self.set = self.set.saturating_add(by);
        self.stepped = true;
    }

    pub(super) fn stop(&mut self, at: Time) {
        self.stopped.get_or_insert(at);
        self.stops += 1;
    }

    /// One fault less keeps it from going on; without any it shows the right time again.
    pub(super) fn go(&mut self) {
        self.stops -= 1;
        if self.stops == 0 {
            self.stopped = None;
            self.stepped = true;
        }
    }

    /// What it shows.
    pub(super) fn shows(&self, at: Time) -> Time {
        let at = i128::from(self.stopped.unwrap_or(at).0);
        let gained = at * i128::from(self.clock.drift_ppm) / 1_000_000;
        let shown = (at + gained + i128::from(self.clock.skew.0) + i128::from(self.set)).max(0);
        let shown = u64::try_from(shown).unwrap_or(u64::MAX);
        Time(shown - shown % self.clock.granularity.0.max(1))
    }

    /// Somebody looked: whether the clock had been set since the last look, or stands still.
    pub(super) fn looked(&mut self) -> bool {
        std::mem::take(&mut self.stepped) || self.stopped.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Offset, Span};

    fn shows(clock: Clock, at: Span) -> Time {
        Dial::new(clock).shows(Time(at.0))
    }

    #[test]
    fn a_clock_is_off_by_its_skew_its_drift_and_its_grain() {
        let off = |nanos| Clock { skew: Offset(nanos), ..Clock::default() };
        assert_eq!(shows(off(300), Span(1_000)), Time(1_300));
        assert_eq!(shows(off(-2_000), Span(1_000)), Time(0), "no clock shows a time before the start");
        let drifting = Clock { drift_ppm: -100, ..Clock::default() };
        assert_eq!(shows(drifting, Span::secs(1)), Time(999_900_000));
        let coarse = Clock { granularity: Span::millis(1), ..Clock::default() };
        assert_eq!(shows(coarse, Span::micros(2_999)), Time(2_000_000));
    }

    #[test]
    fn a_stopped_clock_goes_on_at_the_right_time() {
        let mut dial = Dial::new(Clock::default());
        assert!(!dial.looked());
        dial.stop(Time(50));
        assert_eq!(dial.shows(Time(80)), Time(50));
        assert!(dial.looked());
        dial.go();
        assert_eq!(dial.shows(Time(90)), Time(90));
        assert!(dial.looked() && !dial.looked(), "the step is read once");
    }
}
