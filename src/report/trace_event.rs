//! A run as trace events, the JSON that Perfetto and Chrome's own viewer read: replicas are tracks, messages are flows.
//!
//! Each replica is a process with two threads: what it did, and what it showed from when to when. The law: it is JSON
//! whatever the values are, and each flow that ends has begun.

use std::collections::BTreeMap;

use super::escape::{json, line};
use super::scenes::{Scene, Turn, turns};
use crate::base::{Name, ReplicaId, Time};
use crate::run::Picture;

/// How long a scene is drawn, in nanoseconds, where nothing follows sooner: handlers take no time.
const DRAWN: u64 = 1_000_000;

/// Longer evidence is cut short.
const LONGEST: usize = 4000;

/// The threads of a replica.
const ACTS: u32 = 1;
const SHOWS: u32 = 2;

/// Writes a run; all events of it, or those that matter.
pub fn trace_event(picture: &Picture, all: bool) -> String {
    let turns = turns(picture, all);
    let network = picture.names.len() as u32 + 1;
    let mut events = Events::default();
    for (nth, name) in picture.names.iter().enumerate() {
        events.track(nth as u32 + 1, name, &[(ACTS, "does"), (SHOWS, "shows")]);
    }
    events.track(network, "network", &[(ACTS, "partitions")]);
    let end = picture.trace.records().last().map_or(Time::START, |record| record.moment.at);
    let scenes: Vec<&Scene> =
        turns.iter().filter_map(|turn| if let Turn::Scene(scene) = turn { Some(scene) } else { None }).collect();
    let mut sent: BTreeMap<Name, (ReplicaId, Time)> = BTreeMap::new();
    let mut flows = 0;
    let mut next: BTreeMap<ReplicaId, Time> = BTreeMap::new();
    let mut lengths: Vec<u64> = Vec::new();
    for scene in scenes.iter().rev() {
        let until = next.insert(scene.replica, scene.at);
        lengths.push(until.map_or(DRAWN, |until| until.since(scene.at).0.min(DRAWN)));
    }
    let mut showing: BTreeMap<ReplicaId, (Time, String)> = BTreeMap::new();
    for (scene, length) in scenes.iter().zip(lengths.iter().rev()) {
        let process = scene.replica.0 + 1;
        events.slice((process, ACTS), (scene.at, *length), &scene.says, scene.is_wrong);
        if let Some(shows) = &scene.shows
            && let Some((since, before)) = showing.insert(scene.replica, (scene.at, shows.clone()))
        {
            events.slice((process, SHOWS), (since, scene.at.since(since).0), &before, false);
        }
        if let Some(got) = scene.gets
            && let Some((from, at)) = sent.get(&got.message)
        {
            flows += 1;
            events.flow(flows, (from.0 + 1, *at), (process, scene.at));
        }
        sent.extend(scene.sends.iter().map(|sent| (sent.message, (scene.replica, scene.at))));
    }
    for (replica, (since, shows)) in showing {
        events.slice((replica.0 + 1, SHOWS), (since, end.since(since).0), &shows, false);
    }
    let mut walls: BTreeMap<u32, (Time, &str)> = BTreeMap::new();
    for turn in &turns {
        match turn {
            Turn::Wall { at, fault, up: true, says } => drop(walls.insert(*fault, (*at, says))),
            Turn::Wall { at, fault, up: false, .. } => {
                if let Some((since, says)) = walls.remove(fault) {
                    events.wall((network, *fault), (since, *at), says);
                }
            }
            Turn::Scene(_) | Turn::Miss { .. } => {}
        }
    }
    for (fault, (since, says)) in walls {
        events.wall((network, fault), (since, end), says);
    }
    if let Some(finding) = &picture.finding {
        let at = picture.violation().map_or(end, |violation| violation.at.at);
        events.verdict(network, at, &finding.to_string());
    }
    format!("{{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n{}\n]}}\n", events.lines.join(",\n"))
}

/// The events, each as a line of JSON.
#[derive(Default)]
struct Events {
    lines: Vec<String>,
}

/// A moment in microseconds, with all its nanoseconds.
fn micros(nanos: u64) -> String {
    format!("{}.{:03}", nanos / 1000, nanos % 1000)
}

impl Events {
    fn track(&mut self, process: u32, name: &str, threads: &[(u32, &str)]) {
        let name = json(name);
        self.lines.push(format!(
            "{{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":{process},\"tid\":0,\"args\":{{\"name\":{name}}}}}"
        ));
        for (thread, name) in threads {
            self.lines.push(format!(
                "{{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":{process},\"tid\":{thread},\
                 \"args\":{{\"name\":\"{name}\"}}}}"
            ));
        }
    }

    fn slice(&mut self, (process, thread): (u32, u32), (at, length): (Time, u64), says: &str, is_wrong: bool) {
        let colour = if is_wrong { ",\"cname\":\"terrible\"" } else { "" };
        self.lines.push(format!(
            "{{\"ph\":\"X\",\"name\":{},\"pid\":{process},\"tid\":{thread},\"ts\":{},\"dur\":{}{colour}}}",
            json(says),
            micros(at.0),
            micros(length)
        ));
    }

    fn flow(&mut self, id: u64, (from, sent): (u32, Time), (to, received): (u32, Time)) {
        for (phase, process, at) in [("\"s\"", from, sent), ("\"f\",\"bp\":\"e\"", to, received)] {
            self.lines.push(format!(
                "{{\"ph\":{phase},\"name\":\"message\",\"cat\":\"message\",\"id\":{id},\"pid\":{process},\"tid\":{ACTS},\
                 \"ts\":{}}}",
                micros(at.0)
            ));
        }
    }

    /// Partitions overlap, and slices of a thread must not: each has its own.
    fn wall(&mut self, (network, fault): (u32, u32), (since, until): (Time, Time), says: &str) {
        self.slice((network, ACTS + fault), (since, until.since(since).0), says, false);
    }

    fn verdict(&mut self, network: u32, at: Time, says: &str) {
        let first = says.lines().next().unwrap_or_default();
        self.lines.push(format!(
            "{{\"ph\":\"i\",\"s\":\"g\",\"name\":{},\"pid\":{network},\"tid\":{ACTS},\"ts\":{},\
             \"args\":{{\"evidence\":{}}}}}",
            json(&line(first, LONGEST)),
            micros(at.0),
            json(&says.chars().take(LONGEST).collect::<String>())
        ));
    }
}
