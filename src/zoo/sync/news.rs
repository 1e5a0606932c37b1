//! What is new in a delta, and what of it must wait.
//!
//! A replica that passes on whatever it gets passes on what everybody knows. After *Efficient Synchronization
//! of State-based CRDTs* (2019), which cuts a delta into its irreducible parts and keeps those that the state
//! lacks. Here a type may say how it is cut; one that does not is told whole, or not at all where it brings
//! nothing. The law: a state that joins a delta, and one that joins its news, are the same state.

use std::collections::BTreeSet;
use std::fmt::Debug;

use serde::Serialize;

use super::Rows;
use crate::base::{CausalContext, Dot, Identity};
use crate::replica::{DeltaBased, Element};
use crate::zoo::collect::{Aged, Stable, Tombstones};
use crate::zoo::composite::{IncidentBoard, ShiftNotes, ShoppingCart, TaskBoard, UserProfile};
use crate::zoo::counter::{BoundedCounter, BoundedDelta, Cells, GCounter, PnCounter};
use crate::zoo::document::{History, Meaning};
use crate::zoo::dots::{Causal, DotStore};
use crate::zoo::map::{Alone, OfDots, Record, UpdateWinsMap};
use crate::zoo::register::{
    ClientMvRegister, Direction, ExtremeRegister, LatticeRegister, LwwRegister, MvRegister, Stamping,
};
use crate::zoo::set::{
    BoundedContextSet, DisableWinsFlag, EnableWinsFlag, GSet, LwwSet, OrSet, RemoveWinsSet, TaggedOrSet, TwoPhaseSet,
};
use crate::zoo::text::list::{Delta, List};
use crate::zoo::text::position::Allocation;
use crate::zoo::text::positioned::Positioned;
use crate::zoo::text::rich::RichText;
use crate::zoo::text::rule::Rule;
use crate::zoo::text::woot::{Rank, Woot};
use crate::zoo::tree::move_tree::MoveTree;

/// A data type whose deltas are passed on. `impl Gossiped for MyType {}` is enough.
pub trait Gossiped: DeltaBased {
    /// Whether a delta also says what earlier ones of the same slot said, as a count does.
    const SUMS: bool = false;

    /// What of a delta is not yet part of this state; nothing where all is.
    fn news(&self, delta: &Self::Delta) -> Option<Self::Delta> {
        grown(self, delta).map(|_| delta.clone())
    }

    /// How much this state holds back that came before something it needs; nothing said where it never
    /// holds anything back.
    fn held_back(&self) -> Option<usize> {
        None
    }
}

/// The state with a delta in it, if that is another state.
pub(super) fn grown<T: DeltaBased>(state: &T, delta: &T::Delta) -> Option<T> {
    let mut joined = state.clone();
    joined.join(delta);
    (bytes(&joined) != bytes(state)).then_some(joined)
}

/// Whether a delta says all that another one says.
pub(super) fn covers<T: DeltaBased>(delta: &T::Delta, other: &T::Delta) -> bool {
    let mut both = delta.clone();
    T::combine(&mut both, other);
    bytes(&both) == bytes(delta)
}

pub(super) fn bytes<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_allocvec(value).unwrap_or_else(|error| panic!("a state cannot be encoded: {error}"))
}

/// The rows of a delta that differ from those of the state once joined with them.
fn news_by_row<T: Rows>(state: &T, delta: &T::Delta) -> Option<T::Delta> {
    let rows = T::rows(&state.whole());
    let lacking =
        T::rows(delta).into_iter().filter(|(key, piece)| match rows.binary_search_by(|(ours, _)| ours.cmp(key)) {
            Ok(at) => !covers::<T>(&rows[at].1, piece),
            Err(_) => true,
        });
    lacking.map(|(_, piece)| piece).reduce(|mut news, piece| {
        T::combine(&mut news, &piece);
        news
    })
}

/// The dots that are new here, and those that die of it.
fn news_by_dot<S: DotStore>(state: &Causal<S>, delta: &Causal<S>) -> Option<Causal<S>> {
    let (alive, told): (BTreeSet<Dot>, BTreeSet<Dot>) = (state.store.dots().collect(), delta.store.dots().collect());
    let dies = alive.difference(&told).copied().filter(|dot| delta.context.covers(*dot));
    let context: CausalContext = delta.context.missing_from(&state.context).chain(dies).collect();
    let mut store = delta.store.clone();
    store.retain(&mut |dot| !state.context.covers(dot));
    (!context.is_empty()).then_some(Causal { store, context })
}

macro_rules! by_row {
    ($([$($parameter:tt)*] $type:ty,)*) => {$(
        impl<$($parameter)*> Gossiped for $type {
            fn news(&self, delta: &Self::Delta) -> Option<Self::Delta> {
                news_by_row(self, delta)
            }
        }
    )*};
}

macro_rules! by_dot {
    ($([$($parameter:tt)*] $type:ty,)*) => {$(
        impl<$($parameter)*> Gossiped for $type {
            fn news(&self, delta: &Self::Delta) -> Option<Self::Delta> {
                news_by_dot(&self.whole(), delta)
            }
        }
    )*};
}

by_row! {
    [E: Element] GSet<E>,
    [E: Element] TwoPhaseSet<E>,
    [E: Element] LwwSet<E>,
    [E: Element] TaggedOrSet<E>,
    [K: Element, E: Element, S: Stamping] Record<K, E, S>,
}

by_dot! {
    [T: OfDots] Alone<T>,
    [E: Element] OrSet<E>,
    [E: Element] RemoveWinsSet<E>,
    [] EnableWinsFlag,
    [] DisableWinsFlag,
}

impl<E: Element, S: Stamping> Gossiped for LwwRegister<E, S> {}
impl<E: Element, D: Direction> Gossiped for ExtremeRegister<E, D> {}
impl Gossiped for LatticeRegister {}
impl<E: Element> Gossiped for MvRegister<E> {}
impl<E: Element> Gossiped for ClientMvRegister<E> {}
impl<K: Element, V: DeltaBased + Default> Gossiped for UpdateWinsMap<K, V> {}
impl<E: Element, A: Allocation + Clone + Debug> Gossiped for Positioned<E, A> {}
impl<E: Element> Gossiped for MoveTree<E> {}
impl Gossiped for ShoppingCart {}
impl Gossiped for TaskBoard {}
impl Gossiped for IncidentBoard {}
impl Gossiped for UserProfile {}

impl Gossiped for GCounter {
    const SUMS: bool = true;

    fn news(&self, delta: &Cells<Identity>) -> Option<Cells<Identity>> {
        news_by_row(self, delta)
    }
}

impl Gossiped for PnCounter {
    const SUMS: bool = true;

    fn news(&self, delta: &Self::Delta) -> Option<Self::Delta> {
        news_by_row(self, delta)
    }
}

impl Gossiped for BoundedCounter {
    fn news(&self, delta: &BoundedDelta) -> Option<BoundedDelta> {
        let known = self.whole();
        let (given, spent) = (lacking(&known.given, &delta.given), lacking(&known.spent, &delta.spent));
        let some = given.is_some() || spent.is_some();
        some.then(|| BoundedDelta { given: given.unwrap_or_default(), spent: spent.unwrap_or_default() })
    }
}

/// The numbers that are larger than known.
fn lacking<K: Copy + Ord>(known: &Cells<K>, told: &Cells<K>) -> Option<Cells<K>> {
    let known: Vec<(K, u64)> = known.iter().collect();
    let larger = |(key, value): &(K, u64)| {
        known.binary_search_by_key(key, |(known, _)| *known).map_or(true, |at| known[at].1 < *value)
    };
    let mut lacking = told.iter().filter(larger).peekable();
    lacking.peek().is_some().then(|| lacking.collect())
}

impl<E: Element> Gossiped for BoundedContextSet<E> {
    fn news(&self, delta: &Self::Delta) -> Option<Self::Delta> {
        news_by_dot(&self.whole(), delta)
    }

    fn held_back(&self) -> Option<usize> {
        Some(self.held().len())
    }
}

macro_rules! holding_back {
    ($([$($parameter:tt)*] $type:ty: $count:expr,)*) => {$(
        impl<$($parameter)*> Gossiped for $type {
            fn held_back(&self) -> Option<usize> {
                let count: fn(&Self) -> usize = $count;
                Some(count(self))
            }
        }
    )*};
}

holding_back! {
    [E: Element, R: Rank] Woot<E, R>: |list| list.strand().held(),
    [E: Element] RichText<E>: |text| text.strand().held(),
    [M: Meaning] History<M>: |document| document.early().len(),
    [] ShiftNotes: |notes| notes.parts().second.second.held(),
}

impl<T: Tombstones + DeltaBased> Gossiped for Stable<T> {}
impl<T: Tombstones + DeltaBased> Gossiped for Aged<T> {}

impl<E: Element, R: Rule> Gossiped for List<E, R> {
    /// The elements and tombstones that are not here. Where some have been let go, what is left of a delta
    /// could not be told from what is gone, so that it stays whole.
    fn news(&self, delta: &Delta<E, R::Link>) -> Option<Delta<E, R::Link>> {
        let Delta { inserted, deleted, collected } = self.whole();
        if collected.is_some() || delta.collected.is_some() {
            return grown(self, delta).map(|_| delta.clone());
        }
        let mut news = delta.clone();
        news.inserted.retain(|new| inserted.binary_search_by_key(&new.dot, |known| known.dot).is_err());
        news.deleted.retain(|dot| deleted.binary_search(dot).is_err());
        (!news.inserted.is_empty() || !news.deleted.is_empty()).then_some(news)
    }

    fn held_back(&self) -> Option<usize> {
        Some(self.held())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Concern, Dice, Name, Seed};
    use crate::replica::Site;
    use crate::zoo::counter::Slots;
    use crate::zoo::set::Bias;
    use crate::zoo::text::fugue::Fugue;

    /// Draws histories of three replicas, and holds the news of random deltas against the law: joined, they
    /// make what the delta makes, and there are none exactly where the delta changes nothing. How many were
    /// cut down to a part.
    fn obey_the_law<T: Gossiped>(start: &T) -> u32 {
        let mut cut = 0;
        for seed in 0..300 {
            let (dice, mut draws) = (Dice::new(Seed(seed)), 0);
            let mut pick = |bound: u64| {
                draws += 1;
                dice.below(Concern::Client, Name(1), draws, bound)
            };
            let mut values = [start.clone(), start.clone(), start.clone()];
            let mut group: Option<T::Delta> = None;
            for at in 0..12 {
                let here = pick(3) as usize;
                let op = values[here].propose(&mut pick);
                if let Ok(delta) = values[here].mutate(&op, Site::of(here as u32).at(at)) {
                    match &mut group {
                        None => group = Some(delta),
                        Some(group) => T::combine(group, &delta),
                    }
                }
                let other = values[pick(3) as usize].clone();
                if pick(3) == 0 {
                    values[here].merge(&other);
                }
            }
            let wholes = values.each_ref().map(T::whole);
            for value in &values {
                for delta in group.iter().chain(&wholes) {
                    let mut expected = value.clone();
                    expected.join(delta);
                    let mut joined = value.clone();
                    let news = value.news(delta);
                    assert_eq!(news.is_some(), bytes(&expected) != bytes(value), "seed {seed}: {news:?} in {delta:?}");
                    if let Some(news) = news {
                        joined.join(&news);
                        cut += u32::from(bytes(&news).len() < bytes(delta).len());
                    }
                    assert_eq!(bytes(&joined), bytes(&expected), "seed {seed}: {delta:?} on {value:?}");
                }
            }
        }
        cut
    }

    #[test]
    fn news_make_of_a_state_what_the_delta_makes_of_it_and_are_less() {
        assert!(obey_the_law(&GCounter::from(Slots::new())) > 100);
        assert!(obey_the_law(&PnCounter::new()) > 100);
        assert!(obey_the_law(&BoundedCounter::new(0, [4, 4, 4])) > 100);
        assert!(obey_the_law(&GSet::<char>::new()) > 100);
        assert!(obey_the_law(&TwoPhaseSet::<char>::new()) > 100);
        assert!(obey_the_law(&LwwSet::<char>::new(Bias::Add)) > 100);
        assert!(obey_the_law(&TaggedOrSet::<char>::new()) > 100);
        assert!(obey_the_law(&OrSet::<char>::new()) > 100);
        assert!(obey_the_law(&RemoveWinsSet::<char>::new()) > 100);
        assert!(obey_the_law(&EnableWinsFlag::new()) > 50);
        assert!(obey_the_law(&DisableWinsFlag::new()) > 50);
        assert!(obey_the_law(&Fugue::<u64>::new()) > 100);
    }

    #[test]
    fn a_type_that_says_nothing_of_its_news_is_told_whole_or_not_at_all() {
        assert_eq!(obey_the_law(&MvRegister::<char>::new()), 0);
    }
}
