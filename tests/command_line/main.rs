//! The program, as its users meet it: scenario files in, lines and an exit code out.

mod campaign_page;
mod first_steps;
mod formats;
mod github;
mod isolation;
mod losses;
mod pages;
mod runs;
mod shards;
mod small;
mod streams;
mod verbs;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program, in an environment that says nothing to it.
fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_squall"));
    let spoken = ["SQUALL_", "CLICOLOR", "GITHUB_"];
    let quiet = |name: &str| name == "NO_COLOR" || spoken.iter().any(|prefix| name.starts_with(prefix));
    for (name, _) in std::env::vars_os() {
        if quiet(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// The exit code of a command, what was printed, and what was complained of.
fn outcome(command: &mut Command) -> (i32, String, String) {
    let output = command.output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}

fn says(arguments: &[&str]) -> (i32, String, String) {
    outcome(program().args(arguments))
}

const WORLD: &str = r#"(
    version: 1,
    name: "a story",
    system: (data: "g_counter", sync: "full_state", period: "50ms"),
    world: (replicas: 3, link: (latency: Uniform("1ms", "30ms"), loss: 0.1), duration: "1s", settle: "5s"),
)"#;

/// Changes of [`WORLD`] after which every seed shows something wrong: there is no time to settle.
const WRONG: [(&str, &str); 1] = [("\"5s\"", "\"0s\"")];

/// An empty folder for a test.
fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("command_line").join(test);
    // It may be there from an earlier time.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Writes [`WORLD`] into a file, with some words replaced.
fn write(path: &Path, replaced: &[(&str, &str)]) {
    let text = replaced.iter().fold(WORLD.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}?");
        text.replace(from, to)
    });
    fs::write(path, text).expect("a file");
}

/// Writes a scenario in a folder of its own, with some words replaced.
fn scenario(test: &str, replaced: &[(&str, &str)]) -> String {
    let path = folder(test).join("story.ron");
    write(&path, replaced);
    path.to_str().expect("a path").to_owned()
}
