//! Reads a scenario file, and finds all that is wrong with it in one go.
//!
//! A reader of RON stops at the first mistake. What it stops at is noted and blanked, so that all positions
//! stay, and the text is read again, until it reads or nothing more can be taken away. A mistake that only
//! comes of another one is not told. However odd a text is, reading it ends, in time that the limits bound.

use std::collections::BTreeMap;
use std::ops::Range;

use ron::error::{Error, SpannedError};

use super::contradiction::MOST_NAMES;
use super::examples::{example, such_as};
use super::mistake::spot;
use super::source::{self, Flaw, FlawKind, MOST_NESTED, Node, Source};
use super::{File, Mistake, Mistakes, Part, Place};
use crate::base::{Names, nearest};

/// Longer files are not read.
pub const MOST_BYTES: usize = 4 << 20;
/// All readings of one file together read no more bytes than this.
const MOST_READ: usize = 64 << 20;
/// A text that lacks more separators than this is no scenario.
const MOST_MENDED: usize = 50;
/// What a value in a tuple may be taken for, where it cannot be what it is.
const STAND_INS: [&str; 2] = ["0", "\"0s\""];

/// A scenario file that has been read as far as it can be, and what is wrong with it so far.
#[derive(Debug)]
pub struct Draft<'a> {
    reading: Reading<'a>,
    file: Option<File>,
}

impl<'a> Draft<'a> {
    /// Reads a text. What does not fit together in it is not looked for.
    pub fn new(text: &'a str) -> Draft<'a> {
        if text.len() > MOST_BYTES {
            let mut reading = Reading::new("", SCENARIO);
            let says = format!("this file has {} bytes: at most {MOST_BYTES} are read", text.len());
            reading.mistakes.add(Mistake::new(reading.text(0..0), says));
            return Draft { reading, file: None };
        }
        let mut reading = Reading::new(text, SCENARIO);
        if reading.source.root().is_none() && reading.flaws.is_empty() {
            let says = "this file says nothing: a scenario is a group of fields in round brackets";
            reading.mistakes.add(Mistake::new(reading.text(0..0), says));
            return Draft { reading, file: None };
        }
        let file = if reading.mend_all() { reading.names().scope(|| reading.file()) } else { None };
        Draft { reading, file }
    }

    /// What it says, without what is wrong; nothing where no part of it reads.
    pub fn file(&self) -> Option<&File> {
        self.file.as_ref()
    }

    /// More that is wrong with it, unless that only comes of what is not there because it does not read.
    pub fn add(&mut self, mistakes: Mistakes) {
        let names = self.file.as_ref().map(|file| file.world.names.clone()).unwrap_or_default();
        names.scope(|| self.reading.add(mistakes));
    }

    /// What it says, or all that is wrong, in the order of the text.
    pub fn finish(self) -> Result<File, Mistakes> {
        let mut mistakes = self.reading.mistakes;
        mistakes.sort();
        match self.file {
            Some(file) => mistakes.or(file),
            None => Err(mistakes),
        }
    }
}

/// What a reader of an operation stopped at, as a mistake in the value at a path.
pub(super) fn misread(operation: &str, error: &SpannedError, path: &str) -> Mistake {
    let mut reading = Reading::new(operation, OPERATION);
    reading.mend_all();
    reading.give_way(error);
    let place = |place: &Place| match place {
        Place::Text(spot) => Place::part(path, Part::Piece(operation.to_owned(), spot.span.clone())),
        other => other.clone(),
    };
    let mut first = reading.mistakes.into_iter();
    let mistake = first.next().unwrap_or_else(|| Mistake::new(Place::at(path), "this is no operation"));
    Mistake {
        place: place(&mistake.place),
        beside: mistake.beside.map(|(there, says)| (place(&there), says)),
        ..mistake
    }
}

/// How the whole file is read and written: what is optional needs no `Some`, and a fault no second brackets.
pub(super) fn options() -> ron::Options {
    super::script::options().with_default_extension(ron::extensions::Extensions::UNWRAP_VARIANT_NEWTYPES)
}

pub(super) const SCENARIO: &str = "a scenario";
const OPERATION: &str = "an operation";

/// A text that is being read, and what is wrong with it so far.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    /// What all of the text is to be.
    pub(super) whole: &'static str,
    /// The text as it came.
    pub(super) source: Source<'a>,
    flaws: Vec<Flaw>,
    /// The text that is read in its place.
    work: Vec<u8>,
    /// What was blanked.
    blanked: Vec<Range<usize>>,
    /// The fields that other ones are taken for, by the value that they are in.
    pub(super) meant: Vec<(Node, &'static str)>,
    /// The fields that must be there and are not.
    lacking: Vec<&'static str>,
    /// Where a value begins that was not separated from the one before.
    joined: Vec<usize>,
    /// For which values something else stands, and how often that was changed.
    stood_in: BTreeMap<Node, usize>,
    mistakes: Mistakes,
}

impl<'a> Reading<'a> {
    fn new(text: &'a str, whole: &'static str) -> Reading<'a> {
        let (source, flaws) = Source::scan(text);
        Reading {
            whole,
            source,
            flaws,
            work: text.as_bytes().to_vec(),
            blanked: Vec::new(),
            meant: Vec::new(),
            lacking: Vec::new(),
            joined: Vec::new(),
            stood_in: BTreeMap::new(),
            mistakes: Mistakes::default(),
        }
    }

    /// Tells what is wrong with how the text is put together, and mends it. Says whether the rest can be read.
    fn mend_all(&mut self) -> bool {
        let flaws = std::mem::take(&mut self.flaws);
        for flaw in flaws.iter().take(MOST_MENDED) {
            self.mend(flaw);
        }
        flaws.len() <= MOST_MENDED && !flaws.iter().any(|flaw| flaw.kind.is_fatal())
    }

    /// Tells what is wrong with how a part of the text is put together, and mends it.
    fn mend(&mut self, flaw: &Flaw) {
        let Flaw { kind, span, beside } = flaw;
        let opened = "it is opened here";
        let (says, beside_says) = match kind {
            FlawKind::Unclosed => match beside {
                Some(_) => (
                    "a bracket is never closed: by the look of it, this one".to_owned(),
                    "what closes it now stands further left",
                ),
                None => ("a bracket is never closed: this one".to_owned(), ""),
            },
            FlawKind::Mismatched => {
                let closes = match beside.clone().and_then(|opened| self.work.get(opened.start)) {
                    Some(b'(') => ')',
                    Some(b'[') => ']',
                    _ => '}',
                };
                (format!("a bracket is closed by one of another kind: `{closes}` is due here"), opened)
            }
            FlawKind::Unopened => ("this bracket closes nothing: leave it out, or open one before it".to_owned(), ""),
            FlawKind::OpenText => {
                ("a text in quotes is never closed: each has a `\"` before it and one behind".to_owned(), "")
            }
            FlawKind::OpenComment => ("a comment is never closed: put `*/` behind it".to_owned(), ""),
            FlawKind::TooDeep => (format!("brackets are nested too deep: at most {MOST_NESTED} may be open"), ""),
            FlawKind::NoComma => ("a comma is missing: put one here".to_owned(), ""),
            FlawKind::NoColon => {
                let name = self.quote(span.clone());
                (format!("{name} lacks its colon: put `:` behind it"), "")
            }
            FlawKind::LooseComma => ("a comma stands alone: leave it out".to_owned(), ""),
            FlawKind::LooseColon => ("a colon stands alone: leave it out".to_owned(), ""),
            FlawKind::NoValue => {
                let name = self.quote(span.clone());
                let around = self.source.around(span.start);
                let such = around
                    .and_then(|node| self.example(node))
                    .map_or_else(|| "put one behind its colon".to_owned(), such_as);
                (format!("{name} has no value: {such}"), "")
            }
            FlawKind::Trailing => ("something follows the scenario: leave it out".to_owned(), ""),
            FlawKind::Attribute => ("an attribute means nothing here: leave it out".to_owned(), ""),
        };
        let mistake = Mistake::new(self.text(span.clone()), says);
        self.mistakes.add(match beside {
            Some(other) if !beside_says.is_empty() => mistake.beside(self.text(other.clone()), beside_says),
            _ => mistake,
        });
        match kind {
            FlawKind::NoComma => {
                self.put(beside, b',');
                self.joined.extend(beside.iter().map(|gap| gap.end));
            }
            FlawKind::NoColon => self.put(beside, b':'),
            FlawKind::LooseComma | FlawKind::Attribute => drop(self.blank(span.clone())),
            FlawKind::Trailing => drop(self.blank(span.start..self.work.len())),
            FlawKind::NoValue | FlawKind::LooseColon => {
                if let Some(node) = self.source.around(span.start) {
                    self.remove(node);
                }
            }
            _ => {}
        }
    }

    /// Puts a separator into a gap, if there is room.
    fn put(&mut self, gap: &Option<Range<usize>>, separator: u8) {
        let free = gap.clone().and_then(|gap| gap.into_iter().find(|at| self.work[*at].is_ascii_whitespace()));
        if let Some(free) = free {
            self.work[free] = separator;
        }
    }

    /// What the replicas are called, as far as that can be told before all is read.
    fn names(&mut self) -> Names {
        let Some(list) = self.source.find("world.replicas").filter(|list| self.source.bracket(*list) == Some('['))
        else {
            return Names::default();
        };
        let count = self.source.children(list).count();
        if count > MOST_NAMES {
            let says =
                format!("{count} names are too many: at most {MOST_NAMES}, or write how many replicas there are");
            self.mistakes.add(Mistake::new(self.text(self.source.one_line(list)), says));
            return Names::default();
        }
        let mut names = Vec::new();
        for node in self.source.children(list) {
            match ron::from_str::<String>(self.source.text(node)) {
                Ok(name) => names.push(name),
                Err(_) => return Names::default(),
            }
        }
        names.into_iter().collect()
    }

    /// Reads all, and tells all that does not read.
    fn file(&mut self) -> Option<File> {
        self.open_faults();
        let mut read = 0;
        let file = loop {
            let text = std::str::from_utf8(&self.work).ok()?;
            read += text.len().max(1);
            match options().from_str::<File>(text) {
                Ok(file) => break Some(file),
                Err(error) => {
                    if !self.give_way(&error) || read > MOST_READ {
                        break None;
                    }
                }
            }
        };
        self.demand();
        file
    }

    /// Lets `Crash((who: …))` read as `Crash(who: …)`.
    fn open_faults(&mut self) {
        let Some(faults) = self.source.find("world.faults") else { return };
        let wrapped = |fault: &Node| matches!(self.source.head(*fault), "Partition" | "Crash");
        let groups: Vec<Node> =
            self.source.children(faults).filter(wrapped).filter_map(|fault| self.source.inner(fault)).collect();
        for group in groups {
            let span = self.source.span(group);
            self.work[span.start] = b' ';
            self.work[span.end - 1] = b' ';
        }
    }

    /// What is needed and not there.
    fn demand(&mut self) {
        for (field, owner) in [("version", ""), ("name", ""), ("system", ""), ("world", ""), ("replicas", "world")] {
            // A matrix may name systems in its place.
            let replaced = field == "system" && self.source.find("matrix").is_some();
            let grouped = self.source.find(owner).filter(|owner| self.source.bracket(*owner) == Some('('));
            let Some(node) = grouped.filter(|_| !replaced) else { continue };
            if self.source.children(node).any(|child| self.source.name(child) == Some(field)) {
                continue;
            }
            self.lacking.push(field);
            if !self.has(node, field) {
                let who = if owner.is_empty() { "the scenario".to_owned() } else { format!("`{owner}`") };
                let such = example(owner, field).map_or_else(String::new, such_as);
                let place = self.text(self.brief(node));
                self.mistakes.add(Mistake::new(place, format!("{who} lacks `{field}`: {such}")));
            }
        }
    }

    /// More mistakes, but for those that only come of what was blanked.
    fn add(&mut self, mut found: Mistakes) {
        let work = String::from_utf8_lossy(&self.work);
        let (now, _) = Source::scan(&work);
        let touched = |path: &str| self.source.find(path).map(|node| self.touched(&self.source.extent(node)));
        let lost_count = touched("world.replicas").unwrap_or(true);
        let lost_time = ["world.duration", "world.settle"].into_iter().any(|path| touched(path) == Some(true));
        let follows = |path: &str| {
            let told = |fields: &[&str]| fields.iter().any(|field| path.starts_with(field));
            let absent = self.lacking.iter().any(|field| path.split(['.', '[']).next() == Some(field));
            let here = now.nearest(path).is_none_or(|node| self.touched(&now.extent(node)));
            let counted = lost_count && told(&["world", "requests", "fates"]);
            absent || here || counted || lost_time && told(&["world.faults", "requests"])
        };
        found.retain(|mistake| match &mistake.place {
            Place::Value(path, _) => !follows(path),
            Place::Text(_) => true,
        });
        let untold = found.untold();
        let mut more: Vec<Mistake> = found.located(&work).into_iter().collect();
        for mistake in &mut more {
            // Columns count characters, of which the text as it came has others.
            let places = [Some(&mut mistake.place), mistake.beside.as_mut().map(|(place, _)| place)];
            for place in places.into_iter().flatten() {
                if let Place::Text(there) = place {
                    *there = spot(&self.source, there.span.clone());
                }
            }
        }
        self.mistakes.extend(more);
        self.mistakes.leave(untold);
    }

    fn touched(&self, span: &Range<usize>) -> bool {
        self.blanked.iter().any(|blank| blank.start < span.end && span.start < blank.end)
    }

    /// Notes what the reader stopped at, and takes it away. Says whether that could be done.
    fn give_way(&mut self, error: &SpannedError) -> bool {
        let text = String::from_utf8_lossy(&self.work);
        let at = offset(&text, error.span.start.line, error.span.start.col);
        let next = source::next_word(&text, at);
        let end = offset(&text, error.span.end.line, error.span.end.col);
        if let (Error::NoSuchStructField { expected, found, .. }, Some(node)) = (&error.code, self.source.around(at)) {
            let owner = self.source.parent(node).map(|parent| self.fields(parent));
            self.meant.extend(owner.zip(nearest(found, expected.iter().copied())));
        }
        let Some((node, mistake)) = self.explain(&error.code, at, next, end) else {
            if self.mistakes.is_empty() {
                let place = self.text(next.min(text.len())..next.min(text.len()));
                self.mistakes.add(Mistake::new(place, error.code.to_string().to_lowercase()));
            }
            return false;
        };
        if let Some(mistake) = mistake
            && !self.stood_in.contains_key(&node)
            && !self.joined.contains(&self.source.extent(node).start)
        {
            self.mistakes.add(mistake);
        }
        self.remove(node)
    }

    /// Takes a value away, or what is around it, so that the rest may read.
    fn remove(&mut self, node: Node) -> bool {
        let in_tuple = self.source.name(node).is_none()
            && self.source.parent(node).is_some_and(|parent| self.source.bracket(parent) == Some('('));
        let tried = self.stood_in.entry(node).or_default();
        if let Some(other) = STAND_INS.get(*tried).filter(|_| in_tuple) {
            *tried += 1;
            let span = self.source.span(node);
            if other.len() <= span.len() {
                self.blank(span.clone());
                self.work[span.start..span.start + other.len()].copy_from_slice(other.as_bytes());
                return true;
            }
        }
        let mut at = Some(node);
        while let Some(target) = at.and_then(|at| self.source.removable(at)) {
            let extent = self.source.extent(target);
            let comma = source::next_word(&String::from_utf8_lossy(&self.work), extent.end);
            let mut changed = self.blank(extent);
            if changed && self.work.get(comma) == Some(&b',') {
                changed |= self.blank(comma..comma + 1);
            }
            if changed {
                return true;
            }
            at = self.source.parent(target);
        }
        false
    }

    /// Blanks a stretch, and says whether something stood there.
    fn blank(&mut self, span: Range<usize>) -> bool {
        let mut changed = false;
        for byte in &mut self.work[span.clone()] {
            if !byte.is_ascii_whitespace() {
                changed = true;
                *byte = b' ';
            }
        }
        if changed {
            self.blanked.push(span);
        }
        changed
    }

    pub(super) fn text(&self, span: Range<usize>) -> Place {
        Place::Text(spot(&self.source, span))
    }

    /// Where the name of a value stands, or what it begins with.
    pub(super) fn brief(&self, node: Node) -> Range<usize> {
        super::mistake::brief(&self.source, node)
    }
}

/// The byte at a line and a column of a text, both from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let mut lines = text.split_inclusive('\n');
    let before: usize = lines.by_ref().take(line.saturating_sub(1)).map(str::len).sum();
    let within = lines.next().unwrap_or_default().char_indices().nth(column.saturating_sub(1));
    within.map_or_else(
        || text.len().min(before + text[before..].find('\n').unwrap_or(text.len() - before)),
        |(at, _)| before + at,
    )
}
