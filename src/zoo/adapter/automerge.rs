//! automerge: values of a document, told by changes that may come in any order.
//!
//! Its documents say that changes commute and are idempotent, that one which lacks its past is queued, that concurrent
//! deletion and change of a value leave the changed value, and that an actor must not be used twice at a time. All
//! documents begin with the same first change, which makes the objects that are then shared. Offsets are characters.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::marker::PhantomData;

use automerge::transaction::{Transactable, Transaction};
use automerge::{
    ActorId, Automerge, AutomergeError, ChangeHash, ObjId as ExId, ObjType, ROOT, ReadDoc, SaveOptions, ScalarValue,
    TextEncoding, Value,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Nested, nested, put, text};
use crate::base::{Canonical, Entry};
use crate::model::counter::CounterOp;
use crate::model::latest::Put;
use crate::model::list::ListOp;
use crate::model::map::MapOp;
use crate::model::register::RegisterOp;
use crate::replica::{Contract, Early, Library, Refused};

/// What can be told of it.
pub const ENTRY: Entry = Entry {
    name: "automerge",
    line: "automerge 0.12: text, list, map, nested map and counter, by changes in any order",
    explained: "Changes form a graph by their hashes; one whose past is missing is queued. Documents compare heads and \
                send the changes that the other lacks, and saved documents can be loaded into others.",
};

/// A value at the root of a document.
pub trait Valued: 'static {
    /// What can be asked of it.
    type Op: Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// What it shows.
    type View: Clone + Eq + Debug + Canonical + 'static;

    /// Makes it, in the change that all documents begin with.
    fn make(txn: &mut Transaction<'_>) -> Result<(), AutomergeError>;

    /// Why an operation does not fit what is there, if it does not.
    fn misfit(_doc: &Automerge, _op: &Self::Op) -> Option<String> {
        None
    }

    /// Carries out an operation that fits.
    fn apply(txn: &mut Transaction<'_>, op: &Self::Op) -> Result<(), AutomergeError>;

    /// What it shows.
    fn view(doc: &Automerge) -> Self::View;

    /// What is worth asking.
    fn propose(doc: &Automerge, pick: &mut dyn FnMut(u64) -> u64) -> Self::Op;
}

/// A document with one value.
pub struct Document<V: Valued> {
    doc: Automerge,
    told: Vec<ChangeHash>,
    news: Vec<Vec<u8>>,
    valued: PhantomData<V>,
}

fn actor(identity: u64) -> ActorId {
    ActorId::from(identity.to_be_bytes())
}

impl<V: Valued> Document<V> {
    fn of(mut doc: Automerge, identity: u64) -> Self {
        doc.set_actor(actor(identity));
        let told = doc.get_heads();
        Document { doc, told, news: Vec::new(), valued: PhantomData }
    }
}

impl<V: Valued> Library for Document<V> {
    type Op = V::Op;
    type View = V::View;
    type Update = Vec<u8>;
    type Saved = Vec<u8>;
    type Version = Vec<ChangeHash>;

    const CONTRACT: Contract = Contract::AnyOrder;
    const EARLY: Early = Early::Waits;
    const MERGES: bool = true;

    fn new(identity: u64) -> Self {
        let mut doc = Automerge::new_with_encoding(TextEncoding::UnicodeCodePoint);
        doc.set_actor(actor(u64::MAX));
        let mut txn = doc.transaction();
        V::make(&mut txn).unwrap_or_else(|error| panic!("the first change fails: {error}"));
        txn.commit();
        Document::of(doc, identity)
    }

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> V::Op {
        V::propose(&self.doc, pick)
    }

    fn apply(&mut self, op: &V::Op) -> Result<(), Refused> {
        if let Some(misfit) = V::misfit(&self.doc, op) {
            return Err(Refused::because(misfit));
        }
        let mut txn = self.doc.transaction();
        V::apply(&mut txn, op).unwrap_or_else(|error| panic!("a valid operation fails: {error}"));
        match txn.commit() {
            (Some(hash), _) => {
                let change = self.doc.get_change_by_hash(&hash).unwrap_or_else(|| panic!("a change is not there"));
                self.news.push(change.raw_bytes().to_vec());
                Ok(())
            }
            // What changes nothing is no change.
            (None, _) => Err(Refused::because("it changes nothing")),
        }
    }

    fn export(&mut self) -> Vec<Vec<u8>> {
        self.told = self.doc.get_heads();
        std::mem::take(&mut self.news)
    }

    fn import(&mut self, batch: &[Vec<u8>]) -> Result<(), String> {
        self.doc.load_incremental(&batch.concat()).map(drop).map_err(|error| error.to_string())
    }

    fn view(&self) -> V::View {
        V::view(&self.doc)
    }

    fn pending(&self) -> Option<String> {
        let missing = self.doc.get_missing_deps(&[]);
        (!missing.is_empty()).then(|| format!("{} changes are missing", missing.len()))
    }

    fn save(&self) -> Vec<u8> {
        self.doc.save_with_options(SaveOptions { retain_orphans: false, ..SaveOptions::default() })
    }

    fn load(identity: u64, saved: &Vec<u8>) -> Result<Self, String> {
        Automerge::load(saved).map(|doc| Document::of(doc, identity)).map_err(|error| error.to_string())
    }

    fn fork(&self, identity: u64) -> Result<Self, String> {
        Ok(Document::of(self.doc.fork(), identity))
    }

    fn merge(&mut self, saved: &Vec<u8>) -> Option<Result<(), String>> {
        Some(self.import(std::slice::from_ref(saved)))
    }

    fn version(&self) -> Option<Vec<ChangeHash>> {
        Some(self.doc.get_heads())
    }

    fn since(&self, version: &Vec<ChangeHash>) -> Option<Vec<u8>> {
        Some(self.doc.save_after(version))
    }

    fn size(update: &Vec<u8>) -> u64 {
        update.len() as u64
    }
}

/// The object of a name at the root.
fn object(doc: &impl ReadDoc, name: &str) -> ExId {
    match doc.get(ROOT, name) {
        Ok(Some((Value::Object(_), id))) => id,
        other => panic!("{name} is no object: {other:?}"),
    }
}

fn string(value: &Value<'_>) -> String {
    match value {
        Value::Scalar(scalar) => match scalar.as_ref() {
            ScalarValue::Str(value) => value.to_string(),
            other => format!("{other:?}"),
        },
        other => format!("{other:?}"),
    }
}

fn misfit<E>(doc: &Automerge, name: &str, op: &ListOp<E>) -> Option<String> {
    op.fits(doc.length(object(doc, name)) as u32).err()
}

/// A text.
#[derive(Debug)]
pub struct Text;

impl Valued for Text {
    type Op = ListOp<char>;
    type View = Vec<char>;

    fn make(txn: &mut Transaction<'_>) -> Result<(), AutomergeError> {
        txn.put_object(ROOT, "text", ObjType::Text).map(drop)
    }

    fn misfit(doc: &Automerge, op: &ListOp<char>) -> Option<String> {
        misfit(doc, "text", op)
    }

    fn apply(txn: &mut Transaction<'_>, op: &ListOp<char>) -> Result<(), AutomergeError> {
        let text = object(txn, "text");
        match op {
            ListOp::Insert(index, value) => txn.splice_text(text, *index as usize, 0, &value.to_string()),
            ListOp::Delete(index) => txn.splice_text(text, *index as usize, 1, ""),
        }
    }

    fn view(doc: &Automerge) -> Vec<char> {
        doc.text(object(doc, "text")).map(|text| text.chars().collect()).unwrap_or_default()
    }

    fn propose(doc: &Automerge, pick: &mut dyn FnMut(u64) -> u64) -> ListOp<char> {
        text(doc.length(object(doc, "text")), pick)
    }
}

/// A list.
#[derive(Debug)]
pub struct List;

impl Valued for List {
    type Op = ListOp<char>;
    type View = Vec<char>;

    fn make(txn: &mut Transaction<'_>) -> Result<(), AutomergeError> {
        txn.put_object(ROOT, "list", ObjType::List).map(drop)
    }

    fn misfit(doc: &Automerge, op: &ListOp<char>) -> Option<String> {
        misfit(doc, "list", op)
    }

    fn apply(txn: &mut Transaction<'_>, op: &ListOp<char>) -> Result<(), AutomergeError> {
        let list = object(txn, "list");
        match op {
            ListOp::Insert(index, value) => txn.insert(list, *index as usize, value.to_string()),
            ListOp::Delete(index) => txn.delete(list, *index as usize),
        }
    }

    fn view(doc: &Automerge) -> Vec<char> {
        let list = object(doc, "list");
        let values = (0..doc.length(&list)).filter_map(|index| doc.get(&list, index).ok().flatten());
        values.flat_map(|(value, _)| string(&value).chars().collect::<Vec<_>>()).collect()
    }

    fn propose(doc: &Automerge, pick: &mut dyn FnMut(u64) -> u64) -> ListOp<char> {
        text(doc.length(object(doc, "list")), pick)
    }
}

fn put_in(txn: &mut Transaction<'_>, map: &ExId, op: &Put<String, String>) -> Result<(), AutomergeError> {
    match op {
        MapOp::Update(key, RegisterOp::Write(value)) => txn.put(map, key.as_str(), value.as_str()),
        MapOp::Remove(key) => txn.delete(map, key.as_str()),
    }
}

fn fields(doc: &Automerge, map: &ExId) -> BTreeMap<String, String> {
    let field = |key: String| doc.get(map, key.as_str()).ok().flatten().map(|(value, _)| (key, string(&value)));
    doc.keys(map).filter_map(field).collect()
}

/// A map.
#[derive(Debug)]
pub struct Fields;

impl Valued for Fields {
    type Op = Put<String, String>;
    type View = BTreeMap<String, String>;

    fn make(txn: &mut Transaction<'_>) -> Result<(), AutomergeError> {
        txn.put_object(ROOT, "map", ObjType::Map).map(drop)
    }

    fn apply(txn: &mut Transaction<'_>, op: &Self::Op) -> Result<(), AutomergeError> {
        let map = object(txn, "map");
        put_in(txn, &map, op)
    }

    fn view(doc: &Automerge) -> Self::View {
        fields(doc, &object(doc, "map"))
    }

    fn propose(_: &Automerge, pick: &mut dyn FnMut(u64) -> u64) -> Self::Op {
        put(pick)
    }
}

/// A map of maps.
#[derive(Debug)]
pub struct Maps;

impl Valued for Maps {
    type Op = Nested;
    type View = super::Maps;

    fn make(txn: &mut Transaction<'_>) -> Result<(), AutomergeError> {
        txn.put_object(ROOT, "maps", ObjType::Map).map(drop)
    }

    fn apply(txn: &mut Transaction<'_>, op: &Nested) -> Result<(), AutomergeError> {
        let maps = object(txn, "maps");
        match op {
            MapOp::Remove(key) => txn.delete(&maps, key.as_str()),
            MapOp::Update(key, op) => {
                let inner = match txn.get(&maps, key.as_str())? {
                    Some((Value::Object(_), inner)) => inner,
                    _ => txn.put_object(&maps, key.as_str(), ObjType::Map)?,
                };
                put_in(txn, &inner, op)
            }
        }
    }

    fn view(doc: &Automerge) -> super::Maps {
        let maps = object(doc, "maps");
        let inner = |key: String| match doc.get(&maps, key.as_str()) {
            Ok(Some((Value::Object(_), inner))) => Some((key, fields(doc, &inner))),
            _ => None,
        };
        doc.keys(&maps).filter_map(inner).filter(|(_, inner)| !inner.is_empty()).collect()
    }

    fn propose(_: &Automerge, pick: &mut dyn FnMut(u64) -> u64) -> Nested {
        nested(pick)
    }
}

/// A counter.
#[derive(Debug)]
pub struct Count;

impl Valued for Count {
    type Op = CounterOp;
    type View = i64;

    fn make(txn: &mut Transaction<'_>) -> Result<(), AutomergeError> {
        txn.put(ROOT, "counter", ScalarValue::counter(0))
    }

    fn apply(txn: &mut Transaction<'_>, op: &CounterOp) -> Result<(), AutomergeError> {
        let by = match op {
            CounterOp::Increment(amount) => i64::from(*amount),
            CounterOp::Decrement(amount) => -i64::from(*amount),
        };
        txn.increment(ROOT, "counter", by)
    }

    fn view(doc: &Automerge) -> i64 {
        match doc.get(ROOT, "counter") {
            Ok(Some((value, _))) => value.as_i64().unwrap_or(i64::MIN),
            other => panic!("the counter is gone: {other:?}"),
        }
    }

    fn propose(_: &Automerge, pick: &mut dyn FnMut(u64) -> u64) -> CounterOp {
        CounterOp::propose(pick)
    }
}
