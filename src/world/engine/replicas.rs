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
        if O::WATCHES {
            self.observer.stepping(&self.moment, replica, &self.world.replicas);
        }
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
        if O::WATCHES && self.context.clock_read {
            let reading = self.context.reading;
            self.observer.event(&self.moment, &Event::Read { replica, reading });
        }
        if place.each > Span::ZERO {
            place.busy_until = self.now + place.each;
        }
        if self.context.wished > 0 {
            self.perform(replica);
        }
        if self.observer.stepped(&self.moment, replica, &self.world.replicas).is_break() {
            self.stop = true;
        }
    }

    /// Carries out all wishes, where they lie. The two that are most common have a way of their own: what is
    /// done for the others would take the registers that these need.
    #[inline(never)]
    fn perform(&mut self, replica: ReplicaId) {
        let mut effects = std::mem::take(&mut self.context.effects);
        let wished = std::mem::take(&mut self.context.wished);
        match self.world.places[replica.index()].armed {
            None => {
                for effect in effects.iter_mut().take(wished) {
                    match effect {
                        Effect::Send { to, message, carries } => self.send_one(replica, *to, message, carries),
                        Effect::SetTimer { timer, after } => self.set_timer(replica, *timer, *after),
                        rarer => self.carry_out(replica, std::mem::replace(rarer, Effect::Sync)),
                    }
                }
            }
            Some((fault, sends)) => {
                effects.truncate(wished);
                self.perform_to_the_death(replica, &mut effects, fault, sends);
            }
        }
        self.context.effects = effects;
    }

    /// Carries out the wishes of a replica that dies after so many sends.
    #[cold]
    fn perform_to_the_death(&mut self, replica: ReplicaId, effects: &mut Vec<Effects<R>>, fault: u32, sends: u32) {
        let mut left = sends;
        let mut wishes = effects.drain(..);
        while let Some(effect) = wishes.next() {
            let survives = match effect {
                Effect::Send { .. } => {
                    let survives = left > 0;
                    if survives {
                        left -= 1;
                        self.carry_out(replica, effect);
                    }
                    survives
                }
                Effect::Broadcast { message, carries } => {
                    let neighbours = self.plan.links().neighbours(replica).len() as u32;
                    let reached = neighbours.min(left);
                    self.broadcast(replica, message, &carries, reached);
                    left -= reached;
                    reached == neighbours
                }
                _ => {
                    self.carry_out(replica, effect);
                    true
                }
            };
            if !survives {
                // What leaves the replica is cut short. Its state has changed as a whole, and may be durable.
                let inward = |effect: &Effects<R>| {
                    use Effect::{Accept, Incorporate, Keep, Save, SaveAll};
                    matches!(effect, Accept { .. } | Keep | Incorporate(_) | Save(_) | SaveAll(_))
                };
                for effect in wishes.by_ref().filter(inward) {
                    self.carry_out(replica, effect);
                }
                return self.crash(replica, fault, Some(sends));
            }
        }
    }

    /// Sends a message, and leaves one that is done with in its place.
    #[inline(always)]
    fn send_one(&mut self, replica: ReplicaId, to: ReplicaId, message: &mut R::Message, carries: &Carries) {
        let name = self.send(replica, to, message, carries);
        let copies = self.fate.copies().len() as u32;
        if copies > 0 {
            let body = self.embody(replica, message, copies, copies > 1);
            self.dispatch(replica, to, name, body);
        }
    }

    #[inline(always)]
    fn set_timer(&mut self, replica: ReplicaId, timer: TimerId, after: Span) {
        if O::WATCHES {
            self.observer.event(&self.moment, &Event::SetTimer { replica, timer, after });
        }
        let place = &mut self.world.places[replica.index()];
        let (set, nth) = place.timers.set(timer);
        let name = Name::timer(replica, place.seat.incarnation, timer, nth);
        self.push(self.now + after, Pending { name, what: What::Timer { replica, timer, set } });
    }

    #[inline(never)]
    fn carry_out(&mut self, replica: ReplicaId, effect: Effects<R>) {
        match effect {
            Effect::Send { to, mut message, carries } => {
                self.send_one(replica, to, &mut message, &carries);
                self.context.spare(message);
            }
            Effect::SetTimer { timer, after } => self.set_timer(replica, timer, after),
            Effect::Broadcast { message, carries } => self.broadcast(replica, message, &carries, u32::MAX),
            Effect::CancelTimer { timer } => self.world.places[replica.index()].timers.cancel(timer),
            Effect::Accept { request, update, applied } => {
                if O::WATCHES {
                    let reading = self.context.reading;
                    self.observer.event(&self.moment, &Event::Accept { request, update, reading, applied });
                }
            }
            Effect::Answer { request, answer } => self.answer(replica, request, answer),
            Effect::Incorporate(taken) => {
                if O::WATCHES {
                    let (message, updates) = match &taken {
                        Taken::InHand => (Some(self.moment.name), &[][..]),
                        Taken::Held(receipt) => (Some(receipt.0), &[][..]),
                        Taken::Updates(updates) => (None, &updates[..]),
                        Taken::Equal => return self.note(&Event::Equal { replica }),
                    };
                    self.observer.event(&self.moment, &Event::Incorporate { replica, message, updates });
                }
            }
            Effect::Keep => self.note(&Event::Keep { replica }),
            Effect::Save(record) => {
                self.world.places[replica.index()].disk.save(record);
                self.note(&Event::Saved { replica });
            }
            Effect::SaveAll(image) => {
                self.world.places[replica.index()].disk.save_all(image);
                self.note(&Event::Saved { replica });
            }
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
    }

    /// Sends a message to the first so many neighbours.
    fn broadcast(&mut self, replica: ReplicaId, message: R::Message, carries: &Carries, most: u32) {
        let plan = self.plan;
        let mut shared = None;
        for to in plan.links().neighbours(replica).iter().take(most as usize) {
            let name = self.send(replica, to, &message, carries);
            let body = match (self.fate.copies().len(), shared) {
                (0, _) => continue,
                (1, Some(body)) => {
                    self.world.bodies.get_mut(body).shares += 1;
                    body
                }
                (1, None) => *shared.insert(self.embody_copy(replica, &message, 1, false)),
                // Whether a copy is the second to arrive is no business of the other destinations.
                (copies, _) => self.embody_copy(replica, &message, copies as u32, true),
            };
            self.dispatch(replica, to, name, body);
        }
        self.context.spare(message);
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
