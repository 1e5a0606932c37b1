//! The one door of chance: whatever a plan leaves open is asked here.
//!
//! Three questions pass through it: what becomes of a message, a bounded draw, and which pending event is
//! next. Behind it stand the dice, a script, or an enumeration; the world does not know which.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::{Network, Priorities, Steered};
use crate::base::{Answers, Arrival, Dice, Fate, Keys, Name, Odometer, Path, ReplicaId, Seed, Span, Time};
use crate::trace::{Cause, Kind, Trace};

/// A message at the moment of its sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sending {
    /// What it is called.
    pub name: Name,
    /// The request, timer or start that set the chain of messages going which it is part of.
    pub root: Name,
    /// Who sends it.
    pub from: ReplicaId,
    /// To whom.
    pub to: ReplicaId,
    /// Which of the messages to that destination in this handling, from 0.
    pub nth: u32,
    /// When it is sent.
    pub at: Time,
    /// How many bytes it takes on the wire.
    pub size: u64,
}

/// A pending event, where the door chooses which is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What it is called.
    pub name: Name,
    /// The replica that it concerns, if it is one.
    pub replica: Option<ReplicaId>,
    /// Whether it is a message, which can come whenever it likes; what else is pending comes at its time.
    pub message: bool,
    /// Who sent it, if it is a message.
    pub from: Option<ReplicaId>,
    /// Whether it is the moment at which the last fault is over.
    pub calm: bool,
}

/// Answers what a plan leaves open.
pub trait Door {
    /// Whether it chooses which pending event is next. If not, it is the one with the earliest time.
    #[inline(always)]
    fn chooses(&self) -> bool {
        false
    }

    /// The dice of replicas, clients and faults.
    fn dice(&self) -> Dice;

    /// What becomes of a message: adds the copies that arrive, and says why there are none.
    fn fate(&mut self, sending: &Sending, network: &mut Network, fate: &mut Fate) -> Option<Cause>;

    /// Which of these is next; none ends the run. The first is the one with the earliest time.
    fn next(&mut self, _choices: &[Choice]) -> Option<usize> {
        Some(0)
    }

    /// This is next, and there is nothing else that could be: no message is under way, or it comes within the same
    /// instant as what was before it. Whether the run goes on.
    fn follows(&mut self, _only: &Choice, _at_once: bool) -> bool {
        true
    }

    /// The last fault is over.
    fn calm(&mut self) {}
}

/// The delay of a message that arrives when it is chosen.
pub(super) const WHEN_CHOSEN: Span = Span(u64::MAX);

/// All is drawn from a seed.
#[derive(Clone, Debug)]
pub struct Dealt(Dice);

impl Dealt {
    /// The world of this seed.
    pub fn new(seed: Seed) -> Dealt {
        Dealt(Dice::new(seed))
    }
}

impl Door for Dealt {
    fn dice(&self) -> Dice {
        self.0.clone()
    }

    #[inline(always)]
    fn fate(&mut self, sending: &Sending, network: &mut Network, fate: &mut Fate) -> Option<Cause> {
        network.deal(sending, fate)
    }
}

/// What a script does with a message that it does not mention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Otherwise {
    /// What the seed says.
    #[default]
    Dealt,
    /// It arrives once, after the typical latency of its link.
    Perfect,
}

/// The fates of some messages and the answers to some draws, by name.
#[derive(Clone, Debug, Default)]
pub struct Script {
    seed: Seed,
    otherwise: Otherwise,
    fates: BTreeMap<Name, Fate>,
    answers: Rc<Answers>,
    paths: BTreeMap<Name, Path>,
    /// Fates whose message is gone, by what a message most like it would share.
    loose: Vec<Loose>,
    used: BTreeSet<Name>,
    /// What is dealt is drawn by these, if not by the dice of replicas.
    weather: Option<Keys>,
}

#[derive(Clone, Debug)]
struct Loose {
    path: Path,
    fate: Fate,
    taken_by: Option<Name>,
}

impl Loose {
    /// Whether a message has the same root, the same two ends and the same number.
    fn resembles(&self, sending: &Sending) -> bool {
        let hops = &self.path.hops;
        let Some(last) = hops.last() else { return false };
        let from = hops.len().checked_sub(2).map(|before| hops[before].to);
        self.path.root.name() == sending.root
            && last.to == sending.to
            && last.nth == sending.nth
            && from.is_none_or(|from| from == sending.from)
    }
}

impl Script {
    /// An empty script.
    pub fn new(seed: Seed, otherwise: Otherwise) -> Script {
        Script { seed, otherwise, ..Script::default() }
    }

    /// The script of a run that was recorded: every fate as it was, and where the door chose what was
    /// next, delays that bring the messages in the order that was chosen.
    pub fn of(trace: &Trace, seed: Seed) -> Script {
        let mut script = Script::new(seed, Otherwise::Dealt);
        let mut arrived: BTreeMap<(Name, u32), Span> = BTreeMap::new();
        for record in trace.records() {
            if let Kind::Deliver { message, copy, sent, .. } = &record.kind {
                arrived.insert((*message, *copy), record.moment.at.since(*sent));
            }
        }
        for record in trace.records() {
            let Kind::Fate { message, fate, cause } = &record.kind else { continue };
            if matches!(cause, Some(Cause::Partition(_) | Cause::NoRoute)) {
                // The plan settles these before the door is asked.
                continue;
            }
            let mut fate = *fate;
            for (copy, arrival) in (0..).zip(fate.copies_mut()) {
                if arrival.delay == WHEN_CHOSEN
                    && let Some(delay) = arrived.get(&(*message, copy))
                {
                    arrival.delay = *delay;
                }
            }
            script.fates.insert(*message, fate);
        }
        script
    }

    /// Settles the fate of the message of this name.
    pub fn fix(&mut self, message: Name, fate: Fate) {
        self.fates.insert(message, fate);
    }

    /// Settles the fate of the message that a path leads to.
    pub fn fix_path(&mut self, path: Path, fate: Fate) {
        let name = path.name();
        self.fates.insert(name, fate);
        self.paths.insert(name, path);
    }

    /// Has the network draw from another seed than replicas, clients and faults do.
    pub fn weather(&mut self, seed: Seed) {
        self.weather = Some(Keys::new(seed));
    }

    /// Settles the answers to draws.
    pub fn answer(&mut self, answers: Answers) {
        self.answers = Rc::new(answers);
    }

    /// The fates that it settles, by name.
    pub fn into_fates(self) -> impl Iterator<Item = (Name, Fate)> {
        self.fates.into_iter()
    }

    /// How many fates it settles.
    pub fn len(&self) -> usize {
        self.fates.len() + self.loose.len()
    }

    /// Whether it settles none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the last run made of the script.
    pub fn outcome(&self) -> Replay {
        let unused = self.fates.keys().filter(|name| !self.used.contains(name));
        Replay {
            exact: self.used.len(),
            near: self.loose.iter().filter(|loose| loose.taken_by.is_some()).map(|loose| loose.path.clone()).collect(),
            unused: unused
                .filter_map(|name| self.paths.get(name))
                .chain(self.loose.iter().filter(|loose| loose.taken_by.is_none()).map(|loose| &loose.path))
                .cloned()
                .collect(),
            unknown: self
                .fates
                .keys()
                .filter(|name| !self.used.contains(name) && !self.paths.contains_key(name))
                .count(),
        }
    }

    /// What becomes of a message.
    #[inline(never)]
    fn settle(&mut self, sending: &Sending, network: &mut Network, fate: &mut Fate) -> Option<Cause> {
        let settled = if let Some(settled) = self.fates.get(&sending.name) {
            self.used.insert(sending.name);
            Some(settled)
        } else {
            let loose = self.loose.iter_mut().find(|loose| {
                loose.taken_by == Some(sending.name) || loose.taken_by.is_none() && loose.resembles(sending)
            });
            loose.map(|loose| {
                loose.taken_by = Some(sending.name);
                &loose.fate
            })
        };
        match (settled, self.otherwise) {
            (Some(settled), _) => {
                *fate = *settled;
                settled.is_lost().then_some(Cause::Script)
            }
            (None, Otherwise::Dealt) => {
                if let Some(weather) = &self.weather {
                    network.draw_by(weather);
                }
                network.deal(sending, fate)
            }
            (None, Otherwise::Perfect) => {
                *fate = Fate::after(network.perfect(sending));
                None
            }
        }
    }

    /// Forgets what the last run made of it, so that another run makes the same of it.
    pub fn rewind(&mut self) {
        self.used.clear();
        for loose in &mut self.loose {
            loose.taken_by = None;
        }
    }

    /// Lets every fate that found no message in the last run go to the one most like it, in the next. Says whether
    /// there is such a fate.
    pub fn loosen(&mut self) -> bool {
        let gone = self.fates.keys().filter(|name| !self.used.contains(name) && self.paths.contains_key(name));
        let gone: Vec<Name> = gone.copied().collect();
        for name in &gone {
            if let (Some(path), Some(fate)) = (self.paths.remove(name), self.fates.remove(name)) {
                self.loose.push(Loose { path, fate, taken_by: None });
            }
        }
        self.rewind();
        !gone.is_empty()
    }
}

/// What replay could use of a script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replay {
    /// How many fates found their message.
    pub exact: usize,
    /// Those whose message is gone, and that went to the one most like it.
    pub near: Vec<Path>,
    /// Those that found none.
    pub unused: Vec<Path>,
    /// How many more found none, and have no path to say which they were.
    pub unknown: usize,
}

/// Runs a script, and once more where some of its fates found no message: those go to the nearest one
/// then, with the same root, sender, receiver and number.
pub fn replay<T>(script: &mut Script, mut run: impl FnMut(&mut Script) -> T) -> (T, Replay) {
    script.rewind();
    let first = run(script);
    let outcome = script.outcome();
    if !script.loosen() {
        return (first, outcome);
    }
    let second = run(script);
    (second, script.outcome())
}

impl Door for Script {
    fn dice(&self) -> Dice {
        Dice::scripted(self.seed, Rc::clone(&self.answers))
    }

    fn fate(&mut self, sending: &Sending, network: &mut Network, fate: &mut Fate) -> Option<Cause> {
        self.settle(sending, network, fate)
    }
}

/// What stands behind the door in an ordinary run: the dice alone, or a script before them.
#[derive(Clone, Debug)]
pub enum Behind {
    /// All is drawn.
    Dice(Dealt),
    /// A script settles some of it.
    Script(Box<Script>),
    /// Messages come in the order of priorities; the rest is drawn.
    Priorities(Box<Priorities>),
    /// One way through all that can happen.
    Steered(Box<Steered>),
}

impl Door for Behind {
    fn dice(&self) -> Dice {
        match self {
            Behind::Dice(dealt) => dealt.dice(),
            Behind::Script(script) => script.dice(),
            Behind::Priorities(priorities) => priorities.dice(),
            Behind::Steered(steered) => steered.dice(),
        }
    }

    #[inline(always)]
    fn chooses(&self) -> bool {
        matches!(self, Behind::Priorities(_) | Behind::Steered(_))
    }

    fn next(&mut self, choices: &[Choice]) -> Option<usize> {
        match self {
            Behind::Priorities(priorities) => Some(priorities.next(choices)),
            Behind::Steered(steered) => steered.next(choices),
            Behind::Dice(_) | Behind::Script(_) => Some(0),
        }
    }

    fn follows(&mut self, only: &Choice, at_once: bool) -> bool {
        match self {
            Behind::Steered(steered) => steered.follows(only, at_once),
            Behind::Dice(_) | Behind::Script(_) | Behind::Priorities(_) => true,
        }
    }

    fn calm(&mut self) {
        match self {
            Behind::Priorities(priorities) => priorities.calm(),
            Behind::Steered(steered) => steered.calm(),
            Behind::Dice(_) | Behind::Script(_) => {}
        }
    }

    #[inline(always)]
    fn fate(&mut self, sending: &Sending, network: &mut Network, fate: &mut Fate) -> Option<Cause> {
        match self {
            Behind::Dice(dealt) => dealt.fate(sending, network, fate),
            Behind::Script(script) => script.settle(sending, network, fate),
            Behind::Priorities(priorities) => priorities.fate(sending, network, fate),
            Behind::Steered(steered) => steered.fate(sending, fate),
        }
    }
}

/// All that can happen, one run after the other: every order of the pending events, and losses and
/// duplicates as far as a budget goes. The dice of replicas count through their answers, too.
#[derive(Clone, Debug, Default)]
pub struct Enumeration {
    odometer: Rc<RefCell<Odometer>>,
    drops: u32,
    duplicates: u32,
    drops_left: u32,
    duplicates_left: u32,
}

impl Enumeration {
    /// An enumeration with at most so many losses and duplicates a run.
    pub fn new(drops: u32, duplicates: u32) -> Enumeration {
        Enumeration { odometer: Rc::default(), drops, duplicates, drops_left: drops, duplicates_left: duplicates }
    }

    /// Moves to what was not yet tried; false when all was.
    pub fn advance(&mut self) -> bool {
        (self.drops_left, self.duplicates_left) = (self.drops, self.duplicates);
        self.odometer.borrow_mut().advance()
    }
}

impl Door for Enumeration {
    #[inline(always)]
    fn chooses(&self) -> bool {
        true
    }

    fn dice(&self) -> Dice {
        Dice::enumerated(Seed(0), Rc::clone(&self.odometer))
    }

    fn fate(&mut self, _: &Sending, _: &mut Network, fate: &mut Fate) -> Option<Cause> {
        let (may_drop, may_double) = (self.drops_left > 0, self.duplicates_left > 0);
        let options = 1 + u64::from(may_drop) + u64::from(may_double);
        let chosen = if options > 1 { self.odometer.borrow_mut().choose(options) } else { 0 };
        let copies = match chosen {
            0 => 1,
            1 if may_drop => 0,
            _ => 2,
        };
        self.drops_left -= u32::from(copies == 0);
        self.duplicates_left -= u32::from(copies == 2);
        for _ in 0..copies {
            fate.add(Arrival { delay: WHEN_CHOSEN, damage: None });
        }
        (copies == 0).then_some(Cause::Script)
    }

    fn next(&mut self, choices: &[Choice]) -> Option<usize> {
        Some(match choices.len() {
            0 | 1 => 0,
            n => self.odometer.borrow_mut().choose(n as u64) as usize,
        })
    }
}
