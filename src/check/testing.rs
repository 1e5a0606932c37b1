//! For tests only: runs that are told by hand, a line for each handled event.
//!
//! `c0 writes a at n1` is a request for the update `a`, carried out and answered; `c0 asks for a at n1` is not
//! answered, and `n1 answers a` does that later. `c0 reads at n1` changes nothing. `n1 sends m to n2` sends all
//! that n1 knows, `n1 sends m to n2 with a b` two updates in envelopes of their own, `with nothing` none;
//! `with digest` what tells of its state; `n1 sends m twice to n2` makes two copies of it, and `n1 loses m to n2` none. `m comes` takes all of it in,
//! `m comes with b a` these updates one after the other, `m waits` nothing, and so does `m comes damaged`;
//! `m comes as equal` finds the states equal. `n1
//! dies`, `n1 returns`, and `n1 returns with nothing`. `n1 shows x` changes its view, from the next event on.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::judge::Check;
use super::{Judge, Ledger, Violation};
use crate::base::{
    Arrival, Carries, ClientId, Digest, Fate, Identity, Incarnation, Name, Observed, ReplicaId, RequestId, Span, Time,
    TimerId, Update,
};
use crate::model::{Ask, Told};
use crate::trace::{Cause, Event, Memory, Moment, Observer};

/// A replica that shows what the tale says.
#[derive(Clone, Debug, Default)]
pub(super) struct Board {
    pub(super) shows: String,
    /// Part of its state, and not shown.
    pub(super) hides: u8,
}

impl Observed for Board {
    type Op = Ask<String>;
    type Answer = Told<String>;
    type View = String;

    fn view(&self) -> String {
        self.shows.clone()
    }

    fn state(&self) -> Option<Digest> {
        Some(Digest::of_bytes(&[self.shows.as_bytes(), &[self.hides]].concat()))
    }
}

/// A check of tales.
pub(super) type Checking = Box<dyn Check<Board, String>>;

/// A run that is told.
pub(super) struct Tale<'a> {
    /// Who watches.
    observer: &'a mut dyn Watching,
    boards: Vec<Board>,
    updates: BTreeMap<String, (Update, RequestId)>,
    messages: BTreeMap<String, (ReplicaId, ReplicaId)>,
    asked: BTreeMap<u32, u32>,
    moment: Moment,
    over: bool,
}

/// An observer without its type.
trait Watching {
    fn event(&mut self, moment: &Moment, event: &Event<'_, Board>);
    fn stepped(&mut self, moment: &Moment, replica: ReplicaId, boards: &[Board]) -> ControlFlow<()>;
    fn stepping(&mut self, moment: &Moment, replica: ReplicaId, boards: &[Board]);
}

impl<O: Observer<Board>> Watching for O {
    fn event(&mut self, moment: &Moment, event: &Event<'_, Board>) {
        Observer::event(self, moment, event);
    }

    fn stepped(&mut self, moment: &Moment, replica: ReplicaId, boards: &[Board]) -> ControlFlow<()> {
        Observer::stepped(self, moment, replica, boards)
    }

    fn stepping(&mut self, moment: &Moment, replica: ReplicaId, boards: &[Board]) {
        Observer::stepping(self, moment, replica, boards);
    }
}

fn replica(word: &str) -> ReplicaId {
    ReplicaId(word.strip_prefix('n').and_then(|slot| slot.parse().ok()).unwrap_or_else(|| panic!("no replica: {word}")))
}

fn name(word: &str) -> Name {
    Name::label(word)
}

impl Tale<'_> {
    fn begin(&mut self) {
        self.moment.step += 1;
        self.moment.at += Span::millis(1);
        self.moment.name = Name::label(&self.moment.step.to_string());
    }

    fn event(&mut self, event: &Event<'_, Board>) {
        self.observer.event(&self.moment, event);
    }

    fn end(&mut self, replica: ReplicaId) {
        self.over = self.observer.stepped(&self.moment, replica, &self.boards).is_break();
    }

    fn request(&mut self, client: &str, at: &str, op: Ask<String>) -> (RequestId, ReplicaId) {
        let client = client.strip_prefix('c').and_then(|nth| nth.parse().ok());
        let client = client.unwrap_or_else(|| panic!("no client asks for {op:?}"));
        let nth = self.asked.entry(client).or_default();
        *nth += 1;
        let (request, replica) = (RequestId { client: ClientId(client), nth: *nth - 1 }, replica(at));
        self.begin();
        self.event(&Event::Request { request, replica, op: &op });
        self.observer.stepping(&self.moment, replica, &self.boards);
        if let Ask::Do(name) = op {
            let number = 1 + self.updates.values().filter(|(update, _)| update.replica == replica).count() as u32;
            let update = Update { replica, number };
            self.updates.insert(name, (update, request));
            self.event(&Event::Accept { request, update, reading: self.moment.at, applied: true });
        }
        (request, replica)
    }

    fn send(&mut self, from: &str, (message, copies): (&str, u32), to: &str, carries: &Carries) {
        let (from, to) = (replica(from), replica(to));
        self.messages.insert(message.to_owned(), (from, to));
        self.begin();
        self.event(&Event::Timer { replica: from, timer: TimerId(0) });
        self.event(&Event::Send { message: name(message), from, to, size: 1, carries, body: &message });
        let mut fate = Fate::lost();
        (0..copies).for_each(|_| fate.add(Arrival { delay: Span::millis(1), damage: None }));
        let cause = (copies == 0).then_some(Cause::Loss);
        self.event(&Event::Fate { message: name(message), fate: &fate, cause });
        self.end(from);
    }

    fn named(&self, updates: &[&str]) -> Vec<Update> {
        updates.iter().map(|update| self.updates[*update].0).collect()
    }

    fn comes(&mut self, message: &str, takes: Option<&[&str]>) {
        let (from, to) = self.messages[message];
        self.begin();
        let sent = Time::START;
        self.event(&Event::Deliver { message: name(message), copy: 0, from, to, sent, damaged: false });
        match takes {
            None => {
                let message = Some(self.moment.name);
                self.event(&Event::Incorporate { replica: to, message, updates: &[] });
            }
            Some(updates) => {
                for update in self.named(updates) {
                    self.event(&Event::Incorporate { replica: to, message: None, updates: &[update] });
                }
            }
        }
        self.end(to);
    }

    fn line(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [client, "writes", op, "at", at] => {
                let (request, replica) = self.request(client, at, Ask::Do(op.to_owned()));
                self.event(&Event::Answer { request, replica, answer: &Told::Done });
                self.event(&Event::Answered { request, answer: &Told::Done });
                self.end(replica);
            }
            [client, "asks", "for", op, "at", at] => {
                let (_, replica) = self.request(client, at, Ask::Do(op.to_owned()));
                self.end(replica);
            }
            [at, "answers", op] => {
                let (replica, request) = (replica(at), self.updates[op].1);
                self.begin();
                self.event(&Event::Timer { replica, timer: TimerId(0) });
                self.event(&Event::Answer { request, replica, answer: &Told::Done });
                self.event(&Event::Answered { request, answer: &Told::Done });
                self.end(replica);
            }
            [client, "reads", "at", at] => {
                let (request, replica) = self.request(client, at, Ask::Read);
                let answer = Told::Shown(self.boards[replica.index()].view());
                self.event(&Event::Answer { request, replica, answer: &answer });
                self.end(replica);
            }
            [from, "sends", message, "to", to] => self.send(from, (message, 1), to, &Carries::Everything),
            [from, "sends", message, "twice", "to", to] => self.send(from, (message, 2), to, &Carries::Everything),
            [from, "loses", message, "to", to] => self.send(from, (message, 0), to, &Carries::Everything),
            [from, "sends", message, "to", to, "with", "nothing"] => {
                self.send(from, (message, 1), to, &Carries::Nothing);
            }
            [from, "sends", message, "to", to, "with", "digest"] => {
                self.send(from, (message, 1), to, &Carries::Digest);
            }
            [message, "comes", "as", "equal"] => {
                let (from, to) = self.messages[message];
                let (message, sent) = (name(message), Time::START);
                self.begin();
                self.event(&Event::Deliver { message, copy: 0, from, to, sent, damaged: false });
                self.event(&Event::Equal { replica: to });
                self.end(to);
            }
            [from, "sends", message, "to", to, "with", ref updates @ ..] => {
                self.send(from, (message, 1), to, &Carries::Updates(self.named(updates)));
            }
            [message, "comes"] => self.comes(message, None),
            [message, "comes", "damaged"] => {
                let (from, to) = self.messages[message];
                let (message, sent) = (name(message), Time::START);
                self.begin();
                self.event(&Event::Deliver { message, copy: 0, from, to, sent, damaged: true });
                self.end(to);
            }
            [message, "comes", "with", ref updates @ ..] => self.comes(message, Some(updates)),
            [message, "waits"] => self.comes(message, Some(&[])),
            [at, "dies"] => {
                self.begin();
                self.event(&Event::Crash { replica: replica(at), after_sends: None });
            }
            [at, "returns", ref with @ ..] => {
                let memory = if with.is_empty() { Memory::Durable } else { Memory::Nothing };
                let (replica, identity, incarnation) = (replica(at), Identity(replica(at).0), Incarnation(1));
                self.begin();
                self.event(&Event::Restart { replica, identity, incarnation, memory, lost: 0 });
                self.end(replica);
            }
            [at, "shows", view] => self.boards[replica(at).index()].shows = view.to_owned(),
            [] => {}
            _ => panic!("nobody understands `{line}`"),
        }
    }
}

/// Tells a run of so many replicas, whose disks are always up to date, until the observer ends it.
pub(super) fn tell<O: Observer<Board>>(replicas: u32, tale: &str, observer: &mut O) -> Vec<Board> {
    let boards = vec![Board::default(); replicas as usize];
    let (updates, messages, asked) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let mut tale_told = Tale { observer, boards, updates, messages, asked, moment: Moment::default(), over: false };
    for replica in (0..replicas).map(ReplicaId) {
        tale_told.begin();
        let identity = Identity(replica.0);
        tale_told.event(&Event::Start { replica, identity, durable: true });
        tale_told.end(replica);
    }
    for line in tale.lines() {
        if !tale_told.over {
            tale_told.line(line);
        }
    }
    tale_told.boards
}

/// What these checks find in a tale, and how often each had something to judge.
pub(super) fn judged(replicas: u32, checks: Vec<Checking>, tale: &str) -> (Option<Violation>, Vec<u64>) {
    let mut judge = Judge::new(Ledger::new(|_| None), checks);
    let boards = tell(replicas, tale, &mut judge);
    judge.ended(true, &boards);
    let judged = judge.judged().map(|(_, judged)| judged).collect();
    (judge.found().cloned(), judged)
}

/// What a check says of a tale in which it has something to judge, or `holds`.
#[track_caller]
pub(super) fn verdict(replicas: u32, check: Checking, tale: &str) -> String {
    let (found, judged) = judged(replicas, vec![check], tale);
    assert!(judged[0] > 0, "there was nothing to judge");
    found.map_or_else(|| "holds".to_owned(), |violation| violation.says)
}
