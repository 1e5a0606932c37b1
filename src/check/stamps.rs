//! Stamps: what code arbitrates by is unique, true to its clock, and causal where that is promised.

use std::collections::BTreeMap;
use std::fmt::{Debug, Display};

use super::judge::{About, Check, Found};
use super::{Ledger, Violation, words};
use crate::base::{Known, Observed, ReplicaId, Stamp, Time, Update};
use crate::model::{Issued, Source, Specification};
use crate::trace::{Event, Moment};

/// See [`ABOUT`](Stamps::ABOUT).
#[derive(Debug)]
pub struct Stamps<O, V> {
    specification: Specification<O, V>,
    given: BTreeMap<Stamp, Update>,
    /// The largest reading that any replica has had so far.
    latest: Time,
    judged: u64,
}

impl Stamps<(), ()> {
    /// What it is.
    pub const ABOUT: About = About {
        name: "stamps",
        claim: "stamps are unique, true to their clock, and follow causality where that is promised",
        explained: "A type that arbitrates by stamps reports the stamp of each of its own updates. No two updates may \
                    get the same one, or replicas that decide by it part. A stamp from the replica's own clock must \
                    show what that clock showed and who gave it. One from a Lamport or hybrid clock must be larger \
                    than those of all updates that its replica knew. A hybrid one must not lie behind its own \
                    clock, nor ahead of the latest reading that anybody had, nor further ahead of its own clock \
                    than the type promises, if it does.",
        cost: "one comparison for each update that became known since the replica's last own one",
    };
}

impl<O: Debug, V> Stamps<O, V> {
    /// Holds stamps to the rules of the clock that this specification names, if it names one.
    pub fn new(specification: Specification<O, V>) -> Stamps<O, V> {
        Stamps { specification, given: BTreeMap::new(), latest: Time::START, judged: 0 }
    }

    fn wrong(&self, ledger: &Ledger<O>, clock: Source, issued: &Issued<O>) -> Option<String> {
        let Some(stamp) = issued.stamp else { return Some("no stamp is reported for it".to_owned()) };
        if let Some(other) = self.given.get(&stamp).filter(|other| **other != issued.update) {
            return Some(format!("{} has the same stamp {stamp}", words::update(ledger, *other)));
        }
        let reading = issued.reading;
        match (clock, stamp) {
            (Source::OwnClock, Stamp::Wall(wall)) => {
                let clock = (wall.reading != reading.0).then(|| format!("its clock showed {reading}"));
                let signer =
                    || (wall.identity != issued.identity).then(|| format!("it signs with {}", issued.identity));
                clock.or_else(signer).map(|why| format!("its stamp is {stamp}, but {why}"))
            }
            (Source::Lamport, Stamp::Lamport(_)) => self.behind(ledger, issued, stamp),
            (Source::Hybrid, Stamp::Hybrid(hybrid)) => {
                let physical = Time(hybrid.physical);
                let ahead = || (physical > self.latest).then(|| ahead(stamp, &self.latest));
                let late =
                    || (physical < reading).then(|| format!("its stamp {stamp} lies behind its own clock, {reading}"));
                let far = || {
                    let most = self.specification.ahead.filter(|most| physical > reading + *most)?;
                    Some(format!("its stamp {stamp} lies more than {most} ahead of its own clock, {reading}"))
                };
                self.behind(ledger, issued, stamp).or_else(ahead).or_else(late).or_else(far)
            }
            _ => Some(format!("its stamp {stamp} is from another clock than promised")),
        }
    }

    /// What the issuer knew, and has a stamp that is not smaller.
    fn behind(&self, ledger: &Ledger<O>, issued: &Issued<O>, stamp: Stamp) -> Option<String> {
        let history = ledger.history();
        let former = Update { number: issued.update.number.wrapping_sub(1), ..issued.update };
        let stamped = |other: &&Issued<O>| self.specification.stamps(&other.op);
        let former = history.get(former).filter(|former| issued.saw(*former)).filter(stamped);
        // What the last own update had seen has a smaller stamp than that one, as was checked then.
        let checked = Known::new();
        let checked = former.map_or(&checked, |former| &former.seen);
        let mut others = issued.seen.beyond(checked).filter_map(|update| history.get(update)).filter(stamped);
        let other = others.find(|other| other.stamp.is_some_and(|other| other >= stamp))?;
        let theirs = other.stamp.map_or_else(String::new, |stamp| stamp.to_string());
        Some(format!(
            "its stamp {stamp} does not follow {theirs} of {}, which it knew",
            words::update(ledger, other.update)
        ))
    }
}

fn ahead(stamp: Stamp, latest: &impl Display) -> String {
    format!("its stamp {stamp} lies ahead of every clock: the latest reading so far is {latest}")
}

impl<S: Observed, O: Debug, V> Check<S, O> for Stamps<O, V> {
    fn about(&self) -> &'static About {
        &Stamps::ABOUT
    }

    fn watches(&self) -> bool {
        self.specification.clock == Some(Source::Hybrid)
    }

    fn reset(&mut self) {
        self.given.clear();
        (self.latest, self.judged) = (Time::START, 0);
    }

    fn event(&mut self, _: &mut Ledger<O>, _: &Moment, event: &Event<'_, S>) -> Found {
        if let Event::Read { reading, .. } = event {
            self.latest = self.latest.max(*reading);
        }
        None
    }

    #[inline]
    fn stepped(&mut self, ledger: &mut Ledger<O>, moment: &Moment, replica: ReplicaId, _: &[S]) -> Found {
        let (clock, update) = (self.specification.clock?, ledger.accepted()?);
        let issued = ledger.history().get(update)?;
        if !ledger.can_judge(replica) || !self.specification.stamps(&issued.op) {
            return None;
        }
        self.judged += 1;
        let wrong = self.wrong(ledger, clock, issued);
        if let (None, Some(stamp)) = (&wrong, issued.stamp) {
            self.given.insert(stamp, update);
        }
        Some(Box::new(Violation {
            check: Stamps::ABOUT.name,
            at: *moment,
            replicas: vec![replica],
            says: format!("{replica} issued {}: {}", words::update(ledger, update), wrong?),
            expected: String::new(),
            seen: String::new(),
            knowledge: Vec::new(),
            parted: None,
            recall: None,
        }))
    }

    fn judged(&self) -> u64 {
        self.judged
    }
}
