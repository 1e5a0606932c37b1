//! For tests only: a few replicas around a table, whose mail is passed on by hand.

use std::fmt::Display;

use super::{Layer, Port, Post};
use crate::base::{Concern, Dice, Identity, Links, Name, Neighbours, ReplicaId, Seed, Span, TimerId};
use crate::replica::Carries;

/// Replicas that all hear each other, with no network between them.
pub(super) struct Table<L: Layer> {
    layers: Vec<L>,
    heard: Vec<Vec<Post<L::Body>>>,
    links: Links,
    mail: Vec<(u32, u32, L::Wire)>,
    draws: u32,
}

struct Hand<'a, W> {
    slot: u32,
    links: &'a Links,
    mail: &'a mut Vec<(u32, u32, W)>,
    draws: &'a mut u32,
}

impl<W: Clone> Port<W> for Hand<'_, W> {
    fn slot(&self) -> ReplicaId {
        ReplicaId(self.slot)
    }

    fn identity(&self) -> Identity {
        Identity(self.slot)
    }

    fn members(&self) -> u32 {
        self.links.replicas()
    }

    fn neighbours(&self) -> Neighbours<'_> {
        self.links.neighbours(self.slot())
    }

    fn draw(&mut self, bound: u64) -> u64 {
        *self.draws += 1;
        Dice::new(Seed(1)).below(Concern::Replica, Name(u64::from(self.slot)), *self.draws, bound)
    }

    fn send(&mut self, to: ReplicaId, wire: W, _carries: Carries) {
        self.mail.push((self.slot, to.0, wire));
    }

    fn send_all(&mut self, wire: W, _carries: Carries) {
        let to: Vec<ReplicaId> = self.neighbours().iter().collect();
        self.mail.extend(to.into_iter().map(|to| (self.slot, to.0, wire.clone())));
    }

    fn set_timer(&mut self, _timer: TimerId, _after: Span) {}
}

impl<L: Layer> Table<L> {
    /// So many replicas, each with a stack of its own.
    pub(super) fn of(members: u32, make: impl Fn() -> L) -> Table<L> {
        let (layers, heard) = (0..members).map(|_| (make(), Vec::new())).unzip();
        Table { layers, heard, links: Links::mesh(members), mail: Vec::new(), draws: 0 }
    }

    fn with(&mut self, slot: u32, call: impl FnOnce(&mut L, &mut Hand<'_, L::Wire>, &mut Vec<Post<L::Body>>)) {
        let mut hand = Hand { slot, links: &self.links, mail: &mut self.mail, draws: &mut self.draws };
        call(&mut self.layers[slot as usize], &mut hand, &mut self.heard[slot as usize]);
    }

    /// One of them broadcasts.
    pub(super) fn say(&mut self, slot: u32, body: L::Body) {
        self.with(slot, |layer, hand, up| {
            layer.broadcast(body, None, hand, up);
        });
    }

    /// A timer fires.
    pub(super) fn tick(&mut self, slot: u32, timer: TimerId) {
        self.with(slot, |layer, hand, up| layer.timer(timer, hand, up));
    }

    /// What waits between two comes to no one.
    pub(super) fn lose(&mut self, from: u32, to: u32) -> Vec<L::Wire> {
        let (lost, kept) = std::mem::take(&mut self.mail).into_iter().partition(|mail| (mail.0, mail.1) == (from, to));
        self.mail = kept;
        let lost: Vec<(u32, u32, L::Wire)> = lost;
        lost.into_iter().map(|(_, _, wire)| wire).collect()
    }

    /// What waits between two arrives, in order of sending.
    pub(super) fn pass(&mut self, from: u32, to: u32) {
        for wire in self.lose(from, to) {
            self.arrive(from, to, &wire);
        }
    }

    /// A message arrives that was taken from the mail before.
    pub(super) fn arrive(&mut self, from: u32, to: u32, wire: &L::Wire) {
        self.with(to, |layer, hand, up| layer.message(ReplicaId(from), wire, hand, up));
    }

    /// What waits between two will arrive twice.
    pub(super) fn repeat(&mut self, from: u32, to: u32) {
        let again = self.mail.iter().filter(|mail| (mail.0, mail.1) == (from, to)).cloned();
        let again: Vec<(u32, u32, L::Wire)> = again.collect();
        self.mail.extend(again);
    }

    /// Everything that waits arrives, and what follows from it, until all is quiet. Gives the number of
    /// messages that arrived.
    pub(super) fn pass_all(&mut self) -> usize {
        let mut arrived = 0;
        while !self.mail.is_empty() {
            let (from, to, wire) = self.mail.remove(0);
            self.arrive(from, to, &wire);
            arrived += 1;
        }
        arrived
    }

    /// How many messages wait.
    pub(super) fn mail(&self) -> usize {
        self.mail.len()
    }

    /// The stack of one.
    pub(super) fn layer(&self, slot: u32) -> &L {
        &self.layers[slot as usize]
    }
}

impl<L: Layer<Body: Display>> Table<L> {
    /// What one has delivered, in order.
    pub(super) fn heard(&self, slot: u32) -> String {
        let bodies: Vec<String> = self.heard[slot as usize].iter().map(|post| post.body.to_string()).collect();
        bodies.join(" ")
    }
}
