//! The map whose removal resets what it saw.
//!
//! Removing a key drops the dots below it that the remover saw, at any depth; what was done there concurrently is
//! left, and alone. A key shows as long as what it holds is not what an empty value shows. Values are those made of
//! dots only: sets, flags, registers with siblings, the counter made of dots, such maps. One context serves all
//! levels. After *Delta State Replicated Data Types* (2018).

use std::collections::BTreeMap;
use std::marker::PhantomData;

use super::of_dots::{Alone, OfDots};
use crate::base::Dot;
use crate::model::map::{MapOp, reset_remove};
use crate::model::{Growth, Specification};
use crate::replica::Element;
use crate::zoo::dots::{Causal, DotMap, DotStore};

/// A map with reset-remove, by itself.
pub type ResetMap<K, V> = Alone<MapOf<K, V>>;

/// The map with reset-remove, as a kind of value in maps: keys, and the kind of value at each.
#[derive(Clone, Debug)]
pub struct MapOf<K, V>(PhantomData<(K, V)>);

impl<K: Element + 'static, V: OfDots> OfDots for MapOf<K, V> {
    type Store = DotMap<K, V::Store>;
    type Op = MapOp<K, V::Op>;
    type View = BTreeMap<K, V::View>;

    fn propose(store: &Self::Store, pick: &mut dyn FnMut(u64) -> u64) -> Self::Op {
        let empty = V::Store::default();
        let at = |key: &K| store.get(key).unwrap_or(&empty);
        MapOp::propose(pick, K::nth, |key| !at(key).is_empty(), |key, pick| V::propose(at(key), pick))
    }

    fn view(store: &Self::Store) -> Self::View {
        let empty = V::view(&V::Store::default());
        let shown = store.iter().map(|(key, store)| (key, V::view(store))).filter(|(_, view)| *view != empty);
        shown.map(|(key, view)| (key.clone(), view)).collect()
    }

    fn specification() -> Specification<Self::Op, Self::View> {
        let nested = V::specification();
        let growth = nested.growth;
        // The context is one for all, and has an entry for every identity.
        let growth = if growth == Growth::Live { Growth::Identities } else { growth };
        reset_remove(nested).growing_with(growth)
    }

    fn change(store: &Self::Store, op: &Self::Op, dot: Dot) -> Causal<Self::Store> {
        match op {
            MapOp::Update(key, op) => {
                let inner = match store.get(key) {
                    Some(held) => V::change(held, op, dot),
                    None => V::change(&V::Store::default(), op, dot),
                };
                Causal { store: DotMap::single(key.clone(), inner.store), context: inner.context }
            }
            MapOp::Remove(key) => Causal::without(store.get(key).into_iter().flat_map(DotStore::dots)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::trials::{Past, add_wins, count, forms_agree, parts};
    use super::super::{AddWins, Counting, DisableWins, EnableWins, MultiValue, RemoveWins};
    use super::*;
    use crate::model::counter::CounterOp;
    use crate::model::flag::FlagOp;
    use crate::model::register::RegisterOp;
    use crate::model::set::SetOp;
    use crate::replica::{DataType, Site, StateBased};

    /// At each key what the nested reading makes of the updates there that no removal of the key has seen.
    fn reset<O: Clone, W: PartialEq>(
        known: &[Past<MapOp<u32, O>>],
        nested: impl Fn(&[Past<O>]) -> W,
    ) -> BTreeMap<u32, W> {
        let keys: BTreeSet<u32> = known.iter().map(|past| *past.op.key()).collect();
        let removed = |past: &Past<O>, key| {
            known.iter().any(|other| matches!(other.op, MapOp::Remove(at) if at == key) && other.saw(past))
        };
        let at = |key: u32| {
            let mut updates = parts(known, |op| match op {
                MapOp::Update(at, op) if *at == key => Some(op.clone()),
                _ => None,
            });
            updates.retain(|past| !removed(past, key));
            nested(&updates)
        };
        let empty = nested(&[]);
        keys.into_iter().map(|key| (key, at(key))).filter(|(_, view)| *view != empty).collect()
    }

    /// Whether something of one sort was said, and all of the other sort was seen by such.
    fn answered<O>(known: &[Past<O>], sort: impl Fn(&O) -> Option<bool>) -> bool {
        let of = |wanted| known.iter().filter(|past| sort(&past.op) == Some(wanted)).collect::<Vec<_>>();
        let (yes, no) = (of(true), of(false));
        !yes.is_empty() && no.iter().all(|no| yes.iter().any(|yes| yes.saw(no)))
    }

    fn remove_wins(known: &[Past<SetOp<u32>>]) -> BTreeSet<u32> {
        let elements: BTreeSet<u32> = known.iter().map(|past| *past.op.element()).collect();
        let sort = |op: &SetOp<u32>, element| (*op.element() == element).then_some(matches!(op, SetOp::Add(_)));
        elements.into_iter().filter(|element| answered(known, |op| sort(op, *element))).collect()
    }

    fn siblings(known: &[Past<RegisterOp<u32>>]) -> BTreeSet<u32> {
        let replaced = |past: &&Past<RegisterOp<u32>>| known.iter().any(|other| other.saw(*past));
        let value = |past: &Past<RegisterOp<u32>>| match past.op {
            RegisterOp::Write(value) => value,
        };
        known.iter().filter(|past| !replaced(past)).map(value).collect()
    }

    fn enable_wins(known: &[Past<FlagOp>]) -> bool {
        let disabled = |past: &Past<FlagOp>| known.iter().any(|other| other.op == FlagOp::Disable && other.saw(past));
        known.iter().any(|past| past.op == FlagOp::Enable && !disabled(past))
    }

    fn disable_wins(known: &[Past<FlagOp>]) -> bool {
        answered(known, |op| Some(*op == FlagOp::Enable))
    }

    /// How many views are enough to say that histories differed.
    const MANY: usize = 100;

    #[test]
    fn a_counter_keeps_what_no_removal_has_seen() {
        assert!(forms_agree::<ResetMap<u32, Counting>>(|known| reset(known, count), |_| None) > MANY);
    }

    #[test]
    fn sets_keep_their_meaning_below_a_key() {
        assert!(forms_agree::<ResetMap<u32, AddWins<u32>>>(|known| reset(known, add_wins), |_| None) > MANY);
        assert!(forms_agree::<ResetMap<u32, RemoveWins<u32>>>(|known| reset(known, remove_wins), |_| None) > MANY);
    }

    #[test]
    fn flags_and_registers_keep_their_meaning_below_a_key() {
        assert_eq!(forms_agree::<ResetMap<u32, EnableWins>>(|known| reset(known, enable_wins), |_| None), 8);
        assert_eq!(forms_agree::<ResetMap<u32, DisableWins>>(|known| reset(known, disable_wins), |_| None), 8);
        assert!(forms_agree::<ResetMap<u32, MultiValue<u32>>>(|known| reset(known, siblings), |_| None) > MANY);
    }

    #[test]
    fn a_removal_at_an_outer_key_counts_for_all_below_it() {
        type Nested = ResetMap<u32, MapOf<u32, MapOf<u32, Counting>>>;
        let reading = |known: &[_]| reset(known, |known: &[_]| reset(known, |known: &[_]| reset(known, count)));
        assert!(forms_agree::<Nested>(reading, |_| None) > MANY);
    }

    #[test]
    fn one_more_beside_a_removal_leaves_one_also_where_both_counts_are_one_replicas() {
        let mut a = ResetMap::<String, Counting>::default();
        let mut b = a.clone();
        let increment = |by| MapOp::Update("milk".to_string(), CounterOp::Increment(by));
        b.apply(&increment(2), Site::of(1)).expect("fits");
        a.merge(&b);
        a.apply(&MapOp::Remove("milk".to_string()), Site::of(0)).expect("fits");
        b.apply(&increment(1), Site::of(1)).expect("fits");
        a.merge(&b);
        assert_eq!(a.view(), BTreeMap::from([("milk".to_string(), 1)]));
    }
}
