//! Sets that are wrong.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Specimen;
use crate::base::Refused;
use crate::model::set::{SetOp, add_wins};
use crate::replica::{DataType, Site, StateBased};
use crate::zoo::System;
use crate::zoo::sync::FullState;

/// All of them.
pub(super) const ALL: &[Specimen] = &[
    Specimen {
        name: "set_without_tombstones",
        mistake: "a removal takes the element out of the local set, and merging is the union",
        known_from: "the first attempt of nearly everybody, and the reason that texts give for tombstones",
        harm: "whatever was removed comes back with the next message of somebody who had not heard of it",
        caught_by: "spec",
        needs: &[],
        story: "n0 adds, n1 merges; n0 removes, and merges with n1",
        system: || System::judged_by(add_wins(), FullState::new(Plain::default())).into(),
    },
    Specimen {
        name: "set_with_one_tag",
        mistake: "each element has one tag, and a concurrent add overwrites it",
        known_from: "maps from element to tag in place of sets of tags",
        harm: "a removal that saw only one of two concurrent adds can take both away, or none",
        caught_by: "spec",
        needs: &[],
        story: "n0 and n1 both add; n2 merges n0's and removes; all merge",
        system: || System::judged_by(add_wins(), FullState::new(OneTag::default())).into(),
    },
];

/// A set whose removals leave nothing behind.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Plain(BTreeSet<String>);

impl DataType for Plain {
    type Op = SetOp<String>;
    type View = BTreeSet<String>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> SetOp<String> {
        propose(pick, &self.0)
    }

    fn view(&self) -> BTreeSet<String> {
        self.0.clone()
    }
}

impl StateBased for Plain {
    fn apply(&mut self, op: &SetOp<String>, _: Site) -> Result<(), Refused> {
        match op {
            SetOp::Add(element) => drop(self.0.insert(element.clone())),
            SetOp::Remove(element) => drop(self.0.remove(element)),
        }
        Ok(())
    }

    fn merge(&mut self, other: &Plain) {
        self.0.extend(other.0.iter().cloned());
    }
}

/// A set in which every element has a tag, and every tag that was removed is remembered.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct OneTag {
    tags: BTreeMap<String, (u32, u64)>,
    removed: BTreeSet<(u32, u64)>,
    count: u64,
}

impl DataType for OneTag {
    type Op = SetOp<String>;
    type View = BTreeSet<String>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> SetOp<String> {
        propose(pick, &self.view())
    }

    fn view(&self) -> BTreeSet<String> {
        self.tags.keys().cloned().collect()
    }
}

impl StateBased for OneTag {
    fn apply(&mut self, op: &SetOp<String>, site: Site) -> Result<(), Refused> {
        match op {
            SetOp::Add(element) => {
                self.count += 1;
                self.tags.insert(element.clone(), (site.identity.0, self.count));
            }
            SetOp::Remove(element) => self.removed.extend(self.tags.remove(element)),
        }
        Ok(())
    }

    fn merge(&mut self, other: &OneTag) {
        self.removed.extend(&other.removed);
        // Here a right set would keep both tags.
        self.tags.extend(other.tags.iter().map(|(element, tag)| (element.clone(), *tag)));
        self.tags.retain(|_, tag| !self.removed.contains(tag));
        self.count = self.count.max(other.count);
    }
}

fn propose(pick: &mut dyn FnMut(u64) -> u64, shown: &BTreeSet<String>) -> SetOp<String> {
    SetOp::propose(pick, crate::replica::Element::nth, |element| shown.contains(element))
}
