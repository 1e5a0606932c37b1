//! What a rich text must show: its characters in the order of a list, the newest first behind each, and on each
//! the latest marks that cover it. After *Peritext: A CRDT for Collaborative Rich Text Editing* (2022).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use super::{Kind, Marked, RichTextOp, Style};
use crate::base::{Stamp, Update};
use crate::model::list::newest_first;
use crate::model::{Issued, Source, Specification, Visible};

/// A text with marks. Of the marks of a kind that cover a character the one with the largest stamp counts, be it
/// one that takes the kind off. A mark begins before its first character; one that grows ends before the character
/// behind its last one, any other right behind its last one, whatever is typed there later and whether or not
/// these characters are deleted.
pub fn rich_text<E: Clone + PartialEq + Debug + 'static>() -> Specification<RichTextOp<E>, Vec<Marked<E>>> {
    let view = |visible: &Visible<'_, RichTextOp<E>>| {
        let mut text = Text::default();
        visible.in_causal_order().into_iter().for_each(|issued| text.take_in(issued));
        text.view()
    };
    Specification::new("rich text", view)
        .stamped_by(Source::Lamport)
        .stamping(|op| !matches!(op, RichTextOp::Delete(_)))
        .refusing(move |visible, _, op| op.fits(view(visible).len() as u32).is_err())
        .intending(just_that)
}

/// What the known updates did, by the characters that their writers meant.
struct Text<'a, E> {
    typed: BTreeMap<Update, Typed<'a, E>>,
    /// All characters in their order, deleted ones too.
    order: Vec<Update>,
    marks: Vec<Mark<'a>>,
}

struct Typed<'a, E> {
    value: &'a E,
    behind: Option<Update>,
    stamp: Option<Stamp>,
    deletions: Vec<Update>,
}

struct Mark<'a> {
    stamp: Option<Stamp>,
    kind: Kind,
    style: Option<&'a Style>,
    start: Update,
    end: End,
}

enum End {
    Before(Update),
    Behind(Update),
    Nowhere,
}

impl<E> Default for Text<'_, E> {
    fn default() -> Self {
        Text { typed: BTreeMap::new(), order: Vec::new(), marks: Vec::new() }
    }
}

impl<'a, E: Clone> Text<'a, E> {
    /// Takes in an update, after all that it has seen.
    fn take_in(&mut self, issued: &'a Issued<RichTextOp<E>>) {
        let seen = |update: &Update| issued.seen.contains(*update);
        let shown = |letter: &&Update| seen(letter) && !self.typed[*letter].deletions.iter().any(seen);
        let shown: Vec<Update> = self.order.iter().filter(shown).copied().collect();
        let at = |index: u32| shown.get(index as usize).copied();
        match &issued.op {
            RichTextOp::Insert(index, value) => {
                let behind = index.checked_sub(1).and_then(at);
                let typed = Typed { value, behind, stamp: issued.stamp, deletions: Vec::new() };
                self.typed.insert(issued.update, typed);
                self.order =
                    newest_first(self.typed.iter().map(|(letter, typed)| (*letter, typed.behind, typed.stamp)));
            }
            RichTextOp::Delete(index) => {
                if let Some(typed) = at(*index).and_then(|letter| self.typed.get_mut(&letter)) {
                    typed.deletions.push(issued.update);
                }
            }
            RichTextOp::Mark(from, to, style) => {
                self.mark(issued.stamp, style.kind(), Some(style), at(*from), [at(*to - 1), at(*to)])
            }
            RichTextOp::Unmark(from, to, kind) => {
                self.mark(issued.stamp, kind.clone(), None, at(*from), [at(*to - 1), at(*to)])
            }
        }
    }

    fn mark(
        &mut self,
        stamp: Option<Stamp>,
        kind: Kind,
        style: Option<&'a Style>,
        start: Option<Update>,
        [last, next]: [Option<Update>; 2],
    ) {
        let (Some(start), Some(last)) = (start, last) else { return };
        let end = match next {
            _ if !kind.grows() => End::Behind(last),
            Some(next) => End::Before(next),
            None => End::Nowhere,
        };
        self.marks.push(Mark { stamp, kind, style, start, end });
    }

    fn view(&self) -> Vec<Marked<E>> {
        let places: BTreeMap<Update, usize> = self.order.iter().copied().zip(0..).collect();
        let covers = |mark: &Mark<'a>, at: usize| {
            places[&mark.start] <= at
                && match mark.end {
                    End::Before(next) => at < places[&next],
                    End::Behind(last) => at <= places[&last],
                    End::Nowhere => true,
                }
        };
        let styles = |at: usize| -> BTreeSet<Style> {
            let mut latest = BTreeMap::<&Kind, &Mark<'a>>::new();
            for mark in self.marks.iter().filter(|mark| covers(mark, at)) {
                let held = latest.entry(&mark.kind).or_insert(mark);
                if held.stamp < mark.stamp {
                    *held = mark;
                }
            }
            latest.values().filter_map(|mark| mark.style.cloned()).collect()
        };
        let shown = self.order.iter().enumerate().filter(|(_, letter)| self.typed[*letter].deletions.is_empty());
        shown.map(|(at, letter)| Marked { value: self.typed[letter].value.clone(), styles: styles(at) }).collect()
    }
}

/// A writer sees the former text with just that change; which marks a new character bears depends on the edges
/// that are near.
fn just_that<E: Clone + PartialEq + Debug>(
    before: &Vec<Marked<E>>,
    op: &RichTextOp<E>,
    after: &Vec<Marked<E>>,
) -> Result<(), String> {
    if let Err(unfit) = op.fits(before.len() as u32) {
        return Err(format!("{op:?} was accepted, although {unfit}"));
    }
    let mut expected = before.clone();
    match op {
        RichTextOp::Insert(index, value) => {
            let styles = after.get(*index as usize).map(|marked| marked.styles.clone());
            expected.insert(*index as usize, Marked { value: value.clone(), styles: styles.unwrap_or_default() });
        }
        RichTextOp::Delete(index) => drop(expected.remove(*index as usize)),
        RichTextOp::Mark(from, to, style) => {
            for marked in &mut expected[*from as usize..*to as usize] {
                marked.styles.retain(|other| !other.is(&style.kind()));
                marked.styles.insert(style.clone());
            }
        }
        RichTextOp::Unmark(from, to, kind) => {
            for marked in &mut expected[*from as usize..*to as usize] {
                marked.styles.retain(|other| !other.is(kind));
            }
        }
    }
    if *after == expected { Ok(()) } else { Err(format!("right after {op:?}, {before:?} became {after:?}")) }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::shown;
    use super::*;

    type Told<'a> = (&'static str, RichTextOp<char>, &'static str);

    /// What these updates come to after "abc" was typed, which each of them saw: marked runs in brackets.
    fn check(told: &[Told<'_>], expected: &str) {
        let abc = [("1", 'a', ""), ("2", 'b', "1"), ("3", 'c', "1 2")];
        let abc =
            abc.into_iter().zip(0..).map(|((name, letter, seen), at)| (name, RichTextOp::Insert(at, letter), seen));
        let view = shown(&rich_text(), abc.chain(told.iter().cloned()));
        let name = |style: &Style| match style {
            Style::Bold => "bold".to_owned(),
            Style::Link(to) => format!("to {to}"),
            Style::Comment(name) => format!("on {name}"),
        };
        let run = |run: &[Marked<char>]| {
            let letters: String = run.iter().map(|marked| marked.value).collect();
            let styles: Vec<String> = run[0].styles.iter().map(name).collect();
            if styles.is_empty() { letters } else { format!("[{letters}|{}]", styles.join(", ")) }
        };
        let runs: String = view.chunk_by(|one, other| one.styles == other.styles).map(run).collect();
        assert_eq!(runs, expected);
    }

    fn bold(from: u32, to: u32) -> RichTextOp<char> {
        RichTextOp::Mark(from, to, Style::Bold)
    }

    fn link(from: u32, to: u32, address: &str) -> RichTextOp<char> {
        RichTextOp::Mark(from, to, Style::Link(address.to_owned()))
    }

    fn typed(index: u32, letter: char) -> RichTextOp<char> {
        RichTextOp::Insert(index, letter)
    }

    const ABC: &str = "1 2 3";

    #[test]
    fn bold_grows_at_its_end_and_a_link_does_not() {
        check(&[("m", bold(1, 2), ABC), ("x", typed(2, 'x'), "1 2 3 m")], "a[bx|bold]c");
        check(&[("m", bold(1, 2), ABC), ("x", typed(2, 'x'), ABC)], "a[bx|bold]c");
        check(&[("m", bold(1, 3), ABC), ("x", typed(3, 'x'), ABC)], "a[bcx|bold]");
        check(&[("m", bold(1, 2), ABC), ("x", typed(1, 'x'), ABC)], "ax[b|bold]c");
        check(&[("m", link(1, 2, "u"), ABC), ("x", typed(2, 'x'), "1 2 3 m")], "a[b|to u]xc");
        check(&[("m", link(0, 2, "u"), ABC), ("x", typed(1, 'x'), ABC)], "[axb|to u]c");
    }

    #[test]
    fn of_one_kind_the_latest_counts_and_comments_lie_above_each_other() {
        // Stamps are in the order of telling.
        check(&[("m", link(0, 2, "u"), ABC), ("n", link(1, 3, "v"), ABC)], "[a|to u][bc|to v]");
        check(&[("m", bold(0, 3), ABC), ("n", RichTextOp::Unmark(1, 2, Kind::Bold), ABC)], "[a|bold]b[c|bold]");
        check(&[("n", RichTextOp::Unmark(1, 2, Kind::Bold), ABC), ("m", bold(0, 3), ABC)], "[abc|bold]");
        let comment = |from, to, name: &str| RichTextOp::Mark(from, to, Style::Comment(name.to_owned()));
        check(&[("m", comment(0, 2, "p"), ABC), ("n", comment(1, 3, "q"), ABC)], "[a|on p][b|on p, on q][c|on q]");
    }

    #[test]
    fn marks_hold_on_to_what_is_deleted() {
        let gone = || ("d", RichTextOp::Delete(1), ABC);
        check(&[gone(), ("m", link(1, 2, "u"), ABC)], "ac");
        check(&[gone(), ("m", link(0, 2, "u"), ABC), ("x", typed(2, 'x'), ABC)], "[a|to u]xc");
        check(&[gone(), ("m", bold(0, 1), ABC), ("x", typed(1, 'x'), "1 2 3 d")], "[ax|bold]c");
    }

    #[test]
    fn a_writer_sees_what_was_asked_for_and_nothing_else() {
        let text = |marked: &[(char, bool)]| -> Vec<Marked<char>> {
            let styles = |bold: bool| bold.then_some(Style::Bold).into_iter().collect();
            marked.iter().map(|(value, bold)| Marked { value: *value, styles: styles(*bold) }).collect()
        };
        let before = text(&[('a', true), ('b', false)]);
        let right = |op, after: &[(char, bool)]| rich_text().intent(&before, &op, &text(after)).is_ok();
        assert!(right(typed(1, 'x'), &[('a', true), ('x', true), ('b', false)]));
        assert!(right(typed(1, 'x'), &[('a', true), ('x', false), ('b', false)]));
        assert!(!right(typed(1, 'x'), &[('a', true), ('b', false), ('x', false)]));
        assert!(right(bold(1, 2), &[('a', true), ('b', true)]) && !right(bold(1, 2), &[('a', true), ('b', false)]));
        assert!(!right(RichTextOp::Unmark(0, 1, Kind::Bold), &[('a', true), ('b', false)]));
        assert!(!right(RichTextOp::Delete(5), &[('a', true), ('b', false)]), "there is no such character");
    }
}
