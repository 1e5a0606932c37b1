//! Liveness: once faults are over, everything that survived is shown everywhere.

use std::fmt::Debug;

use super::judge::{About, Check, End, Found};
use super::{Ledger, Violation, words};
use crate::base::{Known, Observed, ReplicaId};
use crate::model::{Judged, Specification, Visible};

/// See [`ABOUT`](Settles::ABOUT).
#[derive(Debug)]
pub struct Settles<O, V> {
    specification: Option<Specification<O, V>>,
    /// Groups of replicas that can reach one another after the last fault; all can where there is none.
    groups: Vec<Vec<ReplicaId>>,
    judged: u64,
}

impl<O, V> Settles<O, V> {
    /// Holds all that is shown in the end against this specification; without one, views against one another.
    pub fn new(specification: Option<Specification<O, V>>) -> Settles<O, V> {
        Settles { specification, groups: Vec::new(), judged: 0 }
    }

    /// The same in a world that stays in pieces: each settles by itself.
    pub fn within(self, groups: Vec<Vec<ReplicaId>>) -> Settles<O, V> {
        Settles { groups, ..self }
    }
}

impl Settles<(), ()> {
    /// What it is.
    pub const ABOUT: About = About {
        name: "settles",
        claim: "in the end, every replica shows all updates that survived",
        explained: "When the last fault is over and the settle time has passed, every replica that is there must show \
                    what the specification says of all updates that some replica in its reach still knows, or has accepted and not forgotten; without \
                    a specification, and where the past of what survived did not survive itself, all must show the same. What they know is the evidence and not the criterion: \
                    replicas that stop talking since their states are equal are right. Updates that only a \
                    destroyed disk held are lost, and are counted as such.",
        cost: "one evaluation of the specification for each run, and one view for each replica",
    };
}

impl<S, O, V> Check<S, O> for Settles<O, V>
where
    S: Observed<View = V>,
    O: Debug,
    V: Debug + Eq,
{
    fn about(&self) -> &'static About {
        &Settles::ABOUT
    }

    fn reset(&mut self) {
        self.judged = 0;
    }

    fn ended(&mut self, ledger: &mut Ledger<O>, end: &End, replicas: &[S]) -> Found {
        if !end.in_time {
            return None;
        }
        let everybody = [(0..ledger.members()).map(ReplicaId).collect::<Vec<_>>()];
        let groups = if self.groups.is_empty() { &everybody[..] } else { &self.groups[..] };
        for group in groups {
            let there = |replica: &&ReplicaId| ledger.is_up(**replica) && ledger.can_judge(**replica);
            let there: Vec<ReplicaId> = group.iter().filter(there).copied().collect();
            let Some(first) = there.first() else { continue };
            self.judged += u64::from(there.len() > 1);
            let mut surviving = Known::new();
            for replica in &there {
                surviving.extend(ledger.known(*replica));
                surviving.extend(&ledger.pending(*replica));
            }
            let judged = |specification: &&Specification<O, V>| match specification.judged {
                Judged::Anywhere => true,
                Judged::WhereClosed => ledger.is_closed_set(&surviving),
                Judged::Nowhere => false,
            };
            let specification = self.specification.as_ref().filter(judged);
            let right = specification.map(|specified| specified.view(&Visible::new(ledger.history(), &surviving)));
            let example = replicas[first.index()].view();
            for replica in &there {
                let view = replicas[replica.index()].view();
                let told = specification.and_then(|specified| specified.told(&view));
                let wrong = match right.as_ref().filter(|right| *right != told.as_ref().unwrap_or(&view)) {
                    Some(right) => Some(("what survived comes to".to_owned(), right)),
                    // What no specification tells must still be the same everywhere.
                    None => (view != example).then(|| (format!("{first} shows"), &example)),
                };
                if let Some((whose, right)) = wrong {
                    let missing: Known = surviving.beyond(ledger.known(*replica)).collect();
                    return Some(Box::new(violation(ledger, end, *replica, &view, (&whose, right), &missing)));
                }
            }
        }
        None
    }

    fn judged(&self) -> u64 {
        self.judged
    }
}

fn violation<O: Debug, V: Debug>(
    ledger: &Ledger<O>,
    end: &End,
    replica: ReplicaId,
    view: &V,
    (whose, right): (&str, &V),
    missing: &Known,
) -> Violation {
    let (seen, expected) = (words::shown(view), words::shown(right));
    let why = if missing.is_empty() {
        format!("{replica} knows all that survived")
    } else {
        format!("{replica} never learnt of {}", words::known(ledger, missing))
    };
    Violation {
        check: Settles::ABOUT.name,
        at: end.moment,
        replicas: vec![replica],
        says: format!("all faults are over and time was given, and {replica} shows {seen}, but {whose} {expected}"),
        expected,
        seen,
        knowledge: vec![why],
        parted: None,
        recall: None,
    }
}
