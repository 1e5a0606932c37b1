//! The judge of a run: keeps the ledger and asks every check, until one finds something wrong.

use std::ops::ControlFlow;

use super::{Ledger, Violation};
use crate::base::{Observed, ReplicaId};
use crate::model::Asks;
use crate::trace::{Event, Moment, Observer};

/// What can be told of a check.
#[derive(Debug, PartialEq, Eq)]
pub struct About {
    /// What it is called in scenarios and reports.
    pub name: &'static str,
    /// One line: what it holds replicas to.
    pub claim: &'static str,
    /// One paragraph: what it finds, how, and what it cannot see.
    pub explained: &'static str,
    /// What it costs.
    pub cost: &'static str,
}

/// What a check finds, if it finds something.
pub type Found = Option<Box<Violation>>;

/// How a run ended, as far as checks are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The last event.
    pub moment: Moment,
    /// Whether the run's time was up, so that replicas had all the time they were promised.
    pub in_time: bool,
}

/// An oracle that watches a run. It is told of events, looks at replicas, and says what is wrong.
///
/// A check reads the ledger and never the code's own bookkeeping.
pub trait Check<S: Observed, O> {
    /// What can be told of it.
    fn about(&self) -> &'static About;

    /// Whether it wants to be told of events, and not only of steps.
    fn watches(&self) -> bool {
        false
    }

    /// Another run begins.
    fn reset(&mut self);

    /// The run that begins is one in which this check has found something, and asked to look at an event again: the one
    /// of this number, at this replica.
    fn recall(&mut self, _step: u64, _replica: ReplicaId) {}

    /// Something happened; the ledger has it already.
    fn event(&mut self, _ledger: &mut Ledger<O>, _moment: &Moment, _event: &Event<'_, S>) -> Found {
        None
    }

    /// Whether it wants to look at replicas before they handle an event.
    fn peeks(&self) -> bool {
        false
    }

    /// A replica is about to handle an event.
    fn stepping(&mut self, _ledger: &mut Ledger<O>, _replica: ReplicaId, _replicas: &[S]) {}

    /// A replica has handled an event.
    fn stepped(&mut self, _ledger: &mut Ledger<O>, _moment: &Moment, _replica: ReplicaId, _replicas: &[S]) -> Found {
        None
    }

    /// The run is over.
    fn ended(&mut self, _ledger: &mut Ledger<O>, _end: &End, _replicas: &[S]) -> Found {
        None
    }

    /// How often it had something to judge in this run.
    fn judged(&self) -> u64;

    /// How often it passed over something that it could not judge.
    fn skipped(&self) -> u64 {
        0
    }
}

/// Watches a run with all its checks.
pub struct Judge<S: Observed, O> {
    ledger: Ledger<O>,
    checks: Vec<Box<dyn Check<S, O>>>,
    /// Those that want to be told of events.
    watching: Vec<usize>,
    /// Those that want to look at replicas beforehand.
    peeking: Vec<usize>,
    found: Found,
    last: Moment,
}

impl<S: Observed, O> Judge<S, O> {
    /// One with these checks; the first that finds something ends the run.
    pub fn new(ledger: Ledger<O>, checks: Vec<Box<dyn Check<S, O>>>) -> Judge<S, O> {
        let watching = (0..checks.len()).filter(|at| checks[*at].watches()).collect();
        let peeking = (0..checks.len()).filter(|at| checks[*at].peeks()).collect();
        Judge { ledger, checks, watching, peeking, found: None, last: Moment::default() }
    }

    /// Makes it the judge of another run.
    pub fn reset(&mut self) {
        self.ledger.clear();
        self.checks.iter_mut().for_each(|check| check.reset());
        (self.found, self.last) = (None, Moment::default());
    }

    /// Makes it the judge of a run in which something was found, for all of the evidence: what this
    /// replica shows in the event of this number is kept.
    pub fn recall(&mut self, step: u64, replica: ReplicaId) {
        self.reset();
        self.checks.iter_mut().for_each(|check| check.recall(step, replica));
    }

    /// What was found, if something was.
    pub fn found(&self) -> Option<&Violation> {
        self.found.as_deref()
    }

    /// Who knows what.
    pub fn ledger(&self) -> &Ledger<O> {
        &self.ledger
    }

    /// The checks, and how often each had something to judge.
    pub fn judged(&self) -> impl Iterator<Item = (&'static About, u64)> {
        self.checks.iter().map(|check| (check.about(), check.judged()))
    }

    /// The checks, and how often each passed over something that it could not judge.
    pub fn skipped(&self) -> impl Iterator<Item = (&'static About, u64)> {
        self.checks.iter().map(|check| (check.about(), check.skipped()))
    }

    /// The run is over: what can only be judged at its end is judged now.
    pub fn ended(&mut self, in_time: bool, replicas: &[S]) -> Option<&Violation> {
        let end = End { moment: self.last, in_time };
        for check in &mut self.checks {
            if self.found.is_some() {
                break;
            }
            self.found = check.ended(&mut self.ledger, &end, replicas);
        }
        self.found()
    }
}

impl<S: Observed<Op: Asks<O>>, O: Clone> Observer<S> for Judge<S, O> {
    #[inline]
    fn event(&mut self, moment: &Moment, event: &Event<'_, S>) {
        self.ledger.event(moment, event);
        for at in &self.watching {
            if self.found.is_none() {
                self.found = self.checks[*at].event(&mut self.ledger, moment, event);
            }
        }
    }

    #[inline]
    fn stepping(&mut self, _: &Moment, replica: ReplicaId, replicas: &[S]) {
        for at in &self.peeking {
            self.checks[*at].stepping(&mut self.ledger, replica, replicas);
        }
    }

    #[inline]
    fn stepped(&mut self, moment: &Moment, replica: ReplicaId, replicas: &[S]) -> ControlFlow<()> {
        self.last = *moment;
        self.ledger.handled(replica, &replicas[replica.index()]);
        for check in &mut self.checks {
            if self.found.is_none() {
                self.found = check.stepped(&mut self.ledger, moment, replica, replicas);
            }
        }
        self.ledger.stepped(replica, moment.at);
        if self.found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
