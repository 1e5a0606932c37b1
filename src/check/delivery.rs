//! Delivery: what is taken in, update by update, is not taken in twice, nor before what must come first.
//!
//! Knows nothing of clocks, numbers or buffers of the code under test. What rides in a whole message is taken
//! in at once: then nothing is before or after anything else in it.

use std::fmt::Debug;

use super::judge::{About, Check, Found};
use super::{Bond, Ledger, Recall, Violation, words};
use crate::base::{Known, Observed, ReplicaId, Update};
use crate::trace::{Event, Moment};

/// Watches in which order each replica takes updates in.
#[derive(Debug)]
pub struct Delivery {
    rule: Rule,
    /// What each replica has taken in.
    taken: Vec<Known>,
    judged: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    Once,
    Fifo,
    Causal,
}

impl Delivery {
    /// What the check of no duplication is.
    pub const DUPLICATION: About = About {
        name: "duplication",
        claim: "no update is delivered twice at one replica",
        explained: "Of a broadcast that promises it: an update that a replica has taken in is not taken in again, \
                    also not after a crash that it comes back from with all that it knew. What rides in a whole \
                    message, as in a full state, has no deliveries of its own, and is not judged.",
        cost: "next to nothing",
    };
    /// What the check of FIFO order is.
    pub const FIFO: About = About {
        name: "fifo",
        claim: "the updates of one replica are taken in in the order in which it issued them, none left out",
        explained: "Of a broadcast that promises it: when an update is taken in, all earlier ones of the same \
                    replica have been taken in before, but for those that are lost for ever. The numbers are the \
                    simulator's.",
        cost: "next to nothing",
    };
    /// What the check of causal order is.
    pub const CAUSAL: About = About {
        name: "causal",
        claim: "no update is taken in before one that happened before it",
        explained: "Of a broadcast that promises it: when an update is taken in, all that its issuer knew when \
                    issuing it has been taken in before, but for what is lost for ever. Who knew what is the \
                    simulator's own account; vector clocks and dependency lists of the code under test are not \
                    looked at.",
        cost: "one comparison of sets for each update that is taken in",
    };

    /// That no update is delivered twice.
    pub fn once() -> Delivery {
        Delivery { rule: Rule::Once, taken: Vec::new(), judged: 0 }
    }

    /// That one sender's updates come in order.
    pub fn fifo() -> Delivery {
        Delivery { rule: Rule::Fifo, ..Delivery::once() }
    }

    /// That causes come before effects.
    pub fn causal() -> Delivery {
        Delivery { rule: Rule::Causal, ..Delivery::once() }
    }

    fn what(&self) -> &'static About {
        match self.rule {
            Rule::Once => &Delivery::DUPLICATION,
            Rule::Fifo => &Delivery::FIFO,
            Rule::Causal => &Delivery::CAUSAL,
        }
    }

    fn taken(&mut self, replica: ReplicaId) -> &mut Known {
        if self.taken.len() <= replica.index() {
            self.taken.resize_with(replica.index() + 1, Known::new);
        }
        &mut self.taken[replica.index()]
    }

    /// What should have been taken in before this update, and was not.
    fn missing<O>(&self, ledger: &Ledger<O>, replica: ReplicaId, update: Update) -> Option<Update> {
        let taken = &self.taken[replica.index()];
        let issued = ledger.history().get(update)?;
        match self.rule {
            Rule::Once => None,
            Rule::Fifo => {
                let mut earlier = (1..update.number).map(|number| Update { number, ..update });
                earlier.find(|earlier| !taken.contains(*earlier) && !ledger.lost().contains(*earlier))
            }
            Rule::Causal if taken.covers(&issued.seen) => None,
            Rule::Causal => {
                let lost = ledger.lost();
                issued.seen.beyond(taken).find(|missing| !lost.contains(*missing))
            }
        }
    }

    fn judge<O: Debug>(&mut self, ledger: &Ledger<O>, moment: &Moment, replica: ReplicaId, update: Update) -> Found {
        self.judged += 1;
        let named = |update| words::update(ledger, update);
        let (says, recall) = if self.rule == Rule::Once {
            if !self.taken[replica.index()].contains(update) {
                return None;
            }
            (format!("{replica} takes in {} a second time", named(update)), None)
        } else {
            let why = match self.rule {
                Rule::Fifo => "the same replica had issued before it",
                _ => "its issuer had taken in before it",
            };
            let earlier = self.missing(ledger, replica, update)?;
            let says = format!("{replica} takes in {}, but not yet {}, which {why}", named(update), named(earlier));
            (says, Some(Recall::Bond(Bond { earlier, later: Some(update), client: None })))
        };
        Some(Box::new(Violation {
            check: self.what().name,
            at: *moment,
            replicas: vec![replica],
            says,
            expected: String::new(),
            seen: String::new(),
            knowledge: vec![format!("{replica} had taken in {}", words::known(ledger, &self.taken[replica.index()]))],
            parted: Some(words::doing(ledger, replica, moment)),
            recall,
        }))
    }

    fn took<O: Debug>(&mut self, ledger: &Ledger<O>, moment: &Moment, replica: ReplicaId, update: Update) -> Found {
        self.taken(replica);
        let found = if ledger.can_judge(replica) { self.judge(ledger, moment, replica, update) } else { None };
        self.taken(replica).insert(update);
        found
    }
}

impl<S: Observed, O: Debug> Check<S, O> for Delivery {
    fn about(&self) -> &'static About {
        self.what()
    }

    fn watches(&self) -> bool {
        true
    }

    fn reset(&mut self) {
        self.taken.iter_mut().for_each(Known::clear);
        self.judged = 0;
    }

    fn event(&mut self, ledger: &mut Ledger<O>, moment: &Moment, event: &Event<'_, S>) -> Found {
        match event {
            Event::Incorporate { replica, message: None, updates } => {
                updates.iter().find_map(|update| self.took(ledger, moment, *replica, *update))
            }
            Event::Incorporate { replica, message: Some(_), .. } => {
                let known = ledger.known(*replica);
                let news: Known = known.beyond(self.taken(*replica)).collect();
                *self.taken(*replica) = known.clone();
                if self.rule == Rule::Once || !ledger.can_judge(*replica) {
                    return None;
                }
                news.iter().find_map(|update| self.judge(ledger, moment, *replica, update))
            }
            Event::Accept { update, applied: true, .. } if ledger.accepted() == Some(*update) => {
                self.took(ledger, moment, update.replica, *update)
            }
            Event::Restart { replica, .. } => {
                *self.taken(*replica) = ledger.known(*replica).clone();
                None
            }
            _ => None,
        }
    }

    fn judged(&self) -> u64 {
        self.judged
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Checking, verdict};
    use super::*;

    #[track_caller]
    fn says(check: Delivery, tale: &str, verdict_is: &str) {
        let check: Checking = Box::new(check);
        assert_eq!(verdict(3, check, tale), verdict_is);
    }

    #[test]
    fn what_is_taken_in_twice_is_a_duplicate_also_after_a_crash() {
        let crash = "c0 writes a at n0
                     n0 sends m to n1 with a
                     n0 sends n to n1 with a
                     m comes with a
                     n1 dies
                     n1 returns
                     n comes with a";
        says(Delivery::once(), crash, r#"n1 takes in n0#1 "a" a second time"#);
        says(Delivery::once(), &crash.replace("n comes with a", "n waits"), "holds");
        says(Delivery::once(), &crash.replace("n1 returns", "n1 returns with nothing"), "holds");
    }

    #[test]
    fn fifo_order_is_that_of_the_issuer_and_says_nothing_of_others() {
        let second_first = "c0 writes a at n0
                            c0 writes b at n0
                            c1 writes c at n1
                            n0 sends m to n1 with a
                            n0 sends n to n1 with b
                            n1 sends o to n0 with c
                            o comes with c
                            n comes with b";
        let why = r#"n1 takes in n0#2 "b", but not yet n0#1 "a", which the same replica had issued before it"#;
        says(Delivery::fifo(), second_first, why);
        says(Delivery::fifo(), &second_first.replace("n comes", "m comes with a\n n comes"), "holds");
    }

    #[test]
    fn causal_order_asks_for_what_the_issuer_had_taken_in() {
        let answer_first = "c0 writes question at n0
                            n0 sends m to n1 with question
                            n0 sends o to n2 with question
                            m comes with question
                            c1 writes answer at n1
                            n1 sends n to n2 with answer
                            n comes with answer";
        let why = r#"n2 takes in n1#1 "answer", but not yet n0#1 "question", which its issuer had taken in before it"#;
        says(Delivery::causal(), answer_first, why);
        says(Delivery::fifo(), answer_first, "holds");
        says(Delivery::causal(), &answer_first.replace("n comes", "o comes with question\n n comes"), "holds");
        says(Delivery::causal(), &answer_first.replace("m comes with question", ""), "holds");
    }

    #[test]
    fn what_comes_in_one_message_is_taken_in_at_once() {
        let together = "c0 writes a at n0
                        c0 writes b at n0
                        n0 sends m to n1
                        m comes";
        says(Delivery::fifo(), together, "holds");
        says(Delivery::causal(), together, "holds");
    }
}
