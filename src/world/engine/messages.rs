//! Messages: how one is sent, what stands in its way, and how it arrives.

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
    /// Gives a message a body that its copies share, in exchange for one that is done with.
    #[inline(always)]
    pub(super) fn embody(&mut self, from: ReplicaId, message: &mut R::Message, shares: u32, twins: bool) -> Handle {
        self.sent += 1;
        let (root, sent, order) = (self.root, self.now, self.sent);
        let Some(handle) = self.world.bodies.reuse() else {
            let message = message.clone();
            return self.world.bodies.add(Body { message, root, from, sent, order, shares, twins, handled: false });
        };
        let body = self.world.bodies.get_mut(handle);
        (body.root, body.from, body.sent, body.order) = (root, from, sent, order);
        (body.shares, body.twins, body.handled) = (shares, twins, false);
        std::mem::swap(&mut body.message, message);
        handle
    }

    /// Gives a copy of a message a body.
    pub(super) fn embody_copy(&mut self, from: ReplicaId, message: &R::Message, shares: u32, twins: bool) -> Handle {
        let mut copy = self.context.copied(message);
        let handle = self.embody(from, &mut copy, shares, twins);
        self.context.spare(copy);
        handle
    }

    /// One share less. A message without any stays until its place is used again.
    #[inline]
    pub(super) fn release(&mut self, handle: Handle) {
        let body = self.world.bodies.get_mut(handle);
        body.shares -= 1;
        if body.shares == 0 {
            self.world.bodies.free(handle);
        }
    }

    /// What a message to one destination is called. What becomes of it is the fate at hand then.
    #[inline]
    pub(super) fn send(&mut self, from: ReplicaId, to: ReplicaId, message: &R::Message, carries: &Carries) -> Name {
        self.world.witness.sent += 1;
        let routed =
            if self.full { to != from && to.0 < self.plan.replicas() } else { self.plan.links().connected(from, to) };
        // All that is nobody counts as one destination, so that every message has a name of its own.
        let counted = if routed { to } else { ReplicaId(to.0.min(self.plan.replicas())) };
        let nth = self.world.count(counted, self.moment.step);
        let name = self.moment.name.message(to, nth);
        if O::WATCHES {
            let event = Event::Send { message: name, from, to, size: message.size(), carries, body: message };
            self.observer.event(&self.moment, &event);
        }
        self.fate.clear();
        let cause = if !routed {
            self.world.witness.no_route += 1;
            Some(Cause::NoRoute)
        } else if let Some(fault) = self.cut(from, to, false) {
            Some(Cause::Partition(fault))
        } else {
            let size = if self.weigh { message.size() } else { 0 };
            let sending = Sending { name, root: self.root, from, to, nth, at: self.now, size };
            let cause = self.door.fate(&sending, &mut self.world.network, &mut self.fate);
            match cause {
                None => self.world.witness.duplicated += self.fate.copies().len().saturating_sub(1) as u64,
                Some(Cause::Burst) => self.world.witness.lost_in_bursts += 1,
                Some(Cause::Script) => self.world.witness.lost_by_script += 1,
                Some(_) => self.world.witness.lost += 1,
            }
            cause
        };
        if O::WATCHES {
            self.observer.event(&self.moment, &Event::Fate { message: name, fate: &self.fate, cause });
        }
        name
    }

    /// Puts the copies of a message on their way.
    #[inline(always)]
    pub(super) fn dispatch(&mut self, from: ReplicaId, to: ReplicaId, name: Name, body: Handle) {
        let copies = self.fate.copies().len();
        for copy in 0..copies {
            let arrival = self.fate.copies()[copy];
            let copy = copy as u16;
            if let Some(bits) = arrival.damage {
                self.world.damages.insert(name.copy(u32::from(copy)), bits);
            }
            let what = What::Message { to, body, copy, damaged: arrival.damage.is_some() };
            if self.door.chooses() && arrival.delay == WHEN_CHOSEN {
                self.world.chosen.push(Pending { name, what });
                continue;
            }
            let mut at = self.now + arrival.delay;
            if !self.world.holding.is_empty() {
                at = self.held(from, to, at);
            }
            self.push(at, Pending { name, what });
        }
    }

    /// When a message that would arrive at some moment does so, on a link that may be held.
    #[cold]
    pub(super) fn held(&mut self, from: ReplicaId, to: ReplicaId, at: Time) -> Time {
        let holds = self.world.holding.iter().map(|hold| self.world.agenda.holds[*hold as usize]);
        let until = holds.filter(|held| (held.from, held.to) == (from, to)).map(|held| held.until).max();
        self.world.witness.held_back += u64::from(until.is_some_and(|until| until > at));
        until.map_or(at, |until| until.max(at))
    }

    /// The first fault that cuts a message off now, if one does. Each that does is witnessed.
    #[inline]
    pub(super) fn cut(&mut self, from: ReplicaId, to: ReplicaId, in_flight: bool) -> Option<u32> {
        if self.world.standing.is_empty() {
            return None;
        }
        let mut first = None;
        for standing in &self.world.standing {
            let wall = &self.world.agenda.walls[*standing as usize];
            if (!in_flight || wall.cuts_in_flight) && wall.cuts(from, to, self.now, &self.dice) {
                self.world.witness.cut_by[wall.fault as usize] += 1;
                first.get_or_insert(wall.fault);
            }
        }
        self.world.witness.cut += u64::from(first.is_some());
        first
    }

    #[inline]
    pub(super) fn arrive(&mut self, pending: Pending, to: ReplicaId, handle: Handle, copy: u16, damaged: bool) {
        if !self.world.places[to.index()].up {
            self.world.witness.dead_letters += 1;
            return self.miss(pending.name, handle, copy, Cause::Down);
        }
        let from = self.world.bodies.get(handle).from;
        if let Some(fault) = self.cut(from, to, true) {
            return self.miss(pending.name, handle, copy, Cause::Partition(fault));
        }
        if self.world.places[to.index()].occupied(self.now) {
            return self.defer(to, pending);
        }
        self.receive(pending.name, to, handle, copy, damaged);
    }

    /// A copy that has arrived is handled.
    #[inline]
    pub(super) fn receive(&mut self, message: Name, to: ReplicaId, handle: Handle, copy: u16, damaged: bool) {
        let Body { from, sent, order, .. } = *self.world.bodies.get(handle);
        let name = message.copy(u32::from(copy));
        let mut handle = handle;
        if damaged {
            let bits = self.world.damages.remove(&name).unwrap_or_default();
            let copied = self.world.twin(handle);
            if !self.world.bodies.get_mut(copied).message.damage(bits) {
                self.world.witness.thrown_away += 1;
                self.release(copied);
                return self.miss(message, handle, copy, Cause::Damage);
            }
            self.world.witness.damaged += 1;
            // The twin knows of the copies before it; those after it learn of it here.
            self.world.bodies.get_mut(handle).handled = true;
            self.release(handle);
            handle = copied;
        }
        self.world.witness.delivered += 1;
        let body = self.world.bodies.get_mut(handle);
        let root = body.root;
        if body.twins {
            self.world.witness.delivered_again += u64::from(std::mem::replace(&mut body.handled, true));
        }
        if self.inversions {
            self.world.overtaken(self.plan, from, to, order);
        }
        self.begin(name, MESSAGE, root);
        if self.plan.scenario().hash_messages {
            self.world.hash_message(handle);
        }
        if O::WATCHES {
            let event = Event::Deliver { message, copy: u32::from(copy), from, to, sent, damaged };
            self.observer.event(&self.moment, &event);
        }
        self.enter(to);
        let world = &mut *self.world;
        world.replicas[to.index()].message(from, &world.bodies.get(handle).message, &mut self.context);
        self.leave(to);
        self.release(handle);
    }

    /// A copy that was on its way does not arrive.
    #[cold]
    pub(super) fn miss(&mut self, message: Name, body: Handle, copy: u16, cause: Cause) {
        if O::WATCHES {
            self.observer.event(&self.moment, &Event::Miss { message, copy: u32::from(copy), cause });
        }
        self.world.damages.remove(&message.copy(u32::from(copy)));
        self.release(body);
    }
}
