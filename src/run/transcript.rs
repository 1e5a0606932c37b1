//! A recording of a run that another run can be made from.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Coverage, Mix, Story};
use crate::base::{Fate, Known, Name, Observed, ReplicaId, RequestId, Root, Seed, Time};
use crate::check::{Judge, Survey};
use crate::model::Ask;
use crate::replica::Scripted;
use crate::scenario::Rest;
use crate::trace::{Event, Kind, Moment, Observer, Paths, Recorder, Trace};
use crate::world::{Door, Run, Script, settled};
use crate::zoo::{Asked, Boxed, Viewed};

/// What a replica shows and knows from some event on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The handled event.
    pub step: u64,
    /// The replica.
    pub replica: ReplicaId,
    /// What it shows.
    pub view: String,
    /// The updates that it knows.
    pub known: Known,
}

/// How many bytes a replica's state takes from some event on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    /// The handled event.
    pub step: u64,
    /// The replica.
    pub replica: ReplicaId,
    /// How many.
    pub bytes: u64,
}

/// What replicas showed, knew and kept, wherever that changed.
#[derive(Clone, Debug, Default)]
struct Sightings {
    states: Vec<State>,
    weights: Vec<Weight>,
    /// Where the last state of each replica is, and where its last weight.
    latest: BTreeMap<ReplicaId, (usize, Option<usize>)>,
}

impl Sightings {
    /// What a replica shows, knows and keeps in this event.
    fn add(&mut self, step: u64, replica: ReplicaId, view: String, known: &Known, weight: Option<u64>) {
        let before = self.latest.get(&replica).copied();
        let same = before.is_some_and(|(state, _)| {
            let last = &self.states[state];
            last.view == view && last.known == *known
        });
        let mut latest = before.unwrap_or_default();
        if !same {
            latest.0 = self.states.len();
            self.states.push(State { step, replica, view, known: known.clone() });
        }
        let weighed = latest.1.map(|at| self.weights[at].bytes);
        if let Some(bytes) = weight.filter(|bytes| weighed != Some(*bytes)) {
            latest.1 = Some(self.weights.len());
            self.weights.push(Weight { step, replica, bytes });
        }
        self.latest.insert(replica, latest);
    }
}

/// The events of a run, what was asked for, with its type, and what replicas showed.
#[derive(Debug)]
pub struct Transcript<O> {
    recorder: Recorder,
    sightings: Sightings,
    /// The seed, and what came of it, unless the code under test panicked.
    pub(super) seed: Seed,
    pub(super) run: Option<Run>,
    /// How often each check had something to judge.
    pub(super) judged: Vec<(&'static str, u64)>,
    asked: Vec<(Name, Scripted<Ask<O>>)>,
    /// When requests left that have not reached their replica.
    under_way: BTreeMap<RequestId, Time>,
}

impl<O> Default for Transcript<O> {
    fn default() -> Transcript<O> {
        Transcript {
            recorder: Recorder::new(),
            sightings: Sightings::default(),
            seed: Seed::default(),
            run: None,
            judged: Vec::new(),
            asked: Vec::new(),
            under_way: BTreeMap::new(),
        }
    }
}

impl<O: Asked> Transcript<O> {
    /// The events.
    pub fn trace(&self) -> &Trace {
        self.recorder.trace()
    }

    /// What replicas showed and knew, wherever that changed.
    pub fn states(&self) -> &[State] {
        &self.sightings.states
    }

    /// How many bytes their states took, wherever that changed, where it can be said.
    pub fn weights(&self) -> &[Weight] {
        &self.sightings.weights
    }

    /// What the run's messages are called in files.
    pub fn paths(&self) -> Paths {
        let root = |(name, asked): &(Name, Scripted<Ask<O>>)| Some((*name, asked.root.clone()?));
        Paths::of(self.trace(), &self.asked.iter().filter_map(root).collect())
    }

    /// The same run as a story in which nothing is left open but what replicas draw for themselves: `story` is
    /// what was run, `seed` that with which.
    pub fn explicit(&self, story: &Story<O>, seed: Seed) -> Story<O> {
        let mut scenario = story.plan.scenario().clone();
        scenario.faults = settled(&story.plan, &story.behind(seed).dice());
        let plan = scenario.plan().unwrap_or_else(|_| story.plan.clone());
        let paths = self.paths();
        let settled: BTreeMap<Name, Fate> = Script::of(self.trace(), seed).into_fates().collect();
        // In the order in which they were sent: what lies together is taken away together.
        let sent = self.trace().records().iter().filter_map(|record| match record.kind {
            Kind::Fate { message, .. } => Some(message),
            _ => None,
        });
        let fates = sent.filter_map(|message| Some((paths.get(message)?.clone(), *settled.get(&message)?))).collect();
        let requests = self.asked.iter().map(|(_, asked)| asked.clone()).collect();
        let (mix, rest) = (Mix::default(), Rest::Perfect);
        Story { plan, requests, users: None, mix, fates, rest, pace: story.pace, priorities: None }
    }
}

/// Notes whether replicas look at their clocks or set timers while they handle messages: then it matters at which
/// moment messages come, and not only in which order.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Timing {
    handles_message: bool,
    is_calm: bool,
    pub(super) matters: bool,
}

impl Timing {
    fn event<S: Observed>(&mut self, event: &Event<'_, S>) {
        match event {
            Event::Deliver { .. } => self.handles_message = true,
            Event::Start { .. } | Event::Restart { .. } | Event::Request { .. } | Event::Timer { .. } => {
                self.handles_message = false;
            }
            Event::Calm => self.is_calm = true,
            // A death in the middle of a handler sets the time of the return.
            Event::Read { .. } | Event::SetTimer { .. } | Event::Crash { after_sends: Some(_), .. } => {
                self.matters |= self.handles_message && !self.is_calm;
            }
            _ => {}
        }
    }
}

/// What watches a run: its judge, and one who writes it down where that is asked for.
pub(super) struct Watching<'a, O: Asked, V: Viewed> {
    pub(super) judge: &'a mut Judge<Boxed<O, V>, O>,
    /// What looks at the run in the place of the judge, where that has found something.
    pub(super) survey: Option<&'a mut Survey<Boxed<O, V>, O>>,
    pub(super) transcript: Option<&'a mut Transcript<O>>,
    pub(super) coverage: Option<&'a mut Coverage>,
    pub(super) timing: Option<&'a mut Timing>,
    /// Whether a request reaches its replica as soon as it is made.
    pub(super) at_once: bool,
    /// The names of the requests that are written, with what they are the roots of.
    pub(super) roots: &'a BTreeMap<Name, Root>,
    /// What beats with each event, if somebody listens.
    pub(super) pulse: Option<&'a AtomicU64>,
}

impl<O: Asked, V: Viewed> Watching<'_, O, V> {
    /// The run is over.
    pub(super) fn ended(&mut self, in_time: bool, replicas: &[Boxed<O, V>]) {
        match &mut self.survey {
            Some(survey) => survey.ended(in_time, replicas),
            None => drop(self.judge.ended(in_time, replicas)),
        }
    }

    #[cold]
    fn write_down(&mut self, moment: &Moment, event: &Event<'_, Boxed<O, V>>) {
        let Some(transcript) = &mut self.transcript else { return };
        Observer::<Boxed<O, V>>::event(&mut transcript.recorder, moment, event);
        match event {
            Event::Invoke { request, .. } => drop(transcript.under_way.insert(*request, moment.at)),
            Event::Request { request, replica, op } => {
                let plain = || Root::Request(request.client, request.nth);
                let root = self.roots.get(&moment.name).cloned().unwrap_or_else(plain);
                // One that waited for its replica came earlier than it was handled, and will wait again.
                let invoked = transcript.under_way.remove(request).filter(|_| self.at_once);
                let at = invoked.unwrap_or(moment.at);
                transcript
                    .asked
                    .push((moment.name, Scripted { at, replica: *replica, op: (*op).clone(), root: Some(root) }));
            }
            _ => {}
        }
    }
}

impl<O: Asked, V: Viewed> Watching<'_, O, V> {
    /// What a replica shows, knows and keeps now, if that is something else than before.
    #[cold]
    fn draw_up(&mut self, moment: &Moment, replica: ReplicaId, replicas: &[Boxed<O, V>]) {
        let Some(transcript) = &mut self.transcript else { return };
        let seen = &replicas[replica.index()];
        let (view, weight) = (format!("{:?}", seen.view()), seen.weight());
        transcript.sightings.add(moment.step, replica, view, self.judge.ledger().known(replica), weight);
    }
}

impl<O: Asked, V: Viewed> Observer<Boxed<O, V>> for Watching<'_, O, V> {
    #[inline]
    fn event(&mut self, moment: &Moment, event: &Event<'_, Boxed<O, V>>) {
        if self.transcript.is_some() {
            self.write_down(moment, event);
        }
        if let Some(timing) = &mut self.timing {
            timing.event(event);
        }
        match &mut self.survey {
            Some(survey) => survey.event(moment, event),
            None => self.judge.event(moment, event),
        }
    }

    #[inline]
    fn stepping(&mut self, moment: &Moment, replica: ReplicaId, replicas: &[Boxed<O, V>]) {
        if let Some(pulse) = self.pulse {
            pulse.store(moment.step, Ordering::Relaxed);
        }
        match &mut self.survey {
            Some(survey) => survey.stepping(moment, replica, replicas),
            None => self.judge.stepping(moment, replica, replicas),
        }
    }

    #[inline]
    fn stepped(&mut self, moment: &Moment, replica: ReplicaId, replicas: &[Boxed<O, V>]) -> ControlFlow<()> {
        if self.transcript.is_some() {
            self.draw_up(moment, replica, replicas);
        }
        if let Some(coverage) = &mut self.coverage {
            coverage.stepped(self.judge.ledger(), replica);
        }
        match &mut self.survey {
            Some(survey) => survey.stepped(moment, replica, replicas),
            None => self.judge.stepped(moment, replica, replicas),
        }
    }
}
