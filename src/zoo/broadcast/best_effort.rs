//! Best effort: tell every neighbour once, and hope.
//!
//! What it comes to is what the links do: on links without faults all are told, unless the sender dies half
//! way, which leaves replicas apart. Nothing is sent again, nobody passes anything on, and what the network
//! repeats is delivered twice.

use std::marker::PhantomData;

use super::{Body, Ground, Layer, Port, Post, Promises};
use crate::base::{Dot, ReplicaId, TimerId, Update, VersionVector};
use crate::replica::Refused;

/// One message to each neighbour.
#[derive(Clone, Debug)]
pub struct BestEffort<B> {
    ground: Ground,
    sent: VersionVector,
    body: PhantomData<B>,
}

impl<B: Body> BestEffort<B> {
    /// One that stands on such links.
    pub fn on(ground: Ground) -> BestEffort<B> {
        BestEffort { ground, sent: VersionVector::new(), body: PhantomData }
    }
}

impl<B: Body> Layer for BestEffort<B> {
    type Body = B;
    type Wire = Post<B>;

    fn title(&self) -> String {
        format!("best effort on {}", self.ground)
    }

    fn promises(&self) -> Promises {
        self.ground.promises()
    }

    fn start<P: Port<Post<B>>>(&mut self, _port: &mut P) {}

    fn broadcast<P: Port<Post<B>>>(
        &mut self,
        body: B,
        update: Option<Update>,
        port: &mut P,
        up: &mut Vec<Post<B>>,
    ) -> Dot {
        let dot = self.sent.next(port.identity());
        let post = Post { dot, update, body };
        port.send_all(post.clone(), post.carries());
        up.push(post);
        dot
    }

    fn message<P: Port<Post<B>>>(&mut self, _from: ReplicaId, post: &Post<B>, _port: &mut P, up: &mut Vec<Post<B>>) {
        up.push(post.clone());
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
    fn all_are_told_once_and_what_the_network_repeats_is_heard_twice() {
        let mut table = Table::of(3, || BestEffort::on(Ground::HOSTILE));
        table.say(0, "milk");
        assert_eq!(table.mail(), 2);
        table.repeat(0, 1);
        table.pass_all();
        assert_eq!([0, 1, 2].map(|slot| table.heard(slot)), ["milk", "milk milk", "milk"]);
    }
}
