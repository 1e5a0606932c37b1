//! Doing without a replica.

use super::{Shrinks, Work};
use crate::base::{Path, ReplicaId, Root};
use crate::run::Story;
use crate::scenario::{Disk, Fault, Rebirth, Scenario, Shape, Topology, Who};

impl<O: Shrinks> Work<'_, O> {
    /// Takes replicas away, one after the other, each with all that is said of it.
    pub(super) fn drop_replicas(&mut self) {
        while self.story.plan.replicas() > 1 && !self.is_tired() {
            let replicas = self.story.plan.replicas();
            // The last is gone with the least change: all others keep their numbers.
            let dropped =
                self.try_each(replicas as usize, |story, nth| without(story, ReplicaId(replicas - 1 - nth as u32)));
            if dropped.is_none() {
                return;
            }
        }
    }
}

/// The story without this replica: those behind it move up.
fn without<O: Clone>(story: &Story<O>, gone: ReplicaId) -> Option<Story<O>> {
    let moved = |replica: ReplicaId| match replica.cmp(&gone) {
        std::cmp::Ordering::Less => Some(replica),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => Some(ReplicaId(replica.0 - 1)),
    };
    let mut scenario = story.plan.scenario().clone();
    scenario.replicas -= 1;
    let kept = |slot: &(usize, &str)| slot.0 != gone.index();
    scenario.names = story.plan.names().iter().enumerate().filter(kept).map(|(_, name)| name.to_owned()).collect();
    scenario.faults = scenario.faults.iter().filter_map(|fault| fault_of(fault, &moved)).collect();
    scenario.links = scenario
        .links
        .iter()
        .filter_map(|rule| {
            let end = |end: Option<ReplicaId>| end.map_or(Some(None), |end| moved(end).map(Some));
            let mut rule = rule.clone();
            (rule.from, rule.to) = (end(rule.from)?, end(rule.to)?);
            Some(rule)
        })
        .collect();
    scenario.clocks = scenario.clocks.iter().filter_map(|(of, clock)| Some((moved(*of)?, *clock))).collect();
    scenario.durabilities = scenario.durabilities.iter().filter_map(|(of, disk)| Some((moved(*of)?, *disk))).collect();
    scenario.topology = topology_of(&scenario, gone);
    let plan = scenario.plan().ok()?;
    let requests = story.requests.iter().filter_map(|asked| {
        let mut asked = asked.clone();
        asked.replica = moved(asked.replica)?;
        Some(asked)
    });
    let fates = story.fates.iter().filter_map(|(path, fate)| Some((path_of(path, &moved)?, *fate)));
    Some(Story { plan, requests: requests.collect(), fates: fates.collect(), ..story.clone() })
}

fn path_of(path: &Path, moved: &impl Fn(ReplicaId) -> Option<ReplicaId>) -> Option<Path> {
    let root = match &path.root {
        Root::Start(replica, life) => Root::Start(moved(*replica)?, *life),
        Root::Timer(replica, life, timer, nth) => Root::Timer(moved(*replica)?, *life, *timer, *nth),
        // Requests keep their names, whomever they ask.
        root @ (Root::Request(..) | Root::Label(_)) => root.clone(),
    };
    let mut hops = path.hops.clone();
    for hop in &mut hops {
        hop.to = moved(hop.to)?;
    }
    Some(Path { root, hops })
}

fn topology_of(scenario: &Scenario, gone: ReplicaId) -> Topology {
    match &scenario.topology {
        Topology::Regions { of, round_trips } => {
            let mut of = of.clone();
            of.remove(gone.index());
            Topology::Regions { of, round_trips: round_trips.clone() }
        }
        Topology::Edges(edges) => {
            let end = |end: u32| end - u32::from(end > gone.0);
            let kept = edges.iter().filter(|(one, other)| *one != gone.0 && *other != gone.0);
            Topology::Edges(kept.map(|(one, other)| (end(*one), end(*other))).collect())
        }
        other => other.clone(),
    }
}

/// What is left of a fault; nothing where it was about that replica alone.
fn fault_of(fault: &Fault, moved: &impl Fn(ReplicaId) -> Option<ReplicaId>) -> Option<Fault> {
    let all = |list: &[ReplicaId]| list.iter().filter_map(|replica| moved(*replica)).collect::<Vec<_>>();
    let whom = |who: &Who| match who {
        Who::Replica(replica) => moved(*replica).map(Who::Replica),
        Who::Any => Some(Who::Any),
    };
    let mut fault = fault.clone();
    match &mut fault {
        Fault::Partition(partition) => {
            partition.shape = match &partition.shape {
                Shape::Groups(groups) => Shape::Groups(groups.iter().map(|group| all(group)).collect()),
                Shape::OneWay(from, to) => Shape::OneWay(all(from), all(to)),
                Shape::Bridge { over, half } => Shape::Bridge { over: moved(*over)?, half: all(half) },
                Shape::Isolate(alone) => Shape::Isolate(all(alone)),
                Shape::Halves => Shape::Halves,
            };
        }
        Fault::Crash(crash) => {
            crash.who = whom(&crash.who)?;
            if let Disk::CloneOf(other) = crash.disk {
                crash.disk = Disk::CloneOf(moved(other)?);
            }
            if let Rebirth::As(other) = crash.identity {
                crash.identity = Rebirth::As(moved(other)?);
            }
        }
        Fault::Pause { who, .. }
        | Fault::Slow { who, .. }
        | Fault::ClockJump { who, .. }
        | Fault::ClockFreeze { who, .. } => *who = whom(who)?,
        Fault::Hold { from, to, .. } => (*from, *to) = (moved(*from)?, moved(*to)?),
    }
    Some(fault)
}
