//! JSON documents in the two published meanings, each as operations in causal order and as a set of them.

mod by_identity;
mod by_path;
mod change;
mod history;
mod list;
#[cfg(test)]
mod trials;

pub use by_identity::{ByIdentity, Edit, IdentityAction, IdentityDocument, Within};
pub use by_path::{ByPath, PathAction, PathDocument, Place, Way};
pub use change::{Change, Document, Meaning};
pub use history::{Changes, History};
