//! Runs one seed after the other of a system in a world, under the eyes of a judge.
//!
//! Memory is kept from run to run; code under test that panics is a finding, and takes its world with it.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::transcript::Watching;
use super::{Proposer, Story, Transcript};
use crate::base::Seed;
use crate::check::{self, Check, Guarantee, Judge, Ledger, Sampled, Violation};
use crate::replica::Seat;
use crate::scenario::{Often, Watch};
use crate::world::{Behind, Ended, Replay, Run, World};
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
    /// What the run made of the fates that were settled beforehand.
    pub replay: Replay,
}

/// A system, a judge, and a world in which one story after the other is run.
pub struct Runner<O: Asked, V: Viewed> {
    system: System<O, V>,
    judge: Judge<Boxed<O, V>, O>,
    world: World<Boxed<O, V>, Proposer<O>>,
}

impl<O: Asked, V: Viewed> Runner<O, V> {
    /// One for this system, with the checks of these names.
    ///
    /// # Panics
    /// Where there is no such check.
    pub fn new(system: System<O, V>, checks: &[Watch]) -> Runner<O, V> {
        let judge = judge(&system, checks);
        Runner { system, judge, world: World::new() }
    }

    /// Runs a story with one seed.
    pub fn run(&mut self, story: &Story<O>, seed: Seed) -> Ran {
        story.plan.names().scope(|| self.judged_run(story, seed))
    }

    fn judged_run(&mut self, story: &Story<O>, seed: Seed) -> Ran {
        self.judge.reset();
        let mut ran = self.through(story, seed, None);
        // What a check would have had to keep of every event, for its evidence, it looks at in a second run.
        if let Some(Finding::Violation(violation)) = &ran.finding
            && let Some((step, replica)) = violation.recall
        {
            self.judge.recall(step, replica);
            ran = self.through(story, seed, None);
        }
        ran
    }

    /// Runs a story with one seed, and writes down what happens. Of a run that panics it is all up to then.
    pub fn record(&mut self, story: &Story<O>, seed: Seed) -> (Ran, Transcript<O>) {
        let ran = self.run(story, seed);
        let mut transcript = Transcript::default();
        self.judge.reset();
        story.plan.names().scope(|| self.through(story, seed, Some(&mut transcript)));
        (ran, transcript)
    }

    fn through(&mut self, story: &Story<O>, seed: Seed, transcript: Option<&mut Transcript<O>>) -> Ran {
        let mut behind = story.behind(seed);
        let mut transcript = transcript;
        let mut ran = self.once(story, &mut behind, transcript.as_deref_mut());
        let Behind::Script(script) = &mut behind else { return ran };
        ran.replay = script.outcome();
        if script.loosen() {
            // Fates whose messages are gone go to the nearest ones.
            self.judge.reset();
            if let Some(transcript) = &mut transcript {
                **transcript = Transcript::default();
            }
            ran = self.once(story, &mut behind, transcript);
            let Behind::Script(script) = &behind else { return ran };
            ran.replay = script.outcome();
        }
        ran
    }

    fn once(&mut self, story: &Story<O>, behind: &mut Behind, transcript: Option<&mut Transcript<O>>) -> Ran {
        let Runner { system, judge, world } = self;
        let roots = match transcript {
            None => BTreeMap::new(),
            Some(_) => (0..)
                .zip(&story.requests)
                .filter_map(|(nth, asked)| Some((asked.name(nth), asked.root.clone()?)))
                .collect(),
        };
        let spawn = |seat: Seat| system.spawn(seat, story.pace);
        let asking = story.asking();
        let ran = catch_unwind(AssertUnwindSafe(|| {
            let mut watching = Watching { judge, transcript, roots: &roots };
            let run = world.run(&story.plan, &spawn, &asking, behind, &mut watching);
            watching.judge.ended(run.ended != Ended::Exhausted, world.replicas());
            run
        }));
        let updates = self.judge.ledger().history().len() as u64;
        let (run, finding) = match ran {
            Err(panic) => {
                // Whatever state the panic left is thrown away with the world.
                self.world = World::new();
                (None, Some(Finding::Panic(words(&*panic))))
            }
            Ok(run) => {
                let violation = self.judge.found().map(|found| Finding::Violation(Box::new(found.clone())));
                let finding = violation.or((run.ended == Ended::Exhausted).then_some(Finding::Exhausted));
                (Some(run), finding)
            }
        };
        Ran { run, finding, updates, replay: Replay::default() }
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

/// Whether a check is for systems that promise no more than this beyond what all do.
pub(super) fn applies(check: &str, promised: &[&str]) -> bool {
    !PROMISED.contains(&check) || promised.contains(&check)
}

/// A judge of a system with the checks of these names.
fn judge<O: Asked, V: Viewed>(system: &System<O, V>, watches: &[Watch]) -> Judge<Boxed<O, V>, O> {
    let keys = system.specification.parts().map_or((|_| None) as fn(&O) -> Option<u64>, |parts| parts.key);
    let applies = |watch: &&Watch| applies(&watch.check, system.checks());
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
