//! Layers that deliver when they should not, or never.

use std::collections::{BTreeSet, VecDeque};

use super::over::Trick;
use crate::base::{Dot, Identity, Update, VersionVector};
use crate::zoo::broadcast::{Named, Post, Stamped};

/// Suppression of duplicates by a window of the latest posts.
#[derive(Clone, Debug, Default)]
pub(super) struct Window(VecDeque<Dot>);

/// How many posts the window remembers.
const WINDOW: usize = 3;

impl Trick for Window {
    type Worn = String;

    fn wear(&mut self, text: String, _: Identity) -> String {
        text
    }

    fn take(&mut self, post: Post<String>, _: Identity, _: u32) -> Vec<Post<String>> {
        if self.0.contains(&post.dot) {
            return Vec::new();
        }
        self.0.push_back(post.dot);
        if self.0.len() > WINDOW {
            self.0.pop_front();
        }
        vec![post]
    }
}

/// Which mistake a causal layer makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slip {
    /// None: this is how it should be.
    None,
    /// Receiving counts in the own entry, as sending does.
    CountsReceipts,
    /// The sender's own entry is not looked at.
    ForgetsOwnGap,
    /// After an arrival, the buffer is gone through once.
    LooksOnce,
}

/// Causal order by vector clocks.
#[derive(Clone, Debug)]
pub(super) struct Clocks {
    slip: Slip,
    clock: VersionVector,
    /// In order of arrival. A post's past is its whole clock here, its own count among it.
    waiting: Vec<Post<Stamped<String>>>,
}

impl Clocks {
    pub(super) fn slipping(slip: Slip) -> Clocks {
        Clocks { slip, clock: VersionVector::new(), waiting: Vec::new() }
    }

    fn is_ready(&self, post: &Post<Stamped<String>>) -> bool {
        let (sender, clock) = (post.dot.identity, &post.body.past);
        match self.slip {
            Slip::ForgetsOwnGap => {
                let known = |(identity, count)| identity == sender || count <= self.clock.get(identity);
                clock.iter().all(known)
            }
            _ => self.clock.deliverable(sender, clock),
        }
    }

    fn deliver(&mut self, at: usize, own: Identity) -> Post<String> {
        let post = self.waiting.remove(at);
        self.clock.merge(&post.body.past);
        if self.slip == Slip::CountsReceipts {
            self.clock.next(own);
        }
        post.map(|stamped| stamped.body)
    }
}

impl Trick for Clocks {
    type Worn = Stamped<String>;

    fn wear(&mut self, text: String, own: Identity) -> Stamped<String> {
        self.clock.next(own);
        Stamped { past: self.clock.clone(), body: text }
    }

    fn take(&mut self, post: Post<Stamped<String>>, own: Identity, _: u32) -> Vec<Post<String>> {
        if post.dot.identity == own {
            return vec![post.map(|stamped| stamped.body)];
        }
        self.waiting.push(post);
        let mut delivered = Vec::new();
        if self.slip == Slip::LooksOnce {
            let mut at = 0;
            while at < self.waiting.len() {
                if self.is_ready(&self.waiting[at]) {
                    delivered.push(self.deliver(at, own));
                } else {
                    at += 1;
                }
            }
        } else {
            while let Some(at) = self.waiting.iter().position(|post| self.is_ready(post)) {
                delivered.push(self.deliver(at, own));
            }
        }
        delivered
    }
}

/// Causal order by dependency lists of one: the post that was delivered last.
#[derive(Clone, Debug, Default)]
pub(super) struct NamesLast {
    last: Option<Dot>,
    delivered: BTreeSet<Dot>,
    waiting: Vec<Post<Named<String>>>,
}

impl Trick for NamesLast {
    type Worn = Named<String>;

    fn wear(&mut self, text: String, _: Identity) -> Named<String> {
        // Others that were delivered may be concurrent to the last one: they should be named, too.
        Named { after: self.last.into_iter().collect(), body: text }
    }

    fn take(&mut self, post: Post<Named<String>>, _: Identity, _: u32) -> Vec<Post<String>> {
        self.waiting.push(post);
        let mut delivered = Vec::new();
        let ready =
            |post: &Post<Named<String>>, known: &BTreeSet<Dot>| post.body.after.iter().all(|dot| known.contains(dot));
        while let Some(at) = self.waiting.iter().position(|post| ready(post, &self.delivered)) {
            let post = self.waiting.remove(at);
            self.delivered.insert(post.dot);
            self.last = Some(post.dot);
            delivered.push(post.map(|named| named.body));
        }
        delivered
    }
}

/// FIFO order that fills a gap with a post of its own making, and does not wait for what is missing.
#[derive(Clone, Debug, Default)]
pub(super) struct Placeholders(VersionVector);

impl Trick for Placeholders {
    type Worn = String;

    fn wear(&mut self, text: String, _: Identity) -> String {
        text
    }

    fn take(&mut self, post: Post<String>, _: Identity, _: u32) -> Vec<Post<String>> {
        let last = self.0.get(post.dot.identity);
        if post.dot.counter <= last {
            return Vec::new();
        }
        self.0.raise(post.dot);
        let missing = (last + 1..post.dot.counter).map(|counter| {
            // What is known of a missing post is that it stands so far before this one.
            let back = post.dot.counter - counter;
            let update = post.update.map(|update| Update { number: update.number - back, ..update });
            Post { dot: Dot { counter, ..post.dot }, update, body: "(missing)".to_owned() }
        });
        missing.chain([post.clone()]).collect()
    }
}
