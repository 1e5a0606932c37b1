//! One way through all that can happen: the choices that are prescribed, and from then on the first that is open.
//!
//! Nothing is drawn but what replicas draw for themselves. Until the last fault is over, every message may come at
//! any moment, and some may be lost or come twice, as far as a budget goes; what is still under way then comes
//! first, and from there on there is one way. The law: of two orders that differ only in events that do not touch
//! one another, only one is gone through to its end (sleep sets: Godefroid, "Partial-Order Methods for the
//! Verification of Concurrent Systems", 1996).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::door::WHEN_CHOSEN;
use super::{Choice, Sending};
use crate::base::{Arrival, Dice, Fate, Name, ReplicaId, Seed};
use crate::trace::Cause;

/// How much may go wrong with the messages of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// How many may be lost.
    pub drops: u32,
    /// How many may come twice.
    pub duplicates: u32,
    /// How many may be lost or come twice.
    pub together: u32,
}

/// Which orders are gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// Every one.
    None,
    /// Of those that differ only in events that do not touch one another, one; the others are begun and given up.
    Asleep,
    /// The same where replicas send nothing while they handle messages, so that what is under way to one of them is
    /// all that it has to be tried against. No other order is begun.
    Apart,
}

/// A question that a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// Which of the answers was taken.
    taken: u32,
    /// How many answers there are.
    answers: u32,
    /// Those that lead to something new.
    open: u128,
    /// Whether somebody else takes the others.
    is_closed: bool,
}

impl Node {
    /// The next answer that leads to something new.
    fn advance(&mut self) -> bool {
        let next = (self.taken + 1..self.answers).find(|answer| self.open >> answer & 1 == 1);
        match next {
            Some(next) if !self.is_closed => {
                self.taken = next;
                true
            }
            _ => false,
        }
    }

    /// The same with each of the further answers, which are then left to others.
    fn share(&mut self) -> Vec<Node> {
        let mut next = Node { is_closed: self.is_closed, ..*self };
        let mut shared = Vec::new();
        while next.advance() {
            shared.push(Node { is_closed: true, ..next });
        }
        self.is_closed = true;
        shared
    }
}

/// An event that happened before the last fault was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happened {
    /// What it is called.
    pub name: Name,
    /// The one replica that it concerns, if it is one.
    pub replica: Option<ReplicaId>,
    /// The number of the event in which the message was sent, if it is a message that was sent in one.
    pub cause: Option<usize>,
    /// Whether it is a message; what is none keeps its place among others that are none.
    pub message: bool,
    /// Whether nothing can come between the event before it and this one.
    pub at_once: bool,
}

/// Why a run did not come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dismissal {
    /// All that would come of it comes of another one.
    Redundant,
    /// It was longer than asked for.
    TooLong,
    /// So many messages were under way at once that they are not told apart.
    Crowded,
    /// It was not what it was before, with the same choices: the code under test is not deterministic.
    Astray,
}

/// The door of runs that differ in their choices alone.
#[derive(Clone, Debug)]
pub struct Steered {
    dice: Dice,
    budget: Budget,
    /// The links on which messages keep their order.
    in_order: Arc<BTreeSet<(ReplicaId, ReplicaId)>>,
    reduction: Reduction,
    most: u64,
    nodes: Vec<Node>,
    /// How many of the nodes this run has come to.
    at: usize,
    left: Budget,
    /// The events that another run took here, and that nothing has touched since.
    asleep: Vec<(Name, Option<ReplicaId>)>,
    happened: Vec<Happened>,
    sent: Vec<(Name, Option<usize>)>,
    steps: u64,
    /// How many answers it began with, and how many events had happened when the last of them was given.
    prescribed: usize,
    known: u64,
    calm: bool,
    /// Whom something is under way to that waits until whoever is concerned next has been through all.
    waiting: Vec<ReplicaId>,
    is_relayed: bool,
    dismissal: Option<Dismissal>,
    options: Vec<usize>,
}

impl Steered {
    /// The first way.
    pub fn new(
        seed: Seed,
        budget: Budget,
        in_order: Arc<BTreeSet<(ReplicaId, ReplicaId)>>,
        reduction: Reduction,
        most: u64,
    ) -> Steered {
        Steered {
            dice: Dice::new(seed),
            budget,
            in_order,
            reduction,
            most,
            nodes: Vec::new(),
            at: 0,
            left: budget,
            asleep: Vec::new(),
            happened: Vec::new(),
            sent: Vec::new(),
            steps: 0,
            prescribed: 0,
            known: 0,
            calm: false,
            waiting: Vec::new(),
            is_relayed: false,
            dismissal: None,
            options: Vec::new(),
        }
    }

    /// The way that begins with these answers.
    pub fn along(mut self, nodes: Vec<Node>) -> Steered {
        self.nodes = nodes;
        self.rewind();
        self
    }

    /// The answers of the run.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// What happened before the last fault was over.
    pub fn happened(&self) -> &[Happened] {
        &self.happened
    }

    /// Why the run did not come to its end, if it is the door that ended it.
    pub fn dismissal(&self) -> Option<Dismissal> {
        self.dismissal
    }

    /// Whether what is under way to one replica is not all that it has to be tried against.
    pub fn is_relayed(&self) -> bool {
        self.is_relayed
    }

    /// How many events there were that no run before had come to by the same way.
    pub fn news(&self) -> u64 {
        self.steps - self.known
    }

    /// Begins anew with the same answers.
    pub fn rewind(&mut self) {
        self.at = 0;
        self.left = self.budget;
        self.asleep.clear();
        self.happened.clear();
        self.sent.clear();
        self.waiting.clear();
        self.is_relayed = false;
        self.prescribed = self.nodes.len();
        (self.steps, self.known, self.calm, self.dismissal) = (0, 0, false, None);
    }

    /// Moves to the next way that begins with the first so many answers; false where there is none.
    pub fn advance(&mut self, kept: usize) -> bool {
        self.nodes.truncate(self.at);
        while self.nodes.len() > kept {
            if self.nodes.last_mut().is_some_and(Node::advance) {
                self.rewind();
                return true;
            }
            self.nodes.pop();
        }
        false
    }

    /// Whether a run stands for others.
    pub fn reduces(&self) -> bool {
        self.reduction != Reduction::None
    }

    /// How many messages were lost or came twice.
    pub fn spent(&self) -> u32 {
        self.budget.together - self.left.together
    }

    /// How many events there were.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Gives away what is left at the first question after so many at which something is; each as the answers that it
    /// begins with.
    pub fn share(&mut self, kept: usize) -> Vec<Vec<Node>> {
        for at in kept..self.nodes.len() {
            let shared = self.nodes[at].share();
            if !shared.is_empty() {
                let before = &self.nodes[..at];
                return shared.into_iter().map(|node| [before, &[node]].concat()).collect();
            }
        }
        Vec::new()
    }

    pub(super) fn dice(&self) -> Dice {
        self.dice.clone()
    }

    pub(super) fn calm(&mut self) {
        self.calm = true;
    }

    /// The answer to a question, of those that are open.
    fn answer(&mut self, answers: u32, open: u128) -> Option<usize> {
        let taken = match self.nodes.get(self.at) {
            Some(node) if node.answers != answers || node.open != open => {
                self.dismissal = Some(Dismissal::Astray);
                return None;
            }
            Some(node) => node.taken,
            None => {
                let taken = open.trailing_zeros();
                self.nodes.push(Node { taken, answers, open, is_closed: false });
                taken
            }
        };
        self.at += 1;
        if self.at == self.prescribed {
            self.known = self.steps;
        }
        Some(taken as usize)
    }

    pub(super) fn fate(&mut self, sending: &Sending, fate: &mut Fate) -> Option<Cause> {
        let mut copies = 1;
        if !self.calm {
            self.sent.push((sending.name, self.happened.len().checked_sub(1)));
            self.is_relayed |= self.happened.last().is_some_and(|event| event.message);
            let some = self.left.together > 0;
            let (may_drop, may_double) = (some && self.left.drops > 0, some && self.left.duplicates > 0);
            let answers = 1 + u32::from(may_drop) + u32::from(may_double);
            let answer = if answers > 1 { self.answer(answers, (1 << answers) - 1) } else { None };
            copies = match answer {
                None | Some(0) => 1,
                Some(1) if may_drop => 0,
                Some(_) => 2,
            };
        }
        self.left.drops -= u32::from(copies == 0);
        self.left.duplicates -= u32::from(copies == 2);
        self.left.together -= u32::from(copies != 1);
        for _ in 0..copies {
            fate.add(Arrival { delay: WHEN_CHOSEN, damage: None });
        }
        (copies == 0).then_some(Cause::Script)
    }

    pub(super) fn follows(&mut self, only: &Choice, at_once: bool) -> bool {
        if self.is_over() {
            return false;
        }
        if self.is_asleep(only) {
            self.dismissal = Some(Dismissal::Redundant);
            return false;
        }
        // What comes at once with what was chosen was not foreseen when others were told to wait.
        self.is_relayed |= at_once && only.replica.is_none_or(|replica| self.waiting.contains(&replica));
        self.take(only, at_once);
        true
    }

    pub(super) fn next(&mut self, choices: &[Choice]) -> Option<usize> {
        if self.is_over() {
            return None;
        }
        if self.calm {
            // Which of two senders was first is no matter; what one of them sent first comes first.
            let messages = choices.iter().enumerate().filter(|(_, choice)| choice.message);
            let first = messages.min_by_key(|(at, choice)| (choice.from, *at)).map_or(0, |(at, _)| at);
            self.steps += 1;
            return Some(first);
        }
        let mut options = std::mem::take(&mut self.options);
        self.gather(choices, &mut options);
        let chosen = self.choose(choices, &options);
        self.options = options;
        let chosen = chosen?;
        self.take(&choices[chosen], false);
        Some(chosen)
    }

    /// What can be next: of two copies of a message, and of two messages on a link that keeps their order, the first;
    /// and the last fault is over when nothing is under way.
    fn gather(&mut self, choices: &[Choice], options: &mut Vec<usize>) {
        options.clear();
        for (at, choice) in choices.iter().enumerate().filter(|(_, choice)| choice.message) {
            let link = choice.from.zip(choice.replica);
            let in_order = link.is_some_and(|link| self.in_order.contains(&link));
            let waits = |before: &&usize| {
                let before = &choices[**before];
                before.name == choice.name || in_order && before.from.zip(before.replica) == link
            };
            if !options.iter().any(|before| waits(&before)) {
                options.push(at);
            }
        }
        options.extend(choices.iter().position(|choice| !choice.message && !choice.calm));
        self.waiting.clear();
        if self.reduction == Reduction::Apart {
            let passing = choices.iter().find(|choice| !choice.message && !choice.calm);
            let first = options.first().and_then(|first| choices[*first].replica);
            if let Some(whose) = passing.map_or(first, |passing| passing.replica) {
                let others = options.iter().filter_map(|at| choices[*at].replica).filter(|replica| *replica != whose);
                self.waiting.extend(others);
                options.retain(|at| choices[*at].replica == Some(whose));
            }
        }
    }

    fn choose(&mut self, choices: &[Choice], options: &[usize]) -> Option<usize> {
        if options.len() > 128 {
            self.dismissal = Some(Dismissal::Crowded);
            return None;
        }
        let awake = (0..).zip(options).filter(|(_, at)| !self.is_asleep(&choices[**at]));
        let open = awake.fold(0, |open, (answer, _): (u32, _)| open | 1u128 << answer);
        if open == 0 {
            self.dismissal = Some(Dismissal::Redundant);
            return None;
        }
        if options.len() == 1 {
            return Some(options[0]);
        }
        let taken = self.answer(options.len() as u32, open)?;
        for (_, before) in (0..taken).zip(options).filter(|(answer, _)| open >> answer & 1 == 1) {
            self.asleep.push((choices[*before].name, choices[*before].replica));
        }
        Some(options[taken])
    }

    fn is_over(&mut self) -> bool {
        if self.dismissal.is_none() && self.steps >= self.most {
            self.dismissal = Some(Dismissal::TooLong);
        }
        self.dismissal.is_some()
    }

    fn is_asleep(&self, choice: &Choice) -> bool {
        self.asleep.iter().any(|(name, _)| *name == choice.name)
    }

    /// This comes now: whatever it touches wakes up.
    fn take(&mut self, choice: &Choice, at_once: bool) {
        self.steps += 1;
        if self.calm {
            return;
        }
        let apart = |other: Option<ReplicaId>| match (other, choice.replica) {
            (Some(one), Some(other)) => self.reduction != Reduction::None && one != other,
            _ => false,
        };
        self.asleep.retain(|(_, replica)| apart(*replica));
        let sent = self.sent.iter().find(|(name, _)| choice.message && *name == choice.name);
        let cause = sent.and_then(|(_, cause)| *cause);
        let Choice { name, replica, message, .. } = *choice;
        self.happened.push(Happened { name, replica, cause, message, at_once });
    }
}
