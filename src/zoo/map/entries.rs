//! Values by key in one sorted list, whose copies reuse memory.

use serde::{Deserialize, Serialize};

/// Values by key, sorted by key.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Entries<K, V>(Vec<Entry<K, V>>);

/// A type of its own, as a tuple's `clone_from` reuses nothing.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Entry<K, V> {
    key: K,
    value: V,
}

impl<K, V> Default for Entries<K, V> {
    fn default() -> Self {
        Entries(Vec::new())
    }
}

impl<K: Ord, V> Entries<K, V> {
    /// One key with its value.
    pub(super) fn single(key: K, value: V) -> Self {
        Entries(vec![Entry { key, value }])
    }

    /// The value at a key.
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.place(key).ok().map(|place| &self.0[place].value)
    }

    /// The value at a key, to change it.
    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.place(key).ok().map(|place| &mut self.0[place].value)
    }

    /// Puts a value at a key, in place of what may be there.
    pub(super) fn insert(&mut self, key: K, value: V) {
        match self.place(&key) {
            Ok(place) => self.0[place].value = value,
            Err(place) => self.0.insert(place, Entry { key, value }),
        }
    }

    /// The keys with their values, sorted by key.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (&K, &V)> {
        self.0.iter().map(|entry| (&entry.key, &entry.value))
    }

    /// Takes in what another holds: `meet` where both have a key, and `come` for a key that is new here.
    pub(super) fn join<W>(&mut self, other: &Entries<K, W>, meet: impl Fn(&mut V, &W), come: impl Fn(&W) -> V)
    where
        K: Clone,
    {
        let known = self.0.len();
        let mut from = 0;
        for theirs in &other.0 {
            match self.0[from..known].binary_search_by(|ours| ours.key.cmp(&theirs.key)) {
                Ok(place) => {
                    from += place + 1;
                    meet(&mut self.0[from - 1].value, &theirs.value);
                }
                Err(place) => {
                    from += place;
                    self.0.push(Entry { key: theirs.key.clone(), value: come(&theirs.value) });
                }
            }
        }
        if self.0.len() > known && known > 0 {
            self.0.sort_by(|one, other| one.key.cmp(&other.key));
        }
    }

    fn place(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|entry| entry.key.cmp(key))
    }
}

impl<K: Clone, V: Clone> Clone for Entries<K, V> {
    fn clone(&self) -> Self {
        Entries(self.0.clone())
    }

    fn clone_from(&mut self, source: &Self) {
        self.0.clone_from(&source.0);
    }
}

impl<K: Clone, V: Clone> Clone for Entry<K, V> {
    fn clone(&self) -> Self {
        Entry { key: self.key.clone(), value: self.value.clone() }
    }

    fn clone_from(&mut self, source: &Self) {
        self.key.clone_from(&source.key);
        self.value.clone_from(&source.value);
    }
}
