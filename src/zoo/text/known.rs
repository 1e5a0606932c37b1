//! The elements that a list knows: found by name, and in their order.
//!
//! It stores what it is told and decides nothing: where a new element goes is a rule's decision. The law:
//! an element once known stays, with its name, its link and its place among the others.

use std::collections::BTreeMap;

use super::sequence::{Handle, Sequence};
use crate::base::{Dot, Identity};

/// Elements by handle: their names, what they were linked to, and their order.
#[derive(Debug)]
pub struct Known<L> {
    dots: Vec<Dot>,
    links: Vec<L>,
    names: Names,
    sequence: Sequence,
}

impl<L: Copy> Default for Known<L> {
    fn default() -> Known<L> {
        Known { dots: Vec::new(), links: Vec::new(), names: Names::default(), sequence: Sequence::default() }
    }
}

impl<L: Copy> Clone for Known<L> {
    fn clone(&self) -> Known<L> {
        let names = self.names.clone();
        Known { dots: self.dots.clone(), links: self.links.clone(), names, sequence: self.sequence.clone() }
    }

    fn clone_from(&mut self, source: &Known<L>) {
        self.dots.clone_from(&source.dots);
        self.links.clone_from(&source.links);
        self.names.clone_from(&source.names);
        self.sequence.clone_from(&source.sequence);
    }
}

impl<L: Copy> Known<L> {
    /// The element of this name.
    #[inline]
    pub fn handle(&self, dot: Dot) -> Option<Handle> {
        self.names.get(dot)
    }

    /// The name of an element.
    #[inline]
    pub fn dot(&self, handle: Handle) -> Dot {
        self.dots[handle.index()]
    }

    /// What an element was linked to when it came to be.
    #[inline]
    pub fn link(&self, handle: Handle) -> L {
        self.links[handle.index()]
    }

    /// The names, by handle.
    #[inline]
    pub fn dots(&self) -> &[Dot] {
        &self.dots
    }

    /// The handles, in the order in which the elements came.
    pub fn handles(&self) -> impl Iterator<Item = Handle> + use<L> {
        self.sequence.handles()
    }

    /// The order.
    #[inline]
    pub fn sequence(&self) -> &Sequence {
        &self.sequence
    }

    /// The largest number of this identity's elements; 0 where there is none.
    pub fn last(&self, identity: Identity) -> u32 {
        self.names.last(identity)
    }

    /// Puts a new element right after this one, or at the front.
    pub fn insert_after(&mut self, place: Option<Handle>, dot: Dot, link: L) -> Handle {
        let new = self.sequence.insert_after(place);
        self.dots.push(dot);
        self.links.push(link);
        self.names.insert(dot, new);
        new
    }

    /// Makes a tombstone of an element.
    pub fn hide(&mut self, handle: Handle) {
        self.sequence.hide(handle);
    }
}

/// From names to handles.
#[derive(Debug, Default)]
struct Names {
    /// By identity, then by counter less one. No row ends in an empty place.
    rows: Vec<Vec<Option<Handle>>>,
    /// What lay too far beyond its row or all rows: no honest replica gets there, and a forged name must
    /// not take the memory.
    far: BTreeMap<Dot, Handle>,
}

/// How many empty places at most are made to reach a new one.
const REACH: usize = 4096;

impl Clone for Names {
    fn clone(&self) -> Names {
        Names { rows: self.rows.clone(), far: self.far.clone() }
    }

    fn clone_from(&mut self, source: &Names) {
        self.rows.clone_from(&source.rows);
        self.far.clone_from(&source.far);
    }
}

impl Names {
    #[inline]
    fn get(&self, dot: Dot) -> Option<Handle> {
        let row = self.rows.get(dot.identity.index());
        let near = row.and_then(|row| *row.get((dot.counter as usize).wrapping_sub(1))?);
        if near.is_none() && !self.far.is_empty() { self.far.get(&dot).copied() } else { near }
    }

    fn insert(&mut self, dot: Dot, handle: Handle) {
        assert!(dot.counter > 0, "{dot} names no element");
        let (row, place) = (dot.identity.index(), dot.counter as usize - 1);
        let reached = self.rows.get(row).map_or(0, Vec::len);
        if row > self.rows.len() + REACH || place > reached + REACH {
            self.far.insert(dot, handle);
            return;
        }
        if row >= self.rows.len() {
            self.rows.resize(row + 1, Vec::new());
        }
        if place >= reached {
            self.rows[row].resize(place + 1, None);
        }
        self.rows[row][place] = Some(handle);
    }

    fn last(&self, identity: Identity) -> u32 {
        let near = self.rows.get(identity.index()).map_or(0, |row| row.len() as u32);
        let far = self.far.range(Dot::new(identity, 0)..=Dot::new(identity, u32::MAX)).next_back();
        far.map_or(near, |(dot, _)| near.max(dot.counter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_again_near_or_far() {
        let mut known = Known::default();
        let far = [Dot::new(Identity(u32::MAX), u32::MAX), Dot::new(Identity(1), 70_000)];
        let near = [(1, 3), (0, 1), (1, 1), (4, 2)].map(|(identity, counter)| Dot::new(Identity(identity), counter));
        let dots: Vec<Dot> = near.into_iter().chain(far).collect();
        let handles: Vec<Handle> = dots.iter().map(|dot| known.insert_after(None, *dot, ())).collect();
        assert_eq!(
            dots.iter().map(|dot| known.handle(*dot)).collect::<Vec<_>>(),
            handles.into_iter().map(Some).collect::<Vec<_>>()
        );
        for missing in [(1, 0), (1, 2), (2, 1), (1, 69_999)] {
            assert_eq!(known.handle(Dot::new(Identity(missing.0), missing.1)), None, "{missing:?}");
        }
        let last = |identity| known.last(Identity(identity));
        assert_eq!([last(0), last(1), last(2), last(4), last(u32::MAX)], [1, 70_000, 0, 2, u32::MAX]);
        assert!(known.names.rows.len() < 10, "a forged name takes the memory of {} rows", known.names.rows.len());
    }
}
