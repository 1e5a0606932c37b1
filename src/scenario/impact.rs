//! What must have come into play over all seeds of a scenario, for that it may be said to show something.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::Span;

/// Something that must have happened, at least so often or for so long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Impact {
    /// Messages were lost: by themselves, in bursts, or because the file says so.
    Dropped(u64),
    /// Copies were cut off by partitions.
    Cut(u64),
    /// Partitions that cut something off stood, for so long together.
    Partitioned(Span),
    /// Messages reached a replica that had handled them before.
    Duplicated(u64),
    /// Copies arrived after a later message of the same link.
    Inverted(u64),
    /// Copies were held back until told.
    Held(u64),
    /// Messages waited for others to pass, on a link of limited bandwidth.
    Queued(u64),
    /// Copies were damaged, whether that was noticed or not.
    Damaged(u64),
    /// Replicas crashed.
    Crashed(u64),
    /// Replicas crashed between two sends.
    HalfSent(u64),
    /// Replicas came back.
    Restarted(u64),
    /// Accepted updates did not come back with a disk.
    Forgotten(u64),
    /// Requests found nobody there.
    Unheard(u64),
    /// Events waited for a paused or slow replica.
    Deferred(u64),
    /// Clocks were read that were off.
    ClocksOff(u64),
    /// This check had something to judge.
    Judged(String, u64),
}

impl Impact {
    /// How much there must be of it: a number, or nanoseconds.
    pub fn least(&self) -> u64 {
        match self {
            Impact::Partitioned(span) => span.0,
            Impact::Dropped(least)
            | Impact::Cut(least)
            | Impact::Duplicated(least)
            | Impact::Inverted(least)
            | Impact::Held(least)
            | Impact::Queued(least)
            | Impact::Damaged(least)
            | Impact::Crashed(least)
            | Impact::HalfSent(least)
            | Impact::Restarted(least)
            | Impact::Forgotten(least)
            | Impact::Unheard(least)
            | Impact::Deferred(least)
            | Impact::ClocksOff(least)
            | Impact::Judged(_, least) => *least,
        }
    }

    /// How much there was of it, in a sentence.
    pub fn tell(&self, found: u64) -> String {
        match self {
            Impact::Partitioned(span) => {
                format!("partitions that cut something stood for {}, and had to for {span}", Span(found))
            }
            other => format!("{found} {other}, and there had to be {}", other.least()),
        }
    }
}

/// What it counts.
impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Impact::Dropped(_) => "messages were lost",
            Impact::Cut(_) => "copies were cut off",
            Impact::Partitioned(_) => "nanoseconds long stood partitions that cut something",
            Impact::Duplicated(_) => "messages were delivered again",
            Impact::Inverted(_) => "copies were overtaken",
            Impact::Held(_) => "copies were held back",
            Impact::Queued(_) => "messages waited for bandwidth",
            Impact::Damaged(_) => "copies were damaged",
            Impact::Crashed(_) => "replicas crashed",
            Impact::HalfSent(_) => "replicas crashed between two sends",
            Impact::Restarted(_) => "replicas came back",
            Impact::Forgotten(_) => "updates were lost with a disk",
            Impact::Unheard(_) => "requests found nobody there",
            Impact::Deferred(_) => "events waited for a replica",
            Impact::ClocksOff(_) => "clocks were read that were off",
            Impact::Judged(check, _) => return write!(f, "times `{check}` had something to judge"),
        })
    }
}
