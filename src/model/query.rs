//! Queries: what is asked of facts that are only ever added.
//!
//! A fact is an element of one of two sides, written `left a` or `right b`; anything else is no fact. An answer is a
//! set. Some queries only ever say more as facts come in, and their answers can be acted on at once; others take
//! back what they said, and need to know that no fact is missing. After *Keeping CALM: When Distributed Consistency
//! Is Easy* (2020).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::set::GrowOp;
use super::{Specification, Visible};

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Query {
    /// What is on either side.
    Union,
    /// What is on the left, from `c` on.
    Filter,
    /// What is on both sides.
    Join,
    /// How many are on the left.
    Count,
    /// What is on the left and not on the right.
    Difference,
    /// What is on the left, as long as nothing is on the right.
    NotExists,
    /// The first two on the left.
    FirstTwo,
}

impl Query {
    /// All of them.
    pub const ALL: [Query; 7] =
        [Query::Union, Query::Filter, Query::Join, Query::Count, Query::Difference, Query::NotExists, Query::FirstTwo];

    /// Whether it never takes back what it said.
    pub fn only_grows(self) -> bool {
        matches!(self, Query::Union | Query::Filter | Query::Join)
    }

    fn answer(self, left: BTreeSet<&str>, right: BTreeSet<&str>) -> BTreeSet<String> {
        let answer: Vec<&str> = match self {
            Query::Union => left.union(&right).copied().collect(),
            Query::Filter => left.range("c"..).copied().collect(),
            Query::Join => left.intersection(&right).copied().collect(),
            Query::Count => return BTreeSet::from([left.len().to_string()]),
            Query::Difference => left.difference(&right).copied().collect(),
            Query::NotExists if right.is_empty() => left.into_iter().collect(),
            Query::NotExists => Vec::new(),
            Query::FirstTwo => left.into_iter().take(2).collect(),
        };
        answer.into_iter().map(str::to_owned).collect()
    }
}

/// The answer to a query; declared to only grow where it does.
pub fn query(query: Query) -> Specification<GrowOp<String>, BTreeSet<String>> {
    let view = move |visible: &Visible<'_, GrowOp<String>>| {
        let facts = || visible.iter().map(|issued| issued.op.element());
        let left = facts().filter_map(|fact| fact.strip_prefix("left ")).collect();
        let right = facts().filter_map(|fact| fact.strip_prefix("right ")).collect();
        query.answer(left, right)
    };
    let specification = Specification::new("query", view).anywhere();
    if query.only_grows() { specification.only_growing(BTreeSet::is_subset) } else { specification }
}

#[cfg(test)]
mod tests {
    use super::super::testing::shown;
    use super::*;

    /// The answer to facts, each a side and an element.
    fn answer(asked: Query, facts: &str) -> String {
        let add = |fact: &str| {
            let (side, element) = fact.split_at(1);
            GrowOp::Add(format!("{} {element}", if side == "l" { "left" } else { "right" }))
        };
        let told = ["1", "2", "3", "4", "5"].into_iter().zip(facts.split_whitespace());
        let view = shown(&query(asked), told.map(|(name, fact)| (name, add(fact), "")));
        view.into_iter().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn queries_say_what_the_facts_come_to() {
        let all = Query::ALL.map(|asked| answer(asked, "lb la ld rb re"));
        assert_eq!(all, ["a b d e", "d", "b", "3", "a d", "", "a b"]);
        assert_eq!(answer(Query::NotExists, "la lb"), "a b");
        assert_eq!(answer(Query::Count, ""), "0");
    }

    #[test]
    fn only_those_that_take_nothing_back_are_declared_to_only_grow() {
        let (fewer, more) = ("lc la", "lc la lb ra");
        let grows = |asked: Query| {
            let words = |facts| answer(asked, facts).split_whitespace().map(str::to_owned).collect::<BTreeSet<_>>();
            words(fewer).is_subset(&words(more))
        };
        for asked in Query::ALL {
            assert_eq!((grows(asked), query(asked).keeps().is_some()), (asked.only_grows(), asked.only_grows()));
        }
    }
}
