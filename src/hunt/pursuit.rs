//! From a seed in which something is found to the smallest story that shows it.

use std::thread;

use super::nearest::{Nearest, nearest};
use super::{Crew, Limits};
use crate::base::Seed;
use crate::run::{Finding, Runner, Signature, Story, Transcript};
use crate::scenario::Watch;
use crate::shrink::{Tester, shrink};
use crate::zoo::{Asked, System, Viewed};

/// A violation, and the smallest story found that shows it.
#[derive(Debug)]
pub struct Counterexample<O> {
    /// The story: nothing in it is left open but what replicas draw for themselves.
    pub story: Story<O>,
    /// The seed that they draw from.
    pub seed: Seed,
    /// What is found in it.
    pub finding: Finding,
    /// What makes it the same finding as the one that was made first.
    pub signature: Signature,
    /// What was found first.
    pub first: Finding,
    /// The events of the story.
    pub transcript: Transcript<O>,
    /// The nearest run that holds, where one was found.
    pub nearest: Option<Nearest>,
    /// Whether nothing more can be taken away.
    pub is_minimal: bool,
    /// Whether the first run could be written down without anything left open. Where it could not, the story is
    /// that run as it was drawn.
    pub is_explicit: bool,
}

/// How large a story is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// How many replicas.
    pub replicas: u32,
    /// How many requests.
    pub requests: usize,
    /// How many faults.
    pub faults: usize,
    /// How many messages whose fate is written.
    pub fates: usize,
}

impl Size {
    /// That of a story.
    pub fn of<O>(story: &Story<O>) -> Size {
        Size {
            replicas: story.plan.replicas(),
            requests: story.requests.len(),
            faults: story.plan.scenario().faults.len(),
            fates: story.fates.len(),
        }
    }
}

/// Runs a story with a seed and makes what is found in it as small as can be; nothing where nothing is found.
pub fn pursue<O: Asked, V: Viewed>(
    make: &(dyn Fn() -> System<O, V> + Sync),
    checks: &[Watch],
    story: &Story<O>,
    seed: Seed,
    limits: &Limits,
) -> Option<Counterexample<O>> {
    let vital = limits.vitals.enter();
    let mut runner = Runner::new(make(), checks).beating(vital.pulse());
    vital.runs(seed);
    let (ran, transcript) = runner.record(story, seed);
    vital.rest();
    let first = ran.finding?;
    let explicit = transcript.explicit(story, seed);
    refine(make, checks, (explicit, story), (seed, first), limits)
}

/// Makes a story as small as can be in which all is written down, and in which something was found; where it is not
/// found there again, what is told is the story that it was found in.
pub fn refine<O: Asked, V: Viewed>(
    make: &(dyn Fn() -> System<O, V> + Sync),
    checks: &[Watch],
    (explicit, story): (Story<O>, &Story<O>),
    (seed, first): (Seed, Finding),
    limits: &Limits,
) -> Option<Counterexample<O>> {
    let signature = Signature::of(&first);
    let small = thread::scope(|scope| {
        let mut crew = Crew::gather(scope, make, checks, (seed, &signature), limits.clone());
        let (_, shown) = crew.first(1, &|_| Some(explicit.clone()))?;
        Some(shrink(shown, &mut crew))
    });
    let is_explicit = small.is_some();
    let (story, is_minimal) = small.map_or((story.clone(), false), |small| (small.story, small.is_minimal));
    let vital = limits.vitals.enter();
    let mut runner = Runner::new(make(), checks).beating(vital.pulse());
    vital.runs(seed);
    let (ran, transcript) = runner.record(&story, seed);
    let finding = ran.finding?;
    let nearest = if is_explicit { nearest(&mut runner, (&story, seed), &transcript, limits) } else { None };
    vital.rest();
    Some(Counterexample { story, seed, finding, signature, first, transcript, nearest, is_minimal, is_explicit })
}
