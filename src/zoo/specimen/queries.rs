//! Queries that are wrong: they take back what they said, and are declared not to.

use std::collections::BTreeSet;

use super::{Sound, Specimen};
use crate::model::query::{Query, query};
use crate::zoo::query::Asking;
use crate::zoo::sync::FullState;
use crate::zoo::{AnySystem, System};

/// All of them.
pub(super) const ALL: &[Specimen] = &[
    Specimen {
        name: "count_that_only_grows",
        mistake: "how many there are is shown as a fact: the answer is right, and not one that others only add to",
        known_from: "Keeping CALM: When Distributed Consistency Is Easy (2020), where counting is what needs to wait",
        harm: "whoever acts on a count has acted on one that is taken back with the next element",
        caught_by: "monotone",
        needs: &[],
        story: "n0 adds a, and shows 1; it adds b, and no longer does",
        system: || declared_to_only_grow(Query::Count),
    },
    Specimen {
        name: "difference_that_only_grows",
        mistake: "what is on the left and not on the right is shown before all that is on the right is known",
        known_from: "Keeping CALM: When Distributed Consistency Is Easy (2020)",
        harm: "an order is shipped that had been cancelled elsewhere",
        caught_by: "monotone",
        needs: &[],
        story: "n0 adds a on the left, and shows it; n1 adds a on the right, of which n0 hears",
        system: || declared_to_only_grow(Query::Difference),
    },
    Specimen {
        name: "there_is_none_that_only_grows",
        mistake: "that there is nothing on the right is concluded from having seen nothing there",
        known_from: "Keeping CALM: When Distributed Consistency Is Easy (2020), and every garbage collector",
        harm: "what somebody else still holds on to is thrown away",
        caught_by: "monotone",
        needs: &[],
        story: "n0 adds a on the left, and shows it; n1 adds b on the right, of which n0 hears",
        system: || declared_to_only_grow(Query::NotExists),
    },
    Specimen {
        name: "first_two_that_only_grow",
        mistake: "the first elements in an order are announced while smaller ones may come",
        known_from: "pages of results that are read while elements are added",
        harm: "whoever has come in first has not, a moment later",
        caught_by: "monotone",
        needs: &[],
        story: "n0 adds b and c on the left, and shows both; n1 adds a, and c is no longer among the first two",
        system: || declared_to_only_grow(Query::FirstTwo),
    },
];

/// Those that say what they are, and those that do only grow.
pub(super) fn sound() -> Vec<Sound> {
    let name = |query| match query {
        Query::Union => "union of facts",
        Query::Filter => "filter of facts",
        Query::Join => "join of facts",
        Query::Count => "count of facts",
        Query::Difference => "difference of facts",
        Query::NotExists => "facts while there are no others",
        Query::FirstTwo => "first facts",
    };
    let system = |query| System::of(FullState::new(Asking::new(query))).into();
    Query::ALL.into_iter().map(|query| -> Sound { (name(query), &[], system(query)) }).collect()
}

fn declared_to_only_grow(asked: Query) -> AnySystem {
    let declared = query(asked).only_growing(BTreeSet::is_subset);
    System::judged_by(declared, FullState::new(Asking::new(asked))).into()
}
