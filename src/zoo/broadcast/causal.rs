//! Causal order by vector clocks: a reply is not shown before its question.
//!
//! A post bears what its sender had delivered before it. With its own number that is its vector clock `m`;
//! a receiver that has delivered `local` delivers a post of `j` when `m[j] = local[j] + 1` and
//! `m[i] <= local[i]` for every other `i`. Only sending increments an entry. What cannot be delivered yet
//! waits for one post that it lacks, by name, so that each delivery wakes those it concerns and no others.
//! After *Lightweight Causal and Atomic Group Multicast* (1991).

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Body, Layer, Misfit, Port, Post, Promise, Promises};
use crate::base::{Dot, Identity, ReplicaId, TimerId, Update, VersionVector};
use crate::replica::Refused;

/// A body, and what its sender had delivered before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stamped<B> {
    /// All that came before, the sender's own posts among it.
    pub past: VersionVector,
    /// What is said.
    pub body: B,
}

/// Posts in causal order, by what their senders had delivered.
#[derive(Clone, Debug)]
pub struct Causal<B: Body, L: Layer<Body = Stamped<B>>> {
    below: L,
    repeats: bool,
    delivered: VersionVector,
    waiting: BTreeMap<Dot, Waiting<B>>,
    /// The posts that wait for a post which is not delivered yet. Each waits for one at a time.
    wakes: BTreeMap<Dot, Vec<Dot>>,
    arrived: Vec<Post<Stamped<B>>>,
}

/// A post whose turn has not come.
#[derive(Clone, Debug)]
struct Waiting<B> {
    post: Post<Stamped<B>>,
    /// The entries of its past before this one are delivered: what is delivered stays so.
    checked: usize,
}

impl<B> Waiting<B> {
    /// The first post that has to be delivered before this one and is not.
    fn lacks(&mut self, delivered: &VersionVector) -> Option<Dot> {
        let before = Dot { counter: self.post.dot.counter.saturating_sub(1), ..self.post.dot };
        if !delivered.covers(before) {
            return Some(before);
        }
        let past = self.post.body.past.as_slice();
        while let Some(counter) = past.get(self.checked) {
            let dot = Dot::new(Identity(self.checked as u32), *counter);
            if dot.identity != before.identity && !delivered.covers(dot) {
                return Some(dot);
            }
            self.checked += 1;
        }
        None
    }
}

impl<B: Body, L: Layer<Body = Stamped<B>>> Causal<B, L> {
    /// One over a layer that is reliable and survives the sender. Where one replica delivered what another
    /// never gets, that one would wait for ever for whatever was said about it.
    pub fn over(below: L) -> Result<Causal<B, L>, Misfit> {
        below.carry("causal order by vector clocks", Promises::of(&[Promise::Reliable, Promise::SurvivesSender]))?;
        Ok(Causal {
            below,
            repeats: false,
            delivered: VersionVector::new(),
            waiting: BTreeMap::new(),
            wakes: BTreeMap::new(),
            arrived: Vec::new(),
        })
    }

    /// The same for those whom repeats do no harm: what the layer below delivers again after its turn has come
    /// is delivered again.
    pub fn with_repeats(self) -> Causal<B, L> {
        Causal { repeats: true, ..self }
    }

    /// What was delivered, as a vector clock.
    pub fn delivered(&self) -> &VersionVector {
        &self.delivered
    }

    fn sort(&mut self, up: &mut Vec<Post<B>>) {
        let mut arrived = std::mem::take(&mut self.arrived);
        for post in arrived.drain(..) {
            if self.delivered.covers(post.dot) {
                up.extend(self.repeats.then(|| post.map(|stamped| stamped.body)));
            } else if self.waiting.is_empty() || !self.waiting.contains_key(&post.dot) {
                self.deliver(Waiting { post, checked: 0 }, up);
            }
        }
        self.arrived = arrived;
    }

    /// Delivers a post, and those it wakes, as far as their turn has come. The others wait.
    fn deliver(&mut self, first: Waiting<B>, up: &mut Vec<Post<B>>) {
        let (mut next, mut awake) = (Some(first), Vec::new());
        while let Some(mut waiting) = next {
            let dot = waiting.post.dot;
            match waiting.lacks(&self.delivered) {
                Some(lacked) => {
                    self.wakes.entry(lacked).or_default().push(dot);
                    self.waiting.insert(dot, waiting);
                }
                None => {
                    self.delivered.raise(dot);
                    up.push(waiting.post.map(|stamped| stamped.body));
                    awake.append(&mut self.wakes.remove(&dot).unwrap_or_default());
                }
            }
            next = awake.pop().map(|dot| self.waiting.remove(&dot).expect("what is woken waits"));
        }
    }
}

impl<B: Body, L: Layer<Body = Stamped<B>>> Layer for Causal<B, L> {
    type Body = B;
    type Wire = L::Wire;

    fn title(&self) -> String {
        format!("causal order by vector clocks over {}", self.below.title())
    }

    fn promises(&self) -> Promises {
        let passed = self.below.promises().relayed();
        let once = if self.repeats { Promises::NONE } else { Promises::of(&[Promise::NoDuplicates]) };
        passed.and(once).and(Promises::of(&[Promise::Causal, Promise::Reliable, Promise::SurvivesSender]))
    }

    fn start<P: Port<L::Wire>>(&mut self, port: &mut P) {
        self.below.start(port);
    }

    fn broadcast<P: Port<L::Wire>>(
        &mut self,
        body: B,
        update: Option<Update>,
        port: &mut P,
        up: &mut Vec<Post<B>>,
    ) -> Dot {
        let stamped = Stamped { past: self.delivered.clone(), body };
        let dot = self.below.broadcast(stamped, update, port, &mut self.arrived);
        self.sort(up);
        dot
    }

    fn message<P: Port<L::Wire>>(&mut self, from: ReplicaId, wire: &L::Wire, port: &mut P, up: &mut Vec<Post<B>>) {
        self.below.message(from, wire, port, &mut self.arrived);
        self.sort(up);
    }

    fn timer<P: Port<L::Wire>>(&mut self, timer: TimerId, port: &mut P, up: &mut Vec<Post<B>>) {
        self.below.timer(timer, port, &mut self.arrived);
        self.sort(up);
    }

    fn room(&self) -> Result<(), Refused> {
        self.below.room()
    }

    fn kept(&self) -> usize {
        self.waiting.len() + self.below.kept()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;
    use crate::zoo::broadcast::testing::Table;
    use crate::zoo::broadcast::{BestEffort, Eager, Flood, Ground};

    type Stack = Causal<&'static str, Eager<Stamped<&'static str>, BestEffort<Post<Stamped<&'static str>>>>>;

    fn stack() -> Stack {
        Causal::over(Eager::over(BestEffort::on(Ground::PERFECT)).unwrap()).unwrap()
    }

    /// A post of sender 0 with this clock arrives at a receiver that has delivered `[1,3,1]`.
    #[track_caller]
    fn delivers(clock: [u32; 3], expected: bool) {
        let mut causal = Causal { delivered: VersionVector::from([1, 3, 1]), ..stack() };
        let (sender, clock) = (Identity(0), VersionVector::from(clock));
        let mut past = clock.clone();
        past.set(sender, clock.get(sender) - 1);
        let body = Stamped { past, body: "m" };
        causal.arrived.push(Post { dot: Dot::new(sender, clock.get(sender)), update: None, body });
        let mut up = Vec::new();
        causal.sort(&mut up);
        assert_eq!(up.len(), usize::from(expected), "{clock} at [1,3,1]");
        assert_eq!(VersionVector::from([1, 3, 1]).deliverable(sender, &clock), expected);
    }

    #[test]
    fn a_receiver_at_1_3_1_delivers_2_0_1_of_sender_0_and_not_3_0_1() {
        delivers([2, 0, 1], true);
        delivers([3, 0, 1], false);
        delivers([2, 4, 1], false);
        delivers([2, 3, 2], false);
    }

    #[test]
    fn a_reply_is_not_shown_before_its_question() {
        let mut table = Table::of(3, stack);
        table.say(0, "is there milk?");
        table.pass(0, 1);
        table.say(1, "two bottles");
        table.pass(1, 2);
        // The relayed question came first; without it the reply waits.
        assert_eq!(table.heard(2), "is there milk? two bottles");

        let mut table = Table::of(3, stack);
        table.say(0, "is there milk?");
        table.pass(0, 1);
        table.lose(1, 2);
        table.say(1, "two bottles");
        table.pass(1, 2);
        assert_eq!((table.heard(2).as_str(), table.layer(2).kept()), ("", 1));
        table.pass(0, 2);
        assert_eq!((table.heard(2).as_str(), table.layer(2).kept()), ("is there milk? two bottles", 0));
    }

    #[test]
    fn what_comes_again_is_delivered_again_where_that_is_asked_for_but_not_while_it_waits() {
        let flood = || Flood::on(Ground::HOSTILE, Span::millis(10)).with_repeats();
        for (repeats, expected) in [(false, "q a"), (true, "q a a q")] {
            let make = || Causal::over(flood()).unwrap();
            let mut table = Table::of(3, || if repeats { make().with_repeats() } else { make() });
            table.say(0, "q");
            table.pass(0, 1);
            let question = table.lose(0, 2);
            table.lose(1, 2);
            table.say(1, "a");
            let answer = table.lose(1, 2);
            for (from, wires) in [(1, &answer), (1, &answer), (0, &question), (1, &answer), (0, &question)] {
                table.arrive(from, 2, &wires[0]);
            }
            assert_eq!(table.heard(2), expected);
        }
    }

    #[test]
    fn a_thousand_waiting_posts_wait_in_one_place_each_and_wake_one_another() {
        let mut causal = stack();
        for n in (1..=1000).rev() {
            let past = VersionVector::from([n - 1, 1]);
            let post = Post { dot: Dot::new(Identity(0), n), update: None, body: Stamped { past, body: "m" } };
            causal.arrived.push(post);
        }
        let mut up = Vec::new();
        causal.sort(&mut up);
        assert!(up.is_empty());
        assert_eq!(causal.wakes.values().map(Vec::len).sum::<usize>(), 1000, "each waits in one place");
        let past = VersionVector::new();
        causal.arrived.push(Post { dot: Dot::new(Identity(1), 1), update: None, body: Stamped { past, body: "q" } });
        causal.sort(&mut up);
        assert_eq!(up.len(), 1001);
        assert!(causal.wakes.is_empty() && causal.waiting.is_empty());
    }
}
