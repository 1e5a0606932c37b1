//! Shift notes: fields of one value each, named lists without order, and lines that are read top down.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{asked, one_of, part};
use crate::base::{Canonical, Digester};
use crate::model::list::{ListOp, Promise, within};
use crate::model::map::{MapOp, RecordOp, record, reset_remove};
use crate::model::set::{SetOp, add_wins};
use crate::model::{Source, Specification};

/// What can be asked of shift notes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotesOp {
    /// Give a field a value.
    Set(String, String),
    /// Put an entry on a list.
    Mark(String, String),
    /// Take an entry off a list.
    Unmark(String, String),
    /// Take a whole list away.
    Clear(String),
    /// Write a line so that it has this index.
    Write(u32, String),
    /// Strike the line at this index.
    Strike(u32),
    /// Hand the shift over: this person leads it, and is on duty.
    HandOver(String),
}

/// What shift notes show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotesView {
    /// The fields.
    pub fields: BTreeMap<String, String>,
    /// The lists that have entries.
    pub lists: BTreeMap<String, BTreeSet<String>>,
    /// The lines, from the top.
    pub lines: Vec<String>,
}

/// The last write to each field, the entries of which some putting on was seen by no taking off and no clearing of
/// the list, and lines in a strong order, of which a judge tells.
pub fn notes() -> Specification<NotesOp, NotesView> {
    let (fields, lists) = (record(Source::Lamport), reset_remove(add_wins()));
    Specification::new("shift notes", move |visible| NotesView {
        fields: part(&fields, visible, NotesOp::on_fields),
        lists: part(&lists, visible, NotesOp::on_lists),
        lines: Vec::new(),
    })
    .beside(
        |view| NotesView { lines: Vec::new(), ..view.clone() },
        || within(Promise::Strong, NotesOp::on_lines, |view: &NotesView| &view.lines),
    )
    .stamped_by(Source::Lamport)
    .stamping(|op| op.on_fields().is_some())
    .intending(|_, op, after| {
        let field = op.on_fields().is_none_or(|RecordOp::Set(field, value)| after.fields.get(&field) == Some(&value));
        let list = op.on_lists().is_none_or(|op| {
            let entries = after.lists.get(op.key());
            match &op {
                MapOp::Remove(_) => entries.is_none(),
                MapOp::Update(_, op) => {
                    entries.is_some_and(|entries| entries.contains(op.element())) == matches!(op, SetOp::Add(_))
                }
            }
        });
        asked(field && list, || format!("after {op:?} the notes show {after:?}"))
    })
}

impl NotesOp {
    fn on_fields(&self) -> Option<RecordOp<String, String>> {
        match self {
            NotesOp::Set(field, value) => Some(RecordOp::Set(field.clone(), value.clone())),
            NotesOp::HandOver(name) => Some(RecordOp::Set(NotesOp::LEAD.to_owned(), name.clone())),
            _ => None,
        }
    }

    fn on_lists(&self) -> Option<MapOp<String, SetOp<String>>> {
        match self {
            NotesOp::Mark(list, entry) => Some(MapOp::Update(list.clone(), SetOp::Add(entry.clone()))),
            NotesOp::Unmark(list, entry) => Some(MapOp::Update(list.clone(), SetOp::Remove(entry.clone()))),
            NotesOp::Clear(list) => Some(MapOp::Remove(list.clone())),
            NotesOp::HandOver(name) => Some(MapOp::Update(NotesOp::ON_DUTY.to_owned(), SetOp::Add(name.clone()))),
            _ => None,
        }
    }

    fn on_lines(&self) -> Option<ListOp<String>> {
        match self {
            NotesOp::Write(index, line) => Some(ListOp::Insert(*index, line.clone())),
            NotesOp::Strike(index) => Some(ListOp::Delete(*index)),
            _ => None,
        }
    }

    /// The field that says who leads the shift.
    pub const LEAD: &str = "lead";
    /// The list of those on duty.
    pub const ON_DUTY: &str = "on duty";

    /// An operation worth trying on notes that show this. `pick` gives a number below its argument.
    pub fn propose(shown: &NotesView, pick: &mut dyn FnMut(u64) -> u64) -> NotesOp {
        let list = |pick: &mut dyn FnMut(u64) -> u64| one_of(&[Self::ON_DUTY, "allergies"], pick);
        let entry = |pick: &mut dyn FnMut(u64) -> u64| one_of(&["ada", "bo", "cy"], pick);
        let lines = shown.lines.len() as u64;
        match pick(8) {
            0 => NotesOp::Set(one_of(&[Self::LEAD, "ward"], pick), entry(pick)),
            1 => NotesOp::Mark(list(pick), entry(pick)),
            2 => NotesOp::Unmark(list(pick), entry(pick)),
            3 => NotesOp::Clear(list(pick)),
            4 if lines > 0 => NotesOp::Strike(pick(lines) as u32),
            5 => NotesOp::HandOver(entry(pick)),
            // Hardly ever two alike: a view tells nothing of the order of equal lines.
            _ => NotesOp::Write(pick(lines + 1) as u32, format!("line {}", pick(1 << 20))),
        }
    }
}

impl Canonical for NotesView {
    fn feed(&self, digester: &mut Digester) {
        self.fields.feed(digester);
        self.lists.feed(digester);
        self.lines.feed(digester);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{shown, story};
    use super::*;
    use crate::model::Visible;

    #[test]
    fn handing_over_is_one_update_of_two_parts_and_survives_a_clearing_that_did_not_see_it() {
        let hand_over = |name: &str| NotesOp::HandOver(name.to_owned());
        let told = [
            ("a", hand_over("ada"), ""),
            ("c", NotesOp::Clear(NotesOp::ON_DUTY.to_owned()), "a"),
            ("b", hand_over("bo"), ""),
        ];
        let view = shown(&notes(), told.clone());
        assert_eq!(view.fields, [("lead".to_owned(), "bo".to_owned())].into());
        assert_eq!(view.lists, [("on duty".to_owned(), ["bo".to_owned()].into())].into());
        assert!(notes().intent(&NotesView::default(), &told[1].1, &view).is_err());
    }

    #[test]
    fn lines_are_judged_beside_the_rest() {
        let write = NotesOp::Write(0, "calm".to_owned());
        let (history, known) = story([("a", write, ""), ("b", NotesOp::Strike(0), "a")]);
        let written = NotesView { lines: vec!["calm".to_owned()], ..NotesView::default() };
        let nothing = NotesView::default();
        assert_eq!(notes().told(&written), Some(nothing.clone()));
        let mut judge = notes().judge().expect("lines are judged");
        let updates: Vec<_> = history.iter().collect();
        assert!(judge.wrote(updates[0], &nothing, &written).is_ok());
        assert!(judge.wrote(updates[1], &written, &nothing).is_ok());
        let visible = Visible::new(&history, &known);
        assert!(judge.shown(&visible, &nothing).is_ok() && judge.shown(&visible, &written).is_err());
    }
}
