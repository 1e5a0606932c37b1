//! A user beside each replica, who now and then does something that makes sense there.
//!
//! The law: a user who stays for a request asks for the same, whether or not users roam and read.

use std::sync::Arc;

use crate::base::{ReplicaId, TimerId};
use crate::replica::{Client, ClientContext, Proposes, Replica};
use crate::scenario::Activity;

/// Looks at its replica, or for once at another, and asks it for something that it proposes, or what it shows.
#[derive(Clone, Debug)]
pub struct Proposer(pub Arc<Activity>);

impl Proposer {
    /// A request for someone to carry out.
    fn ask<R: Replica + Proposes>(&self, cx: &mut ClientContext<'_, R>) {
        let home = ReplicaId(cx.client().0);
        // The later draws come after those of the request, which they leave as it is.
        let op = cx.glance(home).propose(&mut |bound| cx.draw(bound));
        let (reads, roams) = (cx.chance(self.0.reads), cx.chance(self.0.roam) && cx.members() > 1);
        let step = if roams { 1 + cx.draw(u64::from(cx.members()) - 1) as u32 } else { 0 };
        let there = ReplicaId((home.0 + step) % cx.members());
        let op = match (reads, roams) {
            (true, _) => R::reading(),
            (false, true) => cx.glance(there).propose(&mut |bound| cx.draw(bound)),
            (false, false) => op,
        };
        cx.ask(there, op);
    }
}

impl<R: Replica + Proposes> Client<R> for Proposer {
    const LISTENS: bool = false;

    fn start(&mut self, cx: &mut ClientContext<'_, R>) {
        cx.set_timer(TimerId(0), self.0.every);
    }

    fn timer(&mut self, timer: TimerId, cx: &mut ClientContext<'_, R>) {
        if cx.chance(self.0.odds) {
            self.ask(cx);
        }
        cx.set_timer(timer, self.0.every);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{ClientId, Dice, Name, Odds, Seed, Span};
    use crate::model::Ask;
    use crate::model::set::SetOp;
    use crate::replica::Wish;
    use crate::zoo::set::OrSet;
    use crate::zoo::sync::{FullState, Pace, Synced};

    type Replicas = Vec<Synced<FullState<OrSet<String>>>>;

    /// What user 1 asks of whom, at each of 400 chances, with these odds of roaming and of reading.
    fn asked(replicas: &Replicas, roam: u32, reads: u32) -> Vec<(ReplicaId, Ask<SetOp<String>>)> {
        let (roam, reads) = (Odds::permille(roam), Odds::permille(reads));
        let mut user = Proposer(Arc::new(Activity { odds: Odds::ALWAYS, roam, reads, ..Activity::default() }));
        let dice = Dice::new(Seed(7));
        let mut all = Vec::new();
        for chance in 0..400 {
            let mut cx = ClientContext::alone(ClientId(1), replicas, &dice);
            cx.handling = Name::client_timer(ClientId(1), TimerId(0), chance);
            user.timer(TimerId(0), &mut cx);
            all.extend(cx.take_wishes().into_iter().filter_map(|wish| match wish {
                Wish::Ask { replica, op, .. } => Some((replica, op)),
                _ => None,
            }));
        }
        assert_eq!(all.len(), 400);
        all
    }

    fn three() -> Replicas {
        let one = Synced::new(FullState::new(OrSet::new()), Pace::each(Span::millis(1)));
        vec![one.clone(), one.clone(), one]
    }

    #[test]
    fn who_neither_roams_nor_reads_always_writes_at_home() {
        let asked = asked(&three(), 0, 0);
        assert!(asked.iter().all(|(replica, op)| *replica == ReplicaId(1) && matches!(op, Ask::Do(_))));
    }

    #[test]
    fn who_stays_asks_for_the_same_whoever_roams_and_reads() {
        let (home, away) = (asked(&three(), 0, 0), asked(&three(), 300, 300));
        let stayed = home.iter().zip(&away).filter(|(_, (replica, op))| *replica == ReplicaId(1) && *op != Ask::Read);
        let stayed: Vec<_> = stayed.collect();
        assert!(stayed.len() > 150 && stayed.iter().all(|(home, away)| home == away));
        let reads = |asked: &[(ReplicaId, Ask<SetOp<String>>)]| -> Vec<bool> {
            asked.iter().map(|(_, op)| *op == Ask::Read).collect()
        };
        assert_eq!(reads(&away), reads(&asked(&three(), 0, 300)), "who reads does not hang on who roams");
    }

    #[test]
    fn about_as_many_roam_and_read_as_the_odds_say_and_they_roam_everywhere() {
        let asked = asked(&three(), 400, 250);
        let at = |slot| asked.iter().filter(|(replica, _)| *replica == ReplicaId(slot)).count();
        assert!((60..100).contains(&at(0)) && (60..100).contains(&at(2)), "{} and {} of 400", at(0), at(2));
        let reads = asked.iter().filter(|(_, op)| *op == Ask::Read).count();
        assert!((70..130).contains(&reads), "{reads} of 400 only read");
    }

    #[test]
    fn who_always_roams_is_never_at_home() {
        let two: Vec<_> = three().into_iter().take(2).collect();
        assert!(asked(&two, 1000, 0).iter().all(|(replica, _)| *replica == ReplicaId(0)), "the only other one");
    }
}
