//! A register that keeps what was written concurrently.
//!
//! Each write gets a dot and replaces the values that its replica shows; values that were written without
//! knowledge of one another stay beside each other until a write that knows them. After *A Comprehensive
//! Study of Convergent and Commutative Replicated Data Types* (2011); dots and context instead of a vector
//! for each value after *Delta State Replicated Data Types* (2018).
//!
//! Promises the values of the writes that no other known write has seen, and right after a write that
//! value alone. Here the replica's knowledge counts as the writer's; where clients read, wait and write,
//! see [`ClientMvRegister`](super::ClientMvRegister). A delta or effect names the values that it
//! replaced, not all that came before: it converges in any order, and is exact once its past is known.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Siblings;
use crate::base::Digester;
use crate::model::register::{RegisterOp, multi_value};
use crate::model::{Growth, Specification};
use crate::replica::{DataType, Delivery, DeltaBased, Element, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;

/// A register that keeps what was written concurrently.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MvRegister<E> {
    siblings: Siblings<E>,
}

impl<E> MvRegister<E> {
    /// One that was never written.
    pub const fn new() -> MvRegister<E> {
        MvRegister { siblings: Siblings::new() }
    }

    /// The values with their dots, and the dots known.
    pub fn siblings(&self) -> &Siblings<E> {
        &self.siblings
    }
}

impl<E> Default for MvRegister<E> {
    fn default() -> MvRegister<E> {
        MvRegister::new()
    }
}

impl<E: Clone> Clone for MvRegister<E> {
    #[inline]
    fn clone(&self) -> MvRegister<E> {
        MvRegister { siblings: self.siblings.clone() }
    }

    #[inline]
    fn clone_from(&mut self, source: &MvRegister<E>) {
        self.siblings.clone_from(&source.siblings);
    }
}

impl<E: Element> DataType for MvRegister<E> {
    type Op = RegisterOp<E>;
    type View = BTreeSet<E>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> RegisterOp<E> {
        RegisterOp::propose(E::nth, pick)
    }

    fn view(&self) -> BTreeSet<E> {
        self.siblings.set()
    }

    fn digest(&self, digester: &mut Digester) {
        self.siblings.feed_set(digester);
    }
}

impl<E: Element + 'static> Specified for MvRegister<E> {
    fn specification(&self) -> Specification<RegisterOp<E>, BTreeSet<E>> {
        multi_value().growing_with(Growth::Identities)
    }
}

impl<E: Element> StateBased for MvRegister<E> {
    fn apply(&mut self, op: &RegisterOp<E>, site: Site) -> Result<(), Refused> {
        self.mutate(op, site).map(|_| ())
    }

    fn merge(&mut self, other: &MvRegister<E>) {
        self.siblings.merge(&other.siblings);
    }
}

impl<E: Element> DeltaBased for MvRegister<E> {
    type Delta = Siblings<E>;

    fn mutate(&mut self, op: &RegisterOp<E>, site: Site) -> Result<Siblings<E>, Refused> {
        let delta = self.prepare(op, site)?;
        self.siblings.merge(&delta);
        Ok(delta)
    }

    fn join(&mut self, delta: &Siblings<E>) {
        self.siblings.merge(delta);
    }

    fn combine(into: &mut Siblings<E>, other: &Siblings<E>) {
        into.merge(other);
    }

    fn whole(&self) -> Siblings<E> {
        self.siblings.clone()
    }
}

impl<E: Element> OpBased for MvRegister<E> {
    type Effect = Siblings<E>;

    const DELIVERY: Delivery = Delivery::CausalOnce;

    fn prepare(&self, op: &RegisterOp<E>, site: Site) -> Result<Siblings<E>, Refused> {
        let RegisterOp::Write(value) = op;
        Ok(self.siblings.write_on_all(value.clone(), site.identity))
    }

    fn effect(&mut self, effect: &Siblings<E>) {
        self.siblings.merge(effect);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zoo::counter::histories::{Deltas, Issued, effects_agree, forms_agree, never};

    fn write(register: &mut MvRegister<String>, value: &str, identity: u32) {
        register.apply(&RegisterOp::Write(value.to_owned()), Site::of(identity)).unwrap();
    }

    fn shown(register: &MvRegister<String>) -> String {
        register.view().into_iter().collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn concurrent_writes_stay_as_siblings_until_a_write_that_saw_them() {
        let [mut a, mut b] = [MvRegister::new(), MvRegister::new()];
        write(&mut a, "milk", 0);
        write(&mut b, "tea", 1);
        a.merge(&b);
        assert_eq!(shown(&a), "milk, tea");
        write(&mut a, "milk tea", 0);
        assert_eq!(shown(&a), "milk tea");
        write(&mut b, "green tea", 1);
        b.merge(&a);
        assert_eq!(shown(&b), "green tea, milk tea", "tea was replaced twice, and by each without the other");
    }

    #[test]
    fn equal_values_count_once_and_are_replaced_apart() {
        let [mut a, mut b] = [MvRegister::new(), MvRegister::new()];
        write(&mut a, "milk", 0);
        write(&mut b, "milk", 1);
        let alone = a.clone();
        a.merge(&b);
        assert_eq!((shown(&a).as_str(), a.siblings().values().len()), ("milk", 2));
        write(&mut b, "tea", 1);
        b.merge(&alone);
        assert_eq!(shown(&b), "milk, tea");
    }

    /// The values of the writes that no other known write has seen.
    fn reference(known: &[&Issued<MvRegister<String>>]) -> BTreeSet<String> {
        let unseen = known.iter().filter(|update| !known.iter().any(|other| other.seen.contains(&update.number)));
        unseen
            .map(|update| {
                let RegisterOp::Write(value) = &update.op;
                value.clone()
            })
            .collect()
    }

    #[test]
    fn every_form_shows_what_no_known_write_has_seen() {
        assert!(forms_agree(MvRegister::new(), Deltas::AnyOrder, never, reference).updates > 3000);
    }

    #[test]
    fn effects_come_in_causal_order() {
        effects_agree(MvRegister::new(), never, reference);
    }
}
