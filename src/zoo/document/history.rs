//! A document together with all its changes, so that two of them can merge.
//!
//! The state is a set of changes; the document is what those come to that have all they build on. A change that
//! came too early waits. Laws: merging is the union of the two sets, and what is shown depends on the set alone.
//! Nothing is ever forgotten. The set as state is how *Pure Operation-Based Replicated Data Types* (2017) begins.

use serde::{Deserialize, Serialize};

use super::change::{Change, Document, Meaning};
use crate::base::{Digester, Stamp};
use crate::model::Specification;
use crate::model::document::{DocumentOp, Object};
use crate::replica::{DataType, DeltaBased, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;

/// A document and the changes that made it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct History<M: Meaning> {
    document: Document<M>,
    /// In the order in which they were carried out here, so that none comes before what it builds on.
    done: Vec<Change<M::Action>>,
    /// Those that lack something they build on.
    early: Vec<Change<M::Action>>,
}

/// Some changes, in any order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct Changes<M: Meaning>(pub Vec<Change<M::Action>>);

impl<M: Meaning> History<M> {
    /// The changes carried out, none before what it builds on.
    pub fn done(&self) -> &[Change<M::Action>] {
        &self.done
    }

    /// The changes that wait for others.
    pub fn early(&self) -> &[Change<M::Action>] {
        &self.early
    }

    fn take(&mut self, change: &Change<M::Action>) {
        if self.document.known().covers(change.dot) {
            return;
        }
        if self.document.known().covers_all(&change.seen) {
            self.document.effect(change);
            self.done.push(change.clone());
            self.release();
        } else if self.early.iter().all(|waiting| waiting.dot != change.dot) {
            // Nothing of it shows yet, but whatever is stamped from now on comes after it.
            self.document.witness(change.stamp());
            self.early.push(change.clone());
        }
    }

    /// Carries out what no longer waits for anything.
    fn release(&mut self) {
        while let Some(place) = self.early.iter().position(|waiting| self.document.known().covers_all(&waiting.seen)) {
            let change = self.early.swap_remove(place);
            self.document.effect(&change);
            self.done.push(change);
        }
    }
}

impl<M: Meaning> Default for History<M> {
    fn default() -> Self {
        History { document: Document::default(), done: Vec::new(), early: Vec::new() }
    }
}

impl<M: Meaning> Clone for History<M> {
    fn clone(&self) -> Self {
        History { document: self.document.clone(), done: self.done.clone(), early: self.early.clone() }
    }

    fn clone_from(&mut self, source: &Self) {
        self.document.clone_from(&source.document);
        self.done.clone_from(&source.done);
        self.early.clone_from(&source.early);
    }
}

impl<M: Meaning> DataType for History<M> {
    type Op = DocumentOp;
    type View = Object;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> DocumentOp {
        self.document.propose(pick)
    }

    fn view(&self) -> Object {
        self.document.view()
    }

    fn digest(&self, digester: &mut Digester) {
        self.document.digest(digester);
    }

    fn latest_stamp(&self) -> Option<Stamp> {
        self.document.latest_stamp()
    }
}

impl<M: Meaning> Specified for History<M> {
    fn specification(&self) -> Specification<DocumentOp, Object> {
        M::specification()
    }
}

impl<M: Meaning> StateBased for History<M> {
    fn apply(&mut self, op: &DocumentOp, site: Site) -> Result<(), Refused> {
        self.mutate(op, site).map(drop)
    }

    fn merge(&mut self, other: &Self) {
        for change in other.done.iter().chain(&other.early) {
            self.take(change);
        }
    }
}

impl<M: Meaning> DeltaBased for History<M> {
    type Delta = Changes<M>;

    fn mutate(&mut self, op: &DocumentOp, site: Site) -> Result<Changes<M>, Refused> {
        let change = self.document.prepare(op, site)?;
        self.take(&change);
        Ok(Changes(vec![change]))
    }

    fn join(&mut self, delta: &Changes<M>) {
        for change in &delta.0 {
            self.take(change);
        }
    }

    fn combine(into: &mut Changes<M>, other: &Changes<M>) {
        for change in &other.0 {
            if into.0.iter().all(|held| held.dot != change.dot) {
                into.0.push(change.clone());
            }
        }
    }

    fn whole(&self) -> Changes<M> {
        Changes(self.done.iter().chain(&self.early).cloned().collect())
    }
}
