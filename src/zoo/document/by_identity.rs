//! JSON documents by identity: an object is itself, wherever it stands, as in today's document libraries.
//!
//! Putting an object, array, text or counter somewhere makes a new one. A key or element holds what was put there
//! and replaced by nothing that saw it; the put with the largest stamp is shown, the others are its conflicts.
//! Operations go to the one that the client was shown. So two objects put at one key concurrently do not mix; an
//! edit inside a deleted object is kept, and shows nothing as long as nothing leads there. An element of an array
//! shows while it holds something: a deletion takes what it saw, a concurrent put into the element stays.
//!
//! A put names what it replaces, as in *OpSets: Sequential Specifications for Replicated Datatypes* (2018).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::History;
use super::change::{Change, Meaning, not_the_root, out_of_range, written};
use super::list::{Content, Letter, List};
use crate::base::{Identity, Lamport};
use crate::model::Specification;
use crate::model::document::{DocumentOp, Json, Object, Reach, Slot, Step, Value, by_identity};
use crate::replica::Refused;

/// A document by identity with its history.
pub type IdentityDocument = History<ByIdentity>;

/// The content of a document by identity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ByIdentity {
    /// All that was ever made, by the stamp of the change that made it, sorted. The root comes first.
    made: Vec<(Lamport, Thing)>,
}

/// The root's stamp, which no change has.
const ROOT: Lamport = Lamport { counter: 0, identity: Identity(0) };

impl Default for ByIdentity {
    fn default() -> ByIdentity {
        ByIdentity { made: vec![(ROOT, Thing::Object(Fields::new()))] }
    }
}

/// What was made to hold other things, or to be edited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Thing {
    Object(Fields),
    Array(List<Register>),
    Text(List<Letter>),
    Counter(i64),
}

/// What an object holds. A key that holds nothing is left out.
type Fields = BTreeMap<String, Register>;

/// The puts that nothing has replaced, by stamp. A put of something made stands for what its stamp made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Register(Vec<(Lamport, Value)>);

impl Content for Register {
    fn shows(&self) -> bool {
        !self.0.is_empty()
    }
}

/// What a change does to a document by identity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityAction {
    /// The stamp of what it is done to; the root's counts 0.
    pub to: Lamport,
    /// What is done.
    pub edit: Edit,
}

/// Where a value is in its object or array.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Within {
    /// Under this key.
    Key(String),
    /// In the element that was inserted with this stamp.
    Element(Lamport),
}

/// What can be done to an object, array, text or counter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Edit {
    /// Puts a value in place of those with these stamps.
    Put(Within, Value, Vec<Lamport>),
    /// Makes an element, after another one or at the front.
    Insert(Option<Lamport>, Value),
    /// Takes the values with these stamps away.
    Delete(Within, Vec<Lamport>),
    /// Adds to a counter.
    Add(i64),
    /// Makes a letter of a text, after another one or at the front.
    Type(Option<Lamport>, char),
    /// Deletes a letter of a text.
    Erase(Lamport),
}

impl Meaning for ByIdentity {
    type Action = IdentityAction;
    const REACH: Reach = Reach::Shown;

    fn specification() -> Specification<DocumentOp, Object> {
        by_identity()
    }

    fn resolve(&self, op: &DocumentOp) -> Result<IdentityAction, Refused> {
        let path = op.path();
        let Some((last, above)) = path.split_last() else { return Err(not_the_root()) };
        let holder = self.find(above)?;
        let (within, register) = self.look(holder, last, path)?;
        match op {
            DocumentOp::Put(_, value) => {
                let edit = Edit::Put(within, value.clone(), register.map_or_else(Vec::new, Register::stamps));
                return Ok(IdentityAction { to: holder, edit });
            }
            DocumentOp::Delete(_) => {
                let register = register.ok_or_else(|| nothing_at(path))?;
                return Ok(IdentityAction { to: holder, edit: Edit::Delete(within, register.stamps()) });
            }
            _ => {}
        }
        let to = self.enter(register, path)?;
        let refuse = |length, index| out_of_range(path, index, length);
        let edit = match (op, self.thing(to)) {
            (DocumentOp::Insert(_, index, value), Some(Thing::Array(items))) => {
                Edit::Insert(items.before(*index).map_err(|length| refuse(length, *index))?, value.clone())
            }
            (DocumentOp::Type(_, index, letter), Some(Thing::Text(text))) => {
                Edit::Type(text.before(*index).map_err(|length| refuse(length, *index))?, *letter)
            }
            (DocumentOp::Erase(_, index), Some(Thing::Text(text))) => {
                Edit::Erase(text.at(*index).map_err(|length| refuse(length, *index))?.0)
            }
            (DocumentOp::Add(_, amount), Some(Thing::Counter(_))) => Edit::Add(*amount),
            (DocumentOp::Insert(..), _) => return Err(is_no(path, "array")),
            (DocumentOp::Add(..), _) => return Err(is_no(path, "counter")),
            _ => return Err(is_no(path, "text")),
        };
        Ok(IdentityAction { to, edit })
    }

    fn carry_out(&mut self, change: &Change<IdentityAction>) {
        let (stamp, IdentityAction { to, edit }) = (change.stamp(), &change.action);
        if let Edit::Put(_, value, _) | Edit::Insert(_, value) = edit {
            self.make(stamp, value);
        }
        let Ok(place) = self.made.binary_search_by_key(to, |(stamp, _)| *stamp) else { return };
        match (&mut self.made[place].1, edit) {
            (Thing::Object(fields), Edit::Put(Within::Key(key), value, replaced)) => {
                fields.entry(key.clone()).or_default().put(stamp, value, replaced);
            }
            (Thing::Object(fields), Edit::Delete(Within::Key(key), taken)) => {
                if let Some(register) = fields.get_mut(key) {
                    register.take_away(taken);
                    if !register.shows() {
                        fields.remove(key);
                    }
                }
            }
            (Thing::Array(items), Edit::Put(Within::Element(id), value, replaced)) => {
                if let Some(register) = items.get_mut(*id) {
                    register.put(stamp, value, replaced);
                }
            }
            (Thing::Array(items), Edit::Delete(Within::Element(id), taken)) => {
                if let Some(register) = items.get_mut(*id) {
                    register.take_away(taken);
                }
            }
            (Thing::Array(items), Edit::Insert(after, value)) => {
                items.insert(stamp, *after, Register(vec![(stamp, value.clone())]));
            }
            (Thing::Text(text), Edit::Type(after, letter)) => {
                text.insert(stamp, *after, Letter { letter: *letter, shown: true });
            }
            (Thing::Text(text), Edit::Erase(id)) => {
                if let Some(letter) = text.get_mut(*id) {
                    letter.shown = false;
                }
            }
            (Thing::Counter(count), Edit::Add(amount)) => *count = count.wrapping_add(*amount),
            // Nobody can prepare an edit on a thing of another kind.
            _ => {}
        }
    }

    fn view(&self) -> Object {
        match self.thing(ROOT) {
            Some(Thing::Object(fields)) => self.object(fields),
            _ => Object::new(),
        }
    }
}

impl Register {
    fn stamps(&self) -> Vec<Lamport> {
        self.0.iter().map(|(stamp, _)| *stamp).collect()
    }

    fn take_away(&mut self, taken: &[Lamport]) {
        self.0.retain(|(stamp, _)| !taken.contains(stamp));
    }

    fn put(&mut self, stamp: Lamport, value: &Value, replaced: &[Lamport]) {
        self.take_away(replaced);
        let place = self.0.partition_point(|(other, _)| *other < stamp);
        self.0.insert(place, (stamp, value.clone()));
    }
}

impl ByIdentity {
    fn thing(&self, stamp: Lamport) -> Option<&Thing> {
        let place = self.made.binary_search_by_key(&stamp, |(stamp, _)| *stamp).ok()?;
        Some(&self.made[place].1)
    }

    /// Makes what a put of this value stands for.
    fn make(&mut self, stamp: Lamport, value: &Value) {
        let thing = match value {
            Value::Object => Thing::Object(Fields::new()),
            Value::Array => Thing::Array(List::default()),
            Value::Text => Thing::Text(List::default()),
            Value::Counter => Thing::Counter(0),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return,
        };
        if let Err(place) = self.made.binary_search_by_key(&stamp, |(stamp, _)| *stamp) {
            self.made.insert(place, (stamp, thing));
        }
    }

    /// What is shown at a path and can be edited.
    fn find(&self, path: &[Step]) -> Result<Lamport, Refused> {
        let mut to = ROOT;
        for (depth, step) in path.iter().enumerate() {
            let path = &path[..=depth];
            let (_, register) = self.look(to, step, path)?;
            to = self.enter(register, path)?;
        }
        Ok(to)
    }

    /// Where the last step of a path leads from its holder, and what is there, if anything.
    fn look(&self, holder: Lamport, step: &Step, path: &[Step]) -> Result<(Within, Option<&Register>), Refused> {
        let above = &path[..path.len() - 1];
        match (step, self.thing(holder)) {
            (Step::Key(key), Some(Thing::Object(fields))) => Ok((Within::Key(key.clone()), fields.get(key))),
            (Step::At(index), Some(Thing::Array(items))) => {
                let (id, register) = items.at(*index).map_err(|length| out_of_range(above, *index, length))?;
                Ok((Within::Element(id), Some(register)))
            }
            (Step::Key(_), _) => Err(is_no(above, "object")),
            (Step::At(_), _) => Err(is_no(above, "array")),
        }
    }

    /// What a register shows, if that can be edited.
    fn enter(&self, register: Option<&Register>, path: &[Step]) -> Result<Lamport, Refused> {
        let (stamp, _) = register.and_then(|register| register.0.last()).ok_or_else(|| nothing_at(path))?;
        match self.thing(*stamp) {
            Some(_) => Ok(*stamp),
            None => Err(Refused::because(format!("{} shows a plain value, which can only be replaced", written(path)))),
        }
    }

    fn object(&self, fields: &Fields) -> Object {
        fields.iter().map(|(key, register)| (key.clone(), self.slot(register))).collect()
    }

    /// The value with the largest stamp, and then the others that differ from it.
    fn slot(&self, register: &Register) -> Slot {
        let mut values = register.0.iter().rev().map(|(stamp, value)| self.json(*stamp, value));
        let mut slot: Vec<Json> = values.next().into_iter().collect();
        let others: BTreeSet<Json> = values.filter(|value| slot.first() != Some(value)).collect();
        slot.extend(others);
        Slot(slot)
    }

    fn json(&self, stamp: Lamport, value: &Value) -> Json {
        match self.thing(stamp) {
            Some(Thing::Object(fields)) => Json::Object(self.object(fields)),
            Some(Thing::Array(items)) => Json::Array(items.shown().map(|(_, register)| self.slot(register)).collect()),
            Some(Thing::Text(text)) => Json::Text(text.text()),
            Some(Thing::Counter(count)) => Json::Counter(*count),
            None => value.scalar().unwrap_or(Json::Null),
        }
    }
}

fn nothing_at(path: &[Step]) -> Refused {
    Refused::because(format!("there is nothing at {}", written(path)))
}

fn is_no(path: &[Step], wanted: &str) -> Refused {
    Refused::because(format!("what {} shows is no {wanted}", written(path)))
}

#[cfg(test)]
mod tests {
    use super::super::trials::{check, insert, path, put, shown, string, write};
    use super::*;
    use crate::replica::{Site, StateBased};

    #[test]
    fn of_values_put_concurrently_the_latest_is_shown_and_the_others_are_conflicts() {
        check::<ByIdentity>(
            &[put("key", string("A"))],
            &[put("key", string("C"))],
            &[put("key", string("B"))],
            r#"{"key": "B" | "C"}"#,
        );
        check::<ByIdentity>(&[], &[put("key", string("C"))], &[put("key", string("C"))], r#"{"key": "C"}"#);
    }

    #[test]
    fn two_lists_made_at_one_key_are_two_and_one_is_shown() {
        check::<ByIdentity>(
            &[],
            &[put("list", Value::Array), insert("list", 0, string("eggs")), insert("list", 1, string("ham"))],
            &[put("list", Value::Array), insert("list", 0, string("milk"))],
            r#"{"list": ["milk"] | ["eggs", "ham"]}"#,
        );
    }

    #[test]
    fn an_edit_inside_a_deleted_object_shows_nothing() {
        let before = [
            put("todo", Value::Array),
            insert("todo", 0, Value::Object),
            put("todo[0].done", Value::Bool(false)),
            put("note", Value::Text),
        ];
        check::<ByIdentity>(
            &before,
            &[DocumentOp::Delete(path("todo[0]")), put("note", string("gone"))],
            &[put("todo[0].done", Value::Bool(true)), DocumentOp::Type(path("note"), 0, 'x')],
            r#"{"note": "gone", "todo": []}"#,
        );
    }

    #[test]
    fn an_element_that_was_replaced_survives_a_deletion_that_did_not_see_it() {
        check::<ByIdentity>(
            &[put("list", Value::Array), insert("list", 0, Value::Number(1)), insert("list", 1, Value::Number(2))],
            &[DocumentOp::Delete(path("list[0]")), DocumentOp::Delete(path("list[0]"))],
            &[put("list[0]", Value::Number(3))],
            r#"{"list": [3]}"#,
        );
    }

    #[test]
    fn counters_add_up_and_texts_keep_words_whole() {
        let add = |amount| DocumentOp::Add(path("count"), amount);
        let typed = |index, letter| DocumentOp::Type(path("text"), index, letter);
        check::<ByIdentity>(
            &[put("count", Value::Counter), put("text", Value::Text), typed(0, '-')],
            &[add(2), add(-5), typed(1, 'a'), typed(2, 'b'), DocumentOp::Erase(path("text"), 0)],
            &[add(1), typed(1, 'x'), typed(2, 'y'), DocumentOp::Erase(path("text"), 0)],
            r#"{"count": -2, "text": 'abxy'}"#,
        );
    }

    #[test]
    fn a_refusal_says_what_is_there_and_changes_nothing() {
        let mut document = IdentityDocument::default();
        write(&mut document, 0, &[put("a", Value::Array), insert("a", 0, Value::Object), put("b", Value::Null)]);
        let before = document.clone();
        let mut refused = |op: DocumentOp| document.apply(&op, Site::of(0)).expect_err("refused").0;
        assert_eq!(refused(put("a.x", Value::Null)), "what `a` shows is no object");
        assert_eq!(refused(put("a[1]", Value::Null)), "`a` shows 1, so there is no place 1");
        assert_eq!(refused(put("c.x", Value::Null)), "there is nothing at `c`");
        assert_eq!(refused(put("b.x", Value::Null)), "`b` shows a plain value, which can only be replaced");
        assert_eq!(refused(DocumentOp::Add(path("a"), 1)), "what `a` shows is no counter");
        assert_eq!(refused(DocumentOp::Delete(path("a[0].x"))), "there is nothing at `a[0].x`");
        assert_eq!(document, before);
        assert_eq!(shown(&document), r#"{"a": [{}], "b": null}"#);
    }
}
