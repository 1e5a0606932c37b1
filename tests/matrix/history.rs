//! What was asked of the replicas in a run, and what each update knew: from here references compute.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use squall::base::{ClientId, Digest, Digester, Identity, ReplicaId, RequestId, Span, Time, TimerId, Update};
use squall::replica::{Client, ClientContext, DataType};
use squall::scenario::Plan;
use squall::trace::{Event, Moment, Observer};
use squall::zoo::sync::{Ask, Knowledge, Protocol, Synced};

use crate::erased::{AnySync, Erased};

/// One accepted update.
#[derive(Clone, Debug)]
pub(crate) struct Issued<T: DataType> {
    pub(crate) update: Update,
    pub(crate) op: T::Op,
    /// All that happened before it.
    pub(crate) seen: Knowledge,
    /// What the clock of its replica showed.
    pub(crate) reading: Time,
    /// What was shown right before it.
    pub(crate) before: T::View,
    /// The value right after it.
    pub(crate) after: T,
}

impl<T: DataType> Issued<T> {
    pub(crate) fn saw(&self, other: &Issued<T>) -> bool {
        self.seen.contains(other.update)
    }

    /// What it was signed with.
    pub(crate) fn identity(&self) -> Identity {
        Identity(self.update.replica.0)
    }
}

/// The same before its data type is known.
struct Noted {
    update: Update,
    op: Erased,
    seen: Knowledge,
    reading: Time,
    before: Erased,
    after: Erased,
}

/// Watches a run and writes down what was accepted.
pub(crate) struct Historian {
    plan: Plan,
    noted: Vec<Noted>,
    asked: BTreeMap<RequestId, Erased>,
    accepted: Option<(RequestId, Update)>,
    jumps: BTreeMap<ReplicaId, i64>,
    /// Whether everything that some update saw, that update's replica knew the past of.
    pub(crate) closed: bool,
    /// For each knowledge that some replica had, what was shown with it.
    shown: Option<BTreeMap<Vec<Update>, Digest>>,
    /// Where two showed different things with the same knowledge.
    pub(crate) parted: Option<String>,
}

impl Historian {
    /// One that compares what is shown with the same knowledge, at every step, if it is told to.
    pub(crate) fn new(plan: &Plan, every_step: bool) -> Historian {
        Historian {
            plan: plan.clone(),
            noted: Vec::new(),
            asked: BTreeMap::new(),
            accepted: None,
            jumps: BTreeMap::new(),
            closed: true,
            shown: every_step.then(BTreeMap::new),
            parted: None,
        }
    }

    /// A writer beside each replica.
    pub(crate) fn writers(&self) -> (u32, fn(ClientId) -> Writer) {
        (self.plan.replicas(), |client| Writer { replica: ReplicaId(client.0), left: 8 })
    }

    /// What was accepted, in order, as updates of a data type.
    pub(crate) fn issued<T: DataType<Op: 'static, View: 'static> + 'static>(&self) -> Vec<Issued<T>> {
        let issued = |noted: &Noted| Issued {
            update: noted.update,
            op: noted.op.get::<T::Op>().clone(),
            seen: noted.seen.clone(),
            reading: noted.reading,
            before: noted.before.get::<T::View>().clone(),
            after: noted.after.get::<T>().clone(),
        };
        self.noted.iter().map(issued).collect()
    }

    fn reading(&self, replica: ReplicaId, at: Time) -> Time {
        let clock = self.plan.clock(replica);
        let off = clock.skew.0 + self.jumps.get(&replica).copied().unwrap_or(0);
        let shown = at.0.saturating_add_signed(off);
        Time(shown - shown % clock.granularity.0)
    }

    /// What came before this, by any number of steps.
    fn past(&self, known: &Knowledge) -> Knowledge {
        let mut past = known.clone();
        for noted in self.noted.iter().filter(|noted| known.contains(noted.update)) {
            past.merge(&noted.seen);
        }
        past
    }
}

impl Observer<Synced<AnySync>> for Historian {
    fn event(&mut self, _: &Moment, event: &Event<'_, Synced<AnySync>>) {
        match event {
            Event::Invoke { request, op: Ask::Do(op), .. } => {
                self.asked.insert(*request, op.clone());
            }
            Event::Accept { request, update, .. } => self.accepted = Some((*request, *update)),
            Event::ClockJump { replica, by } => *self.jumps.entry(*replica).or_default() += by,
            _ => {}
        }
    }

    fn stepped(&mut self, moment: &Moment, replica: ReplicaId, replicas: &[Synced<AnySync>]) -> ControlFlow<()> {
        let protocol = replicas[replica.index()].protocol();
        if let Some((request, update)) = self.accepted.take() {
            let mut known = Knowledge::new();
            protocol.known().updates().filter(|known| *known != update).for_each(|update| known.insert(update));
            let seen = self.past(&known);
            self.closed &= seen == known;
            let noted = Noted {
                update,
                op: self.asked[&request].clone(),
                seen,
                reading: self.reading(replica, moment.at),
                before: protocol.before(),
                after: protocol.snapshot(),
            };
            self.noted.push(noted);
        }
        if let Some(shown) = &mut self.shown {
            let mut digester = Digester::new();
            protocol.value().digest(&mut digester);
            let digest = digester.finish();
            let known: Vec<Update> = protocol.known().updates().collect();
            if *shown.entry(known).or_insert(digest) != digest {
                let known = protocol.known();
                self.parted =
                    Some(format!("{replica} knows {known:?} at {}, and shows what another did not", moment.at));
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }
}

/// A client beside one replica, who asks for what looks worth trying there.
pub(crate) struct Writer {
    replica: ReplicaId,
    left: u32,
}

impl Writer {
    fn wait(&self, cx: &mut ClientContext<'_, Synced<AnySync>>) {
        let pause = Span::millis(1 + cx.draw(150));
        cx.set_timer(TimerId(0), pause);
    }
}

impl Client<Synced<AnySync>> for Writer {
    const LISTENS: bool = false;

    fn start(&mut self, cx: &mut ClientContext<'_, Synced<AnySync>>) {
        self.wait(cx);
    }

    fn timer(&mut self, _: TimerId, cx: &mut ClientContext<'_, Synced<AnySync>>) {
        if self.left > 0 {
            self.left -= 1;
            let value = cx.glance(self.replica).value();
            let op = value.propose(&mut |bound| cx.draw(bound));
            cx.ask(self.replica, Ask::Do(op));
            self.wait(cx);
        }
    }
}
