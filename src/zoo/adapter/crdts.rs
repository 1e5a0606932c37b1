//! crdts: small types, told by operations or merged as states.
//!
//! Its documents say of operations that those of one actor must be applied in the order in which they were made, and
//! may be applied more than once; of the list that operations must come in causal order; and of states that they merge.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::marker::PhantomData;

use crdts::{CmRDT, CvRDT, GCounter, GSet, MVReg, Map, Orswot, PNCounter};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{text, words};
use crate::base::{Canonical, Entry};
use crate::model::counter::{self, CounterOp};
use crate::model::list::ListOp;
use crate::model::map::MapOp;
use crate::model::register::RegisterOp;
use crate::model::set::{self, SetOp};
use crate::replica::{Contract, Early, Library, Refused};

/// What can be told of it.
pub const ENTRY: Entry = Entry {
    name: "crdts",
    line: "crdts 7.3: counters, sets, register, map and list, by operations in each writer's order or by states",
    explained: "Operations carry dots and contexts: those of one actor must come in order, and may come again; those of \
                the list must come in causal order. All but the list merge as states, too.",
};

/// One of its types.
pub trait Kind: Clone + Debug + Default + CmRDT<Op: Clone + Debug + 'static> + 'static {
    /// What can be asked of it.
    type Asked: Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// What it shows.
    type View: Clone + Eq + Debug + Canonical + 'static;

    /// Under which delivery its documents say that it works.
    const CONTRACT: Contract = Contract::Fifo;

    /// Whether its states merge.
    const MERGES: bool = true;

    /// What is applied everywhere for an operation that is asked for here.
    fn prepare(&self, asked: &Self::Asked, actor: u64) -> Result<<Self as CmRDT>::Op, Refused>;

    /// What it shows.
    fn view(&self) -> Self::View;

    /// What is worth asking.
    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Self::Asked;

    /// Takes in another state.
    fn join(&mut self, _other: Self) {}
}

/// A value of one of its types, and who changes it here.
#[derive(Debug)]
pub struct Value<K: Kind> {
    state: K,
    actor: u64,
    news: Vec<K::Op>,
    kind: PhantomData<K>,
}

impl<K: Kind> Library for Value<K> {
    type Op = K::Asked;
    type View = K::View;
    type Update = K::Op;
    type Saved = K;
    type Version = ();

    const CONTRACT: Contract = K::CONTRACT;
    const EARLY: Early = Early::IsShownInPart;
    const MERGES: bool = K::MERGES;

    fn new(identity: u64) -> Self {
        Value { state: K::default(), actor: identity, news: Vec::new(), kind: PhantomData }
    }

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> K::Asked {
        self.state.propose(pick)
    }

    fn apply(&mut self, op: &K::Asked) -> Result<(), Refused> {
        let op = self.state.prepare(op, self.actor)?;
        self.state.apply(op.clone());
        self.news.push(op);
        Ok(())
    }

    fn export(&mut self) -> Vec<K::Op> {
        std::mem::take(&mut self.news)
    }

    fn import(&mut self, batch: &[K::Op]) -> Result<(), String> {
        batch.iter().for_each(|op| self.state.apply(op.clone()));
        Ok(())
    }

    fn view(&self) -> K::View {
        self.state.view()
    }

    fn save(&self) -> K {
        self.state.clone()
    }

    fn load(identity: u64, saved: &K) -> Result<Self, String> {
        Ok(Value { state: saved.clone(), ..Value::new(identity) })
    }

    fn merge(&mut self, saved: &K) -> Option<Result<(), String>> {
        self.state.join(saved.clone());
        Some(Ok(()))
    }
}

/// A counter that only grows.
pub type Growing = Value<GCounter<u64>>;
/// A counter.
pub type Count = Value<PNCounter<u64>>;
/// A set that only grows.
pub type GrowingSet = Value<GSet<String>>;
/// A set.
pub type Set = Value<Orswot<String, u64>>;
/// A register with siblings.
pub type Register = Value<MVReg<String, u64>>;
/// A map of sets.
pub type MapOfSets = Value<Map<String, Orswot<String, u64>, u64>>;
/// A list.
pub type List = Value<crdts::List<char, u64>>;

impl Kind for GCounter<u64> {
    type Asked = counter::GrowOp;
    type View = u64;

    fn prepare(&self, asked: &counter::GrowOp, actor: u64) -> Result<<Self as CmRDT>::Op, Refused> {
        let counter::GrowOp::Increment(amount) = asked;
        Ok(self.inc_many(actor, u64::from(*amount)))
    }

    fn view(&self) -> u64 {
        self.read().to_string().parse().unwrap_or(u64::MAX)
    }

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> counter::GrowOp {
        counter::GrowOp::propose(pick)
    }

    fn join(&mut self, other: Self) {
        self.merge(other);
    }
}

impl Kind for PNCounter<u64> {
    type Asked = CounterOp;
    type View = i64;

    fn prepare(&self, asked: &CounterOp, actor: u64) -> Result<<Self as CmRDT>::Op, Refused> {
        Ok(match asked {
            CounterOp::Increment(amount) => self.inc_many(actor, u64::from(*amount)),
            CounterOp::Decrement(amount) => self.dec_many(actor, u64::from(*amount)),
        })
    }

    fn view(&self) -> i64 {
        self.read().to_string().parse().unwrap_or(i64::MIN)
    }

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> CounterOp {
        CounterOp::propose(pick)
    }

    fn join(&mut self, other: Self) {
        self.merge(other);
    }
}

impl Kind for GSet<String> {
    type Asked = set::GrowOp<String>;
    type View = BTreeSet<String>;

    const CONTRACT: Contract = Contract::AnyOrder;

    fn prepare(&self, asked: &set::GrowOp<String>, _: u64) -> Result<String, Refused> {
        Ok(asked.element().clone())
    }

    fn view(&self) -> BTreeSet<String> {
        self.read()
    }

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> set::GrowOp<String> {
        set::GrowOp::Add(words(pick))
    }

    fn join(&mut self, other: Self) {
        self.merge(other);
    }
}

/// The operation of a set for what is asked of it.
fn set_op(set: &Orswot<String, u64>, asked: &SetOp<String>, actor: u64) -> <Orswot<String, u64> as CmRDT>::Op {
    match asked {
        SetOp::Add(element) => set.add(element.clone(), set.read_ctx().derive_add_ctx(actor)),
        SetOp::Remove(element) => set.rm(element.clone(), set.contains(element).derive_rm_ctx()),
    }
}

fn elements(set: &Orswot<String, u64>) -> BTreeSet<String> {
    set.read().val.into_iter().collect()
}

impl Kind for Orswot<String, u64> {
    type Asked = SetOp<String>;
    type View = BTreeSet<String>;

    fn prepare(&self, asked: &SetOp<String>, actor: u64) -> Result<<Self as CmRDT>::Op, Refused> {
        Ok(set_op(self, asked, actor))
    }

    fn view(&self) -> BTreeSet<String> {
        elements(self)
    }

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> SetOp<String> {
        if pick(3) == 0 { SetOp::Remove(words(pick)) } else { SetOp::Add(words(pick)) }
    }

    fn join(&mut self, other: Self) {
        self.merge(other);
    }
}

impl Kind for MVReg<String, u64> {
    type Asked = RegisterOp<String>;
    type View = BTreeSet<String>;

    fn prepare(&self, asked: &RegisterOp<String>, actor: u64) -> Result<<Self as CmRDT>::Op, Refused> {
        let RegisterOp::Write(value) = asked;
        Ok(self.write(value.clone(), self.read_ctx().derive_add_ctx(actor)))
    }

    fn view(&self) -> BTreeSet<String> {
        self.read().val.into_iter().collect()
    }

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> RegisterOp<String> {
        RegisterOp::Write(words(pick))
    }

    fn join(&mut self, other: Self) {
        self.merge(other);
    }
}

impl Kind for Map<String, Orswot<String, u64>, u64> {
    type Asked = MapOp<String, SetOp<String>>;
    type View = BTreeMap<String, BTreeSet<String>>;

    fn prepare(&self, asked: &Self::Asked, actor: u64) -> Result<<Self as CmRDT>::Op, Refused> {
        Ok(match asked {
            MapOp::Update(key, op) => {
                let context = self.read_ctx().derive_add_ctx(actor);
                self.update(key.clone(), context, |set, context| match op {
                    SetOp::Add(element) => set.add(element.clone(), context),
                    SetOp::Remove(element) => set.rm(element.clone(), set.contains(element).derive_rm_ctx()),
                })
            }
            MapOp::Remove(key) => self.rm(key.clone(), self.get(key).derive_rm_ctx()),
        })
    }

    fn view(&self) -> Self::View {
        let entries = self.iter().map(|entry| (entry.val.0.clone(), elements(entry.val.1)));
        entries.filter(|(_, elements)| !elements.is_empty()).collect()
    }

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Self::Asked {
        let key = ["k", "l"][pick(2) as usize].to_owned();
        match pick(6) {
            0 => MapOp::Remove(key),
            1 | 2 => MapOp::Update(key, SetOp::Remove(words(pick))),
            _ => MapOp::Update(key, SetOp::Add(words(pick))),
        }
    }

    fn join(&mut self, other: Self) {
        self.merge(other);
    }
}

impl Kind for crdts::List<char, u64> {
    type Asked = ListOp<char>;
    type View = Vec<char>;

    const CONTRACT: Contract = Contract::Causal;
    const MERGES: bool = false;

    fn prepare(&self, asked: &ListOp<char>, actor: u64) -> Result<<Self as CmRDT>::Op, Refused> {
        asked.fits(self.len() as u32).map_err(Refused::because)?;
        Ok(match asked {
            ListOp::Insert(index, value) => self.insert_index(*index as usize, *value, actor),
            ListOp::Delete(index) => {
                let op = self.delete_index(*index as usize, actor);
                op.unwrap_or_else(|| panic!("a valid deletion is refused"))
            }
        })
    }

    fn view(&self) -> Vec<char> {
        self.iter().copied().collect()
    }

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> ListOp<char> {
        text(self.len(), pick)
    }
}
