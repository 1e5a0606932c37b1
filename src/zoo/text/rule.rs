//! The rule that tells one list algorithm from another: where does a new element go?
//!
//! A rule sees names, links and the order, never values or deletions: a tombstone counts like any other
//! element. The law: where an element goes follows from what is known before it and its own link, such that
//! all orders in which elements can come, origins first, give one order of the elements.

use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::known::Known;
use super::sequence::Handle;
use crate::base::Dot;
use crate::model::list::Promise;
use crate::replica::Refused;

/// Where insertions go: what makes one algorithm of this family.
pub trait Rule: Clone + Debug + Default {
    /// What an insertion tells of its place.
    type Link: Copy + Ord + Debug + Serialize + DeserializeOwned;

    /// What the rule promises of the order.
    const PROMISE: Promise = Promise::Strong;

    /// Whether links name the right neighbour, which may be a tombstone that the writer knows to be one.
    const LINKS_RIGHT: bool;

    /// The link of an insertion between two neighbours, tombstones being neighbours too: the left one is
    /// the element before the place as the writer sees it, the right one what comes right after the left.
    fn link(&self, left: Option<Dot>, right: Option<Dot>) -> Result<Self::Link, Refused>;

    /// The left and the right origin, as far as a link tells.
    fn origins(link: &Self::Link) -> Origins;

    /// After which element a new one goes, whose origins are known; none for the front. Called once for
    /// each element, right before it gets the next handle.
    fn place(&mut self, known: &Known<Self::Link>, dot: Dot, link: &Self::Link) -> Option<Handle>;

    /// The largest stamp of all elements placed here, where links bear stamps: it outlives its element.
    fn clock(&self) -> u64 {
        0
    }

    /// Takes note of a stamp whose element is gone.
    fn advance(&mut self, _stamp: u64) {}
}

/// The neighbours that an element was inserted between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origins {
    /// The element before; none at the front.
    pub left: Option<Dot>,
    /// The element after, tombstones counted; none at the end, and where an algorithm keeps none.
    pub right: Option<Dot>,
}
