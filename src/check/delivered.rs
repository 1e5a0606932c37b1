//! Nothing stays pending: once everything that was sent has arrived, it is part of the states it was sent to.

use std::fmt::Debug;

use super::judge::{About, Check, Found};
use super::{Ledger, Violation, words};
use crate::base::{Digester, Known, Observed, ReplicaId, Update};
use crate::trace::{Event, Moment};

/// See [`ABOUT`](Delivered::ABOUT).
#[derive(Default)]
pub struct Delivered {
    digester: Digester,
    /// How many copies of messages are under way.
    under_way: u64,
    /// Whether something was lost or damaged, or somebody came back: what is held back may wait for what was lost.
    lossy: bool,
    /// Whether something that carries updates has come since the last quiet moment.
    news: bool,
    /// Of each replica, what came with a message and was not all taken in at once: a set for each message.
    left: Vec<Vec<Known>>,
    /// That which all knew when what they show was last compared, by its hash.
    compared: u64,
    judged: u64,
    skipped: u64,
}

impl Delivered {
    /// What it is.
    pub const ABOUT: About = About {
        name: "delivered",
        claim: "once all that was sent has arrived, all of it is taken in, and those who know the same show the same",
        explained: "A quiet moment is one in which no message is under way, and none has been lost or damaged in this \
                    run, and nobody came back from a crash. Then nothing that could still come keeps a replica from \
                    taking in what it was handed, and nothing has been repaired so far. What came with a message may \
                    be held back only where an update in it was issued by one who knew of another one, and that has \
                    come here neither as part of the state nor with a message that itself has all it builds upon: it \
                    was not sent yet. Everything else must be part of the state. A buffer that is not looked at again, \
                    or a delta that is dropped because it came early, is found here also where a later exchange of \
                    full states would cover it up. Runs that lose messages are judged up to the first loss.",
        cost: "a counter for each message, and one view for each replica whenever all have come to know the same",
    };

    /// What a replica was handed and has no reason to hold back, if there is something.
    fn overdue<O>(&mut self, ledger: &Ledger<O>, replica: ReplicaId) -> Option<Known> {
        let known = ledger.known(replica);
        let left = &mut self.left[replica.index()];
        left.retain(|came| !known.covers(came));
        let mut due: Vec<&Known> = left.iter().collect();
        loop {
            let mut here = known.clone();
            due.iter().for_each(|came| here.extend(came));
            let before = due.len();
            due.retain(|came| came.beyond(known).all(|update| has_come(ledger, update, &here)));
            if due.len() == before {
                break;
            }
        }
        self.skipped += u64::from(due.len() < left.len());
        let mut overdue = Known::new();
        due.iter().for_each(|came| overdue.extend(&came.beyond(known).collect()));
        (!overdue.is_empty()).then_some(overdue)
    }

    /// What one replica and another show, where both know the same and show different things.
    fn apart<S: Observed, O>(&mut self, ledger: &Ledger<O>, replicas: &[S]) -> Option<[ReplicaId; 2]> {
        let mut all = (0..ledger.members()).map(ReplicaId).filter(|one| ledger.is_up(*one));
        let first = all.next()?;
        let (mind, hash) = (ledger.mind(first), ledger.known(first).hash());
        if hash == self.compared || !all.clone().all(|other| ledger.mind(other) == mind) {
            return None;
        }
        self.compared = hash;
        let mut shown = |replica: ReplicaId| {
            replicas[replica.index()].digest(&mut self.digester);
            self.digester.finish()
        };
        let example = shown(first);
        all.find(|other| shown(*other) != example).map(|other| [first, other])
    }
}

/// Whether all that the issuer of an update knew is in a set.
fn has_come<O>(ledger: &Ledger<O>, update: Update, here: &Known) -> bool {
    ledger.history().get(update).is_some_and(|issued| here.covers(&issued.seen))
}

impl<S: Observed, O: Debug> Check<S, O> for Delivered {
    fn about(&self) -> &'static About {
        &Delivered::ABOUT
    }

    fn watches(&self) -> bool {
        true
    }

    fn reset(&mut self) {
        self.left.iter_mut().for_each(Vec::clear);
        (self.under_way, self.lossy, self.news, self.compared) = (0, false, false, 0);
        (self.judged, self.skipped) = (0, 0);
    }

    #[inline]
    fn event(&mut self, _: &mut Ledger<O>, _: &Moment, event: &Event<'_, S>) -> Found {
        match event {
            Event::Fate { fate, .. } => {
                let copies = fate.copies().len() as u64;
                self.under_way += copies;
                self.lossy |= copies == 0;
            }
            Event::Deliver { damaged, .. } => {
                self.under_way = self.under_way.saturating_sub(1);
                self.lossy |= damaged;
            }
            Event::Miss { .. } | Event::Restart { .. } => self.lossy = true,
            _ => {}
        }
        None
    }

    #[inline]
    fn stepped(&mut self, ledger: &mut Ledger<O>, moment: &Moment, replica: ReplicaId, replicas: &[S]) -> Found {
        if self.lossy {
            return None;
        }
        if let Some(came) = ledger.in_hand() {
            self.news = true;
            if !ledger.known(replica).covers(came) {
                if self.left.len() <= replica.index() {
                    self.left.resize_with(replica.index() + 1, Vec::new);
                }
                self.left[replica.index()].push(came.clone());
            }
        }
        if self.under_way > 0 || !self.news {
            return None;
        }
        self.news = false;
        self.judged += 1;
        for at in 0..self.left.len() {
            let who = ReplicaId(at as u32);
            if !self.left[at].is_empty()
                && ledger.is_up(who)
                && let Some(overdue) = self.overdue(ledger, who)
            {
                return Some(Box::new(pending(ledger, moment, (replica, who), &overdue)));
            }
        }
        let apart = self.apart(ledger, replicas)?;
        Some(Box::new(differ(ledger, moment, replica, apart, replicas)))
    }

    fn judged(&self) -> u64 {
        self.judged
    }

    fn skipped(&self) -> u64 {
        self.skipped
    }
}

#[cold]
fn pending<O: Debug>(
    ledger: &Ledger<O>,
    moment: &Moment,
    (here, who): (ReplicaId, ReplicaId),
    overdue: &Known,
) -> Violation {
    let named = words::known(ledger, overdue);
    Violation {
        check: Delivered::ABOUT.name,
        at: *moment,
        replicas: vec![who],
        says: format!(
            "every message has arrived and none was lost, and {who} was handed {named} and has not taken that in, though \
             all that it builds upon has come"
        ),
        expected: format!("that {who} knows {named}"),
        seen: format!("{who} knows {}", words::known(ledger, ledger.known(who))),
        knowledge: words::story(ledger, overdue),
        parted: Some(words::doing(ledger, here, moment)),
        recall: None,
    }
}

#[cold]
fn differ<S: Observed, O: Debug>(
    ledger: &Ledger<O>,
    moment: &Moment,
    here: ReplicaId,
    [one, other]: [ReplicaId; 2],
    replicas: &[S],
) -> Violation {
    let shown = |replica: ReplicaId| words::shown(&replicas[replica.index()].view());
    Violation {
        check: Delivered::ABOUT.name,
        at: *moment,
        replicas: vec![other, one],
        says: format!(
            "every message has arrived and none was lost, all replicas know the same updates (those below), and {one} \
             and {other} show different things"
        ),
        expected: format!("{}, as {one} shows", shown(one)),
        seen: format!("{}, by {other}", shown(other)),
        knowledge: words::story(ledger, ledger.known(one)),
        parted: Some(words::doing(ledger, here, moment)),
        recall: None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::judged;
    use super::*;

    /// What it says of a tale of three, or how often it judged.
    #[track_caller]
    fn says(tale: &str, expected: &str) {
        let (found, judged) = judged(3, vec![Box::new(Delivered::default())], tale);
        assert_eq!(found.map_or_else(|| format!("judged {}", judged[0]), |violation| violation.says), expected);
    }

    #[test]
    fn what_is_taken_in_at_once_is_fine() {
        says(
            "c0 writes a at n0
             n0 sends m to n1
             m comes",
            "judged 1",
        );
    }

    #[test]
    fn what_came_and_is_not_taken_in_is_found_when_nothing_is_under_way_any_more() {
        let overdue = "every message has arrived and none was lost, and n1 was handed {n0#1 \"a\"} and has not taken \
                       that in, though all that it builds upon has come";
        says("c0 writes a at n0\n n0 sends m to n1 with a\n m waits", overdue);
        let waiting = "c0 writes a at n0
                       n0 sends m to n1 with a
                       n0 sends k to n2 with nothing
                       m waits";
        says(waiting, "judged 0");
        says(&format!("{waiting}\n k waits"), overdue);
        says(&format!("{waiting}\n n0 sends again to n1\n again comes\n k waits"), "judged 1");
    }

    #[test]
    fn what_builds_upon_something_that_was_not_sent_yet_may_wait() {
        let early = "c0 writes a at n0
                     c0 writes b at n0
                     n0 sends m to n1 with b
                     m waits";
        says(early, "judged 1");
        let late = "n0 sends k to n1 with a
                    k comes with a";
        let overdue = "every message has arrived and none was lost, and n1 was handed {n0#2 \"b\"} and has not taken \
                       that in, though all that it builds upon has come";
        says(&format!("{early}\n{late}"), overdue);
        says(&format!("{early}\n{late} b"), "judged 2");
    }

    #[test]
    fn what_comes_in_one_message_may_wait_together() {
        let group = "c0 writes a at n0
                     c0 writes b at n0
                     c2 writes c at n2
                     n2 sends k to n0
                     k comes
                     n0 sends m to n1 with b c
                     m waits";
        says(group, "judged 2");
        let first = "n0 sends l to n1 with a
                     l waits";
        let overdue = "every message has arrived and none was lost, and n1 was handed {n0#1 \"a\", n0#2 \"b\", n2#1 \"c\"} \
                       and has not taken that in, though all that it builds upon has come";
        says(&format!("{group}\n{first}"), overdue);
    }

    #[test]
    fn nothing_is_judged_after_a_loss_a_damage_or_a_crash() {
        for lossy in ["n2 loses k to n0", "n2 sends k to n0\n k comes damaged", "n2 dies\n n2 returns"] {
            says(&format!("c0 writes a at n0\n {lossy}\n n0 sends m to n1\n m waits"), "judged 0");
        }
    }

    #[test]
    fn a_copy_that_is_still_under_way_may_bring_it() {
        says("c0 writes a at n0\n n0 sends m twice to n1\n m waits", "judged 0");
        says("c0 writes a at n0\n n0 sends m twice to n1\n m waits\n m comes", "judged 1");
    }

    #[test]
    fn those_who_all_know_the_same_and_differ_are_told() {
        let same = "c0 writes a at n0
                    n2 shows x
                    n0 sends m to n1
                    m comes
                    n0 sends k to n2
                    k comes";
        says(
            same,
            "every message has arrived and none was lost, all replicas know the same updates (those below), and n0 and \
             n2 show different things",
        );
        says(&same.replace("n2 shows x", ""), "judged 2");
    }
}
