//! What can be told of each library that this program was built with.

use crate::base::Entry;

/// The libraries that there are adapters for in this program: none unless their features were asked for.
pub fn entries() -> Vec<Entry> {
    let all = [
        #[cfg(feature = "automerge")]
        super::automerge::ENTRY,
        #[cfg(feature = "cola")]
        super::cola::ENTRY,
        #[cfg(feature = "crdts")]
        super::crdts::ENTRY,
        #[cfg(feature = "diamond-types")]
        super::diamond::ENTRY,
        #[cfg(feature = "loro")]
        super::loro::ENTRY,
        #[cfg(feature = "yrs")]
        super::yrs::ENTRY,
    ];
    Vec::from(all)
}
