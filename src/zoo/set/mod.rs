//! Sets and flags.

mod bounded_context_set;
mod disable_wins;
mod enable_wins;
mod g_set;
mod lww_set;
mod or_set;
mod remove_wins_set;
mod sorted;
mod tagged_or_set;
#[cfg(test)]
mod testing;
mod two_phase_set;

pub use bounded_context_set::{BoundedContextSet, Excess};
pub use disable_wins::DisableWinsFlag;
pub use enable_wins::EnableWinsFlag;
pub use g_set::GSet;
pub use lww_set::{LwwSet, Stamped};
pub use or_set::OrSet;
pub use remove_wins_set::RemoveWinsSet;
pub use tagged_or_set::{Tag, TaggedOrSet};
pub use two_phase_set::TwoPhaseSet;

pub use crate::model::set::Bias;
