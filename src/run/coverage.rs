//! Which abstract states a run came through: how what replicas know stands to one another, while what happened.
//!
//! The law: a state is a number that means the same in every run of a system.

use std::fmt::Debug;

use crate::base::{Digester, ReplicaId};
use crate::check::{Doing, Ledger};

/// Only so many replicas are compared: a state is a small thing.
const COMPARED: u32 = 5;

/// The abstract states of one run.
#[derive(Default)]
pub struct Coverage {
    states: Vec<u64>,
    digester: Digester,
}

impl Coverage {
    pub(super) fn clear(&mut self) {
        self.states.clear();
    }

    /// Each of them, once, in rising order.
    pub(super) fn states(&mut self) -> &[u64] {
        self.states.sort_unstable();
        self.states.dedup();
        &self.states
    }

    /// A replica has taken a step: if it knows something else than before, that is a state.
    pub(super) fn stepped<O: Debug>(&mut self, ledger: &Ledger<O>, replica: ReplicaId) {
        if ledger.mind(replica) == ledger.mind_before(replica) && !ledger.was_left(replica) {
            return;
        }
        let known = ledger.known(replica);
        let others = (0..ledger.members().min(COMPARED)).map(ReplicaId).filter(|other| *other != replica);
        let mut relations: Vec<u64> = others
            .map(|other| {
                let theirs = ledger.known(other);
                let relation = match (known.covers(theirs), theirs.covers(known)) {
                    (true, true) => 0,
                    (true, false) => 1,
                    (false, true) => 2,
                    (false, false) => 3,
                };
                relation << 1 | u64::from(ledger.is_up(other))
            })
            .collect();
        // Who is who does not matter.
        relations.sort_unstable();
        let doing = match ledger.doing() {
            Doing::Beginning => 0,
            Doing::Asked(_) => 1,
            Doing::Told(_) => 2,
            Doing::Waking => 3,
        };
        for relation in relations {
            self.digester.word(relation);
        }
        self.digester.word(doing);
        self.digester.word(u64::from(ledger.was_left(replica)));
        self.digester.word(u64::from(known.len().checked_ilog2().unwrap_or_default()));
        if let Some(issued) = ledger.accepted().and_then(|update| ledger.history().get(update)) {
            // The kind of the operation, and not what it was given.
            let text = format!("{:?}", issued.op);
            let kind = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            self.digester.bytes(kind.as_bytes());
        }
        self.states.push(self.digester.finish().0 as u64);
    }
}
