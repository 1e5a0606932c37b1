//! A run as text for a terminal: columns are replicas, time runs down, arrows are messages.
//!
//! Shown is what the violation followed from, and of that only what changed something; all of it where that is
//! asked for. The law: no line is wider than told, whatever the values are.

use std::collections::{BTreeMap, BTreeSet};

use super::escape;
use super::scenes::{asked, chosen, remembered, steps};
use crate::base::{Known, ReplicaId, Time};
use crate::run::Picture;
use crate::trace::{Cause, Kind, Record};

/// How a story is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Drawing {
    /// How wide a line may be.
    pub width: usize,
    /// Whether only ASCII is used.
    pub ascii: bool,
    /// Whether all events are shown, and not only what the violation followed from.
    pub all: bool,
}

impl Default for Drawing {
    fn default() -> Drawing {
        Drawing { width: 100, ascii: false, all: false }
    }
}

/// The signs that a story is drawn with.
struct Signs {
    line: char,
    gone: char,
    dot: char,
    across: char,
    left: char,
    right: char,
    lost: char,
    star: char,
    more: char,
}

const FINE: Signs =
    Signs {
        line: '│', gone: ' ', dot: '●', across: '─', left: '◀', right: '▶', lost: '✗', star: '★', more: '…'
    };
const PLAIN: Signs =
    Signs { line: '|', gone: ' ', dot: 'o', across: '-', left: '<', right: '>', lost: 'x', star: '*', more: '~' };

/// The width of the column of times.
const TIMES: usize = 15;

/// Draws a run.
pub fn story(picture: &Picture, drawing: Drawing) -> String {
    let mut pen = Pen::new(picture, drawing);
    pen.head();
    picture.named(|| {
        for (step, records) in steps(picture) {
            pen.step(step, records);
        }
        pen.verdict();
    });
    pen.text
}

struct Pen<'a> {
    picture: &'a Picture,
    signs: Signs,
    /// The width of one replica's column.
    column: usize,
    width: usize,
    ascii: bool,
    up: Vec<bool>,
    /// The steps that are shown.
    shown: BTreeSet<u64>,
    /// What each replica knew at last.
    known: BTreeMap<ReplicaId, Known>,
    text: String,
    clock: Option<Time>,
}

impl<'a> Pen<'a> {
    fn new(picture: &'a Picture, drawing: Drawing) -> Pen<'a> {
        let replicas = picture.names.len().max(1);
        let column = (drawing.width.saturating_sub(TIMES) / replicas).clamp(10, 40);
        let shown = chosen(picture, drawing.all);
        Pen {
            picture,
            signs: if drawing.ascii { PLAIN } else { FINE },
            column,
            width: drawing.width.max(TIMES + 10),
            ascii: drawing.ascii,
            up: vec![true; replicas],
            shown,
            known: BTreeMap::new(),
            text: String::new(),
            clock: None,
        }
    }

    fn head(&mut self) {
        let mut line = " ".repeat(TIMES);
        for name in &self.picture.names {
            line.push_str(&fitted(name, self.column, self.signs.more));
        }
        self.push(&line);
    }

    /// One line, no wider than it may be.
    fn push(&mut self, line: &str) {
        let short = fitted(line.trim_end(), self.width + 1, self.signs.more);
        self.write(short.trim_end());
        self.text.push('\n');
    }

    /// Writes words, in ASCII alone where that is asked for.
    fn write(&mut self, words: &str) {
        let plain = |c: char| match c {
            c if c.is_ascii() || !self.ascii => c,
            '–' | '—' => '-',
            _ => '?',
        };
        let words: String = words.chars().map(plain).collect();
        self.text.push_str(&words);
    }

    /// The time, where it is another than that of the line before.
    fn time(&mut self, at: Time) -> String {
        if self.clock == Some(at) {
            return " ".repeat(TIMES);
        }
        self.clock = Some(at);
        fitted(&at.to_string(), TIMES, self.signs.more)
    }

    /// The lines of all replicas, with texts that stand in the columns of some.
    fn row(&mut self, time: &str, cells: &[(ReplicaId, String)]) {
        let mut line = time.to_owned();
        for slot in 0..self.up.len() {
            match cells.iter().find(|(replica, _)| replica.index() == slot) {
                Some((_, text)) => line.push_str(&fitted(text, self.column, self.signs.more)),
                None => line.push_str(&fitted(&self.bar(slot).to_string(), self.column, self.signs.more)),
            }
        }
        self.push(&line);
    }

    fn bar(&self, slot: usize) -> char {
        if self.up[slot] { self.signs.line } else { self.signs.gone }
    }

    /// A text that stands by itself in the column of a replica, and goes on below.
    fn note(&mut self, time: &str, replica: ReplicaId, sign: char, text: &str) {
        let mut time = time.to_owned();
        let room = self.column.saturating_sub(3).max(4);
        for (nth, part) in wrapped(text, room).into_iter().take(4).enumerate() {
            let lead = if nth == 0 { sign } else { self.bar(replica.index()) };
            self.row(&time, &[(replica, format!("{lead} {part}"))]);
            time = " ".repeat(TIMES);
        }
    }

    /// A line across the whole picture.
    fn wall(&mut self, at: Time, text: &str) {
        let time = self.time(at);
        let room = (self.column * self.up.len()).min(self.width.saturating_sub(TIMES));
        let mut line = format!("{0}{0} {text} ", self.signs.across);
        while line.chars().count() < room {
            line.push(self.signs.across);
        }
        self.push(&format!("{time}{line}"));
    }

    /// A message on its way from one column to another; one that is lost does not get there.
    fn arrow(&mut self, time: &str, (from, to): (ReplicaId, ReplicaId), label: &str, lost: bool) {
        let (left, right) = (from.index().min(to.index()), from.index().max(to.index()));
        let mut line: Vec<char> = time.chars().collect();
        for slot in 0..self.up.len() {
            line.resize(TIMES + slot * self.column, ' ');
            line.push(self.bar(slot));
        }
        line.resize(TIMES + self.up.len() * self.column, ' ');
        let (first, last) = (TIMES + left * self.column, TIMES + right * self.column);
        for place in &mut line[first + 1..last] {
            *place = self.signs.across;
        }
        let rightward = from.index() < to.index();
        let head = if rightward { last - 1 } else { first + 1 };
        line[head] = if rightward { self.signs.right } else { self.signs.left };
        line[if rightward { first } else { last }] = self.signs.dot;
        if lost {
            line[head] = ' ';
            let middle = if rightward { last - 2 } else { first + 2 };
            line[middle] = self.signs.lost;
        }
        let room = last - first;
        let label = fitted(label, label.chars().count().min(room.saturating_sub(6)), self.signs.more);
        let start = first + (room - label.chars().count()) / 2;
        for (place, letter) in line[start..].iter_mut().zip(label.chars()) {
            *place = letter;
        }
        self.push(&line.into_iter().collect::<String>());
    }

    fn step(&mut self, step: u64, records: &[Record]) {
        let Some(first) = records.first() else { return };
        let at = first.moment.at;
        let mut replica = first.kind.replica();
        for record in records {
            match &record.kind {
                Kind::Partition { fault } => self.wall(at, &format!("a wall goes up (fault {})", fault + 1)),
                Kind::Heal { fault } => self.wall(at, &format!("the wall comes down (fault {})", fault + 1)),
                Kind::Calm => {}
                Kind::Crash { replica, .. } => {
                    let time = self.time(at);
                    self.note(&time, *replica, self.signs.lost, "crashes");
                    self.up[replica.index()] = false;
                }
                Kind::Restart { replica, memory, lost, .. } => {
                    self.up[replica.index()] = true;
                    let time = self.time(at);
                    let with = remembered(self.picture, memory);
                    let lost = if *lost > 0 { format!(", {lost} of its updates lost") } else { String::new() };
                    self.note(&time, *replica, self.signs.dot, &format!("comes back with {with}{lost}"));
                }
                Kind::Pause { replica } => {
                    let time = self.time(at);
                    self.note(&time, *replica, self.signs.dot, "is paused");
                }
                Kind::Resume { replica } => {
                    let time = self.time(at);
                    self.note(&time, *replica, self.signs.dot, "goes on");
                }
                Kind::ClockJump { replica, by } => {
                    let time = self.time(at);
                    let seconds = *by as f64 / 1e9;
                    self.note(&time, *replica, self.signs.dot, &format!("its clock jumps by {seconds}s"));
                }
                Kind::Request { replica: whom, op, .. } if self.shown.contains(&step) => {
                    let time = self.time(at);
                    self.note(&time, *whom, self.signs.dot, asked(op));
                    replica = Some(*whom);
                }
                Kind::Deliver { from, to, sent, copy, damaged, .. } if self.shown.contains(&step) => {
                    let time = self.time(at);
                    let again = if *copy > 0 { format!("copy {}, ", copy + 1) } else { String::new() };
                    let damaged = if *damaged { "damaged, " } else { "" };
                    self.arrow(&time, (*from, *to), &format!(" {again}{damaged}sent {sent} "), false);
                }
                Kind::Fate { message, fate, cause } if fate.is_lost() => {
                    let sent = records.iter().find_map(|record| match &record.kind {
                        Kind::Send { message: name, from, to, .. } if name == message => Some((*from, *to)),
                        _ => None,
                    });
                    let scripted = matches!(cause, Some(Cause::Script));
                    if let Some(ends) = sent.filter(|_| scripted || self.shown.contains(&step)) {
                        let why = cause.map_or(String::new(), |cause| cause.to_string());
                        let time = self.time(at);
                        self.arrow(&time, ends, &format!(" {why} "), true);
                    }
                }
                _ => {}
            }
        }
        if let Some(replica) = replica.filter(|_| self.shown.contains(&step)) {
            self.state(step, replica);
        }
    }

    /// What a replica shows and has learnt, where that changed in this step.
    fn state(&mut self, step: u64, replica: ReplicaId) {
        let state = self.picture.states.iter().find(|state| state.step == step && state.replica == replica);
        let Some(state) = state else { return };
        let before = self.known.insert(replica, state.known.clone()).unwrap_or_default();
        let news: Known = state.known.beyond(&before).collect();
        let blank = " ".repeat(TIMES);
        if !news.is_empty() {
            let line = self.bar(replica.index());
            self.note(&blank, replica, line, &format!("now knows {news}"));
        }
        let line = self.bar(replica.index());
        self.note(&blank, replica, line, &format!("= {}", state.view));
    }

    fn verdict(&mut self) {
        let Some(finding) = &self.picture.finding else { return };
        let star = self.signs.star;
        self.text.push('\n');
        for (nth, line) in finding.to_string().lines().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let lead = if nth == 0 { format!("{star} ") } else { " ".repeat(2 + indent) };
            let room = self.width.saturating_sub(lead.chars().count()).max(20);
            for (part, words) in wrapped(line.trim_start(), room).into_iter().enumerate() {
                let lead = if part == 0 { lead.clone() } else { " ".repeat(lead.chars().count() + 2) };
                let room = self.width.saturating_sub(lead.chars().count());
                let words = fitted(&words, words.chars().count().min(room), self.signs.more);
                self.write(&format!("{lead}{words}\n"));
            }
        }
    }
}

/// A text in so many places: filled up with blanks, or cut short. What would move the cursor is shown harmlessly.
fn fitted(text: &str, places: usize, more: char) -> String {
    let clean = || text.chars().map(escape::shown);
    let len = clean().count();
    if len < places {
        return clean().chain(std::iter::repeat_n(' ', places - len)).collect();
    }
    if len == places {
        return clean().collect();
    }
    clean().take(places.saturating_sub(2)).chain([more, ' ']).take(places).collect()
}

/// A text in lines of at most so many places, broken between words where there are any.
fn wrapped(text: &str, places: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut len = 0;
    for word in text.split(' ') {
        let size = word.chars().count();
        if len > 0 && len + 1 + size > places {
            lines.push(String::new());
            len = 0;
        }
        let line = lines.len() - 1;
        if len > 0 {
            lines[line].push(' ');
            len += 1;
        }
        lines[line].push_str(word);
        len += size;
    }
    lines
}
