//! A mistaken layer over a right one: what all of them have in common.

use std::fmt::Debug;

use crate::base::{Dot, Identity, ReplicaId, TimerId, Update, VersionVector};
use crate::replica::Refused;
use crate::zoo::broadcast::{Body, Layer, Port, Post, Promises};

/// Where a layer goes wrong: what it adds to what is said, and when it thinks that a post's turn has come.
pub(super) trait Trick: Clone + Debug {
    /// A text with whatever else the receivers are told.
    type Worn: Body;

    /// Readies a text for the layer below.
    fn wear(&mut self, text: String, own: Identity) -> Self::Worn;

    /// Takes a post in, its own among them, and gives those that it delivers now.
    fn take(&mut self, post: Post<Self::Worn>, own: Identity, members: u32) -> Vec<Post<String>>;

    /// What it holds to be known everywhere.
    fn stable(&self) -> Option<&VersionVector> {
        None
    }
}

/// The trick, done over a layer.
#[derive(Clone, Debug)]
pub(super) struct Over<L: Layer, T> {
    below: L,
    trick: T,
    arrived: Vec<Post<L::Body>>,
}

impl<T: Trick, L: Layer<Body = T::Worn>> Over<L, T> {
    pub(super) fn new(below: L, trick: T) -> Over<L, T> {
        Over { below, trick, arrived: Vec::new() }
    }

    fn sort<P: Port<L::Wire>>(&mut self, port: &mut P, up: &mut Vec<Post<String>>) {
        for post in self.arrived.drain(..) {
            up.extend(self.trick.take(post, port.identity(), port.members()));
        }
    }
}

impl<T: Trick, L: Layer<Body = T::Worn>> Layer for Over<L, T> {
    type Body = String;
    type Wire = L::Wire;

    fn title(&self) -> String {
        format!("a mistake over {}", self.below.title())
    }

    fn promises(&self) -> Promises {
        Promises::NONE
    }

    fn start<P: Port<L::Wire>>(&mut self, port: &mut P) {
        self.below.start(port);
    }

    fn broadcast<P: Port<L::Wire>>(
        &mut self,
        text: String,
        update: Option<Update>,
        port: &mut P,
        up: &mut Vec<Post<String>>,
    ) -> Dot {
        let worn = self.trick.wear(text, port.identity());
        let dot = self.below.broadcast(worn, update, port, &mut self.arrived);
        self.sort(port, up);
        dot
    }

    fn message<P: Port<L::Wire>>(&mut self, from: ReplicaId, wire: &L::Wire, port: &mut P, up: &mut Vec<Post<String>>) {
        self.below.message(from, wire, port, &mut self.arrived);
        self.sort(port, up);
    }

    fn timer<P: Port<L::Wire>>(&mut self, timer: TimerId, port: &mut P, up: &mut Vec<Post<String>>) {
        self.below.timer(timer, port, &mut self.arrived);
        self.sort(port, up);
    }

    fn room(&self) -> Result<(), Refused> {
        self.below.room()
    }

    fn stable(&self) -> Option<&VersionVector> {
        self.trick.stable()
    }

    fn kept(&self) -> usize {
        self.below.kept()
    }
}
