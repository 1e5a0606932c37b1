//! Runs one seed after the other of a system in a world, under the eyes of a judge.
//!
//! Memory is kept from run to run; code under test that panics is a finding, and takes its world with it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Proposer;
use crate::base::{ClientId, Seed};
use crate::check::{self, Check, Guarantee, Judge, Ledger, Sampled, Violation};
use crate::replica::Seat;
use crate::scenario::{Activity, Often, Plan, Watch};
use crate::world::{Dealt, Ended, Run, World};
use crate::zoo::sync::Pace;
use crate::zoo::{Asked, Boxed, System, Viewed};

/// The checks that apply wherever their claim is made, in the order in which they are asked: what has parted
/// is told before what is wrong.
pub const STANDARD: [&str; 11] =
    ["creation", "sec", "laws", "spec", "effect", "order", "monotone", "refusals", "stamps", "settles", "growth"];

/// These checks, each looking every time.
pub(super) fn watches(checks: &[&str]) -> Vec<Watch> {
    checks.iter().map(|check| Watch { check: (*check).to_owned(), often: Often::Every }).collect()
}

/// What can be wrong with a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A check found something.
    Violation(Box<Violation>),
    /// The code under test panicked, with these words.
    Panic(String),
    /// The run reached the bound on events.
    Exhausted,
}

impl Finding {
    /// What found it.
    pub fn check(&self) -> &'static str {
        match self {
            Finding::Violation(violation) => violation.check,
            Finding::Panic(_) => "panic",
            Finding::Exhausted => "livelock",
        }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Finding::Violation(violation) => violation.fmt(f),
            Finding::Panic(words) => write!(f, "panic: the code under test panicked: {words}"),
            Finding::Exhausted => f.write_str("livelock: the bound on events was reached"),
        }
    }
}

/// What came of one seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// The run, unless the code under test panicked.
    pub run: Option<Run>,
    /// What is wrong with it, if something is.
    pub finding: Option<Finding>,
    /// How many updates were issued.
    pub updates: u64,
}

/// A system, a world and a judge.
pub struct Runner<'a, O: Asked, V: Viewed> {
    system: System<O, V>,
    plan: &'a Plan,
    activity: Activity,
    pace: Pace,
    judge: Judge<Boxed<O, V>, O>,
    world: World<Boxed<O, V>, Proposer>,
}

impl<'a, O: Asked, V: Viewed> Runner<'a, O, V> {
    /// One for this system in the world of a plan, with the checks of these names.
    ///
    /// # Panics
    /// Where there is no such check.
    pub fn new(
        system: System<O, V>,
        plan: &'a Plan,
        activity: Activity,
        pace: Pace,
        checks: &[Watch],
    ) -> Runner<'a, O, V> {
        let judge = judge(&system, checks);
        Runner { system, plan, activity, pace, judge, world: World::new() }
    }

    /// Runs one seed.
    pub fn run(&mut self, seed: Seed) -> Ran {
        self.judge.reset();
        let mut ran = self.again(seed);
        // What a check would have had to keep of every event, for its evidence, it looks at in a second run.
        if let Some(Finding::Violation(violation)) = &ran.finding
            && let Some((step, replica)) = violation.recall
        {
            self.judge.recall(step, replica);
            ran = self.again(seed);
        }
        ran
    }

    fn again(&mut self, seed: Seed) -> Ran {
        let Runner { system, plan, activity, pace, judge, world } = self;
        let users = (plan.replicas(), |_: ClientId| Proposer(activity.clone()));
        let spawn = |seat: Seat| system.spawn(seat, *pace);
        let ran = catch_unwind(AssertUnwindSafe(|| {
            let run = world.run(plan, &spawn, &users, &mut Dealt::new(seed), judge);
            judge.ended(run.ended != Ended::Exhausted, world.replicas());
            run
        }));
        let updates = judge.ledger().history().len() as u64;
        match ran {
            Err(panic) => {
                // Whatever state the panic left is thrown away with the world.
                *world = World::new();
                Ran { run: None, finding: Some(Finding::Panic(words(&*panic))), updates }
            }
            Ok(run) => {
                let violation = judge.found().map(|found| Finding::Violation(Box::new(found.clone())));
                let finding = violation.or((run.ended == Ended::Exhausted).then_some(Finding::Exhausted));
                Ran { run: Some(run), finding, updates }
            }
        }
    }

    /// How often each check had something to judge in the last run.
    pub fn judged(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.judge.judged().map(|(about, judged)| (about.name, judged))
    }
}

/// What a panic said.
fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without words".to_owned())
}

/// The checks that only those systems are held to that promise what they look for.
const PROMISED: [&str; 6] = ["duplication", "agreement", "fifo", "causal", "total", "quiet"];

/// A judge of a system with the checks of these names.
fn judge<O: Asked, V: Viewed>(system: &System<O, V>, watches: &[Watch]) -> Judge<Boxed<O, V>, O> {
    let keys = system.specification.parts().map_or((|_| None) as fn(&O) -> Option<u64>, |parts| parts.key);
    let applies = |watch: &&Watch| {
        let name = watch.check.as_str();
        !PROMISED.contains(&name) || system.checks().contains(&name)
    };
    let checks = watches.iter().filter(applies).map(|watch| -> Box<dyn Check<Boxed<O, V>, O>> {
        let check = named(system, &watch.check);
        match watch.often {
            Often::Every => check,
            Often::OneIn(events) => Box::new(Sampled::one_in(events, check)),
            Often::AtEnd => Box::new(Sampled::at_end(check)),
        }
    });
    Judge::new(Ledger::new(keys), checks.collect())
}

/// The check of a name.
fn named<O: Asked, V: Viewed>(system: &System<O, V>, name: &str) -> Box<dyn Check<Boxed<O, V>, O>> {
    let specification = || system.specification.clone();
    if let Some(guarantee) = Guarantee::ALL.into_iter().find(|guarantee| guarantee.about().name == name) {
        return Box::new(check::Sessions::new(guarantee));
    }
    match name {
        "creation" => Box::new(check::Creation::default()),
        "duplication" => Box::new(check::Delivery::once()),
        "agreement" => Box::new(check::Agreement::default()),
        "fifo" => Box::new(check::Delivery::fifo()),
        "causal" => Box::new(check::Delivery::causal()),
        "total" => Box::new(check::Total::default()),
        "quiet" => Box::new(check::Quiet::default()),
        "stability" => Box::new(check::Stability::default()),
        "sec" => Box::new(check::Sec::default()),
        "spec" => Box::new(check::Meets::new(specification())),
        "effect" => Box::new(check::Effect::new(specification())),
        "stamps" => Box::new(check::Stamps::new(specification())),
        "order" => Box::new(check::Order::new(&system.specification)),
        "monotone" => Box::new(check::Monotone::new(&system.specification)),
        "refusals" => Box::new(check::Refusals::new(specification())),
        "laws" => Box::new(check::Laws::default()),
        "growth" => Box::new(check::Grows::new(specification())),
        "durable" => Box::new(check::Durable::default()),
        "settles" => Box::new(check::Settles::new(Some(specification()))),
        other => panic!("no check is called `{other}`"),
    }
}
