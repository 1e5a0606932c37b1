//! The way of two updates through a run: who had which of them first, and by which way an effect came to follow
//! from its cause.

use std::fmt::Debug;

use super::ledger::{Doing, Ledger};
use super::words;
use crate::base::{ClientId, Observed, ReplicaId, Time, Update};
use crate::trace::{Event, Moment};

/// Two updates, of which the earlier one was missing where the later one was, or where a client had it before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bond {
    /// The cause.
    pub earlier: Update,
    /// The effect, unless it is an answer to a client.
    pub later: Option<Update>,
    /// The client for whom the one came before the other, if it is by a client that they hang together.
    pub client: Option<ClientId>,
}

/// Where an update came to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sight {
    replica: ReplicaId,
    at: Time,
    /// Who had sent what it was taken in from.
    from: Option<ReplicaId>,
}

/// Follows two updates through a run.
#[derive(Debug)]
pub(super) struct Trail {
    bond: Bond,
    earlier: Vec<Sight>,
    later: Vec<Sight>,
    /// Where the client was answered first by one who knew the cause.
    answered: Option<(ReplicaId, Time)>,
}

impl Trail {
    pub(super) fn of(bond: Bond) -> Trail {
        Trail { bond, earlier: Vec::new(), later: Vec::new(), answered: None }
    }

    pub(super) fn clear(&mut self) {
        *self = Trail::of(self.bond);
    }

    pub(super) fn event<S: Observed, O>(&mut self, ledger: &Ledger<O>, moment: &Moment, event: &Event<'_, S>) {
        match event {
            Event::Incorporate { replica, .. } => {
                let from = if let Doing::Told(from) = ledger.doing() { Some(from) } else { None };
                self.look(ledger, moment, *replica, from);
            }
            Event::Accept { update, .. } => self.look(ledger, moment, update.replica, None),
            Event::Answer { request, replica, .. }
                if Some(request.client) == self.bond.client
                    && self.answered.is_none()
                    && ledger.known(*replica).contains(self.bond.earlier) =>
            {
                self.answered = Some((*replica, moment.at));
            }
            _ => {}
        }
    }

    fn look<O>(&mut self, ledger: &Ledger<O>, moment: &Moment, replica: ReplicaId, from: Option<ReplicaId>) {
        let known = ledger.known(replica);
        let sight = Sight { replica, at: moment.at, from };
        let note = |sights: &mut Vec<Sight>, update| {
            if known.contains(update) && sights.iter().all(|sight| sight.replica != replica) {
                sights.push(sight);
            }
        };
        note(&mut self.earlier, self.bond.earlier);
        self.bond.later.into_iter().for_each(|later| note(&mut self.later, later));
    }

    /// The replicas by which the cause came to one, from its issuer on; as far as it can be told.
    fn path(&self, to: ReplicaId) -> Vec<ReplicaId> {
        let (mut path, mut before) = (vec![to], self.earlier.len());
        while let Some(at) = self.earlier[..before].iter().position(|sight| Some(&sight.replica) == path.last()) {
            before = at;
            path.extend(self.earlier[at].from);
        }
        path.reverse();
        path
    }

    /// A line each: how they hang together, and who had them in which order.
    pub(super) fn told<O: Debug>(&self, ledger: &Ledger<O>) -> Vec<String> {
        let Bond { earlier, later, .. } = self.bond;
        let mut lines: Vec<String> = self.why(ledger).into_iter().collect();
        for (update, sights) in [(Some(earlier), &self.earlier), (later, &self.later)] {
            let Some(update) = update else { continue };
            let sights = sights.iter().map(|sight| match sight.from {
                Some(from) => format!("{} at {} (from {from})", sight.replica, sight.at),
                None => format!("{} at {}", sight.replica, sight.at),
            });
            let sights: Vec<String> = sights.collect();
            lines.push(format!("{} was known to {}", words::update(ledger, update), sights.join(", ")));
        }
        lines
    }

    /// Why the cause comes before the effect.
    fn why<O: Debug>(&self, ledger: &Ledger<O>) -> Option<String> {
        let Bond { earlier, later, client } = self.bond;
        let cause = words::update(ledger, earlier);
        let issued = later.and_then(|later| ledger.history().get(later));
        if let Some(issued) = issued.filter(|issued| issued.seen.contains(earlier)) {
            let (issuer, at) = (issued.update.replica, issued.at);
            let effect = words::update(ledger, issued.update);
            if earlier.replica == issuer {
                return Some(format!("{issuer} had issued {cause} before {effect}, at {at}"));
            }
            let path: Vec<String> = self.path(issuer).iter().map(ReplicaId::to_string).collect();
            return Some(format!("{issuer} knew {cause}, by way of {}, and issued {effect} at {at}", path.join(" → ")));
        }
        let ((replica, at), client) = (self.answered?, client?);
        let then =
            issued.map(|issued| format!(", and wrote {} at {}", words::update(ledger, issued.update), issued.at));
        Some(format!("{replica} knew {cause} when it answered {client} at {at}{}", then.unwrap_or_default()))
    }
}
