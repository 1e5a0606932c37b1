//! Stability: what is called stable is safe with every member.

use std::fmt::Debug;

use super::judge::{About, Check, Found};
use super::{Ledger, Violation, words};
use crate::base::{Dot, Observed, ReplicaId, Update, VersionVector};
use crate::trace::Moment;

/// See [`ABOUT`](Stability::ABOUT).
#[derive(Debug, Default)]
pub struct Stability {
    /// What each replica has called stable so far.
    called: Vec<VersionVector>,
    judged: u64,
}

impl Stability {
    /// What it is.
    pub const ABOUT: About = About {
        name: "stability",
        claim: "what a replica calls stable, every member knows, and would still know after a crash",
        explained: "A replica that keeps track of stability says how many updates of each identity it holds to be \
                    known everywhere: whoever collects garbage counts on that. At the moment when it says so of an \
                    update, every member must know that update durably; in a buffer it is not known, and on the way \
                    to the disk it is not durable. A member that is away counts with what its disk holds. Replicas \
                    that never call anything stable are not judged.",
        cost: "one vector for each step, and one look at every disk for each update that becomes stable",
    };

    /// What is wrong with calling an update stable, if something is.
    fn wrong<O: Debug>(ledger: &Ledger<O>, dot: Dot) -> Option<(Vec<ReplicaId>, String)> {
        let issued =
            ledger.history().iter().find(|issued| issued.identity == dot.identity && issued.nth == dot.counter);
        let Some(update) = issued.map(|issued| issued.update) else {
            return Some((
                Vec::new(),
                format!("calls update {} of {} stable, which was never issued", dot.counter, dot.identity),
            ));
        };
        let member = (0..ledger.members()).map(ReplicaId).find(|member| !ledger.durable(*member).contains(update))?;
        let lacks = lacks(ledger, member, update);
        Some((vec![member], format!("calls {} stable, and {member} {lacks}", words::update(ledger, update))))
    }
}

fn lacks<O>(ledger: &Ledger<O>, member: ReplicaId, update: Update) -> &'static str {
    match (ledger.is_up(member), ledger.known(member).contains(update)) {
        (true, true) => "would not know it after a crash",
        (true, false) => "does not know it",
        (false, _) => "is down and has it not on its disk",
    }
}

impl<S: Observed, O: Debug> Check<S, O> for Stability {
    fn about(&self) -> &'static About {
        &Stability::ABOUT
    }

    fn reset(&mut self) {
        self.called.clear();
        self.judged = 0;
    }

    fn stepped(&mut self, ledger: &mut Ledger<O>, moment: &Moment, replica: ReplicaId, replicas: &[S]) -> Found {
        let stable = replicas[replica.index()].stable()?;
        if self.called.len() <= replica.index() {
            self.called.resize_with(replica.index() + 1, VersionVector::new);
        }
        let called = &mut self.called[replica.index()];
        if called.covers_all(&stable) || !ledger.can_judge(replica) {
            return None;
        }
        let news = stable.iter().flat_map(|(identity, last)| {
            (called.get(identity) + 1..=last).map(move |counter| Dot::new(identity, counter))
        });
        let news: Vec<Dot> = news.collect();
        called.merge(&stable);
        self.judged += news.len() as u64;
        let (others, wrong) = news.into_iter().find_map(|dot| Stability::wrong(ledger, dot))?;
        Some(Box::new(Violation {
            check: Stability::ABOUT.name,
            at: *moment,
            replicas: [replica].into_iter().chain(others.iter().copied()).collect(),
            says: format!("{replica} {wrong}"),
            expected: String::new(),
            seen: String::new(),
            knowledge: others
                .iter()
                .map(|member| format!("{member} has on its disk {}", words::known(ledger, ledger.durable(*member))))
                .collect(),
            parted: Some(words::doing(ledger, replica, moment)),
            recall: None,
        }))
    }

    fn judged(&self) -> u64 {
        self.judged
    }
}
