//! A replica that broadcasts what its clients say, over any stack of layers.
//!
//! For seeing what a stack does: it does nothing with what it hears but write it down. A request is an
//! update when there is room for it; it is answered when this replica has delivered it, and an update counts
//! as taken in at that moment, also where it was said: not when it is accepted, and not when it arrives in a
//! buffer.

use std::collections::{BTreeMap, BTreeSet};

use postcard::ser_flavors::Size;
use serde::Serialize;

use super::{Layer, Outlet, Post, Promise};
use crate::base::{Dot, Observed, ReplicaId, RequestId, TimerId, VersionVector};
use crate::model::broadcast::{Say, heard, heard_in_order};
use crate::model::{Ask, Told};
use crate::replica::{Context, Element, Payload, Proposes, Replica};
use crate::zoo::System;

/// A message of a stack, as a replica sends it.
#[derive(Clone, Debug)]
pub struct Packet<W>(pub W);

impl<W: Clone + std::fmt::Debug + Serialize> Payload for Packet<W> {
    fn size(&self) -> u64 {
        postcard::serialize_with_flavor(&self.0, Size::default()).map_or(0, |bytes| bytes as u64)
    }
}

/// A stack of layers, and what came out of it.
#[derive(Clone, Debug)]
pub struct Broadcaster<L: Layer> {
    stack: L,
    log: Vec<Post<L::Body>>,
    asked: BTreeMap<Dot, RequestId>,
}

impl<L: Layer> Broadcaster<L> {
    /// A replica on this stack, that has heard nothing.
    pub fn new(stack: L) -> Broadcaster<L> {
        Broadcaster { stack, log: Vec::new(), asked: BTreeMap::new() }
    }

    /// What was delivered, in order.
    pub fn log(&self) -> &[Post<L::Body>] {
        &self.log
    }

    /// The stack.
    pub fn stack(&self) -> &L {
        &self.stack
    }
}

impl<L: Layer<Body: Element>> Broadcaster<L> {
    fn take(&mut self, up: Vec<Post<L::Body>>, cx: &mut Context<Self>) {
        for post in up {
            if let Some(update) = post.update {
                cx.incorporate_updates(vec![update]);
            }
            if let Some(request) = self.asked.remove(&post.dot) {
                cx.answer(request, Told::Done);
            }
            self.log.push(post);
        }
    }
}

/// What was said: in the order of delivery where the stack promises one order for all, otherwise sorted and
/// each text once.
impl<L: Layer<Body: Element>> Observed for Broadcaster<L> {
    type Op = Ask<Say<L::Body>>;
    type Answer = Told<Vec<L::Body>>;
    type View = Vec<L::Body>;

    fn view(&self) -> Vec<L::Body> {
        let bodies = self.log.iter().map(|post| post.body.clone());
        if self.stack.promises().has(Promise::Total) {
            bodies.collect()
        } else {
            bodies.collect::<BTreeSet<L::Body>>().into_iter().collect()
        }
    }

    fn stable(&self) -> Option<VersionVector> {
        self.stack.stable().cloned()
    }
}

impl<L: Layer<Body: Element>> Proposes for Broadcaster<L> {
    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Ask<Say<L::Body>> {
        Ask::Do(Say::propose(pick, L::Body::nth))
    }

    fn reading() -> Ask<Say<L::Body>> {
        Ask::Read
    }
}

impl System<Say<String>, Vec<String>> {
    /// Replicas on a stack of layers, held to what it promises.
    pub fn broadcasting<L>(stack: L) -> System<Say<String>, Vec<String>>
    where
        L: Layer<Body = String> + 'static,
        L::Wire: 'static,
    {
        let promises = stack.promises();
        let specification = if promises.has(Promise::Total) { heard_in_order() } else { heard() };
        let system = System::made(specification, move |_, _| Broadcaster::new(stack.clone()));
        let system = promises.iter().filter_map(Promise::check).fold(system, System::held_to);
        // Who need not hear of something need not show it in the end.
        if promises.has(Promise::Reliable) { system } else { system.spared("settles") }
    }
}

/// The saved image is the replica itself; it counts on a disk that is written before messages leave.
impl<L: Layer<Body: Element>> Replica for Broadcaster<L> {
    type Message = Packet<L::Wire>;
    type Saved = Broadcaster<L>;

    fn start(&mut self, cx: &mut Context<Self>) {
        self.stack.start(&mut Outlet::new(cx, Packet));
    }

    fn request(&mut self, request: RequestId, ask: &Ask<Say<L::Body>>, cx: &mut Context<Self>) {
        let Ask::Do(Say(body)) = ask else {
            return cx.answer(request, Told::Shown(self.view()));
        };
        if let Err(refused) = self.stack.room() {
            return cx.answer(request, Told::Refused(refused));
        }
        let update = cx.accept_later(request);
        let mut up = Vec::new();
        let dot = self.stack.broadcast(body.clone(), Some(update), &mut Outlet::new(cx, Packet), &mut up);
        self.asked.insert(dot, request);
        self.take(up, cx);
    }

    fn message(&mut self, from: ReplicaId, Packet(wire): &Packet<L::Wire>, cx: &mut Context<Self>) {
        let mut up = Vec::new();
        self.stack.message(from, wire, &mut Outlet::new(cx, Packet), &mut up);
        self.take(up, cx);
    }

    fn timer(&mut self, timer: TimerId, cx: &mut Context<Self>) {
        let mut up = Vec::new();
        self.stack.timer(timer, &mut Outlet::new(cx, Packet), &mut up);
        self.take(up, cx);
    }

    fn restart(&mut self, saved: &[Self::Saved], cx: &mut Context<Self>) {
        if let Some(image) = saved.last() {
            self.clone_from(image);
        }
        self.start(cx);
    }

    fn image(&self) -> Option<Self::Saved> {
        Some(self.clone())
    }
}
