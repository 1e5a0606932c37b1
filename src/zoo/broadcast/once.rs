//! Duplicate suppression: what came before is not delivered again.
//!
//! Remembers a number for each sender and what came behind gaps. Where the layer below is reliable all gaps
//! close. Where it loses, gaps stay: then at most so many posts are remembered behind the gaps of one
//! sender, and what comes after its gap was given up counts as lost. Order is left as it is.

use super::seen::Seen;
use super::{Layer, Port, Post, Promise, Promises};
use crate::base::{Dot, ReplicaId, TimerId, Update};
use crate::replica::Refused;

/// Each post once.
#[derive(Clone, Debug)]
pub struct Once<L: Layer> {
    below: L,
    seen: Seen,
    arrived: Vec<Post<L::Body>>,
}

impl<L: Layer> Once<L> {
    /// One over any layer, that remembers at most so many posts behind the gaps of one sender where the
    /// layer below loses some.
    pub fn over(below: L, most: u32) -> Once<L> {
        let seen = if below.promises().has(Promise::Reliable) { Seen::all_come() } else { Seen::some_lost(most) };
        Once { below, seen, arrived: Vec::new() }
    }

    fn sift(&mut self, up: &mut Vec<Post<L::Body>>) {
        up.extend(self.arrived.drain(..).filter(|post| self.seen.insert(post.dot)));
    }
}

impl<L: Layer> Layer for Once<L> {
    type Body = L::Body;
    type Wire = L::Wire;

    fn title(&self) -> String {
        format!("suppression of duplicates over {}", self.below.title())
    }

    fn promises(&self) -> Promises {
        self.below.promises().and(Promises::of(&[Promise::NoDuplicates]))
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
        self.sift(up);
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
        self.sift(up);
    }

    fn timer<P: Port<L::Wire>>(&mut self, timer: TimerId, port: &mut P, up: &mut Vec<Post<L::Body>>) {
        self.below.timer(timer, port, &mut self.arrived);
        self.sift(up);
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
    fn what_the_network_repeats_is_delivered_once() {
        let mut table = Table::of(2, || Once::over(BestEffort::on(Ground::HOSTILE), 4));
        table.say(0, "milk");
        table.repeat(0, 1);
        table.say(0, "tea");
        table.repeat(0, 1);
        table.pass_all();
        assert_eq!(table.heard(1), "milk tea");
    }

    #[test]
    fn a_thousand_posts_of_which_every_third_is_lost_take_the_memory_of_a_few() {
        let mut table = Table::of(2, || Once::over(BestEffort::on(Ground::HOSTILE), 4));
        for n in 0..1000u32 {
            table.say(0, n);
            if n % 3 == 0 {
                table.lose(0, 1);
            }
            table.pass_all();
            assert!(table.layer(1).seen.size() <= 5);
        }
        assert_eq!(table.heard(1).split(' ').count(), 666);
    }

    #[test]
    fn over_a_reliable_layer_no_gap_is_given_up() {
        let reliable = Ground { repeats: true, reorders: true, ..Ground::PERFECT };
        let mut table = Table::of(2, || Once::over(BestEffort::on(reliable), 4));
        table.say(0, 0);
        let late = table.lose(0, 1);
        (1..100).for_each(|n| table.say(0, n));
        table.pass_all();
        late.iter().for_each(|wire| table.arrive(0, 1, wire));
        assert_eq!(table.heard(1).split(' ').count(), 100);
        assert_eq!(table.layer(1).seen.size(), 1, "and then the gap is closed");
    }
}
