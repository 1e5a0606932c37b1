//! FIFO order: of one sender's posts the earlier is delivered first.
//!
//! A post that is not its sender's next waits for those between. Posts of different senders come as they
//! may. It stands on a reliable layer: a post that never comes would hold up all later ones of its sender.

use std::collections::BTreeMap;

use super::{Layer, Misfit, Port, Post, Promise, Promises};
use crate::base::{Dot, ReplicaId, TimerId, Update, VersionVector};
use crate::replica::Refused;

/// One sender's posts in the order of their numbers.
#[derive(Clone, Debug)]
pub struct Fifo<L: Layer> {
    below: L,
    delivered: VersionVector,
    waiting: BTreeMap<Dot, Post<L::Body>>,
    arrived: Vec<Post<L::Body>>,
}

impl<L: Layer> Fifo<L> {
    /// One over a reliable layer.
    pub fn over(below: L) -> Result<Fifo<L>, Misfit> {
        below.carry("FIFO order", Promises::of(&[Promise::Reliable]))?;
        Ok(Fifo { below, delivered: VersionVector::new(), waiting: BTreeMap::new(), arrived: Vec::new() })
    }

    fn sort(&mut self, up: &mut Vec<Post<L::Body>>) {
        for post in self.arrived.drain(..) {
            let identity = post.dot.identity;
            if !self.delivered.covers(post.dot) {
                self.waiting.insert(post.dot, post);
            }
            while let Some(post) = self.waiting.remove(&Dot::new(identity, self.delivered.get(identity) + 1)) {
                self.delivered.raise(post.dot);
                up.push(post);
            }
        }
    }
}

impl<L: Layer> Layer for Fifo<L> {
    type Body = L::Body;
    type Wire = L::Wire;

    fn title(&self) -> String {
        format!("FIFO order over {}", self.below.title())
    }

    fn promises(&self) -> Promises {
        let passed = [Promise::Direct, Promise::Reliable, Promise::SurvivesSender];
        let passed = self.below.promises().within(Promises::of(&passed));
        passed.and(Promises::of(&[Promise::Fifo, Promise::NoDuplicates]))
    }

    fn start<P: Port<L::Wire>>(&mut self, port: &mut P) {
        self.below.start(port);
    }

    fn broadcast<P: Port<L::Wire>>(
        &mut self,
        body: L::Body,
        update: Option<Update>,
        port: &mut P,
        up: &mut Vec<Post<L::Body>>,
    ) -> Dot {
        let dot = self.below.broadcast(body, update, port, &mut self.arrived);
        self.sort(up);
        dot
    }

    fn message<P: Port<L::Wire>>(
        &mut self,
        from: ReplicaId,
        wire: &L::Wire,
        port: &mut P,
        up: &mut Vec<Post<L::Body>>,
    ) {
        self.below.message(from, wire, port, &mut self.arrived);
        self.sort(up);
    }

    fn timer<P: Port<L::Wire>>(&mut self, timer: TimerId, port: &mut P, up: &mut Vec<Post<L::Body>>) {
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
    use crate::zoo::broadcast::testing::Table;
    use crate::zoo::broadcast::{BestEffort, Ground};

    #[test]
    fn a_later_post_waits_for_the_earlier_ones_of_its_sender_alone() {
        let mut table = Table::of(3, || Fifo::over(BestEffort::on(Ground::PERFECT)).unwrap());
        table.say(0, "one");
        let late = table.lose(0, 2);
        for text in ["two", "three"] {
            table.say(0, text);
        }
        table.say(1, "else");
        table.pass_all();
        assert_eq!((table.heard(2).as_str(), table.layer(2).kept()), ("else", 2));
        table.arrive(0, 2, &late[0]);
        table.arrive(0, 2, &late[0]);
        assert_eq!((table.heard(2).as_str(), table.layer(2).kept()), ("else one two three", 0));
    }
}
