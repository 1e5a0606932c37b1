//! A run as a page: one file that holds all that it shows, and asks nothing of any network.
//!
//! The law: whatever values a run has, they are text on the page and nothing else; and the same runs give the same
//! bytes.

use std::fmt::Write as _;

use serde::Serialize;

use super::escape::is_format;
use super::json::{Caption, Line, lines};
use super::{Difference, Drawing, story};
use crate::base::Digester;
use crate::run::Picture;

const FRAME: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = concat!(
    include_str!("model.js"),
    include_str!("words.js"),
    include_str!("diagram.js"),
    include_str!("panels.js"),
    include_str!("plots.js"),
    include_str!("main.js")
);

/// How much of all values together a page holds, in bytes: of what is longer, the beginning is shown.
const MOST: usize = 32 << 20;
/// How much of one value it holds at most, and how much of each it holds in any case.
const LONGEST: usize = 20_000;
const SHORTEST: usize = 400;

/// What the script is given.
#[derive(Serialize)]
struct Told<'a> {
    runs: Vec<Vec<Line<'a>>>,
    difference: Option<Parting>,
}

#[derive(Serialize)]
struct Parting {
    here: Option<u64>,
    there: Option<u64>,
    says: String,
}

/// The page of a run; with another one, of the two side by side.
pub fn page(run: (&Picture, &Caption), against: Option<(&Picture, &Caption)>) -> String {
    let texts = |picture: &Picture| picture.states.len() + picture.trace.records().len();
    let all = texts(run.0) + against.map_or(0, |other| texts(other.0));
    let most = (MOST / all.max(1)).clamp(SHORTEST, LONGEST);
    let difference = against.and_then(|other| Difference::first(run.0, other.0));
    let difference = difference.map(|Difference { here, there, says }| Parting { here, there, says });
    let runs = [Some(run), against].into_iter().flatten();
    let runs = runs.map(|(picture, caption)| picture.named(|| lines(picture, caption, most))).collect();
    let data = serde_json::to_string(&Told { runs, difference });
    let data = embedded(&data.unwrap_or_else(|error| unreachable!("plain values: {error}")));
    let mut digester = Digester::new();
    digester.bytes(data.as_bytes());
    let nonce = digester.finish().to_string();
    let text = story(run.0, Drawing::default());
    filled(&[
        ("nonce", &nonce),
        ("title", &escaped(&run.1.title)),
        ("style", STYLE),
        ("story", &escaped(&text)),
        ("data", &data),
        ("script", SCRIPT),
    ])
}

/// The frame with what stands in its places, each of which is looked for in the frame alone.
fn filled(places: &[(&str, &str)]) -> String {
    let mut page = String::new();
    let mut rest = FRAME;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        let text = places.iter().find(|(place, _)| *place == name).map_or("", |(_, text)| *text);
        page.push_str(before);
        page.push_str(text);
        rest = after;
    }
    page + rest
}

/// JSON that can stand in a page: no sign in it means anything to whoever reads the page as such, and none steers how
/// its neighbours are shown.
fn embedded(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if matches!(c, '<' | '>' | '&') || steers(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        } else {
            text.push(c);
        }
    }
    text
}

/// Whether a sign steers how others are read or shown.
fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || is_format(c)
}

/// Text that can stand in a page.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push('\n'),
            c if steers(c) => escaped.push('·'),
            c => escaped.push(c),
        }
    }
    escaped
}
