//! Maps with reset-remove whose removals tell others too little, or too much.
//!
//! The map is right where the removal is made. What is wrong is the delta that goes out: which dots it names
//! as dead.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::base::Refused;
use crate::model::map::{MapOp, reset_remove};
use crate::model::set::{SetOp, add_wins};
use crate::replica::{DataType, DeltaBased, Site, StateBased};
use crate::zoo::dots::Causal;
use crate::zoo::map::{AddWins, ResetMap};
use crate::zoo::specimen::Specimen;
use crate::zoo::sync::{Gossiped, Intervals};
use crate::zoo::{AnySystem, System};

type Right = ResetMap<String, AddWins<String>>;
type Delta = <Right as DeltaBased>::Delta;

/// What a removal tells others.
trait Telling: Clone + Debug + 'static {
    /// The delta that goes out, given the map before the removal.
    fn told(before: &Right) -> Delta;
}

/// A map of sets whose removals tell this.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent, bound = "")]
struct Told<T: Telling>(Right, PhantomData<T>);

fn gossiping<T: Telling>() -> AnySystem {
    let map = Told(Right::default(), PhantomData::<T>);
    System::judged_by(reset_remove(add_wins()), Intervals::new(map)).into()
}

pub(super) const RESET_ONLY_HERE: Specimen = Specimen {
    name: "value_reset_only_here",
    mistake: "a removal resets the value where it is made, and its delta names no dots",
    known_from: "folklore: `map.remove(key)` on the local state, and a message that carries what is left",
    harm: "what was removed stays everywhere else",
    caught_by: "spec",
    needs: &[],
    story: "n0 adds under a key, n1 merges; n0 removes the key, and n1 hears of it",
    system: || gossiping::<Nothing>(),
};

#[derive(Clone, Debug)]
struct Nothing;

impl Telling for Nothing {
    fn told(_: &Right) -> Delta {
        Causal::default()
    }
}

pub(super) const WRONG_LEVEL: Specimen = Specimen {
    name: "context_of_the_wrong_level",
    mistake: "the removal of one key goes out with the context of the whole map",
    known_from: "folklore: nested types that share one context, of which a part must be cut out and is not",
    harm: "removing one key empties all others, wherever the removal is heard of",
    caught_by: "spec",
    needs: &[],
    story: "n0 adds under two keys, n1 merges; n0 removes one key, and n1 hears of it",
    system: || gossiping::<Everything>(),
};

#[derive(Clone, Debug)]
struct Everything;

impl Telling for Everything {
    fn told(before: &Right) -> Delta {
        Causal::without(before.causal().context.dots())
    }
}

impl<T: Telling> DataType for Told<T> {
    type Op = MapOp<String, SetOp<String>>;
    type View = BTreeMap<String, BTreeSet<String>>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Self::Op {
        self.0.propose(pick)
    }

    fn view(&self) -> Self::View {
        self.0.view()
    }
}

impl<T: Telling> StateBased for Told<T> {
    fn apply(&mut self, op: &Self::Op, site: Site) -> Result<(), Refused> {
        self.0.apply(op, site)
    }

    fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0);
    }
}

impl<T: Telling> DeltaBased for Told<T> {
    type Delta = Delta;

    fn mutate(&mut self, op: &Self::Op, site: Site) -> Result<Delta, Refused> {
        let told = matches!(op, MapOp::Remove(_)).then(|| T::told(&self.0));
        let right = self.0.mutate(op, site)?;
        Ok(told.unwrap_or(right))
    }

    fn join(&mut self, delta: &Delta) {
        self.0.join(delta);
    }

    fn combine(into: &mut Delta, other: &Delta) {
        into.join(other);
    }

    fn whole(&self) -> Delta {
        self.0.whole()
    }
}

impl<T: Telling> Gossiped for Told<T> {}
