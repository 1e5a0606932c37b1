//! A multi-value register for clients that read, think, and write, through whichever replica.
//!
//! A read returns the values and a context; a write hands a context in, and replaces what is in it and
//! nothing else, however much its replica has learnt since. A version vector with one entry for each
//! replica cannot say that: it would call a value replaced that the client never read, or keep one that
//! it did. Dots beside contexts can. After *Dotted Version Vectors: Logical Clocks for Optimistic
//! Replication* (2010) and *Scalable and Accurate Causality Tracking for Eventually Consistent Stores*
//! (2014); here the context may have gaps, so that deltas may come in any order.
//!
//! Promises the values of the writes whose dots are in no other known write's context. Right after a
//! write, its value shows, beside those that its context had not seen. Does not promise few siblings:
//! clients that never read add one with every write.

use serde::{Deserialize, Serialize};

use super::Siblings;
use crate::base::{Canonical, Digester};
use crate::model::register::{ClientOp, Read, multi_value_for_clients};
use crate::model::{Growth, Specification};
use crate::replica::{DataType, Delivery, DeltaBased, Element, OpBased, Refused, Site, StateBased};
use crate::zoo::Specified;

/// A register whose writes replace what their client had read.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientMvRegister<E> {
    siblings: Siblings<E>,
}

impl<E> ClientMvRegister<E> {
    /// One that was never written.
    pub const fn new() -> ClientMvRegister<E> {
        ClientMvRegister { siblings: Siblings::new() }
    }

    /// The values with their dots, and the context that a read returns.
    pub fn siblings(&self) -> &Siblings<E> {
        &self.siblings
    }
}

impl<E> Default for ClientMvRegister<E> {
    fn default() -> ClientMvRegister<E> {
        ClientMvRegister::new()
    }
}

impl<E: Clone> Clone for ClientMvRegister<E> {
    #[inline]
    fn clone(&self) -> ClientMvRegister<E> {
        ClientMvRegister { siblings: self.siblings.clone() }
    }

    #[inline]
    fn clone_from(&mut self, source: &ClientMvRegister<E>) {
        self.siblings.clone_from(&source.siblings);
    }
}

impl<E: Element> DataType for ClientMvRegister<E> {
    type Op = ClientOp<E>;
    type View = Read<E>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> ClientOp<E> {
        ClientOp::propose(self.siblings.context(), E::nth, pick)
    }

    fn view(&self) -> Read<E> {
        Read { values: self.siblings.set(), context: self.siblings.context().clone() }
    }

    fn digest(&self, digester: &mut Digester) {
        self.siblings.feed_set(digester);
        self.siblings.context().feed(digester);
    }
}

impl<E: Element + 'static> Specified for ClientMvRegister<E> {
    fn specification(&self) -> Specification<ClientOp<E>, Read<E>> {
        multi_value_for_clients().growing_with(Growth::Identities)
    }
}

impl<E: Element> StateBased for ClientMvRegister<E> {
    fn apply(&mut self, op: &ClientOp<E>, site: Site) -> Result<(), Refused> {
        self.mutate(op, site).map(|_| ())
    }

    fn merge(&mut self, other: &ClientMvRegister<E>) {
        self.siblings.merge(&other.siblings);
    }
}

impl<E: Element> DeltaBased for ClientMvRegister<E> {
    type Delta = Siblings<E>;

    fn mutate(&mut self, op: &ClientOp<E>, site: Site) -> Result<Siblings<E>, Refused> {
        let delta = self.prepare(op, site)?;
        self.siblings.merge(&delta);
        Ok(delta)
    }

    fn join(&mut self, delta: &Siblings<E>) {
        self.siblings.merge(delta);
    }

    fn combine(into: &mut Siblings<E>, other: &Siblings<E>) {
        into.merge(other);
    }

    fn whole(&self) -> Siblings<E> {
        self.siblings.clone()
    }
}

impl<E: Element> OpBased for ClientMvRegister<E> {
    type Effect = Siblings<E>;

    const DELIVERY: Delivery = Delivery::CausalOnce;

    fn prepare(&self, op: &ClientOp<E>, site: Site) -> Result<Siblings<E>, Refused> {
        let ClientOp::Write { value, context } = op;
        Ok(self.siblings.write_on(context, value.clone(), site.identity))
    }

    fn effect(&mut self, effect: &Siblings<E>) {
        self.siblings.merge(effect);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::base::{CausalContext, Dot, DottedSet, Identity, VersionVector};
    use crate::zoo::counter::histories::{Deltas, Issued, draws, effects_agree, forms_agree, never};

    fn write(
        register: &mut ClientMvRegister<String>,
        value: &str,
        context: &CausalContext,
        identity: u32,
    ) -> Read<String> {
        let op = ClientOp::Write { value: value.to_owned(), context: context.clone() };
        register.apply(&op, Site::of(identity)).unwrap();
        register.view()
    }

    fn values(read: &Read<String>) -> String {
        read.values.iter().cloned().collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn a_stale_write_replaces_what_it_read_and_nothing_else() {
        let (mut server, nothing) = (ClientMvRegister::new(), CausalContext::new());
        let alice = write(&mut server, "milk", &nothing, 0);
        assert_eq!(values(&write(&mut server, "tea", &nothing, 0)), "milk, tea", "Bob had read nothing");
        assert_eq!(values(&write(&mut server, "oat milk", &alice.context, 0)), "oat milk, tea");
        let read = server.view();
        assert_eq!(values(&write(&mut server, "water", &read.context, 0)), "water");
    }

    #[test]
    fn a_context_from_one_server_serves_at_another_that_is_behind() {
        let [mut a, mut b] = [ClientMvRegister::new(), ClientMvRegister::new()];
        let read = write(&mut a, "milk", &CausalContext::new(), 0);
        assert_eq!(values(&write(&mut b, "oat milk", &read.context, 1)), "oat milk");
        b.merge(&a);
        assert_eq!(values(&b.view()), "oat milk", "the milk that was replaced arrives too late");
    }

    #[test]
    fn a_server_that_fell_back_to_an_older_state_gives_no_dot_that_its_client_has_read() {
        let mut server = ClientMvRegister::new();
        let older = server.clone();
        let read = write(&mut server, "milk", &CausalContext::new(), 0);
        server = older;
        let read = write(&mut server, "oat milk", &read.context, 0);
        assert_eq!((values(&read).as_str(), read.context), ("oat milk", VersionVector::from([2]).into()));
    }

    /// The dot of each update: the how-many-eth of its identity it is.
    fn dots(known: &[&Issued<ClientMvRegister<String>>]) -> Vec<Dot> {
        let dot = |update: &Issued<ClientMvRegister<String>>| {
            let own = known.iter().filter(|other| other.site.identity == update.site.identity);
            let before = own.filter(|other| other.number <= update.number).count();
            Dot::new(update.site.identity, before as u32)
        };
        known.iter().map(|update| dot(update)).collect()
    }

    /// What a read returns by the definition. Known are always an identity's first updates, without gaps.
    fn reference(known: &[&Issued<ClientMvRegister<String>>]) -> Read<String> {
        let dots = dots(known);
        let read: Vec<BTreeSet<Dot>> = known
            .iter()
            .map(|update| {
                let ClientOp::Write { context, .. } = &update.op;
                context.dots().collect()
            })
            .collect();
        let unread = known.iter().zip(&dots).filter(|(_, dot)| !read.iter().any(|read| read.contains(dot)));
        let values = unread.map(|(update, _)| {
            let ClientOp::Write { value, .. } = &update.op;
            value.clone()
        });
        let context = dots.iter().copied().chain(read.iter().flatten().copied()).collect();
        Read { values: values.collect(), context }
    }

    #[test]
    fn every_form_shows_what_no_known_client_had_read() {
        assert!(forms_agree(ClientMvRegister::new(), Deltas::AnyOrder, never, reference).updates > 3000);
    }

    #[test]
    fn effects_come_in_causal_order() {
        effects_agree(ClientMvRegister::new(), never, reference);
    }

    #[test]
    fn clients_that_roam_between_servers_see_what_dotted_version_vectors_show() {
        let (mut stale, mut foreign) = (0, 0);
        for seed in 0..200 {
            let mut below = draws(seed);
            let mut servers = vec![(ClientMvRegister::<u64>::new(), DottedSet::<u64>::new()); 3];
            let mut clients = vec![VersionVector::new(); 4];
            for value in 0..40 {
                let (at, client) = (below(3) as usize, below(4) as usize);
                match below(4) {
                    0 => {
                        let (register, dotted) = servers[below(3) as usize].clone();
                        servers[at].0.merge(&register);
                        servers[at].1.merge(&dotted);
                    }
                    1 => clients[client].clone_from(servers[at].1.read().1),
                    _ => {
                        let (register, dotted) = &mut servers[at];
                        let context = &clients[client];
                        stale += usize::from(!context.covers_all(dotted.read().1));
                        foreign += usize::from(!dotted.read().1.covers_all(context));
                        let identity = Identity(at as u32);
                        let op = ClientOp::Write { value, context: context.clone().into() };
                        register.apply(&op, Site { identity, ..Site::default() }).unwrap();
                        dotted.write(value, context, identity);
                    }
                }
                let (register, dotted) = &servers[at];
                let read = register.view();
                assert_eq!(read.values, dotted.read().0.copied().collect(), "seed {seed} at {value}");
                assert_eq!(read.context, dotted.read().1.clone().into(), "seed {seed} at {value}");
            }
        }
        assert!(stale > 2000 && foreign > 500, "{stale} contexts were stale, {foreign} knew more than their server");
    }
}
