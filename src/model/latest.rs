//! Maps of plain values of which it is not said which one of several concurrent writes stands.
//!
//! A library arbitrates as it likes. What must hold whatever it likes: at each key stands what was written by one of
//! the writes that no other known write or removal of the key has seen; and nothing stands there only where one of
//! these is a removal. The law: nothing is said of which one it is.

use std::collections::BTreeMap;
use std::fmt::Debug;

use super::map::MapOp;
use super::register::RegisterOp;
use super::{Issued, Judge, Ruled, Ruling, Specification, Visible, seen_by};

/// What becomes of a write beside a removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// It stands.
    WriteStands,
    /// One of the two.
    EitherStands,
}

/// A change of a map of plain values.
pub type Put<K, E> = MapOp<K, RegisterOp<E>>;

/// A map in which one of the latest writes stands at each key.
pub fn latest<K, E>(beside: Beside) -> Specification<Put<K, E>, BTreeMap<K, E>>
where
    K: Clone + Ord + Debug + Send + 'static,
    E: Clone + PartialEq + Debug + Send + 'static,
{
    Specification::new("map of latest writes", |_| BTreeMap::new())
        .beside(|_| BTreeMap::new(), move || Box::new(Latest { beside }))
        .intending(|before: &BTreeMap<K, E>, op, after| {
            let mut asked = before.clone();
            match op {
                MapOp::Update(key, RegisterOp::Write(value)) => asked.insert(key.clone(), value.clone()),
                MapOp::Remove(key) => asked.remove(key),
            };
            if asked == *after { Ok(()) } else { Err(format!("{asked:?} should be shown")) }
        })
}

struct Latest {
    beside: Beside,
}

impl<K, E> Judge<Put<K, E>, BTreeMap<K, E>> for Latest
where
    K: Clone + Ord + Debug,
    E: PartialEq + Debug,
{
    fn reset(&mut self) {}

    fn wrote(&mut self, _: &Issued<Put<K, E>>, _: &BTreeMap<K, E>, _: &BTreeMap<K, E>) -> Ruling {
        Ok(Ruled::Right)
    }

    fn shown(&mut self, visible: &Visible<'_, Put<K, E>>, view: &BTreeMap<K, E>) -> Ruling {
        let on_each = visible.by(|op| Some(op.key()));
        if let Some(key) = view.keys().find(|key| !on_each.contains_key(key)) {
            return Err(format!("{key:?} is shown, and nobody known wrote there"));
        }
        for (key, all) in on_each {
            let seen = seen_by(&all);
            let latest: Vec<_> = all.into_iter().filter(|issued| !seen.contains(issued.update)).collect();
            let written = |value: &E| {
                latest
                    .iter()
                    .any(|issued| matches!(&issued.op, MapOp::Update(_, RegisterOp::Write(write)) if write == value))
            };
            let (removed, wrote): (Vec<&&Issued<_>>, Vec<_>) =
                latest.iter().partition(|issued| matches!(issued.op, MapOp::Remove(_)));
            let may_be_gone = !removed.is_empty() && (wrote.is_empty() || self.beside == Beside::EitherStands);
            let wrong = match view.get(key) {
                None if may_be_gone => None,
                None => Some("nothing".to_owned()),
                Some(value) if written(value) => None,
                Some(value) => Some(format!("{value:?}")),
            };
            if let Some(shown) = wrong {
                let latest = latest.iter().map(|issued| format!("{} {:?}", issued.update, issued.op));
                let latest = latest.collect::<Vec<_>>().join(", ");
                return Err(format!("{shown} is shown at {key:?}, where the latest are {latest}"));
            }
        }
        Ok(Ruled::Right)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::story;
    use super::*;

    /// Whether this may be shown at `k`.
    fn may(beside: Beside, told: &[(&'static str, Put<char, u8>, &'static str)], value: Option<u8>) -> bool {
        let (history, known) = story(told.iter().cloned());
        let view = value.map(|value| ('k', value)).into_iter().collect();
        Latest { beside }.shown(&Visible::new(&history, &known), &view).is_ok()
    }

    #[test]
    fn one_of_the_latest_writes_stands_and_no_earlier_one() {
        let write = |value| MapOp::Update('k', RegisterOp::Write(value));
        let told = [("a", write(1), ""), ("b", write(2), "a"), ("c", write(3), "a")];
        let shown = [None, Some(1), Some(2), Some(3)];
        assert_eq!(shown.map(|value| may(Beside::EitherStands, &told, value)), [false, false, true, true]);
    }

    #[test]
    fn a_removal_beside_a_write_may_win_where_that_is_not_excluded() {
        let told = [("a", MapOp::Update('k', RegisterOp::Write(1)), ""), ("b", MapOp::Remove('k'), "")];
        for (beside, gone) in [(Beside::WriteStands, false), (Beside::EitherStands, true)] {
            assert_eq!([None, Some(1)].map(|value| may(beside, &told, value)), [gone, true]);
        }
        let told = [("a", MapOp::Update('k', RegisterOp::Write(1)), ""), ("b", MapOp::Remove('k'), "a")];
        assert_eq!([None, Some(1)].map(|value| may(Beside::WriteStands, &told, value)), [true, false]);
    }
}
