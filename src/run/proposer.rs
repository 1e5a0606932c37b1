//! A user beside each replica, who now and then does something that makes sense there.
//!
//! The law: a user who stays for a request asks for the same, whether or not users roam and read.

use std::sync::Arc;

use crate::base::{ReplicaId, TimerId};
use crate::model::Ask;
use crate::replica::{Client, ClientContext, Proposes, Replica};
use crate::scenario::Activity;

/// Looks at its replica, or for once at another, and asks it for something that it proposes, or that is drawn from
/// a mix, or for what it shows.
#[derive(Clone, Debug)]
pub struct Proposer<O> {
    /// When and where it asks.
    pub activity: Arc<Activity>,
    /// What it asks for, if it is not what the replica proposes.
    pub mix: Mix<O>,
}

/// Operations, some of them likelier than others.
#[derive(Clone, Debug)]
pub struct Mix<O> {
    /// Each operation, with the sum of its weight and those before it.
    ops: Arc<[(u64, O)]>,
}

impl<O> Default for Mix<O> {
    fn default() -> Mix<O> {
        Mix { ops: Arc::new([]) }
    }
}

impl<O: Clone> Mix<O> {
    /// These operations, by their weights.
    pub fn new(weighed: impl IntoIterator<Item = (u32, O)>) -> Mix<O> {
        let mut sum = 0;
        let sums = weighed.into_iter().filter(|(weight, _)| *weight > 0).map(|(weight, op)| {
            sum += u64::from(weight);
            (sum, op)
        });
        Mix { ops: sums.collect() }
    }

    /// One of them, if there are any. `pick` gives a number below its argument, by chance.
    fn draw(&self, pick: impl FnOnce(u64) -> u64) -> Option<O> {
        let (sum, _) = self.ops.last()?;
        let drawn = pick(*sum);
        self.ops.get(self.ops.partition_point(|(sum, _)| *sum <= drawn)).map(|(_, op)| op.clone())
    }
}

impl<O: Clone> Proposer<O> {
    /// A request for someone to carry out.
    fn ask<R: Replica<Op = Ask<O>> + Proposes>(&self, cx: &mut ClientContext<'_, R>) {
        let home = ReplicaId(cx.client().0);
        let drawn = self.mix.draw(|bound| cx.draw(bound)).map(Ask::Do);
        // The later draws come after those of the request, which they leave as it is.
        let op = drawn.clone().unwrap_or_else(|| cx.glance(home).propose(&mut |bound| cx.draw(bound)));
        let (reads, roams) = (cx.chance(self.activity.reads), cx.chance(self.activity.roam) && cx.members() > 1);
        let step = if roams { 1 + cx.draw(u64::from(cx.members()) - 1) as u32 } else { 0 };
        let there = ReplicaId((home.0 + step) % cx.members());
        let op = match (reads, drawn, roams) {
            (true, ..) => R::reading(),
            (false, None, true) => cx.glance(there).propose(&mut |bound| cx.draw(bound)),
            _ => op,
        };
        cx.ask(there, op);
    }
}

impl<O: Clone, R: Replica<Op = Ask<O>> + Proposes> Client<R> for Proposer<O> {
    const LISTENS: bool = false;

    fn start(&mut self, cx: &mut ClientContext<'_, R>) {
        cx.set_timer(TimerId(0), self.activity.every);
    }

    fn timer(&mut self, timer: TimerId, cx: &mut ClientContext<'_, R>) {
        if cx.chance(self.activity.odds) {
            self.ask(cx);
        }
        cx.set_timer(timer, self.activity.every);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{ClientId, Dice, Name, Odds, Seed, Span};
    use crate::model::set::SetOp;
    use crate::replica::Wish;
    use crate::zoo::set::OrSet;
    use crate::zoo::sync::{FullState, Pace, Synced};

    type Replicas = Vec<Synced<FullState<OrSet<String>>>>;

    /// What user 1 asks of whom, at each of 400 chances, with these odds of roaming and of reading.
    fn asked(replicas: &Replicas, roam: u32, reads: u32) -> Vec<(ReplicaId, Ask<SetOp<String>>)> {
        asked_of(replicas, roam, reads, Mix::default())
    }

    fn asked_of(
        replicas: &Replicas,
        roam: u32,
        reads: u32,
        mix: Mix<SetOp<String>>,
    ) -> Vec<(ReplicaId, Ask<SetOp<String>>)> {
        let (roam, reads) = (Odds::permille(roam), Odds::permille(reads));
        let activity = Arc::new(Activity { odds: Odds::ALWAYS, roam, reads, ..Activity::default() });
        let mut user = Proposer { activity, mix };
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
    fn a_mix_is_drawn_by_its_weights_wherever_its_users_are() {
        let [milk, bread, tea] = ["milk", "bread", "tea"].map(|item| SetOp::Add(item.to_owned()));
        let mix = Mix::new([(3, milk.clone()), (0, bread.clone()), (1, tea.clone())]);
        for roam in [0, 500] {
            let asked = asked_of(&three(), roam, 100, mix.clone());
            let of = |op: &SetOp<String>| asked.iter().filter(|(_, ask)| *ask == Ask::Do(op.clone())).count();
            let counts = (of(&milk), of(&bread), of(&tea));
            assert!((240..300).contains(&counts.0) && counts.1 == 0 && (70..110).contains(&counts.2), "{counts:?}");
            assert_eq!(400 - counts.0 - counts.2, asked.iter().filter(|(_, ask)| *ask == Ask::Read).count());
        }
    }

    #[test]
    fn who_always_roams_is_never_at_home() {
        let two: Vec<_> = three().into_iter().take(2).collect();
        assert!(asked(&two, 1000, 0).iter().all(|(replica, _)| *replica == ReplicaId(0)), "the only other one");
    }
}
