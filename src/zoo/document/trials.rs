//! Random histories of documents in all their forms, beside their specification.

use std::collections::BTreeSet;

use super::by_identity::{ByIdentity, IdentityDocument};
use super::by_path::{ByPath, PathDocument};
use super::change::{Change, Document, Meaning};
use super::history::{Changes, History};
use crate::base::{
    Concern, Dice, Digester, Identity, Known, Lamport, Name, ReplicaId, Seed, Time, Update, VersionVector,
};
use crate::model::document::{DocumentOp, Object, Step, Value, by_identity, by_path};
use crate::model::{Issued, Specification, Visible};
use crate::replica::{DataType, DeltaBased, OpBased, Site, StateBased};
use crate::zoo::specified::trials::tells_apart;

/// Numbers below the asked bound, the same for the same seed.
pub(super) fn draws(seed: u64) -> impl FnMut(u64) -> u64 {
    let (dice, mut draw) = (Dice::new(Seed(seed)), 0);
    move |bound| {
        draw += 1;
        dice.below(Concern::Replica, Name(0), draw, bound)
    }
}

/// A path as in refusals: `a.b[2]`.
pub(super) fn path(text: &str) -> Vec<Step> {
    let words = text.split(['.', '[', ']']).filter(|word| !word.is_empty());
    words.map(|word| word.parse().map_or_else(|_| Step::Key(word.to_string()), Step::At)).collect()
}

pub(super) fn put(at: &str, value: Value) -> DocumentOp {
    DocumentOp::Put(path(at), value)
}

pub(super) fn insert(at: &str, index: u32, value: Value) -> DocumentOp {
    DocumentOp::Insert(path(at), index, value)
}

pub(super) fn string(text: &str) -> Value {
    Value::String(text.to_string())
}

/// Carries out operations one after the other at one replica.
#[track_caller]
pub(super) fn write<M: Meaning>(document: &mut History<M>, identity: u32, ops: &[DocumentOp]) {
    for op in ops {
        document.apply(op, Site::of(identity)).unwrap_or_else(|refused| panic!("{op:?}: {refused}"));
    }
}

/// Both start from `before`; each carries out its own operations; what both show after meeting is `expected`.
#[track_caller]
pub(super) fn check<M: Meaning>(before: &[DocumentOp], one: &[DocumentOp], other: &[DocumentOp], expected: &str) {
    let mut a = History::<M>::default();
    write(&mut a, 0, before);
    let mut b = a.clone();
    write(&mut a, 0, one);
    write(&mut b, 1, other);
    let alone = b.clone();
    b.merge(&a);
    a.merge(&alone);
    assert_eq!(shown(&a), expected);
    assert_eq!(a.view(), b.view());
}

/// What a document shows, as JSON.
pub(super) fn shown<M: Meaning>(document: &History<M>) -> String {
    crate::model::document::Json::Object(document.view()).to_string()
}

/// What happened, and what must be shown of it.
struct Reference {
    specification: Specification<DocumentOp, Object>,
    history: crate::model::History<DocumentOp>,
    /// The updates, by number.
    names: Vec<Update>,
}

impl Reference {
    fn known(&self, known: &BTreeSet<usize>) -> Known {
        known.iter().map(|number| self.names[*number]).collect()
    }

    /// Whether who knows these updates may ask for this.
    fn accepts(&self, known: &BTreeSet<usize>, op: &DocumentOp) -> bool {
        let known = self.known(known);
        self.specification.refuses(&Visible::new(&self.history, &known), Identity(0), op) == Some(false)
    }

    /// Writes down what a replica that knows these updates did.
    fn issue(&mut self, at: usize, known: &BTreeSet<usize>, op: DocumentOp, stamp: Lamport) {
        let (replica, identity, seen) = (ReplicaId(at as u32), stamp.identity, self.known(known));
        let update = Update { replica, number: self.history.of(replica) + 1 };
        let (nth, time) = (update.number, Time::START);
        self.history.add(
            Issued {
                update,
                op,
                identity,
                nth,
                at: time,
                reading: time,
                stamp: Some(stamp.into()),
                seen,
                closed: true,
            },
            None,
        );
        self.names.push(update);
    }

    /// What whoever knows these updates is shown.
    fn view(&self, known: &BTreeSet<usize>) -> Object {
        self.specification.view(&Visible::new(&self.history, &self.known(known)))
    }
}

/// One replica in three forms, and the updates that all three know.
#[derive(Clone)]
struct Replica<M: Meaning> {
    effects: Document<M>,
    state: History<M>,
    deltas: History<M>,
    known: BTreeSet<usize>,
    /// The same, in the order in which they came.
    order: Vec<usize>,
}

impl<M: Meaning> Replica<M> {
    fn new() -> Self {
        Replica {
            effects: Document::default(),
            state: History::default(),
            deltas: History::default(),
            known: BTreeSet::new(),
            order: Vec::new(),
        }
    }

    fn learn(&mut self, update: usize) {
        self.known.insert(update);
        self.order.push(update);
    }
}

fn round_trip<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    let bytes = postcard::to_allocvec(value).expect("encodes");
    postcard::from_bytes(&bytes).expect("decodes")
}

/// How often what makes a history interesting came about.
#[derive(Debug, Default)]
struct Seen {
    refused: u64,
    siblings: u64,
    early: u64,
}

fn siblings(view: &Object) -> bool {
    use crate::model::document::Json;
    view.values().any(|slot| {
        slot.0.len() > 1
            || slot.0.iter().any(|json| match json {
                Json::Object(object) => siblings(object),
                Json::Array(slots) => slots.iter().any(|slot| slot.0.len() > 1),
                _ => false,
            })
    })
}

/// Runs random histories; after each step every form shows what the reference says.
fn trial<M: Meaning>(seeds: std::ops::Range<u64>) -> Seen {
    let mut seen = Seen::default();
    for seed in seeds {
        let mut below = draws(seed);
        let mut replicas = [Replica::<M>::new(), Replica::new(), Replica::new()];
        let mut reference =
            Reference { specification: M::specification(), history: crate::model::History::new(), names: Vec::new() };
        let mut changes = Vec::<Change<M::Action>>::new();
        for _ in 0..10 + below(40) {
            let at = below(3) as usize;
            if below(3) > 0 {
                let replica = &mut replicas[at];
                // Now and then one that was meant for another replica, and may not fit here.
                let op = if below(6) > 0 { replica.effects.propose(&mut below) } else { loose(&mut below) };
                let site = Site::of(at as u32);
                let prepared = replica.effects.prepare(&op, site);
                assert_eq!(
                    prepared.is_ok(),
                    reference.accepts(&replica.known, &op),
                    "seed {seed}: {op:?} {prepared:?}"
                );
                let Ok(change) = prepared else {
                    seen.refused += 1;
                    assert!(replica.state.apply(&op, site).is_err() && replica.deltas.mutate(&op, site).is_err());
                    continue;
                };
                reference.issue(at, &replica.known, op.clone(), change.stamp());
                assert!(replica.known.iter().all(|update| changes[*update].stamp() < change.stamp()), "seed {seed}");
                replica.effects.effect(&change);
                assert_eq!(replica.effects.latest_stamp(), Some(change.stamp().into()));
                replica.state.apply(&op, site).expect("the state takes what the operations take");
                assert_eq!(replica.deltas.mutate(&op, site), Ok(Changes(vec![change.clone()])));
                replica.learn(changes.len());
                changes.push(round_trip(&change));
                assert_eq!(changes.last(), Some(&change));
            } else {
                let other = replicas[below(3) as usize].clone();
                let replica = &mut replicas[at];
                let news: Vec<usize> = other.order.iter().filter(|n| !replica.known.contains(n)).copied().collect();
                if below(2) == 0 {
                    replica.state.merge(&other.state);
                    replica.deltas.join(&other.deltas.whole());
                    news.iter().for_each(|n| replica.effects.effect(&changes[*n]));
                    news.into_iter().for_each(|n| replica.learn(n));
                } else {
                    // Some of it, the last first: what comes too early waits, and shows nothing until then.
                    let some = &news[..below(news.len() as u64 + 1) as usize];
                    let mut group = Changes::<M>(Vec::new());
                    for n in some.iter().rev() {
                        let single = Changes(vec![changes[*n].clone()]);
                        replica.deltas.join(&single);
                        seen.early += replica.deltas.early().len() as u64;
                        History::combine(&mut group, &single);
                    }
                    replica.state.join(&group);
                    for n in some {
                        replica.effects.effect(&changes[*n]);
                        replica.effects.effect(&changes[*n]);
                        replica.learn(*n);
                    }
                }
            }
            agrees(seed, &replicas[at], &reference, &mut seen);
        }
        laws(seed, &replicas.each_ref().map(|replica| &replica.state));
        everything::<M>(seed, &changes, &reference, &mut below);
    }
    seen
}

/// An operation that knows nothing of the document.
fn loose(below: &mut impl FnMut(u64) -> u64) -> DocumentOp {
    let at = path(["", "a", "b", "a.b", "a[0]", "a[1].b", "c[0][0]"][below(7) as usize]);
    match below(6) {
        0 => DocumentOp::Put(at, Value::Array),
        1 => DocumentOp::Insert(at, below(2) as u32, Value::Object),
        2 => DocumentOp::Delete(at),
        3 => DocumentOp::Add(at, 2),
        4 => DocumentOp::Type(at, below(2) as u32, 'z'),
        _ => DocumentOp::Erase(at, 0),
    }
}

fn agrees<M: Meaning>(seed: u64, replica: &Replica<M>, reference: &Reference, seen: &mut Seen) {
    let expected = reference.view(&replica.known);
    assert_eq!(replica.effects.view(), expected, "seed {seed}: effects");
    assert_eq!(replica.state.view(), expected, "seed {seed}: state");
    assert_eq!(replica.deltas.view(), expected, "seed {seed}: deltas");
    let mut digester = Digester::new();
    replica.state.digest(&mut digester);
    assert_eq!(digester.finish(), Digester::of(&expected));
    seen.siblings += u64::from(siblings(&expected));
}

/// What merging promises, on states that were really reached.
fn laws<M: Meaning>(seed: u64, states: &[&History<M>; 3]) {
    let all = |history: &History<M>| -> (Object, VersionVector, usize) {
        let known: VersionVector = history.done().iter().fold(VersionVector::new(), |mut known, change| {
            known.raise(change.dot);
            known
        });
        (history.view(), known, history.done().len())
    };
    let merged = |order: &[usize]| {
        let mut state = states[order[0]].clone();
        order[1..].iter().for_each(|n| state.merge(states[*n]));
        all(&state)
    };
    assert_eq!(merged(&[0, 1, 2]), merged(&[2, 1, 0]), "seed {seed}");
    assert_eq!(merged(&[0, 1, 2]), merged(&[1, 2, 0, 0, 1]), "seed {seed}");
    assert_eq!(merged(&[0, 0]), all(states[0]), "seed {seed}");
    assert_eq!(&round_trip(states[1]), states[1], "seed {seed}");
    let mut reused = states[2].clone();
    reused.clone_from(states[1]);
    assert_eq!(&reused, states[1]);
}

/// All changes in any order and with repeats come to what the reference says of all updates.
fn everything<M: Meaning>(
    seed: u64,
    changes: &[Change<M::Action>],
    reference: &Reference,
    below: &mut impl FnMut(u64) -> u64,
) {
    let mut late = History::<M>::default();
    let mut left: Vec<usize> = (0..changes.len()).collect();
    while !left.is_empty() {
        let pick = below(left.len() as u64) as usize;
        let change = &changes[left[pick]];
        late.join(&Changes(vec![change.clone()]));
        if below(4) > 0 {
            left.swap_remove(pick);
        }
        assert_eq!(round_trip(&late), late);
    }
    assert!(late.early().is_empty());
    assert_eq!(late.view(), reference.view(&(0..changes.len()).collect()), "seed {seed}: in any order");
}

#[test]
fn every_form_of_a_document_by_path_shows_what_its_specification_says() {
    let seen = trial::<ByPath>(0..400);
    assert!(seen.refused > 300 && seen.siblings > 2000 && seen.early > 500, "{seen:?}");
}

#[test]
fn every_form_of_a_document_by_identity_shows_what_its_specification_says() {
    let seen = trial::<ByIdentity>(0..400);
    assert!(seen.refused > 300 && seen.siblings > 2000 && seen.early > 500, "{seen:?}");
}

#[test]
fn the_two_meanings_are_told_apart() {
    tells_apart(&PathDocument::default(), |visible| by_identity().view(visible));
    tells_apart(&IdentityDocument::default(), |visible| by_path().view(visible));
}
