//! Last-writer-wins registers that do not know which of two writes to keep when both are as late.

use serde::{Deserialize, Serialize};

use super::ruled::{Rule, Ruled};
use super::{Small, Write, gossiping};
use crate::base::{Lamport, Stamp, Wall};
use crate::model::Source;
use crate::replica::Site;
use crate::zoo::specimen::{Need, Specimen};

pub(super) const NO_TIE_BREAK: Specimen = Specimen {
    name: "register_without_tie_break",
    mistake: "writes are compared by time alone, and of two at the same time the one that comes later stays",
    known_from: "folklore: clocks with few digits after the point, and `>=` where more is to be compared",
    harm: "two replicas swap their values, and go on showing different ones for ever",
    caught_by: "sec",
    needs: &[Need::CoarseClocks],
    story: "n0 and n1 write in the same tick, and merge each other's",
    system: || gossiping::<Ruled<LaterArrival>>(Source::OwnClock),
};

#[derive(Clone, Debug)]
struct LaterArrival;

impl Rule for LaterArrival {
    type Stamp = Wall;

    fn stamp(own: Option<Wall>, _: Option<Wall>, site: Site) -> Wall {
        Wall { reading: site.now.0, identity: site.identity, count: own.map_or(0, |own| own.count + 1) }
    }

    fn replaces(news: &Wall, current: &Wall) -> bool {
        news.reading >= current.reading
    }
}

pub(super) const NO_COUNT: Specimen = Specimen {
    name: "stamp_without_a_count",
    mistake: "a stamp is the clock's reading and who read it, so that two writes in one tick have the same",
    known_from: "stamps of time and host name, on clocks that may stand still or step back",
    harm: "the later of a replica's two writes is kept where it was written, and the earlier one elsewhere",
    caught_by: "stamps",
    needs: &[Need::FrozenClock, Need::ManyRequests],
    story: "the clock of n0 stands still, and n0 writes twice",
    system: || gossiping::<Ruled<Uncounted>>(Source::OwnClock),
};

#[derive(Clone, Debug)]
struct Uncounted;

impl Rule for Uncounted {
    type Stamp = Wall;

    fn stamp(_: Option<Wall>, _: Option<Wall>, site: Site) -> Wall {
        Wall { reading: site.now.0, identity: site.identity, count: 0 }
    }
}

pub(super) const LOCAL_PREFERENCE: Specimen = Specimen {
    name: "register_that_prefers_its_own",
    mistake: "writes are compared by Lamport counters alone, and of two with the same the own one stays",
    known_from: "folklore: `if theirs > ours` with counters that name no writer",
    harm: "after concurrent writes each side shows its own value for ever",
    caught_by: "sec",
    needs: &[],
    story: "n0 and n1 write, and merge each other's",
    system: || gossiping::<Preferring>(Source::Lamport),
};

/// A register by Lamport stamps, of which only the counters are compared.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Preferring {
    current: Option<Write<Lamport>>,
}

impl Small for Preferring {
    type Stamp = Lamport;

    fn current(&self) -> Option<&Write<Lamport>> {
        self.current.as_ref()
    }

    fn write(&mut self, value: &str, site: Site) {
        let counter = self.current.as_ref().map_or(0, |write| write.stamp.counter) + 1;
        let stamp = Lamport { counter, identity: site.identity };
        self.current = Some(Write { stamp, value: value.to_owned() });
    }

    fn merge(&mut self, other: &Preferring) {
        let counter = |register: &Preferring| register.current.as_ref().map(|write| write.stamp.counter);
        if counter(other) > counter(self) {
            self.current.clone_from(&other.current);
        }
    }

    fn reported(&self) -> Option<Stamp> {
        self.current.as_ref().map(|write| write.stamp.into())
    }
}
