//! Forwarding once: whoever sees a post for the first time tells a few neighbours by chance, and rests.
//!
//! Kept for comparison. It promises no delivery: of many replicas it reaches with fan-out f about the share
//! s for which s = 1 - exp(-f s), 80 % for two and 94 % for three, and often none with one; losses make the
//! fan-out smaller. After *Epidemic Algorithms for Replicated Database Maintenance* (1987).

use std::marker::PhantomData;

use super::seen::Seen;
use super::{Body, Ground, Layer, Port, Post, Promise, Promises};
use crate::base::{Dot, ReplicaId, TimerId, Update};
use crate::replica::Refused;

/// How many posts are remembered behind the gaps of one sender.
const REMEMBERED: u32 = 1024;

/// A rumour that everybody spreads once.
#[derive(Clone, Debug)]
pub struct ForwardOnce<B> {
    ground: Ground,
    fan_out: u32,
    seen: Seen,
    body: PhantomData<B>,
}

impl<B: Body> ForwardOnce<B> {
    /// One that tells so many neighbours.
    pub fn on(ground: Ground, fan_out: u32) -> ForwardOnce<B> {
        ForwardOnce { ground, fan_out, seen: Seen::some_lost(REMEMBERED), body: PhantomData }
    }

    fn spread<P: Port<Post<B>>>(&self, post: &Post<B>, port: &mut P) {
        for to in port.some_neighbours(self.fan_out) {
            port.send(to, post.clone(), post.carries());
        }
    }
}

impl<B: Body> Layer for ForwardOnce<B> {
    type Body = B;
    type Wire = Post<B>;

    fn title(&self) -> String {
        format!("forwarding once to {} on {}", self.fan_out, self.ground)
    }

    fn promises(&self) -> Promises {
        let passed = self.ground.promises().relayed();
        passed.and(Promises::of(&[Promise::NoDuplicates]))
    }

    fn start<P: Port<Post<B>>>(&mut self, _port: &mut P) {}

    fn broadcast<P: Port<Post<B>>>(
        &mut self,
        body: B,
        update: Option<Update>,
        port: &mut P,
        up: &mut Vec<Post<B>>,
    ) -> Dot {
        let dot = self.seen.next(port.identity());
        let post = Post { dot, update, body };
        self.spread(&post, port);
        up.push(post);
        dot
    }

    fn message<P: Port<Post<B>>>(&mut self, _from: ReplicaId, post: &Post<B>, port: &mut P, up: &mut Vec<Post<B>>) {
        if self.seen.insert(post.dot) {
            self.spread(post, port);
            up.push(post.clone());
        }
    }

    fn timer<P: Port<Post<B>>>(&mut self, _timer: TimerId, _port: &mut P, _up: &mut Vec<Post<B>>) {}

    fn room(&self) -> Result<(), Refused> {
        Ok(())
    }

    fn kept(&self) -> usize {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zoo::broadcast::testing::Table;

    #[test]
    fn everybody_tells_so_many_and_then_rests() {
        let mut table = Table::of(20, || ForwardOnce::on(Ground::PERFECT, 2));
        table.say(0, "milk");
        assert_eq!(table.mail(), 2);
        let sent = table.pass_all();
        let heard = (0..20).filter(|slot| table.heard(*slot) == "milk").count();
        assert_eq!(sent, 2 * heard);
        assert!(heard > 2);
    }
}
