//! Maps that promise that a removal resets what it saw, with values that cannot be reset.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::Refused;
use crate::model::counter::{CounterOp, up_and_down};
use crate::model::map::{MapOp, reset_remove};
use crate::model::set::{SetOp, add_wins};
use crate::replica::{DataType, Element, Site, StateBased};
use crate::zoo::System;
use crate::zoo::counter::PnCounter;
use crate::zoo::map::UpdateWinsMap;
use crate::zoo::set::OrSet;
use crate::zoo::specimen::Specimen;
use crate::zoo::sync::FullState;

pub(super) const CHILDREN_COME_BACK: Specimen = Specimen {
    name: "children_that_come_back",
    mistake: "a removal hides the key, and what is below it waits there for the next update",
    known_from: "maps in which updates win, sold as maps that are reset",
    harm: "who creates something anew under an old name finds the old content in it",
    caught_by: "spec",
    needs: &[],
    story: "n0 adds one element under a key, removes the key, and adds another: both are there",
    system: || {
        let map = UpdateWinsMap::<String, OrSet<String>>::default();
        System::judged_by(reset_remove(add_wins()), FullState::new(map)).into()
    },
};

pub(super) const COUNTS_COME_BACK: Specimen = Specimen {
    name: "pn_counter_in_a_map_that_resets",
    mistake: "a removal drops the counter under a key, and merging its slots by maximum brings them back",
    known_from: "The problem with embedded CRDT counters and a solution (2016)",
    harm: "a new line in a cart begins with the number of the one that was removed",
    caught_by: "spec",
    needs: &[],
    story: "n0 counts under a key, n1 merges; n0 removes the key, counts again, and merges with n1",
    system: || System::judged_by(reset_remove(up_and_down()), FullState::new(Dropping::default())).into(),
};

/// The keys that are there, and a counter at each.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Dropping {
    keys: OrSet<String>,
    counters: BTreeMap<String, PnCounter>,
}

impl DataType for Dropping {
    type Op = MapOp<String, CounterOp>;
    type View = BTreeMap<String, i64>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Self::Op {
        MapOp::propose(pick, Element::nth, |key| self.keys.contains(key), |_, pick| CounterOp::propose(pick))
    }

    fn view(&self) -> BTreeMap<String, i64> {
        let shown = self.counters.iter().filter(|(key, _)| self.keys.contains(key));
        shown.map(|(key, counter)| (key.clone(), counter.view())).filter(|(_, count)| *count != 0).collect()
    }
}

impl StateBased for Dropping {
    fn apply(&mut self, op: &Self::Op, site: Site) -> Result<(), Refused> {
        match op {
            MapOp::Update(key, op) => {
                self.keys.apply(&SetOp::Add(key.clone()), site)?;
                self.counters.entry(key.clone()).or_default().apply(op, site)
            }
            MapOp::Remove(key) => {
                self.counters.remove(key);
                self.keys.apply(&SetOp::Remove(key.clone()), site)
            }
        }
    }

    fn merge(&mut self, other: &Dropping) {
        self.keys.merge(&other.keys);
        for (key, counter) in &other.counters {
            self.counters.entry(key.clone()).or_default().merge(counter);
        }
        self.counters.retain(|key, _| self.keys.contains(key));
    }
}
