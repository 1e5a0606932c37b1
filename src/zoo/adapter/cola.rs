//! cola: plain text, told by insertions and deletions that commute; the text itself is kept beside it.
//!
//! Its documents say that the order in which operations are applied does not matter, that what lacks its context is
//! kept in a backlog, and that of all replicas but the first each is forked from another one. Offsets are bytes here.

use std::collections::BTreeMap;

use cola::{Deletion, EncodedReplica, Insertion, Replica};

use super::text;
use crate::base::Entry;
use crate::model::list::ListOp;
use crate::replica::{Contract, Early, Library, Refused};

/// What can be told of it.
pub const ENTRY: Entry = Entry {
    name: "cola",
    line: "cola 0.5: plain text, by operations in any order",
    explained: "Insertions and deletions commute, and what lacks its context waits in a backlog. A replica knows offsets \
                and no text: whoever uses it keeps the buffer, and the texts of insertions that wait.",
};

/// A text buffer, and the replica that tells where edits go.
pub struct Buffer {
    replica: Replica,
    text: String,
    /// The texts of insertions that wait, by who inserted them and from which of its characters on.
    waiting: BTreeMap<(u64, usize), String>,
    news: Vec<Edit>,
}

/// An edit, as others are told of it.
#[derive(Clone, Debug)]
pub enum Edit {
    /// A text was put in.
    Insert(Insertion, String),
    /// Something was taken out.
    Delete(Deletion),
}

/// What is saved.
#[derive(Clone, Debug)]
pub struct Saved {
    replica: EncodedReplica<'static>,
    text: String,
    waiting: BTreeMap<(u64, usize), String>,
}

/// The identity of the replica that all others are forked from, and that never edits.
const FIRST: u64 = u64::MAX;

impl Buffer {
    /// The bytes that a character takes.
    fn bytes(&self, index: u32) -> (usize, usize) {
        let mut from = self.text.char_indices().skip(index as usize);
        let at = from.next().map_or(self.text.len(), |(at, _)| at);
        (at, from.next().map_or(self.text.len(), |(at, _)| at))
    }

    /// Carries out what waited in the backlog.
    fn catch_up(&mut self) -> Result<(), String> {
        for (text, offset) in self.replica.backlogged_insertions() {
            let key = (text.inserted_by(), text.temporal_range().start);
            let Some(inserted) = self.waiting.remove(&key) else { return Err(format!("{text:?} did not wait")) };
            self.text.insert_str(offset, &inserted);
        }
        for ranges in self.replica.backlogged_deletions() {
            for range in ranges.into_iter().rev() {
                self.text.replace_range(range, "");
            }
        }
        Ok(())
    }
}

impl Library for Buffer {
    type Op = ListOp<char>;
    type View = Vec<char>;
    type Update = Edit;
    type Saved = Saved;
    type Version = ();

    const CONTRACT: Contract = Contract::AnyOrder;
    const RESUMES: bool = false;
    const EARLY: Early = Early::IsShownInPart;

    fn new(identity: u64) -> Self {
        let replica = Replica::new(FIRST, 0).fork(identity);
        Buffer { replica, text: String::new(), waiting: BTreeMap::new(), news: Vec::new() }
    }

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> ListOp<char> {
        text(self.text.chars().count(), pick)
    }

    fn apply(&mut self, op: &ListOp<char>) -> Result<(), Refused> {
        op.fits(self.text.chars().count() as u32).map_err(Refused::because)?;
        match op {
            ListOp::Insert(index, value) => {
                let (at, text) = (self.bytes(*index).0, value.to_string());
                self.text.insert_str(at, &text);
                self.news.push(Edit::Insert(self.replica.inserted(at, text.len()), text));
            }
            ListOp::Delete(index) => {
                let (from, to) = self.bytes(*index);
                self.text.replace_range(from..to, "");
                self.news.push(Edit::Delete(self.replica.deleted(from..to)));
            }
        }
        Ok(())
    }

    fn export(&mut self) -> Vec<Edit> {
        std::mem::take(&mut self.news)
    }

    fn import(&mut self, batch: &[Edit]) -> Result<(), String> {
        for edit in batch {
            match edit {
                Edit::Insert(insertion, text) => match self.replica.integrate_insertion(insertion) {
                    Some(offset) => self.text.insert_str(offset, text),
                    None => {
                        let key = (insertion.text().inserted_by(), insertion.text().temporal_range().start);
                        self.waiting.insert(key, text.clone());
                    }
                },
                Edit::Delete(deletion) => {
                    for range in self.replica.integrate_deletion(deletion).into_iter().rev() {
                        self.text.replace_range(range, "");
                    }
                }
            }
            self.catch_up()?;
        }
        Ok(())
    }

    fn view(&self) -> Vec<char> {
        self.text.chars().collect()
    }

    fn save(&self) -> Saved {
        Saved { replica: self.replica.encode(), text: self.text.clone(), waiting: self.waiting.clone() }
    }

    fn load(identity: u64, saved: &Saved) -> Result<Self, String> {
        let replica = Replica::decode(identity, &saved.replica).map_err(|error| error.to_string())?;
        Ok(Buffer { replica, text: saved.text.clone(), waiting: saved.waiting.clone(), news: Vec::new() })
    }

    fn fork(&self, identity: u64) -> Result<Self, String> {
        let (text, waiting) = (self.text.clone(), self.waiting.clone());
        Ok(Buffer { replica: self.replica.fork(identity), text, waiting, news: Vec::new() })
    }
}
