//! Which data type runs on which sync, and why not.
//!
//! The table says what is meaningful, family by family; a data type names its family, and a map or a
//! composite those of its parts. Whether a type has the form that a sync needs (state, deltas, effects, rows)
//! the compiler sees to.

use std::fmt;

use crate::replica::{DataType, Element};
use crate::zoo::collect::{Aged, Stable, Tombstones};
use crate::zoo::composite::{IncidentBoard, ShiftNotes, ShoppingCart, TaskBoard, UserProfile};
use crate::zoo::counter::{BoundedCounter, GCounter, PnCounter};
use crate::zoo::document::{Document, History, Meaning};
use crate::zoo::map::{DotCounter, OfDots, Record, ResetMap, UpdateWinsMap};
use crate::zoo::register::{
    ClientMvRegister, Direction, ExtremeRegister, LatticeRegister, LwwRegister, MvRegister, Stamping,
};
use crate::zoo::set::{
    BoundedContextSet, DisableWinsFlag, EnableWinsFlag, GSet, LwwSet, OrSet, RemoveWinsSet, TaggedOrSet, TwoPhaseSet,
};
use crate::zoo::text::{
    fugue::Fugue, fugue_max::FugueMax, logoot::Logoot, lseq::Lseq, rga::Rga, rich::RichText, woot::Rank, woot::Woot,
    yata::Yata,
};
use crate::zoo::tree::move_tree::MoveTree;

/// A way to keep replicas in step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sync {
    /// [`FullState`](super::FullState).
    FullState,
    /// [`AnyOrder`](super::AnyOrder).
    DeltasInAnyOrder,
    /// [`Intervals`](super::Intervals), plain or not.
    DeltaIntervals,
    /// [`Operations`](super::Operations), in the order that the type asks for.
    Operations,
    /// [`Merkle`](super::Merkle).
    Merkle,
    /// [`Fetch`](super::Fetch).
    Fetch,
}

impl Sync {
    /// All of them.
    pub const ALL: [Sync; 6] =
        [Sync::FullState, Sync::DeltasInAnyOrder, Sync::DeltaIntervals, Sync::Operations, Sync::Merkle, Sync::Fetch];
}

impl fmt::Display for Sync {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Sync::FullState => "full-state gossip",
            Sync::DeltasInAnyOrder => "deltas in any order",
            Sync::DeltaIntervals => "causal delta intervals",
            Sync::Operations => "operation broadcast",
            Sync::Merkle => "Merkle anti-entropy",
            Sync::Fetch => "digest, then fetch",
        })
    }
}

/// What a data type is like, as far as syncs are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// A number for each writer: G-Counter, PN-Counter.
    Slots,
    /// Rights that must be held before they are spent: the bounded counter.
    Rights,
    /// A join of all that was written, key by key: extremes, lattices, last writer wins, sets that only grow.
    Joins,
    /// What was removed is kept by name.
    Tombstones,
    /// Dots and one causal context, for one thing: flags and multi-value registers.
    DotsOfOne,
    /// Dots and one causal context for many keys.
    Dots,
    /// A map to values of one family.
    Map(&'static Family),
    /// A list whose elements are placed by their neighbours.
    Sequence,
    /// A tree or a document as the set of its operations.
    History,
    /// A type that lives on effects alone, and keeps no state that merges.
    Effects,
    /// Operations that are transformed against each other.
    Transformed,
    /// A type of some family that comes in states and deltas alone.
    WithoutEffects(&'static Family),
    /// Several parts, changed together.
    Composite(&'static [Family]),
    /// A type of some family whose tombstones are collected once they are stable.
    Collected(&'static Family),
}

/// Whether a family runs on a sync; if not, why not.
pub fn fits(family: &Family, sync: Sync) -> Result<(), &'static str> {
    use Family::*;
    match (family, sync) {
        (Transformed, _) => Err("operations are transformed against what a server put in order before them"),
        (Composite(_), Sync::Merkle) => Err("an action may touch two parts, and would arrive by halves"),
        (Composite(parts), _) => parts.iter().try_for_each(|part| fits(part, sync)),
        (Collected(_), Sync::Merkle) => Err("what was collected and what never came look alike"),
        (Collected(_), Sync::DeltasInAnyOrder) => Err("what was collected and what never came look alike"),
        (Collected(inner), _) => fits(inner, sync),
        (WithoutEffects(_), Sync::Operations) => Err("it has no effects"),
        (WithoutEffects(inner), _) => fits(inner, sync),
        (Map(_), Sync::DeltaIntervals | Sync::Operations) => Ok(()),
        (Map(_) | Dots, Sync::Merkle) => {
            Err("one causal context stands for all keys, and does not say which of its dots are whose")
        }
        (Map(value), _) => fits(value, sync),
        (Rights, Sync::DeltasInAnyOrder | Sync::Merkle) => Err("a spending may come before its right"),
        (Effects, Sync::FullState | Sync::DeltasInAnyOrder | Sync::DeltaIntervals | Sync::Merkle) => {
            Err("it keeps no state that merges")
        }
        (Sequence, Sync::Merkle) => Err("neighbours are not independent"),
        _ => Ok(()),
    }
}

/// A data type that says what it is called and what it is like.
pub trait Fitting: DataType {
    /// What it is called.
    const NAME: &'static str;
    /// What it is like.
    const FAMILY: Family;

    /// Whether this type runs on a sync.
    fn fits(sync: Sync) -> Result<(), Misfit> {
        fits(&Self::FAMILY, sync).map_err(|reason| Misfit { name: Self::NAME, sync, reason })
    }
}

/// Why a data type does not run on a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The data type.
    pub name: &'static str,
    /// The sync.
    pub sync: Sync,
    /// The reason.
    pub reason: &'static str,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} does not run on {}: {}", self.name, self.sync, self.reason)
    }
}

impl std::error::Error for Misfit {}

macro_rules! families {
    ($([$($parameter:tt)*] $type:ty: $name:literal, $family:expr;)*) => {$(
        impl<$($parameter)*> Fitting for $type {
            const NAME: &'static str = $name;
            const FAMILY: Family = $family;
        }
    )*};
}

families! {
    [] GCounter: "G-Counter", Family::Slots;
    [] PnCounter: "PN-Counter", Family::Slots;
    [] BoundedCounter: "bounded counter", Family::Rights;
    [E: Element, S: Stamping] LwwRegister<E, S>: "LWW register", Family::Joins;
    [E: Element, D: Direction] ExtremeRegister<E, D>: "max or min register", Family::Joins;
    [] LatticeRegister: "lattice register", Family::Joins;
    [E: Element] MvRegister<E>: "MV register", Family::DotsOfOne;
    [E: Element] ClientMvRegister<E>: "MV register with contexts", Family::DotsOfOne;
    [E: Element] GSet<E>: "G-Set", Family::Joins;
    [E: Element] TwoPhaseSet<E>: "2P-Set", Family::Joins;
    [E: Element] LwwSet<E>: "LWW-element-set", Family::Joins;
    [E: Element] TaggedOrSet<E>: "OR-Set with tombstones", Family::Tombstones;
    [E: Element] OrSet<E>: "OR-Set", Family::Dots;
    [E: Element] RemoveWinsSet<E>: "remove-wins set", Family::Dots;
    [E: Element] BoundedContextSet<E>: "add-wins set with a bounded context", Family::WithoutEffects(&Family::Dots);
    [] EnableWinsFlag: "enable-wins flag", Family::DotsOfOne;
    [] DisableWinsFlag: "disable-wins flag", Family::DotsOfOne;
    [] DotCounter: "counter made of dots", Family::DotsOfOne;
    [K: Element + 'static, V: OfDots] ResetMap<K, V>: "map with reset-remove", Family::Map(&Family::Dots);
    [K: Element, V: Fitting + Default] UpdateWinsMap<K, V>: "map with update-wins", Family::Map(&V::FAMILY);
    [K: Element, E: Element, S: Stamping] Record<K, E, S>: "LWW record", Family::Joins;
    [E: Element] Rga<E>: "RGA", Family::Sequence;
    [E: Element, R: Rank] Woot<E, R>: "WOOT", Family::Sequence;
    [E: Element] Logoot<E>: "Logoot", Family::Dots;
    [E: Element] Lseq<E>: "LSEQ", Family::Dots;
    [E: Element] RichText<E>: "rich text", Family::Sequence;
    [E: Element] Yata<E>: "YATA", Family::Sequence;
    [E: Element] Fugue<E>: "Fugue", Family::Sequence;
    [E: Element] FugueMax<E>: "FugueMax", Family::Sequence;
    [E: Element] MoveTree<E>: "tree with moves", Family::History;
    [M: Meaning] History<M>: "document with its history", Family::WithoutEffects(&Family::History);
    [M: Meaning] Document<M>: "document", Family::Effects;
    [] ShoppingCart: "shopping cart", Family::Map(&Family::Dots);
    [] TaskBoard: "task board", Family::Composite(&[Family::Joins, Family::Dots]);
    [] ShiftNotes: "shift notes", Family::Composite(&[Family::Joins, Family::Dots, Family::Sequence]);
    [] IncidentBoard: "incident board", Family::Composite(&[Family::Joins, Family::Dots]);
    [] UserProfile: "user profile", Family::Composite(&[Family::Joins, Family::Dots]);
    [T: Tombstones + Fitting] Stable<T>: "collection by stability", Family::Collected(&T::FAMILY);
    [T: Tombstones + Fitting] Aged<T>: "collection by age", Family::Collected(&T::FAMILY);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The syncs that a family runs on, one letter each.
    fn runs_on(family: Family) -> String {
        let letter = |sync: &Sync| match sync {
            Sync::FullState => 's',
            Sync::DeltasInAnyOrder => 'a',
            Sync::DeltaIntervals => 'i',
            Sync::Operations => 'o',
            Sync::Merkle => 'm',
            Sync::Fetch => 'f',
        };
        Sync::ALL.iter().filter(|sync| fits(&family, **sync).is_ok()).map(letter).collect()
    }

    #[test]
    fn families_run_on_what_is_meaningful_for_them() {
        use Family::*;
        for family in [Slots, Joins, Tombstones, DotsOfOne, History] {
            assert_eq!(runs_on(family), "saiomf", "{family:?}");
        }
        assert_eq!([Rights, Dots, WithoutEffects(&Dots), Sequence].map(runs_on), ["siof", "saiof", "saif", "saiof"]);
        assert_eq!([Map(&Dots), Map(&Sequence)].map(runs_on), ["saiof", "saiof"]);
        assert_eq!(runs_on(Composite(&[Joins, Rights])), "siof", "the strictest of its parts");
        assert_eq!(runs_on(Collected(&Tombstones)), "siof");
        assert_eq!([Effects, Transformed].map(runs_on), ["of", ""]);
    }

    #[test]
    fn a_misfit_says_who_where_and_why() {
        assert_eq!(
            BoundedCounter::fits(Sync::Merkle).map_err(|misfit| misfit.to_string()),
            Err("bounded counter does not run on Merkle anti-entropy: a spending may come before its right".to_owned())
        );
        assert_eq!(OrSet::<char>::fits(Sync::Fetch), Ok(()));
    }
}
