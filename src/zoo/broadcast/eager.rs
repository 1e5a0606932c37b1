//! Eager reliable broadcast: whoever sees a post for the first time passes it on before delivering it.
//!
//! So all are told as soon as one that lives has been, and the sender may die half way. It takes O(n²)
//! messages on a mesh, and neighbours that are really reached: the layer below must see to that. After
//! *Unreliable Failure Detectors for Reliable Distributed Systems* (1996).

use super::seen::Seen;
use super::{Body, Layer, Misfit, Port, Post, Promise, Promises};
use crate::base::{Dot, ReplicaId, TimerId, Update};
use crate::replica::Refused;

/// Relaying at first sight.
#[derive(Clone, Debug)]
pub struct Eager<B: Body, L: Layer<Body = Post<B>>> {
    below: L,
    seen: Seen,
    arrived: Vec<Post<Post<B>>>,
}

impl<B: Body, L: Layer<Body = Post<B>>> Eager<B, L> {
    /// One over a layer that reaches every neighbour.
    pub fn over(below: L) -> Result<Eager<B, L>, Misfit> {
        below.carry("eager relaying", Promises::of(&[Promise::Neighbours]))?;
        Ok(Eager { below, seen: Seen::all_come(), arrived: Vec::new() })
    }

    fn relay<P: Port<L::Wire>>(&mut self, port: &mut P, up: &mut Vec<Post<B>>) {
        let mut arrived = std::mem::take(&mut self.arrived);
        for Post { body: post, .. } in arrived.drain(..) {
            if self.seen.insert(post.dot) {
                self.below.broadcast(post.clone(), post.update, port, &mut self.arrived);
                // What the layer below delivers of that is the same post again.
                self.arrived.clear();
                up.push(post);
            }
        }
        self.arrived = arrived;
    }
}

impl<B: Body, L: Layer<Body = Post<B>>> Layer for Eager<B, L> {
    type Body = B;
    type Wire = L::Wire;

    fn title(&self) -> String {
        format!("eager relaying over {}", self.below.title())
    }

    fn promises(&self) -> Promises {
        let passed = self.below.promises().relayed();
        passed.and(Promises::of(&[Promise::Reliable, Promise::SurvivesSender, Promise::NoDuplicates]))
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
        let dot = self.seen.next(port.identity());
        let post = Post { dot, update, body };
        self.below.broadcast(post.clone(), update, port, &mut self.arrived);
        self.arrived.clear();
        up.push(post);
        dot
    }

    fn message<P: Port<L::Wire>>(&mut self, from: ReplicaId, wire: &L::Wire, port: &mut P, up: &mut Vec<Post<B>>) {
        self.below.message(from, wire, port, &mut self.arrived);
        self.relay(port, up);
    }

    fn timer<P: Port<L::Wire>>(&mut self, timer: TimerId, port: &mut P, up: &mut Vec<Post<B>>) {
        self.below.timer(timer, port, &mut self.arrived);
        self.relay(port, up);
    }

    fn room(&self) -> Result<(), Refused> {
        self.below.room()
    }

    fn kept(&self) -> usize {
        self.below.kept()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zoo::broadcast::testing::Table;
    use crate::zoo::broadcast::{BestEffort, Ground};

    #[test]
    fn one_that_was_told_is_enough_for_all() {
        let mut table = Table::of(4, || Eager::over(BestEffort::on(Ground::PERFECT)).unwrap());
        table.say(0, "milk");
        table.lose(0, 1);
        table.lose(0, 2);
        table.pass_all();
        assert_eq!([0, 1, 2, 3].map(|slot| table.heard(slot)), ["milk"; 4]);
    }
}
