//! The faults of a plan as moments of one run: what was written stays, what was left open is drawn.

use super::wall::{self, Wall};
use crate::base::{Concern, Dice, Name, ReplicaId, Span, Time};
use crate::scenario::{Crash, Disk, Down, Durability, Fault, Partition, Plan, Rebirth, Shape, When, Who};

/// Something that the plan does to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// The last fault is over.
    Calm,
    Partition {
        wall: u32,
    },
    Heal {
        wall: u32,
    },
    Crash {
        replica: ReplicaId,
        fault: u32,
    },
    /// Die in the middle of a handler, after so many sends.
    Arm {
        replica: ReplicaId,
        fault: u32,
        sends: u32,
    },
    Restart {
        replica: ReplicaId,
        fault: u32,
    },
    /// Keep what is durable now, for a restart that will ask for it.
    Backup {
        replica: ReplicaId,
        fault: u32,
    },
    /// Make everything durable, as a disk that saves from time to time does.
    Save {
        replica: ReplicaId,
    },
    Pause {
        replica: ReplicaId,
    },
    Resume {
        replica: ReplicaId,
    },
    Slow {
        replica: ReplicaId,
        each: Span,
    },
    /// One of the stretches in which it is slow is over.
    Quicken {
        replica: ReplicaId,
        each: Span,
    },
    Jump {
        replica: ReplicaId,
        by: i64,
    },
    StopClock {
        replica: ReplicaId,
    },
    StartClock {
        replica: ReplicaId,
    },
    Hold {
        hold: u32,
    },
    Release {
        hold: u32,
    },
}

impl Action {
    /// The one replica that it concerns, if it is one.
    pub(super) fn whom(self, faults: &[Fault]) -> Option<ReplicaId> {
        match self {
            Action::Restart { replica, fault } => match &faults[fault as usize] {
                // Then it takes something from another one.
                Fault::Crash(Crash { disk: Disk::CloneOf(_), .. } | Crash { identity: Rebirth::As(_), .. }) => None,
                _ => Some(replica),
            },
            Action::Crash { replica, .. }
            | Action::Arm { replica, .. }
            | Action::Backup { replica, .. }
            | Action::Save { replica }
            | Action::Pause { replica }
            | Action::Resume { replica }
            | Action::Slow { replica, .. }
            | Action::Quicken { replica, .. }
            | Action::Jump { replica, .. }
            | Action::StopClock { replica }
            | Action::StartClock { replica } => Some(replica),
            Action::Calm
            | Action::Partition { .. }
            | Action::Heal { .. }
            | Action::Hold { .. }
            | Action::Release { .. } => None,
        }
    }
}

/// A link on which messages are held back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) from: ReplicaId,
    pub(super) to: ReplicaId,
    pub(super) until: Time,
}

/// The draws that one fault may need.
#[derive(Clone, Copy)]
enum Part {
    Who,
    From,
    Until,
    Away,
}

/// All that a run's faults come to.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    /// When what happens, in the order of the plan.
    pub(super) actions: Vec<(Time, Name, Action)>,
    pub(super) walls: Vec<Wall>,
    pub(super) holds: Vec<Held>,
}

struct Drawer<'a> {
    dice: &'a Dice,
    replicas: u32,
    name: Name,
}

impl Drawer<'_> {
    fn between(&self, part: Part, least: u64, most: u64) -> u64 {
        let width = (most - least).saturating_add(1);
        least + self.dice.below(Concern::Fault, self.name, part as u32, width)
    }

    fn when(&self, part: Part, when: When) -> Time {
        match when {
            When::At(time) => time,
            When::Between(first, last) => Time(self.between(part, first.0, last.0)),
        }
    }

    fn who(&self, who: Who) -> ReplicaId {
        match who {
            Who::Replica(replica) => replica,
            Who::Any => ReplicaId(self.between(Part::Who, 0, u64::from(self.replicas) - 1) as u32),
        }
    }
}

/// The faults of a plan as they come in the run of these dice: nothing about them is left open, but for the
/// links of a partition that come and go one by one.
pub fn settled(plan: &Plan, dice: &Dice) -> Vec<Fault> {
    let replicas = plan.replicas();
    let settle = |(nth, fault): (u32, &Fault)| {
        let drawer = Drawer { dice, replicas, name: Name::fault(nth) };
        let who = |who: &Who| Who::Replica(drawer.who(*who));
        let when = |part, at: &When| When::At(drawer.when(part, *at));
        match fault {
            Fault::Partition(partition) => {
                let shape = match &partition.shape {
                    Shape::Halves => Shape::Groups(vec![wall::half(nth, replicas, dice)]),
                    shape => shape.clone(),
                };
                let (from, until) = (when(Part::From, &partition.from), partition.until);
                let until = until.map(|until| when(Part::Until, &until));
                Fault::Partition(Partition { shape, from, until, ..partition.clone() })
            }
            Fault::Crash(crash) => {
                let down = away(crash.down, nth, dice).map_or(Down::Forever, Down::For);
                Fault::Crash(Crash { who: who(&crash.who), at: when(Part::From, &crash.at), down, ..crash.clone() })
            }
            Fault::Pause { who: whom, from, until } => {
                let until = until.map(|until| when(Part::Until, &until));
                Fault::Pause { who: who(whom), from: when(Part::From, from), until }
            }
            Fault::Slow { who: whom, from, until, each } => {
                let (from, until) = (when(Part::From, from), when(Part::Until, until));
                Fault::Slow { who: who(whom), from, until, each: *each }
            }
            Fault::ClockJump { who: whom, at, by } => {
                Fault::ClockJump { who: who(whom), at: when(Part::From, at), by: *by }
            }
            Fault::ClockFreeze { who: whom, from, until } => {
                let (from, until) = (when(Part::From, from), when(Part::Until, until));
                Fault::ClockFreeze { who: who(whom), from, until }
            }
            Fault::Hold { from, to, since, until } => {
                let (since, until) = (when(Part::From, since), when(Part::Until, until));
                Fault::Hold { from: *from, to: *to, since, until }
            }
        }
    };
    (0..).zip(&plan.scenario().faults).map(settle).collect()
}

impl Agenda {
    /// Works out all moments but those that depend on others: when the dead return.
    pub(super) fn draw(&mut self, plan: &Plan, dice: &Dice) {
        self.actions.clear();
        self.walls.clear();
        self.holds.clear();
        let scenario = plan.scenario();
        self.at(plan.calm_at(), Name::default().part(0, 0), Action::Calm);
        for (fault, entry) in (0..).zip(&scenario.faults) {
            let name = Name::fault(fault);
            let drawer = Drawer { dice, replicas: plan.replicas(), name };
            let (begins, ends) = (name.part(0, 0), name.part(0, 1));
            match entry {
                Fault::Partition(partition) => {
                    let from = drawer.when(Part::From, partition.from);
                    let wall = self.walls.len() as u32;
                    self.walls.push(Wall::new(fault, partition, from, plan.replicas(), dice));
                    self.at(from, begins, Action::Partition { wall });
                    if let Some(until) = partition.until {
                        self.at(drawer.when(Part::Until, until), ends, Action::Heal { wall });
                    }
                }
                Fault::Crash(crash) => {
                    let replica = drawer.who(crash.who);
                    let at = drawer.when(Part::From, crash.at);
                    if let Disk::Backup(age) = crash.disk {
                        self.at(at - age, name.part(0, 2), Action::Backup { replica, fault });
                    }
                    self.at(
                        at,
                        begins,
                        match crash.after_sends {
                            None => Action::Crash { replica, fault },
                            Some(sends) => Action::Arm { replica, fault, sends },
                        },
                    );
                }
                Fault::Pause { who, from, until } => {
                    let replica = drawer.who(*who);
                    self.at(drawer.when(Part::From, *from), begins, Action::Pause { replica });
                    if let Some(until) = until {
                        self.at(drawer.when(Part::Until, *until), ends, Action::Resume { replica });
                    }
                }
                Fault::Slow { who, from, until, each } => {
                    let replica = drawer.who(*who);
                    self.at(drawer.when(Part::From, *from), begins, Action::Slow { replica, each: *each });
                    self.at(drawer.when(Part::Until, *until), ends, Action::Quicken { replica, each: *each });
                }
                Fault::ClockJump { who, at, by } => {
                    let replica = drawer.who(*who);
                    self.at(drawer.when(Part::From, *at), begins, Action::Jump { replica, by: by.0 });
                }
                Fault::ClockFreeze { who, from, until } => {
                    let replica = drawer.who(*who);
                    self.at(drawer.when(Part::From, *from), begins, Action::StopClock { replica });
                    self.at(drawer.when(Part::Until, *until), ends, Action::StartClock { replica });
                }
                Fault::Hold { from, to, since, until } => {
                    let hold = self.holds.len() as u32;
                    let until = drawer.when(Part::Until, *until);
                    self.holds.push(Held { from: *from, to: *to, until });
                    self.at(drawer.when(Part::From, *since), begins, Action::Hold { hold });
                    self.at(until, ends, Action::Release { hold });
                }
            }
        }
        if scenario.faults.iter().any(|fault| matches!(fault, Fault::Crash(_))) {
            for slot in 0..plan.replicas() {
                let replica = ReplicaId(slot);
                if let Durability::Every(interval) = plan.durability(replica) {
                    self.at(Time::START + interval, saving(replica, 1), Action::Save { replica });
                }
            }
        }
    }

    fn at(&mut self, time: Time, name: Name, action: Action) {
        self.actions.push((time, name, action));
    }
}

/// The name of the n-th saving of a disk that saves from time to time.
pub(super) fn saving(replica: ReplicaId, nth: u64) -> Name {
    Name::default().part(1 + u64::from(replica.0), nth)
}

/// How long a replica is away that a fault of the plan has killed; `None` if it never comes back.
pub(super) fn away(down: Down, fault: u32, dice: &Dice) -> Option<Span> {
    match down {
        Down::For(span) => Some(span),
        Down::Between(least, most) => {
            let drawer = Drawer { dice, replicas: 0, name: Name::fault(fault) };
            Some(Span(drawer.between(Part::Away, least.0, most.0)))
        }
        Down::Forever => None,
    }
}
