//! The engine: takes the next event, lets whom it concerns react, and carries out what they wish for.

mod faults;
mod messages;
mod replicas;
mod requests;

use std::collections::{BTreeMap, VecDeque};

use super::action::{self, Action, Agenda};
use super::door::WHEN_CHOSEN;
use super::seat::{Place, Timers};
use super::slab::{Handle, Pool, Shelf, Slab};
use super::{Choice, Door, Network, Queue, Sending, Witness};
use crate::base::{
    Carries, ClientId, Concern, Dice, Digest, Digester, Fate, Identity, Incarnation, Name, ReplicaId, RequestId, Span,
    Time, TimerId,
};
use crate::replica::{Client, ClientContext, Context, Effect, Effects, Payload, Replica, Seat, Taken, Wish, Workload};
use crate::scenario::{Disk, Durability, Fault, Latency, Order, Plan, Rebirth};
use crate::trace::{Cause, Event, Memory, Moment, Observer};

/// Makes the replicas of a run. A function from seats to replicas is one.
pub trait System {
    /// What it makes.
    type Replica: Replica;

    /// A replica as it is before its start, or before its restart after a crash.
    fn spawn(&self, seat: Seat) -> Self::Replica;
}

impl<R: Replica, F: Fn(Seat) -> R> System for F {
    type Replica = R;

    fn spawn(&self, seat: Seat) -> R {
        self(seat)
    }
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Its time was up.
    InTime,
    /// Nothing was left to happen.
    Quiet,
    /// Its observer ended it.
    Observed,
    /// It reached the plan's bound on events.
    Exhausted,
    /// Its door ended it, before its time was up.
    Dismissed,
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// What tells this run from every other: all handled events, and the states at the end.
    pub hash: Digest,
    /// Why it ended.
    pub ended: Ended,
    /// When it ended.
    pub at: Time,
    /// How many events were handled.
    pub events: u64,
    /// What really happened.
    pub witness: Witness,
}

/// An event that is to come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    name: Name,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Message {
        to: ReplicaId,
        body: Handle,
        copy: u16,
        damaged: bool,
    },
    Timer {
        replica: ReplicaId,
        timer: TimerId,
        set: u32,
    },
    ClientTimer {
        client: ClientId,
        timer: TimerId,
        set: u32,
    },
    Scripted {
        nth: u32,
    },
    Ask {
        ask: Handle,
    },
    Answer {
        answer: Handle,
    },
    /// The n-th entry of the agenda.
    Act {
        nth: u32,
    },
    Wake {
        replica: ReplicaId,
        life: Incarnation,
    },
}

/// A message under way, shared by its copies and by its destinations.
#[derive(Clone)]
struct Body<M> {
    message: M,
    root: Name,
    from: ReplicaId,
    sent: Time,
    /// The how-many-eth message of the run, for telling which of two was sent first.
    order: u64,
    /// How many copies are still under way.
    shares: u32,
    /// Whether several copies go to one destination, and to no other.
    twins: bool,
    /// Whether one of those has been handled.
    handled: bool,
}

/// The kinds of handled events, as the trace hash tells them apart.
const START: u8 = 0;
const TIMER: u8 = 1;
const MESSAGE: u8 = 2;
const REQUEST: u8 = 3;
const CLIENT: u8 = 4;
const ACTION: u8 = 5;

struct Ask<O> {
    request: RequestId,
    replica: ReplicaId,
    op: O,
}

/// A world in which runs take place, one after the other. It keeps its memory from run to run, and
/// nothing else.
pub struct World<R: Replica, C: Client<R> = ()> {
    replicas: Vec<R>,
    places: Vec<Place<R::Saved>>,
    clients: Vec<C>,
    client_timers: Vec<Timers>,
    asked: Vec<u32>,
    queue: Queue,
    pending: Pool<Pending>,
    /// What happens before time moves on.
    at_once: VecDeque<Pending>,
    /// Messages that arrive when the door chooses them.
    chosen: Vec<Pending>,
    choices: Vec<Choice>,
    bodies: Shelf<Body<R::Message>>,
    asks: Slab<Ask<R::Op>>,
    answers: Slab<(RequestId, R::Answer)>,
    damages: BTreeMap<Name, u64>,
    context: Option<Context<R>>,
    wishes: Vec<Wish<R::Op>>,
    /// For each destination, and at last for all that is none, the handled event that last sent to it, and
    /// how often.
    sent_to: Vec<(u64, u32)>,
    network: Network,
    agenda: Agenda,
    /// Which walls stand.
    standing: Vec<u32>,
    holding: Vec<u32>,
    latest: BTreeMap<u64, u64>,
    trace: Digester,
    digester: Digester,
    witness: Witness,
}

impl<R: Replica, C: Client<R>> Default for World<R, C> {
    fn default() -> World<R, C> {
        World::new()
    }
}

impl<R: Replica, C: Client<R>> World<R, C> {
    /// An empty world.
    pub fn new() -> World<R, C> {
        World {
            replicas: Vec::new(),
            places: Vec::new(),
            clients: Vec::new(),
            client_timers: Vec::new(),
            asked: Vec::new(),
            queue: Queue::new(),
            pending: Pool::default(),
            at_once: VecDeque::new(),
            chosen: Vec::new(),
            choices: Vec::new(),
            bodies: Shelf::default(),
            asks: Slab::default(),
            answers: Slab::default(),
            damages: BTreeMap::new(),
            context: None,
            wishes: Vec::new(),
            sent_to: Vec::new(),
            network: Network::default(),
            agenda: Agenda::default(),
            standing: Vec::new(),
            holding: Vec::new(),
            latest: BTreeMap::new(),
            trace: Digester::new(),
            digester: Digester::new(),
            witness: Witness::default(),
        }
    }

    /// Runs a plan: its replicas as the system makes them, asked as the workload says, with all open
    /// questions put to the door. The observer sees it all, and can end it.
    pub fn run<Y, W, D, O>(&mut self, plan: &Plan, system: &Y, workload: &W, door: &mut D, observer: &mut O) -> Run
    where
        Y: System<Replica = R>,
        W: Workload<R, Client = C> + ?Sized,
        D: Door,
        O: Observer<R>,
    {
        let dice = door.dice();
        self.reset(plan, &dice);
        let mut context = match self.context.take() {
            Some(mut context) => {
                context.renew(plan.links().clone(), dice.clone());
                context
            }
            None => Context::new(plan.links().clone(), dice.clone()),
        };
        context.watched = O::WATCHES;
        context.heard = O::WATCHES || C::LISTENS;
        let mut engine = Engine {
            plan,
            system,
            workload,
            door,
            observer,
            context,
            now: Time::START,
            moment: Moment::default(),
            root: Name::default(),
            pushed: 0,
            sent: 0,
            fate: Fate::lost(),
            answered: (0, 0),
            stop: false,
            calm: false,
            access_at_once: plan.scenario().access == Latency::Constant(Span::ZERO),
            drawn_order: plan.scenario().order == Order::Drawn,
            inversions: plan.scenario().count_inversions || plan.profiles().iter().any(|link| link.reorder.is_some()),
            full: plan.links().is_full(),
            weigh: plan.profiles().iter().any(|link| link.bandwidth.is_some()),
            dice,
            world: self,
        };
        engine.set_up();
        let ended = engine.go();
        engine.finish(ended)
    }

    /// The replicas as the last run left them.
    pub fn replicas(&self) -> &[R] {
        &self.replicas
    }

    /// Whether a replica was there when the last run ended.
    pub fn is_up(&self, replica: ReplicaId) -> bool {
        self.places.get(replica.index()).is_some_and(|place| place.up)
    }

    /// A body of its own for what was shared.
    #[cold]
    fn twin(&mut self, body: Handle) -> Handle {
        let twin = Body { shares: 1, ..self.bodies.get(body).clone() };
        self.bodies.add(twin)
    }

    /// The how-many-eth message to a destination this is, of those sent in one handled event.
    #[inline]
    fn count(&mut self, to: ReplicaId, step: u64) -> u32 {
        let (last, count) = &mut self.sent_to[to.index()];
        if *last != step {
            (*last, *count) = (step, 0);
        }
        *count += 1;
        *count - 1
    }

    /// Counts a message that a later one of its link has overtaken.
    fn overtaken(&mut self, plan: &Plan, from: ReplicaId, to: ReplicaId, order: u64) {
        let link = plan.links().slot(from, to).unwrap_or_default();
        let latest = self.latest.entry(link).or_default();
        if order < *latest {
            self.witness.inverted += 1;
        } else {
            *latest = order;
        }
    }

    /// Witnesses how long a wall stood, if it cut something off, and says which fault it came of.
    fn fallen(&mut self, wall: u32, now: Time) -> u32 {
        let wall = &self.agenda.walls[wall as usize];
        if self.witness.cut_by[wall.fault as usize] > 0 {
            self.witness.partitioned = self.witness.partitioned + now.since(wall.since);
        }
        wall.fault
    }

    fn hash_message(&mut self, body: Handle) {
        self.bodies.get(body).message.digest(&mut self.digester);
        self.trace.bytes(&self.digester.finish().0.to_le_bytes());
    }

    fn reset(&mut self, plan: &Plan, dice: &Dice) {
        self.replicas.clear();
        self.clients.clear();
        for timers in &mut self.client_timers {
            timers.reset();
        }
        self.asked.clear();
        self.network.reset(plan, dice.keys());
        self.queue.reset(self.network.typical());
        self.pending.clear();
        self.at_once.clear();
        self.chosen.clear();
        self.bodies.clear();
        self.asks.clear();
        self.answers.clear();
        self.damages.clear();
        self.sent_to.clear();
        self.sent_to.resize(plan.replicas() as usize + 1, (0, 0));
        self.agenda.draw(plan, dice);
        self.standing.clear();
        self.holding.clear();
        self.latest.clear();
        self.trace.clear();
        self.witness.reset(plan.scenario().faults.len());
    }
}

/// One run under way.
struct Engine<'a, R: Replica, C: Client<R>, Y, W: ?Sized, D, O> {
    world: &'a mut World<R, C>,
    plan: &'a Plan,
    system: &'a Y,
    workload: &'a W,
    door: &'a mut D,
    observer: &'a mut O,
    context: Context<R>,
    dice: Dice,
    now: Time,
    moment: Moment,
    /// What set the chain of messages going which the current event is part of.
    root: Name,
    pushed: u64,
    sent: u64,
    /// What becomes of the message that is just being sent.
    fate: Fate,
    /// The handled event in which the last answer was given, and how many were given in it.
    answered: (u64, u32),
    stop: bool,
    calm: bool,
    access_at_once: bool,
    drawn_order: bool,
    inversions: bool,
    full: bool,
    weigh: bool,
}

impl<R, C, Y, W, D, O> Engine<'_, R, C, Y, W, D, O>
where
    R: Replica,
    C: Client<R>,
    Y: System<Replica = R>,
    W: Workload<R, Client = C> + ?Sized,
    D: Door,
    O: Observer<R>,
{
    fn set_up(&mut self) {
        for nth in 0..self.world.agenda.actions.len() as u32 {
            let (time, name, _) = self.world.agenda.actions[nth as usize];
            self.push(time, Pending { name, what: What::Act { nth } });
        }
        for (nth, scripted) in (0..).zip(self.workload.script()) {
            self.push(scripted.at, Pending { name: scripted.name(nth), what: What::Scripted { nth } });
        }
        let members = self.plan.replicas();
        for slot in 0..members {
            let replica = ReplicaId(slot);
            let seat = Seat { slot: replica, identity: Identity(slot), incarnation: Incarnation(0), members };
            self.world.replicas.push(self.system.spawn(seat));
            match self.world.places.get_mut(slot as usize) {
                Some(place) => place.reset(seat),
                None => self.world.places.push(Place::new(seat)),
            }
            let place = &mut self.world.places[slot as usize];
            place.durability = self.plan.durability(replica);
            place.set_clock(self.plan.clock(replica));
        }
        self.world.places.truncate(members as usize);
        for slot in 0..members {
            let (replica, name) = (ReplicaId(slot), Name::start(ReplicaId(slot), Incarnation(0)));
            self.begin(name, START, name);
            if O::WATCHES {
                let durable = self.world.places[slot as usize].durability == Durability::EveryUpdate;
                self.observer.event(&self.moment, &Event::Start { replica, identity: Identity(slot), durable });
            }
            self.react(replica, |subject, cx| subject.start(cx));
        }
        for nth in 0..self.workload.clients() {
            let client = ClientId(nth);
            self.world.clients.push(self.workload.client(client));
            self.world.asked.push(0);
            if self.world.client_timers.len() <= nth as usize {
                self.world.client_timers.push(Timers::default());
            }
        }
        for nth in 0..self.workload.clients() {
            let client = ClientId(nth);
            self.serve(client, Name::client_start(client), |client, cx| client.start(cx));
        }
    }

    fn go(&mut self) -> Ended {
        let (most, ends) = (self.plan.scenario().most_events, self.plan.ends_at());
        loop {
            if self.stop {
                return Ended::Observed;
            }
            if self.moment.step >= most {
                return Ended::Exhausted;
            }
            let pending = if let Some(pending) = self.world.at_once.pop_front() {
                pending
            } else if self.door.chooses() {
                match self.choose(ends) {
                    Ok(pending) => pending,
                    Err(ended) => return ended,
                }
            } else {
                let Some((time, index)) = self.world.queue.pop() else { return Ended::Quiet };
                if time > ends.0 {
                    self.now = ends;
                    return Ended::InTime;
                }
                self.now = Time(time);
                self.world.pending.remove(index)
            };
            self.handle(pending);
        }
    }

    /// Lets the door choose between the messages that wait for it and the earliest other event. A message
    /// comes right after the event before it, so that a delay can realise the same order later.
    #[inline(never)]
    fn choose(&mut self, ends: Time) -> Result<Pending, Ended> {
        let next = self.now + Span(1);
        let due = self.world.queue.peek();
        let in_time = due.filter(|(time, _)| *time <= ends.0);
        let waits = !self.world.chosen.is_empty();
        if in_time.is_none() && !waits {
            self.now = if due.is_some() { ends } else { self.now };
            return Err(if due.is_some() { Ended::InTime } else { Ended::Quiet });
        }
        self.world.choices.clear();
        if let Some((_, index)) = in_time {
            let choice = self.passing(&self.world.pending.get(index));
            self.world.choices.push(choice);
        }
        let at_once = in_time.is_some_and(|(time, _)| time <= next.0);
        let chosen = if at_once || !waits {
            self.door.follows(&self.world.choices[0], at_once).then_some(0)
        } else {
            for pending in &self.world.chosen {
                let What::Message { to, body, .. } = pending.what else { continue };
                let from = Some(self.world.bodies.get(body).from);
                let choice = Choice { name: pending.name, replica: Some(to), message: true, from, calm: false };
                self.world.choices.push(choice);
            }
            self.door.next(&self.world.choices)
        };
        let Some(chosen) = chosen else { return Err(Ended::Dismissed) };
        match chosen.checked_sub(usize::from(in_time.is_some())) {
            Some(at) => {
                self.now = next;
                Ok(self.world.chosen.remove(at))
            }
            None => {
                let (time, index) = self.world.queue.pop().unwrap_or_default();
                self.now = self.now.max(Time(time));
                Ok(self.world.pending.remove(index))
            }
        }
    }

    /// An event that comes at its time, as the door is told of it.
    fn passing(&self, pending: &Pending) -> Choice {
        let mut calm = false;
        let replica = match pending.what {
            What::Message { to, .. } => Some(to),
            What::Timer { replica, .. } | What::Wake { replica, .. } => Some(replica),
            What::Scripted { nth } => Some(self.workload.script()[nth as usize].replica),
            What::ClientTimer { .. } | What::Ask { .. } | What::Answer { .. } => None,
            What::Act { nth } => {
                let (_, _, action) = self.world.agenda.actions[nth as usize];
                calm = action == Action::Calm;
                action.whom(&self.plan.scenario().faults)
            }
        };
        Choice { name: pending.name, replica, message: false, from: None, calm }
    }

    /// Puts an event where it is found when its time comes.
    ///
    /// Inlined, so that an event is written where it stays: built elsewhere and moved, it would be read
    /// back in wider pieces than it was written in, for which processors wait.
    #[inline(always)]
    fn push(&mut self, time: Time, pending: Pending) {
        let tie = if self.drawn_order {
            let name = match pending.what {
                What::Message { copy, .. } => pending.name.copy(u32::from(copy)),
                _ => pending.name,
            };
            self.dice.keys().word(Concern::Order, name, 0) >> 28
        } else {
            self.pushed += 1;
            self.pushed
        };
        let index = self.world.pending.insert(pending);
        self.world.queue.push(time.0, tie, index);
    }

    /// Opens a handled event: it has a number, a name, and its place in the trace hash.
    #[inline]
    fn begin(&mut self, name: Name, kind: u8, root: Name) {
        self.moment = Moment { at: self.now, step: self.moment.step + 1, name };
        self.root = root;
        self.world.trace.words([self.now.0, u64::from(kind), name.0]);
    }

    #[inline(always)]
    fn handle(&mut self, pending: Pending) {
        // What happens outside of any handler, as a request's leaving its client does, happens now, too.
        self.moment.at = self.now;
        match pending.what {
            What::Message { to, body, copy, damaged } => self.arrive(pending, to, body, copy, damaged),
            What::Timer { replica, timer, set } => self.fire(pending, replica, timer, set),
            What::ClientTimer { client, timer, set } => {
                if self.world.client_timers[client.index()].fire(timer, set) {
                    self.serve(client, pending.name, |client, cx| client.timer(timer, cx));
                }
            }
            What::Scripted { nth } => self.scripted(pending.name, nth),
            What::Ask { ask } => {
                let ask = self.world.asks.remove(ask);
                self.reach(pending.name, ask);
            }
            What::Answer { answer } => {
                let (request, answer) = self.world.answers.remove(answer);
                if O::WATCHES {
                    self.observer.event(&self.moment, &Event::Answered { request, answer: &answer });
                }
                if C::LISTENS && request.client != ClientId::SCRIPT {
                    self.serve(request.client, pending.name, |client, cx| client.answered(request, &answer, cx));
                }
            }
            What::Act { nth } => self.act(pending.name, nth),
            What::Wake { replica, life } => self.wake(replica, life),
        }
    }

    fn finish(self, ended: Ended) -> Run {
        let world = self.world;
        world.trace.word(self.now.0);
        for replica in &world.replicas {
            replica.digest_state(&mut world.digester);
            world.trace.bytes(&world.digester.finish().0.to_le_bytes());
        }
        for wall in std::mem::take(&mut world.standing) {
            world.fallen(wall, self.now);
        }
        let doings = world.network.doings;
        world.witness.held_up += doings.held_up;
        world.witness.kept_in_order += doings.kept_in_order;
        world.witness.queued += doings.queued;
        world.context = Some(self.context);
        Run {
            hash: world.trace.finish(),
            ended,
            at: self.now,
            events: self.moment.step,
            witness: world.witness.clone(),
        }
    }
}
