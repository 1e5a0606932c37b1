//! Strong eventual consistency: who knows the same shows the same.

use std::fmt::Debug;

use super::judge::{About, Check, Found};
use super::minds::Shown;
use super::{Ledger, Violation, words};
use crate::base::{Digester, Observed, ReplicaId};
use crate::trace::Moment;

/// See [`ABOUT`](Sec::ABOUT).
#[derive(Default)]
pub struct Sec {
    digester: Digester,
    judged: u64,
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
        self.judged = 0;
    }

    #[inline]
    fn stepped(&mut self, ledger: &mut Ledger<O>, moment: &Moment, replica: ReplicaId, replicas: &[S]) -> Found {
        if !ledger.can_judge(replica) {
            return None;
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
                if shown.view == view { None } else { Some(Box::new(parted(ledger, moment, replica, replicas, shown))) }
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
    first: Shown,
) -> Violation {
    let known = "the same updates";
    let view = words::shown(&replicas[replica.index()].view());
    let other = first.by;
    let doing = words::doing(ledger, replica, moment);
    let still = other != replica && ledger.mind(other) == ledger.mind(replica);
    let (says, expected) = if other == replica {
        let before = format!("what {replica} showed with the same knowledge at {}", first.moment.at);
        (format!("{replica} knows {known} as before (those below), and shows something else"), before)
    } else if still {
        let shows = words::shown(&replicas[other.index()].view());
        (
            format!(
                "{other} and {replica} both know {known} (those below), but {other} shows {shows} and {replica} shows {view}"
            ),
            shows,
        )
    } else {
        let at = first.moment.at;
        let before = format!("what {other} showed with the same knowledge at {at}");
        (format!("{replica} knows {known} as {other} did at {at} (those below), and shows something else"), before)
    };
    let mut replicas = vec![replica];
    replicas.extend((other != replica).then_some(other));
    Violation {
        check: Sec::ABOUT.name,
        at: *moment,
        replicas,
        says,
        expected,
        seen: view,
        knowledge: words::story(ledger, ledger.known(replica)),
        parted: Some(doing),
    }
}
