//! Scenarios made out of values at the edges of what can be written: about one in four can be planned.

use squall::base::{Concern, Dice, Name, Odds, Offset, ReplicaId, Seed, Span, Time};
use squall::scenario::{
    Bursts, Clock, Crash, Disk, Down, Duplicates, Durability, Fault, Flapping, InFlight, Latency, Link, LinkRule,
    Order, Partition, Rebirth, Reorder, Scenario, Shape, Topology, When, Who,
};

use super::story::{at, ms};

/// Makes one scenario after the other, the same ones for the same seed.
pub(crate) struct Odd {
    dice: Dice,
    drawn: u32,
}

impl Odd {
    pub(crate) fn new(seed: Seed) -> Odd {
        Odd { dice: Dice::new(seed), drawn: 0 }
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.drawn += 1;
        self.dice.below(Concern::Replica, Name::default(), self.drawn, bound)
    }

    /// Whether something odd is to happen here: once in `rarity` times.
    fn odd(&mut self, rarity: u64) -> bool {
        self.below(rarity) == 0
    }

    fn of<T: Copy, const N: usize>(&mut self, values: [T; N]) -> T {
        values[self.below(N as u64) as usize]
    }

    fn span(&mut self) -> Span {
        if self.odd(10) {
            self.of([Span::ZERO, Span(1), Span::days(36_500), Span(u64::MAX - 1), Span(u64::MAX)])
        } else {
            Span(self.below(40) * 1_000_000)
        }
    }

    fn time(&mut self) -> Time {
        if self.odd(30) { Time(self.span().0) } else { Time(self.below(41) * 1_000_000) }
    }

    fn when(&mut self) -> When {
        let (first, last) = (self.time(), self.time());
        if self.odd(3) { When::Between(first.min(last), first.max(last)) } else { When::At(first) }
    }

    /// A beginning and an end, mostly in this order.
    fn stretch(&mut self) -> (When, When) {
        if self.odd(6) {
            return (self.when(), self.when());
        }
        let from = self.below(38);
        (at(from), at(from + 1 + self.below(40 - from)))
    }

    fn replica(&mut self) -> ReplicaId {
        if self.odd(40) { ReplicaId(self.of([9, u32::MAX - 1, u32::MAX])) } else { ReplicaId(self.below(4) as u32) }
    }

    fn replicas(&mut self) -> Vec<ReplicaId> {
        let mut replicas: Vec<ReplicaId> = (0..self.below(3)).map(|_| self.replica()).collect();
        if !self.odd(8) {
            replicas.sort_unstable();
            replicas.dedup();
        }
        replicas
    }

    fn who(&mut self) -> Who {
        if self.odd(3) { Who::Any } else { Who::Replica(self.replica()) }
    }

    fn odds(&mut self) -> Odds {
        self.of([Odds::NEVER, Odds::ALWAYS, Odds::permille(500), Odds::permille(1)])
    }

    fn latency(&mut self) -> Latency {
        let [a, b, c, d] = [self.span(), self.span(), self.span(), self.span()];
        match self.below(6) {
            0 => Latency::Uniform(a.min(b), a.max(b)),
            1 => Latency::Normal { mean: a.max(b), deviation: a.min(b) },
            2 => Latency::HeavyTail { least: a, median: b, most: c },
            3 => Latency::TwoPeaks { near: (a, b), far: (c, d), far_share: self.odds() },
            _ => Latency::Constant(a),
        }
    }

    fn link(&mut self) -> Link {
        let mut link = Link { latency: self.latency(), loss: self.odds(), fifo: self.odd(2), ..Link::default() };
        if self.odd(3) {
            let (a, b) = (self.span(), self.span());
            link.bursts = Some(Bursts { every: a.max(b), lasting: a.min(b), loss: self.odds() });
        }
        if self.odd(3) {
            link.duplicates = Some(Duplicates { odds: self.odds(), delay: self.latency() });
        }
        if self.odd(3) {
            link.reorder = Some(Reorder { odds: self.odds(), delay: self.latency() });
        }
        if self.odd(3) {
            link.bandwidth = Some(self.of([0, 1, 1_000, u64::MAX]));
        }
        link.damage = self.odds();
        link
    }

    fn clock(&mut self) -> Clock {
        Clock {
            skew: Offset(self.of([0, 1, -1, i64::MIN, i64::MAX])),
            drift_ppm: self.of([0, 1, -1, -999_999, 1_000_000]),
            granularity: self.span(),
        }
    }

    fn durability(&mut self) -> Durability {
        match self.below(5) {
            0 => Durability::Every(self.span()),
            1 => Durability::Explicit,
            2 => Durability::Never,
            _ => Durability::EveryUpdate,
        }
    }

    fn partition(&mut self) -> Partition {
        let shape = match self.below(5) {
            0 => Shape::Groups((0..self.below(4)).map(|_| self.replicas()).collect()),
            1 => Shape::OneWay(self.replicas(), self.replicas()),
            2 => Shape::Bridge { over: self.replica(), half: self.replicas() },
            3 => Shape::Isolate(self.replicas()),
            _ => Shape::Halves,
        };
        let (from, until) = self.stretch();
        Partition {
            name: None,
            shape,
            from,
            until: if self.odd(4) { None } else { Some(until) },
            in_flight: self.of([InFlight::Cut, InFlight::Arrive]),
            flapping: match self.below(3) {
                0 => Some(Flapping { period: self.span(), link_by_link: self.odd(2) }),
                _ => None,
            },
        }
    }

    fn fault(&mut self) -> Fault {
        let (from, until) = self.stretch();
        match self.below(8) {
            0 | 1 => Fault::Partition(self.partition()),
            2 | 3 => Fault::Crash(Crash {
                who: self.who(),
                at: from,
                after_sends: match self.below(3) {
                    0 => Some(self.of([0, 1, u32::MAX])),
                    _ => None,
                },
                down: match self.below(3) {
                    0 => Down::For(self.span()),
                    1 => Down::Between(self.span(), self.span()),
                    _ => Down::Forever,
                },
                disk: match self.below(4) {
                    0 => Disk::Backup(self.span()),
                    1 => Disk::CloneOf(self.replica()),
                    2 => Disk::Nothing,
                    _ => Disk::Durable,
                },
                identity: match self.below(3) {
                    0 => Rebirth::Fresh,
                    1 => Rebirth::As(self.replica()),
                    _ => Rebirth::Same,
                },
            }),
            4 => Fault::Pause { who: self.who(), from, until: if self.odd(4) { None } else { Some(until) } },
            5 => Fault::Slow { who: self.who(), from, until, each: self.span() },
            6 if self.odd(2) => {
                let by = Offset(self.of([1, -1, i64::MIN, i64::MAX]));
                Fault::ClockJump { who: self.who(), at: self.when(), by }
            }
            6 => Fault::ClockFreeze { who: self.who(), from, until },
            _ => Fault::Hold { from: self.replica(), to: self.replica(), since: from, until },
        }
    }

    fn topology(&mut self) -> Topology {
        let edges = |odd: &mut Odd| (odd.replica().0, odd.replica().0);
        match self.below(12) {
            0 => Topology::Tree { arity: self.below(3) as u32 },
            1 => Topology::Grid { width: self.of([0, 1, 2, u32::MAX]) },
            2 => Topology::RandomRegular { degree: self.of([0, 2, 3, u32::MAX]), seed: Seed(1) },
            3 => Topology::SmallWorld { degree: self.of([0, 2, 3, u32::MAX]), rewire: self.odds(), seed: Seed(1) },
            4 => Topology::Edges((0..self.below(6)).map(|_| edges(self)).collect()),
            5 => {
                let round_trips = (0..2).map(|_| (0..2).map(|_| self.span()).collect()).collect();
                Topology::Regions { of: (0..4).map(|_| self.below(2) as u32).collect(), round_trips }
            }
            6 => Topology::Line,
            7 => Topology::Ring,
            8 => Topology::Star,
            _ => Topology::Full,
        }
    }

    /// A scenario of four replicas, most of the time, that may or may not be refused.
    pub(crate) fn scenario(&mut self) -> Scenario {
        let mut scenario = Scenario::new(if self.odd(10) { self.of([0, 1, 2, u32::MAX]) } else { 4 });
        scenario.topology = if self.odd(2) { self.topology() } else { Topology::Full };
        scenario.duration = if self.odd(6) { self.span() } else { ms(40) };
        scenario.settle = self.span();
        scenario.order = self.of([Order::Insertion, Order::Drawn]);
        scenario.hash_messages = self.odd(2);
        scenario.count_inversions = self.odd(2);
        scenario.most_events = if self.odd(20) { self.of([0, 1]) } else { 300 };
        if self.odd(2) {
            scenario.link = self.link();
        }
        if self.odd(3) {
            let (from, to) = (self.replica(), self.replica());
            let [from, to] = [from, to].map(|replica| if self.odd(3) { None } else { Some(replica) });
            scenario.links.push(LinkRule { from, to, link: self.link() });
        }
        if self.odd(4) {
            scenario.access = self.latency();
        }
        if self.odd(3) {
            scenario.clock = self.clock();
        }
        if self.odd(4) {
            scenario.clocks.insert(self.replica(), self.clock());
        }
        if self.odd(3) {
            scenario.durability = self.durability();
        }
        if self.odd(4) {
            scenario.durabilities.insert(self.replica(), self.durability());
        }
        for _ in 0..self.below(4) {
            let fault = self.fault();
            scenario.faults.push(fault);
        }
        scenario
    }
}
