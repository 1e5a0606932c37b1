//! The G-Counter of the benchmarks: full states to one neighbour by chance, every ten milliseconds.

use squall::base::{Observed, ReplicaId, RequestId, Span, TimerId};
use squall::replica::{Carries, Context, Payload, Replica};

/// How often a replica tells a neighbour.
pub(crate) const TICK: Span = Span::millis(10);

/// One number for each replica.
#[derive(Debug, PartialEq)]
pub(crate) struct Slots(pub(crate) Vec<u64>);

impl Clone for Slots {
    fn clone(&self) -> Slots {
        Slots(self.0.clone())
    }

    fn clone_from(&mut self, other: &Slots) {
        self.0.clone_from(&other.0);
    }
}

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
        cx.set_timer(TimerId(0), TICK);
    }

    fn request(&mut self, request: RequestId, amount: &u64, cx: &mut Context<Self>) {
        cx.accept(request);
        self.0[cx.identity().index()] += amount;
        cx.answer(request, ());
    }

    fn message(&mut self, _: ReplicaId, other: &Slots, cx: &mut Context<Self>) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine = (*mine).max(*theirs);
        }
        cx.incorporate();
    }

    fn timer(&mut self, tick: TimerId, cx: &mut Context<Self>) {
        if let Some(peer) = cx.any_neighbour() {
            cx.send_copy(peer, self, Carries::Everything);
        }
        cx.set_timer(tick, TICK);
    }
}
