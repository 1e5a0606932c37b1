//! A run is a pure function of plan and seed: in one process or another, on one thread or another, in
//! debug and in release.

use std::process::Command;

use squall::base::{Digest, Observed, Odds, Offset, ReplicaId, RequestId, Seed, Span, Time, TimerId};
use squall::replica::{Carries, Client, ClientContext, Context, Payload, Replica, Seat};
use squall::scenario::{
    Bursts, Clock, Crash, Disk, Down, Duplicates, Fault, InFlight, Latency, Partition, Plan, Rebirth, Reorder,
    Scenario, Shape, When, Who,
};
use squall::trace::Recorder;
use squall::world::{Dealt, Run, Script, World};

/// Counts per replica, and the latest note by its writer's clock.
#[derive(Clone, Debug, Default, PartialEq)]
struct Board {
    counts: Vec<u64>,
    note: (u64, u32, u64),
}

impl Payload for Board {
    fn size(&self) -> u64 {
        20 + 8 * self.counts.len() as u64
    }
}

impl Observed for Board {
    type Op = u64;
    type Answer = u64;
    type View = (u64, u64);

    fn view(&self) -> (u64, u64) {
        (self.counts.iter().sum(), self.note.2)
    }
}

impl Replica for Board {
    type Message = Board;
    type Saved = Board;

    fn start(&mut self, cx: &mut Context<Self>) {
        cx.set_timer(TimerId(0), Span::millis(10));
    }

    fn request(&mut self, request: RequestId, note: &u64, cx: &mut Context<Self>) {
        cx.accept(request);
        self.counts[cx.identity().index()] += 1;
        self.note = self.note.max((cx.now().0, cx.identity().0, *note));
        cx.answer(request, self.counts[cx.identity().index()]);
    }

    fn message(&mut self, _: ReplicaId, other: &Board, cx: &mut Context<Self>) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine = (*mine).max(*theirs);
        }
        self.note = self.note.max(other.note);
        cx.incorporate();
    }

    fn timer(&mut self, timer: TimerId, cx: &mut Context<Self>) {
        if let Some(peer) = cx.any_neighbour() {
            cx.send_copy(peer, self, Carries::Everything);
        }
        cx.set_timer(timer, Span::millis(10));
    }

    fn restart(&mut self, saved: &[Board], cx: &mut Context<Self>) {
        if let Some(board) = saved.last() {
            self.clone_from(board);
        }
        self.start(cx);
    }

    fn image(&self) -> Option<Board> {
        Some(self.clone())
    }
}

/// Writes a note at its own replica now and then.
struct Writer;

impl Client<Board> for Writer {
    fn start(&mut self, cx: &mut ClientContext<'_, Board>) {
        cx.set_timer(TimerId(0), Span::millis(15));
    }

    fn timer(&mut self, timer: TimerId, cx: &mut ClientContext<'_, Board>) {
        let note = cx.draw(1000);
        cx.ask(ReplicaId(cx.client().0), note);
        cx.set_timer(timer, Span::millis(15));
    }
}

const REPLICAS: u32 = 5;

fn at(ms: u64) -> When {
    When::At(Time::START + Span::millis(ms))
}

fn between(first: u64, last: u64) -> When {
    When::Between(Time::START + Span::millis(first), Time::START + Span::millis(last))
}

fn spawn(_: Seat) -> Board {
    Board { counts: vec![0; REPLICAS as usize + 8], note: (0, 0, 0) }
}

/// A world in which everything goes wrong at once.
fn stormy() -> Plan {
    let mut scenario = Scenario::new(REPLICAS);
    scenario.link.latency = Latency::HeavyTail { least: Span::millis(1), median: Span::millis(8), most: Span::secs(1) };
    scenario.link.loss = Odds::permille(100);
    scenario.link.bursts =
        Some(Bursts { every: Span::millis(200), lasting: Span::millis(40), loss: Odds::permille(800) });
    let delay = Latency::Uniform(Span::ZERO, Span::millis(30));
    scenario.link.duplicates = Some(Duplicates { odds: Odds::permille(100), delay });
    scenario.link.reorder = Some(Reorder { odds: Odds::permille(100), delay });
    scenario
        .clocks
        .insert(ReplicaId(1), Clock { skew: Offset(-3_000_000), drift_ppm: 500, granularity: Span::millis(1) });
    scenario.faults = vec![
        Fault::Partition(Partition {
            name: Some("the cut".into()),
            shape: Shape::Halves,
            from: between(100, 300),
            until: Some(between(400, 700)),
            in_flight: InFlight::Cut,
            flapping: None,
        }),
        Fault::Crash(Crash {
            who: Who::Any,
            at: between(200, 500),
            after_sends: None,
            down: Down::Between(Span::millis(10), Span::millis(200)),
            disk: Disk::Nothing,
            identity: Rebirth::Fresh,
        }),
        Fault::ClockJump { who: Who::Any, at: at(300), by: Offset(60_000_000_000) },
        Fault::ClockJump { who: Who::Replica(ReplicaId(3)), at: between(0, 900), by: Offset(-50_000_000) },
    ];
    scenario.hash_messages = true;
    scenario.plan().unwrap_or_else(|refusals| panic!("{refusals}"))
}

fn run(world: &mut World<Board, Writer>, plan: &Plan, seed: u64) -> Run {
    world.run(plan, &spawn, &(REPLICAS, |_| Writer), &mut Dealt::new(Seed(seed)), &mut ())
}

fn hashes() -> Vec<Digest> {
    let (plan, mut world) = (stormy(), World::new());
    (0..200).map(|seed| run(&mut world, &plan, seed).hash).collect()
}

const CHILD: &str = "SQUALL_TEST_PRINT_HASHES";

#[test]
fn two_hundred_seeds_give_the_same_hashes_twice_on_two_threads_and_in_another_process() {
    let first = hashes();
    if std::env::var_os(CHILD).is_some() {
        first.iter().for_each(|hash| println!("hash {hash}"));
        return;
    }
    assert_eq!(first, hashes(), "in the same process");
    let threads: Vec<_> = (0..2).map(|_| std::thread::spawn(hashes)).collect();
    for thread in threads {
        assert_eq!(first, thread.join().expect("a thread that ends"), "on another thread");
    }
    let name = "two_hundred_seeds_give_the_same_hashes_twice_on_two_threads_and_in_another_process";
    let this = std::env::current_exe().expect("the path of this test");
    let child = Command::new(this).args([name, "--exact", "--nocapture"]).env(CHILD, "1").output();
    let printed = String::from_utf8(child.expect("a child process").stdout).expect("text");
    let theirs: Vec<&str> = printed.lines().filter_map(|line| line.split_once("hash ").map(|(_, hash)| hash)).collect();
    let ours: Vec<String> = first.iter().map(Digest::to_string).collect();
    assert_eq!(ours, theirs, "in a fresh process");
    let different: std::collections::BTreeSet<&Digest> = first.iter().collect();
    assert_eq!(different.len(), first.len(), "and every seed is a run of its own");
}

/// Changing one of these is a deliberate act, with an entry in the changelog.
#[test]
fn the_hashes_of_three_seeds_are_golden() {
    let (plan, mut world) = (stormy(), World::new());
    assert_eq!(plan.fingerprint().to_string(), "c34e8a99007e965faf54fff837e64345");
    assert_eq!(run(&mut world, &plan, 0).hash.to_string(), "bfda225b95bc92179349ebe30bbd139c");
    assert_eq!(run(&mut world, &plan, 8127).hash.to_string(), "693054b41f18c6ecb4cd29f85e72ed3d");
    assert_eq!(run(&mut world, &plan, u64::MAX).hash.to_string(), "15e56464164d12c56bf7010e6c1d22bd");
}

#[test]
fn the_storm_is_one() {
    let (plan, mut world) = (stormy(), World::new());
    let mut witness = run(&mut world, &plan, 0).witness;
    for seed in 1..20 {
        witness.add(&run(&mut world, &plan, seed).witness);
    }
    for count in [
        witness.lost,
        witness.lost_in_bursts,
        witness.delivered_again,
        witness.inverted,
        witness.cut,
        witness.updates_lost,
        witness.clock_steps_read,
    ] {
        assert!(count > 0, "{witness}");
    }
}

#[test]
fn watching_a_run_changes_nothing() {
    let plan = stormy();
    for seed in 0..20 {
        let unwatched = run(&mut World::new(), &plan, seed);
        let mut recorder = Recorder::new();
        let workload = (REPLICAS, |_| Writer);
        let watched = World::new().run(&plan, &spawn, &workload, &mut Dealt::new(Seed(seed)), &mut recorder);
        assert_eq!(watched, unwatched, "seed {seed}");
        assert!(recorder.trace().records().len() > 1000);
    }
}

#[test]
fn a_recorded_run_replays_from_its_script() {
    let plan = stormy();
    for seed in 0..20 {
        let mut first = Recorder::new();
        let workload = (REPLICAS, |_| Writer);
        let run = World::new().run(&plan, &spawn, &workload, &mut Dealt::new(Seed(seed)), &mut first);
        let mut script = Script::of(first.trace(), Seed(seed));
        assert!(script.len() > 300, "the script settles {} fates", script.len());
        let mut second = Recorder::new();
        let again = World::new().run(&plan, &spawn, &workload, &mut script, &mut second);
        assert_eq!((again.hash, again.events), (run.hash, run.events), "seed {seed}");
        let outcome = script.outcome();
        assert_eq!((outcome.unused.len(), outcome.unknown), (0, 0), "every fate found its message");
        assert_eq!(first.trace().history(), second.trace().history());
    }
}
