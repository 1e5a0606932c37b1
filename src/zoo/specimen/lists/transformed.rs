//! A list whose operations travel as indices, and are transformed where they meet others.
//!
//! A state is the log of all operations in the order of their arrival here, each with what its writer knew; so each
//! comes after all that its writer knew. With the transforms of pairs alone, two replicas stay together, and three
//! do not (*An integrating, transformation-oriented approach to concurrency control and undo in group editors*, 1996).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::{Identity, Refused};
use crate::model::list::ListOp;
use crate::replica::{DataType, Element as _, Site, StateBased};

/// What becomes of an operation that comes from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Meeting {
    /// It is transformed against what its writer did not know, and that against what it knew besides.
    Full,
    /// It is transformed against what its writer did not know, as that was done here.
    AsDoneHere,
    /// Nothing.
    Untransformed,
}

/// How many operations of each writer are known: their first ones.
type Seen = BTreeMap<Identity, u64>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Edit {
    Insert(u32, char),
    Delete(u32),
    Nothing,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Logged {
    writer: Identity,
    /// The how-many-eth of its writer.
    nth: u64,
    seen: Seen,
    /// As its writer did it.
    asked: Edit,
    /// As it was done here.
    done: Edit,
}

/// A text, and the log of what made it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Transformed {
    meeting: Meeting,
    text: Vec<char>,
    log: Vec<Logged>,
}

impl Transformed {
    pub(super) fn new(meeting: Meeting) -> Transformed {
        Transformed { meeting, text: Vec::new(), log: Vec::new() }
    }

    fn seen(&self) -> Seen {
        self.log.iter().map(|logged| (logged.writer, logged.nth)).collect()
    }

    fn take_in(&mut self, new: &Logged) {
        let seen = self.seen();
        if has_seen(&seen, new) {
            return;
        }
        let done = match self.meeting {
            Meeting::Untransformed => new.asked,
            Meeting::AsDoneHere => {
                let concurrent = self.log.iter().filter(|logged| !has_seen(&new.seen, logged));
                concurrent
                    .fold((new.asked, new.writer), |edit, other| (transform(edit, (other.done, other.writer)), edit.1))
                    .0
            }
            Meeting::Full => self.after(new, seen, &mut BTreeMap::new()),
        };
        match done {
            Edit::Insert(index, value) => self.text.insert((index as usize).min(self.text.len()), value),
            Edit::Delete(index) if (index as usize) < self.text.len() => drop(self.text.remove(index as usize)),
            Edit::Delete(_) | Edit::Nothing => {}
        }
        self.log.push(Logged { done, ..new.clone() });
    }

    /// What an operation comes to after all that was seen.
    fn after(&self, edit: &Logged, seen: Seen, worked_out: &mut BTreeMap<(Identity, u64, Seen), Edit>) -> Edit {
        // The last one that its writer did not know: nothing that was seen depends on it.
        let meets = |other: &&Logged| has_seen(&seen, other) && !has_seen(&edit.seen, other);
        let Some(last) = self.log.iter().rev().find(meets) else { return edit.asked };
        let key = (edit.writer, edit.nth, seen.clone());
        if let Some(known) = worked_out.get(&key) {
            return *known;
        }
        let mut before = seen;
        before.insert(last.writer, last.nth - 1);
        let one = self.after(edit, before.clone(), worked_out);
        let other = self.after(last, before, worked_out);
        let edit = transform((one, edit.writer), (other, last.writer));
        worked_out.insert(key, edit);
        edit
    }
}

fn has_seen(seen: &Seen, logged: &Logged) -> bool {
    seen.get(&logged.writer).is_some_and(|nth| *nth >= logged.nth)
}

/// What the first of two edits of one text comes to after the second.
fn transform((one, writer): (Edit, Identity), (other, other_writer): (Edit, Identity)) -> Edit {
    let comes_first = |theirs: u32, mine: u32| theirs < mine || (theirs == mine && other_writer < writer);
    match (one, other) {
        (Edit::Insert(at, value), Edit::Insert(theirs, _)) if comes_first(theirs, at) => Edit::Insert(at + 1, value),
        (Edit::Insert(at, value), Edit::Delete(theirs)) if theirs < at => Edit::Insert(at - 1, value),
        (Edit::Delete(at), Edit::Insert(theirs, _)) if theirs <= at => Edit::Delete(at + 1),
        (Edit::Delete(at), Edit::Delete(theirs)) if theirs < at => Edit::Delete(at - 1),
        (Edit::Delete(at), Edit::Delete(theirs)) if theirs == at => Edit::Nothing,
        _ => one,
    }
}

impl DataType for Transformed {
    type Op = ListOp<char>;
    type View = Vec<char>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> ListOp<char> {
        ListOp::propose(self.text.len() as u32, pick, char::nth)
    }

    fn view(&self) -> Vec<char> {
        self.text.clone()
    }
}

impl StateBased for Transformed {
    fn apply(&mut self, op: &ListOp<char>, site: Site) -> Result<(), Refused> {
        op.fits(self.text.len() as u32).map_err(Refused)?;
        let asked = match op {
            ListOp::Insert(index, value) => Edit::Insert(*index, *value),
            ListOp::Delete(index) => Edit::Delete(*index),
        };
        let (seen, writer) = (self.seen(), site.identity);
        let nth = seen.get(&writer).copied().unwrap_or(0) + 1;
        self.take_in(&Logged { writer, nth, seen, asked, done: asked });
        Ok(())
    }

    fn merge(&mut self, other: &Transformed) {
        other.log.iter().for_each(|logged| self.take_in(logged));
    }
}
