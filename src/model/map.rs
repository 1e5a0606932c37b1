//! Maps: what clients ask of one whose values are data types themselves, and of a record of plain fields.
//!
//! A map shows its keys with what is shown there, and has the specification of that nested in its own. What
//! becomes of a key that is changed beside its removal is told by the two published meanings of removal.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::{Deserialize, Serialize};

use super::{Issued, Share, Source, Specification, Visible, key_of, seen_by};
use crate::base::Canonical;

/// What a client can ask of a map of values with operations of their own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MapOp<K, O> {
    /// Carry out an operation on what is at this key.
    Update(K, O),
    /// Take this key away.
    Remove(K),
}

/// What a client can ask of a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RecordOp<K, E> {
    /// Give this field this value.
    Set(K, E),
}

/// How many keys histories are drawn from: so few that operations on one key meet.
const KEYS: u64 = 3;

impl<K, O> MapOp<K, O> {
    /// An operation worth trying on a map of which `shows` tells whether it has a key: an update by what
    /// `inner` proposes for that key, or now and then a removal. `pick` gives a number below its argument,
    /// `nth` the key of a number.
    pub fn propose(
        pick: &mut dyn FnMut(u64) -> u64,
        nth: impl Fn(u64) -> K,
        shows: impl FnOnce(&K) -> bool,
        inner: impl FnOnce(&K, &mut dyn FnMut(u64) -> u64) -> O,
    ) -> MapOp<K, O> {
        let key = nth(pick(KEYS));
        let removals = if shows(&key) { 3 } else { 1 };
        if pick(10) < removals {
            return MapOp::Remove(key);
        }
        let op = inner(&key, pick);
        MapOp::Update(key, op)
    }

    /// The key that it is about.
    pub fn key(&self) -> &K {
        match self {
            MapOp::Update(key, _) | MapOp::Remove(key) => key,
        }
    }
}

impl<K, E> RecordOp<K, E> {
    /// An operation worth trying: few fields, few values. `pick` as for [`MapOp`], `field` and `value` give
    /// those of a number.
    pub fn propose(
        pick: &mut dyn FnMut(u64) -> u64,
        field: impl Fn(u64) -> K,
        value: impl Fn(u64) -> E,
    ) -> RecordOp<K, E> {
        RecordOp::Set(field(pick(KEYS)), value(pick(5)))
    }
}

impl<K, E> RecordOp<K, E> {
    /// The field that it is about.
    pub fn field(&self) -> &K {
        let RecordOp::Set(field, _) = self;
        field
    }
}

/// A map whose removal resets what it saw: at each key stands what the nested specification makes of the updates
/// there that no removal of the key has seen. A key whose value shows nothing is not shown.
pub fn reset_remove<K, O, W>(nested: Specification<O, W>) -> Specification<MapOp<K, O>, BTreeMap<K, W>>
where
    K: Clone + Ord + Debug + Canonical + 'static,
    O: Clone + 'static,
    W: Clone + PartialEq + 'static,
{
    let inner = nested.clone();
    let view = move |visible: &Visible<'_, MapOp<K, O>>| {
        let nothing = inner.empty();
        let on_each = visible.by(|op| Some(op.key())).into_iter();
        let values = on_each.map(|(key, all)| {
            let (removals, updates) = sorts(&all);
            let reset = seen_by(&removals);
            let left = updates.into_iter().filter(|update| !reset.contains(update.update));
            (key.clone(), inner.view(&Share::of(left, nested_op).visible()))
        });
        values.filter(|(_, value)| *value != nothing).collect()
    };
    let intent = move |before: &BTreeMap<K, W>, op: &MapOp<K, O>, after: &BTreeMap<K, W>| match op {
        MapOp::Remove(key) => gone(key, after),
        MapOp::Update(key, op) => {
            let nothing = nested.empty();
            nested.intent(before.get(key).unwrap_or(&nothing), op, after.get(key).unwrap_or(&nothing))
        }
    };
    Specification::new("reset-remove map", view).in_parts(about, part).intending(intent)
}

/// A map whose updates win and whose content is kept: at each key stands what the nested specification makes of
/// all updates there, each key by stamps of its own if it goes by stamps. A key is shown when some update of it
/// was seen by no removal.
pub fn update_wins<K, O, W>(nested: Specification<O, W>) -> Specification<MapOp<K, O>, BTreeMap<K, W>>
where
    K: Clone + Ord + Debug + Canonical + 'static,
    O: Clone + 'static,
    W: Clone + 'static,
{
    let (inner, outer, stamped) = (nested.clone(), nested.clone(), nested.clone());
    let view = move |visible: &Visible<'_, MapOp<K, O>>| {
        let on_each = visible.by(|op| Some(op.key())).into_iter();
        let values = on_each.filter_map(|(key, all)| {
            let (removals, updates) = sorts(&all);
            let removed = seen_by(&removals);
            let shows = updates.iter().any(|update| !removed.contains(update.update));
            shows.then(|| (key.clone(), inner.view(&Share::of(updates, nested_op).visible())))
        });
        values.collect()
    };
    let intent = move |before: &BTreeMap<K, W>, op: &MapOp<K, O>, after: &BTreeMap<K, W>| match op {
        MapOp::Remove(key) => gone(key, after),
        MapOp::Update(key, op) => match (before.get(key), after.get(key)) {
            (_, None) => Err(format!("{key:?} was updated and is not shown")),
            (Some(before), Some(after)) => nested.intent(before, op, after),
            // What was there while the key did not show is not to be seen.
            (None, Some(_)) => Ok(()),
        },
    };
    let specification = Specification::new("update-wins map", view).in_parts(about, part).intending(intent);
    let specification = specification.stamping(move |op| match op {
        MapOp::Remove(_) => false,
        MapOp::Update(_, op) => stamped.stamps(op),
    });
    if !outer.has_refusals() {
        return specification;
    }
    specification.refusing(move |visible, identity, op| match op {
        MapOp::Remove(_) => false,
        MapOp::Update(key, op) => {
            let there = visible.iter().filter(|issued| issued.op.key() == key);
            outer.refuses(&Share::of(there, nested_op).visible(), identity, op) == Some(true)
        }
    })
}

/// A record in which each field keeps its last write, by stamps from this clock, which all fields share.
pub fn record<K, E>(clock: Source) -> Specification<RecordOp<K, E>, BTreeMap<K, E>>
where
    K: Clone + Ord + Debug + Canonical + 'static,
    E: Clone + PartialEq + Debug + 'static,
{
    let view = |visible: &Visible<'_, RecordOp<K, E>>| {
        let on_each = visible.by(|op| Some(op.field())).into_iter();
        let last = on_each.filter_map(|(field, writes)| {
            let last = writes.into_iter().max_by_key(|write| write.stamp)?;
            let RecordOp::Set(_, value) = &last.op;
            Some((field.clone(), value.clone()))
        });
        last.collect()
    };
    let specification = Specification::new("record of last writes", view)
        .anywhere()
        .stamped_by(clock)
        .in_parts(|op| Some(key_of(op.field())), |view, op| only(view, op.field()));
    match clock {
        Source::OwnClock => specification,
        Source::Lamport | Source::Hybrid => specification.intending(|_, op, after: &BTreeMap<K, E>| {
            let RecordOp::Set(field, value) = op;
            match after.get(field) {
                Some(shown) if shown == value => Ok(()),
                shown => Err(format!("{field:?} was set to {value:?} and shows {shown:?}")),
            }
        }),
    }
}

type Group<'a, K, O> = Vec<&'a Issued<MapOp<K, O>>>;

/// The removals of a key, and its updates.
fn sorts<'a, K, O>(all: &[&'a Issued<MapOp<K, O>>]) -> (Group<'a, K, O>, Group<'a, K, O>) {
    all.iter().copied().partition(|issued| matches!(issued.op, MapOp::Remove(_)))
}

fn nested_op<K, O: Clone>(op: &MapOp<K, O>) -> Option<O> {
    match op {
        MapOp::Update(_, op) => Some(op.clone()),
        MapOp::Remove(_) => None,
    }
}

fn about<K: Canonical, O>(op: &MapOp<K, O>) -> Option<u64> {
    Some(key_of(op.key()))
}

fn part<K: Clone + Ord, O, W: Clone>(view: &BTreeMap<K, W>, op: &MapOp<K, O>) -> BTreeMap<K, W> {
    only(view, op.key())
}

/// What is shown at one key.
fn only<K: Clone + Ord, W: Clone>(view: &BTreeMap<K, W>, key: &K) -> BTreeMap<K, W> {
    view.get_key_value(key).map(|(key, value)| (key.clone(), value.clone())).into_iter().collect()
}

fn gone<K: Ord + Debug, W>(key: &K, after: &BTreeMap<K, W>) -> Result<(), String> {
    if after.contains_key(key) { Err(format!("{key:?} was removed and is still shown")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::super::counter::{CounterOp, up_and_down};
    use super::super::set::{SetOp, add_wins};
    use super::super::testing::{shown, story};
    use super::*;
    use crate::base::Identity;
    use crate::model::set::two_phase;

    fn more(amount: u32) -> MapOp<char, CounterOp> {
        MapOp::Update('k', CounterOp::Increment(amount))
    }

    #[test]
    fn a_reset_takes_what_it_saw_and_a_removal_that_hides_gives_it_back() {
        let both = |told: &[(&'static str, MapOp<char, CounterOp>, &'static str)]| {
            let of = |map: Specification<_, BTreeMap<char, i64>>| shown(&map, told.iter().cloned()).get(&'k').copied();
            [of(reset_remove(up_and_down())), of(update_wins(up_and_down()))]
        };
        let removal = MapOp::Remove('k');
        assert_eq!(both(&[("u", more(2), ""), ("r", removal.clone(), "u")]), [None, None]);
        assert_eq!(both(&[("u", more(2), ""), ("r", removal.clone(), "u"), ("v", more(1), "u")]), [Some(1), Some(3)]);
        assert_eq!(both(&[("u", more(2), ""), ("r", removal.clone(), "u"), ("v", more(1), "u r")]), [Some(1), Some(3)]);
        assert_eq!(both(&[("u", more(2), ""), ("r", removal, "")]), [Some(2), Some(2)]);
        assert_eq!(both(&[("u", more(0), "")]), [None, Some(0)], "what shows nothing is a key under update-wins only");
    }

    #[test]
    fn a_removal_of_an_outer_key_is_one_of_all_below() {
        let at = |inner, op| MapOp::Update('o', MapOp::Update(inner, op));
        let told = [
            ("a", at('x', SetOp::Add(1)), ""),
            ("b", at('y', SetOp::Add(2)), "a"),
            ("r", MapOp::Remove('o'), "a"),
            ("i", MapOp::Update('o', MapOp::Remove('y')), "a b"),
            ("c", at('y', SetOp::Add(3)), "a"),
        ];
        let reset = reset_remove(reset_remove(add_wins()));
        assert_eq!(shown(&reset, told.clone()), [('o', [('y', [3].into())].into())].into());
        let kept = update_wins(update_wins(add_wins()));
        assert_eq!(shown(&kept, told), [('o', [('x', [1].into()), ('y', [2, 3].into())].into())].into());
    }

    #[test]
    fn fields_of_a_record_keep_their_last_writes_each_by_itself() {
        let set = |field, value| RecordOp::Set(field, value);
        // Stamps are in the order of telling, so the second write loses to the third, which has not seen it.
        let told = [("a", set('n', 1), ""), ("b", set('n', 2), "a"), ("c", set('n', 3), "a"), ("d", set('m', 4), "")];
        assert_eq!(shown(&record(Source::Lamport), told), [('m', 4), ('n', 3)].into());
        let hidden = |clock| record(clock).intent(&[].into(), &set('n', 1), &[('n', 2)].into()).is_ok();
        assert_eq!([Source::OwnClock, Source::Lamport, Source::Hybrid].map(hidden), [true, false, false]);
    }

    #[test]
    fn stamps_of_a_nested_value_are_not_stamps_of_the_map() {
        let map = update_wins(record::<char, u8>(Source::Lamport));
        let stamped = [MapOp::Update('k', RecordOp::Set('n', 1)), MapOp::Remove('k')].map(|op| map.stamps(&op));
        assert_eq!((stamped, map.clock), ([true, false], None));
        assert!(!update_wins(up_and_down()).stamps(&more(1)));
    }

    #[test]
    fn whoever_removes_a_key_does_not_see_it_and_nested_intents_count() {
        let shown = |elements: &[u8]| BTreeMap::from([('k', elements.iter().copied().collect())]);
        let add = MapOp::Update('k', SetOp::Add(1));
        for map in [reset_remove(add_wins()), update_wins(add_wins())] {
            assert!(map.intent(&shown(&[1]), &MapOp::Remove('k'), &shown(&[1])).is_err());
            assert!(map.intent(&shown(&[1]), &MapOp::Remove('k'), &BTreeMap::new()).is_ok());
            assert!(map.intent(&shown(&[2]), &add, &shown(&[1, 2])).is_ok());
            assert!(map.intent(&shown(&[2]), &add, &shown(&[2])).is_err());
            assert!(map.intent(&shown(&[2]), &add, &BTreeMap::new()).is_err());
        }
    }

    #[test]
    fn what_a_nested_value_refuses_its_map_refuses() {
        let told = [("a", MapOp::Update('k', SetOp::Add(1)), ""), ("r", MapOp::Remove('k'), "a")];
        let (history, known) = story(told);
        let map = update_wins(two_phase());
        let refuses = |key, element| {
            map.refuses(&Visible::new(&history, &known), Identity(0), &MapOp::Update(key, SetOp::Remove(element)))
        };
        assert!(!update_wins::<char, _, _>(add_wins::<u8>()).has_refusals());
        assert_eq!([refuses('k', 1), refuses('k', 2), refuses('l', 1)], [Some(false), Some(true), Some(true)]);
    }

    #[test]
    fn a_key_that_shows_is_removed_more_often() {
        let removals = |shown: bool| {
            let ops = (0..10 * KEYS).map(|draw| {
                let mut answers = [draw % KEYS, draw / KEYS].into_iter();
                let mut pick = |bound: u64| answers.next().unwrap() % bound;
                MapOp::propose(&mut pick, |n| n, |_| shown, |_, _| ())
            });
            ops.filter(|op| matches!(op, MapOp::Remove(_))).count()
        };
        assert_eq!((removals(true), removals(false)), (9, 3));
    }
}
