//! A specification: what a data type must show to whoever knows these updates.
//!
//! It is a plain function, written for reading. Beside it stands what else is promised of the type: where
//! the function may be held against a view, what a writer sees of its own update, and which clock its
//! stamps come from.

use std::fmt;
use std::sync::Arc;

use super::{History, Judge, Visible};
use crate::base::{Canonical, Digester, Identity, Known, Span};

/// What a data type with operations `O` must show.
pub struct Specification<O, V> {
    /// The abstract type's name.
    pub name: &'static str,
    /// Where a view can be judged.
    pub judged: Judged,
    /// Which clock the stamps of its updates come from, where it arbitrates all of them by stamps.
    pub clock: Option<Source>,
    /// How far the stamps of a hybrid clock may lie ahead of their replica's own clock, where that is promised.
    pub ahead: Option<Span>,
    /// What its state grows with.
    pub growth: Growth,
    view: View<O, V>,
    parts: Option<Parts<O, V>>,
    intent: Option<Intent<O, V>>,
    refusal: Option<Refusal<O>>,
    beside: Option<Beside<O, V>>,
    stamped: Option<Stamped<O>>,
    keeps: Option<Keeps<V>>,
}

type View<O, V> = Arc<dyn Fn(&Visible<'_, O>) -> V + Send + Sync>;

/// What a writer asked for and does not see: the view before, the operation, the view after.
type Intent<O, V> = Arc<dyn Fn(&V, &O, &V) -> Result<(), String> + Send + Sync>;

/// Whether who signs so, and knows these updates, may not ask for this.
type Refusal<O> = Arc<dyn Fn(&Visible<'_, O>, Identity, &O) -> bool + Send + Sync>;

/// Whether an operation is given a stamp.
type Stamped<O> = Arc<dyn Fn(&O) -> bool + Send + Sync>;

/// Whether the second of two views keeps all that the first one shows.
pub type Keeps<V> = fn(&V, &V) -> bool;

/// What no function of the visible updates tells: the rest of a view, and who judges it.
struct Beside<O, V> {
    told: fn(&V) -> V,
    judge: MakeJudge<O, V>,
}

type MakeJudge<O, V> = Arc<dyn Fn() -> Box<dyn Judge<O, V> + Send> + Send + Sync>;

impl<O, V> Clone for Beside<O, V> {
    fn clone(&self) -> Self {
        Beside { told: self.told, judge: self.judge.clone() }
    }
}

/// Where a view can be held against the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// Whatever is known.
    Anywhere,
    /// Where all is known that the known updates have seen. Elsewhere, two right implementations may differ.
    WhereClosed,
    /// Nowhere: nothing is said of what must be shown.
    Nowhere,
}

/// Which clock stamps come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The replica's own, by which a causally later update may be the earlier one.
    OwnClock,
    /// A Lamport clock: stamps follow causality.
    Lamport,
    /// A hybrid clock: stamps follow causality, and stay near the clocks.
    Hybrid,
}

/// What a state may grow with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// With what is shown.
    Live,
    /// With what is shown and with how many identities ever wrote.
    Identities,
    /// With every update.
    Updates,
}

/// How a view falls into parts that have nothing to do with one another.
pub struct Parts<O, V> {
    /// What an operation is about.
    pub key: fn(&O) -> Option<u64>,
    /// The part of a view that an operation is about, by itself.
    pub part: fn(&V, &O) -> V,
}

impl<O, V> Clone for Parts<O, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O, V> Copy for Parts<O, V> {}

impl<O, V> Clone for Specification<O, V> {
    fn clone(&self) -> Self {
        let (view, intent, refusal) = (self.view.clone(), self.intent.clone(), self.refusal.clone());
        Specification { view, intent, refusal, beside: self.beside.clone(), stamped: self.stamped.clone(), ..*self }
    }
}

impl<O, V> fmt::Debug for Specification<O, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the specification of {}", self.name)
    }
}

impl<O, V> Specification<O, V> {
    /// One that is judged where knowledge is closed, of a type whose state may grow with every update.
    pub fn new(name: &'static str, view: impl Fn(&Visible<'_, O>) -> V + Send + Sync + 'static) -> Specification<O, V> {
        Specification {
            name,
            judged: Judged::WhereClosed,
            clock: None,
            ahead: None,
            growth: Growth::Updates,
            view: Arc::new(view),
            parts: None,
            intent: None,
            refusal: None,
            beside: None,
            stamped: None,
            keeps: None,
        }
    }

    /// One that says nothing of what must be shown: all that is left is that who knows the same shows the same.
    pub fn unstated(name: &'static str) -> Specification<O, V> {
        let view = |_: &Visible<'_, O>| -> V { unreachable!("nobody asks what is not stated") };
        Specification { judged: Judged::Nowhere, ..Specification::new(name, view) }
    }

    /// The same, judged whatever is known.
    pub fn anywhere(self) -> Specification<O, V> {
        Specification { judged: Judged::Anywhere, ..self }
    }

    /// The same, of a type that arbitrates by stamps from this clock.
    pub fn stamped_by(self, clock: Source) -> Specification<O, V> {
        Specification { clock: Some(clock), ..self }
    }

    /// The same, of a type whose stamps lie at most so far ahead of their replica's own clock: clocks that differ
    /// by more than that are not followed.
    pub fn ahead_by_at_most(self, ahead: Span) -> Specification<O, V> {
        Specification { ahead: Some(ahead), ..self }
    }

    /// The same, of a type that gives stamps only to operations like these. Where no clock is named, stamps are
    /// those of parts, and have nothing to do with one another.
    pub fn stamping(self, which: impl Fn(&O) -> bool + Send + Sync + 'static) -> Specification<O, V> {
        Specification { stamped: Some(Arc::new(which)), ..self }
    }

    /// Whether an operation is given a stamp, where the type gives stamps at all.
    pub fn stamps(&self, op: &O) -> bool {
        self.stamped.as_ref().map_or(self.clock.is_some(), |which| which(op))
    }

    /// The same, of a type whose state grows only with this.
    pub fn growing_with(self, growth: Growth) -> Specification<O, V> {
        Specification { growth, ..self }
    }

    /// The same, with parts that can be judged one by one.
    pub fn in_parts(self, key: fn(&O) -> Option<u64>, part: fn(&V, &O) -> V) -> Specification<O, V> {
        Specification { parts: Some(Parts { key, part }), ..self }
    }

    /// The same, with what a writer asked for: it is told what is missing of that, if something is.
    pub fn intending(
        self,
        intent: impl Fn(&V, &O, &V) -> Result<(), String> + Send + Sync + 'static,
    ) -> Specification<O, V> {
        Specification { intent: Some(Arc::new(intent)), ..self }
    }

    /// The same, of a type that says when an operation is refused: then, and at no other time.
    pub fn refusing(
        self,
        refusal: impl Fn(&Visible<'_, O>, Identity, &O) -> bool + Send + Sync + 'static,
    ) -> Specification<O, V> {
        Specification { refusal: Some(Arc::new(refusal)), ..self }
    }

    /// The same, of a type of whose view the function tells only this; the rest is for a judge.
    pub fn beside(
        self,
        told: fn(&V) -> V,
        judge: impl Fn() -> Box<dyn Judge<O, V> + Send> + Send + Sync + 'static,
    ) -> Specification<O, V> {
        Specification { beside: Some(Beside { told, judge: Arc::new(judge) }), ..self }
    }

    /// The same, of a type whose view loses nothing as more becomes known: what one shows, each later one keeps.
    pub fn only_growing(self, keeps: Keeps<V>) -> Specification<O, V> {
        Specification { keeps: Some(keeps), ..self }
    }

    /// Whether a view keeps all that an earlier one shows, where it is declared that views only grow.
    pub fn keeps(&self) -> Option<Keeps<V>> {
        self.keeps
    }

    /// The only right view of these updates, or as much of it as is [told](Specification::told).
    pub fn view(&self, visible: &Visible<'_, O>) -> V {
        (self.view)(visible)
    }

    /// The view of who knows nothing.
    pub fn empty(&self) -> V {
        self.view(&Visible::new(&History::new(), &Known::new()))
    }

    /// Of a view that is shown, what must equal [`view`](Specification::view); none where that is all of it.
    pub fn told(&self, shown: &V) -> Option<V> {
        self.beside.as_ref().map(|beside| (beside.told)(shown))
    }

    /// Who judges the rest of a view, if the function does not tell all of it.
    pub fn judge(&self) -> Option<Box<dyn Judge<O, V> + Send>> {
        self.beside.as_ref().map(|beside| (beside.judge)())
    }

    /// How the view falls into parts, if it does.
    pub fn parts(&self) -> Option<Parts<O, V>> {
        self.parts
    }

    /// What an operation is about, if the view falls into parts.
    pub fn key(&self, op: &O) -> Option<u64> {
        self.parts.and_then(|parts| (parts.key)(op))
    }

    /// Whether a writer sees what it asked for.
    pub fn intent(&self, before: &V, op: &O, after: &V) -> Result<(), String> {
        self.intent.as_ref().map_or(Ok(()), |intent| intent(before, op, after))
    }

    /// Whether an operation must be refused to who signs so and knows these updates, if that is specified.
    pub fn refuses(&self, visible: &Visible<'_, O>, identity: Identity, op: &O) -> Option<bool> {
        self.refusal.as_ref().map(|refusal| refusal(visible, identity, op))
    }

    /// Whether it is specified what is refused.
    pub fn has_refusals(&self) -> bool {
        self.refusal.is_some()
    }

    /// Whether something is promised to a writer.
    pub fn has_intent(&self) -> bool {
        self.intent.is_some()
    }
}

/// The key of a thing that an operation can be about.
pub fn key_of(thing: &impl Canonical) -> u64 {
    let mut digester = Digester::new();
    thing.feed(&mut digester);
    digester.finish().0 as u64
}
