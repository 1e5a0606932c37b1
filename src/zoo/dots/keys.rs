//! Keys by the dots they live by: what a map to sets of dots says, in one flat list.
//!
//! This is the store for the many keys with hardly more than one dot each. The law: the list is sorted by
//! key and then by dot, and holds no pair twice.

use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::DotStore;
use crate::base::{CausalContext, Dot};

/// Keys that are alive, once for each of their dots.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DotKeys<K>(Vec<Pair<K>>);

/// A key with one of its dots; a type of its own, as a tuple's `clone_from` reuses no memory.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Pair<K> {
    key: K,
    dot: Dot,
}

impl<K> DotKeys<K> {
    /// One with no key.
    pub const fn new() -> DotKeys<K> {
        DotKeys(Vec::new())
    }

    /// One with this key alone, alive by this dot.
    pub fn single(key: K, dot: Dot) -> DotKeys<K> {
        DotKeys(vec![Pair { key, dot }])
    }

    /// The keys with each of their dots, sorted by both.
    #[inline]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&K, Dot)> {
        self.0.iter().map(|pair| (&pair.key, pair.dot))
    }
}

impl<K: Ord> DotKeys<K> {
    /// The keys, sorted, each once.
    #[inline]
    pub fn keys(&self) -> impl Iterator<Item = &K> + Clone {
        self.0.chunk_by(|one, next| one.key == next.key).map(|pairs| &pairs[0].key)
    }

    /// Whether this key is alive.
    #[inline]
    pub fn contains(&self, key: &K) -> bool {
        self.0.binary_search_by(|pair| pair.key.cmp(key)).is_ok()
    }

    /// The dots that this key lives by, sorted.
    #[inline]
    pub fn dots_of(&self, key: &K) -> impl Iterator<Item = Dot> + '_ {
        let (first, count) = self.place(key);
        self.0[first..first + count].iter().map(|pair| pair.dot)
    }

    /// Brings this key to life by this dot.
    pub fn insert(&mut self, key: &K, dot: Dot)
    where
        K: Clone,
    {
        let found = self.0.binary_search_by(|pair| pair.key.cmp(key).then(pair.dot.cmp(&dot)));
        if let Err(place) = found {
            self.0.insert(place, Pair { key: key.clone(), dot });
        }
    }

    /// Lets this key live by this dot alone, and names those it lived by before.
    pub fn renew(&mut self, key: &K, dot: Dot, killed: impl FnMut(Dot))
    where
        K: Clone,
    {
        let (first, count) = self.place(key);
        self.0[first..first + count].iter().map(|pair| pair.dot).for_each(killed);
        if count == 0 {
            self.0.insert(first, Pair { key: key.clone(), dot });
        } else {
            self.0[first].dot = dot;
            self.0.drain(first + 1..first + count);
        }
    }

    /// Kills this key, and names the dots it lived by.
    pub fn kill(&mut self, key: &K, killed: impl FnMut(Dot)) {
        let (first, count) = self.place(key);
        self.0.drain(first..first + count).map(|pair| pair.dot).for_each(killed);
    }

    /// Kills these of the dots that this key lives by.
    pub fn kill_dots(&mut self, key: &K, dots: &[Dot]) {
        let (first, count) = self.place(key);
        for at in (first..first + count).rev() {
            if dots.contains(&self.0[at].dot) {
                self.0.remove(at);
            }
        }
    }

    /// Where the pairs of this key begin, and how many they are.
    #[inline]
    fn place(&self, key: &K) -> (usize, usize) {
        let first = self.0.partition_point(|pair| pair.key < *key);
        (first, self.0[first..].iter().take_while(|pair| pair.key == *key).count())
    }
}

impl<K: Clone + Ord + Debug + Serialize + DeserializeOwned> DotStore for DotKeys<K> {
    #[inline]
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[inline]
    fn dots(&self) -> impl Iterator<Item = Dot> + '_ {
        self.0.iter().map(|pair| pair.dot)
    }

    #[inline]
    fn join(&mut self, context: &CausalContext, other: &DotKeys<K>, other_context: &CausalContext) {
        let mut theirs = other.0.as_slice();
        self.0.retain(|ours| {
            if !other_context.covers(ours.dot) {
                return true;
            }
            while let [first, rest @ ..] = theirs
                && first < ours
            {
                theirs = rest;
            }
            theirs.first() == Some(ours)
        });
        let before = self.0.len();
        self.0.extend(other.0.iter().filter(|pair| !context.covers(pair.dot)).cloned());
        if self.0.len() > before && before > 0 {
            self.0.sort();
        }
    }

    #[inline]
    fn retain(&mut self, keep: &mut impl FnMut(Dot) -> bool) {
        self.0.retain(|pair| keep(pair.dot));
    }

    #[inline]
    fn clear(&mut self) {
        self.0.clear();
    }
}

impl<K> Default for DotKeys<K> {
    fn default() -> DotKeys<K> {
        DotKeys::new()
    }
}

impl<K: Clone> Clone for DotKeys<K> {
    #[inline]
    fn clone(&self) -> DotKeys<K> {
        DotKeys(self.0.clone())
    }

    #[inline]
    fn clone_from(&mut self, source: &DotKeys<K>) {
        self.0.clone_from(&source.0);
    }
}

/// So that lists of plain keys are copied as bytes.
impl<K: Copy> Copy for Pair<K> {}

impl<K: Clone> Clone for Pair<K> {
    #[inline]
    fn clone(&self) -> Pair<K> {
        Pair { key: self.key.clone(), dot: self.dot }
    }

    #[inline]
    fn clone_from(&mut self, source: &Pair<K>) {
        self.key.clone_from(&source.key);
        self.dot = source.dot;
    }
}
