//! What a replica saves is all of it: one that is made from its image equals the live one.

use std::fmt::Debug;

use super::judge::{About, Check, End, Found};
use super::{Ledger, Violation, words};
use crate::base::{Digester, Identity, Observed, ReplicaId, Time};
use crate::trace::Moment;

/// Makes a replica from what another one would save at this moment, as it would come back after a crash: of a
/// replica in this slot, with this identity, among so many. There is none where nothing would be saved.
pub type Reloading<S> = Box<dyn Fn(&S, ReplicaId, Identity, u32, Time) -> Option<S>>;

/// See [`ABOUT`](Reload::ABOUT).
pub struct Reload<S> {
    reloading: Reloading<S>,
    digester: Digester,
    judged: u64,
}

/// At one in so many events a replica is reloaded.
const ONE_IN: u64 = 256;

impl Reload<()> {
    /// What it is.
    pub const ABOUT: About = About {
        name: "reload",
        claim: "a replica that is saved and loaded equals the live one",
        explained: "Now and then, at events drawn by their names, and at the end of the run, a replica is made aside \
                    from what the one at hand would save: it must show the same, and where states can be told from \
                    one another it must have the same state. So a counter that is not saved, or a tombstone, is found \
                    without a crash, and before an update builds upon what was forgotten. What replicas keep of their \
                    exchanges with others is not compared, and those that save nothing are not judged.",
        cost: "one image and one restart of a replica at one in 256 events, and for each replica in the end",
    };
}

impl<S: Observed> Reload<S> {
    /// Compares replicas with those that are made from their images in this way.
    pub fn new(reloading: impl Fn(&S, ReplicaId, Identity, u32, Time) -> Option<S> + 'static) -> Reload<S> {
        Reload { reloading: Box::new(reloading), digester: Digester::default(), judged: 0 }
    }

    fn judge<O: Debug>(&mut self, ledger: &Ledger<O>, moment: &Moment, replica: ReplicaId, live: &S) -> Found {
        let loaded = (self.reloading)(live, replica, ledger.identity(replica), ledger.members(), moment.at)?;
        self.judged += 1;
        let mut shown = |subject: &S| {
            subject.digest(&mut self.digester);
            self.digester.finish()
        };
        let says = if shown(live) != shown(&loaded) {
            format!("a replica that is made from what {replica} would save shows something else than {replica} does")
        } else if live.state() != loaded.state() {
            format!(
                "a replica that is made from what {replica} would save shows the same, but its state is another one"
            )
        } else {
            return None;
        };
        Some(Box::new(Violation {
            check: Reload::ABOUT.name,
            at: *moment,
            replicas: vec![replica],
            says,
            expected: format!("{}, as {replica} shows", words::shown(&live.view())),
            seen: format!("{}, by the one that is made from what it would save", words::shown(&loaded.view())),
            knowledge: words::story(ledger, ledger.known(replica)),
            parted: None,
            recall: None,
        }))
    }
}

impl<S: Observed, O: Debug> Check<S, O> for Reload<S> {
    fn about(&self) -> &'static About {
        &Reload::ABOUT
    }

    fn reset(&mut self) {
        self.judged = 0;
    }

    #[inline]
    fn stepped(&mut self, ledger: &mut Ledger<O>, moment: &Moment, replica: ReplicaId, replicas: &[S]) -> Found {
        if !(moment.name.0 >> 32).is_multiple_of(ONE_IN) || !ledger.is_up(replica) {
            return None;
        }
        self.judge(ledger, moment, replica, &replicas[replica.index()])
    }

    fn ended(&mut self, ledger: &mut Ledger<O>, end: &End, replicas: &[S]) -> Found {
        let mut there = (0..ledger.members()).map(ReplicaId).filter(|replica| ledger.is_up(*replica));
        there.find_map(|replica| self.judge(ledger, &end.moment, replica, &replicas[replica.index()]))
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
    fn says(reloading: impl Fn(&Board) -> Option<Board> + 'static, expected: &str) {
        let reload = Reload::new(move |live, _, _, _, _| reloading(live));
        let (found, judged) = judged(2, vec![Box::new(reload)], "n0 shows a\n n1 shows b");
        assert_eq!(found.map_or_else(|| format!("judged {}", judged[0]), |violation| violation.says), expected);
    }

    #[test]
    fn what_comes_back_the_same_is_fine_and_who_saves_nothing_is_not_judged() {
        says(|live| Some(live.clone()), "judged 2");
        says(|_| None, "judged 0");
    }

    #[test]
    fn what_comes_back_without_something_that_it_showed_is_found() {
        says(
            |live| Some(Board { shows: live.shows.replace('b', ""), ..live.clone() }),
            "a replica that is made from what n1 would save shows something else than n1 does",
        );
    }

    #[test]
    fn what_comes_back_without_something_that_does_not_show_is_found() {
        says(
            |live| Some(Board { hides: 1, ..live.clone() }),
            "a replica that is made from what n0 would save shows the same, but its state is another one",
        );
    }
}
