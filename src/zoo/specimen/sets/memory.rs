//! Sets that forget what must not be forgotten.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Set, Small};
use crate::base::Dot;
use crate::model::set::add_wins;
use crate::replica::Site;
use crate::zoo::System;
use crate::zoo::specimen::gossip::Gossip;
use crate::zoo::specimen::{Need, Specimen};

pub(super) const COUNTER_NOT_SAVED: Specimen = Specimen {
    name: "set_saved_without_its_counter",
    mistake: "the counter for new tags is not saved with the set, and begins at zero after a restart",
    known_from: "counters that are kept beside the data and forgotten when it is written to the disk",
    harm: "an add after the restart bears the tag of one that was removed, and everybody takes it for removed",
    caught_by: "spec",
    needs: &[],
    story: "n0 adds and removes, crashes, comes back with all it had saved, and adds again",
    system: || {
        let saved = |set: &Set<Tagged>| Set(Tagged { count: 0, ..set.0.clone() });
        System::made(add_wins(), move |_, pace| Gossip::saving(Set::default(), saved, pace)).into()
    },
};

pub(super) const SAVED_AS_SHOWN: Specimen = Specimen {
    name: "set_saved_as_it_shows",
    mistake: "what is saved is what the set shows, without the tags that were removed and that they were",
    known_from: "backups that are made by exporting what can be seen and importing it again",
    harm: "after a restart a removal is not known any more, and whoever has not heard of it brings the element back",
    caught_by: "reload",
    needs: &[Need::NoLoss],
    story: "n0 adds and removes: what it would save is another state, though nobody has crashed yet",
    system: || {
        let saved = |Set(Tagged { tags, removed, count }): &Set<Tagged>| {
            let tags = tags.iter().filter(|(_, tag)| !removed.contains(tag)).cloned().collect();
            Set(Tagged { tags, removed: BTreeSet::new(), count: *count })
        };
        System::made(add_wins(), move |_, pace| Gossip::saving(Set::default(), saved, pace)).into()
    },
};

/// A set with tags and tombstones.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Tagged {
    tags: BTreeSet<(String, Dot)>,
    removed: BTreeSet<Dot>,
    /// How many tags were made here.
    count: u32,
}

impl Small for Tagged {
    fn shown(&self) -> BTreeSet<String> {
        let live = self.tags.iter().filter(|(_, tag)| !self.removed.contains(tag));
        live.map(|(element, _)| element.clone()).collect()
    }

    fn add(&mut self, element: &str, site: Site) {
        self.count += 1;
        self.tags.insert((element.to_owned(), Dot::new(site.identity, self.count)));
    }

    fn remove(&mut self, element: &str, _: Site) {
        self.removed.extend(self.tags.iter().filter(|(tagged, _)| tagged == element).map(|(_, tag)| *tag));
    }

    fn merge(&mut self, other: &Tagged) {
        self.tags.extend(other.tags.iter().cloned());
        self.removed.extend(&other.removed);
    }
}
