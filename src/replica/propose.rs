//! What is worth asking of a replica as it stands.

use crate::base::Observed;

/// A system that can say what a client in front of it might well ask for.
pub trait Proposes: Observed {
    /// A request worth trying on the state as it is here, mostly a valid one. `pick` gives a number below its
    /// argument, by chance.
    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Self::Op;

    /// A request that only reads.
    fn reading() -> Self::Op;
}
