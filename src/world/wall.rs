//! Partitions as the network sees them: who can hear whom.

use crate::base::{Concern, Dice, Name, Odds, ReplicaId, Time};
use crate::scenario::{Flapping, InFlight, Partition, Shape};

/// One partition of a run, standing or not.
#[derive(Clone, Debug)]
pub(super) struct Wall {
    /// The position of the fault in the plan.
    pub(super) fault: u32,
    sides: Sides,
    pub(super) since: Time,
    flapping: Option<Flapping>,
    /// Whether it cuts off what is under way, too.
    pub(super) cuts_in_flight: bool,
}

#[derive(Clone, Debug)]
enum Sides {
    /// Replicas with different numbers are cut off from each other; `BRIDGE` hears everybody.
    Groups(Vec<u32>),
    /// Who speaks is not heard by who is deaf: two bits a replica.
    OneWay(Vec<u8>),
}

const BRIDGE: u32 = u32::MAX;
const SPEAKS: u8 = 1;
const DEAF: u8 = 2;

impl Wall {
    pub(super) fn new(fault: u32, partition: &Partition, since: Time, replicas: u32, dice: &Dice) -> Wall {
        let mut groups = vec![0; replicas as usize];
        let sides = match &partition.shape {
            Shape::Groups(lists) => {
                for (number, list) in (1..).zip(lists) {
                    for replica in list {
                        groups[replica.index()] = number;
                    }
                }
                Sides::Groups(groups)
            }
            Shape::Isolate(alone) => {
                for (number, replica) in (1..).zip(alone) {
                    groups[replica.index()] = number;
                }
                Sides::Groups(groups)
            }
            Shape::Bridge { over, half } => {
                for replica in half {
                    groups[replica.index()] = 1;
                }
                groups[over.index()] = BRIDGE;
                Sides::Groups(groups)
            }
            Shape::Halves => {
                for replica in half(fault, replicas, dice) {
                    groups[replica.index()] = 1;
                }
                Sides::Groups(groups)
            }
            Shape::OneWay(speakers, deaf) => {
                let mut bits = vec![0; replicas as usize];
                for replica in speakers {
                    bits[replica.index()] |= SPEAKS;
                }
                for replica in deaf {
                    bits[replica.index()] |= DEAF;
                }
                Sides::OneWay(bits)
            }
        };
        Wall { fault, sides, since, flapping: partition.flapping, cuts_in_flight: partition.in_flight == InFlight::Cut }
    }

    /// Whether a message from one to the other is cut off at this moment.
    pub(super) fn cuts(&self, from: ReplicaId, to: ReplicaId, at: Time, dice: &Dice) -> bool {
        let between = match &self.sides {
            Sides::Groups(groups) => {
                let (from, to) = (groups[from.index()], groups[to.index()]);
                from != to && from != BRIDGE && to != BRIDGE
            }
            Sides::OneWay(bits) => bits[from.index()] & SPEAKS != 0 && bits[to.index()] & DEAF != 0,
        };
        between && self.flapping.is_none_or(|flapping| self.stands(flapping, from, to, at, dice))
    }

    fn stands(&self, flapping: Flapping, from: ReplicaId, to: ReplicaId, at: Time, dice: &Dice) -> bool {
        let period = at.since(self.since).0 / flapping.period.0;
        if !flapping.link_by_link {
            return period.is_multiple_of(2);
        }
        let pair = u64::from(from.0.min(to.0)) << 32 | u64::from(from.0.max(to.0));
        dice.chance(Concern::Fault, Name::fault(self.fault).part(3 + pair, period), 0, Odds::permille(500))
    }
}

/// One of the halves that are drawn for the n-th fault of a plan; neither is empty.
pub(super) fn half(fault: u32, replicas: u32, dice: &Dice) -> Vec<ReplicaId> {
    let name = Name::fault(fault);
    let side = |replica: &ReplicaId| {
        let name = name.part(1, u64::from(replica.0));
        dice.chance(Concern::Fault, name, 0, Odds::permille(500))
    };
    let all = || (0..replicas).map(ReplicaId);
    let mut half: Vec<ReplicaId> = all().filter(side).collect();
    // Where one is empty, one replica, drawn, goes to the other side.
    if half.is_empty() || half.len() == replicas as usize {
        let odd = ReplicaId(dice.below(Concern::Fault, name.part(2, 0), 0, u64::from(replicas)) as u32);
        half = if half.is_empty() { vec![odd] } else { all().filter(|replica| *replica != odd).collect() };
    }
    half
}
