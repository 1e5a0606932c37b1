//! loro 1.13.7, movable list: a deletion beside an edit and a move of the same element, which arrive as two batches:
//! panic, then a poisoned lock and a panic in drop (loro issue 1046).

#[path = "../telling.rs"]
mod telling;

use loro::{ExportMode, LoroDoc, LoroMovableList, LoroValue, VersionVector};
use serde::{Deserialize, Serialize};
use squall::base::Refused;
use squall::replica::{Contract, Library};
use telling::{Known, MENDED};

/// A list of numbers.
struct Numbers {
    doc: LoroDoc,
    told: VersionVector,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Op {
    /// Puts a number in a place, or at the end.
    Insert(u64, i64),
    /// Puts a number in the place of another.
    Set(u64, i64),
    /// Moves a number from one place to another.
    Move(u64, u64),
    /// Takes out a number.
    Delete(u64),
}

impl Numbers {
    fn of(doc: LoroDoc, identity: u64) -> Result<Numbers, String> {
        doc.set_peer_id(identity + 1).map_err(|error| error.to_string())?;
        let told = doc.oplog_vv();
        Ok(Numbers { doc, told })
    }

    fn list(&self) -> LoroMovableList {
        self.doc.get_movable_list("list")
    }
}

impl Library for Numbers {
    type Op = Op;
    type View = Vec<i64>;
    type Update = Vec<u8>;
    type Saved = Vec<u8>;
    type Version = Vec<u8>;

    const CONTRACT: Contract = Contract::AnyOrder;

    fn new(identity: u64) -> Numbers {
        Numbers::of(LoroDoc::new(), identity)
            .unwrap_or_else(|error| panic!("a new document takes any identity: {error}"))
    }

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Op {
        let length = self.list().len() as u64;
        let value = pick(3) as i64;
        if length == 0 {
            return Op::Insert(0, value);
        }
        match pick(5) {
            0 | 1 => Op::Insert(pick(length + 1), value),
            2 => Op::Set(pick(length), value),
            3 => Op::Move(pick(length), pick(length)),
            _ => Op::Delete(pick(length)),
        }
    }

    fn apply(&mut self, op: &Op) -> Result<(), Refused> {
        let list = self.list();
        let done = match op {
            Op::Insert(place, value) => list.insert((*place as usize).min(list.len()), *value),
            Op::Set(place, value) => list.set(*place as usize, *value),
            Op::Move(from, to) => list.mov(*from as usize, *to as usize),
            Op::Delete(place) => list.delete(*place as usize, 1),
        };
        self.doc.commit();
        done.map_err(|error| Refused::because(error.to_string()))
    }

    fn export(&mut self) -> Vec<Vec<u8>> {
        let (now, peer) = (self.doc.oplog_vv(), self.doc.peer_id());
        let count = |version: &VersionVector| version.get(&peer).copied().unwrap_or(0);
        let (since, until) = (count(&self.told), count(&now));
        if since == until {
            return Vec::new();
        }
        self.told = now;
        let own = loro::IdSpan::new(peer, since, until);
        let told = self.doc.export(ExportMode::updates_in_range(vec![own]));
        vec![told.unwrap_or_else(|error| panic!("its own operations can be exported: {error}"))]
    }

    fn import(&mut self, batch: &[Vec<u8>]) -> Result<(), String> {
        for told in batch {
            self.doc.import(told).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn view(&self) -> Vec<i64> {
        let number = |value: LoroValue| value.into_i64().unwrap_or(-1);
        self.list().to_vec().into_iter().map(number).collect()
    }

    fn save(&self) -> Vec<u8> {
        let saved = self.doc.export(ExportMode::Snapshot);
        saved.unwrap_or_else(|error| panic!("it can be saved: {error}"))
    }

    fn load(identity: u64, saved: &Vec<u8>) -> Result<Numbers, String> {
        let doc = LoroDoc::from_snapshot(saved).map_err(|error| error.to_string())?;
        Numbers::of(doc, identity)
    }

    fn version(&self) -> Option<Vec<u8>> {
        Some(self.doc.oplog_vv().encode())
    }

    fn since(&self, version: &Vec<u8>) -> Option<Vec<u8>> {
        let version = VersionVector::decode(version).ok()?;
        self.doc.export(ExportMode::updates(&version)).ok()
    }

    fn size(update: &Vec<u8>) -> u64 {
        update.len() as u64
    }
}

#[test]
fn a_deletion_beside_an_edit_and_a_move_in_two_batches_panics_and_so_does_all_that_follows() {
    let document = |peer| {
        let doc = LoroDoc::new();
        doc.set_peer_id(peer).expect("a new document takes any identity");
        doc
    };
    // What panicked once panics again as it is dropped, which nobody survives while the first panic is on its way.
    let (here, there) = (document(1), std::mem::ManuallyDrop::new(document(2)));
    let list = here.get_movable_list("list");
    let news = |since: &VersionVector| {
        here.commit();
        here.export(ExportMode::updates(since)).expect("an update")
    };
    list.insert(0, 1).and_then(|()| list.insert(1, 2)).expect("two numbers");
    there.import(&news(&VersionVector::default())).expect("two numbers");
    there.get_movable_list("list").delete(0, 1).expect("one number less");
    let since = here.oplog_vv();
    list.set(0, 3).expect("another number");
    let edit = news(&since);
    let since = here.oplog_vv();
    list.mov(0, 1).expect("in another place");
    let moved = news(&since);
    there.import(&edit).expect("the edit comes first");
    let import = || there.import(&moved).is_ok();
    assert_eq!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(import)).is_ok(), MENDED);
}

#[test]
fn it_is_found() {
    let known = Known {
        library: "loro 1.13.7, movable list",
        known_as: "loro issue 1046",
        says: "called `Option::unwrap()` on a `None` value",
        mended: Some("loro 1.13.9, movable list"),
    };
    known.must_be_found(|| squall::library::<Numbers>());
}
