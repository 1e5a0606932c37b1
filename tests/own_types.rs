//! Types and replicas of one's own, hunted from a test: whole replicas with a protocol of their own, worlds from scenario
//! files, and counterexamples that are kept and replayed first.

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use squall::base::{Observed, Odds, Refused, ReplicaId, RequestId};
use squall::model::Told;
use squall::replica::{Carries, Context, Payload, Receipt, Replica, Site};
use squall::subject::{ByProtocol, ByState, Merges, Subject, Test};

/// A broadcast in which what a sender had heard is heard before what it says; or not, where it does not wait.
#[derive(Clone, Debug, Default)]
struct Chat<const WAITS: bool> {
    log: BTreeMap<u32, Vec<u64>>,
    waiting: Vec<(Post, Receipt)>,
}

/// What somebody says, and how much of everybody it had heard.
#[derive(Clone, Debug)]
struct Post {
    from: u32,
    says: u64,
    heard: BTreeMap<u32, usize>,
}

impl Payload for Post {
    fn size(&self) -> u64 {
        16
    }
}

impl<const WAITS: bool> Chat<WAITS> {
    fn heard(&self) -> BTreeMap<u32, usize> {
        self.log.iter().map(|(from, posts)| (*from, posts.len())).collect()
    }

    fn is_due(&self, post: &Post) -> bool {
        let heard = |from: &u32| self.log.get(from).map_or(0, Vec::len);
        let others = || post.heard.iter().all(|(from, posts)| heard(from) >= *posts);
        heard(&post.from) == post.heard.get(&post.from).copied().unwrap_or(0) && (!WAITS || others())
    }
}

impl<const WAITS: bool> Observed for Chat<WAITS> {
    type Op = u64;
    type Answer = Told<Self::View>;
    type View = BTreeMap<u32, Vec<u64>>;

    fn view(&self) -> Self::View {
        self.log.clone()
    }
}

impl<const WAITS: bool> Replica for Chat<WAITS> {
    type Message = Post;
    type Saved = ();

    fn request(&mut self, request: RequestId, says: &u64, cx: &mut Context<Self>) {
        let update = cx.accept(request);
        let post = Post { from: cx.slot().0, says: *says, heard: self.heard() };
        self.log.entry(post.from).or_default().push(*says);
        cx.broadcast(post, Carries::Updates(vec![update]));
        cx.answer(request, Told::Done);
    }

    fn message(&mut self, _: ReplicaId, post: &Post, cx: &mut Context<Self>) {
        let nth = |post: &Post| (post.from, post.heard.get(&post.from).copied().unwrap_or(0));
        let (from, number) = nth(post);
        let is_old = self.log.get(&from).is_some_and(|posts| posts.len() > number);
        if is_old || self.waiting.iter().any(|(other, _)| nth(other) == nth(post)) {
            return;
        }
        self.waiting.push((post.clone(), cx.receipt()));
        while let Some(due) = self.waiting.iter().position(|(post, _)| self.is_due(post)) {
            let (post, receipt) = self.waiting.remove(due);
            self.log.entry(post.from).or_default().push(post.says);
            cx.incorporate_held(receipt);
        }
    }
}

impl<const WAITS: bool> Subject for Chat<WAITS> {
    type Op = u64;
    type View = BTreeMap<u32, Vec<u64>>;
    type Form = ByProtocol;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> u64 {
        pick(3)
    }

    fn view(&self) -> Self::View {
        Observed::view(self)
    }
}

/// A hunt in a network that keeps what it is given, in some order.
fn chat<const WAITS: bool>() -> Test<Chat<WAITS>> {
    let lossless = |world: &mut squall::scenario::Scenario| {
        world.link.loss = Odds::NEVER;
        world.faults.clear();
    };
    squall::hunt().world(lossless).seeds(0..300).held_to(&["causal", "duplication"])
}

#[test]
fn a_broadcast_that_does_not_wait_for_causes_is_found_by_a_story_of_three_replicas() {
    let found = chat::<false>().run().expect("it does not wait");
    assert_eq!(found.finding.check(), "causal");
    assert!(found.size.replicas <= 3 && found.size.requests <= 3, "{found}");
    let nearest = found.nearest.as_ref().expect("it holds where nothing is late");
    assert!(nearest.picture.finding.is_none() && found.to_string().contains("it would hold if "), "{found}");
    assert!(nearest.change.contains(" → "), "a message makes the difference: {}", nearest.change);
    assert!(chat::<true>().run().is_none());
}

/// A set that forgets what was removed, with operations that a scenario cannot hold as they are printed.
#[derive(Clone, Debug, Default)]
struct Forgetful<const MENDED: bool>(BTreeMap<u64, u64>);

#[derive(Clone, Debug, PartialEq)]
enum Change {
    Put { element: u64 },
    Drop { element: u64 },
}

impl<const MENDED: bool> Subject for Forgetful<MENDED> {
    type Op = Change;
    type View = Vec<u64>;
    type Form = ByState;

    fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> Change {
        let element = pick(2);
        if pick(3) > 0 { Change::Put { element } } else { Change::Drop { element } }
    }

    fn view(&self) -> Vec<u64> {
        self.0.iter().filter(|(_, count)| *count % 2 == 1).map(|(element, _)| *element).collect()
    }
}

impl<const MENDED: bool> Merges for Forgetful<MENDED> {
    fn apply(&mut self, change: &Change, _: Site) -> Result<(), Refused> {
        let (element, is_in) = match change {
            Change::Put { element } => (element, true),
            Change::Drop { element } => (element, false),
        };
        let count = self.0.entry(*element).or_default();
        *count += u64::from((*count % 2 == 1) != is_in);
        Ok(())
    }

    fn merge(&mut self, other: &Self) {
        for (element, theirs) in &other.0 {
            let mine = self.0.entry(*element).or_default();
            if MENDED {
                *mine = (*mine).max(*theirs);
            } else if !theirs.is_multiple_of(2) || mine.is_multiple_of(2) {
                *mine = *theirs;
            }
        }
    }
}

/// An empty folder for a test.
fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("own_types").join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn hunt<const MENDED: bool>(folder: &Path) -> Test<Forgetful<MENDED>> {
    squall::hunt().seeds(0..300).keep(folder.join("kept")).regressions(folder.join("regressions"))
}

/// What a hunt panics with.
fn panics<T: Subject>(test: &Test<T>) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| test.check())).expect_err("something is found");
    *panic.downcast::<String>().expect("words")
}

#[test]
fn what_is_kept_is_replayed_before_all_seeds_and_told_until_it_is_mended() {
    let folder = folder("kept");
    let first = panics(&hunt::<false>(&folder));
    assert!(first.contains("again with: SQUALL_SEED=") && first.contains("kept in:    "), "{first}");
    fs::rename(folder.join("kept"), folder.join("regressions")).expect("a move");
    let file =
        fs::read_dir(folder.join("regressions")).expect("a folder").next().expect("a file").expect("a file").path();
    let text = fs::read_to_string(&file).expect("text");
    assert!(text.starts_with("// A counterexample") && text.contains("Drop { element: "), "{text}");
    // There is nothing to hunt for: only what is kept can be found.
    let again = panics(&hunt::<false>(&folder).seeds(0..0));
    assert!(again.starts_with("squall found again what ") && again.contains(&file.display().to_string()), "{again}");
    let story = |text: &str| text.split("\n\n").nth(1).expect("a story").lines().next().map(str::to_owned);
    assert_eq!(story(&first), story(&again));
    // It is about this type, and no other.
    assert!(hunt::<true>(&folder).seeds(0..0).run().is_none());
    let other = std::any::type_name::<Forgetful<true>>();
    let mended = text.replace(std::any::type_name::<Forgetful<false>>(), other);
    fs::write(&file, mended).expect("a file");
    assert!(hunt::<true>(&folder).run().is_none());
    // A file that says nothing is not passed over.
    fs::write(folder.join("regressions/broken.ron"), "(version: 1").expect("a file");
    assert!(panics(&hunt::<true>(&folder)).contains("broken.ron"));
}

#[test]
fn a_scenario_says_the_world_the_users_and_the_seeds() {
    let folder = folder("scenario");
    let quiet = r#"(version: 1, name: "quiet", system: (data: "my set"), world: (replicas: 2, duration: "1s", settle: "1s"),
        requests: [At("100ms", "n0", "Put { element: 1 }")], seeds: 40)"#;
    let path = folder.join("quiet.ron");
    fs::write(&path, quiet).expect("a file");
    assert!(hunt::<false>(&folder).from_scenario(&path).run().is_none(), "nobody removes anything there");
    let both = quiet.replace("1 }\")", "1 }\"), At(\"600ms\", \"n1\", \"Drop { element: 1 }\")");
    fs::write(&path, both).expect("a file");
    let found = hunt::<false>(&folder).from_scenario(&path).run().expect("somebody does now");
    assert_eq!((found.size.replicas, found.size.requests), (2, 2), "{found}");
    // What was found is a scenario, too.
    fs::write(&path, found.file.as_ref().expect("a scenario").to_ron()).expect("a file");
    let same = hunt::<false>(&folder).from_scenario(&path).strategies(&[squall::hunt::Strategy::Uniform]).run();
    assert_eq!(same.expect("it shows the same").finding.check(), found.finding.check());
    let unknown = quiet.replace("Put { element: 1 }", "Swap { element: 1 }");
    fs::write(&path, unknown).expect("a file");
    let panic = catch_unwind(AssertUnwindSafe(|| hunt::<false>(&folder).from_scenario(&path).run())).expect_err("no");
    let says = panic.downcast_ref::<String>().expect("words");
    assert!(says.contains("requests[0].2: ") && says.contains("this is no operation of the type under test"), "{says}");
}

#[test]
fn what_is_found_first_is_the_same_for_any_number_of_threads() {
    let folder = folder("threads");
    let found = |jobs| hunt::<false>(&folder).jobs(jobs).run().map(|found| (found.seed, found.story));
    assert!(found(1).is_some());
    assert_eq!(found(1), found(3));
}
