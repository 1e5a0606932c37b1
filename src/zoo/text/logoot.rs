//! Logoot: positions with many digits a step, chosen close behind the left neighbour.
//!
//! All steps have one base. A new position is reckoned up from the left neighbour, by a few digits only, so
//! that what is typed on finds room behind it. After *Logoot: a scalable optimistic replication algorithm
//! for collaborative editing on P2P networks* (2009). There the digits are random; here they follow from
//! the element's name. There only whole positions bear a clock; here each step bears its element's name,
//! as otherwise nothing could be put between two elements whose digits and sites agree.
//!
//! Promised and not promised: as [`Positioned`] says.

use super::position::Allocation;
use super::positioned::Positioned;

/// A list as Logoot keeps it.
pub type Logoot<E> = Positioned<E, LogootAllocation>;

/// One base for all depths, and always up from the left.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogootAllocation;

impl Allocation for LogootAllocation {
    const BOUNDARY: u64 = 10;

    fn base(_: usize) -> u32 {
        1 << 16
    }

    fn from_right(_: usize) -> bool {
        false
    }
}
