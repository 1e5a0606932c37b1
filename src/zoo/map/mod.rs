//! Maps that nest, in the two published meanings of removal, and what goes into them.

mod dot_counter;
mod entries;
mod kinds;
mod of_dots;
mod record;
mod reset_remove;
#[cfg(test)]
pub(crate) mod trials;
mod update_wins;

pub use dot_counter::{Counting, DotCounter};
pub use kinds::{AddWins, DisableWins, EnableWins, MultiValue, RemoveWins};
pub use of_dots::{Alone, OfDots};
pub use record::{FieldWrite, Fields, Record};
pub use reset_remove::{MapOf, ResetMap};
pub use update_wins::{UpdateWinsDelta, UpdateWinsEffect, UpdateWinsMap};
