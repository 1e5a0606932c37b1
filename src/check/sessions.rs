//! Session guarantees: what one client sees fits together, whichever replicas it asks.

use std::collections::BTreeMap;
use std::fmt::Debug;

use super::judge::{About, Check, Found};
use super::{Ledger, Violation, words};
use crate::base::{ClientId, Known, Observed, ReplicaId, RequestId, Update};
use crate::trace::{Event, Moment};

/// One of the guarantees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guarantee {
    /// A client sees its own earlier writes.
    ReadYourWrites,
    /// A client never sees less than it saw before.
    MonotonicReads,
    /// Whoever knows a write of a client knows the client's earlier ones.
    MonotonicWrites,
    /// Whoever knows a write of a client knows what the client had seen before it.
    WritesFollowReads,
    /// Whoever knows an update knows what its issuer knew.
    ConsistentPrefix,
}

impl Guarantee {
    /// All of them.
    pub const ALL: [Guarantee; 5] = [
        Guarantee::ReadYourWrites,
        Guarantee::MonotonicReads,
        Guarantee::MonotonicWrites,
        Guarantee::WritesFollowReads,
        Guarantee::ConsistentPrefix,
    ];

    /// What can be told of its check.
    pub const fn about(self) -> &'static About {
        match self {
            Guarantee::ReadYourWrites => &About {
                name: "read_your_writes",
                claim: "a client that reads sees its own earlier writes",
                explained: "When a replica answers a client, it must know every update that this client was told is \
                            done. A client that stays with one replica is safe as long as that replica forgets \
                            nothing; one that moves is not, unless it brings along what it wrote.",
                cost: "one comparison of two knowledges for each answer",
            },
            Guarantee::MonotonicReads => &About {
                name: "monotonic_reads",
                claim: "a client never sees less than it saw before",
                explained: "When a replica answers a client, it must know all that the replicas knew which answered \
                            this client before.",
                cost: "one comparison of two knowledges for each answer",
            },
            Guarantee::MonotonicWrites => &About {
                name: "monotonic_writes",
                claim: "a client's writes become known in the order in which it made them",
                explained: "Whenever a replica takes something in and knows an update of a client, it must know that \
                            client's earlier ones.",
                cost: "one look-up for each update that becomes known",
            },
            Guarantee::WritesFollowReads => &About {
                name: "writes_follow_reads",
                claim: "whoever knows a client's write knows what the client had seen before it",
                explained: "Whenever a replica takes something in and knows an update of a client, it must know all \
                            that the replicas knew which had answered the client before: a reply is never there \
                            without the question.",
                cost: "one comparison of two knowledges for each update that becomes known",
            },
            Guarantee::ConsistentPrefix => &About {
                name: "consistent_prefix",
                claim: "whoever knows an update knows what its issuer knew",
                explained: "Whenever a replica takes something in, its knowledge must be closed: with each update it \
                            must hold all that the update's issuer knew, but for what is lost for ever.",
                cost: "one pass over the known updates for each knowledge that somebody comes to",
            },
        }
    }
}

/// What a client did and saw.
#[derive(Debug, Default)]
struct Session {
    written: Known,
    seen: Known,
}

/// Holds a run to one guarantee.
#[derive(Debug)]
pub struct Sessions {
    guarantee: Guarantee,
    sessions: BTreeMap<ClientId, Session>,
    open: BTreeMap<RequestId, Update>,
    /// What must be known to whoever knows an update: what its client had done or seen before.
    needs: BTreeMap<Update, Known>,
    judged: u64,
}

impl Sessions {
    /// The check of one guarantee.
    pub fn new(guarantee: Guarantee) -> Sessions {
        let (sessions, open, needs) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Sessions { guarantee, sessions, open, needs, judged: 0 }
    }

    fn answer<O: Debug>(&mut self, ledger: &Ledger<O>, moment: &Moment, replica: ReplicaId, client: ClientId) -> Found {
        let known = ledger.known(replica);
        let session = self.sessions.entry(client).or_default();
        let wanted = match self.guarantee {
            Guarantee::ReadYourWrites => &session.written,
            Guarantee::MonotonicReads => &session.seen,
            _ => return None,
        };
        self.judged += 1;
        if known.covers(wanted) {
            return None;
        }
        let missing: Known = wanted.beyond(known).collect();
        let had = if self.guarantee == Guarantee::ReadYourWrites { "had written" } else { "had seen" };
        let says = format!("{replica} answers {client} without {}, which it {had}", words::known(ledger, &missing));
        Some(self.violation(moment, replica, says))
    }

    fn violation(&self, moment: &Moment, replica: ReplicaId, says: String) -> Box<Violation> {
        Box::new(Violation {
            check: self.guarantee.about().name,
            at: *moment,
            replicas: vec![replica],
            says,
            expected: String::new(),
            seen: String::new(),
            knowledge: Vec::new(),
            parted: None,
            recall: None,
        })
    }
}

impl<S: Observed, O: Debug> Check<S, O> for Sessions {
    fn about(&self) -> &'static About {
        self.guarantee.about()
    }

    fn watches(&self) -> bool {
        self.guarantee != Guarantee::ConsistentPrefix
    }

    fn reset(&mut self) {
        self.sessions.clear();
        self.open.clear();
        self.needs.clear();
        self.judged = 0;
    }

    fn event(&mut self, ledger: &mut Ledger<O>, moment: &Moment, event: &Event<'_, S>) -> Found {
        match event {
            Event::Accept { request, update, .. } => {
                let session = self.sessions.entry(request.client).or_default();
                let needs = match self.guarantee {
                    Guarantee::MonotonicWrites => Some(&session.written),
                    Guarantee::WritesFollowReads => Some(&session.seen),
                    _ => None,
                };
                if let Some(needs) = needs.filter(|needs| !needs.is_empty()) {
                    self.needs.insert(*update, needs.clone());
                }
                self.open.insert(*request, *update);
                None
            }
            Event::Answer { request, replica, .. } => {
                let found = self.answer(ledger, moment, *replica, request.client);
                let session = self.sessions.entry(request.client).or_default();
                session.seen.extend(ledger.known(*replica));
                if let Some(update) = self.open.remove(request) {
                    session.written.insert(update);
                }
                found
            }
            _ => None,
        }
    }

    fn stepped(&mut self, ledger: &mut Ledger<O>, moment: &Moment, replica: ReplicaId, _: &[S]) -> Found {
        let (before, mind) = (ledger.mind_before(replica), ledger.mind(replica));
        if before == mind {
            return None;
        }
        if self.guarantee == Guarantee::ConsistentPrefix {
            self.judged += 1;
            if ledger.is_closed(mind) {
                return None;
            }
            let says = format!("{replica} knows {} without their past", words::known(ledger, ledger.known(replica)));
            return Some(self.violation(moment, replica, says));
        }
        let known = ledger.minds().known(mind);
        for update in known.beyond(ledger.minds().known(before)) {
            let Some(needs) = self.needs.get(&update) else { continue };
            self.judged += 1;
            if !known.covers(needs) {
                let missing: Known = needs.beyond(known).collect();
                let (update, missing) = (words::update(ledger, update), words::known(ledger, &missing));
                let says = format!("{replica} knows {update} and not {missing}, which its client had before it");
                return Some(self.violation(moment, replica, says));
            }
        }
        None
    }

    fn judged(&self) -> u64 {
        self.judged
    }
}
