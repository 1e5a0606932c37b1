//! Many seeds on all cores, and what is done with what they find.
//!
//! The only place below the command line that knows of threads and of the clock on the wall. The law: what comes
//! out is the same for any number of jobs.

mod catch;
mod crew;
mod limits;
mod pursuit;

pub use catch::{Catch, catch};
pub use crew::Crew;
pub use limits::Limits;
pub use pursuit::{Counterexample, Size, pursue};
