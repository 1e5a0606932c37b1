//! Counters that are one number, however it is merged.

use serde::{Deserialize, Serialize};

use super::{Small, gossiping};
use crate::replica::Site;
use crate::zoo::specimen::Specimen;

pub(super) const MERGED_BY_MAXIMUM: Specimen = Specimen {
    name: "number_merged_by_maximum",
    mistake: "the counter is one number, and merging takes the larger of two",
    known_from: "the first step of every text on counters, where it serves to show why there are slots",
    harm: "of two increments that do not know of each other, one is not counted",
    caught_by: "spec",
    needs: &[],
    story: "n0 and n1 both count one, and n0 merges: it shows 1, and 2 were counted",
    system: || gossiping::<Largest>(),
};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Largest(u64);

impl Small for Largest {
    fn value(&self) -> u64 {
        self.0
    }

    fn count(&mut self, amount: u32, _: Site) {
        self.0 += u64::from(amount);
    }

    fn merge(&mut self, other: &Largest) {
        self.0 = self.0.max(other.0);
    }
}

pub(super) const MERGED_BY_SUM: Specimen = Specimen {
    name: "number_merged_by_sum",
    mistake: "the counter is one number, and merging adds the other's",
    known_from: "the second step of texts on counters, after the maximum",
    harm: "whatever the other side had heard from here counts again with every message, until no number is left",
    caught_by: "laws",
    needs: &[],
    story: "n0 counts one, n1 merges twice, and shows 2",
    system: || gossiping::<Sum>(),
};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Sum(u64);

impl Small for Sum {
    fn value(&self) -> u64 {
        self.0
    }

    fn count(&mut self, amount: u32, _: Site) {
        self.0 = self.0.saturating_add(u64::from(amount));
    }

    fn merge(&mut self, other: &Sum) {
        self.0 = self.0.saturating_add(other.0);
    }
}

pub(super) const MERGED_BY_BASE: Specimen = Specimen {
    name: "number_merged_by_base",
    mistake: "merging adds what the other counted since the last number that both had, as a three-way merge does",
    known_from: "folklore: what is right for texts under version control, and for two replicas that take turns",
    harm: "what a message says once more counts once more, and what both had from a third may not count at all",
    caught_by: "spec",
    needs: &[],
    story: "n0 counts one, n1 merges; n0 counts one more, and n1 merges again: it shows 3",
    system: || gossiping::<Based>(),
};

/// The number, and what it was after the last merge.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Based {
    value: u64,
    base: u64,
}

impl Small for Based {
    fn value(&self) -> u64 {
        self.value
    }

    fn count(&mut self, amount: u32, _: Site) {
        self.value = self.value.saturating_add(u64::from(amount));
    }

    fn merge(&mut self, other: &Based) {
        let base = self.base.min(other.base);
        self.value = self.value.saturating_add(other.value - base);
        self.base = self.value;
    }
}
