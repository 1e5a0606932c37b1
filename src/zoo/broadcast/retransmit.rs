//! Retransmission: tell every neighbour until each has said that it heard.
//!
//! Reaches neighbours over links that lose, and nobody beyond; where a sender dies for good half way, some
//! are told and some are not. A post is kept until all neighbours have acknowledged it and no longer, and
//! there is room for a fixed number of them: one neighbour that never comes back fills it, and further
//! broadcasts are refused. The law: an acknowledgement says that a post was taken in, so a receiver's
//! state must be durable before the acknowledgement leaves.

use serde::Serialize;

use super::owed::Owed;
use super::seen::Seen;
use super::{Body, Ground, Layer, Port, Post, Promise, Promises};
use crate::base::{Dot, ReplicaId, Span, TimerId, Update};
use crate::replica::{Carries, Refused};

/// A message to each neighbour, again and again until it is acknowledged.
#[derive(Clone, Debug)]
pub struct Retransmit<B> {
    ground: Ground,
    room: u32,
    seen: Seen,
    unacknowledged: Owed<B>,
}

/// What travels.
#[derive(Clone, Debug, Serialize)]
pub enum Retransmitted<B> {
    /// A post, for the first time or again.
    Post(Post<B>),
    /// This post was taken in.
    Acknowledged(Dot),
}

impl<B: Body> Retransmit<B> {
    /// One that sends again after each period, and has room for so many posts of its own that are not
    /// acknowledged by all.
    pub fn on(ground: Ground, period: Span, room: u32) -> Retransmit<B> {
        Retransmit { ground, room, seen: Seen::all_come(), unacknowledged: Owed::each(period) }
    }
}

impl<B: Body> Layer for Retransmit<B> {
    type Body = B;
    type Wire = Retransmitted<B>;

    fn title(&self) -> String {
        format!("retransmission on {}", self.ground)
    }

    fn promises(&self) -> Promises {
        let ground = self.ground.promises().relayed();
        let reached = if self.ground.mesh { Promise::Reliable } else { Promise::Neighbours };
        Promises::of(&[reached, Promise::NoDuplicates]).and(ground)
    }

    fn start<P: Port<Self::Wire>>(&mut self, port: &mut P) {
        self.unacknowledged.start(port);
    }

    fn broadcast<P: Port<Self::Wire>>(
        &mut self,
        body: B,
        update: Option<Update>,
        port: &mut P,
        up: &mut Vec<Post<B>>,
    ) -> Dot {
        let dot = self.seen.next(port.identity());
        let post = Post { dot, update, body };
        up.push(post.clone());
        let by: Vec<ReplicaId> = port.neighbours().iter().collect();
        if !by.is_empty() {
            port.send_all(Retransmitted::Post(post.clone()), post.carries());
            self.unacknowledged.owe(post, by);
            self.unacknowledged.tick(port);
        }
        dot
    }

    fn message<P: Port<Self::Wire>>(
        &mut self,
        from: ReplicaId,
        wire: &Self::Wire,
        port: &mut P,
        up: &mut Vec<Post<B>>,
    ) {
        match wire {
            Retransmitted::Post(post) => {
                port.send(from, Retransmitted::Acknowledged(post.dot), Carries::Nothing);
                if self.seen.insert(post.dot) {
                    up.push(post.clone());
                }
            }
            Retransmitted::Acknowledged(dot) => self.unacknowledged.has(from, *dot),
        }
    }

    fn timer<P: Port<Self::Wire>>(&mut self, _timer: TimerId, port: &mut P, _up: &mut Vec<Post<B>>) {
        for (post, by) in self.unacknowledged.due() {
            by.iter().for_each(|to| port.send(*to, Retransmitted::Post(post.clone()), post.carries()));
        }
        self.unacknowledged.tick(port);
    }

    fn room(&self) -> Result<(), Refused> {
        if self.unacknowledged.len() < self.room as usize {
            return Ok(());
        }
        let waits = self.unacknowledged.len();
        Err(Refused::because(format!("{waits} posts wait for acknowledgements, and there is room for {}", self.room)))
    }

    fn kept(&self) -> usize {
        self.unacknowledged.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::owed::AGAIN;
    use super::*;
    use crate::zoo::broadcast::testing::Table;

    fn table() -> Table<Retransmit<&'static str>> {
        Table::of(3, || Retransmit::on(Ground::HOSTILE, Span::millis(10), 2))
    }

    #[test]
    fn a_lost_post_is_sent_again_to_whom_it_was_lost_and_to_nobody_once_all_have_it() {
        let mut table = table();
        table.say(0, "milk");
        table.lose(0, 2);
        table.pass_all();
        table.tick(0, AGAIN);
        assert_eq!(table.mail(), 0, "an acknowledgement may still be under way");
        table.tick(0, AGAIN);
        assert_eq!(table.mail(), 1);
        table.pass_all();
        assert_eq!((table.heard(2).as_str(), table.layer(0).kept()), ("milk", 0));
        table.tick(0, AGAIN);
        assert_eq!(table.mail(), 0);
    }

    #[test]
    fn a_lost_acknowledgement_is_given_again_and_nothing_is_heard_twice() {
        let mut table = table();
        table.say(0, "milk");
        table.pass(0, 1);
        table.lose(1, 0);
        for _ in 0..2 {
            table.tick(0, AGAIN);
        }
        table.pass_all();
        assert_eq!((table.heard(1).as_str(), table.layer(0).kept()), ("milk", 0));
    }

    #[test]
    fn there_is_room_for_so_many_unacknowledged_posts_and_no_more() {
        let mut table = table();
        table.say(0, "milk");
        assert!(table.layer(0).room().is_ok());
        table.say(0, "tea");
        let refused = table.layer(0).room().unwrap_err().to_string();
        assert_eq!(refused, "2 posts wait for acknowledgements, and there is room for 2");
        table.pass_all();
        assert!(table.layer(0).room().is_ok());
    }
}
