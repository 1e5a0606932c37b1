//! Causal order by dependency lists: a post names those that it must come after.
//!
//! It need not name all its sender had delivered: those that no other of them depends on are enough, and
//! in quiet times that is one. A post waits until each that it names is delivered; each delivery wakes those
//! that named it. No vector, so the cost follows what is concurrent and not how many replicas there are.
//! After *Bolt-on Causal Consistency* (2013) and the direct dependencies of *Preserving and Using Context
//! Information in Interprocess Communication* (1989).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Body, Layer, Misfit, Port, Post, Promise, Promises};
use crate::base::{CausalContext, Dot, ReplicaId, TimerId, Update};
use crate::replica::Refused;

/// A body, and the posts that it directly depends on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named<B> {
    /// What its sender had delivered and nothing else that it had delivered came after.
    pub after: Vec<Dot>,
    /// What is said.
    pub body: B,
}

/// Posts in causal order, by the names of what they depend on.
#[derive(Clone, Debug)]
pub struct Dependent<B: Body, L: Layer<Body = Named<B>>> {
    below: L,
    delivered: CausalContext,
    /// The delivered posts that no delivered post depends on.
    latest: BTreeSet<Dot>,
    /// The posts that wait, and for how many.
    waiting: BTreeMap<Dot, (Post<Named<B>>, usize)>,
    /// The posts that wait for one that is not delivered yet.
    wakes: BTreeMap<Dot, Vec<Dot>>,
    arrived: Vec<Post<Named<B>>>,
}

impl<B: Body, L: Layer<Body = Named<B>>> Dependent<B, L> {
    /// One over a layer that is reliable and survives the sender.
    pub fn over(below: L) -> Result<Dependent<B, L>, Misfit> {
        below.carry("causal order by dependency lists", Promises::of(&[Promise::Reliable, Promise::SurvivesSender]))?;
        Ok(Dependent {
            below,
            delivered: CausalContext::new(),
            latest: BTreeSet::new(),
            waiting: BTreeMap::new(),
            wakes: BTreeMap::new(),
            arrived: Vec::new(),
        })
    }

    fn sort(&mut self, up: &mut Vec<Post<B>>) {
        for post in std::mem::take(&mut self.arrived) {
            if self.delivered.covers(post.dot) || self.waiting.contains_key(&post.dot) {
                continue;
            }
            let mut lacked = 0;
            for dot in post.body.after.iter().filter(|dot| !self.delivered.covers(**dot)) {
                self.wakes.entry(*dot).or_default().push(post.dot);
                lacked += 1;
            }
            if lacked == 0 {
                self.deliver(post, up);
            } else {
                self.waiting.insert(post.dot, (post, lacked));
            }
        }
    }

    /// Delivers a post, and those that waited for it last.
    fn deliver(&mut self, first: Post<Named<B>>, up: &mut Vec<Post<B>>) {
        let mut ready = vec![first];
        while let Some(post) = ready.pop() {
            self.delivered.insert(post.dot);
            for dot in &post.body.after {
                self.latest.remove(dot);
            }
            self.latest.insert(post.dot);
            for dot in self.wakes.remove(&post.dot).unwrap_or_default() {
                if let Some((_, lacked)) = self.waiting.get_mut(&dot) {
                    *lacked -= 1;
                    if *lacked == 0 {
                        ready.extend(self.waiting.remove(&dot).map(|(post, _)| post));
                    }
                }
            }
            up.push(post.map(|named| named.body));
        }
    }
}

impl<B: Body, L: Layer<Body = Named<B>>> Layer for Dependent<B, L> {
    type Body = B;
    type Wire = L::Wire;

    fn title(&self) -> String {
        format!("causal order by dependency lists over {}", self.below.title())
    }

    fn promises(&self) -> Promises {
        let passed = self.below.promises().relayed();
        let given = [Promise::Causal, Promise::Reliable, Promise::SurvivesSender, Promise::NoDuplicates];
        passed.and(Promises::of(&given))
    }

    fn start<P: Port<L::Wire>>(&mut self, port: &mut P) {
        self.below.start(port);
    }

    fn broadcast<P: Port<L::Wire>>(
        &mut self,
        body: B,
        update: Option<Update>,
        port: &mut P,
        up: &mut Vec<Post<B>>,
    ) -> Dot {
        let named = Named { after: self.latest.iter().copied().collect(), body };
        let dot = self.below.broadcast(named, update, port, &mut self.arrived);
        self.sort(up);
        dot
    }

    fn message<P: Port<L::Wire>>(&mut self, from: ReplicaId, wire: &L::Wire, port: &mut P, up: &mut Vec<Post<B>>) {
        self.below.message(from, wire, port, &mut self.arrived);
        self.sort(up);
    }

    fn timer<P: Port<L::Wire>>(&mut self, timer: TimerId, port: &mut P, up: &mut Vec<Post<B>>) {
        self.below.timer(timer, port, &mut self.arrived);
        self.sort(up);
    }

    fn room(&self) -> Result<(), Refused> {
        self.below.room()
    }

    fn kept(&self) -> usize {
        self.waiting.len() + self.below.kept()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zoo::broadcast::testing::Table;
    use crate::zoo::broadcast::{BestEffort, Eager, Ground};

    type Stack = Dependent<&'static str, Eager<Named<&'static str>, BestEffort<Post<Named<&'static str>>>>>;

    fn stack() -> Stack {
        Dependent::over(Eager::over(BestEffort::on(Ground::PERFECT)).unwrap()).unwrap()
    }

    #[test]
    fn a_post_names_the_latest_and_not_their_past() {
        let mut table = Table::of(3, stack);
        for text in ["a", "b", "c"] {
            table.say(0, text);
        }
        table.say(1, "d");
        table.pass(0, 1);
        let latest: Vec<String> = table.layer(1).latest.iter().map(Dot::to_string).collect();
        assert_eq!(latest.join(" "), "i0:3 i1:1", "two that do not know of each other");
        table.say(1, "e");
        let latest: Vec<String> = table.layer(1).latest.iter().map(Dot::to_string).collect();
        assert_eq!(latest.join(" "), "i1:2");
    }

    #[test]
    fn a_reply_waits_for_both_of_its_questions() {
        let mut table = Table::of(4, stack);
        table.say(0, "milk?");
        table.say(1, "tea?");
        table.pass(0, 2);
        table.pass(1, 2);
        table.lose(2, 3);
        table.say(2, "both");
        table.pass(2, 3);
        assert_eq!(table.heard(3), "");
        table.pass(1, 3);
        assert_eq!(table.heard(3), "tea?");
        table.pass(0, 3);
        assert_eq!((table.heard(3).as_str(), table.layer(3).kept()), ("tea? milk? both", 0));
        assert!(table.layer(3).wakes.is_empty());
    }
}
