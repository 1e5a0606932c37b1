//! Chance belongs to names: take one request away, and what it did not cause stays as it was.

use std::collections::{BTreeMap, BTreeSet};

use squall::base::{Fate, Name, Observed, Odds, ReplicaId, RequestId, Seed, Span, Time, TimerId};
use squall::replica::{Carries, Context, Payload, Replica, Scripted, Seat};
use squall::scenario::{Duplicates, Latency, Plan, Scenario, Topology};
use squall::trace::{Kind, Recorder, Trace};
use squall::world::{Dealt, World};

/// Three ways to spread numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// Whoever sees a number for the first time passes it on.
    Flood,
    /// Whoever was asked sends to each until each has acknowledged.
    Acknowledged,
    /// Everybody sends what they have to somebody, now and then, and gets back what they lack.
    Digest,
}

#[derive(Clone, Debug)]
struct Spreader {
    way: Way,
    seen: BTreeSet<u64>,
    /// Who has not yet acknowledged a number.
    missing: BTreeMap<u64, BTreeSet<ReplicaId>>,
}

#[derive(Clone, Debug)]
enum Message {
    News(BTreeSet<u64>),
    Received(u64),
    Have(BTreeSet<u64>),
}

impl Payload for Message {
    fn size(&self) -> u64 {
        16
    }
}

impl Observed for Spreader {
    type Op = u64;
    type Answer = ();
    type View = BTreeSet<u64>;

    fn view(&self) -> BTreeSet<u64> {
        self.seen.clone()
    }
}

const AGAIN: Span = Span::millis(40);
/// The timer of the digests; those of the acknowledged numbers are called after the numbers.
const DIGEST: TimerId = TimerId(1_000);

fn news(number: u64) -> Message {
    Message::News(BTreeSet::from([number]))
}

impl Spreader {
    fn urge(&self, number: u64, cx: &mut Context<Self>) {
        let Some(missing) = self.missing.get(&number).filter(|missing| !missing.is_empty()) else { return };
        for to in missing {
            cx.send(*to, news(number), Carries::Nothing);
        }
        cx.set_timer(TimerId(number as u32), AGAIN);
    }
}

impl Replica for Spreader {
    type Message = Message;
    type Saved = ();

    fn start(&mut self, cx: &mut Context<Self>) {
        if self.way == Way::Digest {
            cx.set_timer(DIGEST, Span::millis(25));
        }
    }

    fn request(&mut self, request: RequestId, number: &u64, cx: &mut Context<Self>) {
        cx.accept(request);
        self.seen.insert(*number);
        match self.way {
            Way::Flood => cx.broadcast(news(*number), Carries::Nothing),
            Way::Acknowledged => {
                self.missing.insert(*number, cx.neighbours().iter().collect());
                self.urge(*number, cx);
            }
            Way::Digest => {}
        }
    }

    fn message(&mut self, from: ReplicaId, message: &Message, cx: &mut Context<Self>) {
        match message {
            Message::News(numbers) => {
                for number in numbers {
                    let first = self.seen.insert(*number);
                    match self.way {
                        Way::Flood if first => cx.broadcast(news(*number), Carries::Nothing),
                        Way::Acknowledged => cx.send(from, Message::Received(*number), Carries::Nothing),
                        _ => {}
                    }
                }
            }
            Message::Received(number) => {
                self.missing.entry(*number).or_default().remove(&from);
            }
            Message::Have(theirs) => {
                let lacking: BTreeSet<u64> = self.seen.difference(theirs).copied().collect();
                if !lacking.is_empty() {
                    cx.send(from, Message::News(lacking), Carries::Nothing);
                }
            }
        }
    }

    fn timer(&mut self, timer: TimerId, cx: &mut Context<Self>) {
        if timer != DIGEST {
            return self.urge(u64::from(timer.0), cx);
        }
        if let Some(peer) = cx.any_neighbour() {
            cx.send(peer, Message::Have(self.seen.clone()), Carries::Nothing);
        }
        cx.set_timer(timer, Span::millis(25));
    }
}

fn plan() -> Plan {
    let mut scenario = Scenario::new(12);
    scenario.topology = Topology::RandomRegular { degree: 4, seed: Seed(3) };
    scenario.link.latency = Latency::Uniform(Span::millis(1), Span::millis(30));
    scenario.link.loss = Odds::permille(100);
    let delay = Latency::Uniform(Span::ZERO, Span::millis(10));
    scenario.link.duplicates = Some(Duplicates { odds: Odds::permille(100), delay });
    scenario.plan().unwrap_or_else(|refusals| panic!("{refusals}"))
}

const REQUESTS: u64 = 30;

/// A recorded run of all requests but one, or of all.
fn run(plan: &Plan, way: Way, without: Option<u64>) -> Trace {
    let script: Vec<_> = (0..REQUESTS)
        .filter(|number| Some(*number) != without)
        .map(|n| Scripted::new(Time(n * 30_000_000), ReplicaId((n * 5 % 12) as u32), n).labelled(&format!("say {n}")))
        .collect();
    let mut recorder = Recorder::new();
    let spawn = |_: Seat| Spreader { way, seen: BTreeSet::new(), missing: BTreeMap::new() };
    World::new().run(plan, &spawn, &script[..], &mut Dealt::new(Seed(11)), &mut recorder);
    recorder.into_trace()
}

/// What each handled event at a replica came of: the request, timer or start at the root of its chain.
fn deliveries(trace: &Trace) -> BTreeMap<(Name, u32), (Time, Name, String)> {
    let mut roots: BTreeMap<u64, Name> = BTreeMap::new();
    let mut sent: BTreeMap<Name, (Name, String)> = BTreeMap::new();
    let mut delivered = BTreeMap::new();
    for record in trace.records() {
        let step = record.moment.step;
        match &record.kind {
            Kind::Request { .. } | Kind::Timer { .. } | Kind::Start { .. } => {
                roots.insert(step, record.moment.name);
            }
            Kind::Send { message, body, .. } => drop(sent.insert(*message, (roots[&step], body.clone()))),
            Kind::Deliver { message, copy, .. } => {
                let (root, body) = sent[message].clone();
                roots.insert(step, root);
                delivered.insert((*message, *copy), (record.moment.at, root, body));
            }
            _ => {}
        }
    }
    delivered
}

/// How many deliveries a request did not cause, and how many of them are the same without it.
fn kept(plan: &Plan, way: Way, whole: &Trace, without: u64) -> (usize, usize) {
    let less = deliveries(&run(plan, way, Some(without)));
    let (mut others, mut same) = (0, 0);
    let mine = Name::label(&format!("say {without}"));
    let alone = [format!("News({{{without}}})"), format!("Received({without})")];
    for (copy, (at, root, body)) in deliveries(whole) {
        // What only exists to tell of this number, it caused; so it did its own repetitions.
        if root == mine || alone.contains(&body) {
            continue;
        }
        others += 1;
        same += usize::from(less.get(&copy).is_some_and(|(then, _, _)| *then == at));
    }
    (others, same)
}

#[track_caller]
fn stays(way: Way) {
    let plan = plan();
    let whole = run(&plan, way, None);
    for without in 0..REQUESTS {
        let (others, same) = kept(&plan, way, &whole, without);
        assert!(others > 300, "{way:?} has {others} other deliveries");
        assert!(same * 100 >= others * 99, "{way:?} without {without}: {same} of {others} deliveries stay");
    }
}

#[test]
fn a_flood_keeps_what_a_deleted_request_did_not_cause() {
    stays(Way::Flood);
}

#[test]
fn an_acknowledged_broadcast_keeps_what_a_deleted_request_did_not_cause() {
    stays(Way::Acknowledged);
}

#[test]
fn a_digest_sync_keeps_what_a_deleted_request_did_not_cause() {
    stays(Way::Digest);
}

/// What was settled by chance under each name: fates of messages, and whom a timer's draw chose.
fn settled(trace: &Trace) -> (BTreeMap<Name, Fate>, BTreeMap<Name, ReplicaId>) {
    let (mut fates, mut draws) = (BTreeMap::new(), BTreeMap::new());
    for record in trace.records() {
        match &record.kind {
            Kind::Fate { message, fate, .. } => drop(fates.insert(*message, *fate)),
            Kind::Send { to, body, .. } if body.starts_with("Have") => drop(draws.insert(record.moment.name, *to)),
            _ => {}
        }
    }
    (fates, draws)
}

#[test]
fn the_same_name_gets_the_same_answer_in_every_run_of_a_seed() {
    let plan = plan();
    for way in [Way::Flood, Way::Acknowledged, Way::Digest] {
        let (fates, draws) = settled(&run(&plan, way, None));
        for without in 0..REQUESTS {
            let (fewer, drawn) = settled(&run(&plan, way, Some(without)));
            let shared = fewer.iter().filter(|(name, _)| fates.contains_key(name)).count();
            assert!(
                shared * 10 > fates.len() * 8,
                "{way:?} without {without} shares {shared} of {} names",
                fates.len()
            );
            for (name, fate) in &fewer {
                assert!(fates.get(name).is_none_or(|whole| whole == fate), "{way:?} without {without}: {name}");
            }
            for (name, to) in &drawn {
                assert!(draws.get(name).is_none_or(|whole| whole == to), "{way:?} without {without}: {name}");
            }
            assert_eq!(drawn.is_empty(), way != Way::Digest);
        }
    }
}
