//! The map whose updates win: a removal hides a key, and never takes content away.
//!
//! A key shows when some update of it was seen by no removal, so an update beside a removal keeps it, and one after
//! a removal shows the old content again. Values may be of any type: they merge by themselves, beside the dots that
//! say which keys show. Nothing that was ever put in is forgotten.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::{self, Debug};

use serde::{Deserialize, Serialize};

use super::entries::Entries;
use crate::base::Stamp;
use crate::model::Specification;
use crate::model::map::{MapOp, update_wins};
use crate::replica::{DataType, Delivery, DeltaBased, Element, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;
use crate::zoo::dots::{Causal, DotMap, DotSet, DotStore};

/// A map with update-wins.
#[derive(Serialize, Deserialize)]
#[serde(bound = "K: Element, V: DataType", deny_unknown_fields)]
pub struct UpdateWinsMap<K, V> {
    /// The keys that show, each by the dots of updates.
    keys: Keys<K>,
    /// What was ever put in, also where it does not show.
    contents: Entries<K, V>,
    /// What the value that was changed last says of its stamp. It is reported and is no part of the state.
    #[serde(skip)]
    latest: Option<Stamp>,
}

type Keys<K> = Causal<DotMap<K, DotSet>>;

/// What some operations changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "K: Element, V: DeltaBased", deny_unknown_fields)]
pub struct UpdateWinsDelta<K, V: DeltaBased> {
    keys: Keys<K>,
    contents: Entries<K, V::Delta>,
}

/// What one operation does everywhere.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "K: Element, V: OpBased", deny_unknown_fields)]
pub struct UpdateWinsEffect<K, V: OpBased> {
    keys: Keys<K>,
    content: Option<(K, V::Effect)>,
}

impl<K: Element, V: DataType + Default> UpdateWinsMap<K, V> {
    /// What an operation does to the keys.
    fn keys_after(&self, op: &MapOp<K, V::Op>, site: Site) -> Keys<K> {
        let dots = self.keys.store.get(op.key()).into_iter().flat_map(DotStore::dots);
        match op {
            MapOp::Remove(_) => Causal::without(dots),
            // The new dot stands for those that it saw: whoever removes it has seen them, too.
            MapOp::Update(key, _) => {
                let mut delta = Causal::without(dots);
                let dot = self.keys.upcoming(site.identity);
                delta.context.insert(dot);
                delta.store = DotMap::single(key.clone(), DotSet::from(dot));
                delta
            }
        }
    }

    /// Changes what is at a key, or what would be there if it is new.
    fn change<R, X>(&mut self, key: &K, change: impl FnOnce(&mut V) -> Result<R, X>) -> Result<R, X> {
        if let Some(value) = self.contents.get_mut(key) {
            let result = change(value)?;
            self.latest = value.latest_stamp();
            return Ok(result);
        }
        let mut value = V::default();
        let result = change(&mut value)?;
        self.latest = value.latest_stamp();
        self.contents.insert(key.clone(), value);
        Ok(result)
    }
}

impl<K, V> Default for UpdateWinsMap<K, V> {
    fn default() -> Self {
        let keys = Causal { store: DotMap::new(), context: Default::default() };
        UpdateWinsMap { keys, contents: Entries::default(), latest: None }
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for UpdateWinsMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        (&self.keys, &self.contents) == (&other.keys, &other.contents)
    }
}

impl<K: Debug, V: Debug> Debug for UpdateWinsMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_struct("UpdateWinsMap");
        map.field("keys", &self.keys).field("contents", &self.contents).finish_non_exhaustive()
    }
}

impl<K: Clone, V: Clone> Clone for UpdateWinsMap<K, V> {
    fn clone(&self) -> Self {
        UpdateWinsMap { keys: self.keys.clone(), contents: self.contents.clone(), latest: self.latest }
    }

    fn clone_from(&mut self, source: &Self) {
        self.keys.clone_from(&source.keys);
        self.contents.clone_from(&source.contents);
        self.latest = source.latest;
    }
}

impl<K: Element, V: DataType + Default> DataType for UpdateWinsMap<K, V> {
    type Op = MapOp<K, V::Op>;
    type View = BTreeMap<K, V::View>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Self::Op {
        let inner = |key: &K, pick: &mut dyn FnMut(u64) -> u64| match self.contents.get(key) {
            Some(value) => value.propose(pick),
            None => V::default().propose(pick),
        };
        MapOp::propose(pick, K::nth, |key| self.keys.store.get(key).is_some(), inner)
    }

    fn view(&self) -> Self::View {
        let shown = self.contents.iter().filter(|(key, _)| self.keys.store.get(key).is_some());
        shown.map(|(key, value)| (key.clone(), value.view())).collect()
    }

    /// That of the value at the key. Stamps at different keys have nothing to do with one another.
    fn latest_stamp(&self) -> Option<Stamp> {
        self.latest
    }
}

impl<K, V> Specified for UpdateWinsMap<K, V>
where
    K: Element + 'static,
    V: Specified<Op: 'static, View: 'static> + Default,
{
    fn specification(&self) -> Specification<Self::Op, Self::View> {
        update_wins(V::default().specification())
    }
}

impl<K: Element, V: StateBased + Default> StateBased for UpdateWinsMap<K, V> {
    fn apply(&mut self, op: &Self::Op, site: Site) -> Result<(), Refused> {
        match op {
            MapOp::Update(key, op) => self.change(key, |value| value.apply(op, site))?,
            MapOp::Remove(_) => self.latest = None,
        }
        let keys = self.keys_after(op, site);
        self.keys.join(&keys);
        Ok(())
    }

    fn merge(&mut self, other: &Self) {
        self.keys.join(&other.keys);
        self.contents.join(&other.contents, V::merge, V::clone);
    }
}

impl<K: Element, V: DeltaBased + Default> DeltaBased for UpdateWinsMap<K, V> {
    type Delta = UpdateWinsDelta<K, V>;

    fn mutate(&mut self, op: &Self::Op, site: Site) -> Result<Self::Delta, Refused> {
        let contents = match op {
            MapOp::Update(key, op) => Entries::single(key.clone(), self.change(key, |value| value.mutate(op, site))?),
            MapOp::Remove(_) => {
                self.latest = None;
                Entries::default()
            }
        };
        let keys = self.keys_after(op, site);
        self.keys.join(&keys);
        Ok(UpdateWinsDelta { keys, contents })
    }

    fn join(&mut self, delta: &Self::Delta) {
        self.keys.join(&delta.keys);
        let come = |delta: &V::Delta| {
            let mut value = V::default();
            value.join(delta);
            value
        };
        self.contents.join(&delta.contents, V::join, come);
    }

    fn combine(into: &mut Self::Delta, other: &Self::Delta) {
        into.keys.join(&other.keys);
        into.contents.join(&other.contents, V::combine, V::Delta::clone);
    }

    fn whole(&self) -> Self::Delta {
        let mut contents = Entries::default();
        contents.join(&self.contents, |_, _| (), V::whole);
        UpdateWinsDelta { keys: self.keys.clone(), contents }
    }
}

impl<K: Element, V: OpBased + Default> OpBased for UpdateWinsMap<K, V> {
    type Effect = UpdateWinsEffect<K, V>;

    /// The keys take any order; the values want what they want.
    const DELIVERY: Delivery = V::DELIVERY;

    fn prepare(&self, op: &Self::Op, site: Site) -> Result<Self::Effect, Refused> {
        let content = match op {
            MapOp::Remove(_) => None,
            MapOp::Update(key, op) => {
                let effect = match self.contents.get(key) {
                    Some(value) => value.prepare(op, site)?,
                    None => V::default().prepare(op, site)?,
                };
                Some((key.clone(), effect))
            }
        };
        Ok(UpdateWinsEffect { keys: self.keys_after(op, site), content })
    }

    fn effect(&mut self, effect: &Self::Effect) {
        self.keys.join(&effect.keys);
        self.latest = None;
        if let Some((key, effect)) = &effect.content {
            let Ok(()) = self.change(key, |value| {
                value.effect(effect);
                Ok::<_, Infallible>(())
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::trials::{Past, count, forms_agree, parts};
    use super::super::{DotCounter, Record};
    use super::*;
    use crate::base::Lamport;
    use crate::model::counter::CounterOp;
    use crate::model::map::RecordOp;
    use crate::model::register::RegisterOp;
    use crate::zoo::counter::PnCounter;
    use crate::zoo::register::MaxRegister;

    /// What the nested reading makes of all updates at each key of which some update was seen by no removal.
    fn kept<O: Clone, W>(known: &[Past<MapOp<u32, O>>], nested: impl Fn(&[Past<O>]) -> W) -> BTreeMap<u32, W> {
        let removed = |past: &Past<O>, key| {
            known.iter().any(|other| matches!(other.op, MapOp::Remove(at) if at == key) && other.saw(past))
        };
        let keys: BTreeSet<u32> = known.iter().map(|past| *past.op.key()).collect();
        let mut view = BTreeMap::new();
        for key in keys {
            let updates = parts(known, |op| match op {
                MapOp::Update(at, op) if *at == key => Some(op.clone()),
                _ => None,
            });
            if updates.iter().any(|past| !removed(past, key)) {
                view.insert(key, nested(&updates));
            }
        }
        view
    }

    fn largest(known: &[Past<RegisterOp<u32>>]) -> Option<u32> {
        known
            .iter()
            .map(|past| match past.op {
                RegisterOp::Write(value) => value,
            })
            .max()
    }

    #[test]
    fn content_is_kept_and_a_key_shows_when_an_update_was_seen_by_no_removal() {
        assert!(forms_agree::<UpdateWinsMap<u32, PnCounter>>(|known| kept(known, count), |_| None) > 100);
        assert!(forms_agree::<UpdateWinsMap<u32, DotCounter>>(|known| kept(known, count), |_| None) > 100);
        assert!(forms_agree::<UpdateWinsMap<u32, MaxRegister<u32>>>(|known| kept(known, largest), |_| None) > 50);
        type Nested = UpdateWinsMap<u32, UpdateWinsMap<u32, PnCounter>>;
        assert!(forms_agree::<Nested>(|known| kept(known, |known: &[_]| kept(known, count)), |_| None) > 100);
    }

    #[test]
    fn an_update_after_a_removal_shows_the_old_content_again() {
        let mut map = UpdateWinsMap::<String, Record<String, String, Lamport>>::default();
        let set = |field: &str| MapOp::Update("ada".to_string(), RecordOp::Set(field.to_string(), "x".to_string()));
        let fields = |map: &UpdateWinsMap<String, Record<String, String, Lamport>>| {
            map.view().into_values().flat_map(BTreeMap::into_keys).collect::<Vec<_>>()
        };
        map.apply(&set("name"), Site::of(0)).expect("fits");
        map.apply(&MapOp::Remove("ada".to_string()), Site::of(0)).expect("fits");
        assert_eq!(fields(&map), [""; 0]);
        map.apply(&set("mail"), Site::of(0)).expect("fits");
        assert_eq!(fields(&map), ["mail", "name"]);
    }

    #[test]
    fn a_map_reports_the_stamp_of_the_value_that_was_changed_last() {
        let mut map = UpdateWinsMap::<u32, Record<u32, u32, Lamport>>::default();
        let mut stamp_of = |op| {
            map.apply(&op, Site::of(3)).expect("fits");
            let by_effect = &mut map.clone();
            by_effect.effect(&map.prepare(&op, Site::of(3)).expect("fits"));
            let counter = |stamp| if let Stamp::Lamport(stamp) = stamp { stamp.counter } else { 0 };
            [map.latest_stamp(), by_effect.latest_stamp()].map(|stamp| stamp.map(counter))
        };
        let set = |key| MapOp::Update(key, RecordOp::Set(0, 0));
        assert_eq!(stamp_of(set(7)), [Some(1), Some(2)]);
        assert_eq!(stamp_of(set(7)), [Some(2), Some(3)]);
        assert_eq!(stamp_of(set(8)), [Some(1), Some(2)]);
        assert_eq!(stamp_of(MapOp::Remove(7)), [None, None]);
    }

    #[test]
    fn a_key_updated_often_lives_by_one_dot() {
        let mut map = UpdateWinsMap::<u32, PnCounter>::default();
        for n in 0..10 {
            map.apply(&MapOp::Update(7, CounterOp::Increment(1)), Site::of(n % 2)).expect("fits");
        }
        assert_eq!((map.keys.store.dots().count(), map.view()), (1, BTreeMap::from([(7, 10)])));
    }
}
