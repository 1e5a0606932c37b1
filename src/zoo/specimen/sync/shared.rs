//! Full-state gossip whose messages can be the live state and no copies of it.

use std::cell::RefCell;
use std::rc::Rc;

use crate::base::{Refused, ReplicaId, Update};
use crate::replica::{Carries, DataType, Payload, Site, StateBased};
use crate::zoo::sync::{Knowledge, Protocol, Turn};

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// A copy: this is how it should be.
    Copy,
    /// The buffer itself.
    Buffer,
}

/// Gossips its state from a buffer, which is written anew whenever the state changes.
#[derive(Debug)]
pub(super) struct SharedState<T> {
    sent: Sent,
    value: T,
    known: Knowledge,
    buffer: Buffer<T>,
}

/// What is in the messages of a replica, and where it is shared also in those under way.
#[derive(Clone, Debug)]
pub(super) struct Buffer<T>(Rc<RefCell<T>>);

impl<T: Clone + std::fmt::Debug + serde::Serialize> Payload for Buffer<T> {
    fn size(&self) -> u64 {
        postcard::to_allocvec(&*self.0.borrow()).map_or(0, |bytes| bytes.len() as u64)
    }
}

/// A replica of its own, or one on a disk, has a buffer of its own.
impl<T: Clone> Clone for SharedState<T> {
    fn clone(&self) -> SharedState<T> {
        let buffer = Buffer(Rc::new(RefCell::new(self.value.clone())));
        SharedState { sent: self.sent, value: self.value.clone(), known: self.known.clone(), buffer }
    }
}

impl<T: StateBased> SharedState<T> {
    pub(super) fn sending(sent: Sent, value: T) -> SharedState<T> {
        let buffer = Buffer(Rc::new(RefCell::new(value.clone())));
        SharedState { sent, value, known: Knowledge::new(), buffer }
    }

    fn write(&self) {
        self.buffer.0.borrow_mut().clone_from(&self.value);
    }
}

impl<T: StateBased> Protocol for SharedState<T> {
    type Value = T;
    type Message = Buffer<T>;
    type News = ();

    fn value(&self) -> &T {
        &self.value
    }

    fn known(&self) -> &Knowledge {
        &self.known
    }

    fn carry_out(&mut self, op: &<T as DataType>::Op, site: Site) -> Result<(), Refused> {
        self.value.apply(op, site)?;
        self.write();
        Ok(())
    }

    fn accepted(&mut self, (): (), update: Update, _: &mut Turn<'_, Self::Message>) {
        self.known.insert(update);
    }

    fn message(&mut self, _: ReplicaId, Buffer(state): &Buffer<T>, turn: &mut Turn<'_, Self::Message>) {
        self.value.merge(&state.borrow());
        self.write();
        turn.incorporate();
        turn.changed();
    }

    fn round(&mut self, peers: &[ReplicaId], turn: &mut Turn<'_, Self::Message>) {
        for peer in peers {
            let buffer = match self.sent {
                Sent::Copy => self.clone().buffer,
                Sent::Buffer => self.buffer.clone(),
            };
            turn.post(*peer, buffer, Carries::Everything);
        }
    }
}
