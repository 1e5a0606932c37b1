//! `squall new`: a scenario to start from, which runs at once and holds.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::files::shown;
use super::terminal::Terminal;
use super::{Exit, again};
use crate::base::Span;
use crate::model::Ask;
use crate::replica::{Proposes, Seat};
use crate::run::resolve;
use crate::scenario::{File, Operation};
use crate::zoo::registry::{self, Unknown};
use crate::zoo::sync::Pace;
use crate::zoo::{Asked, System, Viewed, Visitor};

/// What `squall new` is told.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The file to write, with or without `.ron` at its end.
    name: PathBuf,
    /// What it is about: a data type on a sync, such as or_set/merkle, a data type, or a broadcast.
    #[arg(long, default_value = "or_set/delta_intervals", value_name = "DATA/SYNC|BROADCAST")]
    system: String,
    /// Print it instead of writing a file.
    #[arg(long)]
    stdout: bool,
}

/// Writes a scenario, where there is none yet.
pub(super) fn new(arguments: &Arguments, terminal: &Terminal) -> io::Result<Exit> {
    let system = match named(&arguments.system) {
        Ok(system) => system,
        Err(unknown) => {
            terminal.complain(unknown);
            return Ok(Exit::Refused);
        }
    };
    let mut path = arguments.name.clone();
    if path.extension().is_none_or(|extension| extension != "ron") {
        path.as_mut_os_string().push(".ron");
    }
    let title = path.file_stem().unwrap_or_default().to_string_lossy().replace('_', " ");
    let text = scenario(&title, &system);
    if arguments.stdout {
        terminal.results(&text)?;
        return Ok(Exit::Expected);
    }
    if let Err(error) = write(&path, &text) {
        let why = match error.kind() {
            io::ErrorKind::AlreadyExists => "there is such a file already, and it stays as it is".to_owned(),
            _ => error.to_string(),
        };
        terminal.complain(format_args!("{}: {why}", shown(&path)));
        return Ok(Exit::Refused);
    }
    terminal.result(format_args!("{} is written; to run it: squall run {}", shown(&path), again::quoted(&path)))?;
    Ok(Exit::Expected)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

/// What a file says of the system that goes by such a name on the command line, or why there is none.
fn named(name: &str) -> Result<String, Unknown> {
    let pair = |data: &str, sync: &str| {
        registry::system(data, sync)?;
        Ok(format!("data: \"{data}\", sync: \"{sync}\""))
    };
    if let Some((data, sync)) = name.split_once('/') {
        return pair(data, sync);
    }
    if registry::broadcasts().any(|entry| entry.name == name) {
        return Ok(format!("broadcast: \"{name}\""));
    }
    let syncs = registry::all().find(|(data, _)| *data == name).map(|(_, syncs)| syncs);
    let usual = |syncs: Vec<&'static str>| {
        let preferred = syncs.iter().find(|sync| **sync == "delta_intervals").or(syncs.first());
        preferred.copied().unwrap_or_default()
    };
    pair(name, syncs.map_or("full_state", usual))
}

/// A scenario of this title.
fn scenario(title: &str, system: &str) -> String {
    let draft = |requests: &str| {
        format!(
            r#"// What happens in this story, in a sentence or two: who wants what, and what goes wrong.
(
    version: 1,
    name: {title:?},

    // What is tried out. `squall list systems` names all there is.
    system: ({system}, period: "50ms"),

    // Requests that come as written: when, to which replica, and what. Beside them, a user at each replica asks for
    // something that makes sense there, now and then.
    requests: [{requests}],
    clients: (every: "50ms", odds: 0.5),

    // The world that it happens in. `squall list faults` names what can go wrong there.
    world: (
        replicas: 3,
        link: (latency: Uniform("5ms", "60ms"), loss: 0.1),
        duration: "2s",
        settle: "5s",
        faults: [
            Partition((shape: Halves, from: Between("200ms", "600ms"), until: Between("1s", "1800ms"))),
        ],
    ),

    // How many seeds `squall run` tries, and what must come of it: Holds, or Violates("sec") for a check that must
    // find something. `squall list checks` names them.
    seeds: 100,
    expect: Holds,
)
"#
        )
    };
    let operation = File::parse(&draft("")).ok().and_then(|file| resolve(&file).ok()?.1.visit(Example));
    draft(&operation.map_or_else(String::new, |operation| format!("At(\"100ms\", 0, {})", operation.text())))
}

/// Something that a system can be asked for, at its beginning.
struct Example;

impl Visitor for Example {
    type Output = Option<Operation>;

    fn visit<O: Asked, V: Viewed>(self, system: System<O, V>) -> Option<Operation> {
        let replica = system.spawn(Seat { members: 3, ..Seat::default() }, Pace::each(Span::millis(50)));
        match replica.propose(&mut |_| 0) {
            Ask::Do(operation) => Some(Operation::of(&operation)),
            Ask::Read => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Verdict, campaign};

    /// All systems, as they are named on the command line.
    fn systems() -> impl Iterator<Item = String> {
        let pairs =
            registry::all().flat_map(|(data, syncs)| syncs.into_iter().map(move |sync| format!("{data}/{sync}")));
        pairs.chain(registry::broadcasts().map(|entry| entry.name.to_owned()))
    }

    #[test]
    fn a_new_scenario_of_any_system_can_be_run_and_holds() {
        // Few where code is not optimised.
        let seeds = if cfg!(debug_assertions) { 2 } else { 20 };
        let mut wrong = Vec::new();
        for name in systems() {
            let text = scenario("a \"story\"", &named(&name).unwrap_or_else(|error| panic!("{error}")));
            let file = File::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
            assert_eq!((file.name.as_str(), file.requests.len()), ("a \"story\"", 1), "{text}");
            let outcome = campaign(&file, 0..seeds).unwrap_or_else(|error| panic!("{name}: {error}"));
            if outcome.verdict() != Verdict::Holds {
                wrong.push(format!("{name}: {:?} {:?}", outcome.idle, outcome.finding()));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn a_data_type_alone_gets_a_sync_that_it_runs_on() {
        assert_eq!(named("or_set").as_deref(), Ok("data: \"or_set\", sync: \"delta_intervals\""));
        assert_eq!(named("causal").as_deref(), Ok("broadcast: \"causal\""));
        let unknown = named("or_sett/merkle").map_err(|error| error.to_string());
        assert_eq!(unknown, Err("no data type is called `or_sett`: did you mean `or_set`?".to_owned()));
    }
}
