//! Gossip that goes on: each period, some neighbours by chance, and what one of the two holds and the other
//! may lack.
//!
//! Every message bears a digest of what its sender holds. A push brings along what the receiver is not
//! known to hold; a pull asks for what the sender lacks; push-pull does both. Nobody stops, so everything
//! comes everywhere over links that lose, in about log n periods. A post is held until all neighbours are
//! known to hold it: one that never comes back lets memory grow, and holds up nobody. After *Epidemic
//! Algorithms for Replicated Database Maintenance* (1987).

use serde::Serialize;

use super::held::Held;
use super::layer::carries;
use super::{Body, Ground, Layer, Port, Post, Promise, Promises};
use crate::base::{CausalContext, Dot, ReplicaId, Span, TimerId, Update};
use crate::replica::Refused;

/// The one timer: time to gossip.
const TICK: TimerId = TimerId(0);

/// Who tells whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// Whoever knows something tells others.
    Push,
    /// Everybody asks others for news.
    Pull,
    /// Everybody tells, and asks.
    PushPull,
}

impl Mode {
    fn tells(self) -> bool {
        self != Mode::Pull
    }

    fn asks(self) -> bool {
        self != Mode::Push
    }

    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Push => "push",
            Mode::Pull => "pull",
            Mode::PushPull => "push-pull",
        }
    }
}

/// Gossip with so many neighbours each period.
#[derive(Clone, Debug)]
pub struct Gossip<B> {
    ground: Ground,
    mode: Mode,
    fan_out: u32,
    period: Span,
    held: Held<B>,
}

/// What travels.
#[derive(Clone, Debug, Serialize)]
pub struct Gossiped<B> {
    /// All that the sender holds, or held until all its neighbours did.
    pub holds: CausalContext,
    /// What the receiver may lack.
    pub news: Vec<Post<B>>,
    /// Whether the sender asks for what it lacks itself.
    pub asks: bool,
}

impl<B: Body> Gossip<B> {
    /// One that gossips with so many neighbours each period.
    pub fn on(ground: Ground, mode: Mode, fan_out: u32, period: Span) -> Gossip<B> {
        Gossip { ground, mode, fan_out, period, held: Held::new() }
    }

    fn send<P: Port<Gossiped<B>>>(&self, to: ReplicaId, news: Vec<Post<B>>, asks: bool, port: &mut P) {
        let label = carries(news.iter().filter_map(|post| post.update));
        port.send(to, Gossiped { holds: self.held.context().clone(), news, asks }, label);
    }
}

impl<B: Body> Layer for Gossip<B> {
    type Body = B;
    type Wire = Gossiped<B>;

    fn title(&self) -> String {
        format!("gossip by {} on {}", self.mode.name(), self.ground)
    }

    fn promises(&self) -> Promises {
        let passed = self.ground.promises().relayed();
        passed.and(Promises::of(&[Promise::Reliable, Promise::SurvivesSender, Promise::NoDuplicates]))
    }

    fn start<P: Port<Self::Wire>>(&mut self, port: &mut P) {
        port.set_out(TICK, self.period);
    }

    fn broadcast<P: Port<Self::Wire>>(
        &mut self,
        body: B,
        update: Option<Update>,
        port: &mut P,
        up: &mut Vec<Post<B>>,
    ) -> Dot {
        let dot = self.held.next(port.identity());
        let post = Post { dot, update, body };
        self.held.keep(post.clone());
        up.push(post);
        dot
    }

    fn message<P: Port<Self::Wire>>(
        &mut self,
        from: ReplicaId,
        wire: &Self::Wire,
        port: &mut P,
        up: &mut Vec<Post<B>>,
    ) {
        for post in &wire.news {
            if self.held.take(post) {
                up.push(post.clone());
            }
        }
        if wire.asks {
            let lacking = self.held.lacking(&wire.holds);
            if !lacking.is_empty() {
                self.send(from, lacking, false, port);
            }
        }
        self.held.learn(from, &wire.holds, port.neighbours());
    }

    fn timer<P: Port<Self::Wire>>(&mut self, _timer: TimerId, port: &mut P, _up: &mut Vec<Post<B>>) {
        // Who only tells, and has nothing to tell of, is silent.
        if self.mode.asks() || !self.held.context().is_empty() {
            for to in port.some_neighbours(self.fan_out) {
                let news = if self.mode.tells() { self.held.unknown_to(to) } else { Vec::new() };
                self.send(to, news, self.mode.asks(), port);
            }
        }
        port.set_timer(TICK, self.period);
    }

    fn room(&self) -> Result<(), Refused> {
        Ok(())
    }

    fn kept(&self) -> usize {
        self.held.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zoo::broadcast::testing::Table;

    /// Of two replicas one says something, and then one of them ticks: whether the other has heard it.
    #[track_caller]
    fn heard_when(mode: Mode, speaker_ticks: bool, expected: &str) {
        let mut table = Table::of(2, || Gossip::on(Ground::HOSTILE, mode, 1, Span::millis(10)));
        table.say(0, "milk");
        table.tick(u32::from(!speaker_ticks), TICK);
        table.pass_all();
        assert_eq!(table.heard(1), expected, "{} by the {}", mode.name(), if speaker_ticks { "one" } else { "other" });
    }

    #[test]
    fn a_push_tells_a_pull_asks_and_push_pull_does_both() {
        heard_when(Mode::Push, true, "milk");
        heard_when(Mode::Push, false, "");
        heard_when(Mode::Pull, true, "");
        heard_when(Mode::Pull, false, "milk");
        heard_when(Mode::PushPull, true, "milk");
        heard_when(Mode::PushPull, false, "milk");
    }

    #[test]
    fn a_lost_push_is_made_up_for_and_what_all_hold_is_dropped() {
        let mut table = Table::of(3, || Gossip::on(Ground::HOSTILE, Mode::Push, 2, Span::millis(10)));
        table.say(0, "milk");
        table.tick(0, TICK);
        table.lose(0, 2);
        table.pass_all();
        assert_eq!((table.heard(1).as_str(), table.heard(2).as_str()), ("milk", ""));
        for slot in [0, 1, 2, 0] {
            table.tick(slot, TICK);
            table.pass_all();
        }
        assert_eq!([0, 1, 2].map(|slot| table.heard(slot)), ["milk"; 3]);
        assert_eq!([0, 1, 2].map(|slot| table.layer(slot).kept()), [0; 3]);
    }
}
