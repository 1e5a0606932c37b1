//! OR-Set with tags and tombstones: a removal removes exactly the adds it saw.
//!
//! Every add makes a new tag; a removal buries the tags that its replica shows for the element, by name.
//! An element is shown while a tag of it is not buried. It promises that an add beside a removal survives,
//! in whatever order and however often updates come; it does not promise to stay small: the buried are kept
//! until they are [collected](crate::zoo::collect). *A Comprehensive Study of Convergent and Commutative
//! Replicated Data Types* (2011), specification 15.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::sorted;
use crate::base::{Canonical, Digester, Dot, Identity, VersionVector};
use crate::model::set::{SetOp, add_wins};
use crate::model::{Growth, Specification};
use crate::replica::{DataType, Delivery, DeltaBased, Element, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;
use crate::zoo::collect::Tombstones;

/// One add of one element.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tag<E> {
    element: E,
    dot: Dot,
    /// A buried tag stays buried, also if its add comes later.
    buried: bool,
}

/// All tags, shown and buried, sorted by element and dot.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaggedOrSet<E> {
    tags: Vec<Tag<E>>,
    /// The last tag of each identity.
    last: VersionVector,
}

impl<E> Tag<E> {
    /// The element.
    pub fn element(&self) -> &E {
        &self.element
    }
}

impl<E: Element> Tag<E> {
    fn order(one: &Tag<E>, other: &Tag<E>) -> Ordering {
        one.element.cmp(&other.element).then(one.dot.cmp(&other.dot))
    }

    fn take(&mut self, other: &Tag<E>) {
        self.buried |= other.buried;
    }
}

impl<E> TaggedOrSet<E> {
    /// An empty set.
    pub const fn new() -> TaggedOrSet<E> {
        TaggedOrSet { tags: Vec::new(), last: VersionVector::new() }
    }

    /// How many tags are buried here.
    pub fn tombstones(&self) -> usize {
        self.tags.iter().filter(|tag| tag.buried).count()
    }
}

impl<E: Element> TaggedOrSet<E> {
    /// Whether an element is in.
    pub fn contains(&self, element: &E) -> bool {
        self.tags_of(element).iter().any(|tag| !tag.buried)
    }

    fn tags_of(&self, element: &E) -> &[Tag<E>] {
        let first = self.tags.partition_point(|tag| tag.element < *element);
        let count = self.tags[first..].partition_point(|tag| tag.element == *element);
        &self.tags[first..first + count]
    }

    /// The elements shown, sorted, each once.
    fn shown(&self) -> impl Iterator<Item = &E> + Clone {
        let elements = self.tags.chunk_by(|one, next| one.element == next.element);
        elements.filter(|tags| tags.iter().any(|tag| !tag.buried)).map(|tags| &tags[0].element)
    }

    /// What an operation tells: a new tag, or the shown ones buried.
    fn told(&self, op: &SetOp<E>, identity: Identity) -> Vec<Tag<E>> {
        match op {
            SetOp::Add(element) => {
                let dot = self.last.clone().next(identity);
                vec![Tag { element: element.clone(), dot, buried: false }]
            }
            SetOp::Remove(element) => {
                let shown = self.tags_of(element).iter().filter(|tag| !tag.buried);
                shown.map(|tag| Tag { buried: true, ..tag.clone() }).collect()
            }
        }
    }
}

impl<E: Element> DataType for TaggedOrSet<E> {
    type Op = SetOp<E>;
    type View = BTreeSet<E>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> SetOp<E> {
        SetOp::propose(pick, E::nth, |element| self.contains(element))
    }

    fn view(&self) -> BTreeSet<E> {
        self.shown().cloned().collect()
    }

    fn digest(&self, digester: &mut Digester) {
        self.shown().count().feed(digester);
        self.shown().for_each(|element| element.feed(digester));
    }
}

impl<E: Element + 'static> Specified for TaggedOrSet<E> {
    fn specification(&self) -> Specification<SetOp<E>, BTreeSet<E>> {
        add_wins().growing_with(Growth::Updates)
    }
}

impl<E: Element> StateBased for TaggedOrSet<E> {
    fn apply(&mut self, op: &SetOp<E>, site: Site) -> Result<(), Refused> {
        self.mutate(op, site).map(|_| ())
    }

    fn merge(&mut self, other: &TaggedOrSet<E>) {
        sorted::join(&mut self.tags, &other.tags, Tag::order, Tag::take);
        self.last.merge(&other.last);
    }
}

impl<E: Element> DeltaBased for TaggedOrSet<E> {
    type Delta = Vec<Tag<E>>;

    fn mutate(&mut self, op: &SetOp<E>, site: Site) -> Result<Vec<Tag<E>>, Refused> {
        let told = self.told(op, site.identity);
        self.join(&told);
        Ok(told)
    }

    fn join(&mut self, delta: &Vec<Tag<E>>) {
        sorted::join(&mut self.tags, delta, Tag::order, Tag::take);
        delta.iter().for_each(|tag| self.last.raise(tag.dot));
    }

    fn combine(into: &mut Vec<Tag<E>>, other: &Vec<Tag<E>>) {
        sorted::join(into, other, Tag::order, Tag::take);
    }

    fn whole(&self) -> Vec<Tag<E>> {
        self.tags.clone()
    }
}

impl<E: Element> OpBased for TaggedOrSet<E> {
    /// The new tag, or the buried ones by name: a removal may come before the adds that it saw.
    type Effect = Vec<Tag<E>>;

    const DELIVERY: Delivery = Delivery::AnyRepeated;

    fn prepare(&self, op: &SetOp<E>, site: Site) -> Result<Vec<Tag<E>>, Refused> {
        Ok(self.told(op, site.identity))
    }

    fn effect(&mut self, effect: &Vec<Tag<E>>) {
        self.join(effect);
    }
}

/// A buried tag goes with its burial: who knows of that neither makes the tag again nor buries it again.
/// The last tag of each identity is remembered, so that no name is given twice.
impl<E: Element> Tombstones for TaggedOrSet<E> {
    type Grave = Dot;

    fn graves(&self) -> Vec<Dot> {
        self.tags.iter().filter(|tag| tag.buried).map(|tag| tag.dot).collect()
    }

    fn collect(&mut self, ready: &dyn Fn(&Dot) -> bool) {
        self.tags.retain(|tag| !(tag.buried && ready(&tag.dot)));
    }
}

impl<E> Default for TaggedOrSet<E> {
    fn default() -> TaggedOrSet<E> {
        TaggedOrSet::new()
    }
}

impl<E: Clone> Clone for TaggedOrSet<E> {
    fn clone(&self) -> TaggedOrSet<E> {
        TaggedOrSet { tags: self.tags.clone(), last: self.last.clone() }
    }

    fn clone_from(&mut self, source: &TaggedOrSet<E>) {
        self.tags.clone_from(&source.tags);
        self.last.clone_from(&source.last);
    }
}

impl<E: Clone> Clone for Tag<E> {
    fn clone(&self) -> Tag<E> {
        Tag { element: self.element.clone(), dot: self.dot, buried: self.buried }
    }

    fn clone_from(&mut self, source: &Tag<E>) {
        self.element.clone_from(&source.element);
        (self.dot, self.buried) = (source.dot, source.buried);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn an_element_is_in_when_some_add_was_seen_by_no_removal() {
        let (new, expected) = (TaggedOrSet::<u32>::new, testing::add_wins);
        testing::forms_agree(new, expected, testing::nothing_is_refused);
        testing::deltas_come_in_any_order(new, expected, testing::WHERE_CLOSED);
        testing::effects_come_in_any_order(new, expected, testing::WHERE_CLOSED);
    }

    #[test]
    fn the_published_stories_of_an_add_wins_set_come_out_right() {
        testing::add_wins_stories::<TaggedOrSet<String>>();
    }

    #[test]
    fn a_removal_that_comes_before_its_add_still_removes_it() {
        let (mut source, mut other) = (TaggedOrSet::new(), TaggedOrSet::new());
        let [add, remove] = [SetOp::Add('m'), SetOp::Remove('m')].map(|op| {
            let effect = source.prepare(&op, Site::of(0)).unwrap();
            source.effect(&effect);
            effect
        });
        for effect in [&remove, &add, &remove, &add] {
            other.effect(effect);
            assert!(other.view().is_empty());
        }
        assert_eq!((other.tombstones(), &other), (1, &source));
    }
}
