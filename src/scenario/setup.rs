//! A scenario: what a person asks for, before anything is checked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Clock, Durability, Fault, Latency, Link, LinkRule, Plan, Refusals, Topology};
use crate::base::{Names, ReplicaId, Span};

/// Which of several events at one instant comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// The one that was scheduled first.
    #[default]
    Insertion,
    /// Drawn; explores more.
    Drawn,
}

/// A world to run: how many replicas, on what network, under which faults, and for how long.
///
/// ```
/// use squall::base::{Odds, Span};
/// use squall::scenario::Scenario;
///
/// let mut scenario = Scenario::new(3);
/// scenario.link.loss = Odds::permille(50);
/// scenario.duration = Span::secs(2);
/// let plan = scenario.plan().unwrap();
/// assert_eq!(plan.replicas(), 3);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// How many replicas there are. In a file their names may stand for that.
    #[serde(deserialize_with = "replicas::read", serialize_with = "replicas::write")]
    pub replicas: u32,
    /// What files and reports call them, in the order of their numbers; nothing where no one has a name.
    #[serde(skip, default = "Names::current")]
    pub names: Names,
    /// Who can send to whom.
    #[serde(default)]
    pub topology: Topology,
    /// How links behave.
    #[serde(default)]
    pub link: Link,
    /// Links that behave otherwise; of several rules for one link, the last counts.
    #[serde(default)]
    pub links: Vec<LinkRule>,
    /// How long requests and answers are under way between a client and a replica.
    #[serde(default = "at_once")]
    pub access: Latency,
    /// Which of several events at one instant comes first.
    #[serde(default)]
    pub order: Order,
    /// How long clients ask and faults strike.
    #[serde(default = "one_second")]
    pub duration: Span,
    /// How long the world goes on after that: walls fall, the dead come back, the network is perfect
    /// but for its latency.
    #[serde(default = "one_second")]
    pub settle: Span,
    /// What replicas' clocks show.
    #[serde(default)]
    pub clock: Clock,
    /// Clocks that show something else.
    #[serde(default)]
    pub clocks: BTreeMap<ReplicaId, Clock>,
    /// When what a replica saves becomes safe.
    #[serde(default)]
    pub durability: Durability,
    /// Replicas whose disks behave otherwise.
    #[serde(default)]
    pub durabilities: BTreeMap<ReplicaId, Durability>,
    /// What goes wrong.
    #[serde(default)]
    pub faults: Vec<Fault>,
    /// How many handled events are too many: a run that reaches this bound is stopped, and says so.
    #[serde(default = "many")]
    pub most_events: u64,
    /// Whether the trace hash covers what messages say, and not just which arrive when.
    #[serde(default)]
    pub hash_messages: bool,
    /// Whether pairs of messages that arrive out of order are counted where no link is told to reorder.
    #[serde(default)]
    pub count_inversions: bool,
}

/// In a file replicas are counted, or named. The names go by the [scope](Names::scope) in which the file is read
/// and written.
mod replicas {
    use std::fmt;

    use serde::de::{Error, SeqAccess, Visitor};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::base::Names;

    pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(Count)
        } else {
            u32::deserialize(deserializer)
        }
    }

    pub(super) fn write<S: Serializer>(replicas: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        let names = Names::current();
        let names: Vec<&str> = names.iter().take(*replicas as usize).collect();
        let all = !names.is_empty() && names.len() == *replicas as usize;
        if all && serializer.is_human_readable() {
            names.serialize(serializer)
        } else {
            serializer.serialize_u32(*replicas)
        }
    }

    struct Count;

    impl<'de> Visitor<'de> for Count {
        type Value = u32;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number of replicas, or a list of their names")
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<u32, E> {
            // What is too many is refused with all other contradictions.
            Ok(u32::try_from(number).unwrap_or(u32::MAX))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<u32, A::Error> {
            let mut count = 0;
            while names.next_element::<String>()?.is_some() {
                count += 1;
            }
            Ok(count)
        }
    }
}

fn at_once() -> Latency {
    Latency::Constant(Span::ZERO)
}

fn one_second() -> Span {
    Span::secs(1)
}

fn many() -> u64 {
    100_000_000
}

impl Scenario {
    /// A perfect world of so many replicas that all hear each other, for one second and one to settle.
    pub fn new(replicas: u32) -> Scenario {
        Scenario {
            replicas,
            names: Names::default(),
            topology: Topology::default(),
            link: Link::default(),
            links: Vec::new(),
            access: at_once(),
            order: Order::default(),
            duration: one_second(),
            settle: one_second(),
            clock: Clock::default(),
            clocks: BTreeMap::new(),
            durability: Durability::default(),
            durabilities: BTreeMap::new(),
            faults: Vec::new(),
            most_events: many(),
            hash_messages: false,
            count_inversions: false,
        }
    }

    /// What the world can run, or all that speaks against it.
    pub fn plan(self) -> Result<Plan, Refusals> {
        Plan::of(self)
    }
}
