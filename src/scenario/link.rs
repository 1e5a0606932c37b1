//! How a link behaves: what a message from one replica to another may suffer.

use serde::{Deserialize, Serialize};

use super::Latency;
use crate::base::{Odds, ReplicaId, Span};

/// The behaviour of a link. The default is perfect: one millisecond, and nothing goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Link {
    /// How long a message is under way.
    pub latency: Latency,
    /// How often one is lost, each by itself.
    pub loss: Odds,
    /// Stretches of time in which many are lost.
    pub bursts: Option<Bursts>,
    /// How often one is delivered more than once.
    pub duplicates: Option<Duplicates>,
    /// How often one is held up beyond its latency, so that later ones overtake it.
    pub reorder: Option<Reorder>,
    /// Whether messages arrive in the order in which they were sent, whatever their latency.
    pub fifo: bool,
    /// How many bytes a second fit through; what does not fit waits its turn.
    pub bandwidth: Option<u64>,
    /// How often the bytes of a copy are damaged.
    pub damage: Odds,
}

impl Default for Link {
    fn default() -> Link {
        Link {
            latency: Latency::Constant(Span::millis(1)),
            loss: Odds::NEVER,
            bursts: None,
            duplicates: None,
            reorder: None,
            fifo: false,
            bandwidth: None,
            damage: Odds::NEVER,
        }
    }
}

/// Bursts of loss: in each stretch of `every` one begins at a drawn moment and lasts for `lasting`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bursts {
    /// One burst in each stretch of this length.
    pub every: Span,
    /// How long it lasts.
    pub lasting: Span,
    /// How often a message is lost in it.
    pub loss: Odds,
}

/// Further copies of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duplicates {
    /// How often there is one more, asked again after each, up to three.
    pub odds: Odds,
    /// How much later than a message of its own each further copy arrives.
    pub delay: Latency,
}

/// Delay on top of latency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reorder {
    /// How often.
    pub odds: Odds,
    /// How much.
    pub delay: Latency,
}

/// A link that behaves otherwise than the rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkRule {
    /// The sender, or any.
    #[serde(default)]
    pub from: Option<ReplicaId>,
    /// The receiver, or any.
    #[serde(default)]
    pub to: Option<ReplicaId>,
    /// The behaviour.
    pub link: Link,
}
