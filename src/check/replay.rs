//! A replica is what happened to it: one that lives through the same again comes to the same state.

use std::fmt::Debug;

use super::judge::{About, Check, End, Found};
use super::{Ledger, Violation, words};
use crate::base::{Digester, Observed, ReplicaId};

/// Makes another replica of what one has handled, if that was kept.
type Replaying<S> = dyn Fn(&S) -> Option<S>;

/// See [`ABOUT`](Replay::ABOUT).
pub struct Replay<S> {
    replaying: Box<Replaying<S>>,
    digester: Digester,
    judged: u64,
}

impl Replay<()> {
    /// What it is.
    pub const ABOUT: About = About {
        name: "replay",
        claim: "a replica that replays what it handled comes to the same state",
        explained: "At the end of a run, for each replica another one is made that goes through the same events: its \
                    start or restart, requests, messages and timers, with the same readings of its clock and the same \
                    draws. It must show the same, and where states can be told from one another it must have the same \
                    state. Otherwise something that no event brought had a part in it: a variable of the whole \
                    process, memory that replicas share, a message that changed on its way. In one process that may \
                    even work; in production replicas have nothing but messages. Lives of more than 4096 events are \
                    not replayed.",
        cost: "all events are kept, and handled a second time; the first seed of every scenario is replayed anyway",
    };
}

impl<S: Observed> Replay<S> {
    /// Compares replicas with those that lived through the same, as made by this, where that can be done.
    pub fn new(replaying: impl Fn(&S) -> Option<S> + 'static) -> Replay<S> {
        Replay { replaying: Box::new(replaying), digester: Digester::default(), judged: 0 }
    }

    fn judge<O: Debug>(&mut self, ledger: &Ledger<O>, end: &End, replica: ReplicaId, live: &S) -> Found {
        let again = (self.replaying)(live)?;
        self.judged += 1;
        let mut shown = |subject: &S| {
            subject.digest(&mut self.digester);
            self.digester.finish()
        };
        let how = if shown(live) != shown(&again) {
            "shows something else"
        } else if live.state() != again.state() {
            "shows the same, but its state is another one"
        } else {
            return None;
        };
        Some(Box::new(Violation {
            check: Replay::ABOUT.name,
            at: end.moment,
            replicas: vec![replica],
            says: format!("one that goes through all that {replica} handled in this life {how}"),
            expected: format!("{}, as {replica} shows", words::shown(&live.view())),
            seen: format!("{}, by the one that went through the same", words::shown(&again.view())),
            knowledge: words::story(ledger, ledger.known(replica)),
            parted: None,
            recall: None,
        }))
    }
}

impl<S: Observed, O: Debug> Check<S, O> for Replay<S> {
    fn about(&self) -> &'static About {
        &Replay::ABOUT
    }

    fn reset(&mut self) {
        self.judged = 0;
    }

    fn ended(&mut self, ledger: &mut Ledger<O>, end: &End, replicas: &[S]) -> Found {
        let mut there = (0..ledger.members()).map(ReplicaId).filter(|replica| ledger.is_up(*replica));
        there.find_map(|replica| self.judge(ledger, end, replica, &replicas[replica.index()]))
    }

    fn judged(&self) -> u64 {
        self.judged
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Board, judged};
    use super::*;

    /// What it says of two replicas that show something, or how often it judged.
    #[track_caller]
    fn says(replaying: impl Fn(&Board) -> Option<Board> + 'static, expected: &str) {
        let (found, judged) = judged(2, vec![Box::new(Replay::new(replaying))], "n0 shows a\n n1 shows b");
        assert_eq!(found.map_or_else(|| format!("judged {}", judged[0]), |violation| violation.says), expected);
    }

    #[test]
    fn who_comes_to_the_same_is_fine_and_who_cannot_be_replayed_is_not_judged() {
        says(|live| Some(live.clone()), "judged 2");
        says(|_| None, "judged 0");
    }

    #[test]
    fn who_comes_to_something_else_is_found() {
        says(
            |live| Some(Board { shows: live.shows.replace('b', "c"), ..live.clone() }),
            "one that goes through all that n1 handled in this life shows something else",
        );
        says(
            |live| Some(Board { hides: 7, ..live.clone() }),
            "one that goes through all that n0 handled in this life shows the same, but its state is another one",
        );
    }
}
