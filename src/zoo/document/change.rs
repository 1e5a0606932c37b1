//! What both kinds of document have in common: changes with an identity, in causal order.
//!
//! A document turns what a client asks into a change that means the same everywhere, and carries changes out
//! one by one. What they come to is the business of its [`Meaning`]. It promises that a change known here
//! changes nothing when it comes again; it counts on changes to come after all that their writers knew, as
//! [`History`](super::History) sees to.

use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::base::{Dot, Lamport, Stamp, VersionVector};
use crate::model::Specification;
use crate::model::document::{DocumentOp, Object, Reach, Step, propose};
use crate::replica::{DataType, Delivery, OpBased, Refused, Site};
use crate::zoo::Specified;

/// One operation as it travels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change<A> {
    /// Which of its writer's changes it is.
    pub dot: Dot,
    /// Above the stamps of all that its writer knew.
    pub counter: u64,
    /// What its writer knew.
    pub seen: VersionVector,
    /// What it does.
    pub action: A,
}

impl<A> Change<A> {
    /// The stamp that orders it among all changes, and names what it creates.
    pub fn stamp(&self) -> Lamport {
        Lamport { counter: self.counter, identity: self.dot.identity }
    }
}

/// What the operations on a document come to.
pub trait Meaning: Clone + Debug + Default + PartialEq + Serialize + DeserializeOwned {
    /// What a change does.
    type Action: Clone + Debug + PartialEq + Serialize + DeserializeOwned;
    /// Which values in a slot an operation can be on.
    const REACH: Reach;

    /// What must be shown.
    fn specification() -> Specification<DocumentOp, Object>;

    /// Works out what an operation means everywhere.
    fn resolve(&self, op: &DocumentOp) -> Result<Self::Action, Refused>;

    /// Carries out a change; one on a place that was never made does nothing.
    fn carry_out(&mut self, change: &Change<Self::Action>);

    /// What the root shows.
    fn view(&self) -> Object;
}

/// A document that lives on changes alone and does not keep them.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct Document<M: Meaning> {
    known: VersionVector,
    /// The largest stamp of all changes that ever came: right after an own one, its stamp.
    latest: Lamport,
    content: M,
}

impl<M: Meaning> Document<M> {
    /// Which changes were carried out.
    pub fn known(&self) -> &VersionVector {
        &self.known
    }

    /// Sees to it that stamps given from now on are larger than this one.
    pub(super) fn witness(&mut self, stamp: Lamport) {
        self.latest = self.latest.max(stamp);
    }
}

impl<M: Meaning> Clone for Document<M> {
    fn clone(&self) -> Self {
        Document { known: self.known.clone(), latest: self.latest, content: self.content.clone() }
    }

    fn clone_from(&mut self, source: &Self) {
        self.known.clone_from(&source.known);
        self.latest = source.latest;
        self.content.clone_from(&source.content);
    }
}

impl<M: Meaning> DataType for Document<M> {
    type Op = DocumentOp;
    type View = Object;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> DocumentOp {
        propose(&self.view(), M::REACH, pick)
    }

    fn view(&self) -> Object {
        self.content.view()
    }

    fn latest_stamp(&self) -> Option<Stamp> {
        (!self.known.is_empty()).then(|| self.latest.into())
    }
}

impl<M: Meaning> Specified for Document<M> {
    fn specification(&self) -> Specification<DocumentOp, Object> {
        M::specification()
    }
}

impl<M: Meaning> OpBased for Document<M> {
    type Effect = Change<M::Action>;

    const DELIVERY: Delivery = Delivery::CausalRepeated;

    fn prepare(&self, op: &DocumentOp, site: Site) -> Result<Self::Effect, Refused> {
        let action = self.content.resolve(op)?;
        let used_up = || Refused::because(format!("{} has no number or stamp left", site.identity));
        let dot = Dot::new(site.identity, self.known.get(site.identity).checked_add(1).ok_or_else(used_up)?);
        let counter = self.latest.counter.checked_add(1).ok_or_else(used_up)?;
        Ok(Change { dot, counter, seen: self.known.clone(), action })
    }

    fn effect(&mut self, change: &Self::Effect) {
        if self.known.covers(change.dot) {
            return;
        }
        self.known.raise(change.dot);
        self.latest = self.latest.max(change.stamp());
        self.content.carry_out(change);
    }
}

/// A path as people write it: `a.b[2]`.
pub(super) fn written(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Key(key) if text.is_empty() => text.push_str(key),
            Step::Key(key) => text.extend([".", key]),
            Step::At(index) => text.push_str(&format!("[{index}]")),
        }
    }
    if text.is_empty() { "the root".to_string() } else { format!("`{text}`") }
}

/// Refused, as the root is what it is.
pub(super) fn not_the_root() -> Refused {
    Refused::because("the root is an object that stays; name a key in it")
}

/// Refused, as a list has fewer places.
pub(super) fn out_of_range(path: &[Step], index: u32, length: usize) -> Refused {
    Refused::because(format!("{} shows {length}, so there is no place {index}", written(path)))
}
