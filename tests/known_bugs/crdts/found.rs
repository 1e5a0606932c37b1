//! crdts 6.2.0, `List`: an insert between two elements lands at the wrong index (rust-crdt pull requests 112 and 118).
//!
//! Positions are rational numbers, told apart by who made them where two are equal. Between two that are equal there
//! is no room, so what is put there goes before both or after both; all replicas agree on that.

#[path = "../telling.rs"]
mod telling;

use crdts::CmRDT;
use crdts::list::{List, Op as Told};
use serde::{Deserialize, Serialize};
use squall::base::Refused;
use squall::model::Specification;
use squall::replica::{Contract, Library};
use telling::{Known, MENDED};

/// A list of numbers that all differ.
struct Numbers {
    list: List<u64, u64>,
    identity: u64,
    made: u64,
    told: Vec<Told<u64, u64>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Op {
    /// Puts a new number before the one at this index, or at the end.
    Insert(u64),
    /// Takes out the number at this index.
    Delete(u64),
}

impl Library for Numbers {
    type Op = Op;
    type View = Vec<u64>;
    type Update = Told<u64, u64>;
    type Saved = (List<u64, u64>, u64);
    type Version = ();

    const CONTRACT: Contract = Contract::Causal;

    fn new(identity: u64) -> Numbers {
        Numbers { list: List::new(), identity, made: 0, told: Vec::new() }
    }

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Op {
        let length = self.list.len() as u64;
        if length > 0 && pick(4) == 0 { Op::Delete(pick(length)) } else { Op::Insert(pick(length + 1)) }
    }

    fn apply(&mut self, op: &Op) -> Result<(), Refused> {
        let told = match op {
            Op::Insert(index) => {
                self.made += 1;
                self.list.insert_index(*index as usize, self.identity * 1000 + self.made, self.identity)
            }
            Op::Delete(index) => {
                let deletion = self.list.delete_index(*index as usize, self.identity);
                deletion.ok_or_else(|| Refused::because("nothing is there"))?
            }
        };
        self.list.apply(told.clone());
        self.told.push(told);
        Ok(())
    }

    fn export(&mut self) -> Vec<Told<u64, u64>> {
        std::mem::take(&mut self.told)
    }

    fn import(&mut self, batch: &[Told<u64, u64>]) -> Result<(), String> {
        batch.iter().for_each(|told| self.list.apply(told.clone()));
        Ok(())
    }

    fn view(&self) -> Vec<u64> {
        self.list.iter().copied().collect()
    }

    fn save(&self) -> (List<u64, u64>, u64) {
        (self.list.clone(), self.made)
    }

    fn load(identity: u64, saved: &(List<u64, u64>, u64)) -> Result<Numbers, String> {
        Ok(Numbers { list: saved.0.clone(), identity, made: saved.1, told: Vec::new() })
    }
}

#[test]
fn two_at_the_same_place_leave_no_room_between_them() {
    let (mut here, mut there) = (List::new(), List::new());
    let (first, second) = (here.append('a', 1), there.append('c', 2));
    for list in [&mut here, &mut there] {
        list.apply(first.clone());
        list.apply(second.clone());
    }
    there.apply(there.insert_index(1, 'b', 2));
    assert_eq!(there.iter().collect::<String>() == "abc", MENDED);
}

#[test]
fn it_is_found() {
    let known = Known {
        library: "crdts 6.2.0, `List`",
        known_as: "rust-crdt pull requests 112, 118",
        says: "effect: ",
        mended: Some("crdts 6.3.3, `List`"),
    };
    let asked = |before: &Vec<u64>, op: &Op, after: &Vec<u64>| {
        let mut right = before.clone();
        match op {
            Op::Insert(index) => {
                let new = after.iter().find(|number| !before.contains(number)).ok_or("nothing new is there")?;
                right.insert((*index as usize).min(before.len()), *new);
            }
            Op::Delete(index) => drop(right.remove(*index as usize)),
        }
        if *after == right { Ok(()) } else { Err(format!("after {before:?} there is {after:?}, not {right:?}")) }
    };
    known.must_be_found(|| {
        squall::library::<Numbers>().specification(Specification::unstated("a list").intending(asked))
    });
}
