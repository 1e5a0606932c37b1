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
