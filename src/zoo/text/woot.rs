//! WOOT: without operational transformation.
//!
//! An element is put between two that its writer saw next to each other, and says so. Where it comes upon
//! others that were put into the same gap meanwhile, it looks at those of them that are not linked to
//! another one in the gap: they stand sorted by identifier, it finds its place among them, and so has a
//! smaller gap to look into. Deleted elements stay as tombstones. After *Data consistency for P2P
//! collaborative editing* (2006).
//!
//! Promised: one order of all elements ever inserted, whatever the order in which they come, as long as
//! each waits for the two that it was put between. Not promised: that words typed at one place stay whole.
//! The paper leaves the order of identifiers open, and it matters: by site first, what one writer types in
//! one go stays together, forwards or backwards; by count first, two words typed forwards take letters in
//! turn. A word that one writer begins and another goes on with may break either way.

use std::fmt::Debug;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use super::strand::{Atom, Strand, Weave, find};
use crate::base::{Digester, Dot};
use crate::model::Specification;
use crate::model::list::{ListOp, Promise, list};
use crate::replica::{DataType, Delivery, DeltaBased, Element, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;
use crate::zoo::collect::Tombstones;

/// An order of identifiers.
pub trait Rank: Clone + Debug + Default {
    /// Whether the first of two identifiers comes first.
    fn precedes(first: Dot, second: Dot) -> bool;
}

/// By site, then by count.
#[derive(Clone, Copy, Debug, Default)]
pub struct SiteFirst;

impl Rank for SiteFirst {
    fn precedes(first: Dot, second: Dot) -> bool {
        first < second
    }
}

/// By count, then by site.
#[derive(Clone, Copy, Debug, Default)]
pub struct CountFirst;

impl Rank for CountFirst {
    fn precedes(first: Dot, second: Dot) -> bool {
        (first.counter, first.identity) < (second.counter, second.identity)
    }
}

/// The elements that one was put between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// The one before; none at the front.
    pub before: Option<Dot>,
    /// The one after; none at the end.
    pub after: Option<Dot>,
}

/// WOOT's rule, with one order of identifiers.
#[derive(Clone, Copy, Debug, Default)]
pub struct WootRule<R>(PhantomData<R>);

impl<R: Rank> Weave for WootRule<R> {
    type Link = Gap;

    fn origins(link: &Gap) -> [Option<Dot>; 2] {
        [link.before, link.after]
    }

    fn place<E>(row: &[Atom<E, Gap>], new: &Atom<E, Gap>) -> Option<usize> {
        let mut low = match new.link.before {
            Some(before) => find(row, before)? + 1,
            None => 0,
        };
        let mut high = match new.link.after {
            Some(after) => find(row, after)?,
            None => row.len(),
        };
        // Only what is forged is put between two that stand the other way round.
        while low <= high {
            let inside = &row[low..high];
            let linked_inside = |atom: &Atom<E, Gap>| {
                Self::origins(&atom.link).into_iter().flatten().any(|origin| find(inside, origin).is_some())
            };
            let (mut from, mut to, mut narrowed) = (low, high, false);
            for (index, atom) in inside.iter().enumerate().filter(|(_, atom)| !linked_inside(atom)) {
                narrowed = true;
                if R::precedes(atom.dot, new.dot) {
                    from = low + index + 1;
                } else {
                    to = low + index;
                    break;
                }
            }
            if !narrowed {
                return Some(low);
            }
            (low, high) = (from, to);
        }
        None
    }
}

/// A list as WOOT keeps it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent, bound = "E: Element")]
pub struct Woot<E, R: Rank = SiteFirst>(Strand<E, WootRule<R>>);

/// What an operation does everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WootEffect<E> {
    /// An element comes into being.
    Insert(Atom<E, Gap>),
    /// The element of this name becomes a tombstone.
    Delete(Dot),
}

impl<E: Element, R: Rank> Woot<E, R> {
    /// An empty list.
    pub fn new() -> Woot<E, R> {
        Woot(Strand::default())
    }

    /// All elements in their order, tombstones too, and what is held.
    pub fn strand(&self) -> &Strand<E, WootRule<R>> {
        &self.0
    }
}

impl<E, R: Rank> Default for Woot<E, R> {
    fn default() -> Woot<E, R> {
        Woot(Strand::default())
    }
}

impl<E: Clone, R: Rank> Clone for Woot<E, R> {
    fn clone(&self) -> Woot<E, R> {
        Woot(self.0.clone())
    }

    fn clone_from(&mut self, source: &Woot<E, R>) {
        self.0.clone_from(&source.0);
    }
}

impl<E: Element, R: Rank> DataType for Woot<E, R> {
    type Op = ListOp<E>;
    type View = Vec<E>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> ListOp<E> {
        ListOp::propose(self.0.len(), pick, E::nth)
    }

    fn view(&self) -> Vec<E> {
        self.0.shown().map(|atom| atom.value.clone()).collect()
    }

    fn digest(&self, digester: &mut Digester) {
        digester.word(u64::from(self.0.len()));
        self.0.shown().for_each(|atom| atom.value.feed(digester));
    }
}

impl<E: Element + Send + 'static, R: Rank> Specified for Woot<E, R> {
    fn specification(&self) -> Specification<ListOp<E>, Vec<E>> {
        list(Promise::Strong)
    }
}

impl<E: Element, R: Rank> OpBased for Woot<E, R> {
    type Effect = WootEffect<E>;

    /// What comes before its cause is held, too; under causal delivery nothing has to be.
    const DELIVERY: Delivery = Delivery::CausalRepeated;

    fn prepare(&self, op: &ListOp<E>, site: Site) -> Result<WootEffect<E>, Refused> {
        op.fits(self.0.len()).map_err(Refused)?;
        Ok(match op {
            ListOp::Insert(index, value) => {
                let before = index.checked_sub(1).and_then(|before| self.0.at(before));
                let link = Gap { before, after: self.0.at(*index) };
                let dot = self.0.next_dot(site.identity)?;
                WootEffect::Insert(Atom { dot, link, deleted: false, value: value.clone() })
            }
            ListOp::Delete(index) => match self.0.at(*index) {
                Some(dot) => WootEffect::Delete(dot),
                None => unreachable!("index {index} fits a list of {}", self.0.len()),
            },
        })
    }

    fn effect(&mut self, effect: &WootEffect<E>) {
        match effect {
            WootEffect::Insert(atom) => self.0.insert(atom),
            WootEffect::Delete(dot) => self.0.delete(*dot),
        }
    }
}

impl<E: Element, R: Rank> StateBased for Woot<E, R> {
    fn apply(&mut self, op: &ListOp<E>, site: Site) -> Result<(), Refused> {
        let effect = self.prepare(op, site)?;
        self.effect(&effect);
        Ok(())
    }

    fn merge(&mut self, other: &Woot<E, R>) {
        self.0.merge(&other.0);
    }
}

/// A delta is a list that knows a few updates only, and holds what it cannot place.
impl<E: Element, R: Rank> DeltaBased for Woot<E, R> {
    type Delta = Woot<E, R>;

    fn mutate(&mut self, op: &ListOp<E>, site: Site) -> Result<Woot<E, R>, Refused> {
        let effect = self.prepare(op, site)?;
        self.effect(&effect);
        let mut delta = Woot::new();
        delta.effect(&effect);
        Ok(delta)
    }

    fn join(&mut self, delta: &Woot<E, R>) {
        self.merge(delta);
    }

    fn combine(into: &mut Woot<E, R>, other: &Woot<E, R>) {
        into.merge(other);
    }

    fn whole(&self) -> Woot<E, R> {
        self.clone()
    }
}

/// A tombstone goes when no element is linked to it: new ones are linked to elements that are shown.
impl<E: Element, R: Rank> Tombstones for Woot<E, R> {
    type Grave = Dot;

    fn graves(&self) -> Vec<Dot> {
        self.0.tombstones().collect()
    }

    fn collect(&mut self, ready: &dyn Fn(&Dot) -> bool) {
        self.0.collect(|dot| ready(&dot), std::iter::empty());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::list_trials::{Typing, broken, keeps_the_list_specification};
    use super::*;
    use crate::zoo::trials::Update;

    /// The string of the paper, with its two ends.
    #[derive(Clone, Copy, PartialEq, Debug)]
    enum Id {
        Begin,
        At(Dot),
        End,
    }

    #[derive(Clone, Copy)]
    struct Char {
        id: Id,
        previous: Id,
        next: Id,
        value: u32,
    }

    /// `IntegrateIns` as the paper prints it.
    fn integrate<R: Rank>(string: &mut Vec<Char>, new: Char, previous: Id, next: Id) {
        let position = |string: &[Char], id: Id| string.iter().position(|c| c.id == id).expect("it was integrated");
        let (from, to) = (position(string, previous), position(string, next));
        if to == from + 1 {
            string.insert(to, new);
            return;
        }
        let mut l = vec![previous];
        for between in &string[from + 1..to] {
            if position(string, between.previous) <= from && to <= position(string, between.next) {
                l.push(between.id);
            }
        }
        l.push(next);
        let mut i = 1;
        while i < l.len() - 1 && matches!((l[i], new.id), (Id::At(old), Id::At(new)) if R::precedes(old, new)) {
            i += 1;
        }
        integrate::<R>(string, new, l[i - 1], l[i]);
    }

    fn naive<R: Rank>(updates: &[Update<Woot<u32, R>>], known: &BTreeSet<usize>) -> Vec<u32> {
        let end = |id| Char { id, previous: Id::Begin, next: Id::End, value: 0 };
        let mut string = vec![end(Id::Begin), end(Id::End)];
        // Their numbers follow happens-before.
        for update in known {
            if let WootEffect::Insert(atom) = &updates[*update].effect {
                let previous = atom.link.before.map_or(Id::Begin, Id::At);
                let next = atom.link.after.map_or(Id::End, Id::At);
                let new = Char { id: Id::At(atom.dot), previous, next, value: atom.value };
                integrate::<R>(&mut string, new, previous, next);
            }
        }
        string[1..string.len() - 1].iter().map(|c| c.value).collect()
    }

    #[test]
    fn both_orders_of_identifiers_keep_the_list_specification_and_show_what_the_paper_does() {
        keeps_the_list_specification(&Woot::<u32, SiteFirst>::new(), 2500, 28, naive);
        keeps_the_list_specification(&Woot::<u32, CountFirst>::new(), 2500, 28, naive);
    }

    #[test]
    fn by_site_first_only_words_that_change_hands_can_break() {
        let broken = |typing| broken(&Woot::<u32, SiteFirst>::new(), typing, 3000);
        let one_hand = [broken(Typing::Forwards), broken(Typing::Backwards)];
        let two_hands = [broken(Typing::HandedForwards), broken(Typing::HandedBackwards)];
        assert_eq!(one_hand, [0, 0]);
        assert!(two_hands.iter().all(|count| *count > 100), "{two_hands:?}");
    }

    #[test]
    fn by_count_first_only_words_typed_backwards_by_one_hand_stay_whole() {
        let broken = |typing| broken(&Woot::<u32, CountFirst>::new(), typing, 3000);
        assert_eq!(broken(Typing::Backwards), 0);
        let others = [Typing::Forwards, Typing::HandedForwards, Typing::HandedBackwards].map(broken);
        assert!(others.iter().all(|count| *count > 1000), "{others:?}");
    }

    /// Types letters in front of all others, each by the site of this number.
    fn in_front<R: Rank>(text: &mut Woot<char, R>, letters: &[(char, u32)]) {
        for (letter, site) in letters {
            text.apply(&ListOp::Insert(0, *letter), Site::of(*site)).expect("in range");
        }
    }

    #[track_caller]
    fn together<R: Rank>(typed: &[(char, u32)], beside: &[(char, u32)], expected: &str) {
        let [mut left, mut right] = [Woot::<char, R>::new(), Woot::new()];
        in_front(&mut left, typed);
        in_front(&mut right, beside);
        left.merge(&right);
        assert_eq!(left.view().iter().collect::<String>(), expected);
    }

    #[test]
    fn a_word_typed_backwards_breaks_where_the_second_hand_has_a_smaller_identifier_than_the_first() {
        // "two" is begun by site 2, twice, and gone on with by site 0; site 1 types beside it.
        together::<CountFirst>(&[('o', 2), ('w', 2), ('t', 0)], &[('x', 1)], "txwo");
        together::<SiteFirst>(&[('o', 2), ('w', 2), ('t', 0)], &[('x', 1)], "txwo");
        together::<CountFirst>(&[('o', 2), ('w', 2), ('t', 2)], &[('x', 1)], "xtwo");
        together::<SiteFirst>(&[('o', 2), ('w', 2), ('t', 2)], &[('x', 1)], "xtwo");
    }

    #[test]
    fn what_comes_before_its_neighbours_is_held() {
        let mut text = Woot::<char>::new();
        let (mut late, mut effects) = (text.clone(), Vec::new());
        for (index, letter) in "abc".chars().enumerate() {
            let effect = text.prepare(&ListOp::Insert(index as u32, letter), Site::of(0)).expect("in range");
            text.effect(&effect);
            effects.push(effect);
        }
        effects.push(text.prepare(&ListOp::Delete(1), Site::of(1)).expect("in range"));
        text.effect(&effects[3]);
        for (effect, shown, held) in [(3, "", 0), (2, "", 1), (1, "", 2), (0, "ac", 0)] {
            late.effect(&effects[effect]);
            assert_eq!((late.view().iter().collect::<String>().as_str(), late.strand().held()), (shown, held));
        }
    }
}
