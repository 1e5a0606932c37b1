//! The third question of the door: which pending event is next.

use std::collections::BTreeSet;

use squall::base::{Observed, ReplicaId, RequestId, Seed, Span, Time, TimerId};
use squall::replica::{Carries, Context, Payload, Replica, Scripted};
use squall::scenario::{Plan, Scenario};
use squall::trace::Recorder;
use squall::world::{Enumeration, Run, Script, World};

/// Writes down the numbers that arrive, in their order.
#[derive(Clone, Debug, Default)]
struct Log(Vec<u32>);

#[derive(Clone, Debug)]
struct Number(u32);

impl Payload for Number {
    fn size(&self) -> u64 {
        4
    }
}

impl Observed for Log {
    type Op = u32;
    type Answer = ();
    type View = Vec<u32>;

    fn view(&self) -> Vec<u32> {
        self.0.clone()
    }
}

impl Replica for Log {
    type Message = Number;
    type Saved = ();

    /// Sends so many numbers to its neighbour.
    fn request(&mut self, _: RequestId, count: &u32, cx: &mut Context<Self>) {
        for number in 0..*count {
            cx.send(ReplicaId(1), Number(number), Carries::Nothing);
        }
        cx.set_timer(TimerId(0), Span::millis(5));
    }

    fn message(&mut self, _: ReplicaId, number: &Number, _: &mut Context<Self>) {
        self.0.push(number.0);
    }

    fn timer(&mut self, _: TimerId, _: &mut Context<Self>) {
        self.0.push(99);
    }
}

fn pair() -> Plan {
    Scenario::new(2).plan().unwrap_or_else(|refusals| panic!("{refusals}"))
}

/// Every run of an enumeration, as the log of the receiver; each replays by time with the same hash.
fn all(script: &[Scripted<u32>], drops: u32, duplicates: u32) -> Vec<Vec<u32>> {
    let (plan, mut world, mut door) = (pair(), World::new(), Enumeration::new(drops, duplicates));
    let mut logs = Vec::new();
    loop {
        let mut recorder = Recorder::new();
        let run = world.run(&plan, &|_| Log::default(), script, &mut door, &mut recorder);
        let log = world.replicas()[1].0.clone();
        let mut by_time = Script::of(recorder.trace(), Seed(0));
        let replayed: Run = world.run(&plan, &|_| Log::default(), script, &mut by_time, &mut ());
        assert_eq!(world.replicas()[1].0, log, "delays bring the messages in the chosen order");
        assert_eq!(replayed.hash, run.hash, "{log:?}");
        logs.push(log);
        if !door.advance() {
            return logs;
        }
    }
}

fn four() -> Vec<Scripted<u32>> {
    vec![Scripted::new(Time(0), ReplicaId(0), 4)]
}

/// The logs without the timer of the sender, which the receiver does not see.
fn distinct(logs: &[Vec<u32>]) -> BTreeSet<&Vec<u32>> {
    logs.iter().collect()
}

#[test]
fn all_twenty_four_orders_of_four_messages_are_driven_and_replay_by_time() {
    let logs = all(&four(), 0, 0);
    let complete: Vec<&Vec<u32>> = logs.iter().filter(|log| log.len() == 4).collect();
    assert_eq!(complete.len(), logs.len(), "nothing is lost");
    assert_eq!(distinct(&logs).len(), 24);
    // Between the four messages come the sender's timer and, some time after it, the end of all faults:
    // six events, of which two keep their order.
    assert_eq!(logs.len(), 720 / 2);
}

#[test]
fn one_loss_is_tried_at_every_message() {
    let logs = all(&four(), 1, 0);
    let short: BTreeSet<_> = distinct(&logs).into_iter().filter(|log| log.len() == 3).collect();
    assert_eq!(short.len(), 4 * 6, "four messages that can be lost, six orders of the rest");
    assert_eq!(distinct(&logs).len(), 24 + 24);
}

#[test]
fn one_duplicate_is_tried_at_every_message() {
    let logs = all(&[Scripted::new(Time(0), ReplicaId(0), 2)], 0, 1);
    let expected = ["[0, 1]", "[1, 0]", "[0, 0, 1]", "[0, 1, 0]", "[1, 0, 0]", "[0, 1, 1]", "[1, 0, 1]", "[1, 1, 0]"];
    let seen: BTreeSet<String> = logs.iter().map(|log| format!("{log:?}")).collect();
    assert_eq!(seen, expected.into_iter().map(str::to_owned).collect());
}
