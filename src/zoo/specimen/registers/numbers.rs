//! Registers of numbers that are wrong.

use serde::{Deserialize, Serialize};

use crate::base::Refused;
use crate::model::register::{RegisterOp, largest};
use crate::replica::{DataType, Site, StateBased};
use crate::zoo::System;
use crate::zoo::specimen::Specimen;
use crate::zoo::sync::FullState;

pub(super) const ASSIGNED: Specimen = Specimen {
    name: "max_register_that_assigns",
    mistake: "merging takes the larger number, and writing takes the new one, also where it is smaller",
    known_from: "`set` of a plain variable beside a `merge` that is right",
    harm: "the number goes back for its writer, and forward again with the next message",
    caught_by: "spec",
    needs: &[],
    story: "n0 writes 2, and then 1",
    system: || System::judged_by(largest(), FullState::new(Assigned::default())).into(),
};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Assigned(Option<u64>);

impl DataType for Assigned {
    type Op = RegisterOp<u64>;
    type View = Option<u64>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> RegisterOp<u64> {
        RegisterOp::propose(|nth| nth, pick)
    }

    fn view(&self) -> Option<u64> {
        self.0
    }
}

impl StateBased for Assigned {
    fn apply(&mut self, op: &RegisterOp<u64>, _: Site) -> Result<(), Refused> {
        // Here a right one would take the larger of both, too.
        self.0 = Some(*op.value());
        Ok(())
    }

    fn merge(&mut self, other: &Assigned) {
        self.0 = self.0.max(other.0);
    }
}
