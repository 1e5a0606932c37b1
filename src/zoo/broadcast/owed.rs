//! Posts that neighbours have not acknowledged, and the timer that ticks as long as there are some.
//!
//! The law: a post is due from the second tick after it was sent, so that an acknowledgement that is under way
//! can still come; and nothing is due to a neighbour that said it has it.

use std::collections::BTreeMap;

use super::{Port, Post};
use crate::base::{Dot, ReplicaId, Span, TimerId};

/// The timer: time to send again.
pub(super) const AGAIN: TimerId = TimerId(0);

/// What is owed to neighbours.
#[derive(Clone, Debug)]
pub(super) struct Owed<B> {
    period: Span,
    posts: BTreeMap<Dot, Debt<B>>,
    ticking: bool,
}

/// A post that some neighbours are not known to have.
#[derive(Clone, Debug)]
struct Debt<B> {
    post: Post<B>,
    to: Vec<ReplicaId>,
    /// Whether it was sent since the last tick.
    fresh: bool,
}

impl<B> Owed<B> {
    /// Nothing yet; what will be is due again after each period.
    pub(super) fn each(period: Span) -> Owed<B> {
        Owed { period, posts: BTreeMap::new(), ticking: false }
    }

    /// How many posts are kept.
    pub(super) fn len(&self) -> usize {
        self.posts.len()
    }

    /// A life begins, in which no timer is pending.
    pub(super) fn start<W, P: Port<W>>(&mut self, port: &mut P) {
        self.ticking = false;
        self.tick(port);
    }

    /// Goes on ticking as long as something is owed.
    pub(super) fn tick<W, P: Port<W>>(&mut self, port: &mut P) {
        if !self.ticking && !self.posts.is_empty() {
            self.ticking = true;
            port.set_timer(AGAIN, self.period);
        }
    }

    /// A post was sent to these.
    pub(super) fn owe(&mut self, post: Post<B>, to: Vec<ReplicaId>) {
        if !to.is_empty() {
            self.posts.insert(post.dot, Debt { post, to, fresh: true });
        }
    }

    /// A neighbour has a post.
    pub(super) fn has(&mut self, neighbour: ReplicaId, dot: Dot) {
        if let Some(debt) = self.posts.get_mut(&dot) {
            debt.to.retain(|to| *to != neighbour);
            if debt.to.is_empty() {
                self.posts.remove(&dot);
            }
        }
    }

    /// The timer fired: what is due, and to whom.
    pub(super) fn due(&mut self) -> impl Iterator<Item = (&Post<B>, &[ReplicaId])> {
        self.ticking = false;
        let due = |debt| {
            let Debt { post, to, fresh }: &mut Debt<B> = debt;
            (!std::mem::take(fresh)).then_some((&*post, &to[..]))
        };
        self.posts.values_mut().filter_map(due)
    }
}
