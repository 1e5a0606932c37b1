//! Sets that remember too little of what was removed, or when.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Small, gossiping};
use crate::base::Time;
use crate::model::set::{Bias, add_wins, last_word, two_phase};
use crate::replica::Site;
use crate::zoo::specimen::Specimen;

pub(super) const WITHOUT_TOMBSTONES: Specimen = Specimen {
    name: "set_without_tombstones",
    mistake: "a removal takes the element out of the local set, and merging is the union",
    known_from: "the first attempt of nearly everybody, and the reason that texts give for tombstones",
    harm: "whatever was removed comes back with the next message of somebody who had not heard of it",
    caught_by: "spec",
    needs: &[],
    story: "n0 adds, n1 merges; n0 removes, and merges with n1",
    system: || gossiping::<Plain>(add_wins()),
};

/// The elements, and nothing else.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Plain(BTreeSet<String>);

impl Small for Plain {
    fn shown(&self) -> BTreeSet<String> {
        self.0.clone()
    }

    fn add(&mut self, element: &str, _: Site) {
        self.0.insert(element.to_owned());
    }

    fn remove(&mut self, element: &str, _: Site) {
        self.0.remove(element);
    }

    fn merge(&mut self, other: &Plain) {
        self.0.extend(other.0.iter().cloned());
    }
}

pub(super) const DELETE_WITHOUT_TIME: Specimen = Specimen {
    name: "delete_without_time",
    mistake: "each element has the time of its add, and a removal drops the row with its time",
    known_from: "tables with a column for the time of the last update, from which rows are deleted",
    harm: "a removed element comes back from any replica that still has its older row",
    caught_by: "spec",
    needs: &[],
    story: "n0 adds, n1 merges; n0 removes, and merges with n1, whose add is older than the removal",
    system: || gossiping::<Rows>(last_word(Bias::Add)),
};

/// When each element was added.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Rows(BTreeMap<String, Time>);

impl Small for Rows {
    fn shown(&self) -> BTreeSet<String> {
        self.0.keys().cloned().collect()
    }

    fn add(&mut self, element: &str, site: Site) {
        let time = self.0.entry(element.to_owned()).or_default();
        *time = site.now.max(*time);
    }

    fn remove(&mut self, element: &str, site: Site) {
        // A right set keeps the row, and the time of the removal in it.
        self.0.retain(|row, added| row != element || *added > site.now);
    }

    fn merge(&mut self, other: &Rows) {
        for (element, added) in &other.0 {
            let time = self.0.entry(element.clone()).or_default();
            *time = (*added).max(*time);
        }
    }
}

pub(super) const REVIVED: Specimen = Specimen {
    name: "two_phase_set_with_second_life",
    mistake: "an add takes the element's tombstone away, so that it can be added again",
    known_from: "the wish of everybody who meets a two-phase set for the first time",
    harm: "what was removed is back, for some, until the tombstone comes back from somebody else",
    caught_by: "spec",
    needs: &[],
    story: "n0 adds, removes, and adds again",
    system: || gossiping::<Revived>(two_phase()),
};

/// What was added, and what was removed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Revived {
    added: BTreeSet<String>,
    removed: BTreeSet<String>,
}

impl Small for Revived {
    const REFUSES_THE_ABSENT: bool = true;

    fn shown(&self) -> BTreeSet<String> {
        &self.added - &self.removed
    }

    fn add(&mut self, element: &str, _: Site) {
        self.added.insert(element.to_owned());
        self.removed.remove(element);
    }

    fn remove(&mut self, element: &str, _: Site) {
        self.removed.insert(element.to_owned());
    }

    fn merge(&mut self, other: &Revived) {
        self.added.extend(other.added.iter().cloned());
        self.removed.extend(other.removed.iter().cloned());
    }
}
