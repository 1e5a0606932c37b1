//! Bringing every parcel to every replica, in causal order where that is asked for.
//!
//! Whoever sees a parcel for the first time passes it on to all neighbours but the one it came from, and
//! sends it again, round after round, to each that has not acknowledged it. Parcels are told apart by dots; so
//! a repeated one is recognised, whichever way it came. A parcel that goes in causal order bears what its
//! source had delivered before, and waits until that is delivered here. After *Timestamps in Message-Passing
//! Systems That Preserve the Partial Ordering* (1988), with a vector for what came before instead of a clock.
//!
//! It knows nothing of what it carries. Promised: what was acknowledged is either delivered or waits here;
//! all of it is in what a clone keeps. Not promised: that one who lost its disk is told the past again, nor
//! that little is kept while a neighbour is away.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::base::{CausalContext, Dot, Identity, ReplicaId, Update, VersionVector};

/// Something under way to everybody.
#[derive(Clone, Debug, Serialize)]
pub struct Parcel<C> {
    /// Its name.
    pub dot: Dot,
    /// What must be delivered before it, where order matters.
    pub past: Option<VersionVector>,
    /// What is in it.
    pub content: C,
    /// The update that it tells of.
    #[serde(skip)]
    pub update: Update,
}

/// What relays tell each other.
#[derive(Clone, Debug, Serialize)]
pub enum RelayMessage<C> {
    /// Parcels, new or again.
    Parcels(Vec<Parcel<C>>),
    /// These are safe with the sender.
    Acknowledge(Vec<Dot>),
}

/// A message, and whom it goes to.
pub(super) type Outgoing<C> = (ReplicaId, RelayMessage<C>);

/// One replica's end of the dissemination.
#[derive(Clone, Debug)]
pub struct Relay<C> {
    causal: bool,
    /// Delivered or waiting.
    received: CausalContext,
    delivered: CausalContext,
    waiting: Vec<Parcel<C>>,
    debts: Vec<Debt<C>>,
}

/// A parcel that some neighbours have not acknowledged.
#[derive(Clone, Debug)]
struct Debt<C> {
    parcel: Parcel<C>,
    to: BTreeSet<ReplicaId>,
    /// Sent for the first time since the last round.
    fresh: bool,
}

impl<C: Clone> Relay<C> {
    /// One that has seen nothing.
    pub fn new(causal: bool) -> Relay<C> {
        Relay {
            causal,
            received: CausalContext::new(),
            delivered: CausalContext::new(),
            waiting: Vec::new(),
            debts: Vec::new(),
        }
    }

    /// How many parcels wait for others.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// How many parcels some neighbour has not acknowledged.
    pub fn owed(&self) -> usize {
        self.debts.len()
    }

    /// Sends something of one's own on its way. It counts as delivered here.
    pub(super) fn publish(
        &mut self,
        (content, update): (C, Update),
        identity: Identity,
        neighbours: &[ReplicaId],
        out: &mut Vec<Outgoing<C>>,
    ) {
        // In causal order there are no gaps.
        let past = self.causal.then(|| self.delivered.vector().clone());
        let dot = self.received.next(identity);
        self.delivered.insert(dot);
        self.pass_on(Parcel { dot, past, content, update }, neighbours.iter().copied(), out);
    }

    /// Takes parcels in, and gives those that are to be delivered now, in order. Where `repeats` do no harm,
    /// they are delivered again.
    pub(super) fn receive(
        &mut self,
        from: ReplicaId,
        parcels: &[Parcel<C>],
        repeats: bool,
        neighbours: &[ReplicaId],
        out: &mut Vec<Outgoing<C>>,
    ) -> Vec<Parcel<C>> {
        let mut deliveries = Vec::new();
        for parcel in parcels {
            if self.received.insert(parcel.dot) {
                self.pass_on(parcel.clone(), neighbours.iter().copied().filter(|peer| *peer != from), out);
                self.waiting.push(parcel.clone());
                self.deliver(&mut deliveries);
            } else {
                self.paid(parcel.dot, from);
                if repeats && self.delivered.covers(parcel.dot) {
                    deliveries.push(parcel.clone());
                }
            }
        }
        out.push((from, RelayMessage::Acknowledge(parcels.iter().map(|parcel| parcel.dot).collect())));
        deliveries
    }

    /// Notes that a neighbour has these.
    pub(super) fn acknowledged(&mut self, from: ReplicaId, dots: &[Dot]) {
        dots.iter().for_each(|dot| self.paid(*dot, from));
    }

    /// Sends again what was sent before the last round and not acknowledged.
    pub(super) fn round(&mut self, out: &mut Vec<Outgoing<C>>) {
        let due: Vec<&Debt<C>> = self.debts.iter().filter(|debt| !debt.fresh).collect();
        let peers: BTreeSet<ReplicaId> = due.iter().flat_map(|debt| debt.to.iter().copied()).collect();
        for peer in peers {
            let parcels = due.iter().filter(|debt| debt.to.contains(&peer)).map(|debt| debt.parcel.clone());
            out.push((peer, RelayMessage::Parcels(parcels.collect())));
        }
        self.debts.iter_mut().for_each(|debt| debt.fresh = false);
    }

    fn pass_on(&mut self, parcel: Parcel<C>, to: impl Iterator<Item = ReplicaId>, out: &mut Vec<Outgoing<C>>) {
        let to: BTreeSet<ReplicaId> = to.collect();
        out.extend(to.iter().map(|peer| (*peer, RelayMessage::Parcels(vec![parcel.clone()]))));
        if !to.is_empty() {
            self.debts.push(Debt { parcel, to, fresh: true });
        }
    }

    fn paid(&mut self, dot: Dot, peer: ReplicaId) {
        if let Some(at) = self.debts.iter().position(|debt| debt.parcel.dot == dot) {
            self.debts[at].to.remove(&peer);
            if self.debts[at].to.is_empty() {
                self.debts.remove(at);
            }
        }
    }

    /// Delivers what waits for nothing any more.
    fn deliver(&mut self, deliveries: &mut Vec<Parcel<C>>) {
        let ready = |parcel: &Parcel<C>, delivered: &CausalContext| {
            parcel.past.as_ref().is_none_or(|past| delivered.vector().covers_all(past))
        };
        while let Some(at) = self.waiting.iter().position(|parcel| ready(parcel, &self.delivered)) {
            let parcel = self.waiting.remove(at);
            self.delivered.insert(parcel.dot);
            deliveries.push(parcel);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ReplicaId = ReplicaId(0);
    const B: ReplicaId = ReplicaId(1);
    const C: ReplicaId = ReplicaId(2);

    fn publish(relay: &mut Relay<char>, own: ReplicaId, content: char) -> Parcel<char> {
        let others: Vec<ReplicaId> = [A, B, C].into_iter().filter(|peer| *peer != own).collect();
        let mut out = Vec::new();
        relay.publish((content, Update::default()), Identity(own.0), &others, &mut out);
        let (_, RelayMessage::Parcels(parcels)) = out.remove(0) else { panic!("{out:?}") };
        parcels[0].clone()
    }

    /// The contents of the parcels that are delivered when these arrive at C from A, one by one.
    fn delivered(relay: &mut Relay<char>, parcels: &[&Parcel<char>], repeats: bool) -> String {
        let mut text = String::new();
        for parcel in parcels {
            let parcels = [(*parcel).clone()];
            let deliveries = relay.receive(A, &parcels, repeats, &[A, B], &mut Vec::new());
            text.extend(deliveries.iter().map(|parcel| parcel.content));
            text.push('.');
        }
        text
    }

    /// A question, and an answer by one who has heard it.
    fn question_and_answer(causal: bool) -> [Parcel<char>; 2] {
        let [mut a, mut b] = [A, B].map(|_| Relay::new(causal));
        let question = publish(&mut a, A, '?');
        b.receive(A, std::slice::from_ref(&question), false, &[A, C], &mut Vec::new());
        let answer = publish(&mut b, B, '!');
        [question, answer]
    }

    #[test]
    fn in_causal_order_an_answer_waits_for_its_question() {
        let [question, answer] = question_and_answer(true);
        assert_eq!(delivered(&mut Relay::new(true), &[&answer, &question], false), ".?!.");
        let [question, answer] = question_and_answer(false);
        assert_eq!(delivered(&mut Relay::new(false), &[&answer, &question], false), "!.?.");
    }

    #[test]
    fn a_repeated_parcel_is_delivered_again_only_where_that_does_no_harm() {
        let [question, answer] = question_and_answer(true);
        let order = [&answer, &answer, &question, &question];
        assert_eq!(delivered(&mut Relay::new(true), &order, false), "..?!..");
        assert_eq!(delivered(&mut Relay::new(true), &order, true), "..?!.?.", "but not while it waits");
    }

    /// Who is sent what in a round.
    fn round(relay: &mut Relay<char>) -> Vec<(ReplicaId, usize)> {
        let mut out = Vec::new();
        relay.round(&mut out);
        let count = |message| if let RelayMessage::Parcels(parcels) = message { parcels.len() } else { 0 };
        out.into_iter().map(|(peer, message)| (peer, count(message))).collect()
    }

    #[test]
    fn a_parcel_is_sent_to_each_neighbour_until_it_acknowledges_and_to_none_that_it_came_from() {
        let mut a = Relay::new(false);
        let parcel = publish(&mut a, A, 'x');
        assert_eq!(round(&mut a), [], "the first round comes too soon for an answer");
        assert_eq!(round(&mut a), [(B, 1), (C, 1)]);
        a.acknowledged(B, &[parcel.dot]);
        assert_eq!(round(&mut a), [(C, 1)]);
        a.receive(C, std::slice::from_ref(&parcel), false, &[B, C], &mut Vec::new());
        assert_eq!((round(&mut a), a.owed()), (vec![], 0), "who sends it has it");

        let (mut c, mut out) = (Relay::new(false), Vec::new());
        c.receive(A, &[parcel], false, &[A, B], &mut out);
        let to: Vec<_> =
            out.iter().map(|(peer, message)| (*peer, matches!(message, RelayMessage::Parcels(_)))).collect();
        assert_eq!(to, [(B, true), (A, false)], "passed on, and acknowledged");
    }
}
