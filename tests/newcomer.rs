//! Somebody who has a crate of their own: a test of ten lines finds what is wrong, its command shows it again, and
//! once that is mended the test passes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A set that forgets what was removed; `MERGE` is what it does when it merges.
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
                MERGE
            }
        }
    }

    #[test]
    fn my_set_converges() {
        squall::hunt::<MySet>().replicas(3).seeds(0..500).check();
    }
}
"#;

fn cargo(folder: &Path, seed: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO"));
    command.args(["test", "--offline", "my_set_converges"]).current_dir(folder);
    // Where the tests were built, most of what the newcomer's crate needs is built, too.
    command.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("newcomer-target"));
    command.env_remove("SQUALL_SEED").env_remove("SQUALL_SEEDS");
    if let Some(seed) = seed {
        command.env("SQUALL_SEED", seed);
    }
    command.output().expect("cargo starts")
}

/// A crate with this way of merging.
fn written(merge: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("newcomer");
    fs::create_dir_all(folder.join("src")).expect("a folder");
    let squall = env!("CARGO_MANIFEST_DIR");
    let manifest = format!(
        "[package]\nname = \"newcomer\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dev-dependencies]\nsquall = {{ path = {squall:?}, default-features = false }}\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).expect("a file");
    fs::copy(Path::new(squall).join("Cargo.lock"), folder.join("Cargo.lock")).expect("a lock file");
    fs::write(folder.join("src/lib.rs"), SET.replace("MERGE", merge)).expect("a file");
    folder
}

#[test]
#[ignore = "builds the library anew, which takes minutes: `cargo test --test newcomer -- --ignored`"]
fn a_test_of_ten_lines_finds_the_bug_shows_it_again_and_passes_once_it_is_mended() {
    // What is in is kept over what is out: a removal does not last.
    let folder = written("if theirs % 2 == 1 || *mine % 2 == 0 { *mine = *theirs; }");
    let told = |output: &Output| {
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    };
    let first = cargo(&folder, None);
    let text = told(&first);
    assert!(!first.status.success(), "{text}");
    let again = text.lines().find_map(|line| line.strip_prefix("again with: SQUALL_SEED="));
    let (seed, command) = again.and_then(|line| line.split_once(' ')).unwrap_or_else(|| panic!("{text}"));
    assert_eq!(command, "cargo test tests::my_set_converges");
    let header = text.lines().find(|line| line.trim_start().starts_with("n0")).unwrap_or_else(|| panic!("{text}"));
    assert!(header.split_whitespace().count() <= 3, "at most three replicas: {text}");
    assert!(text.lines().filter(|line| line.contains("● (")).count() <= 5, "at most five requests: {text}");
    let second = told(&cargo(&folder, Some(seed)));
    let story = |text: &str| {
        text.split("again with").next().map(|text| text[text.find("squall found").unwrap_or(0)..].to_owned())
    };
    assert_eq!(story(&text), story(&second), "the command shows the same again");
    let mended = cargo(&written("*mine = (*mine).max(*theirs);"), None);
    assert!(mended.status.success(), "{}", told(&mended));
}
