//! Rich text: marks that know to which characters they hold on.
//!
//! The characters are a list as RGA keeps it: each is linked to the one before it, and of several linked to
//! one the newest comes first. A mark lies beside them. It holds on to a character at each end, so that
//! what is typed between them meanwhile is marked too, and deleted characters stay as tombstones to be held
//! on to. Bold ends before the next character, and so grows when one types at its end; links and comments
//! end after their last one, and do not. Of the marks of one kind on a character the one with the largest
//! Lamport stamp counts, be it one that takes the kind off; each comment is a kind of its own. After
//! *Peritext: A CRDT for Collaborative Rich Text Editing* (2022).
//!
//! Promised: one order of all characters, and marks that meet what others did as their writers meant it.
//! Not promised: that typing at the edge of a mark whose character there was deleted is marked as it
//! would be otherwise; nor that superseded marks ever go away.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::strand::{Atom, Strand, Weave, find};
use crate::base::{Dot, Lamport, Stamp};
use crate::model::Specification;
use crate::model::rich_text::{Kind, Marked, RichTextOp, Style, rich_text};
use crate::replica::{DataType, Delivery, DeltaBased, Element, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;
use crate::zoo::collect::Tombstones;

/// Which character one was typed behind, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behind {
    /// The counter of its Lamport stamp; the identity is in its name.
    pub counter: u64,
    /// The character before it; none at the front.
    pub left: Option<Dot>,
}

/// RGA's rule: behind the left neighbour, the newest first.
#[derive(Clone, Copy, Debug, Default)]
pub struct NewestFirst;

fn stamp<E>(atom: &Atom<E, Behind>) -> Lamport {
    Lamport { counter: atom.link.counter, identity: atom.dot.identity }
}

impl Weave for NewestFirst {
    type Link = Behind;

    fn origins(link: &Behind) -> [Option<Dot>; 2] {
        [link.left, None]
    }

    fn place<E>(row: &[Atom<E, Behind>], new: &Atom<E, Behind>) -> Option<usize> {
        let first = match new.link.left {
            Some(left) => find(row, left)? + 1,
            None => 0,
        };
        let newer = row[first..].iter().take_while(|atom| stamp(atom) > stamp(new)).count();
        Some(first + newer)
    }
}

/// What an end of a mark holds on to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Anchor {
    /// The place before a character.
    Before(Dot),
    /// The place after a character.
    After(Dot),
    /// The end of the text, wherever that is.
    End,
}

impl Anchor {
    fn dot(self) -> Option<Dot> {
        match self {
            Anchor::Before(dot) | Anchor::After(dot) => Some(dot),
            Anchor::End => None,
        }
    }
}

/// What a mark does to the characters it covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// It gives them this style, instead of any other of its kind.
    Set(Style),
    /// It takes this kind off them.
    Clear(Kind),
}

/// A mark from one anchor to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Its place among all marks.
    pub stamp: Lamport,
    /// What it does.
    pub change: Change,
    /// Where it begins.
    pub start: Anchor,
    /// Where it ends.
    pub end: Anchor,
}

/// A text with marks.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "E: Element", deny_unknown_fields)]
pub struct RichText<E> {
    text: Strand<E, NewestFirst>,
    /// Sorted by stamp.
    marks: Vec<Mark>,
    /// The largest counter known.
    clock: u64,
}

/// What an operation does everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RichTextEffect<E> {
    /// A character comes into being.
    Insert(Atom<E, Behind>),
    /// The character of this name becomes a tombstone.
    Delete(Dot),
    /// A mark is put beside the others.
    Mark(Mark),
}

impl<E> Default for RichText<E> {
    fn default() -> RichText<E> {
        RichText { text: Strand::default(), marks: Vec::new(), clock: 0 }
    }
}

impl<E: Clone> Clone for RichText<E> {
    fn clone(&self) -> RichText<E> {
        RichText { text: self.text.clone(), marks: self.marks.clone(), clock: self.clock }
    }

    fn clone_from(&mut self, source: &RichText<E>) {
        self.text.clone_from(&source.text);
        self.marks.clone_from(&source.marks);
        self.clock = source.clock;
    }
}

impl<E: Element> RichText<E> {
    /// An empty text.
    pub fn new() -> RichText<E> {
        RichText::default()
    }

    /// All characters in their order, tombstones too, and what is held.
    pub fn strand(&self) -> &Strand<E, NewestFirst> {
        &self.text
    }

    /// All marks, sorted by stamp.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    fn next_stamp(&self, site: Site) -> Result<Lamport, Refused> {
        match self.clock.checked_add(1) {
            Some(counter) => Ok(Lamport { counter, identity: site.identity }),
            None => Err(Refused::because(format!("no stamp is left after the counter {}", self.clock))),
        }
    }

    /// The mark that makes this change on a part of what is shown.
    fn mark(&self, from: u32, to: u32, change: Change, site: Site) -> Result<Mark, Refused> {
        let grows = match &change {
            Change::Set(style) => style.kind().grows(),
            Change::Clear(kind) => kind.grows(),
        };
        let at = |index: u32| self.text.at(index);
        let start = at(from).map_or(Anchor::End, Anchor::Before);
        let end = if grows { at(to).map(Anchor::Before) } else { at(to - 1).map(Anchor::After) };
        Ok(Mark { stamp: self.next_stamp(site)?, change, start, end: end.unwrap_or(Anchor::End) })
    }

    fn take_mark(&mut self, mark: &Mark) {
        self.clock = self.clock.max(mark.stamp.counter);
        if let Err(place) = self.marks.binary_search_by_key(&mark.stamp, |mark| mark.stamp) {
            self.marks.insert(place, mark.clone());
        }
    }

    /// The indices in the row from and up to which each mark reaches, in the order of their stamps. Where
    /// an end holds on to what is not there yet, the mark waits.
    fn spans(&self) -> Vec<(usize, usize, &Change)> {
        if self.marks.is_empty() {
            return Vec::new();
        }
        let row = self.text.row();
        let mut places: Vec<(Dot, usize)> = row.iter().map(|atom| atom.dot).zip(0..).collect();
        places.sort_unstable();
        let place = |dot| places.binary_search_by_key(&dot, |(dot, _)| *dot).ok().map(|found| places[found].1);
        let reach = |anchor| match anchor {
            Anchor::Before(dot) => place(dot),
            Anchor::After(dot) => place(dot).map(|place| place + 1),
            Anchor::End => Some(row.len()),
        };
        self.marks.iter().filter_map(|mark| Some((reach(mark.start)?, reach(mark.end)?, &mark.change))).collect()
    }
}

impl<E: Element> DataType for RichText<E> {
    type Op = RichTextOp<E>;
    type View = Vec<Marked<E>>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> RichTextOp<E> {
        RichTextOp::propose(self.text.len(), pick, E::nth)
    }

    fn view(&self) -> Vec<Marked<E>> {
        let spans = self.spans();
        let styles = |index: usize| {
            let mut styles: BTreeSet<Style> = BTreeSet::new();
            for (_, _, change) in spans.iter().filter(|(from, to, _)| (*from..*to).contains(&index)) {
                match change {
                    Change::Clear(kind) => styles.retain(|style| !style.is(kind)),
                    Change::Set(style) => {
                        styles.retain(|other| !other.is(&style.kind()));
                        styles.insert(style.clone());
                    }
                }
            }
            styles
        };
        let shown = self.text.row().iter().enumerate().filter(|(_, atom)| !atom.deleted);
        shown.map(|(index, atom)| Marked { value: atom.value.clone(), styles: styles(index) }).collect()
    }

    /// Characters and marks have stamps; a deletion gets none, and leaves the latest.
    fn latest_stamp(&self) -> Option<Stamp> {
        let marks = self.marks.iter().map(|mark| mark.stamp);
        self.text.row().iter().map(stamp).chain(marks).max().map(Stamp::from)
    }
}

impl<E: Element + 'static> Specified for RichText<E> {
    fn specification(&self) -> Specification<RichTextOp<E>, Vec<Marked<E>>> {
        rich_text()
    }
}

impl<E: Element> OpBased for RichText<E> {
    type Effect = RichTextEffect<E>;

    /// What comes before its cause waits, too; under causal delivery nothing has to.
    const DELIVERY: Delivery = Delivery::CausalRepeated;

    fn prepare(&self, op: &RichTextOp<E>, site: Site) -> Result<RichTextEffect<E>, Refused> {
        op.fits(self.text.len()).map_err(Refused)?;
        Ok(match op {
            RichTextOp::Insert(index, value) => {
                let left = index.checked_sub(1).and_then(|before| self.text.at(before));
                let link = Behind { counter: self.next_stamp(site)?.counter, left };
                let dot = self.text.next_dot(site.identity)?;
                RichTextEffect::Insert(Atom { dot, link, deleted: false, value: value.clone() })
            }
            RichTextOp::Delete(index) => match self.text.at(*index) {
                Some(dot) => RichTextEffect::Delete(dot),
                None => unreachable!("index {index} fits a text of {}", self.text.len()),
            },
            RichTextOp::Mark(from, to, style) => {
                RichTextEffect::Mark(self.mark(*from, *to, Change::Set(style.clone()), site)?)
            }
            RichTextOp::Unmark(from, to, kind) => {
                RichTextEffect::Mark(self.mark(*from, *to, Change::Clear(kind.clone()), site)?)
            }
        })
    }

    fn effect(&mut self, effect: &RichTextEffect<E>) {
        match effect {
            RichTextEffect::Insert(atom) => {
                self.clock = self.clock.max(atom.link.counter);
                self.text.insert(atom);
            }
            RichTextEffect::Delete(dot) => self.text.delete(*dot),
            RichTextEffect::Mark(mark) => self.take_mark(mark),
        }
    }
}

impl<E: Element> StateBased for RichText<E> {
    fn apply(&mut self, op: &RichTextOp<E>, site: Site) -> Result<(), Refused> {
        let effect = self.prepare(op, site)?;
        self.effect(&effect);
        Ok(())
    }

    fn merge(&mut self, other: &RichText<E>) {
        self.text.merge(&other.text);
        other.marks.iter().for_each(|mark| self.take_mark(mark));
        self.clock = self.clock.max(other.clock);
    }
}

/// A delta is a text that knows a few updates only, and holds what it cannot place.
impl<E: Element> DeltaBased for RichText<E> {
    type Delta = RichText<E>;

    fn mutate(&mut self, op: &RichTextOp<E>, site: Site) -> Result<RichText<E>, Refused> {
        let effect = self.prepare(op, site)?;
        self.effect(&effect);
        let mut delta = RichText::new();
        delta.effect(&effect);
        Ok(delta)
    }

    fn join(&mut self, delta: &RichText<E>) {
        self.merge(delta);
    }

    fn combine(into: &mut RichText<E>, other: &RichText<E>) {
        into.merge(other);
    }

    fn whole(&self) -> RichText<E> {
        self.clone()
    }
}

/// A tombstone goes when neither a character nor a mark holds on to it: new ones hold on to what is shown.
impl<E: Element> Tombstones for RichText<E> {
    type Grave = Dot;

    fn graves(&self) -> Vec<Dot> {
        self.text.tombstones().collect()
    }

    fn collect(&mut self, ready: &dyn Fn(&Dot) -> bool) {
        let ends = self.marks.iter().flat_map(|mark| [mark.start, mark.end]);
        self.text.collect(|dot| ready(&dot), ends.filter_map(Anchor::dot));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zoo::specified::trials;
    use crate::zoo::trials::{Update, live};

    type Text = RichText<char>;

    fn typed(text: &str) -> Text {
        let mut typed = Text::new();
        put(&mut typed, 0, text, 0);
        typed
    }

    fn put(text: &mut Text, at: u32, letters: &str, site: u32) {
        for (index, letter) in (at..).zip(letters.chars()) {
            ask(text, RichTextOp::Insert(index, letter), site);
        }
    }

    #[track_caller]
    fn ask(text: &mut Text, op: RichTextOp<char>, site: u32) {
        text.apply(&op, Site::of(site)).expect("accepted");
    }

    fn on(text: &mut Text, part: &str, style: Style, site: u32) {
        let (from, to) = part_of(text, part);
        ask(text, RichTextOp::Mark(from, to, style), site);
    }

    fn off(text: &mut Text, part: &str, kind: Kind, site: u32) {
        let (from, to) = part_of(text, part);
        ask(text, RichTextOp::Unmark(from, to, kind), site);
    }

    fn part_of(text: &Text, part: &str) -> (u32, u32) {
        let all: String = text.view().iter().map(|marked| marked.value).collect();
        let from = all.find(part).expect("a part of the text") as u32;
        (from, from + part.len() as u32)
    }

    fn link(address: &str) -> Style {
        Style::Link(address.to_owned())
    }

    fn comment(name: &str) -> Style {
        Style::Comment(name.to_owned())
    }

    /// Equally marked runs in brackets, with their marks: `The [fox|bold] jumped`.
    fn shown(text: &Text) -> String {
        let name = |style: &Style| match style {
            Style::Bold => "bold".to_owned(),
            Style::Link(address) => format!("link {address}"),
            Style::Comment(name) => format!("comment {name}"),
        };
        let view = text.view();
        let run = |run: &[Marked<char>]| {
            let letters: String = run.iter().map(|marked| marked.value).collect();
            let styles: Vec<String> = run[0].styles.iter().map(name).collect();
            if styles.is_empty() { letters } else { format!("[{letters}|{}]", styles.join(", ")) }
        };
        view.chunk_by(|first, second| first.styles == second.styles).map(run).collect()
    }

    /// Two writers each do something to the same text, and both show this afterwards.
    #[track_caller]
    fn beside(start: &Text, left: impl Fn(&mut Text), right: impl Fn(&mut Text), expected: &str) {
        let (mut one, mut other) = (start.clone(), start.clone());
        left(&mut one);
        right(&mut other);
        let before = one.clone();
        one.merge(&other);
        other.merge(&before);
        assert_eq!((shown(&one).as_str(), shown(&other).as_str()), (expected, expected));
    }

    #[test]
    fn what_is_typed_into_a_marked_part_meanwhile_is_marked_too() {
        beside(
            &typed("The fox jumped."),
            |text| on(text, "The fox jumped", Style::Bold, 0),
            |text| put(text, 4, "quick ", 1),
            "[The quick fox jumped|bold].",
        );
    }

    #[test]
    fn bold_grows_at_its_end_and_a_link_does_not() {
        let mut text = typed("ab");
        on(&mut text, "a", Style::Bold, 0);
        put(&mut text, 1, "x", 0);
        assert_eq!(shown(&text), "[ax|bold]b");
        let mut text = typed("ab");
        on(&mut text, "a", link("u"), 0);
        put(&mut text, 1, "x", 0);
        assert_eq!(shown(&text), "[a|link u]xb");
        let mut text = typed("ab");
        on(&mut text, "ab", Style::Bold, 0);
        put(&mut text, 2, "x", 0);
        put(&mut text, 0, "y", 0);
        assert_eq!(shown(&text), "y[abx|bold]", "at the end of the text it grows too, and never at its start");
        off(&mut text, "b", Kind::Bold, 0);
        put(&mut text, 3, "z", 0);
        assert_eq!(shown(&text), "y[a|bold]bz[x|bold]", "what takes it off grows as well");
    }

    #[test]
    fn bold_marks_that_overlap_are_one_and_links_that_overlap_are_cut() {
        let start = typed("The fox jumped");
        beside(
            &start,
            |text| on(text, "The fox", Style::Bold, 0),
            |text| on(text, "fox jumped", Style::Bold, 1),
            "[The fox jumped|bold]",
        );
        beside(
            &start,
            |text| on(text, "The fox", link("a"), 0),
            |text| on(text, "fox jumped", link("b"), 1),
            "[The |link a][fox jumped|link b]",
        );
    }

    #[test]
    fn comments_that_overlap_lie_above_each_other() {
        beside(
            &typed("The fox jumped"),
            |text| on(text, "The fox", comment("1"), 0),
            |text| on(text, "fox jumped", comment("2"), 1),
            "[The |comment 1][fox|comment 1, comment 2][ jumped|comment 2]",
        );
    }

    #[test]
    fn of_marking_and_unmarking_at_once_the_later_stamped_counts_and_only_where_both_are() {
        let mut start = typed("The fox jumped");
        on(&mut start, "The fox jumped", Style::Bold, 0);
        beside(
            &start,
            |text| off(text, "The fox jumped", Kind::Bold, 0),
            |text| on(text, "fox", Style::Bold, 1),
            "The [fox|bold] jumped",
        );
        beside(
            &start,
            |text| off(text, "The fox jumped", Kind::Bold, 1),
            |text| on(text, "fox", Style::Bold, 0),
            "The fox jumped",
        );
    }

    #[test]
    fn a_mark_holds_on_to_deleted_characters() {
        beside(
            &typed("The fox jumped"),
            |text| on(text, "fox", link("u"), 0),
            |text| (0..3).for_each(|_| ask(text, RichTextOp::Delete(4), 1)),
            "The  jumped",
        );
        beside(
            &typed("The fox jumped"),
            |text| on(text, "The fox", Style::Bold, 0),
            |text| (0..2).for_each(|_| ask(text, RichTextOp::Delete(6), 1)),
            "[The fo|bold]jumped",
        );
    }

    #[test]
    fn a_mark_on_nothing_is_refused() {
        let text = typed("ab");
        let refused = |op| text.prepare(&op, Site::of(0)).expect_err("refused").to_string();
        assert_eq!(
            refused(RichTextOp::Mark(1, 3, Style::Bold)),
            "1 up to 3 is no part of a text of 2: give a start below the end, and an end up to 2"
        );
        assert_eq!(refused(RichTextOp::Delete(2)), "index 2 lies outside a list of 2: delete at 0 to 1");
    }

    #[test]
    fn a_text_shows_what_its_specification_says() {
        let tally = trials::live(&RichText::<u64>::new(), 400, |_, _| ());
        assert!(tally.updates > 5000 && tally.views > 5000, "{tally:?}");
    }

    #[test]
    fn marks_that_grow_are_told_from_marks_that_do_not() {
        trials::tells_apart(&RichText::<u64>::new(), |visible| {
            let mut view = rich_text().view(visible);
            for at in 1..view.len() {
                let grown = view[at - 1].styles.iter().filter(|style| !style.kind().grows()).cloned();
                view[at].styles = grown.chain(view[at].styles.iter().cloned()).collect();
            }
            view
        });
    }

    /// The order as the tree that the links make, newest child first; and each character's marks by trying
    /// all marks on it.
    fn naive(updates: &[Update<RichText<u32>>], known: &BTreeSet<usize>) -> Vec<Marked<u32>> {
        type Typed = Atom<u32, Behind>;
        fn below(all: &[&Typed], left: Option<Dot>, order: &mut Vec<Typed>) {
            let mut children: Vec<_> = all.iter().filter(|atom| atom.link.left == left).collect();
            children.sort_by_key(|atom| std::cmp::Reverse((atom.link.counter, atom.dot.identity)));
            for child in children {
                order.push((*child).clone());
                below(all, Some(child.dot), order);
            }
        }
        let effects: Vec<_> = known.iter().map(|update| &updates[*update].effect).collect();
        let typed = effects.iter().filter_map(|effect| match effect {
            RichTextEffect::Insert(atom) => Some(atom),
            _ => None,
        });
        let mut order = Vec::new();
        below(&typed.collect::<Vec<_>>(), None, &mut order);
        let index = |dot: Dot| order.iter().position(|atom| atom.dot == dot).expect("known sets are closed");
        let mut view = Vec::new();
        for (at, atom) in order.iter().enumerate() {
            if effects.iter().any(|effect| matches!(effect, RichTextEffect::Delete(dot) if *dot == atom.dot)) {
                continue;
            }
            let mut best: Vec<(Kind, Lamport, Option<Style>)> = Vec::new();
            for effect in &effects {
                let RichTextEffect::Mark(mark) = effect else { continue };
                let begun = match mark.start {
                    Anchor::Before(dot) => index(dot) <= at,
                    Anchor::After(dot) => index(dot) < at,
                    Anchor::End => false,
                };
                let ended = match mark.end {
                    Anchor::Before(dot) => index(dot) <= at,
                    Anchor::After(dot) => index(dot) < at,
                    Anchor::End => false,
                };
                if begun && !ended {
                    let (kind, style) = match &mark.change {
                        Change::Set(style) => (style.kind(), Some(style.clone())),
                        Change::Clear(kind) => (kind.clone(), None),
                    };
                    best.push((kind, mark.stamp, style));
                }
            }
            let wins = |(kind, stamp, _): &&(Kind, Lamport, Option<Style>)| {
                best.iter().all(|(other, others, _)| other != kind || others <= stamp)
            };
            let styles = best.iter().filter(wins).filter_map(|(_, _, style)| style.clone()).collect();
            view.push(Marked { value: atom.value, styles });
        }
        view
    }

    #[test]
    fn every_history_shows_the_tree_of_its_links_and_the_latest_marks() {
        let (mut marked, mut bare) = (0, 0);
        for seed in 0..2500 {
            let ask = |text: &RichText<u32>, pick: &mut dyn FnMut(u64) -> u64| text.propose(pick);
            live(seed, &RichText::new(), 32, ask, |updates, known, view| {
                assert_eq!(view, &naive(updates, known), "seed {seed}");
                let styled = view.iter().filter(|marked| !marked.styles.is_empty()).count();
                (marked, bare) = (marked + styled, bare + view.len() - styled);
            });
        }
        assert!(marked > 20_000 && bare > 20_000, "{marked} marked, {bare} bare");
    }

    #[test]
    fn right_after_an_operation_its_writer_sees_what_was_asked_for_and_nothing_else() {
        for seed in 0..500 {
            let ask = |text: &RichText<u32>, pick: &mut dyn FnMut(u64) -> u64| text.propose(pick);
            live(seed, &RichText::new(), 32, ask, |updates, _, _| {
                let Update { op, before, after, .. } = updates.last().expect("judged only after one");
                let mut expected = before.clone();
                match op {
                    RichTextOp::Insert(index, value) => {
                        // Which marks it bears depends on the edges that are near.
                        let styles = after[*index as usize].styles.clone();
                        expected.insert(*index as usize, Marked { value: *value, styles });
                    }
                    RichTextOp::Delete(index) => {
                        expected.remove(*index as usize);
                    }
                    RichTextOp::Mark(from, to, style) => {
                        for marked in &mut expected[*from as usize..*to as usize] {
                            marked.styles.retain(|other| other.kind() != style.kind());
                            marked.styles.insert(style.clone());
                        }
                    }
                    RichTextOp::Unmark(from, to, kind) => {
                        for marked in &mut expected[*from as usize..*to as usize] {
                            marked.styles.retain(|other| other.kind() != *kind);
                        }
                    }
                }
                assert_eq!(after, &expected, "seed {seed}: {op:?}");
            });
        }
    }
}
