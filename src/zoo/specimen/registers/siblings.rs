//! Registers with siblings that cannot say who replaced whom.
//!
//! The first two serve clients who read, wait, and write with what they had read in hand, through a server
//! that has seen more since. *Dotted Version Vectors: Logical Clocks for Optimistic Replication* (2010) says
//! why a vector with one entry for each server is not enough for them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::base::{CausalContext, Dot, Refused, VersionVector};
use crate::model::register::{ClientOp, Read, RegisterOp, multi_value, multi_value_for_clients};
use crate::replica::{DataType, Element, Site, StateBased};
use crate::zoo::System;
use crate::zoo::specimen::Specimen;
use crate::zoo::sync::FullState;

pub(super) const ONE_VECTOR_FOR_ALL: Specimen = Specimen {
    name: "false_siblings",
    mistake: "one version vector stands for all siblings, and a write replaces all or none of them",
    known_from: "stores with one entry for each server, of which the 2010 text on dotted version vectors tells",
    harm: "values stand beside the one that replaced them, and users resolve the same conflict again and again",
    caught_by: "spec",
    needs: &[],
    story: "through n0, a client writes, and another without reading; the first writes again on what it wrote",
    system: || System::judged_by(multi_value_for_clients(), FullState::new(OneForAll::default())).into(),
};

/// The values, and what is known of all of them together.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct OneForAll {
    values: BTreeSet<String>,
    vector: VersionVector,
}

impl DataType for OneForAll {
    type Op = ClientOp<String>;
    type View = Read<String>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> ClientOp<String> {
        ClientOp::propose(&self.view().context, String::nth, pick)
    }

    fn view(&self) -> Read<String> {
        Read { values: self.values.clone(), context: self.vector.clone().into() }
    }
}

impl StateBased for OneForAll {
    fn apply(&mut self, op: &ClientOp<String>, site: Site) -> Result<(), Refused> {
        let ClientOp::Write { value, context } = op;
        if context.vector().covers_all(&self.vector) {
            self.values.clear();
        }
        self.vector.merge(context.vector());
        self.vector.next(site.identity);
        self.values.insert(value.clone());
        Ok(())
    }

    fn merge(&mut self, other: &OneForAll) {
        if other.vector.covers_all(&self.vector) {
            self.clone_from(other);
        } else if !self.vector.covers_all(&other.vector) {
            self.values.extend(other.values.iter().cloned());
            self.vector.merge(&other.vector);
        }
    }
}

pub(super) const ONE_VECTOR_FOR_EACH: Specimen = Specimen {
    name: "lost_sibling",
    mistake: "each sibling has a version vector with one entry for each server, and a larger one replaces a smaller",
    known_from: "the other way to use such vectors, in the 2010 text on dotted version vectors",
    harm: "a write replaces what its client never read, and nobody is told",
    caught_by: "spec",
    needs: &[],
    story: "through n0, a client writes and another, too, without reading: the second value stands alone",
    system: || System::judged_by(multi_value_for_clients(), FullState::new(OneForEach::default())).into(),
};

/// The values with their vectors, and the last write of every server.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct OneForEach {
    versions: Vec<(VersionVector, String)>,
    last: VersionVector,
}

impl OneForEach {
    fn take(&mut self, vector: VersionVector, value: String) {
        if !self.versions.iter().any(|(ours, _)| ours.covers_all(&vector)) {
            self.versions.retain(|(ours, _)| !vector.covers_all(ours));
            self.versions.push((vector, value));
        }
    }
}

impl DataType for OneForEach {
    type Op = ClientOp<String>;
    type View = Read<String>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> ClientOp<String> {
        ClientOp::propose(&self.view().context, String::nth, pick)
    }

    fn view(&self) -> Read<String> {
        let values = self.versions.iter().map(|(_, value)| value.clone()).collect();
        Read { values, context: CausalContext::from(self.last.clone()) }
    }
}

impl StateBased for OneForEach {
    fn apply(&mut self, op: &ClientOp<String>, site: Site) -> Result<(), Refused> {
        let ClientOp::Write { value, context } = op;
        self.last.merge(context.vector());
        let mut vector = context.vector().clone();
        // The entry says that all earlier writes of this server were read, too.
        vector.raise(self.last.next(site.identity));
        self.take(vector, value.clone());
        Ok(())
    }

    fn merge(&mut self, other: &OneForEach) {
        for (vector, value) in &other.versions {
            self.take(vector.clone(), value.clone());
        }
        self.last.merge(&other.last);
    }
}

pub(super) const COUNTERS_COMPARED: Specimen = Specimen {
    name: "siblings_compared_by_counter",
    mistake: "of two values the one with the larger counter stays, whoever counted; equal counters are siblings",
    known_from: "Lamport counters read backwards: a larger one need not have known of the smaller",
    harm: "who wrote more often wins, and the other's value is gone without a conflict",
    caught_by: "spec",
    needs: &[],
    story: "n0 writes twice, n1 once beside it, and n0 merges",
    system: || System::judged_by(multi_value(), FullState::new(Counted::default())).into(),
};

/// The values by their dots, all with the same counter.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Counted(BTreeMap<Dot, String>);

impl Counted {
    fn counter(&self) -> u32 {
        self.0.keys().map(|dot| dot.counter).max().unwrap_or(0)
    }
}

impl DataType for Counted {
    type Op = RegisterOp<String>;
    type View = BTreeSet<String>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> RegisterOp<String> {
        RegisterOp::propose(String::nth, pick)
    }

    fn view(&self) -> BTreeSet<String> {
        self.0.values().cloned().collect()
    }
}

impl StateBased for Counted {
    fn apply(&mut self, op: &RegisterOp<String>, site: Site) -> Result<(), Refused> {
        let dot = Dot::new(site.identity, self.counter() + 1);
        self.0 = BTreeMap::from([(dot, op.value().clone())]);
        Ok(())
    }

    fn merge(&mut self, other: &Counted) {
        self.0.extend(other.0.clone());
        let last = self.counter();
        self.0.retain(|dot, _| dot.counter == last);
    }
}
