//! Values put together from others that are wrong.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Specimen;
use crate::base::{Lamport, Refused, ReplicaId, Stamp, Update};
use crate::model::composite::{BoardOp, CartOp, TaskField, TaskKey, board, cart};
use crate::replica::{DataType, OpBased, Payload, Site, StateBased};
use crate::zoo::System;
use crate::zoo::composite::{Board, Layout};
use crate::zoo::map::Record;
use crate::zoo::set::OrSet;
use crate::zoo::sync::{FullState, Knowledge, Operations, Protocol, Turn};

/// All of them.
pub(super) const ALL: &[Specimen] = &[
    Specimen {
        name: "cart_merged_by_union",
        mistake: "two carts are merged by taking all lines of both, each with the larger quantity",
        known_from: "Dynamo: Amazon's Highly Available Key-value Store (2007): deleted items can resurface",
        harm: "what was taken out of the cart is in it again, and is paid for",
        caught_by: "spec",
        needs: &[],
        story: "n0 puts something in, n1 merges; n0 takes it out, and merges with n1",
        system: || System::judged_by(cart(), FullState::new(United::default())).into(),
    },
    Specimen {
        name: "action_split_in_two",
        mistake: "to create a task, its title and its place on the board are sent as two operations",
        known_from: "folklore: one user's action and two data types, each with its own way to the others",
        harm: "a task without a title where the second operation is late, and for ever where it is lost",
        caught_by: "spec",
        needs: &[],
        story: "n0 creates a task; n1 gets the task and not yet the title",
        system: || System::judged_by(board(), Split::default()).into(),
    },
];

/// How many of each line there are; none are left out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct United(BTreeMap<String, i64>);

impl DataType for United {
    type Op = CartOp;
    type View = BTreeMap<String, i64>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> CartOp {
        CartOp::propose(&self.0, pick)
    }

    fn view(&self) -> BTreeMap<String, i64> {
        self.0.clone()
    }
}

impl StateBased for United {
    fn apply(&mut self, op: &CartOp, _: Site) -> Result<(), Refused> {
        match op {
            CartOp::Add(line, more) => *self.0.entry(line.clone()).or_default() += i64::from(*more),
            CartOp::Take(line, fewer) => *self.0.entry(line.clone()).or_default() -= i64::from(*fewer),
            CartOp::Remove(line) => drop(self.0.remove(line)),
        }
        self.0.retain(|_, quantity| *quantity != 0);
        Ok(())
    }

    fn merge(&mut self, other: &United) {
        for (line, quantity) in &other.0 {
            let ours = self.0.entry(line.clone()).or_default();
            *ours = (*quantity).max(*ours);
        }
    }
}

type Fields = Record<TaskKey, String, Lamport>;
type Tasks = OrSet<String>;

/// A task board's parts, and what is shown of them together.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Shown(<Board as Layout>::Parts);

impl DataType for Shown {
    type Op = BoardOp;
    type View = BTreeMap<String, BTreeMap<TaskField, String>>;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> BoardOp {
        Board::propose(&self.0, pick)
    }

    fn view(&self) -> Self::View {
        Board::view(&self.0)
    }

    fn latest_stamp(&self) -> Option<Stamp> {
        self.0.latest_stamp()
    }
}

/// A task board whose fields and tasks go separate ways.
#[derive(Clone, Debug)]
struct Split {
    fields: Operations<Fields>,
    tasks: Operations<Tasks>,
    shown: Shown,
    known: Knowledge,
}

impl Default for Split {
    fn default() -> Split {
        let (fields, tasks) = (Operations::new(Fields::default()), Operations::new(Tasks::new()));
        Split { fields, tasks, shown: Shown::default(), known: Knowledge::new() }
    }
}

/// A message about fields, or one about tasks.
#[derive(Clone, Debug)]
enum Half {
    Fields(<Operations<Fields> as Protocol>::Message),
    Tasks(<Operations<Tasks> as Protocol>::Message),
}

impl Payload for Half {
    fn size(&self) -> u64 {
        match self {
            Half::Fields(message) => message.size(),
            Half::Tasks(message) => message.size(),
        }
    }
}

impl Split {
    /// Puts together what is shown.
    fn show(&mut self) {
        self.shown.0.first.clone_from(self.fields.value());
        self.shown.0.second.clone_from(self.tasks.value());
        self.known.merge(self.fields.known());
        self.known.merge(self.tasks.known());
    }
}

impl Protocol for Split {
    type Value = Shown;
    type Message = Half;
    type News = (Option<<Fields as OpBased>::Effect>, Option<<Tasks as OpBased>::Effect>);

    fn value(&self) -> &Shown {
        &self.shown
    }

    fn known(&self) -> &Knowledge {
        &self.known
    }

    fn carry_out(&mut self, op: &BoardOp, site: Site) -> Result<Self::News, Refused> {
        let share = Board::share(&self.shown.0, op)?;
        let fields = share.first.map(|op| self.fields.carry_out(&op, site)).transpose()?;
        let tasks = share.second.map(|op| self.tasks.carry_out(&op, site)).transpose()?;
        Ok((fields, tasks))
    }

    fn accepted(&mut self, (fields, tasks): Self::News, update: Update, turn: &mut Turn<'_, Half>) {
        if let Some(effect) = fields {
            turn.within(Half::Fields, |turn| self.fields.accepted(effect, update, turn));
        }
        if let Some(effect) = tasks {
            turn.within(Half::Tasks, |turn| self.tasks.accepted(effect, update, turn));
        }
        self.show();
    }

    /// Either half is taken in by itself, and its update with it.
    fn message(&mut self, from: ReplicaId, message: &Half, turn: &mut Turn<'_, Half>) {
        match message {
            Half::Fields(message) => turn.within(Half::Fields, |turn| self.fields.message(from, message, turn)),
            Half::Tasks(message) => turn.within(Half::Tasks, |turn| self.tasks.message(from, message, turn)),
        }
        self.show();
    }

    fn round(&mut self, peers: &[ReplicaId], turn: &mut Turn<'_, Half>) {
        turn.within(Half::Fields, |turn| self.fields.round(peers, turn));
        turn.within(Half::Tasks, |turn| self.tasks.round(peers, turn));
    }
}
