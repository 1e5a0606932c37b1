//! Remove-wins sets, in which a removal counts until an add has seen it, and that get this wrong.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Small, gossiping};
use crate::base::{CausalContext, Dot};
use crate::model::set::{SetOp, remove_wins};
use crate::replica::{DataType, Site, StateBased};
use crate::zoo::set::RemoveWinsSet;
use crate::zoo::specimen::Specimen;

pub(super) const IGNORES_ABSENT: Specimen = Specimen {
    name: "removal_of_the_absent_ignored",
    mistake: "removing what is not in the set is answered with yes, and nothing is noted",
    known_from: "the reflex to do nothing where nothing is to be done",
    harm: "an add beside the removal wins, in a set that promises the contrary",
    caught_by: "spec",
    needs: &[],
    story: "n0 removes what it does not have, n1 adds it, and both merge",
    system: || gossiping::<IgnoresAbsent>(remove_wins()),
};

/// A remove-wins set, but for removals of what is not there.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct IgnoresAbsent(RemoveWinsSet<String>);

impl Small for IgnoresAbsent {
    fn shown(&self) -> BTreeSet<String> {
        self.0.view()
    }

    fn add(&mut self, element: &str, site: Site) {
        let _ = self.0.apply(&SetOp::Add(element.to_owned()), site);
    }

    fn remove(&mut self, element: &str, site: Site) {
        if self.0.contains(&element.to_owned()) {
            let _ = self.0.apply(&SetOp::Remove(element.to_owned()), site);
        }
    }

    fn merge(&mut self, other: &IgnoresAbsent) {
        self.0.merge(&other.0);
    }
}

pub(super) const PAIRWISE: Specimen = Specimen {
    name: "removals_answered_pair_by_pair",
    mistake: "an add counts only if it has seen every removal by itself, where all adds together must have",
    known_from: "the first reading of `a removal wins over concurrent adds`, which is another type",
    harm: "an element is missing though every removal of it was answered, and differs from what other code shows",
    caught_by: "spec",
    needs: &[],
    story: "n0 and n1 both remove and then both add, and n2 merges both",
    system: || gossiping::<Pairwise>(remove_wins()),
};

/// All adds and removals of each element, each with what it saw of them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Pairwise {
    said: BTreeMap<String, BTreeMap<Dot, Word>>,
    known: CausalContext,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Word {
    adds: bool,
    saw: BTreeSet<Dot>,
}

impl Pairwise {
    fn say(&mut self, element: &str, adds: bool, site: Site) {
        let dot = self.known.next(site.identity);
        let words = self.said.entry(element.to_owned()).or_default();
        let saw = words.keys().copied().collect();
        words.insert(dot, Word { adds, saw });
    }
}

impl Small for Pairwise {
    fn shown(&self) -> BTreeSet<String> {
        let is_in = |words: &BTreeMap<Dot, Word>| {
            let removals: BTreeSet<Dot> = words.iter().filter(|(_, word)| !word.adds).map(|(dot, _)| *dot).collect();
            words.values().any(|word| word.adds && removals.is_subset(&word.saw))
        };
        self.said.iter().filter(|(_, words)| is_in(words)).map(|(element, _)| element.clone()).collect()
    }

    fn add(&mut self, element: &str, site: Site) {
        self.say(element, true, site);
    }

    fn remove(&mut self, element: &str, site: Site) {
        self.say(element, false, site);
    }

    fn merge(&mut self, other: &Pairwise) {
        for (element, words) in &other.said {
            self.said.entry(element.clone()).or_default().extend(words.clone());
        }
        self.known.merge(&other.known);
    }
}
