//! Graphs for Graphviz: what followed from what in a run, and who is linked with whom.
//!
//! The law: nodes and edges come in an order that depends on run and plan alone.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::escape;
use super::scenes::scenes;
use crate::base::{Name, ReplicaId};
use crate::run::Picture;
use crate::scenario::Topology;

/// Longer words are cut short in a graph.
const LONGEST: usize = 60;

/// What followed from what: a column for each replica, an edge for each step and each message; all events of the run,
/// or those that matter.
pub fn happens_before(picture: &Picture, all: bool) -> String {
    let scenes = scenes(picture, all);
    let mut text = String::from(
        "digraph happens_before {\n    rankdir=TB;\n    node [shape=box, style=rounded, fontname=\"monospace\"];\n",
    );
    for (nth, name) in picture.names.iter().enumerate() {
        let label = escape::dot(&escape::line(name, LONGEST));
        let _ = writeln!(text, "    subgraph cluster_{nth} {{\n        label={label};");
        for scene in scenes.iter().filter(|scene| scene.replica.index() == nth) {
            let shows =
                scene.shows.as_ref().map_or(String::new(), |shows| format!("\n= {}", escape::line(shows, LONGEST)));
            let says = format!("{} {}{shows}", scene.at, escape::line(&scene.says, LONGEST));
            let wrong = if scene.is_wrong { ", color=red, penwidth=3" } else { "" };
            let _ = writeln!(text, "        s{} [label={}{wrong}];", scene.step, escape::dot(&says));
        }
        text.push_str("    }\n");
    }
    let mut last: BTreeMap<ReplicaId, u64> = BTreeMap::new();
    let mut sent: BTreeMap<Name, u64> = BTreeMap::new();
    for scene in &scenes {
        if let Some(before) = last.insert(scene.replica, scene.step) {
            let _ = writeln!(text, "    s{before} -> s{};", scene.step);
        }
        if let Some(from) = scene.gets.and_then(|got| sent.get(&got.message)) {
            let _ = writeln!(text, "    s{from} -> s{} [style=bold, color=blue];", scene.step);
        }
        for message in &scene.sends {
            sent.insert(message.message, scene.step);
            if let Some(why) = &message.lost {
                let (step, to) = (scene.step, message.to.0);
                let to_whom = format!("{why}, to {}", escape::line(picture.name(message.to), LONGEST));
                let _ = writeln!(text, "    l{step}_{to} [shape=plaintext, label={}];", escape::dot(&to_whom));
                let _ = writeln!(text, "    s{step} -> l{step}_{to} [style=dashed, color=gray];");
            }
        }
    }
    text + "}\n"
}

/// Who is linked with whom, and how far regions are apart.
pub fn topology(picture: &Picture, topology: &Topology) -> String {
    let mut text = String::from("graph topology {\n    node [shape=circle, fontname=\"monospace\"];\n");
    for (nth, name) in picture.names.iter().enumerate() {
        let _ = writeln!(text, "    r{nth} [label={}];", escape::dot(&escape::line(name, LONGEST)));
    }
    for from in (0..picture.links.replicas()).map(ReplicaId) {
        for to in picture.links.neighbours(from).iter().filter(|to| *to > from) {
            let way = topology.one_way(from, to);
            let label = way.map_or(String::new(), |way| format!(" [label={}]", escape::dot(&way.to_string())));
            let _ = writeln!(text, "    r{} -- r{}{label};", from.0, to.0);
        }
    }
    text + "}\n"
}
