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

/// Hunts a library in each way in which its documents allow messages to come.
#[track_caller]
fn holds<L: Library>(specification: Specification<L::Op, L::View>) {
    squall::run::hush();
    let mut found = Vec::new();
    for delivery in Contract::ALL.into_iter().filter(|delivery| L::is_kept_by(*delivery)) {
        let test = squall::library::<L>().specification(specification.clone()).delivered(delivery).seeds(0..200);
        found.extend(test.run().map(|discovery| discovery.to_string()));
    }
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

/// Claims of what holds: a test for each type.
macro_rules! hold {
    ($($name:ident: $type:ty, $specification:expr;)*) => {$(
        #[test]
        fn $name() {
            holds::<$type>($specification);
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
    use squall::zoo::adapter::cola::Buffer;

    use super::holds;

    hold! {
        texts_hold: Buffer, list(Promise::Strong);
    }
}

#[cfg(feature = "crdts")]
mod crdts {
    use squall::model::counter::{grow_only as counter, up_and_down};
    use squall::model::list::{Promise, list};
    use squall::model::map::reset_remove;
    use squall::model::register::multi_value;
    use squall::model::set::{add_wins, grow_only};
    use squall::zoo::adapter::crdts::{Count, Growing, GrowingSet, List, MapOfSets, Register, Set};

    use super::holds;

    hold! {
        growing_counters_hold: Growing, counter();
        counters_hold: Count, up_and_down();
        growing_sets_hold: GrowingSet, grow_only();
        sets_hold: Set, add_wins();
        registers_hold: Register, multi_value();
        maps_of_sets_hold: MapOfSets, reset_remove(add_wins());
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
    use squall::zoo::adapter::nested_maps;
    use squall::zoo::adapter::yrs::{Document, Fields, Maps, Text, Values, Xml};

    use super::holds;

    hold! {
        texts_hold: Document<Text>, list(Promise::Strong);
        arrays_hold: Document<Values>, list(Promise::Strong);
        maps_hold: Document<Fields>, latest(Beside::EitherStands);
        nested_maps_hold: Document<Maps>, nested_maps();
        fragments_of_xml_hold: Document<Xml>, Specification::unstated("fragment of XML");
    }
}
