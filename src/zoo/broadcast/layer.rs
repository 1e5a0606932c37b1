//! The seam between layers: what goes down as a body comes up as a post.
//!
//! A layer knows nothing of requests, of data types, or of the layers above. The law: every layer numbers
//! what it is given 1, 2, 3… for each identity, and calls it by that dot wherever it delivers it.

use std::fmt::Debug;

use serde::Serialize;

use super::{Misfit, Port, Promises};
use crate::base::{Dot, ReplicaId, TimerId, Update, VersionVector};
use crate::replica::{Carries, Refused};

/// Whatever can be broadcast.
pub trait Body: Clone + Debug + Serialize {}

impl<T: Clone + Debug + Serialize> Body for T {}

/// A body under the number that its sender gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Post<B> {
    /// Who said it, and the how-many-eth of its sayings it is.
    pub dot: Dot,
    /// The update that rides in it, if one does. The world's label: no byte of a real message.
    #[serde(skip)]
    pub update: Option<Update>,
    /// What is said.
    pub body: B,
}

impl<B> Post<B> {
    /// The label of a message that holds this post.
    pub fn carries(&self) -> Carries {
        carries(self.update)
    }

    /// The same post with something else as its body.
    pub fn map<C>(self, body: impl FnOnce(B) -> C) -> Post<C> {
        Post { dot: self.dot, update: self.update, body: body(self.body) }
    }
}

/// The label of a message in which these updates ride.
pub(super) fn carries(updates: impl IntoIterator<Item = Update>) -> Carries {
    let updates: Vec<Update> = updates.into_iter().collect();
    if updates.is_empty() { Carries::Nothing } else { Carries::Updates(updates) }
}

/// A broadcast: one layer, with all that it stands on.
///
/// It reacts to what is broadcast from above, to messages and to timers; it acts through its [`Port`], and
/// delivers by adding posts to `up`, its own among them. Its whole state is its value: a clone of it is all
/// that a restart needs.
pub trait Layer: Clone + Debug {
    /// What the layer above broadcasts.
    type Body: Body;
    /// What travels between two stacks of this kind.
    type Wire: Body;

    /// What it is, down to the links: `FIFO over gossip by push on links that lose`.
    fn title(&self) -> String;

    /// What can be counted on above it.
    fn promises(&self) -> Promises;

    /// The first event of a life, the first one or a later one.
    fn start<P: Port<Self::Wire>>(&mut self, port: &mut P);

    /// Tells everybody, this replica among them, and says what the post is called.
    fn broadcast<P: Port<Self::Wire>>(
        &mut self,
        body: Self::Body,
        update: Option<Update>,
        port: &mut P,
        up: &mut Vec<Post<Self::Body>>,
    ) -> Dot;

    /// A message arrives.
    fn message<P: Port<Self::Wire>>(
        &mut self,
        from: ReplicaId,
        wire: &Self::Wire,
        port: &mut P,
        up: &mut Vec<Post<Self::Body>>,
    );

    /// A timer fires.
    fn timer<P: Port<Self::Wire>>(&mut self, timer: TimerId, port: &mut P, up: &mut Vec<Post<Self::Body>>);

    /// Whether there is room for one more broadcast from above. A layer that is told one regardless takes
    /// it, and grows.
    fn room(&self) -> Result<(), Refused>;

    /// The posts of this layer that every member is known to have delivered; nothing where that is not
    /// kept track of.
    fn stable(&self) -> Option<&VersionVector> {
        None
    }

    /// How many posts are kept, here and below: to be sent again, or until their turn comes.
    fn kept(&self) -> usize;

    /// Whether someone who needs this much can stand on it.
    fn carry(&self, who: &str, needs: Promises) -> Result<(), Misfit> {
        Misfit::check(who, needs, &self.title(), self.promises())
    }
}
