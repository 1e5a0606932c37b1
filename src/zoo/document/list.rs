//! The order of elements in a document's arrays and texts.
//!
//! Elements have identities and are never taken out, so that an insertion finds the one it was made after;
//! whether an element shows is up to its content. Laws: every list with the same elements has them in the same
//! order, and a new element stands right after its origin at the writer. After *Replicated Abstract Data Types:
//! Building Blocks for Collaborative Applications* (2011).

use serde::{Deserialize, Serialize};

use crate::base::Lamport;

/// What an element holds.
pub(super) trait Content {
    /// Whether the element counts when a client names an index.
    fn shows(&self) -> bool;
}

/// A letter of a text, and whether nobody has deleted it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Letter {
    pub(super) letter: char,
    pub(super) shown: bool,
}

impl Content for Letter {
    fn shows(&self) -> bool {
        self.shown
    }
}

/// Elements in order, those that do not show among them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct List<T>(Vec<(Lamport, T)>);

impl<T> Default for List<T> {
    fn default() -> List<T> {
        List(Vec::new())
    }
}

impl<T: Content> List<T> {
    /// Inserts an element after another, or at the front. Where that other is not known, nothing happens.
    pub(super) fn insert(&mut self, id: Lamport, after: Option<Lamport>, content: T) -> bool {
        let mut place = match after {
            None => 0,
            Some(origin) => match self.place(origin) {
                Some(place) => place + 1,
                None => return false,
            },
        };
        // Later insertions at the same spot come first; whatever hangs below them was stamped later still.
        while self.0.get(place).is_some_and(|(other, _)| *other > id) {
            place += 1;
        }
        self.0.insert(place, (id, content));
        true
    }

    /// Where an element stands. Edits are mostly near the end.
    fn place(&self, id: Lamport) -> Option<usize> {
        self.0.iter().rposition(|(other, _)| *other == id)
    }

    /// An element's content, shown or not.
    pub(super) fn get_mut(&mut self, id: Lamport) -> Option<&mut T> {
        self.place(id).map(|place| &mut self.0[place].1)
    }

    /// The elements that show.
    pub(super) fn shown(&self) -> impl Iterator<Item = (Lamport, &T)> {
        self.0.iter().filter(|(_, content)| content.shows()).map(|(id, content)| (*id, content))
    }

    /// All contents, to change them.
    pub(super) fn contents_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().map(|(_, content)| content)
    }

    /// The element at an index, or how many there are.
    pub(super) fn at(&self, index: u32) -> Result<(Lamport, &T), usize> {
        self.shown().nth(index as usize).ok_or_else(|| self.shown().count())
    }

    /// The element after which an insertion at an index goes (none at the front), or how many there are.
    pub(super) fn before(&self, index: u32) -> Result<Option<Lamport>, usize> {
        match index.checked_sub(1) {
            None => Ok(None),
            Some(left) => self.at(left).map(|(id, _)| Some(id)),
        }
    }

    /// Whether nothing was ever inserted.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl List<Letter> {
    /// The letters that show.
    pub(super) fn text(&self) -> String {
        self.shown().map(|(_, letter)| letter.letter).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Identity;

    /// A letter, its stamp as counter and identity, and that of its origin, or zeros.
    type Typed = (char, (u64, u32), (u64, u32));

    /// What is read after these letters came in this order.
    fn text(insertions: &[Typed]) -> String {
        let id = |(counter, identity)| Lamport { counter, identity: Identity(identity) };
        let mut list = List::default();
        for (letter, own, origin) in insertions {
            let origin = (origin.0 > 0).then(|| id(*origin));
            list.insert(id(*own), origin, Letter { letter: *letter, shown: true });
        }
        list.text()
    }

    #[test]
    fn words_typed_at_one_place_do_not_mix_in_any_order_of_arrival() {
        let ab = [('a', (1, 0), (0, 0)), ('b', (2, 0), (1, 0))];
        let xy = [('x', (1, 1), (0, 0)), ('y', (2, 1), (1, 1))];
        assert_eq!(text(&[ab, xy].concat()), "xyab");
        assert_eq!(text(&[xy, ab].concat()), "xyab");
        assert_eq!(text(&[ab[0].to_owned(), xy[0], xy[1], ab[1]]), "xyab");
    }

    #[test]
    fn a_later_insertion_at_a_spot_stands_right_there() {
        assert_eq!(text(&[('a', (1, 0), (0, 0)), ('b', (2, 0), (1, 0)), ('c', (3, 1), (1, 0))]), "acb");
    }
}
