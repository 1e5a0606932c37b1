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

    /// All tags, of which there may be several orders.
    fn whole(tags: Vec<Tag>) -> Vec<Tag> {
        tags
    }
}

/// The tags in one order everywhere: this is how it should be.
#[derive(Clone, Debug)]
pub(super) struct Sorted;

impl Habit for Sorted {
    fn row(mut tags: Vec<Tag>) -> Vec<Tag> {
        tags.sort_unstable_by_key(|tag| tag.dot);
        tags
    }

    fn whole(tags: Vec<Tag>) -> Vec<Tag> {
        Sorted::row(tags)
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
        H::whole(self.tags.clone())
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

/// Which context comes with a row, and which rows there are.
pub(super) trait Scope: Clone + Debug {
    fn row(element: &str, delta: &Told) -> Option<CausalContext>;
}

/// Of the dots that the element ever had, also where none is left: this is how it should be.
#[derive(Clone, Debug)]
pub(super) struct OwnContext;

impl Scope for OwnContext {
    fn row(element: &str, delta: &Told) -> Option<CausalContext> {
        delta.of.get(element).cloned()
    }
}

/// Of all dots of the set, where one of the element's is left.
#[derive(Clone, Debug)]
pub(super) struct WholeContext;

impl Scope for WholeContext {
    fn row(element: &str, delta: &Told) -> Option<CausalContext> {
        delta.causal.store.contains(&element.to_owned()).then(|| delta.causal.context.clone())
    }
}

/// The set of dots and context, with what each element had of that context, and with a scope for its rows.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Scoped<S> {
    set: OrSet<String>,
    of: BTreeMap<String, CausalContext>,
    scope: PhantomData<S>,
}

/// What there is to tell of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Told {
    causal: Causal<DotKeys<String>>,
    of: BTreeMap<String, CausalContext>,
}

impl Told {
    fn note(into: &mut BTreeMap<String, CausalContext>, of: &BTreeMap<String, CausalContext>) {
        of.iter().for_each(|(element, context)| into.entry(element.clone()).or_default().merge(context));
    }
}

impl<S> Scoped<S> {
    pub(super) fn new() -> Scoped<S> {
        Scoped { set: OrSet::new(), of: BTreeMap::new(), scope: PhantomData }
    }
}

impl<S: Scope> DataType for Scoped<S> {
    type Op = SetOp<String>;
    type View = BTreeSet<String>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> SetOp<String> {
        self.set.propose(pick)
    }

    fn view(&self) -> BTreeSet<String> {
        self.set.view()
    }
}

impl<S: Scope> StateBased for Scoped<S> {
    fn apply(&mut self, op: &SetOp<String>, site: Site) -> Result<(), Refused> {
        self.mutate(op, site).map(drop)
    }

    fn merge(&mut self, other: &Scoped<S>) {
        self.set.merge(&other.set);
        Told::note(&mut self.of, &other.of);
    }
}

impl<S: Scope> DeltaBased for Scoped<S> {
    type Delta = Told;

    fn mutate(&mut self, op: &SetOp<String>, site: Site) -> Result<Told, Refused> {
        let causal = self.set.mutate(op, site)?;
        let of = BTreeMap::from([(op.element().clone(), causal.context.clone())]);
        Told::note(&mut self.of, &of);
        Ok(Told { causal, of })
    }

    fn join(&mut self, delta: &Told) {
        self.set.join(&delta.causal);
        Told::note(&mut self.of, &delta.of);
    }

    fn combine(into: &mut Told, other: &Told) {
        OrSet::combine(&mut into.causal, &other.causal);
        Told::note(&mut into.of, &other.of);
    }

    fn whole(&self) -> Told {
        Told { causal: self.set.whole(), of: self.of.clone() }
    }
}

impl<S: Scope> Rows for Scoped<S> {
    type Key = String;

    fn rows(delta: &Told) -> Vec<(String, Told)> {
        let row = |element: &String| {
            let context = S::row(element, delta)?;
            let mut store = DotKeys::new();
            delta.causal.store.dots_of(element).for_each(|dot| store.insert(element, dot));
            let of = delta.of.get_key_value(element).map(|(element, of)| (element.clone(), of.clone()));
            Some((element.clone(), Told { causal: Causal { store, context }, of: of.into_iter().collect() }))
        };
        delta.of.keys().filter_map(row).collect()
    }
}
