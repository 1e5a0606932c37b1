//! Total order by a sequencer: one replica gives every post its place, and all deliver place by place.
//!
//! A sender submits its posts to the sequencer, again and again until they come back with a place. The
//! sequencer places each sender's posts in the order of their numbers, so that total order is causal order,
//! too, and tells all of it through the layer below, which need not be reliable: a gap is asked for again,
//! and who has fallen silent is told how far the order goes. What is placed is kept until every member has
//! it, for so many posts and no more; then no others are placed. A sender's own post is delivered when its
//! place has come and not before. Nothing is delivered while the sequencer is away, and where it never
//! comes back that is for ever. After *Reliable Broadcast Protocols* (1984).

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Body, Layer, Lower, Misfit, Port, Post, Promise, Promises};
use crate::base::{Dot, ReplicaId, Span, TimerId, Update, VersionVector};
use crate::replica::{Carries, Refused};

/// Its own timer; those of the layer below follow.
const TICK: TimerId = TimerId(0);
const TIMERS: u32 = 1;

/// A post and its place in the order, from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Placed<B> {
    /// Which place.
    pub place: u32,
    /// The post, under the number that its sender gave it.
    pub post: Post<B>,
}

/// What travels: messages of the layer below, and those between one replica and the sequencer.
#[derive(Clone, Debug, Serialize)]
pub enum SequencedWire<W, B> {
    /// A message of the layer below.
    Below(W),
    /// To the sequencer: place this.
    Submit(Post<B>),
    /// From the sequencer: this has a place, in case you missed it.
    Again(Placed<B>),
    /// From the sequencer: all up to this place is given away.
    Upto(u32),
    /// To the sequencer: I have all up to this place, and lack what follows.
    Have(u32),
}

/// One order for all.
#[derive(Clone, Debug)]
pub struct Sequenced<B: Body, L: Layer<Body = Placed<B>>> {
    below: L,
    sequencer: ReplicaId,
    period: Span,
    room: u32,
    /// The numbers given to own posts.
    sent: VersionVector,
    /// Own posts that have not come back with a place, and whether each was submitted since the last tick.
    submitted: BTreeMap<Dot, (Post<B>, bool)>,
    /// All up to this place are delivered.
    delivered: u32,
    /// What came with a later place than the next.
    early: BTreeMap<u32, Post<B>>,
    desk: Desk<B>,
    ticking: bool,
    arrived: Vec<Post<Placed<B>>>,
}

/// What only the sequencer uses.
#[derive(Clone, Debug)]
struct Desk<B> {
    /// Which of each sender's posts have places: all up to that number.
    placed: VersionVector,
    /// Submitted posts whose sender's earlier ones did not come yet.
    early: BTreeMap<Dot, Post<B>>,
    /// The last place given away, and that at the last tick.
    last: u32,
    last_before: u32,
    /// The places that some member may lack.
    order: BTreeMap<u32, Post<B>>,
    /// How far each member is.
    have: Vec<u32>,
}

impl<B> Desk<B> {
    /// Forgets what every member has.
    fn forget(&mut self) {
        let all = self.have.iter().min().copied().unwrap_or(0);
        self.order = self.order.split_off(&(all + 1));
    }
}

impl<B: Body, L: Layer<Body = Placed<B>>> Sequenced<B, L> {
    /// One whose order a certain replica gives. Each period what did not come is asked for and told again.
    /// A sender has room for so many posts without a place, the sequencer for so many that some member
    /// lacks.
    pub fn over(below: L, sequencer: ReplicaId, period: Span, room: u32) -> Result<Sequenced<B, L>, Misfit> {
        below.carry("total order by a sequencer", Promises::of(&[Promise::Direct]))?;
        Ok(Sequenced {
            below,
            sequencer,
            period,
            room,
            sent: VersionVector::new(),
            submitted: BTreeMap::new(),
            delivered: 0,
            early: BTreeMap::new(),
            desk: Desk {
                placed: VersionVector::new(),
                early: BTreeMap::new(),
                last: 0,
                last_before: 0,
                order: BTreeMap::new(),
                have: Vec::new(),
            },
            ticking: false,
            arrived: Vec::new(),
        })
    }

    /// Goes on ticking as long as something is open.
    fn tick<P: Port<SequencedWire<L::Wire, B>>>(&mut self, port: &mut P) {
        let open = !self.submitted.is_empty() || !self.early.is_empty() || !self.desk.order.is_empty();
        if open && !self.ticking {
            self.ticking = true;
            port.set_timer(TICK, self.period);
        }
    }

    /// At the sequencer: gives places to a sender's posts, as far as they came without a gap.
    fn place<P: Port<SequencedWire<L::Wire, B>>>(&mut self, post: Post<B>, port: &mut P) {
        let identity = post.dot.identity;
        if self.desk.placed.covers(post.dot) || self.desk.order.len() >= self.room as usize {
            return;
        }
        self.desk.early.insert(post.dot, post);
        while let Some(post) = self.desk.early.remove(&Dot::new(identity, self.desk.placed.get(identity) + 1)) {
            self.desk.placed.raise(post.dot);
            self.desk.last += 1;
            let placed = Placed { place: self.desk.last, post };
            self.desk.order.insert(placed.place, placed.post.clone());
            let update = placed.post.update;
            let mut lower = Lower::new(port, TIMERS, SequencedWire::Below);
            self.below.broadcast(placed, update, &mut lower, &mut self.arrived);
        }
    }

    fn hold(&mut self, placed: Placed<B>) {
        if placed.place > self.delivered {
            self.early.insert(placed.place, placed.post);
        }
    }

    /// Delivers what came, as far as there is no gap.
    fn sort<P: Port<SequencedWire<L::Wire, B>>>(&mut self, port: &mut P, up: &mut Vec<Post<B>>) {
        for post in std::mem::take(&mut self.arrived) {
            self.hold(post.body);
        }
        while let Some(post) = self.early.remove(&(self.delivered + 1)) {
            self.delivered += 1;
            self.submitted.remove(&post.dot);
            up.push(post);
        }
        if port.slot() == self.sequencer {
            self.reached(self.sequencer, self.delivered, port.members());
        }
        self.tick(port);
    }

    /// At the sequencer: a member has all up to a place.
    fn reached(&mut self, member: ReplicaId, place: u32, members: u32) {
        self.desk.have.resize(members as usize, 0);
        if let Some(have) = self.desk.have.get_mut(member.index()).filter(|have| **have < place) {
            *have = place;
            self.desk.forget();
        }
    }
}

impl<B: Body, L: Layer<Body = Placed<B>>> Layer for Sequenced<B, L> {
    type Body = B;
    type Wire = SequencedWire<L::Wire, B>;

    fn title(&self) -> String {
        format!("total order by a sequencer over {}", self.below.title())
    }

    fn promises(&self) -> Promises {
        Promises::of(&[
            Promise::Direct,
            Promise::Reliable,
            Promise::SurvivesSender,
            Promise::NoDuplicates,
            Promise::Causal,
            Promise::Total,
        ])
    }

    fn start<P: Port<Self::Wire>>(&mut self, port: &mut P) {
        self.below.start(&mut Lower::new(port, TIMERS, SequencedWire::Below));
        self.ticking = false;
        self.tick(port);
    }

    fn broadcast<P: Port<Self::Wire>>(
        &mut self,
        body: B,
        update: Option<Update>,
        port: &mut P,
        up: &mut Vec<Post<B>>,
    ) -> Dot {
        let dot = self.sent.next(port.identity());
        let post = Post { dot, update, body };
        if port.slot() == self.sequencer {
            self.place(post.clone(), port);
        } else {
            port.send(self.sequencer, SequencedWire::Submit(post.clone()), post.carries());
        }
        self.submitted.insert(dot, (post, true));
        self.sort(port, up);
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
            SequencedWire::Below(wire) => {
                let mut lower = Lower::new(port, TIMERS, SequencedWire::Below);
                self.below.message(from, wire, &mut lower, &mut self.arrived);
            }
            SequencedWire::Submit(post) if port.slot() == self.sequencer => self.place(post.clone(), port),
            SequencedWire::Submit(_) => {}
            SequencedWire::Again(placed) => self.hold(placed.clone()),
            SequencedWire::Upto(_) => port.send(from, SequencedWire::Have(self.delivered), Carries::Nothing),
            SequencedWire::Have(place) => {
                self.reached(from, *place, port.members());
                for (place, post) in self.desk.order.range(place + 1..) {
                    let again = Placed { place: *place, post: post.clone() };
                    port.send(from, SequencedWire::Again(again), post.carries());
                }
            }
        }
        self.sort(port, up);
    }

    fn timer<P: Port<Self::Wire>>(&mut self, timer: TimerId, port: &mut P, up: &mut Vec<Post<B>>) {
        if timer != TICK {
            let mut lower = Lower::new(port, TIMERS, SequencedWire::Below);
            self.below.timer(TimerId(timer.0 - TIMERS), &mut lower, &mut self.arrived);
            return self.sort(port, up);
        }
        self.ticking = false;
        if port.slot() == self.sequencer {
            let waiting: Vec<Post<B>> = self.submitted.values().map(|(post, _)| post.clone()).collect();
            waiting.into_iter().for_each(|post| self.place(post, port));
            let upto = std::mem::replace(&mut self.desk.last_before, self.desk.last);
            let behind = (0..).map(ReplicaId).zip(&self.desk.have).filter(|(_, have)| **have < upto);
            for (member, _) in behind {
                port.send(member, SequencedWire::Upto(upto), Carries::Nothing);
            }
        } else {
            for (post, fresh) in self.submitted.values_mut() {
                if !std::mem::take(fresh) {
                    port.send(self.sequencer, SequencedWire::Submit(post.clone()), post.carries());
                }
            }
            if !self.early.is_empty() {
                port.send(self.sequencer, SequencedWire::Have(self.delivered), Carries::Nothing);
            }
        }
        self.sort(port, up);
    }

    fn room(&self) -> Result<(), Refused> {
        if self.submitted.len() < self.room as usize {
            return self.below.room();
        }
        let waits = self.submitted.len();
        Err(Refused::because(format!(
            "{waits} posts wait for a place in the order, and there is room for {}",
            self.room
        )))
    }

    fn kept(&self) -> usize {
        let desk = self.desk.order.len() + self.desk.early.len();
        self.submitted.len() + self.early.len() + desk + self.below.kept()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zoo::broadcast::testing::Table;
    use crate::zoo::broadcast::{BestEffort, Ground};

    type Stack = Sequenced<&'static str, BestEffort<Placed<&'static str>>>;

    fn table() -> Table<Stack> {
        let below = || BestEffort::on(Ground::HOSTILE);
        Table::of(3, || Sequenced::over(below(), ReplicaId(0), Span::millis(10), 100).unwrap())
    }

    #[test]
    fn a_sender_waits_for_the_place_of_its_own_post() {
        let mut table = table();
        table.say(1, "a");
        table.say(2, "b");
        assert_eq!((table.heard(1).as_str(), table.heard(2).as_str()), ("", ""));
        table.pass(2, 0);
        table.pass(1, 0);
        table.pass(0, 1);
        table.pass(0, 2);
        assert_eq!((0..3).map(|slot| table.heard(slot)).collect::<Vec<_>>(), ["b a"; 3]);
    }

    #[test]
    fn a_gap_is_asked_for_again() {
        let mut table = table();
        table.say(0, "a");
        table.lose(0, 1);
        table.say(0, "b");
        table.pass(0, 1);
        assert_eq!((table.heard(1).as_str(), table.layer(1).kept()), ("", 1));
        table.tick(1, TICK);
        table.pass(1, 0);
        table.pass(0, 1);
        assert_eq!((table.heard(1).as_str(), table.layer(1).kept()), ("a b", 0));
    }

    #[test]
    fn a_lost_end_of_the_order_is_told_again() {
        let mut table = table();
        table.say(0, "a");
        table.lose(0, 1);
        table.lose(0, 2);
        for _ in 0..2 {
            table.tick(0, TICK);
        }
        table.pass(0, 1);
        table.pass(1, 0);
        table.pass(0, 1);
        assert_eq!((table.heard(1).as_str(), table.heard(2).as_str()), ("a", ""));
        assert_eq!(table.layer(0).kept(), 1, "kept for the third");
    }

    #[test]
    fn the_sequencer_forgets_what_all_have() {
        let mut table = table();
        table.say(0, "a");
        for _ in 0..2 {
            table.tick(0, TICK);
        }
        for member in [1, 2] {
            table.pass(0, member);
            table.pass(member, 0);
        }
        assert_eq!(table.layer(0).kept(), 0);
    }
}
