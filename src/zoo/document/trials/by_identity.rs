//! Documents by identity against a plain reading of what they mean: what stands at a key or element are the puts
//! there that no other put or deletion there has seen, and the one with the largest stamp is shown.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::super::by_identity::ByIdentity;
use super::{Reference, trial};
use crate::base::Lamport;
use crate::model::document::{DocumentOp, Json, Object, Slot, Step, Value};

/// The update that made an object, array, text or counter; none made the root.
type Thing = Option<usize>;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Where {
    Key(String),
    Item(usize),
}

enum Done {
    Put(Where, Value),
    /// Puts into its own element.
    Insert(Option<usize>, Value),
    Delete(Where),
    Add(i64),
    Type(Option<usize>, char),
    Erase(usize),
}

struct Past {
    seen: BTreeSet<usize>,
    stamp: Lamport,
    to: Thing,
    done: Done,
}

#[derive(Default)]
struct Updates(Vec<Past>);

type Known = BTreeSet<usize>;

impl Updates {
    fn of<'a>(&'a self, known: &'a Known, thing: Thing) -> impl Iterator<Item = (usize, &'a Past)> {
        known.iter().map(|update| (*update, &self.0[*update])).filter(move |(_, past)| past.to == thing)
    }

    /// The place that an update is about, and what it puts there.
    fn place(&self, update: usize) -> Option<(Where, Option<&Value>)> {
        match &self.0[update].done {
            Done::Put(place, value) => Some((place.clone(), Some(value))),
            Done::Insert(_, value) => Some((Where::Item(update), Some(value))),
            Done::Delete(place) => Some((place.clone(), None)),
            _ => None,
        }
    }

    /// The puts that nobody replaced, the latest first.
    fn register(&self, known: &Known, thing: Thing, at: &Where) -> Vec<(usize, &Value)> {
        let about = |update: usize| self.place(update).filter(|(place, _)| place == at);
        let replaced = |update: usize| {
            self.of(known, thing).any(|(other, past)| about(other).is_some() && past.seen.contains(&update))
        };
        let puts = self.of(known, thing).filter_map(|(update, _)| Some((update, about(update)?.1?)));
        let mut left: Vec<_> = puts.filter(|(update, _)| !replaced(*update)).collect();
        left.sort_by_key(|(update, _)| Reverse(self.0[*update].stamp));
        left
    }

    /// The elements or letters in order, after each one those that were inserted after it, the latest first.
    fn order(&self, known: &Known, thing: Thing, after: Option<usize>) -> Vec<usize> {
        let made_after = |(_, past): &(usize, &Past)| match past.done {
            Done::Insert(origin, _) | Done::Type(origin, _) => origin == after,
            _ => false,
        };
        let mut children: Vec<usize> = self.of(known, thing).filter(made_after).map(|(update, _)| update).collect();
        children.sort_by_key(|update| Reverse(self.0[*update].stamp));
        children.into_iter().flat_map(|child| [vec![child], self.order(known, thing, Some(child))].concat()).collect()
    }

    fn shown_in_order(&self, known: &Known, thing: Thing) -> Vec<usize> {
        let erased = |letter: usize| {
            self.of(known, thing).any(|(_, past)| matches!(past.done, Done::Erase(other) if other == letter))
        };
        let shows = |update: &usize| match self.0[*update].done {
            Done::Type(..) => !erased(*update),
            _ => !self.register(known, thing, &Where::Item(*update)).is_empty(),
        };
        self.order(known, thing, None).into_iter().filter(shows).collect()
    }

    fn object(&self, known: &Known, thing: Thing) -> Object {
        let mut object = Object::new();
        for (update, _) in self.of(known, thing) {
            if let Some((Where::Key(key), _)) = self.place(update)
                && let Some(slot) = self.slot(known, thing, &Where::Key(key.clone()))
            {
                object.insert(key, slot);
            }
        }
        object
    }

    fn slot(&self, known: &Known, thing: Thing, at: &Where) -> Option<Slot> {
        let register = self.register(known, thing, at);
        let mut values = register.into_iter().map(|(update, value)| match value {
            Value::Null => Json::Null,
            Value::Bool(truth) => Json::Bool(*truth),
            Value::Number(number) => Json::Number(*number),
            Value::String(string) => Json::String(string.clone()),
            Value::Object => Json::Object(self.object(known, Some(update))),
            Value::Array => {
                let items = self.shown_in_order(known, Some(update));
                let slot = |item| self.slot(known, Some(update), &Where::Item(item)).expect("it shows");
                Json::Array(items.into_iter().map(slot).collect())
            }
            Value::Text => {
                let letter = |update: usize| match self.0[update].done {
                    Done::Type(_, letter) => letter,
                    _ => unreachable!(),
                };
                Json::Text(self.shown_in_order(known, Some(update)).into_iter().map(letter).collect())
            }
            Value::Counter => Json::Counter(
                self.of(known, Some(update))
                    .map(|(_, past)| if let Done::Add(amount) = past.done { amount } else { 0 })
                    .sum(),
            ),
        });
        let first = values.next()?;
        let conflicts: BTreeSet<Json> = values.filter(|value| *value != first).collect();
        Some(Slot([first].into_iter().chain(conflicts).collect()))
    }

    /// What kind of thing it is, by a value that makes one.
    fn kind(&self, thing: Thing) -> Option<&Value> {
        match thing {
            None => Some(&Value::Object),
            Some(update) => self.place(update)?.1,
        }
    }

    fn step(&self, known: &Known, thing: Thing, step: &Step) -> Option<Where> {
        match (step, self.kind(thing)?) {
            (Step::Key(key), Value::Object) => Some(Where::Key(key.clone())),
            (Step::At(index), Value::Array) => {
                self.shown_in_order(known, thing).get(*index as usize).map(|item| Where::Item(*item))
            }
            _ => None,
        }
    }

    fn resolve(&self, known: &Known, op: &DocumentOp) -> Option<(Thing, Done)> {
        let (last, above) = op.path().split_last()?;
        let mut thing = None;
        for step in above {
            let place = self.step(known, thing, step)?;
            thing = Some(self.register(known, thing, &place).first()?.0);
        }
        let place = self.step(known, thing, last)?;
        let there = self.register(known, thing, &place).first().map(|(update, value)| (Some(*update), *value));
        let origin = |thing, index: u32| match index as usize {
            0 => Some(None),
            index => self.shown_in_order(known, thing).get(index - 1).map(|item| Some(*item)),
        };
        match (op, there) {
            (DocumentOp::Put(_, value), _) => Some((thing, Done::Put(place, value.clone()))),
            (DocumentOp::Delete(_), Some(_)) => Some((thing, Done::Delete(place))),
            (DocumentOp::Insert(_, index, value), Some((to, Value::Array))) => {
                Some((to, Done::Insert(origin(to, *index)?, value.clone())))
            }
            (DocumentOp::Type(_, index, letter), Some((to, Value::Text))) => {
                Some((to, Done::Type(origin(to, *index)?, *letter)))
            }
            (DocumentOp::Erase(_, index), Some((to, Value::Text))) => {
                Some((to, Done::Erase(*self.shown_in_order(known, to).get(*index as usize)?)))
            }
            (DocumentOp::Add(_, amount), Some((to, Value::Counter))) => Some((to, Done::Add(*amount))),
            _ => None,
        }
    }
}

impl Reference for Updates {
    fn issue(&mut self, known: &Known, op: &DocumentOp) -> bool {
        let Some((to, done)) = self.resolve(known, op) else { return false };
        self.0.push(Past { seen: known.clone(), stamp: Lamport::default(), to, done });
        true
    }

    fn stamp(&mut self, stamp: Lamport) {
        self.0.last_mut().expect("an update was issued").stamp = stamp;
    }

    fn view(&self, known: &Known) -> Object {
        self.object(known, None)
    }
}

#[test]
fn every_form_shows_the_puts_that_nothing_there_replaced() {
    let seen = trial::<ByIdentity, Updates>(0..400);
    assert!(seen.refused > 300 && seen.siblings > 2000 && seen.early > 500, "{seen:?}");
}
