//! The record in which each field keeps its last write.
//!
//! Of two writes to one field the one with the larger stamp stays, as in an LWW register; writes to different
//! fields never meet, where a register for the whole record would lose one of the two. All fields share one source
//! of stamps, so that no two writes have the same. Promises the same in any order and however often; what "last"
//! means is the choice of the stamp, as in [`LwwRegister`](crate::zoo::register::LwwRegister). After *A
//! Comprehensive Study of Convergent and Commutative Replicated Data Types* (2011).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::entries::Entries;
use crate::base::{Canonical, Digester, Stamp};
use crate::model::map::{RecordOp, record};
use crate::model::{Growth, Specification};
use crate::replica::{DataType, Delivery, DeltaBased, Element, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;
use crate::zoo::register::{Stamping, Written};

/// Fields, each with its last write.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "K: Element, E: Element, S: Stamping", deny_unknown_fields)]
pub struct Record<K, E, S> {
    fields: Entries<K, Written<E, S>>,
    /// What the next stamp must take note of.
    witnessed: S,
}

/// Some fields with writes of theirs; of several writes to one field, the last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent, bound = "K: Element, E: Element, S: Stamping")]
pub struct Fields<K, E, S: Stamping>(Entries<K, Written<E, S>>);

impl<K: Element, E: Element, S: Stamping> Fields<K, E, S> {
    /// The fields one by one, sorted.
    pub fn split(&self) -> Vec<(K, Fields<K, E, S>)> {
        let one = |(field, written): (&K, &Written<E, S>)| {
            (field.clone(), Fields(Entries::single(field.clone(), written.clone())))
        };
        self.0.iter().map(one).collect()
    }
}

/// One write to one field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "K: Element, E: Element, S: Stamping", deny_unknown_fields)]
pub struct FieldWrite<K, E, S: Stamping> {
    field: K,
    written: Written<E, S>,
}

impl<K: Element, E: Element, S: Stamping> Record<K, E, S> {
    /// What a field shows.
    pub fn get(&self, field: &K) -> Option<&E> {
        self.fields.get(field).map(|written| &written.value)
    }

    fn write(&self, op: &RecordOp<K, E>, site: Site) -> FieldWrite<K, E, S> {
        let RecordOp::Set(field, value) = op;
        let written = Written { write: self.witnessed.next(site), value: value.clone() };
        FieldWrite { field: field.clone(), written }
    }

    fn take_in(&mut self, news: &FieldWrite<K, E, S>) {
        self.witnessed.witness(news.written.write);
        match self.fields.get_mut(&news.field) {
            Some(current) => keep_last(current, &news.written),
            None => self.fields.insert(news.field.clone(), news.written.clone()),
        }
    }
}

fn keep_last<E: Clone, S: Stamping>(current: &mut Written<E, S>, news: &Written<E, S>) {
    if news.write > current.write {
        current.clone_from(news);
    }
}

impl<K, E, S: Stamping> Default for Record<K, E, S> {
    fn default() -> Self {
        Record { fields: Entries::default(), witnessed: S::default() }
    }
}

impl<K: Clone, E: Clone, S: Copy> Clone for Record<K, E, S> {
    fn clone(&self) -> Self {
        Record { fields: self.fields.clone(), witnessed: self.witnessed }
    }

    fn clone_from(&mut self, source: &Self) {
        self.fields.clone_from(&source.fields);
        self.witnessed = source.witnessed;
    }
}

impl<K: Element, E: Element, S: Stamping> DataType for Record<K, E, S> {
    type Op = RecordOp<K, E>;
    type View = BTreeMap<K, E>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> RecordOp<K, E> {
        RecordOp::propose(pick, K::nth, E::nth)
    }

    fn view(&self) -> BTreeMap<K, E> {
        self.fields.iter().map(|(field, written)| (field.clone(), written.value.clone())).collect()
    }

    fn digest(&self, digester: &mut Digester) {
        let fields = self.fields.iter();
        fields.len().feed(digester);
        fields.for_each(|(field, written)| (field, &written.value).feed(digester));
    }

    fn latest_stamp(&self) -> Option<Stamp> {
        (self.fields.iter().len() > 0).then(|| self.witnessed.into())
    }
}

impl<K: Element + 'static, E: Element + 'static, S: Stamping> Specified for Record<K, E, S> {
    fn specification(&self) -> Specification<RecordOp<K, E>, BTreeMap<K, E>> {
        record(S::SOURCE).growing_with(Growth::Live)
    }
}

impl<K: Element, E: Element, S: Stamping> StateBased for Record<K, E, S> {
    fn apply(&mut self, op: &RecordOp<K, E>, site: Site) -> Result<(), Refused> {
        self.take_in(&self.write(op, site));
        Ok(())
    }

    fn merge(&mut self, other: &Self) {
        self.fields.join(&other.fields, keep_last, Written::clone);
        self.witnessed.witness(other.witnessed);
    }
}

impl<K: Element, E: Element, S: Stamping> DeltaBased for Record<K, E, S> {
    type Delta = Fields<K, E, S>;

    fn mutate(&mut self, op: &RecordOp<K, E>, site: Site) -> Result<Fields<K, E, S>, Refused> {
        let news = self.write(op, site);
        self.take_in(&news);
        Ok(Fields(Entries::single(news.field, news.written)))
    }

    fn join(&mut self, delta: &Fields<K, E, S>) {
        delta.0.iter().for_each(|(_, written)| self.witnessed.witness(written.write));
        self.fields.join(&delta.0, keep_last, Written::clone);
    }

    fn combine(into: &mut Fields<K, E, S>, other: &Fields<K, E, S>) {
        into.0.join(&other.0, keep_last, Written::clone);
    }

    fn whole(&self) -> Fields<K, E, S> {
        Fields(self.fields.clone())
    }
}

impl<K: Element, E: Element, S: Stamping> OpBased for Record<K, E, S> {
    type Effect = FieldWrite<K, E, S>;

    const DELIVERY: Delivery = Delivery::AnyRepeated;

    fn prepare(&self, op: &RecordOp<K, E>, site: Site) -> Result<FieldWrite<K, E, S>, Refused> {
        Ok(self.write(op, site))
    }

    fn effect(&mut self, effect: &FieldWrite<K, E, S>) {
        self.take_in(effect);
    }
}

#[cfg(test)]
mod tests {
    use super::super::trials::{Past, forms_agree};
    use super::*;
    use crate::base::{Hybrid, Lamport, Wall};

    /// At each field the value with the largest stamp.
    fn last(known: &[Past<RecordOp<u32, u32>>]) -> BTreeMap<u32, u32> {
        let mut writes: Vec<_> = known.iter().collect();
        writes.sort_by_key(|past| past.stamp);
        let stamps: std::collections::BTreeSet<_> = writes.iter().map(|past| past.stamp).collect();
        assert_eq!(stamps.len(), writes.len(), "every write has a stamp of its own");
        writes
            .iter()
            .map(|past| match past.op {
                RecordOp::Set(field, value) => (field, value),
            })
            .collect()
    }

    #[test]
    fn each_field_shows_its_largest_stamp_in_every_form() {
        assert!(forms_agree::<Record<u32, u32, Wall>>(last, DataType::latest_stamp) > 50);
        assert!(forms_agree::<Record<u32, u32, Lamport>>(last, DataType::latest_stamp) > 50);
        assert!(forms_agree::<Record<u32, u32, Hybrid>>(last, DataType::latest_stamp) > 50);
    }

    #[test]
    fn two_who_edit_different_fields_both_keep_their_edit() {
        let set = |field: &str, value: &str| RecordOp::Set(field.to_string(), value.to_string());
        let mut a = Record::<String, String, Lamport>::default();
        a.apply(&set("name", "Ada"), Site::of(0)).expect("fits");
        let mut b = a.clone();
        a.apply(&set("email", "ada@example.org"), Site::of(0)).expect("fits");
        b.apply(&set("name", "Ada L."), Site::of(1)).expect("fits");
        a.merge(&b);
        let shown: Vec<_> = a.view().into_iter().collect();
        let expected = [("email", "ada@example.org"), ("name", "Ada L.")];
        assert_eq!(shown, expected.map(|(field, value)| (field.to_string(), value.to_string())));
    }
}
