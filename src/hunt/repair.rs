//! A counterexample whose messages are gone, because the code under test has changed: is it shown all the same, and if
//! not, is there a story near by that shows it?
//!
//! The law: what is tried, and in which order, is a function of the file; the first that shows it is made small.

use super::{Catch, Limits, pursue, told};
use crate::base::{Concern, Dice, Name, Odds, Path, Seed, Span, Time};
use crate::run::{Runner, Story, resolve, same, watches_of};
use crate::scenario::{Expectation, File, Latency, Mistakes, Plan, Rest};
use crate::zoo::{AnySystem, Asked, System, Viewed, Visitor};

/// What came of a repair.
#[derive(Debug)]
pub struct Repaired {
    /// The fates whose message is gone, and that went to the one most like it.
    pub near: Vec<String>,
    /// Those that found none.
    pub unused: Vec<String>,
    /// How many other stories were tried; none where the file shows what it has to as it is.
    pub tried: u64,
    /// What shows it again, made small; nothing where nothing near by does.
    pub catch: Option<Catch>,
}

/// How many stories are tried that differ in times alone.
const SHIFTED: u64 = 200;

/// How many stories are tried at most.
const TRIED: u64 = 3000;

/// Replays a counterexample, and looks around it for what it has to show where it does not any more.
pub fn repair(file: &File, limits: &Limits) -> Result<Repaired, Mistakes> {
    let (plan, system) = resolve(file)?;
    Ok(system.visit(Repairing { file, plan, limits }))
}

struct Repairing<'a> {
    file: &'a File,
    plan: Plan,
    limits: &'a Limits,
}

impl Visitor for Repairing<'_> {
    type Output = Repaired;

    fn visit<O: Asked, V: Viewed>(self, system: System<O, V>) -> Repaired {
        let Repairing { file, plan, limits } = self;
        let story: Story<O> =
            Story::of(file, plan).unwrap_or_else(|unknown| unreachable!("they were read: {unknown:?}"));
        let checks = watches_of(file, &system);
        let make = || -> System<O, V> {
            let again = resolve(file).map(|(_, system): (Plan, AnySystem)| same(system));
            again.unwrap_or_else(|error| unreachable!("it was resolved before: {error}"))
        };
        let vital = limits.vitals.enter();
        let mut runner = Runner::new(system, &checks).beating(vital.pulse());
        let mut shows = |story: &Story<O>, seed: Seed| {
            vital.runs(seed);
            let ran = runner.run(story, seed);
            vital.rest();
            let is_it = ran.finding.is_some_and(|finding| match &file.expect {
                Expectation::Violates(check) => finding.check() == check,
                _ => true,
            });
            (is_it, ran.replay)
        };
        let seed = file.seed.unwrap_or_default();
        let (is_shown, replay) = shows(&story, seed);
        let named = |paths: &[Path]| story.plan.names().scope(|| paths.iter().map(Path::to_string).collect());
        let mut repaired = Repaired { near: named(&replay.near), unused: named(&replay.unused), tried: 0, catch: None };
        let mut shown = is_shown.then(|| (story.clone(), seed));
        while shown.is_none() && repaired.tried < TRIED && !limits.are_reached() {
            let nth = repaired.tried;
            repaired.tried += 1;
            let near = neighbour(&story, &replay.unused, nth);
            shown = near.filter(|(near, seed)| shows(near, *seed).0);
        }
        if let Some((story, seed)) = shown {
            repaired.catch = pursue(&make, &checks, &story, seed, limits).map(|found| told(file, found));
        }
        repaired
    }
}

/// A story near by: the same requests, a little earlier or later, and, once that has been tried for long enough, a
/// network that loses and delays what has no fate of its own.
fn neighbour<O: Asked>(story: &Story<O>, unused: &[Path], nth: u64) -> Option<(Story<O>, Seed)> {
    let (dice, name) = (Dice::new(Seed(nth)), Name::label("repair"));
    let below = |draw: u32, bound: u64| dice.below(Concern::Fault, name, draw, bound.max(1));
    let mut near = story.clone();
    near.fates.retain(|(path, _)| !unused.contains(path));
    for (draw, request) in (1..).zip(&mut near.requests) {
        // Between half of its time and one and a half.
        let Time(at) = request.at;
        request.at = Time((at / 2).saturating_add(below(draw, at)));
    }
    if nth < SHIFTED {
        return Some((near, Seed(nth)));
    }
    let mut scenario = near.plan.scenario().clone();
    scenario.link.latency = Latency::Uniform(Span::millis(1), Span::millis(10 + below(0, 90)));
    scenario.link.loss = Odds::permille(100 * below(u32::MAX, 4) as u32);
    (near.plan, near.rest) = (scenario.plan().ok()?, Rest::Drawn);
    Some((near, Seed(nth)))
}
