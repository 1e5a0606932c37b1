//! Two values side by side that change in one step.
//!
//! The product of two types: every operation, delta and effect has a share for either, and one that touches both is
//! still one update. Nothing is shown or known across the two. More than two are a pair of pairs. Laws: where one
//! share is refused, neither is carried out; delivery is as strict as that of the stricter part.

use serde::{Deserialize, Serialize};

use crate::base::{Digester, Stamp};
use crate::replica::{DataType, Delivery, DeltaBased, OpBased, Refused, Site, StateBased};

/// Two values side by side.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Both<A, B> {
    /// One of them.
    pub first: A,
    /// The other.
    pub second: B,
}

/// What is done to either of two values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Touch<A, B> {
    /// What is done to the first.
    pub first: Option<A>,
    /// What is done to the second.
    pub second: Option<B>,
}

impl<A, B> Touch<A, B> {
    /// Something for the first alone.
    pub fn first(share: A) -> Self {
        Touch { first: Some(share), second: None }
    }

    /// Something for the second alone.
    pub fn second(share: B) -> Self {
        Touch { first: None, second: Some(share) }
    }

    /// Something for both.
    pub fn both(first: A, second: B) -> Self {
        Touch { first: Some(first), second: Some(second) }
    }
}

/// As strict as either of two.
const fn strictest(one: Delivery, other: Delivery) -> Delivery {
    use Delivery::{AnyOnce, AnyRepeated, CausalOnce, CausalRepeated};
    let causal = matches!(one, CausalRepeated | CausalOnce) || matches!(other, CausalRepeated | CausalOnce);
    let once = matches!(one, AnyOnce | CausalOnce) || matches!(other, AnyOnce | CausalOnce);
    match (causal, once) {
        (false, false) => AnyRepeated,
        (false, true) => AnyOnce,
        (true, false) => CausalRepeated,
        (true, true) => CausalOnce,
    }
}

impl<A: Clone, B: Clone> Clone for Both<A, B> {
    fn clone(&self) -> Self {
        Both { first: self.first.clone(), second: self.second.clone() }
    }

    fn clone_from(&mut self, source: &Self) {
        self.first.clone_from(&source.first);
        self.second.clone_from(&source.second);
    }
}

impl<A: DataType, B: DataType> DataType for Both<A, B> {
    type Op = Touch<A::Op, B::Op>;
    type View = (A::View, B::View);

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Self::Op {
        match pick(5) {
            0 => Touch::both(self.first.propose(pick), self.second.propose(pick)),
            1 | 2 => Touch::first(self.first.propose(pick)),
            _ => Touch::second(self.second.propose(pick)),
        }
    }

    fn view(&self) -> Self::View {
        (self.first.view(), self.second.view())
    }

    fn digest(&self, digester: &mut Digester) {
        self.first.digest(digester);
        self.second.digest(digester);
    }

    /// The stamps are those of the first part; an operation on the second alone gets none, and leaves the latest.
    fn latest_stamp(&self) -> Option<Stamp> {
        self.first.latest_stamp()
    }
}

impl<A: StateBased, B: StateBased> StateBased for Both<A, B> {
    fn apply(&mut self, op: &Self::Op, site: Site) -> Result<(), Refused> {
        // Only where both are touched can one have changed when the other refuses.
        let before = op.first.as_ref().zip(op.second.as_ref()).map(|_| self.first.clone());
        if let Some(share) = &op.first {
            self.first.apply(share, site)?;
        }
        if let Some(share) = &op.second
            && let Err(refused) = self.second.apply(share, site)
        {
            if let Some(before) = before {
                self.first = before;
            }
            return Err(refused);
        }
        Ok(())
    }

    fn merge(&mut self, other: &Self) {
        self.first.merge(&other.first);
        self.second.merge(&other.second);
    }
}

impl<A: DeltaBased, B: DeltaBased> DeltaBased for Both<A, B> {
    type Delta = Touch<A::Delta, B::Delta>;

    fn mutate(&mut self, op: &Self::Op, site: Site) -> Result<Self::Delta, Refused> {
        let before = op.first.as_ref().zip(op.second.as_ref()).map(|_| self.first.clone());
        let first = op.first.as_ref().map(|share| self.first.mutate(share, site)).transpose()?;
        match op.second.as_ref().map(|share| self.second.mutate(share, site)).transpose() {
            Ok(second) => Ok(Touch { first, second }),
            Err(refused) => {
                if let Some(before) = before {
                    self.first = before;
                }
                Err(refused)
            }
        }
    }

    fn join(&mut self, delta: &Self::Delta) {
        if let Some(share) = &delta.first {
            self.first.join(share);
        }
        if let Some(share) = &delta.second {
            self.second.join(share);
        }
    }

    fn combine(into: &mut Self::Delta, other: &Self::Delta) {
        combine(&mut into.first, &other.first, A::combine);
        combine(&mut into.second, &other.second, B::combine);
    }

    fn whole(&self) -> Self::Delta {
        Touch::both(self.first.whole(), self.second.whole())
    }
}

fn combine<D: Clone>(into: &mut Option<D>, other: &Option<D>, both: impl FnOnce(&mut D, &D)) {
    match (into.as_mut(), other) {
        (Some(held), Some(other)) => both(held, other),
        (None, Some(_)) => into.clone_from(other),
        (_, None) => {}
    }
}

impl<A: OpBased, B: OpBased> OpBased for Both<A, B> {
    type Effect = Touch<A::Effect, B::Effect>;

    const DELIVERY: Delivery = strictest(A::DELIVERY, B::DELIVERY);

    fn prepare(&self, op: &Self::Op, site: Site) -> Result<Self::Effect, Refused> {
        let first = op.first.as_ref().map(|share| self.first.prepare(share, site)).transpose()?;
        let second = op.second.as_ref().map(|share| self.second.prepare(share, site)).transpose()?;
        Ok(Touch { first, second })
    }

    fn effect(&mut self, effect: &Self::Effect) {
        if let Some(share) = &effect.first {
            self.first.effect(share);
        }
        if let Some(share) = &effect.second {
            self.second.effect(share);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::counter::GrowOp as CountOp;
    use crate::model::list::ListOp;
    use crate::model::set::GrowOp;
    use crate::zoo::counter::{GCounter, PnCounter};
    use crate::zoo::map::trials::{Past, forms_agree, parts};
    use crate::zoo::set::{GSet, OrSet};
    use crate::zoo::text::rga::Rga;

    #[test]
    fn where_one_part_refuses_the_other_stays_as_it_was() {
        let mut both = Both::<GSet<char>, Rga<char>>::default();
        let op = Touch::both(GrowOp::Add('a'), ListOp::Delete(0));
        assert!(both.apply(&op, Site::of(0)).is_err() && both.mutate(&op, Site::of(0)).is_err());
        assert!(both.prepare(&op, Site::of(0)).is_err());
        assert_eq!(both.view(), (BTreeSet::new(), Vec::new()));
        both.apply(&Touch::both(GrowOp::Add('a'), ListOp::Insert(0, 'b')), Site::of(0)).expect("fits");
        assert_eq!(both.view(), (BTreeSet::from(['a']), vec!['b']));
    }

    #[test]
    fn delivery_is_as_strict_as_that_of_the_stricter_part() {
        fn delivery<T: OpBased>() -> Delivery {
            T::DELIVERY
        }
        assert_eq!(delivery::<Both<GSet<char>, GSet<char>>>(), Delivery::AnyRepeated);
        assert_eq!(delivery::<Both<PnCounter, GSet<char>>>(), Delivery::AnyOnce);
        assert_eq!(delivery::<Both<GSet<char>, Rga<char>>>(), Delivery::CausalRepeated);
        assert_eq!(delivery::<Both<Rga<char>, PnCounter>>(), Delivery::CausalOnce);
        assert_eq!(delivery::<Both<OrSet<char>, GSet<char>>>(), Delivery::CausalOnce);
    }

    #[test]
    fn each_part_shows_its_share_of_the_updates() {
        let reading = |known: &[Past<Touch<CountOp, GrowOp<u32>>>]| {
            let counted = parts(known, |op| op.first.clone());
            let added = parts(known, |op| op.second.clone());
            let count = counted.iter().map(|past| {
                let CountOp::Increment(amount) = past.op;
                u64::from(amount)
            });
            let elements = added.iter().map(|past| {
                let GrowOp::Add(element) = past.op;
                element
            });
            (count.sum(), elements.collect())
        };
        assert!(forms_agree::<Both<GCounter, GSet<u32>>>(reading, |_| None) > 100);
    }
}
