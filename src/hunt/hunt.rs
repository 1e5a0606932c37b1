//! A hunt: one seed after the other on all cores, each varied by some strategy, until time is up.
//!
//! Seeds are run in generations of a fixed size, and what comes of them is merged in their order. The law: the same
//! seeds give the same result for any number of jobs, and those that were run are the first ones without a gap.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::thread::{self, Scope};

use super::workers::Workers;
use super::{Catch, Limits, Reached, Shard, Strategy, Vital, pursue, told};
use crate::base::{Concern, Dice, Digest, Digester, Name, Seed, Span, Time};
use crate::run::{Finding, Runner, Signature, Story, resolve, same, watches_of};
use crate::scenario::{File, Mistakes, Watch};
use crate::world::Witness;
use crate::zoo::{Asked, System, Viewed, Visitor};

/// How many seeds are run before what they came through is used to vary others.
const GENERATION: u64 = 512;

/// How many seeds a thread takes at once.
const BATCH: u64 = 16;

/// One seed in so many is run twice.
const TWICE: u64 = 50;

/// How many stories are kept to be varied again.
const KEPT: usize = 256;

/// How many different findings are made small.
pub const PURSUED: usize = 12;

/// What is to be hunted through.
#[derive(Clone, Debug)]
pub struct Quarry<'a> {
    /// The scenario.
    pub file: &'a File,
    /// The first seed.
    pub first: u64,
    /// How many seeds there are at most.
    pub seeds: u64,
    /// Which of them are run.
    pub shard: Shard,
    /// The strategies that take turns.
    pub strategies: &'a [Strategy],
    /// How long making one finding small may take.
    pub patience: Span,
}

/// A kind of finding.
#[derive(Debug)]
pub struct Group {
    /// What its findings share.
    pub signature: Signature,
    /// In how many seeds it came up.
    pub seeds: u64,
    /// The first of them.
    pub first: Seed,
    /// How that one was varied.
    pub strategy: Strategy,
    /// What was found there.
    pub finding: Finding,
    /// The smallest story of it; without one, there were too many kinds, or, among the first [`PURSUED`], it was not
    /// found again.
    pub catch: Option<Catch>,
}

/// What came of a hunt.
#[derive(Debug)]
pub struct Hunted {
    /// How many seeds were run: the first ones of the shard.
    pub runs: u64,
    /// In how many something was found.
    pub wrong: u64,
    /// The kinds of findings, in the order of their first seeds.
    pub groups: Vec<Group>,
    /// The first of the seeds that were run twice and gave two results.
    pub differs: Option<Seed>,
    /// In how many runs each check had something to judge.
    pub judged: Vec<(&'static str, u64)>,
    /// What really happened, over all runs.
    pub witness: Witness,
    /// The faults of the scenario that never bit where it was run as it is.
    pub idle: Vec<String>,
    /// How many runs each strategy had, and in how many of them something was found.
    pub strategies: Vec<(Strategy, u64, u64)>,
    /// How much virtual time passed.
    pub virtual_time: Span,
    /// The abstract states that were reached.
    pub reached: Reached,
    /// The links on which deliveries had priorities.
    pub links: u64,
    /// What tells this hunt from every other: a sum over its runs, so that the hashes of shards add up.
    pub hash: Digest,
}

/// What is told while a hunt goes on.
pub trait Listener: Sync {
    /// So many seeds have been run.
    fn ran(&self, _seeds: u64) {}

    /// This was found and made small.
    fn found(&self, _group: &Group) {}
}

/// Nobody listens.
impl Listener for () {}

/// Hunts through seeds of a scenario.
pub fn hunt(quarry: &Quarry<'_>, limits: &Limits, listener: &dyn Listener) -> Result<Hunted, Mistakes> {
    let (plan, system) = resolve(quarry.file)?;
    Ok(system.visit(Hunting { quarry, plan, limits, listener }))
}

struct Hunting<'a> {
    quarry: &'a Quarry<'a>,
    plan: crate::scenario::Plan,
    limits: &'a Limits,
    listener: &'a dyn Listener,
}

/// A story that reached something new, and the seed that it did so with.
type Kept<O> = (Story<O>, Seed);

/// Some seeds that one thread runs, and what may be varied again.
struct Task<O> {
    nth: u64,
    seeds: Vec<Seed>,
    kept: Arc<Vec<Kept<O>>>,
    /// The states that are common by now, and not worth telling.
    common: Arc<BTreeSet<u64>>,
}

/// What came of one seed.
struct Told<O> {
    seed: Seed,
    strategy: Strategy,
    /// What it came through that is not common.
    states: Vec<u64>,
    /// What was run, where it is worth knowing: something was found, or it came through something that is not common.
    run: Option<Box<Kept<O>>>,
    finding: Option<Finding>,
    hash: Digest,
    at: Time,
    is_unstable: bool,
}

/// The number of a task and what came of it, or nothing where time was up.
type Done<O> = (u64, Option<Batch<O>>);

/// What came of some seeds.
struct Batch<O> {
    told: Vec<Told<O>>,
    judged: Vec<u64>,
    witness: Witness,
    plain: Witness,
}

impl Visitor for Hunting<'_> {
    type Output = Hunted;

    fn visit<O: Asked, V: Viewed>(self, system: System<O, V>) -> Self::Output {
        let Hunting { quarry, plan, limits, listener } = self;
        let file = quarry.file;
        let story: Story<O> =
            Story::of(file, plan).unwrap_or_else(|unknown| unreachable!("they were read: {unknown:?}"));
        let checks = watches_of(file, &system);
        let make = || -> System<O, V> {
            let again = resolve(file).map(|(_, system)| same(system));
            again.unwrap_or_else(|error| unreachable!("it was resolved before: {error}"))
        };
        let names = Runner::new(system, &checks).judged().map(|(name, _)| name).collect();
        let mut tally = Tally::new(names);
        let seeds = quarry.shard.count(quarry.seeds);
        thread::scope(|scope| {
            let pack = Pack { story: &story, make: &make, checks: &checks, strategies: quarry.strategies };
            let workers = pack.gather(scope, limits);
            while tally.hunted.runs < seeds && !limits.are_reached() {
                let first = tally.hunted.runs;
                let left = (seeds - first).min(GENERATION);
                let (kept, common) = (Arc::new(tally.kept.clone()), Arc::new(tally.common.clone()));
                let mut batches = 0;
                for from in (0..left).step_by(BATCH as usize) {
                    let each = first + from..first + (from + BATCH).min(left);
                    let seeds = each.map(|nth| Seed(quarry.shard.seed(quarry.first, nth))).collect();
                    let (kept, common) = (Arc::clone(&kept), Arc::clone(&common));
                    if !workers.give(Task { nth: batches, seeds, kept, common }) {
                        break;
                    }
                    batches += 1;
                }
                let mut waiting = BTreeMap::new();
                let mut turn = 0;
                let mut whole = true;
                for _ in 0..batches {
                    let Some((nth, batch)) = workers.done::<Done<O>>() else { break };
                    waiting.insert(nth, batch);
                    while let Some(batch) = waiting.remove(&turn) {
                        turn += 1;
                        // After one that was left out, nothing counts: what counts has no gap.
                        whole &= batch.is_some();
                        if let Some(batch) = batch.filter(|_| whole) {
                            tally.add(batch);
                            listener.ran(tally.hunted.runs);
                        }
                    }
                }
                // What was found is made small before anything else, so that it is safe whatever comes later.
                for (story, seed, group) in tally.unpursued() {
                    let each = limits.clone().within_at_most(quarry.patience);
                    let found = pursue(&make, &checks, &story, seed, &each);
                    group.catch =
                        found.filter(|found| found.signature == group.signature).map(|found| told(file, found));
                    listener.found(group);
                }
                if !whole {
                    break;
                }
            }
        });
        let Tally { mut hunted, plain, .. } = tally;
        hunted.idle = plain.idle(&story.plan);
        let replicas = u64::from(story.plan.replicas());
        hunted.links = replicas * replicas.saturating_sub(1);
        hunted
    }
}

/// Those who run seeds.
struct Pack<'a, O: Asked, V: Viewed> {
    story: &'a Story<O>,
    make: &'a (dyn Fn() -> System<O, V> + Sync),
    checks: &'a [Watch],
    strategies: &'a [Strategy],
}

impl<'env, O: Asked, V: Viewed> Pack<'env, O, V> {
    /// Starts them: seeds in, what came of them out, or nothing where time was up.
    fn gather<'scope>(self, scope: &'scope Scope<'scope, 'env>, limits: &'env Limits) -> Workers {
        let Pack { story, make, checks, strategies } = self;
        Workers::hire(scope, limits.jobs, &|| {
            Box::new(move |bench| {
                let vital = limits.vitals.enter();
                let pack = Pack { story, make, checks, strategies };
                let mut runner = Runner::new(make(), checks).covering().beating(vital.pulse());
                while let Some(task) = bench.next::<Task<O>>() {
                    let nth = task.nth;
                    let batch = if limits.are_reached() { None } else { Some(pack.run(&mut runner, task, &vital)) };
                    vital.rest();
                    let done: Done<O> = (nth, batch);
                    if !bench.leave(done) {
                        return;
                    }
                }
            })
        })
    }

    fn run(&self, runner: &mut Runner<O, V>, task: Task<O>, vital: &Vital) -> Batch<O> {
        let judged = vec![0; runner.judged().count()];
        let (told, witness, plain) = (Vec::new(), Witness::default(), Witness::default());
        let mut batch = Batch { told, judged, witness, plain };
        for seed in task.seeds {
            vital.runs(seed);
            let strategy = Strategy::of(seed, self.strategies);
            let (parent, drawn_with) = match strategy {
                Strategy::Guided if !task.kept.is_empty() => {
                    let nth = Dice::new(seed).below(Concern::Fault, Name::label("parent"), 0, task.kept.len() as u64);
                    let (story, seed) = &task.kept[nth as usize];
                    (story, *seed)
                }
                _ => (self.story, seed),
            };
            let story = strategy.vary(parent, seed);
            let ran = runner.run(&story, drawn_with);
            let states: Vec<u64> =
                runner.states().iter().filter(|state| !task.common.contains(state)).copied().collect();
            for (sum, (_, judged)) in batch.judged.iter_mut().zip(runner.judged()) {
                *sum += u64::from(judged > 0);
            }
            let again = || Runner::new((self.make)(), self.checks).beating(vital.pulse()).run(&story, drawn_with);
            let is_unstable = seed.0.is_multiple_of(TWICE) && again() != ran;
            let (mut hash, mut at) = (Digest::default(), Time::START);
            if let Some(run) = &ran.run {
                (hash, at) = (run.hash, run.at);
                batch.witness.add(&run.witness);
                if strategy == Strategy::Uniform {
                    batch.plain.add(&run.witness);
                }
            }
            let finding = ran.finding;
            let worth = finding.is_some() || !states.is_empty();
            let run = worth.then(|| Box::new((story, drawn_with)));
            batch.told.push(Told { seed, strategy, states, run, finding, hash, at, is_unstable });
        }
        batch
    }
}

/// What came of all seeds so far.
struct Tally<O> {
    hunted: Hunted,
    /// What was run where each kind of finding came up first, as far as it is still to be made small.
    first_stories: BTreeMap<usize, Kept<O>>,
    common: BTreeSet<u64>,
    kept: Vec<Kept<O>>,
    /// How many were kept so far: of too many, the oldest go.
    turns: usize,
    plain: Witness,
    digester: Digester,
}

impl<O: Asked> Tally<O> {
    fn new(checks: Vec<&'static str>) -> Tally<O> {
        let hunted = Hunted {
            runs: 0,
            wrong: 0,
            groups: Vec::new(),
            differs: None,
            judged: checks.into_iter().map(|name| (name, 0)).collect(),
            witness: Witness::default(),
            idle: Vec::new(),
            strategies: Strategy::ALL.map(|strategy| (strategy, 0, 0)).to_vec(),
            virtual_time: Span::ZERO,
            reached: Reached::default(),
            links: 0,
            hash: Digest::default(),
        };
        Tally {
            hunted,
            first_stories: BTreeMap::new(),
            common: BTreeSet::new(),
            kept: Vec::new(),
            turns: 0,
            plain: Witness::default(),
            digester: Digester::new(),
        }
    }

    /// The kinds of findings that are still to be made small, with what was run.
    fn unpursued(&mut self) -> impl Iterator<Item = (Story<O>, Seed, &mut Group)> {
        let stories = std::mem::take(&mut self.first_stories);
        let groups = self.hunted.groups.iter_mut().enumerate().skip(stories.keys().next().copied().unwrap_or(PURSUED));
        groups.zip(stories).map(|((nth, group), (same, (story, seed)))| {
            assert_eq!(nth, same, "kinds of findings are made small in their order");
            (story, seed, group)
        })
    }

    fn add(&mut self, batch: Batch<O>) {
        let hunted = &mut self.hunted;
        hunted.witness.add(&batch.witness);
        self.plain.add(&batch.plain);
        for ((_, sum), judged) in hunted.judged.iter_mut().zip(&batch.judged) {
            *sum += judged;
        }
        for told in batch.told {
            let Told { seed, strategy, states, run, finding, hash, at, is_unstable } = told;
            let hunted = &mut self.hunted;
            hunted.runs += 1;
            hunted.virtual_time = hunted.virtual_time + at.since(Time::START);
            // One number stands for all hashes: a hunt may go on for days.
            self.digester.word(seed.0);
            self.digester.bytes(&hash.0.to_le_bytes());
            hunted.hash = Digest(hunted.hash.0.wrapping_add(self.digester.finish().0));
            if is_unstable {
                hunted.differs = hunted.differs.or(Some(seed));
            }
            for (_, runs, wrong) in hunted.strategies.iter_mut().filter(|(other, ..)| *other == strategy) {
                *runs += 1;
                *wrong += u64::from(finding.is_some());
            }
            let new = states.iter().any(|state| !hunted.reached.has(*state));
            for state in states {
                if hunted.reached.add(state, seed) {
                    self.common.insert(state);
                }
            }
            if let Some(run) = run {
                if let Some(finding) = finding {
                    self.found(finding, (seed, strategy), &run);
                } else if new {
                    match self.kept.get_mut(self.turns % KEPT) {
                        Some(place) => *place = *run,
                        None => self.kept.push(*run),
                    }
                    self.turns += 1;
                }
            }
        }
    }

    fn found(&mut self, finding: Finding, (first, strategy): (Seed, Strategy), run: &Kept<O>) {
        let hunted = &mut self.hunted;
        hunted.wrong += 1;
        let signature = Signature::of(&finding);
        match hunted.groups.iter_mut().find(|group| group.signature == signature) {
            Some(group) => group.seeds += 1,
            None => {
                if hunted.groups.len() < PURSUED {
                    self.first_stories.insert(hunted.groups.len(), run.clone());
                }
                hunted.groups.push(Group { signature, seeds: 1, first, strategy, finding, catch: None });
            }
        }
    }
}
