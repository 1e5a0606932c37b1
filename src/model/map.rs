//! Maps: what clients ask of one whose values are data types themselves, and of a record of plain fields.
//!
//! A map shows its keys with what is shown there. What becomes of a key that is changed beside its removal is
//! not decided here.

use serde::{Deserialize, Serialize};

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

#[cfg(test)]
mod tests {
    use super::*;

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
