//! What applications ask of values that are put together from others, and what they are shown.

mod board;
mod cart;
mod incident;
mod notes;
mod profile;

pub use board::{BoardOp, TaskField, TaskKey};
pub use cart::CartOp;
pub use incident::{IncidentOp, IncidentView};
pub use notes::{NotesOp, NotesView};
pub use profile::{ProfileOp, ProfileView};

/// One of few names, the first more often than the last.
fn one_of(names: &[&str], pick: &mut dyn FnMut(u64) -> u64) -> String {
    let last = pick(names.len() as u64);
    names[pick(last + 1) as usize].to_string()
}
