//! A list that several write at once: what is common to the algorithms that keep tombstones.
//!
//! An insertion is named by a dot and linked to elements around it; a [`Rule`] decides from the links where
//! it goes, and is all in which the algorithms differ. A deletion hides an element and keeps it as a
//! tombstone, as others may still link to it. What comes before the elements it is linked to, or before
//! what it deletes, is held until they are there; so a state is the set of insertions and deletions that
//! were taken in, and the order and number in which they came leave no trace in the view.
//!
//! Promised: every rule here gives one total order of all elements ever inserted, and every view agrees
//! with it. Not promised: that a tombstone goes away while anything is linked to it.

mod collected;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::known::Known;
use super::rule::{Origins, Rule};
use super::sequence::Handle;
use super::strand;
use crate::base::{CausalContext, Digester, Dot, Identity};
use crate::model::Specification;
use crate::model::list::{ListOp, list};
use crate::replica::{DataType, Delivery, DeltaBased, Element, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;

pub use collected::Collected;

/// An element on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Insertion<E, L> {
    /// Its name.
    pub dot: Dot,
    /// Where it belongs.
    pub link: L,
    /// What it holds.
    pub value: E,
}

/// What an operation does everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect<E, L> {
    /// A new element.
    Insert(Insertion<E, L>),
    /// The element of this name becomes a tombstone.
    Delete(Dot),
}

/// A part of a list: elements, and the names of deleted ones. Both sorted by name where made here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delta<E, L> {
    /// The elements, deleted or not.
    pub inserted: Vec<Insertion<E, L>>,
    /// The names of deleted elements, which need not be among those inserted.
    pub deleted: Vec<Dot>,
    /// Where it comes from a list that has let tombstones go: what remains of them.
    pub collected: Option<Collected>,
}

/// An element where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed<'a, E> {
    /// Its name.
    pub dot: Dot,
    /// What it was inserted between.
    pub origins: Origins,
    /// Whether it is a tombstone.
    pub deleted: bool,
    /// What it holds, or held.
    pub value: &'a E,
}

/// A list of elements that a rule puts in order.
#[derive(Debug)]
pub struct List<E, R: Rule> {
    known: Known<R::Link>,
    /// By handle.
    values: Vec<E>,
    rule: R,
    /// Insertions by the first of their origins that is missing here; each list sorted by name.
    held: BTreeMap<Dot, Vec<Insertion<E, R::Link>>>,
    /// Deleted before they came.
    deleted_early: BTreeSet<Dot>,
    /// Where tombstones have been let go: the names of all elements that were ever placed.
    collected: Option<CausalContext>,
}

impl<E, R: Rule> Default for List<E, R> {
    fn default() -> List<E, R> {
        List {
            known: Known::default(),
            values: Vec::new(),
            rule: R::default(),
            held: BTreeMap::new(),
            deleted_early: BTreeSet::new(),
            collected: None,
        }
    }
}

impl<E: Clone, R: Rule> Clone for List<E, R> {
    fn clone(&self) -> List<E, R> {
        List {
            known: self.known.clone(),
            values: self.values.clone(),
            rule: self.rule.clone(),
            held: self.held.clone(),
            deleted_early: self.deleted_early.clone(),
            collected: self.collected.clone(),
        }
    }

    fn clone_from(&mut self, source: &List<E, R>) {
        self.known.clone_from(&source.known);
        self.values.clone_from(&source.values);
        self.rule.clone_from(&source.rule);
        self.held.clone_from(&source.held);
        self.deleted_early.clone_from(&source.deleted_early);
        self.collected.clone_from(&source.collected);
    }
}

impl<E: Element, R: Rule> List<E, R> {
    /// An empty list.
    pub fn new() -> List<E, R> {
        List::default()
    }

    /// How many elements are shown.
    pub fn len(&self) -> u32 {
        self.known.sequence().shown()
    }

    /// Whether none is shown.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many insertions and deletions wait for elements that they name.
    pub fn held(&self) -> usize {
        self.held.values().map(Vec::len).sum::<usize>() + self.deleted_early.len()
    }

    /// All elements in their order, tombstones too.
    pub fn elements(&self) -> impl Iterator<Item = Placed<'_, E>> {
        self.known.sequence().iter().map(|handle| Placed {
            dot: self.known.dot(handle),
            origins: R::origins(&self.known.link(handle)),
            deleted: self.known.sequence().is_hidden(handle),
            value: &self.values[handle.index()],
        })
    }

    fn shown(&self) -> impl Iterator<Item = &E> {
        let sequence = self.known.sequence();
        sequence.iter().filter(|handle| !sequence.is_hidden(*handle)).map(|handle| &self.values[handle.index()])
    }

    /// The name of the identity's next element: above all that is known of it, held, placed or gone.
    fn next_dot(&self, identity: Identity) -> Result<Dot, Refused> {
        let held = self.held.values().flatten().map(|insertion| insertion.dot);
        let held = held.filter(|dot| dot.identity == identity).map(|dot| dot.counter).max();
        let gone = self.collected.as_ref().map_or(0, |names| strand::last(names, identity));
        let last = self.known.last(identity).max(held.unwrap_or(0)).max(gone);
        match last.checked_add(1) {
            Some(counter) => Ok(Dot { identity, counter }),
            None => Err(Refused::because(format!("{identity} has no number left after {last}"))),
        }
    }

    fn missing(&self, link: &R::Link) -> Option<Dot> {
        let Origins { left, right } = R::origins(link);
        [left, right].into_iter().flatten().find(|dot| self.known.handle(*dot).is_none())
    }

    fn insert(&mut self, insertion: &Insertion<E, R::Link>) {
        if insertion.dot.counter == 0 || self.known.handle(insertion.dot).is_some() || self.is_past(insertion.dot) {
            return;
        }
        match self.missing(&insertion.link) {
            Some(missing) => self.hold(missing, insertion.clone()),
            None => {
                self.place(insertion.clone());
                if !self.held.is_empty() {
                    self.release(insertion.dot);
                }
            }
        }
    }

    /// Whether an element of this name was placed before tombstones were let go.
    fn is_past(&self, dot: Dot) -> bool {
        self.collected.as_ref().is_some_and(|names| names.covers(dot))
    }

    fn hold(&mut self, missing: Dot, insertion: Insertion<E, R::Link>) {
        let held = self.held.entry(missing).or_default();
        if let Err(place) = held.binary_search_by_key(&insertion.dot, |held| held.dot) {
            held.insert(place, insertion);
        }
    }

    /// Places what waited for this element alone, and what waited for that in turn.
    fn release(&mut self, arrived: Dot) {
        let mut arrived = vec![arrived];
        while let Some(dot) = arrived.pop() {
            for insertion in self.held.remove(&dot).unwrap_or_default() {
                if self.known.handle(insertion.dot).is_some() {
                    continue;
                }
                match self.missing(&insertion.link) {
                    Some(missing) => self.hold(missing, insertion),
                    None => {
                        arrived.push(insertion.dot);
                        self.place(insertion);
                    }
                }
            }
        }
    }

    fn place(&mut self, insertion: Insertion<E, R::Link>) -> Handle {
        let Insertion { dot, link, value } = insertion;
        let place = self.rule.place(&self.known, dot, &link);
        let new = self.known.insert_after(place, dot, link);
        self.values.push(value);
        if let Some(names) = &mut self.collected {
            names.insert(dot);
        }
        if self.deleted_early.remove(&dot) {
            self.known.hide(new);
        }
        new
    }

    fn delete(&mut self, dot: Dot) {
        match self.known.handle(dot) {
            Some(handle) => self.known.hide(handle),
            None if dot.counter == 0 || (self.is_past(dot) && !self.is_held(dot)) => {}
            None => {
                self.deleted_early.insert(dot);
            }
        }
    }

    fn is_held(&self, dot: Dot) -> bool {
        self.held.values().flatten().any(|insertion| insertion.dot == dot)
    }

    fn insertion(&self, handle: Handle) -> Insertion<E, R::Link> {
        let value = self.values[handle.index()].clone();
        Insertion { dot: self.known.dot(handle), link: self.known.link(handle), value }
    }
}

impl<E: Element, R: Rule> DataType for List<E, R> {
    type Op = ListOp<E>;
    type View = Vec<E>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> ListOp<E> {
        ListOp::propose(self.len(), pick, E::nth)
    }

    fn view(&self) -> Vec<E> {
        self.shown().cloned().collect()
    }

    fn digest(&self, digester: &mut Digester) {
        digester.word(u64::from(self.len()));
        self.shown().for_each(|value| value.feed(digester));
    }
}

impl<E: Element + Send + 'static, R: Rule> Specified for List<E, R> {
    fn specification(&self) -> Specification<ListOp<E>, Vec<E>> {
        list(R::PROMISE)
    }
}

impl<E: Element, R: Rule> OpBased for List<E, R> {
    type Effect = Effect<E, R::Link>;

    /// Each effect names its elements, so a second time finds nothing left to do. What comes before its
    /// cause is held; causal delivery is asked for as nothing then is.
    const DELIVERY: Delivery = Delivery::CausalRepeated;

    fn prepare(&self, op: &ListOp<E>, site: Site) -> Result<Effect<E, R::Link>, Refused> {
        op.fits(self.len()).map_err(Refused)?;
        let sequence = self.known.sequence();
        match op {
            ListOp::Insert(index, value) => {
                let left = index.checked_sub(1).and_then(|before| sequence.at(before));
                let right = sequence.after(left);
                let name = |handle| self.known.dot(handle);
                let link = self.rule.link(left.map(name), right.map(name))?;
                Ok(Effect::Insert(Insertion { dot: self.next_dot(site.identity)?, link, value: value.clone() }))
            }
            ListOp::Delete(index) => match sequence.at(*index) {
                Some(handle) => Ok(Effect::Delete(self.known.dot(handle))),
                None => unreachable!("index {index} fits a list of {}", self.len()),
            },
        }
    }

    fn effect(&mut self, effect: &Effect<E, R::Link>) {
        match effect {
            Effect::Insert(insertion) => self.insert(insertion),
            Effect::Delete(dot) => self.delete(*dot),
        }
    }
}

impl<E: Element, R: Rule> StateBased for List<E, R> {
    fn apply(&mut self, op: &ListOp<E>, site: Site) -> Result<(), Refused> {
        let effect = self.prepare(op, site)?;
        self.effect(&effect);
        Ok(())
    }

    fn merge(&mut self, other: &List<E, R>) {
        // In the order in which the other learned them, origins come first, and nothing needs to be held.
        for (handle, dot) in other.known.handles().zip(other.known.dots()) {
            if self.known.handle(*dot).is_none() {
                self.insert(&other.insertion(handle));
            }
            if other.known.sequence().is_hidden(handle) {
                self.delete(*dot);
            }
        }
        other.held.values().flatten().for_each(|insertion| self.insert(insertion));
        if let Some(names) = &other.collected {
            let has = |dot: Dot| other.known.handle(dot).is_some() || other.is_held(dot);
            self.let_go(names, other.rule.clock(), |dot| names.covers(dot) && !has(dot));
        }
        other.deleted_early.iter().for_each(|dot| self.delete(*dot));
    }
}

impl<E: Element, R: Rule> DeltaBased for List<E, R> {
    type Delta = Delta<E, R::Link>;

    fn mutate(&mut self, op: &ListOp<E>, site: Site) -> Result<Delta<E, R::Link>, Refused> {
        let effect = self.prepare(op, site)?;
        self.effect(&effect);
        Ok(match effect {
            Effect::Insert(insertion) => Delta { inserted: vec![insertion], deleted: Vec::new(), collected: None },
            Effect::Delete(dot) => Delta { inserted: Vec::new(), deleted: vec![dot], collected: None },
        })
    }

    fn join(&mut self, delta: &Delta<E, R::Link>) {
        delta.inserted.iter().for_each(|insertion| self.insert(insertion));
        if let Some(Collected { names, clock }) = &delta.collected {
            self.let_go(names, *clock, delta.gone());
        }
        delta.deleted.iter().for_each(|dot| self.delete(*dot));
    }

    fn combine(into: &mut Delta<E, R::Link>, other: &Delta<E, R::Link>) {
        let (ours_gone, theirs_gone) = (into.gone(), other.gone());
        into.inserted.retain(|insertion| !theirs_gone(insertion.dot));
        into.inserted.extend(other.inserted.iter().filter(|insertion| !ours_gone(insertion.dot)).cloned());
        if let Some(theirs) = &other.collected {
            let ours = into.collected.get_or_insert_with(|| Collected { names: CausalContext::new(), clock: 0 });
            ours.names.merge(&theirs.names);
            ours.clock = ours.clock.max(theirs.clock);
        }
        into.inserted.sort_by_key(|insertion| insertion.dot);
        into.inserted.dedup_by_key(|insertion| insertion.dot);
        into.deleted.extend_from_slice(&other.deleted);
        into.deleted.sort_unstable();
        into.deleted.dedup();
    }

    fn whole(&self) -> Delta<E, R::Link> {
        let placed = self.known.handles().map(|handle| self.insertion(handle));
        let mut inserted: Vec<_> = placed.chain(self.held.values().flatten().cloned()).collect();
        inserted.sort_unstable_by_key(|insertion| insertion.dot);
        let tombstones = self.known.handles().filter(|handle| self.known.sequence().is_hidden(*handle));
        let tombstones = tombstones.map(|handle| self.known.dot(handle));
        let mut deleted: Vec<Dot> = tombstones.chain(self.deleted_early.iter().copied()).collect();
        deleted.sort_unstable();
        let collected = |names: &CausalContext| Collected { names: names.clone(), clock: self.rule.clock() };
        Delta { inserted, deleted, collected: self.collected.as_ref().map(collected) }
    }
}

/// Written as the set of all that was taken in, sorted: equal sets are equal bytes.
impl<E: Element, R: Rule> Serialize for List<E, R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.whole().serialize(serializer)
    }
}

impl<'de, E: Element, R: Rule> Deserialize<'de> for List<E, R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<List<E, R>, D::Error> {
        let mut list = List::default();
        list.join(&Delta::deserialize(deserializer)?);
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fugue::Fugue;
    use super::super::rga::Rga;
    use super::super::yata::Yata;
    use super::*;

    fn text<R: Rule>(list: &List<char, R>) -> String {
        list.view().into_iter().collect()
    }

    /// Types a text by one writer, and gives each letter as a delta.
    fn typed<R: Rule>(list: &mut List<char, R>, at: u32, letters: &str, writer: u32) -> Vec<Delta<char, R::Link>> {
        let types = |(typed, letter)| list.mutate(&ListOp::Insert(at + typed, letter), Site::of(writer)).expect("fits");
        (0..).zip(letters.chars()).map(types).collect()
    }

    #[test]
    fn what_is_refused_changes_nothing() {
        let mut list = Rga::new();
        typed(&mut list, 0, "abc", 0);
        for (op, reason) in [
            (ListOp::Insert(4, 'd'), "index 4 lies outside a list of 3: insert at 0 to 3"),
            (ListOp::Delete(3), "index 3 lies outside a list of 3: delete at 0 to 2"),
        ] {
            assert_eq!(list.apply(&op, Site::of(1)), Err(Refused::because(reason)));
        }
        assert_eq!((text(&list).as_str(), list.whole().inserted.len()), ("abc", 3));
    }

    #[test]
    fn deleting_one_element_twice_is_one_deletion() {
        let mut one = Yata::new();
        typed(&mut one, 0, "abc", 0);
        let mut other = one.clone();
        let deleted = one.mutate(&ListOp::Delete(1), Site::of(0)).expect("fits");
        assert_eq!(other.mutate(&ListOp::Delete(1), Site::of(1)).expect("fits"), deleted);
        typed(&mut other, 1, "x", 1);
        one.merge(&other);
        one.join(&deleted);
        assert_eq!((text(&one).as_str(), one.len()), ("axc", 3));
        let deleted: Vec<bool> = one.elements().map(|element| element.deleted).collect();
        assert_eq!(
            deleted,
            [false, false, true, false],
            "the tombstone stands where b stood, behind what came after a"
        );
    }

    #[test]
    fn what_comes_before_its_neighbours_is_held_until_they_are_there() {
        let (mut source, mut list) = (Fugue::new(), Fugue::new());
        let letters = typed(&mut source, 0, "abc", 0);
        let deleted = source.mutate(&ListOp::Delete(2), Site::of(1)).expect("fits");
        for (delta, held, shown) in
            [(&letters[2], 1, ""), (&deleted, 2, ""), (&letters[1], 3, ""), (&letters[1], 3, "")]
        {
            list.join(delta);
            assert_eq!((list.held(), text(&list).as_str()), (held, shown));
        }
        let read: Fugue<char> = postcard::from_bytes(&postcard::to_allocvec(&list).expect("writes")).expect("reads");
        assert_eq!((read.held(), read.whole()), (3, list.whole()), "what is held is part of the state");
        list.join(&letters[0]);
        assert_eq!((list.held(), text(&list).as_str()), (0, "ab"));
        assert_eq!(list.whole(), source.whole());
    }

    #[test]
    fn a_forged_name_takes_no_memory_and_leaves_its_owner_without_numbers() {
        let mut list = Fugue::new();
        let mut forged = typed(&mut Fugue::new(), 0, "x", 5).remove(0);
        forged.inserted[0].dot.counter = u32::MAX;
        list.join(&forged);
        let refusal = list.apply(&ListOp::Insert(0, 'a'), Site::of(5)).expect_err("no number is left");
        assert_eq!(refusal.to_string(), "i5 has no number left after 4294967295");
        typed(&mut list, 0, "ab", 4);
        assert_eq!(text(&list), "abx");
    }

    #[test]
    fn two_writers_under_one_identity_lose_one_of_two_elements() {
        let (mut one, mut other) = (Rga::new(), Rga::new());
        typed(&mut one, 0, "abc", 0);
        typed(&mut other, 0, "xy", 0);
        one.merge(&other);
        other.merge(&one);
        assert_eq!((text(&one).as_str(), text(&other).as_str()), ("abc", "xyc"), "they differ for ever");
    }
}
