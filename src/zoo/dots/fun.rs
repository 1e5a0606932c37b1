//! A function from dots: values of which each lives by the dot of the event that wrote it.

use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::DotStore;
use crate::base::{CausalContext, Dot};

/// Values by dot, sorted by dot. A dot's value is written once: a new value needs a new dot.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DotFun<V>(Vec<(Dot, V)>);

impl<V> DotFun<V> {
    /// One with no value.
    pub const fn new() -> DotFun<V> {
        DotFun(Vec::new())
    }

    /// Puts a value at a dot, in place of what may stand there.
    pub fn insert(&mut self, dot: Dot, value: V) {
        match self.place(dot) {
            Ok(place) => self.0[place].1 = value,
            Err(place) => self.0.insert(place, (dot, value)),
        }
    }

    /// The value at a dot.
    #[inline]
    pub fn get(&self, dot: Dot) -> Option<&V> {
        self.place(dot).ok().map(|place| &self.0[place].1)
    }

    /// All dots with their values, sorted by dot.
    #[inline]
    pub fn as_slice(&self) -> &[(Dot, V)] {
        &self.0
    }

    /// The values, in the order of their dots.
    #[inline]
    pub fn values(&self) -> impl ExactSizeIterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    #[inline]
    fn place(&self, dot: Dot) -> Result<usize, usize> {
        self.0.binary_search_by(|(at, _)| at.cmp(&dot))
    }
}

impl<V: Clone + Debug + PartialEq + Serialize + DeserializeOwned> DotStore for DotFun<V> {
    #[inline]
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[inline]
    fn dots(&self) -> impl Iterator<Item = Dot> + '_ {
        self.0.iter().map(|(dot, _)| *dot)
    }

    #[inline]
    fn join(&mut self, context: &CausalContext, other: &DotFun<V>, other_context: &CausalContext) {
        self.0.retain(|(dot, _)| !other_context.covers(*dot) || other.place(*dot).is_ok());
        let before = self.0.len();
        self.0.extend(other.0.iter().filter(|(dot, _)| !context.covers(*dot)).cloned());
        if self.0.len() > before && before > 0 {
            self.0.sort_unstable_by_key(|(dot, _)| *dot);
        }
    }

    #[inline]
    fn retain(&mut self, keep: &mut impl FnMut(Dot) -> bool) {
        self.0.retain(|(dot, _)| keep(*dot));
    }

    #[inline]
    fn clear(&mut self) {
        self.0.clear();
    }
}

impl<V> Default for DotFun<V> {
    fn default() -> DotFun<V> {
        DotFun::new()
    }
}

impl<V: Clone> Clone for DotFun<V> {
    #[inline]
    fn clone(&self) -> DotFun<V> {
        DotFun(self.0.clone())
    }

    #[inline]
    fn clone_from(&mut self, source: &DotFun<V>) {
        self.0.clone_from(&source.0);
    }
}

impl<V> From<(Dot, V)> for DotFun<V> {
    fn from(written: (Dot, V)) -> DotFun<V> {
        DotFun(vec![written])
    }
}
