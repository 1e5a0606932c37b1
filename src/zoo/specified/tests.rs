//! Every data type beside its specification in random histories, and every specification beside a wrong reading.

use std::collections::{BTreeMap, BTreeSet};

use super::trials::{live, live_anywhere, tells_apart};
use crate::base::{Hybrid, Lamport, Wall};
use crate::model::counter::{BoundedOp, CounterOp, GrowOp};
use crate::model::flag::FlagOp;
use crate::model::map::{self, MapOp, RecordOp};
use crate::model::register::{ClientOp, Read, multi_value_for_clients};
use crate::model::set::{self, Bias, SetOp};
use crate::model::{Issued, Visible};
use crate::zoo::counter::{BoundedCounter, GCounter, PnCounter};
use crate::zoo::map::{
    AddWins, Counting, DisableWins, DotCounter, EnableWins, MapOf, MultiValue, Record, RemoveWins, ResetMap,
    UpdateWinsMap,
};
use crate::zoo::register::{
    ClientMvRegister, Lattice, LatticeRegister, LwwRegister, MaxRegister, MinRegister, MvRegister, Stamping,
};
use crate::zoo::set::{
    BoundedContextSet, DisableWinsFlag, EnableWinsFlag, GSet, LwwSet, OrSet, RemoveWinsSet, TaggedOrSet, TwoPhaseSet,
};

const SEEDS: u64 = 200;

/// Holds some types against their specifications; each must have shown so many different things, and refused
/// something or nothing as is said.
macro_rules! agree {
    ($($value:expr => $views:literal $(, $refusing:ident)?;)*) => {
        $(
            let tally = live(&$value, SEEDS, |_, _| ());
            let name = stringify!($value);
            assert!(tally.updates > 2000 && tally.views >= $views, "{name}: {tally:?}");
            assert_eq!(tally.refused > 0, !stringify!($($refusing)?).is_empty(), "{name}: {tally:?}");
        )*
    };
}

/// The delta of an update tells of that one alone.
fn alone<O>(_: &Issued<O>, _: &Issued<O>) -> bool {
    false
}

fn same_writer<O>(told: &Issued<O>, other: &Issued<O>) -> bool {
    told.identity == other.identity && other.nth < told.nth
}

fn alarm() -> LatticeRegister {
    let order: Lattice = "calm < smoke < fire, calm < flood < fire, smoke < alarm < fire".parse().expect("a lattice");
    LatticeRegister::new(order)
}

#[test]
fn counters_agree_with_their_specifications() {
    agree! {
        GCounter::new() => 30;
        PnCounter::new() => 20;
        DotCounter::default() => 20;
        BoundedCounter::new(-2, [3, 2, 4]) => 8, refusing;
    }
}

#[test]
fn registers_agree_with_their_specifications() {
    agree! {
        LwwRegister::<u32, Wall>::new() => 6;
        LwwRegister::<u32, Lamport>::new() => 6;
        LwwRegister::<u32, Hybrid>::new() => 6;
        MvRegister::<u32>::new() => 16;
        ClientMvRegister::<u32>::new() => 100;
        MaxRegister::<u32>::new() => 6;
        MinRegister::<u32>::new() => 6;
        alarm() => 5;
    }
}

#[test]
fn sets_and_flags_agree_with_their_specifications() {
    agree! {
        GSet::<u32>::new() => 16;
        TwoPhaseSet::<u32>::new() => 16, refusing;
        LwwSet::<u32>::new(Bias::Add) => 16;
        LwwSet::<u32>::new(Bias::Remove) => 16;
        TaggedOrSet::<u32>::new() => 16;
        OrSet::<u32>::new() => 16;
        BoundedContextSet::<u32>::new(2) => 16;
        RemoveWinsSet::<u32>::new() => 16;
        EnableWinsFlag::new() => 2;
        DisableWinsFlag::new() => 2;
    }
}

#[test]
fn maps_agree_with_their_specifications() {
    agree! {
        ResetMap::<u32, AddWins<u32>>::default() => 100;
        ResetMap::<u32, RemoveWins<u32>>::default() => 100;
        ResetMap::<u32, EnableWins>::default() => 8;
        ResetMap::<u32, DisableWins>::default() => 8;
        ResetMap::<u32, MultiValue<u32>>::default() => 100;
        ResetMap::<u32, Counting>::default() => 100;
        ResetMap::<u32, MapOf<u32, AddWins<u32>>>::default() => 100;
        ResetMap::<u32, MapOf<u32, MapOf<u32, Counting>>>::default() => 100;
        UpdateWinsMap::<u32, PnCounter>::default() => 100;
        UpdateWinsMap::<u32, OrSet<u32>>::default() => 100;
        UpdateWinsMap::<u32, TwoPhaseSet<u32>>::default() => 100, refusing;
        UpdateWinsMap::<u32, UpdateWinsMap<u32, MvRegister<u32>>>::default() => 100;
        UpdateWinsMap::<u32, ResetMap<u32, Counting>>::default() => 100;
        UpdateWinsMap::<u32, LwwRegister<u32, Wall>>::default() => 50;
        UpdateWinsMap::<u32, Record<u32, u32, Lamport>>::default() => 100;
        Record::<u32, u32, Wall>::default() => 50;
        Record::<u32, u32, Lamport>::default() => 50;
        Record::<u32, u32, Hybrid>::default() => 50;
    }
}

#[test]
fn what_is_judged_anywhere_agrees_also_where_something_seen_is_missing() {
    fn held<S: Stamping>() {
        assert!(live_anywhere(&LwwRegister::<u32, S>::new(), SEEDS, alone).views == 5);
        assert!(live_anywhere(&Record::<u32, u32, S>::default(), SEEDS, alone).views > 50);
    }
    held::<Wall>();
    held::<Lamport>();
    held::<Hybrid>();
    assert!(live_anywhere(&MaxRegister::<u32>::new(), SEEDS, alone).views == 5);
    assert!(live_anywhere(&MinRegister::<u32>::new(), SEEDS, alone).views == 5);
    assert!(live_anywhere(&alarm(), SEEDS, alone).views == 5);
    assert!(live_anywhere(&GSet::<u32>::new(), SEEDS, alone).views == 15);
    assert!(live_anywhere(&TwoPhaseSet::<u32>::new(), SEEDS, alone).refused > 0);
    assert!(live_anywhere(&LwwSet::<u32>::new(Bias::Add), SEEDS, alone).views == 16);
    assert!(live_anywhere(&LwwSet::<u32>::new(Bias::Remove), SEEDS, alone).views == 16);
    assert!(live_anywhere(&DotCounter::default(), SEEDS, alone).views > 10);
    assert!(live_anywhere(&GCounter::new(), SEEDS, same_writer).views > 20);
    let same_side = |told: &Issued<CounterOp>, other: &Issued<CounterOp>| {
        let up = |issued: &Issued<_>| matches!(issued.op, CounterOp::Increment(_));
        same_writer(told, other) && up(told) == up(other)
    };
    assert!(live_anywhere(&PnCounter::new(), SEEDS, same_side).views > 10);
}

/// The last update that passes, in the order in which they happened.
fn last<'a, O>(visible: &Visible<'a, O>, passes: impl Fn(&O) -> bool) -> Option<&'a Issued<O>> {
    visible.iter().filter(|issued| passes(&issued.op)).max_by_key(|issued| issued.at)
}

#[test]
fn wrong_readings_of_counters_are_told_apart() {
    tells_apart(&GCounter::new(), |visible| {
        let of = |issued: &Issued<GrowOp>| {
            let GrowOp::Increment(amount) = issued.op;
            u64::from(amount)
        };
        // One number for all, merged by the larger one.
        let mut sums = BTreeMap::<_, u64>::new();
        visible.iter().for_each(|issued| *sums.entry(issued.identity).or_default() += of(issued));
        sums.into_values().max().unwrap_or(0)
    });
    tells_apart(&PnCounter::new(), |visible| {
        // A difference for each replica, of which the larger one is kept: decrements never show.
        visible.iter().fold(0, |sum, issued| match issued.op {
            CounterOp::Increment(amount) => sum + i64::from(amount),
            CounterOp::Decrement(_) => sum,
        })
    });
    tells_apart(&BoundedCounter::new(0, [9, 9, 9]), |visible| {
        visible.iter().fold(27, |sum, issued| match issued.op {
            BoundedOp::Increment(amount) => sum + i64::from(amount),
            BoundedOp::Decrement(amount) | BoundedOp::Transfer { amount, .. } => sum - i64::from(amount),
        })
    });
}

#[test]
fn wrong_readings_of_registers_are_told_apart() {
    tells_apart(&LwwRegister::<u32, Wall>::new(), |visible| {
        visible.iter().max_by_key(|write| write.reading).map(|write| *write.op.value())
    });
    tells_apart(&LwwRegister::<u32, Lamport>::new(), |visible| {
        visible.iter().max_by_key(|write| (write.reading, write.stamp)).map(|write| *write.op.value())
    });
    tells_apart(&MvRegister::<u32>::new(), |visible| {
        last(visible, |_| true).map(|write| *write.op.value()).into_iter().collect()
    });
    tells_apart(&ClientMvRegister::<u32>::new(), |visible| {
        // The replica's knowledge in place of the client's.
        let writes: Vec<_> = visible.iter().collect();
        let unseen = writes.iter().filter(|write| !writes.iter().any(|other| other.saw(*write)));
        let values = unseen.map(|write| {
            let ClientOp::Write { value, .. } = &write.op;
            *value
        });
        Read { values: values.collect(), ..multi_value_for_clients().view(visible) }
    });
    tells_apart(&MaxRegister::<u32>::new(), |visible| last(visible, |_| true).map(|write| *write.op.value()));
    tells_apart(&MinRegister::<u32>::new(), |visible| visible.iter().map(|write| *write.op.value()).max());
    tells_apart(&alarm(), |visible| {
        visible.iter().map(|write| write.op.value().clone()).max().unwrap_or_else(|| "calm".to_owned())
    });
}

/// The elements whose updates pass.
fn passing(
    visible: &Visible<'_, SetOp<u32>>,
    passes: impl Fn(&[&Issued<SetOp<u32>>], &[&Issued<SetOp<u32>>]) -> bool,
) -> BTreeSet<u32> {
    let on_each = visible.by(|op| Some(*op.element())).into_iter();
    let shown = on_each.filter(|(_, all)| {
        let (adds, removals): (Vec<_>, Vec<_>) = all.iter().copied().partition(|one| matches!(one.op, SetOp::Add(_)));
        passes(&adds, &removals)
    });
    shown.map(|(element, _)| element).collect()
}

#[test]
fn wrong_readings_of_sets_and_flags_are_told_apart() {
    tells_apart(&GSet::<u32>::new(), |visible| {
        last(visible, |_| true).map(|add| *add.op.element()).into_iter().collect()
    });
    tells_apart(&TwoPhaseSet::<u32>::new(), |visible| set::add_wins().view(visible));
    tells_apart(&LwwSet::<u32>::new(Bias::Add), |visible| set::last_word(Bias::Remove).view(visible));
    tells_apart(&LwwSet::<u32>::new(Bias::Remove), |visible| set::last_word(Bias::Add).view(visible));
    // The pairwise reading: one add that has seen all removals.
    tells_apart(&RemoveWinsSet::<u32>::new(), |visible| {
        passing(visible, |adds, removals| adds.iter().any(|add| removals.iter().all(|removal| add.saw(removal))))
    });
    // Removals of what is absent do nothing.
    tells_apart(&RemoveWinsSet::<u32>::new(), |visible| {
        passing(visible, |adds, removals| {
            let counts = |removal: &&&Issued<_>| adds.iter().any(|add| removal.saw(add));
            let answered = |removal: &&Issued<_>| adds.iter().any(|add| add.saw(removal));
            !adds.is_empty() && removals.iter().filter(counts).all(answered)
        })
    });
    // A removal takes adds that it has not seen.
    tells_apart(&TaggedOrSet::<u32>::new(), |visible| set::remove_wins().view(visible));
    tells_apart(&BoundedContextSet::<u32>::new(2), |visible| passing(visible, |adds, _| !adds.is_empty()));
    let latest = |visible: &Visible<'_, FlagOp>| last(visible, |_| true).is_some_and(|one| one.op == FlagOp::Enable);
    tells_apart(&EnableWinsFlag::new(), latest);
    tells_apart(&DisableWinsFlag::new(), latest);
    tells_apart(&EnableWinsFlag::new(), |visible| crate::model::flag::disable_wins().view(visible));
}

#[test]
fn wrong_readings_of_maps_are_told_apart() {
    use crate::model::counter::up_and_down;
    tells_apart(&ResetMap::<u32, Counting>::default(), |visible| map::update_wins(up_and_down()).view(visible));
    tells_apart(&UpdateWinsMap::<u32, PnCounter>::default(), |visible| map::reset_remove(up_and_down()).view(visible));
    // A removal at an outer key that does not reach below.
    tells_apart(&ResetMap::<u32, MapOf<u32, AddWins<u32>>>::default(), |visible| {
        let mut view = map::update_wins(map::reset_remove(set::add_wins())).view(visible);
        view.retain(|_, inner| !inner.is_empty());
        view
    });
    // One register for the whole record.
    tells_apart(&Record::<u32, u32, Lamport>::default(), |visible| {
        let last = visible.iter().max_by_key(|write| write.stamp);
        last.map(|write| {
            let RecordOp::Set(field, value) = write.op;
            (field, value)
        })
        .into_iter()
        .collect()
    });
    // A removed key that no later update brings back.
    tells_apart(&UpdateWinsMap::<u32, OrSet<u32>>::default(), |visible| {
        let mut view = map::update_wins(set::add_wins()).view(visible);
        let removed: BTreeSet<u32> =
            visible.iter().filter(|one| matches!(one.op, MapOp::Remove(_))).map(|one| *one.op.key()).collect();
        view.retain(|key, _| !removed.contains(key));
        view
    });
}
