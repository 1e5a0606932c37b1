//! Writes a scenario file: stable, readable, with what is short on one line.
//!
//! The serializer's text is laid out anew. What goes without saying is found in files that say no more than they
//! must: whatever these do not say, and the serializer does, is a default.

use std::collections::BTreeMap;

use super::File;
use super::reading::options;
use super::source::{Node, Source};
use crate::base::Names;

/// What is read line by line.
const STORIES: [&str; 3] = ["requests", "fates", "faults"];
/// What fits is not broken into lines.
const WIDEST: usize = 110;

impl File {
    /// The text of a file that says this, without what goes without saying.
    pub fn to_ron(&self) -> String {
        let defaults = Names::default().scope(defaults);
        self.written_names().scope(|| laid_out(&plain(self), &defaults))
    }

    /// The text of a file that says this, with all that goes without saying.
    pub fn to_full_ron(&self) -> String {
        self.written_names().scope(|| laid_out(&plain(self), &Defaults::new()))
    }

    /// What replicas are called in the text: nothing where the file could not name them all.
    fn written_names(&self) -> Names {
        let names = &self.world.names;
        if names.iter().count() < self.world.replicas as usize { Names::default() } else { names.clone() }
    }
}

fn plain(file: &File) -> String {
    // A scenario holds numbers, texts and lists alone, and operations that were read or written as RON.
    options().to_string(file).unwrap_or_else(|error| panic!("a scenario cannot be written: {error}"))
}

/// What fields say where they are left out, by the names and heads on the way to them.
type Defaults = BTreeMap<String, String>;

/// Files that say no more than they must. The second one has some of everything in it.
const SPARSE: [&str; 3] = [
    "(world: (replicas: 1))",
    r#"(
        system: (), clients: (mix: [(op: X)]), checks: [(check: "")], matrix: (),
        world: (
            replicas: 1, topology: SmallWorld(degree: 2, rewire: 0),
            link: (), links: [(link: ())], clock: (), clocks: { 0: () },
            faults: [
                Partition(shape: Halves, from: At("0s"), flapping: (period: "1s")),
                Crash(who: Any, at: At("0s"), down: Forever),
                Pause(who: Any, from: At("0s")),
            ],
        ),
    )"#,
    r#"(clients: (), world: (
        replicas: 1, topology: RandomRegular(degree: 2),
        faults: [Partition(shape: Halves, from: At("0s"))],
    ))"#,
];

fn defaults() -> Defaults {
    let mut defaults = Defaults::new();
    for sparse in SPARSE {
        let file = options().from_str(sparse).unwrap_or_else(|error| unreachable!("{sparse}: {error}"));
        let full = plain(&file);
        let (said, all) = (Source::scan(sparse).0, Source::scan(&full).0);
        if let (Some(said_root), Some(root)) = (said.root(), all.root()) {
            unsaid((&said, said_root), (&all, root), "", &mut defaults);
        }
    }
    defaults
}

/// Enters what is in the one value and not in the other.
fn unsaid(said: (&Source<'_>, Node), all: (&Source<'_>, Node), way: &str, defaults: &mut Defaults) {
    let ((said, said_at), (all, at)) = (said, all);
    for (nth, child) in all.children(at).enumerate() {
        let counterpart = match all.name(child) {
            Some(name) if all.bracket(at) == Some('(') => {
                said.children(said_at).find(|other| said.name(*other) == Some(name))
            }
            _ => said.children(said_at).nth(nth),
        };
        let way = step(way, all, at, child);
        match counterpart {
            Some(counterpart) => unsaid((said, counterpart), (all, child), &way, defaults),
            None => drop(defaults.insert(way, all.text(child).to_owned())),
        }
    }
}

/// The way to a value inside another one.
fn step(way: &str, source: &Source<'_>, at: Node, child: Node) -> String {
    let name = source.name(child).filter(|_| source.bracket(at) == Some('(')).unwrap_or_default();
    let head = if source.bracket(child).is_some() { source.head(child) } else { "" };
    format!("{way}.{name}{head}")
}

fn laid_out(text: &str, defaults: &Defaults) -> String {
    let (source, _) = Source::scan(text);
    let mut layout = Layout { source: &source, defaults, out: String::new() };
    if let Some(root) = source.root() {
        layout.broken(root, "", 0);
    }
    layout.out.push('\n');
    layout.out
}

struct Layout<'a> {
    source: &'a Source<'a>,
    defaults: &'a Defaults,
    out: String,
}

impl Layout<'_> {
    /// The values in another one that are to be said, each with the way to it.
    fn children(&self, node: Node, way: &str) -> Vec<(Node, String)> {
        let children = self.source.children(node).map(|child| (child, step(way, self.source, node, child)));
        children
            .filter(|(child, way)| self.defaults.get(way).is_none_or(|default| default != self.source.text(*child)))
            .collect()
    }

    fn begin(&self, node: Node) -> String {
        let name = self.source.name(node).map(|name| format!("{name}: ")).unwrap_or_default();
        format!("{name}{}", self.source.head(node))
    }

    /// A value on one line, unless it is longer than that or is better read in several.
    fn line(&self, node: Node, way: &str, room: usize) -> Option<String> {
        let mut line = self.begin(node);
        if let Some(open) = self.source.bracket(node) {
            let (before, after) = brackets(open);
            let children = self.children(node, way);
            if children.len() > 1 && STORIES.contains(&self.source.name(node).unwrap_or_default()) {
                return None;
            }
            let blank = if open == '{' && !children.is_empty() { " " } else { "" };
            line += &format!("{before}{blank}");
            for (nth, (child, way)) in children.iter().enumerate() {
                let gap = if nth > 0 { ", " } else { "" };
                line += &format!("{gap}{}", self.line(*child, way, room.checked_sub(line.len())?)?);
            }
            line += &format!("{blank}{after}");
        }
        (line.len() <= room).then_some(line)
    }

    fn value(&mut self, node: Node, way: &str, indent: usize) {
        match self.line(node, way, WIDEST.saturating_sub(indent)) {
            Some(line) => self.out += &line,
            None => self.broken(node, way, indent),
        }
    }

    /// A value with each of those inside it on a line of its own.
    fn broken(&mut self, node: Node, way: &str, indent: usize) {
        self.out += &self.begin(node);
        let Some(open) = self.source.bracket(node) else { return };
        let (before, after) = brackets(open);
        self.out += before;
        for (child, way) in self.children(node, way) {
            self.out += &format!("\n{:1$}", "", indent + 4);
            self.value(child, &way, indent + 4);
            self.out.push(',');
        }
        self.out += &format!("\n{:1$}{after}", "", indent);
    }
}

fn brackets(open: char) -> (&'static str, &'static str) {
    match open {
        '(' => ("(", ")"),
        '[' => ("[", "]"),
        _ => ("{", "}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: &str = r#"(
    version: 1,
    name: "two sets",
    system: (data: "or_set", sync: "full_state"),
    world: (replicas: 2),
)
"#;

    const LONG: &str = r#"(
    version: 1,
    name: "much of \"everything\"",
    about: "a ä",
    system: (data: "or_set", sync: "full_state", period: "50ms"),
    requests: [
        At("1s", "south", Add("milk")),
        NamedRead("a look", "2s", "north"),
    ],
    clients: (every: "20ms", reads: 0.1, mix: [(weight: 3, op: Add("milk")), (op: Clear)]),
    fates: [Lost("north request 1 → south, copy 2")],
    rest: Perfect,
    seed: 7,
    checks: [(check: "sec"), (check: "spec", often: OneIn(4))],
    expect: Violates("sec"),
    witness: [Dropped(10), Partitioned("1s")],
    matrix: (sync: ["full_state", "operations"], skip_misfits: true),
    world: (
        replicas: ["north", "central", "south"],
        topology: SmallWorld(degree: 2, rewire: 0.5, seed: 9),
        link: (
            latency: TwoPeaks(near: ("5ms", "30ms"), far: ("200ms", "400ms"), far_share: 0.1),
            bursts: (every: "1s", lasting: "100ms", loss: 0.9),
        ),
        links: [(from: "north", link: (loss: 1.0))],
        clocks: { "south": (skew: "-5min") },
        faults: [
            Partition(shape: Isolate(["south"]), from: At("200ms"), in_flight: Arrive),
            Partition(shape: Halves, from: At("200ms"), flapping: (period: "1ms")),
            Crash(who: Replica("north"), at: At("300ms"), down: Forever, disk: CloneOf("south")),
        ],
    ),
)
"#;

    #[test]
    fn a_file_is_written_as_people_write_it() {
        for text in [SHORT, LONG] {
            let file = File::parse(text).unwrap_or_else(|mistakes| panic!("{mistakes}"));
            assert_eq!(file.to_ron(), text);
        }
    }

    #[test]
    fn with_all_that_goes_without_saying_it_says_the_same() {
        for text in [SHORT, LONG] {
            let file = File::parse(text).unwrap_or_else(|mistakes| panic!("{mistakes}"));
            let full = file.to_full_ron();
            assert!(full.len() > text.len() + 300, "{full}");
            assert_eq!(File::parse(&full), Ok(file));
        }
    }
}
