//! Deltas under the numbers that their issuers gave them, as small syncs keep and send them.

use serde::Serialize;

use crate::base::{Dot, Update};
use crate::replica::Carries;

/// A delta under its number.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Numbered<D> {
    pub(super) dot: Dot,
    pub(super) delta: D,
    #[serde(skip)]
    pub(super) update: Update,
}

/// The label of a message in which these ride.
pub(super) fn carries<D>(deltas: &[Numbered<D>]) -> Carries {
    Carries::Updates(deltas.iter().map(|delta| delta.update).collect())
}

/// How many bytes a message takes on the wire.
pub(super) fn size(message: &impl Serialize) -> u64 {
    postcard::to_allocvec(message).map_or(0, |bytes| bytes.len() as u64)
}
