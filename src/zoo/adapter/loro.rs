//! loro: containers of a document, told by updates that may come in any order.
//!
//! Its documents say that updates may be imported in arbitrary order and more than once, that what lacks its past
//! waits as pending and is no part of a snapshot, and that a peer's identity must not be used twice. Offsets of text
//! are characters.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::marker::PhantomData;

use loro::{
    Container, ExportMode, LoroCounter, LoroDoc, LoroList, LoroMap, LoroMovableList, LoroText, LoroTree, LoroValue,
    TreeID, TreeParentId, ValueOrContainer, VersionVector,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{MoveOp, Nested, nested, put, text};
use crate::base::{Canonical, Entry};
use crate::model::counter::CounterOp;
use crate::model::latest::Put;
use crate::model::list::ListOp;
use crate::model::map::MapOp;
use crate::model::register::RegisterOp;
use crate::replica::{Contract, Early, Library, Refused};

/// What can be told of it.
pub const ENTRY: Entry = Entry {
    name: "loro",
    line: "loro 1.17: text, list, movable list, map, nested map, counter and tree, by updates in any order",
    explained: "Updates may come in any order and more than once; what lacks its past waits. Documents tell each other \
                what they lack from a version vector on, and snapshots can be imported like updates.",
};

/// A container at the root of a document.
pub trait Contained: 'static {
    /// What can be asked of it.
    type Op: Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// What it shows.
    type View: Clone + Eq + Debug + Canonical + 'static;

    /// Carries out an operation.
    fn apply(doc: &LoroDoc, op: &Self::Op) -> Result<(), Refused>;

    /// What it shows.
    fn view(doc: &LoroDoc) -> Self::View;

    /// What is worth asking.
    fn propose(doc: &LoroDoc, pick: &mut dyn FnMut(u64) -> u64) -> Self::Op;
}

/// A document with one container.
pub struct Document<C: Contained> {
    doc: LoroDoc,
    told: VersionVector,
    contained: PhantomData<C>,
}

impl<C: Contained> Document<C> {
    fn of(doc: LoroDoc, identity: u64) -> Result<Self, String> {
        doc.set_peer_id(identity).map_err(|error| error.to_string())?;
        let told = doc.oplog_vv();
        Ok(Document { doc, told, contained: PhantomData })
    }
}

impl<C: Contained> Library for Document<C> {
    type Op = C::Op;
    type View = C::View;
    type Update = Vec<u8>;
    type Saved = Vec<u8>;
    type Version = VersionVector;

    const CONTRACT: Contract = Contract::AnyOrder;
    const EARLY: Early = Early::Waits;
    const MERGES: bool = true;

    fn new(identity: u64) -> Self {
        Document::of(LoroDoc::new(), identity)
            .unwrap_or_else(|error| panic!("a new document takes its identity: {error}"))
    }

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> C::Op {
        C::propose(&self.doc, pick)
    }

    fn apply(&mut self, op: &C::Op) -> Result<(), Refused> {
        let before = self.doc.oplog_vv();
        C::apply(&self.doc, op)?;
        self.doc.commit();
        // What changes nothing is no part of the history.
        if self.doc.oplog_vv() == before { Err(Refused::because("it changes nothing")) } else { Ok(()) }
    }

    fn export(&mut self) -> Vec<Vec<u8>> {
        // What others did in between they know, or learn from those who did it.
        let own = self.doc.peer_id();
        let mut from = self.doc.oplog_vv();
        let counter = self.told.get(&own).copied().unwrap_or(0);
        from.insert(own, counter);
        self.told = self.doc.oplog_vv();
        vec![self.doc.export(ExportMode::updates(&from)).unwrap_or_else(|error| panic!("it is not exported: {error}"))]
    }

    fn import(&mut self, batch: &[Vec<u8>]) -> Result<(), String> {
        let imported = match batch {
            [update] => self.doc.import(update),
            _ => self.doc.import_batch(batch),
        };
        imported.map(drop).map_err(|error| error.to_string())
    }

    fn view(&self) -> C::View {
        C::view(&self.doc)
    }

    fn pending(&self) -> Option<String> {
        match self.doc.export_pending_updates() {
            Ok(pending) => pending.map(|bytes| format!("{} bytes of updates", bytes.len())),
            Err(error) => Some(error.to_string()),
        }
    }

    fn save(&self) -> Vec<u8> {
        self.doc.export(ExportMode::Snapshot).unwrap_or_else(|error| panic!("it is not saved: {error}"))
    }

    fn load(identity: u64, saved: &Vec<u8>) -> Result<Self, String> {
        Document::of(LoroDoc::from_snapshot(saved).map_err(|error| error.to_string())?, identity)
    }

    fn fork(&self, identity: u64) -> Result<Self, String> {
        Document::of(self.doc.fork(), identity)
    }

    fn merge(&mut self, saved: &Vec<u8>) -> Option<Result<(), String>> {
        Some(self.import(std::slice::from_ref(saved)))
    }

    fn version(&self) -> Option<VersionVector> {
        Some(self.doc.oplog_vv())
    }

    fn since(&self, version: &VersionVector) -> Option<Vec<u8>> {
        self.doc.export(ExportMode::updates(version)).ok()
    }

    fn size(update: &Vec<u8>) -> u64 {
        update.len() as u64
    }
}

fn fits<E>(op: &ListOp<E>, len: usize) -> Result<(), Refused> {
    op.fits(len as u32).map_err(Refused::because)
}

/// An operation that fits and fails all the same is told as the panic that it would be for a program.
fn done<T, E: std::fmt::Display>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| panic!("a valid operation fails: {error}"))
}

fn letters(values: Vec<LoroValue>) -> Vec<char> {
    values.into_iter().flat_map(|value| string(&value).chars().collect::<Vec<_>>()).collect()
}

fn string(value: &LoroValue) -> String {
    match value {
        LoroValue::String(value) => value.to_string(),
        other => format!("{other:?}"),
    }
}

/// A text.
#[derive(Debug)]
pub struct Text;

impl Text {
    fn root(doc: &LoroDoc) -> LoroText {
        doc.get_text("text")
    }
}

impl Contained for Text {
    type Op = ListOp<char>;
    type View = Vec<char>;

    fn apply(doc: &LoroDoc, op: &ListOp<char>) -> Result<(), Refused> {
        let text = Text::root(doc);
        fits(op, text.len_unicode())?;
        match op {
            ListOp::Insert(index, value) => done(text.insert(*index as usize, &value.to_string())),
            ListOp::Delete(index) => done(text.delete(*index as usize, 1)),
        }
        Ok(())
    }

    fn view(doc: &LoroDoc) -> Vec<char> {
        Text::root(doc).to_string().chars().collect()
    }

    fn propose(doc: &LoroDoc, pick: &mut dyn FnMut(u64) -> u64) -> ListOp<char> {
        text(Text::root(doc).len_unicode(), pick)
    }
}

/// A list.
#[derive(Debug)]
pub struct List;

impl List {
    fn root(doc: &LoroDoc) -> LoroList {
        doc.get_list("list")
    }
}

impl Contained for List {
    type Op = ListOp<char>;
    type View = Vec<char>;

    fn apply(doc: &LoroDoc, op: &ListOp<char>) -> Result<(), Refused> {
        let list = List::root(doc);
        fits(op, list.len())?;
        match op {
            ListOp::Insert(index, value) => done(list.insert(*index as usize, value.to_string())),
            ListOp::Delete(index) => done(list.delete(*index as usize, 1)),
        }
        Ok(())
    }

    fn view(doc: &LoroDoc) -> Vec<char> {
        letters(List::root(doc).to_vec())
    }

    fn propose(doc: &LoroDoc, pick: &mut dyn FnMut(u64) -> u64) -> ListOp<char> {
        text(List::root(doc).len(), pick)
    }
}

/// A list whose elements can be moved and set.
#[derive(Debug)]
pub struct Movable;

impl Movable {
    fn root(doc: &LoroDoc) -> LoroMovableList {
        doc.get_movable_list("movable")
    }
}

impl Contained for Movable {
    type Op = MoveOp;
    type View = Vec<char>;

    fn apply(doc: &LoroDoc, op: &MoveOp) -> Result<(), Refused> {
        let list = Movable::root(doc);
        let len = list.len() as u32;
        let last = match op {
            MoveOp::Insert(at, _) => at.saturating_sub(1),
            MoveOp::Delete(at) | MoveOp::Set(at, _) => *at,
            MoveOp::Move(from, to) => *from.max(to),
        };
        if last >= len && !matches!(op, MoveOp::Insert(0, _)) {
            return Err(Refused::because(format!("an index lies outside a list of {len}")));
        }
        match op {
            MoveOp::Insert(at, value) => done(list.insert(*at as usize, value.to_string())),
            MoveOp::Delete(at) => done(list.delete(*at as usize, 1)),
            MoveOp::Move(from, to) => done(list.mov(*from as usize, *to as usize)),
            MoveOp::Set(at, value) => done(list.set(*at as usize, value.to_string())),
        }
        Ok(())
    }

    fn view(doc: &LoroDoc) -> Vec<char> {
        letters(Movable::root(doc).to_vec())
    }

    fn propose(doc: &LoroDoc, pick: &mut dyn FnMut(u64) -> u64) -> MoveOp {
        MoveOp::propose(Movable::root(doc).len(), pick)
    }
}

fn put_in(map: &LoroMap, op: &Put<String, String>) {
    match op {
        MapOp::Update(key, RegisterOp::Write(value)) => done(map.insert(key, value.as_str())),
        MapOp::Remove(key) => done(map.delete(key)),
    }
}

fn fields(map: &LoroMap) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    map.for_each(|key, value| {
        let value = match value {
            ValueOrContainer::Value(value) => string(&value),
            ValueOrContainer::Container(_) => "a container".to_owned(),
        };
        fields.insert(key.to_owned(), value);
    });
    fields
}

/// A map.
#[derive(Debug)]
pub struct Fields;

impl Contained for Fields {
    type Op = Put<String, String>;
    type View = BTreeMap<String, String>;

    fn apply(doc: &LoroDoc, op: &Self::Op) -> Result<(), Refused> {
        put_in(&doc.get_map("map"), op);
        Ok(())
    }

    fn view(doc: &LoroDoc) -> Self::View {
        fields(&doc.get_map("map"))
    }

    fn propose(_: &LoroDoc, pick: &mut dyn FnMut(u64) -> u64) -> Self::Op {
        put(pick)
    }
}

/// A map of maps.
#[derive(Debug)]
pub struct Maps;

impl Contained for Maps {
    type Op = Nested;
    type View = BTreeMap<String, BTreeMap<String, String>>;

    fn apply(doc: &LoroDoc, op: &Nested) -> Result<(), Refused> {
        let root = doc.get_map("maps");
        match op {
            MapOp::Remove(key) => done(root.delete(key)),
            MapOp::Update(key, op) => match root.get(key) {
                Some(ValueOrContainer::Container(Container::Map(inner))) => put_in(&inner, op),
                _ => put_in(&done(root.insert_container(key, LoroMap::new())), op),
            },
        }
        Ok(())
    }

    fn view(doc: &LoroDoc) -> Self::View {
        let mut maps = BTreeMap::new();
        doc.get_map("maps").for_each(|key, value| {
            let inner = match value {
                ValueOrContainer::Container(Container::Map(inner)) => fields(&inner),
                _ => BTreeMap::from([("?".to_owned(), "no map".to_owned())]),
            };
            if !inner.is_empty() {
                maps.insert(key.to_owned(), inner);
            }
        });
        maps
    }

    fn propose(_: &LoroDoc, pick: &mut dyn FnMut(u64) -> u64) -> Nested {
        nested(pick)
    }
}

/// A counter.
#[derive(Debug)]
pub struct Count;

impl Count {
    fn root(doc: &LoroDoc) -> LoroCounter {
        doc.get_counter("counter")
    }
}

impl Contained for Count {
    type Op = CounterOp;
    type View = i64;

    fn apply(doc: &LoroDoc, op: &CounterOp) -> Result<(), Refused> {
        match op {
            CounterOp::Increment(amount) => done(Count::root(doc).increment(f64::from(*amount))),
            CounterOp::Decrement(amount) => done(Count::root(doc).decrement(f64::from(*amount))),
        }
        Ok(())
    }

    fn view(doc: &LoroDoc) -> i64 {
        Count::root(doc).get_value() as i64
    }

    fn propose(_: &LoroDoc, pick: &mut dyn FnMut(u64) -> u64) -> CounterOp {
        CounterOp::propose(pick)
    }
}

/// A change of a tree. Nodes are meant by their number, from top to bottom, in the tree as the writer sees it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum TreeOp {
    /// Makes a node below another one, or at the root.
    Create(Option<u32>),
    /// Puts a node below another one, or at the root.
    Move(u32, Option<u32>),
    /// Takes a node away, with all that is below it.
    Delete(u32),
}

/// A tree whose nodes are moved about. It shows each node with its parent.
#[derive(Debug)]
pub struct Tree;

impl Tree {
    fn root(doc: &LoroDoc) -> LoroTree {
        doc.get_tree("tree")
    }

    /// All nodes that show, each with its parent, a parent before its children.
    fn nodes(tree: &LoroTree) -> Vec<(TreeID, Option<TreeID>)> {
        let mut nodes = Vec::new();
        let mut below: Vec<(TreeID, Option<TreeID>)> =
            tree.roots().into_iter().rev().map(|root| (root, None)).collect();
        while let Some((node, parent)) = below.pop() {
            nodes.push((node, parent));
            let children = tree.children(TreeParentId::Node(node)).unwrap_or_default();
            below.extend(children.into_iter().rev().map(|child| (child, Some(node))));
        }
        nodes
    }
}

impl Contained for Tree {
    type Op = TreeOp;
    type View = Vec<(String, String)>;

    fn apply(doc: &LoroDoc, op: &TreeOp) -> Result<(), Refused> {
        let tree = Tree::root(doc);
        let nodes = Tree::nodes(&tree);
        let node = |number: u32| {
            let there = nodes.get(number as usize).map(|(node, _)| *node);
            there.ok_or_else(|| Refused::because(format!("there are {} nodes, and no node {number}", nodes.len())))
        };
        let parent = |number: Option<u32>| match number {
            None => Ok(TreeParentId::Root),
            Some(number) => node(number).map(TreeParentId::Node),
        };
        match op {
            TreeOp::Create(below) => drop(done(tree.create(parent(*below)?))),
            // The library says itself what would be a cycle.
            TreeOp::Move(moved, below) => {
                tree.mov(node(*moved)?, parent(*below)?).map_err(|error| Refused::because(error.to_string()))?
            }
            TreeOp::Delete(deleted) => done(tree.delete(node(*deleted)?)),
        }
        Ok(())
    }

    fn view(doc: &LoroDoc) -> Self::View {
        let told = |(node, parent): (TreeID, Option<TreeID>)| {
            (node.to_string(), parent.map_or_else(String::new, |parent| parent.to_string()))
        };
        Tree::nodes(&Tree::root(doc)).into_iter().map(told).collect()
    }

    fn propose(doc: &LoroDoc, pick: &mut dyn FnMut(u64) -> u64) -> TreeOp {
        let len = Tree::nodes(&Tree::root(doc)).len() as u64;
        let below = |pick: &mut dyn FnMut(u64) -> u64| pick(len + 1).checked_sub(1).map(|node| node as u32);
        match pick(5) {
            0 if len > 0 => TreeOp::Delete(pick(len) as u32),
            1 | 2 if len > 0 => TreeOp::Move(pick(len) as u32, below(pick)),
            _ => TreeOp::Create(below(pick)),
        }
    }
}
