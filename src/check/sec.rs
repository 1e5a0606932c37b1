//! Strong eventual consistency: who knows the same shows the same.

use std::fmt::Debug;

use super::judge::{About, Check, Found};
use super::minds::Shown;
use super::{Ledger, Recall, Violation, words};
use crate::base::{Digester, Observed, ReplicaId};
use crate::trace::Moment;

/// See [`ABOUT`](Sec::ABOUT).
#[derive(Default)]
pub struct Sec {
    digester: Digester,
    judged: u64,
    /// The event that is looked at again, and what was shown there.
    recalled: Option<(u64, ReplicaId, String)>,
}

impl Sec {
    /// What it is.
    pub const ABOUT: About = About {
        name: "sec",
        claim: "replicas that know the same updates show the same",
        explained: "After every event in which a replica takes something in, the updates it knows are looked up in a \
                    table of all knowledge that anybody had in this run. Whoever had the same knowledge must have \
                    shown the same; the first event in which two differ is where they parted. A replica is held to \
                    what it showed itself, too: a view that changes though nothing was taken in is found at the next \
                    event of that replica. Updates are counted by the simulator, from what messages carry, and never \
                    by the code under test. It cannot see that all are wrong in the same way: that is for `spec`.",
        cost: "one digest of the view and one look-up for each event that takes something in",
    };
}

impl<S: Observed, O: Debug> Check<S, O> for Sec {
    fn about(&self) -> &'static About {
        &Sec::ABOUT
    }

    fn reset(&mut self) {
        (self.judged, self.recalled) = (0, None);
    }

    fn recall(&mut self, step: u64, replica: ReplicaId) {
        self.recalled = Some((step, replica, String::new()));
    }

    #[inline]
    fn stepped(&mut self, ledger: &mut Ledger<O>, moment: &Moment, replica: ReplicaId, replicas: &[S]) -> Found {
        if !ledger.can_judge(replica) {
            return None;
        }
        if let Some((step, who, shown)) = &mut self.recalled
            && (*step, *who) == (moment.step, replica)
        {
            *shown = words::shown(&replicas[replica.index()].view());
        }
        let mind = ledger.mind(replica);
        replicas[replica.index()].digest(&mut self.digester);
        let view = self.digester.finish();
        match ledger.minds().shown(mind) {
            None => {
                ledger.minds_mut().show(mind, Shown { view, by: replica, moment: *moment });
                None
            }
            Some(shown) => {
                self.judged += u64::from(shown.by != replica);
                if shown.view == view {
                    return None;
                }
                let recalled = self.recalled.take().map(|(.., text)| text);
                Some(Box::new(parted(ledger, moment, replica, replicas, (shown, recalled))))
            }
        }
    }

    fn judged(&self) -> u64 {
        self.judged
    }
}

#[cold]
fn parted<S: Observed, O: Debug>(
    ledger: &Ledger<O>,
    moment: &Moment,
    replica: ReplicaId,
    replicas: &[S],
    (first, recalled): (Shown, Option<String>),
) -> Violation {
    let seen = words::shown(&replicas[replica.index()].view());
    let (other, at) = (first.by, first.moment.at);
    let says = if other == replica {
        format!("{replica} knows what it knew at {at} (the updates below) and nothing else, and shows something else")
    } else if ledger.mind(other) == ledger.mind(replica) {
        format!("{other} and {replica} both know the same updates (those below), and show different things")
    } else {
        format!("{replica} knows the same updates as {other} did at {at} (those below), and shows something else")
    };
    let knowledge = words::story(ledger, ledger.known(replica));
    let mut replicas = vec![replica];
    replicas.extend((other != replica).then_some(other));
    let recall = if recalled.is_none() { Some(Recall::Shown(first.moment.step, other)) } else { None };
    let expected =
        recalled.map_or_else(|| format!("what {other} showed at {at}"), |text| format!("{text}, as {other} showed"));
    Violation {
        check: Sec::ABOUT.name,
        at: *moment,
        says,
        expected,
        seen: format!("{seen}, by {}", replicas[0]),
        replicas,
        knowledge,
        parted: Some(words::doing(ledger, replica, moment)),
        recall,
    }
}
