//! Counters with a slot for each replica, of which not everybody agrees whose it is, or which is not left
//! to grow.

use serde::{Deserialize, Serialize};

use super::{Small, gossiping};
use crate::base::{Identity, Refused};
use crate::model::counter::{CounterOp, up_and_down};
use crate::replica::{DataType, Site, StateBased};
use crate::zoo::System;
use crate::zoo::counter::GCounter;
use crate::zoo::specimen::{Need, Specimen};
use crate::zoo::sync::FullState;

pub(super) const BY_ARRIVAL: Specimen = Specimen {
    name: "slots_by_arrival",
    mistake: "each replica numbers the others in the order in which it hears of them, and merges slot by slot",
    known_from: "vectors whose index is a place in a local list of members",
    harm: "two replicas' counts land in one slot, and the smaller is lost",
    caught_by: "spec",
    needs: &[],
    story: "n0 and n1 both count one, each in its own first slot, and merge: both show 1",
    system: || gossiping::<ByArrival>(),
};

/// Whoever was heard of, in that order, and how much each counted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct ByArrival {
    members: Vec<Identity>,
    slots: Vec<u64>,
}

impl ByArrival {
    fn slot_of(&mut self, member: Identity) -> usize {
        self.members.iter().position(|known| *known == member).unwrap_or_else(|| {
            self.members.push(member);
            self.members.len() - 1
        })
    }
}

impl Small for ByArrival {
    fn value(&self) -> u64 {
        self.slots.iter().sum()
    }

    fn count(&mut self, amount: u32, site: Site) {
        let slot = self.slot_of(site.identity);
        self.slots.resize(self.slots.len().max(slot + 1), 0);
        self.slots[slot] += u64::from(amount);
    }

    fn merge(&mut self, other: &ByArrival) {
        for member in &other.members {
            self.slot_of(*member);
        }
        self.slots.resize(self.slots.len().max(other.slots.len()), 0);
        // The same index is another member there.
        for (ours, theirs) in self.slots.iter_mut().zip(&other.slots) {
            *ours = (*theirs).max(*ours);
        }
    }
}

pub(super) const DECREMENTED: Specimen = Specimen {
    name: "slot_that_is_decremented",
    mistake: "a decrement makes the own slot smaller, and slots are merged by maximum",
    known_from: "the counter that only grows, put to use where things are also taken away",
    harm: "a decrement is undone by any replica that has not heard of it, also at its writer",
    caught_by: "spec",
    needs: &[],
    story: "n0 counts one up, n1 merges; n0 counts one down, and merges with n1: it shows 1",
    system: || System::judged_by(up_and_down(), FullState::new(Decremented::default())).into(),
};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Decremented(Vec<i64>);

impl DataType for Decremented {
    type Op = CounterOp;
    type View = i64;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> CounterOp {
        CounterOp::propose(pick)
    }

    fn view(&self) -> i64 {
        self.0.iter().sum()
    }
}

impl StateBased for Decremented {
    fn apply(&mut self, op: &CounterOp, site: Site) -> Result<(), Refused> {
        let own = site.identity.index();
        self.0.resize(self.0.len().max(own + 1), 0);
        match *op {
            CounterOp::Increment(amount) => self.0[own] += i64::from(amount),
            CounterOp::Decrement(amount) => self.0[own] -= i64::from(amount),
        }
        Ok(())
    }

    fn merge(&mut self, other: &Decremented) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        for (ours, theirs) in self.0.iter_mut().zip(&other.0) {
            *ours = (*theirs).max(*ours);
        }
    }
}

pub(super) const SAME_IDENTITY: Specimen = Specimen {
    name: "identity_kept_after_losing_the_disk",
    mistake: "the counter is right, but comes back with an empty disk as who it was, against its contract",
    known_from: "replicas that are named after their host",
    harm: "what it counts now hides below what it counted in its earlier life, and is lost",
    caught_by: "spec",
    needs: &[Need::LostDisk],
    story: "n0 counts one, and n1 merges; n0 loses its disk, counts one, and merges with n1: both show 1",
    system: || System::of(FullState::new(GCounter::new())).into(),
};
