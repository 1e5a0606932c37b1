//! What a replica handled in its present life, so that another one can go through the same again.
//!
//! Keeps what came in and nothing of what followed from it. The law: a replica that does what its events say,
//! and nothing else, is in the same state after the same events.

use std::rc::Rc;

use super::boxed::{Parcel, Stored};
use super::{Asked, Boxed, Viewed};
use crate::base::{ReplicaId, RequestId, TimerId};
use crate::model::Ask;
use crate::replica::{Context, Occasion, Replica};

/// The longest life that is kept, in events.
const LONGEST: usize = 4096;

/// One event, as it was handed to the replica.
pub(super) enum Handled<O> {
    Start,
    Request(RequestId, Ask<O>),
    Message(ReplicaId, Parcel),
    Timer(TimerId),
    Restart(Vec<Stored>),
}

/// The events of a life, in order.
pub(super) struct Tape<O: Asked, V: Viewed> {
    anew: Rc<dyn Fn() -> Boxed<O, V>>,
    events: Vec<(Occasion, Handled<O>)>,
    /// In the same world and with the same dice.
    context: Option<Context<Boxed<O, V>>>,
}

impl<O: Asked, V: Viewed> Tape<O, V> {
    /// That of a life that begins as one that is made like this.
    pub(super) fn new(anew: Rc<dyn Fn() -> Boxed<O, V>>) -> Tape<O, V> {
        Tape { anew, events: Vec::new(), context: None }
    }

    pub(super) fn add(&mut self, cx: &Context<Boxed<O, V>>, handled: Handled<O>) {
        if self.events.len() <= LONGEST {
            self.context.get_or_insert_with(|| cx.beside());
            self.events.push((cx.occasion(), handled));
        }
    }

    /// A replica that has lived through it all, unless it was too much.
    pub(super) fn play(&self) -> Option<Boxed<O, V>> {
        let mut context = self.context.as_ref().filter(|_| self.events.len() <= LONGEST)?.beside();
        let mut replica = (self.anew)();
        for (occasion, handled) in &self.events {
            context.come_to(occasion);
            match handled {
                Handled::Start => replica.start(&mut context),
                Handled::Request(request, ask) => replica.request(*request, ask, &mut context),
                Handled::Message(from, parcel) => replica.message(*from, parcel, &mut context),
                Handled::Timer(timer) => replica.timer(*timer, &mut context),
                Handled::Restart(saved) => replica.restart(saved, &mut context),
            }
            context.take_effects();
        }
        Some(replica)
    }
}
