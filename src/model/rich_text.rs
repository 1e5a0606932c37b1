//! A list, usually of characters, some of which are marked: bold, as a link, with comments.
//!
//! A mark is put on the elements from one index up to another as the writer sees them. Bold grows when one
//! goes on typing at its end, a link does not, and of two bold or link marks on one element the later one
//! counts; comments do not grow and lie above each other, each under its own name. What becomes of marks
//! that meet what was concurrently typed or deleted is no matter of this model. The law: an index out of
//! range or a mark on nothing is refused, and a refused operation changes nothing.

mod showing;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::list::ListOp;
use crate::base::{Canonical, Digester};

pub use showing::rich_text;

/// A change of a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RichTextOp<E> {
    /// Puts a value in so that it has this index.
    Insert(u32, E),
    /// Takes out what has this index.
    Delete(u32),
    /// Marks the elements from the first index up to, and without, the second.
    Mark(u32, u32, Style),
    /// Takes a kind of mark off the elements from the first index up to, and without, the second.
    Unmark(u32, u32, Kind),
}

/// What an element can be marked with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Style {
    /// Bold.
    Bold,
    /// A link to an address.
    Link(String),
    /// A comment, by its name.
    Comment(String),
}

/// What excludes each other: an element bears one mark of a kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// Bold or not.
    Bold,
    /// A link to somewhere, or none.
    Link,
    /// The comment of this name, or not.
    Comment(String),
}

impl Style {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Style::Bold => Kind::Bold,
            Style::Link(_) => Kind::Link,
            Style::Comment(name) => Kind::Comment(name.clone()),
        }
    }

    /// Whether it is of this kind.
    pub fn is(&self, kind: &Kind) -> bool {
        match (self, kind) {
            (Style::Bold, Kind::Bold) | (Style::Link(_), Kind::Link) => true,
            (Style::Comment(name), Kind::Comment(other)) => name == other,
            _ => false,
        }
    }
}

impl Kind {
    /// Whether what is typed at the end of a mark of this kind bears it too.
    pub fn grows(&self) -> bool {
        matches!(self, Kind::Bold)
    }
}

impl Canonical for Style {
    fn feed(&self, digester: &mut Digester) {
        match self {
            Style::Bold => 0u8.feed(digester),
            Style::Link(address) => (1u8, address).feed(digester),
            Style::Comment(name) => (2u8, name).feed(digester),
        }
    }
}

/// An element and its marks: at most one of each kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Marked<E> {
    /// What it holds.
    pub value: E,
    /// What it is marked with.
    pub styles: BTreeSet<Style>,
}

impl<E: Canonical> Canonical for Marked<E> {
    fn feed(&self, digester: &mut Digester) {
        self.value.feed(digester);
        self.styles.feed(digester);
    }
}

/// How many addresses and how many names of comments histories are drawn from, and how long marks are.
const ADDRESSES: u64 = 2;
const COMMENTS: u64 = 2;
const LONGEST: u64 = 5;

impl<E> RichTextOp<E> {
    /// Whether this fits a text of so many elements; if not, what would.
    ///
    /// ```
    /// use squall::model::rich_text::{Kind, RichTextOp, Style};
    /// assert_eq!(RichTextOp::<char>::Mark(0, 3, Style::Bold).fits(3), Ok(()));
    /// assert_eq!(
    ///     RichTextOp::<char>::Unmark(2, 2, Kind::Link).fits(3),
    ///     Err("2 up to 2 is no part of a text of 3: give a start below the end, and an end up to 3".to_owned()),
    /// );
    /// ```
    pub fn fits(&self, len: u32) -> Result<(), String> {
        match self {
            RichTextOp::Insert(index, _) => ListOp::Insert(*index, ()).fits(len),
            RichTextOp::Delete(index) => ListOp::<()>::Delete(*index).fits(len),
            RichTextOp::Mark(from, to, _) | RichTextOp::Unmark(from, to, _) if from < to && *to <= len => Ok(()),
            RichTextOp::Mark(from, to, _) | RichTextOp::Unmark(from, to, _) => Err(format!(
                "{from} up to {to} is no part of a text of {len}: give a start below the end, and an end up to {len}"
            )),
        }
    }

    /// An operation worth trying on a text of so many elements: about half of them type and delete as in a
    /// [list](ListOp::propose), the others put marks on a few elements and take them off.
    pub fn propose(len: u32, pick: &mut dyn FnMut(u64) -> u64, nth: impl Fn(u64) -> E) -> RichTextOp<E> {
        if len < 2 || pick(2) == 0 {
            return match ListOp::propose(len, pick, nth) {
                ListOp::Insert(index, value) => RichTextOp::Insert(index, value),
                ListOp::Delete(index) => RichTextOp::Delete(index),
            };
        }
        let from = pick(u64::from(len)) as u32;
        let to = from + 1 + pick(LONGEST.min(u64::from(len - from))) as u32;
        let style = match pick(3) {
            0 => Style::Bold,
            1 => Style::Link(format!("link {}", pick(ADDRESSES))),
            _ => Style::Comment(format!("comment {}", pick(COMMENTS))),
        };
        match pick(3) {
            0 => RichTextOp::Unmark(from, to, style.kind()),
            _ => RichTextOp::Mark(from, to, style),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Concern, Dice, Name, Seed};

    #[test]
    fn proposals_fit_and_come_in_all_kinds() {
        let dice = Dice::new(Seed(3));
        let (mut draw, mut kinds) = (0, [0; 7]);
        let mut pick = |bound: u64| {
            draw += 1;
            dice.below(Concern::Client, Name(0), draw, bound)
        };
        for round in 0..3000 {
            let len = round % 9;
            let op = RichTextOp::propose(len, &mut pick, |n| n);
            assert_eq!(op.fits(len), Ok(()), "{op:?}");
            let kind = match &op {
                RichTextOp::Insert(..) => 0,
                RichTextOp::Delete(_) => 1,
                RichTextOp::Mark(_, _, style) => 2 + style.kind().grows() as usize,
                RichTextOp::Unmark(_, _, Kind::Bold) => 4,
                RichTextOp::Unmark(_, _, Kind::Link) => 5,
                RichTextOp::Unmark(_, _, Kind::Comment(_)) => 6,
            };
            kinds[kind] += 1;
        }
        assert!(kinds.iter().all(|count| *count > 50), "{kinds:?}");
    }

    #[test]
    fn a_style_is_of_its_own_kind_only() {
        let styles = [Style::Bold, Style::Link("a".to_owned()), Style::Comment("a".to_owned())];
        for (index, style) in styles.iter().enumerate() {
            for (other, kind) in styles.iter().map(Style::kind).enumerate() {
                assert_eq!(style.is(&kind), index == other, "{style:?} and {kind:?}");
            }
        }
        assert!(!styles[2].is(&Kind::Comment("b".to_owned())));
    }
}
