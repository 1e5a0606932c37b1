//! Versions that know exactly what they replace: a dot beside the vector it was written on.
//!
//! A plain version vector with one entry for each server cannot say "event 3 of this server, written by
//! someone who had seen only event 1"; a dot beside a vector can. It needs no entry for each client. The
//! law: a version replaces another exactly when its writer had read that one. After *Dotted Version
//! Vectors: Logical Clocks for Optimistic Replication* (2010) and, for one vector shared by all siblings,
//! *Scalable and Accurate Causality Tracking for Eventually Consistent Stores* (2014).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Canonical, Causality, Digester, Dot, Identity, VersionVector};

/// The clock of one version: its own event, and what its writer had read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dotted {
    /// The event of writing it.
    pub dot: Dot,
    /// The events that its writer knew. The dot is not among them, but later ones of its identity's
    /// may be missing from both.
    pub context: VersionVector,
}

impl Dotted {
    /// Whether this event is the version's own or known to it.
    #[inline]
    pub fn covers(&self, dot: Dot) -> bool {
        self.dot == dot || self.context.covers(dot)
    }

    /// How this version stands to the other: before it when the other knows its dot.
    #[inline]
    pub fn compare(&self, other: &Dotted) -> Causality {
        if self.dot == other.dot {
            return Causality::Equal;
        }
        match (other.covers(self.dot), self.covers(other.dot)) {
            (true, false) => Causality::Before,
            (false, true) => Causality::After,
            // Two that know each other cannot come from writers who read before they wrote.
            _ => Causality::Concurrent,
        }
    }
}

/// `i0:3 on [1]`: the event, and what it was written on.
impl fmt::Display for Dotted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.dot, self.context)
    }
}

impl Canonical for Dotted {
    fn feed(&self, digester: &mut Digester) {
        self.dot.feed(digester);
        self.context.feed(digester);
    }
}

/// The versions of one key that nothing known has replaced, with one vector for all.
///
/// ```
/// use squall::base::{DottedSet, Identity, VersionVector};
/// let (mut store, server) = (DottedSet::new(), Identity(0));
/// store.write("milk", &VersionVector::new(), server);
/// let context = store.read().1.clone();
/// store.write("tea", &VersionVector::new(), server);
/// store.write("oat milk", &context, server);
/// assert_eq!(store.read().0.collect::<Vec<_>>(), [&"tea", &"oat milk"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Loose<V>")]
pub struct DottedSet<V> {
    /// Covers the dots of all siblings and of all that they replaced.
    context: VersionVector,
    /// Sorted by dot, which no two share.
    siblings: Vec<(Dot, V)>,
}

/// What a file may say: siblings in any order, and a context that forgot some.
#[derive(Deserialize)]
#[serde(rename = "DottedSet", deny_unknown_fields)]
struct Loose<V> {
    context: VersionVector,
    siblings: Vec<(Dot, V)>,
}

impl<V> From<Loose<V>> for DottedSet<V> {
    fn from(loose: Loose<V>) -> DottedSet<V> {
        let Loose { mut context, mut siblings } = loose;
        siblings.sort_by_key(|(dot, _)| *dot);
        siblings.dedup_by_key(|(dot, _)| *dot);
        for (dot, _) in &siblings {
            context.raise(*dot);
        }
        DottedSet { context, siblings }
    }
}

impl<V> Default for DottedSet<V> {
    fn default() -> DottedSet<V> {
        DottedSet { context: VersionVector::new(), siblings: Vec::new() }
    }
}

impl<V> DottedSet<V> {
    /// One without versions.
    pub fn new() -> DottedSet<V> {
        DottedSet::default()
    }

    /// The values, by dot, and the context to hand in with a write that is to replace them.
    #[inline]
    pub fn read(&self) -> (impl ExactSizeIterator<Item = &V>, &VersionVector) {
        (self.siblings.iter().map(|(_, value)| value), &self.context)
    }

    /// The values with their dots, by dot.
    #[inline]
    pub fn siblings(&self) -> &[(Dot, V)] {
        &self.siblings
    }

    /// Takes in a value that was written on this context (which may be old, or another replica's), under
    /// a new dot of this identity. What the context knows is replaced, and nothing else.
    ///
    /// # Panics
    /// Where the identity has used up its 2^32 - 1 numbers.
    #[inline]
    pub fn write(&mut self, value: V, context: &VersionVector, identity: Identity) -> Dot {
        self.siblings.retain(|(dot, _)| !context.covers(*dot));
        self.context.merge(context);
        let dot = self.context.next(identity);
        let place = self.siblings.partition_point(|(other, _)| *other < dot);
        self.siblings.insert(place, (dot, value));
        dot
    }
}

impl<V: Clone> DottedSet<V> {
    /// Learns all that the other knows: a sibling stays unless one side has known and replaced it.
    #[inline]
    pub fn merge(&mut self, other: &DottedSet<V>) {
        let held = |siblings: &[(Dot, V)], dot: &Dot| siblings.binary_search_by_key(dot, |(dot, _)| *dot).is_ok();
        self.siblings.retain(|(dot, _)| !other.context.covers(*dot) || held(&other.siblings, dot));
        let news = other.siblings.iter().filter(|(dot, _)| !self.context.covers(*dot));
        self.siblings.extend(news.cloned());
        self.siblings.sort_by_key(|(dot, _)| *dot);
        self.context.merge(&other.context);
    }
}

impl<V: Canonical> Canonical for DottedSet<V> {
    fn feed(&self, digester: &mut Digester) {
        self.context.feed(digester);
        self.siblings.feed(digester);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::laws::{draws, is_a_join};
    use super::*;

    const SERVER: Identity = Identity(0);

    /// Alice writes milk; Bob, who has read nothing, writes tea; Alice, who has read only her milk, makes
    /// it oat milk. All go through one server, given as the way it takes a write and answers with a read.
    fn shopping(mut write: impl FnMut(&'static str, &VersionVector) -> (Vec<&'static str>, VersionVector)) -> String {
        let nothing = VersionVector::new();
        let (_, alice) = write("milk", &nothing);
        write("tea", &nothing);
        write("oat milk", &alice).0.join(", ")
    }

    #[test]
    fn a_stale_write_replaces_what_it_read_and_nothing_else() {
        let mut store = DottedSet::new();
        let dotted = shopping(|value, context| {
            store.write(value, context, SERVER);
            let (values, context) = store.read();
            (values.copied().collect(), context.clone())
        });
        assert_eq!(dotted, "tea, oat milk");
    }

    #[test]
    fn plain_vectors_compared_version_by_version_lose_an_update() {
        let mut versions: Vec<(VersionVector, &str)> = Vec::new();
        let mut issued = VersionVector::new();
        let plain = shopping(|value, context| {
            let mut clock = context.clone();
            clock.raise(issued.next(SERVER));
            versions.retain(|(other, _)| !clock.covers_all(other));
            versions.push((clock, value));
            (versions.iter().map(|(_, value)| *value).collect(), issued.clone())
        });
        assert_eq!(plain, "oat milk", "tea, which Alice never read, is gone");
    }

    #[test]
    fn one_plain_vector_for_all_siblings_raises_false_ones() {
        let (mut vector, mut values) = (VersionVector::new(), Vec::new());
        let plain = shopping(|value, context| {
            if context.covers_all(&vector) {
                values.clear();
            }
            vector.merge(context);
            vector.next(SERVER);
            values.push(value);
            (values.clone(), vector.clone())
        });
        assert_eq!(plain, "milk, tea, oat milk", "milk stands beside what replaced it");
    }

    #[test]
    fn versions_compare_by_whether_one_was_read_before_the_other_was_written() {
        let version = |counter, context| Dotted { dot: Dot::new(SERVER, counter), context };
        let milk = version(1, VersionVector::new());
        let tea = version(2, VersionVector::new());
        let oat = version(3, VersionVector::from([1]));
        assert_eq!(milk.compare(&oat), Causality::Before);
        assert_eq!(oat.compare(&milk), Causality::After);
        assert_eq!(tea.compare(&oat), Causality::Concurrent);
        assert_eq!(tea.compare(&tea), Causality::Equal);
        assert_eq!(oat.to_string(), "i0:3 on [1]");
    }

    #[test]
    fn a_replaced_value_does_not_come_back_from_a_replica_that_still_has_it() {
        let (mut a, mut b) = (DottedSet::new(), DottedSet::new());
        a.write("milk", &VersionVector::new(), Identity(0));
        b.merge(&a);
        b.write("tea", &a.read().1.clone(), Identity(1));
        b.merge(&a);
        a.merge(&b);
        assert_eq!((a.siblings(), &b), ([(Dot::new(Identity(1), 1), "tea")].as_slice(), &a));
    }

    #[test]
    fn what_was_written_loosely_is_read_in_order() {
        let (first, second) = (Dot::new(SERVER, 1), Dot::new(SERVER, 2));
        let loose = Loose { context: VersionVector::new(), siblings: vec![(second, "tea"), (first, "milk")] };
        let read = DottedSet::from(loose);
        assert_eq!(
            (read.read().1, read.siblings()),
            (&VersionVector::from([2]), [(first, "milk"), (second, "tea")].as_slice())
        );
    }

    /// A version as the definition has it: with the set of all events in its past, its own among them.
    #[derive(Clone, Debug, PartialEq)]
    struct Version {
        clock: Dotted,
        history: BTreeSet<Dot>,
    }

    /// The versions that are in no other version's past, by dot.
    fn latest(mut versions: Vec<Version>) -> Vec<Version> {
        versions.sort_by_key(|version| version.clock.dot);
        versions.dedup();
        let replaced =
            |one: &Version| versions.iter().any(|other| other != one && other.history.contains(&one.clock.dot));
        versions.iter().filter(|one| !replaced(one)).cloned().collect()
    }

    #[test]
    fn siblings_are_the_latest_versions_by_causal_history() {
        let (mut stale, mut relations) = (0, [0; 4]);
        for seed in 0..300 {
            let mut below = draws(seed);
            let mut stores: [(DottedSet<u64>, Vec<Version>); 3] = Default::default();
            let mut clients: [(VersionVector, BTreeSet<Dot>); 4] = Default::default();
            let mut written: Vec<Version> = Vec::new();
            for value in 0..40 {
                let at = below(3) as usize;
                let (context, history) = &mut clients[below(4) as usize];
                match below(4) {
                    0 => {
                        let (other, versions) = stores[below(3) as usize].clone();
                        stores[at].0.merge(&other);
                        stores[at].1 = latest([stores[at].1.clone(), versions].concat());
                    }
                    1 => {
                        context.clone_from(stores[at].0.read().1);
                        *history = stores[at].1.iter().flat_map(|version| version.history.clone()).collect();
                    }
                    _ => {
                        let (store, versions) = &mut stores[at];
                        stale += usize::from(!context.covers_all(store.read().1));
                        let dot = store.write(value, context, Identity(at as u32));
                        let mut history = history.clone();
                        assert!(history.insert(dot), "seed {seed}: {dot} was given before");
                        let version = Version { clock: Dotted { dot, context: context.clone() }, history };
                        versions.push(version.clone());
                        *versions = latest(std::mem::take(versions));
                        written.push(version);
                    }
                }
                let (store, versions) = &stores[at];
                let dots: Vec<_> = store.siblings().iter().map(|(dot, _)| *dot).collect();
                let expected: Vec<_> = versions.iter().map(|version| version.clock.dot).collect();
                assert_eq!(dots, expected, "seed {seed} at {value}");
            }
            for one in &written {
                for other in &written {
                    let (past, others) = (&one.history, &other.history);
                    let expected = Causality::of(!past.is_superset(others), !others.is_superset(past));
                    let relation = one.clock.compare(&other.clock);
                    assert_eq!(relation, expected, "seed {seed}: {} to {}", one.clock, other.clock);
                    relations[relation as usize] += 1;
                }
            }
            let [(a, _), (b, _), (c, _)] = &stores;
            is_a_join(a, b, c, DottedSet::merge);
        }
        assert!(stale > 3000 && relations.iter().all(|n| *n > 3000), "{stale} writes were stale, {relations:?}");
    }
}
