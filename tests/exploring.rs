//! Exploration: all that can happen in a small world, and nothing twice.

use std::collections::BTreeSet;

use squall::base::{Dice, Digest, Dot, Name, ReplicaId, Seed, Span, Time, TimerId, Update};
use squall::explore::{Bounds, Scope, Searched, search};
use squall::hunt::{Limits, Stopwatch};
use squall::model::Ask;
use squall::model::broadcast::Say;
use squall::model::counter::CounterOp;
use squall::model::set::SetOp;
use squall::replica::{Refused, Scripted};
use squall::run::{Mix, STANDARD, Signature, Story, watches};
use squall::scenario::{Rest, Scenario, Watch};
use squall::zoo::broadcast::{BestEffort, Causal, Ground, Layer, Misfit, Once, Port, Post, Promise, Promises, Stamped};
use squall::zoo::counter::PnCounter;
use squall::zoo::set::OrSet;
use squall::zoo::sync::{FullState, Operations, Pace};
use squall::zoo::{Asked, System, Viewed};

/// A layer that is taken at its word for as long as nobody dies and nothing is lost.
#[derive(Clone, Debug)]
struct Trusted<L>(L);

impl<L: Layer> Layer for Trusted<L> {
    type Body = L::Body;
    type Wire = L::Wire;

    fn title(&self) -> String {
        self.0.title()
    }

    fn promises(&self) -> Promises {
        self.0.promises().and(Promises::of(&[Promise::Reliable, Promise::SurvivesSender]))
    }

    fn start<P: Port<L::Wire>>(&mut self, port: &mut P) {
        self.0.start(port);
    }

    fn broadcast<P: Port<L::Wire>>(
        &mut self,
        body: L::Body,
        update: Option<Update>,
        port: &mut P,
        up: &mut Vec<Post<L::Body>>,
    ) -> Dot {
        self.0.broadcast(body, update, port, up)
    }

    fn message<P: Port<L::Wire>>(
        &mut self,
        from: ReplicaId,
        wire: &L::Wire,
        port: &mut P,
        up: &mut Vec<Post<L::Body>>,
    ) {
        self.0.message(from, wire, port, up);
    }

    fn timer<P: Port<L::Wire>>(&mut self, timer: TimerId, port: &mut P, up: &mut Vec<Post<L::Body>>) {
        self.0.timer(timer, port, up);
    }

    fn room(&self) -> Result<(), Refused> {
        self.0.room()
    }

    fn kept(&self) -> usize {
        self.0.kept()
    }
}

type Told<B> = Trusted<Once<BestEffort<B>>>;

fn told<B: squall::zoo::broadcast::Body>() -> Told<B> {
    Trusted(Once::over(BestEffort::on(Ground::HOSTILE), 8))
}

fn in_causal_order<B: squall::zoo::broadcast::Body>() -> Result<Causal<B, Told<Stamped<B>>>, Misfit> {
    Causal::over(told())
}

/// An OR-Set whose operations are told once to everybody, and wait for what they came after.
fn or_set() -> System<SetOp<String>, BTreeSet<String>> {
    System::of(Operations::over(OrSet::new(), in_causal_order().expect("it is trusted")).expect("it is trusted"))
}

fn at(millis: u64) -> Time {
    Time::START + Span::millis(millis)
}

/// A world of so many replicas in which this is asked for, a millisecond apart, or together where the time is the same.
fn story<O: Clone>(replicas: u32, asked: &[(u64, u32, O)]) -> Story<O> {
    let mut scenario = Scenario::new(replicas);
    (scenario.duration, scenario.settle) = (Span::millis(9), Span::millis(20));
    let plan = scenario.plan().unwrap_or_else(|refusals| panic!("{refusals}"));
    let request =
        |(millis, replica, op): &(u64, u32, O)| Scripted::new(at(*millis), ReplicaId(*replica), Ask::Do(op.clone()));
    let requests = asked.iter().map(request).collect();
    let pace = Pace::each(Span::millis(50));
    Story {
        plan,
        requests,
        users: None,
        mix: Mix::default(),
        fates: vec![],
        rest: Rest::Perfect,
        pace,
        priorities: None,
    }
}

/// The standard checks, but for what must come about in the end, of which losses can rob a system.
fn safety() -> Vec<Watch> {
    let mut checks = watches(&STANDARD);
    checks.retain(|watch| watch.check != "settles" && watch.check != "delivered");
    checks
}

fn explored<O: Asked, V: Viewed>(
    make: &(dyn Fn() -> System<O, V> + Sync),
    story: &Story<O>,
    checks: &[Watch],
    bounds: Bounds,
) -> Searched<O> {
    search(&Scope { make, checks, story }, &bounds, &Limits::jobs(2), &mut |_| {})
}

fn add(element: &str) -> SetOp<String> {
    SetOp::Add(element.to_owned())
}

fn remove(element: &str) -> SetOp<String> {
    SetOp::Remove(element.to_owned())
}

#[test]
fn the_order_of_two_messages_matters_where_they_meet_and_nowhere_else() {
    let apart = story(3, &[(1, 0, Say("a".to_owned()))]);
    let meeting = story(3, &[(1, 0, Say("a".to_owned())), (1, 1, Say("b".to_owned()))]);
    let make = || System::broadcasting(told::<String>());
    let run = |story, reduces| {
        let came = explored(&make, story, &safety(), Bounds { reduces, ..Bounds::default() });
        assert!(came.is_exhaustive);
        (came.tally.runs, came.tally.orders)
    };
    assert_eq!((run(&apart, true), run(&apart, false)), ((1, 2), (2, 2)));
    assert_eq!((run(&meeting, true), run(&meeting, false)), ((2, 24), (24, 24)));
}

type Outcomes = BTreeSet<(Digest, Option<Signature>)>;

/// What comes of a world with every order run, and with those left out that touch nothing.
#[track_caller]
fn same_either_way<O: Asked, V: Viewed>(
    make: &(dyn Fn() -> System<O, V> + Sync),
    story: &Story<O>,
    checks: &[Watch],
    bounds: Bounds,
) -> (u64, u64) {
    let all = explored(make, story, checks, Bounds { reduces: false, ..bounds });
    let few = explored(make, story, checks, Bounds { reduces: true, ..bounds });
    assert!(all.is_exhaustive && few.is_exhaustive);
    let outcomes = |came: &Searched<O>| -> Outcomes { came.tally.outcomes.clone() };
    assert_eq!(outcomes(&all), outcomes(&few), "{:?}", story.requests);
    if all.tally.wrong == 0 {
        assert_eq!(few.tally.orders, u128::from(all.tally.runs), "{:?}", story.requests);
    }
    (all.tally.runs, few.tally.runs)
}

/// Draws of a story.
struct Draws(Dice, u32);

impl Draws {
    fn of(seed: u64) -> Draws {
        Draws(Dice::new(Seed(seed)), 0)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.1 += 1;
        self.0.below(squall::base::Concern::Client, Name::label("exploring"), self.1, bound)
    }
}

#[test]
fn nothing_that_can_come_of_a_world_is_left_out() {
    let (mut all, mut few) = (0, 0);
    for seed in 0..12 {
        let mut draws = Draws::of(seed);
        let asked: Vec<(u64, u32, SetOp<String>)> = (0..3)
            .map(|nth| {
                let element = ["milk", "tea"][draws.below(2) as usize];
                let op = if draws.below(2) == 0 { add(element) } else { remove(element) };
                (1 + nth * draws.below(2), draws.below(3) as u32, op)
            })
            .collect();
        let faults = draws.below(3);
        let (drops, duplicates) = (u32::from(faults == 1), u32::from(faults == 2));
        let bounds = Bounds { drops, duplicates, ..Bounds::default() };
        let runs = same_either_way(&or_set, &story(3, &asked), &safety(), bounds);
        (all, few) = (all + runs.0, few + runs.1);
    }
    println!("{few} runs stand for {all}");
    assert!(few * 10 < all, "{few} runs stand for {all}");
}

#[test]
fn states_that_merge_are_explored_as_well() {
    for seed in 0..6 {
        let mut draws = Draws::of(seed);
        let asked: Vec<(u64, u32, CounterOp)> =
            (0..2).map(|_| (1, draws.below(2) as u32, CounterOp::Increment(1 + draws.below(3) as u32))).collect();
        let mut story = story(2, &asked);
        story.pace = Pace::each(Span::millis(4));
        let bounds = Bounds { drops: 1, duplicates: draws.below(2) as u32, ..Bounds::default() };
        let make = || System::of(FullState::new(PnCounter::new()));
        same_either_way(&make, &story, &watches(&STANDARD), bounds);
    }
}

/// So many runs take half a minute on two idle cores: optimised code needs some 40 microseconds for one. Other work on
/// the machine changes the time that passes, and not this number.
const HALF_A_MINUTE: u64 = 1_600_000;

/// Explores a world to its end, well within a minute, and with ten orders for each run.
#[track_caller]
fn in_a_minute<O: Asked, V: Viewed>(
    make: &(dyn Fn() -> System<O, V> + Sync),
    story: &Story<O>,
    checks: &[&str],
    bounds: Bounds,
) -> Searched<O> {
    let watch = Stopwatch::start();
    let came = explored(make, story, &watches(checks), bounds);
    let (tally, seconds) = (&came.tally, watch.seconds());
    let (runs, orders) = (tally.runs + tally.given_up, tally.orders);
    println!("{runs} runs stand for {orders} orders, {} states in {seconds:.1} s", tally.states);
    assert!(came.is_exhaustive && orders >= 10 * u128::from(runs), "{runs} runs stand for {orders}");
    assert!(runs < HALF_A_MINUTE, "{runs} runs");
    came
}

#[test]
fn two_updates_at_each_of_three_sets_with_a_loss_and_a_duplicate_are_explored_in_a_minute() {
    let asked = [
        (1, 0, add("milk")),
        (1, 0, add("tea")),
        (1, 1, add("milk")),
        (1, 1, remove("milk")),
        (1, 2, add("tea")),
        (1, 2, remove("tea")),
    ];
    // Where code is not optimised, the duplicates alone would take their time.
    let duplicates = u32::from(!cfg!(debug_assertions));
    let bounds = Bounds { drops: 1, duplicates, ..Bounds::default() };
    let came = in_a_minute(&or_set, &story(3, &asked), &["creation", "sec", "spec", "effect"], bounds);
    assert_eq!(came.tally.wrong, 0);
    assert!(came.tally.judged.iter().all(|(_, judged)| *judged > 0), "{:?}", came.tally.judged);
}

#[test]
fn four_posts_in_causal_order_are_explored_in_a_minute() {
    let say = |text: &str| Say(text.to_owned());
    let asked = [(1, 0, say("a")), (2, 1, say("b")), (3, 0, say("c")), (4, 2, say("d"))];
    let make = || System::broadcasting(in_causal_order::<String>().expect("it is trusted"));
    let checks = ["creation", "causal", "duplication"];
    let came = in_a_minute(&make, &story(3, &asked), &checks, Bounds { drops: 1, duplicates: 1, ..Bounds::default() });
    assert_eq!(came.tally.wrong, 0);
}

#[test]
fn the_first_order_that_breaks_a_promise_is_found() {
    // Best effort promises no causal order, and is held to it.
    let asked = [(1, 0, Say("question".to_owned())), (2, 1, Say("answer".to_owned()))];
    let make = || System::broadcasting(told::<String>()).held_to("causal");
    let bounds = Bounds { drops: 1, duplicates: 1, smallest: true, ..Bounds::default() };
    let came = explored(&make, &story(3, &asked), &watches(&["causal"]), bounds);
    assert!(came.is_exhaustive);
    let [find] = &came.tally.finds[..] else { panic!("{:?}", came.tally.finds) };
    // Both requests, the question where the answer is given, and the answer where the question is not known.
    assert_eq!((find.finding.check(), find.cost, find.events), ("causal", 0, 4));
}

#[test]
fn a_crash_is_tried_in_every_stretch_of_time() {
    let asked = [(1, 0, Say("a".to_owned())), (2, 1, Say("b".to_owned()))];
    let make = || System::broadcasting(told::<String>());
    let story = story(3, &asked);
    let run = |crashes| {
        let checks = watches(&["creation", "duplication"]);
        let came = explored(&make, &story, &checks, Bounds { crashes, reduces: true, ..Bounds::default() });
        assert!(came.is_exhaustive);
        (came.stories.len(), came.tally)
    };
    let (alone, with) = (run(0), run(1));
    // Three stretches, six pairs of a crash and a return in them, at three replicas: at once, or after one message.
    assert_eq!((alone.0, with.0), (1, 1 + 6 * 3 * 2));
    assert!(with.1.witness.crashes > 0 && with.1.witness.half_sent > 0);
    assert!(with.1.outcomes.is_superset(&alone.1.outcomes) && with.1.outcomes.len() > alone.1.outcomes.len());
}

#[test]
fn what_comes_out_is_the_same_for_any_number_of_threads() {
    let asked = [(1, 0, add("milk")), (2, 1, add("milk")), (3, 0, remove("milk")), (4, 2, remove("milk"))];
    let story = story(3, &asked);
    let run = |jobs| {
        let checks = safety();
        let scope = Scope { make: &or_set, checks: &checks, story: &story };
        let bounds = Bounds { duplicates: 1, most_runs: 3000, ..Bounds::default() };
        let came = search(&scope, &bounds, &Limits::jobs(jobs), &mut |_| {});
        let tally = came.tally;
        assert!(!came.is_exhaustive && tally.runs + tally.given_up == 3000);
        (tally.runs, tally.orders, tally.states, tally.outcomes, tally.witness)
    };
    let one = run(1);
    assert_eq!(one, run(2));
    assert_eq!(one, run(5));
}
