//! Sets with tags and tombstones, of which some are collected while somebody still needs them.
//!
//! Whoever has missed a removal still holds the tag, and only the tombstone tells the others that it is an
//! old one. Without it the tag looks new.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Small, gossiping};
use crate::base::{Dot, Identity, Span, Time, VersionVector};
use crate::model::Growth;
use crate::model::set::add_wins;
use crate::replica::Site;
use crate::zoo::System;
use crate::zoo::set::TaggedOrSet;
use crate::zoo::specimen::{Need, Specimen};
use crate::zoo::sync::FullState;

pub(super) const COLLECTED_BY_AGE: Specimen = Specimen {
    name: "tombstones_collected_by_age",
    mistake: "tombstones go after a quarter of a second, and nobody is told not to stay away for longer",
    known_from: "stores with a grace period for tombstones, and nodes that are down for longer than that",
    harm: "what was deleted during an absence comes back with the one who was absent",
    caught_by: "spec",
    needs: &[Need::LongAbsence],
    story: "n0 adds, n2 merges and is cut off; n0 removes, and collects; n2 is back",
    system: || gossiping::<Aging>(add_wins()),
};

/// How long a tombstone is kept.
const GRACE: Span = Span::millis(250);

/// Tags with their elements, and when each that is gone was removed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Aging {
    tags: BTreeMap<Dot, String>,
    removed: BTreeMap<Dot, Time>,
    last: VersionVector,
}

impl Aging {
    fn collect(&mut self, now: Time) {
        self.removed.retain(|_, removed| now.since(*removed) <= GRACE);
    }
}

impl Small for Aging {
    fn shown(&self) -> BTreeSet<String> {
        self.tags.values().cloned().collect()
    }

    fn add(&mut self, element: &str, site: Site) {
        self.tags.insert(self.last.next(site.identity), element.to_owned());
        self.collect(site.now);
    }

    fn remove(&mut self, element: &str, site: Site) {
        self.removed.extend(dots_of(&self.tags, element).map(|dot| (dot, site.now)));
        self.tags.retain(|_, tagged| tagged != element);
        self.collect(site.now);
    }

    fn merge(&mut self, other: &Aging) {
        self.tags.extend(other.tags.clone());
        self.removed.extend(&other.removed);
        self.tags.retain(|dot, _| !self.removed.contains_key(dot));
        self.last.merge(&other.last);
    }
}

pub(super) const KEPT_FOR_EVER: Specimen = Specimen {
    name: "tombstones_said_to_be_none",
    mistake: "every tag and every tombstone is kept, and the set is said to grow with what it shows alone",
    known_from: "folklore: the reason for sets without tombstones, *An optimized conflict-free replicated set* (2012)",
    harm: "a list that is edited every day for years takes minutes to open, and shows three lines",
    caught_by: "growth",
    needs: &[Need::ManyRequests],
    story: "n0 adds and removes one element, a hundred times",
    system: || {
        let specification = add_wins().growing_with(Growth::Live);
        System::judged_by(specification, FullState::new(TaggedOrSet::<String>::new())).into()
    },
};

pub(super) const STABLE_WITHOUT_THE_ABSENT: Specimen = Specimen {
    name: "stability_without_the_absent",
    mistake: "a tombstone goes once all know of it who were heard of in the last fifth of a second",
    known_from: "folklore: a member that is down would block collection, and is therefore left out of it",
    harm: "what was deleted during an absence comes back with the one who was absent",
    caught_by: "spec",
    needs: &[Need::LongAbsence],
    story: "n0 adds, n2 merges and is cut off; n0 removes, n1 merges and n0 again, which collects; n2 is back",
    system: || gossiping::<Stable>(add_wins()),
};

/// How long ago a member must have been heard of to be asked.
const LATELY: Span = Span::millis(200);

/// Tags with their elements, and which update removed each that is gone.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Stable {
    tags: BTreeMap<Dot, String>,
    removed: BTreeMap<Dot, Dot>,
    known: VersionVector,
    /// What each member is known to know, and when it was heard of by its own clock.
    members: BTreeMap<Identity, (Time, VersionVector)>,
}

impl Stable {
    /// Every update of a replica is also a sign of life.
    fn next(&mut self, site: Site) -> Dot {
        let dot = self.known.next(site.identity);
        self.members.insert(site.identity, (site.now, self.known.clone()));
        // A right one would wait for all members.
        let asked = self.members.values().filter(|(heard, _)| site.now.since(*heard) <= LATELY);
        let asked: Vec<&VersionVector> = asked.map(|(_, known)| known).collect();
        self.removed.retain(|_, removal| !asked.iter().all(|known| known.covers(*removal)));
        dot
    }
}

impl Small for Stable {
    fn shown(&self) -> BTreeSet<String> {
        self.tags.values().cloned().collect()
    }

    fn add(&mut self, element: &str, site: Site) {
        let dot = self.next(site);
        self.tags.insert(dot, element.to_owned());
    }

    fn remove(&mut self, element: &str, site: Site) {
        let removal = self.next(site);
        self.removed.extend(dots_of(&self.tags, element).map(|dot| (dot, removal)));
        self.tags.retain(|_, tagged| tagged != element);
    }

    fn merge(&mut self, other: &Stable) {
        for (member, heard) in &other.members {
            let ours = self.members.entry(*member).or_default();
            if heard.0 > ours.0 {
                ours.clone_from(heard);
            }
        }
        // A state without news may be an old one, in which what was collected since still lives.
        if !self.known.covers_all(&other.known) {
            self.tags.extend(other.tags.clone());
            self.removed.extend(&other.removed);
            self.tags.retain(|dot, _| !self.removed.contains_key(dot));
            self.known.merge(&other.known);
        }
    }
}

fn dots_of<'a>(tags: &'a BTreeMap<Dot, String>, element: &'a str) -> impl Iterator<Item = Dot> + 'a {
    tags.iter().filter(move |(_, tagged)| *tagged == element).map(|(dot, _)| *dot)
}
