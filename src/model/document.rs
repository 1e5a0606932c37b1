//! JSON documents: what clients ask of one, and what they are shown.
//!
//! One language serves both published meanings, by path and by identity; they differ in what concurrent
//! operations come to, and in that an operation by path makes what it lacks on the way. An index is one
//! into what the writer is shown at that moment. No meaning is decided here.

mod by_identity;
mod by_path;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::{Canonical, Digester};

pub use by_identity::by_identity;
pub use by_path::by_path;

/// One step down from an object or an array.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Step {
    /// To what an object holds under this key.
    Key(String),
    /// To what an array shows at this index.
    At(u32),
}

/// What can be put somewhere: a scalar, or something empty to build on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Value {
    /// Nothing, said explicitly.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(i64),
    /// A string that is replaced as a whole.
    String(String),
    /// An object without keys.
    Object,
    /// An array without elements.
    Array,
    /// A text without characters, to be edited letter by letter.
    Text,
    /// A counter at zero.
    Counter,
}

impl Value {
    /// What it shows as, unless it is something to build on.
    pub fn scalar(&self) -> Option<Json> {
        match self {
            Value::Null => Some(Json::Null),
            Value::Bool(truth) => Some(Json::Bool(*truth)),
            Value::Number(number) => Some(Json::Number(*number)),
            Value::String(string) => Some(Json::String(string.clone())),
            Value::Object | Value::Array | Value::Text | Value::Counter => None,
        }
    }
}

/// What a client can ask of a document. The root is an object and always there; an empty path leads to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DocumentOp {
    /// Put a value at a key or element, in place of what is shown there.
    Put(Vec<Step>, Value),
    /// Insert a value into the array there, at this index.
    Insert(Vec<Step>, u32, Value),
    /// Take away the key or element with all below it.
    Delete(Vec<Step>),
    /// Add to the counter there.
    Add(Vec<Step>, i64),
    /// Insert a character into the text there, at this index.
    Type(Vec<Step>, u32, char),
    /// Delete the character at this index of the text there.
    Erase(Vec<Step>, u32),
}

impl DocumentOp {
    /// Where it leads.
    pub fn path(&self) -> &[Step] {
        match self {
            DocumentOp::Put(path, _)
            | DocumentOp::Insert(path, _, _)
            | DocumentOp::Delete(path)
            | DocumentOp::Add(path, _)
            | DocumentOp::Type(path, _, _)
            | DocumentOp::Erase(path, _) => path,
        }
    }
}

/// One value as a client sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Json {
    /// Nothing, said explicitly.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(i64),
    /// A string.
    String(String),
    /// What a counter counts.
    Counter(i64),
    /// What a text says.
    Text(String),
    /// The slots under the keys.
    Object(Object),
    /// The slots in their order.
    Array(Vec<Slot>),
}

/// An object as a client sees it; a document's view is that of its root.
pub type Object = BTreeMap<String, Slot>;

/// What a key or element holds: one value, or several that were put there concurrently.
///
/// By path all stand beside each other, sorted; by identity the first is the one shown, and the others,
/// sorted, are its conflicts. No value is in it twice, and it is never empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Slot(pub Vec<Json>);

impl Canonical for Slot {
    fn feed(&self, digester: &mut Digester) {
        self.0.feed(digester);
    }
}

impl Canonical for Json {
    fn feed(&self, digester: &mut Digester) {
        match self {
            Json::Null => 0u8.feed(digester),
            Json::Bool(truth) => (1u8, *truth).feed(digester),
            Json::Number(number) => (2u8, *number).feed(digester),
            Json::String(string) => (3u8, string.as_str()).feed(digester),
            Json::Counter(count) => (4u8, *count).feed(digester),
            Json::Text(text) => (5u8, text.as_str()).feed(digester),
            Json::Object(object) => (6u8, object).feed(digester),
            Json::Array(slots) => (7u8, slots).feed(digester),
        }
    }
}

/// As JSON, with what stands beside each other between bars: `{"a": 1 | [], "b": "x"}`. A text is in
/// single quotes, and a counter has its sign.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(truth) => write!(f, "{truth}"),
            Json::Number(number) => write!(f, "{number}"),
            Json::String(string) => write!(f, "{string:?}"),
            Json::Counter(count) => write!(f, "{count:+}"),
            Json::Text(text) => write!(f, "'{text}'"),
            Json::Object(object) => {
                f.write_str("{")?;
                for (index, (key, slot)) in object.iter().enumerate() {
                    write!(f, "{}{key:?}: {slot}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str("}")
            }
            Json::Array(slots) => {
                f.write_str("[")?;
                for (index, slot) in slots.iter().enumerate() {
                    write!(f, "{}{slot}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, value) in self.0.iter().enumerate() {
            write!(f, "{}{value}", if index == 0 { "" } else { " | " })?;
        }
        Ok(())
    }
}

/// Which of the values in a slot an operation can be on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Any of them: a step or edit finds the one of its own kind.
    All,
    /// Only the first, which is the one shown.
    Shown,
}

/// An operation worth trying on a document that shows this: on few keys and not deep, so that edits, puts
/// and deletions meet. `pick` gives a number below its argument.
pub fn propose(root: &Object, reach: Reach, pick: &mut dyn FnMut(u64) -> u64) -> DocumentOp {
    let mut path = Vec::new();
    let mut object = root;
    loop {
        let key = ["a", "b", "c"][pick(3) as usize];
        path.push(Step::Key(key.to_string()));
        let mut slot = object.get(key);
        // Down through arrays, until an object asks for the next key.
        loop {
            let Some(Slot(values)) = slot else { return DocumentOp::Put(path.clone(), value(path.len(), pick)) };
            if pick(5) == 0 {
                return if pick(2) == 0 {
                    DocumentOp::Delete(path)
                } else {
                    DocumentOp::Put(path.clone(), value(path.len(), pick))
                };
            }
            let candidates = if reach == Reach::All { values.len() as u64 } else { 1 };
            match &values[pick(candidates) as usize] {
                Json::Object(below) => {
                    object = below;
                    break;
                }
                Json::Array(slots) => {
                    let length = slots.len() as u64;
                    if length == 0 || pick(3) == 0 {
                        let index = pick(length + 1) as u32;
                        return DocumentOp::Insert(path.clone(), index, value(path.len() + 1, pick));
                    }
                    let index = pick(length);
                    path.push(Step::At(index as u32));
                    slot = slots.get(index as usize);
                }
                Json::Text(text) => {
                    let length = text.chars().count() as u64;
                    return if length == 0 || pick(3) > 0 {
                        // One spot is better than many: the ends are where writers meet.
                        let index = if pick(2) == 0 { length } else { pick(length + 1) };
                        DocumentOp::Type(path, index as u32, char::from(b'a' + pick(26) as u8))
                    } else {
                        DocumentOp::Erase(path, pick(length) as u32)
                    };
                }
                Json::Counter(_) => return DocumentOp::Add(path, pick(5) as i64 - 1),
                _ => return DocumentOp::Put(path.clone(), value(path.len(), pick)),
            }
        }
    }
}

/// Something to put at this depth: what can be built on, near the root, and scalars below.
fn value(depth: usize, pick: &mut dyn FnMut(u64) -> u64) -> Value {
    match pick(if depth < 4 { 10 } else { 4 }) {
        0 => Value::Null,
        1 => Value::Bool(pick(2) == 0),
        2 => Value::Number(pick(4) as i64),
        3 => Value::String(char::from(b'u' + pick(4) as u8).to_string()),
        4 | 5 => Value::Object,
        6 | 7 => Value::Array,
        8 => Value::Text,
        _ => Value::Counter,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Specification;
    use super::super::testing::shown;
    use super::*;

    fn path(text: &str) -> Vec<Step> {
        let words = text.split(['.', '[', ']']).filter(|word| !word.is_empty());
        words.map(|word| word.parse().map_or_else(|_| Step::Key(word.to_owned()), Step::At)).collect()
    }

    pub(super) fn put(at: &str, value: Value) -> DocumentOp {
        DocumentOp::Put(path(at), value)
    }

    pub(super) fn insert(at: &str, index: u32, value: Value) -> DocumentOp {
        DocumentOp::Insert(path(at), index, value)
    }

    pub(super) fn delete(at: &str) -> DocumentOp {
        DocumentOp::Delete(path(at))
    }

    pub(super) fn types(at: &str, index: u32, letter: char) -> DocumentOp {
        DocumentOp::Type(path(at), index, letter)
    }

    pub(super) fn erase(at: &str, index: u32) -> DocumentOp {
        DocumentOp::Erase(path(at), index)
    }

    /// What a story must come to, as JSON.
    #[track_caller]
    pub(super) fn check(
        meaning: &Specification<DocumentOp, Object>,
        told: impl IntoIterator<Item = (&'static str, DocumentOp, &'static str)>,
        expected: &str,
    ) {
        assert_eq!(Json::Object(shown(meaning, told)).to_string(), expected);
    }

    #[test]
    fn a_view_prints_as_json_with_conflicts_between_bars() {
        let slot = |values: &[Json]| Slot(values.to_vec());
        let item = Json::Object(Object::from([("done".to_string(), slot(&[Json::Bool(true)]))]));
        let root = Object::from([
            ("list".to_string(), slot(&[Json::Number(3), Json::Array(vec![slot(&[item]), slot(&[Json::Null])])])),
            ("note".to_string(), slot(&[Json::String("x".into()), Json::Text("y".into()), Json::Counter(2)])),
        ]);
        let expected = r#"{"list": 3 | [{"done": true}, null], "note": "x" | 'y' | +2}"#;
        assert_eq!(Json::Object(root).to_string(), expected);
    }

    #[test]
    fn different_kinds_with_one_content_have_different_digests() {
        let digests = [Json::String("a".into()), Json::Text("a".into()), Json::Number(1), Json::Counter(1)]
            .map(|json| Digester::of(&json));
        assert!(digests.iter().enumerate().all(|(n, digest)| !digests[..n].contains(digest)), "{digests:?}");
    }

    #[test]
    fn proposals_are_of_every_kind() {
        let (mut state, mut kinds) = (1u64, [0; 6]);
        let mut pick = |bound: u64| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) % bound
        };
        let slot = |value| Slot(vec![Json::Null, value]);
        let root = Object::from([
            ("a".to_string(), slot(Json::Text("abc".into()))),
            ("b".to_string(), slot(Json::Counter(0))),
            ("c".to_string(), slot(Json::Array(vec![slot(Json::Object(Object::new()))]))),
        ]);
        for _ in 0..400 {
            let kind = match propose(&root, Reach::All, &mut pick) {
                DocumentOp::Put(..) => 0,
                DocumentOp::Insert(..) => 1,
                DocumentOp::Delete(..) => 2,
                DocumentOp::Add(..) => 3,
                DocumentOp::Type(..) => 4,
                DocumentOp::Erase(..) => 5,
            };
            kinds[kind] += 1;
            let only = propose(&root, Reach::Shown, &mut pick);
            assert!(matches!(only, DocumentOp::Put(..) | DocumentOp::Delete(..)), "{only:?} is on what is not shown");
        }
        assert!(kinds.iter().all(|n| *n > 10), "{kinds:?}");
    }
}
