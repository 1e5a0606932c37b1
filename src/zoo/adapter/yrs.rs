//! yrs: shared types of a document, told by updates that may come in any order.
//!
//! Its documents say of updates that they "are idempotent and commutative", and of a client's identity that it must be
//! unique per active peer. What comes early is kept as pending, and told with the rest of the document.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use yrs::types::ToJson;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{
    Any, Array, ArrayRef, ClientID, Doc, GetString, Map, MapPrelim, MapRef, OffsetKind, Options, Out, ReadTxn,
    StateVector, Text as _, TextRef, Transact, TransactionMut, Update, Xml as _, XmlElementPrelim, XmlFragment,
    XmlFragmentRef, XmlOut,
};

use super::{Nested, nested, put, text, words};
use crate::base::{Canonical, Entry};
use crate::model::latest::Put;
use crate::model::list::ListOp;
use crate::model::map::MapOp;
use crate::model::register::RegisterOp;
use crate::replica::{Contract, Early, Library, Refused};

/// What can be told of it.
pub const ENTRY: Entry = Entry {
    name: "yrs",
    line: "yrs 0.28: text, array, map, nested map and XML, by updates in any order",
    explained: "Updates are commutative and idempotent, and what comes early is kept as pending. Documents compare \
                state vectors and send what the other lacks with all deletions.",
};

/// A shared type at the root of a document.
pub trait Shared: 'static {
    /// What can be asked of it.
    type Op: Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// What it shows.
    type View: Clone + Eq + Debug + Canonical + 'static;
    /// The handle of it.
    type Root;

    /// The handle in a document.
    fn root(doc: &Doc) -> Self::Root;

    /// Carries out an operation.
    fn apply(root: &Self::Root, op: &Self::Op, txn: &mut TransactionMut<'_>) -> Result<(), Refused>;

    /// What it shows.
    fn view(root: &Self::Root, doc: &Doc) -> Self::View;

    /// What is worth asking.
    fn propose(view: &Self::View, pick: &mut dyn FnMut(u64) -> u64) -> Self::Op;
}

/// The updates that the document tells of, of which those that come from others are not for others.
type News = Rc<RefCell<Vec<Vec<u8>>>>;

/// A document with one shared type.
pub struct Document<S: Shared> {
    doc: Doc,
    root: S::Root,
    news: News,
    shared: PhantomData<S>,
}

/// The origin of transactions that take in what others did.
const THEIRS: &str = "theirs";

impl<S: Shared> Document<S> {
    fn taken(&self, update: &[u8]) -> Result<(), String> {
        let update = Update::decode_v1(update).map_err(|error| error.to_string())?;
        self.doc.transact_mut_with(THEIRS).apply_update(update).map_err(|error| error.to_string())
    }
}

impl<S: Shared> Library for Document<S> {
    type Op = S::Op;
    type View = S::View;
    type Update = Vec<u8>;
    type Saved = Vec<u8>;
    type Version = Vec<u8>;

    const CONTRACT: Contract = Contract::AnyOrder;
    const EARLY: Early = Early::IsShownInPart;
    const MERGES: bool = true;

    fn new(identity: u64) -> Self {
        let options = Options { offset_kind: OffsetKind::Utf16, ..Options::with_client_id(ClientID::new(identity)) };
        let doc = Doc::with_options(options);
        let root = S::root(&doc);
        let news = News::default();
        let told = Rc::clone(&news);
        let observed = doc.observe_update_v1("news", move |txn, event| {
            if txn.origin() != Some(&THEIRS.into()) {
                told.borrow_mut().push(event.update.clone());
            }
        });
        observed.unwrap_or_else(|error| panic!("a new document is not observed: {error}"));
        Document { doc, root, news, shared: PhantomData }
    }

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> S::Op {
        S::propose(&self.view(), pick)
    }

    fn apply(&mut self, op: &S::Op) -> Result<(), Refused> {
        let before = self.news.borrow().len();
        let mut txn = self.doc.transact_mut();
        S::apply(&self.root, op, &mut txn)?;
        drop(txn);
        // What changes nothing is not told to anybody.
        let told = self.news.borrow().len() > before;
        if told { Ok(()) } else { Err(Refused::because("it changes nothing")) }
    }

    fn export(&mut self) -> Vec<Vec<u8>> {
        self.news.take()
    }

    fn import(&mut self, batch: &[Vec<u8>]) -> Result<(), String> {
        if let [update] = batch {
            return self.taken(update);
        }
        let merged = yrs::merge_updates_v1(batch.iter().map(Vec::as_slice)).map_err(|error| error.to_string())?;
        self.taken(&merged)
    }

    fn view(&self) -> S::View {
        S::view(&self.root, &self.doc)
    }

    fn pending(&self) -> Option<String> {
        self.doc.transact().has_missing_updates().then(|| "the document says that updates are missing".to_owned())
    }

    fn save(&self) -> Vec<u8> {
        self.doc.transact().encode_state_as_update_v1(&StateVector::default())
    }

    fn load(identity: u64, saved: &Vec<u8>) -> Result<Self, String> {
        let document = Self::new(identity);
        document.taken(saved)?;
        Ok(document)
    }

    fn merge(&mut self, saved: &Vec<u8>) -> Option<Result<(), String>> {
        Some(self.taken(saved))
    }

    fn version(&self) -> Option<Vec<u8>> {
        Some(self.doc.transact().state_vector().encode_v1())
    }

    fn since(&self, version: &Vec<u8>) -> Option<Vec<u8>> {
        let version = StateVector::decode_v1(version).ok()?;
        Some(self.doc.transact().encode_state_as_update_v1(&version))
    }

    fn size(update: &Vec<u8>) -> u64 {
        update.len() as u64
    }
}

/// How many words of sixteen bits lie before a character, and how many it takes.
fn in_utf16(characters: &[char], index: u32) -> (u32, u32) {
    let before = characters.iter().take(index as usize).map(|c| c.len_utf16() as u32).sum();
    (before, characters.get(index as usize).map_or(0, |c| c.len_utf16() as u32))
}

fn fits<E>(op: &ListOp<E>, len: usize) -> Result<(), Refused> {
    op.fits(len as u32).map_err(Refused::because)
}

/// A text.
#[derive(Debug)]
pub struct Text;

impl Shared for Text {
    type Op = ListOp<char>;
    type View = Vec<char>;
    type Root = TextRef;

    fn root(doc: &Doc) -> TextRef {
        doc.get_or_insert_text("text")
    }

    fn apply(root: &TextRef, op: &ListOp<char>, txn: &mut TransactionMut<'_>) -> Result<(), Refused> {
        let now: Vec<char> = root.get_string(txn).chars().collect();
        fits(op, now.len())?;
        match op {
            ListOp::Insert(index, value) => root.insert(txn, in_utf16(&now, *index).0, &value.to_string()),
            ListOp::Delete(index) => {
                let (at, len) = in_utf16(&now, *index);
                root.remove_range(txn, at, len);
            }
        }
        Ok(())
    }

    fn view(root: &TextRef, doc: &Doc) -> Vec<char> {
        root.get_string(&doc.transact()).chars().collect()
    }

    fn propose(view: &Vec<char>, pick: &mut dyn FnMut(u64) -> u64) -> ListOp<char> {
        text(view.len(), pick)
    }
}

/// An array.
#[derive(Debug)]
pub struct Values;

impl Shared for Values {
    type Op = ListOp<char>;
    type View = Vec<char>;
    type Root = ArrayRef;

    fn root(doc: &Doc) -> ArrayRef {
        doc.get_or_insert_array("array")
    }

    fn apply(root: &ArrayRef, op: &ListOp<char>, txn: &mut TransactionMut<'_>) -> Result<(), Refused> {
        fits(op, root.len(txn) as usize)?;
        match op {
            ListOp::Insert(index, value) => drop(root.insert(txn, *index, value.to_string())),
            ListOp::Delete(index) => root.remove(txn, *index),
        }
        Ok(())
    }

    fn view(root: &ArrayRef, doc: &Doc) -> Vec<char> {
        let txn = doc.transact();
        root.iter(&txn).map(|out| string(&out)).flat_map(|value| value.chars().collect::<Vec<_>>()).collect()
    }

    fn propose(view: &Vec<char>, pick: &mut dyn FnMut(u64) -> u64) -> ListOp<char> {
        text(view.len(), pick)
    }
}

/// The text of a value.
fn string(out: &Out) -> String {
    match out {
        Out::Any(Any::String(value)) => value.to_string(),
        other => format!("{other:?}"),
    }
}

fn put_in(map: &MapRef, op: &Put<String, String>, txn: &mut TransactionMut<'_>) {
    match op {
        MapOp::Update(key, RegisterOp::Write(value)) => drop(map.insert(txn, key.clone(), value.clone())),
        MapOp::Remove(key) => drop(map.remove(txn, key)),
    }
}

/// A map.
#[derive(Debug)]
pub struct Fields;

impl Shared for Fields {
    type Op = Put<String, String>;
    type View = BTreeMap<String, String>;
    type Root = MapRef;

    fn root(doc: &Doc) -> MapRef {
        doc.get_or_insert_map("map")
    }

    fn apply(root: &MapRef, op: &Self::Op, txn: &mut TransactionMut<'_>) -> Result<(), Refused> {
        put_in(root, op, txn);
        Ok(())
    }

    fn view(root: &MapRef, doc: &Doc) -> Self::View {
        let txn = doc.transact();
        root.iter(&txn).map(|(key, out)| (key.to_owned(), string(&out))).collect()
    }

    fn propose(_: &Self::View, pick: &mut dyn FnMut(u64) -> u64) -> Self::Op {
        put(pick)
    }
}

/// A map of maps.
#[derive(Debug)]
pub struct Maps;

impl Shared for Maps {
    type Op = Nested;
    type View = BTreeMap<String, BTreeMap<String, String>>;
    type Root = MapRef;

    fn root(doc: &Doc) -> MapRef {
        doc.get_or_insert_map("maps")
    }

    fn apply(root: &MapRef, op: &Nested, txn: &mut TransactionMut<'_>) -> Result<(), Refused> {
        match op {
            MapOp::Remove(key) => drop(root.remove(txn, key)),
            MapOp::Update(key, op) => {
                let inner = match root.get(txn, key) {
                    Some(Out::YMap(inner)) => inner,
                    _ => root.insert(txn, key.clone(), MapPrelim::default()),
                };
                put_in(&inner, op, txn);
            }
        }
        Ok(())
    }

    fn view(root: &MapRef, doc: &Doc) -> Self::View {
        let txn = doc.transact();
        let inner = |out: Out| match out {
            Out::YMap(inner) => inner.iter(&txn).map(|(key, out)| (key.to_owned(), string(&out))).collect(),
            other => BTreeMap::from([("?".to_owned(), format!("{:?}", other.to_json(&txn)))]),
        };
        let maps = root.iter(&txn).map(|(key, out)| (key.to_owned(), inner(out)));
        maps.filter(|(_, inner)| !inner.is_empty()).collect()
    }

    fn propose(_: &Self::View, pick: &mut dyn FnMut(u64) -> u64) -> Nested {
        nested(pick)
    }
}

/// A change of an XML fragment.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum XmlOp {
    /// Puts an element in so that it has this index.
    Insert(u32, String),
    /// Takes out the element of this index.
    Remove(u32),
    /// Gives the element of this index an attribute.
    Set(u32, String),
}

/// A fragment of XML: elements with an attribute.
#[derive(Debug)]
pub struct Xml;

impl Shared for Xml {
    type Op = XmlOp;
    type View = Vec<String>;
    type Root = XmlFragmentRef;

    fn root(doc: &Doc) -> XmlFragmentRef {
        doc.get_or_insert_xml_fragment("xml")
    }

    fn apply(root: &XmlFragmentRef, op: &XmlOp, txn: &mut TransactionMut<'_>) -> Result<(), Refused> {
        let len = root.len(txn);
        let out_of_range = || Refused::because("there is no such element");
        match op {
            XmlOp::Insert(index, tag) if *index <= len => {
                root.insert(txn, *index, XmlElementPrelim::empty(tag.as_str()));
            }
            XmlOp::Remove(index) if *index < len => root.remove(txn, *index),
            XmlOp::Set(index, value) => {
                let Some(XmlOut::Element(element)) = root.get(txn, *index) else { return Err(out_of_range()) };
                element.insert_attribute(txn, "a", value.as_str());
            }
            _ => return Err(out_of_range()),
        }
        Ok(())
    }

    fn view(root: &XmlFragmentRef, doc: &Doc) -> Vec<String> {
        let txn = doc.transact();
        let told = |node: XmlOut| match node {
            XmlOut::Element(element) => element.get_string(&txn),
            XmlOut::Fragment(fragment) => fragment.get_string(&txn),
            XmlOut::Text(text) => text.get_string(&txn),
        };
        root.children(&txn).map(told).collect()
    }

    fn propose(view: &Vec<String>, pick: &mut dyn FnMut(u64) -> u64) -> XmlOp {
        let len = view.len() as u64;
        match pick(3) {
            0 if len > 0 => XmlOp::Remove(pick(len) as u32),
            1 if len > 0 => XmlOp::Set(pick(len) as u32, words(pick)),
            _ => XmlOp::Insert(pick(len + 1) as u32, words(pick)),
        }
    }
}
