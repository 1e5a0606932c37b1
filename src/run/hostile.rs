//! The hostile scenario: an ordinary bad network, and what a specimen needs beyond it.

use crate::base::{Odds, Offset, ReplicaId, Span, Time};
use crate::scenario::{
    Activity, Clock, Crash, Disk, Down, Duplicates, Durability, Fault, InFlight, Latency, Order, Partition, Rebirth,
    Reorder, Scenario, Shape, Topology, When, Who,
};
use crate::zoo::specimen::Need;
use crate::zoo::sync::Pace;

/// A world that is hard on replicas, what clients do in it, and how often replicas gossip.
#[derive(Clone, Debug)]
pub struct Hostile {
    /// The world.
    pub world: Scenario,
    /// What clients do.
    pub activity: Activity,
    /// How often replicas turn to one another, and who sees to their disks.
    pub pace: Pace,
}

/// The world in which all right implementations must hold, with what is needed beyond that.
pub fn hostile(needs: &[Need]) -> Hostile {
    let mut world = Scenario::new(3);
    world.order = Order::Drawn;
    world.duration = Span::millis(800);
    world.settle = Span::millis(1500);
    world.count_inversions = true;
    world.link.latency = Latency::Uniform(Span::millis(1), Span::millis(12));
    world.link.loss = Odds::permille(150);
    let delay = Latency::Uniform(Span::ZERO, Span::millis(80));
    world.link.duplicates = Some(Duplicates { odds: Odds::permille(200), delay });
    let delay = Latency::Uniform(Span::millis(10), Span::millis(100));
    world.link.reorder = Some(Reorder { odds: Odds::permille(200), delay });
    world.faults = vec![
        partition(Shape::Halves, between(50, 250), between(300, 600)),
        Fault::Pause { who: Who::Any, from: between(50, 400), until: Some(between(450, 600)) },
        crash(Who::Any, between(150, 600), Disk::Durable),
    ];
    let mut hostile = Hostile {
        world,
        activity: Activity { every: Span::millis(25), odds: Odds::permille(300), ..Activity::default() },
        pace: Pace::each(Span::millis(30)),
    };
    needs.iter().for_each(|need| hostile.add(*need));
    hostile
}

impl Hostile {
    fn add(&mut self, need: Need) {
        let world = &mut self.world;
        match need {
            Need::Replicas(count) => world.replicas = count,
            Need::Ring => world.topology = Topology::Ring,
            Need::LateDuplicates => {
                let delay = Latency::Uniform(Span::millis(300), Span::millis(1200));
                world.link.duplicates = Some(Duplicates { odds: Odds::permille(300), delay });
            }
            Need::LostDisk => world.faults.push(crash(Who::Any, between(200, 600), Disk::Nothing)),
            Need::OldBackup => {
                world.faults.push(crash(Who::Any, between(300, 600), Disk::Backup(Span::millis(150))));
            }
            Need::ClonedDisk => {
                let (who, at, disk) = (ReplicaId(2), between(200, 600), Disk::CloneOf(ReplicaId(0)));
                let Fault::Crash(cloned) = crash(Who::Replica(who), at, disk) else { return };
                world.faults.push(Fault::Crash(Crash { identity: Rebirth::As(ReplicaId(0)), ..cloned }));
            }
            Need::OwnSaving => {
                world.durability = Durability::Explicit;
                self.pace = self.pace.saving_by_itself();
            }
            Need::SavedNowAndThen => world.durability = Durability::Every(Span::millis(120)),
            Need::HalfSent => {
                let Fault::Crash(whole) = crash(Who::Any, between(100, 500), Disk::Durable) else { return };
                world.faults.push(Fault::Crash(Crash { after_sends: Some(1), ..whole }));
            }
            Need::DiesHalfSent => {
                let Fault::Crash(whole) = crash(Who::Any, between(100, 500), Disk::Durable) else { return };
                world.faults.push(Fault::Crash(Crash { after_sends: Some(1), down: Down::Forever, ..whole }));
            }
            Need::GoneForGood => {
                let Fault::Crash(back) = crash(Who::Any, between(200, 600), Disk::Durable) else { return };
                world.faults.push(Fault::Crash(Crash { down: Down::Forever, ..back }));
            }
            Need::LongAbsence => {
                let alone = Shape::Isolate(vec![ReplicaId(world.replicas - 1)]);
                world.faults.push(partition(alone, between(30, 80), between(750, 790)));
            }
            Need::CoarseClocks => world.clock.granularity = Span::millis(100),
            Need::FrozenClock => {
                world.faults.push(Fault::ClockFreeze {
                    who: Who::Any,
                    from: between(50, 200),
                    until: between(500, 790),
                });
            }
            Need::ClockAhead => {
                let clock = Clock { skew: Offset(300_000_000_000), ..Clock::default() };
                world.clocks.insert(ReplicaId(0), clock);
            }
            Need::ClocksApart => {
                let clock = Clock { skew: Offset(200_000_000), ..Clock::default() };
                world.clocks.insert(ReplicaId(0), clock);
            }
            Need::ClockSetBack => {
                let by = Offset(-200_000_000);
                world.faults.push(Fault::ClockJump { who: Who::Any, at: between(300, 600), by });
            }
            Need::NoLoss => {
                world.link.loss = Odds::NEVER;
                // Rounds are rare and nothing stays under way for very long, so that now and then nothing is.
                self.pace.period = Span::millis(90);
                let delay = Latency::Uniform(Span::ZERO, Span::millis(40));
                world.link.duplicates = Some(Duplicates { odds: Odds::permille(200), delay });
                let delay = Latency::Uniform(Span::millis(10), Span::millis(50));
                world.link.reorder = Some(Reorder { odds: Odds::permille(200), delay });
                let hold = |from, to| {
                    let (since, until) = (between(50, 250), between(300, 600));
                    Fault::Hold { from: ReplicaId(from), to: ReplicaId(to), since, until }
                };
                world.faults.retain(|fault| matches!(fault, Fault::Pause { .. }));
                world.faults.extend([hold(0, 1), hold(1, 0)]);
            }
            Need::FewRequests => self.activity.odds = Odds::permille(80),
            Need::ManyRequests => self.activity.odds = Odds::permille(900),
            Need::Roaming => self.activity.roam = Odds::permille(500),
            Need::Reading => self.activity.reads = Odds::permille(400),
        }
    }
}

fn between(first: u64, last: u64) -> When {
    When::Between(Time::START + Span::millis(first), Time::START + Span::millis(last))
}

fn partition(shape: Shape, from: When, until: When) -> Fault {
    Fault::Partition(Partition {
        name: None,
        shape,
        from,
        until: Some(until),
        in_flight: InFlight::Cut,
        flapping: None,
    })
}

fn crash(who: Who, at: When, disk: Disk) -> Fault {
    let down = Down::Between(Span::millis(10), Span::millis(120));
    Fault::Crash(Crash { who, at, after_sends: None, down, disk, identity: Rebirth::Same })
}
