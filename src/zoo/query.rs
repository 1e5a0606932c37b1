//! Queries over a set of facts that only grows: what a client sees is the answer.
//!
//! What the query says again with every fact more can be shown at once (*Keeping CALM: When Distributed Consistency
//! Is Easy*, 2020); any other answer is right for the facts that are known, and can be taken back with the next.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Specified;
use super::set::GSet;
use crate::base::Refused;
use crate::model::Specification;
use crate::model::query::{Query, query};
use crate::model::set::GrowOp;
use crate::replica::{DataType, Element, Site, StateBased};

/// Facts, and what is asked of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asking {
    query: Query,
    facts: GSet<String>,
}

/// From how many elements facts are drawn.
const ELEMENTS: u64 = 6;

impl Asking {
    /// No facts yet, and this query.
    pub const fn new(query: Query) -> Asking {
        Asking { query, facts: GSet::new() }
    }

    fn is(&self, side: &str, element: &str) -> bool {
        self.facts.contains(&format!("{side} {element}"))
    }

    /// The elements of a side, sorted.
    fn side(&self, side: &str) -> impl Iterator<Item = &str> {
        self.facts.iter().filter_map(move |fact| fact.strip_prefix(side)?.strip_prefix(' '))
    }
}

impl DataType for Asking {
    type Op = GrowOp<String>;
    type View = BTreeSet<String>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> GrowOp<String> {
        let side = if pick(2) == 0 { "left" } else { "right" };
        GrowOp::Add(format!("{side} {}", String::nth(pick(ELEMENTS))))
    }

    fn view(&self) -> BTreeSet<String> {
        let (left, words) = (self.side("left"), |element: &str| element.to_owned());
        match self.query {
            Query::Union => left.chain(self.side("right")).map(words).collect(),
            Query::Filter => left.filter(|element| *element >= "c").map(words).collect(),
            Query::Join => left.filter(|element| self.is("right", element)).map(words).collect(),
            Query::Count => [left.count().to_string()].into_iter().collect(),
            Query::Difference => left.filter(|element| !self.is("right", element)).map(words).collect(),
            Query::NotExists => left.filter(|_| self.side("right").next().is_none()).map(words).collect(),
            Query::FirstTwo => left.take(2).map(words).collect(),
        }
    }
}

impl Specified for Asking {
    fn specification(&self) -> Specification<GrowOp<String>, BTreeSet<String>> {
        query(self.query)
    }
}

impl StateBased for Asking {
    fn apply(&mut self, op: &GrowOp<String>, site: Site) -> Result<(), Refused> {
        self.facts.apply(op, site)
    }

    fn merge(&mut self, other: &Asking) {
        self.facts.merge(&other.facts);
    }
}
