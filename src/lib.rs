//! Squall: a deterministic simulator that finds the bugs replicas show only when the network misbehaves.
//!
//! Replicas are state machines that act through a context ([`replica`]); a [`scenario`] says what world they
//! live in and what goes wrong there; a [`world`] runs it, as a function of the plan and a seed; whoever
//! wants to know more than the end watches its events ([`trace`]). Data types, broadcasts and syncs to
//! start from are in the [`zoo`]. The README's example is a test of this page.
//!
//! Whoever has code of their own to put under test begins with the [`guide`].

pub mod base;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod explore;
pub mod hunt;
pub mod model;
pub mod replica;
pub mod report;
pub mod run;
pub mod scenario;
pub mod shrink;
pub mod subject;
pub mod trace;
pub mod world;
pub mod zoo;

#[doc = include_str!("guide.md")]
pub mod guide {}

/// A hunt through a data type or a whole replica of one's own, for a test: see [`subject`].
#[must_use]
pub fn hunt<T: subject::Subject>() -> subject::Test<T> {
    subject::Test::new()
}

/// A hunt through somebody else's library, for a test: see [`subject`].
#[must_use]
pub fn library<L: subject::Library>() -> subject::LibraryTest<L> {
    subject::LibraryTest::new()
}

/// The README's examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
