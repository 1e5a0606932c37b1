//! A run as text for a terminal: columns are replicas, time runs down, arrows are messages.
//!
//! Shown is what the violation followed from, and of that only what changed something; all of it where that is
//! asked for. The law: no line is wider than told, whatever the values are.

use std::collections::{BTreeMap, BTreeSet};

use super::scenes::{asked, chosen, remembered, steps, wall};
use super::{Difference, escape};
use crate::base::{Known, Name, ReplicaId, Time, Update};
use crate::run::Picture;
use crate::trace::{Cause, Kind, Message, Record};

/// How a story is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Drawing {
    /// How wide a line may be.
    pub width: usize,
    /// Whether only ASCII is used.
    pub ascii: bool,
    /// Whether all events are shown, and not only what the violation followed from.
    pub all: bool,
    /// Whether what matters is in colours, as terminals have them.
    pub colours: bool,
}

impl Default for Drawing {
    fn default() -> Drawing {
        Drawing { width: 100, ascii: false, all: false, colours: false }
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
    wall: char,
    differs: char,
}

const FINE: Signs = Signs {
    line: '│',
    gone: ' ',
    dot: '●',
    across: '─',
    left: '◀',
    right: '▶',
    lost: '✗',
    star: '★',
    more: '…',
    wall: '║',
    differs: '≠',
};
const PLAIN: Signs = Signs {
    line: '|',
    gone: ' ',
    dot: 'o',
    across: '-',
    left: '<',
    right: '>',
    lost: 'x',
    star: '*',
    more: '~',
    wall: '#',
    differs: '!',
};

/// The width of the column of times: a time, a sign, and a blank.
const TIMES: usize = 16;

/// The narrowest column that a replica is given.
const NARROWEST: usize = 12;

/// How a line is painted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tone {
    Plain,
    /// What happened to the world.
    World,
    /// What is wrong.
    Wrong,
}

impl Tone {
    /// What switches it on.
    const fn code(self) -> &'static str {
        match self {
            Tone::Plain => "",
            Tone::World => "\u{1b}[33m",
            Tone::Wrong => "\u{1b}[1;31m",
        }
    }
}

/// Draws a run.
pub fn story(picture: &Picture, drawing: Drawing) -> String {
    drawn(picture, drawing, None)
}

/// Draws a run, with the first event in which it differs from another one.
pub fn story_against(picture: &Picture, other: &Picture, drawing: Drawing) -> String {
    let difference = Difference::first(picture, other);
    let mut text = drawn(picture, drawing, difference.as_ref().and_then(|difference| difference.here));
    let signs = if drawing.ascii { PLAIN } else { FINE };
    let says = match &difference {
        Some(difference) => format!("the two runs part: {}", difference.says),
        None => "the two runs are the same".to_owned(),
    };
    let mut pen = Pen::new(picture, drawing, None);
    pen.text.push('\n');
    pen.paragraph(&says, signs.differs, Tone::World);
    text.push_str(&pen.text);
    text
}

fn drawn(picture: &Picture, drawing: Drawing, parts: Option<u64>) -> String {
    let mut pen = Pen::new(picture, drawing, parts);
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
    /// The replicas that have columns, in the order of their numbers.
    columns: Vec<ReplicaId>,
    /// How wide one is.
    column: usize,
    drawing: Drawing,
    up: Vec<bool>,
    /// The partitions that stand.
    walls: BTreeSet<u32>,
    /// The steps that are shown.
    shown: BTreeSet<u64>,
    /// The step in which another run was different.
    parts: Option<u64>,
    messages: BTreeMap<Name, Message<'a>>,
    /// When the last message that arrived on a link had been sent.
    newest: BTreeMap<(ReplicaId, ReplicaId), Time>,
    /// What each replica knew at last.
    known: BTreeMap<ReplicaId, Known>,
    text: String,
    clock: Option<Time>,
    /// What stands beside the times of an event, and how it is painted.
    mark: Option<char>,
    tone: Tone,
}

impl<'a> Pen<'a> {
    fn new(picture: &'a Picture, drawing: Drawing, parts: Option<u64>) -> Pen<'a> {
        let drawing = Drawing { width: drawing.width.max(TIMES + 2 * NARROWEST), ..drawing };
        let mut shown = chosen(picture, drawing.all);
        shown.extend(parts);
        let columns = columns(picture, &shown, (drawing.width - TIMES) / NARROWEST);
        let column = ((drawing.width - TIMES) / columns.len().max(1)).clamp(NARROWEST, 40);
        let messages = Message::all(&picture.trace).into_iter().map(|message| (message.name, message)).collect();
        Pen {
            picture,
            signs: if drawing.ascii { PLAIN } else { FINE },
            columns,
            column,
            drawing,
            up: vec![true; picture.names.len()],
            walls: BTreeSet::new(),
            shown,
            parts,
            messages,
            newest: BTreeMap::new(),
            known: BTreeMap::new(),
            text: String::new(),
            clock: None,
            mark: None,
            tone: Tone::Plain,
        }
    }

    fn head(&mut self) {
        let mut line = " ".repeat(TIMES);
        for replica in &self.columns {
            line.push_str(&fitted(self.picture.name(*replica), self.column, self.signs.more));
        }
        self.push(&line);
        let others = self.picture.names.len() - self.columns.len();
        if others > 0 {
            let others = format!("{}({others} more replicas are not drawn)", " ".repeat(TIMES));
            self.push(&others);
        }
    }

    /// Where a replica's column begins, if it has one.
    fn place(&self, replica: ReplicaId) -> Option<usize> {
        self.columns.binary_search(&replica).ok().map(|nth| TIMES + nth * self.column)
    }

    /// One line, no wider than it may be.
    fn push(&mut self, line: &str) {
        let short = fitted(line.trim_end(), self.drawing.width + 1, self.signs.more);
        self.write(short.trim_end(), self.tone);
        self.text.push('\n');
    }

    /// Writes words, in ASCII alone where that is asked for, and in colours where they are.
    fn write(&mut self, words: &str, tone: Tone) {
        let ascii = self.drawing.ascii;
        let plain = |c: char| match c {
            c if c.is_ascii() || !ascii => c,
            '–' | '—' => '-',
            '×' => 'x',
            '→' => '>',
            _ => '?',
        };
        let painted = self.drawing.colours && tone != Tone::Plain;
        if painted {
            self.text.push_str(tone.code());
        }
        self.text.extend(words.chars().map(plain));
        if painted {
            self.text.push_str("\u{1b}[0m");
        }
    }

    /// What stands on the left of an event's first line, and on that of the others.
    fn time(&mut self, at: Time) -> String {
        let time = if self.clock == Some(at) { String::new() } else { clock(at) };
        self.clock = Some(at);
        let mark = self.mark.unwrap_or_else(|| self.standing());
        format!("{} {mark} ", fitted(&time, TIMES - 3, self.signs.more))
    }

    /// The sign that partitions stand.
    fn standing(&self) -> char {
        if self.walls.is_empty() { ' ' } else { self.signs.wall }
    }

    /// What stands on the left where no time does.
    fn margin(&self) -> String {
        format!("{} {} ", " ".repeat(TIMES - 3), self.standing())
    }

    fn bar(&self, replica: ReplicaId) -> char {
        if self.up.get(replica.index()).is_some_and(|up| *up) { self.signs.line } else { self.signs.gone }
    }

    /// The lines of all replicas, with a text that stands in the column of one.
    fn row(&mut self, time: &str, replica: ReplicaId, text: &str) {
        let mut line = time.to_owned();
        for nth in 0..self.columns.len() {
            let here = self.columns[nth];
            let cell = if here == replica { text.to_owned() } else { self.bar(here).to_string() };
            line.push_str(&fitted(&cell, self.column, self.signs.more));
        }
        self.push(&line);
    }

    /// A text that stands by itself in the column of a replica, and goes on below.
    fn note(&mut self, time: &str, replica: ReplicaId, sign: char, text: &str) {
        if self.place(replica).is_none() {
            return;
        }
        let mut time = time.to_owned();
        let room = self.column.saturating_sub(3).max(4);
        for (nth, part) in wrapped(text, room).into_iter().take(4).enumerate() {
            let lead = if nth == 0 { sign } else { self.bar(replica) };
            self.row(&time, replica, &format!("{lead} {part}"));
            time = self.margin();
        }
    }

    /// Something that happens to a replica from outside.
    fn befalls(&mut self, at: Time, replica: ReplicaId, sign: char, text: &str) {
        if self.place(replica).is_some() {
            self.tone = Tone::World;
            let time = self.time(at);
            self.note(&time, replica, sign, text);
            self.tone = Tone::Plain;
        }
    }

    /// A line across the whole picture.
    fn wall(&mut self, at: Time, text: &str) {
        let time = self.time(at);
        let room = (self.column * self.columns.len()).min(self.drawing.width.saturating_sub(TIMES));
        let mut line = format!("{0}{0} {text} ", self.signs.across);
        while line.chars().count() < room {
            line.push(self.signs.across);
        }
        self.tone = Tone::World;
        self.push(&format!("{time}{line}"));
        self.tone = Tone::Plain;
    }

    /// A message on its way from one column to another; one that is lost does not get there.
    ///
    /// Of several labels the first is written that there is room for.
    fn arrow(&mut self, at: Time, (from, to): (ReplicaId, ReplicaId), labels: &[String], lost: bool) {
        let (Some(begin), Some(end)) = (self.place(from), self.place(to)) else {
            return self.arrives_from_outside(at, (from, to), labels, lost);
        };
        let mut line: Vec<char> = self.time(at).chars().collect();
        for nth in 0..self.columns.len() {
            line.resize(TIMES + nth * self.column, ' ');
            line.push(self.bar(self.columns[nth]));
        }
        line.resize(TIMES + self.columns.len() * self.column, ' ');
        let (first, last) = (begin.min(end), begin.max(end));
        for place in &mut line[first + 1..last] {
            *place = self.signs.across;
        }
        let rightward = begin < end;
        let head = if rightward { last - 1 } else { first + 1 };
        line[head] = if rightward { self.signs.right } else { self.signs.left };
        line[if rightward { first } else { last }] = self.signs.dot;
        if lost {
            line[head] = ' ';
            let middle = if rightward { last - 2 } else { first + 2 };
            line[middle] = self.signs.lost;
        }
        let room = last - first;
        let most = room.saturating_sub(6);
        let fits = labels.iter().find(|label| label.chars().count() + 2 <= most).or(labels.last());
        let label = fits.filter(|label| !label.is_empty()).map_or(String::new(), |label| format!(" {label} "));
        let label = fitted(&label, label.chars().count().min(most), self.signs.more);
        let start = first + (room - label.chars().count()) / 2;
        for (place, letter) in line[start..].iter_mut().zip(label.chars()) {
            *place = letter;
        }
        self.push(&line.into_iter().collect::<String>());
    }

    /// A message from a replica that has no column.
    fn arrives_from_outside(&mut self, at: Time, (from, to): (ReplicaId, ReplicaId), labels: &[String], lost: bool) {
        if self.place(to).is_some() && !lost {
            let time = self.time(at);
            let label = labels.first().map_or("", String::as_str);
            let says = format!("from {}, {label}", escape::line(self.picture.name(from), self.column));
            self.note(&time, to, self.signs.left, &says);
        }
    }

    fn step(&mut self, step: u64, records: &[Record]) {
        let Some(first) = records.first() else { return };
        let (at, shown) = (first.moment.at, self.shown.contains(&step));
        let is_wrong = self.picture.violation().is_some_and(|violation| violation.at.step == step);
        if shown {
            let differs = (self.parts == Some(step)).then_some(self.signs.differs);
            self.mark = differs.or(is_wrong.then_some(self.signs.star));
            self.tone = if is_wrong { Tone::Wrong } else { Tone::Plain };
        }
        let mut acts = None;
        for record in records {
            self.world(at, &record.kind);
            match &record.kind {
                Kind::Request { replica, op, .. } if shown => {
                    let time = self.time(at);
                    let says = told(op, records);
                    self.note(&time, *replica, self.signs.dot, &says);
                    acts = Some(*replica);
                }
                Kind::Deliver { message, from, to, copy, damaged, .. } => {
                    let says = self.arrival(*message, *copy, *damaged);
                    if shown {
                        self.arrow(at, (*from, *to), &says, false);
                        acts = Some(*to);
                    }
                }
                Kind::Fate { message, fate, cause } if fate.is_lost() && (shown || *cause == Some(Cause::Script)) => {
                    self.lost(at, *message, cause.map_or(String::new(), |cause| cause.to_string()));
                }
                Kind::Miss { message, copy, cause } if self.matters(*message, *cause) => {
                    let copy = if *copy > 0 { format!("copy {}, ", copy + 1) } else { String::new() };
                    self.lost(at, *message, format!("{copy}{cause}"));
                }
                _ => {}
            }
        }
        if let Some(replica) = acts {
            self.state(step, replica, accepted(records));
            if is_wrong {
                let says = format!("here, in event {step}");
                let margin = self.margin();
                self.note(&margin, replica, self.signs.star, &says);
            }
        }
        (self.mark, self.tone) = (None, Tone::Plain);
    }

    /// Whether it is told that a message did not arrive that was under way: where all is told, or where it was sent
    /// in an event that is told.
    fn matters(&self, message: Name, cause: Cause) -> bool {
        let sent = self.messages.get(&message).is_some_and(|message| self.shown.contains(&message.step));
        self.drawing.all || sent || cause == Cause::Script
    }

    fn lost(&mut self, at: Time, message: Name, why: String) {
        if let Some((from, to)) = self.messages.get(&message).map(|message| (message.from, message.to)) {
            self.tone = Tone::World;
            self.arrow(at, (from, to), &[why], true);
            self.tone = Tone::Plain;
        }
    }

    /// What befalls replicas and network.
    fn world(&mut self, at: Time, kind: &Kind) {
        match kind {
            Kind::Partition { fault } => {
                self.wall(at, &format!("a wall goes up: {}", wall(self.picture, *fault)));
                self.walls.insert(*fault);
            }
            Kind::Heal { fault } => {
                self.walls.remove(fault);
                self.wall(at, &format!("the wall comes down: {}", wall(self.picture, *fault)));
            }
            Kind::Crash { replica, after_sends } => {
                let after = after_sends.map_or(String::new(), |sends| match sends {
                    1 => " after 1 send".to_owned(),
                    sends => format!(" after {sends} sends"),
                });
                self.befalls(at, *replica, self.signs.lost, &format!("crashes{after}"));
                self.set_up(*replica, false);
            }
            Kind::Restart { replica, memory, lost, .. } => {
                self.set_up(*replica, true);
                let with = remembered(self.picture, memory);
                let lost = if *lost > 0 { format!(", {lost} of its updates lost") } else { String::new() };
                self.befalls(at, *replica, self.signs.dot, &format!("comes back with {with}{lost}"));
            }
            Kind::Pause { replica } => self.befalls(at, *replica, self.signs.dot, "is paused"),
            Kind::Resume { replica } => self.befalls(at, *replica, self.signs.dot, "goes on"),
            Kind::ClockJump { replica, by } => {
                let seconds = *by as f64 / 1e9;
                self.befalls(at, *replica, self.signs.dot, &format!("its clock jumps by {seconds}s"));
            }
            _ => {}
        }
    }

    fn set_up(&mut self, replica: ReplicaId, up: bool) {
        if let Some(place) = self.up.get_mut(replica.index()) {
            *place = up;
        }
    }

    /// What is said of a message that arrives, from the longest to the shortest: when it was sent, and its fate where
    /// that is not the usual one.
    fn arrival(&mut self, name: Name, copy: u32, damaged: bool) -> Vec<String> {
        let Some(message) = self.messages.get(&name) else { return Vec::new() };
        let newest = self.newest.entry((message.from, message.to)).or_insert(Time::START);
        let is_late = *newest > message.at;
        *newest = (*newest).max(message.at);
        let many = message.copies.len();
        let fates = |twin: &str| -> Vec<String> {
            let said = [(is_late, "late"), (damaged, "damaged"), (many > 1, twin)];
            said.iter().filter(|(is, _)| *is).map(|(_, word)| (*word).to_owned()).collect()
        };
        let (short, sent) = (format!("×{many}"), format!("sent {}", clock(message.at)));
        let long = fates(&format!("{short}, copy {}", copy + 1));
        let said = [[long, vec![sent.clone()]].concat(), [fates(&short), vec![sent]].concat(), fates(&short)];
        said.iter().map(|words| words.join(", ")).collect()
    }

    /// What a replica shows and has learnt, where that changed in this step.
    fn state(&mut self, step: u64, replica: ReplicaId, own: Option<Update>) {
        let states = &self.picture.states;
        let begin = states.partition_point(|state| state.step < step);
        let state =
            states[begin..].iter().take_while(|state| state.step == step).find(|state| state.replica == replica);
        let Some(state) = state else { return };
        let before = self.known.insert(replica, state.known.clone()).unwrap_or_default();
        let news: Known = state.known.beyond(&before).filter(|update| Some(*update) != own).collect();
        let (line, margin) = (self.bar(replica), self.margin());
        if !news.is_empty() {
            self.note(&margin, replica, line, &format!("learns {news}"));
        }
        self.note(&margin, replica, line, &format!("= {}", escape::line(&state.view, 400)));
    }

    fn verdict(&mut self) {
        let Some(finding) = &self.picture.finding else { return };
        self.text.push('\n');
        self.paragraph(&finding.to_string(), self.signs.star, Tone::Wrong);
    }

    /// Sentences below the picture; the first line of them is painted.
    fn paragraph(&mut self, says: &str, sign: char, tone: Tone) {
        for (nth, line) in says.lines().enumerate() {
            let indent = (line.len() - line.trim_start().len()).min(20);
            let lead = if nth == 0 { format!("{sign} ") } else { " ".repeat(2 + indent) };
            let room = self.drawing.width.saturating_sub(lead.chars().count() + 2).max(20);
            for (part, words) in wrapped(line.trim_start(), room).into_iter().enumerate() {
                let lead = if part == 0 { lead.clone() } else { " ".repeat(lead.chars().count() + 2) };
                let room = self.drawing.width.saturating_sub(lead.chars().count());
                let words = fitted(&words, words.chars().count().min(room), self.signs.more);
                self.write(&format!("{lead}{words}"), if nth == 0 { tone } else { Tone::Plain });
                self.text.push('\n');
            }
        }
    }
}

/// What is told of a request: what for, as which update it counts, and what a reader was shown.
fn told(op: &str, records: &[Record]) -> String {
    let op = escape::line(asked(op), 400);
    let answer = records.iter().find_map(|record| match &record.kind {
        Kind::Answer { answer, .. } if answer != "Done" => Some(escape::line(inside(answer, "Shown("), 400)),
        _ => None,
    });
    match (accepted(records), answer) {
        (Some(update), _) => format!("{op} is {update}"),
        (None, Some(answer)) => format!("{op} → {answer}"),
        (None, None) => op,
    }
}

/// What stands in these brackets, where a text begins with them.
fn inside<'a>(text: &'a str, bracket: &str) -> &'a str {
    text.strip_prefix(bracket).and_then(|text| text.strip_suffix(')')).unwrap_or(text)
}

/// The update that a request counts as.
fn accepted(records: &[Record]) -> Option<Update> {
    records.iter().find_map(|record| match record.kind {
        Kind::Accept { update, .. } => Some(update),
        _ => None,
    })
}

/// The replicas that have columns: all, or of too many those that do something that is shown; first those whom the
/// violation concerns.
fn columns(picture: &Picture, shown: &BTreeSet<u64>, most: usize) -> Vec<ReplicaId> {
    let all: Vec<ReplicaId> = (0..picture.names.len() as u32).map(ReplicaId).collect();
    if all.len() <= most {
        return all;
    }
    let mut acts: BTreeMap<ReplicaId, usize> = BTreeMap::new();
    for record in picture.trace.records().iter().filter(|record| shown.contains(&record.moment.step)) {
        if let Kind::Request { replica: here, .. } | Kind::Deliver { to: here, .. } = record.kind {
            *acts.entry(here).or_default() += 1;
        }
    }
    let concerned = picture.violation().map_or(&[][..], |violation| &violation.replicas);
    let mut ranked: Vec<(bool, usize, ReplicaId)> =
        acts.into_iter().map(|(replica, count)| (!concerned.contains(&replica), usize::MAX - count, replica)).collect();
    ranked.sort_unstable();
    let mut columns: Vec<ReplicaId> = ranked.into_iter().take(most).map(|(.., replica)| replica).collect();
    if columns.is_empty() {
        columns = all.into_iter().take(most).collect();
    }
    columns.sort_unstable();
    columns
}

/// A moment in at most thirteen signs, to the microsecond where there is room.
fn clock(at: Time) -> String {
    let text = at.to_string();
    let (coarse, fine) = text.split_once('_').unwrap_or((&text, ""));
    let fine: String = fine.chars().take(3).collect();
    match coarse.len() {
        9 if !fine.is_empty() => format!("{coarse}_{fine}"),
        len if len > 13 => coarse.split('.').next().unwrap_or_default().to_owned(),
        _ => coarse.to_owned(),
    }
}

/// A text in so many places: filled up with blanks, or cut short. What would move the cursor is shown harmlessly.
fn fitted(text: &str, places: usize, more: char) -> String {
    let clean = || text.chars().map(escape::shown);
    let len = clean().take(places + 1).count();
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
