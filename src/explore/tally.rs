//! What came of many ways: figures, what replicas showed in the end, and the smallest way to each kind of finding.

use std::collections::BTreeSet;

use super::orders::orders;
use crate::base::Digest;
use crate::run::{Finding, Signature};
use crate::world::{Dismissal, Node, Steered, Witness};

/// A kind of finding, and the smallest way to it.
#[derive(Clone, Debug)]
pub struct Find {
    /// What its findings share.
    pub signature: Signature,
    /// What is found there.
    pub finding: Finding,
    /// In how many runs it came up.
    pub runs: u64,
    /// How many messages are lost or come twice on the way, and how many replicas crash.
    pub cost: u32,
    /// How many events there are until it is found.
    pub events: u64,
    /// Which of the stories it happens in.
    pub story: usize,
    /// The answers that lead there.
    pub nodes: Vec<Node>,
}

/// What came of one run.
#[derive(Debug)]
pub struct Came {
    /// What is wrong with it, if something is.
    pub finding: Option<Finding>,
    /// What replicas showed in the end.
    pub shown: Digest,
    /// Whether it mattered at which moment messages came.
    pub is_timed: bool,
    /// What really happened.
    pub witness: Witness,
}

/// What came of many runs.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How many runs came to their end, be it that something was found.
    pub runs: u64,
    /// How many were given up on the way, since all that would have come of them comes of others.
    pub given_up: u64,
    /// In how many orders the events of those runs could have come: so many runs they stand for.
    pub orders: u128,
    /// How many states were come to, by how many ways ever.
    pub states: u64,
    /// The most events of a run.
    pub deepest: u64,
    /// In how many something was found.
    pub wrong: u64,
    /// The kinds of findings.
    pub finds: Vec<Find>,
    /// What replicas showed in the end, and which kind of finding there was.
    pub outcomes: BTreeSet<(Digest, Option<Signature>)>,
    /// In how many runs each check had something to judge.
    pub judged: Vec<(&'static str, u64)>,
    /// What really happened.
    pub witness: Witness,
    /// Whether it mattered in some run at which moment messages came.
    pub is_timed: bool,
    /// Whether what was under way to one replica was not all that it had to be tried against.
    pub is_relayed: bool,
    /// Whether so many messages were under way at once that they were not told apart.
    pub is_crowded: bool,
    /// Whether the same choices gave two results.
    pub is_unstable: bool,
}

impl Tally {
    /// This came of a way through a story, in which so many replicas crash.
    pub fn add(&mut self, (story, crashes): (usize, u32), came: Came, steered: &Steered) {
        self.states += steered.news();
        self.is_timed |= came.is_timed;
        self.is_relayed |= steered.is_relayed();
        match steered.dismissal() {
            Some(Dismissal::Redundant | Dismissal::TooLong) if came.finding.is_none() => {
                self.given_up += 1;
                return;
            }
            Some(Dismissal::Crowded) => self.is_crowded = true,
            Some(Dismissal::Astray) => self.is_unstable = true,
            _ => {}
        }
        self.runs += 1;
        self.witness.add(&came.witness);
        self.deepest = self.deepest.max(steered.steps());
        let stands_for = if steered.reduces() { orders(steered.happened()) } else { 1 };
        self.orders = self.orders.saturating_add(stands_for);
        let signature = came.finding.as_ref().map(Signature::of);
        self.outcomes.insert((came.shown, signature.clone()));
        if let (Some(finding), Some(signature)) = (came.finding, signature) {
            self.wrong += 1;
            let (cost, events) = (crashes + steered.spent(), steered.steps());
            let nodes = steered.nodes().to_vec();
            self.found(Find { signature, finding, runs: 1, cost, events, story, nodes });
        }
    }

    fn found(&mut self, find: Find) {
        match self.finds.iter_mut().find(|known| known.signature == find.signature) {
            None => self.finds.push(find),
            Some(known) => {
                let runs = known.runs + find.runs;
                if (find.cost, find.events) < (known.cost, known.events) {
                    *known = find;
                }
                known.runs = runs;
            }
        }
    }

    /// This came of others, later on.
    pub fn merge(&mut self, other: Tally) {
        self.runs += other.runs;
        self.given_up += other.given_up;
        self.orders = self.orders.saturating_add(other.orders);
        self.states += other.states;
        self.deepest = self.deepest.max(other.deepest);
        self.wrong += other.wrong;
        other.finds.into_iter().for_each(|find| self.found(find));
        self.outcomes.extend(other.outcomes);
        if self.judged.is_empty() {
            self.judged = other.judged;
        } else {
            for ((_, sum), (_, judged)) in self.judged.iter_mut().zip(other.judged) {
                *sum += judged;
            }
        }
        self.witness.add(&other.witness);
        self.is_timed |= other.is_timed;
        self.is_relayed |= other.is_relayed;
        self.is_crowded |= other.is_crowded;
        self.is_unstable |= other.is_unstable;
    }
}
