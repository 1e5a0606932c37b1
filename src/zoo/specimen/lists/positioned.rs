//! A plain list of elements that are named by where they stand, as in *Logoot* (2009) and *LSEQ* (2013).
//!
//! A name is a row of steps, and names are in the order of a dictionary, so that there is room for a new one between
//! any two, as long as none ends in the lowest digit. A deleted element's name is kept, and its value is not.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::base::{Identity, Refused};
use crate::model::list::ListOp;
use crate::replica::{DataType, Element as _, Site, StateBased};

/// What is right or wrong with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Naming {
    /// Each step says who made it, and the how-many-eth of theirs it is.
    Unique,
    /// Steps are digits only.
    Digits,
    /// Steps say who made them, and not the how-many-eth of theirs they are.
    BySite,
    /// A name may end in the lowest digit.
    LowestLast,
}

/// So many digits there are.
const BASE: i64 = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Step {
    digit: i64,
    site: Identity,
    count: u64,
}

/// A list whose elements stand in the order of their names.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Positioned {
    naming: Naming,
    elements: BTreeMap<Vec<Step>, char>,
    deleted: BTreeSet<Vec<Step>>,
    /// How many elements were inserted here.
    count: u64,
}

impl Positioned {
    pub(super) fn new(naming: Naming) -> Positioned {
        Positioned { naming, elements: BTreeMap::new(), deleted: BTreeSet::new(), count: 0 }
    }

    /// A name between those of the neighbours.
    fn between(&self, left: &[Step], mut right: Option<&[Step]>, site: Identity) -> Vec<Step> {
        let step = |digit| match self.naming {
            Naming::Unique | Naming::LowestLast => Step { digit, site, count: self.count },
            Naming::BySite => Step { digit, site, count: 0 },
            Naming::Digits => Step { digit, site: Identity(0), count: 0 },
        };
        let below = if self.naming == Naming::LowestLast { -1 } else { 0 };
        let mut name = Vec::new();
        loop {
            let low = left.get(name.len());
            let high = right.and_then(|right| right.get(name.len()));
            let digit = low.map_or(below, |low| low.digit) + 1;
            let end = high.map_or(BASE, |high| high.digit);
            match low.or(high.filter(|high| high.digit == 0)) {
                _ if digit < end => {
                    name.push(step(digit));
                    return name;
                }
                Some(next) => {
                    right = right.filter(|_| high.is_some_and(|high| high == next));
                    name.push(*next);
                }
                None => {
                    right = None;
                    name.push(step(0));
                }
            }
        }
    }
}

impl DataType for Positioned {
    type Op = ListOp<char>;
    type View = Vec<char>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> ListOp<char> {
        ListOp::propose(self.elements.len() as u32, pick, char::nth)
    }

    fn view(&self) -> Vec<char> {
        self.elements.values().copied().collect()
    }
}

impl StateBased for Positioned {
    fn apply(&mut self, op: &ListOp<char>, site: Site) -> Result<(), Refused> {
        op.fits(self.elements.len() as u32).map_err(Refused)?;
        let at = |index: u32| self.elements.keys().nth(index as usize);
        match op {
            ListOp::Insert(index, value) => {
                let left = index.checked_sub(1).and_then(at).map_or(&[][..], Vec::as_slice);
                let name = self.between(left, at(*index).map(Vec::as_slice), site.identity);
                self.elements.insert(name, *value);
                self.count += 1;
            }
            ListOp::Delete(index) => {
                let name = at(*index).expect("it fits").clone();
                self.elements.remove(&name);
                self.deleted.insert(name);
            }
        }
        Ok(())
    }

    fn merge(&mut self, other: &Positioned) {
        self.deleted.extend(other.deleted.iter().cloned());
        self.elements.extend(other.elements.iter().map(|(name, value)| (name.clone(), *value)));
        self.elements.retain(|name, _| !self.deleted.contains(name));
    }
}
