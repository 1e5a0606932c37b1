//! automerge 0.9.0: a put of the value that is there, then a merge: panic (automerge issues 1390 and 1187).

#[path = "../telling.rs"]
mod telling;

use automerge::transaction::Transactable;
use automerge::{ActorId, AutoCommit, Change, ChangeHash, ROOT, ReadDoc};
use serde::{Deserialize, Serialize};
use squall::base::Refused;
use squall::replica::{Contract, Library};
use std::collections::BTreeMap;
use telling::{Known, MENDED};

/// Numbers under keys.
struct Fields {
    doc: AutoCommit,
    /// What others were told of.
    told: Vec<ChangeHash>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Op {
    Put(u8, i64),
    Delete(u8),
}

impl Fields {
    fn of(doc: AutoCommit, identity: u64) -> Fields {
        let mut doc = doc.with_actor(ActorId::from(identity.to_be_bytes()));
        let told = doc.get_heads();
        Fields { doc, told }
    }
}

impl Library for Fields {
    type Op = Op;
    type View = BTreeMap<String, String>;
    type Update = Vec<u8>;
    type Saved = Vec<u8>;
    type Version = ();

    const CONTRACT: Contract = Contract::AnyOrder;

    fn new(identity: u64) -> Fields {
        Fields::of(AutoCommit::new(), identity)
    }

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Op {
        let key = pick(2) as u8;
        if pick(4) == 0 { Op::Delete(key) } else { Op::Put(key, pick(2) as i64) }
    }

    fn apply(&mut self, op: &Op) -> Result<(), Refused> {
        let done = match op {
            Op::Put(key, value) => self.doc.put(ROOT, key.to_string(), *value),
            Op::Delete(key) => self.doc.delete(ROOT, key.to_string()),
        };
        self.doc.commit();
        done.map_err(|error| Refused::because(error.to_string()))
    }

    fn export(&mut self) -> Vec<Vec<u8>> {
        let actor = self.doc.get_actor().clone();
        let news = self.doc.get_changes(&self.told);
        let own = news.into_iter().filter(|change| *change.actor_id() == actor);
        let own = own.map(|mut change| change.bytes().into_owned()).collect();
        self.told = self.doc.get_heads();
        own
    }

    fn import(&mut self, batch: &[Vec<u8>]) -> Result<(), String> {
        let changes: Result<Vec<Change>, _> = batch.iter().map(|bytes| Change::from_bytes(bytes.clone())).collect();
        let changes = changes.map_err(|error| error.to_string())?;
        self.doc.apply_changes(changes).map_err(|error| error.to_string())
    }

    fn view(&self) -> BTreeMap<String, String> {
        self.doc.map_range(&ROOT, ..).map(|item| (item.key.to_string(), format!("{:?}", item.value))).collect()
    }

    fn save(&self) -> Vec<u8> {
        self.doc.clone().save()
    }

    fn load(identity: u64, saved: &Vec<u8>) -> Result<Fields, String> {
        AutoCommit::load(saved).map(|doc| Fields::of(doc, identity)).map_err(|error| error.to_string())
    }

    fn merge(&mut self, saved: &Vec<u8>) -> Option<Result<(), String>> {
        let mut other = match AutoCommit::load(saved) {
            Ok(other) => other,
            Err(error) => return Some(Err(error.to_string())),
        };
        Some(self.doc.merge(&mut other).map(|_| ()).map_err(|error| error.to_string()))
    }

    fn size(update: &Vec<u8>) -> u64 {
        update.len() as u64
    }
}

#[test]
fn a_put_of_what_is_there_spoils_the_next_merge() {
    let mut first = AutoCommit::new().with_actor(ActorId::from([1]));
    first.put(ROOT, "key", 1).expect("a put");
    let mut left = first.fork().with_actor(ActorId::from([2]));
    let mut right = first.fork().with_actor(ActorId::from([3]));
    left.put(ROOT, "key", 1).expect("a put");
    right.put(ROOT, "key", 2).expect("a put");
    let merged = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| left.merge(&mut right).is_ok()));
    assert_eq!(merged.is_ok(), MENDED);
}

#[test]
fn it_is_found() {
    let known = Known {
        library: "automerge 0.9.0, map",
        known_as: "automerge issues 1390, 1187",
        says: "PatchLogMismatch",
        mended: Some("automerge 0.10.0, map"),
    };
    known.must_be_found(|| squall::library::<Fields>());
}
