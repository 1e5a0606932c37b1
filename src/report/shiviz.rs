//! A run as a log for ShiViz: an event a line, with its vector clock.
//!
//! The first line is the expression that reads the others, the second the one that tells several runs apart. The law: a
//! line holds one event, whatever the values are, since host and clock come first and neither can hold a blank.

use std::fmt::Write;

use super::escape;
use super::scenes::{Scene, scenes};
use crate::run::Picture;

/// What reads a line; ShiViz asks for groups of these names, and shows the others beside the event.
pub const EXPRESSION: &str = r"^(?<host>\S+) (?<clock>\{[^}]*\}) (?<time>\S+) (?<event>.+)$";

/// What stands between several runs.
pub const DELIMITER: &str = r"^=== (?<trace>.+) ===$";

/// Writes runs, each with its title; all events of them, or those that matter.
pub fn shiviz(runs: &[(&str, &Picture)], all: bool) -> String {
    let mut text = format!("{EXPRESSION}\n{DELIMITER}\n");
    for (title, picture) in runs {
        if runs.len() > 1 {
            let _ = writeln!(text, "=== {} ===", escape::line(title, 100));
        }
        let hosts = hosts(picture);
        for scene in scenes(picture, all) {
            let _ = writeln!(text, "{}", line(&hosts, &scene));
        }
    }
    text
}

/// A word for each replica, and no two the same.
fn hosts(picture: &Picture) -> Vec<String> {
    let mut hosts: Vec<String> = Vec::new();
    for (nth, name) in picture.names.iter().enumerate() {
        let word = escape::word(name);
        hosts.push(if hosts.contains(&word) { format!("{word}.{nth}") } else { word });
    }
    hosts
}

fn line(hosts: &[String], scene: &Scene) -> String {
    let seen = hosts.iter().zip(scene.clock.iter()).filter(|(_, count)| **count > 0);
    let clock: Vec<String> = seen.map(|(host, count)| format!("{}:{count}", escape::json(host))).collect();
    let wrong = if scene.is_wrong { "★ " } else { "" };
    let shows = scene.shows.as_ref().map_or(String::new(), |shows| format!(" = {shows}"));
    let time = scene.at.to_string().replace(' ', "_");
    format!("{} {{{}}} {time} {wrong}{}{shows}", hosts[scene.replica.index()], clock.join(","), scene.says)
}
