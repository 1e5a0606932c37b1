//! Sets, flags and registers as kinds of values in maps: what their operations do to a dot store.
//!
//! Each does what its namesake does by itself; here it has no context of its own. An operation that brings a dot
//! drops those that it saw of what it is about.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use super::of_dots::OfDots;
use crate::base::{CausalContext, Dot};
use crate::model::flag::{self, FlagOp};
use crate::model::register::{self, RegisterOp};
use crate::model::set::{self, SetOp};
use crate::model::{Growth, Specification};
use crate::replica::Element;
use crate::zoo::dots::{Causal, DotFun, DotMap, DotSet, DotStore};

/// A set in which an add beside a removal wins.
#[derive(Clone, Debug)]
pub struct AddWins<E>(PhantomData<E>);

/// A set in which a removal beside an add wins.
#[derive(Clone, Debug)]
pub struct RemoveWins<E>(PhantomData<E>);

/// A flag that is enabled when some enable was seen by no disable.
#[derive(Clone, Debug)]
pub struct EnableWins;

/// A flag that is enabled when every disable was seen by an enable.
#[derive(Clone, Debug)]
pub struct DisableWins;

/// A register that keeps values written beside one another.
#[derive(Clone, Debug)]
pub struct MultiValue<E>(PhantomData<E>);

/// The dots of a store, and a new one.
fn seen(store: Option<&impl DotStore>, new: Option<Dot>) -> CausalContext {
    store.into_iter().flat_map(|store| store.dots()).chain(new).collect()
}

impl<E: Element + 'static> OfDots for AddWins<E> {
    type Store = DotMap<E, DotSet>;
    type Op = SetOp<E>;
    type View = BTreeSet<E>;

    fn propose(store: &Self::Store, pick: &mut dyn FnMut(u64) -> u64) -> SetOp<E> {
        SetOp::propose(pick, E::nth, |element| store.get(element).is_some())
    }

    fn view(store: &Self::Store) -> BTreeSet<E> {
        store.keys().cloned().collect()
    }

    fn specification() -> Specification<SetOp<E>, BTreeSet<E>> {
        set::add_wins().growing_with(Growth::Identities)
    }

    fn change(store: &Self::Store, op: &SetOp<E>, dot: Dot) -> Causal<Self::Store> {
        let held = store.get(op.element());
        match op {
            SetOp::Add(element) => {
                Causal { store: DotMap::single(element.clone(), DotSet::from(dot)), context: seen(held, Some(dot)) }
            }
            SetOp::Remove(_) => Causal { store: DotMap::new(), context: seen(held, None) },
        }
    }
}

impl<E: Element + 'static> OfDots for RemoveWins<E> {
    /// Whether what a dot stands for is an add.
    type Store = DotMap<E, DotFun<bool>>;
    type Op = SetOp<E>;
    type View = BTreeSet<E>;

    fn propose(store: &Self::Store, pick: &mut dyn FnMut(u64) -> u64) -> SetOp<E> {
        SetOp::propose(pick, E::nth, |element| store.get(element).is_some_and(affirmed))
    }

    fn view(store: &Self::Store) -> BTreeSet<E> {
        store.iter().filter(|(_, words)| affirmed(words)).map(|(element, _)| element.clone()).collect()
    }

    fn specification() -> Specification<SetOp<E>, BTreeSet<E>> {
        // Removals of what is not shown are kept, too.
        set::remove_wins().growing_with(Growth::Updates)
    }

    fn change(store: &Self::Store, op: &SetOp<E>, dot: Dot) -> Causal<Self::Store> {
        let word = DotFun::from((dot, matches!(op, SetOp::Add(_))));
        let context = seen(store.get(op.element()), Some(dot));
        Causal { store: DotMap::single(op.element().clone(), word), context }
    }
}

/// Whether something was said, and nothing against it stands unanswered.
fn affirmed(words: &DotFun<bool>) -> bool {
    !words.is_empty() && words.values().all(|word| *word)
}

impl OfDots for EnableWins {
    type Store = DotSet;
    type Op = FlagOp;
    type View = bool;

    fn propose(store: &DotSet, pick: &mut dyn FnMut(u64) -> u64) -> FlagOp {
        FlagOp::propose(Self::view(store), pick)
    }

    fn view(store: &DotSet) -> bool {
        !store.is_empty()
    }

    fn specification() -> Specification<FlagOp, bool> {
        flag::enable_wins().growing_with(Growth::Identities)
    }

    fn change(store: &DotSet, op: &FlagOp, dot: Dot) -> Causal<DotSet> {
        match op {
            FlagOp::Enable => Causal { store: DotSet::from(dot), context: seen(Some(store), Some(dot)) },
            FlagOp::Disable => Causal { store: DotSet::new(), context: seen(Some(store), None) },
        }
    }
}

impl OfDots for DisableWins {
    /// Whether what a dot stands for is an enable.
    type Store = DotFun<bool>;
    type Op = FlagOp;
    type View = bool;

    fn propose(store: &Self::Store, pick: &mut dyn FnMut(u64) -> u64) -> FlagOp {
        FlagOp::propose(affirmed(store), pick)
    }

    fn view(store: &Self::Store) -> bool {
        affirmed(store)
    }

    fn specification() -> Specification<FlagOp, bool> {
        // At each key of a map a disable is kept that nothing shows.
        flag::disable_wins().growing_with(Growth::Updates)
    }

    fn change(store: &Self::Store, op: &FlagOp, dot: Dot) -> Causal<Self::Store> {
        let word = DotFun::from((dot, *op == FlagOp::Enable));
        Causal { store: word, context: seen(Some(store), Some(dot)) }
    }
}

impl<E: Element + 'static> OfDots for MultiValue<E> {
    type Store = DotFun<E>;
    type Op = RegisterOp<E>;
    type View = BTreeSet<E>;

    fn propose(_: &DotFun<E>, pick: &mut dyn FnMut(u64) -> u64) -> RegisterOp<E> {
        RegisterOp::propose(E::nth, pick)
    }

    fn view(store: &DotFun<E>) -> BTreeSet<E> {
        store.values().cloned().collect()
    }

    fn specification() -> Specification<RegisterOp<E>, BTreeSet<E>> {
        register::multi_value().growing_with(Growth::Identities)
    }

    fn change(store: &DotFun<E>, op: &RegisterOp<E>, dot: Dot) -> Causal<DotFun<E>> {
        let RegisterOp::Write(value) = op;
        Causal { store: DotFun::from((dot, value.clone())), context: seen(Some(store), Some(dot)) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Alone, OfDots};
    use super::*;
    use crate::replica::{Site, StateBased};

    /// How many dots are alive after two replicas' operations on one value, one after the other.
    fn alive<T: OfDots>(ops: [T::Op; 4]) -> usize {
        let mut value = Alone::<T>::default();
        for (op, identity) in ops.iter().zip([0, 1, 0, 1]) {
            value.apply(op, Site::of(identity)).expect("nothing is refused");
        }
        value.causal().store.dots().count()
    }

    #[test]
    fn an_operation_drops_the_dots_it_saw() {
        assert_eq!(alive::<AddWins<char>>([const { SetOp::Add('a') }; 4]), 1);
        assert_eq!(
            alive::<RemoveWins<char>>([SetOp::Add('a'), SetOp::Remove('a'), SetOp::Add('a'), SetOp::Add('a')]),
            1
        );
        assert_eq!(alive::<EnableWins>([FlagOp::Enable; 4]), 1);
        assert_eq!(alive::<DisableWins>([FlagOp::Enable, FlagOp::Disable, FlagOp::Disable, FlagOp::Enable]), 1);
        assert_eq!(alive::<MultiValue<char>>(['a', 'b', 'a', 'c'].map(RegisterOp::Write)), 1);
    }
}
