//! LSEQ: positions whose steps have ever more digits, chosen near the left or the right neighbour.
//!
//! Each step has twice as many digits as the one before it, so that positions start short and find much
//! room where many are needed. Whether a new one is reckoned up from the left neighbour or down from the
//! right one depends on the depth, by chance: who types forwards uses up the room of one kind of depth and
//! has luck with the other. After *LSEQ: an adaptive structure for sequences in distributed collaborative
//! editing* (2013). There the choices are random and remembered; here the direction is a hash of the
//! depth, and the digits are a hash of the element's name: the same at every replica and on every platform.
//!
//! Promised and not promised: as [`Positioned`] says.

use super::position::Allocation;
use super::positioned::Positioned;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A list as LSEQ keeps it.
pub type Lseq<E> = Positioned<E, LseqAllocation>;

/// Twice as many digits at each depth, up from the left or down from the right.
#[derive(Clone, Copy, Debug, Default)]
pub struct LseqAllocation;

/// What the chance of a depth's direction belongs to.
const KEY: u64 = u64::from_le_bytes(*b"lseqside");

impl Allocation for LseqAllocation {
    const BOUNDARY: u64 = 10;

    fn base(depth: usize) -> u32 {
        1 << (depth + 5).min(31)
    }

    fn from_right(depth: usize) -> bool {
        xxh3_64_with_seed(&(depth as u64).to_le_bytes(), KEY) & 1 == 1
    }
}
