//! What happened, as a specification reads it: the updates of a run, and who knew of what.
//!
//! Nothing here knows how an implementation came to its view. The law: an update's entry never changes once
//! it is complete, and whatever it saw is in the history, too.

use std::collections::BTreeMap;

use crate::base::{Identity, Known, ReplicaId, Stamp, Time, Update};

/// One update, and all that is known of how it came about.
#[derive(Clone, Debug)]
pub struct Issued<O> {
    /// What it is called.
    pub update: Update,
    /// What was asked for.
    pub op: O,
    /// What its replica signed with.
    pub identity: Identity,
    /// The how-many-eth update signed so, from 1.
    pub nth: u32,
    /// When it was accepted.
    pub at: Time,
    /// What its replica's clock showed then.
    pub reading: Time,
    /// By which it is put in order, as the code under test reports it.
    pub stamp: Option<Stamp>,
    /// What its issuer knew when it issued it.
    pub seen: Known,
    /// Whether its issuer knew all that the updates it knew had seen.
    pub closed: bool,
}

impl<O> Issued<O> {
    /// Whether its issuer knew of another update.
    #[inline]
    pub fn saw<P>(&self, other: &Issued<P>) -> bool {
        self.seen.contains(other.update)
    }
}

/// All that some updates have seen.
pub fn seen_by<O>(updates: &[&Issued<O>]) -> Known {
    let mut seen = Known::new();
    // The last ones mostly saw what the others did.
    updates.iter().rev().for_each(|issued| seen.extend(&issued.seen));
    seen
}

/// All updates of a run.
#[derive(Clone, Debug)]
pub struct History<O> {
    by_replica: Vec<Vec<Issued<O>>>,
    by_key: BTreeMap<u64, Vec<Update>>,
    by_identity: Vec<u32>,
}

impl<O> Default for History<O> {
    fn default() -> History<O> {
        History { by_replica: Vec::new(), by_key: BTreeMap::new(), by_identity: Vec::new() }
    }
}

impl<O> History<O> {
    /// A history in which nothing has happened.
    pub fn new() -> History<O> {
        History::default()
    }

    /// Makes it that of another run.
    pub fn clear(&mut self) {
        self.by_replica.iter_mut().for_each(Vec::clear);
        self.by_key.clear();
        self.by_identity.clear();
    }

    /// How many updates were signed with an identity.
    pub fn signed(&self, identity: Identity) -> u32 {
        self.by_identity.get(identity.index()).copied().unwrap_or(0)
    }

    /// How many identities ever signed.
    pub fn identities(&self) -> u64 {
        self.by_identity.iter().filter(|signed| **signed > 0).count() as u64
    }

    /// Appends an update, which is about the thing of this key if it is about one.
    ///
    /// # Panics
    /// Where it is not the next of its replica.
    pub fn add(&mut self, issued: Issued<O>, key: Option<u64>) {
        let at = issued.update.replica.index();
        if self.by_replica.len() <= at {
            self.by_replica.resize_with(at + 1, Vec::new);
        }
        let (nth, number) = (self.by_replica[at].len() as u32 + 1, issued.update.number);
        assert_eq!(number, nth, "updates of one replica are numbered from 1 and without a gap");
        if let Some(key) = key {
            self.by_key.entry(key).or_default().push(issued.update);
        }
        let signer = issued.identity.index();
        // A forged identity may be any number, and is not worth a table of that size.
        if signer < self.by_replica.len() + 4096 {
            if self.by_identity.len() <= signer {
                self.by_identity.resize(signer + 1, 0);
            }
            self.by_identity[signer] += 1;
        }
        self.by_replica[at].push(issued);
    }

    /// An update by its name.
    #[inline]
    pub fn get(&self, update: Update) -> Option<&Issued<O>> {
        let all = self.by_replica.get(update.replica.index())?;
        let at = (update.number as usize).checked_sub(1)?;
        match all.get(at) {
            Some(issued) if issued.update == update => Some(issued),
            // Where all are there, each stands at its number; in a share they stand closer.
            _ => all.binary_search_by_key(&update.number, |issued| issued.update.number).ok().map(|at| &all[at]),
        }
    }

    /// Completes an update with the stamp that it was given.
    pub fn stamped(&mut self, update: Update, stamp: Option<Stamp>) {
        let issued = self.by_replica.get_mut(update.replica.index());
        if let Some(issued) = issued.and_then(|all| all.get_mut(update.number.wrapping_sub(1) as usize)) {
            issued.stamp = stamp;
        }
    }

    /// All updates, by replica and number.
    pub fn iter(&self) -> impl Iterator<Item = &Issued<O>> {
        self.by_replica.iter().flatten()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_replica.iter().map(Vec::len).sum()
    }

    /// Whether nothing has happened.
    pub fn is_empty(&self) -> bool {
        self.by_replica.iter().all(Vec::is_empty)
    }

    /// How many updates a replica issued.
    pub fn of(&self, replica: ReplicaId) -> u32 {
        self.by_replica.get(replica.index()).map_or(0, |all| all.len() as u32)
    }

    /// Whether a set of updates holds all that each of them has seen, and that is so of what they have seen,
    /// but for what is lost for ever.
    pub fn is_closed(&self, known: &Known, lost: &Known) -> bool {
        let holds = |seen: &Known| known.covers(seen) || seen.beyond(known).all(|missing| lost.contains(missing));
        known.iter().filter_map(|update| self.get(update)).all(|issued| issued.closed && holds(&issued.seen))
    }
}

/// The part of a history that somebody knows: what a specification is a function of.
#[derive(Debug)]
pub struct Visible<'a, O> {
    history: &'a History<O>,
    known: &'a Known,
    only: Option<u64>,
}

impl<O> Clone for Visible<'_, O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O> Copy for Visible<'_, O> {}

impl<'a, O> Visible<'a, O> {
    /// That of a set of updates.
    pub fn new(history: &'a History<O>, known: &'a Known) -> Visible<'a, O> {
        Visible { history, known, only: None }
    }

    /// Those of its updates that are about the thing of this key.
    pub fn only(self, key: u64) -> Visible<'a, O> {
        Visible { only: Some(key), ..self }
    }

    /// The updates, by replica and number; or in the order in which they were issued, where only those on
    /// one thing are left.
    pub fn iter(&self) -> impl Iterator<Item = &'a Issued<O>> + use<'a, O> {
        let (history, known) = (self.history, self.known);
        let few = self.only.map(|key| history.by_key.get(&key).map_or(&[][..], Vec::as_slice));
        let all = if few.is_some() { None } else { Some(known.iter()) };
        let few = few.unwrap_or_default().iter().copied().filter(|update| known.contains(*update));
        few.chain(all.into_iter().flatten()).filter_map(|update| history.get(update))
    }

    /// Its updates so that each comes after all that it has seen.
    pub fn in_causal_order(&self) -> Vec<&'a Issued<O>> {
        let mut updates: Vec<_> = self.iter().collect();
        updates.sort_by_key(|issued| (issued.seen.len(), issued.update));
        updates
    }

    /// Its updates in groups, by what they are about. Those about nothing are left out.
    pub fn by<K: Ord>(&self, key: impl Fn(&'a O) -> Option<K>) -> BTreeMap<K, Vec<&'a Issued<O>>> {
        let mut groups = BTreeMap::<K, Vec<_>>::new();
        for issued in self.iter() {
            if let Some(key) = key(&issued.op) {
                groups.entry(key).or_default().push(issued);
            }
        }
        groups
    }

    /// Whether an update is in it.
    pub fn contains(&self, update: Update) -> bool {
        self.known.contains(update)
    }

    /// The history that it is a part of.
    pub fn history(&self) -> &'a History<O> {
        self.history
    }
}

/// Some of the updates that somebody knows, as updates of a part of the value: what the part's own
/// specification is a function of.
#[derive(Clone, Debug)]
pub struct Share<O> {
    history: History<O>,
    known: Known,
}

impl<O> Share<O> {
    /// Those of these updates that touch the part, each with what it does there.
    pub fn of<'a, P: 'a>(
        updates: impl IntoIterator<Item = &'a Issued<P>>,
        part: impl Fn(&'a P) -> Option<O>,
    ) -> Share<O> {
        let mut share = Share { history: History::new(), known: Known::new() };
        for issued in updates {
            let Some(op) = part(&issued.op) else { continue };
            let Issued { update, identity, nth, at, reading, stamp, ref seen, closed, .. } = *issued;
            let replica = update.replica.index();
            if share.history.by_replica.len() <= replica {
                share.history.by_replica.resize_with(replica + 1, Vec::new);
            }
            let seen = seen.clone();
            share.known.insert(update);
            share.history.by_replica[replica].push(Issued {
                update,
                op,
                identity,
                nth,
                at,
                reading,
                stamp,
                seen,
                closed,
            });
        }
        share
    }

    /// All of them, filed under no keys.
    pub fn visible(&self) -> Visible<'_, O> {
        Visible::new(&self.history, &self.known)
    }

    /// Whether no update touches the part.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::story;
    use super::*;

    #[test]
    fn a_share_holds_what_touches_a_part_under_the_names_that_it_had() {
        let (history, known) = story([("a", 1, ""), ("b", -2, "a"), ("c", 3, "a b"), ("d", -4, "b")]);
        let visible = Visible::new(&history, &known);
        let share = Share::of(visible.iter(), |op| (*op < 0).then(|| -op));
        let of_share: Vec<_> = share.visible().iter().map(|issued| (issued.update, issued.op, &issued.seen)).collect();
        let of_all: Vec<_> = visible.iter().map(|issued| (issued.update, issued.op, &issued.seen)).collect();
        assert_eq!(of_share, [(of_all[1].0, 2, of_all[1].2), (of_all[3].0, 4, of_all[3].2)]);
        assert!(Share::of(visible.iter(), |op| (*op > 3).then_some(())).is_empty());
    }

    #[test]
    fn an_update_of_a_share_is_found_by_its_name() {
        let mut history = History::new();
        for number in 1..=9 {
            history.add(super::super::testing::issued(0, number, number, Known::new()), None);
        }
        let known: Known = history.iter().map(|issued| issued.update).collect();
        let share = Share::of(Visible::new(&history, &known).iter(), |op| (op % 3 != 0).then_some(*op));
        let visible = share.visible();
        let found = |number| visible.history().get(Update { replica: ReplicaId(0), number }).map(|issued| issued.op);
        assert_eq!((1..=9).filter_map(found).collect::<Vec<_>>(), [1, 2, 4, 5, 7, 8]);
        assert_eq!(visible.iter().count(), 6);
        assert_eq!((found(0), found(10)), (None, None));
    }
}
