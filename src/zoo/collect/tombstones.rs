//! What a data type offers whose remains of the past can be collected.
//!
//! It does not say when: that takes knowledge of the other replicas, or trust in time.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::replica::DataType;

/// A data type that keeps things which no view shows, only to understand what it has yet to hear.
///
/// An implementor promises that collecting what it is allowed to changes no view, now or later, provided
/// that what it hears from then on was made by replicas that knew of the grave, or was known here already.
/// So a replica that knows of a grave must make nothing any more that needs it: no element is linked to a
/// tombstone that its writer sees to be one, no removed tag is added again, no stamp falls behind one that
/// was seen. A set by own clocks keeps that only where no clock lags.
pub trait Tombstones: DataType {
    /// Names one thing kept. What is deleted again after it was collected is another grave.
    type Grave: Clone + Ord + Debug + Serialize + DeserializeOwned;

    /// The names of all that is kept here, in any order, each once.
    fn graves(&self) -> Vec<Self::Grave>;

    /// Drops what is ready, unless something else here still needs it; that is asked for again later.
    fn collect(&mut self, ready: &dyn Fn(&Self::Grave) -> bool);
}
