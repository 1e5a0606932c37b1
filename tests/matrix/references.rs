//! What each data type must show, said as plainly as can be: no state, no merging, only the updates, what
//! each of them had seen, and the stamps that were given.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use squall::base::Dot;
use squall::model::composite::CartOp;
use squall::model::counter::{BoundedOp, CounterOp, GrowOp};
use squall::model::flag::FlagOp;
use squall::model::list::ListOp;
use squall::model::map::{MapOp, RecordOp};
use squall::model::register::{ClientOp, Read, RegisterOp};
use squall::model::set::{self, SetOp};
use squall::model::tree::Branch;
use squall::replica::{DataType, Element};
use squall::zoo::composite::ShoppingCart;
use squall::zoo::counter::{BoundedCounter, GCounter, PnCounter};
use squall::zoo::map::{AddWins, Record, ResetMap, UpdateWinsMap};
use squall::zoo::register::{
    ClientMvRegister, Direction, ExtremeRegister, Lattice, LatticeRegister, LwwRegister, MvRegister, Stamping,
};
use squall::zoo::set::{DisableWinsFlag, EnableWinsFlag, GSet, LwwSet, RemoveWinsSet, TwoPhaseSet};
use squall::zoo::tree::move_tree::{Move, MoveTree, Under};

use crate::history::Issued;

type Verdict = Result<(), String>;

fn equal<V: PartialEq + Debug>(shown: &V, expected: V) -> Verdict {
    if *shown == expected { Ok(()) } else { Err(format!("{shown:?} is shown, and {expected:?} would be right")) }
}

/// The sum of all increments.
pub(crate) fn count_up(updates: &[Issued<GCounter>], shown: &u64) -> Verdict {
    equal(
        shown,
        updates
            .iter()
            .map(|update| match update.op {
                GrowOp::Increment(amount) => u64::from(amount),
            })
            .sum(),
    )
}

/// Increments less decrements.
pub(crate) fn count<T: DataType<Op = CounterOp>>(updates: &[Issued<T>], shown: &i64) -> Verdict {
    equal(shown, updates.iter().map(|update| change(&update.op)).sum())
}

fn change(op: &CounterOp) -> i64 {
    match *op {
        CounterOp::Increment(amount) => i64::from(amount),
        CounterOp::Decrement(amount) => -i64::from(amount),
    }
}

/// Where it started, and increments less decrements; never below the bound, after each update in turn.
pub(crate) fn keep_the_bound(updates: &[Issued<BoundedCounter>], shown: &i64) -> Verdict {
    let mut value = -2 + 6 + 3 + 3;
    for update in updates {
        match update.op {
            BoundedOp::Increment(amount) => value += i64::from(amount),
            BoundedOp::Decrement(amount) => value -= i64::from(amount),
            BoundedOp::Transfer { .. } => {}
        }
        if value < -2 {
            return Err(format!("{} was accepted and makes it {value}", update.update));
        }
    }
    equal(shown, value)
}

fn written<T: DataType<Op = RegisterOp<E>>, E>(update: &Issued<T>) -> &E {
    let RegisterOp::Write(value) = &update.op;
    value
}

/// The value with the largest stamp, which is its update's own and no other's.
pub(crate) fn show_the_last<E: Element, S: Stamping>(
    updates: &[Issued<LwwRegister<E, S>>],
    shown: &Option<E>,
) -> Verdict {
    let stamps: BTreeSet<_> = updates.iter().map(|update| update.after.latest_stamp()).collect();
    if stamps.len() < updates.len() {
        return Err("two updates have one stamp".to_owned());
    }
    let last = updates.iter().max_by_key(|update| update.after.latest_stamp());
    equal(shown, last.map(|update| written(update).clone()))
}

/// The largest value.
pub(crate) fn show_the_largest<E: Element, D: Direction>(
    updates: &[Issued<ExtremeRegister<E, D>>],
    shown: &Option<E>,
) -> Verdict {
    equal(shown, updates.iter().map(written).max().cloned())
}

/// The smallest value.
pub(crate) fn show_the_smallest<E: Element, D: Direction>(
    updates: &[Issued<ExtremeRegister<E, D>>],
    shown: &Option<E>,
) -> Verdict {
    equal(shown, updates.iter().map(written).min().cloned())
}

const STATUS: [&str; 3] = ["offline", "away", "online"];

/// The order of the lattice register.
pub(crate) fn status() -> Lattice {
    Lattice::of_levels([STATUS]).expect("a chain is a lattice")
}

/// The highest status.
pub(crate) fn show_the_highest(updates: &[Issued<LatticeRegister>], shown: &String) -> Verdict {
    let rank = |update| STATUS.iter().position(|status| status == written(update));
    equal(shown, STATUS[updates.iter().filter_map(rank).max().unwrap_or(0)].to_owned())
}

/// The values of the writes that no other write has seen.
pub(crate) fn keep_siblings<E: Element>(updates: &[Issued<MvRegister<E>>], shown: &BTreeSet<E>) -> Verdict {
    let unseen = updates.iter().filter(|write| !updates.iter().any(|other| other.saw(write)));
    equal(shown, unseen.map(|update| written(update).clone()).collect())
}

/// The values of the writes that are in no other write's context, and a context of all writes.
pub(crate) fn keep_what_no_client_read<E: Element>(
    updates: &[Issued<ClientMvRegister<E>>],
    shown: &Read<E>,
) -> Verdict {
    // Every write is one event of its replica.
    let dot = |update: &Issued<ClientMvRegister<E>>| Dot::new(update.identity(), update.update.number);
    let read = |write: &Issued<ClientMvRegister<E>>| {
        updates.iter().any(|other| {
            let ClientOp::Write { context, .. } = &other.op;
            context.covers(dot(write))
        })
    };
    let values = updates.iter().filter(|write| !read(write)).map(|write| {
        let ClientOp::Write { value, .. } = &write.op;
        value.clone()
    });
    equal(shown, Read { values: values.collect(), context: updates.iter().map(dot).collect() })
}

/// All that was added.
pub(crate) fn hold_all<E: Element>(updates: &[Issued<GSet<E>>], shown: &BTreeSet<E>) -> Verdict {
    let added = |update: &Issued<GSet<E>>| {
        let set::GrowOp::Add(element) = &update.op;
        element.clone()
    };
    equal(shown, updates.iter().map(added).collect())
}

/// The elements for which the adds and the removals, in this order, make it so.
fn elements<T: DataType<Op = SetOp<E>>, E: Element>(
    updates: &[Issued<T>],
    holds: impl Fn(&[&Issued<T>], &[&Issued<T>]) -> bool,
) -> BTreeSet<E> {
    let all: BTreeSet<&E> = updates.iter().map(|update| update.op.element()).collect();
    let is_in = |element: &&E| {
        let on = updates.iter().filter(|update| update.op.element() == *element);
        let (adds, removals): (Vec<_>, Vec<_>) = on.partition(|update| matches!(update.op, SetOp::Add(_)));
        holds(&adds, &removals)
    };
    all.into_iter().filter(is_in).cloned().collect()
}

/// What was added and never removed.
pub(crate) fn never_return<E: Element>(updates: &[Issued<TwoPhaseSet<E>>], shown: &BTreeSet<E>) -> Verdict {
    equal(shown, elements(updates, |adds, removals| !adds.is_empty() && removals.is_empty()))
}

/// What was added at a later time than removed, or at the same.
pub(crate) fn obey_the_clock_or_add<E: Element>(updates: &[Issued<LwwSet<E>>], shown: &BTreeSet<E>) -> Verdict {
    let latest = |some: &[&Issued<LwwSet<E>>]| some.iter().map(|update| update.reading).max();
    equal(shown, elements(updates, |adds, removals| !adds.is_empty() && latest(adds) >= latest(removals)))
}

/// What was added at a later time than removed.
pub(crate) fn obey_the_clock_or_remove<E: Element>(updates: &[Issued<LwwSet<E>>], shown: &BTreeSet<E>) -> Verdict {
    let latest = |some: &[&Issued<LwwSet<E>>]| some.iter().map(|update| update.reading).max();
    equal(shown, elements(updates, |adds, removals| latest(adds) > latest(removals)))
}

/// What has an add that no removal has seen.
pub(crate) fn let_adds_win<T: DataType<Op = SetOp<E>>, E: Element>(
    updates: &[Issued<T>],
    shown: &BTreeSet<E>,
) -> Verdict {
    let unseen = |adds: &[&Issued<T>], removals: &[&Issued<T>]| {
        adds.iter().any(|add| !removals.iter().any(|removal| removal.saw(add)))
    };
    equal(shown, elements(updates, unseen))
}

/// What has an add, and of which every removal was seen by some add.
pub(crate) fn let_removals_win<E: Element>(updates: &[Issued<RemoveWinsSet<E>>], shown: &BTreeSet<E>) -> Verdict {
    let answered = |adds: &[&Issued<RemoveWinsSet<E>>], removals: &[&Issued<RemoveWinsSet<E>>]| {
        !adds.is_empty() && removals.iter().all(|removal| adds.iter().any(|add| add.saw(removal)))
    };
    equal(shown, elements(updates, answered))
}

fn of<T: DataType<Op = FlagOp>>(updates: &[Issued<T>], op: FlagOp) -> Vec<&Issued<T>> {
    updates.iter().filter(|update| update.op == op).collect()
}

/// Whether some enable was seen by no disable.
pub(crate) fn let_enables_win(updates: &[Issued<EnableWinsFlag>], shown: &bool) -> Verdict {
    let (enables, disables) = (of(updates, FlagOp::Enable), of(updates, FlagOp::Disable));
    equal(shown, enables.iter().any(|enable| !disables.iter().any(|disable| disable.saw(enable))))
}

/// Whether there is an enable, and every disable was seen by some enable.
pub(crate) fn let_disables_win(updates: &[Issued<DisableWinsFlag>], shown: &bool) -> Verdict {
    let (enables, disables) = (of(updates, FlagOp::Enable), of(updates, FlagOp::Disable));
    let answered = |disable: &&Issued<DisableWinsFlag>| enables.iter().any(|enable| enable.saw(disable));
    equal(shown, !enables.is_empty() && disables.iter().all(answered))
}

/// All that was inserted and not deleted, each once; and each operation did to its writer's list what it says.
/// One order that all agree with is what equal views come to here.
#[expect(clippy::ptr_arg, reason = "a reference takes the view as it is")]
pub(crate) fn hold_the_list<T: DataType<Op = ListOp<E>, View = Vec<E>>, E: Element>(
    updates: &[Issued<T>],
    shown: &Vec<E>,
) -> Verdict {
    let mut expected = BTreeSet::new();
    let mut deleted = BTreeSet::new();
    for update in updates {
        let mut after = update.before.clone();
        match &update.op {
            ListOp::Insert(index, value) => {
                after.insert(*index as usize, value.clone());
                if !expected.insert(value.clone()) {
                    // Equal values cannot be told apart in a view.
                    return Ok(());
                }
            }
            ListOp::Delete(index) => _ = deleted.insert(after.remove(*index as usize)),
        }
        if update.after.view() != after {
            return Err(format!("{}: {:?} made {:?} of {:?}", update.update, update.op, update.after, update.before));
        }
    }
    let mut content = shown.clone();
    content.sort();
    equal(&content, expected.difference(&deleted).cloned().collect())
}

/// Of each field the value with the largest stamp.
pub(crate) fn show_the_last_of_each_field<K: Element, E: Element, S: Stamping>(
    updates: &[Issued<Record<K, E, S>>],
    shown: &BTreeMap<K, E>,
) -> Verdict {
    let mut in_order: Vec<_> = updates.iter().collect();
    in_order.sort_by_key(|update| update.after.latest_stamp());
    let fields = in_order.into_iter().map(|update| {
        let RecordOp::Set(field, value) = &update.op;
        (field.clone(), value.clone())
    });
    equal(shown, fields.collect())
}

/// Updates with what they do at one key.
type Live<'a, T, O> = Vec<(&'a Issued<T>, O)>;

/// The updates of each key that no removal of it has seen.
fn live<'a, T: DataType, K: Ord, O>(
    updates: &'a [Issued<T>],
    parts: impl Fn(&'a T::Op) -> (K, Option<O>),
) -> BTreeMap<K, Live<'a, T, O>> {
    let mut live: BTreeMap<K, Live<'_, T, O>> = BTreeMap::new();
    for update in updates {
        if let (key, Some(inner)) = parts(&update.op) {
            let removes = |other: &&'a Issued<T>| matches!(parts(&other.op), (removed, None) if removed == key);
            if !updates.iter().filter(removes).any(|removal| removal.saw(update)) {
                live.entry(key).or_default().push((update, inner));
            }
        }
    }
    live
}

fn map_parts<K: Clone, O>(op: &MapOp<K, O>) -> (K, Option<&O>) {
    match op {
        MapOp::Update(key, inner) => (key.clone(), Some(inner)),
        MapOp::Remove(key) => (key.clone(), None),
    }
}

type MapOfSets<K, E> = ResetMap<K, AddWins<E>>;

/// At each key what the updates come to that no removal of the key has seen, if that is something.
pub(crate) fn forget_what_removals_saw<K: Element + 'static, E: Element + 'static>(
    updates: &[Issued<MapOfSets<K, E>>],
    shown: &BTreeMap<K, BTreeSet<E>>,
) -> Verdict {
    let set = |live: Live<'_, MapOfSets<K, E>, &SetOp<E>>| -> BTreeSet<E> {
        let removed = |add: &Issued<_>, element: &E| {
            live.iter().any(|(update, op)| **op == SetOp::Remove(element.clone()) && update.saw(add))
        };
        let adds = live.iter().filter_map(|(update, op)| match op {
            SetOp::Add(element) => Some((*update, element)),
            SetOp::Remove(_) => None,
        });
        adds.filter(|(add, element)| !removed(add, element)).map(|(_, element)| element.clone()).collect()
    };
    let sets = live(updates, map_parts).into_iter().map(|(key, live)| (key, set(live)));
    equal(shown, sets.filter(|(_, set)| !set.is_empty()).collect())
}

/// The lines with what was added and taken since the removals that saw it.
pub(crate) fn fill_the_cart(updates: &[Issued<ShoppingCart>], shown: &BTreeMap<String, i64>) -> Verdict {
    let lines = live(updates, |op| match op {
        CartOp::Add(line, more) => (line, Some(i64::from(*more))),
        CartOp::Take(line, fewer) => (line, Some(-i64::from(*fewer))),
        CartOp::Remove(line) => (line, None),
    });
    let sums = lines.into_iter().map(|(line, live)| (line.clone(), live.iter().map(|(_, amount)| amount).sum()));
    equal(shown, sums.filter(|(_, sum)| *sum != 0).collect())
}

/// All that was ever counted at the keys of which some update was seen by no removal.
pub(crate) fn keep_what_was_counted<K: Element>(
    updates: &[Issued<UpdateWinsMap<K, PnCounter>>],
    shown: &BTreeMap<K, i64>,
) -> Verdict {
    let all = |key: &K| {
        let parts = updates.iter().map(|update| map_parts(&update.op)).filter(|(at, _)| at == key);
        parts.filter_map(|(_, inner)| inner).map(change).sum()
    };
    let keys = live(updates, map_parts).into_keys();
    equal(shown, keys.map(|key| (key.clone(), all(&key))).collect())
}

/// Each node under the parent of its last move, in the order of stamps, leaving out what would make a cycle.
pub(crate) fn stand_where_they_were_moved<E: Element>(
    updates: &[Issued<MoveTree<E>>],
    shown: &Vec<Branch<E>>,
) -> Verdict {
    let own = |update: &Issued<MoveTree<E>>| {
        update.after.moves().filter(|one| one.stamp.identity == update.identity()).max_by_key(|one| one.stamp)
    };
    let mut moves: Vec<Move<E>> = updates.iter().filter_map(own).collect();
    moves.sort_by_key(|one| one.stamp);
    let mut places: BTreeMap<E, (Under<E>, i64)> = BTreeMap::new();
    for one in moves {
        let mut above = one.under.clone();
        while let Under::Node(node) = &above {
            if *node == one.node {
                break;
            }
            above = places.get(node).map_or(Under::Bin, |(under, _)| under.clone());
        }
        if !matches!(above, Under::Node(_)) {
            places.insert(one.node, (one.under, one.position));
        }
    }
    let mut branches = Vec::new();
    grow(&places, &Under::Root, 0, &mut branches);
    equal(shown, branches)
}

fn grow<E: Element>(
    places: &BTreeMap<E, (Under<E>, i64)>,
    under: &Under<E>,
    depth: u32,
    branches: &mut Vec<Branch<E>>,
) {
    let children = places.iter().filter(|(_, (parent, _))| parent == under);
    let mut children: Vec<_> = children.map(|(node, (_, position))| (*position, node.clone())).collect();
    children.sort();
    for (position, node) in children {
        branches.push(Branch { depth, position, node: node.clone() });
        grow(places, &Under::Node(node), depth + 1, branches);
    }
}

/// Nothing more than that all show the same. What that is, the tests beside the type hold against its
/// specification.
pub(crate) fn agree<T: DataType>(_: &[Issued<T>], _: &T::View) -> Verdict {
    Ok(())
}
