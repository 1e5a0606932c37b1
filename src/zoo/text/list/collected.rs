//! What a list lets go of its tombstones, and what has to stay.
//!
//! An element that nothing is linked to, and that nothing will be linked to, leaves no trace in the order of the
//! others. Its name is kept: whoever still has it is told that it is gone, and it is not taken in again.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Delta, Insertion, List};
use crate::base::{CausalContext, Dot};
use crate::replica::Element;
use crate::zoo::collect::Tombstones;
use crate::zoo::text::rule::{Origins, Rule};
use crate::zoo::text::sequence::Handle;

/// What outlives elements that are gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collected {
    /// The names of all elements that were ever placed, gone or not.
    pub names: CausalContext,
    /// The largest stamp that they bore, where they bear stamps.
    pub clock: u64,
}

impl<E, L> Delta<E, L> {
    /// Tells which elements were let go where this comes from.
    pub(super) fn gone(&self) -> impl Fn(Dot) -> bool + use<E, L> {
        let names = self.collected.as_ref().map(|collected| collected.names.clone());
        let here = names.iter().flat_map(|_| self.inserted.iter().map(|insertion| insertion.dot));
        let here: BTreeSet<Dot> = here.collect();
        move |dot| names.as_ref().is_some_and(|names| names.covers(dot)) && !here.contains(&dot)
    }
}

/// A tombstone goes when no element is linked to it and none will be. The order of the others then stays as
/// it is: it follows from the set of elements, in whatever order they came, and what nothing is linked to
/// may have come last, or not yet.
///
/// Who knows that an element is deleted does not take it for a left neighbour. For a right one he does, so
/// that where links name those, the first tombstone behind what is shown has to stay. Those behind it can
/// go. For let `t` be a tombstone right behind another, `p`, both ready, so that all that is still to come
/// was written by who knew both and showed neither. A link names two that stood side by side where it was
/// written, and its element goes between them. None that is still to come goes between `p` and `t`, as its
/// left neighbour would have to be `p` itself. And none names `t` as its right neighbour, as there, too, what
/// stands before `t` is `p`. Nor does any once `t` is gone: what stands behind a shown element never went.
impl<E: Element, R: Rule> Tombstones for List<E, R> {
    type Grave = Dot;

    fn graves(&self) -> Vec<Dot> {
        let hidden = self.known.handles().filter(|handle| self.known.sequence().is_hidden(*handle));
        hidden.map(|handle| self.known.dot(handle)).collect()
    }

    fn collect(&mut self, ready: &dyn Fn(&Dot) -> bool) {
        let free = self.free(ready);
        if free.contains(&true) {
            self.keep(&free);
        }
    }
}

impl<E: Element, R: Rule> List<E, R> {
    /// Takes note of what another one has let go: what it had placed and lacks now was deleted.
    pub(super) fn let_go(&mut self, names: &CausalContext, clock: u64, gone: impl Fn(Dot) -> bool) {
        for handle in self.known.handles() {
            if gone(self.known.dot(handle)) {
                self.known.hide(handle);
            }
        }
        self.held.retain(|_, held| {
            held.retain(|insertion| !gone(insertion.dot));
            !held.is_empty()
        });
        self.deleted_early.retain(|dot| !gone(*dot));
        let ours = self.collected.get_or_insert_with(|| self.known.dots().iter().copied().collect());
        ours.merge(names);
        self.rule.advance(clock);
    }

    /// Which tombstones can go, by handle: those that are ready and that nothing is linked to, nor will be.
    fn free(&self, ready: &dyn Fn(&Dot) -> bool) -> Vec<bool> {
        let sequence = self.known.sequence();
        let is_ready = |handle: Handle| sequence.is_hidden(handle) && ready(&self.known.dot(handle));
        let ready: Vec<bool> = self.known.handles().map(is_ready).collect();
        let follows_ready = |handle| sequence.before(Some(handle)).is_some_and(|before| ready[before.index()]);
        let may_go = |handle: Handle| ready[handle.index()] && (!R::LINKS_RIGHT || follows_ready(handle));

        let named = |link: &R::Link| {
            let Origins { left, right } = R::origins(link);
            [left, right].into_iter().flatten().filter_map(|dot| self.known.handle(dot))
        };
        let mut references = vec![0u32; ready.len()];
        let placed = self.known.handles().map(|handle| self.known.link(handle));
        let held = self.held.values().flatten().map(|insertion| insertion.link);
        placed.chain(held).for_each(|link| named(&link).for_each(|origin| references[origin.index()] += 1));

        let mut free = vec![false; ready.len()];
        let unlinked = |handle: &Handle| references[handle.index()] == 0 && may_go(*handle);
        let mut next: Vec<Handle> = self.known.handles().filter(unlinked).collect();
        while let Some(handle) = next.pop() {
            free[handle.index()] = true;
            for origin in named(&self.known.link(handle)) {
                references[origin.index()] -= 1;
                if references[origin.index()] == 0 && may_go(origin) {
                    next.push(origin);
                }
            }
        }
        free
    }

    /// Places all but those that are free once more, in the order in which they came.
    fn keep(&mut self, free: &[bool]) {
        let old = std::mem::take(self);
        self.rule.advance(old.rule.clock());
        self.collected = Some(old.collected.unwrap_or_else(|| old.known.dots().iter().copied().collect()));
        (self.held, self.deleted_early) = (old.held, old.deleted_early);
        for (handle, value) in old.known.handles().zip(old.values) {
            if !free[handle.index()] {
                let new = self.place(Insertion { dot: old.known.dot(handle), link: old.known.link(handle), value });
                if old.known.sequence().is_hidden(handle) {
                    self.known.hide(new);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Identity;
    use crate::model::list::ListOp;
    use crate::replica::{DataType, DeltaBased, OpBased, Site, StateBased};
    use crate::zoo::text::fugue::{Fugue, FugueRule};
    use crate::zoo::text::fugue_max::FugueMaxRule;
    use crate::zoo::text::list::Effect;
    use crate::zoo::text::rga::{Rga, RgaRule};
    use crate::zoo::text::yata::YataRule;

    fn text<R: Rule>(list: &List<char, R>) -> String {
        list.view().into_iter().collect()
    }

    /// All elements, the tombstones among them in brackets.
    fn row<R: Rule>(list: &List<char, R>) -> String {
        let element = |deleted, value: &char| if deleted { format!("[{value}]") } else { value.to_string() };
        list.elements().map(|placed| element(placed.deleted, placed.value)).collect()
    }

    fn apply<R: Rule>(list: &mut List<char, R>, op: ListOp<char>) {
        list.apply(&op, Site::of(0)).expect("it fits");
    }

    /// What is left of a word when all tombstones that are free went, after these indices were deleted.
    fn left<R: Rule>(word: &str, forwards: bool, deleted: &[u32]) -> String {
        let mut list = List::<char, R>::new();
        for (index, letter) in (0..).zip(word.chars()) {
            apply(&mut list, ListOp::Insert(if forwards { index } else { 0 }, letter));
        }
        deleted.iter().for_each(|index| apply(&mut list, ListOp::Delete(*index)));
        list.collect(&|_| true);
        row(&list)
    }

    #[test]
    fn a_word_that_was_deleted_goes_up_to_what_may_be_linked_to() {
        let last = [4, 3, 2, 1];
        assert_eq!(left::<RgaRule>("abcde", true, &last), "a");
        let right_origin = "a[b]";
        assert_eq!(left::<YataRule>("abcde", true, &last), right_origin);
        assert_eq!(left::<FugueRule>("abcde", true, &last), right_origin);
        assert_eq!(left::<FugueMaxRule>("abcde", true, &last), right_origin);
    }

    #[test]
    fn what_a_shown_element_is_linked_to_stays() {
        assert_eq!(left::<RgaRule>("abcde", true, &[1, 2]), "a[b]c[d]e");
        assert_eq!(left::<RgaRule>("abcde", true, &[3, 3]), "abc", "e went, and d with it");
        assert_eq!(left::<YataRule>("abcde", true, &[1, 1]), "a[b][c]de");
        assert_eq!(left::<FugueRule>("abcde", false, &[3, 3]), "edc[b][a]", "typed backwards, each links the next");
    }

    #[test]
    fn what_is_gone_stays_gone_and_its_name_is_not_given_again() {
        let mut list = Rga::<char>::new();
        let op = ListOp::Insert(0, 'a');
        let insert = list.prepare(&op, Site::of(0)).expect("it fits");
        list.effect(&insert);
        let before = list.clone();
        let delete = list.prepare(&ListOp::Delete(0), Site::of(1)).expect("it fits");
        list.effect(&delete);
        list.collect(&|_| true);
        for _ in 0..2 {
            assert_eq!((row(&list).as_str(), list.held()), ("", 0));
            list.effect(&insert);
            list.effect(&delete);
            list.merge(&before);
            list.join(&before.whole());
            list = postcard::from_bytes(&postcard::to_allocvec(&list).expect("writes")).expect("reads");
        }
        let Effect::Insert(new) = list.prepare(&op, Site::of(0)).expect("it fits") else { panic!("an insertion") };
        assert_eq!((new.dot, new.link.counter), (Dot::new(Identity(0), 2), 2), "nor is its stamp");
    }

    #[test]
    fn who_has_what_is_gone_elsewhere_learns_that_it_was_deleted() {
        let mut list = Fugue::<char>::new();
        for (index, letter) in (0..).zip("abcd".chars()) {
            apply(&mut list, ListOp::Insert(index, letter));
        }
        let mut states = list.clone();
        let mut deltas = list.clone();
        let mut group = states.whole();
        for _ in 0..2 {
            apply(&mut list, ListOp::Delete(2));
        }
        list.collect(&|_| true);
        assert_eq!(row(&list), "ab[c]");
        states.merge(&list);
        deltas.join(&list.whole());
        assert_eq!((row(&states).as_str(), row(&deltas).as_str()), ("ab[c][d]", "ab[c][d]"));
        Fugue::combine(&mut group, &list.whole());
        let mut anew = Fugue::new();
        anew.join(&group);
        assert_eq!((row(&anew).as_str(), text(&anew).as_str()), ("ab[c]", "ab"), "one of the two had let it go");
    }

    #[test]
    fn what_is_held_keeps_what_it_is_linked_to() {
        let (mut source, mut list) = (Fugue::<char>::new(), Fugue::new());
        let [x, a, _missing, held, first, second] = [
            ListOp::Insert(0, 'x'),
            ListOp::Insert(1, 'a'),
            ListOp::Insert(1, 'b'),
            ListOp::Insert(2, 'c'),
            ListOp::Delete(3),
            ListOp::Delete(0),
        ]
        .map(|op| source.mutate(&op, Site::of(0)).expect("it fits"));
        let mut alone = list.clone();
        for delta in [&x, &a, &held, &first, &second] {
            list.join(delta);
        }
        for delta in [&x, &a, &first, &second] {
            alone.join(delta);
        }
        assert_eq!((row(&list).as_str(), list.held(), row(&alone).as_str()), ("[x][a]", 1, "[x][a]"));
        list.collect(&|_| true);
        alone.collect(&|_| true);
        assert_eq!((row(&list).as_str(), row(&alone).as_str()), ("[x][a]", "[x]"));
    }
}
