//! Sets whose operations travel by themselves, and do not say, or do not mind, what they come after.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::base::Refused;
use crate::model::set::{SetOp, add_wins};
use crate::replica::{DataType, Delivery, OpBased, Site, StateBased};
use crate::zoo::System;
use crate::zoo::dots::DotEffect;
use crate::zoo::set::OrSet;
use crate::zoo::specimen::Specimen;
use crate::zoo::sync::Operations;

/// A right set whose operations travel in a wrong way.
macro_rules! wrapped {
    ($(#[$doc:meta])* $name:ident, $delivery:expr, $effect:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        struct $name(OrSet<String>);

        impl DataType for $name {
            type Op = SetOp<String>;
            type View = BTreeSet<String>;

            fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> SetOp<String> {
                self.0.propose(pick)
            }

            fn view(&self) -> BTreeSet<String> {
                self.0.view()
            }
        }

        impl OpBased for $name {
            type Effect = DotEffect<SetOp<String>>;

            const DELIVERY: Delivery = $delivery;

            fn prepare(&self, op: &SetOp<String>, site: Site) -> Result<Self::Effect, Refused> {
                self.0.prepare(op, site)
            }

            fn effect(&mut self, effect: &Self::Effect) {
                let carry_out: fn(&mut OrSet<String>, &Self::Effect) = $effect;
                carry_out(&mut self.0, effect);
            }
        }
    };
}

pub(super) const REMOVES_UNSEEN: Specimen = Specimen {
    name: "removal_of_unseen_tags",
    mistake: "a removal travels as the element's name, and takes away all tags that it finds where it comes",
    known_from: "removals that are sent as they were asked for, without the tags that their writer saw",
    harm: "an add that nobody has removed is gone where it came before a concurrent removal, and only there",
    caught_by: "sec",
    needs: &[],
    story: "n0 adds, and removes; n1 adds; n2 hears of n1's add before it hears of the removal, n0 after",
    system: || System::judged_by(add_wins(), Operations::new(Unseen::default())).into(),
};

wrapped! {
    /// An OR-Set that does not look at what a removal saw.
    Unseen, OrSet::<String>::DELIVERY, |set, effect| match effect.op {
        SetOp::Add(_) => set.effect(effect),
        SetOp::Remove(_) => drop(set.apply(&effect.op, Site::default())),
    }
}

pub(super) const ANY_ORDER: Specimen = Specimen {
    name: "any_order_declared",
    mistake: "the set asks for no order, and a removal that comes before the add that it saw does nothing",
    known_from: "operations that are called commutative since they are when concurrent",
    harm: "an element stays where the removal overtook its add, and only there",
    caught_by: "sec",
    needs: &[],
    story: "n0 adds and removes; the removal comes to n1 first, and then the add",
    system: || System::judged_by(add_wins(), Operations::new(Unordered::default())).into(),
};

wrapped! {
    /// An OR-Set that does not ask for causal order.
    Unordered, Delivery::AnyOnce, |set, effect| set.effect(effect)
}
