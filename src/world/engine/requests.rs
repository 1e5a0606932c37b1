//! Requests: how clients ask, and how they are answered.

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
    /// Lets a client react, and carries out what it wishes for. When the world is calm, clients are
    /// silent.
    #[inline]
    pub(super) fn serve(&mut self, client: ClientId, name: Name, call: impl FnOnce(&mut C, &mut ClientContext<'_, R>)) {
        if self.calm {
            return;
        }
        self.begin(name, CLIENT, name);
        let mut cx = ClientContext {
            client,
            now: self.now,
            dice: &self.dice,
            handling: name,
            draws: 0,
            asked: self.world.asked[client.index()],
            wishes: std::mem::take(&mut self.world.wishes),
            replicas: &self.world.replicas,
        };
        call(&mut self.world.clients[client.index()], &mut cx);
        let ClientContext { asked, mut wishes, .. } = cx;
        self.world.asked[client.index()] = asked;
        for wish in wishes.drain(..) {
            match wish {
                Wish::Ask { request, replica, op } => {
                    if O::WATCHES {
                        self.observer.event(&self.moment, &Event::Invoke { request, replica, op: &op });
                    }
                    let name = Name::request(request.client, request.nth);
                    if self.access_at_once {
                        self.reach(name, Ask { request, replica, op });
                    } else {
                        let ask = self.world.asks.insert(Ask { request, replica, op });
                        self.travel(Pending { name, what: What::Ask { ask } });
                    }
                }
                Wish::SetTimer { timer, after } => {
                    let (set, nth) = self.world.client_timers[client.index()].set(timer);
                    let name = Name::client_timer(client, timer, nth);
                    self.push(self.now + after, Pending { name, what: What::ClientTimer { client, timer, set } });
                }
                Wish::CancelTimer { timer } => self.world.client_timers[client.index()].cancel(timer),
            }
        }
        self.world.wishes = wishes;
    }

    /// Sends a request or an answer on its way between a client and a replica.
    #[inline]
    pub(super) fn travel(&mut self, pending: Pending) {
        if self.access_at_once {
            self.world.at_once.push_back(pending);
        } else {
            let word = self.dice.keys().word(Concern::Fate, pending.name, 0);
            self.push(self.now + self.plan.scenario().access.sample(word), pending);
        }
    }

    /// The next request of the script reaches its replica.
    pub(super) fn scripted(&mut self, name: Name, nth: u32) {
        let scripted = &self.workload.script()[nth as usize];
        let (request, replica) = (RequestId { client: ClientId::SCRIPT, nth }, scripted.replica);
        if O::WATCHES {
            self.observer.event(&self.moment, &Event::Invoke { request, replica, op: &scripted.op });
        }
        self.reach(name, Ask { request, replica, op: scripted.op.clone() });
    }

    /// A request reaches its replica.
    #[inline]
    pub(super) fn reach(&mut self, name: Name, ask: Ask<R::Op>) {
        let Ask { request, replica, op } = ask;
        if self.world.places.get(replica.index()).is_none_or(|place| !place.up) {
            self.world.witness.unheard += 1;
            return;
        }
        if self.world.places[replica.index()].occupied(self.now) {
            let ask = self.world.asks.insert(Ask { request, replica, op });
            return self.defer(replica, Pending { name, what: What::Ask { ask } });
        }
        self.begin(name, REQUEST, name);
        if O::WATCHES {
            self.observer.event(&self.moment, &Event::Request { request, replica, op: &op });
        }
        self.react(replica, |subject, cx| subject.request(request, &op, cx));
    }

    #[inline]
    pub(super) fn answer(&mut self, replica: ReplicaId, request: RequestId, answer: R::Answer) {
        if O::WATCHES {
            self.observer.event(&self.moment, &Event::Answer { request, replica, answer: &answer });
        }
        let listens = C::LISTENS && request.client != ClientId::SCRIPT;
        if O::WATCHES || listens {
            let (step, nth) = self.answered;
            let nth = if step == self.moment.step { nth } else { 0 };
            self.answered = (self.moment.step, nth + 1);
            let name = Name::request(request.client, request.nth).answer(self.moment.name, nth);
            let answer = self.world.answers.insert((request, answer));
            self.travel(Pending { name, what: What::Answer { answer } });
        }
    }
}
