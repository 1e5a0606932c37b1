//! Replicas: how one reacts, how its wishes are carried out, and what waits while it cannot.

use super::*;

impl<R, C, Y, W, D, O> Engine<'_, R, C, Y, W, D, O>
where
    R: Replica,
    C: Client<R>,
    Y: System<Replica = R>,
    W: Workload<R, Client = C> + ?Sized,
    D: Door,
    O: Observer<R>,
{
    /// Lets a replica react to the event at hand, and carries out what it wishes for.
    #[inline]
    pub(super) fn react(&mut self, replica: ReplicaId, call: impl FnOnce(&mut R, &mut Context<R>)) {
        self.enter(replica);
        call(&mut self.world.replicas[replica.index()], &mut self.context);
        self.leave(replica);
    }

    /// Makes the context that of a replica in the event at hand.
    #[inline]
    pub(super) fn enter(&mut self, replica: ReplicaId) {
        let place = &self.world.places[replica.index()];
        let cx = &mut self.context;
        cx.seat = place.seat;
        cx.handling = self.moment.name;
        cx.draws = 0;
        cx.accepted = place.accepted;
        cx.clock_read = false;
        cx.reading = if place.clock_is_right { self.now } else { place.dial.shows(self.now) };
    }

    /// Carries out what the replica wished for in the event at hand.
    #[inline(always)]
    pub(super) fn leave(&mut self, replica: ReplicaId) {
        let place = &mut self.world.places[replica.index()];
        place.held += self.context.accepted - place.accepted;
        place.accepted = self.context.accepted;
        if self.context.clock_read && !place.clock_is_right {
            self.world.witness.clock_steps_read += u64::from(place.dial.looked());
            self.world.witness.clock_errors_read += u64::from(self.context.reading != self.now);
        }
        if place.each > Span::ZERO {
            place.busy_until = self.now + place.each;
        }
        if !self.context.effects.is_empty() {
            self.perform(replica);
        }
        if self.observer.stepped(&self.moment, replica, &self.world.replicas).is_break() {
            self.stop = true;
        }
    }

    #[inline(never)]
    pub(super) fn perform(&mut self, replica: ReplicaId) {
        let mut effects = std::mem::take(&mut self.context.effects);
        let mut sends_left = self.world.places[replica.index()].armed.map(|(_, sends)| sends);
        let mut wishes = effects.drain(..);
        while let Some(effect) = wishes.next() {
            if !self.carry_out(replica, effect, &mut sends_left) {
                // What leaves the replica is cut short. Its state has changed as a whole, and may be durable.
                let inward = |effect: &Effects<R>| {
                    use Effect::{Accept, Incorporate, Save, SaveAll};
                    matches!(effect, Accept { .. } | Incorporate(_) | Save(_) | SaveAll(_))
                };
                for effect in wishes.by_ref().filter(inward) {
                    self.carry_out(replica, effect, &mut sends_left);
                }
                let (fault, sends) = self.world.places[replica.index()].armed.unwrap_or_default();
                self.crash(replica, fault, Some(sends));
                break;
            }
        }
        drop(wishes);
        self.context.effects = effects;
    }

    /// False when the replica dies of it.
    #[inline(always)]
    pub(super) fn carry_out(&mut self, replica: ReplicaId, effect: Effects<R>, sends_left: &mut Option<u32>) -> bool {
        match effect {
            Effect::Send { to, message, carries: _ } => {
                if let Some(left) = sends_left {
                    if *left == 0 {
                        return false;
                    }
                    *left -= 1;
                }
                let name = self.send(replica, to, &message);
                match self.fate.copies().len() as u32 {
                    0 => self.spare(message),
                    copies => {
                        let body = self.embody(replica, message, copies, copies > 1);
                        self.dispatch(replica, to, name, body);
                    }
                }
            }
            Effect::Broadcast { message, carries: _ } => {
                let plan = self.plan;
                let mut shared = None;
                let mut survives = true;
                for to in plan.links().neighbours(replica).iter() {
                    if let Some(left) = sends_left {
                        if *left == 0 {
                            survives = false;
                            break;
                        }
                        *left -= 1;
                    }
                    let name = self.send(replica, to, &message);
                    let body = match (self.fate.copies().len(), shared) {
                        (0, _) => continue,
                        (1, Some(body)) => {
                            self.world.bodies.get_mut(body).shares += 1;
                            body
                        }
                        (1, None) => *shared.insert(self.embody(replica, message.clone(), 1, false)),
                        // Whether a copy is the second to arrive is no business of the other destinations.
                        (copies, _) => self.embody(replica, message.clone(), copies as u32, true),
                    };
                    self.dispatch(replica, to, name, body);
                }
                self.spare(message);
                return survives;
            }
            Effect::SetTimer { timer, after } => {
                if O::WATCHES {
                    self.observer.event(&self.moment, &Event::SetTimer { replica, timer, after });
                }
                let place = &mut self.world.places[replica.index()];
                let (set, nth) = place.timers.set(timer);
                let name = Name::timer(replica, place.seat.incarnation, timer, nth);
                self.push(self.now + after, Pending { name, what: What::Timer { replica, timer, set } });
            }
            Effect::CancelTimer { timer } => self.world.places[replica.index()].timers.cancel(timer),
            Effect::Accept { request, update } => {
                if O::WATCHES {
                    self.observer.event(&self.moment, &Event::Accept { request, update });
                }
            }
            Effect::Answer { request, answer } => self.answer(replica, request, answer),
            Effect::Incorporate(taken) => {
                if O::WATCHES {
                    let (message, updates) = match &taken {
                        Taken::InHand => (Some(self.moment.name), &[][..]),
                        Taken::Held(receipt) => (Some(receipt.0), &[][..]),
                        Taken::Updates(updates) => (None, &updates[..]),
                    };
                    self.observer.event(&self.moment, &Event::Incorporate { replica, message, updates });
                }
            }
            Effect::Save(record) => self.world.places[replica.index()].disk.save(record),
            Effect::SaveAll(image) => self.world.places[replica.index()].disk.save_all(image),
            Effect::Sync => {
                let place = &mut self.world.places[replica.index()];
                if place.durability == Durability::Explicit {
                    place.disk.sync(place.held);
                    if O::WATCHES {
                        self.observer.event(&self.moment, &Event::Synced { replica });
                    }
                }
            }
        }
        true
    }

    /// An event for a replica that has no time now waits.
    #[cold]
    pub(super) fn defer(&mut self, replica: ReplicaId, pending: Pending) {
        self.world.witness.deferred += 1;
        self.world.places[replica.index()].waiting.push_back(pending);
        self.plan_wake(replica);
    }

    /// Makes sure that a replica with waiting events comes back to them.
    pub(super) fn plan_wake(&mut self, replica: ReplicaId) {
        let place = &mut self.world.places[replica.index()];
        if place.pauses > 0 || place.waking {
            return;
        }
        let Some(first) = place.waiting.front() else { return };
        place.waking = true;
        let (at, name, life) = (place.busy_until.max(self.now), first.name, place.seat.incarnation);
        self.push(at, Pending { name, what: What::Wake { replica, life } });
    }

    /// A replica has time again: what waited longest comes next.
    #[cold]
    pub(super) fn wake(&mut self, replica: ReplicaId, life: Incarnation) {
        let place = &mut self.world.places[replica.index()];
        if place.seat.incarnation != life || !place.up {
            return;
        }
        place.waking = false;
        if place.pauses == 0 && place.busy_until <= self.now {
            let mut waiting = std::mem::take(&mut place.waiting);
            match waiting.pop_front() {
                // It arrived before it had to wait: a partition that stands by now comes too late for it.
                Some(Pending { name, what: What::Message { to, body, copy, damaged } }) => {
                    self.receive(name, to, body, copy, damaged);
                }
                Some(first) => self.handle(first),
                None => {}
            }
            let place = &mut self.world.places[replica.index()];
            if !place.up || place.seat.incarnation != life {
                for pending in waiting {
                    self.forget(pending);
                }
                return;
            }
            place.waiting = waiting;
        }
        self.plan_wake(replica);
    }

    /// What waited for a replica that died.
    pub(super) fn forget(&mut self, pending: Pending) {
        match pending.what {
            What::Message { body, copy, .. } => {
                self.world.witness.dead_letters += 1;
                self.miss(pending.name, body, copy, Cause::Down);
            }
            What::Ask { ask } => {
                self.world.witness.unheard += 1;
                self.world.asks.remove(ask);
            }
            _ => {}
        }
    }

    #[inline]
    pub(super) fn fire(&mut self, pending: Pending, replica: ReplicaId, timer: TimerId, set: u32) {
        let place = &mut self.world.places[replica.index()];
        if place.occupied(self.now) {
            if place.timers.counts(timer, set) {
                self.defer(replica, pending);
            }
            return;
        }
        if !place.timers.fire(timer, set) {
            return;
        }
        self.begin(pending.name, TIMER, pending.name);
        if O::WATCHES {
            self.observer.event(&self.moment, &Event::Timer { replica, timer });
        }
        self.react(replica, |subject, cx| subject.timer(timer, cx));
    }
}
