//! `squall plan`: the job files with which somebody else's engine runs a hunt in shards.
//!
//! Squall has no engine of its own. The law of all job files: what squall ends with by itself is final, a finding like
//! everything else; only a crash is tried again.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::Exit;
use super::again::quoted;
use super::fuzz::Hunts;
use super::terminal::Terminal;

/// What `squall plan` is told.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    hunts: Hunts,
    /// What runs the jobs.
    #[arg(long, value_enum)]
    engine: Engine,
    /// How many jobs share the seeds; few fat ones cost less to start than many.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    shards: u32,
    /// The folder in which the jobs leave their results.
    #[arg(long, value_name = "FOLDER", default_value = "squall-shards")]
    folder: PathBuf,
}

/// What runs jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// An array of jobs and one that depends on it, as a script around sbatch.
    Slurm,
    /// An Indexed Job.
    Kubernetes,
    /// GNU parallel, on this machine or several.
    Parallel,
    /// A workflow with a matrix.
    Github,
}

impl Engine {
    fn template(self) -> &'static str {
        match self {
            Engine::Slurm => include_str!("slurm.sh"),
            Engine::Kubernetes => include_str!("kubernetes.yaml"),
            Engine::Parallel => include_str!("parallel.sh"),
            Engine::Github => include_str!("github.yaml"),
        }
    }
}

/// Prints what an engine is to be given.
pub(super) fn plan(arguments: &Arguments, terminal: &Terminal) -> io::Result<Exit> {
    let Some(found) = arguments.hunts.read(terminal) else { return Ok(Exit::Refused) };
    if found.is_empty() {
        terminal.complain("there is no scenario there");
        return Ok(Exit::NothingRan);
    }
    let Arguments { hunts, engine, shards, folder } = arguments;
    // What pods leave anywhere else is gone with them.
    let kept = |path: &Path| if *engine == Engine::Kubernetes { Path::new("/").join(path) } else { path.to_owned() };
    let folder = kept(folder);
    let output = if *engine == Engine::Kubernetes { folder.join(&hunts.output) } else { hunts.output.clone() };
    let results = (1..=*shards).map(|shard| quoted(&folder.join(format!("squall-shard-{shard}-of-{shards}.jsonl"))));
    let merge = format!("squall merge --output {} {}", quoted(&output), results.collect::<Vec<_>>().join(" "));
    let here = quoted(&folder.join(""));
    // Several shards may find the same: which of that is kept in the end is for the merge to say.
    let hunt = format!("{} --shard auto/{shards} --to {here}", hunt(hunts, &folder.join("found")));
    let numbers = (1..=*shards).map(|shard| shard.to_string()).collect::<Vec<_>>().join(", ");
    let words = [
        ("@HUNT@", hunt),
        ("@MERGE@", merge),
        ("@FOLDER@", here),
        ("@OUTPUT@", quoted(&output)),
        ("@NUMBERS@", numbers),
        ("@SHARDS@", shards.to_string()),
    ];
    let text = words.iter().fold(engine.template().to_owned(), |text, (word, value)| text.replace(word, value));
    terminal.results(&text)?;
    Ok(Exit::Expected)
}

/// The command that hunts.
fn hunt(hunts: &Hunts, output: &Path) -> String {
    let mut command = "squall fuzz".to_owned();
    let mut say = |words: &str| command.extend([" ", words]);
    hunts.paths.iter().for_each(|path| say(&quoted(path)));
    if let Some(seeds) = hunts.seeds {
        say(&format!("--seeds {}..={}", seeds.each().start(), seeds.each().end()));
    }
    if let Some(time) = hunts.max_time {
        say(&format!("--max-time '{time}'"));
    }
    if !hunts.strategies.is_empty() {
        let names: Vec<&str> = hunts.strategies.iter().map(|strategy| strategy.name()).collect();
        say(&format!("--strategy {}", names.join(",")));
    }
    say(&format!("--output {} --regressions {}", quoted(output), quoted(&hunts.regressions)));
    command
}
