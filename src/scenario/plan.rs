//! A plan: a scenario with every number checked and every contradiction refused. The world runs nothing
//! else, and asks no question again that was answered here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::refusal::{Refusal, Refusals, Subject};
use super::{
    Clock, Crash, Disk, Down, Durability, Fault, Latency, Link, Partition, Rebirth, Scenario, Shape, When, Who,
};
use crate::base::{Digest, Digester, Links, Names, Offset, ReplicaId, Span, Time};

/// More replicas than this are refused.
pub const MOST_REPLICAS: u32 = 1 << 20;
/// More faults than this are refused, and more rules about links.
pub(super) const MOST_FAULTS: usize = 10_000;
/// A bound on events that is higher than this is none.
const MOST_EVENTS: u64 = 1_000_000_000_000;

/// What the world runs.
#[derive(Clone, Debug)]
pub struct Plan {
    scenario: Scenario,
    links: Arc<Links>,
    profiles: Vec<Link>,
    pairs: BTreeMap<(ReplicaId, ReplicaId), u32>,
    fingerprint: Digest,
}

impl Plan {
    /// All that speaks against a scenario.
    pub(super) fn refusals(scenario: &Scenario) -> Refusals {
        let mut refusals = Refusals::default();
        inspect(scenario, &mut refusals);
        refusals
    }

    pub(super) fn of(scenario: Scenario) -> Result<Plan, Refusals> {
        let mut refusals = Refusals::default();
        let links = inspect(&scenario, &mut refusals);
        let (profiles, pairs) = profiles(&scenario);
        match links {
            Some(links) if refusals.is_empty() => {
                let mut digester = Digester::new();
                digester.bytes(&postcard::to_allocvec(&scenario).unwrap_or_default());
                let fingerprint = digester.finish();
                Ok(Plan { scenario, links: Arc::new(links), profiles, pairs, fingerprint })
            }
            _ => Err(refusals),
        }
    }

    /// How many replicas there are.
    #[inline]
    pub fn replicas(&self) -> u32 {
        self.scenario.replicas
    }

    /// What the replicas are called.
    #[inline]
    pub fn names(&self) -> &Names {
        &self.scenario.names
    }

    /// What the plan was made from.
    #[inline]
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Who can send to whom.
    #[inline]
    pub fn links(&self) -> &Arc<Links> {
        &self.links
    }

    /// The ways in which links behave; the first is the common one.
    pub fn profiles(&self) -> &[Link] {
        &self.profiles
    }

    /// Which of the [profiles](Plan::profiles) a link has.
    #[inline]
    pub fn profile(&self, from: ReplicaId, to: ReplicaId) -> u32 {
        if self.pairs.is_empty() {
            return 0;
        }
        let any = ReplicaId(u32::MAX);
        [(from, to), (from, any), (any, to), (any, any)]
            .iter()
            .filter_map(|pair| self.pairs.get(pair))
            .max()
            .map_or(0, |profile| *profile)
    }

    /// What the clock of a replica is like.
    pub fn clock(&self, replica: ReplicaId) -> Clock {
        self.scenario.clocks.get(&replica).copied().unwrap_or(self.scenario.clock)
    }

    /// What the disk of a replica is like.
    pub fn durability(&self, replica: ReplicaId) -> Durability {
        self.scenario.durabilities.get(&replica).copied().unwrap_or(self.scenario.durability)
    }

    /// When the last fault is over.
    #[inline]
    pub fn calm_at(&self) -> Time {
        Time::START + self.scenario.duration
    }

    /// When the run is over.
    #[inline]
    pub fn ends_at(&self) -> Time {
        self.calm_at() + self.scenario.settle
    }

    /// What tells this plan from every other; every line that reproduces a run carries it.
    pub fn fingerprint(&self) -> Digest {
        self.fingerprint
    }
}

/// The behaviours that differ, and for which links. A later rule has a higher number, and counts.
fn profiles(scenario: &Scenario) -> (Vec<Link>, BTreeMap<(ReplicaId, ReplicaId), u32>) {
    let mut profiles = vec![scenario.link.clone()];
    let mut pairs = BTreeMap::new();
    for rule in &scenario.links {
        let any = ReplicaId(u32::MAX);
        pairs.insert((rule.from.unwrap_or(any), rule.to.unwrap_or(any)), profiles.len() as u32);
        profiles.push(rule.link.clone());
    }
    (profiles, pairs)
}

/// Looks for all that speaks against a scenario.
fn inspect(scenario: &Scenario, refusals: &mut Refusals) -> Option<Links> {
    let replicas = scenario.replicas;
    if replicas == 0 || replicas > MOST_REPLICAS {
        refusals.add(Subject::Replicas, "", Refusal::Replicas { found: replicas });
        return None;
    }
    let mut inspector = Inspector { replicas, ends: scenario.duration, refusals };
    inspector.few(Subject::Links, "rules about links", scenario.links.len());
    inspector.few(Subject::Faults, "faults", scenario.faults.len());
    if !inspector.refusals.is_empty() {
        return None;
    }
    inspector.link(Subject::Link, "", &scenario.link);
    for (nth, rule) in scenario.links.iter().enumerate() {
        let subject = Subject::LinkRule(nth);
        inspector.link(subject, ".link", &rule.link);
        inspector.known(subject, ".from", rule.from.iter());
        inspector.known(subject, ".to", rule.to.iter());
        if let (Some(from), Some(to)) = (rule.from, rule.to)
            && from == to
        {
            inspector.refuse(subject, ".to", Refusal::SelfLink { replica: from });
        }
    }
    inspector.latency(Subject::Access, "", &scenario.access);
    for (subject, span) in [(Subject::Duration, scenario.duration), (Subject::Settle, scenario.settle)] {
        if span > Span::days(36_500) {
            inspector.refuse(subject, "", Refusal::TooLong { span });
        }
    }
    match scenario.most_events {
        0 => inspector.refuse(Subject::MostEvents, "", Refusal::NoEvents),
        1..=MOST_EVENTS => {}
        found => {
            inspector.refuse(Subject::MostEvents, "", Refusal::TooMany { what: "events", found, most: MOST_EVENTS })
        }
    }
    inspector.clock(Subject::Clock, &scenario.clock);
    for (replica, clock) in &scenario.clocks {
        inspector.known(Subject::ClockOf(*replica), "", [replica]);
        inspector.clock(Subject::ClockOf(*replica), clock);
    }
    inspector.durability(Subject::Durability, scenario.durability);
    for (replica, durability) in &scenario.durabilities {
        inspector.known(Subject::DurabilityOf(*replica), "", [replica]);
        inspector.durability(Subject::DurabilityOf(*replica), *durability);
    }
    for (nth, fault) in scenario.faults.iter().enumerate() {
        inspector.fault(nth, fault);
    }
    for error in scenario.topology.check(replicas) {
        let within = error.within();
        refusals.add(Subject::Topology, within, Refusal::Topology(error));
    }
    scenario.topology.links(replicas).ok()
}

struct Inspector<'a> {
    replicas: u32,
    ends: Span,
    refusals: &'a mut Refusals,
}

impl Inspector<'_> {
    fn refuse(&mut self, subject: Subject, within: &str, refusal: Refusal) {
        self.refusals.add(subject, within, refusal);
    }

    /// That there are not too many of something.
    fn few(&mut self, subject: Subject, what: &'static str, found: usize) {
        let (found, most) = (found as u64, MOST_FAULTS as u64);
        if found > most {
            self.refuse(subject, "", Refusal::TooMany { what, found, most });
        }
    }

    fn known<'a>(&mut self, subject: Subject, within: &str, replicas: impl IntoIterator<Item = &'a ReplicaId>) {
        for &replica in replicas {
            if replica.0 >= self.replicas {
                self.refuse(subject, within, Refusal::UnknownReplica { replica, replicas: self.replicas });
            }
        }
    }

    fn who(&mut self, subject: Subject, who: Who) {
        if let Who::Replica(replica) = who {
            self.known(subject, ".who", [&replica]);
        }
    }

    fn latency(&mut self, subject: Subject, within: &str, latency: &Latency) {
        if let Err(error) = latency.check() {
            self.refuse(subject, within, Refusal::Latency(error));
        }
    }

    fn positive(&mut self, subject: Subject, within: &str, what: &'static str, span: Span) {
        if span == Span::ZERO {
            self.refuse(subject, within, Refusal::Zero { what });
        }
    }

    /// A link that is described at this path within its subject.
    fn link(&mut self, subject: Subject, at: &str, link: &Link) {
        let within = |field: &str| format!("{at}.{field}");
        self.latency(subject, &within("latency"), &link.latency);
        if let Some(bursts) = &link.bursts {
            self.positive(subject, &within("bursts.lasting"), "a burst's length", bursts.lasting);
            if bursts.every < bursts.lasting {
                let refusal = Refusal::BurstTooLong { every: bursts.every, lasting: bursts.lasting };
                self.refuse(subject, &within("bursts.lasting"), refusal);
            }
        }
        if let Some(duplicates) = &link.duplicates {
            self.latency(subject, &within("duplicates.delay"), &duplicates.delay);
        }
        if let Some(reorder) = &link.reorder {
            self.latency(subject, &within("reorder.delay"), &reorder.delay);
        }
        if link.bandwidth == Some(0) {
            self.refuse(subject, &within("bandwidth"), Refusal::Zero { what: "the bandwidth" });
        }
    }

    fn clock(&mut self, subject: Subject, clock: &Clock) {
        self.positive(subject, ".granularity", "a clock's granularity", clock.granularity);
        if clock.drift_ppm <= -1_000_000 || clock.drift_ppm > 1_000_000 {
            self.refuse(subject, ".drift_ppm", Refusal::Drift { ppm: clock.drift_ppm });
        }
    }

    fn durability(&mut self, subject: Subject, durability: Durability) {
        if let Durability::Every(interval) = durability {
            self.positive(subject, "", "the interval of saving", interval);
        }
    }

    /// The earliest and the latest that a moment can be.
    fn when(&mut self, subject: Subject, within: &str, what: &'static str, when: When) -> (Time, Time) {
        let (first, last) = match when {
            When::At(time) => (time, time),
            When::Between(first, last) => (first, last),
        };
        // What begins when all is over would never strike; what ends then ends with everything else.
        let over = last.since(Time::START) > self.ends || what != "end" && last.since(Time::START) == self.ends;
        if first > last {
            self.refuse(subject, within, Refusal::UpsideDown { what, first, last });
        } else if over {
            self.refuse(subject, within, Refusal::AfterTheEnd { what, at: last, ends: self.ends });
        }
        (first, last)
    }

    /// That something ends after it begins, however both are drawn.
    fn stretch(&mut self, subject: Subject, what: &'static str, from: When, until: When) {
        let begins = if what == "hold" { ".since" } else { ".from" };
        let (_, from) = self.when(subject, begins, "beginning", from);
        let (until, _) = self.when(subject, ".until", "end", until);
        if until <= from {
            self.refuse(subject, ".until", Refusal::EndsBeforeItBegins { what, from, until });
        }
    }

    fn fault(&mut self, nth: usize, fault: &Fault) {
        let subject = Subject::Fault(nth);
        match fault {
            Fault::Partition(partition) => self.partition(subject, partition),
            Fault::Crash(crash) => self.crash(subject, crash),
            Fault::Pause { who, from, until } => {
                self.who(subject, *who);
                match until {
                    Some(until) => self.stretch(subject, "pause", *from, *until),
                    None => drop(self.when(subject, ".from", "beginning", *from)),
                }
            }
            Fault::Slow { who, from, until, each } => {
                self.who(subject, *who);
                self.stretch(subject, "slow stretch", *from, *until);
                self.positive(subject, ".each", "the time over each event", *each);
            }
            Fault::ClockJump { who, at, by } => {
                self.who(subject, *who);
                self.when(subject, ".at", "moment", *at);
                if *by == Offset(0) {
                    self.refuse(subject, ".by", Refusal::Zero { what: "a clock's jump" });
                }
            }
            Fault::ClockFreeze { who, from, until } => {
                self.who(subject, *who);
                self.stretch(subject, "frozen stretch", *from, *until);
            }
            Fault::Hold { from, to, since, until } => {
                self.known(subject, ".from", [from]);
                self.known(subject, ".to", [to]);
                if from == to {
                    self.refuse(subject, ".to", Refusal::SelfLink { replica: *from });
                }
                self.stretch(subject, "hold", *since, *until);
            }
        }
    }

    fn partition(&mut self, subject: Subject, partition: &Partition) {
        match partition.until {
            Some(until) => self.stretch(subject, "partition", partition.from, until),
            None => drop(self.when(subject, ".from", "beginning", partition.from)),
        }
        if let Some(flapping) = partition.flapping {
            self.positive(subject, ".flapping.period", "the period of flapping", flapping.period);
        }
        let named: Vec<ReplicaId> = match &partition.shape {
            Shape::Groups(groups) => groups.iter().flatten().copied().collect(),
            Shape::OneWay(speakers, deaf) => speakers.iter().chain(deaf).copied().collect(),
            Shape::Bridge { over, half } => half.iter().chain([over]).copied().collect(),
            Shape::Isolate(alone) => alone.clone(),
            Shape::Halves => Vec::new(),
        };
        let shape = ".shape";
        self.known(subject, shape, &named);
        let mut sorted = named.clone();
        sorted.sort_unstable();
        for pair in sorted.windows(2).filter(|pair| pair[0] == pair[1]) {
            self.refuse(subject, shape, Refusal::NamedTwice { replica: pair[0] });
        }
        let others = (self.replicas as usize).saturating_sub(named.len());
        let cuts = match &partition.shape {
            Shape::Groups(groups) => {
                let full = groups.iter().filter(|group| !group.is_empty()).count();
                full > 1 || full == 1 && others > 0
            }
            Shape::OneWay(speakers, deaf) => !speakers.is_empty() && !deaf.is_empty(),
            Shape::Bridge { half, .. } => !half.is_empty() && others > 0,
            Shape::Isolate(alone) => !alone.is_empty() && self.replicas > 1,
            Shape::Halves => self.replicas > 1,
        };
        if !cuts {
            self.refuse(subject, shape, Refusal::CutsNothing);
        }
    }

    fn crash(&mut self, subject: Subject, crash: &Crash) {
        self.who(subject, crash.who);
        self.when(subject, ".at", "moment", crash.at);
        match crash.down {
            Down::Between(least, most) if least > most => {
                let (first, last) = (Time::START + least, Time::START + most);
                self.refuse(subject, ".down", Refusal::UpsideDown { what: "time away", first, last });
            }
            _ => {}
        }
        let cloned = match crash.disk {
            Disk::CloneOf(other) => Some((".disk", other)),
            _ => None,
        };
        let shared = match crash.identity {
            Rebirth::As(other) => Some((".identity", other)),
            _ => None,
        };
        for (within, other) in [cloned, shared].into_iter().flatten() {
            self.known(subject, within, [&other]);
            if crash.who == Who::Replica(other) {
                self.refuse(subject, within, Refusal::OwnClone { replica: other });
            }
        }
    }
}
