//! What is worth asking of documents: few keys and values, so that operations meet, and operations that change nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::Specification;
use crate::model::latest::Put;
use crate::model::list::ListOp;
use crate::model::map::MapOp;
use crate::model::register::RegisterOp;

/// A change of a map of maps.
pub type Nested = MapOp<String, Put<String, String>>;

/// A change of a list whose elements can be moved and set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MoveOp {
    /// Puts a value in so that it has this index.
    Insert(u32, char),
    /// Takes out what has this index.
    Delete(u32),
    /// Takes what has one index so that then it has the other.
    Move(u32, u32),
    /// Puts a value in the place of what has this index.
    Set(u32, char),
}

const WORDS: [&str; 3] = ["milk", "tea", "rum"];

/// A change of a text. Its characters take one, two, three and four bytes, and one or two words of sixteen bits.
pub fn text(len: usize, pick: &mut dyn FnMut(u64) -> u64) -> ListOp<char> {
    ListOp::propose(len as u32, pick, letter)
}

/// A letter of a number; another one for nearly every number.
fn letter(n: u64) -> char {
    let code = match n % 4 {
        0 => 0xe000 + n / 4 % 6400,
        1 => 0xa1 + n / 4 % 0x5000,
        _ => 0xf_0000 + n / 2 % 0xfff0,
    };
    char::from_u32(code as u32).unwrap_or('?')
}

/// One of few words.
pub fn words(pick: &mut dyn FnMut(u64) -> u64) -> String {
    WORDS[pick(WORDS.len() as u64) as usize].to_owned()
}

/// A change of a map: the same value may be put once more, and what is not there be taken away.
pub fn put(pick: &mut dyn FnMut(u64) -> u64) -> Put<String, String> {
    let key = ["k", "l"][pick(2) as usize].to_owned();
    if pick(4) == 0 { MapOp::Remove(key) } else { MapOp::Update(key, RegisterOp::Write(words(pick))) }
}

/// A change of a map of maps.
pub fn nested(pick: &mut dyn FnMut(u64) -> u64) -> Nested {
    let key = ["x", "y"][pick(2) as usize].to_owned();
    if pick(6) == 0 { MapOp::Remove(key) } else { MapOp::Update(key, put(pick)) }
}

/// A list whose elements can be moved and set: its writers see what they asked for.
pub fn moved() -> Specification<MoveOp, Vec<char>> {
    let unstated = Specification::<MoveOp, Vec<char>>::unstated("list of what can be moved");
    unstated.intending(|before, op, after| {
        let mut asked = before.clone();
        match op {
            MoveOp::Insert(at, value) => asked.insert(*at as usize, *value),
            MoveOp::Delete(at) => drop(asked.remove(*at as usize)),
            MoveOp::Move(from, to) => {
                let value = asked.remove(*from as usize);
                asked.insert(*to as usize, value);
            }
            MoveOp::Set(at, value) => asked[*at as usize] = *value,
        }
        if asked == *after { Ok(()) } else { Err(format!("{asked:?} should be shown")) }
    })
}

impl MoveOp {
    /// An operation worth trying on a list of so many elements.
    pub fn propose(len: usize, pick: &mut dyn FnMut(u64) -> u64) -> MoveOp {
        let places = len as u64;
        match pick(4) {
            0 if len > 1 => MoveOp::Move(pick(places) as u32, pick(places) as u32),
            1 if len > 0 => MoveOp::Set(pick(places) as u32, letter(pick(1 << 20))),
            _ => match text(len, pick) {
                ListOp::Insert(at, value) => MoveOp::Insert(at, value),
                ListOp::Delete(at) => MoveOp::Delete(at),
            },
        }
    }
}

/// What a map of maps shows.
pub type Maps = BTreeMap<String, BTreeMap<String, String>>;

/// A map of maps of which it is not said what becomes of a map that is replaced while it is changed: its writers see
/// what they asked for, where an empty map is as good as none.
pub fn nested_maps() -> Specification<Nested, Maps> {
    Specification::<Nested, Maps>::unstated("map of maps").intending(|before: &Maps, op: &Nested, after: &Maps| {
        let mut asked: Maps = before.clone();
        match op {
            MapOp::Remove(key) => drop(asked.remove(key)),
            MapOp::Update(key, op) => {
                let inner = asked.entry(key.clone()).or_default();
                match op {
                    MapOp::Remove(key) => inner.remove(key),
                    MapOp::Update(key, RegisterOp::Write(value)) => inner.insert(key.clone(), value.clone()),
                };
            }
        }
        asked.retain(|_, inner| !inner.is_empty());
        if asked == *after { Ok(()) } else { Err(format!("{asked:?} should be shown")) }
    })
}
