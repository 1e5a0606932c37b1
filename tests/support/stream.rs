//! A stream of messages from one replica to all others, and receivers that measure what arrives.

use squall::base::{Observed, ReplicaId, RequestId, Seed, Span, Time, TimerId};
use squall::replica::{Carries, Context, Payload, Replica, Scripted, Seat};
use squall::scenario::Scenario;
use squall::world::{Dealt, Run, World};

/// One message of the stream: its number, and when it was sent. Damage makes it `spoilt`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bead {
    pub(crate) nth: u32,
    sent: Time,
    spoilt: bool,
}

impl Payload for Bead {
    fn size(&self) -> u64 {
        100
    }

    fn damage(&mut self, _bits: u64) -> bool {
        self.spoilt = true;
        true
    }
}

/// One arrival.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Caught {
    pub(crate) nth: u32,
    pub(crate) took: Span,
    pub(crate) spoilt: bool,
}

/// A replica of the stream. That with slot 0 is the source.
#[derive(Debug)]
pub(crate) struct Stream {
    left: u32,
    gap: Span,
    sent: u32,
    /// What arrived here, in order.
    pub(crate) caught: Vec<Caught>,
}

impl Observed for Stream {
    type Op = ();
    type Answer = ();
    type View = u64;

    fn view(&self) -> u64 {
        self.caught.len() as u64
    }
}

impl Replica for Stream {
    type Message = Bead;
    type Saved = ();

    fn start(&mut self, cx: &mut Context<Stream>) {
        if cx.slot() == ReplicaId(0) {
            cx.set_timer(TimerId(0), self.gap);
        }
    }

    fn request(&mut self, _: RequestId, (): &(), _: &mut Context<Stream>) {}

    fn message(&mut self, _: ReplicaId, bead: &Bead, cx: &mut Context<Stream>) {
        self.caught.push(Caught { nth: bead.nth, took: cx.now().since(bead.sent), spoilt: bead.spoilt });
    }

    fn timer(&mut self, timer: TimerId, cx: &mut Context<Stream>) {
        let sent = cx.now();
        cx.broadcast(Bead { nth: self.sent, sent, spoilt: false }, Carries::Nothing);
        self.sent += 1;
        self.left -= 1;
        if self.left > 0 {
            cx.set_timer(timer, self.gap);
        }
    }
}

/// Sends so many messages, one every `gap`, under a scenario whose duration is made long enough; says
/// what happened and what each receiver caught.
pub(crate) fn pour(seed: u64, count: u32, gap: Span, mut scenario: Scenario) -> (Run, Vec<Vec<Caught>>) {
    scenario.duration = Span(gap.0 * (u64::from(count) + 1));
    scenario.settle = Span::secs(2_000);
    let plan = scenario.plan().unwrap_or_else(|refusals| panic!("{refusals}"));
    let spawn = |_: Seat| Stream { left: count, gap, sent: 0, caught: Vec::new() };
    let mut world: World<Stream> = World::new();
    let script: &[Scripted<()>] = &[];
    let run = world.run(&plan, &spawn, script, &mut Dealt::new(Seed(seed)), &mut ());
    (run, world.replicas().iter().skip(1).map(|stream| stream.caught.clone()).collect())
}
