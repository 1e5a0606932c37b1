//! A right layer that is not told everything as it is: what such mistakes have in common.

use std::fmt::Debug;
use std::marker::PhantomData;

use crate::base::{Dot, ReplicaId, TimerId, Update};
use crate::replica::Refused;
use crate::zoo::broadcast::{Layer, Port, Post, Promises, Retransmitted};

/// What is kept from a layer, or told wrongly to it.
pub(super) trait Meddle<L: Layer<Body = String>>: Clone + Debug {
    /// Whether the layer is told to broadcast.
    fn broadcasts(_layer: &L) -> bool {
        true
    }

    /// Those from whom a message is said to be that comes from one of them.
    fn senders(from: ReplicaId, _wire: &L::Wire, _neighbours: Vec<ReplicaId>) -> Vec<ReplicaId> {
        vec![from]
    }
}

/// Takes one neighbour's acknowledgement for everybody's.
#[derive(Clone, Debug)]
pub(super) struct FirstAcknowledges;

impl<L: Layer<Body = String, Wire = Retransmitted<String>>> Meddle<L> for FirstAcknowledges {
    fn senders(from: ReplicaId, wire: &L::Wire, neighbours: Vec<ReplicaId>) -> Vec<ReplicaId> {
        if let Retransmitted::Acknowledged(_) = wire { neighbours } else { vec![from] }
    }
}

/// Says yes, and does nothing while something else waits.
#[derive(Clone, Debug)]
pub(super) struct BusyAndSilent;

impl<L: Layer<Body = String>> Meddle<L> for BusyAndSilent {
    fn broadcasts(layer: &L) -> bool {
        layer.kept() == 0
    }
}

/// The layer, with somebody in between.
#[derive(Clone, Debug)]
pub(super) struct Meddled<L, M> {
    layer: L,
    meddle: PhantomData<M>,
}

impl<L, M> Meddled<L, M> {
    pub(super) fn with(layer: L) -> Meddled<L, M> {
        Meddled { layer, meddle: PhantomData }
    }
}

impl<L: Layer<Body = String>, M: Meddle<L>> Layer for Meddled<L, M> {
    type Body = String;
    type Wire = L::Wire;

    fn title(&self) -> String {
        format!("a mistake around {}", self.layer.title())
    }

    fn promises(&self) -> Promises {
        self.layer.promises()
    }

    fn start<P: Port<L::Wire>>(&mut self, port: &mut P) {
        self.layer.start(port);
    }

    fn broadcast<P: Port<L::Wire>>(
        &mut self,
        text: String,
        update: Option<Update>,
        port: &mut P,
        up: &mut Vec<Post<String>>,
    ) -> Dot {
        if M::broadcasts(&self.layer) {
            self.layer.broadcast(text, update, port, up)
        } else {
            Dot::new(port.identity(), 0)
        }
    }

    fn message<P: Port<L::Wire>>(&mut self, from: ReplicaId, wire: &L::Wire, port: &mut P, up: &mut Vec<Post<String>>) {
        let neighbours = port.neighbours().iter().collect();
        for from in M::senders(from, wire, neighbours) {
            self.layer.message(from, wire, port, up);
        }
    }

    fn timer<P: Port<L::Wire>>(&mut self, timer: TimerId, port: &mut P, up: &mut Vec<Post<String>>) {
        self.layer.timer(timer, port, up);
    }

    fn room(&self) -> Result<(), Refused> {
        self.layer.room()
    }

    fn kept(&self) -> usize {
        self.layer.kept()
    }
}
