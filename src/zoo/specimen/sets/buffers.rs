//! Sets whose changes are gossiped as deltas from a buffer that is cleared too early.

use serde::Serialize;

use crate::base::{Carries, Refused, ReplicaId, Update};
use crate::model::set::{GrowOp, grow_only};
use crate::replica::{DeltaBased, Payload, Site};
use crate::zoo::System;
use crate::zoo::set::GSet;
use crate::zoo::specimen::Specimen;
use crate::zoo::sync::{Knowledge, Protocol, Turn};

pub(super) const CLEARED_EARLY: Specimen = Specimen {
    name: "delta_buffer_cleared_early",
    mistake: "the buffer of deltas is cleared when it is sent, and not when it is acknowledged",
    known_from: "the basic algorithm of texts on delta states, which leaves the network's losses to somebody else",
    harm: "an element that was in a lost message is missing on the other side for ever",
    caught_by: "settles",
    needs: &[],
    story: "n0 adds and sends its buffer, and the message to n1 is lost",
    system: || System::judged_by(grow_only(), ClearedEarly::default()).into(),
};

/// A set, and what is to be sent of it.
#[derive(Clone, Debug, Default)]
struct ClearedEarly {
    set: GSet<String>,
    known: Knowledge,
    buffer: Buffer,
}

/// Elements, and the updates that put them in.
#[derive(Clone, Debug, Default, Serialize)]
struct Buffer {
    delta: GSet<String>,
    #[serde(skip)]
    updates: Vec<Update>,
}

impl Payload for Buffer {
    fn size(&self) -> u64 {
        postcard::to_allocvec(self).map_or(0, |bytes| bytes.len() as u64)
    }
}

impl Protocol for ClearedEarly {
    type Value = GSet<String>;
    type Message = Buffer;
    type News = GSet<String>;

    fn value(&self) -> &GSet<String> {
        &self.set
    }

    fn known(&self) -> &Knowledge {
        &self.known
    }

    fn carry_out(&mut self, op: &GrowOp<String>, site: Site) -> Result<GSet<String>, Refused> {
        self.set.mutate(op, site)
    }

    fn accepted(&mut self, delta: GSet<String>, update: Update, _: &mut Turn<'_, Buffer>) {
        self.known.insert(update);
        self.buffer.delta.join(&delta);
        self.buffer.updates.push(update);
    }

    fn message(&mut self, _: ReplicaId, message: &Buffer, turn: &mut Turn<'_, Buffer>) {
        self.set.join(&message.delta);
        self.known.extend(&message.updates);
        turn.incorporate();
        turn.changed();
    }

    fn round(&mut self, _: &[ReplicaId], turn: &mut Turn<'_, Buffer>) {
        if !self.buffer.updates.is_empty() {
            for &peer in turn.neighbours() {
                turn.post(peer, self.buffer.clone(), Carries::Updates(self.buffer.updates.clone()));
            }
            // A right buffer would wait for all of them to have it.
            self.buffer = Buffer::default();
        }
    }
}
