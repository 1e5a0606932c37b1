//! A task board: tasks that come and go, with fields of which each keeps its last value. It shows a
//! `BTreeMap` from the tasks on it to their fields.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{asked, one_of, part};
use crate::base::{Canonical, Digester};
use crate::model::map::{RecordOp, record};
use crate::model::set::{SetOp, add_wins};
use crate::model::{Source, Specification, key_of};

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

/// Tasks of which some creation was seen by no removal, each with the last write to each field, also those from
/// before it was last removed. A field of a task that is not on the board cannot be set.
pub fn board() -> Specification<BoardOp, BTreeMap<String, BTreeMap<TaskField, String>>> {
    let (tasks, fields) = (add_wins(), record(Source::Lamport));
    let on_board = tasks.clone();
    Specification::new("task board", move |visible| {
        let tasks = part(&tasks, visible, BoardOp::on_tasks);
        let mut board: BTreeMap<_, BTreeMap<_, _>> = tasks.into_iter().map(|task| (task, BTreeMap::new())).collect();
        for (TaskKey { task, field }, value) in part(&fields, visible, BoardOp::on_fields) {
            board.entry(task).and_modify(|fields| _ = fields.insert(field, value));
        }
        board
    })
    .stamped_by(Source::Lamport)
    .stamping(|op| op.on_fields().is_some())
    .in_parts(
        |op| Some(key_of(op.task())),
        |view, op| {
            view.get_key_value(op.task()).map(|(task, fields)| (task.clone(), fields.clone())).into_iter().collect()
        },
    )
    .refusing(move |visible, _, op| match op {
        BoardOp::Set(task, ..) => !part(&on_board, visible, BoardOp::on_tasks).contains(task),
        BoardOp::Create(..) | BoardOp::Remove(_) => false,
    })
    .intending(|_, op, after| {
        let shown = after.get(op.task());
        let is_there = match op.on_fields() {
            Some(RecordOp::Set(key, value)) => shown.and_then(|fields| fields.get(&key.field)) == Some(&value),
            None => shown.is_none(),
        };
        asked(is_there, || format!("after {op:?} the board shows {shown:?} of `{}`", op.task()))
    })
}

impl BoardOp {
    /// The task that it is about.
    pub fn task(&self) -> &String {
        match self {
            BoardOp::Create(task, _) | BoardOp::Set(task, ..) | BoardOp::Remove(task) => task,
        }
    }

    fn on_tasks(&self) -> Option<SetOp<String>> {
        match self {
            BoardOp::Create(task, _) => Some(SetOp::Add(task.clone())),
            BoardOp::Remove(task) => Some(SetOp::Remove(task.clone())),
            BoardOp::Set(..) => None,
        }
    }

    fn on_fields(&self) -> Option<RecordOp<TaskKey, String>> {
        let set =
            |task: &String, field, value: &String| RecordOp::Set(TaskKey { task: task.clone(), field }, value.clone());
        match self {
            BoardOp::Create(task, title) => Some(set(task, TaskField::Title, title)),
            BoardOp::Set(task, field, value) => Some(set(task, *field, value)),
            BoardOp::Remove(_) => None,
        }
    }

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

#[cfg(test)]
mod tests {
    use super::super::super::testing::{shown, story};
    use super::*;
    use crate::base::Identity;
    use crate::model::Visible;

    #[test]
    fn a_task_created_beside_its_removal_stays_and_each_field_keeps_its_last_value() {
        let task = || "t".to_owned();
        let create = |title: &str| BoardOp::Create(task(), title.to_owned());
        let set = |field, value: &str| BoardOp::Set(task(), field, value.to_owned());
        let told = [
            ("a", create("paint"), ""),
            ("b", set(TaskField::Column, "doing"), "a"),
            ("c", set(TaskField::Assignee, "ada"), "a"),
            ("r", BoardOp::Remove(task()), "a b c"),
            ("d", create("sweep"), "a"),
        ];
        let fields: [_; 3] = [TaskField::Title, TaskField::Column, TaskField::Assignee];
        let all = fields.into_iter().zip(["sweep", "doing", "ada"].map(str::to_owned)).collect();
        assert_eq!(shown(&board(), told.clone()), [(task(), all)].into());
        assert_eq!(shown(&board(), told[..4].iter().cloned()), BTreeMap::new());
        let (history, known) = story(told[..4].iter().cloned());
        let refused = |op| board().refuses(&Visible::new(&history, &known), Identity(0), &op);
        assert_eq!([refused(set(TaskField::Title, "x")), refused(create("x"))], [Some(true), Some(false)]);
        assert!(board().intent(&BTreeMap::new(), &create("x"), &BTreeMap::new()).is_err());
    }
}
