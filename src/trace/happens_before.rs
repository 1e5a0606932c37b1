//! What came before what: the order of cause and effect in a recorded run.
//!
//! One handled event comes before another if both happened at one replica and the one was handled
//! earlier, or if the one sent a message that the other received, or by a chain of such steps. Nothing
//! else orders events, the time least of all.

use std::collections::BTreeMap;

use petgraph::Direction;
use petgraph::algo::toposort;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Dfs, Reversed};

use super::{Kind, Trace};
use crate::base::{Name, ReplicaId};

/// The happens-before order of a run's handled events.
#[derive(Clone, Debug)]
pub struct HappensBefore {
    /// A node for each handled event at a replica, holding its step; an edge from each to those that
    /// follow from it directly.
    graph: DiGraph<u64, ()>,
    nodes: BTreeMap<u64, NodeIndex>,
}

impl HappensBefore {
    /// The order in which a recorded run's events followed from each other.
    pub fn of(trace: &Trace) -> HappensBefore {
        let mut order = HappensBefore { graph: DiGraph::new(), nodes: BTreeMap::new() };
        let mut latest: BTreeMap<ReplicaId, NodeIndex> = BTreeMap::new();
        let mut senders: BTreeMap<Name, NodeIndex> = BTreeMap::new();
        for record in trace.records() {
            let step = record.moment.step;
            let handled = match record.kind {
                Kind::Start { replica, .. }
                | Kind::Restart { replica, .. }
                | Kind::Request { replica, .. }
                | Kind::Timer { replica, .. } => Some((replica, None)),
                Kind::Deliver { to, message, .. } => Some((to, Some(message))),
                _ => None,
            };
            if let Some((replica, message)) = handled {
                let node = order.graph.add_node(step);
                order.nodes.insert(step, node);
                let before = latest.insert(replica, node);
                let sender = message.and_then(|message| senders.get(&message).copied());
                for cause in before.into_iter().chain(sender) {
                    order.graph.update_edge(cause, node, ());
                }
            }
            if let Kind::Send { message, .. } = record.kind
                && let Some(node) = order.nodes.get(&step)
            {
                senders.insert(message, *node);
            }
        }
        order
    }

    /// The graph itself: nodes hold steps, edges lead from cause to effect.
    pub fn graph(&self) -> &DiGraph<u64, ()> {
        &self.graph
    }

    /// Whether one step came before another.
    pub fn before(&self, first: u64, second: u64) -> bool {
        first != second && self.past(second).binary_search(&first).is_ok()
    }

    /// Whether two different steps have nothing to do with each other.
    pub fn concurrent(&self, one: u64, other: u64) -> bool {
        one != other && !self.before(one, other) && !self.before(other, one)
    }

    /// The step itself and all that it followed from, in rising order; nothing for what is no step.
    pub fn past(&self, step: u64) -> Vec<u64> {
        let Some(node) = self.nodes.get(&step) else { return Vec::new() };
        let reversed = Reversed(&self.graph);
        let mut walk = Dfs::new(reversed, *node);
        let mut past = Vec::new();
        while let Some(node) = walk.next(reversed) {
            past.push(self.graph[node]);
        }
        past.sort_unstable();
        past
    }

    /// What a step followed from directly.
    pub fn causes(&self, step: u64) -> Vec<u64> {
        let Some(node) = self.nodes.get(&step) else { return Vec::new() };
        let mut causes: Vec<u64> =
            self.graph.neighbors_directed(*node, Direction::Incoming).map(|node| self.graph[node]).collect();
        causes.sort_unstable();
        causes
    }

    /// All steps, causes before effects.
    pub fn topological(&self) -> Vec<u64> {
        // An effect is handled after its cause, so there is no circle to report.
        let nodes = toposort(&self.graph, None).unwrap_or_default();
        nodes.into_iter().map(|node| self.graph[node]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Carries, ClientId, Identity, RequestId, Time};
    use crate::trace::Moment;

    /// Steps as lines: `n0 start`, `n0 asked, sends m`, `n1 gets m from n0`.
    fn order(story: &str) -> HappensBefore {
        let replica = |word: &str| ReplicaId(word[1..].parse().expect("a replica"));
        let name = |word: &str| Name(u64::from(word.as_bytes()[0]));
        let mut events = Vec::new();
        for (step, line) in (1..).zip(story.lines().map(str::trim).filter(|line| !line.is_empty())) {
            let moment = Moment { at: Time(step * 10), step, name: Name(1000 + step) };
            let words: Vec<&str> = line.split([' ', ',']).filter(|word| !word.is_empty()).collect();
            let at = replica(words[0]);
            let mut tell = |kind| events.push((moment, kind));
            match words[1] {
                "start" => tell(Kind::Start { replica: at, identity: Identity(at.0), durable: true }),
                "asked" => {
                    let request = RequestId { client: ClientId(0), nth: step as u32 };
                    tell(Kind::Request { request, replica: at, op: String::new() });
                }
                "gets" => {
                    let (message, from) = (name(words[2]), replica(words[4]));
                    tell(Kind::Deliver { message, copy: 0, from, to: at, sent: Time(0), damaged: false });
                }
                other => panic!("{other}?"),
            }
            if let Some(sends) = words.iter().position(|word| *word == "sends") {
                let (message, to) = (name(words[sends + 1]), ReplicaId(9));
                tell(Kind::Send { message, from: at, to, size: 0, carries: Carries::Nothing, body: String::new() });
            }
        }
        HappensBefore::of(&events.into_iter().collect())
    }

    #[test]
    fn messages_and_the_order_at_one_replica_are_all_that_orders_events() {
        let order = order(
            "n0 start
             n1 start
             n0 asked, sends m
             n1 asked
             n1 gets m from n0, sends o
             n2 asked
             n0 gets o from n1",
        );
        assert!(order.before(3, 5), "a message is sent before it is received");
        assert!(order.before(4, 5), "a replica handles one event after the other");
        assert!(order.concurrent(3, 4), "two replicas that have not heard of each other");
        assert!(order.concurrent(6, 7), "time alone orders nothing");
        assert!(!order.before(5, 3) && !order.before(3, 3) && !order.concurrent(3, 3));
        assert_eq!(order.past(7), [1, 2, 3, 4, 5, 7]);
        assert_eq!(order.causes(7), [3, 5]);
        assert_eq!(order.past(99), Vec::<u64>::new(), "no such step");
    }

    #[test]
    fn causes_come_first_in_the_topological_order() {
        let order =
            order("n0 asked, sends a\nn1 asked, sends b\nn2 gets a from n0\nn2 gets b from n1\nn0 gets b from n1");
        let steps = order.topological();
        assert_eq!(steps.len(), 5);
        for step in &steps {
            let at = |step| steps.iter().position(|other| *other == step);
            assert!(order.causes(*step).into_iter().all(|cause| at(cause) < at(*step)), "{step} in {steps:?}");
        }
    }
}
