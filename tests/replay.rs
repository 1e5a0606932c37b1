//! A script of fates, by name and by path: what it settles, and what becomes of it when the code under
//! test has changed.

use squall::base::{Fate, Observed, Path, ReplicaId, RequestId, Seed, Span, Time};
use squall::replica::{Carries, Context, Payload, Replica, Scripted, Seat};
use squall::scenario::Scenario;
use squall::world::{Otherwise, Replay, Script, World, replay};

/// Passes a word on to the next replica, with a greeting before it in later versions of the code.
#[derive(Clone, Debug, Default)]
struct Relay {
    greets: bool,
    heard: Vec<String>,
}

#[derive(Clone, Debug)]
struct Word(String);

impl Payload for Word {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }
}

impl Observed for Relay {
    type Op = String;
    type Answer = ();
    type View = Vec<String>;

    fn view(&self) -> Vec<String> {
        self.heard.clone()
    }
}

impl Relay {
    fn pass_on(&self, word: &str, cx: &mut Context<Self>) {
        let next = ReplicaId(cx.slot().0 + 1);
        if next.0 < cx.members() {
            cx.send(next, Word(word.to_owned()), Carries::Nothing);
        }
    }
}

impl Replica for Relay {
    type Message = Word;
    type Saved = ();

    fn request(&mut self, _: RequestId, word: &String, cx: &mut Context<Self>) {
        if self.greets {
            // One more hop between the request and the word: every later name is another.
            cx.send(ReplicaId(3), Word(word.clone()), Carries::Nothing);
        } else {
            self.pass_on(word, cx);
        }
    }

    fn message(&mut self, from: ReplicaId, word: &Word, cx: &mut Context<Self>) {
        self.heard.push(word.0.clone());
        match (self.greets, from) {
            (true, ReplicaId(0)) if cx.slot() == ReplicaId(3) => cx.send(ReplicaId(1), word.clone(), Carries::Nothing),
            (_, ReplicaId(2)) => {}
            _ => self.pass_on(&word.0, cx),
        }
    }
}

/// What n2 heard, and what came of the script.
fn heard(greets: bool, lost: &[&str]) -> (Vec<String>, Replay) {
    let plan = Scenario::new(4).plan().expect("a perfect world of four");
    let requests: Vec<_> = ["milk", "tea"]
        .iter()
        .zip(0..)
        .map(|(word, n)| Scripted::new(Time(n * 50_000_000), ReplicaId(0), (*word).to_owned()).labelled(word))
        .collect();
    let mut script = Script::new(Seed(1), Otherwise::Perfect);
    for path in lost {
        script.fix_path(path.parse::<Path>().unwrap_or_else(|error| panic!("{error}")), Fate::lost());
    }
    let mut world = World::new();
    replay(&mut script, |script| {
        let spawn = |_: Seat| Relay { greets, heard: Vec::new() };
        world.run(&plan, &spawn, &requests[..], script, &mut ());
        world.replicas()[2].heard.clone()
    })
}

fn paths(paths: &[Path]) -> Vec<String> {
    paths.iter().map(Path::to_string).collect()
}

#[test]
fn a_fate_finds_its_message_by_path() {
    let (words, outcome) = heard(false, &["\"milk\" → n1 → n2"]);
    assert_eq!(words, ["tea"]);
    assert_eq!(outcome, Replay { exact: 1, ..Replay::default() });
}

#[test]
fn without_a_script_everything_arrives() {
    let (words, outcome) = heard(false, &[]);
    assert_eq!(words, ["milk", "tea"]);
    assert_eq!(outcome, Replay::default());
}

#[test]
fn where_the_name_is_gone_the_nearest_message_gets_the_fate_and_replay_says_so() {
    let (words, outcome) = heard(true, &["\"milk\" → n1 → n2"]);
    assert_eq!(words, ["tea"], "the message with the same root, sender, receiver and number was lost in its place");
    assert_eq!(paths(&outcome.near), ["\"milk\" → n1 → n2"]);
    assert!(outcome.unused.is_empty());
}

#[test]
fn what_cannot_be_used_is_named() {
    let (words, outcome) = heard(false, &["\"bread\" → n1", "\"milk\" → n1, message 7"]);
    assert_eq!(words, ["milk", "tea"]);
    let mut unused = paths(&outcome.unused);
    unused.sort();
    assert_eq!(unused, ["\"bread\" → n1", "\"milk\" → n1, message 7"]);
    assert_eq!((outcome.exact, outcome.near.len()), (0, 0));
}

#[test]
fn a_scripted_delay_is_kept_to_the_nanosecond() {
    let plan = Scenario::new(2).plan().expect("a perfect world of two");
    let requests = [Scripted::new(Time(0), ReplicaId(0), "milk".to_owned())];
    let mut script = Script::new(Seed(1), Otherwise::Perfect);
    script.fix_path("script request 1 → n1".parse().expect("a path"), Fate::after(Span(123_456_789)));
    let run = World::new().run(&plan, &|_| Relay::default(), &requests[..], &mut script, &mut ());
    assert_eq!((run.witness.delivered, run.at), (1, plan.calm_at()));
    let mut recorder = squall::trace::Recorder::new();
    World::new().run(&plan, &|_| Relay::default(), &requests[..], &mut script, &mut recorder);
    let delivered = recorder.trace().records().iter().find_map(|record| match record.kind {
        squall::trace::Kind::Deliver { .. } => Some(record.moment.at),
        _ => None,
    });
    assert_eq!(delivered, Some(Time(123_456_789)));
}
