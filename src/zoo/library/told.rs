//! What hosts tell each other: the library's own messages, and which updates are in them.

use std::fmt::{self, Debug};
use std::rc::Rc;

use crate::base::{Known, Update};
use crate::replica::{Library, Payload};

/// What others are told of one export, and what it builds upon.
pub struct Item<L: Library> {
    /// The updates that are in it.
    pub updates: Vec<Update>,
    /// All that the writer of each of them had seen.
    pub seen: Vec<Known>,
    /// The library's own messages.
    pub pieces: Vec<L::Update>,
}

impl<L: Library> Item<L> {
    /// Whether all that it builds upon is in a set.
    pub fn fits(&self, known: &Known) -> bool {
        let own = |update: &Update| self.updates.contains(update);
        self.seen.iter().all(|seen| known.covers(seen) || seen.beyond(known).all(|update| own(&update)))
    }
}

/// What travels between hosts, shared by its copies.
pub struct Wire<L: Library>(pub(super) Rc<Told<L>>);

pub(super) enum Told<L: Library> {
    /// What was exported, as one batch.
    Batch(Vec<Rc<Item<L>>>),
    /// How much somebody has, for the library to tell what is lacking.
    Ask { version: L::Version, known: Known },
    /// What somebody lacked, by the library's account, who knew this; and what comes with it.
    Since { update: L::Update, base: Known, known: Known, log: Vec<Rc<Item<L>>> },
    /// What somebody knows, for others to send their messages once more.
    Missing { known: Known },
    /// A whole document, as it was saved at some time.
    Snapshot { saved: L::Saved, known: Known, log: Vec<Rc<Item<L>>> },
}

impl<L: Library> Wire<L> {
    pub(super) fn of(told: Told<L>) -> Wire<L> {
        Wire(Rc::new(told))
    }
}

impl<L: Library> Clone for Wire<L> {
    fn clone(&self) -> Wire<L> {
        Wire(Rc::clone(&self.0))
    }
}

impl<L: Library> Debug for Wire<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed =
            |f: &mut fmt::Formatter<'_>, known: &Known| known.iter().try_for_each(|update| write!(f, " {update}"));
        match &*self.0 {
            Told::Batch(items) => {
                f.write_str("batch of")?;
                items.iter().flat_map(|item| &item.updates).try_for_each(|update| write!(f, " {update}"))
            }
            Told::Ask { .. } => f.write_str("what is lacking?"),
            Told::Missing { .. } => f.write_str("what was missed?"),
            Told::Since { known, .. } => {
                f.write_str("all up to")?;
                listed(f, known)
            }
            Told::Snapshot { known, .. } => {
                f.write_str("snapshot of")?;
                listed(f, known)
            }
        }
    }
}

impl<L: Library> Payload for Wire<L> {
    fn size(&self) -> u64 {
        match &*self.0 {
            Told::Batch(items) => items.iter().flat_map(|item| &item.pieces).map(L::size).sum(),
            Told::Since { update, .. } => L::size(update),
            Told::Ask { .. } | Told::Missing { .. } | Told::Snapshot { .. } => 0,
        }
    }
}
