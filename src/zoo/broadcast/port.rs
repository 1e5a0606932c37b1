//! What a layer acts through: a replica's context, or what the layer above makes of its own port.
//!
//! Knows no promises and keeps nothing. The law: timers are numbered by each layer from 0, and never meet
//! those of another.

use crate::base::{Identity, Neighbours, ReplicaId, Span, TimerId};
use crate::replica::{Carries, Context, Replica};

/// The wishes of a layer whose messages are of type `W`.
pub trait Port<W> {
    /// This replica's slot.
    fn slot(&self) -> ReplicaId;

    /// What this replica signs its posts with.
    fn identity(&self) -> Identity;

    /// How many replicas there are.
    fn members(&self) -> u32;

    /// Whom a message can reach directly.
    fn neighbours(&self) -> Neighbours<'_>;

    /// A number below `bound`, by chance.
    fn draw(&mut self, bound: u64) -> u64;

    /// Sends a message to one neighbour.
    fn send(&mut self, to: ReplicaId, wire: W, carries: Carries);

    /// Sends a message to every neighbour.
    fn send_all(&mut self, wire: W, carries: Carries);

    /// Asks to be called back, in place of an earlier call of this timer that is still pending.
    fn set_timer(&mut self, timer: TimerId, after: Span);

    /// Begins a timer that fires each period, at a drawn moment: replicas that start together should not all
    /// speak at once.
    fn set_out(&mut self, timer: TimerId, period: Span) {
        let phase = Span(1 + self.draw(period.0));
        self.set_timer(timer, phase);
    }

    /// So many different neighbours by chance, or all where there are no more.
    fn some_neighbours(&mut self, count: u32) -> Vec<ReplicaId> {
        let all = self.neighbours().len() as u64;
        let mut places: Vec<u64> = Vec::with_capacity(count as usize);
        // Robert Floyd's way to draw a sample without putting anything back: "A sample of brilliance" (1987).
        for top in all.saturating_sub(u64::from(count))..all {
            let place = if all > u64::from(count) { self.draw(top + 1) } else { top };
            places.push(if places.contains(&place) { top } else { place });
        }
        places.into_iter().filter_map(|place| self.neighbours().get(place as usize)).collect()
    }
}

/// The port of a replica that runs a stack of layers: its context, and how it wraps their messages.
pub struct Outlet<'a, R: Replica, F> {
    context: &'a mut Context<R>,
    wrap: F,
}

impl<'a, R: Replica, F> Outlet<'a, R, F> {
    /// A port that wraps messages so. All timers of the context belong to the stack.
    pub fn new(context: &'a mut Context<R>, wrap: F) -> Outlet<'a, R, F> {
        Outlet { context, wrap }
    }
}

impl<W, R: Replica, F: Fn(W) -> R::Message> Port<W> for Outlet<'_, R, F> {
    fn slot(&self) -> ReplicaId {
        self.context.slot()
    }

    fn identity(&self) -> Identity {
        self.context.identity()
    }

    fn members(&self) -> u32 {
        self.context.members()
    }

    fn neighbours(&self) -> Neighbours<'_> {
        self.context.neighbours()
    }

    fn draw(&mut self, bound: u64) -> u64 {
        self.context.draw(bound)
    }

    fn send(&mut self, to: ReplicaId, wire: W, carries: Carries) {
        self.context.send(to, (self.wrap)(wire), carries);
    }

    fn send_all(&mut self, wire: W, carries: Carries) {
        self.context.broadcast((self.wrap)(wire), carries);
    }

    fn set_timer(&mut self, timer: TimerId, after: Span) {
        self.context.set_timer(timer, after);
    }
}

/// The port of a layer that stands under one with messages or timers of its own.
pub struct Lower<'a, P, F> {
    port: &'a mut P,
    timers: u32,
    wrap: F,
}

impl<'a, P, F> Lower<'a, P, F> {
    /// A port under a layer that has so many timers and wraps messages from below so.
    pub fn new(port: &'a mut P, timers: u32, wrap: F) -> Lower<'a, P, F> {
        Lower { port, timers, wrap }
    }
}

/// The messages of the lower layer are of type `V`, those that travel of type `W`.
impl<V, W, P: Port<W>, F: Fn(V) -> W> Port<V> for Lower<'_, P, F> {
    fn slot(&self) -> ReplicaId {
        self.port.slot()
    }

    fn identity(&self) -> Identity {
        self.port.identity()
    }

    fn members(&self) -> u32 {
        self.port.members()
    }

    fn neighbours(&self) -> Neighbours<'_> {
        self.port.neighbours()
    }

    fn draw(&mut self, bound: u64) -> u64 {
        self.port.draw(bound)
    }

    fn send(&mut self, to: ReplicaId, wire: V, carries: Carries) {
        self.port.send(to, (self.wrap)(wire), carries);
    }

    fn send_all(&mut self, wire: V, carries: Carries) {
        self.port.send_all((self.wrap)(wire), carries);
    }

    fn set_timer(&mut self, timer: TimerId, after: Span) {
        self.port.set_timer(TimerId(timer.0 + self.timers), after);
    }
}
