//! Somebody who has a crate of their own: a test of ten lines finds what is wrong, its command shows it again, and
//! once that is mended the test passes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A set that forgets what was removed; `MEND` is what it does when it merges.
const SET: &str = r#"
#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use squall::{base::Refused, replica::Site, subject::{ByState, Merges, Subject}};

    /// Each element with how often it was added and removed: odd is in.
    #[derive(Clone, Debug, Default)]
    struct MySet(BTreeMap<u64, u64>);

    impl Subject for MySet {
        type Op = (bool, u64);
        type View = Vec<u64>;
        type Form = ByState;
        fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> (bool, u64) {
            (pick(3) > 0, pick(2))
        }
        fn view(&self) -> Vec<u64> {
            self.0.iter().filter(|(_, count)| *count % 2 == 1).map(|(element, _)| *element).collect()
        }
    }

    impl Merges for MySet {
        fn apply(&mut self, (add, element): &(bool, u64), _: Site) -> Result<(), Refused> {
            let count = self.0.entry(*element).or_default();
            *count += u64::from((*count % 2 == 1) != *add);
            Ok(())
        }
        fn merge(&mut self, other: &MySet) {
            for (element, theirs) in &other.0 {
                let mine = self.0.entry(*element).or_default();
                MEND
            }
        }
    }

    #[test]
    fn my_set_converges() {
        squall::hunt::<MySet>().replicas(3).seeds(0..500).check();
    }
}
"#;

/// A broadcast against `Replica`; `MEND` is whether it waits for what the sender had heard.
const BROADCAST: &str = r#"
#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use squall::base::{Observed, Odds, ReplicaId, RequestId};
    use squall::{model::Told, replica::{Carries, Context, Payload, Receipt, Replica}, subject::{ByProtocol, Subject}};

    type Heard = BTreeMap<u32, Vec<u64>>;

    #[derive(Clone, Debug, Default)]
    struct MyBroadcast { heard: Heard, waiting: Vec<(Post, Receipt)> }

    /// Who says what, as which of its posts, and how many posts of everybody it had heard.
    #[derive(Clone, Debug)]
    struct Post { from: u32, nth: usize, says: u64, after: BTreeMap<u32, usize> }

    impl Payload for Post { fn size(&self) -> u64 { 16 } }

    impl Observed for MyBroadcast {
        type Op = u64;
        type Answer = Told<Heard>;
        type View = Heard;
        fn view(&self) -> Heard { self.heard.clone() }
    }

    impl MyBroadcast {
        fn count(&self, from: u32) -> usize { self.heard.get(&from).map_or(0, Vec::len) }
        fn is_due(&self, post: &Post) -> bool {
            self.count(post.from) == post.nth && (MEND)
        }
    }

    impl Replica for MyBroadcast {
        type Message = Post;
        type Saved = ();
        fn request(&mut self, request: RequestId, says: &u64, cx: &mut Context<Self>) {
            let (update, from) = (cx.accept(request), cx.slot().0);
            let after = self.heard.iter().map(|(from, posts)| (*from, posts.len())).collect();
            let post = Post { from, nth: self.count(from), says: *says, after };
            self.heard.entry(from).or_default().push(*says);
            cx.broadcast(post, Carries::Updates(vec![update]));
            cx.answer(request, Told::Done);
        }
        fn message(&mut self, _: ReplicaId, post: &Post, cx: &mut Context<Self>) {
            let same = |(other, _): &(Post, Receipt)| (other.from, other.nth) == (post.from, post.nth);
            if self.count(post.from) > post.nth || self.waiting.iter().any(same) { return; }
            self.waiting.push((post.clone(), cx.receipt()));
            while let Some(due) = self.waiting.iter().position(|(post, _)| self.is_due(post)) {
                let (post, receipt) = self.waiting.remove(due);
                self.heard.entry(post.from).or_default().push(post.says);
                cx.incorporate_held(receipt);
            }
        }
    }

    impl Subject for MyBroadcast {
        type Op = u64;
        type View = Heard;
        type Form = ByProtocol;
        fn propose(&self, pick: &mut dyn FnMut(u64) -> u64) -> u64 { pick(3) }
        fn view(&self) -> Heard { Observed::view(self) }
    }

    #[test]
    fn my_broadcast_is_causal() {
        squall::hunt::<MyBroadcast>()
            .seeds(0..500)
            .world(|world| { world.link.loss = Odds::NEVER; world.faults.clear() })
            .held_to(&["causal"])
            .check();
    }
}
"#;

/// Runs the tests of a crate as a newcomer does: this command, in its folder.
fn typed(folder: &Path, command: &str, seed: Option<&str>) -> (bool, String) {
    let mut words = command.split(' ');
    assert_eq!(words.next(), Some("cargo"));
    let mut command = Command::new(env!("CARGO"));
    command.args(words).arg("--offline").current_dir(folder);
    // The second crate finds built what the first one needed.
    command.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("newcomer-target"));
    command.env_remove("SQUALL_SEED").env_remove("SQUALL_SEEDS");
    if let Some(seed) = seed {
        command.env("SQUALL_SEED", seed);
    }
    let output = command.output().expect("cargo starts");
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), told)
}

/// A crate with this text, mended so.
fn written(text: &str, mend: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("newcomer");
    fs::create_dir_all(folder.join("src")).expect("a folder");
    let squall = env!("CARGO_MANIFEST_DIR");
    let manifest = format!(
        "[package]\nname = \"newcomer\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dev-dependencies]\nsquall = {{ path = {squall:?}, default-features = false }}\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).expect("a file");
    fs::copy(Path::new(squall).join("Cargo.lock"), folder.join("Cargo.lock")).expect("a lock file");
    fs::write(folder.join("src/lib.rs"), text.replace("MEND", mend)).expect("a file");
    folder
}

/// A test finds what is wrong and tells a small story, the command that it prints shows the same again, and once that
/// is mended it passes.
#[track_caller]
fn finds(text: &str, test: &str, wrong: &str, right: &str) {
    let folder = written(text, wrong);
    let (passes, told) = typed(&folder, "cargo test", None);
    assert!(!passes, "{told}");
    let again = told.lines().find_map(|line| line.strip_prefix("again with: SQUALL_SEED="));
    let (seed, command) = again.and_then(|line| line.split_once(' ')).unwrap_or_else(|| panic!("{told}"));
    assert_eq!(command, format!("cargo test tests::{test}"));
    let header = told.lines().find(|line| line.trim_start().starts_with("n0")).unwrap_or_else(|| panic!("{told}"));
    assert!(header.split_whitespace().count() <= 3, "at most three replicas: {told}");
    let requests = told.lines().filter(|line| line.contains("● ")).count();
    assert!((1..=5).contains(&requests), "at most five requests: {told}");
    let story = |told: &str| {
        let begins = told.find("squall found something").unwrap_or_else(|| panic!("{told}"));
        told[begins..].split("again with").next().map(str::to_owned)
    };
    let (passes, second) = typed(&folder, command, Some(seed));
    assert!(!passes, "{second}");
    assert_eq!(story(&told), story(&second), "the command shows the same again");
    // What was kept is a regression test from now on.
    let kept = told.lines().find_map(|line| line.strip_prefix("kept in:    ")?.split(';').next()).expect("a file");
    let regressions = folder.join("tests/regressions");
    let _ = fs::remove_dir_all(&regressions);
    fs::create_dir_all(&regressions).expect("a folder");
    fs::rename(folder.join(kept), regressions.join("found.ron")).expect("a move");
    let (passes, third) = typed(&folder, "cargo test", None);
    assert!(!passes && third.contains("squall found again what tests/regressions/found.ron shows"), "{third}");
    let (passes, told) = typed(&written(text, right), "cargo test", None);
    assert!(passes, "{told}");
    fs::remove_dir_all(folder).expect("it is there");
}

#[test]
#[ignore = "builds the library anew, which takes minutes: `cargo test --test newcomer -- --ignored`"]
fn tests_of_ten_lines_find_the_bug_show_it_again_and_pass_once_it_is_mended() {
    // What is in is kept over what is out: a removal does not last.
    let wrong = "if theirs % 2 == 1 || *mine % 2 == 0 { *mine = *theirs; }";
    finds(SET, "my_set_converges", wrong, "*mine = (*mine).max(*theirs);");
    // Each sender's posts are heard in their order, and before what made somebody answer them.
    let waits = "post.after.iter().all(|(from, posts)| self.count(*from) >= *posts)";
    finds(BROADCAST, "my_broadcast_is_causal", "true", waits);
}
