//! What a document by identity must show: what can be reached from the root through the latest puts. After
//! *OpSets: Sequential Specifications for Replicated Datatypes* (2018).

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::{DocumentOp, Json, Object, Slot, Step, Value};
use crate::model::list::newest_first;
use crate::model::{Issued, Source, Specification, Visible};

/// A document in which every object, array, text and counter that is put somewhere is a new one. A key or element
/// holds the puts there that no other put or deletion there has seen; the one with the largest stamp is shown, and
/// can be gone into, and the others are its conflicts. An element is shown while it holds something. Refused is what
/// leads through, or edits, something else than is shown.
pub fn by_identity() -> Specification<DocumentOp, Object> {
    Specification::new("document by identity", |visible| Reading::of(visible).all().object(None))
        .stamped_by(Source::Lamport)
        .refusing(|visible, _, op| Reading::of(visible).all().meaning(op).is_none())
}

/// The number of the update that made an object, array, text or counter; none made the root.
type Thing = Option<usize>;

/// Where something is in its object or array; elements go by the number of the update that made them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place<'a> {
    Key(&'a str),
    Element(usize),
}

#[derive(Clone, Copy)]
enum Done<'a> {
    Put(Place<'a>, &'a Value),
    /// Makes an element behind another one, and puts a value into it.
    Insert(Option<usize>, &'a Value),
    Delete(Place<'a>),
    Add(i64),
    /// Makes a letter behind another one.
    Type(Option<usize>, char),
    Erase(usize),
}

/// An update as its writer meant it.
struct Past<'a> {
    number: usize,
    issued: &'a Issued<DocumentOp>,
    to: Thing,
    done: Done<'a>,
    /// The puts and deletions at the same place that have seen it; of a letter, its deletions.
    replaced_by: Vec<usize>,
}

impl<'a> Past<'a> {
    /// The place that it is about.
    fn place(&self) -> Option<Place<'a>> {
        match self.done {
            Done::Put(place, _) | Done::Delete(place) => Some(place),
            Done::Insert(..) => Some(Place::Element(self.number)),
            Done::Add(_) | Done::Type(..) | Done::Erase(_) => None,
        }
    }

    /// What it puts there.
    fn value(&self) -> Option<&'a Value> {
        match self.done {
            Done::Put(_, value) | Done::Insert(_, value) => Some(value),
            _ => None,
        }
    }

    fn replaces(&self, other: &Past<'a>) -> bool {
        match self.done {
            Done::Erase(letter) => letter == other.number,
            _ => self.to == other.to && self.place().is_some() && self.place() == other.place(),
        }
    }
}

/// The known updates, each after all that it has seen.
struct Reading<'a>(Vec<Past<'a>>);

impl<'a> Reading<'a> {
    fn of(visible: &Visible<'a, DocumentOp>) -> Reading<'a> {
        let mut reading = Reading(Vec::new());
        for issued in visible.in_causal_order() {
            let knowledge = reading.known(|past| issued.saw(past.issued));
            let (Some((to, done)), known) = (knowledge.meaning(&issued.op), knowledge.known) else { continue };
            let past = Past { number: reading.0.len(), issued, to, done, replaced_by: Vec::new() };
            let seen = reading.0.iter_mut().zip(known).filter(|(other, known)| *known && past.replaces(other));
            seen.for_each(|(other, _)| other.replaced_by.push(past.number));
            reading.0.push(past);
        }
        reading
    }

    fn all(&self) -> Knowledge<'_, 'a> {
        self.known(|_| true)
    }

    fn known(&self, which: impl Fn(&Past<'a>) -> bool) -> Knowledge<'_, 'a> {
        Knowledge { past: &self.0, known: self.0.iter().map(which).collect() }
    }
}

/// What somebody knows of it.
struct Knowledge<'r, 'a> {
    past: &'r [Past<'a>],
    known: Vec<bool>,
}

impl<'r, 'a> Knowledge<'r, 'a> {
    /// What was done to something.
    fn to(&self, thing: Thing) -> impl Iterator<Item = &'r Past<'a>> {
        let known = self.past.iter().zip(&self.known).filter(|(_, known)| **known).map(|(past, _)| past);
        known.filter(move |past| past.to == thing)
    }

    fn is_replaced(&self, past: &Past<'a>) -> bool {
        past.replaced_by.iter().any(|by| self.known.get(*by) == Some(&true))
    }

    /// The puts at a place that nothing has replaced, the latest first.
    fn puts(&self, thing: Thing, place: Place<'a>) -> Vec<(usize, &'a Value)> {
        let there = self.to(thing).filter(|past| past.place() == Some(place) && !self.is_replaced(past));
        let mut puts: Vec<_> = there.filter_map(|past| Some((past, past.value()?))).collect();
        puts.sort_by_key(|(past, _)| Reverse(past.issued.stamp));
        puts.into_iter().map(|(past, value)| (past.number, value)).collect()
    }

    /// The elements of an array that are shown, or the letters of a text, in their order.
    fn listed(&self, thing: Thing) -> Vec<usize> {
        let made = self.to(thing).filter_map(|past| match past.done {
            Done::Insert(behind, _) | Done::Type(behind, _) => Some((past.number, behind, past.issued.stamp)),
            _ => None,
        });
        let shows = |number: &usize| match self.past[*number].done {
            Done::Type(..) => !self.is_replaced(&self.past[*number]),
            _ => !self.puts(thing, Place::Element(*number)).is_empty(),
        };
        newest_first(made).into_iter().filter(shows).collect()
    }

    /// Where a step leads from something, if that is what is stepped into so.
    fn step(&self, thing: Thing, step: &'a Step) -> Option<Place<'a>> {
        match (step, thing.map_or(Some(&Value::Object), |made| self.past[made].value())?) {
            (Step::Key(key), Value::Object) => Some(Place::Key(key)),
            (Step::At(index), Value::Array) => {
                self.listed(thing).get(*index as usize).map(|made| Place::Element(*made))
            }
            _ => None,
        }
    }

    /// What a client that is shown this means by an operation, unless it is to be refused.
    fn meaning(&self, op: &'a DocumentOp) -> Option<(Thing, Done<'a>)> {
        let (last, above) = op.path().split_last()?;
        let mut thing = None;
        for step in above {
            let place = self.step(thing, step)?;
            thing = Some(self.puts(thing, place).first()?.0);
        }
        let place = self.step(thing, last)?;
        let shown = self.puts(thing, place).first().copied();
        if let DocumentOp::Put(_, value) = op {
            return Some((thing, Done::Put(place, value)));
        }
        let (to, value) = shown?;
        let at = |index: u32| self.listed(Some(to)).get(index as usize).copied();
        let behind = |index: u32| match index.checked_sub(1) {
            None => Some(None),
            Some(left) => at(left).map(Some),
        };
        let done = match (op, value) {
            (DocumentOp::Delete(_), _) => return Some((thing, Done::Delete(place))),
            (DocumentOp::Insert(_, index, value), Value::Array) => Done::Insert(behind(*index)?, value),
            (DocumentOp::Type(_, index, letter), Value::Text) => Done::Type(behind(*index)?, *letter),
            (DocumentOp::Erase(_, index), Value::Text) => Done::Erase(at(*index)?),
            (DocumentOp::Add(_, amount), Value::Counter) => Done::Add(*amount),
            _ => return None,
        };
        Some((Some(to), done))
    }

    fn object(&self, thing: Thing) -> Object {
        let keys: BTreeSet<Place<'a>> = self.to(thing).filter_map(Past::place).collect();
        let slots = keys.into_iter().filter_map(|place| match place {
            Place::Key(key) => Some((key.to_owned(), self.slot(thing, place)?)),
            Place::Element(_) => None,
        });
        slots.collect()
    }

    fn slot(&self, thing: Thing, place: Place<'a>) -> Option<Slot> {
        let mut values = self.puts(thing, place).into_iter().map(|(made, value)| self.json(made, value));
        let shown = values.next()?;
        let conflicts: BTreeSet<Json> = values.filter(|value| *value != shown).collect();
        Some(Slot([shown].into_iter().chain(conflicts).collect()))
    }

    fn json(&self, made: usize, value: &Value) -> Json {
        let thing = Some(made);
        match value {
            Value::Array => {
                let slots = self.listed(thing).into_iter().filter_map(|made| self.slot(thing, Place::Element(made)));
                Json::Array(slots.collect())
            }
            Value::Text => {
                let letters = self.listed(thing).into_iter().filter_map(|made| match self.past[made].done {
                    Done::Type(_, letter) => Some(letter),
                    _ => None,
                });
                Json::Text(letters.collect())
            }
            Value::Counter => Json::Counter(self.to(thing).fold(0, |count: i64, past| match past.done {
                Done::Add(amount) => count.wrapping_add(amount),
                _ => count,
            })),
            _ => value.scalar().unwrap_or_else(|| Json::Object(self.object(thing))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, delete, erase, insert, put, types};
    use super::*;

    #[test]
    fn of_what_is_put_concurrently_the_latest_is_shown_and_the_rest_are_conflicts() {
        // Stamps are in the order of telling.
        let told = [("a", put("k", Value::Number(2)), ""), ("b", put("k", Value::Number(1)), "")];
        check(&by_identity(), told, r#"{"k": 1 | 2}"#);
        let told = [("a", put("k", Value::Number(1)), ""), ("b", put("k", Value::Number(2)), "")];
        check(&by_identity(), told, r#"{"k": 2 | 1}"#);
        let told = [("a", put("k", Value::Number(1)), ""), ("b", put("k", Value::Number(2)), "a")];
        check(&by_identity(), told, r#"{"k": 2}"#);
    }

    #[test]
    fn two_objects_put_at_one_key_do_not_mix() {
        let told = [
            ("a", put("k", Value::Object), ""),
            ("b", put("k", Value::Object), ""),
            ("c", put("k.x", Value::Null), "a"),
            ("d", put("k.y", Value::Null), "b"),
            ("e", put("k.z", Value::Null), "a b c d"),
        ];
        check(&by_identity(), told, r#"{"k": {"y": null, "z": null} | {"x": null}}"#);
    }

    #[test]
    fn an_edit_inside_what_is_deleted_shows_nothing() {
        let told = [
            ("a", put("l", Value::Array), ""),
            ("b", insert("l", 0, Value::Object), "a"),
            ("d", delete("l[0]"), "a b"),
            ("e", put("l[0].y", Value::Null), "a b"),
        ];
        check(&by_identity(), told, r#"{"l": []}"#);
        let told = [
            ("a", put("l", Value::Array), ""),
            ("b", insert("l", 0, Value::Object), "a"),
            ("d", delete("l[0]"), "a b"),
            ("e", put("l[0]", Value::Null), "a b"),
        ];
        check(&by_identity(), told, r#"{"l": [null]}"#);
    }

    #[test]
    fn an_index_is_one_into_what_its_writer_was_shown() {
        let told = [
            ("t", put("t", Value::Text), ""),
            ("a", types("t", 0, 'a'), "t"),
            ("b", types("t", 1, 'b'), "t a"),
            ("c", types("t", 0, 'c'), "t a"),
            ("d", erase("t", 0), "t a b"),
        ];
        check(&by_identity(), told, r#"{"t": 'cb'}"#);
    }
}
