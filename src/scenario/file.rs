//! A scenario file: a story with a name, the system that it is about, and the world that it happens in.
//!
//! Knows the names of systems as text alone; whether there is such a system is for whoever runs it to say.

use serde::{Deserialize, Serialize};

use super::{Decision, Draft, Impact, Matrix, Mistakes, Operation, Request, Rest, Scenario};
use crate::base::{Odds, Seed, Span};

/// The version of the format that this program reads.
pub const FORMAT_VERSION: u32 = 1;

/// What a scenario file says. It is read by [`parse`](File::parse), which asks for the fields that must be there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// The version of the format.
    #[serde(default)]
    pub version: u32,
    /// What reports call the story.
    #[serde(default)]
    pub name: String,
    /// What it tells, for people.
    #[serde(default)]
    pub about: String,
    /// The system that it is about.
    #[serde(default)]
    pub system: SystemName,
    /// The requests that come as written.
    #[serde(default)]
    pub requests: Vec<Request>,
    /// What a user beside each replica does; without it, what is usual where no request is written, else nothing.
    #[serde(default)]
    pub clients: Option<Activity>,
    /// What becomes of some messages.
    #[serde(default)]
    pub fates: Vec<Decision>,
    /// What becomes of all others.
    #[serde(default)]
    pub rest: Rest,
    /// The one seed that this is about: what replicas and clients draw is drawn from it.
    #[serde(default)]
    pub seed: Option<Seed>,
    /// Where it was found, if it is a counterexample.
    #[serde(default)]
    pub origin: Option<Origin>,
    /// How many seeds are run where nothing else is asked for.
    #[serde(default = "hundred")]
    pub seeds: u64,
    /// The checks that watch; the standard ones where none is named.
    #[serde(default)]
    pub checks: Vec<Watch>,
    /// What must come of it.
    #[serde(default)]
    pub expect: Expectation,
    /// What must have come into play over all seeds; without it, every fault.
    #[serde(default)]
    pub witness: Option<Vec<Impact>>,
    /// Variations, in the place of one run.
    #[serde(default)]
    pub matrix: Option<Matrix>,
    /// The world that it happens in.
    #[serde(default = "nowhere")]
    pub world: Scenario,
}

fn nowhere() -> Scenario {
    Scenario::new(0)
}

fn hundred() -> u64 {
    100
}

/// Where a counterexample comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The scenario in which it was found.
    pub scenario: String,
    /// The seed in which it was found.
    pub seed: Seed,
    /// What was found, in a sentence.
    pub says: String,
}

/// A check that watches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watch {
    /// Which.
    pub check: String,
    /// How often it looks.
    #[serde(default)]
    pub often: Often,
}

/// How often a check looks at a replica that has handled an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Often {
    /// Every time.
    #[default]
    Every,
    /// At one in so many events, drawn by the event's name: the same ones in every run of a seed.
    OneIn(u32),
    /// When the run is over.
    AtEnd,
}

/// What must come of a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expectation {
    /// Nothing is found.
    #[default]
    Holds,
    /// This check finds something, before all others, in some seed.
    Violates(String),
    /// Nothing is found, and something that should come into play does not.
    Vacuous,
}

/// A data type and the sync that keeps its replicas in step, or a broadcast, or a specimen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SystemName {
    /// The data type.
    pub data: String,
    /// The sync.
    pub sync: String,
    /// A broadcast, in place of the two.
    pub broadcast: Option<String>,
    /// An implementation that is wrong on purpose, in place of all that.
    pub specimen: Option<String>,
    /// How often a replica turns to a neighbour by itself.
    pub period: Span,
}

impl Default for SystemName {
    fn default() -> SystemName {
        SystemName {
            data: String::new(),
            sync: String::new(),
            broadcast: None,
            specimen: None,
            period: Span::millis(100),
        }
    }
}

/// What a user beside each replica does: now and then, something that makes sense there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Activity {
    /// The time between two chances to act.
    pub every: Span,
    /// How often a chance is taken.
    pub odds: Odds,
    /// How often, for one request, a user turns to another replica than the one beside.
    pub roam: Odds,
    /// How often a user only looks.
    pub reads: Odds,
    /// What a user asks for, drawn by weight; without it, what makes sense to the replica at hand.
    pub mix: Vec<Weighed>,
}

/// An operation of a mix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weighed {
    /// How likely it is, beside the weights of the others.
    #[serde(default = "one")]
    pub weight: u32,
    /// The operation.
    pub op: Operation,
}

fn one() -> u32 {
    1
}

impl Default for Activity {
    fn default() -> Activity {
        let (roam, reads) = (Odds::NEVER, Odds::NEVER);
        Activity { every: Span::millis(50), odds: Odds::permille(500), roam, reads, mix: Vec::new() }
    }
}

impl File {
    /// What the text of a scenario file says, or all that is wrong with it.
    pub fn parse(text: &str) -> Result<File, Mistakes> {
        let mut draft = Draft::new(text);
        if let Some(file) = draft.file() {
            let found = file.check();
            draft.add(found);
        }
        draft.finish()
    }

    /// What the users beside the replicas do, if there are any.
    pub fn activity(&self) -> Option<Activity> {
        let usual = || self.requests.is_empty().then(Activity::default);
        self.clients.clone().or_else(usual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: &str = r#"(
        version: 1,
        name: "two sets",
        system: (data: "or_set", sync: "full_state"),
        world: (replicas: 2, link: (loss: 0.1, bandwidth: 1000), duration: "3s"),
    )"#;

    #[test]
    fn a_short_file_is_filled_in() {
        let file = File::parse(SHORT).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((file.world.replicas, file.world.duration, file.seeds), (2, Span::secs(3), 100));
        assert_eq!(file.world.link.bandwidth, Some(1000));
        assert_eq!(file.activity(), Some(Activity::default()));
    }

    #[test]
    fn users_stay_and_write_unless_told_otherwise() {
        let file = |clients| File::parse(&SHORT.replace("world:", &format!("clients: {clients}, world:")));
        let Activity { roam, reads, .. } =
            file("(every: \"20ms\", odds: 0.3)").expect("a file").activity().expect("users");
        assert_eq!((roam, reads), (Odds::NEVER, Odds::NEVER));
        let Activity { roam, reads, .. } = file("(roam: 0.25, reads: 0.5)").expect("a file").activity().expect("users");
        assert_eq!((roam, reads), (Odds::permille(250), Odds::permille(500)));
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        for (wrong, right, says) in [
            ("loss: 1.5", "loss: 0.1", "5:43: 1.5 is no probability: it lies between 0 and 1"),
            (
                "duration: \"3 parsecs\"",
                "duration: \"3s\"",
                "5:76: `parsecs` is no unit of time: use ns, us, ms, s, min, h or days",
            ),
            ("version: 2", "version: 1", "2:18: version 2 cannot be read: write `version: 1`"),
        ] {
            let error = File::parse(&SHORT.replace(right, wrong)).expect_err(wrong).to_string();
            assert_eq!(error, says);
        }
    }
}
