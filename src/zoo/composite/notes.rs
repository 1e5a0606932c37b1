//! Shift notes: a record of fields, a map of sets, and a sequence of lines.
//!
//! Each field keeps its last write, by Lamport stamps; lists are OR-Sets in a map, so that clearing one beside a new
//! entry leaves that entry; lines stand in the order of an RGA. Handing over names who leads and puts them on duty,
//! in one step. Lines want causal delivery, and so do the notes.

use super::both::{Both, Touch};
use super::layout::{Composite, Layout};
use crate::base::Lamport;
use crate::model::Specification;
use crate::model::composite::{NotesOp, NotesView, notes};
use crate::model::list::ListOp;
use crate::model::map::{MapOp, RecordOp};
use crate::model::set::SetOp;
use crate::replica::{DataType, Refused};
use crate::zoo::map::{AddWins, Record, ResetMap};
use crate::zoo::text::rga::Rga;

/// Shift notes.
pub type ShiftNotes = Composite<Notes>;

/// How shift notes are put together.
#[derive(Clone, Debug)]
pub struct Notes;

type Lists = ResetMap<String, AddWins<String>>;

impl Layout for Notes {
    type Parts = Both<Record<String, String, Lamport>, Both<Lists, Rga<String>>>;
    type Op = NotesOp;
    type View = NotesView;

    fn propose(parts: &Self::Parts, pick: &mut dyn FnMut(u64) -> u64) -> NotesOp {
        NotesOp::propose(&Self::view(parts), pick)
    }

    fn share(_: &Self::Parts, op: &NotesOp) -> Result<<Self::Parts as DataType>::Op, Refused> {
        let mark = |list: &str, op| MapOp::Update(list.to_string(), op);
        Ok(match op {
            NotesOp::Set(field, value) => Touch::first(RecordOp::Set(field.clone(), value.clone())),
            NotesOp::Mark(list, entry) => Touch::second(Touch::first(mark(list, SetOp::Add(entry.clone())))),
            NotesOp::Unmark(list, entry) => Touch::second(Touch::first(mark(list, SetOp::Remove(entry.clone())))),
            NotesOp::Clear(list) => Touch::second(Touch::first(MapOp::Remove(list.clone()))),
            NotesOp::Write(index, line) => Touch::second(Touch::second(ListOp::Insert(*index, line.clone()))),
            NotesOp::Strike(index) => Touch::second(Touch::second(ListOp::Delete(*index))),
            NotesOp::HandOver(name) => Touch::both(
                RecordOp::Set(NotesOp::LEAD.to_string(), name.clone()),
                Touch::first(mark(NotesOp::ON_DUTY, SetOp::Add(name.clone()))),
            ),
        })
    }

    fn view(parts: &Self::Parts) -> NotesView {
        let Both { first: lists, second: lines } = &parts.second;
        NotesView { fields: parts.first.view(), lists: lists.view(), lines: lines.view() }
    }

    fn specification() -> Specification<Self::Op, Self::View> {
        notes()
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::base::Identity;
    use crate::replica::{Site, StateBased};
    use crate::zoo::map::trials::{Past, add_wins, forms_agree_up_to, parts};

    /// A line as the definition of RGA has it.
    struct Line {
        number: usize,
        /// The line that it was written after.
        origin: Option<usize>,
        /// One more than that of all lines its writer knew; then who.
        time: (usize, Identity),
    }

    /// The lines below a line: those written after it, the latest first, each followed by those below it.
    fn below(lines: &[&Line], origin: Option<usize>) -> Vec<usize> {
        let mut next: Vec<_> = lines.iter().filter(|line| line.origin == origin).collect();
        next.sort_by_key(|line| Reverse(line.time));
        next.iter().flat_map(|line| [vec![line.number], below(lines, Some(line.number))].concat()).collect()
    }

    /// The numbers of the updates that wrote the lines that show, from the top.
    fn lines(known: &[Past<NotesOp>]) -> Vec<usize> {
        let (mut lines, mut struck) = (Vec::<Line>::new(), Vec::new());
        let shown = |lines: &[Line], struck: &[(usize, usize)], knows: &dyn Fn(usize) -> bool| {
            let known: Vec<_> = lines.iter().filter(|line| knows(line.number)).collect();
            let gone = |line: &usize| struck.iter().any(|(by, which)| which == line && knows(*by));
            below(&known, None).into_iter().filter(|line| !gone(line)).collect::<Vec<_>>()
        };
        for past in known {
            let knows = |number: usize| past.seen.contains(&number);
            let before = shown(&lines, &struck, &knows);
            match past.op {
                NotesOp::Write(index, _) => {
                    let times = lines.iter().filter(|line| knows(line.number)).map(|line| line.time.0);
                    let time = (1 + times.max().unwrap_or(0), past.identity);
                    let origin = index.checked_sub(1).map(|above| before[above as usize]);
                    lines.push(Line { number: past.number, origin, time });
                }
                NotesOp::Strike(index) => struck.push((past.number, before[index as usize])),
                _ => {}
            }
        }
        shown(&lines, &struck, &|_| true)
    }

    /// Each part on its own share of the updates.
    fn reading(known: &[Past<NotesOp>]) -> NotesView {
        let mut view = NotesView::default();
        for list in ["on duty", "allergies"] {
            let cleared = |past: &Past<SetOp<String>>| {
                known.iter().any(|other| other.op == NotesOp::Clear(list.to_string()) && other.saw(past))
            };
            let mut updates = parts(known, |op| match op {
                NotesOp::Mark(at, entry) if at == list => Some(SetOp::Add(entry.clone())),
                NotesOp::Unmark(at, entry) if at == list => Some(SetOp::Remove(entry.clone())),
                NotesOp::HandOver(name) if list == "on duty" => Some(SetOp::Add(name.clone())),
                _ => None,
            });
            updates.retain(|past| !cleared(past));
            view.lists.insert(list.to_string(), add_wins(&updates));
        }
        view.lists.retain(|_, entries: &mut BTreeSet<String>| !entries.is_empty());
        let text: BTreeMap<usize, &String> = known
            .iter()
            .filter_map(|past| match &past.op {
                NotesOp::Write(_, line) => Some((past.number, line)),
                _ => None,
            })
            .collect();
        view.lines = lines(known).iter().map(|number| text[number].clone()).collect();
        let mut known: Vec<_> = known.iter().collect();
        known.sort_by_key(|past| past.stamp);
        for past in known {
            match &past.op {
                NotesOp::Set(field, value) => drop(view.fields.insert(field.clone(), value.clone())),
                NotesOp::HandOver(name) => drop(view.fields.insert("lead".to_string(), name.clone())),
                _ => {}
            }
        }
        view
    }

    #[test]
    fn each_part_shows_its_own_share_of_the_updates() {
        let shown = |notes: &ShiftNotes| format!("{:?}", notes.view());
        assert!(forms_agree_up_to(reading, DataType::latest_stamp, shown) > 100);
    }

    #[test]
    fn handing_over_names_the_lead_and_puts_them_on_duty_in_one_step() {
        let mut a = ShiftNotes::default();
        let mut b = a.clone();
        a.apply(&NotesOp::HandOver("ada".to_string()), Site::of(0)).expect("fits");
        b.apply(&NotesOp::HandOver("bo".to_string()), Site::of(1)).expect("fits");
        a.apply(&NotesOp::Clear("on duty".to_string()), Site::of(0)).expect("fits");
        a.merge(&b);
        let view = a.view();
        assert_eq!((view.fields["lead"].as_str(), view.lists["on duty"].len()), ("bo", 1));
    }

    #[test]
    fn a_line_that_is_not_there_cannot_be_struck() {
        let mut notes = ShiftNotes::default();
        let refused = notes.apply(&NotesOp::Strike(0), Site::of(0)).expect_err("no line");
        assert_eq!((refused.0.contains("delete"), notes.view()), (true, NotesView::default()));
    }
}
