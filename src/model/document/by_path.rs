//! What a document by path must show: at each path what is at it and below and was not cancelled. After *A
//! Conflict-Free Replicated JSON Datatype* (2017).

use std::collections::BTreeSet;

use super::{DocumentOp, Json, Object, Slot, Step, Value};
use crate::model::list::newest_first;
use crate::model::{Issued, Source, Specification, Visible};

/// A document in which an assignment or a deletion cancels what it saw at its path and below, and a path is shown
/// when something that is not cancelled is at it or below. Values of one path stand beside each other; so do an
/// object, an array, a text and a counter there. Elements and letters stand in the order of a list, the newest first
/// behind each. Refused is what leads through an element, or deletes something, that is not shown.
pub fn by_path() -> Specification<DocumentOp, Object> {
    Specification::new("document by path", |visible| Reading::of(visible).all().object(&[]))
        .stamped_by(Source::Lamport)
        .refusing(|visible, _, op| Reading::of(visible).all().meaning(op).is_none())
}

/// One step down, by a name that means the same to all: elements and letters go by the number of the update that
/// made them.
#[derive(Clone, Copy, PartialEq)]
enum Mark<'a> {
    Key(&'a str),
    Element(usize),
    Letter(usize),
}

#[derive(Clone, Copy)]
enum Done<'a> {
    Put(&'a Value),
    /// Makes an element behind another one.
    Insert(Option<usize>, &'a Value),
    /// Makes a letter behind another one.
    Type(Option<usize>, char),
    Add(i64),
    Delete,
}

/// An update as its writer meant it.
struct Past<'a> {
    issued: &'a Issued<DocumentOp>,
    /// Where it is; with the element or letter, if it makes one.
    place: Vec<Mark<'a>>,
    done: Done<'a>,
    cancelled_by: Vec<usize>,
}

/// The known updates, each after all that it has seen.
struct Reading<'a>(Vec<Past<'a>>);

impl<'a> Reading<'a> {
    fn of(visible: &Visible<'a, DocumentOp>) -> Reading<'a> {
        let mut reading = Reading(Vec::new());
        for issued in visible.in_causal_order() {
            let knowledge = reading.known(|past| issued.saw(past.issued));
            let (Some((place, done)), known) = (knowledge.meaning(&issued.op), knowledge.known) else { continue };
            let number = reading.0.len();
            if matches!(done, Done::Put(_) | Done::Delete) {
                let seen =
                    reading.0.iter_mut().zip(known).filter(|(past, known)| *known && past.place.starts_with(&place));
                seen.for_each(|(past, _)| past.cancelled_by.push(number));
            }
            reading.0.push(Past { issued, place, done, cancelled_by: Vec::new() });
        }
        reading
    }

    fn all(&self) -> Knowledge<'_, 'a> {
        self.known(|_| true)
    }

    fn known(&self, which: impl Fn(&Past<'a>) -> bool) -> Knowledge<'_, 'a> {
        let known: Vec<bool> = self.0.iter().map(which).collect();
        let counts = |past: &Past<'a>| {
            !matches!(past.done, Done::Delete) && !past.cancelled_by.iter().any(|by| known.get(*by) == Some(&true))
        };
        let counting = self.0.iter().zip(&known).filter(|(past, known)| **known && counts(past));
        let counting = counting.map(|(past, _)| past).collect();
        Knowledge { past: &self.0, known, counting }
    }
}

/// What somebody knows of it.
struct Knowledge<'r, 'a> {
    past: &'r [Past<'a>],
    known: Vec<bool>,
    /// Those known that are not cancelled.
    counting: Vec<&'r Past<'a>>,
}

impl<'r, 'a> Knowledge<'r, 'a> {
    /// What counts at a place and below.
    fn at(&self, place: &[Mark<'a>]) -> impl Iterator<Item = &'r Past<'a>> {
        self.counting.iter().copied().filter(move |past| past.place.starts_with(place))
    }

    fn shows(&self, place: &[Mark<'a>]) -> bool {
        self.at(place).next().is_some()
    }

    /// The elements of the array there that are shown, or the letters of the text, in their order.
    fn listed(&self, place: &[Mark<'a>], letters: bool) -> Vec<usize> {
        let made = self.past.iter().enumerate().filter(|(number, _)| self.known[*number]);
        let made = made.filter_map(|(number, past)| match past.done {
            Done::Insert(behind, _) if !letters => Some((number, behind, past)),
            Done::Type(behind, _) if letters => Some((number, behind, past)),
            _ => None,
        });
        let here = made.filter(|(_, _, past)| past.place[..past.place.len() - 1] == *place);
        let order = newest_first(here.map(|(number, behind, past)| (number, behind, past.issued.stamp)));
        order.into_iter().filter(|number| self.shows(&self.past[*number].place)).collect()
    }

    /// What a client that is shown this means by an operation, unless it is to be refused.
    fn meaning(&self, op: &'a DocumentOp) -> Option<(Vec<Mark<'a>>, Done<'a>)> {
        let mut place = Vec::new();
        for step in op.path() {
            place.push(match step {
                Step::Key(key) => Mark::Key(key),
                Step::At(index) => Mark::Element(*self.listed(&place, false).get(*index as usize)?),
            });
        }
        if place.is_empty() {
            return None;
        }
        let (letters, number) = (matches!(op, DocumentOp::Type(..) | DocumentOp::Erase(..)), self.past.len());
        let at = |index: u32| self.listed(&place, letters).get(index as usize).copied();
        let behind = |index: u32| match index.checked_sub(1) {
            None => Some(None),
            Some(left) => at(left).map(Some),
        };
        let (done, below) = match op {
            DocumentOp::Put(_, value) => (Done::Put(value), None),
            DocumentOp::Delete(_) if self.shows(&place) => (Done::Delete, None),
            DocumentOp::Delete(_) => return None,
            DocumentOp::Add(_, amount) => (Done::Add(*amount), None),
            DocumentOp::Insert(_, index, value) => (Done::Insert(behind(*index)?, value), Some(Mark::Element(number))),
            DocumentOp::Type(_, index, letter) => (Done::Type(behind(*index)?, *letter), Some(Mark::Letter(number))),
            DocumentOp::Erase(_, index) => (Done::Delete, Some(Mark::Letter(at(*index)?))),
        };
        place.extend(below);
        Some((place, done))
    }

    fn object(&self, place: &[Mark<'a>]) -> Object {
        let keys = self.at(place).filter_map(|past| match past.place.get(place.len()) {
            Some(Mark::Key(key)) => Some(*key),
            _ => None,
        });
        let keys: BTreeSet<&str> = keys.collect();
        keys.into_iter().map(|key| (key.to_owned(), self.slot(&[place, &[Mark::Key(key)]].concat()))).collect()
    }

    fn slot(&self, place: &[Mark<'a>]) -> Slot {
        let (mut values, mut count) = (BTreeSet::new(), None);
        let (mut object, mut array, mut text) = (false, false, false);
        for past in self.at(place) {
            match (past.place.get(place.len()), past.done) {
                (Some(Mark::Key(_)), _) | (None, Done::Put(Value::Object) | Done::Insert(_, Value::Object)) => {
                    object = true
                }
                (Some(Mark::Element(_)), _) | (None, Done::Put(Value::Array) | Done::Insert(_, Value::Array)) => {
                    array = true
                }
                (Some(Mark::Letter(_)), _) | (None, Done::Put(Value::Text) | Done::Insert(_, Value::Text)) => {
                    text = true
                }
                (None, Done::Put(Value::Counter) | Done::Insert(_, Value::Counter)) => count = count.or(Some(0)),
                (None, Done::Add(amount)) => count = Some(count.unwrap_or(0i64).wrapping_add(amount)),
                (None, Done::Put(value) | Done::Insert(_, value)) => values.extend(value.scalar()),
                (None, Done::Type(..) | Done::Delete) => {}
            }
        }
        if object {
            values.insert(Json::Object(self.object(place)));
        }
        if array {
            let slots = self.listed(place, false).into_iter().map(|number| self.slot(&self.past[number].place));
            values.insert(Json::Array(slots.collect()));
        }
        if text {
            let letters = self.listed(place, true).into_iter().filter_map(|number| match self.past[number].done {
                Done::Type(_, letter) => Some(letter),
                _ => None,
            });
            values.insert(Json::Text(letters.collect()));
        }
        values.extend(count.map(Json::Counter));
        Slot(values.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, delete, erase, insert, put, types};
    use super::*;

    #[test]
    fn what_is_assigned_concurrently_stands_beside_each_other() {
        let told = [("a", put("k", Value::Number(1)), ""), ("b", put("k", Value::Number(2)), "")];
        check(&by_path(), told, r#"{"k": 1 | 2}"#);
        let told = [("a", put("k", Value::Number(1)), ""), ("b", put("k", Value::Number(2)), "a")];
        check(&by_path(), told, r#"{"k": 2}"#);
        let told =
            [("a", put("k.x", Value::Null), ""), ("b", insert("k", 0, Value::Null), ""), ("c", types("k", 0, 't'), "")];
        check(&by_path(), told, r#"{"k": 't' | {"x": null} | [null]}"#);
    }

    #[test]
    fn a_deletion_cancels_what_it_saw_at_its_path_and_below_and_nothing_else() {
        let made = || [("a", put("k.x", Value::Null), ""), ("b", put("k.y", Value::Null), "a")];
        check(&by_path(), made().into_iter().chain([("d", delete("k"), "a b")]), "{}");
        check(&by_path(), made().into_iter().chain([("d", delete("k"), "a")]), r#"{"k": {"y": null}}"#);
        check(&by_path(), made().into_iter().chain([("d", put("k", Value::Object), "a")]), r#"{"k": {"y": null}}"#);
        check(&by_path(), made().into_iter().chain([("d", delete("k.x"), "a")]), r#"{"k": {"y": null}}"#);
    }

    #[test]
    fn an_element_deleted_beside_an_edit_inside_it_comes_back_with_that_edit_alone() {
        let told = [
            ("a", insert("l", 0, Value::Object), ""),
            ("b", put("l[0].x", Value::Null), "a"),
            ("d", delete("l[0]"), "a b"),
            ("e", put("l[0].y", Value::Null), "a b"),
        ];
        check(&by_path(), told, r#"{"l": [{"y": null}]}"#);
    }

    #[test]
    fn an_index_is_one_into_what_its_writer_was_shown() {
        let told = [
            ("a", types("t", 0, 'a'), ""),
            ("b", types("t", 1, 'b'), "a"),
            ("c", types("t", 0, 'c'), "a"),
            ("d", erase("t", 0), "a b"),
        ];
        check(&by_path(), told, r#"{"t": 'cb'}"#);
    }
}
