//! The network: what becomes of a message on its link.
//!
//! Every answer follows from the message's name. Only two behaviours remember anything, and only on the
//! links that have them: keeping order, and limited bandwidth.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Sending;
use crate::base::{Arrival, Concern, Fate, Keys, Links, Name, Odds, ReplicaId, Span, Time};
use crate::scenario::{Latency, Link, Order, Plan, Topology};
use crate::trace::Cause;

/// The draws of one message; those of its copies follow, some for each.
const LOSS: u32 = 0;
const BURST_LOSS: u32 = 1;
const FIRST_COPY: u32 = 8;
const PER_COPY: u32 = 8;
/// The draws of one copy.
const LATENCY: u32 = 0;
const REORDER: u32 = 1;
const REORDER_DELAY: u32 = 2;
const DAMAGE: u32 = 3;
const DAMAGE_BITS: u32 = 4;
const DUPLICATE: u32 = 5;
const DUPLICATE_DELAY: u32 = 6;

/// A value for each directed link that needs one.
#[derive(Debug, Default)]
pub(super) struct LinkTable<T>(BTreeMap<u64, T>);

impl<T: Copy + Default> LinkTable<T> {
    pub(super) fn slot(&mut self, link: u64) -> &mut T {
        self.0.entry(link).or_default()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// What the network did that no single fate shows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Doings {
    pub(super) held_up: u64,
    pub(super) kept_in_order: u64,
    pub(super) queued: u64,
}

/// The links of one run.
#[derive(Debug, Default)]
pub struct Network {
    keys: Keys,
    links: Arc<Links>,
    topology: Option<Topology>,
    profiles: Vec<Profile>,
    /// Which links have another profile than the first; `None` where all have that one.
    plan: Option<Plan>,
    calm: bool,
    /// Whether events of one instant come in drawn order, so that order can be kept only by time.
    ties_are_drawn: bool,
    last_arrivals: LinkTable<Time>,
    busy_until: LinkTable<Time>,
    pub(super) doings: Doings,
}

/// A link's behaviour, with what is not used told apart from what is.
#[derive(Debug)]
struct Profile {
    link: Link,
    plain: bool,
    may_lose: bool,
    duplicates: Odds,
    may_damage: bool,
}

impl Profile {
    fn new(link: &Link) -> Profile {
        Profile {
            plain: link.bursts.is_none() && link.reorder.is_none() && link.bandwidth.is_none() && !link.fifo,
            may_lose: link.loss.possible(),
            duplicates: link.duplicates.as_ref().map_or(Odds::NEVER, |duplicates| duplicates.odds),
            may_damage: link.damage.possible(),
            link: link.clone(),
        }
    }
}

impl Network {
    pub(super) fn reset(&mut self, plan: &Plan, keys: &Keys) {
        self.keys = keys.clone();
        self.links = Arc::clone(plan.links());
        self.calm = false;
        self.ties_are_drawn = plan.scenario().order == Order::Drawn;
        self.last_arrivals.clear();
        self.busy_until.clear();
        self.doings = Doings::default();
        self.profiles.clear();
        self.profiles.extend(plan.profiles().iter().map(Profile::new));
        self.plan = (plan.profiles().len() > 1).then(|| plan.clone());
        let topology = &plan.scenario().topology;
        self.topology = matches!(topology, Topology::Regions { .. }).then(|| topology.clone());
    }

    /// From now on nothing goes wrong any more.
    pub(super) fn calm(&mut self) {
        self.calm = true;
    }

    #[inline(always)]
    fn profile(&self, from: ReplicaId, to: ReplicaId) -> &Profile {
        match &self.plan {
            None => &self.profiles[0],
            Some(plan) => &self.profiles[plan.profile(from, to) as usize],
        }
    }

    /// Draws by these keys from now on.
    pub(super) fn draw_by(&mut self, keys: &Keys) {
        self.keys.clone_from(keys);
    }

    /// What the dice say becomes of a message, and why it is lost, if it is.
    #[inline(always)]
    pub fn deal(&mut self, sending: &Sending, fate: &mut Fate) -> Option<Cause> {
        let profile = self.profile(sending.from, sending.to);
        let far = self.distance(sending);
        let word = |draw| self.keys.word(Concern::Fate, sending.name, draw);
        if self.calm || profile.plain {
            if !self.calm && profile.may_lose && profile.link.loss.hit(word(LOSS)) {
                return Some(Cause::Loss);
            }
            let delay = profile.link.latency.sample(word(FIRST_COPY + LATENCY)) + far;
            let damage = (profile.may_damage && !self.calm).then(|| self.damage(profile, sending.name, FIRST_COPY));
            fate.add(Arrival { delay, damage: damage.flatten() });
            if profile.duplicates.possible() && !self.calm {
                self.duplicate(profile, sending.name, far, fate);
            }
            if self.calm && profile.link.fifo {
                self.keep_order(sending, fate);
            }
            return None;
        }
        self.deal_odd(sending, far, fate)
    }

    /// The fate on a link with one of the rarer behaviours.
    #[cold]
    fn deal_odd(&mut self, sending: &Sending, far: Span, fate: &mut Fate) -> Option<Cause> {
        let profile = self.profile(sending.from, sending.to);
        let (fifo, bandwidth) = (profile.link.fifo, profile.link.bandwidth);
        let queueing = bandwidth.map_or(Span::ZERO, |bytes| self.queue(sending, bytes));
        let profile = self.profile(sending.from, sending.to);
        let word = |draw| self.keys.word(Concern::Fate, sending.name, draw);
        if profile.may_lose && profile.link.loss.hit(word(LOSS)) {
            return Some(Cause::Loss);
        }
        if let Some(bursts) = &profile.link.bursts {
            let cell = sending.at.0 / bursts.every.0;
            let name = Name::default().part(self.link(sending), cell);
            let offset =
                crate::base::scale(self.keys.word(Concern::Fate, name, 0), bursts.every.0 - bursts.lasting.0 + 1);
            let since = sending.at.0 - cell * bursts.every.0;
            if (offset..offset + bursts.lasting.0).contains(&since) && bursts.loss.hit(word(BURST_LOSS)) {
                return Some(Cause::Burst);
            }
        }
        let mut delay = profile.link.latency.sample(word(FIRST_COPY + LATENCY)) + far + queueing;
        let mut held_up = 0;
        if let Some(reorder) = &profile.link.reorder
            && reorder.odds.hit(word(FIRST_COPY + REORDER))
        {
            let further = reorder.delay.sample(word(FIRST_COPY + REORDER_DELAY));
            delay = delay + further;
            held_up = u64::from(further > Span::ZERO);
        }
        let damage = self.damage(profile, sending.name, FIRST_COPY);
        fate.add(Arrival { delay, damage });
        self.duplicate(profile, sending.name, far + queueing, fate);
        self.doings.held_up += held_up;
        if fifo {
            self.keep_order(sending, fate);
        }
        None
    }

    /// The fate of a message where nothing goes wrong and nothing varies.
    pub fn perfect(&self, sending: &Sending) -> Span {
        self.profile(sending.from, sending.to).link.latency.typical() + self.distance(sending)
    }

    /// What a message between two regions takes on top of its link's latency.
    #[inline]
    fn distance(&self, sending: &Sending) -> Span {
        match &self.topology {
            None => Span::ZERO,
            Some(topology) => topology.one_way(sending.from, sending.to).unwrap_or(Span::ZERO),
        }
    }

    fn link(&self, sending: &Sending) -> u64 {
        self.links.slot(sending.from, sending.to).unwrap_or(0)
    }

    fn damage(&self, profile: &Profile, name: Name, copy: u32) -> Option<u64> {
        let hit = profile.may_damage && profile.link.damage.hit(self.keys.word(Concern::Fate, name, copy + DAMAGE));
        hit.then(|| self.keys.word(Concern::Fate, name, copy + DAMAGE_BITS))
    }

    #[inline(always)]
    fn duplicate(&self, profile: &Profile, name: Name, far: Span, fate: &mut Fate) {
        let Some(duplicates) = &profile.link.duplicates else { return };
        let word = |draw| self.keys.word(Concern::Fate, name, draw);
        for ordinal in 1..Fate::MOST as u32 {
            let copy = FIRST_COPY + ordinal * PER_COPY;
            if !profile.duplicates.hit(word(copy + DUPLICATE)) {
                break;
            }
            let delay = profile.link.latency.sample(word(copy + LATENCY))
                + duplicates.delay.sample(word(copy + DUPLICATE_DELAY))
                + far;
            fate.add(Arrival { delay, damage: self.damage(profile, name, copy) });
        }
    }

    /// How long a message waits for those before it, and for its own bytes, on a link of so many bytes a
    /// second.
    fn queue(&mut self, sending: &Sending, bytes: u64) -> Span {
        let link = self.link(sending);
        let takes = u128::from(sending.size) * 1_000_000_000 / u128::from(bytes);
        let takes = Span(u64::try_from(takes).unwrap_or(u64::MAX));
        let busy = self.busy_until.slot(link);
        let begins = sending.at.max(*busy);
        *busy = begins + takes;
        let waits = begins.since(sending.at) + takes;
        self.doings.queued += u64::from(begins > sending.at);
        waits
    }

    /// Lets no copy arrive before one that was sent earlier.
    fn keep_order(&mut self, sending: &Sending, fate: &mut Fate) {
        let link = self.link(sending);
        let gap = Span(u64::from(self.ties_are_drawn));
        let last = self.last_arrivals.slot(link);
        for copy in fate.copies_mut() {
            let (arrives, earliest) = (sending.at + copy.delay, *last + gap);
            if arrives < earliest {
                copy.delay = earliest.since(sending.at);
                self.doings.kept_in_order += 1;
            }
            *last = earliest.max(arrives);
        }
    }

    /// The typical delay of the common link, for the queue's wheel.
    pub(super) fn typical(&self) -> u64 {
        self.profiles.first().map_or(1, |profile| match &profile.link.latency {
            Latency::Constant(span) => span.0,
            latency => latency.typical().0,
        })
    }
}
