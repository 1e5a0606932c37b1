//! What is asked of a system in a run: a script of requests, and clients that ask by themselves.

use super::Client;
use crate::base::{ClientId, Name, Observed, ReplicaId, Root, Time};

/// One request of a script.
#[derive(Clone, Debug, PartialEq)]
pub struct Scripted<O> {
    /// When it reaches the replica.
    pub at: Time,
    /// Whom it asks.
    pub replica: ReplicaId,
    /// What for.
    pub op: O,
    /// What set it going, for a name that it keeps when others are taken away. Without one it is known by its
    /// position in the script.
    pub root: Option<Root>,
}

impl<O> Scripted<O> {
    /// A request without a label.
    pub fn new(at: Time, replica: ReplicaId, op: O) -> Scripted<O> {
        Scripted { at, replica, op, root: None }
    }

    /// The same request under a label.
    pub fn labelled(self, label: &str) -> Scripted<O> {
        Scripted { root: Some(Root::Label(label.to_owned())), ..self }
    }

    /// What it is called, as the n-th of its script, from 0.
    pub fn name(&self, nth: u32) -> Name {
        self.root.as_ref().map_or(Name::request(ClientId::SCRIPT, nth), Root::name)
    }
}

/// All requests of a run, and where they come from.
pub trait Workload<S: Observed> {
    /// The clients that ask by themselves.
    type Client: Client<S>;

    /// The requests that come as written.
    fn script(&self) -> &[Scripted<S::Op>] {
        &[]
    }

    /// How many clients there are.
    fn clients(&self) -> u32 {
        0
    }

    /// A client as it is before its start.
    fn client(&self, client: ClientId) -> Self::Client;
}

/// A script alone.
impl<S: Observed> Workload<S> for [Scripted<S::Op>] {
    type Client = ();

    fn script(&self) -> &[Scripted<S::Op>] {
        self
    }

    fn client(&self, _client: ClientId) {}
}

/// A number of clients that are made by a function, without a script.
impl<S: Observed, C: Client<S>, F: Fn(ClientId) -> C> Workload<S> for (u32, F) {
    type Client = C;

    fn clients(&self) -> u32 {
        self.0
    }

    fn client(&self, client: ClientId) -> C {
        self.1(client)
    }
}
