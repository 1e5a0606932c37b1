//! What each data type must show, said as plainly as can be: no state, no merging, only the updates, what
//! each of them had seen, and the stamps that were given.

use std::collections::BTreeSet;
use std::fmt::Debug;

use squall::base::Dot;
use squall::model::counter::{BoundedOp, CounterOp, GrowOp};
use squall::model::flag::FlagOp;
use squall::model::list::ListOp;
use squall::model::register::{ClientOp, Read, RegisterOp, Stamped};
use squall::model::set::{self, SetOp};
use squall::replica::{DataType, Element};
use squall::zoo::counter::{BoundedCounter, GCounter, PnCounter};
use squall::zoo::register::{
    ClientMvRegister, Direction, ExtremeRegister, Lattice, LatticeRegister, LwwRegister, MvRegister, Stamping,
};
use squall::zoo::set::{DisableWinsFlag, EnableWinsFlag, GSet, LwwSet, RemoveWinsSet, TwoPhaseSet};
use squall::zoo::text::list::List;
use squall::zoo::text::rule::Rule;

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
pub(crate) fn count(updates: &[Issued<PnCounter>], shown: &i64) -> Verdict {
    let change = |update: &Issued<PnCounter>| match update.op {
        CounterOp::Increment(amount) => i64::from(amount),
        CounterOp::Decrement(amount) => -i64::from(amount),
    };
    equal(shown, updates.iter().map(change).sum())
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
pub(crate) fn hold_the_list<E: Element, R: Rule>(updates: &[Issued<List<E, R>>], shown: &Vec<E>) -> Verdict {
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
