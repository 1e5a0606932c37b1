//! Every scenario of the library comes to what it says: each file is a test of its own name, such as
//! `shopping/the_cart_survives`, found by walking the folder when the tests begin. Where a file stands for several
//! runs, each of them is a test, such as `counting/more_and_more_shops [4 replicas]`.
//!
//! Filters and `cargo nextest` see them like any other tests. What holds of the library as a whole is told at the
//! end, by tests with names in plain words.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use squall::run::{Outcome, campaign, read, variations};
use squall::scenario::{Expectation, Fault, File};
use squall::zoo::registry;

/// How many seeds: `SQUALL_SEEDS`, else as many as a file says.
fn seeds(file: &File) -> u64 {
    let asked = std::env::var("SQUALL_SEEDS").ok().and_then(|text| text.parse().ok());
    asked.unwrap_or(file.seeds)
}

/// As many are tried first where code is not optimised. Most stories have come to what they say by then.
const FEW: u64 = 4;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

/// All scenario files below a folder, in the order of their names.
fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry of a folder").path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            below(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "ron") {
            found.push(entry);
        }
    }
}

/// `shopping/the_cart_survives` of the file of this name.
fn name(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap_or(path).with_extension("");
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// What a file is called, with which of its variations this is, if there are several.
fn called(told: &str, file: &File, variation: &File) -> String {
    let which = variation.name.strip_prefix(&file.name).unwrap_or_default();
    format!("{told}{which}")
}

/// Runs a scenario, or says why it did not come to what it says.
fn comes_true(file: &File, told: &str) -> Result<(), String> {
    let run = |seeds| campaign(file, seeds).map_err(|error| error.to_string());
    let mut outcome = match file.seed {
        Some(seed) => run(seed.0..seed.0 + 1)?,
        None if cfg!(debug_assertions) => run(0..seeds(file).min(FEW))?,
        None => run(0..seeds(file))?,
    };
    if cfg!(debug_assertions) && file.seed.is_none() && !outcome.is_as_expected() {
        // It may take more seeds until something is found, or until every fault has bitten.
        outcome = run(0..seeds(file))?;
    }
    if outcome.is_as_expected() { Ok(()) } else { Err(words(&outcome, told)) }
}

/// What was to come of a scenario, and what came.
fn words(outcome: &Outcome, told: &str) -> String {
    let (verdict, seeds) = (outcome.verdict().to_string().to_lowercase(), outcome.runs);
    let mut words = format!("{:?} was expected, and {verdict} came of {seeds} seeds", outcome.expected);
    for idle in &outcome.idle {
        words += &format!("\ndid nothing: {idle}");
    }
    if let Some((seed, says)) = outcome.finding() {
        words += &format!("\n{} of them, first {seed}: {says}", outcome.wrong);
        words += &format!("\nagain with: squall run scenarios/{told}.ron --seed {seed}");
    }
    words
}

/// What does not come to what it says fails, in words that tell what came instead.
fn a_scenario_that_says_something_else_fails(file: &File) -> Result<(), Failed> {
    let other = |expect: Expectation| File { expect, ..file.clone() };
    for (expect, says) in [
        (Expectation::Violates("sec".to_owned()), "Violates(\"sec\") was expected, and holds came of 3 seeds"),
        (Expectation::Vacuous, "Vacuous was expected, and holds came of 3 seeds"),
    ] {
        match comes_true(&other(expect), "some/story") {
            Err(words) if words == says => {}
            other => return Err(format!("instead of {says}: {other:?}").into()),
        }
    }
    comes_true(file, "some/story").map_err(Failed::from)
}

/// Each has a name of its own, a word on what it is about, and a comment at its top.
fn each_scenario_says_what_it_tells(files: &[(String, String, File)]) -> Result<(), Failed> {
    let mut names = BTreeMap::new();
    let mut wrong = Vec::new();
    for (told, text, file) in files {
        let comment = text.lines().take_while(|line| line.starts_with("// ")).count();
        if !(2..=6).contains(&comment) || file.about.is_empty() {
            wrong.push(format!("{told}: a comment of {comment} lines, about {:?}", file.about));
        }
        if let Some(other) = names.insert(&file.name, told) {
            wrong.push(format!("{told} is called like {other}"));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// `Partition` of whatever prints as `Partition(…)`.
fn kind(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    text.chars().take_while(|c| c.is_alphanumeric()).collect()
}

/// What there is in the world, on the wire and in the zoo appears in some story.
fn the_library_knows_all_the_weather(files: &[(String, String, File)]) -> Result<(), Failed> {
    let mut used = BTreeSet::new();
    for file in files.iter().flat_map(|(_, _, file)| variations(file)) {
        let world = &file.world;
        used.extend([kind(&world.topology), kind(&world.order), kind(&world.durability), kind(&file.rest)]);
        used.extend([file.system.data.clone(), file.system.sync.clone(), kind(&file.expect)]);
        used.extend(file.system.broadcast.clone());
        used.extend(world.durabilities.values().map(kind));
        used.extend(world.links.iter().map(|rule| &rule.link).chain([&world.link]).map(|link| kind(&link.latency)));
        for fault in &world.faults {
            used.insert(kind(fault));
            match fault {
                Fault::Partition(partition) => used.extend([kind(&partition.shape), kind(&partition.in_flight)]),
                Fault::Crash(crash) => used.extend([kind(&crash.down), kind(&crash.disk), kind(&crash.identity)]),
                _ => {}
            }
        }
        let links = world.links.iter().map(|rule| &rule.link).chain([&world.link]);
        for link in links {
            for (is, what) in [
                (link.loss.possible(), "loss"),
                (link.bursts.is_some(), "bursts"),
                (link.duplicates.is_some(), "duplicates"),
                (link.reorder.is_some(), "reorder"),
                (link.fifo, "fifo"),
                (link.bandwidth.is_some(), "bandwidth"),
                (link.damage.possible(), "damage"),
            ] {
                used.extend(is.then(|| what.to_owned()));
            }
        }
    }
    let world = "Full Line Ring Star Tree Grid RandomRegular SmallWorld Regions Edges Constant Uniform Normal HeavyTail \
                 TwoPeaks loss bursts duplicates reorder fifo bandwidth damage Insertion Drawn Perfect Partition Crash \
                 Pause Slow ClockJump ClockFreeze Hold Groups OneWay Bridge Isolate Halves Cut Arrive For Between \
                 Forever Durable Backup Nothing CloneOf Same Fresh As EveryUpdate Every Explicit Never Holds Violates \
                 Vacuous";
    let types = registry::types().map(|(entry, _)| entry.name);
    let others = registry::syncs().chain(registry::broadcasts()).map(|entry| entry.name);
    let missing: BTreeSet<&str> =
        world.split_whitespace().chain(types).chain(others).filter(|word| !used.contains(*word)).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("in no scenario: {missing:?}").into()) }
}

fn main() {
    let mut paths = Vec::new();
    below(&root(), &mut paths);
    let mut trials = Vec::new();
    let mut files = Vec::new();
    for path in paths {
        let told = name(&path);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        match read(&text) {
            Ok(file) => {
                for one in variations(&file) {
                    let (name, path) = (called(&told, &file, &one), told.clone());
                    trials.push(Trial::test(name, move || comes_true(&one, &path).map_err(Failed::from)));
                }
                files.push((told, text, file));
            }
            Err(mistakes) => trials.push(Trial::test(told, move || Err(Failed::from(mistakes.to_string())))),
        }
    }
    let short = "(version: 1, name: \"short\", system: (data: \"g_counter\", sync: \"full_state\", period: \"50ms\"), \
                 seeds: 3, world: (replicas: 2))";
    let short = read(short).unwrap_or_else(|error| panic!("{error}"));
    let (all, weather) = (files.clone(), files);
    trials.push(Trial::test("a_scenario_that_says_something_else_fails", move || {
        a_scenario_that_says_something_else_fails(&short)
    }));
    trials.push(Trial::test("each_scenario_says_what_it_tells", move || each_scenario_says_what_it_tells(&all)));
    trials.push(Trial::test("the_library_knows_all_the_weather", move || the_library_knows_all_the_weather(&weather)));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
