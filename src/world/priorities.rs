//! Messages in the order of priorities that are drawn for links, and change now and then.
//!
//! Of all messages under way, the one on the link of the highest priority comes next, in the order in which that
//! link was sent to; time passes when its own priority is the highest. At drawn points some link falls below all
//! others. This is probabilistic concurrency testing (Burckhardt and others, 2010), with links as chains of messages
//! (Ozkan and others, 2018): where `n` messages travel over `k` links, an order of deliveries that takes `d`
//! constraints to force comes about with a probability of at least `1/(k n^(d-1))`, as far as time plays no part.

use std::collections::BTreeMap;

use super::{Choice, Dealt, Door, Network, Sending};
use crate::base::{Arrival, Concern, Dice, Fate, Name, ReplicaId, Seed};
use crate::trace::Cause;

use super::door::WHEN_CHOSEN;

/// The door of one such run.
#[derive(Clone, Debug)]
pub struct Priorities {
    dealt: Dealt,
    dice: Dice,
    /// The priorities of links, and of time.
    of: BTreeMap<Option<(ReplicaId, ReplicaId)>, u64>,
    /// The numbers of the choices at which the link that was chosen falls.
    changes: Vec<u64>,
    choices: u64,
    /// The lowest priority that is given so far.
    lowest: u64,
    calm: bool,
}

impl Priorities {
    /// One with so many points of change among about so many choices.
    pub fn new(seed: Seed, changes: u32, among: u64) -> Priorities {
        let dealt = Dealt::new(seed);
        let dice = dealt.dice();
        let name = Name::label("points of change");
        let point = |nth| dice.below(Concern::Order, name, nth, among.max(1));
        let changes = (0..changes).map(point).collect();
        Priorities { dealt, dice, of: BTreeMap::new(), changes, choices: 0, lowest: u64::MAX / 2, calm: false }
    }

    /// The priority of a link or of time: drawn when it is first asked for.
    fn priority(&mut self, link: Option<(ReplicaId, ReplicaId)>) -> u64 {
        let dice = &self.dice;
        *self.of.entry(link).or_insert_with(|| {
            let (from, to) = link.map_or((u64::MAX, u64::MAX), |(from, to)| (u64::from(from.0), u64::from(to.0)));
            let name = Name::label("priority").part(from, to);
            // The upper half is for what has not fallen.
            dice.below(Concern::Order, name, 0, u64::MAX / 2) + u64::MAX / 2
        })
    }

    pub(super) fn dice(&self) -> Dice {
        self.dice.clone()
    }

    pub(super) fn fate(&mut self, sending: &Sending, network: &mut Network, fate: &mut Fate) -> Option<Cause> {
        // What is lost, doubled or damaged is drawn as ever; when the copies come is chosen.
        let cause = self.dealt.fate(sending, network, fate);
        for copy in fate.copies_mut() {
            *copy = Arrival { delay: WHEN_CHOSEN, ..*copy };
        }
        cause
    }

    pub(super) fn next(&mut self, choices: &[Choice]) -> usize {
        if self.calm {
            // From now on nobody is kept waiting.
            return choices.iter().position(|choice| choice.message).unwrap_or(0);
        }
        let mut best = (0, 0);
        for (nth, choice) in choices.iter().enumerate() {
            let link = choice.from.zip(choice.replica);
            let priority = self.priority(link);
            if nth == 0 || priority > best.1 {
                best = (nth, priority);
            }
        }
        if self.changes.contains(&self.choices) {
            self.lowest -= 1;
            let link = choices.get(best.0).and_then(|choice| choice.from.zip(choice.replica));
            self.of.insert(link, self.lowest);
        }
        self.choices += 1;
        best.0
    }

    pub(super) fn calm(&mut self) {
        self.calm = true;
    }
}
