//! What a replica holds for others, and what it has heard that they hold.
//!
//! Sends nothing. The law: a post is dropped when all neighbours are known to hold it, and only then.
//! Whoever lacks it has a neighbour that holds it, and that one keeps it as long as one of its own
//! neighbours does not; so what is dropped here is missed by nobody who can still ask.

use std::collections::BTreeMap;

use super::Post;
use crate::base::{CausalContext, Dot, Identity, Neighbours, ReplicaId, VersionVector};

/// Posts to be passed on.
#[derive(Clone, Debug)]
pub(super) struct Held<B> {
    /// All posts that were ever taken, also those that were dropped since.
    context: CausalContext,
    posts: BTreeMap<Dot, Post<B>>,
    /// What each neighbour said that it holds, up to its first gaps.
    known: BTreeMap<ReplicaId, VersionVector>,
}

impl<B: Clone> Held<B> {
    pub(super) fn new() -> Held<B> {
        Held { context: CausalContext::new(), posts: BTreeMap::new(), known: BTreeMap::new() }
    }

    /// The number of this identity's next post.
    pub(super) fn next(&mut self, identity: Identity) -> Dot {
        self.context.next(identity)
    }

    /// Takes a post under the number that was given to it here.
    pub(super) fn keep(&mut self, post: Post<B>) {
        self.posts.insert(post.dot, post);
    }

    /// Takes a post of somebody else; false where it was known.
    pub(super) fn take(&mut self, post: &Post<B>) -> bool {
        let new = self.context.insert(post.dot);
        if new {
            self.posts.insert(post.dot, post.clone());
        }
        new
    }

    /// All that was ever taken.
    pub(super) fn context(&self) -> &CausalContext {
        &self.context
    }

    pub(super) fn get(&self, dot: Dot) -> Option<&Post<B>> {
        self.posts.get(&dot)
    }

    pub(super) fn len(&self) -> usize {
        self.posts.len()
    }

    /// The posts that somebody lacks who holds this.
    pub(super) fn lacking(&self, theirs: &CausalContext) -> Vec<Post<B>> {
        self.posts.values().filter(|post| !theirs.covers(post.dot)).cloned().collect()
    }

    /// The posts that a neighbour is not known to hold.
    pub(super) fn unknown_to(&self, peer: ReplicaId) -> Vec<Post<B>> {
        let known = self.known.get(&peer);
        let unknown = self.posts.values().filter(|post| known.is_none_or(|known| !known.covers(post.dot)));
        unknown.cloned().collect()
    }

    /// Hears what a neighbour holds, and drops what all of them do.
    pub(super) fn learn(&mut self, peer: ReplicaId, holds: &CausalContext, neighbours: Neighbours<'_>) {
        let known = self.known.entry(peer).or_default();
        if known.covers_all(holds.vector()) {
            return;
        }
        known.merge(holds.vector());
        if self.known.len() < neighbours.len() || self.posts.is_empty() {
            return;
        }
        let mut all = self.context.vector().clone();
        self.known.values().for_each(|known| all.meet(known));
        self.posts.retain(|dot, _| !all.covers(*dot));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Links;

    #[test]
    fn a_post_is_dropped_when_all_neighbours_hold_it_and_not_before() {
        let links = Links::mesh(3);
        let neighbours = links.neighbours(ReplicaId(0));
        let mut held: Held<&str> = Held::new();
        let dot = held.next(Identity(0));
        held.keep(Post { dot, update: None, body: "milk" });
        let holds: CausalContext = [dot].into_iter().collect();
        held.learn(ReplicaId(1), &holds, neighbours);
        assert_eq!((held.unknown_to(ReplicaId(1)).len(), held.unknown_to(ReplicaId(2)).len()), (0, 1));
        held.learn(ReplicaId(2), &CausalContext::new(), neighbours);
        assert_eq!(held.len(), 1, "the other neighbour holds nothing yet");
        held.learn(ReplicaId(2), &holds, neighbours);
        assert_eq!(held.len(), 0);
        assert!(!held.take(&Post { dot, update: None, body: "milk" }), "it was not forgotten that it was here");
    }
}
