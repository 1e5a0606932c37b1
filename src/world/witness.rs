//! What really happened, counted: so that a fault that did nothing can be told from one that bit.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::Span;
use crate::scenario::{Fault, Impact, Link, Plan};

macro_rules! witness {
    ($($(#[$doc:meta])* $field:ident: $says:literal,)*) => {
        /// Counts of what really happened in a run.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub struct Witness {
            $($(#[$doc])* pub $field: u64,)*
            /// How long partitions stood that cut something off, all together.
            pub partitioned: Span,
            /// Copies that each fault of the plan cut off, by the fault's position; one may be cut off by several.
            pub cut_by: Vec<u64>,
        }

        impl Witness {
            /// Every count with its meaning.
            pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$(($says, self.$field),)*].into_iter()
            }

            pub(super) fn reset(&mut self, faults: usize) {
                let mut cut_by = std::mem::take(&mut self.cut_by);
                cut_by.clear();
                cut_by.resize(faults, 0);
                *self = Witness { cut_by, ..Witness::default() };
            }

            /// Adds the counts of another run of the same plan.
            pub fn add(&mut self, other: &Witness) {
                $(self.$field += other.$field;)*
                self.partitioned = self.partitioned + other.partitioned;
                self.cut_by.resize(self.cut_by.len().max(other.cut_by.len()), 0);
                for (mine, theirs) in self.cut_by.iter_mut().zip(&other.cut_by) {
                    *mine += theirs;
                }
            }
        }
    };
}

witness! {
    /// Messages that left a replica.
    sent: "messages sent",
    /// Copies that reached a replica and were handled.
    delivered: "copies delivered",
    /// Messages lost by themselves.
    lost: "messages lost",
    /// Messages lost in a burst.
    lost_in_bursts: "messages lost in bursts",
    /// Messages that a script lost.
    lost_by_script: "messages lost by script",
    /// Messages, and copies under way, that a partition cut off.
    cut: "copies cut off",
    /// Copies beyond the first that the network made.
    duplicated: "copies made beyond the first",
    /// Deliveries of a message that its receiver had handled before.
    delivered_again: "messages delivered again",
    /// Copies held up beyond their latency.
    held_up: "copies held up",
    /// Copies that arrived after a later message of the same link.
    inverted: "copies overtaken",
    /// Copies that waited for an earlier one, on a link that keeps order.
    kept_in_order: "copies kept in order",
    /// Messages that waited for others to pass, on a link of limited bandwidth.
    queued: "messages queued for bandwidth",
    /// Copies that were held back until told.
    held_back: "copies held back",
    /// Copies whose bytes were changed, and that were delivered so.
    damaged: "copies delivered damaged",
    /// Copies whose damage was noticed, and that were thrown away.
    thrown_away: "copies thrown away as damaged",
    /// Copies that found nobody there.
    dead_letters: "copies that found nobody there",
    /// Messages to where no edge leads.
    no_route: "messages without a route",
    /// Deaths.
    crashes: "crashes",
    /// Deaths between two sends of one handler.
    half_sent: "crashes between two sends",
    /// Returns.
    restarts: "restarts",
    /// Accepted updates that a disk did not bring back.
    updates_lost: "updates lost with a disk",
    /// Requests that found nobody there.
    unheard: "requests that found nobody there",
    /// Events that waited for a paused or slow replica.
    deferred: "events that waited for a replica",
    /// Readings of a clock that had jumped since its last reading, or stood still.
    clock_steps_read: "clock steps read",
    /// Readings of a clock that was off.
    clock_errors_read: "wrong clock readings",
}

impl Witness {
    /// How much there was of something that must have come into play: a number, or nanoseconds. What only checks
    /// can tell is nothing here.
    pub fn of(&self, impact: &Impact) -> u64 {
        match impact {
            Impact::Dropped(_) => self.lost + self.lost_in_bursts + self.lost_by_script,
            Impact::Cut(_) => self.cut,
            Impact::Partitioned(_) => self.partitioned.0,
            Impact::Duplicated(_) => self.delivered_again,
            Impact::Inverted(_) => self.inverted,
            Impact::Held(_) => self.held_back,
            Impact::Queued(_) => self.queued,
            Impact::Damaged(_) => self.damaged + self.thrown_away,
            Impact::Crashed(_) => self.crashes,
            Impact::HalfSent(_) => self.half_sent,
            Impact::Restarted(_) => self.restarts,
            Impact::Forgotten(_) => self.updates_lost,
            Impact::Unheard(_) => self.unheard,
            Impact::Deferred(_) => self.deferred,
            Impact::ClocksOff(_) => self.clock_errors_read,
            Impact::Judged(..) => 0,
        }
    }

    /// The faults of a plan that did nothing in all that was counted here, in words.
    pub fn idle(&self, plan: &Plan) -> Vec<String> {
        let any = |has: fn(&Link) -> bool| plan.profiles().iter().any(has);
        let links = [
            (any(|link| link.loss.possible()), self.lost, "no message was lost"),
            (any(|link| link.bursts.is_some()), self.lost_in_bursts, "no message was lost in a burst"),
            (any(|link| link.duplicates.is_some()), self.delivered_again, "no message was delivered again"),
            (any(|link| link.reorder.is_some()), self.inverted, "no message was overtaken"),
            (any(|link| link.bandwidth.is_some()), self.queued, "no message waited for bandwidth"),
            (any(|link| link.damage.possible()), self.damaged + self.thrown_away, "no message was damaged"),
        ];
        let idle_links = links.into_iter().filter(|(used, count, _)| *used && *count == 0);
        let mut idle: Vec<String> = idle_links.map(|(_, _, says)| says.to_owned()).collect();
        for (nth, fault) in plan.scenario().faults.iter().enumerate() {
            let (count, says) = match fault {
                Fault::Partition(_) => (self.cut_by.get(nth).copied().unwrap_or(0), "this partition cut nothing off"),
                Fault::Crash(_) => (self.crashes, "no replica crashed"),
                Fault::Pause { .. } | Fault::Slow { .. } => (self.deferred, "nothing waited for the replica"),
                Fault::ClockJump { .. } | Fault::ClockFreeze { .. } => (self.clock_steps_read, "nobody read the clock"),
                Fault::Hold { .. } => (self.held_back, "no message was held back"),
            };
            if count == 0 {
                idle.push(format!("fault {}: {says}", nth + 1));
            }
        }
        idle
    }
}

/// What happened at all, most basic first.
impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        for (says, count) in self.counts().filter(|(_, count)| *count > 0) {
            write!(f, "{gap}{count} {says}")?;
            gap = ", ";
        }
        if self.partitioned > Span::ZERO {
            write!(f, "{gap}{} of partitions that cut something", self.partitioned)?;
            gap = ", ";
        }
        if gap.is_empty() { f.write_str("nothing happened") } else { Ok(()) }
    }
}
