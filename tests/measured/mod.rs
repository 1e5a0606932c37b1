//! What the reports are made of: one module a report, which measures in real runs and renders Markdown.
//!
//! `tests/reports.rs` compares what is rendered with the files in `reports/`; other tests hold the same
//! measurements against what the literature leads one to expect. Nothing here depends on real time.

#![allow(dead_code, reason = "each test crate uses a part of this")]

pub(crate) mod interleaving;
pub(crate) mod message_complexity;
pub(crate) mod specimens;
pub(crate) mod sync_costs;
