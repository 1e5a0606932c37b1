//! The replica around somebody else's document.

use std::rc::Rc;

use super::guarded::Guarded;
use super::told::{Item, Told as Word, Wire};
use crate::base::{Carries, Identity, Known, Observed, ReplicaId, RequestId, Span, Stamp, Time, TimerId, Update};
use crate::model::{Ask, Told};
use crate::replica::{Context, Contract, Early, Library, Proposes, Replica, Seat};

/// What hosts do with their documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// How documents are handed what comes.
    pub delivery: Contract,
    /// When documents begin to compare what they have, by the hosts' own clocks.
    pub repair_from: Time,
    /// Whether documents are saved and loaded, or forked under a new identity, while all goes on.
    pub reloads: bool,
    /// Whether snapshots are taken now and merged much later.
    pub snapshots: bool,
}

/// The timer of the rounds.
const ROUND: TimerId = TimerId(0);

/// One in so many rounds does something out of the way.
const SELDOM: u64 = 12;

/// A document, and what has become of it.
pub struct Host<L: Library> {
    document: Guarded<L>,
    habits: Habits,
    period: Span,
    identity: u64,
    forks: u32,
    book: Book<L>,
    /// A snapshot that waits to be sent.
    kept: Option<Wire<L>>,
    complaint: Option<String>,
}

/// What is known of the messages that a document was handed.
struct Book<L: Library> {
    /// The updates that are in the document.
    known: Known,
    /// All messages that came or were made here.
    log: Vec<Rc<Item<L>>>,
    /// Those of them that were not handed over yet.
    held: Vec<Rc<Item<L>>>,
    /// Updates that were handed over and wait within the library, each for what its writer had seen.
    inside: Vec<(Update, Known)>,
    /// Own updates that were not exported yet, each with what was known before it.
    fresh: Vec<(Update, Known)>,
    /// The same of those of which there was nothing to export: nobody hears of them before the next one of which there
    /// is.
    idle: Vec<(Update, Known)>,
}

impl<L: Library> Clone for Book<L> {
    fn clone(&self) -> Book<L> {
        let (known, log, held, inside) = (self.known.clone(), self.log.clone(), self.held.clone(), self.inside.clone());
        Book { known, log, held, inside, fresh: self.fresh.clone(), idle: self.idle.clone() }
    }
}

impl<L: Library> Book<L> {
    fn note(&mut self, items: &[Rc<Item<L>>]) {
        for item in items {
            if !self.log.iter().any(|noted| Rc::ptr_eq(noted, item)) {
                self.log.push(Rc::clone(item));
            }
        }
    }

    /// The updates that others can hear of.
    fn tellable(&self) -> Known {
        let idle = |update: &Update| self.idle.iter().any(|(idle, _)| idle == update);
        self.known.iter().filter(|update| !idle(update)).collect()
    }

    fn knows(&self, item: &Item<L>) -> bool {
        item.updates.iter().all(|update| self.known.contains(*update))
    }

    /// Whether the document was handed a message.
    fn has(&self, item: &Item<L>) -> bool {
        let inside = |update: &Update| self.inside.iter().any(|(inside, _)| inside == update);
        item.updates.iter().all(|update| self.known.contains(*update) || inside(update))
    }

    /// Whether nothing that the document was handed builds upon what it was not.
    fn is_closed(&self) -> bool {
        self.inside.is_empty() && self.log.iter().all(|item| !self.knows(item) || item.fits(&self.known))
    }
}

/// What a host has on its disk.
pub struct Image<L: Library> {
    saved: L::Saved,
    identity: u64,
    forks: u32,
    book: Book<L>,
}

impl<L: Library> Clone for Image<L> {
    fn clone(&self) -> Image<L> {
        let Image { saved, identity, forks, book } = self;
        Image { saved: saved.clone(), identity: *identity, forks: *forks, book: book.clone() }
    }
}

/// Under how many bits of a document's identity that of its replica lies.
const REPLICA_BITS: u32 = 16;

/// The identity of a document that was not forked yet.
fn unforked(identity: Identity) -> u64 {
    u64::from(identity.0) + 1
}

impl<L: Library> Host<L> {
    /// A host before its first life.
    pub fn new(seat: Seat, habits: Habits, period: Span) -> Host<L> {
        let identity = unforked(seat.identity);
        let (log, held, inside) = (Vec::new(), Vec::new(), Vec::new());
        let book = Book { known: Known::new(), log, held, inside, fresh: Vec::new(), idle: Vec::new() };
        let document = Guarded::new(L::new(identity));
        Host { document, habits, period, identity, forks: 0, book, kept: None, complaint: None }
    }

    /// Whether the library's contract is kept.
    fn keeps(&self) -> bool {
        L::is_kept_by(self.habits.delivery)
    }

    /// Takes down what the library says against what it must be able to do.
    fn complain(&mut self, what: &str, error: &str) {
        if self.keeps() {
            self.complaint.get_or_insert_with(|| format!("{what}: {error}"));
        }
    }

    fn set_out(&mut self, cx: &mut Context<Self>) {
        let after = cx.draw(self.period.0) + 1;
        cx.set_timer(ROUND, Span(after));
    }

    /// Tells everybody of what was done here since the last time.
    fn tell(&mut self, cx: &mut Context<Self>) {
        let fresh = std::mem::take(&mut self.book.fresh);
        if fresh.is_empty() {
            return;
        }
        let pieces = self.document.call(L::export);
        if pieces.is_empty() {
            // What changed nothing is told with the next operation that does.
            self.book.idle.extend(fresh);
            return;
        }
        let (mut updates, mut seen): (Vec<_>, Vec<_>) = self.book.idle.drain(..).unzip();
        let mut items = Vec::new();
        if pieces.len() == fresh.len() {
            for ((update, before), piece) in fresh.into_iter().zip(pieces) {
                updates.push(update);
                seen.push(before);
                let (updates, seen) = (std::mem::take(&mut updates), std::mem::take(&mut seen));
                items.push(Rc::new(Item { updates, seen, pieces: vec![piece] }));
            }
        } else {
            let own: (Vec<_>, Vec<_>) = fresh.into_iter().unzip();
            updates.extend(own.0);
            seen.extend(own.1);
            items.push(Rc::new(Item { updates, seen, pieces }));
        }
        self.book.note(&items);
        if self.habits.delivery != Contract::State {
            let peers: Vec<ReplicaId> = cx.neighbours().iter().collect();
            for peer in peers {
                self.send(peer, &items, cx);
            }
        }
    }

    /// Sends messages in batches of what belongs together and what does not, now and then with one that was sent before.
    fn send(&self, peer: ReplicaId, items: &[Rc<Item<L>>], cx: &mut Context<Self>) {
        let mut batches: [Vec<Rc<Item<L>>>; 3] = Default::default();
        for item in items {
            let at = if items.len() == 1 { 0 } else { cx.draw(3) };
            batches[at as usize].push(Rc::clone(item));
        }
        if cx.draw(SELDOM) == 0 {
            let former = cx.draw(self.book.log.len() as u64) as usize;
            let again = &self.book.log[former];
            if !items.iter().any(|item| Rc::ptr_eq(item, again)) {
                batches[0].push(Rc::clone(again));
            }
        }
        for batch in batches.into_iter().filter(|batch| !batch.is_empty()) {
            let updates = batch.iter().flat_map(|item| item.updates.iter().copied()).collect();
            cx.send(peer, Wire::of(Word::Batch(batch)), Carries::Updates(updates));
        }
    }

    /// Whether what comes early is put aside by the library, as a whole.
    fn waits_inside(&self) -> bool {
        self.keeps() && L::EARLY == Early::Waits
    }

    /// Takes in messages as the library is to be handed them.
    fn take(&mut self, items: &[Rc<Item<L>>], cx: &mut Context<Self>) {
        self.book.note(items);
        if self.habits.delivery == Contract::AnyOrder {
            self.hand_over(items, cx);
            self.came(items, cx);
        } else {
            let (had, new): (Vec<_>, Vec<_>) = items.iter().cloned().partition(|item| self.book.has(item));
            self.book.held.extend(new);
            if !self.habits.delivery.once() && !had.is_empty() {
                self.hand_over(&had, cx);
            }
            self.release(cx);
        }
        self.look();
    }

    /// Hands over what was held back and lacks nothing any more.
    fn release(&mut self, cx: &mut Context<Self>) {
        loop {
            let (mut ready, mut left): (Vec<Rc<Item<L>>>, Vec<_>) = Default::default();
            for item in std::mem::take(&mut self.book.held) {
                let twice = ready.iter().any(|other| other.updates == item.updates);
                if twice || self.book.has(&item) {
                    continue;
                }
                if self.may_come(&item) { ready.push(item) } else { left.push(item) }
            }
            self.book.held = left;
            if ready.is_empty() {
                return;
            }
            self.hand_over(&ready, cx);
            self.came(&ready, cx);
        }
    }

    /// Whether a message comes in the order that the library is given.
    fn may_come(&self, item: &Item<L>) -> bool {
        let Contract::Fifo = self.habits.delivery else { return item.fits(&self.book.known) };
        let writer = item.updates[0].replica;
        let mut before = item.seen.iter().flat_map(Known::iter).filter(|seen| seen.replica == writer);
        before.all(|seen| {
            let inside = self.book.inside.iter().any(|(inside, _)| *inside == seen);
            inside || self.book.known.contains(seen) || item.updates.contains(&seen)
        })
    }

    /// These messages were handed over: they are known, or as soon as all that they build upon is there.
    fn came(&mut self, items: &[Rc<Item<L>>], cx: &mut Context<Self>) {
        if self.waits_inside() {
            let each = items.iter().flat_map(|item| item.updates.iter().copied().zip(item.seen.iter().cloned()));
            self.book.inside.extend(each);
            self.settle(cx);
        } else {
            self.learn(items.iter().flat_map(|item| item.updates.iter().copied()), cx);
        }
    }

    /// What waits within the library counts as known as soon as all that it builds upon is there.
    fn settle(&mut self, cx: &mut Context<Self>) {
        loop {
            let known = &self.book.known;
            let inside =
                std::mem::take(&mut self.book.inside).into_iter().filter(|(update, _)| !known.contains(*update));
            let (ready, left): (Vec<_>, Vec<_>) = inside.partition(|(_, seen)| known.covers(seen));
            self.book.inside = left;
            if ready.is_empty() {
                return;
            }
            self.learn(ready.into_iter().map(|(update, _)| update), cx);
        }
    }

    fn learn(&mut self, updates: impl Iterator<Item = Update>, cx: &mut Context<Self>) {
        let new: Vec<Update> = updates.filter(|update| self.book.known.insert(*update)).collect();
        if !new.is_empty() {
            cx.incorporate_updates(new);
        }
    }

    /// Hands messages to the library: all of them in one batch, or each by itself.
    fn hand_over(&mut self, items: &[Rc<Item<L>>], cx: &mut Context<Self>) {
        let mut pieces: Vec<L::Update> = items.iter().flat_map(|item| item.pieces.iter().cloned()).collect();
        let batches = if pieces.len() > 1 && cx.draw(2) == 0 {
            pieces.into_iter().map(|piece| vec![piece]).collect()
        } else {
            if self.habits.delivery == Contract::AnyOrder && pieces.len() > 1 && cx.draw(2) == 0 {
                pieces.reverse();
            }
            vec![pieces]
        };
        for batch in batches {
            if let Err(error) = self.document.call(|document| document.import(&batch)) {
                self.complain("what others were told is not taken in", &error);
            }
        }
    }

    /// Looks whether the library waits for something that is there.
    fn look(&mut self) {
        if self.complaint.is_none()
            && self.book.is_closed()
            && let Some(pending) = self.document.call(|document| document.pending())
        {
            self.complain("something is pending although nothing that it builds upon is missing", &pending);
        }
    }

    /// An identity that no document had.
    fn another(&mut self, cx: &Context<Self>) -> u64 {
        self.forks += 1;
        let generation = u64::from(cx.incarnation().0) << 8 | u64::from(self.forks);
        unforked(cx.identity()) | generation << REPLICA_BITS
    }

    /// A document in place of the one that there is, made from what that one saves.
    fn renew(&mut self, fork: bool, cx: &mut Context<Self>) {
        self.tell(cx);
        let identity = if fork || !L::RESUMES { self.another(cx) } else { self.identity };
        let made = self.document.call(|document| {
            let before = document.view();
            let made = if fork { document.fork(identity) } else { L::load(identity, &document.save()) };
            made.map(|made| (before, made))
        });
        match made {
            Err(error) => {
                self.complain(if fork { "it cannot be forked" } else { "what it saves cannot be loaded" }, &error)
            }
            Ok((before, made)) => {
                self.document.replace(made);
                self.identity = identity;
                self.catch_up(cx);
                let after = self.document.call(|document| document.view());
                if before != after {
                    let how = if fork { "forked" } else { "saved and loaded" };
                    self.complain(
                        &format!("a document that is {how} shows something else"),
                        &format!("{after:?}, not {before:?}"),
                    );
                }
            }
        }
    }

    /// Hands a document that was made from a save what waited within the one that saved: that need not be saved.
    fn catch_up(&mut self, cx: &mut Context<Self>) {
        let waits = |item: &&Rc<Item<L>>| {
            let waits = |update: &Update| self.book.inside.iter().any(|(inside, _)| inside == update);
            item.updates.iter().any(waits)
        };
        let inside: Vec<_> = self.book.log.iter().filter(waits).cloned().collect();
        if !inside.is_empty() {
            self.hand_over(&inside, cx);
        }
    }

    fn snapshot(&self) -> (Wire<L>, Carries) {
        let saved = self.document.call(|document| document.save());
        let (known, log) = (self.book.tellable(), self.book.log.clone());
        let carries = Carries::Updates(known.iter().collect());
        (Wire::of(Word::Snapshot { saved, known, log }), carries)
    }

    /// How much the document says that it has.
    fn stated(&self) -> Option<String> {
        let version = self.document.call(|document| document.version());
        version.map(|version| format!("{version:?}"))
    }

    /// Turns to a neighbour to see what is missing.
    fn repair(&mut self, peer: ReplicaId, cx: &mut Context<Self>) {
        let known = self.book.known.clone();
        let version = self.document.call(|document| document.version());
        match version {
            Some(version) => cx.send(peer, Wire::of(Word::Ask { version, known }), Carries::Nothing),
            None if !L::MERGES || cx.draw(2) == 0 => cx.send(peer, Wire::of(Word::Missing { known }), Carries::Nothing),
            None => {
                let (snapshot, carries) = self.snapshot();
                cx.send(peer, snapshot, carries);
            }
        }
    }

    /// Takes in what tells of a whole document, or of the part that one who knew `base` lacks.
    fn join(&mut self, known: &Known, log: &[Rc<Item<L>>], cx: &mut Context<Self>) {
        self.book.note(log);
        self.learn(known.iter(), cx);
        self.settle(cx);
        self.release(cx);
        self.look();
    }
}

impl<L: Library> Observed for Host<L> {
    type Op = Ask<L::Op>;
    type Answer = Told<L::View>;
    type View = L::View;

    fn view(&self) -> L::View {
        self.document.call(|document| document.view())
    }

    fn latest_stamp(&self) -> Option<Stamp> {
        self.document.call(|document| document.stamp())
    }

    fn complaint(&self) -> Option<&str> {
        self.complaint.as_deref()
    }
}

impl<L: Library> Proposes for Host<L> {
    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Ask<L::Op> {
        Ask::Do(self.document.call(|document| document.propose(pick)))
    }

    fn reading() -> Ask<L::Op> {
        Ask::Read
    }
}

impl<L: Library> Replica for Host<L> {
    type Message = Wire<L>;
    type Saved = Image<L>;

    fn start(&mut self, cx: &mut Context<Self>) {
        self.set_out(cx);
    }

    fn request(&mut self, request: RequestId, ask: &Ask<L::Op>, cx: &mut Context<Self>) {
        let Ask::Do(op) = ask else {
            let view = self.view();
            return cx.answer(request, Told::Shown(view));
        };
        // Now and then several operations are told at once. Where nothing else would ever tell of them, they are not
        // left to the next life; nor is what changed nothing, as nobody could say of it then that it did not.
        let before = if cx.draw(4) == 0 { self.stated() } else { None };
        match self.document.call(|document| document.apply(op)) {
            Err(refused) => cx.answer(request, Told::Refused(refused)),
            Ok(()) => {
                let update = cx.accept(request);
                self.book.fresh.push((update, self.book.known.clone()));
                self.book.known.insert(update);
                if before.is_none() || before == self.stated() {
                    self.tell(cx);
                }
                cx.answer(request, Told::Done);
            }
        }
    }

    fn message(&mut self, from: ReplicaId, Wire(word): &Wire<L>, cx: &mut Context<Self>) {
        match &**word {
            Word::Batch(items) => self.take(items, cx),
            Word::Ask { version, known } => {
                if let Some(update) = self.document.call(|document| document.since(version)) {
                    let (log, base) = (self.book.log.clone(), known.clone());
                    let mine = self.book.tellable();
                    let carries = Carries::Updates(mine.beyond(known).collect());
                    cx.send(from, Wire::of(Word::Since { update, base, known: mine, log }), carries);
                }
            }
            Word::Since { update, base, known, log } => {
                // One who came back with less than it had when it asked asks again.
                if self.book.known.covers(base) {
                    let update = std::slice::from_ref(update);
                    if let Err(error) = self.document.call(|document| document.import(update)) {
                        self.complain("what it lacked is not taken in", &error);
                    }
                    self.join(known, log, cx);
                }
            }
            Word::Missing { known } => {
                let lacks = |item: &&Rc<Item<L>>| item.updates.iter().any(|update| !known.contains(*update));
                let lacking: Vec<_> = self.book.log.iter().filter(lacks).cloned().collect();
                if !lacking.is_empty() {
                    self.send(from, &lacking, cx);
                }
            }
            Word::Snapshot { saved, known, log } => match self.document.call(|document| document.merge(saved)) {
                None => {}
                Some(merged) => {
                    if let Err(error) = merged {
                        self.complain("what another one saved cannot be merged", &error);
                    }
                    self.join(known, log, cx);
                }
            },
        }
    }

    fn timer(&mut self, _: TimerId, cx: &mut Context<Self>) {
        self.tell(cx);
        let out_of_the_way = |cx: &mut Context<Self>| cx.draw(SELDOM) == 0;
        if self.habits.reloads && out_of_the_way(cx) {
            let fork = cx.draw(2) == 0;
            self.renew(fork, cx);
        }
        if self.habits.snapshots && L::MERGES && out_of_the_way(cx) {
            match (self.kept.take(), cx.any_neighbour()) {
                (Some(kept), Some(peer)) => {
                    let Word::Snapshot { known, .. } = &*kept.0 else { unreachable!("nothing else is kept") };
                    let carries = Carries::Updates(known.iter().collect());
                    cx.send(peer, kept, carries);
                }
                _ => self.kept = Some(self.snapshot().0),
            }
        }
        if let Some(peer) = cx.any_neighbour() {
            if self.habits.delivery == Contract::State {
                let (snapshot, carries) = self.snapshot();
                cx.send(peer, snapshot, carries);
            } else if cx.now() >= self.habits.repair_from {
                self.repair(peer, cx);
            }
        }
        cx.set_timer(ROUND, self.period);
    }

    fn restart(&mut self, saved: &[Image<L>], cx: &mut Context<Self>) {
        self.set_out(cx);
        let Some(Image { saved, identity, forks, book }) = saved.last() else { return };
        let was = Identity((identity & ((1 << REPLICA_BITS) - 1)) as u32 - 1);
        self.forks = *forks;
        let identity = match (was == cx.identity(), L::RESUMES) {
            (true, true) => *identity,
            (true, false) => self.another(cx),
            (false, _) => unforked(cx.identity()),
        };
        match L::load(identity, saved) {
            Err(error) => self.complain("what it saved cannot be loaded", &error),
            Ok(document) => {
                self.document.replace(document);
                self.identity = identity;
                self.book = book.clone();
                // Whether what was not exported before is exported by the next call, the library need not say.
                self.book.fresh.clear();
                self.catch_up(cx);
            }
        }
    }

    fn image(&self) -> Option<Image<L>> {
        let saved = self.document.call(|document| document.save());
        let (identity, forks, book) = (self.identity, self.forks, self.book.clone());
        Some(Image { saved, identity, forks, book })
    }
}
