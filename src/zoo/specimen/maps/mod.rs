//! Maps, records and documents that are wrong.

use super::Specimen;

mod documents;
mod records;
mod removals;
mod resets;

/// All of them.
pub(super) const ALL: &[Specimen] = &[
    removals::RESET_ONLY_HERE,
    removals::WRONG_LEVEL,
    resets::CHILDREN_COME_BACK,
    resets::COUNTS_COME_BACK,
    records::WHOLE_RECORD,
    records::MERGE_ORDER,
    documents::ANY_ORDER,
];
