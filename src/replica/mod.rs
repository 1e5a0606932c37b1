//! The seam between the world and the code under test.
//!
//! What is here can be called from a plain unit test: a replica or a client gets one event and a context,
//! and what it would like to happen is a list of values; a data type is called like any other value.
//! Nothing here knows of networks or schedulers.

mod client;
mod context;
mod data;
mod effect;
mod laws;
mod library;
mod propose;
mod protocol;
mod workload;

pub use crate::base::{Carries, Refused};
pub use client::{Client, ClientContext, Wish};
pub(crate) use context::Occasion;
pub use context::{Context, Seat};
pub use data::{DataType, Delivery, DeltaBased, Element, OpBased, Site, StateBased};
pub use effect::{Effect, Receipt, Taken};
pub use laws::join_laws;
pub use library::{Contract, Early, Library};
pub use propose::Proposes;
pub use protocol::{Effects, Payload, Replica};
pub use workload::{Scripted, Workload};
