//! cola 0.4.5: two replicas forked under one identity, then a deletion: panic (cola issue 12).
//!
//! Forking under an identity that is in use breaks the contract, and so does this test, on purpose; the panic comes
//! from the structure that holds the text, far from where the mistake was made.

#[path = "../telling.rs"]
mod telling;

use cola::{Deletion, Insertion, Replica};
use serde::{Deserialize, Serialize};
use squall::base::Refused;
use squall::replica::{Contract, Library};
use squall::subject::World;
use telling::Known;

/// A replica that says where letters are; the letters themselves are kept by whoever uses it, here by nobody.
struct Places {
    replica: Replica,
    told: Vec<Told>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Op {
    /// Puts so many letters in a place.
    Insert(u64, u64),
    /// Takes out so many letters from a place on.
    Delete(u64, u64),
    /// Goes on as a fork, under an identity that others may go on under, too.
    Fork,
}

#[derive(Clone, Debug)]
enum Told {
    Inserted(Insertion),
    Deleted(Deletion),
}

/// The identity that all begin as forks of.
const FIRST: u64 = 1;

/// The identity that forks go on under.
const SHARED: u64 = 2;

impl Library for Places {
    type Op = Op;
    type View = u64;
    type Update = Told;
    type Saved = Replica;
    type Version = ();

    const CONTRACT: Contract = Contract::AnyOrder;

    fn new(identity: u64) -> Places {
        Places { replica: Replica::new(FIRST, 0).fork(SHARED + 1 + identity), told: Vec::new() }
    }

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Op {
        let length = self.replica.len() as u64;
        match pick(6) {
            0 => Op::Fork,
            1 | 2 if length > 0 => {
                let place = pick(length);
                Op::Delete(place, 1 + pick(length - place))
            }
            _ => Op::Insert(pick(length + 1), 1 + pick(3)),
        }
    }

    fn apply(&mut self, op: &Op) -> Result<(), Refused> {
        let length = self.replica.len() as u64;
        match op {
            Op::Insert(place, count) if *place <= length => {
                self.told.push(Told::Inserted(self.replica.inserted(*place as usize, *count as usize)));
            }
            Op::Delete(place, count) if place.saturating_add(*count) <= length => {
                let range = *place as usize..(place + count) as usize;
                self.told.push(Told::Deleted(self.replica.deleted(range)));
            }
            Op::Fork if self.replica.id() != SHARED => self.replica = self.replica.fork(SHARED),
            _ => return Err(Refused::because("there are not so many letters, or it was forked before")),
        }
        Ok(())
    }

    fn export(&mut self) -> Vec<Told> {
        std::mem::take(&mut self.told)
    }

    fn import(&mut self, batch: &[Told]) -> Result<(), String> {
        for told in batch {
            match told {
                Told::Inserted(insertion) => drop(self.replica.integrate_insertion(insertion)),
                Told::Deleted(deletion) => drop(self.replica.integrate_deletion(deletion)),
            }
            self.replica.backlogged_insertions().for_each(drop);
            self.replica.backlogged_deletions().for_each(drop);
        }
        Ok(())
    }

    fn view(&self) -> u64 {
        self.replica.len() as u64
    }

    fn save(&self) -> Replica {
        self.replica.clone()
    }

    fn load(identity: u64, saved: &Replica) -> Result<Places, String> {
        let id = SHARED + 1 + identity;
        let replica = if saved.id() == id { saved.clone() } else { saved.fork(id) };
        Ok(Places { replica, told: Vec::new() })
    }
}

#[test]
fn two_forks_under_one_identity_panic_at_a_deletion() {
    let first = Replica::new(1, 1);
    let (mut here, mut there) = (first.fork(2), first.fork(2));
    let told = here.inserted(0, 1);
    there.integrate_insertion(&told).expect("it was not there");
    drop(there.inserted(2, 2));
    let deleted = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(there.deleted(1..3))));
    assert!(deleted.is_err());
}

#[test]
fn it_is_found() {
    let known =
        Known { library: "cola 0.4.5", known_as: "cola issue 12", says: "entered unreachable code", mended: None };
    // Replicas under one identity part before long; only what else becomes of them is asked here.
    known.must_be_found(|| {
        squall::library::<Places>().worlds(&[World::Quiet]).delivered(Contract::CausalOnce).checks(&["errors"])
    });
}
