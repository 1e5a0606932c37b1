//! What the reports are made of: one module a report, which measures in real runs and renders Markdown.
//!
//! `tests/reports.rs` compares what is rendered with the files in `reports/`; other tests hold the same
//! measurements against what the literature leads one to expect. Nothing here depends on real time.

#![allow(dead_code, reason = "each test crate uses a part of this")]

pub(crate) mod availability;
pub(crate) mod conflicts;
pub(crate) mod gallery;
pub(crate) mod interleaving;
pub(crate) mod lived;
pub(crate) mod message_complexity;
pub(crate) mod metadata;
pub(crate) mod scaling;
pub(crate) mod specimens;
pub(crate) mod strategies;
pub(crate) mod sync_costs;
