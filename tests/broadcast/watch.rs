//! Judges a broadcast by what was said and heard: a plain reference that shares nothing with the layers.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use squall::base::{ReplicaId, Update};
use squall::model::Ask;
use squall::replica::Scripted;
use squall::trace::{Event, Moment, Observer};
use squall::zoo::broadcast::{Broadcaster, Layer, Promise, Promises, Say};

/// One thing said: what it was, and what its sender had heard before.
struct Said {
    body: u64,
    heard: Vec<Update>,
}

/// What happened in a run.
#[derive(Default)]
pub(crate) struct Watch {
    said: BTreeMap<Update, Said>,
    heard: BTreeMap<ReplicaId, Vec<(Update, u64)>>,
    down: BTreeSet<ReplicaId>,
    body: u64,
    /// The most posts that any replica kept at once.
    pub(crate) most_kept: usize,
    /// The first time that something was called stable which somebody lacked.
    pub(crate) unstable: Option<String>,
}

impl<L: Layer<Body = u64>> Observer<Broadcaster<L>> for Watch {
    fn event(&mut self, _: &Moment, event: &Event<'_, Broadcaster<L>>) {
        match event {
            Event::Request { op: Ask::Do(Say(body)), .. } => self.body = *body,
            Event::Accept { update, .. } => {
                let heard = self.heard.entry(update.replica).or_default();
                let heard = heard.iter().map(|(update, _)| *update).collect();
                self.said.insert(*update, Said { body: self.body, heard });
            }
            Event::Crash { replica, .. } => drop(self.down.insert(*replica)),
            Event::Restart { replica, .. } => drop(self.down.remove(replica)),
            _ => {}
        }
    }

    fn stepped(&mut self, moment: &Moment, replica: ReplicaId, replicas: &[Broadcaster<L>]) -> ControlFlow<()> {
        let stepped = &replicas[replica.index()];
        let log = stepped.log().iter().filter_map(|post| Some((post.update?, post.body)));
        let heard = self.heard.entry(replica).or_default();
        if heard.len() != stepped.log().len() {
            *heard = log.collect();
        }
        self.most_kept = self.most_kept.max(stepped.stack().kept());
        for (identity, stable) in stepped.stack().stable().into_iter().flat_map(|stable| stable.iter()) {
            for (other, log) in replicas.iter().map(Broadcaster::log).enumerate() {
                let has = log.iter().filter(|post| post.dot.identity == identity).count() as u32;
                if has < stable && self.unstable.is_none() {
                    let at = moment.at;
                    self.unstable =
                        Some(format!("{replica} calls {identity}:{stable} stable at {at}, n{other} has {has}"));
                }
            }
        }
        ControlFlow::Continue(())
    }
}

/// The names of what can be broken, beside the promises.
pub(crate) const CREATION: &str = "no creation";
pub(crate) const VALIDITY: &str = "what a live replica says, all hear";
pub(crate) const AGREEMENT: &str = "what one hears, all hear";
pub(crate) const DUPLICATION: &str = "no duplicates";
pub(crate) const FIFO: &str = "fifo";
pub(crate) const CAUSAL: &str = "causal";
pub(crate) const TOTAL: &str = "total";

/// What must not be broken by a stack that promises this.
pub(crate) fn promised(promises: Promises) -> BTreeSet<&'static str> {
    let names = [
        (Promise::Reliable, VALIDITY),
        (Promise::SurvivesSender, AGREEMENT),
        (Promise::NoDuplicates, DUPLICATION),
        (Promise::Fifo, FIFO),
        (Promise::Causal, CAUSAL),
        (Promise::Total, TOTAL),
    ];
    let names = names.into_iter().filter(|(promise, _)| promises.has(*promise)).map(|(_, name)| name);
    names.chain([CREATION]).collect()
}

impl Watch {
    /// How many things were said.
    pub(crate) fn said(&self) -> usize {
        self.said.len()
    }

    /// How many live replicas heard a thing, at least.
    pub(crate) fn least_heard(&self) -> usize {
        let live = self.heard.iter().filter(|(replica, _)| !self.down.contains(replica));
        live.map(|(_, heard)| heard.len()).min().unwrap_or(0)
    }

    /// All that this run broke.
    pub(crate) fn broken(&self) -> BTreeSet<&'static str> {
        let mut broken = BTreeSet::new();
        let live = || self.heard.iter().filter(|(replica, _)| !self.down.contains(replica));
        let reached: BTreeSet<Update> = live().flat_map(|(_, heard)| heard).map(|(update, _)| *update).collect();
        let from_live: BTreeSet<Update> =
            self.said.keys().filter(|update| !self.down.contains(&update.replica)).copied().collect();
        for (_, heard) in live() {
            let here: BTreeSet<Update> = heard.iter().map(|(update, _)| *update).collect();
            if !from_live.is_subset(&here) {
                broken.insert(VALIDITY);
            }
            if here != reached {
                broken.insert(AGREEMENT);
            }
        }
        for heard in self.heard.values() {
            self.look_through(heard, &mut broken);
        }
        let orders: Vec<Vec<Update>> =
            self.heard.values().map(|heard| heard.iter().map(|(u, _)| *u).collect()).collect();
        let longest = orders.iter().max_by_key(|order| order.len()).cloned().unwrap_or_default();
        if orders.iter().any(|order| !longest.starts_with(order)) {
            broken.insert(TOTAL);
        }
        broken
    }

    /// One replica's deliveries, one after the other.
    fn look_through(&self, heard: &[(Update, u64)], broken: &mut BTreeSet<&'static str>) {
        let mut before: BTreeSet<Update> = BTreeSet::new();
        for (update, body) in heard {
            match self.said.get(update) {
                Some(said) if said.body == *body => {
                    if said.heard.iter().any(|earlier| !before.contains(earlier)) {
                        broken.insert(CAUSAL);
                    }
                }
                _ => drop(broken.insert(CREATION)),
            }
            if (1..update.number).any(|number| !before.contains(&Update { number, ..*update })) {
                broken.insert(FIFO);
            }
            if !before.insert(*update) {
                broken.insert(DUPLICATION);
            }
        }
    }
}

/// A thing said each so often, by one after the other.
pub(crate) fn script(replicas: u32, things: u64, every: squall::base::Span) -> Vec<Scripted<Ask<Say<u64>>>> {
    let at = |n: u64| squall::base::Time(1 + n * every.0);
    let who = |n: u64| ReplicaId((n * 7 % u64::from(replicas)) as u32);
    (0..things).map(|n| Scripted::new(at(n), who(n), Ask::Do(Say(n)))).collect()
}
