//! A task board: tasks that come and go, with fields of which each keeps its last value. It shows a
//! `BTreeMap` from the tasks on it to their fields.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::one_of;
use crate::base::{Canonical, Digester};

/// What a task says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TaskField {
    /// What is to be done.
    Title,
    /// How far it is.
    Column,
    /// Who does it.
    Assignee,
}

/// One field of one task.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskKey {
    /// The task's name on the board.
    pub task: String,
    /// Which field.
    pub field: TaskField,
}

/// What can be asked of a board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BoardOp {
    /// Put a task of this name on the board, under this title. One that is there gets the title.
    Create(String, String),
    /// Change a field; refused where the task is not on the board.
    Set(String, TaskField, String),
    /// Take a task off the board.
    Remove(String),
}

impl BoardOp {
    /// An operation worth trying on a board that shows this. `pick` gives a number below its argument.
    pub fn propose(shown: &BTreeMap<String, BTreeMap<TaskField, String>>, pick: &mut dyn FnMut(u64) -> u64) -> BoardOp {
        let task = one_of(&["t1", "t2", "t3"], pick);
        match pick(6) {
            0 if shown.contains_key(&task) => BoardOp::Remove(task),
            1 | 2 if shown.contains_key(&task) => {
                BoardOp::Set(task, TaskField::Column, one_of(&["doing", "done"], pick))
            }
            3 if shown.contains_key(&task) => {
                BoardOp::Set(task, TaskField::Assignee, one_of(&["ada", "bo", "cy"], pick))
            }
            _ => BoardOp::Create(task, one_of(&["paint", "sweep"], pick)),
        }
    }
}

impl Canonical for TaskField {
    fn feed(&self, digester: &mut Digester) {
        (*self as u8).feed(digester);
    }
}

impl Canonical for TaskKey {
    fn feed(&self, digester: &mut Digester) {
        self.task.feed(digester);
        self.field.feed(digester);
    }
}
