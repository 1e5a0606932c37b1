//! Causal stability: which posts every member is known to have delivered.
//!
//! Members tell each other from time to time how far they are, where that has changed; the meet of what all
//! told is stable. Over causal order nothing that is concurrent to a stable post can come any more, which is
//! what collection of garbage waits for. Membership is fixed: a member that is away holds stability up. The
//! law: what a member tells has to be durable with it, or it would be called stable and then be lost. After
//! *Making Operation-Based CRDTs Operation-Based* (2014).

use serde::Serialize;

use super::{Body, Layer, Lower, Misfit, Port, Post, Promise, Promises};
use crate::base::{Dot, ReplicaId, Span, TimerId, Update, VersionVector};
use crate::replica::Refused;

/// Its own timer; those of the layer below follow.
const TELL: TimerId = TimerId(0);
const TIMERS: u32 = 1;

/// What is broadcast through the layer below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Noted<B> {
    /// The how-many-eth body of its sender, and the body.
    Body(u32, B),
    /// This member has delivered so much.
    Delivered(ReplicaId, VersionVector),
}

/// Keeps track of what every member has delivered.
#[derive(Clone, Debug)]
pub struct Stable<B: Body, L: Layer<Body = Noted<B>>> {
    below: L,
    period: Span,
    /// The numbers given to own bodies.
    sent: VersionVector,
    delivered: VersionVector,
    /// What was told of that.
    told: VersionVector,
    /// What each member told.
    members: Vec<VersionVector>,
    stable: VersionVector,
    ticking: bool,
    arrived: Vec<Post<Noted<B>>>,
}

impl<B: Body, L: Layer<Body = Noted<B>>> Stable<B, L> {
    /// One over a causal and reliable layer, whose members tell how far they are once a period at most.
    pub fn over(below: L, period: Span) -> Result<Stable<B, L>, Misfit> {
        below.carry("causal stability", Promises::of(&[Promise::Reliable, Promise::NoDuplicates, Promise::Causal]))?;
        Ok(Stable {
            below,
            period,
            sent: VersionVector::new(),
            delivered: VersionVector::new(),
            told: VersionVector::new(),
            members: Vec::new(),
            stable: VersionVector::new(),
            ticking: false,
            arrived: Vec::new(),
        })
    }

    fn note<P: Port<L::Wire>>(&mut self, port: &mut P, up: &mut Vec<Post<B>>) {
        for post in std::mem::take(&mut self.arrived) {
            match post.body {
                Noted::Body(number, body) => {
                    let dot = Dot::new(post.dot.identity, number);
                    self.delivered.raise(dot);
                    up.push(Post { dot, update: post.update, body });
                }
                Noted::Delivered(member, delivered) => {
                    self.members.resize(port.members() as usize, VersionVector::new());
                    if let Some(known) = self.members.get_mut(member.index()) {
                        known.merge(&delivered);
                        self.stable = self.meet();
                    }
                }
            }
        }
        if !self.ticking && self.told != self.delivered {
            self.ticking = true;
            port.set_timer(TELL, self.period);
        }
    }

    fn meet(&self) -> VersionVector {
        let mut stable = self.delivered.clone();
        self.members.iter().for_each(|member| stable.meet(member));
        stable
    }
}

impl<B: Body, L: Layer<Body = Noted<B>>> Layer for Stable<B, L> {
    type Body = B;
    type Wire = L::Wire;

    fn title(&self) -> String {
        format!("causal stability over {}", self.below.title())
    }

    fn promises(&self) -> Promises {
        self.below.promises()
    }

    fn start<P: Port<L::Wire>>(&mut self, port: &mut P) {
        self.below.start(&mut Lower::new(port, TIMERS, |wire| wire));
        self.ticking = false;
        self.note(port, &mut Vec::new());
    }

    fn broadcast<P: Port<L::Wire>>(
        &mut self,
        body: B,
        update: Option<Update>,
        port: &mut P,
        up: &mut Vec<Post<B>>,
    ) -> Dot {
        let dot = self.sent.next(port.identity());
        let mut lower = Lower::new(port, TIMERS, |wire| wire);
        self.below.broadcast(Noted::Body(dot.counter, body), update, &mut lower, &mut self.arrived);
        self.note(port, up);
        dot
    }

    fn message<P: Port<L::Wire>>(&mut self, from: ReplicaId, wire: &L::Wire, port: &mut P, up: &mut Vec<Post<B>>) {
        let mut lower = Lower::new(port, TIMERS, |wire| wire);
        self.below.message(from, wire, &mut lower, &mut self.arrived);
        self.note(port, up);
    }

    fn timer<P: Port<L::Wire>>(&mut self, timer: TimerId, port: &mut P, up: &mut Vec<Post<B>>) {
        let slot = port.slot();
        let mut lower = Lower::new(port, TIMERS, |wire| wire);
        if timer == TELL {
            self.ticking = false;
            self.told.clone_from(&self.delivered);
            let told = Noted::Delivered(slot, self.told.clone());
            self.below.broadcast(told, None, &mut lower, &mut self.arrived);
        } else {
            self.below.timer(TimerId(timer.0 - TIMERS), &mut lower, &mut self.arrived);
        }
        self.note(port, up);
    }

    fn room(&self) -> Result<(), Refused> {
        self.below.room()
    }

    fn stable(&self) -> Option<&VersionVector> {
        Some(&self.stable)
    }

    fn kept(&self) -> usize {
        self.below.kept()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zoo::broadcast::testing::Table;
    use crate::zoo::broadcast::{BestEffort, Causal, Eager, Ground, Stamped};

    type Told = Stamped<Noted<&'static str>>;
    type Stack = Stable<&'static str, Causal<Noted<&'static str>, Eager<Told, BestEffort<Post<Told>>>>>;

    fn table() -> Table<Stack> {
        let below = || Causal::over(Eager::over(BestEffort::on(Ground::PERFECT)).unwrap()).unwrap();
        Table::of(3, || Stable::over(below(), Span::millis(10)).unwrap())
    }

    #[track_caller]
    fn stable(table: &Table<Stack>, slot: u32, expected: &str) {
        assert_eq!(table.layer(slot).stable().unwrap().to_string(), expected, "at {slot}");
    }

    #[test]
    fn a_post_is_stable_when_the_last_member_has_told_that_it_is_there() {
        let mut table = table();
        table.say(0, "milk");
        table.say(0, "tea");
        table.pass_all();
        for slot in [0, 1] {
            table.tick(slot, TELL);
            table.pass_all();
        }
        stable(&table, 0, "[]");
        table.tick(2, TELL);
        table.pass(2, 0);
        stable(&table, 0, "[2]");
        stable(&table, 1, "[]");
        table.pass_all();
        stable(&table, 1, "[2]");
    }

    #[test]
    fn what_is_said_after_the_telling_is_not_yet_stable() {
        let mut table = table();
        table.say(1, "milk");
        table.pass_all();
        (0..3).for_each(|slot| table.tick(slot, TELL));
        table.say(1, "tea");
        table.pass_all();
        (0..3).for_each(|slot| stable(&table, slot, "[0,1]"));
    }
}
