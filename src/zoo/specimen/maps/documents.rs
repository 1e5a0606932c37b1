//! Documents that are wrong.

use serde::{Deserialize, Serialize};

use crate::base::{Refused, Stamp};
use crate::model::document::{DocumentOp, Object};
use crate::replica::{DataType, Delivery, OpBased, Site};
use crate::zoo::Specified;
use crate::zoo::System;
use crate::zoo::document::{ByPath, Document};
use crate::zoo::specimen::Specimen;
use crate::zoo::sync::Operations;

pub(super) const ANY_ORDER: Specimen = Specimen {
    name: "document_without_order",
    mistake: "the document asks for no order, and a change that comes before what it builds on is passed over",
    known_from: "folklore: changes with a path are taken to say all that there is to say",
    harm: "an element is missing where the change that made it came after one inside it, and only there",
    caught_by: "sec",
    needs: &[],
    story: "n0 makes an array and inserts into it; the insertion comes to n1 first",
    system: || {
        let specification = Document::<ByPath>::default().specification();
        System::judged_by(specification, Operations::new(Unordered::default())).into()
    },
};

/// A right document that does not ask for causal order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Unordered(Document<ByPath>);

impl DataType for Unordered {
    type Op = DocumentOp;
    type View = Object;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> DocumentOp {
        self.0.propose(pick)
    }

    fn view(&self) -> Object {
        self.0.view()
    }

    fn latest_stamp(&self) -> Option<Stamp> {
        self.0.latest_stamp()
    }
}

impl OpBased for Unordered {
    type Effect = <Document<ByPath> as OpBased>::Effect;

    const DELIVERY: Delivery = Delivery::AnyOnce;

    fn prepare(&self, op: &DocumentOp, site: Site) -> Result<Self::Effect, Refused> {
        self.0.prepare(op, site)
    }

    fn effect(&mut self, effect: &Self::Effect) {
        self.0.effect(effect);
    }
}
