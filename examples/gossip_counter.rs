//! A G-Counter that gossips its full state: each replica counts in a slot of its own, tells a neighbour
//! all slots every ten milliseconds, and keeps the larger of two numbers for a slot.

use squall::base::{Observed, Odds, ReplicaId, RequestId, Seed, Span, Time, TimerId};
use squall::replica::{Carries, Context, Payload, Replica, Scripted};
use squall::scenario::Scenario;
use squall::world::{Dealt, World};

/// One number for each replica.
#[derive(Clone, Debug, PartialEq)]
struct Slots(Vec<u64>);

impl Payload for Slots {
    fn size(&self) -> u64 {
        8 * self.0.len() as u64
    }
}

impl Observed for Slots {
    type Op = u64;
    type Answer = ();
    type View = u64;
    fn view(&self) -> u64 {
        self.0.iter().sum()
    }
}

impl Replica for Slots {
    type Message = Slots;
    type Saved = Slots;
    fn start(&mut self, cx: &mut Context<Self>) {
        cx.set_timer(TimerId(0), Span::millis(10));
    }
    fn request(&mut self, request: RequestId, amount: &u64, cx: &mut Context<Self>) {
        cx.accept(request);
        self.0[cx.identity().index()] += amount;
        cx.answer(request, ());
    }
    fn message(&mut self, _: ReplicaId, other: &Slots, cx: &mut Context<Self>) {
        self.0.iter_mut().zip(&other.0).for_each(|(mine, theirs)| *mine = (*mine).max(*theirs));
        cx.incorporate();
    }
    fn timer(&mut self, tick: TimerId, cx: &mut Context<Self>) {
        if let Some(peer) = cx.any_neighbour() {
            cx.send_copy(peer, self, Carries::Everything);
        }
        cx.set_timer(tick, Span::millis(10));
    }
}

fn main() {
    let mut scenario = Scenario::new(5);
    scenario.link.loss = Odds::permille(200);
    let plan = scenario.plan().expect("five replicas, and one message in five is lost");
    let script: Vec<_> = (0..100).map(|n| Scripted::new(Time(n * 9_000_000), ReplicaId(n as u32 % 5), 1)).collect();
    let mut world = World::new();
    let run = world.run(&plan, &|_| Slots(vec![0; 5]), &script[..], &mut Dealt::new(Seed(1)), &mut ());
    println!("{:?}; {}", world.replicas(), run.witness);
}
