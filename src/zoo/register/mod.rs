//! Registers.

mod client_mv;
mod extreme;
mod lattice;
mod lww;
mod mv;
mod order;
mod siblings;
mod stamping;
mod written;

pub use client_mv::ClientMvRegister;
pub use extreme::{Direction, ExtremeRegister, Largest, MaxRegister, MinRegister, Smallest};
pub use lattice::{LatticeRegister, Levels};
pub use lww::LwwRegister;
pub use mv::MvRegister;
pub use order::{Lattice, LatticeError, Level};
pub use siblings::Siblings;
pub use stamping::Stamping;
pub use written::Written;
