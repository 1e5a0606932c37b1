//! Documents by path against a plain reading of what they mean: a change counts where no deletion or
//! assignment at its place or above has seen it, and a place shows what counts at it and below.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::super::by_path::ByPath;
use super::{Reference, trial};
use crate::base::Lamport;
use crate::model::document::{DocumentOp, Json, Object, Slot, Step, Value};

#[derive(Clone, PartialEq)]
enum Mark {
    Key(String),
    Item(usize),
    Letter(usize),
}

enum Done {
    Put(Value),
    Insert(Option<usize>, Value),
    Type(Option<usize>, char),
    Add(i64),
    Delete,
}

struct Past {
    seen: BTreeSet<usize>,
    stamp: Lamport,
    /// With the new element or letter where one is made.
    place: Vec<Mark>,
    done: Done,
}

#[derive(Default)]
struct Updates(Vec<Past>);

type Known = BTreeSet<usize>;

impl Updates {
    fn counts(&self, known: &Known, update: usize) -> bool {
        let past = &self.0[update];
        let cancels = |other: &usize| {
            let other = &self.0[*other];
            matches!(other.done, Done::Put(_) | Done::Delete)
                && past.place.starts_with(&other.place)
                && other.seen.contains(&update)
        };
        !matches!(past.done, Done::Delete) && !known.iter().any(cancels)
    }

    fn counting<'a>(&'a self, known: &'a Known, place: &'a [Mark]) -> impl Iterator<Item = &'a Past> {
        let inside = known.iter().filter(move |update| self.0[**update].place.starts_with(place));
        inside.filter(|update| self.counts(known, **update)).map(|update| &self.0[*update])
    }

    fn shows(&self, known: &Known, place: &[Mark]) -> bool {
        self.counting(known, place).next().is_some()
    }

    /// The places below which an array or text is made of, in order, those that do not show among them: after each
    /// one those that were inserted after it, the latest first.
    fn order(&self, known: &Known, place: &[Mark], after: Option<usize>, letters: bool) -> Vec<Vec<Mark>> {
        let made_after = |update: &usize| {
            let past = &self.0[*update];
            let origin = match past.done {
                Done::Insert(origin, _) if !letters => origin,
                Done::Type(origin, _) if letters => origin,
                _ => return false,
            };
            origin == after && past.place[..past.place.len() - 1] == *place
        };
        let mut children: Vec<usize> = known.iter().copied().filter(made_after).collect();
        children.sort_by_key(|update| Reverse(self.0[*update].stamp));
        let mut order = Vec::new();
        for child in children {
            order.push(self.0[child].place.clone());
            order.extend(self.order(known, place, Some(child), letters));
        }
        order
    }

    fn shown_in_order(&self, known: &Known, place: &[Mark], letters: bool) -> Vec<Vec<Mark>> {
        let order = self.order(known, place, None, letters).into_iter();
        order.filter(|place| self.shows(known, place)).collect()
    }

    fn object(&self, known: &Known, place: &[Mark]) -> Object {
        let mut object = Object::new();
        for past in self.counting(known, place) {
            if let Some(Mark::Key(key)) = past.place.get(place.len()) {
                let below = [place, &[Mark::Key(key.clone())]].concat();
                object.insert(key.clone(), self.slot(known, &below));
            }
        }
        object
    }

    fn slot(&self, known: &Known, place: &[Mark]) -> Slot {
        let mut values = BTreeSet::new();
        let mut count = None;
        for past in self.counting(known, place) {
            let array = || {
                let items = self.shown_in_order(known, place, false);
                Json::Array(items.iter().map(|item| self.slot(known, item)).collect())
            };
            let text = || {
                let letters = self.shown_in_order(known, place, true);
                let letter = |place: &Vec<Mark>| match place.last() {
                    Some(Mark::Letter(update)) => match self.0[*update].done {
                        Done::Type(_, letter) => letter,
                        _ => unreachable!(),
                    },
                    _ => unreachable!(),
                };
                Json::Text(letters.iter().map(letter).collect())
            };
            match (past.place.get(place.len()), &past.done) {
                (None, Done::Put(value) | Done::Insert(_, value)) => match value {
                    Value::Null => drop(values.insert(Json::Null)),
                    Value::Bool(truth) => drop(values.insert(Json::Bool(*truth))),
                    Value::Number(number) => drop(values.insert(Json::Number(*number))),
                    Value::String(string) => drop(values.insert(Json::String(string.clone()))),
                    Value::Object => drop(values.insert(Json::Object(self.object(known, place)))),
                    Value::Array => drop(values.insert(array())),
                    Value::Text => drop(values.insert(text())),
                    Value::Counter => count = count.or(Some(0)),
                },
                (None, Done::Add(amount)) => count = Some(count.unwrap_or(0) + amount),
                (None, _) => {}
                (Some(Mark::Key(_)), _) => drop(values.insert(Json::Object(self.object(known, place)))),
                (Some(Mark::Item(_)), _) => drop(values.insert(array())),
                (Some(Mark::Letter(_)), _) => drop(values.insert(text())),
            }
        }
        values.extend(count.map(Json::Counter));
        Slot(values.into_iter().collect())
    }
}

/// The element after which an insertion at an index goes: that before it, if the list is long enough.
fn origin(shown: &[Vec<Mark>], index: u32) -> Option<Option<usize>> {
    let before = |place: &Vec<Mark>| match place.last() {
        Some(Mark::Item(update) | Mark::Letter(update)) => *update,
        _ => unreachable!(),
    };
    match index as usize {
        0 => Some(None),
        index => shown.get(index - 1).map(|place| Some(before(place))),
    }
}

impl Reference for Updates {
    fn issue(&mut self, known: &Known, op: &DocumentOp) -> bool {
        let mut place = Vec::new();
        for step in op.path() {
            match step {
                Step::Key(key) => place.push(Mark::Key(key.clone())),
                Step::At(index) => match self.shown_in_order(known, &place, false).get(*index as usize) {
                    Some(item) => place.clone_from(item),
                    None => return false,
                },
            }
        }
        if place.is_empty() {
            return false;
        }
        let number = self.0.len();
        let done = match op {
            DocumentOp::Put(_, value) => Done::Put(value.clone()),
            DocumentOp::Delete(_) if self.shows(known, &place) => Done::Delete,
            DocumentOp::Delete(_) => return false,
            DocumentOp::Add(_, amount) => Done::Add(*amount),
            DocumentOp::Insert(_, index, value) => {
                let Some(after) = origin(&self.shown_in_order(known, &place, false), *index) else { return false };
                place.push(Mark::Item(number));
                Done::Insert(after, value.clone())
            }
            DocumentOp::Type(_, index, letter) => {
                let Some(after) = origin(&self.shown_in_order(known, &place, true), *index) else { return false };
                place.push(Mark::Letter(number));
                Done::Type(after, *letter)
            }
            DocumentOp::Erase(_, index) => match self.shown_in_order(known, &place, true).get(*index as usize) {
                Some(letter) => {
                    place.clone_from(letter);
                    Done::Delete
                }
                None => return false,
            },
        };
        self.0.push(Past { seen: known.clone(), stamp: Lamport::default(), place, done });
        true
    }

    fn stamp(&mut self, stamp: Lamport) {
        self.0.last_mut().expect("an update was issued").stamp = stamp;
    }

    fn view(&self, known: &Known) -> Object {
        self.object(known, &[])
    }
}

#[test]
fn every_form_shows_what_no_deletion_or_assignment_above_has_seen() {
    let seen = trial::<ByPath, Updates>(0..400);
    assert!(seen.refused > 300 && seen.siblings > 2000 && seen.early > 500, "{seen:?}");
}
