//! A set of dots: something that is there as long as one of its dots is alive.

use serde::{Deserialize, Serialize};

use super::DotStore;
use crate::base::{CausalContext, Dot};

/// Dots that are alive, sorted.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DotSet(Vec<Dot>);

impl DotSet {
    /// One with no dot.
    pub const fn new() -> DotSet {
        DotSet(Vec::new())
    }

    /// Puts one in; false if it was there.
    #[inline]
    pub fn insert(&mut self, dot: Dot) -> bool {
        match self.0.binary_search(&dot) {
            Ok(_) => false,
            Err(place) => {
                self.0.insert(place, dot);
                true
            }
        }
    }

    /// Takes one out; false if it was not there.
    #[inline]
    pub fn remove(&mut self, dot: Dot) -> bool {
        let found = self.0.binary_search(&dot);
        found.map(|place| self.0.remove(place)).is_ok()
    }

    /// Whether it is in.
    #[inline]
    pub fn contains(&self, dot: Dot) -> bool {
        self.0.binary_search(&dot).is_ok()
    }

    /// All of them, sorted.
    #[inline]
    pub fn as_slice(&self) -> &[Dot] {
        &self.0
    }
}

impl DotStore for DotSet {
    #[inline]
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[inline]
    fn dots(&self) -> impl Iterator<Item = Dot> + '_ {
        self.0.iter().copied()
    }

    #[inline]
    fn join(&mut self, context: &CausalContext, other: &DotSet, other_context: &CausalContext) {
        if self.0 == other.0 {
            return;
        }
        self.0.retain(|dot| !other_context.covers(*dot) || other.contains(*dot));
        let before = self.0.len();
        self.0.extend(other.0.iter().filter(|dot| !context.covers(**dot)));
        if self.0.len() > before && before > 0 {
            self.0.sort_unstable();
        }
    }

    #[inline]
    fn retain(&mut self, keep: &mut impl FnMut(Dot) -> bool) {
        self.0.retain(|dot| keep(*dot));
    }

    #[inline]
    fn clear(&mut self) {
        self.0.clear();
    }
}

impl Clone for DotSet {
    #[inline]
    fn clone(&self) -> DotSet {
        DotSet(self.0.clone())
    }

    #[inline]
    fn clone_from(&mut self, source: &DotSet) {
        self.0.clone_from(&source.0);
    }
}

impl From<Dot> for DotSet {
    fn from(dot: Dot) -> DotSet {
        DotSet(vec![dot])
    }
}

impl FromIterator<Dot> for DotSet {
    fn from_iter<I: IntoIterator<Item = Dot>>(dots: I) -> DotSet {
        let mut dots: Vec<Dot> = dots.into_iter().collect();
        dots.sort_unstable();
        dots.dedup();
        DotSet(dots)
    }
}
