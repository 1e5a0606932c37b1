//! Sets that Merkle anti-entropy cannot keep in step, since their rows are wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::base::{CausalContext, Dot, Refused, VersionVector};
use crate::model::set::SetOp;
use crate::replica::{DataType, DeltaBased, Element, Site, StateBased};
use crate::zoo::dots::{Causal, DotKeys};
use crate::zoo::set::OrSet;
use crate::zoo::sync::Rows;

/// An element with one of the adds that brought it, and whether that was removed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Tag {
    element: String,
    dot: Dot,
    buried: bool,
}

/// What stands in the row of an element.
pub(super) trait Habit: Clone + Debug {
    fn row(tags: Vec<Tag>) -> Vec<Tag>;
}

/// The tags in one order everywhere: this is how it should be.
#[derive(Clone, Debug)]
pub(super) struct Sorted;

impl Habit for Sorted {
    fn row(mut tags: Vec<Tag>) -> Vec<Tag> {
        tags.sort_unstable_by_key(|tag| tag.dot);
        tags
    }
}

/// The tags in the order in which they came here, which is another one elsewhere.
#[derive(Clone, Debug)]
pub(super) struct AsTheyCame;

impl Habit for AsTheyCame {
    fn row(tags: Vec<Tag>) -> Vec<Tag> {
        tags
    }
}

/// The tags that are not removed.
#[derive(Clone, Debug)]
pub(super) struct WithoutTombstones;

impl Habit for WithoutTombstones {
    fn row(mut tags: Vec<Tag>) -> Vec<Tag> {
        tags.sort_unstable_by_key(|tag| tag.dot);
        tags.retain(|tag| !tag.buried);
        tags
    }
}

/// An add-wins set with tombstones, whose rows are made by a habit.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Tags<H> {
    /// In the order in which they came.
    tags: Vec<Tag>,
    last: VersionVector,
    habit: PhantomData<H>,
}

impl<H> Tags<H> {
    pub(super) fn new() -> Tags<H> {
        Tags { tags: Vec::new(), last: VersionVector::new(), habit: PhantomData }
    }
}

impl<H> Tags<H> {
    /// Of each element, how many of its adds there are and how many of them were removed.
    pub(super) fn standing(&self) -> impl Iterator<Item = [u64; 2]> {
        let mut counts = BTreeMap::<&String, [u64; 2]>::new();
        for tag in &self.tags {
            let [adds, removed] = counts.entry(&tag.element).or_default();
            *adds += 1;
            *removed += u64::from(tag.buried);
        }
        counts.into_values()
    }
}

impl<H: Habit> DataType for Tags<H> {
    type Op = SetOp<String>;
    type View = BTreeSet<String>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> SetOp<String> {
        let shown = self.view();
        SetOp::propose(pick, Element::nth, |element| shown.contains(element))
    }

    fn view(&self) -> BTreeSet<String> {
        self.tags.iter().filter(|tag| !tag.buried).map(|tag| tag.element.clone()).collect()
    }
}

impl<H: Habit> StateBased for Tags<H> {
    fn apply(&mut self, op: &SetOp<String>, site: Site) -> Result<(), Refused> {
        self.mutate(op, site).map(drop)
    }

    fn merge(&mut self, other: &Tags<H>) {
        self.join(&other.tags);
    }
}

impl<H: Habit> DeltaBased for Tags<H> {
    type Delta = Vec<Tag>;

    fn mutate(&mut self, op: &SetOp<String>, site: Site) -> Result<Vec<Tag>, Refused> {
        let told = match op {
            SetOp::Add(element) => {
                vec![Tag { element: element.clone(), dot: self.last.next(site.identity), buried: false }]
            }
            SetOp::Remove(element) => {
                let shown = self.tags.iter().filter(|tag| tag.element == *element && !tag.buried);
                shown.map(|tag| Tag { buried: true, ..tag.clone() }).collect()
            }
        };
        self.join(&told);
        Ok(told)
    }

    fn join(&mut self, delta: &Vec<Tag>) {
        for tag in delta {
            self.last.raise(tag.dot);
            match self.tags.iter_mut().find(|known| known.dot == tag.dot) {
                Some(known) => known.buried |= tag.buried,
                None => self.tags.push(tag.clone()),
            }
        }
    }

    fn combine(into: &mut Vec<Tag>, other: &Vec<Tag>) {
        into.extend_from_slice(other);
    }

    fn whole(&self) -> Vec<Tag> {
        self.tags.clone()
    }
}

impl<H: Habit> Rows for Tags<H> {
    type Key = String;

    fn rows(delta: &Vec<Tag>) -> Vec<(String, Vec<Tag>)> {
        let elements: BTreeSet<&String> = delta.iter().map(|tag| &tag.element).collect();
        let row = |element: &String| H::row(delta.iter().filter(|tag| tag.element == *element).cloned().collect());
        let rows = elements.into_iter().map(|element| (element.clone(), row(element)));
        rows.filter(|(_, row)| !row.is_empty()).collect()
    }
}

/// The set of dots and context, each of whose rows comes with the context of the whole set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct WholeContext(OrSet<String>);

impl WholeContext {
    pub(super) fn new() -> WholeContext {
        WholeContext(OrSet::new())
    }
}

impl DataType for WholeContext {
    type Op = SetOp<String>;
    type View = BTreeSet<String>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> SetOp<String> {
        self.0.propose(pick)
    }

    fn view(&self) -> BTreeSet<String> {
        self.0.view()
    }
}

impl StateBased for WholeContext {
    fn apply(&mut self, op: &SetOp<String>, site: Site) -> Result<(), Refused> {
        self.0.apply(op, site)
    }

    fn merge(&mut self, other: &WholeContext) {
        self.0.merge(&other.0);
    }
}

impl DeltaBased for WholeContext {
    type Delta = Causal<DotKeys<String>>;

    fn mutate(&mut self, op: &SetOp<String>, site: Site) -> Result<Self::Delta, Refused> {
        self.0.mutate(op, site)
    }

    fn join(&mut self, delta: &Self::Delta) {
        self.0.join(delta);
    }

    fn combine(into: &mut Self::Delta, other: &Self::Delta) {
        OrSet::combine(into, other);
    }

    fn whole(&self) -> Self::Delta {
        self.0.whole()
    }
}

impl Rows for WholeContext {
    type Key = String;

    fn rows(delta: &Self::Delta) -> Vec<(String, Self::Delta)> {
        let row = |element: &String| {
            let mut store = DotKeys::new();
            delta.store.dots_of(element).for_each(|dot| store.insert(element, dot));
            // Here a right row would know the dots of this element alone.
            let context: CausalContext = delta.context.clone();
            (element.clone(), Causal { store, context })
        };
        delta.store.keys().map(row).collect()
    }
}
