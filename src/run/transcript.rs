//! A recording of a run that another run can be made from.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::{Mix, Story};
use crate::base::{Fate, Name, Path, ReplicaId, Root, Seed};
use crate::check::Judge;
use crate::model::Ask;
use crate::replica::Scripted;
use crate::scenario::Rest;
use crate::trace::{Cause, Event, Kind, Moment, Observer, Paths, Recorder, Trace};
use crate::world::{Door, settled};
use crate::zoo::{Asked, Boxed, Viewed};

/// The events of a run, and what was asked for, with its type.
#[derive(Debug)]
pub struct Transcript<O> {
    recorder: Recorder,
    asked: Vec<(Name, Scripted<Ask<O>>)>,
}

impl<O> Default for Transcript<O> {
    fn default() -> Transcript<O> {
        Transcript { recorder: Recorder::new(), asked: Vec::new() }
    }
}

impl<O: Asked> Transcript<O> {
    /// The events.
    pub fn trace(&self) -> &Trace {
        self.recorder.trace()
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
        let fate = |kind: &Kind| -> Option<(Path, Fate)> {
            // What a wall cuts off is settled before chance is asked.
            let Kind::Fate { message, fate, cause: None | Some(Cause::Loss | Cause::Burst | Cause::Script) } = kind
            else {
                return None;
            };
            Some((paths.get(*message)?.clone(), *fate))
        };
        let fates = self.trace().records().iter().filter_map(|record| fate(&record.kind)).collect();
        let requests = self.asked.iter().map(|(_, asked)| asked.clone()).collect();
        Story { plan, requests, users: None, mix: Mix::default(), fates, rest: Rest::Perfect, pace: story.pace }
    }
}

/// What watches a run: its judge, and one who writes it down where that is asked for.
pub(super) struct Watching<'a, O: Asked, V: Viewed> {
    pub(super) judge: &'a mut Judge<Boxed<O, V>, O>,
    pub(super) transcript: Option<&'a mut Transcript<O>>,
    /// The names of the requests that are written, with what they are the roots of.
    pub(super) roots: &'a BTreeMap<Name, Root>,
}

impl<O: Asked, V: Viewed> Watching<'_, O, V> {
    #[cold]
    fn write_down(&mut self, moment: &Moment, event: &Event<'_, Boxed<O, V>>) {
        let Some(transcript) = &mut self.transcript else { return };
        Observer::<Boxed<O, V>>::event(&mut transcript.recorder, moment, event);
        if let Event::Request { request, replica, op } = event {
            let plain = || Root::Request(request.client, request.nth);
            let root = self.roots.get(&moment.name).cloned().unwrap_or_else(plain);
            let asked = Scripted { at: moment.at, replica: *replica, op: (*op).clone(), root: Some(root) };
            transcript.asked.push((moment.name, asked));
        }
    }
}

impl<O: Asked, V: Viewed> Observer<Boxed<O, V>> for Watching<'_, O, V> {
    #[inline]
    fn event(&mut self, moment: &Moment, event: &Event<'_, Boxed<O, V>>) {
        if self.transcript.is_some() {
            self.write_down(moment, event);
        }
        self.judge.event(moment, event);
    }

    #[inline]
    fn stepping(&mut self, moment: &Moment, replica: ReplicaId, replicas: &[Boxed<O, V>]) {
        self.judge.stepping(moment, replica, replicas);
    }

    #[inline]
    fn stepped(&mut self, moment: &Moment, replica: ReplicaId, replicas: &[Boxed<O, V>]) -> ControlFlow<()> {
        self.judge.stepped(moment, replica, replicas)
    }
}
