//! When each tombstone came to be, as a layer remembers it beside the value that keeps it.
//!
//! What a moment is, the layer decides. The law: the ledger names what the value keeps and nothing else,
//! and of several moments at which one tombstone was made it keeps the one that it heard of first.

use serde::{Deserialize, Serialize};

use super::Tombstones;

/// Graves, sorted, each with its moment.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Ledger<G, M>(Vec<(G, M)>);

impl<G: Clone, M: Clone> Clone for Ledger<G, M> {
    fn clone(&self) -> Ledger<G, M> {
        Ledger(self.0.clone())
    }

    fn clone_from(&mut self, source: &Ledger<G, M>) {
        self.0.clone_from(&source.0);
    }
}

impl<G: Clone + Ord, M: Copy> Ledger<G, M> {
    pub(super) const fn new() -> Ledger<G, M> {
        Ledger(Vec::new())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn get(&self, grave: &G) -> Option<M> {
        let found = self.0.binary_search_by(|(noted, _)| noted.cmp(grave));
        found.ok().map(|found| self.0[found].1)
    }

    /// Strikes out what the value no longer keeps, and enters what is new; `made` knows the moments of what
    /// others have noted, or of what was made just now.
    pub(super) fn update<T: Tombstones<Grave = G>>(&mut self, value: &T, made: impl Fn(&G) -> Option<M>) {
        let mut graves = value.graves();
        graves.sort_unstable();
        let mut noted = std::mem::take(&mut self.0).into_iter().peekable();
        self.0.extend(graves.into_iter().filter_map(|grave| {
            while noted.next_if(|(noted, _)| *noted < grave).is_some() {}
            let old = noted.next_if(|(noted, _)| *noted == grave).map(|(_, moment)| moment);
            let moment = old.or_else(|| made(&grave))?;
            Some((grave, moment))
        }));
    }

    /// What was made at one moment.
    pub(super) fn made(&self, moment: M) -> Ledger<G, M>
    where
        M: PartialEq,
    {
        Ledger(self.0.iter().filter(|(_, made)| *made == moment).cloned().collect())
    }

    /// Takes in what another has noted.
    pub(super) fn merge(&mut self, other: &Ledger<G, M>) {
        let news: Vec<(G, M)> = other.0.iter().filter(|(grave, _)| self.get(grave).is_none()).cloned().collect();
        self.0.extend(news);
        self.0.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    }

    /// Has the value drop what came to be at such moments.
    pub(super) fn sweep<T: Tombstones<Grave = G>>(&mut self, value: &mut T, ready: impl Fn(M) -> bool) {
        if self.0.iter().any(|(_, moment)| ready(*moment)) {
            value.collect(&|grave| self.get(grave).is_some_and(&ready));
            self.update(value, |_| None);
        }
    }
}
