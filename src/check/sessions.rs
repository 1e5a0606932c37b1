//! Session guarantees: what one client sees fits together, whichever replicas it asks.

use std::collections::BTreeMap;
use std::fmt::Debug;

use super::judge::{About, Check, Found};
use super::{Bond, Ledger, Mind, Recall, Violation, words};
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
    unanswered: BTreeMap<RequestId, Update>,
    /// What must be known to whoever knows an update: what its client had done or seen before.
    needs: BTreeMap<Update, (ClientId, Known)>,
    judged: u64,
}

impl Sessions {
    /// The check of one guarantee.
    pub fn new(guarantee: Guarantee) -> Sessions {
        let (sessions, unanswered, needs) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Sessions { guarantee, sessions, unanswered, needs, judged: 0 }
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
        let bond = Bond { earlier: missing.iter().next()?, later: None, client: Some(client) };
        Some(self.violation(moment, replica, says, bond))
    }

    /// What is wrong with who knows an update, and not what its client had done or seen before it.
    fn before<O: Debug>(&mut self, ledger: &Ledger<O>, known: &Known, update: Update) -> Option<(String, Bond)> {
        let (client, needs) = self.needs.get(&update)?;
        self.judged += 1;
        let missing: Known = needs.beyond(known).collect();
        let bond = Bond { earlier: missing.iter().next()?, later: Some(update), client: Some(*client) };
        let (update, missing) = (words::update(ledger, update), words::known(ledger, &missing));
        Some((format!("knows {update} and not {missing}, which its client had before it"), bond))
    }

    /// What is wrong with who knows effects without their causes.
    fn open<O: Debug>(&mut self, ledger: &mut Ledger<O>, mind: Mind) -> Option<(String, Bond)> {
        self.judged += 1;
        if ledger.is_closed(mind) {
            return None;
        }
        let (known, lost) = (ledger.minds().known(mind), ledger.lost());
        let missing = |update: Update| -> Known {
            let seen = ledger.history().get(update).map(|issued| issued.seen.beyond(known));
            seen.into_iter().flatten().filter(|missing| !lost.contains(*missing)).collect()
        };
        let (update, missing) =
            known.iter().map(|update| (update, missing(update))).find(|(_, some)| !some.is_empty())?;
        let bond = Bond { earlier: missing.iter().next()?, later: Some(update), client: None };
        let (update, missing) = (words::update(ledger, update), words::known(ledger, &missing));
        Some((format!("knows {update} and not {missing}, which its issuer knew"), bond))
    }

    fn violation(&self, moment: &Moment, replica: ReplicaId, says: String, bond: Bond) -> Box<Violation> {
        Box::new(Violation {
            check: self.guarantee.about().name,
            at: *moment,
            replicas: vec![replica],
            says,
            expected: String::new(),
            seen: String::new(),
            knowledge: Vec::new(),
            parted: None,
            recall: Some(Recall::Bond(bond)),
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
        self.unanswered.clear();
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
                    self.needs.insert(*update, (request.client, needs.clone()));
                }
                self.unanswered.insert(*request, *update);
                None
            }
            Event::Answer { request, replica, .. } => {
                let found = self.answer(ledger, moment, *replica, request.client);
                let session = self.sessions.entry(request.client).or_default();
                session.seen.extend(ledger.known(*replica));
                if let Some(update) = self.unanswered.remove(request) {
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
        let wrong = if self.guarantee == Guarantee::ConsistentPrefix {
            self.open(ledger, mind)
        } else {
            let known = ledger.minds().known(mind);
            let news: Vec<Update> = known.beyond(ledger.minds().known(before)).collect();
            news.into_iter().find_map(|update| self.before(ledger, known, update))
        };
        let (says, bond) = wrong?;
        Some(self.violation(moment, replica, format!("{replica} {says}"), bond))
    }

    fn judged(&self) -> u64 {
        self.judged
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::verdict;
    use super::*;

    #[track_caller]
    fn says(guarantee: Guarantee, tale: &str, verdict_is: &str) {
        assert_eq!(verdict(3, Box::new(Sessions::new(guarantee)), tale), verdict_is);
    }

    #[test]
    fn a_client_that_moves_faster_than_its_write_does_not_see_it() {
        let moves = "c0 writes a at n0
                     c1 writes b at n1
                     n0 sends m to n1
                     c0 reads at n1";
        says(Guarantee::ReadYourWrites, moves, r#"n1 answers c0 without {n0#1 "a"}, which it had written"#);
        says(Guarantee::ReadYourWrites, &moves.replace("c0 reads", "m comes\n c0 reads"), "holds");
        says(Guarantee::ReadYourWrites, &moves.replace("c0 reads", "c1 reads"), "holds");
    }

    #[test]
    fn a_write_counts_as_written_when_it_was_answered() {
        let asks = "c0 asks for a at n0
                    c0 reads at n1";
        says(Guarantee::ReadYourWrites, asks, "holds");
        let answered = asks.replace("c0 reads", "n0 answers a\n c0 reads");
        says(Guarantee::ReadYourWrites, &answered, r#"n1 answers c0 without {n0#1 "a"}, which it had written"#);
    }

    #[test]
    fn a_client_that_moves_back_in_time_sees_less() {
        let back = "c1 writes a at n0
                    c0 reads at n0
                    n0 sends m to n1
                    c0 reads at n1";
        says(Guarantee::MonotonicReads, back, r#"n1 answers c0 without {n0#1 "a"}, which it had seen"#);
        says(Guarantee::MonotonicReads, &back.replace("c0 reads at n1", "m comes\n c0 reads at n1"), "holds");
    }

    #[test]
    fn a_client_that_stays_sees_less_where_its_replica_forgets() {
        let forgets = "c0 writes a at n0
                       n0 dies
                       n0 returns with nothing
                       c0 reads at n0";
        for guarantee in [Guarantee::ReadYourWrites, Guarantee::MonotonicReads] {
            assert!(verdict(1, Box::new(Sessions::new(guarantee)), forgets).starts_with("n0 answers c0 without {n0#1"));
            says(guarantee, &forgets.replace(" with nothing", ""), "holds");
        }
    }

    #[test]
    fn the_second_of_two_writes_does_not_come_first() {
        let second_first = "c0 writes a at n0
                            n0 sends m to n1 with a
                            c0 writes b at n0
                            n0 sends n to n1 with b
                            n comes with b";
        let says_so = r#"n1 knows n0#2 "b" and not {n0#1 "a"}, which its client had before it"#;
        says(Guarantee::MonotonicWrites, second_first, says_so);
        says(Guarantee::MonotonicWrites, &second_first.replace("n comes", "m comes with a\n n comes"), "holds");
        let unanswered = second_first.replace("c0 writes a", "c0 asks for a");
        let (found, judged) =
            super::super::testing::judged(3, vec![Box::new(Sessions::new(Guarantee::MonotonicWrites))], &unanswered);
        assert_eq!((found, judged), (None, vec![0]), "who does not wait for an answer asks for no order");
    }

    #[test]
    fn a_client_that_moves_between_two_writes_leaves_the_first_behind() {
        let moves = "c0 writes a at n0
                     c0 writes b at n1";
        let says_so = r#"n1 knows n1#1 "b" and not {n0#1 "a"}, which its client had before it"#;
        says(Guarantee::MonotonicWrites, moves, says_so);
    }

    #[test]
    fn an_answer_does_not_come_before_the_question() {
        let answer_first = "c0 writes question at n0
                            n0 sends m to n1
                            m comes
                            c1 reads at n1
                            c1 writes answer at n1
                            n0 sends x to n2 with question
                            n1 sends y to n2 with answer
                            y comes with answer";
        let says_so = r#"n2 knows n1#1 "answer" and not {n0#1 "question"}, which its client had before it"#;
        says(Guarantee::WritesFollowReads, answer_first, says_so);
        let in_order = answer_first.replace("y comes", "x comes with question\n y comes");
        says(Guarantee::WritesFollowReads, &in_order, "holds");
        // Who answers without having looked had seen nothing: only what its replica knew is missing.
        let unread = answer_first.replace("c1 reads at n1", "");
        let (found, _) =
            super::super::testing::judged(3, vec![Box::new(Sessions::new(Guarantee::WritesFollowReads))], &unread);
        assert_eq!(found, None);
        says(
            Guarantee::ConsistentPrefix,
            &unread,
            r#"n2 knows n1#1 "answer" and not {n0#1 "question"}, which its issuer knew"#,
        );
        says(Guarantee::ConsistentPrefix, &in_order, "holds");
    }
}
