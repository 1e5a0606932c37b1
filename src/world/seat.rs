//! What the world keeps about each replica, beside the replica itself.

use std::collections::{BTreeMap, VecDeque};

use super::clock::Dial;
use super::disk::DiskState;
use super::engine::Pending;
use crate::base::{Span, Time, TimerId};
use crate::replica::Seat;
use crate::scenario::{Clock, Durability};

/// One replica's place in the world.
pub(super) struct Place<D> {
    pub(super) seat: Seat,
    pub(super) up: bool,
    /// How many updates were accepted here, in all lives.
    pub(super) accepted: u32,
    /// How many of them the present state goes back to.
    pub(super) held: u32,
    pub(super) timers: Timers,
    pub(super) dial: Dial,
    pub(super) clock_is_right: bool,
    pub(super) durability: Durability,
    pub(super) disk: DiskState<D>,
    /// What was durable some time before the crashes that will ask for it, by fault.
    pub(super) backups: BTreeMap<u32, (Vec<D>, u32)>,
    /// How many pauses it is in.
    pub(super) pauses: u32,
    /// How long it takes over each event, by each fault that makes it slow.
    pub(super) slow: Vec<Span>,
    /// How long it takes over each event: the longest of those.
    pub(super) each: Span,
    pub(super) busy_until: Time,
    /// What came while it could not be handled.
    pub(super) waiting: VecDeque<Pending>,
    /// The fault that will kill it in the middle of a handler, and after how many sends.
    pub(super) armed: Option<(u32, u32)>,
    /// Whether it is to be woken for what waits.
    pub(super) waking: bool,
}

impl<D> Place<D> {
    pub(super) fn new(seat: Seat) -> Place<D> {
        Place {
            seat,
            up: true,
            accepted: 0,
            held: 0,
            timers: Timers::default(),
            dial: Dial::default(),
            clock_is_right: true,
            durability: Durability::default(),
            disk: DiskState::default(),
            backups: BTreeMap::new(),
            pauses: 0,
            slow: Vec::new(),
            each: Span::ZERO,
            busy_until: Time::START,
            waiting: VecDeque::new(),
            armed: None,
            waking: false,
        }
    }

    /// Makes it the place of a new run, in the memory that it has.
    pub(super) fn reset(&mut self, seat: Seat) {
        let mut timers = std::mem::take(&mut self.timers);
        let mut waiting = std::mem::take(&mut self.waiting);
        timers.reset();
        waiting.clear();
        *self = Place { timers, waiting, ..Place::new(seat) };
    }

    pub(super) fn set_clock(&mut self, clock: Clock) {
        self.dial = Dial::new(clock);
        self.clock_is_right = self.dial.is_right();
    }

    /// One more fault makes it take so long over each event.
    pub(super) fn slow_down(&mut self, each: Span) {
        self.slow.push(each);
        self.each = self.each.max(each);
    }

    /// One fault less makes it take so long.
    pub(super) fn quicken(&mut self, each: Span) {
        if let Some(at) = self.slow.iter().position(|slow| *slow == each) {
            self.slow.swap_remove(at);
        }
        self.each = self.slow.iter().copied().max().unwrap_or(Span::ZERO);
    }

    /// Whether an event must wait.
    #[inline]
    pub(super) fn occupied(&self, now: Time) -> bool {
        self.pauses > 0 || self.busy_until > now || !self.waiting.is_empty()
    }
}

/// The timers of one replica in one life, or of one client.
#[derive(Default)]
pub(super) struct Timers {
    list: Vec<Timer>,
    /// How many settings there were, of all timers in all lives: so that one of an earlier life is
    /// mistaken for none of this one.
    set: u32,
}

struct Timer {
    id: TimerId,
    /// The setting that counts; earlier ones do not fire. None is pending where it is 0.
    set: u32,
    fired: u32,
}

impl Timers {
    #[inline]
    fn slot(&mut self, id: TimerId) -> &mut Timer {
        // Most replicas have one timer.
        let at = match self.list.first() {
            Some(first) if first.id == id => 0,
            _ => self.find(id),
        };
        &mut self.list[at]
    }

    #[inline(never)]
    fn find(&mut self, id: TimerId) -> usize {
        match self.list.binary_search_by_key(&id, |timer| timer.id) {
            Ok(at) => at,
            Err(at) => {
                self.list.insert(at, Timer { id, set: 0, fired: 0 });
                at
            }
        }
    }

    /// Sets a timer: the number of this setting, and how often the timer fired before.
    #[inline]
    pub(super) fn set(&mut self, id: TimerId) -> (u32, u32) {
        self.set += 1;
        let set = self.set;
        let timer = self.slot(id);
        timer.set = set;
        (set, timer.fired)
    }

    pub(super) fn cancel(&mut self, id: TimerId) {
        self.slot(id).set = 0;
    }

    /// Whether a setting still counts.
    #[inline]
    pub(super) fn counts(&mut self, id: TimerId, set: u32) -> bool {
        self.slot(id).set == set
    }

    /// Lets a setting fire if it still counts; whether it does.
    #[inline]
    pub(super) fn fire(&mut self, id: TimerId, set: u32) -> bool {
        let timer = self.slot(id);
        let counts = timer.set == set;
        if counts {
            timer.set = 0;
            timer.fired += 1;
        }
        counts
    }

    /// Makes them those of a new run, in the memory that they have.
    pub(super) fn reset(&mut self) {
        self.clear();
        self.set = 0;
    }

    /// Forgets all timers, as a death does.
    pub(super) fn clear(&mut self) {
        self.list.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_latest_setting_of_a_timer_fires() {
        let mut timers = Timers::default();
        let (first, _) = timers.set(TimerId(3));
        let (second, nth) = timers.set(TimerId(3));
        assert_eq!(nth, 0);
        assert!(!timers.counts(TimerId(3), first));
        assert!(timers.counts(TimerId(3), second));
        assert!(timers.fire(TimerId(3), second));
        assert!(!timers.fire(TimerId(3), second), "once");
        let (third, nth) = timers.set(TimerId(3));
        assert_eq!(nth, 1);
        timers.cancel(TimerId(3));
        assert!(!timers.counts(TimerId(3), third));
    }

    #[test]
    fn no_setting_of_an_earlier_life_fires() {
        let mut timers = Timers::default();
        let (earlier, _) = timers.set(TimerId(3));
        timers.clear();
        let (_, nth) = timers.set(TimerId(3));
        assert_eq!(nth, 0, "firings are counted anew");
        assert!(!timers.fire(TimerId(3), earlier));
    }
}
