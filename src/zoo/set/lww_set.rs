//! LWW-element-set: for each element the last word counts, by the clock of whoever said it.
//!
//! An element keeps the time of its latest add and of its latest removal; the later one decides, and where
//! both are equal the bias does. It promises the same in whatever order and however often updates come.
//! It does not promise that an update that saw another wins over it: clocks differ. Times are bare, without
//! identity: otherwise none would be equal. Removals can be [collected](crate::zoo::collect) where clocks
//! keep a promise, which is said there. *A Comprehensive Study of Convergent and Commutative Replicated
//! Data Types* (2011), section 3.3.3.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::sorted;
use crate::base::{Canonical, Digester, Time};
use crate::model::set::{Bias, SetOp, last_word};
use crate::model::{Growth, Specification};
use crate::replica::{DataType, Delivery, DeltaBased, Element, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;
use crate::zoo::collect::Tombstones;

/// An element with its latest times, where there are such.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stamped<E> {
    element: E,
    added: Option<Time>,
    removed: Option<Time>,
}

/// The latest times of every element that was named, sorted by element.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LwwSet<E> {
    bias: Bias,
    stamps: Vec<Stamped<E>>,
}

impl<E> Stamped<E> {
    /// The element.
    pub fn element(&self) -> &E {
        &self.element
    }
}

impl<E: Element> Stamped<E> {
    fn new(op: &SetOp<E>, now: Time) -> Stamped<E> {
        match op {
            SetOp::Add(element) => Stamped { element: element.clone(), added: Some(now), removed: None },
            SetOp::Remove(element) => Stamped { element: element.clone(), added: None, removed: Some(now) },
        }
    }

    fn order(one: &Stamped<E>, other: &Stamped<E>) -> Ordering {
        one.element.cmp(&other.element)
    }

    fn take(&mut self, other: &Stamped<E>) {
        // No time is less than any.
        self.added = self.added.max(other.added);
        self.removed = self.removed.max(other.removed);
    }

    fn shown(&self, bias: Bias) -> bool {
        match bias {
            Bias::Add => self.added.is_some() && self.added >= self.removed,
            Bias::Remove => self.added > self.removed,
        }
    }
}

impl<E> LwwSet<E> {
    /// An empty set with this bias, which all its replicas share.
    pub const fn new(bias: Bias) -> LwwSet<E> {
        LwwSet { bias, stamps: Vec::new() }
    }
}

impl<E: Element> LwwSet<E> {
    /// Whether an element is in.
    pub fn contains(&self, element: &E) -> bool {
        let found = self.stamps.binary_search_by(|stamped| stamped.element.cmp(element));
        found.is_ok_and(|place| self.stamps[place].shown(self.bias))
    }

    fn shown(&self) -> impl Iterator<Item = &E> + Clone {
        self.stamps.iter().filter(|stamped| stamped.shown(self.bias)).map(|stamped| &stamped.element)
    }
}

impl<E: Element> DataType for LwwSet<E> {
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

impl<E: Element + 'static> Specified for LwwSet<E> {
    fn specification(&self) -> Specification<SetOp<E>, BTreeSet<E>> {
        last_word(self.bias).growing_with(Growth::Updates)
    }
}

impl<E: Element> StateBased for LwwSet<E> {
    fn apply(&mut self, op: &SetOp<E>, site: Site) -> Result<(), Refused> {
        sorted::insert(&mut self.stamps, Stamped::new(op, site.now), Stamped::order, Stamped::take);
        Ok(())
    }

    fn merge(&mut self, other: &LwwSet<E>) {
        sorted::join(&mut self.stamps, &other.stamps, Stamped::order, Stamped::take);
    }
}

impl<E: Element> DeltaBased for LwwSet<E> {
    type Delta = Vec<Stamped<E>>;

    fn mutate(&mut self, op: &SetOp<E>, site: Site) -> Result<Vec<Stamped<E>>, Refused> {
        self.apply(op, site)?;
        Ok(vec![Stamped::new(op, site.now)])
    }

    fn join(&mut self, delta: &Vec<Stamped<E>>) {
        sorted::join(&mut self.stamps, delta, Stamped::order, Stamped::take);
    }

    fn combine(into: &mut Vec<Stamped<E>>, other: &Vec<Stamped<E>>) {
        sorted::join(into, other, Stamped::order, Stamped::take);
    }

    fn whole(&self) -> Vec<Stamped<E>> {
        self.stamps.clone()
    }
}

impl<E: Element> OpBased for LwwSet<E> {
    type Effect = Stamped<E>;

    const DELIVERY: Delivery = Delivery::AnyRepeated;

    fn prepare(&self, op: &SetOp<E>, site: Site) -> Result<Stamped<E>, Refused> {
        Ok(Stamped::new(op, site.now))
    }

    fn effect(&mut self, effect: &Stamped<E>) {
        sorted::insert(&mut self.stamps, effect.clone(), Stamped::order, Stamped::take);
    }
}

/// An element that is not shown goes with its removal; nothing then holds back an add from before that.
///
/// By stability this needs clocks that follow causality: an add must be stamped later than every removal
/// that its writer knows of, as with Lamport or hybrid clocks. Of an own clock that lags behind, an add may
/// show that would be hidden, had the removal been kept. By age own clocks will do, as long as they differ by
/// less than the limit: when a removal is old enough to go, no clock shows a time as early as its own.
impl<E: Element> Tombstones for LwwSet<E> {
    type Grave = (E, Time);

    fn graves(&self) -> Vec<(E, Time)> {
        let hidden = self.stamps.iter().filter(|stamped| !stamped.shown(self.bias));
        hidden.filter_map(|stamped| Some((stamped.element.clone(), stamped.removed?))).collect()
    }

    fn collect(&mut self, ready: &dyn Fn(&(E, Time)) -> bool) {
        let bias = self.bias;
        self.stamps.retain(|stamped| match stamped.removed {
            Some(removed) if !stamped.shown(bias) => !ready(&(stamped.element.clone(), removed)),
            _ => true,
        });
    }
}

impl<E: Clone> Clone for LwwSet<E> {
    fn clone(&self) -> LwwSet<E> {
        LwwSet { bias: self.bias, stamps: self.stamps.clone() }
    }

    fn clone_from(&mut self, source: &LwwSet<E>) {
        self.bias = source.bias;
        self.stamps.clone_from(&source.stamps);
    }
}

impl<E: Clone> Clone for Stamped<E> {
    fn clone(&self) -> Stamped<E> {
        Stamped { element: self.element.clone(), added: self.added, removed: self.removed }
    }

    fn clone_from(&mut self, source: &Stamped<E>) {
        self.element.clone_from(&source.element);
        (self.added, self.removed) = (source.added, source.removed);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, Updates};
    use super::*;

    /// An element is in the view when its largest add stamp lies above its largest removal stamp; the bias
    /// decides where they are equal.
    fn expected(known: Updates<SetOp<u32>>, bias: Bias) -> BTreeSet<u32> {
        let last = |op: SetOp<u32>| known.all().filter(|u| u.op == op).map(|u| u.site.now.0 as i64).max().unwrap_or(-1);
        let shown = |element: &u32| {
            let (add, remove) = (last(SetOp::Add(*element)), last(SetOp::Remove(*element)));
            add > remove || add == remove && add >= 0 && bias == Bias::Add
        };
        known.iter().map(|op| *op.element()).filter(shown).collect()
    }

    #[test]
    fn the_last_word_counts_and_the_bias_decides_between_equals() {
        for bias in [Bias::Add, Bias::Remove] {
            let (new, expected) = (|| LwwSet::<u32>::new(bias), |known: Updates<_>| expected(known, bias));
            testing::forms_agree(new, expected, testing::nothing_is_refused);
            testing::deltas_come_in_any_order(new, expected, testing::AT_ALL_TIMES);
            testing::effects_come_in_any_order(new, expected, testing::AT_ALL_TIMES);
        }
    }

    #[test]
    fn at_the_same_time_the_bias_decides_and_later_the_clock() {
        for (bias, shown) in [(Bias::Add, true), (Bias::Remove, false)] {
            let mut set = LwwSet::new(bias);
            let (add, remove) = (SetOp::Add('m'), SetOp::Remove('m'));
            set.apply(&add, Site::of(0).at(5)).unwrap();
            set.apply(&remove, Site::of(1).at(5)).unwrap();
            assert_eq!(set.contains(&'m'), shown);
            set.apply(&add, Site::of(0).at(4)).unwrap();
            assert_eq!(set.contains(&'m'), shown, "a clock that went back says nothing new");
            set.apply(&remove, Site::of(1).at(6)).unwrap();
            assert!(!set.contains(&'m'));
            set.apply(&add, Site::of(1).at(7)).unwrap();
            assert!(set.contains(&'m'));
        }
    }

    #[test]
    fn a_removal_at_the_start_of_time_shows_nothing_under_either_bias() {
        for bias in [Bias::Add, Bias::Remove] {
            let mut set = LwwSet::new(bias);
            set.apply(&SetOp::Remove('m'), Site::of(0)).unwrap();
            assert!(set.view().is_empty());
        }
    }
}
