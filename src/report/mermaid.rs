//! A run as a sequence diagram for Mermaid.
//!
//! Arrows are drawn where messages arrive, or where they are lost. The law: the text stays below what Mermaid draws
//! without being asked to, [`MERMAID_MOST`] signs; of a longer run the end is told.

use super::escape;
use super::scenes::{Scene, Turn, turns};
use crate::base::ReplicaId;
use crate::run::Picture;

/// How many signs Mermaid draws.
pub const MERMAID_MOST: usize = 50_000;

/// Longer words are cut short in a diagram.
const LONGEST: usize = 60;

/// Writes a run; all events of it, or those that matter.
pub fn mermaid(picture: &Picture, all: bool) -> String {
    let mut head = String::from("sequenceDiagram\n");
    for (nth, name) in picture.names.iter().enumerate() {
        head.push_str(&format!("    participant r{nth} as {}\n", label(name)));
    }
    let last = picture.names.len().saturating_sub(1);
    let parts: Vec<String> = turns(picture, all).iter().map(|turn| part(turn, last)).collect();
    let verdict = picture.finding.as_ref().map_or(String::new(), |finding| {
        let says = finding.to_string();
        format!("    Note over r0,r{last}: ★ {}\n", escape::mermaid(&escape::line(first_line(&says), 4 * LONGEST)))
    });
    // From the end backwards, as much as there is room for.
    let mut room = MERMAID_MOST.saturating_sub(head.chars().count() + verdict.chars().count() + 100);
    let fits = |part: &&String| {
        let size = part.chars().count();
        let fits = size <= room;
        room = room.saturating_sub(size);
        fits
    };
    let told = parts.iter().rev().take_while(fits).count();
    let left_out = parts.len() - told;
    let gap = match left_out {
        0 => String::new(),
        left_out => format!("    Note over r0,r{last}: {left_out} earlier events are left out\n"),
    };
    [&[head, gap], &parts[left_out..], &[verdict]].concat().concat()
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn label(text: &str) -> String {
    escape::mermaid(&escape::line(text, LONGEST))
}

fn part(turn: &Turn, last: usize) -> String {
    match turn {
        Turn::Wall { at, up, says, .. } => {
            let word = if *up { "a wall goes up" } else { "the wall comes down" };
            format!("    Note over r0,r{last}: {at} {word}, {}\n", label(says))
        }
        Turn::Miss { from, to, why, .. } => lost(*from, *to, why),
        Turn::Scene(scene) if scene.is_wrong => {
            format!("    rect rgb(250, 220, 220)\n{}    end\n", lines(scene))
        }
        Turn::Scene(scene) => lines(scene),
    }
}

fn lost(from: ReplicaId, to: ReplicaId, why: &str) -> String {
    format!("    r{}-xr{}: {}\n", from.0, to.0, label(why))
}

fn lines(scene: &Scene) -> String {
    let me = scene.replica.0;
    let mut text = match scene.gets {
        Some(got) => {
            let copy = if got.copy > 0 { format!("copy {}, ", got.copy + 1) } else { String::new() };
            let damaged = if got.damaged { "damaged, " } else { "" };
            format!("    r{}->>r{me}: {copy}{damaged}sent {}, received {}\n", got.from.0, got.sent, scene.at)
        }
        None => format!("    Note over r{me}: {} {}\n", scene.at, label(&scene.says)),
    };
    if let Some(shows) = &scene.shows {
        text.push_str(&format!("    Note right of r{me}: {}\n", label(shows)));
    }
    for sent in &scene.sends {
        if let Some(why) = &sent.lost {
            text.push_str(&lost(scene.replica, sent.to, why));
        }
    }
    text
}
