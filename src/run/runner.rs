//! Runs one seed after the other of a system in a world, under the eyes of a judge.
//!
//! Memory is kept from run to run; code under test that panics is a finding, and takes its world with it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::caught::caught;
use super::transcript::{Timing, Watching};
use super::{Coverage, Proposer, Story, Transcript};
use crate::base::{Digest, Digester, Identity, Incarnation, Observed, ReplicaId, Seed, Span, Time};
use crate::check::{
    self, Bond, Check, Guarantee, Judge, Ledger, Recall, Sampled, Straggler, Survey, Violation, causality,
};
use crate::replica::{Context, Replica, Seat};
use crate::scenario::{Latency, Often, Watch};
use crate::world::{Behind, Ended, Replay, Run, Steered, World};
use crate::zoo::sync::Pace;
use crate::zoo::{Asked, Boxed, System, Viewed};

/// The checks that apply wherever their claim is made, in the order in which they are asked: what has parted
/// is told before what is wrong.
pub const STANDARD: [&str; 14] = [
    "creation",
    "equal",
    "sec",
    "laws",
    "spec",
    "effect",
    "order",
    "monotone",
    "refusals",
    "stamps",
    "delivered",
    "reload",
    "settles",
    "growth",
];

/// These checks, each looking every time.
pub fn watches(checks: &[&str]) -> Vec<Watch> {
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
    /// The process that the run took place in was lost, in one of the [ways](Finding::LOSSES) that there are; and
    /// what is known of that.
    Lost(&'static str, String),
}

impl Finding {
    /// How a process can be lost: a handler does not return, it takes too much memory, or it ends.
    pub const LOSSES: [&'static str; 3] = ["hang", "memory", "abort"];

    /// What found it.
    pub fn check(&self) -> &'static str {
        match self {
            Finding::Violation(violation) => violation.check,
            Finding::Panic(_) => "panic",
            Finding::Exhausted => "livelock",
            Finding::Lost(way, _) => way,
        }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Finding::Violation(violation) => violation.fmt(f),
            Finding::Panic(words) => write!(f, "panic: the code under test panicked: {words}"),
            Finding::Exhausted => f.write_str("livelock: the bound on events was reached"),
            Finding::Lost(way, says) => write!(f, "{way}: {says}"),
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
    /// Whether what replicas handle is kept, to be replayed.
    taped: bool,
    world: World<Boxed<O, V>, Proposer<O>>,
    pulse: Option<Arc<AtomicU64>>,
    coverage: Option<Coverage>,
    timing: Option<Timing>,
}

impl<O: Asked, V: Viewed> Runner<O, V> {
    /// One for this system, with the checks of these names.
    ///
    /// # Panics
    /// Where there is no such check.
    pub fn new(system: System<O, V>, checks: &[Watch]) -> Runner<O, V> {
        let judge = judge(&system, checks);
        let taped = checks.iter().any(|watch| watch.check == check::Replay::ABOUT.name);
        Runner { system, judge, taped, world: World::new(), pulse: None, coverage: None, timing: None }
    }

    /// The same with a pulse: a number that grows with each handled event, so that others can tell a handler that does
    /// not return from a run that goes on.
    pub fn beating(self, pulse: Arc<AtomicU64>) -> Runner<O, V> {
        Runner { pulse: Some(pulse), ..self }
    }

    /// The same, which takes note of the abstract states that each run comes through.
    pub fn covering(self) -> Runner<O, V> {
        Runner { coverage: Some(Coverage::default()), ..self }
    }

    /// The abstract states that the last run came through, each once, in rising order; none where no note is taken.
    pub fn states(&mut self) -> &[u64] {
        self.coverage.as_mut().map_or(&[], Coverage::states)
    }

    /// Runs a story with one seed.
    pub fn run(&mut self, story: &Story<O>, seed: Seed) -> Ran {
        story.plan.names().scope(|| self.judged_run(story, seed))
    }

    fn judged_run(&mut self, story: &Story<O>, seed: Seed) -> Ran {
        self.judge.reset();
        let mut behind = story.behind(seed);
        let mut ran = self.through(story, &mut behind, None);
        // What a check would have had to keep of every event, for its evidence, is looked at in a second run.
        if let Some(Finding::Violation(violation)) = &mut ran.finding {
            match violation.recall {
                None => {}
                Some(Recall::Shown(step, replica)) => {
                    self.judge.recall(step, replica);
                    ran = self.through(story, &mut story.behind(seed), None);
                }
                Some(Recall::Bond(bond)) => self.survey(story, &mut behind, bond, violation),
            }
        }
        ran
    }

    /// Runs a story with one seed, for no more than what is found in it: fates whose messages are gone are not
    /// given to others, and evidence that takes a second run is left out.
    pub fn glance(&mut self, story: &Story<O>, seed: Seed) -> Ran {
        self.glance_through(story, story.behind(seed))
    }

    /// The same with something else behind the door of chance.
    pub fn glance_through(&mut self, story: &Story<O>, mut behind: Behind) -> Ran {
        self.judge.reset();
        let mut ran = self.once(story, &mut behind, None);
        if let Behind::Script(script) = &behind {
            ran.replay = script.outcome();
        }
        ran
    }

    /// Runs a story along one way through all that can happen, for no more than what is found in it; writes it down
    /// where that is asked for.
    pub fn steer(
        &mut self,
        story: &Story<O>,
        steered: Box<Steered>,
        transcript: Option<&mut Transcript<O>>,
    ) -> (Ran, Box<Steered>) {
        self.judge.reset();
        self.timing = Some(Timing::default());
        let mut behind = Behind::Steered(steered);
        let ran = story.plan.names().scope(|| self.once(story, &mut behind, transcript));
        match behind {
            Behind::Steered(steered) => (ran, steered),
            other => unreachable!("a door was exchanged for {other:?}"),
        }
    }

    /// Whether it mattered in the last run that was steered at which moment messages came, and not only in which order.
    pub fn was_timed(&self) -> bool {
        self.timing.is_some_and(|timing| timing.matters)
    }

    /// What tells apart what replicas showed at the end of the last run.
    pub fn shown(&self) -> Digest {
        let mut digester = Digester::new();
        for replica in self.world.replicas() {
            replica.digest(&mut digester);
        }
        digester.finish()
    }

    /// Looks at what else was kept in the run in which this was found.
    fn survey(&mut self, story: &Story<O>, behind: &mut Behind, bond: Bond, violation: &mut Violation) {
        let others = causality::others(violation.check);
        let checks = others.into_iter().map(|check| named(&self.system, check)).collect();
        let mut survey = Survey::new(ledger(&self.system), checks, bond);
        if let Behind::Script(script) = behind {
            script.rewind();
        }
        let Runner { system, judge, taped, world, pulse, .. } = self;
        let mut watching = Watching {
            judge,
            survey: Some(&mut survey),
            transcript: None,
            coverage: None,
            timing: None,
            at_once: true,
            roots: &BTreeMap::new(),
            pulse: pulse.as_deref(),
        };
        // Where it panics after what was found, the survey tells what it saw until then.
        let _ = through_world((system, *taped), world, story, behind, &mut watching);
        survey.tell(violation);
    }

    /// Runs a story with one seed, and writes down what happens. Of a run that panics it is all up to then.
    pub fn record(&mut self, story: &Story<O>, seed: Seed) -> (Ran, Transcript<O>) {
        let ran = self.run(story, seed);
        let mut transcript = Transcript::default();
        self.judge.reset();
        let names = story.plan.names();
        let again = names.scope(|| self.through(story, &mut story.behind(seed), Some(&mut transcript)));
        (transcript.seed, transcript.run, transcript.judged) = (seed, again.run, self.judged().collect());
        (ran, transcript)
    }

    fn through(&mut self, story: &Story<O>, behind: &mut Behind, transcript: Option<&mut Transcript<O>>) -> Ran {
        let mut transcript = transcript;
        let mut ran = self.once(story, behind, transcript.as_deref_mut());
        let Behind::Script(script) = behind else { return ran };
        ran.replay = script.outcome();
        if script.loosen() {
            // Fates whose messages are gone go to the nearest ones.
            self.judge.reset();
            if let Some(transcript) = &mut transcript {
                **transcript = Transcript::default();
            }
            ran = self.once(story, behind, transcript);
            let Behind::Script(script) = behind else { return ran };
            ran.replay = script.outcome();
        }
        ran
    }

    fn once(&mut self, story: &Story<O>, behind: &mut Behind, transcript: Option<&mut Transcript<O>>) -> Ran {
        let Runner { system, judge, taped, world, pulse, coverage, timing } = self;
        if let Some(coverage) = coverage {
            coverage.clear();
        }
        let roots = match transcript {
            None => BTreeMap::new(),
            Some(_) => (0..)
                .zip(&story.requests)
                .filter_map(|(nth, asked)| Some((asked.name(nth), asked.root.clone()?)))
                .collect(),
        };
        let at_once = story.plan.scenario().access == Latency::Constant(Span::ZERO);
        let mut watching = Watching {
            judge,
            survey: None,
            transcript,
            coverage: coverage.as_mut(),
            timing: timing.as_mut(),
            at_once,
            roots: &roots,
            pulse: pulse.as_deref(),
        };
        let ran = through_world((system, *taped), world, story, behind, &mut watching);
        let updates = self.judge.ledger().history().len() as u64;
        let (run, finding) = match ran {
            Err(words) => (None, Some(Finding::Panic(words))),
            Ok(run) => {
                let violation = self.judge.found().map(|found| Finding::Violation(Box::new(found.clone())));
                let finding = violation.or((run.ended == Ended::Exhausted).then_some(Finding::Exhausted));
                (Some(run), finding)
            }
        };
        Ran { run, finding, updates, replay: Replay::default() }
    }

    /// How often each check passed over something that it could not judge in the last run, where one did.
    pub fn skipped(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.judge.skipped().filter(|(_, skipped)| *skipped > 0).map(|(about, skipped)| (about.name, skipped))
    }

    /// Who kept much of what is known of the last run from being forgotten, if somebody did.
    pub fn behind(&self) -> Option<Straggler> {
        self.judge.ledger().behind()
    }

    /// How often each check had something to judge in the last run.
    pub fn judged(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.judge.judged().map(|(about, judged)| (about.name, judged))
    }
}

/// Takes a story through a world; what the code under test panics with, where it does.
fn through_world<O: Asked, V: Viewed>(
    (system, taped): (&System<O, V>, bool),
    world: &mut World<Boxed<O, V>, Proposer<O>>,
    story: &Story<O>,
    behind: &mut Behind,
    watching: &mut Watching<'_, O, V>,
) -> Result<Run, String> {
    let spawn = |seat: Seat| {
        let replica = system.spawn(seat, story.pace);
        if !taped {
            return replica;
        }
        let (system, pace) = (system.clone(), story.pace);
        replica.taped(move || system.spawn(seat, pace))
    };
    let asking = story.asking();
    let ran = caught(|| {
        let run = world.run(&story.plan, &spawn, &asking, behind, watching);
        if run.ended != Ended::Dismissed {
            watching.ended(run.ended != Ended::Exhausted, world.replicas());
        }
        run
    });
    if ran.is_err() {
        // Whatever state the panic left is thrown away with the world.
        *world = World::new();
    }
    ran
}

/// The checks that only those systems are held to that promise what they look for.
const PROMISED: [&str; 6] = ["duplication", "agreement", "fifo", "causal", "total", "quiet"];

/// Whether a check is for systems that promise no more than this beyond what all do.
pub(super) fn applies(check: &str, promised: &[&str]) -> bool {
    !PROMISED.contains(&check) || promised.contains(&check)
}

/// A judge of a system with the checks of these names.
fn judge<O: Asked, V: Viewed>(system: &System<O, V>, watches: &[Watch]) -> Judge<Boxed<O, V>, O> {
    let applies = |watch: &&Watch| !system.is_spared(&watch.check) && applies(&watch.check, system.checks());
    let checks = watches.iter().filter(applies).map(|watch| -> Box<dyn Check<Boxed<O, V>, O>> {
        let check = named(system, &watch.check);
        match watch.often {
            Often::Every => check,
            Often::OneIn(events) => Box::new(Sampled::one_in(events, check)),
            Often::AtEnd => Box::new(Sampled::at_end(check)),
        }
    });
    Judge::new(ledger(system), checks.collect())
}

/// The account of who knows what in a run of a system.
fn ledger<O: Asked, V: Viewed>(system: &System<O, V>) -> Ledger<O> {
    Ledger::new(system.specification.parts().map_or((|_| None) as fn(&O) -> Option<u64>, |parts| parts.key))
}

/// How a replica comes back from what another one would save.
#[expect(clippy::type_complexity, reason = "the signature is that of the one check that asks for it")]
fn reloading<O: Asked, V: Viewed>(
    system: System<O, V>,
) -> impl Fn(&Boxed<O, V>, ReplicaId, Identity, u32, Time) -> Option<Boxed<O, V>> {
    move |live, slot, identity, members, now| {
        let image = live.image()?;
        let seat = Seat { slot, identity, incarnation: Incarnation(1), members };
        // Where its neighbours are, and how often it turns to them, is not part of a state.
        let mut loaded = system.spawn(seat, Pace::each(Span::secs(1)));
        let mut context = Context::alone(slot, members);
        (context.seat, context.reading) = (seat, now);
        loaded.restart(&[image], &mut context);
        Some(loaded)
    }
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
        "delivered" => Box::new(check::Delivered::default()),
        "quiet" => Box::new(check::Quiet::default()),
        "stability" => Box::new(check::Stability::default()),
        "equal" => Box::new(check::Equal::default()),
        "replay" => Box::new(check::Replay::new(Boxed::replayed)),
        "errors" => Box::new(check::Errors::default()),
        "reload" => Box::new(check::Reload::new(reloading(system.clone()))),
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

#[cfg(all(test, feature = "systems"))]
mod tests {
    use super::super::{Hostile, hostile};
    use super::*;
    use crate::zoo::counter::GCounter;
    use crate::zoo::sync::FullState;

    /// What comes of some seeds in the hostile world, and how often `sec` had something to judge in each.
    fn judged(often: Often) -> Vec<(Ran, u64)> {
        let Hostile { world, activity, pace } = hostile(&[]);
        let story = Story::drawn(world.plan().expect("a world"), activity, pace);
        let watch = Watch { check: "sec".to_owned(), often };
        let mut runner = Runner::new(System::of(FullState::new(GCounter::new())), &[watch]);
        let mut run = |seed| {
            let ran = runner.run(&story, Seed(seed));
            let judged = runner.judged().map(|(_, judged)| judged).sum();
            (ran, judged)
        };
        (0..5).map(&mut run).collect()
    }

    #[test]
    fn a_sampled_check_looks_at_the_same_events_in_two_runs_and_changes_nothing() {
        let (every, some) = (judged(Often::Every), judged(Often::OneIn(8)));
        assert_eq!(some, judged(Often::OneIn(8)));
        for ((ran, every), (same, some)) in every.iter().zip(&some) {
            assert_eq!(ran, same);
            assert!(*some > 0 && some * 3 < *every, "{some} of {every}");
        }
        assert!(judged(Often::AtEnd).iter().all(|(_, judged)| *judged == 2), "all three know the same in the end");
    }
}
