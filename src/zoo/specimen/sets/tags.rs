//! Sets of tags, one for each add, of which too few are kept or too few removals remembered.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Small, gossiping};
use crate::base::{Dot, VersionVector};
use crate::model::set::add_wins;
use crate::replica::Site;
use crate::zoo::specimen::Specimen;

pub(super) const ONE_TAG: Specimen = Specimen {
    name: "set_with_one_tag",
    mistake: "each element has one tag, and a concurrent add overwrites it",
    known_from: "maps from element to tag in place of sets of tags",
    harm: "a removal that saw only one of two concurrent adds can take both away, or none",
    caught_by: "spec",
    needs: &[],
    story: "n0 and n1 both add; n2 merges n0's and removes; all merge",
    system: || gossiping::<OneTag>(add_wins()),
};

/// A set in which every element has a tag, and every tag that was removed is remembered.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct OneTag {
    tags: BTreeMap<String, Dot>,
    removed: BTreeSet<Dot>,
    last: VersionVector,
}

impl Small for OneTag {
    fn shown(&self) -> BTreeSet<String> {
        self.tags.keys().cloned().collect()
    }

    fn add(&mut self, element: &str, site: Site) {
        self.tags.insert(element.to_owned(), self.last.next(site.identity));
    }

    fn remove(&mut self, element: &str, _: Site) {
        self.removed.extend(self.tags.remove(element));
    }

    fn merge(&mut self, other: &OneTag) {
        self.removed.extend(&other.removed);
        // Here a right set would keep both tags.
        self.tags.extend(other.tags.clone());
        self.tags.retain(|_, tag| !self.removed.contains(tag));
        self.last.merge(&other.last);
    }
}

pub(super) const EMPTIED: Specimen = Specimen {
    name: "set_whose_removal_empties_the_tags",
    mistake: "a removal empties the element's set of tags, and merging unites the sets",
    known_from: "the pseudo-code of a text on OR-Sets",
    harm: "the tags come back with the next message that still has them, and the element with them",
    caught_by: "spec",
    needs: &[],
    story: "n0 adds, n1 merges; n0 removes, and merges with n1",
    system: || gossiping::<Emptied>(add_wins()),
};

/// The tags of every element; one without tags is not in the set.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Emptied {
    tags: BTreeMap<String, BTreeSet<Dot>>,
    last: VersionVector,
}

impl Small for Emptied {
    fn shown(&self) -> BTreeSet<String> {
        self.tags.iter().filter(|(_, tags)| !tags.is_empty()).map(|(element, _)| element.clone()).collect()
    }

    fn add(&mut self, element: &str, site: Site) {
        let tag = self.last.next(site.identity);
        self.tags.entry(element.to_owned()).or_default().insert(tag);
    }

    fn remove(&mut self, element: &str, _: Site) {
        // Nothing says afterwards which tags these were.
        self.tags.entry(element.to_owned()).or_default().clear();
    }

    fn merge(&mut self, other: &Emptied) {
        for (element, tags) in &other.tags {
            self.tags.entry(element.clone()).or_default().extend(tags);
        }
        self.last.merge(&other.last);
    }
}

pub(super) const ONE_TAKEN: Specimen = Specimen {
    name: "removal_takes_one_tag",
    mistake: "every add leaves a tag, and a removal takes one of them",
    known_from: "sets kept as counts of references, and adds that are counted although nobody sees them twice",
    harm: "what was added twice has to be removed twice: all agree that it is there, and whoever removed it sees it",
    caught_by: "effect",
    needs: &[],
    story: "n0 adds twice, and removes",
    system: || gossiping::<OneTaken>(add_wins()),
};

/// A set with tags and removed tags.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct OneTaken {
    tags: BTreeSet<(String, Dot)>,
    removed: BTreeSet<Dot>,
    last: VersionVector,
}

impl Small for OneTaken {
    fn shown(&self) -> BTreeSet<String> {
        self.tags.iter().map(|(element, _)| element.clone()).collect()
    }

    fn add(&mut self, element: &str, site: Site) {
        self.tags.insert((element.to_owned(), self.last.next(site.identity)));
    }

    fn remove(&mut self, element: &str, _: Site) {
        // Here a right set would take all of them.
        self.removed.extend(self.tags.iter().find(|(tagged, _)| tagged == element).map(|(_, tag)| *tag));
        self.tags.retain(|(_, tag)| !self.removed.contains(tag));
    }

    fn merge(&mut self, other: &OneTaken) {
        self.removed.extend(&other.removed);
        self.tags.extend(other.tags.iter().cloned());
        self.tags.retain(|(_, tag)| !self.removed.contains(tag));
        self.last.merge(&other.last);
    }
}
