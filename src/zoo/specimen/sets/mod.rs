//! Sets and flags that are wrong.
//!
//! Each stands beside its description. Most say only what they show, what adding and removing does, and how
//! two of them merge ([`Small`]); those that are an OR-Set but for its join say only that
//! ([`contexts`]), and those that travel as operations wrap a right set.

use std::collections::BTreeSet;
use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Specimen;
use crate::base::Refused;
use crate::model::Specification;
use crate::model::set::SetOp;
use crate::replica::{DataType, Element, Site, StateBased};
use crate::zoo::sync::FullState;
use crate::zoo::{AnySystem, System};

mod buffers;
mod contexts;
mod flags;
mod graves;
mod memory;
mod operations;
mod plain;
mod tags;
mod words;

/// All of them.
pub(super) const ALL: &[Specimen] = &[
    plain::WITHOUT_TOMBSTONES,
    plain::REVIVED,
    plain::DELETE_WITHOUT_TIME,
    tags::ONE_TAG,
    tags::EMPTIED,
    tags::ONE_TAKEN,
    contexts::MERGED_FIRST,
    contexts::SWALLOWED_GAP,
    contexts::DROPPED_EXCEPTION,
    contexts::ON_BOTH_SIDES,
    contexts::AHEAD_IS_NEWER,
    memory::COUNTER_NOT_SAVED,
    memory::SAVED_AS_SHOWN,
    operations::REMOVES_UNSEEN,
    operations::ANY_ORDER,
    buffers::CLEARED_EARLY,
    graves::COLLECTED_BY_AGE,
    graves::STABLE_WITHOUT_THE_ABSENT,
    graves::KEPT_FOR_EVER,
    words::IGNORES_ABSENT,
    words::PAIRWISE,
    flags::ONE_VECTOR,
    flags::JOINED_BY_OR,
];

/// A set of which only the mistake is worth reading.
trait Small: Clone + Debug + Default + Serialize + DeserializeOwned + 'static {
    /// Whether it refuses to remove what is not in it.
    const REFUSES_THE_ABSENT: bool = false;

    /// What is in it.
    fn shown(&self) -> BTreeSet<String>;
    fn add(&mut self, element: &str, site: Site);
    fn remove(&mut self, element: &str, site: Site);
    fn merge(&mut self, other: &Self);
}

/// All replicas of a small set, which gossip their states.
fn gossiping<S: Small>(specification: Specification<SetOp<String>, BTreeSet<String>>) -> AnySystem {
    System::judged_by(specification, FullState::new(Set(S::default()))).into()
}

/// A small set as a data type.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent, bound = "")]
struct Set<S: Small>(S);

impl<S: Small> DataType for Set<S> {
    type Op = SetOp<String>;
    type View = BTreeSet<String>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> SetOp<String> {
        let shown = self.0.shown();
        SetOp::propose(pick, Element::nth, |element| shown.contains(element))
    }

    fn view(&self) -> BTreeSet<String> {
        self.0.shown()
    }
}

impl<S: Small> StateBased for Set<S> {
    fn apply(&mut self, op: &SetOp<String>, site: Site) -> Result<(), Refused> {
        match op {
            SetOp::Add(element) => self.0.add(element, site),
            SetOp::Remove(element) if S::REFUSES_THE_ABSENT && !self.0.shown().contains(element) => {
                return Err(Refused::because(format!("{element:?} is not in the set")));
            }
            SetOp::Remove(element) => self.0.remove(element, site),
        }
        Ok(())
    }

    fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0);
    }
}
