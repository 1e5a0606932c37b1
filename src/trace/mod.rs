//! What happened in a run: the events that observers are told, and a recording of them.
//!
//! Knows of no scenario and no check, and of a system under test only what clients can see of it.

mod event;
mod happens_before;
mod message;
mod paths;
mod record;

pub use event::{Cause, Event, Memory, Moment, Observer};
pub use happens_before::HappensBefore;
pub use message::{Came, Message, Passage};
pub use paths::Paths;
pub use record::{Exchange, Kind, Record, Recorder, Trace};
