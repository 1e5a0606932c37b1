//! Stability that is called too early.

use serde::Serialize;

use super::over::Trick;
use crate::base::{Identity, VersionVector};
use crate::zoo::broadcast::Post;

/// A text, and how far its sender says that it is.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Reported {
    far: VersionVector,
    text: String,
}

/// What a replica takes for known everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// What every member says that it has delivered: this is how it should be.
    AllDelivered,
    /// What it has delivered itself.
    OwnView,
    /// What every member says that has come to it.
    AllReceived,
    /// What all those say that they have delivered who have said anything so far.
    ThoseHeardOf,
}

/// Stability, told along with every post, over FIFO order.
#[derive(Clone, Debug)]
pub(super) struct Reports {
    rule: Rule,
    received: VersionVector,
    delivered: VersionVector,
    waiting: Vec<Post<Reported>>,
    told: Vec<Option<VersionVector>>,
    stable: VersionVector,
}

impl Reports {
    pub(super) fn by(rule: Rule) -> Reports {
        Reports {
            rule,
            received: VersionVector::new(),
            delivered: VersionVector::new(),
            waiting: Vec::new(),
            told: Vec::new(),
            stable: VersionVector::new(),
        }
    }

    fn meet(&self) -> VersionVector {
        let mut stable = self.delivered.clone();
        for told in &self.told {
            match told {
                _ if self.rule == Rule::OwnView => {}
                Some(told) => stable.meet(told),
                None if self.rule == Rule::ThoseHeardOf => {}
                None => stable.clear(),
            }
        }
        stable
    }
}

impl Trick for Reports {
    type Worn = Reported;

    fn wear(&mut self, text: String, _: Identity) -> Reported {
        let far = if self.rule == Rule::AllReceived { &self.received } else { &self.delivered };
        Reported { far: far.clone(), text }
    }

    fn take(&mut self, post: Post<Reported>, own: Identity, members: u32) -> Vec<Post<String>> {
        self.told.resize(members as usize, None);
        self.received.raise(post.dot);
        if let Some(told) = self.told.get_mut(post.dot.identity.index()) {
            told.get_or_insert_default().merge(&post.body.far);
        }
        self.waiting.push(post);
        let mut delivered = Vec::new();
        let next = |post: &Post<Reported>, known: &VersionVector| post.dot.counter == known.get(post.dot.identity) + 1;
        while let Some(at) = self.waiting.iter().position(|post| next(post, &self.delivered)) {
            let post = self.waiting.remove(at);
            self.delivered.raise(post.dot);
            delivered.push(post.map(|reported| reported.text));
        }
        self.told[own.index()] = Some(self.delivered.clone());
        self.stable.merge(&self.meet());
        delivered
    }

    fn stable(&self) -> Option<&VersionVector> {
        Some(&self.stable)
    }
}
