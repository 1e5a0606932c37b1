//! Faults: what the plan does to the world while it runs.

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
    #[cold]
    pub(super) fn act(&mut self, name: Name, nth: u32) {
        self.begin(name, ACTION, name);
        match self.world.agenda.actions[nth as usize].2 {
            Action::Calm => self.settle(),
            Action::Partition { wall } => {
                self.world.standing.push(wall);
                let fault = self.world.agenda.walls[wall as usize].fault;
                self.note(&Event::Partition { fault });
            }
            Action::Heal { wall } => {
                self.world.standing.retain(|standing| *standing != wall);
                let fault = self.world.fallen(wall, self.now);
                self.note(&Event::Heal { fault });
            }
            Action::Crash { replica, fault } => self.crash(replica, fault, None),
            Action::Arm { replica, fault, sends } => {
                let place = self.place(replica);
                place.armed = place.up.then_some((fault, sends));
            }
            Action::Restart { replica, fault } => self.restart(replica, fault),
            Action::Backup { replica, fault } => {
                self.save_by_itself(replica);
                let place = self.place(replica);
                place.backups.insert(fault, (place.disk.durable().to_vec(), place.disk.held));
                self.note(&Event::BackedUp { replica, fault });
            }
            Action::Save { replica } => self.save_from_time_to_time(replica, nth),
            Action::Pause { replica } => {
                self.place(replica).pauses += 1;
                self.note(&Event::Pause { replica });
            }
            Action::Resume { replica } => {
                self.place(replica).pauses -= 1;
                self.note(&Event::Resume { replica });
                self.plan_wake(replica);
            }
            Action::Slow { replica, each } => self.place(replica).slow_down(each),
            Action::Quicken { replica, each } => self.place(replica).quicken(each),
            Action::Jump { replica, by } => {
                let place = self.place(replica);
                place.dial.jump(by);
                place.clock_is_right = false;
                self.note(&Event::ClockJump { replica, by });
            }
            Action::StopClock { replica } => {
                let now = self.now;
                let place = self.place(replica);
                place.dial.stop(now);
                place.clock_is_right = false;
            }
            Action::StartClock { replica } => self.place(replica).dial.go(),
            Action::Hold { hold } => self.world.holding.push(hold),
            Action::Release { hold } => self.world.holding.retain(|holding| *holding != hold),
        }
    }

    /// Puts an action on the agenda that followed from another.
    pub(super) fn schedule(&mut self, at: Time, name: Name, action: Action) {
        let nth = self.world.agenda.actions.len() as u32;
        self.world.agenda.actions.push((at, name, action));
        self.push(at, Pending { name, what: What::Act { nth } });
    }

    pub(super) fn place(&mut self, replica: ReplicaId) -> &mut Place<R::Saved> {
        &mut self.world.places[replica.index()]
    }

    pub(super) fn note(&mut self, event: &Event<'_, R>) {
        if O::WATCHES {
            self.observer.event(&self.moment, event);
        }
    }

    /// From now on nothing goes wrong any more, but for what never heals.
    pub(super) fn settle(&mut self) {
        self.door.calm();
        self.calm = true;
        self.world.network.calm();
        for place in &mut self.world.places {
            place.armed = None;
        }
        self.note(&Event::Calm);
    }

    /// What a disk that the world writes after every update holds at this moment.
    pub(super) fn save_by_itself(&mut self, replica: ReplicaId) {
        let place = &mut self.world.places[replica.index()];
        if place.durability == Durability::EveryUpdate && place.up {
            if let Some(image) = self.world.replicas[replica.index()].image() {
                place.disk.save_all(image);
            }
            place.disk.sync(place.held);
        }
    }

    /// Saves, and does so again after a while: the n-th entry of the agenda stands for all times.
    pub(super) fn save_from_time_to_time(&mut self, replica: ReplicaId, nth: u32) {
        let place = &mut self.world.places[replica.index()];
        let Durability::Every(interval) = place.durability else { return };
        if place.up {
            if let Some(image) = self.world.replicas[replica.index()].image() {
                place.disk.save_all(image);
            }
            place.disk.sync(place.held);
            self.note(&Event::Saved { replica });
            self.note(&Event::Synced { replica });
        }
        if !self.calm {
            let next = self.now + interval;
            let name = action::saving(replica, next.0 / interval.0);
            self.push(next, Pending { name, what: What::Act { nth } });
        }
    }

    pub(super) fn crash(&mut self, replica: ReplicaId, fault: u32, after_sends: Option<u32>) {
        if !self.world.places[replica.index()].up {
            return;
        }
        self.save_by_itself(replica);
        let Fault::Crash(crash) = &self.plan.scenario().faults[fault as usize] else { return };
        let away = action::away(crash.down, fault, &self.dice);
        self.world.witness.crashes += 1;
        self.world.witness.half_sent += u64::from(after_sends.is_some());
        let place = self.place(replica);
        place.up = false;
        place.armed = None;
        place.waking = false;
        place.busy_until = Time::START;
        place.disk.crash();
        place.timers.clear();
        for pending in std::mem::take(&mut place.waiting) {
            self.forget(pending);
        }
        self.note(&Event::Crash { replica, after_sends });
        if let Some(away) = away {
            let at = (self.now + away).min(self.plan.calm_at()).max(self.now);
            let name = Name::fault(fault).part(0, 3);
            self.schedule(at, name, Action::Restart { replica, fault });
        }
    }

    pub(super) fn restart(&mut self, replica: ReplicaId, fault: u32) {
        let Fault::Crash(crash) = &self.plan.scenario().faults[fault as usize] else { return };
        let memory = match crash.disk {
            Disk::Backup(_) => Memory::Backup(fault),
            Disk::Nothing => Memory::Nothing,
            // Where it is drawn who dies, that may be whose disk is cloned: then it keeps its own.
            Disk::CloneOf(other) if other != replica => Memory::CloneOf(other),
            Disk::Durable | Disk::CloneOf(_) => Memory::Durable,
        };
        let (saved, held) = match memory {
            Memory::Backup(fault) => self.place(replica).backups.remove(&fault).unwrap_or_default(),
            Memory::Nothing => Default::default(),
            Memory::CloneOf(other) => {
                self.save_by_itself(other);
                (self.place(other).disk.durable().to_vec(), 0)
            }
            Memory::Durable => (self.place(replica).disk.durable().to_vec(), self.place(replica).disk.held),
        };
        let identity = match crash.identity {
            Rebirth::Same => self.place(replica).seat.identity,
            Rebirth::Fresh => Identity(self.plan.replicas() + fault),
            Rebirth::As(other) => self.place(other).seat.identity,
        };
        let place = self.place(replica);
        let lost = place.held.saturating_sub(held);
        place.up = true;
        place.held = held;
        place.seat.identity = identity;
        place.seat.incarnation.0 += 1;
        place.disk.restore(saved.clone(), held);
        let seat = place.seat;
        self.world.witness.restarts += 1;
        self.world.witness.updates_lost += u64::from(lost);
        self.world.replicas[replica.index()] = self.system.spawn(seat);
        let name = Name::start(replica, seat.incarnation);
        self.begin(name, START, name);
        self.note(&Event::Restart { replica, identity, incarnation: seat.incarnation, memory, lost });
        self.react(replica, |subject, cx| subject.restart(&saved, cx));
    }
}
