//! From when on a violation could not be helped: the rest of its story, run again from each of its events with fresh
//! chance.
//!
//! What had happened until then stays: fates that were settled, requests, faults, and what replicas draw for themselves.
//! Messages that are sent later are at the mercy of the network that it was found in. The law: what comes of it is a
//! function of the story and that network.

use super::{Catch, Limits};
use crate::base::{Seed, Time};
use crate::run::{Runner, Signature, Story, Transcript, resolve, watches_of};
use crate::scenario::{File, Mistakes, Rest};
use crate::trace::Kind;
use crate::world::{Behind, Otherwise, Script};
use crate::zoo::{Asked, System, Viewed, Visitor};

/// How often the rest of a story is run from each event.
pub const RUNS: u64 = 100;

/// More events than this are not looked at.
const EVENTS: usize = 500;

/// How likely the violation is from some event on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likely {
    /// When it was handled.
    pub at: Time,
    /// What it was, in words.
    pub event: String,
    /// In how many of [`RUNS`] the violation came, once it had been handled.
    pub runs: u64,
}

/// How likely a violation was before all events of its story, and after each of them; `file` says what network it was
/// found in.
pub fn inevitable(file: &File, catch: &Catch, limits: &Limits) -> Result<Vec<Likely>, Mistakes> {
    let (_, system) = resolve(&catch.file)?;
    Ok(system.visit(Looking { file, catch, limits }))
}

struct Looking<'a> {
    file: &'a File,
    catch: &'a Catch,
    limits: &'a Limits,
}

impl Visitor for Looking<'_> {
    type Output = Vec<Likely>;

    fn visit<O: Asked, V: Viewed>(self, system: System<O, V>) -> Vec<Likely> {
        let Looking { file, catch, limits } = self;
        let checks = watches_of(&catch.file, &system);
        let vital = limits.vitals.enter();
        let mut runner = Runner::new(system, &checks).beating(vital.pulse());
        let plan = catch.file.world.clone().plan().unwrap_or_else(|refusals| unreachable!("it was run: {refusals}"));
        let story: Story<O> =
            Story::of(&catch.file, plan).unwrap_or_else(|unknown| unreachable!("they were read: {unknown:?}"));
        let seed = catch.file.seed.unwrap_or_default();
        vital.runs(seed);
        let (_, transcript) = runner.record(&story, seed);
        let events = story.plan.names().scope(|| events(&transcript));
        let Some(story) = in_network(&transcript.explicit(&story, seed), file) else { return Vec::new() };
        let settled = settled(&story, &transcript);
        let mut likely = Vec::new();
        for (step, at, event) in events.into_iter().take(EVENTS).take_while(|_| !limits.are_reached()) {
            let comes = |weather: &u64| {
                let mut script = Script::new(seed, Otherwise::Dealt);
                for (path, fate) in
                    story.fates.iter().zip(&settled).filter(|(_, then)| **then <= step).map(|(fate, _)| fate)
                {
                    script.fix_path(path.clone(), *fate);
                }
                script.weather(Seed(*weather));
                let ran = runner.glance_through(&story, Behind::Script(Box::new(script)));
                ran.finding.is_some_and(|finding| Signature::of(&finding) == catch.signature)
            };
            let runs = { 0..RUNS }.filter(comes).count() as u64;
            likely.push(Likely { at, event, runs });
        }
        vital.rest();
        likely
    }
}

/// A story whose messages are dealt with by the network of a file, and that has the time which that gives.
fn in_network<O: Clone>(story: &Story<O>, file: &File) -> Option<Story<O>> {
    let mut scenario = story.plan.scenario().clone();
    scenario.link = file.world.link.clone();
    scenario.duration = scenario.duration.max(file.world.duration);
    scenario.settle = scenario.settle.max(file.world.settle);
    Some(Story { plan: scenario.plan().ok()?, rest: Rest::Drawn, ..story.clone() })
}

/// In which handled event each fate of a story was settled.
fn settled<O: Asked>(story: &Story<O>, transcript: &Transcript<O>) -> Vec<u64> {
    let paths = transcript.paths();
    let steps: Vec<_> = transcript
        .trace()
        .records()
        .iter()
        .filter_map(|record| match record.kind {
            Kind::Fate { message, .. } => Some((paths.get(message)?, record.moment.step)),
            _ => None,
        })
        .collect();
    let step = |path| steps.iter().find(|(other, _)| *other == path).map_or(0, |(_, step)| *step);
    story.fates.iter().map(|(path, _)| step(path)).collect()
}

/// What is before all events, and each event that a replica handled: its number, when it was, and what.
fn events<O: Asked>(transcript: &Transcript<O>) -> Vec<(u64, Time, String)> {
    let paths = transcript.paths();
    let mut events = vec![(0, Time::START, "before anything happens".to_owned())];
    for record in transcript.trace().records() {
        let words = match &record.kind {
            Kind::Request { replica, op, .. } => format!("{replica} is asked for {op}"),
            Kind::Deliver { message, from, to, .. } => match paths.get(*message) {
                Some(path) => format!("{path} comes"),
                None => format!("a message of {from} comes to {to}"),
            },
            Kind::Timer { replica, .. } => format!("a timer of {replica} fires"),
            Kind::Crash { replica, .. } => format!("{replica} crashes"),
            Kind::Restart { replica, .. } => format!("{replica} comes back"),
            _ => continue,
        };
        events.push((record.moment.step, record.moment.at, words));
    }
    events
}
