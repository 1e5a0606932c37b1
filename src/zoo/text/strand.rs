//! A list with tombstones, kept as plainly as can be: one row of atoms.
//!
//! An atom is named by a dot and linked to others; a [`Weave`] finds its place from the links. A deletion
//! makes a tombstone of an atom. What comes before the atoms that it is linked to is held until they are
//! there, and a deletion that comes before its atom is remembered. Every search walks along the row: the
//! types built on this are for reading and for short lists.
//!
//! The law: the row is a function of the set of atoms and deletions that were taken in, whatever their
//! order and number, as long as the weave's rule gives one order however its atoms come.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::base::{CausalContext, Dot, Identity};
use crate::replica::Refused;

/// Where new atoms go.
pub trait Weave: Clone + Debug + Default {
    /// What an atom tells of its place.
    type Link: Clone + Debug + PartialEq + Serialize + DeserializeOwned;

    /// The atoms that a link names: no place can be found without them.
    fn origins(link: &Self::Link) -> [Option<Dot>; 2];

    /// At which index a new atom goes; none if an atom that it is linked to is not in the row.
    fn place<E>(row: &[Atom<E, Self::Link>], new: &Atom<E, Self::Link>) -> Option<usize>;
}

/// An element of the list, shown or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Atom<E, L> {
    /// Its name.
    pub dot: Dot,
    /// What it was put next to.
    pub link: L,
    /// Whether it is a tombstone.
    pub deleted: bool,
    /// What it holds, or held.
    pub value: E,
}

/// The row, and what is known beside it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "E: Serialize + DeserializeOwned")]
pub struct Strand<E, W: Weave> {
    row: Vec<Atom<E, W::Link>>,
    /// Atoms with origins that are missing here, sorted by name.
    held: Vec<Atom<E, W::Link>>,
    /// Deleted before they came, sorted.
    early: Vec<Dot>,
    /// The names of all atoms that came, also of those held, and of tombstones since collected.
    context: CausalContext,
}

impl<E, W: Weave> Default for Strand<E, W> {
    fn default() -> Strand<E, W> {
        Strand { row: Vec::new(), held: Vec::new(), early: Vec::new(), context: CausalContext::new() }
    }
}

impl<E: Clone, W: Weave> Clone for Strand<E, W> {
    fn clone(&self) -> Strand<E, W> {
        Strand {
            row: self.row.clone(),
            held: self.held.clone(),
            early: self.early.clone(),
            context: self.context.clone(),
        }
    }

    fn clone_from(&mut self, source: &Strand<E, W>) {
        self.row.clone_from(&source.row);
        self.held.clone_from(&source.held);
        self.early.clone_from(&source.early);
        self.context.clone_from(&source.context);
    }
}

/// The index of the atom of this name.
pub fn find<E, L>(row: &[Atom<E, L>], dot: Dot) -> Option<usize> {
    row.iter().position(|atom| atom.dot == dot)
}

/// The largest number of this identity's that is known; 0 where there is none.
pub fn last(context: &CausalContext, identity: Identity) -> u32 {
    let above = context.exceptions().iter().filter(|dot| dot.identity == identity).map(|dot| dot.counter).max();
    above.unwrap_or(0).max(context.vector().get(identity))
}

/// The name of this identity's next element, above all that are known of it.
pub fn next_dot(context: &CausalContext, identity: Identity) -> Result<Dot, Refused> {
    let last = last(context, identity);
    match last.checked_add(1) {
        Some(counter) => Ok(Dot { identity, counter }),
        None => Err(Refused::because(format!("no name is left for {identity} after its number {last}"))),
    }
}

impl<E: Clone, W: Weave> Strand<E, W> {
    /// All atoms in their order, tombstones too.
    pub fn row(&self) -> &[Atom<E, W::Link>] {
        &self.row
    }

    /// The atoms that are shown, in their order.
    pub fn shown(&self) -> impl Iterator<Item = &Atom<E, W::Link>> {
        self.row.iter().filter(|atom| !atom.deleted)
    }

    /// How many atoms are shown.
    pub fn len(&self) -> u32 {
        self.shown().count() as u32
    }

    /// Whether none is shown.
    pub fn is_empty(&self) -> bool {
        self.shown().next().is_none()
    }

    /// The name of the shown atom with this index.
    pub fn at(&self, index: u32) -> Option<Dot> {
        self.shown().nth(index as usize).map(|atom| atom.dot)
    }

    /// How many atoms wait for others.
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// The name of this identity's next atom.
    pub fn next_dot(&self, identity: Identity) -> Result<Dot, Refused> {
        next_dot(&self.context, identity)
    }

    /// Takes in an atom; nothing happens if it came before.
    pub fn insert(&mut self, atom: &Atom<E, W::Link>) {
        if self.hold(atom) {
            self.settle();
        }
    }

    /// Takes note of a deletion; a second time nothing happens.
    pub fn delete(&mut self, dot: Dot) {
        let (row, held) = (&mut self.row, &mut self.held);
        if let Some(atom) = row.iter_mut().chain(held).find(|atom| atom.dot == dot) {
            atom.deleted = true;
        } else if !self.context.covers(dot)
            && let Err(place) = self.early.binary_search(&dot)
        {
            self.early.insert(place, dot);
        }
    }

    /// Takes in all that another one knows.
    pub fn merge(&mut self, other: &Strand<E, W>) {
        let mut deleted: Vec<Dot> = Vec::new();
        let mut news = false;
        for atom in other.row.iter().chain(&other.held) {
            let new = self.hold(atom);
            news |= new;
            if atom.deleted && !new {
                deleted.push(atom.dot);
            }
        }
        if !deleted.is_empty() {
            deleted.sort_unstable();
            for atom in self.row.iter_mut().chain(&mut self.held) {
                atom.deleted |= deleted.binary_search(&atom.dot).is_ok();
            }
        }
        other.early.iter().for_each(|dot| self.delete(*dot));
        if news {
            self.settle();
        }
    }

    /// Puts a new atom among those held; false if it came before.
    fn hold(&mut self, atom: &Atom<E, W::Link>) -> bool {
        if !self.context.insert(atom.dot) {
            return false;
        }
        let place = self.held.partition_point(|held| held.dot < atom.dot);
        self.held.insert(place, atom.clone());
        if let Ok(early) = self.early.binary_search(&atom.dot) {
            self.early.remove(early);
            self.held[place].deleted = true;
        }
        true
    }

    /// Places all held atoms that can be placed. As they are sorted by name, one pass places what one
    /// writer typed; as many more are needed as writers continued one another.
    fn settle(&mut self) {
        let mut before = usize::MAX;
        while self.held.len() < before {
            before = self.held.len();
            for atom in std::mem::take(&mut self.held) {
                match W::place(&self.row, &atom) {
                    Some(place) => self.row.insert(place, atom),
                    None => self.held.push(atom),
                }
            }
        }
    }

    /// Drops the tombstones that are ready, and that no atom is linked to and none of `needed` names. As
    /// the row is a function of the set of atoms, what nothing refers to can be left out of that set
    /// without moving the others.
    pub fn collect(&mut self, ready: impl Fn(Dot) -> bool, needed: impl Iterator<Item = Dot>) {
        let mut references: BTreeMap<Dot, u32> = BTreeMap::new();
        let links = self.row.iter().chain(&self.held).map(|atom| &atom.link);
        for dot in links.flat_map(|link| W::origins(link).into_iter().flatten()).chain(needed) {
            *references.entry(dot).or_default() += 1;
        }
        let free = |atom: &Atom<E, W::Link>| atom.deleted && ready(atom.dot);
        let candidates: BTreeMap<Dot, &W::Link> =
            self.row.iter().filter(|atom| free(atom)).map(|atom| (atom.dot, &atom.link)).collect();
        let mut gone: Vec<Dot> = candidates.keys().copied().filter(|dot| !references.contains_key(dot)).collect();
        let mut next = 0;
        while next < gone.len() {
            for origin in W::origins(candidates[&gone[next]]).into_iter().flatten() {
                let left = references.get_mut(&origin);
                let left = left.map_or(0, |left| {
                    *left -= 1;
                    *left
                });
                if left == 0 && candidates.contains_key(&origin) {
                    gone.push(origin);
                }
            }
            next += 1;
        }
        if !gone.is_empty() {
            gone.sort_unstable();
            self.row.retain(|atom| gone.binary_search(&atom.dot).is_err());
        }
    }

    /// The names of the tombstones in the row, in their order there.
    pub fn tombstones(&self) -> impl Iterator<Item = Dot> + '_ {
        self.row.iter().filter(|atom| atom.deleted).map(|atom| atom.dot)
    }
}
