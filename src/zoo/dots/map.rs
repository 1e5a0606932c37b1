//! A map to dot stores: a key is there as long as something below it is alive.

use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::DotStore;
use crate::base::{CausalContext, Dot};

/// Stores by key, sorted by key, none of them empty.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DotMap<K, S>(Vec<Entry<K, S>>);

/// A key with what stands there; a type of its own, as a tuple's `clone_from` reuses no memory.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry<K, S> {
    key: K,
    store: S,
}

impl<K, S> DotMap<K, S> {
    /// One with no key.
    pub const fn new() -> DotMap<K, S> {
        DotMap(Vec::new())
    }

    /// The keys with what stands there, sorted by key.
    #[inline]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&K, &S)> {
        self.0.iter().map(|entry| (&entry.key, &entry.store))
    }

    /// The keys, sorted.
    #[inline]
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &K> {
        self.0.iter().map(|entry| &entry.key)
    }

    /// How many keys there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: Ord, S: DotStore> DotMap<K, S> {
    /// One with this alone at this key; none if it is empty.
    pub fn single(key: K, store: S) -> DotMap<K, S> {
        DotMap(if store.is_empty() { Vec::new() } else { vec![Entry { key, store }] })
    }

    /// What stands at a key.
    #[inline]
    pub fn get(&self, key: &K) -> Option<&S> {
        self.place(key).ok().map(|place| &self.0[place].store)
    }

    /// Changes what stands at a key, or an empty store where nothing does; drops the key if that leaves
    /// it empty.
    pub fn update<R>(&mut self, key: &K, change: impl FnOnce(&mut S) -> R) -> R
    where
        K: Clone,
    {
        match self.place(key) {
            Ok(place) => {
                let result = change(&mut self.0[place].store);
                if self.0[place].store.is_empty() {
                    self.0.remove(place);
                }
                result
            }
            Err(place) => {
                let mut store = S::default();
                let result = change(&mut store);
                if !store.is_empty() {
                    self.0.insert(place, Entry { key: key.clone(), store });
                }
                result
            }
        }
    }

    /// Takes a key out, with all that stands there.
    pub fn remove(&mut self, key: &K) -> Option<S> {
        self.place(key).ok().map(|place| self.0.remove(place).store)
    }

    #[inline]
    fn place(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|entry| entry.key.cmp(key))
    }
}

impl<K, S> DotStore for DotMap<K, S>
where
    K: Clone + Ord + Debug + Serialize + DeserializeOwned,
    S: DotStore,
{
    #[inline]
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn dots(&self) -> impl Iterator<Item = Dot> + '_ {
        self.0.iter().flat_map(|entry| entry.store.dots())
    }

    fn join(&mut self, context: &CausalContext, other: &DotMap<K, S>, other_context: &CausalContext) {
        let (empty, mut news) = (S::default(), Vec::new());
        let mut learn = |theirs: &Entry<K, S>| {
            let mut store = S::default();
            store.join(context, &theirs.store, other_context);
            if !store.is_empty() {
                news.push(Entry { key: theirs.key.clone(), store });
            }
        };
        let mut theirs = other.0.iter().peekable();
        self.0.retain_mut(|ours| {
            while let Some(before) = theirs.next_if(|theirs| theirs.key < ours.key) {
                learn(before);
            }
            let same = theirs.next_if(|theirs| theirs.key == ours.key);
            ours.store.join(context, same.map_or(&empty, |theirs| &theirs.store), other_context);
            !ours.store.is_empty()
        });
        theirs.for_each(learn);
        if !news.is_empty() {
            self.0.append(&mut news);
            self.0.sort_by(|one, other| one.key.cmp(&other.key));
        }
    }

    fn retain(&mut self, keep: &mut impl FnMut(Dot) -> bool) {
        self.0.retain_mut(|entry| {
            entry.store.retain(keep);
            !entry.store.is_empty()
        });
    }

    #[inline]
    fn clear(&mut self) {
        self.0.clear();
    }
}

impl<K, S> Default for DotMap<K, S> {
    fn default() -> DotMap<K, S> {
        DotMap::new()
    }
}

impl<K: Clone, S: Clone> Clone for DotMap<K, S> {
    #[inline]
    fn clone(&self) -> DotMap<K, S> {
        DotMap(self.0.clone())
    }

    #[inline]
    fn clone_from(&mut self, source: &DotMap<K, S>) {
        self.0.clone_from(&source.0);
    }
}

impl<K: Clone, S: Clone> Clone for Entry<K, S> {
    #[inline]
    fn clone(&self) -> Entry<K, S> {
        Entry { key: self.key.clone(), store: self.store.clone() }
    }

    #[inline]
    fn clone_from(&mut self, source: &Entry<K, S>) {
        self.key.clone_from(&source.key);
        self.store.clone_from(&source.store);
    }
}
