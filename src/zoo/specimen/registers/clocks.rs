//! Last-writer-wins registers whose clocks are not what they say.

use serde::{Deserialize, Serialize};

use super::ruled::{Rule, Ruled};
use super::{Small, Write, gossiping};
use crate::base::{Hybrid, Stamp, Wall};
use crate::model::Source;
use crate::model::register::last_writer;
use crate::replica::Site;
use crate::zoo::System;
use crate::zoo::register::LwwRegister;
use crate::zoo::specimen::{Need, Specimen};
use crate::zoo::sync::FullState;

/// A hybrid stamp with these parts: physical, then logical.
fn hybrid((physical, logical): (u64, u32), site: Site) -> Hybrid {
    Hybrid { physical, logical, identity: site.identity }
}

/// The latest of two stamps, if there is one.
fn latest(own: Option<Hybrid>, current: Option<Hybrid>) -> Hybrid {
    own.max(current).unwrap_or_default()
}

pub(super) const CLAIMS_CAUSALITY: Specimen = Specimen {
    name: "wall_clock_called_causal",
    mistake: "stamps are said to follow causality, and are the clock's readings",
    known_from: "folklore: clocks that are synchronised, and therefore trusted",
    harm: "a user who corrects what somebody with a fast clock wrote sees the correction vanish",
    caught_by: "stamps",
    needs: &[Need::ClockAhead],
    story: "the clock of n0 is far ahead; n0 writes, n1 merges, and writes",
    system: || gossiping::<Ruled<Reading>>(Source::Hybrid),
};

pub(super) const BELOW_WHAT_IS_THERE: Specimen = Specimen {
    name: "write_below_what_is_there",
    mistake: "the right register by own clocks, under the promise of a causal clock: that a writer sees its write",
    known_from: "The Trouble with Timestamps (2013): databases that let the last writer win by the servers' clocks",
    harm: "a user saves, is told that it is done, and sees what was there before; and so does everybody",
    caught_by: "effect",
    needs: &[Need::ClockSetBack],
    story: "n0 writes, its clock is set back, and n0 writes",
    system: || {
        let register = LwwRegister::<String, Wall>::new();
        System::judged_by(last_writer(Source::Lamport), FullState::new(register)).into()
    },
};

#[derive(Clone, Debug)]
struct Reading;

impl Rule for Reading {
    type Stamp = Hybrid;

    fn stamp(_: Option<Hybrid>, _: Option<Hybrid>, site: Site) -> Hybrid {
        hybrid((site.now.0, 0), site)
    }
}

pub(super) const EQUAL_TICKS: Specimen = Specimen {
    name: "hybrid_clock_that_ignores_equal_ticks",
    mistake: "the logical part counts only where the clock is behind, and not where it shows the same again",
    known_from: "hybrid clocks tried on machines where no two readings are equal",
    harm: "two writes of one replica in one tick have the same stamp, and which of them stays depends on the way",
    caught_by: "stamps",
    needs: &[Need::CoarseClocks, Need::ManyRequests],
    story: "n0 writes twice in one tick",
    system: || gossiping::<Ruled<OnlyBehind>>(Source::Hybrid),
};

#[derive(Clone, Debug)]
struct OnlyBehind;

impl Rule for OnlyBehind {
    type Stamp = Hybrid;

    fn stamp(own: Option<Hybrid>, current: Option<Hybrid>, site: Site) -> Hybrid {
        let (latest, now) = (latest(own, current), site.now.0);
        hybrid(if now >= latest.physical { (now, 0) } else { (latest.physical, latest.logical + 1) }, site)
    }
}

pub(super) const AHEAD_OF_ALL: Specimen = Specimen {
    name: "hybrid_clock_that_counts_in_nanoseconds",
    mistake: "where the clock has not moved on, the physical part is made larger by one, and no logical part counts",
    known_from: "folklore: `max(now, last + 1)`, which is monotone, and taken for a hybrid clock",
    harm: "stamps run ahead of every clock, so that a bound on how far they may differ from time does not hold",
    caught_by: "stamps",
    needs: &[Need::CoarseClocks, Need::ManyRequests],
    story: "n0 writes twice in one tick: the second stamp is later than any clock's reading",
    system: || gossiping::<Ruled<OneMore>>(Source::Hybrid),
};

#[derive(Clone, Debug)]
struct OneMore;

impl Rule for OneMore {
    type Stamp = Hybrid;

    fn stamp(own: Option<Hybrid>, current: Option<Hybrid>, site: Site) -> Hybrid {
        hybrid((site.now.0.max(latest(own, current).physical + 1), 0), site)
    }
}

pub(super) const ASSIGNED_AND_JOINED_LATER: Specimen = Specimen {
    name: "write_assigned_and_joined_later",
    mistake: "a write is shown at once, also where what is there has a later stamp; only merging compares",
    known_from: "local writes that go to the variable, and merges that go through the CRDT",
    harm: "a user sees the new value, and after the next message the old one again",
    caught_by: "spec",
    needs: &[Need::ClockAhead],
    story: "the clock of n0 is far ahead; n0 writes, n1 merges, and writes: it shows its own value",
    system: || gossiping::<Assigned>(Source::OwnClock),
};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Assigned {
    current: Option<Write<Wall>>,
    count: u64,
}

impl Small for Assigned {
    type Stamp = Wall;

    fn current(&self) -> Option<&Write<Wall>> {
        self.current.as_ref()
    }

    fn write(&mut self, value: &str, site: Site) {
        self.count += 1;
        let stamp = Wall { reading: site.now.0, identity: site.identity, count: self.count };
        self.current = Some(Write { stamp, value: value.to_owned() });
    }

    fn merge(&mut self, other: &Assigned) {
        let stamp = |register: &Assigned| register.current.as_ref().map(|write| write.stamp);
        if stamp(other) > stamp(self) {
            self.current.clone_from(&other.current);
        }
    }

    fn reported(&self) -> Option<Stamp> {
        self.current.as_ref().map(|write| write.stamp.into())
    }
}
