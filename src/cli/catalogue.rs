//! All that has a name, with what can be said of it: for lists, for explanations, and for whoever mistypes.

use crate::base::{Entry, Span};
use crate::check::{self, causality};
use crate::cli::{Exit, format};
use crate::scenario::FAULTS;
use crate::zoo::broadcast::Ground;
use crate::zoo::{adapter, registry, specimen};

/// A thing with a name.
pub(super) struct Thing {
    /// What it is one of, in the singular.
    pub(super) kind: &'static str,
    /// What it is called.
    pub(super) name: String,
    /// What it is, in a line.
    pub(super) line: String,
    /// What else is known of it, in paragraphs.
    pub(super) text: String,
    /// What a table says of it beside that.
    pub(super) beside: String,
}

impl Thing {
    fn of(kind: &'static str, entry: &Entry, beside: String, more: &str) -> Thing {
        let gap = if more.is_empty() { "" } else { "\n\n" };
        let text = format!("{}{gap}{more}", entry.explained);
        Thing { kind, name: entry.name.to_owned(), line: entry.line.to_owned(), text, beside }
    }
}

/// Data types.
pub(super) fn types() -> impl Iterator<Item = Thing> {
    registry::types().map(|(entry, syncs)| {
        let first = syncs.first().copied().unwrap_or_default();
        let more = format!(
            "It runs on {}. In a file: `system: (data: \"{}\", sync: \"{first}\")`.",
            syncs.join(", "),
            entry.name
        );
        Thing::of("data type", entry, syncs.join(", "), &more)
    })
}

/// Syncs.
pub(super) fn syncs() -> impl Iterator<Item = Thing> {
    registry::syncs().map(|entry| {
        let types = registry::all().filter(|(_, syncs)| syncs.contains(&entry.name)).count();
        let of = format!("{types} of {}", registry::all().count());
        let more = format!("{of} data types run on it: `squall list systems` names the pairs.");
        Thing::of("sync", entry, of, &more)
    })
}

/// Broadcasts.
pub(super) fn broadcasts() -> impl Iterator<Item = Thing> {
    registry::broadcasts().map(|entry| {
        let system = registry::broadcast(entry.name, Span::millis(100), Ground::HOSTILE);
        let checks = system.map(|system| system.checks().join(", ")).unwrap_or_default();
        let held = match checks.as_str() {
            "" => "It promises nothing that a check of its own looks for.".to_owned(),
            checks => format!("It is held to {checks}."),
        };
        let more = format!("{held} In a file: `system: (broadcast: \"{}\")`.", entry.name);
        Thing::of("broadcast", entry, checks, &more)
    })
}

/// Libraries that others wrote, as far as this program has adapters for them.
pub(super) fn libraries() -> impl Iterator<Item = Thing> {
    adapter::entries().into_iter().map(|entry| Thing::of("library", &entry, String::new(), ""))
}

/// Checks.
pub(super) fn checks() -> impl Iterator<Item = Thing> {
    check::ALL.into_iter().map(|about| Thing {
        kind: "check",
        name: about.name.to_owned(),
        line: about.claim.to_owned(),
        text: format!("{}\n\nIt costs {}.", about.explained, about.cost),
        beside: about.cost.to_owned(),
    })
}

/// Faults.
pub(super) fn faults() -> impl Iterator<Item = Thing> {
    FAULTS.iter().map(|entry| {
        let example = entry.explained.split_once("In a file: ").map(|(_, example)| example.trim_end_matches('.'));
        Thing::of("fault", entry, example.unwrap_or_default().to_owned(), "")
    })
}

/// Specimens.
pub(super) fn specimens() -> impl Iterator<Item = Thing> {
    specimen::all().map(|one| {
        let needs: Vec<String> = one.needs.iter().map(|need| format!("{need:?}")).collect();
        let beyond = if needs.is_empty() { "nothing".to_owned() } else { needs.join(", ") };
        Thing {
            kind: "specimen",
            name: one.name.to_owned(),
            line: one.mistake.to_owned(),
            text: format!(
                "Known from: {}.\nTo a user: {}.\nSmallest story: {}.\nCaught by `{}`; needs {beyond} beyond an ordinary \
                 bad network.\n\nIn a file: `system: (specimen: \"{}\")`.",
                one.known_from, one.harm, one.story, one.caught_by, one.name
            ),
            beside: one.caught_by.to_owned(),
        }
    })
}

/// Exit codes.
pub(super) fn exits() -> impl Iterator<Item = Thing> {
    Exit::ALL.into_iter().map(|exit| Thing {
        kind: "exit code",
        name: exit.code().to_string(),
        line: exit.meaning().to_owned(),
        text: exit.explained().to_owned(),
        beside: String::new(),
    })
}

/// What reports say that is no check, and what else one may wonder about.
fn words() -> impl Iterator<Item = Thing> {
    let json = Thing {
        kind: "format",
        name: "json".to_owned(),
        line: "results for programs, one JSON object on each line".to_owned(),
        text: format::JSON.trim_end().to_owned(),
        beside: String::new(),
    };
    WORDS.iter().map(|entry| Thing::of("word", entry, String::new(), "")).chain([json])
}

/// The guarantees of causality, and all of them together.
fn guarantees() -> impl Iterator<Item = Thing> {
    let thing = |name: &str, line: &str, text: String| Thing {
        kind: "guarantee",
        name: name.to_owned(),
        line: line.to_owned(),
        text,
        beside: String::new(),
    };
    let whole = thing("causality", "which order of cause and effect replicas keep, by name", causality::explained());
    let each = causality::LATTICE.iter().map(move |member| {
        let text = format!("{}\n{}", causality::drawing(), member.explained);
        thing(member.name, member.claim, text)
    });
    each.chain([whole])
}

/// All of it.
pub(super) fn things() -> impl Iterator<Item = Thing> {
    let systems = types().chain(syncs()).chain(broadcasts()).chain(libraries());
    systems.chain(checks()).chain(guarantees()).chain(faults()).chain(specimens()).chain(exits()).chain(words())
}

const WORDS: [Entry; 12] = [
    Entry {
        name: "vacuous",
        line: "nothing was wrong, and not all came into play",
        explained: "A fault of the scenario never bit in any seed (no message was really lost, the partition cut nothing \
                    off), or no check had anything to judge. A test that passes so says nothing. Give the fault more to \
                    bite on: more requests while it lasts, a longer duration, higher odds, more seeds. Exit code 3.",
    },
    Entry {
        name: "panic",
        line: "the code under test panicked",
        explained: "It is caught, and a finding like any other: with its words, its seed, and the command that shows it \
                    again. The world that it happened in is thrown away. A scenario may expect it: \
                    `expect: Violates(\"panic\")`. A panic of squall itself is exit code 70.",
    },
    Entry {
        name: "livelock",
        line: "a run handled more events than it may",
        explained: "Replicas that answer every message with two, or set a timer for no time at all, never come to rest. A \
                    run that reaches `most_events` (a hundred million, unless the scenario says otherwise) is stopped, and \
                    that is a finding. A scenario may expect it: `expect: Violates(\"livelock\")`.",
    },
    Entry {
        name: "hang",
        line: "a handler did not return",
        explained: "Code that loops for ever cannot be stopped from within. A watchdog names the seed when one handler \
                    takes longer than `--handler-timeout`; with `--isolate` seeds are run in processes of their own, the \
                    one that hangs is ended, and the campaign goes on with the next seed. To try it: \
                    `system: (specimen: \"never_returns\")` and a crash to come back from.",
    },
    Entry {
        name: "memory",
        line: "a run took more memory than it may",
        explained: "With `--isolate`, a process that takes more than `--memory` is ended, and that is a finding; without \
                    it, whatever the system does then happens to all. To try it: `system: (specimen: \"eats_memory\")` \
                    and a crash to come back from.",
    },
    Entry {
        name: "abort",
        line: "the process of a run ended",
        explained: "By a stack that overflowed, an abort, or a signal: what cannot be caught. With `--isolate` it is a \
                    finding with its seed, and the last line that the process said. To try it: \
                    `system: (specimen: \"takes_the_process_down\")` and a crash to come back from.",
    },
    Entry {
        name: "unstable",
        line: "one seed gave two results",
        explained: "The first seed of each scenario is run twice, in worlds of their own. When they differ, the code under \
                    test reads something beside its context: a clock, the order of a hash map, an address, a static that \
                    outlives the run. Nothing else that was found can be trusted then. Exit code 5.",
    },
    Entry {
        name: "seed",
        line: "where all chance of a run comes from",
        explained: "A run is a function of its scenario and its seed: what the network does, when drawn faults strike, \
                    what clients ask. `--seed 8127` runs one again, byte for byte, on any machine. Chance belongs to the \
                    names of decisions, so that taking one message away changes nothing about the others.",
    },
    Entry {
        name: "hash",
        line: "what tells a run, or many, from every other",
        explained: "It covers every event that was handled and the states at the end. The same scenario and seeds give the \
                    same hash in debug and release code, on any number of threads, on every platform.",
    },
    Entry {
        name: "as told",
        line: "what had to be wrong is wrong",
        explained: "The scenario says `expect: Violates(\"sec\")` or `expect: Vacuous`, and that is what came of it: in the \
                    first seed in which anything was found, that check found it.",
    },
    Entry {
        name: "missing",
        line: "what had to be wrong is not",
        explained: "The scenario says that a check finds something, and in none of the seeds it did. Either what was wrong \
                    is cured, or the seeds are too few, or the check does not see it any more. Exit code 1.",
    },
    Entry {
        name: "cut short",
        line: "fewer seeds were run than asked for",
        explained: "After a Ctrl-C, or where nobody read the results any more, what was run so far says nothing about the \
                    rest. Exit code 3, and 130 after a Ctrl-C.",
    },
];
