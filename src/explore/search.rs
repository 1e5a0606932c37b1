//! The search: rounds of tasks on several threads, each some ways that begin with the same answers.
//!
//! Tasks, and how many runs each has in a round, do not depend on how many threads there are; what comes of them is
//! merged in their order.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::tally::{Came, Tally};
use super::{Find, crashing};
use crate::base::{ReplicaId, Seed, Time};
use crate::hunt::{Limits, Vital};
use crate::run::{Runner, Story, Transcript};
use crate::scenario::{Fault, Watch};
use crate::trace::Kind;
use crate::world::{Budget, Ended, Node, Reduction, Steered};
use crate::zoo::{Asked, System, Viewed};

/// So many tasks in a round, with so many runs each.
const TASKS: usize = 32;
const RUNS: u64 = 128;

/// With more tasks than this waiting, none is divided.
const ENOUGH: usize = 128;

/// Checks that look at several replicas at one moment. Where orders are left out, so are some of those moments.
pub const AT_ONE_MOMENT: [&str; 2] = ["laws", "stability"];

/// How far a search goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How many messages may be lost in a run.
    pub drops: u32,
    /// How many may come twice.
    pub duplicates: u32,
    /// How many replicas may crash.
    pub crashes: u32,
    /// How many runs there may be.
    pub most_runs: u64,
    /// Whether orders that differ only in events that do not touch one another are run once.
    pub reduces: bool,
    /// Whether it is over with the smallest violation: the fewest losses, duplicates and crashes, and then the fewest
    /// events.
    pub smallest: bool,
    /// What replicas draw for themselves is drawn from this.
    pub seed: Seed,
}

impl Default for Bounds {
    fn default() -> Bounds {
        let (reduces, smallest) = (true, false);
        Bounds { drops: 0, duplicates: 0, crashes: 0, most_runs: u64::MAX, reduces, smallest, seed: Seed(0) }
    }
}

/// What is searched: a story of a system, and what watches it.
pub struct Scope<'a, O: Asked, V: Viewed> {
    /// Makes the system.
    pub make: &'a (dyn Fn() -> System<O, V> + Sync),
    /// The checks.
    pub checks: &'a [Watch],
    /// The story.
    pub story: &'a Story<O>,
}

/// What came of a search.
#[derive(Clone, Debug)]
pub struct Searched<O> {
    /// The figures.
    pub tally: Tally,
    /// Whether nothing was left out, within the bounds.
    pub is_exhaustive: bool,
    /// Which orders were gone through.
    pub reduction: Reduction,
    /// The stories that were searched: with crashes, there are several.
    pub stories: Vec<Story<O>>,
}

/// Goes through all that can happen in a story.
pub fn search<O: Asked, V: Viewed>(
    scope: &Scope<'_, O, V>,
    bounds: &Bounds,
    limits: &Limits,
    progress: &mut dyn FnMut(u64),
) -> Searched<O> {
    let stories = stories(scope, bounds);
    let crashes: Vec<u32> = stories.iter().map(|(crashes, _)| *crashes).collect();
    let stories: Vec<Story<O>> = stories.into_iter().map(|(_, story)| story).collect();
    let gather = || -> Box<dyn Walker + '_> {
        let vital = limits.vitals.enter();
        let runner = Runner::new((scope.make)(), scope.checks).beating(vital.pulse());
        Box::new(Walking { runner, stories: &stories, seed: bounds.seed, vital })
    };
    let crew = Crew { crashes: &crashes, in_order: in_order(scope.story), bounds, gather: &gather, limits };
    // Where handlers take time, when a message comes decides when the next event does.
    let slow = |fault: &Fault| matches!(fault, Fault::Slow { .. } | Fault::Pause { .. });
    let reduces = bounds.reduces && !scope.story.plan.scenario().faults.iter().any(slow);
    let mut reduction = if reduces { Reduction::Apart } else { Reduction::None };
    loop {
        let (tally, is_exhaustive) = crew.search(reduction, progress);
        let (next, stop) = (less(reduction, &tally), limits.are_reached());
        if next == reduction || stop {
            return Searched { is_exhaustive: is_exhaustive && next == reduction, tally, reduction, stories };
        }
        reduction = next;
    }
}

/// How much can be left out, for all that was seen.
fn less(reduction: Reduction, tally: &Tally) -> Reduction {
    match reduction {
        // Then events at different replicas touch one another after all.
        _ if tally.is_timed => Reduction::None,
        Reduction::Apart if tally.is_relayed => Reduction::Asleep,
        enough => enough,
    }
}

/// The run that a find stands for, written down without anything left open but what replicas draw for themselves.
pub fn explicit<O: Asked, V: Viewed>(
    scope: &Scope<'_, O, V>,
    bounds: &Bounds,
    story: &Story<O>,
    find: &Find,
    reduction: Reduction,
) -> Story<O> {
    let steered = Steered::new(bounds.seed, budget(bounds, bounds.together()), in_order(story), reduction, u64::MAX);
    let mut transcript = Transcript::default();
    let steered = Box::new(steered.along(find.nodes.clone()));
    Runner::new((scope.make)(), scope.checks).steer(story, steered, Some(&mut transcript));
    transcript.explicit(story, bounds.seed)
}

impl Bounds {
    /// How much can go wrong in one run.
    fn together(&self) -> u32 {
        self.drops.saturating_add(self.duplicates).saturating_add(self.crashes)
    }
}

fn budget(bounds: &Bounds, together: u32) -> Budget {
    Budget { drops: bounds.drops, duplicates: bounds.duplicates, together }
}

/// The links on which messages keep their order.
fn in_order<O>(story: &Story<O>) -> Arc<BTreeSet<(ReplicaId, ReplicaId)>> {
    let plan = &story.plan;
    let all = || (0..plan.replicas()).map(ReplicaId);
    let links = all().flat_map(|from| all().map(move |to| (from, to)));
    let in_order = |(from, to): &(ReplicaId, ReplicaId)| {
        plan.links().connected(*from, *to) && plan.profiles()[plan.profile(*from, *to) as usize].fifo
    };
    Arc::new(links.filter(in_order).collect())
}

/// The story, and those with crashes in it; the ones with fewer crashes first.
fn stories<O: Asked, V: Viewed>(scope: &Scope<'_, O, V>, bounds: &Bounds) -> Vec<(u32, Story<O>)> {
    let mut stories = vec![(0, scope.story.clone())];
    if bounds.crashes == 0 {
        return stories;
    }
    let mut transcript = Transcript::default();
    let steered = Steered::new(bounds.seed, Budget::default(), in_order(scope.story), Reduction::None, u64::MAX);
    Runner::new((scope.make)(), scope.checks).steer(scope.story, Box::new(steered), Some(&mut transcript));
    let records = transcript.trace().records().iter();
    let at_its_time = |kind: &Kind| matches!(kind, Kind::Request { .. } | Kind::Timer { .. });
    let times: Vec<Time> = records.filter(|record| at_its_time(&record.kind)).map(|record| record.moment.at).collect();
    let mut last = vec![scope.story.clone()];
    for crashes in 1..=bounds.crashes {
        last = last.iter().flat_map(|story| crashing(story, &times)).collect();
        stories.extend(last.iter().map(|story| (crashes, story.clone())));
    }
    stories
}

/// Whoever runs a story along a way.
trait Walker {
    fn walk(&mut self, story: usize, steered: Box<Steered>, tally: &mut Tally) -> (Came, Box<Steered>);
}

struct Walking<'a, O: Asked, V: Viewed> {
    runner: Runner<O, V>,
    stories: &'a [Story<O>],
    seed: Seed,
    vital: Arc<Vital>,
}

impl<O: Asked, V: Viewed> Walker for Walking<'_, O, V> {
    fn walk(&mut self, story: usize, steered: Box<Steered>, tally: &mut Tally) -> (Came, Box<Steered>) {
        self.vital.runs(self.seed);
        let (ran, steered) = self.runner.steer(&self.stories[story], steered, None);
        self.vital.rest();
        let ended = ran.run.as_ref().map(|run| run.ended);
        if ended != Some(Ended::Dismissed) {
            if tally.judged.is_empty() {
                tally.judged = self.runner.judged().map(|(name, _)| (name, 0)).collect();
            }
            for ((_, sum), (_, judged)) in tally.judged.iter_mut().zip(self.runner.judged()) {
                *sum += u64::from(judged > 0);
            }
        }
        let (is_timed, shown) = (self.runner.was_timed(), self.runner.shown());
        let witness = ran.run.map(|run| run.witness).unwrap_or_default();
        (Came { finding: ran.finding, shown, is_timed, witness }, steered)
    }
}

/// Some ways that begin with the same answers.
#[derive(Clone, Debug, Default)]
struct Task {
    story: usize,
    together: u32,
    nodes: Vec<Node>,
    /// How many of the answers are not its own to change.
    kept: usize,
}

/// A task, its number, how many runs it has, how long they may be, and whether it may be divided.
struct Order {
    nth: usize,
    task: Task,
    runs: u64,
    most: u64,
    divide: bool,
}

/// What came of a task, and what is left of it.
struct Done {
    nth: usize,
    tally: Tally,
    left: Vec<Task>,
}

struct Crew<'a> {
    crashes: &'a [u32],
    in_order: Arc<BTreeSet<(ReplicaId, ReplicaId)>>,
    bounds: &'a Bounds,
    gather: &'a (dyn Fn() -> Box<dyn Walker + 'a> + Sync),
    limits: &'a Limits,
}

impl Crew<'_> {
    /// What came of it, and whether nothing was left out.
    fn search(&self, reduction: Reduction, progress: &mut dyn FnMut(u64)) -> (Tally, bool) {
        thread::scope(|scope| {
            let (orders, waiting) = mpsc::channel::<Order>();
            let (results, done) = mpsc::channel();
            let waiting = Arc::new(Mutex::new(waiting));
            for _ in 0..self.limits.jobs {
                let (waiting, results) = (Arc::clone(&waiting), results.clone());
                scope.spawn(move || {
                    let mut walker = (self.gather)();
                    loop {
                        let order = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
                        let Ok(order) = order else { return };
                        if results.send(self.obey(walker.as_mut(), order, reduction)).is_err() {
                            return;
                        }
                    }
                });
            }
            self.rounds(&orders, &done, reduction, progress)
        })
    }

    /// The tasks of a level: what costs no more than this.
    fn tasks(&self, together: u32) -> VecDeque<Task> {
        let affordable = self.crashes.iter().enumerate().filter(|(_, crashes)| **crashes <= together);
        affordable.map(|(story, crashes)| Task { story, together: together - crashes, ..Task::default() }).collect()
    }

    fn rounds(
        &self,
        orders: &Sender<Order>,
        done: &Receiver<Done>,
        reduction: Reduction,
        progress: &mut dyn FnMut(u64),
    ) -> (Tally, bool) {
        let most = self.bounds.together();
        let levels = if self.bounds.smallest { 0..=most } else { most..=most };
        let mut sum = Tally::default();
        let mut spent = 0;
        for together in levels {
            // What costs less was gone through before; its figures are in those of this level.
            let mut tally = Tally::default();
            let mut tasks = self.tasks(together);
            while !tasks.is_empty() {
                let left = self.bounds.most_runs - spent;
                if left == 0 || self.limits.are_reached() || less(reduction, &tally) != reduction {
                    sum.merge(tally);
                    return (sum, false);
                }
                let least = tally.finds.iter().map(|find| find.events).min();
                let most = if self.bounds.smallest { least.map_or(u64::MAX, |events| events - 1) } else { u64::MAX };
                let divide = tasks.len() < ENOUGH;
                let (mut sent, mut granted) = (0, 0);
                while sent < TASKS && granted < left {
                    let Some(task) = tasks.pop_front() else { break };
                    let runs = RUNS.min(left - granted);
                    granted += runs;
                    if orders.send(Order { nth: sent, task, runs, most, divide }).is_err() {
                        break;
                    }
                    sent += 1;
                }
                let mut came: BTreeMap<usize, Done> = done.iter().take(sent).map(|done| (done.nth, done)).collect();
                for done in came.values_mut().rev() {
                    done.left.drain(..).rev().for_each(|task| tasks.push_front(task));
                }
                for done in came.into_values() {
                    spent += done.tally.runs + done.tally.given_up;
                    tally.merge(done.tally);
                }
                progress(spent);
            }
            let enough = self.bounds.smallest && !tally.finds.is_empty();
            sum = tally;
            if enough {
                break;
            }
        }
        let whole = !sum.is_crowded && !sum.is_unstable;
        (sum, whole)
    }

    fn obey(&self, walker: &mut dyn Walker, order: Order, reduction: Reduction) -> Done {
        let Order { nth, task, runs, most, divide } = order;
        let Task { story, together, nodes, kept } = task;
        let budget = budget(self.bounds, together);
        let steered = Steered::new(self.bounds.seed, budget, Arc::clone(&self.in_order), reduction, most);
        let mut steered = Box::new(steered.along(nodes));
        let mut tally = Tally::default();
        for _ in 0..runs {
            if self.limits.are_reached() {
                break;
            }
            let came;
            (came, steered) = walker.walk(story, steered, &mut tally);
            tally.add((story, self.crashes[story]), came, &steered);
            if !steered.advance(kept) {
                return Done { nth, tally, left: Vec::new() };
            }
        }
        let shared = if divide { steered.share(kept) } else { Vec::new() };
        let rest = Task { story, together, nodes: steered.nodes().to_vec(), kept };
        let others = shared.into_iter().map(|nodes| Task { story, together, kept: nodes.len(), nodes });
        Done { nth, tally, left: std::iter::once(rest).chain(others).collect() }
    }
}
