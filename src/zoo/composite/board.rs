//! A task board: an OR-Set of the tasks on it, and a record of their fields.
//!
//! A task created beside its removal stays. Each field of each task keeps its last write, by Lamport stamps. A field
//! changed beside the removal of its task is kept unseen, and shows again if the task is created anew.

use std::collections::BTreeMap;

use super::both::{Both, Touch};
use super::layout::{Composite, Layout};
use crate::base::Lamport;
use crate::model::Specification;
use crate::model::composite::{BoardOp, TaskField, TaskKey, board};
use crate::model::map::RecordOp;
use crate::model::set::SetOp;
use crate::replica::{DataType, Element, Refused};
use crate::zoo::map::Record;
use crate::zoo::set::OrSet;

/// A task board.
pub type TaskBoard = Composite<Board>;

/// How a task board is put together.
#[derive(Clone, Debug)]
pub struct Board;

impl Element for TaskKey {
    fn nth(n: u64) -> TaskKey {
        let field = [TaskField::Title, TaskField::Column, TaskField::Assignee][(n % 3) as usize];
        TaskKey { task: String::nth(n / 3), field }
    }
}

impl Layout for Board {
    type Parts = Both<Record<TaskKey, String, Lamport>, OrSet<String>>;
    type Op = BoardOp;
    type View = BTreeMap<String, BTreeMap<TaskField, String>>;

    fn propose(parts: &Self::Parts, pick: &mut dyn FnMut(u64) -> u64) -> BoardOp {
        BoardOp::propose(&Self::view(parts), pick)
    }

    fn share(parts: &Self::Parts, op: &BoardOp) -> Result<<Self::Parts as DataType>::Op, Refused> {
        let set =
            |task: &String, field, value: &String| RecordOp::Set(TaskKey { task: task.clone(), field }, value.clone());
        match op {
            BoardOp::Create(task, title) => {
                Ok(Touch::both(set(task, TaskField::Title, title), SetOp::Add(task.clone())))
            }
            BoardOp::Set(task, field, value) if parts.second.contains(task) => {
                Ok(Touch::first(set(task, *field, value)))
            }
            BoardOp::Set(task, ..) => {
                Err(Refused::because(format!("there is no task `{task}` on the board; create it")))
            }
            BoardOp::Remove(task) => Ok(Touch::second(SetOp::Remove(task.clone()))),
        }
    }

    fn view(parts: &Self::Parts) -> Self::View {
        let mut board: Self::View = parts.second.view().into_iter().map(|task| (task, BTreeMap::new())).collect();
        for (TaskKey { task, field }, value) in parts.first.view() {
            if let Some(fields) = board.get_mut(&task) {
                fields.insert(field, value);
            }
        }
        board
    }

    fn specification() -> Specification<Self::Op, Self::View> {
        board()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replica::{Site, StateBased};
    use crate::zoo::map::trials::{Past, add_wins, forms_agree, parts};

    /// The tasks of which some creation was seen by no removal, each with the last write to each field.
    fn reading(known: &[Past<BoardOp>]) -> BTreeMap<String, BTreeMap<TaskField, String>> {
        let tasks = parts(known, |op| match op {
            BoardOp::Create(task, _) => Some(SetOp::Add(task.clone())),
            BoardOp::Remove(task) => Some(SetOp::Remove(task.clone())),
            BoardOp::Set(..) => None,
        });
        let mut board: BTreeMap<_, BTreeMap<_, _>> =
            add_wins(&tasks).into_iter().map(|task| (task, BTreeMap::new())).collect();
        let mut writes: Vec<_> = known.iter().collect();
        writes.sort_by_key(|past| past.stamp);
        for past in writes {
            let (task, field, value) = match &past.op {
                BoardOp::Create(task, title) => (task, TaskField::Title, title),
                BoardOp::Set(task, field, value) => (task, *field, value),
                BoardOp::Remove(_) => continue,
            };
            if let Some(fields) = board.get_mut(task) {
                fields.insert(field, value.clone());
            }
        }
        board
    }

    #[test]
    fn a_board_shows_its_tasks_with_the_last_write_to_each_field() {
        assert!(forms_agree::<TaskBoard>(reading, DataType::latest_stamp) > 100);
    }

    #[test]
    fn two_who_change_different_fields_of_one_task_both_keep_their_change() {
        let mut a = TaskBoard::default();
        a.apply(&BoardOp::Create("t1".to_string(), "paint".to_string()), Site::of(0)).expect("fits");
        let mut b = a.clone();
        let set = |field, value: &str| BoardOp::Set("t1".to_string(), field, value.to_string());
        a.apply(&set(TaskField::Column, "doing"), Site::of(0)).expect("fits");
        b.apply(&set(TaskField::Assignee, "ada"), Site::of(1)).expect("fits");
        a.merge(&b);
        let values: Vec<_> = a.view().into_values().flat_map(BTreeMap::into_values).collect();
        assert_eq!(values, ["paint", "doing", "ada"]);
    }

    #[test]
    fn a_field_of_a_task_that_is_not_there_cannot_be_set() {
        let refused = TaskBoard::default()
            .apply(&BoardOp::Set("t9".to_string(), TaskField::Column, "done".to_string()), Site::of(0))
            .expect_err("no such task");
        assert_eq!(refused.0, "there is no task `t9` on the board; create it");
    }
}
