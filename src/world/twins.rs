//! For tests only: the engine and its naive twin on thousands of random plans.

use std::rc::Rc;

use super::naive::Naive;
use super::{Dealt, World};
use crate::base::{
    ClientId, Concern, Dice, Digester, Name, Observed, Odds, Offset, ReplicaId, RequestId, Seed, Span, Time, TimerId,
};
use crate::replica::{Carries, Client, ClientContext, Context, Payload, Replica, Scripted, Seat, Workload};
use crate::scenario::{
    Bursts, Clock, Crash, Disk, Down, Duplicates, Durability, Fault, Flapping, InFlight, Latency, Link, LinkRule,
    Order, Partition, Plan, Rebirth, Reorder, Scenario, Shape, Topology, When, Who,
};

/// A replica that does a little of everything a replica can do, and remembers all of it in one number.
#[derive(Clone, Default)]
struct Busybody {
    memory: u64,
    owed: Vec<RequestId>,
}

#[derive(Clone, Debug)]
struct Gossip {
    word: u64,
    hops: u32,
}

impl Payload for Gossip {
    fn size(&self) -> u64 {
        64 + self.word % 64
    }

    fn damage(&mut self, bits: u64) -> bool {
        self.word ^= bits;
        bits.is_multiple_of(3)
    }
}

impl Observed for Busybody {
    type Op = u64;
    type Answer = u64;
    type View = u64;

    fn view(&self) -> u64 {
        self.memory
    }
}

impl Busybody {
    fn learn(&mut self, cx: &mut Context<Self>, what: u64) {
        let mut digester = Digester::new();
        let identity = u64::from(cx.identity().0) << 32 | u64::from(cx.incarnation().0);
        digester.words([self.memory, what, cx.now().0, identity]);
        self.memory = digester.finish().0 as u64;
        match cx.draw(8) {
            0 => cx.set_timer(TimerId(cx.slot().0 % 2 + 1), Span(what % 9_000_000)),
            1 => cx.cancel_timer(TimerId(1)),
            2 => cx.save(self.memory),
            3 => cx.save_all(self.memory),
            4 => cx.sync(),
            _ => {}
        }
    }

    fn spread(&mut self, cx: &mut Context<Self>, hops: u32) {
        let gossip = Gossip { word: self.memory, hops };
        if cx.chance(Odds::permille(300)) {
            cx.broadcast(gossip, Carries::Everything);
        } else if let Some(peer) = cx.any_neighbour() {
            cx.send_copy(peer, &gossip, Carries::Nothing);
            cx.send(peer, gossip, Carries::Nothing);
            cx.send(ReplicaId(cx.members()), Gossip { word: 0, hops: 0 }, Carries::Nothing);
        }
    }
}

impl Replica for Busybody {
    type Message = Gossip;
    type Saved = u64;

    fn start(&mut self, cx: &mut Context<Self>) {
        cx.set_timer(TimerId(0), Span::millis(7));
        self.learn(cx, 1);
    }

    fn request(&mut self, request: RequestId, op: &u64, cx: &mut Context<Self>) {
        cx.accept(request);
        self.learn(cx, *op);
        match op % 3 {
            0 => cx.answer(request, self.memory),
            1 => self.owed.push(request),
            _ => {}
        }
        self.spread(cx, 0);
    }

    fn message(&mut self, from: ReplicaId, gossip: &Gossip, cx: &mut Context<Self>) {
        self.learn(cx, gossip.word ^ u64::from(from.0));
        cx.incorporate();
        if gossip.hops < 2 {
            self.spread(cx, gossip.hops + 1);
        }
    }

    fn timer(&mut self, timer: TimerId, cx: &mut Context<Self>) {
        self.learn(cx, u64::from(timer.0));
        for request in self.owed.drain(..) {
            cx.answer(request, self.memory);
        }
        if timer == TimerId(0) {
            self.spread(cx, 1);
            cx.set_timer(timer, Span::millis(7));
        }
    }

    fn restart(&mut self, saved: &[u64], cx: &mut Context<Self>) {
        self.memory = saved.iter().fold(0, |memory, word| memory.rotate_left(7) ^ word);
        self.start(cx);
    }

    fn image(&self) -> Option<u64> {
        (!self.memory.is_multiple_of(5)).then_some(self.memory)
    }
}

/// A client that asks now and then, looks at a replica before it does, and asks again when answered.
struct Nosy;

impl Client<Busybody> for Nosy {
    fn start(&mut self, cx: &mut ClientContext<'_, Busybody>) {
        cx.set_timer(TimerId(0), Span::millis(3));
    }

    fn answered(&mut self, _: RequestId, answer: &u64, cx: &mut ClientContext<'_, Busybody>) {
        if cx.chance(Odds::permille(500)) {
            cx.set_timer(TimerId(1), Span(answer % 5_000_000));
        }
    }

    fn timer(&mut self, timer: TimerId, cx: &mut ClientContext<'_, Busybody>) {
        let replica = ReplicaId(cx.draw(u64::from(cx.members())) as u32);
        cx.ask(replica, cx.glance(replica).memory % 17);
        cx.set_timer(timer, Span::millis(4));
        if cx.draw(3) == 0 {
            cx.ask(ReplicaId(0), 5);
            cx.cancel_timer(TimerId(1));
        }
    }
}

struct Work {
    script: Vec<Scripted<u64>>,
    clients: u32,
}

impl Workload<Busybody> for Work {
    type Client = Nosy;

    fn script(&self) -> &[Scripted<u64>] {
        &self.script
    }

    fn clients(&self) -> u32 {
        self.clients
    }

    fn client(&self, _: ClientId) -> Nosy {
        Nosy
    }
}

/// Draws a plan that has a little of everything a plan can have.
struct Drawn {
    dice: Dice,
    draws: u32,
    replicas: u32,
}

const LENGTH: u64 = 60_000_000;

impl Drawn {
    fn below(&mut self, bound: u64) -> u64 {
        self.draws += 1;
        self.dice.below(Concern::Fault, Name(0), self.draws, bound)
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn odds(&mut self) -> Odds {
        Odds::permille(self.below(400) as u32)
    }

    fn span(&mut self, most: u64) -> Span {
        Span(1 + self.below(most))
    }

    fn replica(&mut self) -> ReplicaId {
        ReplicaId(self.below(u64::from(self.replicas)) as u32)
    }

    fn who(&mut self) -> Who {
        if self.one_in(2) { Who::Any } else { Who::Replica(self.replica()) }
    }

    fn latency(&mut self) -> Latency {
        let (low, more) = (self.span(4_000_000), self.span(9_000_000));
        match self.below(4) {
            0 => Latency::Constant(Span::millis(2)),
            1 => Latency::Normal { mean: low + more, deviation: low },
            _ => Latency::Uniform(low, low + more),
        }
    }

    fn link(&mut self) -> Link {
        let mut link = Link { latency: self.latency(), ..Link::default() };
        if self.one_in(2) {
            link.loss = self.odds();
        }
        if self.one_in(2) {
            link.duplicates = Some(Duplicates { odds: self.odds(), delay: Latency::Constant(Span::ZERO) });
        }
        if self.one_in(4) {
            link.bursts = Some(Bursts { every: Span::millis(20), lasting: Span::millis(8), loss: self.odds() });
        }
        if self.one_in(4) {
            link.reorder = Some(Reorder { odds: self.odds(), delay: self.latency() });
        }
        if self.one_in(4) {
            link.damage = self.odds();
        }
        link.fifo = self.one_in(4);
        link.bandwidth = self.one_in(4).then(|| 10_000 + self.below(100_000));
        link
    }

    /// A stretch of time, each end written or drawn.
    fn stretch(&mut self) -> (When, When) {
        let (from, until) = (self.below(LENGTH / 2), LENGTH / 2 + 1 + self.below(LENGTH / 2));
        let from = if self.one_in(2) { When::At(Time(from)) } else { When::Between(Time(from / 2), Time(from)) };
        let until = if self.one_in(2) { When::At(Time(until)) } else { When::Between(Time(until), Time(LENGTH)) };
        (from, until)
    }

    fn fault(&mut self) -> Fault {
        let (from, until) = self.stretch();
        let (who, one, other) = (self.who(), self.replica(), self.replica());
        match self.below(9) {
            0 | 1 => {
                let shape = match self.below(5) {
                    0 => Shape::Groups(vec![vec![one]]),
                    1 if one != other => Shape::OneWay(vec![one], vec![other]),
                    2 if one != other && self.replicas > 2 => Shape::Bridge { over: one, half: vec![other] },
                    3 => Shape::Isolate(vec![one]),
                    _ => Shape::Halves,
                };
                let in_flight = if self.one_in(2) { InFlight::Cut } else { InFlight::Arrive };
                let flapping =
                    self.one_in(3).then(|| Flapping { period: self.span(9_000_000), link_by_link: self.one_in(2) });
                let until = (!self.one_in(5)).then_some(until);
                Fault::Partition(Partition { name: None, shape, from, until, in_flight, flapping })
            }
            2..=4 => {
                let down = match self.below(4) {
                    0 => Down::Forever,
                    1 => Down::For(self.span(20_000_000)),
                    _ => Down::Between(Span::ZERO, self.span(50_000_000)),
                };
                let elsewhere = who == Who::Replica(other);
                let disk = match self.below(4) {
                    0 => Disk::Nothing,
                    1 => Disk::Backup(self.span(30_000_000)),
                    2 if !elsewhere => Disk::CloneOf(other),
                    _ => Disk::Durable,
                };
                let identity = match self.below(3) {
                    0 => Rebirth::Same,
                    1 if !elsewhere => Rebirth::As(other),
                    _ => Rebirth::Fresh,
                };
                let after_sends = self.one_in(3).then(|| self.below(4) as u32);
                Fault::Crash(Crash { who, at: from, after_sends, down, disk, identity })
            }
            5 => Fault::Pause { who, from, until: (!self.one_in(5)).then_some(until) },
            6 => Fault::Slow { who, from, until, each: self.span(3_000_000) },
            7 if one != other => Fault::Hold { from: one, to: other, since: from, until },
            7 => Fault::ClockFreeze { who, from, until },
            _ => Fault::ClockJump { who, at: from, by: Offset(self.below(10_000_000) as i64 - 5_000_001) },
        }
    }

    fn plan(seed: u64) -> (Plan, Work) {
        let mut drawn = Drawn { dice: Dice::new(Seed(seed)), draws: 0, replicas: 0 };
        drawn.replicas = 2 + drawn.below(5) as u32;
        let mut scenario = Scenario::new(drawn.replicas);
        scenario.topology = match drawn.below(5) {
            0 => Topology::Line,
            1 => Topology::Ring,
            2 => Topology::Star,
            _ => Topology::Full,
        };
        scenario.link = drawn.link();
        for _ in 0..drawn.below(3) {
            let (from, to, link) = (drawn.replica(), drawn.replica(), drawn.link());
            let (from, to) = (drawn.one_in(2).then_some(from), (from != to && drawn.one_in(2)).then_some(to));
            scenario.links.push(LinkRule { from, to, link });
        }
        if drawn.one_in(3) {
            scenario.access = drawn.latency();
        }
        scenario.order = if drawn.one_in(3) { Order::Drawn } else { Order::Insertion };
        scenario.duration = Span(LENGTH);
        scenario.settle = Span(LENGTH / 2);
        if drawn.one_in(3) {
            let skew = Offset(drawn.below(5_000_000) as i64);
            scenario.clock = Clock { skew, drift_ppm: drawn.below(900) as i32, granularity: drawn.span(1_000_000) };
        }
        scenario.durability = match drawn.below(4) {
            0 => Durability::Every(drawn.span(20_000_000)),
            1 => Durability::Explicit,
            2 => Durability::Never,
            _ => Durability::EveryUpdate,
        };
        for _ in 0..drawn.below(4) {
            let fault = drawn.fault();
            scenario.faults.push(fault);
        }
        scenario.hash_messages = drawn.one_in(2);
        scenario.most_events = if drawn.one_in(10) { 40 } else { 20_000 };
        let script = (0..drawn.below(6))
            .map(|nth| {
                let scripted = Scripted::new(Time(drawn.below(LENGTH)), drawn.replica(), drawn.below(9));
                if drawn.one_in(2) { scripted.labelled(&format!("request {nth}")) } else { scripted }
            })
            .collect();
        let clients = drawn.below(3) as u32;
        (scenario.plan().unwrap_or_else(|refusals| panic!("seed {seed}: {refusals}")), Work { script, clients })
    }
}

fn spawn(seat: Seat) -> Busybody {
    Busybody { memory: u64::from(seat.identity.0), owed: Vec::new() }
}

#[test]
fn the_naive_engine_agrees_on_ten_thousand_random_plans() {
    let mut world = World::new();
    let mut total = super::Witness::default();
    for seed in 0..10_000 {
        let (plan, work) = Drawn::plan(seed);
        let run = world.run(&plan, &spawn, &work, &mut Dealt::new(Seed(seed)), &mut ());
        let (hash, events, naive) = Naive::<_, Nosy, _>::run(&plan, &spawn, &work, Dealt::new(Seed(seed)));
        let facts = (naive.delivered, naive.lost_with_disks);
        assert_eq!((run.witness.delivered, run.witness.updates_lost), facts, "plan {seed}: {:#?}", plan.scenario());
        assert_eq!((run.events, run.hash), (events, hash), "plan {seed}: {:#?}", plan.scenario());
        total.add(&run.witness);
    }
    for (says, count) in
        total.counts().filter(|(says, _)| !["messages lost by script", "copies overtaken"].contains(says))
    {
        assert!(count > 100, "in all the plans there were only {count} {says}");
    }
}

#[test]
fn a_used_world_is_as_good_as_a_new_one_in_any_order_of_seeds() {
    let plans: Vec<(Plan, Rc<Work>)> = (0..20)
        .map(|seed| {
            let (plan, work) = Drawn::plan(seed);
            (plan, Rc::new(work))
        })
        .collect();
    let mut used = World::new();
    for round in 0..500u64 {
        // A walk that visits plans and seeds in no order.
        let (nth, seed) = ((round * 7 % 20) as usize, Seed(round * 31 % 97));
        let (plan, work) = &plans[nth];
        let again = used.run(plan, &spawn, &**work, &mut Dealt::new(seed), &mut ());
        let fresh = World::new().run(plan, &spawn, &**work, &mut Dealt::new(seed), &mut ());
        assert_eq!(again, fresh, "plan {nth}, seed {seed}");
    }
}
