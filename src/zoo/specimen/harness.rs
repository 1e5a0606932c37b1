//! What the harness itself must notice, whatever the family: code that does not do what it says.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Specimen;
use crate::base::Refused;
use crate::model::set::{SetOp, add_wins};
use crate::replica::{DataType, Site, StateBased};
use crate::zoo::System;
use crate::zoo::set::OrSet;
use crate::zoo::sync::FullState;

/// All of them.
pub(super) const ALL: &[Specimen] = &[Specimen {
    name: "says_yes_and_does_nothing",
    mistake: "an add that there is no room for is accepted and dropped",
    known_from: "bounds that were added later, below code that has already said yes",
    harm: "a user was told that it is done, and it is nowhere",
    caught_by: "spec",
    needs: &[],
    story: "n0 shows two elements, and is asked to add a third",
    system: || System::judged_by(add_wins(), FullState::new(SaysYes(OrSet::new()))).into(),
}];

/// A set that says yes to what it has no room for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
struct SaysYes(OrSet<String>);

/// How many elements it has room for.
const ROOM: usize = 2;

impl DataType for SaysYes {
    type Op = SetOp<String>;
    type View = BTreeSet<String>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> SetOp<String> {
        self.0.propose(pick)
    }

    fn view(&self) -> BTreeSet<String> {
        self.0.view()
    }
}

impl StateBased for SaysYes {
    fn apply(&mut self, op: &SetOp<String>, site: Site) -> Result<(), Refused> {
        match op {
            SetOp::Add(_) if self.view().len() >= ROOM => Ok(()),
            _ => self.0.apply(op, site),
        }
    }

    fn merge(&mut self, other: &SaysYes) {
        self.0.merge(&other.0);
    }
}
