//! OR-Sets without tombstones, right in all but how two of them are joined.
//!
//! An element lives by its dots, and a context says which dots were ever known: one that is known and not
//! alive was removed. All mistakes here are about what a context may be taken to say.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use super::{Set, Small, gossiping};
use crate::base::{CausalContext, Refused, VersionVector};
use crate::model::set::{SetOp, add_wins};
use crate::replica::{DeltaBased, Site};
use crate::zoo::System;
use crate::zoo::dots::{Causal, DotKeys, DotStore};
use crate::zoo::specimen::{Need, Specimen};
use crate::zoo::sync::{AnyOrder, Gossiped};

type State = Causal<DotKeys<String>>;

/// How two states, or a state and a delta, are joined.
trait Join: Clone + Debug + 'static {
    fn join(ours: &mut State, theirs: &State);
}

/// An OR-Set that is joined like this.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent, bound = "")]
struct Joined<J: Join>(State, PhantomData<J>);

impl<J: Join> Default for Joined<J> {
    fn default() -> Self {
        Joined(State::default(), PhantomData)
    }
}

impl<J: Join> Small for Joined<J> {
    fn shown(&self) -> BTreeSet<String> {
        self.0.store.keys().cloned().collect()
    }

    fn add(&mut self, element: &str, site: Site) {
        let dot = self.0.next(site.identity);
        self.0.store.renew(&element.to_owned(), dot, |_| ());
    }

    fn remove(&mut self, element: &str, _: Site) {
        self.0.store.kill(&element.to_owned(), |_| ());
    }

    fn merge(&mut self, other: &Self) {
        J::join(&mut self.0, &other.0);
    }
}

pub(super) const MERGED_FIRST: Specimen = Specimen {
    name: "context_merged_first",
    mistake: "the contexts are merged before the elements are compared, and not after",
    known_from: "two lines in the wrong order, again and again",
    harm: "whatever is new in a message is taken for something that was removed here, and is lost",
    caught_by: "spec",
    needs: &[],
    story: "n0 adds, and n1 merges",
    system: || gossiping::<Joined<MergedFirst>>(add_wins()),
};

#[derive(Clone, Debug)]
struct MergedFirst;

impl Join for MergedFirst {
    fn join(ours: &mut State, theirs: &State) {
        ours.context.merge(&theirs.context);
        ours.store.join(&ours.context, &theirs.store, &theirs.context);
    }
}

pub(super) const ON_BOTH_SIDES: Specimen = Specimen {
    name: "set_that_keeps_what_both_sides_have",
    mistake: "an element that is on both sides stays with the dots of both, though each side may have removed the other's",
    known_from: "basho/riak_dt, pull request 82: Fix bugs in Map, Set, and OD Flag (2014)",
    harm: "an element stays that everybody has removed",
    caught_by: "spec",
    needs: &[],
    story: "n0 and n1 both add; n2 merges n0; n0 removes, and merges n1; n1 removes; n0 merges n2 and n1",
    system: || gossiping::<Joined<OnBothSides>>(add_wins()),
};

#[derive(Clone, Debug)]
struct OnBothSides;

impl Join for OnBothSides {
    fn join(ours: &mut State, theirs: &State) {
        let mut both = DotKeys::new();
        for (here, there) in [(&*ours, theirs), (theirs, &*ours)] {
            // A right set asks the context about each dot, also where the element is on both sides.
            let kept = here.store.iter().filter(|(key, dot)| there.store.contains(key) || !there.context.covers(*dot));
            kept.for_each(|(key, dot)| both.insert(key, dot));
        }
        ours.store = both;
        ours.context.merge(&theirs.context);
    }
}

pub(super) const AHEAD_IS_NEWER: Specimen = Specimen {
    name: "set_that_takes_the_state_ahead",
    mistake: "where one context covers the other, its state is taken as it is, for the newer one",
    known_from: "basho/riak_dt, pull request 78: orswot doesn't remove deleted entries on merge (2014)",
    harm: "a removal adds no dot, so that a state from before it seems as new, and brings the element back",
    caught_by: "spec",
    needs: &[],
    story: "n0 adds, n1 merges; n0 removes, and merges with n1",
    system: || gossiping::<Joined<AheadIsNewer>>(add_wins()),
};

#[derive(Clone, Debug)]
struct AheadIsNewer;

impl Join for AheadIsNewer {
    fn join(ours: &mut State, theirs: &State) {
        if theirs.context.covers_all(&ours.context) {
            ours.clone_from(theirs);
        } else if !ours.context.covers_all(&theirs.context) {
            ours.join(theirs);
        }
    }
}

pub(super) const SWALLOWED_GAP: Specimen = Specimen {
    name: "context_that_swallows_a_gap",
    mistake: "the context is a plain version vector, so that a dot that comes early stands for all before it",
    known_from: "version vectors in place of contexts, where deltas may overtake one another",
    harm: "an add that was overtaken by a later one is taken for known and removed, and never shows",
    caught_by: "spec",
    needs: &[],
    story: "n0 adds twice; the delta of the second add comes to n1 before that of the first",
    system: || System::judged_by(add_wins(), AnyOrder::new(Set(Joined::<SwallowedGap>::default()))).into(),
};

#[derive(Clone, Debug)]
struct SwallowedGap;

impl Join for SwallowedGap {
    fn join(ours: &mut State, theirs: &State) {
        ours.join(theirs);
        let vector: VersionVector = ours.context.dots().map(|dot| (dot.identity, dot.counter)).collect();
        ours.context = CausalContext::from(vector);
    }
}

pub(super) const DROPPED_EXCEPTION: Specimen = Specimen {
    name: "context_that_drops_exceptions",
    mistake: "the context keeps one dot above a gap, and forgets the others, to stay small",
    known_from: "the wish for a bound, where what would break it must be held back and not dropped",
    harm: "a removed element comes back with a repetition of its add, which is not recognised any more",
    caught_by: "sec",
    needs: &[Need::LateDuplicates, Need::ManyRequests],
    story: "n1 hears of n0's second and third add, of the third one's removal, and of the third add again",
    system: || System::judged_by(add_wins(), AnyOrder::new(Set(Joined::<DroppedException>::default()))).into(),
};

#[derive(Clone, Debug)]
struct DroppedException;

impl Join for DroppedException {
    fn join(ours: &mut State, theirs: &State) {
        ours.join(theirs);
        let mut small = CausalContext::from(ours.context.vector().clone());
        ours.context.exceptions().iter().take(1).for_each(|dot| _ = small.insert(*dot));
        ours.context = small;
    }
}

impl<J: Join> DeltaBased for Set<Joined<J>> {
    type Delta = State;

    fn mutate(&mut self, op: &SetOp<String>, site: Site) -> Result<State, Refused> {
        let Joined(state, _) = &mut self.0;
        let element = op.element();
        let mut delta = State::without(state.store.dots_of(element));
        if let SetOp::Add(_) = op {
            let dot = state.upcoming(site.identity);
            delta.context.insert(dot);
            delta.store.insert(element, dot);
        }
        J::join(state, &delta);
        Ok(delta)
    }

    fn join(&mut self, delta: &State) {
        J::join(&mut self.0.0, delta);
    }

    fn combine(into: &mut State, other: &State) {
        into.join(other);
    }

    fn whole(&self) -> State {
        self.0.0.clone()
    }
}

impl<J: Join> Gossiped for Set<Joined<J>> {}
