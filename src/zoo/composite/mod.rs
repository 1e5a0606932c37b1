//! Applications' values, each put together from other types.

mod board;
mod both;
mod cart;
mod incident;
mod layout;
mod notes;
mod profile;
#[cfg(test)]
mod specified;

pub use board::{Board, TaskBoard};
pub use both::{Both, Touch};
pub use cart::{Cart, ShoppingCart};
pub use incident::{Incident, IncidentBoard};
pub use layout::{Composite, Layout};
pub use notes::{Notes, ShiftNotes};
pub use profile::{Profile, UserProfile};
