//! A list whose elements are sorted by dense positions: what is common to Logoot and LSEQ.
//!
//! A new element gets a position between those of its neighbours, and from then on nothing but positions
//! is compared: no element depends on another one. So a deleted element need not stay as a tombstone. What
//! is remembered of it is its name, in a causal context, as in *An optimized conflict-free replicated
//! set* (2012): an element that a context covers and that is not beside it was deleted.
//!
//! Promised: one order of all elements ever inserted. Not promised: that words typed at one place stay
//! whole, in whichever direction; nor that positions stay short.

use std::fmt::Debug;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use super::position::{Allocation, Position};
use super::strand::next_dot;
use crate::base::{CausalContext, Digester};
use crate::model::Specification;
use crate::model::list::{ListOp, Promise, list};
use crate::replica::{DataType, Delivery, DeltaBased, Element, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;

/// The elements in order, and the names of all that ever were known.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "E: Element")]
pub struct Positioned<E, A> {
    elements: Vec<(Position, E)>,
    context: CausalContext,
    allocation: PhantomData<A>,
}

/// What an operation does everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PositionedEffect<E> {
    /// An element comes into being at a position.
    Insert(Position, E),
    /// The element at a position goes.
    Delete(Position),
}

impl<E, A> Default for Positioned<E, A> {
    fn default() -> Positioned<E, A> {
        Positioned { elements: Vec::new(), context: CausalContext::new(), allocation: PhantomData }
    }
}

impl<E: Clone, A> Clone for Positioned<E, A> {
    fn clone(&self) -> Positioned<E, A> {
        Positioned { elements: self.elements.clone(), context: self.context.clone(), allocation: PhantomData }
    }

    fn clone_from(&mut self, source: &Positioned<E, A>) {
        self.elements.clone_from(&source.elements);
        self.context.clone_from(&source.context);
    }
}

impl<E: Element, A: Allocation + Debug> Positioned<E, A> {
    /// An empty list.
    pub fn new() -> Positioned<E, A> {
        Positioned::default()
    }

    /// The elements in their order, with their positions.
    pub fn elements(&self) -> &[(Position, E)] {
        &self.elements
    }

    fn len(&self) -> u32 {
        self.elements.len() as u32
    }

    fn find(&self, position: &Position) -> Result<usize, usize> {
        self.elements.binary_search_by(|(other, _)| other.cmp(position))
    }

    fn position(&self, index: Option<u32>) -> Option<&Position> {
        self.elements.get(index? as usize).map(|(position, _)| position)
    }
}

impl<E: Element, A: Allocation + Debug> DataType for Positioned<E, A> {
    type Op = ListOp<E>;
    type View = Vec<E>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> ListOp<E> {
        ListOp::propose(self.len(), pick, E::nth)
    }

    fn view(&self) -> Vec<E> {
        self.elements.iter().map(|(_, value)| value.clone()).collect()
    }

    fn digest(&self, digester: &mut Digester) {
        digester.word(u64::from(self.len()));
        self.elements.iter().for_each(|(_, value)| value.feed(digester));
    }
}

impl<E: Element + Send + 'static, A: Allocation + Debug> Specified for Positioned<E, A> {
    fn specification(&self) -> Specification<ListOp<E>, Vec<E>> {
        list(Promise::Strong)
    }
}

impl<E: Element, A: Allocation + Debug> OpBased for Positioned<E, A> {
    type Effect = PositionedEffect<E>;

    /// What both papers ask for: a deletion after its insertion, and each once.
    const DELIVERY: Delivery = Delivery::CausalOnce;

    fn prepare(&self, op: &ListOp<E>, site: Site) -> Result<PositionedEffect<E>, Refused> {
        op.fits(self.len()).map_err(Refused)?;
        match op {
            ListOp::Insert(index, value) => {
                let (left, right) = (self.position(index.checked_sub(1)), self.position(Some(*index)));
                let dot = next_dot(&self.context, site.identity)?;
                Ok(PositionedEffect::Insert(Position::between::<A>(left, right, dot), value.clone()))
            }
            ListOp::Delete(index) => Ok(PositionedEffect::Delete(self.elements[*index as usize].0.clone())),
        }
    }

    fn effect(&mut self, effect: &PositionedEffect<E>) {
        match effect {
            PositionedEffect::Insert(position, value) => {
                if let (Err(place), Some(dot)) = (self.find(position), position.dot())
                    && self.context.insert(dot)
                {
                    self.elements.insert(place, (position.clone(), value.clone()));
                }
            }
            PositionedEffect::Delete(position) => {
                position.dot().map(|dot| self.context.insert(dot));
                if let Ok(place) = self.find(position) {
                    self.elements.remove(place);
                }
            }
        }
    }
}

impl<E: Element, A: Allocation + Debug> StateBased for Positioned<E, A> {
    fn apply(&mut self, op: &ListOp<E>, site: Site) -> Result<(), Refused> {
        let effect = self.prepare(op, site)?;
        self.effect(&effect);
        Ok(())
    }

    fn merge(&mut self, other: &Positioned<E, A>) {
        let known = |context: &CausalContext, position: &Position| position.dot().is_none_or(|dot| context.covers(dot));
        let mut theirs = other.elements.iter().peekable();
        let mut news: Vec<(Position, E)> = Vec::new();
        self.elements.retain(|(position, _)| {
            while let Some(new) = theirs.next_if(|(theirs, _)| theirs < position) {
                if !known(&self.context, &new.0) {
                    news.push(new.clone());
                }
            }
            // What stands on both sides stays; what the other knows and does not have was deleted.
            theirs.next_if(|(theirs, _)| theirs == position).is_some() || !known(&other.context, position)
        });
        news.extend(theirs.filter(|(position, _)| !known(&self.context, position)).cloned());
        if !news.is_empty() {
            self.elements.append(&mut news);
            // A stable sort of two runs that are sorted already is a merge.
            self.elements.sort_by(|(first, _), (second, _)| first.cmp(second));
        }
        self.context.merge(&other.context);
    }
}

/// A delta is a list that knows a few updates only.
impl<E: Element, A: Allocation + Clone + Debug> DeltaBased for Positioned<E, A> {
    type Delta = Positioned<E, A>;

    fn mutate(&mut self, op: &ListOp<E>, site: Site) -> Result<Positioned<E, A>, Refused> {
        let effect = self.prepare(op, site)?;
        self.effect(&effect);
        let mut delta = Positioned::new();
        delta.effect(&effect);
        Ok(delta)
    }

    fn join(&mut self, delta: &Positioned<E, A>) {
        self.merge(delta);
    }

    fn combine(into: &mut Positioned<E, A>, other: &Positioned<E, A>) {
        into.merge(other);
    }

    fn whole(&self) -> Positioned<E, A> {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::super::list_trials::{Typing, broken, keeps_the_list_specification};
    use super::super::logoot::{Logoot, LogootAllocation};
    use super::super::lseq::{Lseq, LseqAllocation};
    use super::*;
    use crate::base::{Dot, Identity};
    use crate::zoo::trials::Update;

    /// All that was ever inserted, in the order of digits, then sites, then counts, step by step.
    fn by_position<A: Allocation + Clone + Debug>(
        updates: &[Update<Positioned<u32, A>>],
        known: &BTreeSet<usize>,
    ) -> Vec<u32> {
        let mut sorted: BTreeMap<Vec<(u32, Identity, u32)>, u32> = BTreeMap::new();
        for update in known {
            if let PositionedEffect::Insert(position, value) = &updates[*update].effect {
                let steps = position.steps().iter();
                let path: Vec<_> = steps.map(|step| (step.digit, step.dot.identity, step.dot.counter)).collect();
                assert!(path.last().is_some_and(|(digit, ..)| *digit > 0), "{path:?} leaves no room below it");
                assert_eq!(sorted.insert(path, *value), None, "a position was given twice");
            }
        }
        sorted.into_values().collect()
    }

    #[test]
    fn logoot_and_lseq_keep_the_list_specification_and_sort_by_position() {
        keeps_the_list_specification(&Logoot::new(), 2500, 28, by_position);
        keeps_the_list_specification(&Lseq::new(), 2500, 28, by_position);
        keeps_the_list_specification(&Positioned::<u32, Narrow>::new(), 2500, 28, by_position);
    }

    #[test]
    fn words_typed_at_one_place_mix_whichever_way_they_are_typed() {
        for typing in [Typing::Forwards, Typing::Backwards, Typing::HandedForwards, Typing::HandedBackwards] {
            let counts = [broken(&Logoot::new(), typing, 1000), broken(&Lseq::new(), typing, 1000)];
            assert!(counts.iter().all(|count| *count > 100), "{typing:?}: {counts:?}");
        }
    }

    #[test]
    fn a_deletion_leaves_a_name_in_the_context_and_nothing_else() {
        let mut list = Logoot::<char>::new();
        for (index, letter) in "abc".chars().enumerate() {
            list.apply(&ListOp::Insert(index as u32, letter), Site::of(0)).expect("in range");
        }
        let old = list.clone();
        list.apply(&ListOp::Delete(1), Site::of(1)).expect("in range");
        assert_eq!((list.view(), list.elements().len()), (vec!['a', 'c'], 2));
        list.merge(&old);
        assert_eq!(list.view(), ['a', 'c'], "an old state brings nothing back");
        list.apply(&ListOp::Insert(1, 'x'), Site::of(0)).expect("in range");
        let dot = list.elements()[1].0.dot();
        assert_eq!(dot, Some(Dot::new(Identity(0), 4)), "a name is not given again after its element went");
    }

    /// So few digits that neighbours part in all ways there are, up from the left and down from the right.
    #[derive(Clone, Debug)]
    struct Narrow;

    impl Allocation for Narrow {
        const BOUNDARY: u64 = 3;

        fn base(depth: usize) -> u32 {
            2 + depth as u32 % 2
        }

        fn from_right(depth: usize) -> bool {
            depth % 3 == 1
        }
    }

    #[test]
    fn between_any_two_positions_there_is_another_one() {
        fn fill<A: Allocation>(seed: u64) -> usize {
            let mut pick = crate::zoo::trials::draws(seed);
            let mut positions: Vec<Position> = Vec::new();
            for count in 1..=150 {
                let index = match pick(4) {
                    0 => 0,
                    1 => positions.len(),
                    2 => positions.len() / 2,
                    _ => pick(positions.len() as u64 + 1) as usize,
                };
                let dot = Dot::new(Identity(pick(3) as u32), count);
                let left = index.checked_sub(1).map(|left| &positions[left]);
                let new = Position::between::<A>(left, positions.get(index), dot);
                assert!(left.is_none_or(|left| *left < new), "seed {seed}: {left:?} is not before {new:?}");
                assert!(
                    positions.get(index).is_none_or(|right| new < *right),
                    "seed {seed}: {new:?} is not before {:?}",
                    positions[index]
                );
                assert!(new.steps().last().is_some_and(|step| step.digit > 0 && step.dot == dot));
                let within = |(depth, step): (usize, &super::super::position::Step)| step.digit < A::base(depth);
                assert!(new.steps().iter().enumerate().all(within), "seed {seed}: {new:?}");
                positions.insert(index, new);
            }
            positions.iter().map(|position| position.steps().len()).max().unwrap_or(0)
        }
        for seed in 0..200 {
            assert!(fill::<LogootAllocation>(seed) > 2, "seed {seed}: no position became deep");
            assert!(fill::<LseqAllocation>(seed) > 2, "seed {seed}: no position became deep");
            assert!(fill::<Narrow>(seed) > 8, "seed {seed}: no position became deep");
        }
    }

    #[test]
    fn positions_are_pinned() {
        fn digits<A: Allocation + Clone + Debug>(forwards: bool) -> String {
            let mut list = Positioned::<u32, A>::new();
            for index in 0..8 {
                let index = if forwards { index } else { 0 };
                list.apply(&ListOp::Insert(index, 7), Site::of(3)).expect("in range");
            }
            let path = |(position, _): &(Position, u32)| {
                position.steps().iter().map(|step| step.digit.to_string()).collect::<Vec<_>>().join(".")
            };
            list.elements().iter().map(path).collect::<Vec<_>>().join(" ")
        }
        assert_eq!(
            [true, false].map(digits::<LogootAllocation>),
            ["2 6 15 19 29 31 41 42", "0.0.1 0.0.10 0.1 0.5 0.7 0.9 1 2"]
        );
        assert_eq!(
            [true, false].map(digits::<LseqAllocation>),
            ["2 6 15 19 29 31 31.4 31.7", "0.0.110 0.0.118 0.1 0.5 0.7 0.9 1 2"]
        );
        let sides: Vec<u8> = (0..12).map(|depth| u8::from(LseqAllocation::from_right(depth))).collect();
        assert_eq!(sides, [0, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1]);
    }
}
