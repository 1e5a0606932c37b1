//! For tests only: the same world once more, as simply as can be.
//!
//! One sorted vector, everything cloned, nothing used again. It shares with the real engine what is not
//! the engine's: the arithmetic of fates, the moments of faults, walls, clocks and disks. Any difference
//! between the two on any plan is a bug in one of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::action::{self, Action, Agenda};
use super::clock::Dial;
use super::disk::DiskState;
use super::{Dealt, Door, Network, Sending, System};
use crate::base::{
    ClientId, Concern, Digest, Digester, Fate, Identity, Incarnation, Name, ReplicaId, RequestId, Span, Time, TimerId,
};
use crate::replica::{Client, ClientContext, Context, Effect, Payload, Replica, Seat, Wish, Workload};
use crate::scenario::{Crash, Disk, Durability, Fault, Latency, Order, Plan, Rebirth};
use crate::trace::Cause;

#[derive(Clone)]
enum What<R: Replica> {
    Message {
        from: ReplicaId,
        to: ReplicaId,
        root: Name,
        name: Name,
        message: R::Message,
        damage: Option<u64>,
        arrived: bool,
    },
    Timer {
        replica: ReplicaId,
        timer: TimerId,
        set: u32,
        life: Incarnation,
    },
    ClientTimer {
        client: ClientId,
        timer: TimerId,
        set: u32,
    },
    Ask {
        request: RequestId,
        replica: ReplicaId,
        op: R::Op,
    },
    Answer {
        request: RequestId,
        answer: R::Answer,
    },
    Act(Action),
    Wake {
        replica: ReplicaId,
        life: Incarnation,
    },
}

#[derive(Clone)]
struct Entry<R: Replica> {
    at: Time,
    tie: u64,
    name: Name,
    what: What<R>,
}

/// The number of the latest setting of each timer, whether it is pending, and how often it fired.
type Timers = BTreeMap<TimerId, (u32, bool, u32)>;

struct Node<R: Replica> {
    seat: Seat,
    up: bool,
    accepted: u32,
    held: u32,
    timers: Timers,
    dial: Dial,
    disk: DiskState<R::Saved>,
    backups: BTreeMap<u32, (Vec<R::Saved>, u32)>,
    pauses: u32,
    slow: Vec<Span>,
    busy_until: Time,
    waiting: VecDeque<Entry<R>>,
    woken: bool,
    armed: Option<(u32, u32)>,
}

pub(super) struct Naive<'a, R: Replica, C, Y> {
    plan: &'a Plan,
    system: &'a Y,
    replicas: Vec<R>,
    nodes: Vec<Node<R>>,
    clients: Vec<(C, u32, Timers)>,
    entries: Vec<Entry<R>>,
    at_once: VecDeque<(Name, What<R>)>,
    now: Time,
    step: u64,
    name: Name,
    root: Name,
    pushed: u64,
    calm: bool,
    door: Dealt,
    network: Network,
    agenda: Agenda,
    standing: BTreeSet<u32>,
    holding: BTreeSet<u32>,
    trace: Digester,
    pub(super) delivered: u64,
    pub(super) lost_with_disks: u64,
}

impl<'a, R: Replica + Clone, C: Client<R>, Y: System<Replica = R>> Naive<'a, R, C, Y> {
    /// Runs a plan: the trace hash, and the number of handled events.
    pub(super) fn run<W>(plan: &'a Plan, system: &'a Y, workload: &W, door: Dealt) -> (Digest, u64, Self)
    where
        W: Workload<R, Client = C> + ?Sized,
    {
        let mut network = Network::default();
        let mut agenda = Agenda::default();
        network.reset(plan, door.dice().keys());
        agenda.draw(plan, &door.dice());
        let mut naive = Naive {
            plan,
            system,
            replicas: Vec::new(),
            nodes: Vec::new(),
            clients: Vec::new(),
            entries: Vec::new(),
            at_once: VecDeque::new(),
            now: Time::START,
            step: 0,
            name: Name::default(),
            root: Name::default(),
            pushed: 0,
            calm: false,
            door,
            network,
            agenda,
            standing: BTreeSet::new(),
            holding: BTreeSet::new(),
            trace: Digester::new(),
            delivered: 0,
            lost_with_disks: 0,
        };
        for (time, name, action) in naive.agenda.actions.clone() {
            naive.push(time, name, What::Act(action));
        }
        for (nth, scripted) in (0..).zip(workload.script()) {
            let request = RequestId { client: ClientId::SCRIPT, nth };
            let name = scripted.name(nth);
            let what = What::Ask { request, replica: scripted.replica, op: scripted.op.clone() };
            naive.push(scripted.at, name, what);
        }
        for slot in 0..plan.replicas() {
            let replica = ReplicaId(slot);
            let incarnation = Incarnation(0);
            let seat = Seat { slot: replica, identity: Identity(slot), incarnation, members: plan.replicas() };
            naive.replicas.push(system.spawn(seat));
            naive.nodes.push(Node {
                seat,
                up: true,
                accepted: 0,
                held: 0,
                timers: BTreeMap::new(),
                dial: Dial::new(plan.clock(replica)),
                disk: DiskState::default(),
                backups: BTreeMap::new(),
                pauses: 0,
                slow: Vec::new(),
                busy_until: Time::START,
                waiting: VecDeque::new(),
                woken: false,
                armed: None,
            });
        }
        for slot in 0..plan.replicas() {
            let name = Name::start(ReplicaId(slot), Incarnation(0));
            naive.begin(name, 0, name);
            naive.react(ReplicaId(slot), |replica, cx| replica.start(cx));
        }
        for nth in 0..workload.clients() {
            naive.clients.push((workload.client(ClientId(nth)), 0, BTreeMap::new()));
        }
        for nth in 0..workload.clients() {
            let client = ClientId(nth);
            naive.serve(client, Name::client_start(client), |client, cx| client.start(cx));
        }
        naive.go();
        naive.trace.word(naive.now.0);
        for replica in &naive.replicas {
            let mut digester = Digester::new();
            replica.digest_state(&mut digester);
            naive.trace.bytes(&digester.finish().0.to_le_bytes());
        }
        (naive.trace.finish(), naive.step, naive)
    }

    fn push(&mut self, at: Time, name: Name, what: What<R>) {
        self.pushed += 1;
        let tie = match self.plan.scenario().order {
            Order::Insertion => self.pushed,
            Order::Drawn => {
                let named = if let What::Message { name, .. } = &what { *name } else { name };
                self.door.dice().keys().word(Concern::Order, named, 0) >> 28
            }
        };
        let place = self.entries.partition_point(|entry| (entry.at, entry.tie) <= (at, tie));
        self.entries.insert(place, Entry { at, tie, name, what });
    }

    fn go(&mut self) {
        while self.step < self.plan.scenario().most_events {
            if let Some((name, what)) = self.at_once.pop_front() {
                self.handle(name, what);
            } else if self.entries.is_empty() {
                return;
            } else {
                let entry = self.entries.remove(0);
                if entry.at > self.plan.ends_at() {
                    self.now = self.plan.ends_at();
                    return;
                }
                self.now = entry.at;
                self.handle(entry.name, entry.what);
            }
        }
    }

    fn begin(&mut self, name: Name, kind: u8, root: Name) {
        self.step += 1;
        (self.name, self.root) = (name, root);
        self.trace.words([self.now.0, u64::from(kind), name.0]);
    }

    fn handle(&mut self, name: Name, what: What<R>) {
        match what.clone() {
            What::Message { from, to, root, name: copy_name, message, damage, arrived } => {
                if !self.nodes[to.index()].up || !arrived && self.cut(from, to, true) || self.must_wait(to, name, what)
                {
                    return;
                }
                let mut message = message;
                if damage.is_some_and(|bits| !message.damage(bits)) {
                    return;
                }
                self.delivered += 1;
                self.begin(copy_name, 2, root);
                if self.plan.scenario().hash_messages {
                    let mut digester = Digester::new();
                    message.digest(&mut digester);
                    self.trace.bytes(&digester.finish().0.to_le_bytes());
                }
                self.react(to, |replica, cx| replica.message(from, &message, cx));
            }
            What::Timer { replica, timer, set, life } => {
                let node = &self.nodes[replica.index()];
                let counts = node.timers.get(&timer).is_some_and(|(latest, pending, _)| *latest == set && *pending);
                if !node.up || node.seat.incarnation != life || !counts || self.must_wait(replica, name, what) {
                    return;
                }
                let fired = self.nodes[replica.index()].timers.entry(timer).or_default();
                (fired.1, fired.2) = (false, fired.2 + 1);
                self.begin(name, 1, name);
                self.react(replica, |replica, cx| replica.timer(timer, cx));
            }
            What::ClientTimer { client, timer, set } => {
                let entry = self.clients[client.index()].2.entry(timer).or_default();
                if entry.0 == set && entry.1 {
                    (entry.1, entry.2) = (false, entry.2 + 1);
                    self.serve(client, name, |client, cx| client.timer(timer, cx));
                }
            }
            What::Ask { request, replica, op } => {
                let up = self.nodes.get(replica.index()).is_some_and(|node| node.up);
                if !up || self.must_wait(replica, name, what) {
                    return;
                }
                self.begin(name, 3, name);
                self.react(replica, |replica, cx| replica.request(request, &op, cx));
            }
            What::Answer { request, answer } => {
                if C::LISTENS && request.client != ClientId::SCRIPT {
                    self.serve(request.client, name, |client, cx| client.answered(request, &answer, cx));
                }
            }
            What::Act(action) => self.act(name, action),
            What::Wake { replica, life } => self.wake(replica, life),
        }
    }

    fn must_wait(&mut self, replica: ReplicaId, name: Name, what: What<R>) -> bool {
        let node = &mut self.nodes[replica.index()];
        let waits = node.pauses > 0 || node.busy_until > self.now || !node.waiting.is_empty();
        if waits {
            let mut what = what;
            if let What::Message { arrived, .. } = &mut what {
                *arrived = true;
            }
            node.waiting.push_back(Entry { at: self.now, tie: 0, name, what });
            self.plan_wake(replica);
        }
        waits
    }

    fn plan_wake(&mut self, replica: ReplicaId) {
        let node = &mut self.nodes[replica.index()];
        if node.pauses == 0
            && !node.woken
            && let Some(first) = node.waiting.front()
        {
            node.woken = true;
            let (at, name, life) = (node.busy_until.max(self.now), first.name, node.seat.incarnation);
            self.push(at, name, What::Wake { replica, life });
        }
    }

    fn wake(&mut self, replica: ReplicaId, life: Incarnation) {
        let node = &mut self.nodes[replica.index()];
        if !node.up || node.seat.incarnation != life {
            return;
        }
        node.woken = false;
        if node.pauses == 0 && node.busy_until <= self.now {
            let mut waiting = std::mem::take(&mut node.waiting);
            if let Some(first) = waiting.pop_front() {
                self.handle(first.name, first.what);
            }
            let node = &mut self.nodes[replica.index()];
            if node.up && node.seat.incarnation == life {
                node.waiting = waiting;
            }
        }
        self.plan_wake(replica);
    }

    fn react(&mut self, slot: ReplicaId, call: impl FnOnce(&mut R, &mut Context<R>)) {
        let mut cx = Context::new(self.plan.links().clone(), self.door.dice());
        let node = &mut self.nodes[slot.index()];
        cx.seat = node.seat;
        cx.handling = self.name;
        cx.accepted = node.accepted;
        cx.reading = node.dial.shows(self.now);
        call(&mut self.replicas[slot.index()], &mut cx);
        node.held += cx.accepted - node.accepted;
        node.accepted = cx.accepted;
        if cx.clock_read {
            node.dial.looked();
        }
        if let Some(each) = node.slow.iter().max() {
            node.busy_until = self.now + *each;
        }
        let mut sent: BTreeMap<ReplicaId, u32> = BTreeMap::new();
        let mut left = node.armed.map(|(_, sends)| sends);
        let mut dies = false;
        let mut answered = 0;
        for effect in cx.take_effects() {
            if dies && !matches!(effect, Effect::Save(_) | Effect::SaveAll(_)) {
                continue;
            }
            match effect {
                Effect::Send { .. } | Effect::Broadcast { .. } => {
                    let (message, destinations) = match effect {
                        Effect::Send { to, message, .. } => (message, vec![to]),
                        Effect::Broadcast { message, .. } => {
                            (message, self.plan.links().neighbours(slot).iter().collect())
                        }
                        _ => unreachable!("one of the two"),
                    };
                    for to in destinations {
                        if left == Some(0) {
                            dies = true;
                            break;
                        }
                        left = left.map(|left| left - 1);
                        let nth = *sent.entry(to).and_modify(|nth| *nth += 1).or_default();
                        self.send(slot, to, nth, &message);
                    }
                }
                Effect::SetTimer { timer, after } => {
                    let node = &mut self.nodes[slot.index()];
                    let (set, pending, fired) = node.timers.entry(timer).or_default();
                    (*set, *pending) = (*set + 1, true);
                    let (set, life) = (*set, node.seat.incarnation);
                    let name = Name::timer(slot, life, timer, *fired);
                    self.push(self.now + after, name, What::Timer { replica: slot, timer, set, life });
                }
                Effect::CancelTimer { timer } => self.nodes[slot.index()].timers.entry(timer).or_default().1 = false,
                Effect::Answer { request, answer } => {
                    if C::LISTENS && request.client != ClientId::SCRIPT {
                        let name = Name::request(request.client, request.nth).answer(self.name, answered);
                        answered += 1;
                        self.travel(name, What::Answer { request, answer });
                    }
                }
                Effect::Save(record) => self.nodes[slot.index()].disk.save(record),
                Effect::SaveAll(image) => self.nodes[slot.index()].disk.save_all(image),
                Effect::Sync => {
                    let node = &mut self.nodes[slot.index()];
                    if self.plan.durability(slot) == Durability::Explicit {
                        node.disk.sync(node.held);
                    }
                }
                Effect::Accept { .. } | Effect::Keep | Effect::Incorporate(_) => {}
            }
        }
        if dies {
            let fault = self.nodes[slot.index()].armed.map_or(0, |(fault, _)| fault);
            self.crash(slot, fault);
        }
    }

    fn send(&mut self, from: ReplicaId, to: ReplicaId, nth: u32, message: &R::Message) {
        if !self.plan.links().connected(from, to) || self.cut(from, to, false) {
            return;
        }
        let name = self.name.message(to, nth);
        let sending = Sending { name, root: self.root, from, to, nth, at: self.now, size: message.size() };
        let mut fate = Fate::lost();
        let _: Option<Cause> = self.door.fate(&sending, &mut self.network, &mut fate);
        for (copy, arrival) in (0..).zip(fate.copies()) {
            let held = self.holding.iter().map(|hold| self.agenda.holds[*hold as usize]);
            let until = held.filter(|held| (held.from, held.to) == (from, to)).map(|held| held.until).max();
            let at = (self.now + arrival.delay).max(until.unwrap_or(Time::START));
            let (root, message) = (self.root, message.clone());
            let what = What::Message {
                from,
                to,
                root,
                name: name.copy(copy),
                message,
                damage: arrival.damage,
                arrived: false,
            };
            self.push(at, name, what);
        }
    }

    fn cut(&self, from: ReplicaId, to: ReplicaId, in_flight: bool) -> bool {
        self.standing.iter().any(|wall| {
            let wall = &self.agenda.walls[*wall as usize];
            (!in_flight || wall.cuts_in_flight) && wall.cuts(from, to, self.now, &self.door.dice())
        })
    }

    fn asks_at_once(&self) -> bool {
        self.plan.scenario().access == Latency::Constant(Span::ZERO)
    }

    fn travel(&mut self, name: Name, what: What<R>) {
        if self.asks_at_once() {
            self.at_once.push_back((name, what));
        } else {
            let word = self.door.dice().keys().word(Concern::Fate, name, 0);
            self.push(self.now + self.plan.scenario().access.sample(word), name, what);
        }
    }

    fn serve(&mut self, client: ClientId, name: Name, call: impl FnOnce(&mut C, &mut ClientContext<'_, R>)) {
        if self.calm {
            return;
        }
        self.begin(name, 4, name);
        let dice = self.door.dice();
        let entry = &mut self.clients[client.index()];
        let mut cx: ClientContext<'_, R> = ClientContext::alone(client, &self.replicas, &dice);
        (cx.now, cx.handling, cx.asked) = (self.now, name, entry.1);
        call(&mut entry.0, &mut cx);
        entry.1 = cx.asked;
        for wish in cx.take_wishes() {
            match wish {
                Wish::Ask { request, replica, op } => {
                    let name = Name::request(request.client, request.nth);
                    let what = What::Ask { request, replica, op };
                    if self.asks_at_once() { self.handle(name, what) } else { self.travel(name, what) }
                }
                Wish::SetTimer { timer, after } => {
                    let (set, pending, fired) = self.clients[client.index()].2.entry(timer).or_default();
                    (*set, *pending) = (*set + 1, true);
                    let (set, name) = (*set, Name::client_timer(client, timer, *fired));
                    self.push(self.now + after, name, What::ClientTimer { client, timer, set });
                }
                Wish::CancelTimer { timer } => self.clients[client.index()].2.entry(timer).or_default().1 = false,
            }
        }
    }

    fn act(&mut self, name: Name, action: Action) {
        self.begin(name, 5, name);
        match action {
            Action::Calm => {
                self.calm = true;
                self.network.calm();
                self.nodes.iter_mut().for_each(|node| node.armed = None);
            }
            Action::Partition { wall } => drop(self.standing.insert(wall)),
            Action::Heal { wall } => drop(self.standing.remove(&wall)),
            Action::Crash { replica, fault } => self.crash(replica, fault),
            Action::Arm { replica, fault, sends } => {
                let node = &mut self.nodes[replica.index()];
                node.armed = node.up.then_some((fault, sends));
            }
            Action::Restart { replica, fault } => self.restart(replica, fault),
            Action::Backup { replica, fault } => {
                self.save_by_itself(replica);
                let node = &mut self.nodes[replica.index()];
                node.backups.insert(fault, (node.disk.durable().to_vec(), node.disk.held));
            }
            Action::Save { replica } => {
                let Durability::Every(interval) = self.plan.durability(replica) else { return };
                if self.nodes[replica.index()].up {
                    self.save(replica);
                }
                if !self.calm {
                    let next = self.now + interval;
                    let name = action::saving(replica, next.0 / interval.0);
                    self.push(next, name, What::Act(Action::Save { replica }));
                }
            }
            Action::Pause { replica } => self.nodes[replica.index()].pauses += 1,
            Action::Resume { replica } => {
                self.nodes[replica.index()].pauses -= 1;
                self.plan_wake(replica);
            }
            Action::Slow { replica, each } => self.nodes[replica.index()].slow.push(each),
            Action::Quicken { replica, each } => {
                let slow = &mut self.nodes[replica.index()].slow;
                slow.remove(slow.iter().position(|other| *other == each).expect("a stretch that began"));
            }
            Action::Jump { replica, by } => self.nodes[replica.index()].dial.jump(by),
            Action::StopClock { replica } => self.nodes[replica.index()].dial.stop(self.now),
            Action::StartClock { replica } => self.nodes[replica.index()].dial.go(),
            Action::Hold { hold } => drop(self.holding.insert(hold)),
            Action::Release { hold } => drop(self.holding.remove(&hold)),
        }
    }

    fn save(&mut self, replica: ReplicaId) {
        let node = &mut self.nodes[replica.index()];
        if let Some(image) = self.replicas[replica.index()].image() {
            node.disk.save_all(image);
        }
        node.disk.sync(node.held);
    }

    fn save_by_itself(&mut self, replica: ReplicaId) {
        if self.plan.durability(replica) == Durability::EveryUpdate && self.nodes[replica.index()].up {
            self.save(replica);
        }
    }

    fn fault(&self, fault: u32) -> Crash {
        match &self.plan.scenario().faults[fault as usize] {
            Fault::Crash(crash) => crash.clone(),
            other => panic!("{other:?} is no crash"),
        }
    }

    fn crash(&mut self, replica: ReplicaId, fault: u32) {
        if !self.nodes[replica.index()].up {
            return;
        }
        self.save_by_itself(replica);
        let node = &mut self.nodes[replica.index()];
        (node.up, node.armed, node.woken, node.busy_until) = (false, None, false, Time::START);
        node.disk.crash();
        node.timers.clear();
        node.waiting.clear();
        if let Some(away) = action::away(self.fault(fault).down, fault, &self.door.dice()) {
            let at = (self.now + away).min(self.plan.calm_at()).max(self.now);
            self.push(at, Name::fault(fault).part(0, 3), What::Act(Action::Restart { replica, fault }));
        }
    }

    fn restart(&mut self, replica: ReplicaId, fault: u32) {
        let crash = self.fault(fault);
        let (saved, held) = match crash.disk {
            Disk::CloneOf(other) if other != replica => {
                self.save_by_itself(other);
                (self.nodes[other.index()].disk.durable().to_vec(), 0)
            }
            Disk::Durable | Disk::CloneOf(_) => {
                let disk = &self.nodes[replica.index()].disk;
                (disk.durable().to_vec(), disk.held)
            }
            Disk::Backup(_) => self.nodes[replica.index()].backups.remove(&fault).unwrap_or_default(),
            Disk::Nothing => (Vec::new(), 0),
        };
        let identity = match crash.identity {
            Rebirth::Same => self.nodes[replica.index()].seat.identity,
            Rebirth::Fresh => Identity(self.plan.replicas() + fault),
            Rebirth::As(other) => self.nodes[other.index()].seat.identity,
        };
        let node = &mut self.nodes[replica.index()];
        self.lost_with_disks += u64::from(node.held.saturating_sub(held));
        node.up = true;
        node.held = held;
        node.seat.identity = identity;
        node.seat.incarnation.0 += 1;
        node.disk.restore(saved.clone(), held);
        self.replicas[replica.index()] = self.system.spawn(node.seat);
        let name = Name::start(replica, node.seat.incarnation);
        self.begin(name, 0, name);
        self.react(replica, |replica, cx| replica.restart(&saved, cx));
    }
}
