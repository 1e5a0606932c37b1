//! Shift notes: fields of one value each, named lists without order, and lines that are read top down.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::one_of;
use crate::base::{Canonical, Digester};

/// What can be asked of shift notes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotesOp {
    /// Give a field a value.
    Set(String, String),
    /// Put an entry on a list.
    Mark(String, String),
    /// Take an entry off a list.
    Unmark(String, String),
    /// Take a whole list away.
    Clear(String),
    /// Write a line so that it has this index.
    Write(u32, String),
    /// Strike the line at this index.
    Strike(u32),
    /// Hand the shift over: this person leads it, and is on duty.
    HandOver(String),
}

/// What shift notes show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotesView {
    /// The fields.
    pub fields: BTreeMap<String, String>,
    /// The lists that have entries.
    pub lists: BTreeMap<String, BTreeSet<String>>,
    /// The lines, from the top.
    pub lines: Vec<String>,
}

impl NotesOp {
    /// The field that says who leads the shift.
    pub const LEAD: &str = "lead";
    /// The list of those on duty.
    pub const ON_DUTY: &str = "on duty";

    /// An operation worth trying on notes that show this. `pick` gives a number below its argument.
    pub fn propose(shown: &NotesView, pick: &mut dyn FnMut(u64) -> u64) -> NotesOp {
        let list = |pick: &mut dyn FnMut(u64) -> u64| one_of(&[Self::ON_DUTY, "allergies"], pick);
        let entry = |pick: &mut dyn FnMut(u64) -> u64| one_of(&["ada", "bo", "cy"], pick);
        let lines = shown.lines.len() as u64;
        match pick(8) {
            0 => NotesOp::Set(one_of(&[Self::LEAD, "ward"], pick), entry(pick)),
            1 => NotesOp::Mark(list(pick), entry(pick)),
            2 => NotesOp::Unmark(list(pick), entry(pick)),
            3 => NotesOp::Clear(list(pick)),
            4 if lines > 0 => NotesOp::Strike(pick(lines) as u32),
            5 => NotesOp::HandOver(entry(pick)),
            // Hardly ever two alike: a view tells nothing of the order of equal lines.
            _ => NotesOp::Write(pick(lines + 1) as u32, format!("line {}", pick(1 << 20))),
        }
    }
}

impl Canonical for NotesView {
    fn feed(&self, digester: &mut Digester) {
        self.fields.feed(digester);
        self.lists.feed(digester);
        self.lines.feed(digester);
    }
}
