//! Those who try out whether smaller stories still show a violation: one on each core.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;
use std::thread::Scope;

use super::Limits;
use super::workers::Workers;
use crate::base::{Path, Seed};
use crate::run::{Runner, Signature, Story};
use crate::scenario::Watch;
use crate::shrink::Tester;
use crate::zoo::{Asked, System, Viewed};

/// Where candidates come from and what has become of them.
type Task<O> = (usize, Story<O>);
type Tried<O> = (usize, Option<Story<O>>);

/// Tests candidates on several threads, with the answer that one would give.
pub struct Crew<O> {
    workers: Workers,
    limits: Limits,
    tries: PhantomData<fn(Task<O>) -> Tried<O>>,
}

impl<O: Asked> Crew<O> {
    /// One that looks for findings of this signature in the run of this seed; everybody in it makes a system of
    /// their own.
    pub fn gather<'scope, 'env: 'scope, V: Viewed>(
        scope: &'scope Scope<'scope, 'env>,
        make: &'env (dyn Fn() -> System<O, V> + Sync),
        checks: &'env [Watch],
        (seed, signature): (Seed, &'env Signature),
        limits: Limits,
    ) -> Crew<O> {
        let workers = Workers::hire(scope, limits.jobs, &|| {
            let vital = limits.vitals.enter();
            Box::new(move |bench| {
                let mut runner = Runner::new(make(), checks).beating(vital.pulse());
                while let Some((nth, story)) = bench.next::<Task<O>>() {
                    vital.runs(seed);
                    let shown: Tried<O> = (nth, shows(&mut runner, story, seed, signature));
                    vital.rest();
                    if !bench.leave(shown) {
                        return;
                    }
                }
            })
        });
        Crew { workers, limits, tries: PhantomData }
    }
}

/// The story without the fates that found no message, if something of this signature is found in it.
fn shows<O: Asked, V: Viewed>(
    runner: &mut Runner<O, V>,
    mut story: Story<O>,
    seed: Seed,
    signature: &Signature,
) -> Option<Story<O>> {
    let ran = runner.glance(&story, seed);
    if Signature::of(&ran.finding?) != *signature {
        return None;
    }
    let unused: BTreeSet<&Path> = ran.replay.unused.iter().collect();
    if !unused.is_empty() {
        story.fates.retain(|(path, _)| !unused.contains(path));
    }
    Some(story)
}

impl<O: Asked> Tester<O> for Crew<O> {
    fn first(&mut self, candidates: usize, make: &dyn Fn(usize) -> Option<Story<O>>) -> Option<(usize, Story<O>)> {
        let (mut next, mut under_way) = (0, 0);
        let mut shown: BTreeMap<usize, Story<O>> = BTreeMap::new();
        loop {
            // Whatever comes after one that shows it is not worth trying.
            while under_way < self.limits.jobs && next < candidates && shown.is_empty() && !self.is_tired() {
                if let Some(story) = make(next) {
                    let task: Task<O> = (next, story);
                    if !self.workers.give(task) {
                        return None;
                    }
                    under_way += 1;
                }
                next += 1;
            }
            if under_way == 0 {
                return shown.pop_first();
            }
            let (nth, story): Tried<O> = self.workers.done()?;
            under_way -= 1;
            if let Some(story) = story {
                shown.insert(nth, story);
            }
        }
    }

    fn is_tired(&self) -> bool {
        self.limits.are_reached()
    }
}
