//! Libraries that others wrote keep what their documents promise, in every fair world and in every way that messages
//! may come: some hundreds of seeds here, and as many as `SQUALL_SEEDS` says.

#![cfg(any(
    feature = "automerge",
    feature = "cola",
    feature = "crdts",
    feature = "diamond-types",
    feature = "loro",
    feature = "yrs"
))]

use squall::model::Specification;
use squall::replica::{Contract, Library};

/// The ways in which messages may come by the documents of a library.
fn allowed<L: Library>() -> Vec<Contract> {
    Contract::ALL.into_iter().filter(|delivery| L::is_kept_by(*delivery)).collect()
}

/// Where something is found, hunting a library in these ways.
fn found<L: Library>(specification: &Specification<L::Op, L::View>, ways: &[Contract]) -> Vec<(Contract, String)> {
    squall::run::hush();
    let told = ways.iter().filter_map(|delivery| {
        let test = squall::library::<L>().specification(specification.clone()).delivered(*delivery).seeds(0..200);
        test.run().map(|discovery| (*delivery, discovery.to_string()))
    });
    told.collect()
}

/// Nothing is found in the ways that are allowed, except in these, in which the library of today is wrong: what is
/// found there is told in `reports/libraries.md`.
#[track_caller]
fn holds<L: Library>(specification: &Specification<L::Op, L::View>, except: &[Contract]) {
    let (wrong, right): (Vec<_>, Vec<_>) = allowed::<L>().into_iter().partition(|delivery| except.contains(delivery));
    let told: Vec<String> = found::<L>(specification, &right).into_iter().map(|(_, told)| told).collect();
    assert!(told.is_empty(), "{}", told.join("\n\n"));
    let told: Vec<Contract> = found::<L>(specification, &wrong).into_iter().map(|(delivery, _)| delivery).collect();
    assert_eq!(told, wrong, "what was wrong is not found any more: has it been put right?");
}

/// Claims of what holds, a test for each type; and the ways in which a library of today does not keep its word.
macro_rules! hold {
    ($($name:ident: $type:ty, $specification:expr $(, except [$($except:expr),*])?;)*) => {$(
        #[test]
        fn $name() {
            holds::<$type>(&$specification, &[$($($except),*)?]);
        }
    )*};
}

#[cfg(feature = "automerge")]
mod automerge {
    use squall::model::counter::up_and_down;
    use squall::model::latest::{Beside, latest};
    use squall::model::list::{Promise, list};
    use squall::zoo::adapter::automerge::{Count, Document, Fields, List, Maps, Text};
    use squall::zoo::adapter::nested_maps;

    use super::holds;

    hold! {
        texts_hold: Document<Text>, list(Promise::Strong);
        lists_hold: Document<List>, list(Promise::Strong);
        maps_hold: Document<Fields>, latest(Beside::EitherStands);
        nested_maps_hold: Document<Maps>, nested_maps();
        counters_hold: Document<Count>, up_and_down();
    }
}

#[cfg(feature = "cola")]
mod cola {
    use squall::model::list::{Promise, list};
    use squall::replica::Contract::{AnyOrder, Fifo};
    use squall::zoo::adapter::cola::Buffer;

    use super::holds;

    hold! {
        texts_hold: Buffer, list(Promise::Strong), except [AnyOrder, Fifo];
    }
}

#[cfg(feature = "crdts")]
mod crdts {
    use squall::model::counter::{grow_only as counter, up_and_down};
    use squall::model::list::{Promise, list};
    use squall::model::map::reset_remove;
    use squall::model::register::multi_value;
    use squall::model::set::{add_wins, grow_only};
    use squall::replica::Contract::{Causal, CausalOnce, Fifo, State};
    use squall::zoo::adapter::crdts::{Count, Growing, GrowingSet, List, MapOfSets, Register, Set};

    use super::holds;

    hold! {
        growing_counters_hold: Growing, counter();
        counters_hold: Count, up_and_down();
        growing_sets_hold: GrowingSet, grow_only();
        sets_hold: Set, add_wins();
        registers_hold: Register, multi_value();
        maps_of_sets_hold: MapOfSets, reset_remove(add_wins()), except [State, Fifo, Causal, CausalOnce];
        lists_hold: List, list(Promise::Strong);
    }
}

#[cfg(feature = "diamond-types")]
mod diamond_types {
    use squall::model::list::{Promise, list};
    use squall::zoo::adapter::diamond::Document;

    use super::holds;

    hold! {
        texts_hold: Document, list(Promise::Strong);
    }
}

#[cfg(feature = "loro")]
mod loro {
    use squall::model::Specification;
    use squall::model::counter::up_and_down;
    use squall::model::latest::{Beside, latest};
    use squall::model::list::{Promise, list};
    use squall::zoo::adapter::loro::{Count, Document, Fields, List, Maps, Movable, Text, Tree};
    use squall::zoo::adapter::{moved, nested_maps};

    use super::holds;

    hold! {
        texts_hold: Document<Text>, list(Promise::Strong);
        lists_hold: Document<List>, list(Promise::Strong);
        movable_lists_hold: Document<Movable>, moved();
        maps_hold: Document<Fields>, latest(Beside::EitherStands);
        nested_maps_hold: Document<Maps>, nested_maps();
        counters_hold: Document<Count>, up_and_down();
        trees_hold: Document<Tree>, Specification::unstated("tree");
    }
}

#[cfg(feature = "yrs")]
mod yrs {
    use squall::model::Specification;
    use squall::model::latest::{Beside, latest};
    use squall::model::list::{Promise, list};
    use squall::replica::Contract::{AnyOrder, Fifo};
    use squall::zoo::adapter::nested_maps;
    use squall::zoo::adapter::yrs::{Document, Fields, Maps, Text, Values, Xml};

    use super::holds;

    hold! {
        texts_hold: Document<Text>, list(Promise::Strong), except [AnyOrder];
        arrays_hold: Document<Values>, list(Promise::Strong), except [AnyOrder];
        maps_hold: Document<Fields>, latest(Beside::EitherStands), except [AnyOrder, Fifo];
        nested_maps_hold: Document<Maps>, nested_maps(), except [AnyOrder, Fifo];
        fragments_of_xml_hold: Document<Xml>, Specification::unstated("fragment of XML"), except [AnyOrder];
    }
}
