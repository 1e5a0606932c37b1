//! JSON documents by path: whatever is written at one path belongs together.
//!
//! Operations name a path of keys and element identities, and make what is missing on the way. A deletion or an
//! assignment cancels what it saw at its path and below, and nothing else; a path shows when something at or below
//! it is not cancelled. So values assigned concurrently stay beside each other, and so do an object, an array, a
//! text, a counter and scalars written at one path; an element deleted beside an edit inside it comes back with
//! that edit alone. After *A Conflict-Free Replicated JSON Datatype* (2017), with one difference: there what was
//! made on the way to a path stays when the path is deleted, here it was only ever shown for the sake of it.
//!
//! Counters and texts belong to paths, too: a counter adds up the additions that nothing has cancelled.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::History;
use super::change::{Change, Meaning, not_the_root, out_of_range, written};
use super::list::{Content, Letter, List};
use crate::base::{Dot, Lamport, VersionVector};
use crate::model::Specification;
use crate::model::document::{DocumentOp, Json, Object, Reach, Slot, Step, Value, by_path};
use crate::replica::Refused;

/// A document by path with its history.
pub type PathDocument = History<ByPath>;

/// The content of a document by path.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ByPath {
    root: Node,
}

/// A place in a document, by names that mean the same everywhere.
pub type Place = Vec<Way>;

/// One step down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Way {
    /// Under this key.
    Key(String),
    /// Into the element that was inserted with this stamp.
    Element(Lamport),
}

/// What a change does to a document by path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum PathAction {
    /// Assigns a value.
    Put(Place, Value),
    /// Makes an element of the array there, after another one or at the front.
    Insert(Place, Option<Lamport>, Value),
    /// Cancels what it saw.
    Delete(Place),
    /// Adds to the counter there.
    Add(Place, i64),
    /// Makes a letter of the text there, after another one or at the front.
    Type(Place, Option<Lamport>, char),
    /// Deletes a letter of the text there.
    Erase(Place, Lamport),
}

/// All that was written at one path and below.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Node {
    /// How many changes at this path and below are not cancelled.
    live: u32,
    /// The assignments that are not cancelled, by dot.
    puts: Vec<(Dot, Value)>,
    /// The additions that are not cancelled, by dot.
    adds: Vec<(Dot, i64)>,
    fields: BTreeMap<String, Node>,
    items: List<Node>,
    /// Every letter with the change that typed it.
    text: List<(Dot, Letter)>,
}

impl Content for Node {
    fn shows(&self) -> bool {
        self.live > 0
    }
}

impl Content for (Dot, Letter) {
    fn shows(&self) -> bool {
        self.1.shown
    }
}

impl Meaning for ByPath {
    type Action = PathAction;
    const REACH: Reach = Reach::All;

    fn specification() -> Specification<DocumentOp, Object> {
        by_path()
    }

    fn resolve(&self, op: &DocumentOp) -> Result<PathAction, Refused> {
        let path = op.path();
        if path.is_empty() {
            return Err(not_the_root());
        }
        let (place, node) = self.find(path)?;
        Ok(match op {
            DocumentOp::Put(_, value) => PathAction::Put(place, value.clone()),
            DocumentOp::Delete(_) => match node {
                Some(node) if node.shows() => PathAction::Delete(place),
                _ => return Err(Refused::because(format!("there is nothing at {}", written(path)))),
            },
            DocumentOp::Add(_, amount) => PathAction::Add(place, *amount),
            DocumentOp::Insert(_, index, value) => {
                let after = node.map_or(beyond(*index), |node| node.items.before(*index));
                PathAction::Insert(place, after.map_err(|length| out_of_range(path, *index, length))?, value.clone())
            }
            DocumentOp::Type(_, index, letter) => {
                let after = node.map_or(beyond(*index), |node| node.text.before(*index));
                PathAction::Type(place, after.map_err(|length| out_of_range(path, *index, length))?, *letter)
            }
            DocumentOp::Erase(_, index) => {
                let found = node.map_or(Err(0), |node| node.text.at(*index));
                PathAction::Erase(place, found.map_err(|length| out_of_range(path, *index, length))?.0)
            }
        })
    }

    fn carry_out(&mut self, change: &Change<PathAction>) {
        let place = match &change.action {
            PathAction::Put(place, _)
            | PathAction::Insert(place, _, _)
            | PathAction::Delete(place)
            | PathAction::Add(place, _)
            | PathAction::Type(place, _, _)
            | PathAction::Erase(place, _) => place,
        };
        self.root.descend(place, change);
    }

    fn view(&self) -> Object {
        self.root.object()
    }
}

/// Where an insertion goes in what was never made: at the front only.
fn beyond(index: u32) -> Result<Option<Lamport>, usize> {
    if index == 0 { Ok(None) } else { Err(0) }
}

impl ByPath {
    /// The place that a client's path leads to, and what was ever written there.
    fn find(&self, path: &[Step]) -> Result<(Place, Option<&Node>), Refused> {
        let (mut place, mut node) = (Place::new(), Some(&self.root));
        for (depth, step) in path.iter().enumerate() {
            match step {
                Step::Key(key) => {
                    place.push(Way::Key(key.clone()));
                    node = node.and_then(|node| node.fields.get(key));
                }
                Step::At(index) => {
                    let found = node.map_or(Err(0), |node| node.items.at(*index));
                    let (id, item) = found.map_err(|length| out_of_range(&path[..depth], *index, length))?;
                    place.push(Way::Element(id));
                    node = Some(item);
                }
            }
        }
        Ok((place, node))
    }
}

impl Node {
    /// Carries out a change at a place below. Gives by how much the changes not cancelled became more.
    fn descend(&mut self, place: &[Way], change: &Change<PathAction>) -> i32 {
        let more = match place.split_first() {
            None => self.carry_out(change),
            Some((Way::Key(key), rest)) => match self.fields.get_mut(key) {
                Some(node) => {
                    let more = node.descend(rest, change);
                    if node.is_blank() {
                        self.fields.remove(key);
                    }
                    more
                }
                None => {
                    let mut node = Node::default();
                    let more = node.descend(rest, change);
                    if !node.is_blank() {
                        self.fields.insert(key.clone(), node);
                    }
                    more
                }
            },
            Some((Way::Element(id), rest)) => match self.items.get_mut(*id) {
                Some(node) => node.descend(rest, change),
                None => 0,
            },
        };
        self.live = self.live.saturating_add_signed(more);
        more
    }

    /// Carries out a change right here.
    fn carry_out(&mut self, change: &Change<PathAction>) -> i32 {
        match &change.action {
            PathAction::Put(_, value) => {
                let cancelled = self.cancel_inside(&change.seen);
                insert_by_dot(&mut self.puts, change.dot, value.clone());
                1 - cancelled
            }
            PathAction::Delete(_) => -self.cancel_inside(&change.seen),
            PathAction::Add(_, amount) => {
                insert_by_dot(&mut self.adds, change.dot, *amount);
                1
            }
            PathAction::Insert(_, after, value) => {
                let item = Node { live: 1, puts: vec![(change.dot, value.clone())], ..Node::default() };
                i32::from(self.items.insert(change.stamp(), *after, item))
            }
            PathAction::Type(_, after, letter) => {
                let letter = (change.dot, Letter { letter: *letter, shown: true });
                i32::from(self.text.insert(change.stamp(), *after, letter))
            }
            PathAction::Erase(_, id) => match self.text.get_mut(*id) {
                Some((_, letter)) if letter.shown => {
                    letter.shown = false;
                    -1
                }
                _ => 0,
            },
        }
    }

    /// Cancels what was seen, here and below, and says how much that was.
    fn cancel(&mut self, seen: &VersionVector) -> i32 {
        if self.live == 0 {
            return 0;
        }
        let cancelled = self.cancel_inside(seen);
        self.live = self.live.saturating_add_signed(-cancelled);
        cancelled
    }

    /// The same, where the caller sees to the count of this node.
    fn cancel_inside(&mut self, seen: &VersionVector) -> i32 {
        let before = self.puts.len() + self.adds.len();
        self.puts.retain(|(dot, _)| !seen.covers(*dot));
        self.adds.retain(|(dot, _)| !seen.covers(*dot));
        let mut cancelled = (before - self.puts.len() - self.adds.len()) as i32;
        self.fields.retain(|_, node| {
            cancelled += node.cancel(seen);
            !node.is_blank()
        });
        for item in self.items.contents_mut() {
            cancelled += item.cancel(seen);
        }
        for (dot, letter) in self.text.contents_mut() {
            if letter.shown && seen.covers(*dot) {
                letter.shown = false;
                cancelled += 1;
            }
        }
        cancelled
    }

    /// Whether nothing has to be remembered. Elements that do not show are kept: others may stand after them.
    fn is_blank(&self) -> bool {
        self.live == 0 && self.fields.is_empty() && self.items.is_empty() && self.text.is_empty()
    }

    fn object(&self) -> Object {
        let shown = self.fields.iter().filter(|(_, node)| node.shows());
        shown.map(|(key, node)| (key.clone(), node.slot())).collect()
    }

    fn slot(&self) -> Slot {
        let made = |value| self.puts.iter().any(|(_, put)| *put == value);
        let mut values: BTreeSet<Json> = self.puts.iter().filter_map(|(_, value)| value.scalar()).collect();
        if made(Value::Object) || self.fields.values().any(Node::shows) {
            values.insert(Json::Object(self.object()));
        }
        if made(Value::Array) || self.items.shown().next().is_some() {
            values.insert(Json::Array(self.items.shown().map(|(_, item)| item.slot()).collect()));
        }
        if made(Value::Text) || self.text.shown().next().is_some() {
            values.insert(Json::Text(self.text.shown().map(|(_, (_, letter))| letter.letter).collect()));
        }
        if made(Value::Counter) || !self.adds.is_empty() {
            let count = self.adds.iter().fold(0i64, |count, (_, amount)| count.wrapping_add(*amount));
            values.insert(Json::Counter(count));
        }
        Slot(values.into_iter().collect())
    }
}

fn insert_by_dot<T>(list: &mut Vec<(Dot, T)>, dot: Dot, value: T) {
    let place = list.partition_point(|(other, _)| *other < dot);
    list.insert(place, (dot, value));
}

#[cfg(test)]
mod tests {
    use super::super::trials::{check, insert, path, put, shown, string, write};
    use super::*;
    use crate::replica::{Site, StateBased};

    #[test]
    fn values_assigned_concurrently_stay_beside_each_other_until_one_is_assigned_that_saw_them() {
        check::<ByPath>(
            &[put("key", string("A"))],
            &[put("key", string("B"))],
            &[put("key", string("C"))],
            r#"{"key": "B" | "C"}"#,
        );
        check::<ByPath>(&[put("key", string("A"))], &[put("key", string("B"))], &[], r#"{"key": "B"}"#);
    }

    #[test]
    fn a_key_added_beside_a_fresh_start_of_its_object_is_kept_alone() {
        check::<ByPath>(
            &[put("colors", Value::Object), put("colors.blue", string("#0000ff"))],
            &[put("colors.red", string("#ff0000"))],
            &[put("colors", Value::Object), put("colors.green", string("#00ff00"))],
            r##"{"colors": {"green": "#00ff00", "red": "#ff0000"}}"##,
        );
    }

    #[test]
    fn two_lists_made_at_one_path_are_one_list_and_do_not_mix() {
        check::<ByPath>(
            &[],
            &[put("grocery", Value::Array), insert("grocery", 0, string("eggs")), insert("grocery", 1, string("ham"))],
            &[
                put("grocery", Value::Array),
                insert("grocery", 0, string("milk")),
                insert("grocery", 1, string("flour")),
            ],
            r#"{"grocery": ["milk", "flour", "eggs", "ham"]}"#,
        );
    }

    #[test]
    fn an_object_and_an_array_at_one_path_stand_beside_each_other() {
        check::<ByPath>(
            &[],
            &[put("a", Value::Object), put("a.x", string("y"))],
            &[put("a", Value::Array), insert("a", 0, string("z"))],
            r#"{"a": {"x": "y"} | ["z"]}"#,
        );
    }

    #[test]
    fn an_element_deleted_beside_an_edit_inside_it_comes_back_with_that_edit_alone() {
        check::<ByPath>(
            &[
                put("todo", Value::Array),
                insert("todo", 0, Value::Object),
                put("todo[0].title", string("buy milk")),
                put("todo[0].done", Value::Bool(false)),
            ],
            &[DocumentOp::Delete(path("todo[0]"))],
            &[put("todo[0].done", Value::Bool(true))],
            r#"{"todo": [{"done": true}]}"#,
        );
    }

    #[test]
    fn a_deletion_takes_what_it_saw_of_a_counter_and_a_text() {
        let typed = |index, letter| DocumentOp::Type(path("text"), index, letter);
        check::<ByPath>(
            &[DocumentOp::Add(path("count"), 5), typed(0, 'h'), typed(1, 'i')],
            &[DocumentOp::Delete(path("count")), DocumentOp::Delete(path("text"))],
            &[DocumentOp::Add(path("count"), 1), typed(2, '!')],
            r#"{"count": +1, "text": '!'}"#,
        );
    }

    #[test]
    fn what_was_made_only_on_the_way_goes_with_what_it_led_to() {
        let mut document = PathDocument::default();
        write(&mut document, 0, &[put("a.b.c", Value::Null), put("d", Value::Object), put("d.e", Value::Null)]);
        assert_eq!(shown(&document), r#"{"a": {"b": {"c": null}}, "d": {"e": null}}"#);
        write(&mut document, 0, &[DocumentOp::Delete(path("a.b.c")), DocumentOp::Delete(path("d.e"))]);
        assert_eq!(shown(&document), r#"{"d": {}}"#);
    }

    #[test]
    fn a_refusal_says_what_is_there_and_changes_nothing() {
        let mut document = PathDocument::default();
        write(&mut document, 0, &[insert("a.b", 0, Value::Null)]);
        let before = document.clone();
        let mut refused = |op: DocumentOp| document.apply(&op, Site::of(0)).expect_err("refused").0;
        assert_eq!(refused(insert("a.b", 2, Value::Null)), "`a.b` shows 1, so there is no place 2");
        assert_eq!(refused(put("a.b[1].c", Value::Null)), "`a.b` shows 1, so there is no place 1");
        assert_eq!(refused(DocumentOp::Erase(path("a.b[0]"), 0)), "`a.b[0]` shows 0, so there is no place 0");
        assert_eq!(refused(DocumentOp::Delete(path("c"))), "there is nothing at `c`");
        assert_eq!(refused(put("", Value::Null)), "the root is an object that stays; name a key in it");
        assert_eq!(document, before);
    }
}
