//! What the harness itself must notice, whatever the family: code that does not do what it says.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Sound, Specimen};
use crate::base::Refused;
use crate::model::set::{SetOp, add_wins};
use crate::replica::{DataType, Element, Site, StateBased};
use crate::zoo::System;
use crate::zoo::set::OrSet;
use crate::zoo::sync::FullState;

/// All of them.
pub(super) const ALL: &[Specimen] = &[SAYS_YES, SHOWS_LATER, ONE_COUNTER];

const SAYS_YES: Specimen = Specimen {
    name: "says_yes_and_does_nothing",
    mistake: "an add that there is no room for is accepted and dropped",
    known_from: "bounds that were added later, below code that has already said yes",
    harm: "a user was told that it is done, and it is nowhere",
    caught_by: "spec",
    needs: &[],
    story: "n0 shows two elements, and is asked to add a third",
    system: || System::judged_by(add_wins(), FullState::new(SaysYes(OrSet::new()))).into(),
};

/// A set that says yes to what it has no room for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
struct SaysYes(OrSet<String>);

/// How many elements it has room for.
const ROOM: usize = 2;

impl DataType for SaysYes {
    type Op = SetOp<String>;
    type View = BTreeSet<String>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> SetOp<String> {
        self.0.propose(pick)
    }

    fn view(&self) -> BTreeSet<String> {
        self.0.view()
    }
}

impl StateBased for SaysYes {
    fn apply(&mut self, op: &SetOp<String>, site: Site) -> Result<(), Refused> {
        match op {
            SetOp::Add(_) if self.view().len() >= ROOM => Ok(()),
            _ => self.0.apply(op, site),
        }
    }

    fn merge(&mut self, other: &SaysYes) {
        self.0.merge(&other.0);
    }
}

const SHOWS_LATER: Specimen = Specimen {
    name: "view_built_when_told",
    mistake: "what is shown is built anew when a message comes, and not after an own operation",
    known_from: "caches that are invalidated by what the sync layer brings, and by nothing else",
    harm: "a user presses the button again and again, until the network answers and all of it appears",
    caught_by: "effect",
    needs: &[],
    story: "n0 adds, and shows nothing until n1 gossips",
    system: || System::judged_by(add_wins(), FullState::new(Cached::built(When::Told))).into(),
};

/// When what is shown is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum When {
    /// After everything that changes something: this is how it should be.
    Changed,
    /// When another state came.
    Told,
}

/// A set that shows what it built before.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Cached {
    when: When,
    set: OrSet<String>,
    shown: BTreeSet<String>,
}

impl Cached {
    fn built(when: When) -> Cached {
        Cached { when, set: OrSet::new(), shown: BTreeSet::new() }
    }
}

impl DataType for Cached {
    type Op = SetOp<String>;
    type View = BTreeSet<String>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> SetOp<String> {
        self.set.propose(pick)
    }

    fn view(&self) -> BTreeSet<String> {
        self.shown.clone()
    }
}

impl StateBased for Cached {
    fn apply(&mut self, op: &SetOp<String>, site: Site) -> Result<(), Refused> {
        self.set.apply(op, site)?;
        if self.when == When::Changed {
            self.shown = self.set.view();
        }
        Ok(())
    }

    fn merge(&mut self, other: &Cached) {
        self.set.merge(&other.set);
        self.shown = self.set.view();
    }
}

/// What shows at once what it did.
pub(super) fn sound() -> Vec<Sound> {
    let cached = System::judged_by(add_wins(), FullState::new(Cached::built(When::Changed)));
    vec![("a view that is kept", &[], cached.into())]
}

const ONE_COUNTER: Specimen = Specimen {
    name: "one_counter_for_the_whole_process",
    mistake: "tags are numbered by a variable that all replicas of the process share",
    known_from: "folklore: static counters and generators of identifiers, tried with all replicas in one process",
    harm: "where each replica has a process of its own tags collide, which no test has ever shown",
    caught_by: "replay",
    needs: &[],
    story: "n0 adds, and its tag depends on how many others were made before",
    system: || System::judged_by(add_wins(), FullState::new(OneCounter::default())).into(),
};

/// A set whose tags bear a number and no name.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct OneCounter {
    tags: BTreeMap<u64, String>,
    removed: BTreeSet<u64>,
}

thread_local! {
    /// The number of the last tag. Here a right one would have a counter of each replica's own, and its name.
    static LAST: Cell<u64> = const { Cell::new(0) };
}

impl DataType for OneCounter {
    type Op = SetOp<String>;
    type View = BTreeSet<String>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> SetOp<String> {
        let shown = self.view();
        SetOp::propose(pick, Element::nth, |element| shown.contains(element))
    }

    fn view(&self) -> BTreeSet<String> {
        let live = self.tags.iter().filter(|(tag, _)| !self.removed.contains(tag));
        live.map(|(_, element)| element.clone()).collect()
    }
}

impl StateBased for OneCounter {
    fn apply(&mut self, op: &SetOp<String>, _: Site) -> Result<(), Refused> {
        match op {
            SetOp::Add(element) => {
                LAST.set(LAST.get() + 1);
                self.tags.insert(LAST.get(), element.clone());
            }
            SetOp::Remove(element) => {
                let tagged = self.tags.iter().filter(|(_, tagged)| *tagged == element);
                self.removed.extend(tagged.map(|(tag, _)| *tag));
            }
        }
        Ok(())
    }

    fn merge(&mut self, other: &OneCounter) {
        self.tags.extend(other.tags.iter().map(|(tag, element)| (*tag, element.clone())));
        self.removed.extend(&other.removed);
    }
}
