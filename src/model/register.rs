//! Registers: one value, replaced by writing another, and what becomes of writes that do not know of
//! one another.
//!
//! The operations, what a read returns, and what the kinds of registers show.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use serde::{Deserialize, Serialize};

use super::{Issued, Source, Specification, Visible, seen_by};
use crate::base::{Canonical, CausalContext, Digester, Dot, Identity, VersionVector};

/// What can be asked of a register. One that keeps a single value shows an `Option` of it (none was
/// written yet), or the value itself where an order has a least one; one that keeps siblings shows their
/// set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RegisterOp<E> {
    /// Replaces what is there.
    Write(E),
}

impl<E> RegisterOp<E> {
    /// A write of one of the first five values, so that equal ones meet.
    pub fn propose(nth: impl Fn(u64) -> E, pick: &mut dyn FnMut(u64) -> u64) -> RegisterOp<E> {
        RegisterOp::Write(nth(pick(5)))
    }
}

/// What can be asked of a register whose clients read before they write, however long before. It shows a
/// [`Read`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientOp<E> {
    /// Replaces what the client had read, and nothing else.
    Write {
        /// The value.
        value: E,
        /// The context that came with the client's read; an empty one if it never read.
        context: CausalContext,
    },
}

impl<E> ClientOp<E> {
    /// A write of one of the first five values on what can be read now, on an older read, or on none.
    pub fn propose(current: &CausalContext, nth: impl Fn(u64) -> E, pick: &mut dyn FnMut(u64) -> u64) -> ClientOp<E> {
        let context = match pick(4) {
            0 => CausalContext::new(),
            1 => older(current.vector(), pick).into(),
            _ => current.clone(),
        };
        ClientOp::Write { value: nth(pick(5)), context }
    }
}

/// A vector that lacks some of one identity's latest events.
fn older(vector: &VersionVector, pick: &mut dyn FnMut(u64) -> u64) -> VersionVector {
    let mut older = vector.clone();
    if !vector.is_empty() {
        let identity = Identity(pick(vector.len() as u64) as u32);
        older.set(identity, pick(u64::from(vector.get(identity)) + 1) as u32);
    }
    older
}

/// What a client that reads is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read<E> {
    /// The values that no known write has replaced.
    pub values: BTreeSet<E>,
    /// To be handed in with the write that is to replace them.
    pub context: CausalContext,
}

impl<E: Canonical> Canonical for Read<E> {
    fn feed(&self, digester: &mut Digester) {
        self.values.feed(digester);
        self.context.feed(digester);
    }
}

impl<E> RegisterOp<E> {
    /// The value that is written.
    pub fn value(&self) -> &E {
        let RegisterOp::Write(value) = self;
        value
    }
}

/// A register in which the write with the largest stamp wins. Under a causal clock a writer sees what it wrote;
/// under the own one, whoever writes behind its time does not.
pub fn last_writer<E: Clone + PartialEq + Debug + 'static>(clock: Source) -> Specification<RegisterOp<E>, Option<E>> {
    let view = |visible: &Visible<'_, RegisterOp<E>>| {
        let last = visible.iter().max_by_key(|write| write.stamp);
        last.map(|write| write.op.value().clone())
    };
    let specification = Specification::new("last-writer-wins register", view).anywhere().stamped_by(clock);
    match clock {
        Source::OwnClock => specification,
        Source::Lamport | Source::Hybrid => specification.intending(|_, op, after: &Option<E>| match after {
            Some(shown) if shown == op.value() => Ok(()),
            _ => Err(format!("{:?} was written and {after:?} is shown", op.value())),
        }),
    }
}

/// A register that keeps what was written concurrently: the values of the writes that no other write has seen.
pub fn multi_value<E: Clone + Ord + Debug + 'static>() -> Specification<RegisterOp<E>, BTreeSet<E>> {
    let view = |visible: &Visible<'_, RegisterOp<E>>| {
        let writes: Vec<_> = visible.iter().collect();
        let seen = seen_by(&writes);
        let unseen = writes.into_iter().filter(|write| !seen.contains(write.update));
        unseen.map(|write| write.op.value().clone()).collect()
    };
    Specification::new("multi-value register", view).intending(|_, op, after: &BTreeSet<E>| {
        let alone = after.len() == 1 && after.contains(op.value());
        if alone { Ok(()) } else { Err(format!("{:?} was written and {after:?} is shown", op.value())) }
    })
}

/// The same for clients that hand in the context of what they read: the values of the writes that are in no
/// other write's context, however much its replica knew. A read's context is all that is known.
pub fn multi_value_for_clients<E: Clone + Ord + Debug + 'static>() -> Specification<ClientOp<E>, Read<E>> {
    let view = |visible: &Visible<'_, ClientOp<E>>| {
        let (mut known, mut replaced) = (CausalContext::new(), CausalContext::new());
        for write in visible.iter() {
            let ClientOp::Write { context, .. } = &write.op;
            replaced.merge(context);
            known.insert(dot(write));
        }
        known.merge(&replaced);
        let left = visible.iter().filter(|write| !replaced.covers(dot(write)));
        let values = left.map(|write| {
            let ClientOp::Write { value, .. } = &write.op;
            value.clone()
        });
        Read { values: values.collect(), context: known }
    };
    Specification::new("multi-value register for clients", view).intending(|before: &Read<E>, op, after| {
        let ClientOp::Write { value, context } = op;
        let had = |shown: &E| before.values.contains(shown) && !context.covers_all(&before.context);
        match after.values.iter().find(|shown| *shown != value && !had(shown)) {
            _ if !after.values.contains(value) => Err(format!("{value:?} was written and is not shown")),
            Some(other) => Err(format!("{value:?} was written, and {other:?}, which was read or not there, is shown")),
            None => Ok(()),
        }
    })
}

/// How a replica calls an update of a type in which every update makes a dot.
fn dot<O>(issued: &Issued<O>) -> Dot {
    Dot::new(issued.identity, issued.nth)
}

/// A register that keeps the largest value ever written. A smaller one is taken in and shows nothing.
pub fn largest<E: Clone + Ord>() -> Specification<RegisterOp<E>, Option<E>> {
    let view = |visible: &Visible<'_, RegisterOp<E>>| visible.iter().map(|write| write.op.value()).max().cloned();
    Specification::new("max register", view).anywhere()
}

/// A register that keeps the smallest value ever written. A larger one is taken in and shows nothing.
pub fn smallest<E: Clone + Ord>() -> Specification<RegisterOp<E>, Option<E>> {
    let view = |visible: &Visible<'_, RegisterOp<E>>| visible.iter().map(|write| write.op.value()).min().cloned();
    Specification::new("min register", view).anywhere()
}

/// A register over a finite lattice, of which all values are given, and pairs of a lower and a higher one that
/// the rest follows from: it shows the lowest value above all that was written. What is no value is refused.
pub fn joined(
    values: impl IntoIterator<Item = String>,
    pairs: impl IntoIterator<Item = (String, String)>,
) -> Specification<RegisterOp<String>, String> {
    let pairs: Vec<_> = pairs.into_iter().collect();
    // Each value with all that is above it, itself included.
    let mut above: BTreeMap<String, BTreeSet<String>> =
        values.into_iter().map(|value| (value.clone(), BTreeSet::from([value]))).collect();
    for _ in 0..above.len() {
        for (low, high) in &pairs {
            let higher = above.get(high).cloned().unwrap_or_default();
            above.entry(low.clone()).or_default().extend(higher);
        }
    }
    let is_value: BTreeSet<String> = above.keys().cloned().collect();
    let view = move |visible: &Visible<'_, RegisterOp<String>>| {
        let written: BTreeSet<&String> = visible.iter().map(|write| write.op.value()).collect();
        let bounds: BTreeSet<&String> = above
            .keys()
            .filter(|bound| written.iter().all(|value| above.get(*value).is_none_or(|above| above.contains(*bound))))
            .collect();
        let lowest = bounds.iter().find(|bound| bounds.iter().all(|other| above[**bound].contains(*other)));
        lowest.map(|bound| bound.to_string()).unwrap_or_default()
    };
    Specification::new("register over a lattice", view)
        .anywhere()
        .refusing(move |_, _, op| !is_value.contains(op.value()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{issued, shown, story};
    use super::*;
    use crate::base::{Known, Wall};
    use crate::model::History;
    use RegisterOp::Write;

    #[test]
    fn the_largest_stamp_wins_whatever_was_seen() {
        let wall = |reading, identity, count| Some(Wall { reading, identity: Identity(identity), count }.into());
        let told = [("a", Write("late"), ""), ("b", Write("early"), "a"), ("c", Write("tie"), "a b")];
        let (mut history, known) = story(told);
        let updates: Vec<_> = known.iter().collect();
        let register = last_writer(Source::OwnClock);
        let mut last = |stamps: [_; 3]| {
            updates.iter().zip(stamps).for_each(|(update, stamp)| history.stamped(*update, stamp));
            register.view(&Visible::new(&history, &known))
        };
        assert_eq!(last([wall(9, 0, 1), wall(3, 1, 2), wall(9, 0, 0)]), Some("late"), "a clock that was ahead");
        assert_eq!(last([wall(9, 0, 1), wall(3, 1, 2), wall(9, 0, 2)]), Some("tie"), "the own count, in one tick");
        assert_eq!(last([wall(9, 0, 1), wall(3, 1, 2), wall(9, 2, 0)]), Some("tie"), "the identity");
        assert_eq!(register.empty(), None);
    }

    #[test]
    fn only_causal_clocks_promise_that_a_writer_sees_its_write() {
        let hidden = |clock| last_writer(clock).intent(&None, &Write("x"), &Some("y"));
        assert_eq!(hidden(Source::OwnClock), Ok(()));
        assert_eq!(hidden(Source::Hybrid), Err(r#""x" was written and Some("y") is shown"#.to_owned()));
    }

    #[test]
    fn values_stay_until_a_write_that_saw_them() {
        let values = |told: &[(&'static str, char, &'static str)]| {
            let told = told.iter().map(|(name, value, seen)| (*name, Write(*value), *seen));
            String::from_iter(shown(&multi_value(), told))
        };
        assert_eq!(values(&[("a", 'x', ""), ("b", 'y', "")]), "xy");
        assert_eq!(values(&[("a", 'x', ""), ("b", 'y', ""), ("c", 'z', "a")]), "yz");
        assert_eq!(values(&[("a", 'x', ""), ("b", 'y', ""), ("c", 'z', "a b")]), "z");
        assert_eq!(values(&[("a", 'x', ""), ("b", 'x', "")]), "x", "equal values count once");
    }

    #[test]
    fn a_client_replaces_what_it_read_and_nothing_else() {
        let dots = |dots: &[(u32, u32)]| dots.iter().map(|(who, nth)| Dot::new(Identity(*who), *nth)).collect();
        let mut history = History::new();
        let mut seen = Known::new();
        // One replica takes all three writes: its own knowledge would have the last one replace all.
        for (number, (value, read)) in [('x', vec![]), ('y', vec![]), ('z', vec![(0, 1)])].into_iter().enumerate() {
            let op = ClientOp::Write { value, context: dots(&read) };
            let issued = issued(0, number as u32 + 1, op, seen.clone());
            seen.insert(issued.update);
            history.add(issued, None);
        }
        let register = multi_value_for_clients();
        let read = register.view(&Visible::new(&history, &seen));
        assert_eq!(read, Read { values: BTreeSet::from(['y', 'z']), context: dots(&[(0, 1), (0, 2), (0, 3)]) });
        let write = |context| ClientOp::Write { value: 'w', context };
        let after = |values: &str| Read { values: values.chars().collect(), context: dots(&[]) };
        let stale = write(dots(&[(0, 1), (0, 2)]));
        let fresh = write(read.context.clone());
        assert_eq!(register.intent(&read, &stale, &after("wyz")), Ok(()));
        assert_eq!(register.intent(&read, &fresh, &after("w")), Ok(()));
        for (op, values) in [(&stale, "yz"), (&stale, "vw"), (&fresh, "wz")] {
            assert!(register.intent(&read, op, &after(values)).is_err(), "{op:?} shows {values}");
        }
    }

    #[test]
    fn orders_show_their_ends_and_lattices_their_joins() {
        let told = [("a", Write(3), ""), ("b", Write(1), "a"), ("c", Write(2), "a b")];
        assert_eq!((shown(&largest(), told.clone()), shown(&smallest(), told)), (Some(3), Some(1)));
        let pairs = [("calm", "smoke"), ("calm", "flood"), ("smoke", "fire"), ("flood", "fire")];
        let name = |name: &str| name.to_owned();
        let values = ["calm", "smoke", "flood", "fire"].map(name);
        let alarm = joined(values, pairs.map(|(low, high)| (name(low), name(high))));
        let raised =
            |written: &[&'static str]| shown(&alarm, written.iter().map(|value| (*value, Write(name(value)), "")));
        assert_eq!([raised(&[]), raised(&["smoke"]), raised(&["calm", "flood"])], ["calm", "smoke", "flood"].map(name));
        assert_eq!(raised(&["smoke", "flood"]), "fire");
        let refuses =
            |value| alarm.refuses(&Visible::new(&History::new(), &Known::new()), Identity(0), &Write(name(value)));
        assert_eq!((refuses("fire"), refuses("quake")), (Some(false), Some(true)));
    }

    #[test]
    fn proposed_contexts_are_fresh_or_stale_or_empty() {
        let current: CausalContext =
            [(0, 1), (0, 2), (1, 1)].map(|(who, count)| Dot::new(Identity(who), count)).into_iter().collect();
        let contexts: Vec<_> = (0..64u64)
            .map(|seed| {
                let mut word = seed;
                let mut pick = |bound: u64| {
                    let picked = word % bound;
                    word /= bound;
                    picked
                };
                let ClientOp::Write { context, .. } = ClientOp::propose(&current, |n| n, &mut pick);
                context
            })
            .collect();
        assert!(contexts.iter().all(|context| current.covers_all(context)));
        assert!(contexts.contains(&current) && contexts.contains(&CausalContext::new()));
        assert!(contexts.contains(&VersionVector::from([1, 1]).into()), "one that is between");
    }
}
