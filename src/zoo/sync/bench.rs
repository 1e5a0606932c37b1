//! A few replicas on a bench: no world, no time; the test is the network.

use super::{Ask, Pace, Protocol, Synced};
use crate::base::{ReplicaId, RequestId, Span, TimerId};
use crate::replica::{Carries, Context, DataType, Effect, Effects, Replica};

/// What a replica sends: whom to, what, and which updates ride in it.
pub(super) type Sent<P> = (ReplicaId, <P as Protocol>::Message, Carries);

pub(super) struct Bench<P: Protocol> {
    seats: Vec<(Synced<P>, Context<Synced<P>>)>,
}

impl<P: Protocol> Bench<P> {
    /// So many replicas that gossip with all others in each round.
    pub(super) fn new(members: u32, protocol: P) -> Bench<P> {
        Bench::at(members, protocol, Pace::each(Span::millis(1)).to(members))
    }

    pub(super) fn at(members: u32, protocol: P, pace: Pace) -> Bench<P> {
        let seat = |slot| {
            let mut seat = (Synced::new(protocol.clone(), pace), Context::alone(ReplicaId(slot), members));
            seat.0.start(&mut seat.1);
            seat.1.take_effects();
            seat
        };
        Bench { seats: (0..members).map(seat).collect() }
    }

    pub(super) fn protocol(&self, slot: u32) -> &P {
        self.seats[slot as usize].0.protocol()
    }

    pub(super) fn view(&self, slot: u32) -> <P::Value as DataType>::View {
        self.protocol(slot).value().view()
    }

    fn act(
        &mut self,
        slot: u32,
        react: impl FnOnce(&mut Synced<P>, &mut Context<Synced<P>>),
    ) -> Vec<Effects<Synced<P>>> {
        let (replica, cx) = &mut self.seats[slot as usize];
        react(replica, cx);
        cx.take_effects()
    }

    /// A client asks for an operation: all that comes of it.
    pub(super) fn effects(&mut self, slot: u32, op: <P::Value as DataType>::Op) -> Vec<Effects<Synced<P>>> {
        self.act(slot, |replica, cx| replica.request(RequestId::default(), &Ask::Do(op), cx))
    }

    /// A client asks for an operation: what is sent.
    pub(super) fn ask(&mut self, slot: u32, op: <P::Value as DataType>::Op) -> Vec<Sent<P>> {
        sent(self.effects(slot, op))
    }

    /// A round of one replica.
    pub(super) fn round(&mut self, slot: u32) -> Vec<Sent<P>> {
        sent(self.act(slot, |replica, cx| replica.timer(TimerId(0), cx)))
    }

    /// A message arrives: all that comes of it.
    pub(super) fn arrives(&mut self, from: u32, to: u32, message: &P::Message) -> Vec<Effects<Synced<P>>> {
        self.act(to, |replica, cx| replica.message(ReplicaId(from), message, cx))
    }

    /// A message arrives: what is sent.
    pub(super) fn hand(&mut self, from: u32, to: u32, message: &P::Message) -> Vec<Sent<P>> {
        sent(self.arrives(from, to, message))
    }

    /// Delivers these, and all that is sent in answer; and says what rode in all that.
    pub(super) fn settle(&mut self, from: u32, sent: Vec<Sent<P>>) -> Vec<Carries> {
        let mut carried = Vec::new();
        for (to, message, carries) in sent {
            carried.push(carries);
            let answers = self.hand(from, to.0, &message);
            carried.append(&mut self.settle(to.0, answers));
        }
        carried
    }

    /// A replica comes back with nothing.
    pub(super) fn lose(&mut self, slot: u32, fresh: P) {
        let pace = Pace::each(Span::millis(1)).to(self.seats.len() as u32);
        self.seats[slot as usize].0 = Synced::new(fresh, pace);
        self.act(slot, |replica, cx| replica.restart(&[], cx));
    }
}

fn sent<P: Protocol>(effects: Vec<Effects<Synced<P>>>) -> Vec<Sent<P>> {
    let sends = effects.into_iter().filter_map(|effect| match effect {
        Effect::Send { to, message, carries } => Some((to, message, carries)),
        _ => None,
    });
    sends.collect()
}
