//! Who knows what: kept beside the code under test, from events alone.
//!
//! A message is stamped, when it leaves, with what it carries; the code under test says only when it takes
//! something in. Knowledge is saved and rolled back with the disk. The law: the code under test is never its
//! own witness, so taking in what never came is noticed here and believed nowhere.

use std::collections::BTreeMap;
use std::fmt;

use super::minds::{Mind, Minds};
use super::names::Names;
use crate::base::{Carries, Digest, Identity, Known, Name, Observed, ReplicaId, RequestId, Time, Update};
use crate::model::{Asks, History, Issued};
use crate::trace::{Event, Memory, Moment};

/// What a replica is doing in the event at hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Doing {
    /// Beginning a life.
    #[default]
    Beginning,
    /// Handling a request.
    Asked(RequestId),
    /// Handling a message.
    Told(ReplicaId),
    /// Handling a timer.
    Waking,
}

/// What the ledger holds about one replica.
#[derive(Debug, Default)]
struct Standing {
    up: bool,
    /// What its state has in it.
    mind: Mind,
    /// What it held at the end of the event before.
    before: Mind,
    /// What came and was not part of its state at once. It may be taken in later, also in a later life: what
    /// was put aside can be on the disk.
    arrived: Known,
    /// Own updates that were accepted to become part of the state later, as far as nothing could have
    /// taken them away since.
    accepted: Known,
    durable: Mind,
    saved: Option<Mind>,
    backups: BTreeMap<u32, Mind>,
    always_durable: bool,
    identity: Identity,
    /// Whether damage got into its state: then nobody can say what it should show.
    damaged: bool,
    /// When it last came to know something of others.
    heard: Time,
}

/// A replica that knows so little that much of who knew what cannot be forgotten: it may still come to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Straggler {
    /// Which.
    pub replica: ReplicaId,
    /// Whether it was there.
    pub up: bool,
    /// When it last came to know something of others.
    pub since: Time,
    /// How much is kept for it alone.
    pub kept: usize,
}

impl fmt::Display for Straggler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Straggler { replica, up, since, kept } = self;
        let how = if *up { "has heard nothing" } else { "is down, and has heard nothing" };
        write!(f, "{replica} {how} since {since}: {kept} entries of who knew what are kept for it alone")
    }
}

/// What a message carries.
#[derive(Clone, Debug)]
enum Load {
    Nothing,
    State(Mind),
    Updates(Known),
    /// Nothing, but what the sender knew, and what tells its state from others.
    Digest(Mind, Option<Digest>),
}

/// That a state is equal to another one's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The other.
    pub to: ReplicaId,
    /// What that one knew then.
    pub knew: Mind,
    /// Whether it is so.
    pub holds: bool,
}

#[derive(Debug)]
struct Freight {
    load: Load,
    damaged: bool,
    copies: u32,
}

/// Who knows what, and all that was ever there to know.
pub struct Ledger<O> {
    history: History<O>,
    minds: Minds,
    standings: Vec<Standing>,
    members: usize,
    freights: Vec<Freight>,
    spare_freights: Vec<u32>,
    by_message: Names,
    /// What was put aside, by the name of the copy that brought it.
    kept: BTreeMap<Name, (Load, bool)>,
    /// The message that just leaves.
    leaving: Option<(Load, bool)>,
    in_hand: Option<(Name, Load, bool)>,
    doing: Doing,
    asked: Option<(RequestId, O)>,
    waiting: BTreeMap<RequestId, O>,
    accepted: Option<Update>,
    taken: bool,
    invented: Option<(ReplicaId, Update)>,
    /// Whether it is said in the event at hand that states are equal, and then what came of looking.
    claimed: bool,
    claim: Option<Claim>,
    /// The freights of the event at hand that still lack the digest of their sender's state.
    unsealed: Vec<u32>,
    behind: Option<Straggler>,
    /// Whether something that was known has been forgotten: only then can updates be lost.
    forgetful: bool,
    keys: fn(&O) -> Option<u64>,
}

impl<O> Ledger<O> {
    /// That of a world in which nothing has happened; `keys` says what an operation is about.
    pub fn new(keys: fn(&O) -> Option<u64>) -> Ledger<O> {
        let mut minds = Minds::default();
        minds.clear();
        Ledger {
            history: History::new(),
            minds,
            standings: Vec::new(),
            members: 0,
            freights: Vec::new(),
            spare_freights: Vec::new(),
            by_message: Names::default(),
            kept: BTreeMap::new(),
            leaving: None,
            in_hand: None,
            doing: Doing::default(),
            asked: None,
            waiting: BTreeMap::new(),
            accepted: None,
            taken: false,
            invented: None,
            claimed: false,
            claim: None,
            unsealed: Vec::new(),
            behind: None,
            forgetful: false,
            keys,
        }
    }

    /// Makes it that of another run, in the memory that it has.
    pub(super) fn clear(&mut self) {
        self.history.clear();
        self.minds.clear();
        self.members = 0;
        self.freights.clear();
        self.spare_freights.clear();
        self.by_message.clear();
        self.kept.clear();
        self.waiting.clear();
        (self.leaving, self.in_hand, self.asked, self.accepted, self.invented) = (None, None, None, None, None);
        (self.doing, self.taken, self.forgetful) = (Doing::default(), false, false);
        (self.claimed, self.claim) = (false, None);
        self.unsealed.clear();
        self.behind = None;
    }

    /// All updates.
    pub fn history(&self) -> &History<O> {
        &self.history
    }

    /// All knowledge that somebody had.
    pub fn minds(&self) -> &Minds {
        &self.minds
    }

    pub(super) fn minds_mut(&mut self) -> &mut Minds {
        &mut self.minds
    }

    /// How many replicas there are.
    pub fn members(&self) -> u32 {
        self.members as u32
    }

    /// What a replica knows.
    #[inline]
    pub fn mind(&self, replica: ReplicaId) -> Mind {
        self.standings[replica.index()].mind
    }

    /// What a replica knew before the event at hand.
    #[inline]
    pub fn mind_before(&self, replica: ReplicaId) -> Mind {
        self.standings[replica.index()].before
    }

    /// What a replica knows, as a set of updates.
    pub fn known(&self, replica: ReplicaId) -> &Known {
        self.minds.known(self.mind(replica))
    }

    /// What a replica has accepted, still has, and does not count as part of its state.
    pub fn pending(&self, replica: ReplicaId) -> Known {
        self.standings[replica.index()].accepted.beyond(self.known(replica)).collect()
    }

    /// What a replica would still know after a crash.
    pub fn durable(&self, replica: ReplicaId) -> &Known {
        self.minds.known(self.durable_mind(replica))
    }

    fn durable_mind(&self, replica: ReplicaId) -> Mind {
        let standing = &self.standings[replica.index()];
        if standing.always_durable && standing.up { standing.mind } else { standing.durable }
    }

    /// Whether a replica is there.
    pub fn is_up(&self, replica: ReplicaId) -> bool {
        self.standings[replica.index()].up
    }

    /// What a replica signs with.
    pub fn identity(&self, replica: ReplicaId) -> Identity {
        self.standings[replica.index()].identity
    }

    /// Whether a replica can be judged: nothing damaged became part of its state.
    #[inline]
    pub fn can_judge(&self, replica: ReplicaId) -> bool {
        !self.standings[replica.index()].damaged
    }

    /// What the replica of the event at hand is doing.
    pub fn doing(&self) -> Doing {
        self.doing
    }

    /// The operation that the replica is asked for in the event at hand, before it is accepted.
    #[inline]
    pub fn asked(&self) -> Option<&O> {
        self.asked.as_ref().map(|(_, op)| op)
    }

    /// The update that was accepted in the event at hand.
    #[inline]
    pub fn accepted(&self) -> Option<Update> {
        self.accepted
    }

    /// Whether something was taken in in the event at hand.
    #[inline]
    pub fn has_taken(&self) -> bool {
        self.taken
    }

    /// An update that a replica took in though nothing ever brought it there.
    pub fn invented(&self) -> Option<(ReplicaId, Update)> {
        self.invented
    }

    /// What came of looking whether states are equal, where that was said in the event at hand by one who knew
    /// something else than the other.
    #[inline]
    pub fn claim(&self) -> Option<Claim> {
        self.claim
    }

    /// What the message of the event at hand carries, where it is one that carries something, undamaged.
    #[inline]
    pub fn in_hand(&self) -> Option<&Known> {
        match &self.in_hand {
            Some((_, Load::State(mind), false)) => Some(self.minds.known(*mind)),
            Some((_, Load::Updates(updates), false)) => Some(updates),
            _ => None,
        }
    }

    /// Whether the replica of the event at hand was handed something that it did not take in.
    pub fn was_left(&self, replica: ReplicaId) -> bool {
        match &self.in_hand {
            Some((_, Load::State(mind), _)) => !self.known(replica).covers(self.minds.known(*mind)),
            Some((_, Load::Updates(updates), _)) => !self.known(replica).covers(updates),
            _ => false,
        }
    }

    /// The updates that nobody knows any more, and that nothing under way can bring back.
    pub fn lost(&self) -> Known {
        if !self.forgetful {
            return Known::new();
        }
        let mut alive = Known::new();
        for replica in (0..self.members as u32).map(ReplicaId) {
            let standing = &self.standings[replica.index()];
            if standing.up {
                alive.extend(self.minds.known(standing.mind));
                alive.extend(&standing.arrived);
            }
            alive.extend(self.minds.known(self.durable_mind(replica)));
            standing.backups.values().for_each(|mind| alive.extend(self.minds.known(*mind)));
        }
        let loads = self.freights.iter().filter(|freight| freight.copies > 0).map(|freight| &freight.load);
        for load in loads.chain(self.kept.values().map(|(load, _)| load)) {
            match load {
                Load::Nothing | Load::Digest(..) => {}
                Load::State(mind) => alive.extend(self.minds.known(*mind)),
                Load::Updates(updates) => alive.extend(updates),
            }
        }
        self.history.iter().map(|issued| issued.update).filter(|update| !alive.contains(*update)).collect()
    }

    /// Whether all is known in a set of updates that they have seen.
    pub fn is_closed_set(&self, known: &Known) -> bool {
        self.history.is_closed(known, &Known::new()) || self.forgetful && self.history.is_closed(known, &self.lost())
    }

    /// Whether all is known in a mind that its updates have seen.
    pub fn is_closed(&mut self, mind: Mind) -> bool {
        match self.minds.closed(mind) {
            Some(true) => true,
            Some(false) if !self.forgetful => false,
            _ => {
                let closed = self.is_closed_set(self.minds.known(mind));
                self.minds.set_closed(mind, closed);
                closed
            }
        }
    }

    /// The mind that knows these.
    pub fn mind_of(&mut self, known: &Known) -> Mind {
        self.minds.of(known)
    }

    /// The replica that kept most of who knew what from being forgotten in this run, where one kept much.
    pub fn behind(&self) -> Option<Straggler> {
        self.behind
    }

    /// Takes note of what has to be asked of the replica that has just handled an event.
    #[inline]
    pub(super) fn handled<S: Observed>(&mut self, replica: ReplicaId, subject: &S) {
        if let Some(update) = self.accepted
            && let Some(stamp) = subject.latest_stamp()
        {
            self.history.stamped(update, Some(stamp));
        }
        if self.claimed || !self.unsealed.is_empty() {
            self.content(replica, subject.content());
        }
    }

    /// Looks at what was said to be equal, and lets what was sent tell of the state.
    fn content(&mut self, replica: ReplicaId, content: Option<Digest>) {
        if std::mem::take(&mut self.claimed)
            && let (Some((_, Load::Digest(knew, Some(theirs)), false)), Doing::Told(to)) = (&self.in_hand, self.doing)
            && let Some(content) = content
        {
            let (knew, holds) = (*knew, content == *theirs);
            let standing = &mut self.standings[replica.index()];
            if standing.mind != knew && !standing.damaged {
                self.claim = Some(Claim { to, knew, holds });
                if holds {
                    standing.mind = self.minds.union(standing.mind, knew);
                    self.taken = true;
                }
            }
        }
        for at in self.unsealed.drain(..) {
            if let Load::Digest(_, lacking) = &mut self.freights[at as usize].load {
                *lacking = content;
            }
        }
    }

    /// The event at hand is over.
    pub(super) fn stepped(&mut self, replica: ReplicaId, at: Time) {
        if let Some((_, load, damaged)) = self.in_hand.take() {
            let standing = &mut self.standings[replica.index()];
            let known = self.minds.known(standing.mind);
            match &load {
                Load::State(mind) if !damaged => {
                    let came = self.minds.known(*mind);
                    if !known.covers(came) {
                        standing.arrived.extend(came);
                    }
                }
                Load::Updates(updates) if !damaged && !known.covers(updates) => standing.arrived.extend(updates),
                _ => {}
            }
        }
        let standing = &mut self.standings[replica.index()];
        if standing.before != standing.mind && self.accepted.is_none() {
            standing.heard = at;
        }
        standing.before = standing.mind;
        (self.accepted, self.taken, self.claim) = (None, false, None);
        if self.minds.is_crowded() {
            self.sweep();
        }
    }

    fn sweep(&mut self) {
        let mut held = Vec::new();
        // What each can come back to, at least.
        let mut floors: Vec<Known> = Vec::new();
        for standing in &self.standings[..self.members] {
            let minds = [Some(standing.durable), standing.saved, Some(standing.before), Some(standing.mind)];
            let lowest = standing.backups.values().copied().chain(minds.into_iter().flatten());
            let mut floor = self.minds.known(standing.mind).clone();
            for mind in lowest {
                held.push(mind);
                let always = standing.always_durable && standing.up && mind != standing.mind;
                if !always {
                    floor.retain_common(self.minds.known(mind));
                }
            }
            floors.push(floor);
        }
        let loads = self.freights.iter().filter(|freight| freight.copies > 0).map(|freight| &freight.load);
        held.extend(loads.chain(self.kept.values().map(|(load, _)| load)).filter_map(|load| match load {
            Load::State(mind) | Load::Digest(mind, _) => Some(*mind),
            _ => None,
        }));
        self.minds.sweep(&common(&floors, None), held);
        if self.minds.is_large() {
            self.note_behind(&floors);
        }
    }

    /// Takes note of who kept most from being forgotten, where it was half of all or more.
    #[cold]
    fn note_behind(&mut self, floors: &[Known]) {
        let lowest = (0..floors.len()).max_by_key(|at| common(floors, Some(*at)).len());
        let Some(at) = lowest.filter(|_| floors.len() > 1) else { return };
        let kept = self.minds.below(&common(floors, Some(at)));
        if 2 * kept >= self.minds.len() && self.behind.is_none_or(|behind| behind.kept < kept) {
            let Standing { up, heard, .. } = self.standings[at];
            self.behind = Some(Straggler { replica: ReplicaId(at as u32), up, since: heard, kept });
        }
    }

    fn begin(&mut self, doing: Doing) {
        self.doing = doing;
        self.in_hand = None;
        // What was neither accepted nor answered when it came can still be, later and elsewhere.
        if let Some((request, op)) = self.asked.take() {
            self.waiting.insert(request, op);
        }
    }

    fn take_in(&mut self, replica: ReplicaId, load: &Load, damaged: bool) {
        let standing = &mut self.standings[replica.index()];
        standing.damaged |= damaged;
        self.taken = true;
        match load {
            Load::Nothing | Load::Digest(..) => {}
            Load::State(mind) => standing.mind = self.minds.union(standing.mind, *mind),
            Load::Updates(updates) => {
                for update in updates.iter() {
                    standing.mind = self.minds.with(standing.mind, update, false);
                }
            }
        }
    }

    fn take_in_each(&mut self, replica: ReplicaId, updates: &[Update]) {
        self.taken = true;
        for update in updates {
            let in_hand = match &self.in_hand {
                Some((_, Load::State(mind), false)) => self.minds.known(*mind).contains(*update),
                Some((_, Load::Updates(updates), false)) => updates.contains(*update),
                // It may be in what was damaged: then nobody can say any more what is known here.
                Some((_, _, true)) => {
                    self.standings[replica.index()].damaged = true;
                    continue;
                }
                _ => false,
            };
            let standing = &mut self.standings[replica.index()];
            if in_hand || standing.arrived.contains(*update) || update.replica == replica {
                standing.mind = self.minds.with(standing.mind, *update, false);
            } else if !self.minds.known(standing.mind).contains(*update) {
                self.invented.get_or_insert((replica, *update));
            }
        }
    }

    fn load(&self, from: ReplicaId, carries: &Carries) -> Load {
        match carries {
            Carries::Everything => Load::State(self.standings[from.index()].mind),
            Carries::Updates(updates) => Load::Updates(updates.iter().copied().collect()),
            Carries::Digest => Load::Digest(self.standings[from.index()].mind, None),
            Carries::Nothing => Load::Nothing,
        }
    }

    fn freight(&mut self, load: Load, damaged: bool, copies: u32) -> u32 {
        let freight = Freight { load, damaged, copies };
        match self.spare_freights.pop() {
            Some(at) => {
                self.freights[at as usize] = freight;
                at
            }
            None => {
                self.freights.push(freight);
                self.freights.len() as u32 - 1
            }
        }
    }

    /// One copy of a message less is under way: what it carried, if that is something.
    fn unload(&mut self, message: Name) -> Option<(Load, bool)> {
        let at = self.by_message.get(message.0)?;
        let freight = &mut self.freights[at as usize];
        freight.copies -= 1;
        if freight.copies > 0 {
            return Some((freight.load.clone(), freight.damaged));
        }
        self.by_message.remove(message.0);
        self.spare_freights.push(at);
        let load = std::mem::replace(&mut freight.load, Load::Nothing);
        Some((load, freight.damaged))
    }
}

/// What all of these know, or all but one of them.
fn common(floors: &[Known], but: Option<usize>) -> Known {
    let mut others = (0..).zip(floors).filter(|(at, _)| Some(*at) != but).map(|(_, floor)| floor);
    let mut common = others.next().cloned().unwrap_or_default();
    others.for_each(|floor| common.retain_common(floor));
    common
}

impl<O: Clone> Ledger<O> {
    /// Takes note of an event.
    #[inline]
    pub(super) fn event<S: Observed<Op: Asks<O>>>(&mut self, moment: &Moment, event: &Event<'_, S>) {
        match event {
            Event::Send { from, carries, .. } => {
                let load = self.load(*from, carries);
                self.leaving = match load {
                    Load::Nothing => None,
                    load => Some((load, self.standings[from.index()].damaged)),
                };
            }
            Event::Fate { message, fate, .. } => {
                let copies = fate.copies().len() as u32;
                if let Some((load, damaged)) = self.leaving.take()
                    && copies > 0
                {
                    let lacks_digest = matches!(load, Load::Digest(..));
                    let at = self.freight(load, damaged, copies);
                    if lacks_digest {
                        self.unsealed.push(at);
                    }
                    self.by_message.insert(message.0, at);
                }
            }
            Event::Deliver { message, from, damaged, .. } => {
                self.begin(Doing::Told(*from));
                self.in_hand = match self.unload(*message) {
                    Some((load, spoilt)) => Some((moment.name, load, spoilt || *damaged)),
                    None => damaged.then_some((moment.name, Load::Nothing, true)),
                };
            }
            Event::Miss { message, .. } => drop(self.unload(*message)),
            Event::Incorporate { replica, message: Some(message), .. } => {
                let in_hand = self.in_hand.take_if(|(name, ..)| name == message);
                if let Some((name, load, damaged)) = in_hand {
                    self.take_in(*replica, &load, damaged);
                    self.in_hand = Some((name, load, damaged));
                } else if let Some((load, damaged)) = self.kept.remove(message) {
                    self.take_in(*replica, &load, damaged);
                }
            }
            Event::Incorporate { replica, message: None, updates } => self.take_in_each(*replica, updates),
            Event::Keep { .. } => {
                if let Some((name, load, damaged)) = &self.in_hand {
                    self.kept.insert(*name, (load.clone(), *damaged));
                }
            }
            Event::Request { request, op, .. } => {
                self.begin(Doing::Asked(*request));
                self.asked = op.asks().map(|op| (*request, op.clone()));
            }
            Event::Answer { request, .. } => {
                self.asked.take_if(|(asked, _)| asked == request);
                if !self.waiting.is_empty() {
                    self.waiting.remove(request);
                }
            }
            Event::Accept { request, update, reading, applied } => {
                self.accept(moment, *request, *update, (*reading, *applied));
            }
            Event::Timer { .. } => self.begin(Doing::Waking),
            Event::Equal { .. } => self.claimed = true,
            Event::SetTimer { .. } | Event::Read { .. } | Event::Invoke { .. } | Event::Answered { .. } => {}
            _ => self.rarer_event(event),
        }
    }

    #[cold]
    fn rarer_event<S: Observed<Op: Asks<O>>>(&mut self, event: &Event<'_, S>) {
        match event {
            Event::Start { replica, identity, durable } => {
                self.begin(Doing::Beginning);
                self.members = self.members.max(replica.index() + 1);
                if self.standings.len() < self.members {
                    self.standings.resize_with(self.members, Standing::default);
                }
                let standing = &mut self.standings[replica.index()];
                let mut arrived = std::mem::take(&mut standing.arrived);
                arrived.clear();
                let (identity, always_durable) = (*identity, *durable);
                *standing = Standing { up: true, identity, always_durable, arrived, ..Standing::default() };
            }
            Event::Saved { replica } => {
                let standing = &mut self.standings[replica.index()];
                standing.saved = Some(standing.mind);
            }
            Event::Synced { replica } => {
                let standing = &mut self.standings[replica.index()];
                standing.durable = standing.saved.take().unwrap_or(standing.durable);
            }
            Event::BackedUp { replica, fault } => {
                let durable = self.durable_mind(*replica);
                self.standings[replica.index()].backups.insert(*fault, durable);
            }
            Event::Crash { replica, .. } => {
                let durable = self.durable_mind(*replica);
                let standing = &mut self.standings[replica.index()];
                (standing.up, standing.durable, standing.saved) = (false, durable, None);
            }
            Event::Restart { replica, identity, memory, .. } => {
                self.begin(Doing::Beginning);
                let (mind, damaged) = match memory {
                    Memory::Durable => (self.durable_mind(*replica), self.standings[replica.index()].damaged),
                    Memory::Backup(fault) => {
                        let standing = &mut self.standings[replica.index()];
                        (standing.backups.remove(fault).unwrap_or_default(), standing.damaged)
                    }
                    Memory::CloneOf(other) => (self.durable_mind(*other), self.standings[other.index()].damaged),
                    Memory::Nothing => (Mind::EMPTY, false),
                };
                self.forgetful = true;
                if let Memory::CloneOf(other) = memory {
                    let arrived = self.standings[other.index()].arrived.clone();
                    self.standings[replica.index()].arrived.extend(&arrived);
                }
                let standing = &mut self.standings[replica.index()];
                if *memory != Memory::Durable || !standing.always_durable {
                    standing.accepted.clear();
                }
                if *memory == Memory::Nothing {
                    standing.arrived.clear();
                }
                (standing.up, standing.identity) = (true, *identity);
                (standing.mind, standing.before, standing.durable) = (mind, mind, mind);
                standing.damaged = damaged;
            }
            _ => {}
        }
    }

    fn accept(&mut self, moment: &Moment, request: RequestId, update: Update, (reading, applied): (Time, bool)) {
        let op = match self.asked.take_if(|(asked, _)| *asked == request) {
            Some((_, op)) => Some(op),
            None => self.waiting.remove(&request),
        };
        // What was asked for by a request that only reads is no update, whatever the code says.
        let Some(op) = op else { return };
        let mind = self.standings[update.replica.index()].mind;
        let closed = self.is_closed(mind);
        let standing = &mut self.standings[update.replica.index()];
        let identity = standing.identity;
        let issued = Issued {
            update,
            identity,
            nth: self.history.signed(identity) + 1,
            at: moment.at,
            reading,
            stamp: None,
            seen: self.minds.known(mind).clone(),
            closed,
            op,
        };
        let key = (self.keys)(&issued.op);
        self.history.add(issued, key);
        self.accepted = Some(update);
        if applied {
            standing.mind = self.minds.with(standing.mind, update, true);
            self.taken = true;
        } else {
            // It waits at its issuer, like one that came from elsewhere.
            standing.arrived.insert(update);
            standing.accepted.insert(update);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Judge;
    use super::super::testing::tell;
    use super::*;

    /// Who is behind after a tale in which n0 tells n1 of all its many updates, and n2 of one in so many.
    fn behind(one_in: usize) -> Option<Straggler> {
        let line = |n: usize| {
            let all = format!("c0 writes a{n} at n0\n n0 sends m{n} to n1\n m{n} comes\n");
            if n % one_in == one_in - 1 { format!("{all}n0 sends k{n} to n2\n k{n} comes\n") } else { all }
        };
        let mut judge = Judge::new(Ledger::new(|_| None), Vec::new());
        tell(3, &(0..4200).map(line).collect::<String>(), &mut judge);
        judge.ledger().behind()
    }

    #[test]
    fn who_hears_nothing_is_named_where_much_is_kept_for_it() {
        let told = behind(usize::MAX).map(|behind| behind.to_string());
        let expected = "n2 has heard nothing since 00:00.000: 4094 entries of who knew what are kept for it alone";
        assert_eq!(told.as_deref(), Some(expected));
    }

    #[test]
    fn who_hears_now_and_then_keeps_nobody_from_forgetting() {
        assert_eq!(behind(100), None);
    }
}
